/* SPDX-License-Identifier: BSD-2-Clause */
/* test_client_schedule.c - when the operations of an open loop are due */
#include <math.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "schedule.h"
#include "wire/wire.h"

#define SECOND 1000000000ULL

static struct schedule start(uint32_t index, uint32_t step, uint32_t per_s,
			     uint64_t ramp_ns, bool is_poisson)
{
	const struct schedule_args a = {
		.index = index,
		.step = step,
		.per_s = per_s,
		.ramp_ns = ramp_ns,
		.is_poisson = is_poisson,
		.seed = 7,
	};
	struct schedule s;

	schedule_init(&s, &a);
	return s;
}

static uint64_t next(struct schedule *s)
{
	uint64_t due = schedule_due_ns(s);

	schedule_advance(s);
	return due;
}

static void test_even_distances(void)
{
	struct schedule s = start(0, 1, 1000, 0, false);
	int i;

	for (i = 0; i < 2500; i++)
		CU_ASSERT_EQUAL(next(&s), (uint64_t)i * 1000000);
	s = start(0, 1, 3, 0, false);
	CU_ASSERT_EQUAL(next(&s), 0);
	CU_ASSERT_EQUAL(next(&s), 333333333);
	CU_ASSERT_EQUAL(next(&s), 666666666);
	CU_ASSERT_EQUAL(next(&s), SECOND);
}

static void test_threads_take_turns(void)
{
	struct schedule a = start(0, 2, 1000, 0, false);
	struct schedule b = start(1, 2, 1000, 0, false);

	CU_ASSERT_EQUAL(next(&a), 0);
	CU_ASSERT_EQUAL(next(&b), 1000000);
	CU_ASSERT_EQUAL(next(&a), 2000000);
	CU_ASSERT_EQUAL(next(&b), 3000000);
}

/* A ramp of 2 s to 1000/s: t seconds in, 250 t^2 are due; then 1000/s. */
static void test_a_ramp_rises_in_a_straight_line(void)
{
	struct schedule s = start(0, 1, 1000, 2 * SECOND, false);
	int i;

	CU_ASSERT_EQUAL(schedule_due_ns(&s), 0);
	for (i = 0; i < 250; i++)
		schedule_advance(&s);
	CU_ASSERT_EQUAL(schedule_due_ns(&s), SECOND);
	for (; i < 1000; i++)
		schedule_advance(&s);
	CU_ASSERT_EQUAL(schedule_due_ns(&s), 2 * SECOND);
	for (; i < 1500; i++)
		schedule_advance(&s);
	CU_ASSERT_EQUAL(schedule_due_ns(&s), 2500000000ULL);
}

/* The distances of a Poisson process have the mean 1/rate, the same standard
 * deviation, and e^-1 of them are longer than the mean.
 */
static void test_poisson_arrivals(void)
{
	struct schedule s = start(0, 1, 1000, 0, true);
	double sum = 0, squares = 0;
	uint64_t last = 0;
	int i, longer = 0, n = 100000;

	for (i = 0; i < n; i++) {
		uint64_t due = next(&s);
		double ms = (double)(due - last) / 1e6;

		CU_ASSERT(due >= last);
		last = due;
		sum += ms;
		squares += ms * ms;
		longer += ms > 1;
	}
	CU_ASSERT_DOUBLE_EQUAL(sum / n, 1, 0.02);
	CU_ASSERT_DOUBLE_EQUAL(sqrt(squares / n - sum / n * sum / n), 1, 0.03);
	CU_ASSERT_DOUBLE_EQUAL((double)longer / n, exp(-1), 0.01);
}

static void test_threads_draw_their_own_numbers(void)
{
	struct schedule a = start(0, 2, 1000, 0, true);
	struct schedule b = start(1, 2, 1000, 0, true);
	int i, same = 0;

	for (i = 0; i < 100; i++)
		same += next(&a) == next(&b);
	CU_ASSERT(same < 5);
	/* each has half the rate */
	for (i = 0; i < 49900; i++)
		schedule_advance(&a);
	CU_ASSERT_DOUBLE_EQUAL((double)schedule_due_ns(&a) / 1e9, 100, 3);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "even distances", test_even_distances },
		{ "threads take turns", test_threads_take_turns },
		{ "ramp", test_a_ramp_rises_in_a_straight_line },
		{ "poisson", test_poisson_arrivals },
		{ "threads differ", test_threads_draw_their_own_numbers },
	};

	return unit_main("client_schedule", tests, ARRAY_SIZE(tests));
}
