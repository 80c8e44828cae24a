/* SPDX-License-Identifier: BSD-2-Clause */
/* report.h - flows and verdicts as text or JSON Lines */
#ifndef INSPECT_REPORT_H
#define INSPECT_REPORT_H

#include <stdio.h>

#include "sink.h"

/* report_open() - add the sink that prints one line a flow on @out, and with
 * --json the summary behind them. Return: 0 or -errno, logged
 */
int report_open(const struct config *cfg, FILE *out, struct sinks *s);

/* report_summary_text() - what people want to know, for stderr */
void report_summary_text(FILE *out, const struct tally *t);

#endif
