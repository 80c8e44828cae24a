/* SPDX-License-Identifier: BSD-2-Clause */
/* test_toa_stats.c - the counters' text, and what they say about an origin */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/Basic.h>

#include "diagnose.h"
#include "harness.h"
#include "stats.h"
#include "wire/wire.h"

/* The sample of the product's document (seed/61) */
static char sample[] =
	"                                  CPU0       CPU1       \n"
	"syn_recv_sock_toa        :       865        858 \n"
	"syn_recv_sock_no_toa     :      1011       1035 \n"
	"getname_toa_ok           :         0          0 \n"
	"getname_toa_mismatch     :       831        892 \n"
	"getname_toa_bypass       :         0          0 \n"
	"getname_toa_empty        :     12897      12757 \n"
	"ip6_address_alloc        :       865        858 \n"
	"ip6_address_free         :       819        904 \n";

static int parse(char *text, struct stats *s)
{
	FILE *f = fmemopen(text, strlen(text), "r");
	int err;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	err = stats_parse(f, s);
	(void)fclose(f);
	return err;
}

static void test_the_sample_is_read(void)
{
	struct stats s;

	CU_ASSERT_EQUAL_FATAL(parse(sample, &s), 0);
	CU_ASSERT_EQUAL_FATAL(s.n_cpus, 2);
	CU_ASSERT_EQUAL(s.v[0].v[READER_TOA], 865);
	CU_ASSERT_EQUAL(s.v[1].v[READER_EMPTY], 12757);
	/* seed/63: what was kept was given up */
	CU_ASSERT_EQUAL(stats_sum(&s, READER_ALLOC), 1723);
	CU_ASSERT_EQUAL(stats_sum(&s, READER_FREE), 1723);
	stats_free(&s);
}

static void test_the_sample_is_printed_alike(void)
{
	char *text = NULL;
	size_t len = 0;
	struct stats s;
	FILE *f;

	CU_ASSERT_EQUAL_FATAL(parse(sample, &s), 0);
	f = open_memstream(&text, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	stats_print(&s, false, f);
	(void)fclose(f);
	CU_ASSERT_EQUAL(strncmp(text, sample, strlen(sample)), 0);
	/* ours follow below an empty line */
	CU_ASSERT_EQUAL(text[strlen(sample)], '\n');
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nuntrusted "));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nno_room "));
	free(text);
	stats_free(&s);
}

static void test_what_is_no_sample(void)
{
	char other[] = "Inter-|   Receive\n eth0: 1 2 3\n";
	char empty[] = "\n";
	char odd[] = "syn_recv_sock_toa : 1 2 x\nnothing\n:\n";
	struct stats s;

	CU_ASSERT(parse(other, &s) < 0);
	CU_ASSERT(parse(empty, &s) < 0);
	CU_ASSERT_EQUAL_FATAL(parse(odd, &s), 0);
	CU_ASSERT_EQUAL(s.n_cpus, 2);
	CU_ASSERT_EQUAL(stats_sum(&s, READER_TOA), 3);
	stats_free(&s);
}

/* One CPU with these counters */
static uint32_t found(const struct toa_counters *v, uint64_t no_room)
{
	unsigned cpu = 0;
	struct toa_counters copy = *v;
	struct stats s = { 1, &cpu, &copy, &no_room };

	return diagnose(&s);
}

#define ONLY(d) (1U << (d))

static void test_diagnoses(void)
{
	static const struct {
		struct toa_counters v;
		uint32_t want;
	} cases[] = {
		{ { { [READER_TOA] = 5,
		      [READER_OK] = 9,
		      [READER_EMPTY] = 7,
		      [READER_ALLOC] = 3,
		      [READER_FREE] = 3 } },
		  0 },
		{ { { 0 } }, ONLY(DIAGNOSIS_NO_CONNECTIONS) },
		{ { { [READER_NO_TOA] = 5, [READER_EMPTY] = 5 } },
		  ONLY(DIAGNOSIS_NONE_WITH) },
		{ { { [READER_NO_TOA] = 5, [READER_UNTRUSTED] = 2 } },
		  ONLY(DIAGNOSIS_UNTRUSTED) },
		{ { { [READER_NO_TOA] = 5, [READER_MALFORMED] = 2 } },
		  ONLY(DIAGNOSIS_MALFORMED) },
		{ { { [READER_NO_TOA] = 5,
		      [READER_LATE] = 5,
		      [READER_OK] = 5 } },
		  0 },
		{ { { [READER_TOA] = 5 } }, ONLY(DIAGNOSIS_NOBODY_ASKS) },
		{ { { [READER_TOA] = 5, [READER_MISMATCH] = 5 } },
		  ONLY(DIAGNOSIS_ALL_MISMATCH) },
		{ { { [READER_TOA] = 5,
		      [READER_OK] = 2,
		      [READER_MISMATCH] = 3 } },
		  ONLY(DIAGNOSIS_MISMATCH) },
		/* a program that looks each of them up */
		{ { { [READER_TOA] = 5,
		      [READER_OK] = 3,
		      [READER_LOOKUP] = 3,
		      [READER_MISMATCH] = 3 } },
		  0 },
		{ { { [READER_TOA] = 5, [READER_BYPASS] = 5 } },
		  ONLY(DIAGNOSIS_BYPASS) },
		{ { { [READER_TOA] = 5,
		      [READER_OK] = 5,
		      [READER_DUPLICATE] = 1 } },
		  ONLY(DIAGNOSIS_DUPLICATE) },
		{ { { [READER_TOA] = 5, [READER_OK] = 5, [READER_FREE] = 1 } },
		  ONLY(DIAGNOSIS_LEAK) },
		{ { { [READER_TOA] = 5,
		      [READER_OK] = 5,
		      [READER_TFO] = 1,
		      [READER_MPTCP] = 1,
		      [READER_NO_MEMORY] = 1 } },
		  ONLY(DIAGNOSIS_TFO) | ONLY(DIAGNOSIS_MPTCP) |
			  ONLY(DIAGNOSIS_NO_MEMORY) },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t got = found(&cases[i].v, 0);

		if (got != cases[i].want)
			(void)fprintf(stderr, "case %zu: %x\n", i, got);
		CU_ASSERT_EQUAL(got, cases[i].want);
	}
	CU_ASSERT_EQUAL(found(&cases[0].v, 1), ONLY(DIAGNOSIS_NO_ROOM));
}

/* seed/64: the sample of the document is an unhealthy origin */
static void test_the_sample_is_unhealthy(void)
{
	char *text = NULL;
	size_t len = 0;
	struct stats s;
	FILE *f;

	CU_ASSERT_EQUAL_FATAL(parse(sample, &s), 0);
	CU_ASSERT_EQUAL(diagnose(&s), ONLY(DIAGNOSIS_ALL_MISMATCH));
	f = open_memstream(&text, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_EQUAL(diagnose_print(&s, NULL, NULL, false, f), 1);
	(void)fclose(f);
	CU_ASSERT_EQUAL(strncmp(text, "! all_mismatch: 1723 lookups failed",
				strlen("! all_mismatch: 1723 lookups failed")),
			0);
	free(text);
	stats_free(&s);
}

static void test_slugs_differ(void)
{
	int a, b;

	for (a = 0; a < DIAGNOSIS_COUNT; a++) {
		for (b = 0; b < a; b++)
			CU_ASSERT(strcmp(diagnose_slug((enum diagnosis)a),
					 diagnose_slug((enum diagnosis)b)) !=
				  0);
	}
	CU_ASSERT(!diagnose_is_fault(DIAGNOSIS_TFO));
	CU_ASSERT(diagnose_is_fault(DIAGNOSIS_UNTRUSTED));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "the product's sample is read", test_the_sample_is_read },
		{ "and printed alike", test_the_sample_is_printed_alike },
		{ "what is no such text", test_what_is_no_sample },
		{ "each diagnosis", test_diagnoses },
		{ "the sample is unhealthy", test_the_sample_is_unhealthy },
		{ "slugs differ", test_slugs_differ },
	};

	return unit_main("toa_stats", tests, ARRAY_SIZE(tests));
}
