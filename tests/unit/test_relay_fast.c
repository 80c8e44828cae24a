/* SPDX-License-Identifier: BSD-2-Clause */
/* test_relay_fast.c - which connections are worth the fast path */
#include <CUnit/CUnit.h>

#include "harness.h"
#include "proxy/relay_fast.h"
#include "wire/wire.h"

/* An event of @r in this tick, with as many short messages as one could have */
static void talk(struct relay_fast *f, struct relay *r)
{
	int i;

	relay_fast_seen(f, r);
	for (i = 0; i < FAST_CALM_MESSAGES; i++)
		relay_fast_heat(r, !r->spoke, 64, false);
}

/* The time of tick @n; what begins in it is counted there. */
static void go_to(struct relay_fast *f, uint64_t n)
{
	relay_fast_tick(f, 1000 + n * FAST_TICK_MS);
}

static void test_alone(void)
{
	struct relay_fast f = { 0 };
	struct relay r = { .tick = 100 };
	uint64_t n;

	for (n = 0; n <= FAST_CALM_TICKS; n++) {
		CU_ASSERT(!relay_fast_is_calm(&f, &r));
		go_to(&f, n);
		talk(&f, &r);
	}
	CU_ASSERT(relay_fast_is_calm(&f, &r));
	/* another one, in the same tick and in the one after */
	f.n_busy++;
	CU_ASSERT(!relay_fast_is_calm(&f, &r));
	go_to(&f, n++);
	CU_ASSERT(!relay_fast_is_calm(&f, &r));
	relay_fast_seen(&f, &r);
	go_to(&f, n);
	CU_ASSERT(r.calm_ticks == 0);
}

static void test_few_messages(void)
{
	struct relay_fast f = { 0 };
	struct relay r = { 0 };
	uint64_t n;

	for (n = 0; n < FAST_CALM_MESSAGES - 1; n++) {
		go_to(&f, n);
		relay_fast_seen(&f, &r);
		relay_fast_heat(&r, !r.spoke, 64, false);
		relay_fast_heat(&r, !r.spoke, 0, false);
		CU_ASSERT(!relay_fast_is_calm(&f, &r));
	}
	relay_fast_heat(&r, !r.spoke, 64, false);
	CU_ASSERT(relay_fast_is_calm(&f, &r));
	/* no number of them wraps around */
	for (n = 0; n <= UINT16_MAX; n++)
		relay_fast_heat(&r, !r.spoke, 1, false);
	CU_ASSERT(relay_fast_is_calm(&f, &r));
	relay_fast_heat(&r, CLIENT, FAST_SHORT_BYTES, false);
	CU_ASSERT(relay_fast_is_calm(&f, &r));
	relay_fast_heat(&r, CLIENT, FAST_SHORT_BYTES + 1, false);
	CU_ASSERT(!relay_fast_is_calm(&f, &r));
}

/* One side alone, however short, and what the other does not take */
static void test_no_answer(void)
{
	struct relay_fast f = { 0 };
	struct relay r = { 0 };
	uint64_t n;

	for (n = 0; n <= FAST_CALM_TICKS; n++) {
		go_to(&f, n);
		talk(&f, &r);
	}
	CU_ASSERT(relay_fast_is_calm(&f, &r));
	relay_fast_heat(&r, CLIENT, 0, true);
	CU_ASSERT(!relay_fast_is_calm(&f, &r));
	for (n = 0; n < 10ULL * FAST_CALM_MESSAGES; n++)
		relay_fast_heat(&r, ORIGIN, 64, false);
	CU_ASSERT(r.calm <= 1);
}

/* A connection that is silent for a tick begins anew. */
static void test_pause(void)
{
	struct relay_fast f = { 0 };
	struct relay r = { 0 };
	uint64_t n;

	for (n = 0; n < FAST_CALM_TICKS; n++) {
		go_to(&f, n);
		talk(&f, &r);
	}
	go_to(&f, n);
	go_to(&f, n + 1);
	talk(&f, &r);
	CU_ASSERT_EQUAL(r.calm_ticks, 0);
	CU_ASSERT(!relay_fast_is_calm(&f, &r));
}

/* What was busy long ago is not what is busy now. */
static void test_late_tick(void)
{
	struct relay_fast f = { 0 };
	struct relay r[FAST_BUSY_MAX + 1] = { 0 };
	int i;

	go_to(&f, 0);
	for (i = 0; i <= FAST_BUSY_MAX; i++)
		talk(&f, &r[i]);
	CU_ASSERT_EQUAL(f.n_busy, FAST_BUSY_MAX + 1);
	/* once a tick */
	talk(&f, &r[0]);
	CU_ASSERT_EQUAL(f.n_busy, FAST_BUSY_MAX + 1);
	go_to(&f, 1);
	CU_ASSERT_EQUAL(f.n_busy_last, FAST_BUSY_MAX + 1);
	CU_ASSERT_EQUAL(f.n_busy, 0);
	talk(&f, &r[0]);
	go_to(&f, 9);
	CU_ASSERT_EQUAL(f.n_busy_last, 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "one connection with short messages is worth it",
		  test_alone },
		{ "it takes a number of messages, and none that is long",
		  test_few_messages },
		{ "bytes that are no answers do not count", test_no_answer },
		{ "a pause begins anew", test_pause },
		{ "ticks are counted by the clock", test_late_tick },
	};

	return unit_main("relay_fast", tests, ARRAY_SIZE(tests));
}
