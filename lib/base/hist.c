/* SPDX-License-Identifier: BSD-2-Clause */
/* hist.c - see hist.h */
#include "base/hist.h"

#include <stddef.h>

#define HIST_SUB ((uint64_t)1 << HIST_SUB_BITS)

/* Values below 2 * HIST_SUB have a bucket each; above, each power of two is
 * split into HIST_SUB buckets.
 */
static size_t hist_index(uint64_t value)
{
	unsigned shift;

	if (value >> HIST_VALUE_BITS)
		value = (1ULL << HIST_VALUE_BITS) - 1;
	if (value < 2 * HIST_SUB)
		return (size_t)value;
	shift = 63 - HIST_SUB_BITS - (unsigned)__builtin_clzll(value);
	return ((size_t)shift << HIST_SUB_BITS) + (size_t)(value >> shift);
}

/* The largest value of a bucket. */
static uint64_t hist_value(size_t index)
{
	unsigned shift;

	if (index < 2 * HIST_SUB)
		return index;
	shift = (unsigned)(index >> HIST_SUB_BITS) - 1;
	return ((index - ((uint64_t)shift << HIST_SUB_BITS) + 1) << shift) - 1;
}

void hist_add(struct hist *h, uint64_t value)
{
	if (!h->count || value < h->min)
		h->min = value;
	if (value > h->max)
		h->max = value;
	h->count++;
	h->sum += value;
	h->buckets[hist_index(value)]++;
}

void hist_merge(struct hist *into, const struct hist *from)
{
	size_t i;

	if (!from->count)
		return;
	if (!into->count || from->min < into->min)
		into->min = from->min;
	if (from->max > into->max)
		into->max = from->max;
	into->count += from->count;
	into->sum += from->sum;
	for (i = 0; i < HIST_BUCKETS; i++)
		into->buckets[i] += from->buckets[i];
}

uint64_t hist_percentile(const struct hist *h, double pct)
{
	double want = (double)h->count * pct / 100.0;
	uint64_t seen = 0;
	size_t i;

	if (!h->count)
		return 0;
	for (i = 0; i < HIST_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen && (double)seen >= want)
			return hist_value(i) < h->max ? hist_value(i) : h->max;
	}
	return h->max;
}

uint64_t hist_bucket_value(size_t index)
{
	return hist_value(index);
}
