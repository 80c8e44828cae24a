/* SPDX-License-Identifier: BSD-2-Clause */
/* csum.c - see csum.h */
#include "wire/csum.h"

#include <string.h>

#include "wire/bytes.h"
#include "wire/ip.h"
#include "wire/wire.h"

/* Bytes that are added at once. */
#define CSUM_WIDE 32

/* csum_wide() - the sum of @len bytes, a multiple of CSUM_WIDE, as 32-bit words
 * that no carry can leave: a segment has fewer than 2^32 of them. Words of 64
 * bits lose carries in @all, but what their upper halves add to it is known.
 */
static uint64_t csum_wide(const uint8_t *buf, size_t len)
{
	uint64_t __attribute__((vector_size(16))) a, b;
	uint64_t __attribute__((vector_size(16))) all = { 0 }, upper = { 0 };
	const uint64_t __attribute__((vector_size(16))) half = { 32, 32 };
	uint64_t sum;
	size_t i;

	for (i = 0; i < len; i += CSUM_WIDE) {
		memcpy(&a, buf + i, sizeof(a));
		memcpy(&b, buf + i + sizeof(a), sizeof(b));
		all += a + b;
		upper += (a >> half) + (b >> half);
	}
	sum = upper[0] + upper[1];
	return sum + (all[0] + all[1] - (sum << 32));
}

/* csum_raw() - the sum of @len bytes as words in the order of memory, an odd
 * one filled up with zero. Ones' complement sums do not care for the order of
 * bytes until the end (RFC 1071, 2 B).
 */
static inline uint64_t csum_raw(const uint8_t *buf, size_t len)
{
	size_t i = len / CSUM_WIDE * CSUM_WIDE;
	uint64_t sum = i ? csum_wide(buf, i) : 0;
	uint64_t two;
	uint32_t word;
	uint16_t half;

	for (; len - i >= sizeof(two); i += sizeof(two)) {
		memcpy(&two, buf + i, sizeof(two));
		sum += (two & UINT32_MAX) + (two >> 32);
	}
	if (len - i >= sizeof(word)) {
		memcpy(&word, buf + i, sizeof(word));
		sum += word;
		i += sizeof(word);
	}
	if (len - i >= sizeof(half)) {
		memcpy(&half, buf + i, sizeof(half));
		sum += half;
		i += sizeof(half);
	}
	return i < len ? sum + buf[i] : sum;
}

void csum_update(struct csum *c, const uint8_t *buf, size_t len)
{
	size_t i = 0;

	if (len && c->is_odd) {
		c->sum += buf[0];
		c->is_odd = false;
		i = 1;
	}
	c->sum +=
		be16_get((be16) { csum_fold_raw(csum_raw(buf + i, len - i)) });
	c->is_odd ^= (len - i) & 1;
}

bool csum_is_whole(const uint8_t *buf, size_t len)
{
	return csum_fold_raw(csum_raw(buf, len)) == 0xffff;
}

bool csum_is_right(const uint8_t *addrs, size_t addrs_len, uint8_t proto,
		   const uint8_t *seg, size_t len)
{
	uint64_t sum = csum_raw(addrs, addrs_len) + csum_raw(seg, len);

	sum += be16_make(proto).net;
	sum += be32_make((uint32_t)len).net;
	return csum_fold_raw(sum) == 0xffff;
}

void csum_update_pseudo(struct csum *c, const struct ip_addr *src,
			const struct ip_addr *dst, uint8_t proto, uint32_t len)
{
	uint8_t tail[8] = { 0 };

	ASSERT(src->family == dst->family && src->family != IP_NONE);
	csum_update(c, src->bytes, ip_addr_bytes(src));
	csum_update(c, dst->bytes, ip_addr_bytes(dst));
	/* Both forms sum alike: IPv4's 16-bit length is IPv6's low half. */
	put_be32(tail, len);
	tail[7] = proto;
	csum_update(c, tail, sizeof(tail));
}

uint16_t csum_fold(const struct csum *c)
{
	uint64_t s = c->sum;

	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)s;
}

enum csum_state csum_check_transport(const struct ip_addr *src,
				     const struct ip_addr *dst, uint8_t proto,
				     const uint8_t *seg, size_t len,
				     size_t field_off)
{
	struct csum pseudo = { 0 }, no_len = { 0 };
	struct csum whole;
	uint16_t field;

	ASSERT(field_off + 2 <= len);
	field = get_be16(seg + field_off);
	if (proto == IP_PROTO_UDP && field == 0)
		return CSUM_ABSENT;
	csum_update_pseudo(&pseudo, src, dst, proto, (uint32_t)len);
	whole = pseudo;
	csum_update(&whole, seg, len);
	if (csum_fold(&whole) == 0xffff)
		return CSUM_OK;
	/* Linux leaves the pseudo header's sum to the card, and NDIS the same
	 * without the length if the card is to cut the segment.
	 */
	csum_update_pseudo(&no_len, src, dst, proto, 0);
	if (field == csum_fold(&pseudo) || field == csum_fold(&no_len))
		return CSUM_PARTIAL;
	return CSUM_BAD;
}
