/* SPDX-License-Identifier: BSD-2-Clause */
/* uoa.c - see uoa.h; the layouts are those of DPVS, include/uoa.h */
#include "wire/uoa.h"

#include <stdbool.h>

#include "wire/bytes.h"
#include "wire/result.h"

/*	0	version (high nibble), reserved
 *	1	protocol of what follows	2..3	length, options included
 *	4..	options
 */
enum wire_status opp_decode(const uint8_t *buf, size_t len, struct opp_hdr *ret,
			    struct wire_err *err)
{
	struct opp_hdr h;
	uint32_t all;

	if (!len)
		return result_short(err, len);
	h.version = buf[0] >> 4;
	if (h.version != 1 && h.version != 2)
		return result_bad(err, ANOMALY_OPP_VERSION, 0);
	if (len < OPP_HDR_LEN)
		return result_short(err, len);
	h.proto = buf[1];
	all = get_be16(buf + 2);
	if (all < OPP_HDR_LEN || all > OPP_HDR_LEN + OPP_OPTIONS_MAX)
		return result_bad(err, ANOMALY_OPP_LENGTH, 2);
	if (len < all)
		return result_short(err, len);
	h.opt_len = (uint8_t)(all - OPP_HDR_LEN);
	h.opt = h.opt_len ? buf + OPP_HDR_LEN : NULL;
	h.hdr_len = all;
	*ret = h;
	return result_ok(err);
}

static bool uoa_is_zero(const struct endpoint *e)
{
	const struct ip_addr zero = { .family = e->addr.family };

	return e->port == 0 || ip_addr_eq(&e->addr, &zero);
}

/*	0	0x1f	1	length: 8 or 20
 *	2..3	the client's port	4..	its address
 */
static enum wire_status uoa_read(const uint8_t *opt, uint8_t opt_len,
				 uint32_t at, struct endpoint *ret,
				 struct wire_err *err)
{
	struct endpoint e;

	if (opt_len != UOA_V4_LEN && opt_len != UOA_V6_LEN)
		return result_bad(err, ANOMALY_UOA_LENGTH, at + 1);
	e.addr = opt_len == UOA_V4_LEN ? ip_addr_v4(opt + 4)
				       : ip_addr_v6(opt + 4);
	e.port = get_be16(opt + 2);
	if (uoa_is_zero(&e))
		return result_bad(err, ANOMALY_UOA_ADDRESS, at + 2);
	*ret = e;
	return result_ok(err);
}

enum wire_status uoa_find(const uint8_t *area, size_t len, struct endpoint *ret,
			  struct wire_err *err)
{
	size_t at = 0;

	/* RFC 791 3.1: 0 ends the list, 1 is a byte of padding */
	while (at < len && area[at] != 0) {
		uint8_t opt_len;

		if (area[at] == 1) {
			at++;
			continue;
		}
		if (len - at < 2)
			return result_bad(err, ANOMALY_IP4_OPT_LEN, at);
		opt_len = area[at + 1];
		if (opt_len < 2 || opt_len > len - at)
			return result_bad(err, ANOMALY_IP4_OPT_LEN, at + 1);
		if (area[at] == UOA_OPTION_KIND)
			return uoa_read(area + at, opt_len, (uint32_t)at, ret,
					err);
		at += opt_len;
	}
	return result_short(err, len);
}

const char *uoa_carrier_name(enum uoa_carrier c)
{
	switch (c) {
	case UOA_IP_OPTION:
		return "ip-option";
	case UOA_OPP:
		return "opp";
	case UOA_NONE:
	default:
		return "none";
	}
}
