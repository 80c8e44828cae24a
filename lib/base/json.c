/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c - see json.h (RFC 8259) */
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

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

/* Bytes of the UTF-8 sequence at @s (RFC 3629), or 0 if it is not one. */
static size_t json_utf8_len(const uint8_t *s, size_t len)
{
	size_t n = s[0] < 0x80			  ? 1
		   : s[0] >= 0xc2 && s[0] <= 0xdf ? 2
		   : (s[0] & 0xf0) == 0xe0	  ? 3
		   : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
						  : 0;
	size_t i;

	if (!n || n > len)
		return 0;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static void json_escape(struct json *j, uint8_t c)
{
	char esc[] = {
		'\\', 'u', '0', '0', json_digits[c >> 4], json_digits[c & 15]
	};

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
		uint8_t c = (uint8_t)s[i];
		size_t n = json_utf8_len((const uint8_t *)s + i, len - i);

		if (!n || c < 0x20 || c == 0x7f || c == '"' || c == '\\') {
			json_escape(j, c);
			i++;
		} else {
			json_put(j, s + i, n);
			i += n;
		}
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
