/* SPDX-License-Identifier: BSD-2-Clause */
/* merge.c - see merge.h */
#include "merge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/opt.h"
#include "output.h"
#include "store.h"
#include "wire/wire.h"

#define MERGE_OPTIONS_MAX 16

/* One run, as it was read; large. */
struct merge_run {
	struct plan plan;
	struct result result;
	struct series series;
};

static bool merge_read(const char *path, struct merge_run *ret)
{
	char err[STORE_ERR_MAX];
	FILE *f = fopen(path, "re");
	bool ok;

	if (!f) {
		log_error("cannot open '%s': %s", path, strerror(errno));
		return false;
	}
	ok = store_read(f, &ret->plan, &ret->result, &ret->series, err);
	(void)fclose(f);
	if (!ok)
		log_error("'%s' %s", path, err);
	return ok;
}

/* Results of different things have no sum. */
static bool merge_is_alike(const struct plan *a, const struct plan *b)
{
	return a->is_udp == b->is_udp && a->load == b->load &&
	       a->is_paced == b->is_paced && a->arrival == b->arrival &&
	       a->ramp_ms == b->ramp_ms;
}

/* Runs side by side: rates add up, times do not. */
static void merge_add(struct merge_run *into, const struct merge_run *from)
{
	struct result *r = &into->result;

	result_merge(r, &from->result);
	if (from->result.elapsed_ns > r->elapsed_ns)
		r->elapsed_ns = from->result.elapsed_ns;
	r->cpu_ns += from->result.cpu_ns;
	into->plan.rate += from->plan.rate;
	into->plan.conn_rate += from->plan.conn_rate;
	into->plan.want_verify &= from->plan.want_verify;
	into->plan.want_whoami |= from->plan.want_whoami;
	series_merge(&into->series, &from->series);
}

static int merge_files(const struct output_options *o, char **files, int n)
{
	static struct merge_run sum, one;
	int i, status;

	if (!merge_read(files[0], &sum))
		return EXIT_IO;
	for (i = 1; i < n; i++) {
		if (!merge_read(files[i], &one))
			return EXIT_IO;
		if (!merge_is_alike(&sum.plan, &one.plan)) {
			log_error("'%s' is of another kind of load than '%s'",
				  files[i], files[0]);
			return EXIT_USAGE;
		}
		merge_add(&sum, &one);
	}
	status = output_write(o, &sum.plan, &sum.result, &sum.series);
	return status != EXIT_OK ? status : result_exit(&sum.plan, &sum.result);
}

int merge_main(int argc, char **argv)
{
	static const char tail[] =
		"The runs count as one that they made together: counts and "
		"rates are added\nup, and the longest one's time is the time.";
	struct output_options o = { 0 };
	struct opt table[MERGE_OPTIONS_MAX] = { { 0 } };
	const struct opt_spec spec = {
		.prog = "tp-client merge",
		.usage = "[options] FILE...",
		.about = "Adds up what runs of tp-client wrote with --save.",
		.tail = tail,
		.opts = table,
	};
	int first = 0, status;

	ASSERT(options_output(&o, table) < MERGE_OPTIONS_MAX);
	status = opt_parse(&spec, argc, argv, &first);
	if (status != -1)
		return status;
	if (first == argc)
		return opt_fail(&spec, "no FILE to merge");
	log_init("tp-client merge", LOG_LEVEL_INFO);
	return merge_files(&o, argv + first, argc - first);
}
