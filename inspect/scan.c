/* SPDX-License-Identifier: BSD-2-Clause */
/* scan.c - see scan.h */
#include "scan.h"

#include <stdbool.h>
#include <string.h>

/* Places that are looked at together. */
#define SCAN_WIDE 32

/* What is looked for, with its first and its last byte all over. */
struct scan {
	const uint8_t *what;
	size_t n;
	uint8_t __attribute__((vector_size(16))) first, last;
};

/* scan_half() - where @p has the first and the last byte: ones there */
static inline void scan_half(const struct scan *s, const uint8_t *p,
			     uint64_t ret[2])
{
	uint8_t __attribute__((vector_size(16))) a, b;

	memcpy(&a, p, sizeof(a));
	memcpy(&b, p + s->n - 1, sizeof(b));
	a = (uint8_t __attribute__((vector_size(16))))((a == s->first) &
						       (b == s->last));
	memcpy(ret, &a, sizeof(a));
}

/* scan_may() - may it begin at one of SCAN_WIDE places from @p on? */
static inline bool scan_may(const struct scan *s, const uint8_t *p)
{
	uint64_t lo[2], hi[2];

	scan_half(s, p, lo);
	scan_half(s, p + SCAN_WIDE / 2, hi);
	return (lo[0] | lo[1] | hi[0] | hi[1]) != 0;
}

/* scan_each() - does it begin at one of @places places from @p on? */
static const uint8_t *scan_each(const struct scan *s, const uint8_t *p,
				size_t places)
{
	const uint8_t *end = p + places;

	for (; p < end; p++)
		if (*p == *s->what && memcmp(p, s->what, s->n) == 0)
			return p;
	return NULL;
}

const uint8_t *scan_find(const uint8_t *buf, size_t len, const void *what,
			 size_t n)
{
	struct scan s = { .what = what, .n = n };
	size_t places, i;

	if (len < n)
		return NULL;
	places = len - n + 1;
	memset(&s.first, s.what[0], sizeof(s.first));
	memset(&s.last, s.what[n - 1], sizeof(s.last));
	for (i = 0; places - i >= SCAN_WIDE; i += SCAN_WIDE) {
		const uint8_t *p;

		if (!scan_may(&s, buf + i))
			continue;
		p = scan_each(&s, buf + i, SCAN_WIDE);
		if (p)
			return p;
	}
	return scan_each(&s, buf + i, places - i);
}
