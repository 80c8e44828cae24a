/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_inject.h - frames written to an Ethernet interface, by libnet.
 *
 * Kept apart because libnet's header claims names that ours use.
 */
#ifndef CLIENT_SIM_RAW_INJECT_H
#define CLIENT_SIM_RAW_INJECT_H

#include <stddef.h>
#include <stdint.h>

#include "raw_neigh.h"
#include "wire/addr.h"

#define RAW_INJECT_ERR_MAX 256

struct libnet_context;

/* @mac: of the interface: the source of every frame */
struct raw_inject {
	struct libnet_context *net;
	uint8_t mac[RAW_MAC_LEN];
};

/* @proto: of the transport; @hops: TTL or hop limit */
struct raw_inject_ip {
	const struct ip_addr *src;
	const struct ip_addr *dst;
	const uint8_t *dst_mac;
	uint8_t proto;
	uint8_t hops;
};

/* raw_inject_open() - Return: 0, or -errno with a message in @err */
int raw_inject_open(struct raw_inject *j, const char *ifname,
		    const uint8_t mac[RAW_MAC_LEN],
		    char err[RAW_INJECT_ERR_MAX]);
void raw_inject_close(struct raw_inject *j);

/* raw_inject_ip() - one packet, never to be fragmented.
 * Return: 0 or -errno (-EMSGSIZE: more than the MTU)
 */
int raw_inject_ip(struct raw_inject *j, const struct raw_inject_ip *ip,
		  const uint8_t *body, size_t len);

/* raw_inject_arp_request(), raw_inject_arp_reply() - IPv4; @src is at @j->mac.
 * Return: 0 or -errno
 */
int raw_inject_arp_request(struct raw_inject *j, const struct ip_addr *src,
			   const struct ip_addr *target);
int raw_inject_arp_reply(struct raw_inject *j, const struct ip_addr *src,
			 const struct ip_addr *to,
			 const uint8_t to_mac[RAW_MAC_LEN]);

#endif
