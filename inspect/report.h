/* SPDX-License-Identifier: BSD-2-Clause */
/* report.h - flows and verdicts as text or JSON Lines */
#ifndef INSPECT_REPORT_H
#define INSPECT_REPORT_H

#include <stdio.h>

#include "paint.h"
#include "sink.h"
#include "view.h"

/* Room for a verdict with all that stands behind it. */
#define REPORT_VERDICT_MAX 256

/* report_open() - add the sink that prints one line a flow on @out, and with
 * --json the summary behind them. Return: 0 or -errno, logged
 */
int report_open(const struct config *cfg, FILE *out, struct sinks *s);

/* report_line() - one flow as one line */
void report_line(struct paint *p, const struct view *v);

/* report_verdict() - "MALFORMED v1.port at byte 40 of frame 4"; a frame that
 * was named already is not named again. Return: @out
 */
char *report_verdict(const struct view *v, char out[REPORT_VERDICT_MAX]);

#endif
