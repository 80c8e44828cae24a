/* SPDX-License-Identifier: BSD-2-Clause */
/* tally.h - what became of a capture's frames and flows */
#ifndef INSPECT_TALLY_H
#define INSPECT_TALLY_H

#include <stdio.h>

#include "app.h"
#include "base/json.h"
#include "check.h"
#include "decode.h"
#include "source.h"

struct flow;

/* @frame: enum decode_result
 * @flows_empty: INCONCLUSIVE because the client sent no payload
 * @flows_refused: packets of flows that there was no memory for
 * @flows_evicted: flows that were judged before their end, for want of room
 * @attempts_evicted: the same, closed or without payload
 * @unfollowed: flows of UDP that are tunnels, from APP_GTP_U on
 * @expected: clients of --expect-from, @unseen of them did not come
 * @decode: fragments and tunnels
 * @source: where the frames came from; all zero until the end
 * @anomaly: that of the first malformed frame, @anomaly_frame its number
 */
struct tally {
	uint64_t frames;
	uint64_t frame[DECODE_RESULTS];
	uint64_t flows;
	uint64_t flows_empty;
	uint64_t flows_refused;
	uint64_t flows_evicted;
	uint64_t attempts_evicted;
	uint64_t verdict[VERDICTS];
	uint64_t memory_refused;
	uint64_t unfollowed[APP_TUNNELS];
	uint64_t expected;
	uint64_t unseen;
	struct decode_stats decode;
	enum anomaly anomaly;
	uint64_t anomaly_frame;
	struct source_stat source;
};

/* tally_flow() - count a flow that was judged */
void tally_flow(struct tally *t, const struct flow *fl, const struct check *c);

/* tally_add_flows() - as if the flows that @by counted were counted in @t */
void tally_add_flows(struct tally *t, const struct tally *by);

/* tally_json() - as members: "frames", "skipped", "flows", "verdicts", ... */
void tally_json(struct json *j, const struct tally *t);

/* tally_text() - what people want to know, for stderr */
void tally_text(FILE *out, const struct tally *t);

/* tally_notes() - the same without the flows and their verdicts */
void tally_notes(FILE *out, const struct tally *t);

#endif
