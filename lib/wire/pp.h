/* SPDX-License-Identifier: BSD-2-Clause */
/* pp.h - the decoded form that PROXY v1, PROXY v2 and SPP share.
 *
 * Specification: haproxy's proxy-protocol.txt, revision 2026/04/27 ("PP").
 */
#ifndef WIRE_PP_H
#define WIRE_PP_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/wire.h"

enum pp_cmd {
	PP_CMD_LOCAL,	/* v2: the proxy speaks for itself */
	PP_CMD_PROXY,	/* the header names the connection it stands for */
	PP_CMD_UNKNOWN, /* v1: PROXY UNKNOWN */
};

/* The values of v2 are those of the wire's nibbles. */
enum pp_family {
	PP_FAMILY_UNSPEC = 0,
	PP_FAMILY_INET = 1,
	PP_FAMILY_INET6 = 2,
	PP_FAMILY_UNIX = 3,
};

enum pp_proto {
	PP_PROTO_UNSPEC = 0,
	PP_PROTO_STREAM = 1,
	PP_PROTO_DGRAM = 2,
};

enum pp_crc {
	PP_CRC_ABSENT,
	PP_CRC_OK,
	PP_CRC_BAD, /* for reports: such a header is never decoded */
};

#define PP_UNIX_LEN 108

/* @version:   1 or 2; 0 for SPP
 * @family:    PP_FAMILY_UNSPEC for LOCAL and UNKNOWN, whatever the bytes said
 *	       (PP 2.2: the family of LOCAL is ignored). SPP: INET where both
 *	       addresses are v4-mapped, they are unmapped then.
 * @src, @dst: the client and what it dialled; IP_NONE unless INET/INET6
 * @unix_src, @unix_dst: borrowed, PP_UNIX_LEN bytes each, not necessarily
 *	       NUL-terminated; NULL unless PP_FAMILY_UNIX
 * @tlv, @tlv_len: borrowed: the TLV area as it stands in the input, walked
 *	       with pp2_tlv_next(); NULL/0 if none
 * @hdr_len:   whole header; the payload begins here
 * @proto:     PP_PROTO_UNSPEC for LOCAL, UNKNOWN and PP_FAMILY_UNSPEC
 * @note:      the first remark that did not invalidate the header, or
 *	       ANOMALY_NONE
 */
struct pp_hdr {
	uint8_t version;
	enum pp_cmd cmd;
	enum pp_family family;
	enum pp_proto proto;
	enum pp_crc crc;
	struct endpoint src;
	struct endpoint dst;
	const uint8_t *unix_src;
	const uint8_t *unix_dst;
	const uint8_t *tlv;
	uint16_t tlv_len;
	uint32_t hdr_len;
	enum anomaly note;
};

/* pp_has_client() - does @h name an IP client? Otherwise (LOCAL, UNKNOWN,
 * UNSPEC, UNIX) the receiver uses the connection's real endpoints.
 */
static inline bool pp_has_client(const struct pp_hdr *h)
{
	return h->cmd == PP_CMD_PROXY && h->src.addr.family != IP_NONE;
}

/* pp_decode() - v1 or v2, told apart by the first bytes (PP 2.3).
 * @len:     bytes seen so far; 0 is WIRE_SHORT
 * @hdr_max: longest v2 header taken, in bytes; 0: no limit but the format's
 * @err:     may not be NULL; set on every return
 */
enum wire_status pp_decode(const uint8_t *buf, size_t len, size_t hdr_max,
			   struct pp_hdr *ret, struct wire_err *err);

/* pp_decode_dgram() - the header of one whole datagram, of whichever kind: v2
 * or SPP (version 0). There is no WIRE_SHORT; what follows ret->hdr_len is the
 * payload, possibly empty.
 * @hdr_max: as for pp_decode()
 * @err:     PP_NO_SIGNATURE for a datagram without a header, PP_TRUNCATED or
 *	     SPP_SHORT for one that ends inside it, V1_ON_UDP for version 1
 */
enum wire_status pp_decode_dgram(const uint8_t *buf, size_t len, size_t hdr_max,
				 struct pp_hdr *ret, struct wire_err *err);

const char *pp_cmd_name(enum pp_cmd c);	    /* "PROXY", "LOCAL", "UNKNOWN" */
const char *pp_proto_name(enum pp_proto p); /* "stream", "dgram", "unspec" */
const char *pp_crc_name(enum pp_crc c);	    /* "ok", "bad", "absent" */

/* pp_family_name() - "inet", "inet6", "unix", "unspec"; "local" for LOCAL,
 * "unknown" for v1 UNKNOWN
 */
const char *pp_family_name(const struct pp_hdr *h);

#endif
