/* SPDX-License-Identifier: BSD-2-Clause */
/* uoa.h - the client's address beside a UDP datagram, as DPVS passes it: in an
 * IPv4 option, or in an option of a small header between IP and UDP ("OPP", IP
 * protocol 248), which IPv6 can carry too.
 */
#ifndef WIRE_UOA_H
#define WIRE_UOA_H

#include <stdint.h>

#include "wire/addr.h"
#include "wire/wire.h"

#define UOA_OPTION_KIND 0x1f
#define UOA_V4_LEN	(1 + 1 + 2 + 4)
#define UOA_V6_LEN	(1 + 1 + 2 + 16)
#define OPP_HDR_LEN	(1 + 1 + 2)
/* The option area of an OPP header is held to what an IPv4 header has. */
#define OPP_OPTIONS_MAX 40

enum uoa_carrier {
	UOA_NONE,
	UOA_IP_OPTION,
	UOA_OPP,
};

/* @version: 1 beside IPv4, 2 beside IPv6
 * @proto:   what begins at @hdr_len, an IP protocol number
 * @opt:     the options, borrowed; NULL/0 if there are none
 */
struct opp_hdr {
	uint8_t version;
	uint8_t proto;
	uint8_t opt_len;
	const uint8_t *opt;
	uint32_t hdr_len;
};

/* opp_decode() - what follows an IP header whose protocol is 248.
 * @err: may not be NULL; set on every return (OPP_VERSION, OPP_LENGTH)
 */
enum wire_status opp_decode(const uint8_t *buf, size_t len, struct opp_hdr *ret,
			    struct wire_err *err);

/* uoa_find() - the first UOA among IPv4 options, those of an IP header or of
 * an OPP header, which has the same form.
 * @len: of the whole area
 * @err: may not be NULL; set on every return
 * Return: WIRE_OK and *@ret; WIRE_SHORT if the area ends without one; WIRE_BAD
 *	   (UOA_LENGTH, UOA_ADDRESS, IP4_OPT_LEN)
 */
enum wire_status uoa_find(const uint8_t *area, size_t len, struct endpoint *ret,
			  struct wire_err *err);

/* uoa_carrier_name() - "none", "ip-option", "opp" */
const char *uoa_carrier_name(enum uoa_carrier c);

#endif
