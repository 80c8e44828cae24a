/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c - see report.h */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "check_json.h"
#include "hdr_json.h"
#include "report_option.h"
#include "tree.h"
#include "tunnel_show.h"
#include "wire/ip.h"

struct report {
	const struct output *cfg;
	struct paint paint;
	FILE *out;
	bool is_json;
	bool has_tree; /* one was printed */
	char json[HDR_JSON_MAX];
};

static void report_text_hdr(struct paint *p, const struct view *v)
{
	const struct find *f = v->find;
	char text[ENDPOINT_TEXT_MAX];

	paint_word(p, PAINT_STRONG, "client %s", view_end(&v->hdr.src, text));
	paint_word(p, PAINT_PLAIN, "via %s", view_end(&v->hdr.dst, text));
	if (!pp_has_client(&v->hdr))
		paint_word(p, PAINT_PLAIN, "%s", pp_family_name(&v->hdr));
	if (f->frame_last != f->frame)
		paint_word(p, PAINT_PLAIN, "hdr %uB@frame %llu-%llu",
			   v->hdr.hdr_len, (unsigned long long)f->frame,
			   (unsigned long long)f->frame_last);
	else
		paint_word(p, PAINT_PLAIN, "hdr %uB@frame %llu", v->hdr.hdr_len,
			   (unsigned long long)f->frame);
}

/* @is_alone: no header has said it */
static void report_text_beside(struct paint *p, const struct beside *b,
			       bool is_alone)
{
	char text[ENDPOINT_TEXT_MAX];

	if (!is_alone)
		paint_word(p, PAINT_PLAIN, "uoa");
	paint_word(p, PAINT_STRONG, "client %s", view_end(&b->client, text));
	paint_word(p, PAINT_PLAIN, "%s in %u packet%s@frame %llu",
		   uoa_carrier_name(b->carrier), b->packets,
		   b->packets == 1 ? "" : "s", (unsigned long long)b->frame);
}

/* The first header that stands where none belongs, or is another one. */
static void report_text_other(struct paint *p, const struct find_other *o)
{
	char text[ENDPOINT_TEXT_MAX];

	paint_word(p, PAINT_PLAIN, "then %s", hdr_mode_names[o->kind]);
	paint_word(p, PAINT_STRONG, "client %s", view_end(&o->client, text));
}

char *report_verdict(const struct view *v, char out[REPORT_VERDICT_MAX])
{
	const struct check *c = v->check;
	const char *reason = check_reason(c->verdict, c->anomaly);
	size_t at = (size_t)snprintf(out, REPORT_VERDICT_MAX, "%s%s%s",
				     verdict_name(c->verdict),
				     reason ? " " : "", reason ? reason : "");

	if (c->frame && (c->off || c->verdict == VERDICT_MALFORMED))
		at += (size_t)snprintf(out + at, REPORT_VERDICT_MAX - at,
				       " at byte %u of frame %llu", c->off,
				       (unsigned long long)c->frame);
	else if (c->frame && c->frame != v->carrier)
		at += (size_t)snprintf(out + at, REPORT_VERDICT_MAX - at,
				       " at frame %llu",
				       (unsigned long long)c->frame);
	if (c->note)
		(void)snprintf(out + at, REPORT_VERDICT_MAX - at, " (%s)",
			       c->note);
	return out;
}

void report_line(struct paint *p, const struct view *v)
{
	char a[ENDPOINT_TEXT_MAX], b[ENDPOINT_TEXT_MAX];
	char verdict[REPORT_VERDICT_MAX], tunnel[TUNNEL_TEXT_MAX];

	paint_word(p, PAINT_PLAIN, "%s %s > %s", v->transport,
		   view_end(&v->client->end, a), view_end(&v->origin->end, b));
	if (v->flow->tunnel)
		paint_word(p, PAINT_PLAIN, "in %s",
			   tunnel_name_text(v->flow->tunnel, tunnel));
	paint_word(p, PAINT_PLAIN, "%s", v->mode);
	if (v->has_hdr)
		report_text_hdr(p, v);
	if (v->find->other)
		report_text_other(p, v->find->other);
	if (v->find->hdr && v->toa)
		paint_word(p, PAINT_PLAIN, "toa");
	if (beside_names(v->client->beside))
		report_text_beside(p, v->client->beside, !v->has_hdr);
	report_option_text(p, &v->client->options);
	paint_word(p, paint_verdict(v->check->verdict), "%s",
		   report_verdict(v, verdict));
	paint_end(p);
}

static void report_json_ip(struct json *j, const char *key,
			   const struct ip_addr *a)
{
	char text[IP_ADDR_TEXT_MAX];

	json_str(j, key, ip_addr_format(a, text));
}

static void report_json_hdr(struct json *j, const struct view *v)
{
	const struct find *f = v->find;
	const struct pp_hdr *h = &v->hdr;

	if (!v->has_hdr)
		return;
	if (pp_has_client(h)) {
		report_json_ip(j, "client", &h->src.addr);
		json_u64(j, "cport", h->src.port);
		report_json_ip(j, "via", &h->dst.addr);
		json_u64(j, "vport", h->dst.port);
	}
	json_u64(j, "hdr_len", h->hdr_len);
	json_u64(j, "frame", f->frame);
	json_u64(j, "frame_last", f->frame_last);
	json_u64(j, "hdr_count", view_hdr_count(f));
	if (v->flow->proto == IP_PROTO_UDP)
		json_str(j, "hdr_pattern", view_pattern(f));
	json_u64(j, "version", h->version);
	json_str(j, "cmd", pp_cmd_name(h->cmd));
	json_str(j, "family", pp_family_name(h));
	if (h->proto != PP_PROTO_UNSPEC)
		json_str(j, "protocol", pp_proto_name(h->proto));
	json_str(j, "crc32c", pp_crc_name(h->crc));
	hdr_json_tlvs(j, h);
}

static void report_json_dir(struct json *j, const char *key,
			    const struct flow_dir *d)
{
	json_begin(j, key, '{');
	json_u64(j, "packets", d->packets);
	json_u64(j, "payloads", d->find.payloads);
	json_u64(j, "bytes", d->bytes);
	json_u64(j, "hdr_count", view_hdr_count(&d->find));
	json_u64(j, "hdr_echoed", d->echo_count);
	json_u64(j, "bad_csum", d->find.bad_csum_count);
	if (option_first(&d->options))
		json_u64(j, "toa_segments",
			 option_segments(option_first(&d->options)));
	json_end(j);
}

static void report_json_time(struct json *j, const struct flow *fl)
{
	char text[VIEW_TIME_MAX];

	json_u64(j, "first_frame", fl->first_frame);
	json_u64(j, "last_frame", fl->last_frame);
	if (fl->first_ns == FRAME_NO_TIME || fl->last_ns == FRAME_NO_TIME)
		return;
	json_str(j, "time", view_time(fl->first_ns, "T", "Z", text));
	json_i64(j, "duration_us", (fl->last_ns - fl->first_ns) / 1000);
}

static void report_json(FILE *out, const struct view *v, char *buf, size_t cap)
{
	const struct flow_dir *client = v->client;
	const struct flow_dir *origin = v->origin;
	const struct check *c = v->check;
	struct json j;

	json_open(&j, buf, cap, "flow");
	json_u64(&j, "flow", v->flow->id);
	json_str(&j, "transport", v->transport);
	report_json_ip(&j, "src", &client->end.addr);
	json_u64(&j, "sport", client->end.port);
	report_json_ip(&j, "dst", &origin->end.addr);
	json_u64(&j, "dport", origin->end.port);
	tunnel_json(&j, v->flow->tunnel);
	json_str(&j, "mode", v->mode);
	report_json_hdr(&j, v);
	if (!client->find.hdr && beside_names(client->beside)) {
		report_json_ip(&j, "client", &client->beside->client.addr);
		json_u64(&j, "cport", client->beside->client.port);
	}
	report_option_json(&j, &client->options, !client->find.hdr);
	check_json(&j, c, client->find.hdr != NULL);
	check_json_facts(&j, v->flow);
	report_json_time(&j, v->flow);
	report_json_dir(&j, "sent", client);
	report_json_dir(&j, "replied", origin);
	ASSERT(json_write(&j, out)); /* HDR_JSON_MAX holds the longest header */
}

static void report_summary_json(FILE *out, const struct tally *t, int status)
{
	char buf[4096];
	struct json j;

	json_open(&j, buf, sizeof(buf), "summary");
	tally_json(&j, t);
	json_u64(&j, "exit", (uint64_t)status);
	ASSERT(json_write(&j, out));
}

static void report_tree(struct report *r, const struct view *v)
{
	if (r->has_tree)
		(void)fputc('\n', r->out);
	r->has_tree = true;
	tree_put(&r->paint, v);
}

static int report_flow(void *ctx, const struct flow *fl, const struct check *c)
{
	struct report *r = ctx;
	struct view v;

	if (r->cfg->flow && r->cfg->flow != fl->id)
		return 0;
	view_init(&v, fl, c);
	if (r->is_json)
		report_json(r->out, &v, r->json, sizeof(r->json));
	else if (r->cfg->want_tree)
		report_tree(r, &v);
	else
		report_line(&r->paint, &v);
	return 0;
}

static int report_end_flows(void *ctx, const struct tally *t, int status)
{
	const struct report *r = ctx;

	if (r->is_json)
		report_summary_json(r->out, t, status);
	return 0;
}

int report_open(const struct config *cfg, FILE *out, struct sinks *s)
{
	static const struct sink_ops ops = {
		.flow = report_flow,
		.end = report_end_flows,
		.free = free,
	};
	struct report *r = calloc(1, sizeof(*r));

	if (!r) {
		log_error("out of memory");
		return -ENOMEM;
	}
	r->out = out;
	r->is_json = cfg->want_json;
	r->cfg = &cfg->output;
	paint_init(&r->paint, out, (enum paint_when)cfg->output.colour);
	return sinks_add(s, &ops, r);
}
