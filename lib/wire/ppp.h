/* SPDX-License-Identifier: BSD-2-Clause */
/* ppp.h - PPP frames (RFC 1661, RFC 1662) and PPPoE sessions (RFC 2516) */
#ifndef WIRE_PPP_H
#define WIRE_PPP_H

#include <stdint.h>

#include "wire/wire.h"

#define PPPOE_HDR_LEN (1 + 1 + 2 /* session */ + 2 /* length */)

/* @ethertype: what begins at @hdr_len, as Ethernet numbers it; ETHERTYPE_NONE
 *	       for everything but uncompressed IPv4 and IPv6
 */
struct ppp_hdr {
	uint16_t ethertype;
	uint32_t hdr_len;
};

/* @session: its number; a discovery packet has one too
 * @code:    0 is session data, which begins with a PPP frame
 * @len:     of what follows the six bytes, as the header says
 */
struct pppoe_hdr {
	uint8_t code;
	uint16_t session;
	uint16_t len;
};

/* ppp_decode() - address and control, which may be left out, and the protocol,
 * of one byte or two.
 * @err: may not be NULL; set on every return
 */
enum wire_status ppp_decode(const uint8_t *buf, size_t len, struct ppp_hdr *ret,
			    struct wire_err *err);

/* pppoe_decode() - the six bytes behind the EtherType.
 * @err: may not be NULL; set on every return (PPPOE_VERSION)
 */
enum wire_status pppoe_decode(const uint8_t *buf, size_t len,
			      struct pppoe_hdr *ret, struct wire_err *err);

#endif
