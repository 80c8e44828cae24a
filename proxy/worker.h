/* SPDX-License-Identifier: BSD-2-Clause */
/* worker.h - one thread: an event loop and all connections it accepted.
 *
 * Workers share nothing on the data path but the budget's two counters, the
 * lists of origin addresses and the access log's buffer. The main thread hands
 * over a new set of listeners, or the wish to stop, and waits until the worker
 * has taken it up.
 */
#ifndef PROXY_WORKER_H
#define PROXY_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "access.h"
#include "base/loop.h"
#include "base/wheel.h"
#include "fast.h"
#include "filter.h"
#include "icmp.h"
#include "listen.h"
#include "mover.h"
#include "records.h"
#include "stats.h"
#include "udp_fast.h"

enum event_type {
	EV_WAKE,
	EV_TCP_LISTEN,
	EV_TCP_CLIENT,
	EV_TCP_ORIGIN,
	EV_UDP_LISTEN,
	EV_UDP_ORIGIN,
	EV_FAST,
};

/* What all workers together may still take. Never negative after a take. */
struct budget {
	_Atomic int64_t conns;
	_Atomic int64_t fds;
};

/* budget_take() - one connection or session with @fds descriptors.
 * Return: false, and nothing is taken, at the limit
 */
bool budget_take(struct budget *b, int fds);
void budget_give(struct budget *b, int fds);

/* budget_take_fds(), budget_give_fds() - descriptors beside a connection's */
bool budget_take_fds(struct budget *b, int fds);
void budget_give_fds(struct budget *b, int fds);

/* @set: the listeners this worker serves; NULL once it stops */
struct worker {
	unsigned id;
	const struct proxy_config *cfg;
	struct access_log *access;
	struct budget *budget;
	const struct icmp_sender *icmp;
	struct persist *persist;
	struct fast *fast;	   /* NULL: no fast path */
	struct udp_fast *udp_fast; /* NULL: sessions are not forwarded */
	struct filter *filter;	   /* NULL: no reason against either */
	struct loop loop;
	struct stats stats;
	struct records *records; /* NULL: nobody asks for them */
	struct listen_set *set;
	struct relay_table *relays;
	struct udp_table *udp;
	bool is_stopping;
	uint64_t stop_by_ms;

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t taken;
	int wake_fd;
	bool has_order;
	struct listen_set *order_set;	       /* NULL: stop */
	struct live_connection *order_records; /* not NULL: this instead */
	uint32_t n_records;
	uint64_t order_stop_by_ms;
	_Atomic bool is_done;
};

/* What the workers share; borrowed for their lifetime. */
struct worker_shared {
	const struct proxy_config *cfg;
	struct access_log *access;
	struct budget *budget;
	const struct icmp_sender *icmp;
	struct persist *persist;
	struct fast *fast;
	struct udp_fast *udp_fast;
	struct filter *filter;
};

/* worker_init() - @conns_max: slots of this worker. Return: 0 or -errno */
int worker_init(struct worker *w, unsigned id,
		const struct worker_shared *shared, uint32_t conns_max);
void worker_fini(struct worker *w);

/* worker_start() - Return: 0 or -errno */
int worker_start(struct worker *w);

/* worker_serve() - main thread: go over to @set; returns when that is done */
void worker_serve(struct worker *w, struct listen_set *set);

/* worker_records() - main thread: its last connections as they are now.
 * Return: how many
 */
uint32_t worker_records(struct worker *w,
			struct live_connection ret[RECORDS_MAX]);

/* worker_stop() - main thread: accept nothing more, drain until @by_ms, end */
void worker_stop(struct worker *w, uint64_t by_ms);

static inline uint64_t worker_now_ms(const struct worker *w)
{
	return w->loop.now_ms;
}

#endif
