/* SPDX-License-Identifier: BSD-2-Clause */
/* series.h - what a run had done at even points of time */
#ifndef CLIENT_SIM_SERIES_H
#define CLIENT_SIM_SERIES_H

#include <stdint.h>

#define SERIES_MAX	2048
#define SERIES_FIRST_MS 100

/* Counts since the start of the run; @open: connections at that moment. */
struct sample {
	uint64_t ms;
	uint64_t requests;
	uint64_t sent;
	uint64_t received;
	uint64_t open;
};

/* @step_ms: between two samples; it doubles, and every second sample is
 *	     dropped, when the table is full
 */
struct series {
	uint64_t step_ms;
	uint32_t n;
	struct sample at[SERIES_MAX];
};

/* series_add() - dropped if it comes less than a step after the last one */
void series_add(struct series *s, const struct sample *now);

/* series_merge() - as if both runs had been one that began at the same time: at
 * each point of @into, what @from had done by then is added. The shorter one is
 * taken as far as it goes and stays what it was then.
 */
void series_merge(struct series *into, const struct series *from);

#endif
