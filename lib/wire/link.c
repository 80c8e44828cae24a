/* SPDX-License-Identifier: BSD-2-Clause */
/* link.c - see link.h; formats: IEEE 802.3 3.2, 802.1Q 9.6 and the linktype
 * pages of libpcap
 */
#include "wire/link.h"

#include <string.h>

#include "wire/bytes.h"
#include "wire/ppp.h"
#include "wire/result.h"

/* Below this the field is a length (IEEE 802.3 3.2.6). */
#define ETHERTYPE_MIN 0x0600
#define LINUX_P_802_2 0x0004

static bool ethertype_is_tag(uint16_t type)
{
	return type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ ||
	       type == ETHERTYPE_QINQ_OLD;
}

/* IEEE 802.3 3.2.6, 802 9.2: behind a length stand LLC's service access points
 * and control; those of SNAP are followed by an organisation, 0 if an EtherType
 * is next. What is not that has none. A cooked header has numbers of Linux's
 * own in place of lengths, one of them for LLC.
 */
static enum wire_status link_read_llc(const uint8_t *buf, size_t len,
				      bool is_cooked, struct link_hdr *h,
				      struct wire_err *err)
{
	static const uint8_t snap[6] = { 0xaa, 0xaa, 0x03, 0, 0, 0 };
	size_t left = len - h->hdr_len;
	size_t n = left < sizeof(snap) ? left : sizeof(snap);
	bool is_llc = !is_cooked || h->ethertype == LINUX_P_802_2;

	h->ethertype = ETHERTYPE_NONE;
	if (!is_llc || memcmp(buf + h->hdr_len, snap, n) != 0)
		return result_ok(err);
	if (left < LINK_SNAP_LEN)
		return result_short(err, len);
	h->ethertype = get_be16(buf + h->hdr_len + 6);
	h->hdr_len += LINK_SNAP_LEN;
	return result_ok(err);
}

/* link_read_ppp() - a PPP frame from h->hdr_len on */
static enum wire_status link_read_ppp(const uint8_t *buf, size_t len,
				      struct link_hdr *h, struct wire_err *err)
{
	struct ppp_hdr ppp;
	enum wire_status st =
		ppp_decode(buf + h->hdr_len, len - h->hdr_len, &ppp, err);

	err->off += h->hdr_len;
	if (st != WIRE_OK)
		return st;
	h->ethertype = ppp.ethertype;
	h->hdr_len += ppp.hdr_len;
	return result_ok(err);
}

static enum wire_status link_read_pppoe(const uint8_t *buf, size_t len,
					struct link_hdr *h,
					struct wire_err *err)
{
	struct pppoe_hdr oe;
	enum wire_status st =
		pppoe_decode(buf + h->hdr_len, len - h->hdr_len, &oe, err);

	err->off += h->hdr_len;
	if (st != WIRE_OK)
		return st;
	h->has_session = true;
	h->session = oe.session;
	h->hdr_len += PPPOE_HDR_LEN;
	h->ethertype = ETHERTYPE_NONE;
	return oe.code == 0 ? link_read_ppp(buf, len, h, err) : result_ok(err);
}

/* link_finish() - @h->hdr_len and @h->ethertype are those before any tag */
static enum wire_status link_finish(const uint8_t *buf, size_t len,
				    bool is_cooked, struct link_hdr *h,
				    struct link_hdr *ret, struct wire_err *err)
{
	enum wire_status st;

	while (ethertype_is_tag(h->ethertype)) {
		const uint8_t *tag = buf + h->hdr_len;

		if (h->vlan_count == LINK_VLAN_MAX)
			return result_bad(err, ANOMALY_NET_VLAN_DEPTH,
					  h->hdr_len - 2);
		if (len - h->hdr_len < LINK_TAG_LEN)
			return result_short(err, len);
		h->vlan[h->vlan_count++] = get_be16(tag);
		h->ethertype = get_be16(tag + 2);
		h->hdr_len += LINK_TAG_LEN;
	}
	if (h->ethertype == ETHERTYPE_PPPOE)
		st = link_read_pppoe(buf, len, h, err);
	else if (h->ethertype >= ETHERTYPE_MIN)
		st = result_ok(err);
	else
		st = link_read_llc(buf, len, is_cooked, h, err);
	if (st == WIRE_OK)
		*ret = *h;
	return st;
}

/* link_decode_typed() - @hdr_len bytes with an EtherType at @type_off */
static enum wire_status link_decode_typed(const uint8_t *buf, size_t len,
					  uint32_t hdr_len, uint32_t type_off,
					  bool is_cooked, struct link_hdr *ret,
					  struct wire_err *err)
{
	struct link_hdr h = { .hdr_len = hdr_len };

	if (len < hdr_len)
		return result_short(err, len);
	h.ethertype = get_be16(buf + type_off);
	return link_finish(buf, len, is_cooked, &h, ret, err);
}

/* The BSDs number AF_INET6 differently; AF_INET is 2 everywhere. */
static uint16_t link_af_ethertype(uint32_t af)
{
	switch (af) {
	case 2:
		return ETHERTYPE_IP4;
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* Darwin */
		return ETHERTYPE_IP6;
	default:
		return ETHERTYPE_NONE;
	}
}

/* LOOP has the family in network order; NULL in that of the machine that wrote
 * the file, told by which half holds the small number.
 */
static enum wire_status link_decode_af(bool is_any_order, const uint8_t *buf,
				       size_t len, struct link_hdr *ret,
				       struct wire_err *err)
{
	struct link_hdr h = { .hdr_len = LINK_NULL_LEN };
	uint32_t af;

	if (len < LINK_NULL_LEN)
		return result_short(err, len);
	af = get_be32(buf);
	if (is_any_order && af > 0xffff)
		af = get_le32(buf);
	h.ethertype = link_af_ethertype(af);
	*ret = h;
	return result_ok(err);
}

static enum wire_status link_decode_raw(const uint8_t *buf, size_t len,
					struct link_hdr *ret,
					struct wire_err *err)
{
	struct link_hdr h = { 0 };

	if (!len)
		return result_short(err, len);
	if (buf[0] >> 4 != 4 && buf[0] >> 4 != 6)
		return result_bad(err, ANOMALY_IP_VERSION, 0);
	h.ethertype = buf[0] >> 4 == 4 ? ETHERTYPE_IP4 : ETHERTYPE_IP6;
	*ret = h;
	return result_ok(err);
}

/* On a serial line Cisco's framing may stand in PPP's place: its address is
 * 0x0f (unicast) or 0x8f (multicast), which PPP's is not.
 */
static enum wire_status link_decode_hdlc(const uint8_t *buf, size_t len,
					 struct link_hdr *ret,
					 struct wire_err *err)
{
	struct link_hdr h = { 0 };
	enum wire_status st;

	if (len && (buf[0] == 0x0f || buf[0] == 0x8f))
		return link_decode_typed(buf, len, LINK_HDLC_LEN, 2, true, ret,
					 err);
	st = link_read_ppp(buf, len, &h, err);
	if (st == WIRE_OK)
		*ret = h;
	return st;
}

static enum wire_status link_decode_pppoe(const uint8_t *buf, size_t len,
					  struct link_hdr *ret,
					  struct wire_err *err)
{
	struct link_hdr h = { 0 };
	enum wire_status st = link_read_pppoe(buf, len, &h, err);

	if (st == WIRE_OK)
		*ret = h;
	return st;
}

enum wire_status link_decode(int type, const uint8_t *buf, size_t len,
			     struct link_hdr *ret, struct wire_err *err)
{
	switch (type) {
	case LINK_ETHERNET:
		return link_decode_typed(buf, len, LINK_ETH_LEN, 12, false, ret,
					 err);
	case LINK_SLL:
		return link_decode_typed(buf, len, LINK_SLL_LEN, 14, true, ret,
					 err);
	case LINK_SLL2:
		return link_decode_typed(buf, len, LINK_SLL2_LEN, 0, true, ret,
					 err);
	case LINK_NULL:
	case LINK_LOOP:
		return link_decode_af(type == LINK_NULL, buf, len, ret, err);
	case LINK_PPP:
	case LINK_PPP_HDLC:
		return link_decode_hdlc(buf, len, ret, err);
	case LINK_PPP_ETHER:
		return link_decode_pppoe(buf, len, ret, err);
	case LINK_C_HDLC:
		return link_decode_typed(buf, len, LINK_HDLC_LEN, 2, true, ret,
					 err);
	case LINK_RAW:
	case LINK_RAW_OLD:
	case LINK_RAW_BSD:
		return link_decode_raw(buf, len, ret, err);
	case LINK_IPV4:
		*ret = (struct link_hdr) { .ethertype = ETHERTYPE_IP4 };
		return result_ok(err);
	case LINK_IPV6:
		*ret = (struct link_hdr) { .ethertype = ETHERTYPE_IP6 };
		return result_ok(err);
	default:
		return result_bad(err, ANOMALY_NET_LINK_TYPE, 0);
	}
}
