/* SPDX-License-Identifier: BSD-2-Clause */
/* hist.h - a histogram of durations: log-linear buckets, at most 1/128 of their
 * value wide (< 0.8 % error), from 1 to 2^40; larger values fall into the last
 * bucket.
 */
#ifndef BASE_HIST_H
#define BASE_HIST_H

#include <stddef.h>
#include <stdint.h>

#define HIST_SUB_BITS	7
#define HIST_VALUE_BITS 40
#define HIST_BUCKETS	((HIST_VALUE_BITS - HIST_SUB_BITS + 1) << HIST_SUB_BITS)

struct hist {
	uint64_t count;
	uint64_t min, max;
	uint64_t sum;
	uint64_t buckets[HIST_BUCKETS];
};

void hist_add(struct hist *h, uint64_t value);
void hist_merge(struct hist *into, const struct hist *from);

/* hist_percentile() - the smallest bucket value that @pct percent of all
 * values do not exceed; 0 if empty
 */
uint64_t hist_percentile(const struct hist *h, double pct);

/* hist_bucket_value() - the largest value that bucket @index counts */
uint64_t hist_bucket_value(size_t index);

#endif
