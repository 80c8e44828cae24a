/* SPDX-License-Identifier: BSD-2-Clause */
/* check.h - what a flow's headers mean: one verdict */
#ifndef INSPECT_CHECK_H
#define INSPECT_CHECK_H

#include "flow.h"

enum verdict {
	VERDICT_OK,
	VERDICT_MISSING,   /* no header or option where one is expected */
	VERDICT_MISMATCH,  /* another client, or kind of header; two clients */
	VERDICT_MALFORMED, /* begins like a header or option and is none */
	VERDICT_SPLIT,	   /* a good header, in several segments */
	VERDICT_DUPLICATE, /* another header behind the first; two options */
	VERDICT_LATE,	   /* not first: behind data, or the reply's start */
	VERDICT_REPEATED,  /* a header comes again inside the stream */
	VERDICT_UNTRUSTED, /* one comes from a peer that may not send any */
	VERDICT_BAD_CSUM,  /* only packets that receivers drop carry one */
	VERDICT_TRUNCATED, /* the capture lacks bytes of the header */
	VERDICT_NO_HANDSHAKE, /* no header, but the start was not captured */
	VERDICT_INCONCLUSIVE, /* nothing to judge */
	VERDICTS,
};

#define CHECK_REMARK_MAX 8

/* @anomaly: the reason; of OK the first remark that is more than a note;
 *	     ANOMALY_NONE for OK without one
 * @frame:   the one that shows it, @off where in it (stream headers: in the
 *	     stream); 0 for OK, and where no single frame does
 * @note:    a remark in one word, or NULL
 * @clause:  where the rule stands, @advice: what to do, one sentence; NULL for
 *	     ANOMALY_NONE
 * @remark:  what else there is to say, @remark_count of them, with OK and
 *	     findings alike; never @anomaly of a finding
 */
struct check {
	enum verdict verdict;
	enum anomaly anomaly;
	uint32_t off;
	uint64_t frame;
	const char *note;
	const char *clause;
	const char *advice;
	uint32_t remark_count;
	enum anomaly remark[CHECK_REMARK_MAX];
};

/* check_flow() - @fl is settled (flow_settle()) */
struct check check_flow(const struct config *cfg, const struct flow *fl);

/* check_is_open() - the capture does not tell: neither OK nor a finding */
bool check_is_open(enum verdict v);

/* check_has_finding() - is there any among @count flows by verdict? *@ret_open
 * grows by those that are open.
 */
bool check_has_finding(const uint64_t count[VERDICTS], uint64_t *ret_open);

/* verdict_name() - "OK", "NO-HANDSHAKE", ... */
const char *verdict_name(enum verdict v);

/* check_reason() - the slug of @a, to stand behind @v; NULL if there is none or
 * it would only say the verdict again, as "missing" and "flow.split" do
 */
const char *check_reason(enum verdict v, enum anomaly a);

/* check_hdr() - decode the header that @f kept; false if there is none */
bool check_hdr(const struct find *f, struct pp_hdr *ret);

#endif
