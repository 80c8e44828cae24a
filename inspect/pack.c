/* SPDX-License-Identifier: BSD-2-Clause */
/* pack.c - see pack.h */
#include "pack.h"

#include <string.h>

#define PACK_RUN_MAX 255

static uint64_t pack_word(const uint8_t *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

size_t pack(const void *obj, size_t size, uint8_t *out)
{
	const uint8_t *p = obj;
	const uint8_t *end = p + size;
	uint8_t *to = out;

	while (p < end) {
		uint64_t w = pack_word(p);
		uint8_t *mask = to++;
		unsigned i;

		*mask = 0;
		p += 8;
		if (!w) {
			uint8_t run = 0;

			while (p < end && run < PACK_RUN_MAX && !pack_word(p)) {
				run++;
				p += 8;
			}
			*to++ = run;
			continue;
		}
		for (i = 0; i < 8; i++) {
			*to = p[(int)i - 8];
			*mask |= (uint8_t)(!!*to << i);
			to += !!*to;
		}
	}
	return (size_t)(to - out);
}

size_t unpack(const uint8_t *in, void *obj, size_t size)
{
	const uint8_t *begin = in;
	uint8_t *p = obj;
	uint8_t *end = p + size;

	memset(obj, 0, size);
	while (p < end) {
		uint8_t mask = *in++;

		if (!mask) {
			p += 8 + 8 * (size_t)*in++;
			continue;
		}
		for (; mask; mask &= (uint8_t)(mask - 1))
			p[__builtin_ctz(mask)] = *in++;
		p += 8;
	}
	return (size_t)(in - begin);
}
