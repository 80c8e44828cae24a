/* SPDX-License-Identifier: BSD-2-Clause */
/* worker.c - see worker.h */
#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "relay.h"
#include "udp.h"

/* A stopping worker looks this often whether it is done. */
#define WORKER_STOP_POLL_MS 20

static bool budget_take_one(_Atomic int64_t *left, int64_t n)
{
	int64_t had = atomic_fetch_sub_explicit(left, n, memory_order_relaxed);

	if (had >= n)
		return true;
	atomic_fetch_add_explicit(left, n, memory_order_relaxed);
	return false;
}

bool budget_take(struct budget *b, int fds)
{
	if (!budget_take_one(&b->conns, 1))
		return false;
	if (budget_take_one(&b->fds, fds))
		return true;
	atomic_fetch_add_explicit(&b->conns, 1, memory_order_relaxed);
	return false;
}

bool budget_take_fds(struct budget *b, int fds)
{
	return budget_take_one(&b->fds, fds);
}

void budget_give_fds(struct budget *b, int fds)
{
	atomic_fetch_add_explicit(&b->fds, fds, memory_order_relaxed);
}

void budget_give(struct budget *b, int fds)
{
	atomic_fetch_add_explicit(&b->conns, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&b->fds, fds, memory_order_relaxed);
}

static void worker_on_tcp_listen(void *ctx, uint32_t slot, uint32_t gen,
				 uint32_t events)
{
	struct worker *w = ctx;

	(void)events;
	if (w->set && w->set->gen == gen)
		relay_accept(w, w->set->items[slot]);
}

static void worker_on_udp_listen(void *ctx, uint32_t slot, uint32_t gen,
				 uint32_t events)
{
	struct worker *w = ctx;

	(void)events;
	if (w->set && w->set->gen == gen)
		udp_receive(w, w->set->items[slot]);
}

static void worker_take(struct worker *w, const struct listener *l)
{
	if (l->proto == RULE_TCP)
		relay_accept(w, l);
	else
		udp_receive(w, l);
}

/* Take what a port that goes away still has, then stop watching it. */
static void worker_leave(struct worker *w, struct listener *l)
{
	worker_take(w, l);
	(void)loop_del(&w->loop, l->fds[w->id]);
}

static void worker_watch(struct worker *w, struct listen_set *set, uint32_t i)
{
	const struct listener *l = set->items[i];
	uint8_t type = l->proto == RULE_TCP ? EV_TCP_LISTEN : EV_UDP_LISTEN;
	int fd = l->fds[w->id];
	int err = l->is_kept
			  ? loop_mod(&w->loop, fd, EPOLLIN, type, i, set->gen)
			  : loop_add(&w->loop, fd, EPOLLIN, type, i, set->gen);

	if (err)
		log_error("cannot watch port %u: %s", l->port, strerror(-err));
}

static void worker_switch(struct worker *w, struct listen_set *next)
{
	struct listen_set *old = w->set;
	uint32_t i;

	for (i = 0; old && i < old->n; i++)
		if (!next || old->items[i]->is_gone)
			worker_leave(w, old->items[i]);
		else if (old->items[i]->is_steered)
			worker_take(w, old->items[i]);
	if (old && next)
		udp_end_gone(w, next);
	w->set = next;
	for (i = 0; next && i < next->n; i++)
		worker_watch(w, next, i);
}

static void worker_refresh_one(void *arg, const struct record *rec)
{
	if (rec->c.proto == RULE_TCP)
		relay_refresh(arg, rec->slot, rec->c.session);
	else
		udp_refresh(arg, rec->slot, rec->c.session);
}

static void worker_take_order(struct worker *w)
{
	if (w->order_records) {
		records_each_open(w->records, worker_refresh_one, w);
		w->n_records = records_copy(w->records, w->order_records);
		w->order_records = NULL;
		return;
	}
	worker_switch(w, w->order_set);
	if (!w->order_set) {
		w->is_stopping = true;
		w->stop_by_ms = w->order_stop_by_ms;
		udp_drain(w);
	}
}

static void worker_on_wake(void *ctx, uint32_t slot, uint32_t gen,
			   uint32_t events)
{
	struct worker *w = ctx;
	uint64_t n;

	(void)slot;
	(void)gen;
	(void)events;
	if (read(w->wake_fd, &n, sizeof(n)) < 0)
		return;
	pthread_mutex_lock(&w->lock);
	if (w->has_order) {
		worker_take_order(w);
		w->has_order = false;
		pthread_cond_signal(&w->taken);
	}
	pthread_mutex_unlock(&w->lock);
}

static int worker_timeout_ms(const struct worker *w)
{
	int tcp = relay_timeout_ms(w), udp = udp_timeout_ms(w);
	int ms = tcp < 0 || (udp >= 0 && udp < tcp) ? udp : tcp;

	if (w->is_stopping && (ms < 0 || ms > WORKER_STOP_POLL_MS))
		ms = WORKER_STOP_POLL_MS;
	return ms;
}

static bool worker_is_over(struct worker *w)
{
	if (!w->is_stopping)
		return false;
	if (worker_now_ms(w) >= w->stop_by_ms) {
		relay_end_all(w);
		udp_end_all(w);
	}
	return !relay_count(w->relays) && !udp_count(w->udp);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;

	while (!worker_is_over(w)) {
		int n = loop_wait(&w->loop, worker_timeout_ms(w));

		if (n < 0) {
			log_error("epoll_wait: %s", strerror(-n));
			break;
		}
		relay_run(w);
		udp_run(w);
	}
	pthread_mutex_lock(&w->lock);
	atomic_store(&w->is_done, true);
	pthread_cond_signal(&w->taken);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

int worker_init(struct worker *w, unsigned id,
		const struct worker_shared *shared, uint32_t conns_max)
{
	int err;

	memset(w, 0, sizeof(*w));
	w->id = id;
	w->cfg = shared->cfg;
	w->access = shared->access;
	w->budget = shared->budget;
	w->icmp = shared->icmp;
	w->persist = shared->persist;
	w->fast = shared->fast;
	w->udp_fast = shared->udp_fast;
	w->filter = shared->filter;
	w->wake_fd = -1;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->taken, NULL);
	err = loop_init(&w->loop);
	if (err)
		return err;
	w->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (w->wake_fd < 0)
		return -errno;
	w->loop.spin_us = w->cfg->busy_poll_us;
	loop_on(&w->loop, EV_WAKE, worker_on_wake, w);
	loop_on(&w->loop, EV_TCP_LISTEN, worker_on_tcp_listen, w);
	loop_on(&w->loop, EV_UDP_LISTEN, worker_on_udp_listen, w);
	if (w->cfg->serve.state) {
		w->records = calloc(1, sizeof(*w->records));
		if (!w->records)
			return -ENOMEM;
	}
	w->relays = relay_table_new(w, conns_max);
	w->udp = udp_table_new(w, conns_max);
	if (!w->relays || !w->udp)
		return -ENOMEM;
	return loop_add(&w->loop, w->wake_fd, EPOLLIN, EV_WAKE, 0, 0);
}

void worker_fini(struct worker *w)
{
	relay_table_free(w->relays);
	udp_table_free(w->udp);
	free(w->records);
	fd_close(&w->wake_fd);
	loop_fini(&w->loop);
	pthread_cond_destroy(&w->taken);
	pthread_mutex_destroy(&w->lock);
}

int worker_start(struct worker *w)
{
	return -pthread_create(&w->thread, NULL, worker_main, w);
}

static void worker_order(struct worker *w, struct listen_set *set,
			 uint64_t stop_by_ms, struct live_connection *records)
{
	uint64_t one = 1;

	pthread_mutex_lock(&w->lock);
	w->order_set = set;
	w->order_stop_by_ms = stop_by_ms;
	w->order_records = records;
	w->n_records = 0;
	w->has_order = true;
	/* an eventfd that is full wakes as well */
	(void)!write(w->wake_fd, &one, sizeof(one));
	while (w->has_order && !atomic_load(&w->is_done))
		pthread_cond_wait(&w->taken, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

void worker_serve(struct worker *w, struct listen_set *set)
{
	worker_order(w, set, 0, NULL);
}

void worker_stop(struct worker *w, uint64_t by_ms)
{
	worker_order(w, NULL, by_ms, NULL);
}

uint32_t worker_records(struct worker *w,
			struct live_connection ret[RECORDS_MAX])
{
	if (!w->records)
		return 0;
	worker_order(w, NULL, 0, ret);
	return w->n_records;
}
