/* SPDX-License-Identifier: BSD-2-Clause */
/* join_report.h - pairs of legs as text or JSON Lines */
#ifndef INSPECT_JOIN_REPORT_H
#define INSPECT_JOIN_REPORT_H

#include "join.h"

/* What became of the legs. @by: pairs by what they rest on
 * @open_front, @open_back: legs without a pair that carried payload
 */
struct join_tally {
	uint64_t by[JOIN_BYS];
	uint64_t verdict[VERDICTS];
	uint64_t open_front;
	uint64_t open_back;
};

/* join_status() - 1: a pair is a finding; 5: no pair, or legs are left open; 0
 */
int join_status(const struct join *j, const struct join_tally *t);

/* join_report() - all pairs in the order of the back legs, then what is open;
 * JSON ends with a summary. Return: join_status()
 */
int join_report(const struct join *j, const struct config *cfg, FILE *out);

#endif
