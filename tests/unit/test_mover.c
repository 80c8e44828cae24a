/* SPDX-License-Identifier: BSD-2-Clause */
/* test_mover.c - the movers, stashes and pipes, over real socket pairs */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CUnit/Basic.h>

#include "base/fd.h"
#include "base/sock.h"
#include "harness.h"
#include "proxy/mover.h"

#define SMALL_BUF  4096
#define LONG_BYTES (3U << 20)

/* in -> (from | to) -> out: the mover stands between two TCP connections */
struct pipeline {
	struct mover_env env;
	struct move m;
	struct owed owed;
	int in, from, to, out;
};

static void tcp_pair(int *ret_a, int *ret_b, int buf_bytes)
{
	struct endpoint at = { .addr = { .family = IP_V4,
					 .bytes = { 127, 0, 0, 1 } } };
	int listener, a, b;

	CU_ASSERT_EQUAL_FATAL(sock_listen(&at, 0, 1, &listener), 0);
	if (buf_bytes)
		CU_ASSERT_EQUAL(sock_set_int(listener, SOL_SOCKET, SO_RCVBUF,
					     buf_bytes),
				0);
	CU_ASSERT_EQUAL_FATAL(sock_local(listener, &at), 0);
	CU_ASSERT_EQUAL_FATAL(sock_connect(&at, NULL, 0, &a), 0);
	b = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	CU_ASSERT_TRUE_FATAL(b >= 0);
	if (buf_bytes)
		CU_ASSERT_EQUAL(
			sock_set_int(a, SOL_SOCKET, SO_SNDBUF, buf_bytes), 0);
	fd_close(&listener);
	*ret_a = a;
	*ret_b = b;
}

static void pipeline_init(struct pipeline *p, uint64_t bytes, int buf_bytes)
{
	memset(p, 0, sizeof(*p));
	stash_pool_init(&p->env.pool, bytes);
	pipe_pool_init(&p->env.pipes, &p->env.pool, NULL);
	p->env.scratch = malloc(MOVER_SCRATCH_BYTES);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p->env.scratch);
	tcp_pair(&p->in, &p->from, 0);
	tcp_pair(&p->to, &p->out, buf_bytes);
	p->m = (struct move) {
		.from = p->from, .to = p->to, .owed = &p->owed, .may_read = 1
	};
}

static void pipeline_fini(struct pipeline *p)
{
	owed_drop(&p->env, &p->owed);
	CU_ASSERT_EQUAL(p->env.pool.n_used, 0);
	CU_ASSERT_EQUAL(p->env.pool.used_bytes, 0);
	pipe_pool_fini(&p->env.pipes);
	CU_ASSERT_EQUAL(p->env.pipes.n_open, 0);
	free(p->env.scratch);
	fd_close(&p->in);
	fd_close(&p->from);
	fd_close(&p->to);
	fd_close(&p->out);
}

static uint8_t byte_at(uint64_t off)
{
	return (uint8_t)(off * 131 + (off >> 8) * 7);
}

static uint64_t feed(int fd, uint64_t off, uint64_t end)
{
	uint8_t buf[8192];

	while (off < end) {
		size_t i, n = sizeof(buf) < end - off ? sizeof(buf)
						      : (size_t)(end - off);
		ssize_t sent;

		for (i = 0; i < n; i++)
			buf[i] = byte_at(off + i);
		sent = send(fd, buf, n, MSG_NOSIGNAL);
		if (sent <= 0)
			break;
		off += (uint64_t)sent;
	}
	return off;
}

/* Even a loopback takes its time on a machine that is busy. */
static void wait_readable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	(void)poll(&pfd, 1, 5000);
}

static uint64_t drain_checked(int fd, uint64_t off, uint64_t max)
{
	uint8_t buf[8192];
	uint64_t end = off + max;

	while (off < end) {
		ssize_t i, n = recv(fd, buf, sizeof(buf), 0);

		if (n <= 0)
			break;
		for (i = 0; i < n; i++)
			if (buf[i] != byte_at(off + (uint64_t)i))
				CU_FAIL_FATAL("a byte was lost or changed");
		off += (uint64_t)n;
	}
	return off;
}

/* Three megabytes through sockets' buffers of a few kilobytes: every byte
 * arrives, in order, whatever the pool's bound is.
 */
static void relay_long(const struct mover *mover, uint64_t bytes)
{
	struct pipeline p;
	uint64_t fed = 0, got = 0;
	unsigned turns = 0;

	pipeline_init(&p, bytes, SMALL_BUF);
	while (got < LONG_BYTES && turns++ < 200000) {
		enum move_status s;

		fed = feed(p.in, fed, LONG_BYTES);
		s = mover->move(&p.env, &p.m);
		CU_ASSERT_TRUE_FATAL(s == MOVE_DRAINED || s == MOVE_BLOCKED ||
				     s == MOVE_MORE);
		CU_ASSERT_TRUE_FATAL(p.env.pool.used_bytes <= bytes);
		CU_ASSERT_FALSE_FATAL(p.owed.stash && p.owed.pipe);
		got = drain_checked(p.out, got, 16384);
	}
	CU_ASSERT_EQUAL(got, LONG_BYTES);
	CU_ASSERT_EQUAL(p.env.n_peeked > 0, bytes == 0);
	if (mover == &mover_copy)
		CU_ASSERT_EQUAL(p.env.n_stashed > 0, bytes > 0);
	if (mover == &mover_splice)
		CU_ASSERT_EQUAL(p.env.n_spliced > 0, bytes >= PIPE_BYTES);
	pipeline_fini(&p);
}

static void test_back_pressure_loses_nothing(void)
{
	relay_long(&mover_copy, 4ULL * MOVER_SCRATCH_BYTES);
	/* less room than a full read needs */
	relay_long(&mover_copy, 20000);
}

static void test_without_a_stash_nothing_is_lost(void)
{
	relay_long(&mover_copy, 0);
}

static void test_pipes_lose_nothing(void)
{
	relay_long(&mover_splice, PIPE_BYTES);
	relay_long(&mover_auto, 2ULL * PIPE_BYTES);
	/* no room for a pipe: copied without a stash */
	relay_long(&mover_splice, 0);
}

/* Bulk heats a stream up, small messages cool it down. */
static void test_auto_follows_the_stream(void)
{
	struct pipeline p;
	uint64_t fed = 0, at = 0;
	unsigned turn, n_small = 0;

	pipeline_init(&p, 2ULL * PIPE_BYTES, 0);
	for (turn = 0; turn < 5; turn++) {
		fed = feed(p.in, fed, fed + 60000);
		wait_readable(p.from);
		(void)mover_auto.move(&p.env, &p.m);
		at = drain_checked(p.out, at, LONG_BYTES);
	}
	CU_ASSERT_TRUE(p.env.n_spliced > 0 && p.env.n_spliced < fed);
	while (p.owed.heat && n_small++ < 1000) {
		fed = feed(p.in, fed, fed + 10);
		wait_readable(p.from);
		(void)mover_auto.move(&p.env, &p.m);
		at = drain_checked(p.out, at, LONG_BYTES);
	}
	CU_ASSERT_TRUE(n_small > 1 && n_small < 1000);
	p.env.n_spliced = 0;
	fed = feed(p.in, fed, fed + 10);
	wait_readable(p.from);
	(void)mover_auto.move(&p.env, &p.m);
	CU_ASSERT_EQUAL(p.env.n_spliced, 0);
	wait_readable(p.out);
	CU_ASSERT_EQUAL(drain_checked(p.out, at, LONG_BYTES), fed);
	pipeline_fini(&p);
}

/* Random lengths, stops and bounds; the mover changes its way in between. */
static void test_changes_of_way_lose_nothing(void)
{
	static const struct mover *const movers[] = { &mover_copy,
						      &mover_splice,
						      &mover_auto };
	unsigned seed = 1, round;

	for (round = 0; round < 20; round++) {
		uint64_t fed = 0, got = 0, moved = 0, len;
		struct pipeline p;
		unsigned turns = 0;

		pipeline_init(&p, rand_r(&seed) % 3 * PIPE_BYTES / 2,
			      round % 2 ? SMALL_BUF : 0);
		len = rand_r(&seed) % LONG_BYTES;
		while (got < len && turns++ < 200000) {
			uint64_t end = fed + rand_r(&seed) % 100000;

			fed = feed(p.in, fed, end < len ? end : len);
			/* a copy knows no pipes */
			(void)movers[p.owed.pipe ? 1 : rand_r(&seed) % 3]->move(
				&p.env, &p.m);
			moved += p.m.moved;
			got = drain_checked(p.out, got, rand_r(&seed) % 200000);
		}
		CU_ASSERT_EQUAL(got, len);
		CU_ASSERT_EQUAL(moved, len);
		pipeline_fini(&p);
	}
}

static void test_pipes_are_bounded_and_given_back(void)
{
	struct pipe *p[3];
	struct stash_pool bytes;
	struct pipe_pool pool;

	stash_pool_init(&bytes, 2ULL * PIPE_BYTES);
	pipe_pool_init(&pool, &bytes, NULL);
	p[0] = pipe_get(&pool);
	p[1] = pipe_get(&pool);
	p[2] = pipe_get(&pool);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p[0]);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p[1]);
	CU_ASSERT_PTR_NULL(p[2]);
	CU_ASSERT_EQUAL(pool.n_refused, 1);
	/* one with bytes in it is not for anybody else */
	if (p[0])
		p[0]->held_bytes = 1;
	pipe_put(&pool, &p[0]);
	CU_ASSERT_EQUAL(pool.n_open, 1);
	pipe_put(&pool, &p[1]);
	CU_ASSERT_EQUAL(pool.n_free, 1);
	CU_ASSERT_EQUAL(bytes.used_bytes, 0);
	pipe_pool_trim(&pool);
	CU_ASSERT_EQUAL(pool.n_open, 1);
	pipe_pool_trim(&pool);
	CU_ASSERT_EQUAL(pool.n_open, 0);
	pipe_pool_fini(&pool);
}

/* The end, and the side that broke, are told as by a copy. */
static void test_pipes_tell_the_end(void)
{
	struct pipeline p;

	pipeline_init(&p, PIPE_BYTES, 0);
	feed(p.in, 0, 10);
	CU_ASSERT_EQUAL(shutdown(p.in, SHUT_WR), 0);
	CU_ASSERT_EQUAL(mover_splice.move(&p.env, &p.m), MOVE_EOF);
	CU_ASSERT_EQUAL(p.m.moved, 10);
	CU_ASSERT_EQUAL(drain_checked(p.out, 0, 10), 10);
	pipeline_fini(&p);

	pipeline_init(&p, PIPE_BYTES, 0);
	feed(p.in, 0, 10);
	sock_reset(&p.in);
	CU_ASSERT_EQUAL(mover_splice.move(&p.env, &p.m), MOVE_READ_ERROR);
	CU_ASSERT_EQUAL(p.m.error, ECONNRESET);
	pipeline_fini(&p);

	pipeline_init(&p, PIPE_BYTES, 0);
	feed(p.in, 0, 10);
	sock_reset(&p.out);
	CU_ASSERT_EQUAL(mover_splice.move(&p.env, &p.m), MOVE_WRITE_ERROR);
	CU_ASSERT_TRUE(p.m.error == ECONNRESET || p.m.error == EPIPE);
	pipeline_fini(&p);
}

static void test_short_read_stops(void)
{
	struct pipeline p;

	pipeline_init(&p, 1, 0);
	CU_ASSERT_EQUAL(feed(p.in, 0, 10), 10);
	CU_ASSERT_EQUAL(mover_copy.move(&p.env, &p.m), MOVE_DRAINED);
	CU_ASSERT_EQUAL(p.m.moved, 10);
	CU_ASSERT_EQUAL(drain_checked(p.out, 0, 10), 10);
	CU_ASSERT_EQUAL(mover_copy.move(&p.env, &p.m), MOVE_DRAINED);
	CU_ASSERT_EQUAL(p.m.moved, 0);
	pipeline_fini(&p);
}

/* What each read gives is sent by itself: the relay asks how often that was. */
static void reads_counted(const struct mover *mover, uint64_t pool_bytes,
			  unsigned bytes, unsigned reads)
{
	struct pipeline p;

	pipeline_init(&p, pool_bytes, 0);
	CU_ASSERT_EQUAL(feed(p.in, 0, bytes), bytes);
	wait_readable(p.from);
	CU_ASSERT_EQUAL(mover->move(&p.env, &p.m), MOVE_DRAINED);
	CU_ASSERT_EQUAL(p.m.moved, bytes);
	CU_ASSERT_EQUAL(p.m.reads, reads);
	CU_ASSERT_EQUAL(mover->move(&p.env, &p.m), MOVE_DRAINED);
	CU_ASSERT_EQUAL(p.m.reads, 0);
	pipeline_fini(&p);
}

static void test_reads_are_counted(void)
{
	reads_counted(&mover_copy, 1 << 20, 10, 1);
	reads_counted(&mover_copy, 5000, 8000, 2);
	/* peeked at */
	reads_counted(&mover_copy, 1, 10, 1);
	reads_counted(&mover_splice, PIPE_BYTES, 10, 1);
}

static void test_may_not_read(void)
{
	struct pipeline p;

	pipeline_init(&p, 1, 0);
	feed(p.in, 0, 10);
	p.m.may_read = 0;
	CU_ASSERT_EQUAL(mover_copy.move(&p.env, &p.m), MOVE_DRAINED);
	CU_ASSERT_EQUAL(p.m.moved, 0);
	CU_ASSERT_EQUAL(drain_checked(p.out, 0, 10), 0);
	pipeline_fini(&p);
}

static void test_end_comes_after_the_bytes(void)
{
	struct pipeline p;

	pipeline_init(&p, 1, 0);
	feed(p.in, 0, 10);
	CU_ASSERT_EQUAL(shutdown(p.in, SHUT_WR), 0);
	/* told of the end, a short read goes on to see it */
	p.m.has_ended = 1;
	CU_ASSERT_EQUAL(mover_copy.move(&p.env, &p.m), MOVE_EOF);
	CU_ASSERT_EQUAL(p.m.moved, 10);
	CU_ASSERT_EQUAL(drain_checked(p.out, 0, 10), 10);
	pipeline_fini(&p);
}

static void test_resets_name_the_side(void)
{
	struct pipeline p;

	pipeline_init(&p, 1, 0);
	sock_reset(&p.in);
	CU_ASSERT_EQUAL(mover_copy.move(&p.env, &p.m), MOVE_READ_ERROR);
	CU_ASSERT_EQUAL(p.m.error, ECONNRESET);
	pipeline_fini(&p);

	pipeline_init(&p, 1, 0);
	feed(p.in, 0, 10);
	sock_reset(&p.out);
	CU_ASSERT_EQUAL(mover_copy.move(&p.env, &p.m), MOVE_WRITE_ERROR);
	CU_ASSERT_TRUE(p.m.error == ECONNRESET || p.m.error == EPIPE);
	pipeline_fini(&p);
}

static void test_bytes_before_a_reset_are_passed_on(void)
{
	struct pipeline p;

	pipeline_init(&p, 1, 0);
	feed(p.in, 0, 10);
	sock_reset(&p.in);
	p.m.has_ended = 1;
	CU_ASSERT_EQUAL(mover_copy.move(&p.env, &p.m), MOVE_READ_ERROR);
	CU_ASSERT_EQUAL(p.m.moved, 10);
	CU_ASSERT_EQUAL(drain_checked(p.out, 0, 10), 10);
	pipeline_fini(&p);
}

static void test_pool_keeps_its_bound(void)
{
	struct stash_pool pool;
	struct stash *s[3];
	uint8_t data[3] = { 1, 2, 3 };

	stash_pool_init(&pool, 5);
	s[0] = stash_get(&pool, data, 3);
	s[1] = stash_get(&pool, data, 2);
	s[2] = stash_get(&pool, data, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s[0]);
	CU_ASSERT_PTR_NOT_NULL(s[1]);
	CU_ASSERT_PTR_NULL(s[2]);
	CU_ASSERT_EQUAL(stash_room(&pool), 0);
	if (s[0])
		CU_ASSERT_EQUAL(memcmp(s[0]->data, data, 3), 0);
	stash_put(&pool, &s[0]);
	CU_ASSERT_PTR_NULL(s[0]);
	CU_ASSERT_EQUAL(stash_room(&pool), 3);
	stash_put(&pool, &s[0]);
	CU_ASSERT_EQUAL(pool.n_used, 1);
	stash_put(&pool, &s[1]);
	CU_ASSERT_EQUAL(pool.used_bytes, 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "back-pressure loses nothing",
		  test_back_pressure_loses_nothing },
		{ "without a stash nothing is lost",
		  test_without_a_stash_nothing_is_lost },
		{ "pipes lose nothing", test_pipes_lose_nothing },
		{ "auto follows the stream", test_auto_follows_the_stream },
		{ "changes of way lose nothing",
		  test_changes_of_way_lose_nothing },
		{ "pipes are bounded and given back",
		  test_pipes_are_bounded_and_given_back },
		{ "pipes tell the end", test_pipes_tell_the_end },
		{ "a short read stops", test_short_read_stops },
		{ "reads are counted", test_reads_are_counted },
		{ "nothing is read that may not be", test_may_not_read },
		{ "the end comes after the bytes",
		  test_end_comes_after_the_bytes },
		{ "resets name the side", test_resets_name_the_side },
		{ "bytes before a reset are passed on",
		  test_bytes_before_a_reset_are_passed_on },
		{ "the pool keeps its bound", test_pool_keeps_its_bound },
	};

	return unit_main("mover", tests, sizeof(tests) / sizeof(tests[0]));
}
