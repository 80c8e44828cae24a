/* SPDX-License-Identifier: BSD-2-Clause */
/* csum.c - see csum.h */
#include "wire/csum.h"

#include <string.h>

#include "wire/bytes.h"
#include "wire/ip.h"
#include "wire/wire.h"

/* csum_words() - the sum of @len bytes, a multiple of four, in big-endian
 * halves. Ones' complement sums do not care for the order of bytes until the
 * end (RFC 1071, 2 B), so that words are added as they lie in memory.
 */
static uint64_t csum_words(const uint8_t *buf, size_t len)
{
	uint64_t sum = 0, w;
	uint32_t last;
	size_t i;

	for (i = 0; len - i >= sizeof(w); i += sizeof(w)) {
		memcpy(&w, buf + i, sizeof(w));
		sum += w;
		sum += sum < w; /* the carry, which stands for 2^64 */
	}
	sum = (sum & UINT32_MAX) + (sum >> 32);
	if (i < len) {
		memcpy(&last, buf + i, sizeof(last));
		sum += last;
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return be16_get((be16) { (uint16_t)sum });
}

void csum_update(struct csum *c, const uint8_t *buf, size_t len)
{
	size_t i = 0;

	if (len && c->is_odd) {
		c->sum += buf[0];
		c->is_odd = false;
		i = 1;
	}
	c->sum += csum_words(buf + i, (len - i) & ~(size_t)3);
	i += (len - i) & ~(size_t)3;
	if (len - i > 1) {
		c->sum += get_be16(buf + i);
		i += 2;
	}
	if (i < len) {
		c->sum += (uint64_t)buf[i] << 8;
		c->is_odd = true;
	}
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

const char *csum_name(enum csum_state s)
{
	static const char *const names[] = {
		[CSUM_UNKNOWN] = "unknown", [CSUM_OK] = "ok",
		[CSUM_BAD] = "bad",	    [CSUM_ABSENT] = "absent",
		[CSUM_PARTIAL] = "partial",
	};

	return (size_t)s < ARRAY_SIZE(names) ? names[s] : "unknown";
}
