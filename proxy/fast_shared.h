/* SPDX-License-Identifier: BSD-2-Clause */
/* fast_shared.h - what fast.c and its eBPF program agree on. Includes nothing:
 * it is compiled for both.
 */
#ifndef PROXY_FAST_SHARED_H
#define PROXY_FAST_SHARED_H

/* Connections of all threads that can be on the fast path; two ways each. */
#define FAST_CONNS_MAX 1024
#define FAST_WAYS_MAX  (2 * FAST_CONNS_MAX)
#define FAST_BELLS_MAX 64
/* a multiple of the largest page */
#define FAST_BELL_BYTES 65536

/* Bytes that a receiver may not have acknowledged before its sender goes over
 * to the process. Never more than a quarter of the receiver's send buffer.
 */
#define FAST_UNACKED_MAX 65536ULL

/* One direction of one connection. Way 2 * n comes from the client of
 * connection n, way 2 * n + 1 from its origin. Counts only grow.
 * By the program, while it holds the sender's lock:
 * @redirected: bytes given to the receiver's queue in the kernel
 * @passed:	bytes let through to the process
 * @last_ns:	when bytes were last redirected, CLOCK_MONOTONIC, coarse
 * By the process:
 * @done:	of the passed bytes, those that the process has written to the
 *		receiver
 * @base:	bytes written to the receiver before this began
 * @bell:	the thread that is told of passed bytes while @is_on
 * @is_on:	redirect
 */
struct fast_way {
	unsigned long long redirected;
	unsigned long long passed;
	unsigned long long last_ns;
	unsigned long long done;
	unsigned long long base;
	unsigned int bell;
	unsigned int is_on;
};

/* Segments redirected for the connections of one thread. Two processors may
 * count at once, and one may be lost: it is a rate that is asked for. A cache
 * line of its own for each.
 */
struct fast_pulse {
	unsigned long long n;
	unsigned long long unused[7];
};

#endif
