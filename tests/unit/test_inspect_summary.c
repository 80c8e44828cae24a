/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_summary.c - counting in fixed memory: clients, and time */
#include <string.h>

#include <CUnit/CUnit.h>

#include "frame.h"
#include "harness.h"
#include "timeline.h"
#include "topk.h"

static struct topk top;
static struct timeline line;

static struct ip_addr address(uint32_t n)
{
	const uint8_t bytes[4] = { 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8),
				   (uint8_t)n };

	return ip_addr_v4(bytes);
}

static void add(uint32_t n, unsigned times)
{
	struct ip_addr a = address(n);

	while (times--)
		topk_add(&top, &a)->value++;
}

static void test_few_addresses_are_exact(void)
{
	const struct topk_slot *best[3];
	struct ip_addr want;
	uint32_t i;

	memset(&top, 0, sizeof(top));
	CU_ASSERT_EQUAL(topk_best(&top, best, 3), 0);
	for (i = 0; i < TOPK_EXACT; i++)
		add(i, i == 500 ? 9 : i == 3 ? 4 : i == 1000 ? 4 : 1);
	CU_ASSERT(!top.is_full);
	CU_ASSERT_EQUAL(topk_best(&top, best, 3), 3);
	want = address(500);
	CU_ASSERT(ip_addr_eq(&best[0]->key, &want));
	CU_ASSERT_EQUAL(best[0]->count, 9);
	CU_ASSERT_EQUAL(best[0]->error, 0);
	want = address(3); /* equal counts: by address */
	CU_ASSERT(ip_addr_eq(&best[1]->key, &want));
	want = address(1000);
	CU_ASSERT(ip_addr_eq(&best[2]->key, &want));
}

/* One in fifty is always the same; all others come once. */
static void test_a_flood_does_not_hide_the_frequent(void)
{
	static const struct topk_slot *best[TOPK_SLOTS];
	struct ip_addr want = address(0xffffff);
	uint32_t i;

	memset(&top, 0, sizeof(top));
	for (i = 0; i < 200000; i++)
		add(i % 50 ? i : 0xffffff, 1);
	CU_ASSERT(top.is_full);
	CU_ASSERT_EQUAL(topk_best(&top, best, TOPK_SLOTS), TOPK_SLOTS);
	CU_ASSERT(ip_addr_eq(&best[0]->key, &want));
	CU_ASSERT(best[0]->count >= 4000);
	CU_ASSERT(best[0]->count - best[0]->error <= 4000);
	for (i = 1; i < TOPK_SLOTS; i++)
		CU_ASSERT(best[i]->count - best[i]->error <= 1);
}

static uint64_t line_sum(void)
{
	uint64_t sum = 0;
	unsigned i, v;

	for (i = 0; i < TIMELINE_BINS; i++)
		for (v = 0; v < VERDICTS; v++)
			sum += line.bin[i][v];
	return sum;
}

static void line_add(int64_t ns, enum verdict v)
{
	uint64_t sum = line_sum();

	timeline_add(&line, ns, v);
	CU_ASSERT_EQUAL(line_sum(), sum + 1);
	CU_ASSERT(line.used <= TIMELINE_BINS);
	CU_ASSERT(line.start_ns <= ns);
	CU_ASSERT(ns < line.start_ns + (int64_t)line.used * line.width_ns);
}

static void test_time_grows_both_ways(void)
{
	const int64_t s = 1000000000;

	line = (struct timeline) { 0 };
	line_add(1000 * s, VERDICT_OK);
	CU_ASSERT_EQUAL(line.used, 1);
	line_add(1000 * s + 119 * TIMELINE_NS, VERDICT_OK);
	CU_ASSERT_EQUAL(line.used, TIMELINE_BINS);
	CU_ASSERT_EQUAL(line.width_ns, TIMELINE_NS);
	line_add(1000 * s + 120 * TIMELINE_NS, VERDICT_SPLIT);
	CU_ASSERT_EQUAL(line.width_ns, 2 * TIMELINE_NS);
	CU_ASSERT_EQUAL(line.bin[60][VERDICT_SPLIT], 1);
	line_add(990 * s, VERDICT_OK);
	line_add(5000 * s, VERDICT_OK);
	line_add(0, VERDICT_OK);
	line_add(-100000 * s, VERDICT_OK);
	CU_ASSERT_EQUAL(line_sum(), 7);
}

static void test_time_fills_before_it_grows(void)
{
	const int64_t s = 1000000000;

	line = (struct timeline) { 0 };
	line_add(1000 * s, VERDICT_OK);
	line_add(1000 * s - 119 * TIMELINE_NS, VERDICT_OK);
	CU_ASSERT_EQUAL(line.used, TIMELINE_BINS);
	CU_ASSERT_EQUAL(line.width_ns, TIMELINE_NS);
	CU_ASSERT_EQUAL(line.bin[119][VERDICT_OK], 1);
	line_add(1000 * s - 119 * TIMELINE_NS - 1, VERDICT_OK);
	CU_ASSERT_EQUAL(line.width_ns, 2 * TIMELINE_NS);
}

static void test_times_that_are_none(void)
{
	line = (struct timeline) { 0 };
	timeline_add(&line, FRAME_NO_TIME, VERDICT_OK);
	CU_ASSERT_EQUAL(line_sum(), 0);
	CU_ASSERT(!line.has_start);
	timeline_add(&line, 0, VERDICT_OK);
	timeline_add(&line, INT64_MAX, VERDICT_OK);
	timeline_add(&line, -INT64_MAX, VERDICT_OK);
	CU_ASSERT_EQUAL(line_sum(), 1);
	timeline_add(&line, INT64_MAX / 4, VERDICT_OK);
	timeline_add(&line, -(INT64_MAX / 4), VERDICT_OK);
	CU_ASSERT_EQUAL(line_sum(), 3);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "few addresses are exact", test_few_addresses_are_exact },
		{ "a flood does not hide the frequent",
		  test_a_flood_does_not_hide_the_frequent },
		{ "time grows both ways", test_time_grows_both_ways },
		{ "time fills before it grows",
		  test_time_fills_before_it_grows },
		{ "times that are none", test_times_that_are_none },
	};

	return unit_main("inspect_summary", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
