/* SPDX-License-Identifier: BSD-2-Clause */
/* worker.c - see worker.h */
#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "base/clock.h"

#define WORKER_STOP_TYPE 1
/* New connections between two looks at the events of those that stand. */
#define WORKER_LAUNCH_BATCH 32
/* A timed run whose connections fail must not spin. */
#define WORKER_BACKOFF_MS 10
#define WORKER_NEVER	  UINT64_MAX

static void worker_on_stop(void *ctx, uint32_t slot, uint32_t gen,
			   uint32_t events)
{
	struct worker *w = ctx;
	int kind = atomic_load_explicit(&w->shared->stop, memory_order_relaxed);

	(void)slot;
	(void)gen;
	(void)events;
	conn_stop_all(w, (enum stop_kind)kind);
}

int worker_new(struct shared *shared, uint32_t index, struct worker **ret_w)
{
	const struct plan *p = shared->plan;
	uint32_t slots = p->concurrency / p->threads +
			 (index < p->concurrency % p->threads);
	struct worker *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->plan = p;
	w->ops = p->is_udp ? &udp_ops : plan_is_bulk(p) ? &bulk_ops : &tcp_ops;
	w->shared = shared;
	w->wants_local = p->want_whoami || shared->log || p->send != SEND_NONE;
	w->loop.epfd = -1;
	err = conn_table_init(w, slots);
	if (!err)
		err = loop_init(&w->loop);
	/* edge-triggered: each of the two signals wakes once */
	if (!err)
		err = loop_add(&w->loop, shared->stop_fd, EPOLLIN | EPOLLET,
			       WORKER_STOP_TYPE, 0, 0);
	if (err) {
		worker_free(w);
		return err;
	}
	loop_on(&w->loop, CONN_LOOP_TYPE, conn_on_event, w);
	loop_on(&w->loop, WORKER_STOP_TYPE, worker_on_stop, w);
	*ret_w = w;
	return 0;
}

void worker_free(struct worker *w)
{
	if (!w)
		return;
	loop_fini(&w->loop);
	conn_table_fini(w);
	free(w);
}

static bool worker_has_next(const struct worker *w, uint64_t id)
{
	return (!w->plan->conns || id < w->plan->conns) && !conn_is_over(w);
}

/* In a timed run each failure is followed by another connection at once: wait a
 * little after failures.
 */
static void worker_back_off(struct worker *w)
{
	uint64_t failed;

	if (w->plan->conns)
		return;
	failed = result_failed(&w->result);
	if (failed > w->failed_seen)
		w->launch_at_ns = w->now_ns + WORKER_BACKOFF_MS * NS_PER_MS;
	w->failed_seen = failed;
}

/* When connection @id should start, after the run's start. */
static uint64_t worker_launch_due_ns(const struct worker *w, uint64_t id)
{
	const struct plan *p = w->plan;

	if (p->conn_rate)
		return schedule_due_ns(&w->launches);
	/* those that the run begins with are spread over the ramp */
	return id < p->concurrency
		       ? p->ramp_ms * NS_PER_MS / p->concurrency * id
		       : 0;
}

/* One more operation of a rate began, which was due at @due_ns. */
static void worker_count_paced(struct worker *w, uint64_t due_ns)
{
	w->result.paced++;
	w->result.paced_ns = w->now_ns - w->shared->start_ns;
	w->result.behind_ns = w->now_ns > due_ns ? w->now_ns - due_ns : 0;
}

/* Open what is due; the next id comes back in *@io_id.
 * Return: nanoseconds until there is something to open: 0 now, WORKER_NEVER not
 * before a slot is freed, or never
 */
static uint64_t worker_launch(struct worker *w, uint64_t *io_id)
{
	int n;

	worker_back_off(w);
	for (n = 0; n < WORKER_LAUNCH_BATCH; n++) {
		uint64_t due;

		if (!worker_has_next(w, *io_id) || w->free_head == CONN_NO_SLOT)
			return WORKER_NEVER;
		due = w->shared->start_ns + worker_launch_due_ns(w, *io_id);
		if (due < w->launch_at_ns)
			due = w->launch_at_ns;
		if (due > w->now_ns)
			return due - w->now_ns;
		if (w->plan->conn_rate) {
			worker_count_paced(w, due);
			schedule_advance(&w->launches);
		}
		conn_open(w, *io_id, due);
		*io_id += w->plan->threads;
	}
	return 0;
}

/* Begin the requests that are due.
 * Return: nanoseconds until the next; WORKER_NEVER: not before a connection can
 * take one
 */
static uint64_t worker_request(struct worker *w)
{
	while (w->list_head != CONN_NO_SLOT && !conn_is_over(w)) {
		uint64_t due =
			w->shared->start_ns + schedule_due_ns(&w->requests);

		if (due > w->now_ns)
			return due - w->now_ns;
		worker_count_paced(w, due);
		schedule_advance(&w->requests);
		w->ops->request(w, &w->conns[w->list_head], due);
	}
	return WORKER_NEVER;
}

/* How far behind its schedule the run was when its time was over. */
static void worker_count_behind(struct worker *w)
{
	const struct plan *p = w->plan;
	const struct schedule *s = p->is_paced ? &w->requests : &w->launches;
	uint64_t due, end = w->shared->end_ns;

	if (end == UINT64_MAX || conn_has_stop(w) ||
	    (!p->is_paced && !p->conn_rate))
		return;
	due = w->shared->start_ns + schedule_due_ns(s);
	w->result.paced_ns = end - w->shared->start_ns;
	w->result.behind_ns = due < end ? end - due : 0;
}

static uint64_t worker_soonest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t worker_wheel_ns(const struct worker *w)
{
	int ms = wheel_timeout_ms(&w->wheel, w->now_ns / NS_PER_MS);

	return ms < 0 ? WORKER_NEVER : (uint64_t)ms * NS_PER_MS;
}

/* Until the end of a timed run: open connections must notice it. */
static uint64_t worker_until_end(const struct worker *w)
{
	if (w->shared->end_ns == UINT64_MAX || conn_is_over(w))
		return WORKER_NEVER;
	return w->shared->end_ns - w->now_ns;
}

static void worker_put(atomic_uint_fast64_t *to, uint64_t v)
{
	atomic_store_explicit(to, v, memory_order_relaxed);
}

static void worker_publish(struct worker *w)
{
	const struct result *r = &w->result;
	struct live *l = &w->published;

	worker_put(&l->requests, r->requests);
	worker_put(&l->sent, r->sent);
	worker_put(&l->received, r->received);
	worker_put(&l->open, w->live);
	worker_put(&l->failed, result_failed(r));
	worker_put(&l->wrong, r->wrong + r->missing);
}

static void worker_init_schedules(struct worker *w, uint32_t index)
{
	const struct plan *p = w->plan;
	struct schedule_args a = {
		.index = index,
		.step = p->threads,
		.per_s = p->conn_rate,
		.ramp_ns = p->ramp_ms * NS_PER_MS,
		.is_poisson = p->arrival == ARRIVAL_POISSON,
		.seed = w->shared->start_ns,
	};

	schedule_init(&w->launches, &a);
	a.per_s = p->rate;
	schedule_init(&w->requests, &a);
}

int worker_run(struct worker *w, uint32_t index)
{
	uint64_t id = index;

	/* a wait of 50 us is not to become one of 100 */
	(void)prctl(PR_SET_TIMERSLACK, 1UL);
	worker_init_schedules(w, index);
	w->now_ns = clock_ns();
	wheel_init(&w->wheel, w->now_ns / NS_PER_MS);
	while (true) {
		uint64_t wait;
		int n;

		w->now_ns = clock_ns();
		wait = worker_launch(w, &id);
		wait = worker_soonest(wait, worker_request(w));
		if (!w->is_over && conn_is_over(w)) {
			worker_count_behind(w);
			conn_over_all(w);
		}
		worker_publish(w);
		if (!w->live && !worker_has_next(w, id))
			return 0;
		wait = worker_soonest(wait, worker_wheel_ns(w));
		wait = worker_soonest(wait, worker_until_end(w));
		n = loop_wait_ns(&w->loop, wait);
		if (n < 0)
			return n;
		w->now_ns = clock_ns();
		wheel_run(&w->wheel, w->now_ns / NS_PER_MS, conn_on_timer, w);
	}
}
