/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_fast.h - UDP sessions forwarded inside the kernel, by eBPF programs at
 * the interfaces (tc), once they stand.
 *
 * Theory of operation
 *
 * A session begins with the process: sockets, header, counters as ever. Then
 * it gets a slot, and the program at the ingress of each interface knows its
 * datagrams by their addresses and ports. Such a datagram is left to the
 * process, with a number, or forwarded: rewritten from one leg to the other,
 * its checksum with it, and sent on. No socket and no thread sees it then.
 *
 * Order: the process says in the slot which number it has relayed last. A
 * datagram is forwarded only if that is the last one that was left to the
 * process in this direction, so that none overtakes another. The number comes
 * to the process in place of the time of reception (SO_TIMESTAMPING without
 * stamps being made): one that is lost in a socket's queue, or refused by the
 * host's filters, is made up for by the next that is relayed. What the program
 * cannot do goes to the process and ends forwarding until it is relayed, too:
 * fragments, IP options and extension headers, a TTL of 1, what the sender's or
 * the card's offloads merged, what is too long for the way on, replies that
 * lack the header of SPP.
 *
 * Both directions have to have been seen, and a datagram of each relayed: by
 * that it is known that both legs come in as the sockets have them (no NAT
 * between), at which interfaces, and that the host's filters let them in. A
 * datagram that comes at another interface is left to the process and its
 * filters. Where they leave, and that they do so as the sockets have them, a
 * second program learns at the egress, again when routes change. The TTL falls
 * by one, so that no set of sessions can make a circle.
 *
 * Slots, one range for each thread, are written by that thread. One that was
 * given back rests until no program can still be looking at it.
 *
 * What is forwarded passes neither the host's packet filter (filter.h) nor its
 * connection tracking. ICMP errors about it come to the session's socket as
 * ever.
 */
#ifndef PROXY_UDP_FAST_H
#define PROXY_UDP_FAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "config.h"
#include "udp_fast_shared.h"

struct udp_fast;

#define UDP_FAST_NONE UINT32_MAX

/* room for what udp_fast_number() reads, in a control buffer */
#define UDP_FAST_CONTROL 64

/* @client, @vip: the leg of the client
 * @from, @origin: that to the origin
 * @put, @put_bytes: goes before each payload to the origin; even, at most
 *		  UDP_FAST_HEADER_MAX
 * @is_cut: payloads from the origin begin with a header of SPP, by the first
 *	    bytes of @put, that the client must not see
 * @mtu: bytes of an IP packet on the way to the client and to the origin
 */
struct udp_fast_session {
	struct endpoint client;
	struct endpoint vip;
	struct endpoint from;
	struct endpoint origin;
	const uint8_t *put;
	size_t put_bytes;
	bool is_cut;
	uint32_t mtu[2];
};

/* What was forwarded in one direction, since the slot was taken. */
struct udp_fast_count {
	uint64_t datagrams;
	uint64_t bytes;
	uint64_t last_ms; /* CLOCK_MONOTONIC; 0: nothing yet */
};

/* udp_fast_open() - load the programs and attach them. It takes root, or
 * CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON; what comes later takes no privilege.
 * Return: 0 or -errno (ENOSYS: a kernel that this was not tried with, and
 *	   --fast-path is auto)
 */
int udp_fast_open(const struct proxy_config *cfg, struct udp_fast **ret);

/* udp_fast_on_demand() - from now on the programs are attached only while there
 * are slots in use. Once, after privileges were given up.
 */
void udp_fast_on_demand(struct udp_fast *f);

/* udp_fast_close() - NULL is a no-op */
void udp_fast_close(struct udp_fast *f);

/* udp_fast_fds() - descriptors it holds; 0 for NULL */
uint32_t udp_fast_fds(const struct udp_fast *f);

/* udp_fast_listen() - have @fd, a UDP socket, tell numbers. 0 or -errno */
int udp_fast_listen(int fd);

/* udp_fast_number() - of a datagram that was read from such a socket; 0: none
 */
uint64_t udp_fast_number(const struct msghdr *msg);

/* udp_fast_begin() - by @thread: a slot for @s. The sockets of both legs listen
 * for numbers.
 * Return: the slot, or UDP_FAST_NONE if there is none, or the kernel refuses
 */
uint32_t udp_fast_begin(struct udp_fast *f, unsigned thread, uint64_t now_ms,
			const struct udp_fast_session *s);

/* udp_fast_end() - give @slot of @thread back. What was forwarded is counted
 * for sure only afterwards.
 */
void udp_fast_end(struct udp_fast *f, unsigned thread, uint64_t now_ms,
		  uint32_t slot);

/* udp_fast_done() - datagram @number of direction @way was relayed or dropped;
 * numbers of sessions that had the slot before change nothing
 */
void udp_fast_done(struct udp_fast *f, uint32_t slot, unsigned way,
		   uint64_t number);

void udp_fast_set_mtu(struct udp_fast *f, uint32_t slot, unsigned way,
		      uint32_t bytes);

/* udp_fast_routes() - how often routes or interfaces have changed so far, as
 * far as that is known by now
 */
uint32_t udp_fast_routes(struct udp_fast *f);

/* udp_fast_relearn() - both directions of @slot go by the process until it is
 * known again where they leave
 */
void udp_fast_relearn(struct udp_fast *f, uint32_t slot);

void udp_fast_counted(const struct udp_fast *f, uint32_t slot, unsigned way,
		      struct udp_fast_count *ret);

#endif
