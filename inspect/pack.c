/* SPDX-License-Identifier: BSD-2-Clause */
/* pack.c - see pack.h */
#include "pack.h"

#include <string.h>

#define PACK_WORD sizeof(uint64_t)

/* pack_word() - Return: bytes written */
static size_t pack_word(const uint8_t *p, uint8_t *out)
{
	uint8_t mask = 0;
	size_t n = 1;
	unsigned i;

	for (i = 0; i < PACK_WORD; i++) {
		out[n] = p[i];
		mask |= (uint8_t)(!!p[i] << i);
		n += !!p[i];
	}
	out[0] = mask;
	return n;
}

size_t pack(const void *obj, size_t size, uint8_t *out)
{
	const uint8_t *p = obj;
	size_t words = size / PACK_WORD;
	uint8_t *to = out + (words + 7) / 8;
	size_t i;

	memset(out, 0, (words + 7) / 8);
	for (i = 0; i < words; i++) {
		uint64_t w;

		memcpy(&w, p + i * PACK_WORD, PACK_WORD);
		if (!w)
			continue;
		out[i / 8] |= (uint8_t)(1U << i % 8);
		to += pack_word(p + i * PACK_WORD, to);
	}
	return (size_t)(to - out);
}

/* unpack_word() - Return: bytes of @in used */
static size_t unpack_word(const uint8_t *in, uint8_t *ret)
{
	unsigned mask = in[0];
	size_t n = 1;

	for (; mask; mask &= mask - 1)
		ret[__builtin_ctz(mask)] = in[n++];
	return n;
}

size_t unpack(const uint8_t *in, void *obj, size_t size)
{
	size_t words = size / PACK_WORD;
	const uint8_t *from = in + (words + 7) / 8;
	uint8_t *p = obj;
	size_t i;

	memset(obj, 0, size);
	for (i = 0; i < (words + 7) / 8; i++) {
		unsigned bits = in[i];

		for (; bits; bits &= bits - 1) {
			size_t at = i * 8 + (unsigned)__builtin_ctz(bits);

			from += unpack_word(from, p + at * PACK_WORD);
		}
	}
	return (size_t)(from - in);
}
