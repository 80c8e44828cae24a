/* SPDX-License-Identifier: BSD-2-Clause */
/* test_client_run.c - the engine in this process: counts, descriptors, threads
 */
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/fd.h"
#include "base/sock.h"
#include "harness.h"
#include "run.h"
#include "wire/wire.h"

#define CONNS 200

static struct result result;
static struct endpoint target;

static struct endpoint loopback(void)
{
	return (struct endpoint) { .addr = ip_addr_v4((const uint8_t[]) {
					   127, 0, 0, 1 }) };
}

static struct plan plan(bool is_udp)
{
	struct plan p = { .is_udp = is_udp,
			  .target = target,
			  .conns = CONNS,
			  .concurrency = 32,
			  .threads = 2,
			  .messages = 3,
			  .size = 3000,
			  .timeout_ms = 5000,
			  .want_verify = true,
			  .want_half_close = true,
			  .udp_size = 1400,
			  .window = 8 };
	char err[PLAN_ERR_MAX];

	CU_ASSERT_TRUE_FATAL(plan_check(&p, err));
	return p;
}

/* Blocking descriptors of this thread's own: one connection after another. */
static void *echo_tcp(void *arg)
{
	static char buf[65536];
	int listener = *(int *)arg, i;

	for (i = 0; i < CONNS; i++) {
		int fd = accept(listener, NULL, NULL);
		ssize_t n;

		ASSERT(fd >= 0);
		while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
			ASSERT(send(fd, buf, (size_t)n, MSG_NOSIGNAL) == n);
		close(fd);
	}
	return NULL;
}

static int blocking_listener(unsigned flags)
{
	struct endpoint at = loopback();
	int fd = -1, is_nonblocking = 0;

	CU_ASSERT_EQUAL_FATAL(sock_listen(&at, flags, 1024, &fd), 0);
	CU_ASSERT_EQUAL_FATAL(sock_local(fd, &target), 0);
	CU_ASSERT_EQUAL_FATAL(ioctl(fd, FIONBIO, &is_nonblocking), 0);
	return fd;
}

static void test_connections_are_counted_and_closed(void)
{
	const struct run_options opts = { .sig_fd = -1 };
	int before = fd_count_open(), fd = blocking_listener(0);
	struct plan p = plan(false);
	pthread_t thread;

	ASSERT(pthread_create(&thread, NULL, echo_tcp, &fd) == 0);
	CU_ASSERT_EQUAL(run_plan(&p, &opts, &result), 0);
	ASSERT(pthread_join(thread, NULL) == 0);
	CU_ASSERT_EQUAL(result.started, CONNS);
	CU_ASSERT_EQUAL(result.ended[END_OK], CONNS);
	CU_ASSERT_EQUAL(result.requests, 600);
	CU_ASSERT_EQUAL(result.sent, 1800000);
	CU_ASSERT_EQUAL(result.received, 1800000);
	CU_ASSERT_EQUAL(result.latency_ns.count, 600);
	CU_ASSERT_EQUAL(result.connect_ns.count, CONNS);
	CU_ASSERT_EQUAL(result_exit(&p, &result), EXIT_OK);
	fd_close(&fd);
	CU_ASSERT_EQUAL(fd_count_open(), before);
}

static void test_refused_connections_leave_nothing(void)
{
	const struct run_options opts = { .sig_fd = -1 };
	int before = fd_count_open(), fd;
	struct plan p;

	fd = blocking_listener(0);
	fd_close(&fd); /* nobody listens there now */
	p = plan(false);
	CU_ASSERT_EQUAL(run_plan(&p, &opts, &result), 0);
	CU_ASSERT_EQUAL(result.ended[END_REFUSED], CONNS);
	CU_ASSERT_EQUAL(result.sent, 0);
	CU_ASSERT_EQUAL(result_exit(&p, &result), EXIT_IO);
	CU_ASSERT_EQUAL(fd_count_open(), before);
}

static void test_unanswered_datagrams_are_lost(void)
{
	const struct run_options opts = { .sig_fd = -1 };
	int before = fd_count_open(), fd = blocking_listener(SOCK_F_UDP);
	struct plan p = plan(true);

	p.conns = p.concurrency = 4;
	p.timeout_ms = 50;
	CU_ASSERT_EQUAL(run_plan(&p, &opts, &result), 0);
	CU_ASSERT_EQUAL(result.ended[END_TIMEOUT], 4);
	CU_ASSERT_EQUAL(result.lost, 12);
	CU_ASSERT_EQUAL(result_exit(&p, &result), EXIT_TIMEOUT);
	fd_close(&fd);
	CU_ASSERT_EQUAL(fd_count_open(), before);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "counted and closed",
		  test_connections_are_counted_and_closed },
		{ "refused", test_refused_connections_leave_nothing },
		{ "lost", test_unanswered_datagrams_are_lost },
	};

	return unit_main("client_run", tests, ARRAY_SIZE(tests));
}
