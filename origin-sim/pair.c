/* SPDX-License-Identifier: BSD-2-Clause */
/* pair.c - see pair.h */
#include "pair.h"

#include <string.h>

#define PAIR_HASH_MUL 0x9e3779b97f4a7c15ULL /* 2^64 / golden ratio, odd */

static uint64_t pair_hash_word(uint64_t h, uint64_t v)
{
	h = (h ^ v) * PAIR_HASH_MUL;
	return h ^ h >> 29;
}

static uint64_t pair_hash_endpoint(uint64_t h, const struct endpoint *e)
{
	uint64_t w[2];

	memcpy(w, e->addr.bytes, sizeof(w));
	h = pair_hash_word(h, w[0]);
	h = pair_hash_word(h, w[1]);
	return pair_hash_word(h, (uint64_t)e->addr.family << 16 | e->port);
}

uint64_t pair_hash(uint64_t seed, const struct endpoint *peer,
		   const struct endpoint *local)
{
	uint64_t h = pair_hash_endpoint(seed, peer);

	h = pair_hash_endpoint(h, local);
	return h ^ h >> 32;
}
