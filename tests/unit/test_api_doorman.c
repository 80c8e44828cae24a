/* SPDX-License-Identifier: BSD-2-Clause */
/* test_api_doorman.c - the time and the memory that clients of the API have */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "api/doorman.h"
#include "harness.h"
#include "wire/wire.h"

#define LONG_MS (DOORMAN_REQUEST_S * UINT64_C(1000))

static struct doorman the_doorman;

static struct doorman *fresh(void)
{
	memset(&the_doorman, 0, sizeof(the_doorman));
	return &the_doorman;
}

static bool is_shut(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT) == 0;
}

static void test_time(void)
{
	struct doorman *g = fresh();
	struct doorman_slot *s;
	int fd[2];

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	CU_ASSERT_EQUAL(doorman_run(g, 1000), -1);
	s = doorman_open(g, fd[0], 1000);
	CU_ASSERT_EQUAL(doorman_run(g, 1001), (int)LONG_MS - 1);
	doorman_touch(s, 2000);
	CU_ASSERT_EQUAL(doorman_run(g, 1000 + LONG_MS), 1000);
	CU_ASSERT(!is_shut(fd[1]));
	(void)doorman_run(g, 2000 + LONG_MS);
	CU_ASSERT(is_shut(fd[1]));
	CU_ASSERT_EQUAL(g->n_slow, 1);
	doorman_close(s);
	CU_ASSERT_EQUAL(doorman_run(g, 9 * LONG_MS), -1);
	doorman_close(NULL);
	doorman_touch(NULL, 1);
	(void)close(fd[0]);
	(void)close(fd[1]);
}

static void test_slots(void)
{
	struct doorman *g = fresh();
	struct doorman_slot *last = NULL;
	int i;

	for (i = 0; i < DOORMAN_SLOTS; i++) {
		last = doorman_open(g, -1, 0);
		CU_ASSERT_PTR_NOT_NULL_FATAL(last);
	}
	CU_ASSERT_PTR_NULL(doorman_open(g, -1, 0));
	doorman_close(last);
	CU_ASSERT_PTR_EQUAL(doorman_open(g, -1, 0), last);
}

static void test_bodies(void)
{
	struct doorman *g = fresh();
	size_t half = DOORMAN_BODIES_MAX / 2;

	CU_ASSERT(doorman_grow(g, 0, half));
	CU_ASSERT(doorman_grow(g, 0, DOORMAN_BODY_SMALL));
	CU_ASSERT(doorman_grow(g, DOORMAN_BODY_SMALL, half));
	CU_ASSERT_EQUAL(g->bodies_bytes, DOORMAN_BODIES_MAX);
	CU_ASSERT(!doorman_grow(g, 0, DOORMAN_BODY_SMALL + 1));
	CU_ASSERT(!doorman_grow(g, half, half + 1));
	/* a short one is always taken */
	CU_ASSERT(doorman_grow(g, 0, DOORMAN_BODY_SMALL));
	CU_ASSERT_EQUAL(g->bodies_bytes, DOORMAN_BODIES_MAX);
	doorman_shrink(g, DOORMAN_BODY_SMALL);
	doorman_shrink(g, half);
	CU_ASSERT_EQUAL(g->bodies_bytes, half);
	doorman_shrink(g, half);
	doorman_shrink(g, 0);
	CU_ASSERT_EQUAL(g->bodies_bytes, 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "a request has its time", test_time },
		{ "connections are counted", test_slots },
		{ "bodies share their memory", test_bodies },
	};

	return unit_main("api_doorman", tests, ARRAY_SIZE(tests));
}
