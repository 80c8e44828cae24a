/* SPDX-License-Identifier: BSD-2-Clause */
/* test_loop.c - events reach their owner, and only the one that is meant */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/loop.h"
#include "harness.h"
#include "wire/wire.h"

static struct {
	unsigned calls;
	uint32_t slot, gen, events;
} seen[2];

static void on_event(void *ctx, uint32_t slot, uint32_t gen, uint32_t events)
{
	unsigned i = *(unsigned *)ctx;

	seen[i].calls++;
	seen[i].slot = slot;
	seen[i].gen = gen;
	seen[i].events = events;
}

static unsigned first = 0, second = 1;
static struct loop l;

static void open_loop(void)
{
	memset(seen, 0, sizeof(seen));
	CU_ASSERT_EQUAL_FATAL(loop_init(&l), 0);
	loop_on(&l, 0, on_event, &first);
	loop_on(&l, LOOP_TYPES_MAX - 1, on_event, &second);
}

static void test_type_slot_and_generation_come_back(void)
{
	int a = eventfd(1, EFD_CLOEXEC), b = eventfd(1, EFD_CLOEXEC);

	open_loop();
	CU_ASSERT_EQUAL(loop_add(&l, a, EPOLLIN, 0, 0, 0), 0);
	CU_ASSERT_EQUAL(loop_add(&l, b, EPOLLIN, LOOP_TYPES_MAX - 1,
				 LOOP_SLOT_MAX - 1, UINT32_MAX),
			0);
	CU_ASSERT_EQUAL(loop_wait(&l, 1000), 2);
	CU_ASSERT_EQUAL(seen[0].calls, 1);
	CU_ASSERT_EQUAL(seen[0].slot, 0);
	CU_ASSERT_EQUAL(seen[0].gen, 0);
	CU_ASSERT_EQUAL(seen[0].events, EPOLLIN);
	CU_ASSERT_EQUAL(seen[1].calls, 1);
	CU_ASSERT_EQUAL(seen[1].slot, LOOP_SLOT_MAX - 1);
	CU_ASSERT_EQUAL(seen[1].gen, UINT32_MAX);
	close(a);
	close(b);
	loop_fini(&l);
}

static void test_changing_and_removing_a_watch(void)
{
	int a = eventfd(1, EFD_CLOEXEC);

	open_loop();
	CU_ASSERT_EQUAL(loop_add(&l, a, 0, 0, 1, 2), 0);
	CU_ASSERT_EQUAL(loop_wait(&l, 0), 0);
	CU_ASSERT_EQUAL(loop_mod(&l, a, EPOLLIN, 0, 3, 4), 0);
	CU_ASSERT_EQUAL(loop_wait(&l, 0), 1);
	CU_ASSERT_EQUAL(seen[0].slot, 3);
	CU_ASSERT_EQUAL(seen[0].gen, 4);
	CU_ASSERT_EQUAL(loop_del(&l, a), 0);
	CU_ASSERT_EQUAL(loop_wait(&l, 0), 0);
	CU_ASSERT_EQUAL(loop_add(&l, a, EPOLLIN, 0, 1, 2), 0);
	close(a);
	CU_ASSERT_EQUAL(loop_wait(&l, 0), 0);
	loop_fini(&l);
}

static struct {
	unsigned calls;
	int fd; /* made readable by the first call; -1: none is */
} yielded;

/* In place of the C library's: another thread had the CPU. */
int sched_yield(void)
{
	uint64_t one = 1;

	if (!yielded.calls++ && yielded.fd >= 0)
		CU_ASSERT_EQUAL(write(yielded.fd, &one, sizeof(one)),
				sizeof(one));
	return 0;
}

/* Looking before the sleep loses no event, keeps the time limit, and stops when
 * events are rare.
 */
static void test_spinning_waits_as_well(void)
{
	int a = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	uint64_t one = 1;

	open_loop();
	yielded.fd = -1;
	l.spin_us = 1000;
	l.is_hot = true;
	CU_ASSERT_EQUAL(loop_add(&l, a, EPOLLIN | EPOLLET, 0, 1, 2), 0);
	CU_ASSERT_EQUAL(loop_wait(&l, 10), 0);
	CU_ASSERT_FALSE(l.is_hot);
	CU_ASSERT_EQUAL(write(a, &one, sizeof(one)), sizeof(one));
	CU_ASSERT_EQUAL(loop_wait(&l, -1), 1);
	CU_ASSERT_EQUAL(seen[0].slot, 1);
	l.is_hot = true;
	CU_ASSERT_EQUAL(write(a, &one, sizeof(one)), sizeof(one));
	CU_ASSERT_EQUAL(loop_wait(&l, 1000), 1);
	close(a);
	loop_fini(&l);
}

/* One who spins gives way to those who make the next event. */
static void test_spinning_yields(void)
{
	int a = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	uint64_t one = 1;

	open_loop();
	l.spin_us = 10000;
	CU_ASSERT_EQUAL(loop_add(&l, a, EPOLLIN | EPOLLET, 0, 1, 2), 0);
	l.is_hot = true;
	yielded.calls = 0;
	yielded.fd = a;
	CU_ASSERT_EQUAL(loop_wait(&l, 100), 1);
	CU_ASSERT_EQUAL(yielded.calls, 1);
	/* not where there is work already */
	CU_ASSERT_EQUAL(write(a, &one, sizeof(one)), sizeof(one));
	l.is_hot = true;
	CU_ASSERT_EQUAL(loop_wait(&l, 100), 1);
	CU_ASSERT_EQUAL(yielded.calls, 1);
	close(a);
	loop_fini(&l);
}

static void test_errors_are_told(void)
{
	int a = eventfd(0, EFD_CLOEXEC);

	open_loop();
	CU_ASSERT_EQUAL(loop_add(&l, -1, EPOLLIN, 0, 0, 0), -EBADF);
	CU_ASSERT_EQUAL(loop_mod(&l, a, EPOLLIN, 0, 0, 0), -ENOENT);
	CU_ASSERT_EQUAL(loop_del(&l, a), -ENOENT);
	CU_ASSERT_EQUAL(loop_add(&l, a, EPOLLIN, 0, 0, 0), 0);
	CU_ASSERT_EQUAL(loop_add(&l, a, EPOLLIN, 0, 0, 0), -EEXIST);
	close(a);
	loop_fini(&l);
	CU_ASSERT_EQUAL(loop_wait(&l, 0), -EBADF);
	loop_fini(&l); /* closing twice is harmless */
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "type, slot, generation",
		  test_type_slot_and_generation_come_back },
		{ "changing a watch", test_changing_and_removing_a_watch },
		{ "spinning", test_spinning_waits_as_well },
		{ "spinning gives way", test_spinning_yields },
		{ "errors", test_errors_are_told },
	};

	return unit_main("loop", tests, ARRAY_SIZE(tests));
}
