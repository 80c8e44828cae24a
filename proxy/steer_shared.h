/* SPDX-License-Identifier: BSD-2-Clause */
/* steer_shared.h - what steer.c and its eBPF program agree on. Includes
 * nothing: it is compiled for both.
 */
#ifndef PROXY_STEER_SHARED_H
#define PROXY_STEER_SHARED_H

#define STEER_TCP	0
#define STEER_UDP	1
#define STEER_PROTOS	2
#define STEER_SOCKETS	(2 * STEER_PROTOS) /* 2 * protocol + is_v6 */
#define STEER_WORD_BITS 64
#define STEER_WORDS	(65536 / STEER_WORD_BITS)
#define STEER_ADDRS_MAX 8

/* An address that is listened on, in network order; IPv4 is ::ffff:a.b.c.d. */
struct steer_addr {
	unsigned int word[4];
};

#endif
