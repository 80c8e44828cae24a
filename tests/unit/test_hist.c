/* SPDX-License-Identifier: BSD-2-Clause */
/* test_hist.c - percentiles within the promised error */
#include <string.h>

#include <CUnit/CUnit.h>

#include "base/hist.h"
#include "harness.h"
#include "wire/wire.h"

static struct hist h;

static void clear(void)
{
	memset(&h, 0, sizeof(h));
}

static void test_empty(void)
{
	clear();
	CU_ASSERT_EQUAL(hist_percentile(&h, 50), 0);
	CU_ASSERT_EQUAL(hist_percentile(&h, 100), 0);
}

static void test_small_values_are_exact(void)
{
	uint64_t v;

	clear();
	for (v = 1; v <= 100; v++)
		hist_add(&h, v);
	CU_ASSERT_EQUAL(hist_percentile(&h, 0), 1);
	CU_ASSERT_EQUAL(hist_percentile(&h, 1), 1);
	CU_ASSERT_EQUAL(hist_percentile(&h, 50), 50);
	CU_ASSERT_EQUAL(hist_percentile(&h, 99), 99);
	CU_ASSERT_EQUAL(hist_percentile(&h, 99.5), 100);
	CU_ASSERT_EQUAL(hist_percentile(&h, 100), 100);
	CU_ASSERT_EQUAL(h.min, 1);
	CU_ASSERT_EQUAL(h.max, 100);
	CU_ASSERT_EQUAL(h.sum, 5050);
	CU_ASSERT_EQUAL(h.count, 100);
}

/* A value alone with a larger one: its percentile is at most 1/128 above it. */
static void check_one(uint64_t v)
{
	uint64_t p;

	clear();
	hist_add(&h, v);
	hist_add(&h, 1ULL << 50);
	p = hist_percentile(&h, 50);
	CU_ASSERT(p >= v);
	CU_ASSERT(p - v <= v / 128);
}

static void test_error_is_bounded(void)
{
	uint64_t v;
	unsigned bit;

	for (v = 0; v < 5000; v++)
		check_one(v);
	for (bit = 8; bit < HIST_VALUE_BITS; bit++) {
		check_one((1ULL << bit) - 1);
		check_one(1ULL << bit);
		check_one((1ULL << bit) + 1);
		check_one((1ULL << bit) * 3 / 2);
	}
	check_one((1ULL << HIST_VALUE_BITS) - 1);
}

static void test_huge_values_stay_in_the_table(void)
{
	clear();
	hist_add(&h, 1ULL << HIST_VALUE_BITS);
	hist_add(&h, UINT64_MAX);
	CU_ASSERT_EQUAL(h.buckets[HIST_BUCKETS - 1], 2);
	CU_ASSERT_EQUAL(h.max, UINT64_MAX);
	CU_ASSERT(hist_percentile(&h, 50) >= (1ULL << HIST_VALUE_BITS) - 1);
}

static void test_no_percentile_exceeds_the_maximum(void)
{
	clear();
	hist_add(&h, 1000001);
	CU_ASSERT_EQUAL(hist_percentile(&h, 50), 1000001);
	CU_ASSERT_EQUAL(hist_percentile(&h, 99.9), 1000001);
}

/* The order of the values is nothing to any of it. */
static void test_falling_values(void)
{
	static struct hist larger;
	uint64_t v;

	clear();
	memset(&larger, 0, sizeof(larger));
	for (v = 100; v >= 1; v--)
		hist_add(&h, v);
	CU_ASSERT_EQUAL(h.min, 1);
	CU_ASSERT_EQUAL(h.max, 100);
	CU_ASSERT_EQUAL(hist_percentile(&h, 99.5), 100);
	hist_add(&larger, 1000);
	hist_merge(&h, &larger);
	CU_ASSERT_EQUAL(h.min, 1);
	CU_ASSERT_EQUAL(h.max, 1000);
}

/* A bucket is named after its largest value: the next is in the next. */
static void test_buckets_are_named_after_their_ends(void)
{
	size_t i;

	for (i = 0; i + 1 < HIST_BUCKETS; i++) {
		clear();
		hist_add(&h, hist_bucket_value(i));
		hist_add(&h, hist_bucket_value(i) + 1);
		CU_ASSERT(h.buckets[i] == 1 && h.buckets[i + 1] == 1);
	}
	CU_ASSERT_EQUAL(hist_bucket_value(i), (1ULL << HIST_VALUE_BITS) - 1);
}

static void test_merging(void)
{
	static struct hist other, empty;
	uint64_t v;

	clear();
	memset(&other, 0, sizeof(other));
	hist_merge(&h, &empty);
	CU_ASSERT_EQUAL(h.count, 0);
	for (v = 101; v <= 200; v++)
		hist_add(&h, v);
	for (v = 1; v <= 100; v++)
		hist_add(&other, v);
	hist_merge(&h, &other);
	hist_merge(&h, &empty);
	CU_ASSERT_EQUAL(h.count, 200);
	CU_ASSERT_EQUAL(h.min, 1);
	CU_ASSERT_EQUAL(h.max, 200);
	CU_ASSERT_EQUAL(h.sum, 20100);
	CU_ASSERT_EQUAL(hist_percentile(&h, 50), 100);
	hist_merge(&empty, &other);
	CU_ASSERT_EQUAL(empty.min, 1);
	CU_ASSERT_EQUAL(empty.max, 100);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "empty", test_empty },
		{ "small values", test_small_values_are_exact },
		{ "falling values", test_falling_values },
		{ "ends of buckets", test_buckets_are_named_after_their_ends },
		{ "bounded error", test_error_is_bounded },
		{ "huge values", test_huge_values_stay_in_the_table },
		{ "maximum", test_no_percentile_exceeds_the_maximum },
		{ "merging", test_merging },
	};

	return unit_main("hist", tests, ARRAY_SIZE(tests));
}
