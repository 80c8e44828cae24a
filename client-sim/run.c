/* SPDX-License-Identifier: BSD-2-Clause */
/* run.c - see run.h */
#include "run.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sig.h"
#include "worker.h"

#define RUN_TICK_MS	      100
#define RUN_PROGRESS_MS	      500
#define RUN_PROGRESS_AFTER_MS 1000

struct run_thread {
	pthread_t thread;
	bool is_running;
	uint32_t index;
	struct worker *worker;
	int done_fd; /* shared by all: counts the finished */
	int err;
};

struct run {
	struct shared shared;
	const struct run_options *opts;
	struct run_thread threads[PLAN_THREADS_MAX];
	uint32_t n_threads;
	int done_fd;
	bool has_told_hold;
	struct sample told; /* by the last progress line */
};

static void run_signal(int fd, uint64_t n)
{
	ssize_t done;

	do
		done = write(fd, &n, sizeof(n));
	while (done < 0 && errno == EINTR);
}

static void *run_thread_main(void *arg)
{
	struct run_thread *t = arg;

	t->err = worker_run(t->worker, t->index);
	run_signal(t->done_fd, 1);
	return NULL;
}

static void run_stop(struct run *r, enum stop_kind kind)
{
	atomic_store(&r->shared.stop, (int)kind);
	run_signal(r->shared.stop_fd, 1);
}

static void run_take_signals(struct run *r)
{
	while (sig_next(r->opts->sig_fd) > 0) {
		if (atomic_load(&r->shared.stop) == STOP_NONE) {
			log_info("stopping; again to stop at once");
			run_stop(r, STOP_FINISH);
		} else {
			run_stop(r, STOP_ABORT);
		}
	}
}

/* Scripts wait for this line before they look at idle connections. */
static void run_tell_hold(struct run *r)
{
	const struct plan *p = r->shared.plan;
	uint64_t held = atomic_load(&r->shared.held);

	if (r->has_told_hold || !p->hold_ms || held < p->concurrency)
		return;
	r->has_told_hold = true;
	log_info("holding %" PRIu64 " connections", held);
}

static uint64_t run_get(const atomic_uint_fast64_t *from)
{
	return atomic_load_explicit(from, memory_order_relaxed);
}

/* What the threads did so far. *@ret_failed, *@ret_wrong: connections */
static struct sample run_sample(const struct run *r, uint64_t *ret_failed,
				uint64_t *ret_wrong)
{
	struct sample s = { .ms = (clock_ns() - r->shared.start_ns) /
				  NS_PER_MS };
	uint32_t i;

	*ret_failed = *ret_wrong = 0;
	for (i = 0; i < r->n_threads; i++) {
		const struct live *l = &r->threads[i].worker->published;

		s.requests += run_get(&l->requests);
		s.sent += run_get(&l->sent);
		s.received += run_get(&l->received);
		s.open += run_get(&l->open);
		*ret_failed += run_get(&l->failed);
		*ret_wrong += run_get(&l->wrong);
	}
	return s;
}

/* One line, over the last one: what happened since, and what is wrong. */
static void run_tell(struct run *r, const struct sample *now, uint64_t failed,
		     uint64_t wrong)
{
	double s = (double)(now->ms - r->told.ms) / MS_PER_S;
	double bytes = (double)(now->sent - r->told.sent +
				(now->received - r->told.received));

	fprintf(stderr,
		"\r%6.1f s  %" PRIu64 " open  %" PRIuFAST64
		" ended  %.0f req/s  %.1f MB/s",
		(double)now->ms / MS_PER_S, now->open,
		atomic_load(&r->shared.ended),
		(double)(now->requests - r->told.requests) / s,
		bytes / s / 1e6);
	if (failed || wrong)
		fprintf(stderr, "  %" PRIu64 " failed  %" PRIu64 " wrong",
			failed, wrong);
	fputs("\033[K", stderr);
	r->told = *now;
}

static void run_look(struct run *r)
{
	uint64_t failed, wrong;
	struct sample now = run_sample(r, &failed, &wrong);

	if (r->opts->series)
		series_add(r->opts->series, &now);
	if (!r->opts->want_progress || now.ms < RUN_PROGRESS_AFTER_MS ||
	    now.ms < r->told.ms + RUN_PROGRESS_MS)
		return;
	run_tell(r, &now, failed, wrong);
}

static uint32_t run_count_done(int fd)
{
	uint64_t n = 0;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? (uint32_t)n : 0;
}

static void run_watch(struct run *r)
{
	struct pollfd fds[] = {
		{ .fd = r->done_fd, .events = POLLIN },
		{ .fd = r->opts->sig_fd, .events = POLLIN },
	};
	uint32_t done = 0;

	while (done < r->n_threads) {
		(void)poll(fds, 2, RUN_TICK_MS);
		done += run_count_done(r->done_fd);
		if (r->opts->sig_fd >= 0)
			run_take_signals(r);
		run_tell_hold(r);
		run_look(r);
	}
	if (r->told.ms)
		fputs("\r\033[K", stderr);
}

static int run_start_threads(struct run *r)
{
	uint32_t i;

	for (i = 0; i < r->shared.plan->threads; i++) {
		struct run_thread *t = &r->threads[i];
		int err;

		t->index = i;
		t->done_fd = r->done_fd;
		err = worker_new(&r->shared, i, &t->worker);
		if (err)
			return err;
	}
	for (i = 0; i < r->shared.plan->threads; i++) {
		struct run_thread *t = &r->threads[i];
		int err = pthread_create(&t->thread, NULL, run_thread_main, t);

		if (err)
			return -err;
		t->is_running = true;
		r->n_threads++;
	}
	return 0;
}

static int run_join(struct run *r, struct result *ret)
{
	int err = 0;
	uint32_t i;

	for (i = 0; i < PLAN_THREADS_MAX; i++) {
		struct run_thread *t = &r->threads[i];

		if (t->is_running)
			(void)pthread_join(t->thread, NULL);
		if (t->worker)
			result_merge(ret, &t->worker->result);
		if (!err)
			err = t->err;
		worker_free(t->worker);
	}
	return err;
}

static uint64_t run_cpu_ns(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u); /* cannot fail with RUSAGE_SELF */
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * NS_PER_S +
	       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000U;
}

int run_plan(const struct plan *p, const struct run_options *opts,
	     struct result *ret_result)
{
	struct run *r = calloc(1, sizeof(*r));
	uint64_t cpu_ns = run_cpu_ns();
	int err, join_err;

	if (!r)
		return -ENOMEM;
	r->opts = opts;
	r->shared.plan = p;
	r->shared.log = opts->log;
	r->shared.stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = r->shared.stop_fd < 0 || r->done_fd < 0 ? -errno : 0;
	r->shared.start_ns = clock_ns();
	r->shared.end_ns = UINT64_MAX;
	if (p->duration_ms)
		r->shared.end_ns =
			r->shared.start_ns + p->duration_ms * NS_PER_MS;
	memset(ret_result, 0, sizeof(*ret_result));
	if (!err)
		err = run_start_threads(r);
	if (err)
		run_stop(r, STOP_ABORT);
	run_watch(r);
	join_err = run_join(r, ret_result);
	ret_result->elapsed_ns = clock_ns() - r->shared.start_ns;
	ret_result->cpu_ns = run_cpu_ns() - cpu_ns;
	fd_close(&r->shared.stop_fd);
	fd_close(&r->done_fd);
	free(r);
	return err ? err : join_err;
}
