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
 * number is a. Bytes are as in the packet.
 * @ends:  IPv4: both addresses, a's in the low half. IPv6: 64 bits of a hash of
 *	   both; two flows with the same ports are taken for one with a chance
 *	   of 2^-64
 * @where: KEY_V6, KEY_UDP, and above them the tunnel that it is in; 0: none
 */
struct flow_key {
	uint64_t ends;
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

__extension__ typedef unsigned __int128 key_wide;

static inline uint64_t key_fold(uint64_t x, uint64_t y)
{
	key_wide m = (key_wide)x * y;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static_assert(sizeof(struct flow_key) == 16 &&
		      offsetof(struct flow_key, a_port) == 8,
	      "the ports and @where are one word");

/* key_set() - all but @ends, in one word: in parts it would have to wait until
 * they are written before it can read them again
 */
static inline void key_set(struct flow_key *k, uint16_t a_port, uint16_t b_port,
			   uint32_t where)
{
	uint64_t tail = a_port | (uint32_t)b_port << 16 | (uint64_t)where << 32;

	memcpy((uint8_t *)k + offsetof(struct flow_key, a_port), &tail,
	       sizeof(tail));
}

static inline uint64_t key_tail(const struct flow_key *k)
{
	return key_load64((const uint8_t *)k +
			  offsetof(struct flow_key, a_port));
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

	ret->ends = lo >> 16 | hi >> 16 << 32;
	key_set(ret, (uint16_t)lo, (uint16_t)hi, where);
	return flip;
}

/* key_v6() - the same for addresses of sixteen bytes */
static inline bool key_v6(const struct key_seed *seed, const uint8_t *src,
			  const uint8_t *dst, const uint8_t *ports,
			  uint32_t where, struct flow_key *ret)
{
	const uint64_t *w = seed->word;
	uint64_t s[2] = { key_load64(src), key_load64(src + 8) };
	uint64_t d[2] = { key_load64(dst), key_load64(dst + 8) };
	uint16_t sport = key_load16(ports);
	uint16_t dport = key_load16(ports + 2);
	const uint64_t *a = s, *b = d;
	bool flip;

	if (s[1] != d[1])
		flip = s[1] > d[1];
	else if (s[0] != d[0])
		flip = s[0] > d[0];
	else
		flip = sport > dport;
	if (flip) {
		a = d;
		b = s;
	}
	ret->ends = key_fold(a[0] ^ w[0], b[0] ^ w[1]) ^
		    key_fold(a[1] ^ w[2], b[1] ^ w[3]);
	key_set(ret, flip ? dport : sport, flip ? sport : dport,
		where | KEY_V6);
	return flip;
}

static inline uint32_t key_hash(const struct key_seed *seed,
				const struct flow_key *k)
{
	return (uint32_t)(key_fold(k->ends ^ seed->word[4],
				   key_tail(k) ^ seed->word[1]) >>
			  16);
}

static inline bool key_eq(const struct flow_key *x, const struct flow_key *y)
{
	return !((x->ends ^ y->ends) | (key_tail(x) ^ key_tail(y)));
}

#endif
