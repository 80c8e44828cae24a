/* SPDX-License-Identifier: BSD-2-Clause */
/* check_json.c - see check_json.h */
#include "check_json.h"

#include "app.h"
#include "udp_mode.h"
#include "wire/ip.h"

void check_json(struct json *j, const struct check *c, bool has_hdr)
{
	uint32_t i;

	json_str(j, "verdict", verdict_name(c->verdict));
	if (c->anomaly != ANOMALY_NONE)
		json_str(j, "anomaly", anomaly_slug(c->anomaly));
	if (c->frame) {
		json_u64(j, "offset", c->off);
		json_u64(j, has_hdr ? "anomaly_frame" : "frame", c->frame);
	}
	if (c->note)
		json_str(j, "note", c->note);
	if (c->clause)
		json_str(j, "clause", c->clause);
	if (c->advice)
		json_str(j, "advice", c->advice);
	if (!c->remark_count)
		return;
	json_begin(j, "remarks", '[');
	for (i = 0; i < c->remark_count; i++)
		json_str(j, NULL, anomaly_slug(c->remark[i]));
	json_end(j);
}

static void check_json_client(struct json *j, const struct endpoint *e)
{
	char text[IP_ADDR_TEXT_MAX];

	if (e->addr.family == IP_NONE)
		return;
	json_str(j, "client", ip_addr_format(&e->addr, text));
	json_u64(j, "cport", e->port);
}

static void check_json_other(struct json *j, const struct find_other *o)
{
	json_begin(j, "other", '{');
	json_str(j, "mode", hdr_mode_names[o->kind]);
	check_json_client(j, &o->client);
	json_u64(j, "hdr_len", o->hdr_len);
	json_u64(j, "offset", o->off);
	json_u64(j, "frame", o->frame);
	json_end(j);
}

static void check_json_beside(struct json *j, const struct beside *b)
{
	json_begin(j, "uoa", '{');
	json_str(j, "carrier", uoa_carrier_name(b->carrier));
	if (b->packets)
		check_json_client(j, &b->client);
	json_u64(j, "packets", b->packets);
	json_u64(j, "others", b->others);
	json_u64(j, "malformed", b->malformed);
	if (b->frame)
		json_u64(j, "frame", b->frame);
	json_end(j);
}

static void check_json_us(struct json *j, const char *key, int64_t us)
{
	if (us >= 0)
		json_i64(j, key, us);
}

static void check_json_timing(struct json *j, const struct flow *fl)
{
	struct facts_timing t = facts_timing(&fl->facts, fl->proto);

	json_begin(j, "timing", '{');
	check_json_us(j, "handshake_us", t.handshake_us);
	check_json_us(j, "header_us", t.header_us);
	check_json_us(j, "reply_us", t.reply_us);
	check_json_us(j, "close_us", t.close_us);
	json_end(j);
}

static void check_json_app(struct json *j, const struct flow *fl)
{
	enum app client = (enum app)fl->dir[FLOW_CLIENT].find.app;
	enum app origin = fl->proto == IP_PROTO_TCP
				  ? (enum app)fl->facts.origin_app
				  : APP_NONE;

	if (client > APP_OTHER)
		json_str(j, "app", app_name(client));
	if (origin > APP_OTHER)
		json_str(j, "reply_app", app_name(origin));
}

void check_json_facts(struct json *j, const struct flow *fl)
{
	const struct flow_dir *d = &fl->dir[FLOW_CLIENT];
	enum udp_mode mode = udp_mode_of(fl);

	if (d->find.other)
		check_json_other(j, d->find.other);
	if (d->beside)
		check_json_beside(j, d->beside);
	check_json_timing(j, fl);
	check_json_app(j, fl);
	if (mode == UDP_MODE_NONE)
		return;
	json_str(j, "udp_mode", udp_mode_name(mode));
	json_u64(j, "udp_sessions", (uint64_t)fl->facts.session_count + 1);
	json_u64(j, "udp_expired", fl->facts.expired_count);
}
