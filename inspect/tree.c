/* SPDX-License-Identifier: BSD-2-Clause */
/* tree.c - see tree.h */
#include "tree.h"

#include "app.h"
#include "facts.h"
#include "report.h"
#include "report_option.h"
#include "tunnel_show.h"
#include "udp_mode.h"
#include "wire/ip.h"
#include "wire/pp2.h"

#define TREE_TEXT_MAX 1920
/* bytes of a TLV that are shown, each escaped at worst */
#define TREE_TLV_MAX ((TREE_TEXT_MAX - 1) / 4)

char *tree_span(int64_t us, char out[VIEW_TIME_MAX])
{
	if (us < 0)
		(void)snprintf(out, VIEW_TIME_MAX, "-");
	else if (us < 1000)
		(void)snprintf(out, VIEW_TIME_MAX, "%lld us", (long long)us);
	else if (us < 1000000)
		(void)snprintf(out, VIEW_TIME_MAX, "%lld.%lld ms",
			       (long long)us / 1000,
			       (long long)us % 1000 / 100);
	else
		(void)snprintf(out, VIEW_TIME_MAX, "%lld.%03lld s",
			       (long long)us / 1000000,
			       (long long)us % 1000000 / 1000);
	return out;
}

static void tree_tlv(struct paint *p, unsigned depth, const struct pp2_tlv *t);

static void tree_ssl(struct paint *p, unsigned depth, const struct pp2_tlv *t)
{
	struct pp2_ssl ssl;
	struct pp2_tlv sub;
	struct wire_err err;
	const uint8_t *area;
	size_t len;

	if (pp2_ssl_decode(t, &ssl, &err) != WIRE_OK)
		return;
	paint_item(p, depth, "client", PAINT_PLAIN, "0x%02x%s%s%s", ssl.client,
		   ssl.client & 1 ? ", over TLS" : "",
		   ssl.client & 2 ? ", certificate on this connection" : "",
		   ssl.client & 4 ? ", certificate on this session" : "");
	paint_item(p, depth, "verify", PAINT_PLAIN, "%u%s", ssl.verify,
		   ssl.verify ? ", no verified certificate"
			      : ", certificate verified");
	area = ssl.sub;
	len = ssl.sub_len;
	while (len && pp2_tlv_next(&area, &len, &sub, &err) == WIRE_OK)
		tree_tlv(p, depth, &sub);
}

static bool tree_is_text(const struct pp2_tlv *t)
{
	uint16_t i;

	for (i = 0; i < t->len; i++)
		if (t->value[i] < ' ' || t->value[i] > '~')
			return false;
	return t->len > 0;
}

static void tree_tlv(struct paint *p, unsigned depth, const struct pp2_tlv *t)
{
	const char *name = pp2_tlv_name(t->type);
	char text[TREE_TEXT_MAX];
	uint16_t len = t->len < TREE_TLV_MAX ? t->len : TREE_TLV_MAX;
	const char *more = len < t->len ? "..." : "";
	size_t at = 0;
	uint16_t i;

	if (t->type == PP2_TLV_SSL) {
		paint_item(p, depth, "TLV", PAINT_PLAIN, "0x20 SSL, %u bytes",
			   t->len);
		tree_ssl(p, depth + 1, t);
		return;
	}
	if (t->type != PP2_TLV_CRC32C && tree_is_text(t)) {
		(void)paint_escape(text, sizeof(text), t->value, len);
		paint_item(p, depth, "TLV", PAINT_PLAIN,
			   "0x%02x %s, %u bytes: \"%s\"%s", t->type,
			   name ? name : "without a name", t->len, text, more);
		return;
	}
	text[0] = '\0';
	for (i = 0; i < len; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%02x",
				       t->value[i]);
	paint_item(p, depth, "TLV", PAINT_PLAIN, "0x%02x %s, %u bytes%s%s%s",
		   t->type, name ? name : "without a name", t->len,
		   at ? ": " : "", text, more);
}

static void tree_hdr_body(struct paint *p, const struct view *v)
{
	const struct pp_hdr *h = &v->hdr;
	const uint8_t *area = h->tlv;
	size_t len = h->tlv_len;
	char text[ENDPOINT_TEXT_MAX];
	struct pp2_tlv t;
	struct wire_err err;

	paint_item(p, 2, "command", PAINT_PLAIN, "%s", pp_cmd_name(h->cmd));
	paint_item(p, 2, "family", PAINT_PLAIN, "%s, %s", pp_family_name(h),
		   pp_proto_name(h->proto));
	if (pp_has_client(h)) {
		paint_item(p, 2, "client", PAINT_STRONG, "%s",
			   view_end(&h->src, text));
		paint_item(p, 2, "via", PAINT_PLAIN, "%s",
			   view_end(&h->dst, text));
	}
	if (h->version == 2)
		paint_item(p, 2, "CRC32C", PAINT_PLAIN, "%s",
			   pp_crc_name(h->crc));
	while (len && pp2_tlv_next(&area, &len, &t, &err) == WIRE_OK)
		tree_tlv(p, 2, &t);
}

static void tree_hdr(struct paint *p, const struct view *v)
{
	const struct find *f = v->find;
	char where[VIEW_TIME_MAX];

	if (!v->has_hdr)
		return;
	if (f->frame_last != f->frame)
		(void)snprintf(where, sizeof(where), "frames %llu to %llu",
			       (unsigned long long)f->frame,
			       (unsigned long long)f->frame_last);
	else
		(void)snprintf(where, sizeof(where), "frame %llu",
			       (unsigned long long)f->frame);
	if (v->hdr.version)
		paint_item(p, 1, "PROXY protocol header", PAINT_PLAIN,
			   "version %u, %u bytes in %s", v->hdr.version,
			   v->hdr.hdr_len, where);
	else
		paint_item(p, 1, "Simple Proxy Protocol header", PAINT_PLAIN,
			   "%u bytes in %s", v->hdr.hdr_len, where);
	tree_hdr_body(p, v);
	if (view_hdr_count(f) > 1)
		paint_item(p, 2, "headers", PAINT_PLAIN, "%llu in this flow",
			   (unsigned long long)view_hdr_count(f));
	if (v->flow->proto == IP_PROTO_UDP)
		paint_item(p, 2, "datagrams with a header", PAINT_PLAIN,
			   "%s (mode %s)", view_pattern(f),
			   udp_mode_name(udp_mode_of(v->flow)));
}

static void tree_other(struct paint *p, const struct find_other *o)
{
	char text[ENDPOINT_TEXT_MAX];

	paint_item(p, 1, "Another header", PAINT_PLAIN,
		   "%s, %u bytes at byte %u, in frame %llu",
		   hdr_mode_names[o->kind], o->hdr_len, o->off,
		   (unsigned long long)o->frame);
	paint_item(p, 2, "client", PAINT_STRONG, "%s",
		   view_end(&o->client, text));
}

static void tree_beside(struct paint *p, const struct beside *b)
{
	char text[ENDPOINT_TEXT_MAX];

	paint_item(p, 1, "Address beside the datagrams", PAINT_PLAIN,
		   "UOA (%s) in %u packets, first in frame %llu",
		   uoa_carrier_name(b->carrier), b->packets,
		   (unsigned long long)b->frame);
	paint_item(p, 2, "client", PAINT_STRONG, "%s",
		   view_end(&b->client, text));
	if (b->others)
		paint_item(p, 2, "others", PAINT_PLAIN,
			   "%u, the first %s in frame %llu", b->others,
			   view_end(&b->other, text),
			   (unsigned long long)b->other_frame);
}

static void tree_app(struct paint *p, const struct view *v)
{
	enum app client = (enum app)v->find->app;
	enum app origin = (enum app)v->flow->facts.origin_app;

	if (client > APP_OTHER)
		paint_item(p, 1, "Payload", PAINT_PLAIN, "looks like %s",
			   app_name(client));
	if (origin > APP_OTHER)
		paint_item(p, 1, "Reply", PAINT_PLAIN, "looks like %s",
			   app_name(origin));
}

static void tree_option(struct paint *p, const struct option *o)
{
	struct toa_option toa = option_client(o);
	char client[ENDPOINT_TEXT_MAX];
	char text[TREE_TEXT_MAX];
	size_t at = 0;
	unsigned i;

	paint_item(p, 1, "TCP option", PAINT_PLAIN,
		   "kind %u, %u bytes, first in frame %llu%s", o->kind, o->len,
		   (unsigned long long)o->frame,
		   o->counts ? "" : "; does not count");
	if (toa.layout != TOA_LAYOUT_NONE)
		paint_item(p, 2, "client", PAINT_STRONG, "%s",
			   report_option_client(&toa, client));
	paint_item(p, 2, "sent by", PAINT_PLAIN, "%s (%s)",
		   report_option_vendor(&toa),
		   report_option_confidence(toa.confidence));
	if (toa.format)
		paint_item(p, 2, "contents", PAINT_PLAIN, "%s",
			   toa.format->what);
	text[0] = '\0';
	for (i = 0; i < OPTION_PLACES; i++)
		if (o->segments[i])
			at += (size_t)snprintf(
				text + at, sizeof(text) - at, "%s%u %s",
				at ? ", " : "", o->segments[i],
				option_place_name((enum option_place)i));
	paint_item(p, 2, "segments", PAINT_PLAIN, "%s", text);
}

static void tree_side(struct paint *p, const struct flow_dir *d,
		      const char *label, const char *unit)
{
	char text[ENDPOINT_TEXT_MAX];

	paint_item(p, 1, label, PAINT_PLAIN,
		   "%s, %llu %s, %u with payload, %llu bytes%s%s",
		   view_end(&d->end, text), (unsigned long long)d->packets,
		   unit, d->find.payloads, (unsigned long long)d->bytes,
		   d->has_syn ? ", SYN" : "", d->has_fin ? ", FIN" : "");
	if (d->find.bad_csum_count)
		paint_item(p, 2, "bad checksum", PAINT_PLAIN, "%u",
			   d->find.bad_csum_count);
}

static void tree_timing(struct paint *p, const struct view *v)
{
	struct facts_timing t = facts_timing(&v->flow->facts, v->flow->proto);
	char text[VIEW_TIME_MAX];

	if (t.handshake_us < 0 && t.header_us < 0 && t.reply_us < 0 &&
	    t.close_us < 0)
		return;
	paint_item(p, 1, "Timing", PAINT_PLAIN, "%s", "");
	if (t.handshake_us >= 0)
		paint_item(p, 2, "handshake", PAINT_PLAIN, "%s",
			   tree_span(t.handshake_us, text));
	if (t.header_us >= 0)
		paint_item(p, 2, "then to the header", PAINT_PLAIN, "%s",
			   tree_span(t.header_us, text));
	if (t.reply_us >= 0)
		paint_item(p, 2, "header to first reply", PAINT_PLAIN, "%s",
			   tree_span(t.reply_us, text));
	if (t.close_us >= 0)
		paint_item(p, 2, "header to close", PAINT_PLAIN, "%s",
			   tree_span(t.close_us, text));
}

static void tree_verdict(struct paint *p, const struct view *v)
{
	const struct check *c = v->check;
	char text[REPORT_VERDICT_MAX];
	uint32_t i;

	paint_item(p, 1, "Verdict", paint_verdict(c->verdict), "%s",
		   report_verdict(v, text));
	if (c->anomaly != ANOMALY_NONE)
		paint_item(p, 2, "reason", PAINT_PLAIN, "%s",
			   anomaly_info(c->anomaly)->text);
	if (c->clause)
		paint_item(p, 2, "clause", PAINT_PLAIN, "%s", c->clause);
	if (c->advice)
		paint_item(p, 2, "advice", PAINT_PLAIN, "%s", c->advice);
	for (i = 0; i < c->remark_count; i++)
		paint_item(p, 2, "remark", PAINT_PLAIN, "%s: %s",
			   anomaly_slug(c->remark[i]),
			   anomaly_info(c->remark[i])->text);
}

void tree_put(struct paint *p, const struct view *v)
{
	const struct option_set *s = &v->client->options;
	const char *unit = v->flow->proto == IP_PROTO_TCP ? "segments"
							  : "datagrams";
	char a[ENDPOINT_TEXT_MAX], b[ENDPOINT_TEXT_MAX];
	char first[VIEW_TIME_MAX], span[VIEW_TIME_MAX];
	char tunnel[TUNNEL_TEXT_MAX];
	const struct flow *fl = v->flow;
	uint32_t i;

	paint_word(p, PAINT_STRONG, "Flow %llu: %s %s > %s",
		   (unsigned long long)fl->id, v->transport,
		   view_end(&v->client->end, a), view_end(&v->origin->end, b));
	paint_end(p);
	tree_verdict(p, v);
	paint_item(p, 1, "Frames", PAINT_PLAIN,
		   "%llu to %llu, %s, lasting %s%s",
		   (unsigned long long)fl->first_frame,
		   (unsigned long long)fl->last_frame,
		   view_time(fl->first_ns, " ", " UTC", first),
		   tree_span(fl->first_ns == FRAME_NO_TIME
				     ? -1
				     : (fl->last_ns - fl->first_ns) / 1000,
			     span),
		   fl->is_reset ? ", reset" : "");
	if (fl->tunnel)
		paint_item(p, 1, "Tunnel", PAINT_PLAIN, "%s",
			   tunnel_text(fl->tunnel, tunnel));
	tree_side(p, v->client, "Client's side", unit);
	tree_side(p, v->origin, "Origin's side", unit);
	tree_hdr(p, v);
	if (v->find->other)
		tree_other(p, v->find->other);
	if (beside_names(v->client->beside))
		tree_beside(p, v->client->beside);
	tree_app(p, v);
	for (i = 0; i < s->count; i++)
		tree_option(p, &s->option[i]);
	tree_timing(p, v);
}
