/* SPDX-License-Identifier: BSD-2-Clause */
/* tunnel.c - see tunnel.h */
#include "wire/tunnel.h"

#include "wire/bytes.h"
#include "wire/csum.h"
#include "wire/link.h"
#include "wire/result.h"

/* RFC 2784 2.1 and RFC 2890 2
 *	0..1	flags; the version in the last three bits
 *	2..3	protocol, an EtherType
 *	then, each if its flag is set, four bytes of: checksum and reserved;
 *	key; sequence number
 */
#define GRE_F_CSUM    0x8000U
#define GRE_F_ROUTING 0x4000U
#define GRE_F_KEY     0x2000U
#define GRE_F_SEQ     0x1000U
#define GRE_VERSION   0x0007U
#define GRE_BASE_LEN  4U

/* ERSPAN, behind a GRE header; without its sequence number (type I) there is
 * nothing between
 *	0..1	version (4 bits): 1 for type II, 2 for type III; VLAN
 *	2..3	class, encapsulation, truncated (6); session (10)
 *	4..7	type II: reserved, port; type III: timestamp
 *	8..9	type III: group tag
 *	10..11	type III: PDU (1), type of the frame (5), hardware (6),
 *		direction (1), granularity (2), optional part (1)
 *	12..19	the optional part
 */
#define GRE_PROTO_ERSPAN     0x88be
#define GRE_PROTO_ERSPAN_III 0x22eb
#define ERSPAN_II_LEN	     8U
#define ERSPAN_III_LEN	     12U
#define ERSPAN_OPT_LEN	     8U
#define ERSPAN_SESSION	     0x03ffU

/* erspan_read() - what stands at @h->hdr_len. An unknown version is left with
 * GRE's EtherType.
 */
static enum wire_status erspan_read(const uint8_t *buf, size_t len,
				    bool has_seq, struct tunnel_hdr *h,
				    struct wire_err *err)
{
	bool is_iii = h->ethertype == GRE_PROTO_ERSPAN_III;
	uint32_t need = is_iii ? ERSPAN_III_LEN : ERSPAN_II_LEN;
	const uint8_t *p = buf + h->hdr_len;

	h->is_mirror = true;
	if (!is_iii && !has_seq) {
		h->ethertype = ETHERTYPE_TEB;
		return result_ok(err);
	}
	if (len - h->hdr_len < need)
		return result_short(err, len);
	if (p[0] >> 4 != (is_iii ? 2 : 1))
		return result_ok(err);
	if (is_iii && p[11] & 1)
		need += ERSPAN_OPT_LEN;
	if (len - h->hdr_len < need)
		return result_short(err, len);
	h->has_id = true;
	h->id = get_be16(p + 2) & ERSPAN_SESSION;
	if (!is_iii || !(p[10] & 0x7c))
		h->ethertype = ETHERTYPE_TEB;
	h->hdr_len += need;
	return result_ok(err);
}

enum wire_status gre_decode(const uint8_t *buf, size_t len,
			    struct tunnel_hdr *ret, struct wire_err *err)
{
	struct tunnel_hdr h = { .hdr_len = GRE_BASE_LEN };
	uint32_t key_at = GRE_BASE_LEN;
	uint16_t flags;

	if (len < 2)
		return result_short(err, len);
	flags = get_be16(buf);
	/* RFC 2784 2.3: a packet with routing, which RFC 1701 had, is dropped
	 */
	if (flags & (GRE_F_ROUTING | GRE_VERSION))
		return result_bad(err, ANOMALY_GRE_VERSION, 0);
	if (flags & GRE_F_CSUM) {
		h.hdr_len += 4;
		key_at += 4;
	}
	if (flags & GRE_F_KEY)
		h.hdr_len += 4;
	if (flags & GRE_F_SEQ)
		h.hdr_len += 4;
	if (len < h.hdr_len)
		return result_short(err, len);
	h.ethertype = get_be16(buf + 2);
	h.has_id = flags & GRE_F_KEY;
	if (h.has_id)
		h.id = get_be32(buf + key_at);
	if (h.ethertype == GRE_PROTO_ERSPAN ||
	    h.ethertype == GRE_PROTO_ERSPAN_III) {
		enum wire_status st =
			erspan_read(buf, len, flags & GRE_F_SEQ, &h, err);

		if (st != WIRE_OK)
			return st;
	}
	*ret = h;
	return result_ok(err);
}

/* RFC 7348 5
 *	0	flags: 0x08 says that the identifier is valid
 *	1..3	reserved; group policy and other uses set bits of them
 *	4..6	VXLAN network identifier
 *	7	reserved
 * With the flag of the generic protocol extension (0x04) byte 3 says what
 * follows.
 */
#define VXLAN_F_VNI  0x08
#define VXLAN_F_NEXT 0x04

/* vxlan_next() - byte 3 of the extension, ETHERTYPE_NONE if it is another */
static uint16_t vxlan_next(uint8_t next)
{
	static const uint16_t types[] = {
		ETHERTYPE_NONE, ETHERTYPE_IP4,	ETHERTYPE_IP6,
		ETHERTYPE_TEB,	ETHERTYPE_NONE, ETHERTYPE_MPLS,
	};

	return next < ARRAY_SIZE(types) ? types[next] : ETHERTYPE_NONE;
}

enum wire_status vxlan_decode(const uint8_t *buf, size_t len,
			      struct tunnel_hdr *ret, struct wire_err *err)
{
	uint16_t ethertype = ETHERTYPE_TEB;

	if (!len)
		return result_short(err, len);
	if (!(buf[0] & VXLAN_F_VNI))
		return result_bad(err, ANOMALY_VXLAN_FLAGS, 0);
	if (len < VXLAN_HDR_LEN)
		return result_short(err, len);
	if (buf[0] & VXLAN_F_NEXT)
		ethertype = vxlan_next(buf[3]);
	if (ethertype == ETHERTYPE_NONE)
		return result_bad(err, ANOMALY_VXLAN_FLAGS, 3);
	if (buf[7])
		return result_bad(err, ANOMALY_VXLAN_FLAGS, 7);
	*ret = (struct tunnel_hdr) {
		.ethertype = ethertype,
		.has_id = true,
		.id = get_be32(buf + 4) >> 8,
		.hdr_len = VXLAN_HDR_LEN,
	};
	return result_ok(err);
}

/* RFC 8926 3.4
 *	0	version (2 bits), length of the options in words (6)
 *	1	control, critical, reserved
 *	2..3	protocol, an EtherType
 *	4..6	virtual network identifier	7	reserved
 *	8..	options
 */
enum wire_status geneve_decode(const uint8_t *buf, size_t len,
			       struct tunnel_hdr *ret, struct wire_err *err)
{
	struct tunnel_hdr h = { .has_id = true };

	if (!len)
		return result_short(err, len);
	if (buf[0] >> 6)
		return result_bad(err, ANOMALY_GENEVE_VERSION, 0);
	h.hdr_len = GENEVE_HDR_LEN + (buf[0] & 0x3fU) * 4;
	if (len < h.hdr_len)
		return result_short(err, len);
	h.ethertype = get_be16(buf + 2);
	h.id = get_be32(buf + 4) >> 8;
	*ret = h;
	return result_ok(err);
}

/* RFC 3032 2.1: a label (20 bits), class (3), bottom of the stack (1) and time
 * to live (8).
 * RFC 4385 3: a control word begins with 0; that of Ethernet is 0 or a sequence
 * number in the last two bytes (RFC 4448 4.6).
 */
#define MPLS_LABEL_LEN 4U
#define MPLS_WORD_LEN  4U

/* mpls_is_ip() - may a packet with this EtherType begin at @p? */
static bool mpls_is_ip(uint16_t ethertype, const uint8_t *p, size_t len)
{
	if (!len)
		return false;
	if (ethertype == ETHERTYPE_IP4)
		return p[0] >> 4 == 4 && (p[0] & 0xf) >= 5;
	return ethertype == ETHERTYPE_IP6 && p[0] >> 4 == 6;
}

/* mpls_is_ethernet() - IP behind an Ethernet header, with or without a tag */
static bool mpls_is_ethernet(const uint8_t *p, size_t len)
{
	size_t at = LINK_ETH_LEN;
	uint16_t type;

	if (len < at)
		return false;
	type = get_be16(p + at - 2);
	if (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ) {
		at += LINK_TAG_LEN;
		if (len < at)
			return false;
		type = get_be16(p + at - 2);
	}
	return mpls_is_ip(type, p + at, len - at);
}

/* The first bytes of an address are what they like, so that a packet may look
 * like a frame and a frame like a packet: a header's checksum decides.
 */
static bool mpls_is_surely_ip4(const uint8_t *p, size_t len)
{
	size_t hdr = len ? (size_t)(p[0] & 0xf) * 4 : 0;

	return mpls_is_ip(ETHERTYPE_IP4, p, len) && len >= hdr &&
	       csum_is_whole(p, hdr);
}

static uint16_t mpls_payload(const uint8_t *p, size_t len)
{
	if (!mpls_is_surely_ip4(p, len) && mpls_is_ethernet(p, len))
		return ETHERTYPE_TEB;
	if (mpls_is_ip(ETHERTYPE_IP4, p, len))
		return ETHERTYPE_IP4;
	return mpls_is_ip(ETHERTYPE_IP6, p, len) ? ETHERTYPE_IP6
						 : ETHERTYPE_NONE;
}

enum wire_status mpls_decode(const uint8_t *buf, size_t len,
			     struct tunnel_hdr *ret, struct wire_err *err)
{
	struct tunnel_hdr h = { .ethertype = ETHERTYPE_NONE };
	bool is_bottom = false;
	const uint8_t *p;
	size_t left;

	while (!is_bottom) {
		if (len - h.hdr_len < MPLS_LABEL_LEN)
			return result_short(err, len);
		is_bottom = buf[h.hdr_len + 2] & 1;
		h.hdr_len += MPLS_LABEL_LEN;
	}
	if (len == h.hdr_len)
		return result_short(err, len);
	p = buf + h.hdr_len;
	left = len - h.hdr_len;
	h.ethertype = mpls_payload(p, left);
	if (h.ethertype == ETHERTYPE_NONE && left > MPLS_WORD_LEN &&
	    get_be16(p) == 0 &&
	    mpls_is_ethernet(p + MPLS_WORD_LEN, left - MPLS_WORD_LEN)) {
		h.ethertype = ETHERTYPE_TEB;
		h.hdr_len += MPLS_WORD_LEN;
	}
	*ret = h;
	return result_ok(err);
}

const char *tunnel_name(enum tunnel_kind kind)
{
	static const char *const names[TUNNEL_KINDS] = {
		[TUNNEL_NONE] = "none",	    [TUNNEL_4IN4] = "4in4",
		[TUNNEL_4IN6] = "4in6",	    [TUNNEL_6IN4] = "6in4",
		[TUNNEL_6IN6] = "6in6",	    [TUNNEL_GRE] = "gre",
		[TUNNEL_VXLAN] = "vxlan",   [TUNNEL_GENEVE] = "geneve",
		[TUNNEL_ERSPAN] = "erspan",
	};

	return (unsigned)kind < TUNNEL_KINDS ? names[kind] : "?";
}
