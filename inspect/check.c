/* SPDX-License-Identifier: BSD-2-Clause */
/* check.c - see check.h */
#include "check.h"

#include "wire/ip.h"
#include "wire/pp2.h"
#include "wire/spp.h"

bool check_hdr(const struct find *f, struct pp_hdr *ret)
{
	struct wire_err err;

	if (!f->hdr)
		return false;
	if (f->kind == HDR_MODE_SPP)
		return spp_decode(f->hdr, f->hdr_len, ret, &err) == WIRE_OK;
	return pp_decode(f->hdr, f->hdr_len, PP2_HDR_MAX, ret, &err) == WIRE_OK;
}

static struct check check_make(enum verdict v, enum anomaly a)
{
	return (struct check) { .verdict = v, .anomaly = a };
}

static struct check check_malformed(const struct wire_err *err, uint64_t frame)
{
	return (struct check) {
		.verdict = VERDICT_MALFORMED,
		.anomaly = err->anomaly,
		.off = err->off,
		.frame = frame,
	};
}

static bool check_expects(const struct config *cfg, const struct pp_hdr *h)
{
	struct ip_addr want = ip_addr_unmap(&cfg->expect.addr);
	struct ip_addr got = ip_addr_unmap(&h->src.addr);

	if (cfg->expect.addr.family == IP_NONE)
		return true;
	if (!pp_has_client(h) || !ip_addr_eq(&want, &got))
		return false;
	return !cfg->has_expect_port || cfg->expect.port == h->src.port;
}

/* Does the header name another client than the option? One that names nobody
 * contradicts nobody.
 */
static bool check_disagrees(const struct find *f, const struct option *o)
{
	struct toa_option toa;
	struct pp_hdr h;

	if (!o || !check_hdr(f, &h) || !pp_has_client(&h))
		return false;
	toa = option_client(o);
	return !option_is_same_client(&toa, &h.src, true);
}

static bool check_is_late(const struct flow *fl, const struct find *f)
{
	if (fl->proto == IP_PROTO_TCP)
		return false;
	return f->late_count || f->is_first_bare;
}

/* A header was found and is whole; is it the right one, in the right place?
 * @o: an option that names a client too, or NULL
 */
static struct check check_found(const struct config *cfg, const struct flow *fl,
				const struct find *f, const struct option *o)
{
	struct pp_hdr h = { 0 };
	bool is_spp = f->kind == HDR_MODE_SPP;

	(void)check_hdr(f, &h);
	if (f->state != FIND_FOUND)
		return check_make(VERDICT_BAD_CSUM, ANOMALY_NONE);
	if (cfg->mode != HDR_MODE_AUTO && cfg->mode != f->kind)
		return check_make(VERDICT_MISMATCH, ANOMALY_PP_WRONG_VERSION);
	if (!check_expects(cfg, &h))
		return check_make(VERDICT_MISMATCH, ANOMALY_NONE);
	if (check_disagrees(f, o))
		return check_make(VERDICT_MISMATCH, ANOMALY_TOA_HEADER);
	if (f->doubled || (fl->proto == IP_PROTO_TCP && f->count > 1))
		return check_make(VERDICT_DUPLICATE, ANOMALY_NONE);
	if (f->again_count)
		return check_make(VERDICT_REPEATED, ANOMALY_NONE);
	/* SPP stands before every datagram, not only before the first. */
	if (is_spp && f->count + f->bad_csum_count < f->payloads)
		return check_make(VERDICT_MISSING, ANOMALY_NONE);
	if (check_is_late(fl, f))
		return check_make(VERDICT_LATE, ANOMALY_NONE);
	if (f->is_split)
		return check_make(VERDICT_SPLIT, ANOMALY_NONE);
	return check_make(VERDICT_OK, h.note);
}

static struct check check_open(const struct find *f)
{
	if (f->bad_csum_count)
		return check_make(VERDICT_BAD_CSUM, ANOMALY_NONE);
	if (f->is_cut)
		return check_make(VERDICT_TRUNCATED, ANOMALY_NONE);
	if (find_is_cut_by_sender(f))
		return check_make(VERDICT_MALFORMED, ANOMALY_PP_TRUNCATED);
	return check_make(VERDICT_INCONCLUSIVE, ANOMALY_NONE);
}

static struct check check_none(const struct flow *fl, const struct find *f)
{
	if (f->late_count)
		return check_make(VERDICT_LATE, ANOMALY_NONE);
	if (fl->proto == IP_PROTO_TCP && !fl->dir[FLOW_CLIENT].has_syn)
		return check_make(VERDICT_NO_HANDSHAKE, ANOMALY_NONE);
	return check_make(VERDICT_MISSING, ANOMALY_NONE);
}

/* No header in the payload, but an option: is it the right one, in time? */
static struct check check_option(const struct config *cfg,
				 const struct option *o)
{
	struct toa_option toa = option_client(o);

	if (cfg->mode != HDR_MODE_AUTO && cfg->mode != HDR_MODE_TOA)
		return check_make(VERDICT_MISMATCH, ANOMALY_PP_WRONG_VERSION);
	if (cfg->expect.addr.family != IP_NONE &&
	    !option_is_same_client(&toa, &cfg->expect, cfg->has_expect_port))
		return check_make(VERDICT_MISMATCH, ANOMALY_NONE);
	if (option_is_late(o))
		return check_make(VERDICT_LATE, ANOMALY_NONE);
	return check_make(VERDICT_OK, ANOMALY_NONE);
}

/* Neither header nor option, where an option alone is wanted. */
static struct check check_no_option(const struct flow *fl)
{
	const struct flow_dir *d = &fl->dir[FLOW_CLIENT];

	if (fl->proto == IP_PROTO_TCP && !d->has_syn)
		return check_make(VERDICT_NO_HANDSHAKE, ANOMALY_NONE);
	return check_make(d->find.payloads ? VERDICT_MISSING
					   : VERDICT_INCONCLUSIVE,
			  ANOMALY_NONE);
}

static struct check check_no_hdr(const struct config *cfg,
				 const struct flow *fl)
{
	const struct flow_dir *d = &fl->dir[FLOW_CLIENT];
	const struct find *f = &d->find;
	bool takes_option = cfg->mode == HDR_MODE_AUTO ||
			    cfg->mode == HDR_MODE_TOA;

	if (cfg->mode == HDR_MODE_OFF)
		return check_make(f->state == FIND_NONE && f->late_count
					  ? VERDICT_MISMATCH
					  : VERDICT_OK,
				  ANOMALY_NONE);
	if (f->state == FIND_BAD && cfg->mode != HDR_MODE_TOA)
		return check_malformed(&f->err, f->frame);
	if (takes_option && d->options.bad_csum)
		return check_make(VERDICT_BAD_CSUM, ANOMALY_NONE);
	if (takes_option && d->options.is_starved)
		return check_make(VERDICT_INCONCLUSIVE, ANOMALY_NONE);
	if (takes_option && option_first(&fl->dir[FLOW_ORIGIN].options))
		return check_make(VERDICT_MISSING, ANOMALY_TOA_DIRECTION);
	if (cfg->mode == HDR_MODE_TOA)
		return check_no_option(fl);
	if (f->state == FIND_NONE)
		return check_none(fl, f);
	return check_open(f);
}

/* Of two findings the worse: what makes readers take another client, or none,
 * comes before what is only out of place.
 */
static struct check check_judge(const struct config *cfg, const struct flow *fl)
{
	const struct flow_dir *d = &fl->dir[FLOW_CLIENT];
	const struct option *o = option_first(&d->options);

	if (d->options.err.anomaly != ANOMALY_NONE)
		return check_malformed(&d->options.err, d->options.err_frame);
	if (option_contrary(&d->options))
		return check_make(VERDICT_DUPLICATE, ANOMALY_TOA_CONTRARY);
	if (d->find.state == FIND_FOUND || d->find.has_bad_copy)
		return check_found(cfg, fl, &d->find, o);
	/* Payload that claims to be a header is one for who looks for any. */
	if (o && (d->find.state != FIND_BAD || cfg->mode != HDR_MODE_AUTO))
		return check_option(cfg, o);
	return check_no_hdr(cfg, fl);
}

/* check_has_unsure() - is there an option that may name a client? Of a flow
 * without one that counts.
 */
static bool check_has_unsure(const struct option_set *s)
{
	uint32_t i;

	for (i = 0; i < s->count; i++) {
		struct toa_option toa = option_client(&s->option[i]);

		if (toa.layout != TOA_LAYOUT_NONE)
			return true;
	}
	return false;
}

static const char *check_note(const struct flow *fl, const struct check *c)
{
	const struct flow_dir *d = &fl->dir[FLOW_CLIENT];
	const struct find *f = &d->find;
	bool is_starved = f->is_starved || d->options.is_starved;

	if (is_starved && c->verdict == VERDICT_INCONCLUSIVE)
		return "out-of-memory";
	if (c->verdict == VERDICT_MISSING && check_has_unsure(&d->options))
		return "unsure-option";
	if (option_first(&fl->dir[FLOW_ORIGIN].options))
		return "option-from-origin";
	if (!f->payloads)
		return "no-payload";
	if (c->verdict == VERDICT_INCONCLUSIVE && !f->has_first)
		return "start-not-seen";
	if (c->verdict == VERDICT_INCONCLUSIVE)
		return "header-incomplete";
	if (fl->proto == IP_PROTO_TCP && !fl->dir[FLOW_CLIENT].has_syn &&
	    c->verdict != VERDICT_NO_HANDSHAKE)
		return "no-handshake";
	if (fl->dir[FLOW_ORIGIN].echo_count)
		return "header-echoed";
	return NULL;
}

struct check check_flow(const struct config *cfg, const struct flow *fl)
{
	struct check c = check_judge(cfg, fl);

	c.note = check_note(fl, &c);
	return c;
}

bool check_is_open(enum verdict v)
{
	return v == VERDICT_TRUNCATED || v == VERDICT_NO_HANDSHAKE ||
	       v == VERDICT_INCONCLUSIVE;
}

const char *verdict_name(enum verdict v)
{
	static const char *const names[VERDICTS] = {
		[VERDICT_OK] = "OK",
		[VERDICT_MISSING] = "MISSING",
		[VERDICT_MISMATCH] = "MISMATCH",
		[VERDICT_MALFORMED] = "MALFORMED",
		[VERDICT_SPLIT] = "SPLIT",
		[VERDICT_DUPLICATE] = "DUPLICATE",
		[VERDICT_LATE] = "LATE",
		[VERDICT_REPEATED] = "REPEATED",
		[VERDICT_BAD_CSUM] = "BAD-CSUM",
		[VERDICT_TRUNCATED] = "TRUNCATED",
		[VERDICT_NO_HANDSHAKE] = "NO-HANDSHAKE",
		[VERDICT_INCONCLUSIVE] = "INCONCLUSIVE",
	};

	return (unsigned)v < VERDICTS ? names[v] : "?";
}
