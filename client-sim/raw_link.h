/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_link.h - an Ethernet interface: packets out by libnet, in by libpcap.
 *
 * The kernel has no part in the connection: frames are written with the
 * interface's MAC, ARP and neighbour solicitations for the source address are
 * answered here, and the next hop's MAC is asked for here.
 */
#ifndef CLIENT_SIM_RAW_LINK_H
#define CLIENT_SIM_RAW_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "raw_inject.h"
#include "raw_neigh.h"
#include "wire/addr.h"
#include "wire/tcp.h"

#define RAW_LINK_ERR_MAX 384

struct pcap;

/* @fd:	 readable when raw_link_next() may have something; belongs to @pcap
 * @hop: next hop of @dst
 */
struct raw_link {
	struct raw_inject out;
	struct pcap *pcap;
	int fd;
	unsigned mtu;
	struct endpoint src;
	struct endpoint dst;
	struct ip_addr hop;
	bool has_hop_mac;
	uint8_t hop_mac[RAW_MAC_LEN];
	uint64_t bad_csum;
	uint64_t malformed;
};

/* A segment from @dst to @src; borrowed, until the next call */
struct raw_link_in {
	struct tcp_hdr hdr;
	const uint8_t *data;
	size_t len;
};

/* raw_link_open() - find the way to @dst and open its interface.
 * @ifname: NULL: as the routing table says
 * Return: 0, -EADDRINUSE (the kernel owns @src or @dst), or another -errno,
 *	   with a message in @err
 */
int raw_link_open(struct raw_link *l, const char *ifname,
		  const struct endpoint *src, const struct endpoint *dst,
		  char err[RAW_LINK_ERR_MAX]);
void raw_link_close(struct raw_link *l);

/* raw_link_ask() - ask for the next hop's MAC; the answer sets has_hop_mac */
void raw_link_ask(struct raw_link *l);

/* raw_link_send() - @seg: @len bytes, a TCP segment; has_hop_mac.
 * Return: 0, or -errno; the frame is lost then
 */
int raw_link_send(struct raw_link *l, const uint8_t *seg, size_t len);

/* raw_link_next() - the next segment of the connection; what is for ARP and
 * neighbour discovery is dealt with on the way.
 * Return: 1, 0 if nothing is there, or -errno
 */
int raw_link_next(struct raw_link *l, struct raw_link_in *ret);

#endif
