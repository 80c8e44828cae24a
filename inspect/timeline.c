/* SPDX-License-Identifier: BSD-2-Clause */
/* timeline.c - see timeline.h */
#include "timeline.h"

#include <string.h>

#include "frame.h"

/* Times that are further from each other are not those of one capture. */
#define TIMELINE_SPAN_MAX (INT64_MAX / 4)

static void timeline_merge(struct timeline *t)
{
	size_t i;
	unsigned v;

	for (i = 0; i < TIMELINE_BINS / 2; i++)
		for (v = 0; v < VERDICTS; v++)
			t->bin[i][v] = t->bin[2 * i][v] + t->bin[2 * i + 1][v];
	memset(t->bin[TIMELINE_BINS / 2], 0,
	       sizeof(t->bin) - sizeof(t->bin[0]) * (TIMELINE_BINS / 2));
	t->width_ns *= 2;
	t->used = (t->used + 1) / 2;
}

/* Make room for @ts_ns, which is before the first bin. */
static void timeline_extend(struct timeline *t, int64_t ts_ns)
{
	for (;;) {
		uint64_t before = (uint64_t)(t->start_ns - ts_ns);
		uint64_t n = (before - 1) / (uint64_t)t->width_ns + 1;

		if (n + t->used <= TIMELINE_BINS) {
			memmove(t->bin[n], t->bin[0],
				t->used * sizeof(t->bin[0]));
			memset(t->bin[0], 0, n * sizeof(t->bin[0]));
			t->used += (unsigned)n;
			t->start_ns -= (int64_t)n * t->width_ns;
			return;
		}
		timeline_merge(t);
	}
}

void timeline_add(struct timeline *t, int64_t ts_ns, enum verdict v)
{
	uint64_t at;

	if (ts_ns == FRAME_NO_TIME)
		return;
	if (!t->has_start) {
		t->has_start = true;
		t->start_ns = ts_ns;
		t->width_ns = TIMELINE_NS;
	}
	if (ts_ns > TIMELINE_SPAN_MAX || ts_ns < -TIMELINE_SPAN_MAX ||
	    t->start_ns > TIMELINE_SPAN_MAX || t->start_ns < -TIMELINE_SPAN_MAX)
		return;
	if (ts_ns < t->start_ns)
		timeline_extend(t, ts_ns);
	while ((at = (uint64_t)(ts_ns - t->start_ns) / (uint64_t)t->width_ns) >=
	       TIMELINE_BINS)
		timeline_merge(t);
	t->bin[at][v]++;
	if (at >= t->used)
		t->used = (unsigned)at + 1;
}
