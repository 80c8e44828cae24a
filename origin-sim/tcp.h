/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp.h - the connections of tp-origin */
#ifndef ORIGIN_TCP_H
#define ORIGIN_TCP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/wheel.h"
#include "config.h"
#include "record.h"
#include "stats.h"
#include "toa_source.h"

struct conn;

/* @cfg, @loop, @log, @stats: borrowed
 * @type:     loop type of the connections' events
 * @toa:      used in mode toa, opened and closed by the owner
 * @conns:    @conns_max slots; @free_head chains the unused ones
 * @spare_fd: held to be able to accept, and refuse, when descriptors run out
 * @scratch:  where everything is read to
 * @source:   TCP_SOURCE_BYTES to send; NULL but with --reply source
 */
struct tcp {
	const struct origin_config *cfg;
	struct loop *loop;
	struct record *log;
	struct origin_stats *stats;
	uint8_t type;
	struct toa_source toa;
	struct wheel wheel;
	struct conn *conns;
	uint32_t conns_max;
	uint32_t free_head;
	int spare_fd;
	uint8_t *scratch;
	uint8_t *source;
};

/* tcp_init() - the borrowed members are set already. Return: 0 or -errno */
int tcp_init(struct tcp *t, uint32_t conns_max);

/* tcp_fini() - abort what is left (reason: shutdown) and free */
void tcp_fini(struct tcp *t);

/* A listening socket.
 * @is_v4: it is AF_INET
 * @at:	   where it listens; all zeros: on any address
 */
struct tcp_listener {
	int fd;
	bool is_v4;
	struct endpoint at;
};

/* tcp_accept() - take a batch of connections.
 * Return: 0, or -errno if accepting should pause for a moment
 */
int tcp_accept(struct tcp *t, const struct tcp_listener *from);

/* tcp_drain() - end every connection that owes its peer nothing */
void tcp_drain(struct tcp *t);

/* tcp_tick() - run timers. Return: when to call again at the latest, in ms, -1
 * for never
 */
int tcp_tick(struct tcp *t, uint64_t now_ms);

#endif
