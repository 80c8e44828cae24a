/* SPDX-License-Identifier: BSD-2-Clause */
/* str.c - see str.h */
#include "base/str.h"

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
