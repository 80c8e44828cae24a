/* SPDX-License-Identifier: BSD-2-Clause */
/* tunnel.h - headers that carry another packet: GRE (RFC 2784, RFC 2890), with
 * it ERSPAN (draft-foschiano-erspan-03), VXLAN (RFC 7348,
 * draft-ietf-nvo3-vxlan-gpe), GENEVE (RFC 8926) and MPLS (RFC 3032). IP in IP
 * needs none.
 */
#ifndef WIRE_TUNNEL_H
#define WIRE_TUNNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/wire.h"

#define VXLAN_PORT     4789
#define VXLAN_GPE_PORT 4790
#define GENEVE_PORT    6081
#define VXLAN_HDR_LEN  8
#define GENEVE_HDR_LEN 8

enum tunnel_kind {
	TUNNEL_NONE,
	TUNNEL_4IN4,
	TUNNEL_4IN6,
	TUNNEL_6IN4,
	TUNNEL_6IN6,
	TUNNEL_GRE,
	TUNNEL_VXLAN,
	TUNNEL_GENEVE,
	TUNNEL_ERSPAN,
	TUNNEL_KINDS,
};

/* @ethertype: what begins at @hdr_len; ETHERTYPE_TEB is an Ethernet frame,
 *	       other values are as in an Ethernet header
 * @id:	       GRE's key, ERSPAN's session, the network identifier of the
 *	       others; if @has_id
 * @is_mirror: GRE: it is ERSPAN, a copy of what passed a switch
 */
struct tunnel_hdr {
	uint16_t ethertype;
	bool has_id;
	uint32_t id;
	uint32_t hdr_len;
	bool is_mirror;
};

/* The decoders: @err may not be NULL and is set on every return. WIRE_BAD means
 * that it is not such a header, or a version that is not followed (GRE_VERSION,
 * VXLAN_FLAGS, GENEVE_VERSION).
 */
enum wire_status gre_decode(const uint8_t *buf, size_t len,
			    struct tunnel_hdr *ret, struct wire_err *err);
enum wire_status vxlan_decode(const uint8_t *buf, size_t len,
			      struct tunnel_hdr *ret, struct wire_err *err);
enum wire_status geneve_decode(const uint8_t *buf, size_t len,
			       struct tunnel_hdr *ret, struct wire_err *err);

/* mpls_decode() - labels. They do not say what they carry: @ret->ethertype is
 * IPv4 or IPv6 by the version, ETHERTYPE_TEB of an Ethernet pseudowire with or
 * without a control word (RFC 4385, RFC 4448) if IP stands behind a header
 * where it would, else ETHERTYPE_NONE. Never WIRE_BAD.
 */
enum wire_status mpls_decode(const uint8_t *buf, size_t len,
			     struct tunnel_hdr *ret, struct wire_err *err);

/* tunnel_name() - "4in4", "4in6", "6in4", "6in6", "gre", "vxlan", "geneve",
 * "erspan"; "none"
 */
const char *tunnel_name(enum tunnel_kind kind);

#endif
