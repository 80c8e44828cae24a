/* SPDX-License-Identifier: BSD-2-Clause */
/* test_wheel.c - timers fire once, in time, and not too late to sleep for */
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "base/wheel.h"
#include "harness.h"
#include "wire/wire.h"

#define START 1000000

struct timer {
	struct wheel_node node; /* first: a node is its timer */
	unsigned fired;
	uint64_t fired_ms;
	uint64_t again_ms;    /* arm again at that time when fired */
	struct timer *cancel; /* cancel that one when fired */
};

static struct wheel w;

static void on_timer(void *ctx, struct wheel_node *node)
{
	struct timer *t = (struct timer *)node;

	CU_ASSERT_FALSE(wheel_is_armed(node));
	t->fired++;
	t->fired_ms = w.now_ms;
	if (t->again_ms)
		wheel_arm(ctx, node, t->again_ms);
	if (t->cancel)
		wheel_cancel(ctx, &t->cancel->node);
}

static void run_to(uint64_t ms)
{
	wheel_run(&w, ms, on_timer, &w);
}

static void test_fires_at_its_tick(void)
{
	static const uint64_t ahead[] = { 1,	2,    63,   64,	  65,
					  4095, 4096, 4097, 10000 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ahead); i++) {
		struct timer t = { 0 };

		wheel_init(&w, START + i);
		wheel_arm(&w, &t.node, START + i + ahead[i]);
		run_to(START + i + ahead[i] - 1);
		CU_ASSERT_EQUAL(t.fired, 0);
		CU_ASSERT_TRUE(wheel_is_armed(&t.node));
		run_to(START + i + ahead[i]);
		CU_ASSERT_EQUAL(t.fired, 1);
		run_to(START + i + 3 * ahead[i] + 9000);
		CU_ASSERT_EQUAL(t.fired, 1);
	}
}

static void test_tick_by_tick(void)
{
	struct timer t = { 0 };
	uint64_t ms;

	wheel_init(&w, START);
	wheel_arm(&w, &t.node, START + 9000);
	for (ms = START; ms <= START + 9000; ms++)
		run_to(ms);
	CU_ASSERT_EQUAL(t.fired, 1);
	CU_ASSERT_EQUAL(t.fired_ms, START + 9000);
}

static void test_the_past_fires_at_the_next_tick(void)
{
	struct timer t = { 0 };

	wheel_init(&w, START);
	wheel_arm(&w, &t.node, 5);
	CU_ASSERT_EQUAL(wheel_timeout_ms(&w, START), 1);
	run_to(START);
	CU_ASSERT_EQUAL(t.fired, 0);
	run_to(START + 1);
	CU_ASSERT_EQUAL(t.fired, 1);
}

static void test_moving_and_cancelling(void)
{
	struct timer a = { 0 }, b = { 0 }, c = { 0 };

	wheel_init(&w, START);
	wheel_arm(&w, &a.node, START + 10);
	wheel_arm(&w, &b.node, START + 10);
	wheel_arm(&w, &c.node, START + 10);
	wheel_arm(&w, &b.node, START + 20);
	wheel_cancel(&w, &a.node);
	wheel_cancel(&w, &a.node);
	run_to(START + 10);
	CU_ASSERT_EQUAL(a.fired, 0);
	CU_ASSERT_EQUAL(b.fired, 0);
	CU_ASSERT_EQUAL(c.fired, 1);
	run_to(START + 20);
	CU_ASSERT_EQUAL(b.fired, 1);
}

static void test_arming_inside_a_handler(void)
{
	struct timer a = { .again_ms = START + 10 }, b = { 0 };

	/* into the slot that is being run, one turn later */
	wheel_init(&w, START);
	a.again_ms = START + 10 + WHEEL_SLOTS;
	wheel_arm(&w, &a.node, START + 10);
	wheel_arm(&w, &b.node, START + 10);
	run_to(START + 10);
	CU_ASSERT_EQUAL(a.fired, 1);
	CU_ASSERT_EQUAL(b.fired, 1);
	CU_ASSERT_TRUE(wheel_is_armed(&a.node));
	a.again_ms = 0;
	run_to(START + 9 + WHEEL_SLOTS);
	CU_ASSERT_EQUAL(a.fired, 1);
	run_to(START + 10 + WHEEL_SLOTS);
	CU_ASSERT_EQUAL(a.fired, 2);
}

static void test_an_armed_again_timer_waits_for_the_next_run(void)
{
	struct timer a = { .again_ms = 1 };

	wheel_init(&w, START);
	wheel_arm(&w, &a.node, START + 1);
	run_to(START + 100000);
	CU_ASSERT_EQUAL(a.fired, 1);
	run_to(START + 100001);
	CU_ASSERT_EQUAL(a.fired, 2);
}

static void test_cancelling_a_neighbour_inside_a_handler(void)
{
	struct timer t[3];
	int i;

	memset(t, 0, sizeof(t));
	wheel_init(&w, START);
	for (i = 0; i < 3; i++)
		wheel_arm(&w, &t[i].node, START + 5);
	/* lists are run newest first: 2, 1, 0 */
	t[2].cancel = &t[1];
	run_to(START + 5);
	CU_ASSERT_EQUAL(t[2].fired, 1);
	CU_ASSERT_EQUAL(t[1].fired, 0);
	CU_ASSERT_EQUAL(t[0].fired, 1);
}

static void test_a_long_sleep_skips_nobody(void)
{
	static struct timer t[WHEEL_SLOTS];
	unsigned i, missed = 0;

	memset(t, 0, sizeof(t));
	wheel_init(&w, START);
	for (i = 0; i < WHEEL_SLOTS; i++)
		wheel_arm(&w, &t[i].node, START + 1 + i);
	run_to(START + 3 * WHEEL_SLOTS + 77);
	for (i = 0; i < WHEEL_SLOTS; i++)
		missed += t[i].fired != 1;
	CU_ASSERT_EQUAL(missed, 0);
}

static void test_timeout_of_an_empty_wheel(void)
{
	struct timer t = { 0 };

	wheel_init(&w, START);
	CU_ASSERT_EQUAL(wheel_timeout_ms(&w, START), -1);
	wheel_arm(&w, &t.node, START + 7);
	CU_ASSERT_EQUAL(wheel_timeout_ms(&w, START), 7);
	CU_ASSERT_EQUAL(wheel_timeout_ms(&w, START + 3), 4);
	CU_ASSERT_EQUAL(wheel_timeout_ms(&w, START + 50), 0);
	run_to(START + 7);
	CU_ASSERT_EQUAL(wheel_timeout_ms(&w, START + 7), -1);
}

/* One timer, wherever it is and wherever the wheel stands. */
static void test_timeout_of_one_timer(void)
{
	uint64_t now = START, ahead;
	struct timer t = { 0 };
	unsigned wrong = 0;

	wheel_init(&w, now);
	for (ahead = 1; ahead <= WHEEL_SLOTS; ahead++) {
		wheel_arm(&w, &t.node, now + ahead);
		wrong += wheel_timeout_ms(&w, now) != (int)ahead;
		now += ahead;
		run_to(now);
		wrong += wheel_timeout_ms(&w, now) != -1;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(t.fired, WHEEL_SLOTS);
}

/* Against a plain list of due times: sleeping as long as the wheel says and
 * then running it fires each timer exactly when it is due.
 */
static void test_against_a_plain_list(void)
{
	enum {
		N = 300
	};
	static struct timer t[N];
	static uint64_t due[N];
	uint64_t now = START;
	unsigned left = N, i, rounds = 0;

	memset(t, 0, sizeof(t));
	srand(4);
	wheel_init(&w, now);
	for (i = 0; i < N; i++) {
		due[i] = now + 1 + (unsigned)rand() % 20000;
		wheel_arm(&w, &t[i].node, due[i]);
	}
	for (i = 0; i < N; i += 3) {
		due[i] = now + 1 + (unsigned)rand() % 20000;
		wheel_arm(&w, &t[i].node, due[i]);
	}
	while (left && rounds++ < 10000) {
		int sleep = wheel_timeout_ms(&w, now);
		uint64_t next = UINT64_MAX;

		for (i = 0; i < N; i++)
			if (!t[i].fired && due[i] < next)
				next = due[i];
		CU_ASSERT_FATAL(sleep >= 0);
		CU_ASSERT(now + (unsigned)sleep <= next);
		now += (unsigned)sleep;
		run_to(now);
		for (i = 0; i < N; i++) {
			if (t[i].fired && due[i] == now)
				left--;
			CU_ASSERT_EQUAL(t[i].fired, due[i] <= now);
		}
	}
	CU_ASSERT_EQUAL(left, 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "at its tick", test_fires_at_its_tick },
		{ "tick by tick", test_tick_by_tick },
		{ "the past", test_the_past_fires_at_the_next_tick },
		{ "moving, cancelling", test_moving_and_cancelling },
		{ "arming inside", test_arming_inside_a_handler },
		{ "arming the past inside",
		  test_an_armed_again_timer_waits_for_the_next_run },
		{ "cancelling inside",
		  test_cancelling_a_neighbour_inside_a_handler },
		{ "a long sleep", test_a_long_sleep_skips_nobody },
		{ "empty", test_timeout_of_an_empty_wheel },
		{ "one timer", test_timeout_of_one_timer },
		{ "plain list", test_against_a_plain_list },
	};

	return unit_main("wheel", tests, ARRAY_SIZE(tests));
}
