/* SPDX-License-Identifier: BSD-2-Clause */
/* link.c - see link.h; formats: IEEE 802.3 3.2, 802.1Q 9.6 and the linktype
 * pages of libpcap
 */
#include "wire/link.h"

#include <stdbool.h>

#include "wire/bytes.h"
#include "wire/result.h"

/* Below this the field is a length (IEEE 802.3 3.2.6). */
#define ETHERTYPE_MIN 0x0600

static bool ethertype_is_tag(uint16_t type)
{
	return type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ ||
	       type == ETHERTYPE_QINQ_OLD;
}

/* link_finish() - @h->hdr_len and @h->ethertype are those before any tag */
static enum wire_status link_finish(const uint8_t *buf, size_t len,
				    struct link_hdr *h, struct link_hdr *ret,
				    struct wire_err *err)
{
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
	if (h->ethertype < ETHERTYPE_MIN)
		h->ethertype = ETHERTYPE_NONE;
	*ret = *h;
	return result_ok(err);
}

/* link_decode_typed() - @hdr_len bytes with an EtherType at @type_off */
static enum wire_status link_decode_typed(const uint8_t *buf, size_t len,
					  uint32_t hdr_len, uint32_t type_off,
					  struct link_hdr *ret,
					  struct wire_err *err)
{
	struct link_hdr h = { .hdr_len = hdr_len };

	if (len < hdr_len)
		return result_short(err, len);
	h.ethertype = get_be16(buf + type_off);
	return link_finish(buf, len, &h, ret, err);
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

enum wire_status link_decode(int type, const uint8_t *buf, size_t len,
			     struct link_hdr *ret, struct wire_err *err)
{
	switch (type) {
	case LINK_ETHERNET:
		return link_decode_typed(buf, len, LINK_ETH_LEN, 12, ret, err);
	case LINK_SLL:
		return link_decode_typed(buf, len, LINK_SLL_LEN, 14, ret, err);
	case LINK_SLL2:
		return link_decode_typed(buf, len, LINK_SLL2_LEN, 0, ret, err);
	case LINK_NULL:
	case LINK_LOOP:
		return link_decode_af(type == LINK_NULL, buf, len, ret, err);
	case LINK_RAW:
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
