/* SPDX-License-Identifier: BSD-2-Clause */
/* key.h - what names a flow, the same from both directions, and its hash.
 *
 * All of it is inline: it is computed for each packet of a capture.
 */
#ifndef INSPECT_KEY_H
#define INSPECT_KEY_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The two ends in an order of their own: of two ends the one with the smaller
 * number is a. Bytes are as in the packet, IPv4 addresses in the first word.
 * @where: KEY_V6, KEY_UDP, and above them the tunnel that it is in; 0: none
 */
struct flow_key {
	uint64_t a[2];
	uint64_t b[2];
	uint16_t a_port;
	uint16_t b_port;
	uint32_t where;
};

enum {
	KEY_V6 = 1,
	KEY_UDP = 2,
	KEY_TUNNEL_SHIFT = 2,
};

/* of an entry that no packet belongs to any more; outside of tunnels */
#define KEY_HIDDEN (1U << 31)

/* Random words; whoever knows them can make flows collide. */
struct key_seed {
	uint64_t word[5];
};

static inline uint16_t key_load16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t key_load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t key_load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* key_v4() - @src and @dst: four bytes; @ports: two and two, source first.
 * Return: was the source end b?
 */
static inline bool key_v4(const uint8_t *src, const uint8_t *dst,
			  const uint8_t *ports, uint32_t where,
			  struct flow_key *ret)
{
	uint64_t s = (uint64_t)key_load32(src) << 16 | key_load16(ports);
	uint64_t d = (uint64_t)key_load32(dst) << 16 | key_load16(ports + 2);
	uint64_t flip = s > d;
	/* half of all packets go each way: no branch */
	uint64_t swap = (s ^ d) & -flip;
	uint64_t lo = s ^ swap;
	uint64_t hi = d ^ swap;

	ret->a[0] = lo >> 16;
	ret->a[1] = 0;
	ret->b[0] = hi >> 16;
	ret->b[1] = 0;
	ret->a_port = (uint16_t)lo;
	ret->b_port = (uint16_t)hi;
	ret->where = where;
	return flip;
}

/* key_v6() - the same for addresses of sixteen bytes */
static inline bool key_v6(const uint8_t *src, const uint8_t *dst,
			  const uint8_t *ports, uint32_t where,
			  struct flow_key *ret)
{
	uint64_t s[2] = { key_load64(src), key_load64(src + 8) };
	uint64_t d[2] = { key_load64(dst), key_load64(dst + 8) };
	uint16_t sport = key_load16(ports);
	uint16_t dport = key_load16(ports + 2);
	bool flip;

	if (s[1] != d[1])
		flip = s[1] > d[1];
	else if (s[0] != d[0])
		flip = s[0] > d[0];
	else
		flip = sport > dport;
	memcpy(ret->a, flip ? d : s, sizeof(ret->a));
	memcpy(ret->b, flip ? s : d, sizeof(ret->b));
	ret->a_port = flip ? dport : sport;
	ret->b_port = flip ? sport : dport;
	ret->where = where | KEY_V6;
	return flip;
}

__extension__ typedef unsigned __int128 key_wide;

static inline uint64_t key_fold(uint64_t x, uint64_t y)
{
	key_wide m = (key_wide)x * y;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint32_t key_hash(const struct key_seed *seed,
				const struct flow_key *k)
{
	const uint64_t *w = seed->word;
	uint64_t tail = (uint64_t)k->where << 32 | (uint64_t)k->a_port << 16 |
			k->b_port;
	uint64_t h = key_fold(k->a[0] ^ w[0], k->b[0] ^ w[1]);

	if (k->where & KEY_V6)
		h ^= key_fold(k->a[1] ^ w[2], k->b[1] ^ w[3]);
	return (uint32_t)(key_fold(h ^ w[4], tail ^ w[1]) >> 16);
}

static_assert(sizeof(struct flow_key) == 40 &&
		      offsetof(struct flow_key, a_port) == 32,
	      "the ports and @where are one word of key_eq()");

static inline bool key_eq(const struct flow_key *x, const struct flow_key *y)
{
	uint64_t xt, yt;

	memcpy(&xt, &x->a_port, sizeof(xt));
	memcpy(&yt, &y->a_port, sizeof(yt));
	return !((x->a[0] ^ y->a[0]) | (x->b[0] ^ y->b[0]) | (xt ^ yt) |
		 (x->a[1] ^ y->a[1]) | (x->b[1] ^ y->b[1]));
}

#endif
