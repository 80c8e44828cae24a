/* SPDX-License-Identifier: BSD-2-Clause */
/* fast_shared.h - what fast.c and its eBPF programs agree on. Includes nothing:
 * it is compiled for both.
 */
#ifndef PROXY_FAST_SHARED_H
#define PROXY_FAST_SHARED_H

/* Connections of all threads that can be on the fast path */
#define FAST_CONNS_MAX 8192
#define FAST_BELLS_MAX 64
/* a multiple of the largest page */
#define FAST_BELL_BYTES 65536

/* What becomes of a connection's segments. The process says IDLE and ARMED, the
 * program the rest.
 */
enum fast_state {
	FAST_IDLE,    /* to the sockets, as without the program */
	FAST_ARMED,   /* the same, and each one is looked at */
	FAST_TRYING,  /* a processor finds out whether all is quiet */
	FAST_SPLICED, /* to the other end; the sockets see none */
	FAST_KILLED,  /* to the sockets; they end it, with right numbers */
};

/* fast_slot.over: who has ended. Two of the first, or one of the last, and the
 * connection is over.
 */
#define FAST_FIN_ACKED(side) (1U << (side))
#define FAST_BOTH_ACKED	     3U
#define FAST_RESET(side)     (4U << (side))

/* The addresses and ports of segments that arrive, in network byte order; IPv4
 * takes the first word of each
 */
struct fast_key {
	unsigned int src[4];
	unsigned int dst[4];
	unsigned short src_port;
	unsigned short dst_port;
};

/* The segments that come from one side, and how they leave. Sequence numbers
 * are the sender's, in host byte order.
 * By the process, before it arms:
 * @out:     addresses and ports with which they leave
 * @addr_sum: what the addresses add to a checksum in place of the old ones
 * @extra:   bytes that the other socket has had acknowledged beyond those that
 *	     this side's has received, as long as the process holds none
 * By the program, while it is armed:
 * @ifindex: where they arrive
 * @out_ifindex: where what our socket sends to this side leaves, as the socket
 *	     has it: no NAT on the way out; where several interfaces lie on each
 *	     other, the upper one
 * By the program, when it splices:
 * @seq_add: to their sequence numbers; acknowledgements less the other's
 * @ts_add:  to their timestamps, likewise
 * @shift_in, @shift_out: window scales of the sender, and towards the receiver
 * @before:  payload bytes received until then
 * @start, @next: the sequence number then, and the highest one so far; 64 bits,
 *	     of which the lower ones are on the wire
 * @acked:   the highest one that the receiver has acknowledged
 * @edge:    of the windows that the sender was ever told of, the rightmost end
 * @fin_end: the one after the FIN, if @has_fin
 */
struct fast_way {
	struct fast_key out;
	unsigned int addr_sum;
	unsigned int extra;
	unsigned int ifindex;
	unsigned int out_ifindex;
	unsigned int seq_add;
	unsigned int ts_add;
	unsigned int shift_in;
	unsigned int shift_out;
	unsigned int acked;
	unsigned int edge;
	unsigned int fin_end;
	unsigned int has_fin;
	unsigned long long before;
	unsigned long long start;
	unsigned long long next;
};

/* One connection; way[0] comes from its client, way[1] from its origin.
 * @over:    see above
 * @first:   the side that sent the first FIN, plus 1
 * @bell:    the thread that is told when the connection is over
 * @last_ns: the last segment, CLOCK_MONOTONIC, coarse
 */
struct fast_slot {
	unsigned int state;
	unsigned int over;
	unsigned int first;
	unsigned int bell;
	unsigned int is_v6;
	unsigned int unused;
	unsigned long long last_ns;
	struct fast_way way[2];
};

/* Segments of one thread's connections. Two processors may count at once, and
 * one may be lost: it is a rate that is asked for. A cache line each.
 */
struct fast_pulse {
	unsigned long long n;
	unsigned long long unused[7];
};

#endif
