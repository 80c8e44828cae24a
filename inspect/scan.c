/* SPDX-License-Identifier: BSD-2-Clause */
/* scan.c - see scan.h */
#include "scan.h"

#include <stdbool.h>
#include <string.h>

/* Places that are looked at together. */
#define SCAN_WIDE 64
#define SCAN_PART 16

/* What is looked for, with its first and its last byte all over. */
struct scan {
	const uint8_t *what;
	size_t n;
	uint8_t __attribute__((vector_size(SCAN_PART))) first, last;
};

/* scan_may() - may it begin at one of @places places from @p on, a multiple of
 * SCAN_PART?
 */
static inline bool scan_may(const struct scan *s, const uint8_t *p,
			    unsigned places)
{
	uint8_t __attribute__((vector_size(SCAN_PART))) a, b, found = { 0 };
	uint64_t half[2];
	unsigned i;

#pragma GCC unroll 4
	for (i = 0; i < places; i += SCAN_PART) {
		memcpy(&a, p + i, sizeof(a));
		memcpy(&b, p + i + s->n - 1, sizeof(b));
		found |= (uint8_t __attribute__((vector_size(SCAN_PART))))(
			(a == s->first) & (b == s->last));
	}
	memcpy(half, &found, sizeof(half));
	return (half[0] | half[1]) != 0;
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

/* scan_end() - does it begin at one of the last of @places places, from @i on?
 * Fewer than SCAN_PART are looked at with some before them, which are none.
 */
static const uint8_t *scan_end(const struct scan *s, const uint8_t *buf,
			       size_t i, size_t places)
{
	for (; i + SCAN_PART <= places; i += SCAN_PART) {
		const uint8_t *p = NULL;

		if (scan_may(s, buf + i, SCAN_PART))
			p = scan_each(s, buf + i, SCAN_PART);
		if (p)
			return p;
	}
	if (places >= SCAN_PART &&
	    !scan_may(s, buf + places - SCAN_PART, SCAN_PART))
		return NULL;
	return scan_each(s, buf + i, places - i);
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
	for (i = 0; i + SCAN_WIDE <= places; i += SCAN_WIDE) {
		const uint8_t *p = NULL;

		if (scan_may(&s, buf + i, SCAN_WIDE))
			p = scan_each(&s, buf + i, SCAN_WIDE);
		if (p)
			return p;
	}
	return scan_end(&s, buf, i, places);
}
