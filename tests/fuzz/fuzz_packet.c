/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_packet.c - a frame through the link, IP, TCP, UDP, tunnel and UOA
 * decoders; the first byte picks the link type
 */
#include <stdbool.h>

#include "fuzz.h"
#include "wire/ip.h"
#include "wire/link.h"
#include "wire/tcp.h"
#include "wire/tunnel.h"
#include "wire/udp.h"
#include "wire/uoa.h"

static const int links[] = { LINK_NULL,	    LINK_ETHERNET,  LINK_RAW,
			     LINK_LOOP,	    LINK_SLL,	    LINK_IPV4,
			     LINK_IPV6,	    LINK_SLL2,	    LINK_PPP,
			     LINK_PPP_HDLC, LINK_PPP_ETHER, LINK_C_HDLC };

static void check_status(enum wire_status st, const struct wire_err *err,
			 size_t len)
{
	ASSERT((st == WIRE_BAD) == (err->anomaly != ANOMALY_NONE));
	ASSERT(err->off <= len);
}

/* What a prefix says stays true: SHORT may become anything, the rest stays. */
static void check_prefix(enum wire_status part, enum wire_status whole,
			 const struct wire_err *a, const struct wire_err *b)
{
	ASSERT(part == WIRE_SHORT || part == whole);
	if (part == WIRE_BAD)
		ASSERT(a->anomaly == b->anomaly && a->off == b->off);
}

static void check_options(const uint8_t *area, size_t len)
{
	const uint8_t *p = area;
	size_t left = len;
	struct wire_err err;
	struct tcp_opt o;
	size_t n = 0;

	while (tcp_opt_next(&p, &left, &o, &err) == WIRE_OK) {
		ASSERT(++n <= len);
		ASSERT(p + left == area + len);
		if (o.len)
			ASSERT(o.data > area && o.data + o.len <= p);
		else
			ASSERT(!o.data);
	}
	ASSERT(left == 0 || err.anomaly != ANOMALY_NONE);
}

static void check_tcp(const uint8_t *buf, size_t len)
{
	struct wire_err err, err_cut;
	struct tcp_hdr h, cut;
	enum wire_status st = tcp_decode(buf, len, &h, &err);

	check_status(st, &err, len);
	check_prefix(tcp_decode(buf, len / 2, &cut, &err_cut), st, &err_cut,
		     &err);
	if (st != WIRE_OK)
		return;
	ASSERT(h.hdr_len >= TCP_HDR_LEN && h.hdr_len <= len);
	ASSERT(h.opt_len == h.hdr_len - TCP_HDR_LEN);
	ASSERT((h.opt != NULL) == (h.opt_len != 0));
	check_options(h.opt, h.opt_len);
}

static void check_udp(const uint8_t *buf, size_t len)
{
	struct wire_err err;
	struct udp_hdr h;
	enum wire_status st = udp_decode(buf, len, &h, &err);

	check_status(st, &err, len);
	if (st == WIRE_OK)
		ASSERT(len >= UDP_HDR_LEN && h.len >= UDP_HDR_LEN);
}

/* A right checksum put in place is found right, and one bit off is not. */
static void check_csum(const struct ip_hdr *ip, const uint8_t *buf, size_t len)
{
	uint8_t *seg = fuzz_copy(buf, len);
	struct csum c = { 0 };
	uint16_t sum;

	seg[6] = seg[7] = 0;
	csum_update_pseudo(&c, &ip->src, &ip->dst, IP_PROTO_UDP, (uint32_t)len);
	csum_update(&c, seg, len);
	sum = (uint16_t)~csum_fold(&c);
	sum = sum ? sum : 0xffff; /* RFC 768: 0 means none */
	seg[6] = (uint8_t)(sum >> 8);
	seg[7] = (uint8_t)sum;
	ASSERT(csum_check_transport(&ip->src, &ip->dst, IP_PROTO_UDP, seg, len,
				    6) == CSUM_OK);
	seg[0] ^= 0x40;
	ASSERT(csum_check_transport(&ip->src, &ip->dst, IP_PROTO_UDP, seg, len,
				    6) != CSUM_OK);
	free(seg);
}

static void check_tunnel(enum tunnel_kind kind, const uint8_t *buf, size_t len)
{
	enum wire_status (*decode)(const uint8_t *, size_t, struct tunnel_hdr *,
				   struct wire_err *) =
		kind == TUNNEL_GRE     ? gre_decode
		: kind == TUNNEL_VXLAN ? vxlan_decode
				       : geneve_decode;
	struct tunnel_hdr h = { .hdr_len = 7777 }, cut;
	struct wire_err err, err_cut;
	enum wire_status st = decode(buf, len, &h, &err);

	check_status(st, &err, len);
	check_prefix(decode(buf, len / 2, &cut, &err_cut), st, &err_cut, &err);
	ASSERT(st == WIRE_OK ? h.hdr_len <= len : h.hdr_len == 7777);
	ASSERT(st != WIRE_OK || h.has_id || !h.id);
}

static void check_uoa(const uint8_t *buf, size_t len)
{
	struct endpoint e = { .port = 0 };
	struct opp_hdr h = { 0 }, cut;
	struct wire_err err, err_cut;
	enum wire_status st = opp_decode(buf, len, &h, &err);

	check_status(st, &err, len);
	check_prefix(opp_decode(buf, len / 2, &cut, &err_cut), st, &err_cut,
		     &err);
	if (st == WIRE_OK) {
		ASSERT(h.hdr_len <= len && h.opt_len <= OPP_OPTIONS_MAX);
		ASSERT((h.opt != NULL) == (h.opt_len != 0));
		buf = h.opt;
		len = h.opt_len;
	}
	st = uoa_find(buf, len, &e, &err);
	check_status(st, &err, len);
	ASSERT((st == WIRE_OK) == (e.port != 0));
	ASSERT((st == WIRE_OK) == (e.addr.family != IP_NONE));
}

/* The extension headers behind a fragment header. */
static void check_ext(const struct ip_hdr *ip, const uint8_t *buf, size_t len)
{
	struct wire_err err, err_cut;
	uint8_t proto = 0, proto_cut;
	uint32_t ext = 0, ext_cut;
	enum wire_status st =
		ip6_skip_ext(ip->proto, buf, len, &proto, &ext, &err);

	check_status(st, &err, len);
	check_prefix(ip6_skip_ext(ip->proto, buf, len / 2, &proto_cut, &ext_cut,
				  &err_cut),
		     st, &err_cut, &err);
	ASSERT(ext <= len);
}

static void check_ip(const uint8_t *buf, size_t len)
{
	struct wire_err err, err_cut;
	struct ip_hdr h, cut;
	enum wire_status st = ip_decode(buf, len, &h, &err);

	check_status(st, &err, len);
	check_prefix(ip_decode(buf, len / 2, &cut, &err_cut), st, &err_cut,
		     &err);
	if (st != WIRE_OK)
		return;
	ASSERT(h.version == 4 || h.version == 6);
	ASSERT(h.src.family == h.version && h.dst.family == h.version);
	ASSERT(h.hdr_len >= (h.version == 4 ? IP4_HDR_LEN : IP6_HDR_LEN));
	ASSERT(h.hdr_len <= len);
	ASSERT(!h.total_len || h.total_len >= h.hdr_len);
	ASSERT(h.ext_count <= IP6_EXT_MAX);
	ASSERT(h.is_frag == (h.more_frags || h.frag_off));
	ASSERT(h.csum != CSUM_UNKNOWN);
	if (h.version == 6 && h.is_frag)
		check_ext(&h, buf + h.hdr_len, len - h.hdr_len);
	if (h.frag_off)
		return;
	check_tunnel(TUNNEL_GRE, buf + h.hdr_len, len - h.hdr_len);
	check_uoa(buf + h.hdr_len, len - h.hdr_len);
	if (len - h.hdr_len >= UDP_HDR_LEN) {
		const uint8_t *data = buf + h.hdr_len + UDP_HDR_LEN;
		size_t left = len - h.hdr_len - UDP_HDR_LEN;

		check_tunnel(TUNNEL_VXLAN, data, left);
		check_tunnel(TUNNEL_GENEVE, data, left);
	}
	check_tcp(buf + h.hdr_len, len - h.hdr_len);
	check_udp(buf + h.hdr_len, len - h.hdr_len);
	if (len - h.hdr_len >= UDP_HDR_LEN)
		check_csum(&h, buf + h.hdr_len, len - h.hdr_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct wire_err err, err_cut;
	struct link_hdr h, cut;
	enum wire_status st;
	int type;

	if (!len)
		return 0;
	type = links[data[0] % ARRAY_SIZE(links)];
	data++;
	len--;
	st = link_decode(type, data, len, &h, &err);
	check_status(st, &err, len);
	check_prefix(link_decode(type, data, len / 2, &cut, &err_cut), st,
		     &err_cut, &err);
	if (st != WIRE_OK)
		return 0;
	ASSERT(h.hdr_len <= len && h.vlan_count <= LINK_VLAN_MAX);
	check_ip(data + h.hdr_len, len - h.hdr_len);
	return 0;
}
