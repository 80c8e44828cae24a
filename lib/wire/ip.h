/* SPDX-License-Identifier: BSD-2-Clause */
/* ip.h - IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200) */
#ifndef WIRE_IP_H
#define WIRE_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/csum.h"
#include "wire/wire.h"

#define IP4_HDR_LEN 20
#define IP6_HDR_LEN 40
#define IP6_EXT_MAX 16

enum {
	IP_PROTO_HOPOPTS = 0,
	IP_PROTO_IPIP = 4,
	IP_PROTO_TCP = 6,
	IP_PROTO_UDP = 17,
	IP_PROTO_IPV6 = 41,
	IP_PROTO_ROUTING = 43,
	IP_PROTO_FRAGMENT = 44,
	IP_PROTO_GRE = 47,
	IP_PROTO_ESP = 50,
	IP_PROTO_AH = 51,
	IP_PROTO_NONE = 59,
	IP_PROTO_DSTOPTS = 60,
	IP_PROTO_MOBILITY = 135,
	IP_PROTO_HIP = 139,
	IP_PROTO_SHIM6 = 140,
	IP_PROTO_OPP = 248, /* DPVS, see uoa.h; unassigned at IANA */
};

/* @proto:     what begins at @hdr_len, after every extension header that was
 *	       followed; of an IPv6 fragment nothing is followed past the
 *	       fragment header, so this is what begins the reassembled part
 * @tos:       traffic class
 * @ext_count: IPv6 extension headers followed
 * @is_frag:   a fragment: @frag_off > 0 or @more_frags. With @frag_off > 0 no
 *	       transport header begins at @hdr_len.
 * @frag_off:  in bytes
 * @has_route: an IPv6 routing header names more hops: @dst is not the last one,
 *	       which the transport's checksum covers (RFC 8200 8.1)
 * @hdr_len:   IPv4 with options; IPv6 with extension headers
 * @total_len: header and payload as the packet says, never below @hdr_len;
 *	       what follows in the frame is padding. 0: the packet does not say
 *	       (offload, jumbogram), it ends with its frame.
 * @opt:       IPv4 options, borrowed; NULL/0 if none
 * @csum:      of the IPv4 header: OK, BAD or ABSENT (0, offload); IPv6 has
 *	       none: ABSENT
 * @note:      IP4_LEN_ZERO, IP6_LEN_ZERO or ANOMALY_NONE
 */
struct ip_hdr {
	uint8_t version;
	uint8_t proto;
	uint8_t tos;
	uint8_t ttl;
	uint8_t ext_count;
	bool dont_frag;
	bool is_frag;
	bool more_frags;
	bool has_route;
	uint16_t frag_off;
	uint32_t frag_id;
	uint32_t hdr_len;
	uint32_t total_len;
	struct ip_addr src;
	struct ip_addr dst;
	const uint8_t *opt;
	uint8_t opt_len;
	enum csum_state csum;
	enum anomaly note;
};

/* ip_decode() - one header, v4 or v6 told by the version nibble.
 * WIRE_SHORT if @len ends inside the header, whatever the packet's own length
 * says; comparing @ret->total_len with what was captured is the caller's.
 * @err: may not be NULL; set on every return
 */
enum wire_status ip_decode(const uint8_t *buf, size_t len, struct ip_hdr *ret,
			   struct wire_err *err);

/* ip6_skip_ext() - the extension headers at the begin of what was reassembled
 * from IPv6 fragments.
 * @proto:     the first one's number, or a transport's, then none is skipped
 * @ret_proto: what begins at *@ret_len
 * Return:     as ip_decode(); WIRE_BAD (IP6_EXT_DEPTH, IP6_EXT_OVERRUN,
 *	       IP6_HBH_ORDER, IP6_FRAG_NESTED) with @err->off in @buf
 */
enum wire_status ip6_skip_ext(uint8_t proto, const uint8_t *buf, size_t len,
			      uint8_t *ret_proto, uint32_t *ret_len,
			      struct wire_err *err);

#endif
