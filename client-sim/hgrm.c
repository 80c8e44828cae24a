/* SPDX-License-Identifier: BSD-2-Clause */
/* hgrm.c - see hgrm.h */
#include "hgrm.h"

#include <inttypes.h>
#include <math.h>

#include "base/clock.h"

#define HGRM_TICKS 5.0

/* The middle of bucket @i. */
static double hgrm_middle(size_t i)
{
	uint64_t below = i ? hist_bucket_value(i - 1) + 1 : 0;

	return ((double)below + (double)hist_bucket_value(i)) / 2;
}

double hgrm_mean(const struct hist *h)
{
	return h->count ? (double)h->sum / (double)h->count : 0;
}

double hgrm_stddev(const struct hist *h)
{
	double mean = hgrm_mean(h), sum = 0;
	size_t i;

	for (i = 0; i < HIST_BUCKETS; i++) {
		double d = hgrm_middle(i) - mean;

		if (h->buckets[i])
			sum += d * d * (double)h->buckets[i];
	}
	return h->count ? sqrt(sum / (double)h->count) : 0;
}

/* The level after @pct: a fifth of the way to the next halving; 100 where
 * doubles have none between.
 */
static double hgrm_next(double pct)
{
	double halvings = floor(log2(100 / (100 - pct))) + 1;
	double next = pct + 100 / (HGRM_TICKS * exp2(halvings));

	return next > pct ? next : 100;
}

void hgrm_levels(const struct hist *h, hgrm_level_fn *fn, void *ctx)
{
	uint64_t total = 0;
	double pct = 0;
	size_t i;

	for (i = 0; i < HIST_BUCKETS && total < h->count; i++) {
		uint64_t value = hist_bucket_value(i);

		if (!h->buckets[i])
			continue;
		total += h->buckets[i];
		if (value > h->max || i == HIST_BUCKETS - 1)
			value = h->max;
		while (pct < 100 &&
		       (double)total / (double)h->count * 100 >= pct) {
			fn(ctx, pct, value, total);
			pct = hgrm_next(pct);
			if (total == h->count)
				break; /* 100 % comes next */
		}
	}
	if (h->count)
		fn(ctx, 100, h->max, h->count);
}

static void hgrm_line(void *ctx, double pct, uint64_t value_ns, uint64_t total)
{
	FILE *out = ctx;

	fprintf(out, "%12.3f %2.12f %10" PRIu64,
		(double)value_ns / (double)NS_PER_MS, pct / 100, total);
	if (pct < 100)
		fprintf(out, " %14.2f", 100 / (100 - pct));
	fputc('\n', out);
}

void hgrm_print(const struct hist *h, FILE *out)
{
	fputs("       Value     Percentile TotalCount 1/(1-Percentile)\n\n",
	      out);
	hgrm_levels(h, hgrm_line, out);
	fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n",
		hgrm_mean(h) / (double)NS_PER_MS,
		hgrm_stddev(h) / (double)NS_PER_MS);
	fprintf(out, "#[Max     = %12.3f, Total count    = %12" PRIu64 "]\n",
		(double)h->max / (double)NS_PER_MS, h->count);
	fprintf(out, "#[Buckets = %12d, SubBuckets     = %12d]\n",
		HIST_VALUE_BITS - HIST_SUB_BITS, 2 << HIST_SUB_BITS);
}
