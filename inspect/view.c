/* SPDX-License-Identifier: BSD-2-Clause */
/* view.c - see view.h */
#include "view.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "wire/ip.h"

static const char *view_mode(const struct view *v)
{
	if (v->find->hdr)
		return hdr_mode_names[v->find->kind];
	if (beside_names(v->client->beside))
		return hdr_mode_names[HDR_MODE_UOA];
	return v->toa ? hdr_mode_names[HDR_MODE_TOA] : "none";
}

void view_init(struct view *v, const struct flow *fl, const struct check *c)
{
	*v = (struct view) {
		.flow = fl,
		.check = c,
		.client = &fl->dir[FLOW_CLIENT],
		.origin = &fl->dir[FLOW_ORIGIN],
		.find = &fl->dir[FLOW_CLIENT].find,
		.transport = fl->proto == IP_PROTO_TCP ? "TCP" : "UDP",
		.toa = option_first(&fl->dir[FLOW_CLIENT].options),
	};
	v->mode = view_mode(v);
	v->has_hdr = check_hdr(v->find, &v->hdr);
	if (v->toa)
		v->toa_option = option_client(v->toa);
	if (v->has_hdr) {
		v->carrier = v->find->frame;
		v->has_client = v->has_port = pp_has_client(&v->hdr);
		v->named = v->hdr.src;
	} else if (beside_names(v->client->beside)) {
		v->carrier = v->client->beside->frame;
		v->has_client = v->has_port = true;
		v->named = v->client->beside->client;
	} else if (v->toa) {
		v->carrier = v->toa->frame;
		v->has_client = v->toa_option.layout != TOA_LAYOUT_NONE;
		v->has_port = v->toa_option.has_port;
		v->named = v->toa_option.client;
	}
}

uint64_t view_hdr_count(const struct find *f)
{
	return (uint64_t)f->count + f->again_count + (f->has_bad_copy ? 1 : 0);
}

const char *view_pattern(const struct find *f)
{
	uint64_t count = view_hdr_count(f);

	if (f->payloads == 1)
		return "single";
	if (count == f->payloads)
		return "every";
	if (count == 1 && !f->late_count && !f->is_first_bare)
		return f->alone ? "alone" : "first";
	return "mixed";
}

bool view_is_finding(const struct view *v)
{
	return v->check->verdict != VERDICT_OK &&
	       !check_is_open(v->check->verdict);
}

char *view_end(const struct endpoint *e, char out[ENDPOINT_TEXT_MAX])
{
	if (e->addr.family == IP_NONE)
		(void)snprintf(out, ENDPOINT_TEXT_MAX, "-");
	else
		(void)endpoint_format(e, out);
	return out;
}

char *view_named(const struct view *v, char out[ENDPOINT_TEXT_MAX])
{
	out[0] = '\0';
	if (v->has_client && v->has_port)
		(void)endpoint_format(&v->named, out);
	else if (v->has_client)
		(void)ip_addr_format(&v->named.addr, out);
	return out;
}

char *view_time(int64_t ts_ns, const char *between, const char *zone,
		char out[VIEW_TIME_MAX])
{
	int64_t s = ts_ns / NS_PER_S, ns = ts_ns % NS_PER_S;
	char day[sizeof("2026-11-22")], clock[sizeof("22:31:14")];
	time_t t;
	struct tm tm;

	if (ns < 0) {
		ns += NS_PER_S;
		s--;
	}
	t = (time_t)s;
	if (ts_ns == FRAME_NO_TIME || !gmtime_r(&t, &tm) ||
	    !strftime(day, sizeof(day), "%Y-%m-%d", &tm) ||
	    !strftime(clock, sizeof(clock), "%H:%M:%S", &tm))
		(void)snprintf(out, VIEW_TIME_MAX, "-");
	else
		(void)snprintf(out, VIEW_TIME_MAX, "%s%.1s%s.%09u%.4s", day,
			       between, clock, (unsigned)ns, zone);
	return out;
}
