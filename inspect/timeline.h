/* SPDX-License-Identifier: BSD-2-Clause */
/* timeline.h - how many flows of each verdict began when, in fixed memory.
 *
 * Nobody knows beforehand how long a capture lasts: when a time falls outside
 * the bins, two and two of them become one.
 */
#ifndef INSPECT_TIMELINE_H
#define INSPECT_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "check.h"

#define TIMELINE_BINS 120
/* width of a bin at first */
#define TIMELINE_NS 1000000LL

/* @start_ns: of the first bin; @width_ns: of each; @used: bins up to the last
 * that is not empty
 */
struct timeline {
	bool has_start;
	int64_t start_ns;
	int64_t width_ns;
	unsigned used;
	uint64_t bin[TIMELINE_BINS][VERDICTS];
};

/* timeline_add() - a flow that began at @ts_ns; not counted if it has no time,
 * or one that is centuries from the others
 */
void timeline_add(struct timeline *t, int64_t ts_ns, enum verdict v);

#endif
