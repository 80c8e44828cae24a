/* SPDX-License-Identifier: BSD-2-Clause */
/* test_client_store.c - results kept and read again, percentile text, series */
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "hgrm.h"
#include "store.h"
#include "wire/wire.h"

static struct plan plan, plan_again;
static struct result result, result_again;
static struct series series, series_again;
static char err[STORE_ERR_MAX];

static void fill(void)
{
	uint64_t v;

	memset(&plan, 0, sizeof(plan));
	memset(&result, 0, sizeof(result));
	memset(&series, 0, sizeof(series));
	ASSERT(endpoint_parse("[2001:db8::1]:80", 16, &plan.target));
	plan.load = LOAD_HTTP;
	plan.rate = 5;
	plan.is_paced = plan.want_whoami = true;
	plan.arrival = ARRIVAL_POISSON;
	result.requests = 1000;
	result.ended[END_OK] = 3;
	result.ended[END_RESET] = 4;
	result.behind_ns = 5;
	for (v = 1; v < 1ULL << 41; v *= 3)
		hist_add(&result.latency_ns, v);
	hist_add(&result.connect_ns, 0);
	for (v = 1; v <= 3; v++)
		series_add(&series, &(struct sample) { v * 100, v, v * 2, v * 3,
						       v * 4 });
}

static char *write_one(const struct plan *p, const struct result *r,
		       const struct series *s)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	ASSERT(f && store_write(p, r, s, f) == 0);
	ASSERT(fclose(f) == 0);
	return text;
}

static char *written(void)
{
	return write_one(&plan, &result, &series);
}

static bool reads(const char *text)
{
	FILE *f = fmemopen((char *)(uintptr_t)text, strlen(text), "r");
	bool ok;

	ASSERT(f);
	ok = store_read(f, &plan_again, &result_again, &series_again, err);
	ASSERT(fclose(f) == 0);
	return ok;
}

static void test_what_was_written_is_read(void)
{
	char *text, *again;

	fill();
	text = written();
	CU_ASSERT_EQUAL(strchr(text, '\n'), text + strlen(text) - 1);
	CU_ASSERT_EQUAL(strncmp(text, "{\"v\":1,", 7), 0);
	CU_ASSERT_TRUE_FATAL(reads(text));
	again = write_one(&plan_again, &result_again, &series_again);
	CU_ASSERT_STRING_EQUAL(again, text);
	free(again);
	CU_ASSERT_EQUAL(result_again.requests, 1000);
	CU_ASSERT_EQUAL(result_again.ended[END_RESET], 4);
	CU_ASSERT_EQUAL(hist_percentile(&result_again.latency_ns, 50),
			hist_percentile(&result.latency_ns, 50));
	CU_ASSERT_EQUAL(series_again.at[2].open, 12);
	CU_ASSERT_TRUE(endpoint_eq(&plan.target, &plan_again.target));
	CU_ASSERT_EQUAL(plan_again.load, LOAD_HTTP);
	CU_ASSERT_EQUAL(plan_again.rate, 5);
	CU_ASSERT_EQUAL(plan_again.arrival, ARRIVAL_POISSON);
	CU_ASSERT_TRUE(plan_again.is_paced && plan_again.want_whoami);
	free(text);
}

/* @from, which stands once in what is written, changed to @to. */
static bool reads_with(const char *from, const char *to)
{
	char *text = written(), *at = strstr(text, from);
	char *changed = NULL;
	bool ok;

	ASSERT(at);
	ASSERT(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, to,
			at + strlen(from)) > 0);
	ok = reads(changed);
	free(changed);
	free(text);
	return ok;
}

static void test_bad_files_are_refused(void)
{
	char *text;
	size_t len;

	fill();
	CU_ASSERT_TRUE(reads_with("\"v\":1", "\"v\":1"));
	CU_ASSERT_FALSE(reads_with("\"v\":1", "\"v\":2"));
	CU_ASSERT_FALSE(reads_with("\"type\":\"load\"", "\"type\":\"conn\""));
	CU_ASSERT_FALSE(reads_with("\"load\":\"http\"", "\"load\":\"ftp\""));
	CU_ASSERT_FALSE(reads_with("\"requests\":1000", "\"requests\":-1"));
	CU_ASSERT_FALSE(reads_with("\"requests\":1000", "\"requests\":\"1\""));
	CU_ASSERT_FALSE(reads_with("\"reset\":4", "\"resat\":4"));
	CU_ASSERT_FALSE(reads_with("\"sub_bits\":7", "\"sub_bits\":6"));
	CU_ASSERT_FALSE(reads_with("[[1,1]", "[[999999,1]"));
	CU_ASSERT_FALSE(reads_with("[[1,1]", "[[1,2]"));
	CU_ASSERT_FALSE(reads_with("[[1,1],", "["));
	CU_ASSERT_FALSE(reads_with("[[1,1]", "[7"));
	CU_ASSERT_FALSE(reads_with("[100,1,2,3,4]", "[100,1,2,3]"));
	CU_ASSERT_FALSE(reads_with("[2001:db8::1]:80", "example.org"));
	text = written();
	for (len = strlen(text) - 2; len > 0; len -= len < 97 ? len : 97) {
		text[len] = '\0';
		CU_ASSERT_FALSE(reads(text));
	}
	free(text);
}

static void test_long_files_are_refused(void)
{
	size_t len = 8U << 20;
	char *text = malloc(len + 1);

	ASSERT(text);
	memset(text, ' ', len);
	text[len] = '\0';
	CU_ASSERT_FALSE(reads(text));
	CU_ASSERT_PTR_NOT_NULL(strstr(err, "no end within"));
	free(text);
}

/* More than doubles can tell apart: the levels end all the same. */
static void test_percentiles_of_large_counts(void)
{
	static struct hist h;
	static char text[1 << 16];
	FILE *f = fmemopen(text, sizeof(text), "w");

	ASSERT(f);
	memset(&h, 0, sizeof(h));
	hist_add(&h, 1);
	hist_add(&h, 2000000);
	h.buckets[1] = UINT64_C(1) << 62;
	h.count = h.buckets[1] + 1;
	hgrm_print(&h, f);
	CU_ASSERT_EQUAL(fclose(f), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "       2.000 1.000000000000 "
					    "4611686018427387905\n"));
}

static void test_percentile_text(void)
{
	static struct hist h;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	uint64_t v;

	ASSERT(f);
	memset(&h, 0, sizeof(h));
	for (v = 1; v <= 4; v++)
		hist_add(&h, v * 1000000);
	hgrm_print(&h, f);
	ASSERT(fclose(f) == 0);
	CU_ASSERT_EQUAL(strncmp(text,
				"       Value     Percentile TotalCount "
				"1/(1-Percentile)\n\n",
				57),
			0);
	/* one of four do not exceed 1 ms, and one bucket is < 0.8 % wide */
	CU_ASSERT_PTR_NOT_NULL(strstr(
		text,
		"       1.004 0.200000000000          1           1.25\n"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(text, "       4.000 1.000000000000          4\n"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(text, "#[Mean    =        2.500, StdDeviation   ="));
	CU_ASSERT_PTR_NOT_NULL(strstr(
		text, "#[Max     =        4.000, Total count    =            "
		      "4]\n"));
	CU_ASSERT_DOUBLE_EQUAL(hgrm_stddev(&h), 1118034, 12000);
	free(text);
}

static void test_series_thin_out(void)
{
	uint64_t i, n = 10ULL * SERIES_MAX;

	memset(&series, 0, sizeof(series));
	for (i = 1; i <= n; i++)
		series_add(&series,
			   &(struct sample) { .ms = i * 100, .requests = i });
	CU_ASSERT(series.n <= SERIES_MAX && series.n > SERIES_MAX / 4);
	for (i = 1; i < series.n; i++)
		CU_ASSERT(series.at[i].ms >=
			  series.at[i - 1].ms + series.step_ms);
	CU_ASSERT(series.at[series.n - 1].ms > (n - 100) * 100);
	CU_ASSERT_EQUAL(series.at[5].requests * 100, series.at[5].ms);
}

static void test_series_side_by_side(void)
{
	uint64_t i;

	memset(&series, 0, sizeof(series));
	memset(&series_again, 0, sizeof(series_again));
	for (i = 1; i <= 3; i++)
		series_add(&series,
			   &(struct sample) { .ms = i * 100, .requests = i });
	for (i = 1; i <= 5; i++)
		series_add(&series_again, &(struct sample) { .ms = i * 100 + 10,
							     .requests = 10 });
	series_merge(&series, &series_again);
	CU_ASSERT_EQUAL(series.n, 5);
	CU_ASSERT_EQUAL(series.at[0].requests, 1); /* the other began later */
	CU_ASSERT_EQUAL(series.at[1].requests, 12);
	CU_ASSERT_EQUAL(series.at[2].requests, 13);
	CU_ASSERT_EQUAL(series.at[4].requests, 13); /* the first has ended */
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "round", test_what_was_written_is_read },
		{ "bad files", test_bad_files_are_refused },
		{ "long files", test_long_files_are_refused },
		{ "percentile text", test_percentile_text },
		{ "percentiles of large counts",
		  test_percentiles_of_large_counts },
		{ "long series", test_series_thin_out },
		{ "two series", test_series_side_by_side },
	};

	return unit_main("client_store", tests, ARRAY_SIZE(tests));
}
