/* SPDX-License-Identifier: BSD-2-Clause */
/* ip.c - see ip.h */
#include "wire/ip.h"

#include "wire/bytes.h"
#include "wire/result.h"

/* RFC 791 3.1
 *	0	version (high nibble) | header length in words (low nibble)
 *	1	type of service		2..3	total length
 *	4..5	identification		6..7	reserved, DF, MF, offset / 8
 *	8	time to live		9	protocol
 *	10..11	header checksum		12..15	source
 *	16..19	destination		20..	options
 */
#define IP4_F_DF     0x4000
#define IP4_F_MF     0x2000
#define IP4_OFF_MASK 0x1fff

static enum csum_state ip4_check(const uint8_t *hdr, size_t hdr_len)
{
	struct csum c = { 0 };

	csum_update(&c, hdr, hdr_len);
	if (csum_fold(&c) == 0xffff)
		return CSUM_OK;
	return get_be16(hdr + 10) ? CSUM_BAD : CSUM_ABSENT;
}

static enum wire_status ip4_decode(const uint8_t *buf, size_t len,
				   struct ip_hdr *ret, struct wire_err *err)
{
	struct ip_hdr h = { .version = 4 };
	uint16_t frag;

	h.hdr_len = (buf[0] & 0x0fU) * 4;
	if (h.hdr_len < IP4_HDR_LEN)
		return result_bad(err, ANOMALY_IP4_IHL, 0);
	if (len < 4)
		return result_short(err, len);
	h.total_len = get_be16(buf + 2);
	if (h.total_len == 0)
		h.note = ANOMALY_IP4_LEN_ZERO;
	else if (h.total_len < h.hdr_len)
		return result_bad(err, ANOMALY_IP4_TOTAL_LEN, 2);
	if (len < h.hdr_len)
		return result_short(err, len);
	h.tos = buf[1];
	h.frag_id = get_be16(buf + 4);
	frag = get_be16(buf + 6);
	h.dont_frag = frag & IP4_F_DF;
	h.more_frags = frag & IP4_F_MF;
	h.frag_off = (uint16_t)((frag & IP4_OFF_MASK) * 8);
	h.is_frag = h.more_frags || h.frag_off;
	h.ttl = buf[8];
	h.proto = buf[9];
	h.src = ip_addr_v4(buf + 12);
	h.dst = ip_addr_v4(buf + 16);
	h.opt_len = (uint8_t)(h.hdr_len - IP4_HDR_LEN);
	h.opt = h.opt_len ? buf + IP4_HDR_LEN : NULL;
	h.csum = ip4_check(buf, h.hdr_len);
	*ret = h;
	return result_ok(err);
}

static bool ip6_is_ext(uint8_t proto)
{
	switch (proto) {
	case IP_PROTO_HOPOPTS:
	case IP_PROTO_ROUTING:
	case IP_PROTO_FRAGMENT:
	case IP_PROTO_AH:
	case IP_PROTO_DSTOPTS:
	case IP_PROTO_MOBILITY:
	case IP_PROTO_HIP:
	case IP_PROTO_SHIM6:
		return true;
	default:
		return false;
	}
}

/* ip6_ext_len() - bytes of an extension header; @units is its second byte */
static uint32_t ip6_ext_len(uint8_t proto, uint8_t units)
{
	if (proto == IP_PROTO_FRAGMENT)
		return 8;
	if (proto == IP_PROTO_AH) /* RFC 4302 2.2: words, minus two */
		return ((uint32_t)units + 2) * 4;
	return ((uint32_t)units + 1) * 8;
}

static void ip6_read_fragment(const uint8_t *ext, struct ip_hdr *h)
{
	uint16_t frag = get_be16(ext + 2);

	h->more_frags = frag & 1;
	h->frag_off = frag & 0xfff8;
	/* RFC 8200 4.5: offset 0 without M is whole ("atomic", RFC 6946) */
	h->is_frag = h->more_frags || h->frag_off;
	h->frag_id = get_be32(ext + 4);
}

/* Walks the chain from h->hdr_len; h->proto is the header that begins there. */
static enum wire_status ip6_walk(const uint8_t *buf, size_t len,
				 struct ip_hdr *h, struct wire_err *err)
{
	while (ip6_is_ext(h->proto) && !h->is_frag) {
		const uint8_t *ext = buf + h->hdr_len;
		uint8_t kind = h->proto;
		uint32_t ext_len;

		if (kind == IP_PROTO_HOPOPTS && h->ext_count)
			return result_bad(err, ANOMALY_IP6_HBH_ORDER,
					  h->hdr_len);
		if (h->ext_count == IP6_EXT_MAX)
			return result_bad(err, ANOMALY_IP6_EXT_DEPTH,
					  h->hdr_len);
		if (h->total_len && h->total_len - h->hdr_len < 8)
			return result_bad(err, ANOMALY_IP6_EXT_OVERRUN,
					  h->hdr_len);
		if (len - h->hdr_len < 2)
			return result_short(err, len);
		ext_len = ip6_ext_len(kind, ext[1]);
		if (h->total_len && h->total_len - h->hdr_len < ext_len)
			return result_bad(err, ANOMALY_IP6_EXT_OVERRUN,
					  h->hdr_len + 1);
		if (len - h->hdr_len < ext_len)
			return result_short(err, len);
		if (kind == IP_PROTO_FRAGMENT)
			ip6_read_fragment(ext, h);
		else if (kind == IP_PROTO_ROUTING)
			h->has_route = ext[3]; /* segments left */
		h->proto = ext[0];
		h->hdr_len += ext_len;
		h->ext_count++;
	}
	return result_ok(err);
}

enum wire_status ip6_skip_ext(uint8_t proto, const uint8_t *buf, size_t len,
			      uint8_t *ret_proto, uint32_t *ret_len,
			      struct wire_err *err)
{
	struct ip_hdr h = { .proto = proto };
	enum wire_status st;

	/* Nothing in here is the first extension header of its packet. */
	if (proto == IP_PROTO_HOPOPTS)
		return result_bad(err, ANOMALY_IP6_HBH_ORDER, 0);
	st = ip6_walk(buf, len, &h, err);
	if (st != WIRE_OK)
		return st;
	if (h.is_frag)
		return result_bad(err, ANOMALY_IP6_FRAG_NESTED, h.hdr_len - 8);
	*ret_proto = h.proto;
	*ret_len = h.hdr_len;
	return result_ok(err);
}

/* RFC 8200 3
 *	0..3	version (4 bits), traffic class (8), flow label (20)
 *	4..5	payload length: extension headers and what follows
 *	6	next header	7	hop limit
 *	8..23	source		24..39	destination
 */
static enum wire_status ip6_decode(const uint8_t *buf, size_t len,
				   struct ip_hdr *ret, struct wire_err *err)
{
	struct ip_hdr h = { .version = 6, .hdr_len = IP6_HDR_LEN };
	enum wire_status st;

	if (len < IP6_HDR_LEN)
		return result_short(err, len);
	h.tos = (uint8_t)(buf[0] << 4 | buf[1] >> 4);
	h.total_len = get_be16(buf + 4);
	h.proto = buf[6];
	h.ttl = buf[7];
	h.src = ip_addr_v6(buf + 8);
	h.dst = ip_addr_v6(buf + 24);
	h.csum = CSUM_ABSENT;
	if (h.total_len)
		h.total_len += IP6_HDR_LEN;
	else if (h.proto != IP_PROTO_NONE)
		h.note = ANOMALY_IP6_LEN_ZERO;
	else
		h.total_len = IP6_HDR_LEN;
	st = ip6_walk(buf, len, &h, err);
	if (st == WIRE_OK)
		*ret = h;
	return st;
}

enum wire_status ip_decode(const uint8_t *buf, size_t len, struct ip_hdr *ret,
			   struct wire_err *err)
{
	if (!len)
		return result_short(err, len);
	switch (buf[0] >> 4) {
	case 4:
		return ip4_decode(buf, len, ret, err);
	case 6:
		return ip6_decode(buf, len, ret, err);
	default:
		return result_bad(err, ANOMALY_IP_VERSION, 0);
	}
}
