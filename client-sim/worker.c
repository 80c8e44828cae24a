/* SPDX-License-Identifier: BSD-2-Clause */
/* worker.c - see worker.h */
#include "worker.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"

#define WORKER_STOP_TYPE 1
/* New connections between two looks at the events of those that stand. */
#define WORKER_LAUNCH_BATCH 32
/* A timed run whose connections fail must not spin. */
#define WORKER_BACKOFF_MS 10

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
	w->shared = shared;
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

/* Open what is due; the next id comes back in *@io_id.
 * Return: milliseconds until there is something to open: 0 now, -1 not before
 * a slot is freed, or never
 */
static int worker_launch(struct worker *w, uint64_t *io_id)
{
	int n;

	worker_back_off(w);
	for (n = 0; n < WORKER_LAUNCH_BATCH; n++) {
		uint64_t due;

		if (!worker_has_next(w, *io_id) || w->free_head == CONN_NO_SLOT)
			return -1;
		due = w->shared->start_ns + plan_due_ns(w->plan, *io_id);
		if (due < w->launch_at_ns)
			due = w->launch_at_ns;
		if (due > w->now_ns)
			return (int)((due - w->now_ns) / NS_PER_MS) + 1;
		conn_open(w, *io_id, due);
		*io_id += w->plan->threads;
	}
	return 0;
}

static int worker_soonest(int a, int b)
{
	return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

/* Until the end of a timed run: open connections must notice it. */
static int worker_until_end(const struct worker *w)
{
	uint64_t left;

	if (w->shared->end_ns == UINT64_MAX || conn_is_over(w))
		return -1;
	left = (w->shared->end_ns - w->now_ns) / NS_PER_MS + 1;
	return left < INT32_MAX ? (int)left : INT32_MAX;
}

int worker_run(struct worker *w, uint32_t index)
{
	uint64_t id = index;

	w->now_ns = clock_ns();
	wheel_init(&w->wheel, w->now_ns / NS_PER_MS);
	while (true) {
		uint64_t now_ms;
		int wait, n;

		w->now_ns = clock_ns();
		wait = worker_launch(w, &id);
		if (!w->live && !worker_has_next(w, id))
			return 0;
		now_ms = w->now_ns / NS_PER_MS;
		wait = worker_soonest(wait,
				      wheel_timeout_ms(&w->wheel, now_ms));
		wait = worker_soonest(wait, worker_until_end(w));
		n = loop_wait(&w->loop, wait);
		if (n < 0)
			return n;
		w->now_ns = clock_ns();
		wheel_run(&w->wheel, w->now_ns / NS_PER_MS, conn_on_timer, w);
	}
}
