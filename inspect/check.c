/* SPDX-License-Identifier: BSD-2-Clause */
/* check.c - see check.h */
#include "check.h"

#include <string.h>
#include <strings.h>

#include "advice.h"
#include "expect.h"
#include "remark.h"
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

/* check_at() - @off bytes into the stream or datagram, as @frame shows */
static struct check check_at(enum verdict v, enum anomaly a, uint64_t frame,
			     uint32_t off)
{
	return (struct check) {
		.verdict = v,
		.anomaly = a,
		.off = off,
		.frame = frame,
	};
}

static struct check check_malformed(const struct wire_err *err, uint64_t frame)
{
	return check_at(VERDICT_MALFORMED, err->anomaly, frame, err->off);
}

/* check_other() - where the other header stands, if it was kept */
static struct check check_other(enum verdict v, enum anomaly a,
				const struct find *f)
{
	if (!f->other)
		return check_at(v, a, f->frame, 0);
	return check_at(v, a, f->other->frame, f->other->off);
}

static bool check_is_same(const struct endpoint *a, const struct endpoint *b,
			  bool has_port)
{
	struct ip_addr x = ip_addr_unmap(&a->addr);
	struct ip_addr y = ip_addr_unmap(&b->addr);

	return ip_addr_eq(&x, &y) && (!has_port || a->port == b->port);
}

/* check_is_expected() - is @named the client of --expect, or --expect-from? */
static bool check_is_expected(const struct config *cfg, const struct flow *fl,
			      const struct endpoint *named, bool has_port)
{
	const struct endpoint ends[] = { fl->dir[FLOW_CLIENT].end,
					 fl->dir[FLOW_ORIGIN].end };

	if (cfg->expect.addr.family != IP_NONE &&
	    !check_is_same(&cfg->expect, named,
			   has_port && cfg->has_expect_port))
		return false;
	return !cfg->expect_from ||
	       expect_judge(cfg->expect_from, fl->proto, ends, named, has_port);
}

/* check_expects() - does @h, NULL if there is none, name the expected client?
 * Otherwise why not.
 */
static enum anomaly check_expects(const struct config *cfg,
				  const struct flow *fl, const struct pp_hdr *h)
{
	if (h && pp_has_client(h))
		return check_is_expected(cfg, fl, &h->src, true)
			       ? ANOMALY_NONE
			       : ANOMALY_FLOW_EXPECT;
	return cfg->expect.addr.family == IP_NONE ? ANOMALY_NONE
						  : ANOMALY_FLOW_EXPECT_NOBODY;
}

/* Does header @h name another client than what stands beside it? One that
 * names nobody contradicts nobody.
 */
static enum anomaly check_disagrees(const struct flow_dir *d,
				    const struct option *o,
				    const struct pp_hdr *h)
{
	struct toa_option toa;

	if (!h || !pp_has_client(h))
		return ANOMALY_NONE;
	if (beside_names(d->beside) &&
	    !check_is_same(&d->beside->client, &h->src, true))
		return ANOMALY_UOA_HEADER;
	if (!o)
		return ANOMALY_NONE;
	toa = option_client(o);
	return option_is_same_client(&toa, &h->src, true) ? ANOMALY_NONE
							  : ANOMALY_TOA_HEADER;
}

/* check_second() - another header directly behind the first, which is @h */
static struct check check_second(const struct find *f, const struct pp_hdr *h)
{
	if (h && f->other && f->other->client.addr.family != IP_NONE &&
	    !check_is_same(&f->other->client, &h->src, true))
		return check_other(VERDICT_DUPLICATE,
				   ANOMALY_FLOW_SECOND_CLIENT, f);
	return check_other(VERDICT_DUPLICATE, ANOMALY_FLOW_DUPLICATE, f);
}

static bool check_is_same_hdr(const struct find *a, const struct find *b)
{
	return a->hdr && b->hdr && a->hdr_len == b->hdr_len &&
	       memcmp(a->hdr, b->hdr, a->hdr_len) == 0;
}

/* SPP stands before every datagram, and replies return it. */
static struct check check_spp(const struct flow *fl)
{
	const struct find *f = &fl->dir[FLOW_CLIENT].find;
	const struct find *o = &fl->dir[FLOW_ORIGIN].find;

	if (f->changed)
		return check_other(VERDICT_MISMATCH, ANOMALY_SPP_CHANGED, f);
	if (f->count + f->bad_csum_count < f->payloads)
		return check_at(VERDICT_MISSING, ANOMALY_SPP_BARE,
				f->bare_frame ? f->bare_frame : f->frame, 0);
	if (o->count + o->bad_csum_count < o->payloads)
		return check_at(VERDICT_MISSING, ANOMALY_SPP_REPLY,
				o->bare_frame ? o->bare_frame : o->frame, 0);
	if (o->count && (o->changed || !check_is_same_hdr(f, o)))
		return check_at(
			VERDICT_MISMATCH, ANOMALY_SPP_ADDRESS,
			o->changed && o->other ? o->other->frame : o->frame, 0);
	return check_make(VERDICT_OK, ANOMALY_NONE);
}

/* check_place() - the header is right in itself: does it stand in its place,
 * alone?
 */
static struct check check_place(const struct flow *fl, const struct find *f,
				const struct pp_hdr *h)
{
	bool is_tcp = fl->proto == IP_PROTO_TCP;

	if (is_tcp ? f->count > 1 : f->doubled > 0)
		return check_second(f, h);
	if (is_tcp && f->pooled_count)
		return check_other(VERDICT_REPEATED, ANOMALY_FLOW_POOLED, f);
	if (f->again_count)
		return check_other(VERDICT_REPEATED, ANOMALY_FLOW_REPEATED, f);
	if (f->kind == HDR_MODE_SPP)
		return check_spp(fl);
	if (!is_tcp && (f->late_count || f->is_first_bare))
		return check_at(VERDICT_LATE, ANOMALY_FLOW_LATE, f->frame, 0);
	if (is_tcp && facts_spoke_first(&fl->facts, f->hdr_len))
		return check_at(VERDICT_LATE, ANOMALY_FLOW_ORIGIN_FIRST,
				facts_frame(fl, fl->facts.origin_frame), 0);
	if (f->is_split)
		return check_at(VERDICT_SPLIT, ANOMALY_FLOW_SPLIT, f->frame,
				f->first_hi);
	if (is_tcp && facts_is_refused(&fl->facts) && fl->facts.is_reset)
		return check_at(VERDICT_MISMATCH, ANOMALY_FLOW_RESET,
				facts_frame(fl, fl->facts.close_frame), 0);
	return check_make(VERDICT_OK, ANOMALY_NONE);
}

/* A header was found and is whole; is it the right one, in the right place?
 * @o: an option that names a client too, or NULL; @h: the header
 */
static struct check check_found(const struct config *cfg, const struct flow *fl,
				const struct option *o, const struct pp_hdr *h)
{
	const struct flow_dir *d = &fl->dir[FLOW_CLIENT];
	const struct find *f = &d->find;
	enum anomaly a;

	if (f->state != FIND_FOUND)
		return check_at(VERDICT_BAD_CSUM, ANOMALY_FLOW_BAD_CSUM,
				f->frame, 0);
	if (cfg->mode != HDR_MODE_AUTO && cfg->mode != f->kind)
		return check_at(VERDICT_MISMATCH, ANOMALY_PP_WRONG_VERSION,
				f->frame, 0);
	a = check_expects(cfg, fl, h);
	if (a == ANOMALY_NONE)
		a = check_disagrees(d, o, h);
	if (a != ANOMALY_NONE)
		return check_at(VERDICT_MISMATCH, a, f->frame, 0);
	return check_place(fl, f, h);
}

/* check_open() - neither a header nor anything else is decided */
static struct check check_open(const struct flow *fl, const struct find *f)
{
	if (f->bad_csum_count)
		return check_make(VERDICT_BAD_CSUM, ANOMALY_FLOW_BAD_CSUM);
	if (f->is_cut)
		return check_at(VERDICT_TRUNCATED,
				f->is_cut_frag ? ANOMALY_FLOW_FRAGMENT
					       : ANOMALY_FLOW_CUT,
				f->frame, 0);
	if (find_is_cut_by_sender(f))
		return check_at(VERDICT_MALFORMED, ANOMALY_PP_TRUNCATED,
				f->frame, f->fin_off);
	if (f->is_starved)
		return check_make(VERDICT_INCONCLUSIVE, ANOMALY_FLOW_NO_MEMORY);
	if (fl->proto == IP_PROTO_TCP && facts_is_deadlock(&fl->facts))
		return check_at(VERDICT_MISSING, ANOMALY_FLOW_DEADLOCK,
				facts_frame(fl, fl->facts.close_frame), 0);
	if (!f->payloads)
		return check_make(VERDICT_INCONCLUSIVE, ANOMALY_FLOW_EMPTY);
	if (!f->has_first)
		return check_make(VERDICT_INCONCLUSIVE, ANOMALY_FLOW_NO_START);
	return check_make(VERDICT_INCONCLUSIVE, ANOMALY_FLOW_OPEN);
}

static bool check_is_trusted(const struct config *cfg, const struct flow *fl)
{
	struct ip_addr peer = ip_addr_unmap(&fl->dir[FLOW_CLIENT].end.addr);

	return !cfg->trust.n || cidr_list_match(&cfg->trust, &peer);
}

static struct check check_none(const struct config *cfg, const struct flow *fl,
			       const struct find *f)
{
	if (f->late_count)
		return check_other(VERDICT_LATE, ANOMALY_FLOW_LATE, f);
	if (fl->proto == IP_PROTO_TCP && !fl->dir[FLOW_CLIENT].has_syn)
		return check_make(VERDICT_NO_HANDSHAKE, ANOMALY_FLOW_NO_START);
	if (!check_is_trusted(cfg, fl))
		return check_at(VERDICT_MISSING, ANOMALY_FLOW_DIRECT, f->frame,
				0);
	if (f->app == APP_TLS)
		return check_at(VERDICT_MISSING, ANOMALY_FLOW_TLS, f->frame, 0);
	return check_at(VERDICT_MISSING, ANOMALY_PP_MISSING, f->frame, 0);
}

/* No header in the payload, but an option: is it the right one, in time? */
static struct check check_option(const struct config *cfg,
				 const struct flow *fl, const struct option *o)
{
	struct toa_option toa = option_client(o);

	if (cfg->mode != HDR_MODE_AUTO && cfg->mode != HDR_MODE_TOA)
		return check_at(VERDICT_MISMATCH, ANOMALY_PP_WRONG_VERSION,
				o->frame, 0);
	if (!check_is_expected(cfg, fl, &toa.client, toa.has_port))
		return check_at(VERDICT_MISMATCH, ANOMALY_FLOW_EXPECT, o->frame,
				0);
	if (option_is_late(o))
		return check_at(VERDICT_LATE, ANOMALY_TOA_LATE, o->frame, 0);
	return check_make(VERDICT_OK, ANOMALY_NONE);
}

/* The same of an address beside datagrams. */
static struct check check_beside(const struct config *cfg,
				 const struct flow *fl, const struct beside *b)
{
	if (cfg->mode != HDR_MODE_AUTO && cfg->mode != HDR_MODE_UOA)
		return check_at(VERDICT_MISMATCH, ANOMALY_PP_WRONG_VERSION,
				b->frame, 0);
	if (!check_is_expected(cfg, fl, &b->client, true))
		return check_at(VERDICT_MISMATCH, ANOMALY_FLOW_EXPECT, b->frame,
				0);
	return check_make(VERDICT_OK, ANOMALY_NONE);
}

/* Nothing names a client, where an option (TCP) or what stands beside a
 * datagram (UDP) alone is wanted.
 */
static struct check check_no_option(const struct flow *fl)
{
	const struct flow_dir *d = &fl->dir[FLOW_CLIENT];

	if (fl->proto == IP_PROTO_TCP && !d->has_syn)
		return check_make(VERDICT_NO_HANDSHAKE, ANOMALY_FLOW_NO_START);
	if (!d->find.payloads)
		return check_make(VERDICT_INCONCLUSIVE, ANOMALY_FLOW_EMPTY);
	return check_at(VERDICT_MISSING, ANOMALY_TOA_MISSING, d->find.frame, 0);
}

static struct check check_off(const struct find *f)
{
	if (f->state == FIND_NONE && f->late_count)
		return check_other(VERDICT_MISMATCH, ANOMALY_FLOW_UNWANTED, f);
	return check_make(VERDICT_OK, ANOMALY_NONE);
}

/* check_is_reversed() - did the side that accepted send the header? */
static bool check_is_reversed(const struct flow *fl)
{
	const struct find *o = &fl->dir[FLOW_ORIGIN].find;

	return o->state == FIND_FOUND && o->kind != HDR_MODE_SPP;
}

static struct check check_no_hdr(const struct config *cfg,
				 const struct flow *fl)
{
	const struct flow_dir *d = &fl->dir[FLOW_CLIENT];
	const struct flow_dir *origin = &fl->dir[FLOW_ORIGIN];
	const struct find *f = &d->find;
	bool takes_option = cfg->mode == HDR_MODE_AUTO ||
			    cfg->mode == HDR_MODE_TOA;
	bool takes_hdr = cfg->mode != HDR_MODE_TOA && cfg->mode != HDR_MODE_UOA;

	if (cfg->mode == HDR_MODE_OFF)
		return check_off(f);
	if (f->state == FIND_BAD && takes_hdr)
		return check_malformed(&f->err, f->frame);
	if (takes_option && d->options.has_bad_csum)
		return check_make(VERDICT_BAD_CSUM, ANOMALY_FLOW_BAD_CSUM);
	if (takes_option && d->options.is_starved)
		return check_make(VERDICT_INCONCLUSIVE, ANOMALY_FLOW_NO_MEMORY);
	if (takes_option && option_first(&origin->options))
		return check_at(VERDICT_MISSING, ANOMALY_TOA_DIRECTION,
				option_first(&origin->options)->frame, 0);
	if (!d->packets && origin->packets)
		return check_make(VERDICT_INCONCLUSIVE, ANOMALY_FLOW_ONE_WAY);
	if (!takes_hdr)
		return check_no_option(fl);
	if (check_is_reversed(fl))
		return check_at(VERDICT_MISSING, ANOMALY_FLOW_WRONG_SIDE,
				origin->find.frame, 0);
	if (f->state == FIND_NONE)
		return check_none(cfg, fl, f);
	return check_open(fl, f);
}

/* check_untrusted() - the frame of what an untrusted peer sent; 0: none */
static uint64_t check_untrusted(const struct config *cfg, const struct flow *fl)
{
	const struct flow_dir *d = &fl->dir[FLOW_CLIENT];
	const struct option *o = option_first(&d->options);

	if (check_is_trusted(cfg, fl))
		return 0;
	if (d->find.state == FIND_FOUND)
		return d->find.frame;
	if (beside_names(d->beside))
		return d->beside->frame;
	return o ? o->frame : 0;
}

/* Of two findings the worse: what makes readers take another client, or none,
 * comes before what is only out of place.
 */
static struct check check_judge(const struct config *cfg, const struct flow *fl,
				const struct pp_hdr *h)
{
	const struct flow_dir *d = &fl->dir[FLOW_CLIENT];
	const struct option *o = option_first(&d->options);
	const struct option *contrary = option_contrary(&d->options);
	uint64_t frame = check_untrusted(cfg, fl);

	if (frame)
		return check_at(VERDICT_UNTRUSTED, ANOMALY_PP_UNTRUSTED, frame,
				0);
	if (d->options.err.anomaly != ANOMALY_NONE)
		return check_malformed(&d->options.err, d->options.err_frame);
	if (contrary)
		return check_at(VERDICT_DUPLICATE, ANOMALY_TOA_CONTRARY,
				contrary->frame, 0);
	if (d->beside && d->beside->malformed)
		return check_malformed(&d->beside->err, d->beside->err_frame);
	if (d->beside && d->beside->others)
		return check_at(VERDICT_DUPLICATE, ANOMALY_UOA_CONTRARY,
				d->beside->other_frame, 0);
	if (d->find.state == FIND_FOUND || d->find.has_bad_copy)
		return check_found(cfg, fl, o, h);
	/* Payload that claims to be a header is one for who looks for any. */
	if (d->find.state != FIND_BAD || cfg->mode != HDR_MODE_AUTO) {
		if (beside_names(d->beside))
			return check_beside(cfg, fl, d->beside);
		if (o)
			return check_option(cfg, fl, o);
	}
	return check_no_hdr(cfg, fl);
}

/* check_promote() - the first remark that is more than a note is OK's anomaly;
 * if @is_strict, any makes it a finding
 */
static void check_promote(struct check *c, bool is_strict)
{
	uint32_t i;

	if (c->verdict != VERDICT_OK || c->anomaly != ANOMALY_NONE)
		return;
	for (i = 0; i < c->remark_count; i++) {
		enum anomaly a = c->remark[i];

		if (!is_strict && anomaly_info(a)->severity == SEVERITY_NOTE)
			continue;
		c->anomaly = a;
		if (!is_strict)
			return;
		c->verdict = advice_strict(a);
		memmove(&c->remark[i], &c->remark[i + 1],
			(--c->remark_count - i) * sizeof(c->remark[0]));
		return;
	}
}

struct check check_flow(const struct config *cfg, const struct flow *fl)
{
	struct pp_hdr hdr;
	const struct pp_hdr *h =
		check_hdr(&fl->dir[FLOW_CLIENT].find, &hdr) ? &hdr : NULL;
	struct check c = check_judge(cfg, fl, h);

	c.note = remark_word(fl, &c);
	remark_flow(fl, h, &c);
	check_promote(&c, cfg->is_strict);
	if (c.anomaly != ANOMALY_NONE) {
		c.clause = anomaly_info(c.anomaly)->clause;
		c.advice = advice_text(c.verdict, c.anomaly);
	}
	return c;
}

bool check_is_open(enum verdict v)
{
	return v == VERDICT_TRUNCATED || v == VERDICT_NO_HANDSHAKE ||
	       v == VERDICT_INCONCLUSIVE;
}

bool check_has_finding(const uint64_t count[VERDICTS], uint64_t *ret_open)
{
	unsigned i;

	for (i = 0; i < VERDICTS; i++) {
		if (check_is_open((enum verdict)i))
			*ret_open += count[i];
		else if (count[i] && i != VERDICT_OK)
			return true;
	}
	return false;
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
		[VERDICT_UNTRUSTED] = "UNTRUSTED",
		[VERDICT_BAD_CSUM] = "BAD-CSUM",
		[VERDICT_TRUNCATED] = "TRUNCATED",
		[VERDICT_NO_HANDSHAKE] = "NO-HANDSHAKE",
		[VERDICT_INCONCLUSIVE] = "INCONCLUSIVE",
	};

	return (unsigned)v < VERDICTS ? names[v] : "?";
}

const char *check_reason(enum verdict v, enum anomaly a)
{
	const char *slug = anomaly_slug(a);
	const char *dot = strrchr(slug, '.');

	if (a == ANOMALY_NONE ||
	    strcasecmp(dot ? dot + 1 : slug, verdict_name(v)) == 0)
		return NULL;
	return slug;
}
