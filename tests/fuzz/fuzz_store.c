/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_store.c - results that were kept: what is read is written as it was, and
 * everything that is made of a result comes to an end
 */
#include "fuzz.h"

#include <stdio.h>

#include "hgrm.h"
#include "store.h"

struct run {
	struct plan plan;
	struct result result;
	struct series series;
};

static bool run_read(struct run *r, const void *data, size_t len)
{
	char err[STORE_ERR_MAX] = "";
	uint8_t *copy = fuzz_copy(data, len);
	FILE *f = fmemopen(copy, len, "r");
	bool ok;

	ASSERT(f);
	ok = store_read(f, &r->plan, &r->result, &r->series, err);
	ASSERT(fclose(f) == 0);
	free(copy);
	ASSERT(ok != (err[0] != '\0') && memchr(err, '\0', sizeof(err)));
	return ok;
}

static char *run_write(const struct run *r, size_t *ret_len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, ret_len);

	ASSERT(f && store_write(&r->plan, &r->result, &r->series, f) == 0);
	ASSERT(fclose(f) == 0);
	return text;
}

static void print_all(const struct run *r)
{
	static char text[1 << 20];
	FILE *f = fmemopen(text, sizeof(text), "w");

	ASSERT(f);
	result_print(&r->plan, &r->result, f);
	result_print_latency(&r->result, f);
	result_print_json(&r->plan, &r->result, f);
	hgrm_print(&r->result.latency_ns, f);
	hgrm_print(&r->result.connect_ns, f);
	ASSERT(fclose(f) == 0);
	(void)result_exit(&r->plan, &r->result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct run run, again;
	size_t text_len, same_len;
	char *text, *same;

	if (!len || !run_read(&run, data, len))
		return 0;
	text = run_write(&run, &text_len);
	ASSERT(run_read(&again, text, text_len));
	same = run_write(&again, &same_len);
	ASSERT(same_len == text_len && memcmp(text, same, text_len) == 0);
	free(text);
	free(same);
	print_all(&run);
	result_merge(&run.result, &again.result);
	series_merge(&run.series, &again.series);
	ASSERT(run.series.n <= SERIES_MAX);
	print_all(&run);
	return 0;
}
