/* SPDX-License-Identifier: BSD-2-Clause */
/* link.h - link-layer headers as capture files carry them.
 *
 * Ethernet (IEEE 802.3) with stacked VLAN tags (802.1Q, 802.1ad), SNAP and
 * PPPoE sessions; Linux cooked v1 and v2, raw IP, BSD null and OpenBSD loop,
 * PPP and Cisco's HDLC (libpcap's linktypes).
 */
#ifndef WIRE_LINK_H
#define WIRE_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/wire.h"

/* The numbers are those of capture files (LINKTYPE_), the same everywhere;
 * a libpcap DLT_ may differ for raw IP.
 */
enum link_type {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW_OLD = 12, /* DLT_RAW, as some programs write it to files */
	LINK_RAW_BSD = 14, /* the same on OpenBSD */
	LINK_PPP_HDLC = 50,
	LINK_PPP_ETHER = 51,
	LINK_RAW = 101,
	LINK_C_HDLC = 104,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_SLL2 = 276,
};

enum {
	ETHERTYPE_NONE = 0, /* the header has no EtherType */
	ETHERTYPE_IP4 = 0x0800,
	ETHERTYPE_TEB = 0x6558, /* an Ethernet frame inside a tunnel */
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IP6 = 0x86dd,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_MPLS_UP = 0x8848, /* labels that upstream assigned */
	ETHERTYPE_PPPOE = 0x8864,   /* session data */
	ETHERTYPE_QINQ = 0x88a8,
	ETHERTYPE_QINQ_OLD = 0x9100,
};

#define LINK_ETH_LEN  (6 /* dst */ + 6 /* src */ + 2 /* type */)
#define LINK_TAG_LEN  (2 /* TCI */ + 2 /* type */)
#define LINK_SLL_LEN  (2 + 2 + 2 + 8 + 2)
#define LINK_SLL2_LEN (2 + 2 + 4 + 2 + 1 + 1 + 8)
#define LINK_HDLC_LEN (1 /* address */ + 1 /* control */ + 2 /* type */)
#define LINK_SNAP_LEN (3 /* LLC */ + 3 /* OUI */ + 2 /* type */)
#define LINK_NULL_LEN 4
#define LINK_VLAN_MAX 4

/* @ethertype:  what begins at @hdr_len; ETHERTYPE_NONE for 802.3 lengths (LLC)
 *		without SNAP, PPP protocols and BSD address families that are
 *		not IP
 * @vlan:	tag control information (PCP, DEI, VID), outermost first
 * @session:	of PPPoE, if @has_session
 */
struct link_hdr {
	uint16_t ethertype;
	uint8_t vlan_count;
	bool has_session;
	uint16_t session;
	uint16_t vlan[LINK_VLAN_MAX];
	uint32_t hdr_len;
};

/* link_decode() - the header of one frame.
 * @type: enum link_type; another value is WIRE_BAD (NET_LINK_TYPE)
 * @err:  may not be NULL; set on every return
 */
enum wire_status link_decode(int type, const uint8_t *buf, size_t len,
			     struct link_hdr *ret, struct wire_err *err);

#endif
