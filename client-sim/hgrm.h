/* SPDX-License-Identifier: BSD-2-Clause */
/* hgrm.h - a histogram in the percentile text of HdrHistogram, which its
 * plotter and others read
 */
#ifndef CLIENT_SIM_HGRM_H
#define CLIENT_SIM_HGRM_H

#include <stdio.h>

#include "base/hist.h"

/* hgrm_level_fn - one line: @value_ns is the smallest value that @pct percent
 * do not exceed, as the buckets tell it; @total: how many do not exceed it
 */
typedef void hgrm_level_fn(void *ctx, double pct, uint64_t value_ns,
			   uint64_t total);

/* hgrm_levels() - five levels to each halving of what is left to 100 %, and
 * 100 % itself; none if @h is empty
 */
void hgrm_levels(const struct hist *h, hgrm_level_fn *fn, void *ctx);

/* hgrm_print() - values in milliseconds */
void hgrm_print(const struct hist *h, FILE *out);

/* hgrm_mean(), hgrm_stddev() - in ns; the mean is exact, the deviation is that
 * of the buckets' middles
 */
double hgrm_mean(const struct hist *h);
double hgrm_stddev(const struct hist *h);

#endif
