/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_fast_shared.h - what udp_fast.c and its eBPF programs agree on. Includes
 * nothing: it is compiled for both.
 */
#ifndef PROXY_UDP_FAST_SHARED_H
#define PROXY_UDP_FAST_SHARED_H

/* Sessions of all threads that can be forwarded at a time; a power of two. */
#define UDP_FAST_SLOTS 4096

/* Where a header is put before the payload or taken off, longer payloads go to
 * the process. All headers are of an even length.
 */
#define UDP_FAST_HEADER_MAX  64
#define UDP_FAST_PAYLOAD_MAX 4096
#define UDP_FAST_CUT	     38

/* A datagram's number in its time stamp: this bit, which is no time before the
 * year 2116, and UDP_FAST_COUNT_BITS of a count below the session's turn.
 */
#define UDP_FAST_NUMBER	    (1ULL << 62)
#define UDP_FAST_COUNT_BITS 40
#define UDP_FAST_TURN_MASK  ((1ULL << (62 - UDP_FAST_COUNT_BITS)) - 1)

/* Which way: ref = 2 * slot + direction. */
#define UDP_FAST_UP   0u
#define UDP_FAST_DOWN 1u

/* Who sends to whom, in network order; IPv4 is ::ffff:a.b.c.d. */
struct udp_fast_key {
	unsigned int src[4];
	unsigned int dst[4];
	unsigned short sport;
	unsigned short dport;
};

/* One direction of one session.
 * By the process, before the programs can find it:
 * @from: what comes; @to: what goes on
 * By the process:
 * @done: number of the last datagram that it has relayed or dropped; 0: none
 * @mtu:  bytes of an IP packet that reach the receiver uncut
 * By the programs:
 * @seen:	number of the last datagram that was left to the process
 * @datagrams, @bytes, @last_ns: those forwarded, their payload as the client
 *		knows it, when the last one was (CLOCK_MONOTONIC, coarse)
 * @in_ifindex: where the last one that was left to the process came in
 * @out_ifindex: where the process's leave; 0: not known
 */
struct udp_fast_way {
	struct udp_fast_key from;
	struct udp_fast_key to;
	unsigned long long done;
	unsigned int mtu;
	unsigned int in_ifindex;
	unsigned int out_ifindex;
	unsigned long long seen;
	unsigned long long datagrams;
	unsigned long long bytes;
	unsigned long long last_ns;
} __attribute__((aligned(64)));

/* @is_on:     forward
 * @put_bytes: of @header, put before each payload on its way up
 * @is_cut:    take UDP_FAST_CUT bytes off each payload on its way down, which
 *	       has to begin with the first two bytes of @header
 */
struct udp_fast_slot {
	struct udp_fast_way ways[2];
	unsigned int is_on;
	unsigned int put_bytes;
	unsigned int is_cut;
	unsigned char header[UDP_FAST_HEADER_MAX];
} __attribute__((aligned(64)));

#endif
