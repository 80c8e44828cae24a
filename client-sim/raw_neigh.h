/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_neigh.h - ARP (RFC 826) and neighbour discovery (RFC 4861) for an
 * address that the kernel does not own
 */
#ifndef CLIENT_SIM_RAW_NEIGH_H
#define CLIENT_SIM_RAW_NEIGH_H

#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/ip.h"

#define RAW_MAC_LEN   6
#define RAW_ARP_LEN   28
#define RAW_ND_LEN    (4 + 4 + 16 + 8)
#define RAW_ND_HOPS   255
#define RAW_NEIGH_MAX RAW_ND_LEN

#define RAW_PROTO_ICMP6 58

enum raw_neigh_kind {
	RAW_NEIGH_OTHER,
	RAW_NEIGH_ASKS,	   /* somebody wants the MAC of our address */
	RAW_NEIGH_ANSWERS, /* the hop told its MAC */
};

/* @peer:     who asked; IPv6: the answer goes there
 * @peer_mac: of who asked, or answered
 */
struct raw_neigh {
	enum raw_neigh_kind kind;
	struct ip_addr peer;
	uint8_t peer_mac[RAW_MAC_LEN];
};

/* raw_neigh_read_arp() - @buf: what follows the Ethernet header.
 * @own: our address; @hop: whom we asked; IPv4
 */
struct raw_neigh raw_neigh_read_arp(const uint8_t *buf, size_t len,
				    const struct ip_addr *own,
				    const struct ip_addr *hop);

/* raw_neigh_read_nd() - @buf: the ICMPv6 message of the packet @ip.
 * @eth_src: the frame's source
 */
struct raw_neigh raw_neigh_read_nd(const struct ip_hdr *ip, const uint8_t *buf,
				   size_t len,
				   const uint8_t eth_src[RAW_MAC_LEN],
				   const struct ip_addr *own,
				   const struct ip_addr *hop);

/* raw_neigh_solicit() - ICMPv6: who has @hop?
 * @ret_dst: the group that is asked, with @ret_mac its MAC
 */
void raw_neigh_solicit(const struct ip_addr *own, const struct ip_addr *hop,
		       const uint8_t mac[RAW_MAC_LEN], uint8_t out[RAW_ND_LEN],
		       struct ip_addr *ret_dst, uint8_t ret_mac[RAW_MAC_LEN]);

/* raw_neigh_advertise() - ICMPv6: @own, asked for by @to, is at @mac */
void raw_neigh_advertise(const struct ip_addr *own, const struct ip_addr *to,
			 const uint8_t mac[RAW_MAC_LEN],
			 uint8_t out[RAW_ND_LEN]);

#endif
