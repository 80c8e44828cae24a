/* SPDX-License-Identifier: BSD-2-Clause */
/* report.h - flows and verdicts as text or JSON Lines */
#ifndef INSPECT_REPORT_H
#define INSPECT_REPORT_H

#include <stdio.h>

#include "check.h"

/* What became of the capture's frames and flows. @frame: enum decode_result;
 * @flows_empty: INCONCLUSIVE because the client sent no payload
 * @anomaly: that of the first malformed frame, @anomaly_frame its number
 */
struct tally {
	uint64_t frames;
	uint64_t frame[DECODE_RESULTS];
	uint64_t flows;
	uint64_t flows_empty;
	uint64_t flows_refused;
	uint64_t verdict[VERDICTS];
	uint64_t memory_refused;
	enum anomaly anomaly;
	uint64_t anomaly_frame;
};

/* report_flow() - one line on @out. @buf, @cap: scratch for JSON, at least
 * HDR_JSON_MAX bytes
 */
void report_flow(FILE *out, const struct config *cfg, const struct flow *fl,
		 const struct check *c, char *buf, size_t cap);

/* report_summary_json() - the last line of the JSON form, "type":"summary" */
void report_summary_json(FILE *out, const struct tally *t, int status);

/* report_summary_text() - what people want to know, for stderr */
void report_summary_text(FILE *out, const struct tally *t);

#endif
