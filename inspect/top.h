/* SPDX-License-Identifier: BSD-2-Clause */
/* top.h - the table of --top: flows by verdict and mode, rates, the last
 * findings; drawn anew every second on a terminal
 */
#ifndef INSPECT_TOP_H
#define INSPECT_TOP_H

#include <stdio.h>

#include "inspect.h"
#include "source.h"
#include "summary.h"

#define TOP_FINDING_MAX 32
#define TOP_LINE_MAX	512

struct top;

/* top_new() - @title: any bytes. Return: 0 or -ENOMEM */
int top_new(const char *title, struct top **ret);
void top_free(struct top *t);

/* top_attach() - flows that end are shown by @t from now on.
 * Return: 0 or -errno
 */
int top_attach(struct top *t, struct sinks *s);

/* top_tick() - draw on standard output if a second has passed */
void top_tick(struct top *t, struct inspect *in, struct source *src);

/* What a drawing shows.
 * @flows:    by mode (summary_mode_name()) and verdict
 * @finding:  the newest, @findings of them, newest last
 * @live:     flows that have not ended
 */
struct top_view {
	const char *title;
	uint64_t elapsed_s;
	uint64_t frames;
	double frames_per_s;
	struct live_stat live;
	uint64_t open;
	uint64_t flows[SUMMARY_MODE_MAX][VERDICTS];
	unsigned findings;
	const char *finding[TOP_FINDING_MAX];
};

/* top_draw() - on @out, at most @columns wide and @rows high; lines are wiped
 * to their ends, as is what is below
 */
void top_draw(FILE *out, const struct top_view *v, unsigned columns,
	      unsigned rows);

#endif
