/* SPDX-License-Identifier: BSD-2-Clause */
/* str.c - see str.h */
#include "base/str.h"

#include <stdio.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

bool str_u64(const char *s, size_t len, uint64_t *ret)
{
	uint64_t v = 0;
	size_t i;

	if (!len)
		return false;
	for (i = 0; i < len; i++) {
		unsigned d = (unsigned)(unsigned char)s[i] - '0';

		if (d > 9 || v > (UINT64_MAX - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*ret = v;
	return true;
}

static bool str_scaled(const char *s, const struct unit *units, size_t n,
		       uint64_t *ret)
{
	size_t digits = strspn(s, "0123456789");
	uint64_t v;
	size_t i;

	if (!str_u64(s, digits, &v))
		return false;
	for (i = 0; i < n; i++) {
		if (strcmp(s + digits, units[i].name) != 0)
			continue;
		if (units[i].factor && v > UINT64_MAX / units[i].factor)
			return false;
		*ret = v * units[i].factor;
		return true;
	}
	return false;
}

bool str_duration_ms(const char *s, uint64_t *ret_ms)
{
	static const struct unit units[] = {
		{ "", 1000 },	{ "ms", 1 },	  { "s", 1000 },
		{ "m", 60000 }, { "h", 3600000 },
	};

	return str_scaled(s, units, sizeof(units) / sizeof(units[0]), ret_ms);
}

bool str_size(const char *s, uint64_t *ret_bytes)
{
	static const struct unit units[] = {
		{ "", 1 },	  { "k", 1 << 10 }, { "K", 1 << 10 },
		{ "m", 1 << 20 }, { "M", 1 << 20 }, { "g", 1 << 30 },
		{ "G", 1 << 30 },
	};

	return str_scaled(s, units, sizeof(units) / sizeof(units[0]),
			  ret_bytes);
}

bool str_copy(char *dst, size_t cap, const char *src)
{
	size_t len = strlen(src);
	size_t n = len < cap ? len : cap - 1;

	if (!cap)
		return false;
	memcpy(dst, src, n);
	dst[n] = '\0';
	return n == len;
}

size_t str_utf8(const uint8_t *s, size_t len)
{
	size_t n, i;

	if (!len)
		return 0;
	n = s[0] < 0x80			   ? 1
	    : s[0] >= 0xc2 && s[0] <= 0xdf ? 2
	    : (s[0] & 0xf0) == 0xe0	   ? 3
	    : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
					   : 0;
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

/* U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F and U+FEFF: spaces
 * without width, line breaks, directions
 */
static bool str_is_odd(const uint8_t *s)
{
	if (s[0] == 0xef)
		return s[1] == 0xbb && s[2] == 0xbf;
	if (s[0] != 0xe2)
		return false;
	if (s[1] == 0x80)
		return (s[2] >= 0x8b && s[2] <= 0x8f) ||
		       (s[2] >= 0xa8 && s[2] <= 0xae);
	return s[1] == 0x81 && s[2] >= 0xa0 && s[2] <= 0xaf;
}

size_t str_shown(const uint8_t *s, size_t len)
{
	size_t n = str_utf8(s, len);

	if (n == 1)
		return s[0] >= 0x20 && s[0] != 0x7f;
	if (n == 2)
		return s[0] == 0xc2 && s[1] < 0xa0 ? 0 : n;
	return n == 3 && str_is_odd(s) ? 0 : n;
}

size_t str_escape(char *out, size_t cap, const char *s, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t at = 0, i = 0;

	while (i < len) {
		const uint8_t *p = (const uint8_t *)s + i;
		size_t n = str_shown(p, len - i);

		if (at + (n ? n : 4) >= cap)
			break;
		if (n) {
			memcpy(out + at, p, n);
			at += n;
			i += n;
			continue;
		}
		out[at++] = '\\';
		out[at++] = 'x';
		out[at++] = digits[*p >> 4];
		out[at++] = digits[*p & 15];
		i++;
	}
	out[at] = '\0';
	return at;
}

size_t str_vmessage(char *out, size_t cap, const char *fmt, va_list ap)
{
	char text[STR_MESSAGE_MAX];

	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	return str_escape(out, cap, text, strlen(text));
}
