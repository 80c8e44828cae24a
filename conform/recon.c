/* SPDX-License-Identifier: BSD-2-Clause */
/* recon.c - is anybody there, and which header does he take? */
#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "case_macros.h"
#include "origin.h"
#include "wire/wire.h"

#define RECON(id, udp, script)                                         \
	CASE("recon/" id, "first contact", INFO, NONE, 0, udp, "", "", \
	     script "; expect any", NULL, NULL)

static const struct case_def tcp_cases[RECON_N] = {
	[RECON_NONE] = RECON("none", 0, "send probe"),
	[RECON_V1] = RECON("v1", 0, "send v1 probe"),
	[RECON_V2] = RECON("v2", 0, "send v2:4 probe"),
};

static const struct case_def udp_cases[RECON_N] = {
	[RECON_NONE] = RECON("none", CASE_F_UDP, "send probe"),
	[RECON_V2] = RECON("v2", CASE_F_UDP, "send v2:u4 probe"),
	[RECON_SPP] = RECON("spp", CASE_F_UDP, "send spp probe"),
};

/* served, and not with the header in the payload */
static bool recon_takes(const struct recon *rc, enum recon_kind k)
{
	return rc->was_run[k] && rc->results[k].outcome == OUTCOME_SERVED;
}

/* recon_knows() - the header came back with the payload, but without one there
 * is no answer: it was read, and then put before the answer
 */
static bool recon_knows(const struct recon *rc, enum recon_kind k)
{
	return rc->was_run[k] && rc->results[k].outcome == OUTCOME_LEAK &&
	       rc->was_run[RECON_NONE] &&
	       rc->results[RECON_NONE].outcome == OUTCOME_SILENT;
}

static const char *recon_said(const struct recon *rc, enum recon_kind k)
{
	return rc->was_run[k] ? rc->results[k].got : "not tried";
}

/* recon_wrong() - the header that was asked for is not taken */
static int recon_wrong(const struct recon *rc, enum recon_kind k,
		       const char *mode, char *why, size_t cap)
{
	if (rc->serves_bare)
		(void)snprintf(why, cap,
			       "the origin does not take a %s header (%s), but "
			       "serves whoever sends none: it is not set to "
			       "take it",
			       mode, recon_said(rc, k));
	else
		(void)snprintf(why, cap,
			       "the origin does not take a %s header (%s), nor "
			       "does it serve a client without one: wrong "
			       "mode, wrong probe, or this address is not "
			       "trusted",
			       mode, recon_said(rc, k));
	return EXIT_INCONCLUSIVE;
}

/* recon_is_blind() - Nothing tells an answer to the payload from one to a
 * header that was taken for payload: any answer will do, and there is one
 * without the header as well.
 */
static bool recon_is_blind(const struct origin_options *o,
			   const struct recon *rc, enum recon_kind k)
{
	return o->probe.type == PROBE_RAW && !o->probe.answer_len &&
	       rc->serves_bare && rc->results[k].identity != IDENTITY_CLAIM;
}

/* recon_judge() - is there enough to go on with? */
static int recon_judge(const struct origin_options *o, struct recon *rc,
		       char *why, size_t cap)
{
	enum recon_kind k = RECON_V2;

	rc->takes_v1 = recon_takes(rc, RECON_V1);
	rc->takes_v2 = recon_takes(rc, RECON_V2) ||
		       (o->is_udp && recon_knows(rc, RECON_V2));
	rc->takes_spp = recon_takes(rc, RECON_SPP);
	rc->serves_bare = recon_takes(rc, RECON_NONE);
	switch ((enum origin_mode)o->mode) {
	case ORIGIN_AUTO:
		k = rc->takes_v2 ? RECON_V2 : RECON_V1;
		if (!rc->takes_v1 && !rc->takes_v2)
			return recon_wrong(rc, k, "PROXY", why, cap);
		break;
	case ORIGIN_PPV1:
		k = RECON_V1;
		if (!rc->takes_v1)
			return recon_wrong(rc, k, "PPv1", why, cap);
		break;
	case ORIGIN_PPV2:
		if (!rc->takes_v2)
			return recon_wrong(rc, k, "PPv2", why, cap);
		break;
	case ORIGIN_SPP:
		k = RECON_SPP;
		if (!rc->takes_spp)
			return recon_wrong(rc, k, "SPP", why, cap);
		break;
	case ORIGIN_TOA:
		if (rc->serves_bare)
			return 0;
		(void)snprintf(why, cap,
			       "the origin does not serve (%s): wrong probe?",
			       recon_said(rc, RECON_NONE));
		return EXIT_INCONCLUSIVE;
	}
	if (recon_is_blind(o, rc, k)) {
		(void)snprintf(why, cap,
			       "the origin answers with a header and without "
			       "one, and nothing says whether it takes the "
			       "one for payload: tell what its answer begins "
			       "with (--probe raw:HEX:HEX)");
		return EXIT_INCONCLUSIVE;
	}
	if (o->oracle.type != ORACLE_BEHAVIOUR &&
	    rc->results[k].identity == IDENTITY_UNKNOWN) {
		(void)snprintf(why, cap,
			       "the origin serves, but the oracle found "
			       "nothing that names a client");
		return EXIT_INCONCLUSIVE;
	}
	return 0;
}

/* recon_is_closed() - UDP: ICMP came back, whatever was sent */
static bool recon_is_closed(const struct recon *rc)
{
	size_t i;

	for (i = 0; i < RECON_N; i++)
		if (rc->was_run[i] && rc->results[i].outcome != OUTCOME_RESET)
			return false;
	return true;
}

int recon_run(const struct engine_config *cfg, const struct origin_options *o,
	      struct recon *ret, char *why, size_t cap)
{
	const struct case_def *table = o->is_udp ? udp_cases : tcp_cases;
	const struct case_def *defs[RECON_N];
	struct case_result results[RECON_N];
	enum recon_kind kinds[RECON_N];
	struct engine_config quiet = *cfg;
	size_t n = 0, i;
	int err;

	*ret = (struct recon) { 0 };
	quiet.done = NULL;
	for (i = 0; i < RECON_N; i++) {
		if (!table[i].id ||
		    (i == RECON_SPP) != (o->mode == ORIGIN_SPP && i) ||
		    (o->mode == ORIGIN_TOA && i != RECON_NONE))
			continue;
		kinds[n] = (enum recon_kind)i;
		defs[n++] = &table[i];
	}
	err = engine_run(&quiet, defs, n, results);
	if (err) {
		(void)snprintf(why, cap, "%s", strerror(-err));
		return EXIT_IO;
	}
	for (i = 0; i < n; i++) {
		ret->was_run[kinds[i]] = true;
		ret->results[kinds[i]] = results[i];
		if (results[i].outcome == OUTCOME_BROKEN) {
			(void)snprintf(why, cap, "%s", results[i].got);
			return EXIT_IO;
		}
		if (results[i].outcome == OUTCOME_UNREACHABLE) {
			(void)snprintf(why, cap, "%s", results[i].got);
			return EXIT_IO;
		}
	}
	if (o->is_udp && recon_is_closed(ret)) {
		(void)snprintf(why, cap,
			       "no answer but that the port is "
			       "closed (Connection refused)");
		return EXIT_IO;
	}
	return recon_judge(o, ret, why, cap);
}
