/* SPDX-License-Identifier: BSD-2-Clause */
/* resolve.c - the thread that keeps origins filled with their domains'
 * addresses
 *
 * Theory of operation
 *
 * A name is asked for in rounds. A round puts two questions, A and AAAA, and
 * ends when both are settled. Each question is answered with addresses,
 * answered with "none of this type", or failed. The families are kept apart:
 * one that was answered replaces its addresses, one that failed keeps them. A
 * round that would leave a name without any address changes nothing. Then
 * every origin that holds the name gets a new list, if there is a change.
 *
 * The next round begins after the smallest TTL, within bounds; after a failure
 * it begins after a pause that doubles up to RETRY_MAX_MS. At most
 * ROUNDS_MAX rounds are under way at a time.
 *
 * After resolver_start() names, origins' bindings, the channel and the loop
 * belong to the thread; @lock guards only what resolver_start() waits for and
 * resolver_stats() reads.
 */
#include "resolve.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "resolve_internal.h"

#define ROUNDS_MAX	 64
#define QUERY_TIMEOUT_MS 1000 /* of the first try; c-ares doubles it */
#define QUERY_TRIES	 3

enum loop_type {
	TYPE_WAKE,
	TYPE_QUERY, /* slot: the descriptor */
};

/* Begins the rounds that are due. Return: ms until the next is; -1: none */
static int resolver_ask_due(struct resolver *r)
{
	uint64_t now_ms = clock_ms(), next_ms = UINT64_MAX;
	struct res_name *name;

	for (name = r->names; name; name = name->next) {
		if (!name->pending && name->due_ms <= now_ms &&
		    r->rounds < ROUNDS_MAX)
			name_ask(name);
		if (!name->pending && name->due_ms < next_ms)
			next_ms = name->due_ms;
	}
	/* those that wait for a free round begin when one ends */
	if (next_ms == UINT64_MAX || r->rounds == ROUNDS_MAX)
		return -1;
	return next_ms > now_ms ? (int)(next_ms - now_ms) : 0;
}

static void resolver_on_wake(void *ctx, uint32_t slot, uint32_t gen,
			     uint32_t events)
{
	(void)ctx; /* the loop looks at is_stopping by itself */
	(void)slot;
	(void)gen;
	(void)events;
}

static void resolver_on_query(void *ctx, uint32_t slot, uint32_t gen,
			      uint32_t events)
{
	struct resolver *r = ctx;
	int fd = (int)slot;

	(void)gen;
	ares_process_fd(r->channel,
			events & ~(uint32_t)EPOLLOUT ? fd : ARES_SOCKET_BAD,
			events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
}

/* c-ares wants @fd watched otherwise than before. */
static void resolver_on_sock(void *ctx, ares_socket_t fd, int readable,
			     int writable)
{
	struct resolver *r = ctx;
	uint32_t events = (readable ? EPOLLIN : 0U) |
			  (writable ? EPOLLOUT : 0U);

	if (!events)
		(void)loop_del(&r->loop, fd);
	else if (loop_mod(&r->loop, fd, events, TYPE_QUERY, (uint32_t)fd, 0))
		/* without a watch the query times out and is asked again */
		(void)loop_add(&r->loop, fd, events, TYPE_QUERY, (uint32_t)fd,
			       0);
}

static void *resolver_run(void *arg)
{
	struct resolver *r = arg;

	while (!atomic_load(&r->is_stopping)) {
		int timeout_ms = resolver_ask_due(r);
		struct timeval tv, *left;

		left = ares_timeout(r->channel, NULL, &tv);
		if (left) {
			int ms = (int)(left->tv_sec * 1000 +
				       (left->tv_usec + 999) / 1000);

			if (timeout_ms < 0 || ms < timeout_ms)
				timeout_ms = ms;
		}
		if (loop_wait(&r->loop, timeout_ms) < 0)
			break;
		ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	}
	return NULL;
}

static int resolver_init_sync(struct resolver *r)
{
	pthread_condattr_t attr;
	int rc = -pthread_mutex_init(&r->lock, NULL);

	if (rc)
		return rc;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	rc = -pthread_cond_init(&r->first_done, &attr);
	pthread_condattr_destroy(&attr);
	if (rc)
		pthread_mutex_destroy(&r->lock);
	return rc;
}

static int resolver_init_channel(struct resolver *r, const char *servers)
{
	struct ares_options opts = {
		.flags = ARES_FLAG_NOSEARCH,
		.timeout = QUERY_TIMEOUT_MS,
		.tries = QUERY_TRIES,
		.sock_state_cb = resolver_on_sock,
		.sock_state_cb_data = r,
	};
	int rc = ares_init_options(&r->channel, &opts,
				   ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS |
					   ARES_OPT_TRIES |
					   ARES_OPT_SOCK_STATE_CB);

	if (rc != ARES_SUCCESS)
		return rc == ARES_ENOMEM ? -ENOMEM : -EIO;
	r->has_channel = true;
	ares_set_socket_functions(r->channel, &resolve_socks, NULL);
	if (servers) {
		rc = ares_set_servers_ports_csv(r->channel, servers);
		if (rc != ARES_SUCCESS)
			return rc == ARES_ENOMEM ? -ENOMEM : -EINVAL;
	}
	return 0;
}

int resolver_new(const struct resolver_config *cfg, struct resolver **ret)
{
	struct resolver *r = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return -ENOMEM;
	r->wake_fd = -1;
	r->loop.epfd = -1;
	r->ttl_max_ms = cfg->ttl_max_ms > RESOLVE_TTL_MIN_MS
				? cfg->ttl_max_ms
				: RESOLVE_TTL_MIN_MS;
	rc = resolver_init_sync(r);
	if (rc) {
		free(r);
		return rc;
	}
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
		pthread_cond_destroy(&r->first_done);
		pthread_mutex_destroy(&r->lock);
		free(r);
		return -ENOMEM;
	}
	rc = loop_init(&r->loop);
	if (rc)
		goto fail;
	loop_on(&r->loop, TYPE_WAKE, resolver_on_wake, r);
	loop_on(&r->loop, TYPE_QUERY, resolver_on_query, r);
	r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->wake_fd < 0) {
		rc = -errno;
		goto fail;
	}
	rc = loop_add(&r->loop, r->wake_fd, EPOLLIN, TYPE_WAKE, 0, 0);
	if (!rc)
		rc = resolver_init_channel(r, cfg->servers);
	if (rc)
		goto fail;
	*ret = r;
	return 0;
fail:
	resolver_free(r);
	return rc;
}

/* Waits for the first round of all names. */
static void resolver_wait_first(struct resolver *r, uint64_t wait_ms)
{
	const struct timespec until =
		clock_timespec(clock_ns() + wait_ms * NS_PER_MS);
	int rc = 0;

	pthread_mutex_lock(&r->lock);
	while (r->first_left && !rc)
		rc = pthread_cond_timedwait(&r->first_done, &r->lock, &until);
	pthread_mutex_unlock(&r->lock);
}

static size_t resolver_count_new(const struct resolver *r)
{
	const struct res_name *name;
	size_t n = 0;

	for (name = r->names; name; name = name->next)
		n += !name->was_asked;
	return n;
}

/* Rounds that are under way are given up. */
static void resolver_stop(struct resolver *r)
{
	struct res_name *name;

	if (!r->has_thread)
		return;
	atomic_store(&r->is_stopping, true);
	(void)eventfd_write(r->wake_fd, 1);
	pthread_join(r->thread, NULL);
	r->has_thread = false;
	ares_cancel(r->channel);
	for (name = r->names; name; name = name->next) {
		if (name->pending)
			name->due_ms = 0;
		name->pending = 0;
	}
	r->rounds = 0;
	atomic_store(&r->is_stopping, false);
}

void resolver_take_over(struct resolver *r, struct resolver *old)
{
	const struct res_name *from;
	struct res_name *name;

	resolver_stop(old);
	for (name = r->names; name; name = name->next) {
		for (from = old->names; from; from = from->next)
			if (strcasecmp(from->text, name->text) == 0)
				break;
		if (from)
			name_take_over(name, from);
	}
	bindings_apply(r);
}

int resolver_start(struct resolver *r, uint64_t wait_ms)
{
	sigset_t all, old;
	uint64_t n;
	int rc;

	if (!r->n_names)
		return 0;
	r->first_left = resolver_count_new(r);
	/* of a stop before */
	(void)!read(r->wake_fd, &n, sizeof(n));
	/* signals are the main thread's */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	rc = -pthread_create(&r->thread, NULL, resolver_run, r);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc)
		return rc;
	r->has_thread = true;
	resolver_wait_first(r, wait_ms);
	return 0;
}

void resolver_stats(struct resolver *r, struct resolver_stats *ret)
{
	pthread_mutex_lock(&r->lock);
	*ret = r->stats;
	pthread_mutex_unlock(&r->lock);
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	resolver_stop(r);
	atomic_store(&r->is_stopping, true);
	if (r->has_channel)
		ares_destroy(r->channel);
	ares_library_cleanup();
	while (r->bindings) {
		struct binding *next = r->bindings->next;

		free(r->bindings);
		r->bindings = next;
	}
	while (r->names) {
		struct res_name *next = r->names->next;

		free(r->names->text);
		free(r->names);
		r->names = next;
	}
	loop_fini(&r->loop);
	fd_close(&r->wake_fd);
	pthread_cond_destroy(&r->first_done);
	pthread_mutex_destroy(&r->lock);
	free(r);
}
