/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_check.h - what the three files of checks share; see proxy_check.c */
#ifndef CONFORM_PROXY_CHECK_H
#define CONFORM_PROXY_CHECK_H

#include "proxy.h"

/* @op:	 the opening that the case is about
 * @arg: what stands after the check's name, or ""
 * @r:	 its "got" and "expected" are filled
 */
struct check {
	const struct proxy_options *o;
	const struct proxy_seen *s;
	const struct opening *op;
	const char *arg;
	struct case_result *r;
};

typedef enum case_status check_fn(const struct check *c);

/* check_say() - what was got. Return: @status */
__attribute__((format(printf, 3, 4))) enum case_status
check_say(const struct check *c, enum case_status status, const char *fmt, ...);

/* check_verdict() - STATUS_PASS and @good, or STATUS_FAIL and @bad */
enum case_status check_verdict(const struct check *c, bool is_good,
			       const char *good, const char *bad);

/* check_unseen() - STATUS_INCONCLUSIVE: nothing came */
enum case_status check_unseen(const struct check *c);

/* check_has_header() - is there one to look at? Otherwise "got" says why not.
 * @is_whole: one without a flaw
 */
bool check_has_header(const struct check *c, bool is_whole);

static inline bool hdr_is_pp(enum hdr_kind k)
{
	return k == HDR_V1 || k == HDR_V2 || k == HDR_SPP;
}

/* proxy_check_life.c */
check_fn check_client_fin, check_after_client_fin, check_origin_fin,
	check_after_origin_fin, check_parts, check_parts_exact, check_reply,
	check_reply_clean, check_bulk, check_resets, check_refused,
	check_silent, check_empty;

/* proxy_check_udp.c */
check_fn check_delivered, check_boundaries, check_single, check_same_dgram,
	check_hdr_whole, check_every, check_altered, check_replies, check_idle,
	check_sizes;

#endif
