/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_neigh.c - see raw_neigh.h
 *
 * ARP      hw(2)=1 proto(2)=0x800 6 4 op(2) sha(6) spa(4) tha(6) tpa(4)
 * ND       type(1) code(1) sum(2) flags(4) target(16) option 1 or 2: 1 1 mac(6)
 */
#include "raw_neigh.h"

#include <string.h>

#include "wire/bytes.h"
#include "wire/csum.h"

#define ARP_ASK	   1
#define ARP_ANSWER 2

#define ND_SOLICIT   135
#define ND_ADVERTISE 136
#define ND_OPT_SRC   1
#define ND_OPT_DST   2
#define ND_FIXED_LEN (4 + 4 + 16)
/* solicited, and instead of what was known */
#define ND_FLAGS 0x60000000U

static bool raw_neigh_is(const struct ip_addr *a, const uint8_t *bytes)
{
	return memcmp(a->bytes, bytes, ip_addr_bytes(a)) == 0;
}

struct raw_neigh raw_neigh_read_arp(const uint8_t *buf, size_t len,
				    const struct ip_addr *own,
				    const struct ip_addr *hop)
{
	static const uint8_t head[6] = { 0, 1, 8, 0, RAW_MAC_LEN, 4 };
	struct raw_neigh n = { .kind = RAW_NEIGH_OTHER };
	uint16_t op;

	if (len < RAW_ARP_LEN || memcmp(buf, head, sizeof(head)) != 0)
		return n;
	op = get_be16(buf + 6);
	memcpy(n.peer_mac, buf + 8, RAW_MAC_LEN);
	n.peer = ip_addr_v4(buf + 14);
	if (op == ARP_ASK && raw_neigh_is(own, buf + 24))
		n.kind = RAW_NEIGH_ASKS;
	else if (op == ARP_ANSWER && raw_neigh_is(hop, buf + 14))
		n.kind = RAW_NEIGH_ANSWERS;
	return n;
}

/* The link-layer address option of @type; NULL: none */
static const uint8_t *raw_neigh_option(const uint8_t *buf, size_t len,
				       uint8_t type)
{
	size_t off = ND_FIXED_LEN;

	while (len - off >= 8) {
		size_t n = (size_t)buf[off + 1] * 8;

		if (!n || n > len - off)
			return NULL;
		if (buf[off] == type)
			return buf + off + 2;
		off += n;
	}
	return NULL;
}

struct raw_neigh raw_neigh_read_nd(const struct ip_hdr *ip, const uint8_t *buf,
				   size_t len,
				   const uint8_t eth_src[RAW_MAC_LEN],
				   const struct ip_addr *own,
				   const struct ip_addr *hop)
{
	static const uint8_t unspecified[16];
	struct raw_neigh n = { .kind = RAW_NEIGH_OTHER, .peer = ip->src };
	const uint8_t *mac;

	/* 7.1: nobody beyond the link can have sent it */
	if (len < ND_FIXED_LEN || ip->ttl != RAW_ND_HOPS || buf[1] != 0)
		return n;
	if (buf[0] == ND_SOLICIT && raw_neigh_is(own, buf + 8) &&
	    !raw_neigh_is(&ip->src, unspecified)) {
		n.kind = RAW_NEIGH_ASKS;
		mac = raw_neigh_option(buf, len, ND_OPT_SRC);
	} else if (buf[0] == ND_ADVERTISE && raw_neigh_is(hop, buf + 8)) {
		n.kind = RAW_NEIGH_ANSWERS;
		mac = raw_neigh_option(buf, len, ND_OPT_DST);
	} else {
		return n;
	}
	memcpy(n.peer_mac, mac ? mac : eth_src, RAW_MAC_LEN);
	return n;
}

static void raw_neigh_write(uint8_t out[RAW_ND_LEN], uint8_t type,
			    uint32_t flags, const struct ip_addr *target,
			    const uint8_t mac[RAW_MAC_LEN])
{
	memset(out, 0, RAW_ND_LEN);
	out[0] = type;
	put_be32(out + 4, flags);
	memcpy(out + 8, target->bytes, 16);
	out[ND_FIXED_LEN] = type == ND_SOLICIT ? ND_OPT_SRC : ND_OPT_DST;
	out[ND_FIXED_LEN + 1] = 1;
	memcpy(out + ND_FIXED_LEN + 2, mac, RAW_MAC_LEN);
}

static void raw_neigh_seal(uint8_t out[RAW_ND_LEN], const struct ip_addr *src,
			   const struct ip_addr *dst)
{
	struct csum sum = { 0 };

	csum_update_pseudo(&sum, src, dst, RAW_PROTO_ICMP6, RAW_ND_LEN);
	csum_update(&sum, out, RAW_ND_LEN);
	put_be16(out + 2, (uint16_t)~csum_fold(&sum));
}

void raw_neigh_solicit(const struct ip_addr *own, const struct ip_addr *hop,
		       const uint8_t mac[RAW_MAC_LEN], uint8_t out[RAW_ND_LEN],
		       struct ip_addr *ret_dst, uint8_t ret_mac[RAW_MAC_LEN])
{
	/* RFC 4291 2.7.1: ff02::1:ff00:0/104 and the address's last 24 bits */
	uint8_t group[16] = { 0xff,	      2,
			      [11] = 1,	      0xff,
			      hop->bytes[13], hop->bytes[14],
			      hop->bytes[15] };

	*ret_dst = ip_addr_v6(group);
	ret_mac[0] = 0x33; /* RFC 2464 7 */
	ret_mac[1] = 0x33;
	memcpy(ret_mac + 2, group + 12, 4);
	raw_neigh_write(out, ND_SOLICIT, 0, hop, mac);
	raw_neigh_seal(out, own, ret_dst);
}

void raw_neigh_advertise(const struct ip_addr *own, const struct ip_addr *to,
			 const uint8_t mac[RAW_MAC_LEN],
			 uint8_t out[RAW_ND_LEN])
{
	raw_neigh_write(out, ND_ADVERTISE, ND_FLAGS, own, mac);
	raw_neigh_seal(out, own, to);
}
