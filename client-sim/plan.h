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
#define PLAN_REQUEST_MAX	 1024

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

/* What a TCP connection does. */
enum load_kind {
	LOAD_ECHO, /* messages, and the same bytes back */
	LOAD_HTTP, /* GET, and a response */
	LOAD_UP,   /* bytes as fast as they are taken */
	LOAD_DOWN, /* bytes are read as fast as they come, and thrown away */
};

enum arrival {
	ARRIVAL_CONSTANT,
	ARRIVAL_POISSON,
};

/* plan.split_at */
#define SPLIT_NONE 0
#define SPLIT_EACH UINT32_MAX

/* @conns:	 connections in total; 0: until @duration_ms is over
 * @messages:	 per connection; 0: until @duration_ms is over
 * @size:	 bytes per message; LOAD_HTTP: of @request; LOAD_UP and
 *		 LOAD_DOWN: per connection times @messages
 * @duration_ms: 0: none, the counts end the run
 * @rate:	 operations per second, see plan_check(); 0: closed loop
 * @conn_rate:	 connections started per second; 0: as fast as slots are free
 * @is_paced:	 requests begin by the schedule, not when the last is answered
 * @ramp_ms:	 how long rates, or the number of connections, rise
 * @think_ms:	 from a reply to the next request
 * @request:	 LOAD_HTTP: what is sent, ended by plan_check()
 * @want_rst:	 TCP: end a good connection with RST, which leaves no TIME_WAIT
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
	enum load_kind load;
	uint64_t conns;
	uint32_t concurrency;
	uint32_t threads;
	uint64_t messages;
	uint64_t size;
	uint64_t duration_ms;
	uint32_t rate;
	uint32_t conn_rate;
	bool is_paced;
	enum arrival arrival;
	uint64_t ramp_ms;
	uint64_t think_ms;
	uint64_t timeout_ms;
	uint64_t hold_ms;
	struct cidr_list src;
	bool want_verify;
	bool want_whoami;
	bool want_half_close;
	bool want_rst;
	enum send_mode send;
	uint32_t split_at;
	struct endpoint claim_src;
	struct endpoint claim_dst;
	struct endpoint expect;
	uint32_t udp_size;
	uint32_t window;
	char request[PLAN_REQUEST_MAX];
};

/* plan_check() - settle defaults (concurrency, counts of a timed run), keep the
 * source addresses of @p->target's family, and refuse what contradicts itself.
 * @p->rate is of connections if each has one message, else of messages.
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

/* plan_is_bulk() - is it bytes that count, not requests? */
bool plan_is_bulk(const struct plan *p);

/* plan_set_request() - LOAD_HTTP: GET @path from @host. Return: false if it is
 * too long, or has blanks or control characters
 */
bool plan_set_request(struct plan *p, const char *path, const char *host);

/* plan_datagrams() - UDP: how many per connection; 0: no limit */
uint64_t plan_datagrams(const struct plan *p);

/* plan_datagram_len() - payload bytes of datagram @seq of a connection */
uint32_t plan_datagram_len(const struct plan *p, uint64_t seq);

#endif
