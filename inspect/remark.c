/* SPDX-License-Identifier: BSD-2-Clause */
/* remark.c - see remark.h */
#include "remark.h"

#include "app.h"
#include "udp_mode.h"
#include "wire/ip.h"

/* PP 2.2: the smallest segment that a header has to fit */
#define REMARK_SEGMENT 536

static void remark_add(struct check *c, enum anomaly a)
{
	if (a != ANOMALY_NONE && a != c->anomaly &&
	    c->remark_count < CHECK_REMARK_MAX)
		c->remark[c->remark_count++] = a;
}

static void remark_if(struct check *c, bool is_so, enum anomaly a)
{
	if (is_so)
		remark_add(c, a);
}

static bool remark_is_other_proto(const struct flow *fl, const struct pp_hdr *h)
{
	enum pp_proto want = fl->proto == IP_PROTO_UDP ? PP_PROTO_DGRAM
						       : PP_PROTO_STREAM;

	return h->version == 2 && h->proto != PP_PROTO_UNSPEC &&
	       h->proto != want;
}

static void remark_hdr(const struct flow *fl, const struct pp_hdr *h,
		       struct check *c)
{
	const struct find *f = &fl->dir[FLOW_CLIENT].find;

	remark_add(c, h->note);
	remark_if(c, remark_is_other_proto(fl, h), ANOMALY_FLOW_PROTOCOL);
	remark_if(c, h->cmd == PP_CMD_UNKNOWN, ANOMALY_FLOW_UNKNOWN);
	remark_if(c, h->hdr_len > REMARK_SEGMENT, ANOMALY_FLOW_LONG);
	remark_if(c, f->is_overlap, ANOMALY_FLOW_OVERLAP);
}

static void remark_tcp(const struct flow *fl, struct check *c)
{
	const struct find *f = &fl->dir[FLOW_CLIENT].find;
	const struct facts *facts = &fl->facts;

	if (f->state != FIND_FOUND)
		return;
	remark_if(c, facts_is_refused(facts),
		  facts->is_reset ? ANOMALY_FLOW_RESET : ANOMALY_FLOW_REFUSED);
	remark_if(c,
		  facts->origin_us >= facts->hdr_us &&
			  app_is_error((enum app)facts->origin_app),
		  ANOMALY_FLOW_ERROR_REPLY);
	remark_if(c, fl->dir[FLOW_ORIGIN].echo_count > 0, ANOMALY_FLOW_ECHOED);
	remark_if(c, f->is_split, ANOMALY_FLOW_SPLIT);
}

static void remark_udp(const struct flow *fl, struct check *c)
{
	const struct find *f = &fl->dir[FLOW_CLIENT].find;
	const struct facts *facts = &fl->facts;
	enum udp_mode mode = udp_mode_of(fl);

	if (f->state != FIND_FOUND)
		return;
	remark_if(c, facts->expired_count > 0, ANOMALY_UDP_EXPIRED);
	remark_if(c, facts->mtu_frame != 0, ANOMALY_UDP_MTU);
	remark_if(c, fl->dir[FLOW_ORIGIN].echo_count > 0, ANOMALY_FLOW_ECHOED);
	if (f->kind == HDR_MODE_SPP)
		return;
	remark_if(c, f->alone > 0, ANOMALY_UDP_ALONE);
	remark_if(c, f->changed > 0, ANOMALY_UDP_CHANGED);
	remark_if(c, mode == UDP_MODE_MIXED, ANOMALY_UDP_MIXED);
	remark_if(c, mode == UDP_MODE_FIRST, ANOMALY_UDP_BARE);
}

void remark_flow(const struct flow *fl, const struct pp_hdr *h, struct check *c)
{
	if (h)
		remark_hdr(fl, h, c);
	if (fl->proto == IP_PROTO_UDP)
		remark_udp(fl, c);
	else
		remark_tcp(fl, c);
}

/* remark_has_unsure() - is there an option that may name a client? Of a flow
 * without one that counts.
 */
static bool remark_has_unsure(const struct option_set *s)
{
	uint32_t i;

	for (i = 0; i < s->count; i++) {
		struct toa_option toa = option_client(&s->option[i]);

		if (toa.layout != TOA_LAYOUT_NONE)
			return true;
	}
	return false;
}

const char *remark_word(const struct flow *fl, const struct check *c)
{
	const struct flow_dir *d = &fl->dir[FLOW_CLIENT];
	const struct find *f = &d->find;

	if (c->anomaly == ANOMALY_FLOW_NO_MEMORY)
		return "out-of-memory";
	if (c->verdict == VERDICT_MISSING && remark_has_unsure(&d->options))
		return "unsure-option";
	if (option_first(&fl->dir[FLOW_ORIGIN].options))
		return "option-from-origin";
	if (fl->proto == IP_PROTO_UDP && app_is_tunnel((enum app)f->app))
		return app_name((enum app)f->app);
	if (c->anomaly == ANOMALY_FLOW_ONE_WAY)
		return "one-direction";
	if (!f->payloads)
		return "no-payload";
	if (c->verdict == VERDICT_INCONCLUSIVE && !f->has_first)
		return "start-not-seen";
	if (c->verdict == VERDICT_INCONCLUSIVE)
		return "header-incomplete";
	if (fl->proto == IP_PROTO_TCP && !d->has_syn &&
	    c->verdict != VERDICT_NO_HANDSHAKE)
		return "no-handshake";
	if (fl->dir[FLOW_ORIGIN].echo_count)
		return "header-echoed";
	return NULL;
}
