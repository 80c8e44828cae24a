/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c - see json.h (RFC 8259) */
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "wire/wire.h"

static const char json_digits[] = "0123456789abcdef";

void json_init(struct json *j, char *buf, size_t cap)
{
	*j = (struct json) { .buf = buf, .cap = cap };
}

static void json_put(struct json *j, const char *s, size_t len)
{
	/* two bytes stay free for json_line()'s line feed and NUL */
	if (j->overflow || len + 2 > j->cap - j->len) {
		j->overflow = true;
		return;
	}
	memcpy(j->buf + j->len, s, len);
	j->len += len;
}

static void json_putc(struct json *j, char c)
{
	json_put(j, &c, 1);
}

static void json_member(struct json *j, const char *key)
{
	if (j->depth) {
		if (j->has_member[j->depth - 1])
			json_putc(j, ',');
		j->has_member[j->depth - 1] = true;
	}
	if (key) {
		json_putc(j, '"');
		json_put(j, key, strlen(key));
		json_put(j, "\":", 2);
	}
}

void json_begin(struct json *j, const char *key, char bracket)
{
	ASSERT(j->depth < JSON_DEPTH_MAX);
	json_member(j, key);
	json_putc(j, bracket);
	j->has_member[j->depth] = false;
	j->closer[j->depth++] = bracket == '{' ? '}' : ']';
}

void json_end(struct json *j)
{
	ASSERT(j->depth > 0);
	json_putc(j, j->closer[--j->depth]);
}

void json_u64(struct json *j, const char *key, uint64_t v)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%" PRIu64, v);

	json_member(j, key);
	json_put(j, text, (size_t)n);
}

void json_i64(struct json *j, const char *key, int64_t v)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%" PRId64, v);

	json_member(j, key);
	json_put(j, text, (size_t)n);
}

void json_bool(struct json *j, const char *key, bool v)
{
	json_member(j, key);
	json_put(j, v ? "true" : "false", v ? 4 : 5);
}

void json_nil(struct json *j, const char *key)
{
	json_member(j, key);
	json_put(j, "null", 4);
}

void json_f64(struct json *j, const char *key, double v, int decimals)
{
	char text[64];
	int n;

	if (!isfinite(v)) {
		json_nil(j, key);
		return;
	}
	n = snprintf(text, sizeof(text), "%.*f", decimals, v);
	json_member(j, key);
	if (n < 0 || (size_t)n >= sizeof(text))
		json_put(j, "null", 4);
	else
		json_put(j, text, (size_t)n);
}

static void json_escape(struct json *j, uint16_t c)
{
	char esc[] = { '\\',
		       'u',
		       json_digits[c >> 12],
		       json_digits[c >> 8 & 15],
		       json_digits[c >> 4 & 15],
		       json_digits[c & 15] };

	if (c == '"' || c == '\\') {
		json_putc(j, '\\');
		json_putc(j, (char)c);
	} else {
		json_put(j, esc, sizeof(esc));
	}
}

void json_strn(struct json *j, const char *key, const char *s, size_t len)
{
	size_t i = 0;

	json_member(j, key);
	json_putc(j, '"');
	while (i < len) {
		const uint8_t *p = (const uint8_t *)s + i;
		size_t n = str_utf8(p, len - i);

		if (n && *p != '"' && *p != '\\' && str_shown(p, n))
			json_put(j, s + i, n);
		else if (n == 3)
			json_escape(j,
				    (uint16_t)((p[0] & 15) << 12 |
					       (p[1] & 63) << 6 | (p[2] & 63)));
		else if (n == 2)
			json_escape(j,
				    (uint16_t)((p[0] & 31) << 6 | (p[1] & 63)));
		else
			json_escape(j, *p);
		i += n ? n : 1;
	}
	json_putc(j, '"');
}

void json_str(struct json *j, const char *key, const char *s)
{
	json_strn(j, key, s, strlen(s));
}

void json_hex(struct json *j, const char *key, const uint8_t *p, size_t len)
{
	size_t i;

	json_member(j, key);
	json_putc(j, '"');
	for (i = 0; i < len; i++) {
		json_putc(j, json_digits[p[i] >> 4]);
		json_putc(j, json_digits[p[i] & 15]);
	}
	json_putc(j, '"');
}

const char *json_line(struct json *j, size_t *ret_len)
{
	if (j->overflow || j->cap - j->len < 2)
		return NULL;
	ASSERT(j->depth == 0);
	j->buf[j->len] = '\n';
	j->buf[j->len + 1] = '\0';
	if (ret_len)
		*ret_len = j->len + 1;
	return j->buf;
}

void json_open(struct json *j, char *buf, size_t cap, const char *type)
{
	json_init(j, buf, cap);
	json_begin(j, NULL, '{');
	json_u64(j, "v", 1);
	json_str(j, "type", type);
}

bool json_write(struct json *j, FILE *out)
{
	const char *line;
	size_t len;

	json_end(j);
	line = json_line(j, &len);
	if (line)
		(void)fwrite(line, 1, len, out);
	return line;
}
