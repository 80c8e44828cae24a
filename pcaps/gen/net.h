/* SPDX-License-Identifier: BSD-2-Clause */
/* net.h - a conversation, packet by packet, built by libnet.
 *
 * libnet makes the IP, TCP and UDP headers with their checksums; this file only
 * keeps the counters between packets and puts the link header before them.
 * None of the project's codecs is used: what reads the captures must not have
 * made them.
 */
#ifndef GEN_NET_H
#define GEN_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file.h"

enum net_link {
	NET_ETHERNET,
	NET_QINQ, /* Ethernet with an 802.1ad and an 802.1Q tag */
	NET_SLL,
	NET_SLL_LOOPBACK,
	NET_SLL2,
};

enum net_side {
	A, /* opens the connection, sends the header */
	B,
};

enum net_fault {
	NET_FAULT_BAD_CSUM = 1U << 0,	  /* one bit wrong in the transport's */
	NET_FAULT_PARTIAL_CSUM = 1U << 1, /* as left to a network card */
	NET_FAULT_OCR_ADDR = 1U << 2,	  /* 10.4.0.14 misread as 10.4.0.10 */
};

/* One end. @ip: text; @id: IPv4 identification, counts up with each packet */
struct net_end {
	const char *ip;
	uint16_t port;
	uint8_t ttl;
	uint8_t tos;
	uint16_t id;
	uint32_t seq;
};

/* The TCP options of a segment; libnet fills up to four bytes with zeroes. */
struct net_opt {
	uint8_t bytes[40];
	uint8_t len;
};

/* @is_ext: IPv6 with hop-by-hop and destination options before the transport
 * @fault:  enum net_fault, or-ed; stays until changed
 * @opt:    of the side's segments; stays until changed
 * @wrap:   writes the frames of a finished IP packet, if @link and @is_ext are
 *	    not enough; else NULL
 * @wrap_arg: for @wrap alone
 */
struct net {
	struct file *file;
	enum net_link link;
	bool is_ext;
	unsigned fault;
	struct net_end end[2];
	struct net_opt opt[2];
	void (*wrap)(struct net *n, enum net_side side, const uint8_t *packet,
		     size_t len);
	const void *wrap_arg;
};

/* net_tcp() - one segment from @side. Its sequence number is @at past the
 * side's counter, which then stands behind what was sent unless @at is not 0.
 * @flags: TH_SYN and so on of <netinet/tcp.h>
 */
void net_tcp(struct net *n, enum net_side side, uint8_t flags, int32_t at,
	     const void *data, size_t len);

/* net_set_opt() - the options of @side's segments from now on, in hex */
void net_set_opt(struct net *n, enum net_side side, const char *hex);

/* net_udp() - one datagram from @side */
void net_udp(struct net *n, enum net_side side, const void *data, size_t len);

void net_handshake(struct net *n);

/* net_data() - a segment with PSH and ACK, and the other side's ACK */
void net_data(struct net *n, enum net_side side, const void *data, size_t len);

/* net_close() - FIN of both sides */
void net_close(struct net *n);

/* net_hex() - digits, blanks skipped, to bytes. Return: how many */
size_t net_hex(const char *hex, uint8_t *out, size_t cap);

#endif
