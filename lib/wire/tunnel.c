/* SPDX-License-Identifier: BSD-2-Clause */
/* tunnel.c - see tunnel.h */
#include "wire/tunnel.h"

#include "wire/bytes.h"
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
	*ret = h;
	return result_ok(err);
}

/* RFC 7348 5
 *	0	flags: 0x08 says that the identifier is valid
 *	1..3	reserved; group policy and other uses set bits of them
 *	4..6	VXLAN network identifier
 *	7	reserved
 * The flags of the generic protocol extension (0x04) say that something other
 * than Ethernet follows.
 */
#define VXLAN_F_VNI  0x08
#define VXLAN_F_NEXT 0x04

enum wire_status vxlan_decode(const uint8_t *buf, size_t len,
			      struct tunnel_hdr *ret, struct wire_err *err)
{
	if (!len)
		return result_short(err, len);
	if (!(buf[0] & VXLAN_F_VNI) || buf[0] & VXLAN_F_NEXT)
		return result_bad(err, ANOMALY_VXLAN_FLAGS, 0);
	if (len < VXLAN_HDR_LEN)
		return result_short(err, len);
	if (buf[7])
		return result_bad(err, ANOMALY_VXLAN_FLAGS, 7);
	*ret = (struct tunnel_hdr) {
		.ethertype = ETHERTYPE_TEB,
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

const char *tunnel_name(enum tunnel_kind kind)
{
	static const char *const names[TUNNEL_KINDS] = {
		[TUNNEL_NONE] = "none",	  [TUNNEL_4IN4] = "4in4",
		[TUNNEL_4IN6] = "4in6",	  [TUNNEL_6IN4] = "6in4",
		[TUNNEL_6IN6] = "6in6",	  [TUNNEL_GRE] = "gre",
		[TUNNEL_VXLAN] = "vxlan", [TUNNEL_GENEVE] = "geneve",
	};

	return (unsigned)kind < TUNNEL_KINDS ? names[kind] : "?";
}
