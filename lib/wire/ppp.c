/* SPDX-License-Identifier: BSD-2-Clause */
/* ppp.c - see ppp.h */
#include "wire/ppp.h"

#include "wire/bytes.h"
#include "wire/link.h"
#include "wire/result.h"

#define PPP_ADDRESS	0xff /* all stations */
#define PPP_PROTO_IP4	0x0021
#define PPP_PROTO_IP6	0x0057
#define PPP_PROTO_MPLS	0x0281
#define PPPOE_VERSION_1 0x11 /* version 1, type 1 */

static uint16_t ppp_ethertype(uint16_t proto)
{
	switch (proto) {
	case PPP_PROTO_IP4:
		return ETHERTYPE_IP4;
	case PPP_PROTO_IP6:
		return ETHERTYPE_IP6;
	case PPP_PROTO_MPLS:
		return ETHERTYPE_MPLS;
	default:
		return ETHERTYPE_NONE;
	}
}

enum wire_status ppp_decode(const uint8_t *buf, size_t len, struct ppp_hdr *ret,
			    struct wire_err *err)
{
	uint32_t at = 0;
	uint16_t proto;

	if (!len)
		return result_short(err, len);
	/* No protocol begins with 0xff, so this is the address. */
	if (buf[0] == PPP_ADDRESS)
		at = 2;
	if (len <= at)
		return result_short(err, len);
	/* RFC 1661 6.5: the last byte of a protocol is the odd one */
	if (buf[at] & 1) {
		proto = buf[at];
		at += 1;
	} else {
		if (len - at < 2)
			return result_short(err, len);
		proto = get_be16(buf + at);
		at += 2;
	}
	*ret = (struct ppp_hdr) { ppp_ethertype(proto), at };
	return result_ok(err);
}

enum wire_status pppoe_decode(const uint8_t *buf, size_t len,
			      struct pppoe_hdr *ret, struct wire_err *err)
{
	if (!len)
		return result_short(err, len);
	if (buf[0] != PPPOE_VERSION_1)
		return result_bad(err, ANOMALY_PPPOE_VERSION, 0);
	if (len < PPPOE_HDR_LEN)
		return result_short(err, len);
	*ret = (struct pppoe_hdr) {
		.code = buf[1],
		.session = get_be16(buf + 2),
		.len = get_be16(buf + 4),
	};
	return result_ok(err);
}
