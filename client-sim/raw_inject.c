/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_inject.c - see raw_inject.h */
#include "raw_inject.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <libnet.h>

#define RAW_DONT_FRAG 0x4000

int raw_inject_open(struct raw_inject *j, const char *ifname,
		    const uint8_t mac[RAW_MAC_LEN],
		    char err[RAW_INJECT_ERR_MAX])
{
	char why[LIBNET_ERRBUF_SIZE] = "";

	memcpy(j->mac, mac, RAW_MAC_LEN);
	j->net = libnet_init(LIBNET_LINK, ifname, why);
	if (!j->net) {
		(void)snprintf(err, RAW_INJECT_ERR_MAX, "%s", why);
		return -EIO;
	}
	if (fcntl(libnet_getfd(j->net), F_SETFD, FD_CLOEXEC))
		return -errno;
	return 0;
}

void raw_inject_close(struct raw_inject *j)
{
	if (j->net)
		libnet_destroy(j->net);
	j->net = NULL;
}

/* @tag: of what was built last; in front of it goes the Ethernet header. */
static int raw_inject_write(struct raw_inject *j, libnet_ptag_t tag,
			    const uint8_t mac[RAW_MAC_LEN], uint16_t ethertype)
{
	int rc = -EIO;

	errno = 0;
	if (tag != -1 &&
	    libnet_build_ethernet(mac, j->mac, ethertype, NULL, 0, j->net, 0) !=
		    -1 &&
	    libnet_write(j->net) != -1)
		rc = 0;
	else if (errno)
		rc = -errno;
	libnet_clear_packet(j->net);
	return rc;
}

static libnet_ptag_t raw_inject_build4(struct raw_inject *j,
				       const struct raw_inject_ip *ip,
				       const uint8_t *body, size_t len)
{
	uint32_t src, dst; /* as on the wire */

	memcpy(&src, ip->src->bytes, sizeof(src));
	memcpy(&dst, ip->dst->bytes, sizeof(dst));
	return libnet_build_ipv4((uint16_t)(LIBNET_IPV4_H + len), 0, 0,
				 RAW_DONT_FRAG, ip->hops, ip->proto, 0, src,
				 dst, body, (uint32_t)len, j->net, 0);
}

static libnet_ptag_t raw_inject_build6(struct raw_inject *j,
				       const struct raw_inject_ip *ip,
				       const uint8_t *body, size_t len)
{
	struct libnet_in6_addr src, dst;

	memcpy(&src, ip->src->bytes, sizeof(src));
	memcpy(&dst, ip->dst->bytes, sizeof(dst));
	return libnet_build_ipv6(0, 0, (uint16_t)len, ip->proto, ip->hops, src,
				 dst, body, (uint32_t)len, j->net, 0);
}

int raw_inject_ip(struct raw_inject *j, const struct raw_inject_ip *ip,
		  const uint8_t *body, size_t len)
{
	if (len > UINT16_MAX - LIBNET_IPV4_H)
		return -EMSGSIZE;
	if (ip->dst->family == IP_V6)
		return raw_inject_write(j, raw_inject_build6(j, ip, body, len),
					ip->dst_mac, ETHERTYPE_IPV6);
	return raw_inject_write(j, raw_inject_build4(j, ip, body, len),
				ip->dst_mac, ETHERTYPE_IP);
}

static int raw_inject_arp(struct raw_inject *j, uint16_t op,
			  const struct ip_addr *src, const struct ip_addr *to,
			  const uint8_t to_mac[RAW_MAC_LEN],
			  const uint8_t eth_mac[RAW_MAC_LEN])
{
	libnet_ptag_t tag = libnet_build_arp(ARPHRD_ETHER, ETHERTYPE_IP,
					     RAW_MAC_LEN, 4, op, j->mac,
					     src->bytes, to_mac, to->bytes,
					     NULL, 0, j->net, 0);

	return raw_inject_write(j, tag, eth_mac, ETHERTYPE_ARP);
}

int raw_inject_arp_request(struct raw_inject *j, const struct ip_addr *src,
			   const struct ip_addr *target)
{
	static const uint8_t nobody[RAW_MAC_LEN];
	static const uint8_t all[RAW_MAC_LEN] = { 0xff, 0xff, 0xff,
						  0xff, 0xff, 0xff };

	return raw_inject_arp(j, ARPOP_REQUEST, src, target, nobody, all);
}

int raw_inject_arp_reply(struct raw_inject *j, const struct ip_addr *src,
			 const struct ip_addr *to,
			 const uint8_t to_mac[RAW_MAC_LEN])
{
	return raw_inject_arp(j, ARPOP_REPLY, src, to, to_mac, to_mac);
}
