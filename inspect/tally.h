/* SPDX-License-Identifier: BSD-2-Clause */
/* tally.h - what became of a capture's frames and flows */
#ifndef INSPECT_TALLY_H
#define INSPECT_TALLY_H

#include "check.h"
#include "decode.h"

/* @frame: enum decode_result
 * @flows_empty: INCONCLUSIVE because the client sent no payload
 * @flows_refused: packets of flows that the table had no room for
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

#endif
