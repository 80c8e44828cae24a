/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_gso.h - runs of datagrams to one peer, written as one message.
 *
 * udp(7), UDP_SEGMENT: the kernel cuts the message into datagrams of one size,
 * of which the last may be shorter. On the wire and for the receiver they are
 * what they would be one by one; a capture on this host shows the run uncut.
 */
#ifndef PROXY_UDP_GSO_H
#define PROXY_UDP_GSO_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/sock.h"

#define UDP_GSO_MSGS_MAX 64 /* as many datagrams in one call */
#define UDP_GSO_IOVS_MAX (2 * UDP_GSO_MSGS_MAX)

/* @msgs: what to write
 * @n_of: how many datagrams each stands for
 * @size_max: longest datagram that is merged; 0: none. The owner sets it at
 *	      first, udp_gso_refused() lowers it
 */
struct udp_gso {
	struct mmsghdr msgs[UDP_GSO_MSGS_MAX];
	uint32_t n_of[UDP_GSO_MSGS_MAX];
	struct iovec iov[UDP_GSO_IOVS_MAX];
	_Alignas(struct cmsghdr) uint8_t
		control[UDP_GSO_MSGS_MAX]
		       [SOCK_PKTINFO_SPACE + CMSG_SPACE(sizeof(uint16_t))];
	size_t size_max;
};

/* udp_gso_merge() - put the @n datagrams of @in into @g->msgs, consecutive ones
 * of one size to one peer as one message. @n is at most UDP_GSO_MSGS_MAX, a
 * datagram has at most two vectors and SOCK_PKTINFO_SPACE bytes of control.
 * @g borrows from @in.
 * Return: messages
 */
uint32_t udp_gso_merge(struct udp_gso *g, const struct mmsghdr *in, uint32_t n);

/* udp_gso_refused() - the kernel answered message @i with errno @err: learn
 * what does not fit the path's MTU or is not possible at all
 */
void udp_gso_refused(struct udp_gso *g, uint32_t i, int err);

#endif
