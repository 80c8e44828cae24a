/* SPDX-License-Identifier: BSD-2-Clause */
/* test_client_result.c - the verdict of a run, and the summary */
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "result.h"
#include "wire/wire.h"

static const struct plan tcp = { .want_whoami = true, .want_verify = true };

static int exit_of(enum conn_end e)
{
	struct result r = { .checked = 1 };

	r.ended[END_OK] = 1;
	r.ended[e]++;
	return result_exit(&tcp, &r);
}

static void test_each_end_has_its_status(void)
{
	CU_ASSERT_EQUAL(exit_of(END_OK), 0);
	CU_ASSERT_EQUAL(exit_of(END_MISMATCH), 1);
	CU_ASSERT_EQUAL(exit_of(END_EXTRA), 1);
	CU_ASSERT_EQUAL(exit_of(END_REFUSED), 3);
	CU_ASSERT_EQUAL(exit_of(END_UNREACHABLE), 3);
	CU_ASSERT_EQUAL(exit_of(END_RESET), 3);
	CU_ASSERT_EQUAL(exit_of(END_CLOSED), 3);
	CU_ASSERT_EQUAL(exit_of(END_LOCAL), 3);
	CU_ASSERT_EQUAL(exit_of(END_IO), 3);
	CU_ASSERT_EQUAL(exit_of(END_TIMEOUT), 4);
	CU_ASSERT_EQUAL(exit_of(END_CONNECT_TIMEOUT), 4);
}

static void test_the_worst_counts(void)
{
	struct result r = { .checked = 1 };

	CU_ASSERT_EQUAL(result_exit(&tcp, &r), EXIT_INCONCLUSIVE);
	r.ended[END_OK] = 5;
	r.checked = 0;
	CU_ASSERT_EQUAL(result_exit(&tcp, &r), EXIT_INCONCLUSIVE);
	r.checked = 5;
	CU_ASSERT_EQUAL(result_exit(&tcp, &r), EXIT_OK);
	r.lost = 1;
	CU_ASSERT_EQUAL(result_exit(&tcp, &r), EXIT_TIMEOUT);
	r.ended[END_RESET] = 1;
	CU_ASSERT_EQUAL(result_exit(&tcp, &r), EXIT_IO);
	r.missing = 1;
	CU_ASSERT_EQUAL(result_exit(&tcp, &r), EXIT_FINDING);
	r.missing = 0;
	r.wrong = 1;
	CU_ASSERT_EQUAL(result_exit(&tcp, &r), EXIT_FINDING);
	r.wrong = 0;
	r.duplicates = 1;
	CU_ASSERT_EQUAL(result_exit(&tcp, &r), EXIT_FINDING);
}

static void test_merging(void)
{
	static struct result a, b;
	struct result_mismatch m = { .what = "x" };
	struct result_identity id = { .identity = IDENTITY_WRONG };
	int i;

	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	for (i = 0; i < 4; i++) {
		m.id = id.id = (uint64_t)i;
		result_add_mismatch(&a, &m);
		result_add_mismatch(&b, &m);
		result_add_identity(&b, &id);
	}
	a.started = 1;
	b.started = 2;
	a.ended[END_OK] = 1;
	b.ended[END_RESET] = 2;
	b.wrong = 4;
	b.errno_first = 5;
	b.lost = 6;
	b.duplicates = 7;
	b.reordered = 8;
	hist_add(&a.latency_ns, 10);
	hist_add(&b.latency_ns, 20);
	a.checked = a.cut = a.merged = a.http_errors = a.requests = 100;
	b.checked = 1;
	b.cut = 2;
	b.merged = 3;
	b.http_errors = 4;
	b.requests = 5;
	a.behind_ns = 9;
	b.behind_ns = 8;
	result_merge(&a, &b);
	CU_ASSERT_EQUAL(a.checked, 101);
	CU_ASSERT_EQUAL(a.cut, 102);
	CU_ASSERT_EQUAL(a.merged, 103);
	CU_ASSERT_EQUAL(a.http_errors, 104);
	CU_ASSERT_EQUAL(a.requests, 105);
	CU_ASSERT_EQUAL(a.behind_ns, 9);
	CU_ASSERT_EQUAL(a.started, 3);
	CU_ASSERT_EQUAL(result_failed(&a), 2);
	CU_ASSERT_EQUAL(a.wrong, 4);
	CU_ASSERT_EQUAL(a.errno_first, 5);
	CU_ASSERT_EQUAL(a.lost, 6);
	CU_ASSERT_EQUAL(a.duplicates, 7);
	CU_ASSERT_EQUAL(a.reordered, 8);
	CU_ASSERT_EQUAL(a.latency_ns.count, 2);
	CU_ASSERT_EQUAL(a.n_mismatches, RESULT_CASES);
	CU_ASSERT_EQUAL(a.n_identities, 4);
}

static char *print(const struct plan *p, const struct result *r,
		   void (*fn)(const struct plan *, const struct result *,
			      FILE *))
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	ASSERT(f);
	fn(p, r, f);
	ASSERT(fclose(f) == 0);
	return text;
}

static void fill(struct result *r)
{
	struct result_identity c = { .id = 7, .identity = IDENTITY_WRONG };
	struct result_mismatch m = { .id = 8, .off = 9, .what = "bad byte" };
	int i;

	memset(r, 0, sizeof(*r));
	r->started = r->ended[END_OK] = 1000;
	r->checked = 1000;
	r->wrong = 1;
	c.expect.addr = ip_addr_v4((const uint8_t[]) { 192, 0, 2, 1 });
	c.expect.port = 5;
	for (i = 0; i < RESULT_CASES; i++) {
		memset(c.got.mode, 'm', WHOAMI_TEXT_MAX - 1);
		memset(c.got.verdict, '"', WHOAMI_TEXT_MAX - 1);
		result_add_identity(r, &c);
		result_add_mismatch(r, &m);
	}
	for (i = 0; i < END_COUNT; i++)
		r->ended[i] += 1000000000000ULL;
	hist_add(&r->latency_ns, 1000000);
	hist_add(&r->connect_ns, 3000000000ULL);
	r->elapsed_ns = 2000000000;
}

static void test_summary_for_people(void)
{
	static struct result r;
	char *text;

	fill(&r);
	text = print(&tcp, &r, result_print);
	CU_ASSERT_PTR_NOT_NULL(strstr(
		text, "\nclient-ip: 1000 checked, 1 wrong, 0 missing\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "expected 192.0.2.1:5, got "));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "bad byte at offset 9"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "p50 1.00 ms"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "500.0 conn/s"));
	free(text);
}

static void test_a_rate_that_was_not_held_comes_first(void)
{
	static struct result r;
	struct plan p = { .rate = 1000, .is_paced = true, .duration_ms = 2000 };
	char *text;

	memset(&r, 0, sizeof(r));
	r.paced = 1900;
	r.paced_ns = 2000000000;
	r.behind_ns = 20000000; /* a hundredth of the run */
	CU_ASSERT_TRUE(result_held_rate(&p, &r));
	text = print(&p, &r, result_print);
	CU_ASSERT_PTR_NULL(strstr(text, "NOT HELD"));
	free(text);
	r.behind_ns++;
	CU_ASSERT_FALSE(result_held_rate(&p, &r));
	r.behind_ns = 100000000;
	text = print(&p, &r, result_print);
	CU_ASSERT_EQUAL(strncmp(text,
				"RATE NOT HELD: 950.0 of 1000 requests/s, "
				"0.100 s behind at the end\n",
				67),
			0);
	free(text);
	text = print(&p, &r, result_print_json);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(text, "\"rate\":{\"held\":false,\"of\":\"requests\","
			     "\"wanted\":1000,\"reached\":950.0,"
			     "\"behind_ms\":100.000"));
	free(text);
	/* in a ramp of 1 s half as many are due */
	p.ramp_ms = 1000;
	r.paced = 1500;
	CU_ASSERT_DOUBLE_EQUAL(result_paced_rate(&p, &r), 1000, 0.1);
	p = (struct plan) { .conn_rate = 10 };
	r.paced = 11;
	r.paced_ns = 1000000000;
	CU_ASSERT_DOUBLE_EQUAL(result_paced_rate(&p, &r), 10, 0.1);
	p.conn_rate = 0;
	CU_ASSERT_TRUE(result_held_rate(&p, &r));
}

static void test_summary_as_json_is_one_line(void)
{
	static struct result r;
	char *text;

	fill(&r);
	text = print(&tcp, &r, result_print_json);
	CU_ASSERT_EQUAL(strncmp(text, "{\"v\":1,", 7), 0);
	CU_ASSERT_PTR_EQUAL(strchr(text, '\n'), text + strlen(text) - 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"client_ip\":{\"checked\":1000,"
					    "\"wrong\":1,\"missing\":0}"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"exit\":1}"));
	free(text);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "status of each end", test_each_end_has_its_status },
		{ "the worst counts", test_the_worst_counts },
		{ "merging", test_merging },
		{ "summary for people", test_summary_for_people },
		{ "rate not held", test_a_rate_that_was_not_held_comes_first },
		{ "summary as JSON", test_summary_as_json_is_one_line },
	};

	return unit_main("client_result", tests, ARRAY_SIZE(tests));
}
