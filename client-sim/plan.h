/* SPDX-License-Identifier: BSD-2-Clause */
/* plan.h - what a run is to do: fixed before it starts, read by all threads */
#ifndef CLIENT_SIM_PLAN_H
#define CLIENT_SIM_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cidr.h"
#include "wire/addr.h"

#define PLAN_CONCURRENCY_MAX	 1000000
#define PLAN_CONCURRENCY_DEFAULT 64
#define PLAN_THREADS_MAX	 64
#define PLAN_WINDOW_MAX		 64
#define PLAN_ERR_MAX		 256

/* The largest UDP payload over IPv4: 65535 - 20 (IP) - 8 (UDP). */
#define PLAN_DATAGRAM_MAX 65507
/* Messages up to here travel as one datagram: SPP's header still fits. */
#define PLAN_WHOLE_MAX (PLAN_DATAGRAM_MAX - 38)
/* What is left to the identity line in a reply. */
#define PLAN_WHOAMI_ROOM 2048

enum send_mode {
	SEND_NONE,
	SEND_V1,
	SEND_V2,
	SEND_SPP,
};

/* plan.split_at */
#define SPLIT_NONE 0
#define SPLIT_EACH UINT32_MAX

/* @conns:	 connections in total; 0: until @duration_ms is over
 * @messages:	 per connection; 0: until @duration_ms is over
 * @size:	 bytes per message
 * @duration_ms: 0: none, the counts end the run
 * @rate:	 connections started per second; 0: as fast as slots are free
 * @src:	 source addresses, used in turn; empty: the kernel chooses
 * @hold_ms:	 how long a connection stays open after its last message
 * @split_at:	 TCP: header bytes that go alone; SPLIT_NONE, SPLIT_EACH
 * @claim_src, @claim_dst: what a header says; IP_NONE: the connection's own
 *		 address, and @target
 * @expect:	 whom the origin must name; IP_NONE: the connection's own
 *		 address, or what the header claims; port 0: any
 * @udp_size:	 payload bytes of the datagrams that a message is cut into
 * @window:	 datagrams under way per socket
 */
struct plan {
	struct endpoint target;
	bool is_udp;
	uint64_t conns;
	uint32_t concurrency;
	uint32_t threads;
	uint64_t messages;
	uint64_t size;
	uint64_t duration_ms;
	uint32_t rate;
	uint64_t timeout_ms;
	uint64_t hold_ms;
	struct cidr_list src;
	bool want_verify;
	bool want_whoami;
	bool want_half_close;
	enum send_mode send;
	uint32_t split_at;
	struct endpoint claim_src;
	struct endpoint claim_dst;
	struct endpoint expect;
	uint32_t udp_size;
	uint32_t window;
};

/* plan_check() - settle defaults (concurrency, counts of a timed run), keep the
 * source addresses of @p->target's family, and refuse what contradicts itself.
 * Return: false with a message in @err
 */
bool plan_check(struct plan *p, char err[PLAN_ERR_MAX]);

/* plan_source() - source of connection @id, port 0; IP_NONE: no choice made.
 * The first and last address of an IPv4 prefix and the first of an IPv6 one
 * are left out (network, broadcast, router anycast) unless it is that short
 * that nothing else is in it.
 */
struct endpoint plan_source(const struct plan *p, uint64_t id);

/* plan_sources() - how many different ones there are, at most UINT64_MAX */
uint64_t plan_sources(const struct plan *p);

/* plan_due_ns() - when connection @id should start, after the run's start */
uint64_t plan_due_ns(const struct plan *p, uint64_t id);

/* plan_datagrams() - UDP: how many per connection; 0: no limit */
uint64_t plan_datagrams(const struct plan *p);

/* plan_datagram_len() - payload bytes of datagram @seq of a connection */
uint32_t plan_datagram_len(const struct plan *p, uint64_t seq);

#endif
