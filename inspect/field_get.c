/* SPDX-License-Identifier: BSD-2-Clause */
/* field_get.c - see field_get.h: ends, frames, verdicts and options */
#include "field_get.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "report_option.h"
#include "tunnel_show.h"
#include "udp_mode.h"
#include "wire/ip.h"

void field_put(struct field_values *out, const char *fmt, ...)
{
	va_list ap;
	size_t room = sizeof(out->text) - out->len;
	char *to = out->text + out->len;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(to, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room) {
		out->is_cut = true;
		return;
	}
	out->len += (size_t)n + 1;
	out->count++;
}

void field_put_hex(struct field_values *out, const uint8_t *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	if (len * 2 + 1 > sizeof(out->text) - out->len) {
		out->is_cut = true;
		return;
	}
	for (i = 0; i < len; i++) {
		out->text[out->len++] = digits[p[i] >> 4];
		out->text[out->len++] = digits[p[i] & 15];
	}
	out->text[out->len++] = '\0';
	out->count++;
}

void field_put_addr(struct field_values *out, const struct ip_addr *a,
		    enum ip_family family)
{
	char text[IP_ADDR_TEXT_MAX];

	if (a->family == family)
		field_put(out, "%s", ip_addr_format(a, text));
}

/* @arg: enum field_side, of the flow's own ends or a header's */
static void field_ends(const struct endpoint *src, const struct endpoint *dst,
		       int arg, struct field_values *out)
{
	switch ((enum field_side)arg) {
	case FIELD_SRC4:
		field_put_addr(out, &src->addr, IP_V4);
		break;
	case FIELD_DST4:
		field_put_addr(out, &dst->addr, IP_V4);
		break;
	case FIELD_SRC6:
		field_put_addr(out, &src->addr, IP_V6);
		break;
	case FIELD_DST6:
		field_put_addr(out, &dst->addr, IP_V6);
		break;
	case FIELD_SPORT:
		field_put(out, "%u", src->port);
		break;
	case FIELD_DPORT:
		field_put(out, "%u", dst->port);
		break;
	}
}

void field_net(const struct view *v, int arg, struct field_values *out)
{
	field_ends(&v->client->end, &v->origin->end, arg, out);
}

void field_tcp(const struct view *v, int arg, struct field_values *out)
{
	if (v->flow->proto == IP_PROTO_TCP)
		field_net(v, arg, out);
}

void field_udp(const struct view *v, int arg, struct field_values *out)
{
	if (v->flow->proto == IP_PROTO_UDP)
		field_net(v, arg, out);
}

void field_stream(const struct view *v, int arg, struct field_values *out)
{
	if (v->flow->proto == arg)
		field_put(out, "%llu", (unsigned long long)v->stream);
}

void field_hdr_end(const struct view *v, int arg, struct field_values *out)
{
	if (v->has_hdr && v->hdr.version && pp_has_client(&v->hdr))
		field_ends(&v->hdr.src, &v->hdr.dst, arg, out);
}

void field_spp(const struct view *v, int arg, struct field_values *out)
{
	if (v->has_hdr && !v->hdr.version)
		field_ends(&v->hdr.src, &v->hdr.dst, arg, out);
}

void field_frame(const struct view *v, int arg, struct field_values *out)
{
	uint64_t frame = 0;

	switch ((enum field_frame)arg) {
	case FIELD_FRAME_CARRIER:
		frame = v->carrier ? v->carrier : v->flow->first_frame;
		break;
	case FIELD_FRAME_FIRST:
		frame = v->flow->first_frame;
		break;
	case FIELD_FRAME_LAST:
		frame = v->flow->last_frame;
		break;
	case FIELD_FRAME_FLOW:
		frame = v->flow->id;
		break;
	case FIELD_FRAME_HDR_LAST:
		frame = v->has_hdr ? v->find->frame_last : 0;
		break;
	case FIELD_FRAME_ANOMALY:
		frame = v->check->frame;
		break;
	}
	if (frame)
		field_put(out, "%llu", (unsigned long long)frame);
}

static void field_toa_one(const struct option *o, int arg,
			  struct field_values *out)
{
	struct toa_option toa = option_client(o);

	switch ((enum field_toa)arg) {
	case FIELD_TOA_KIND:
		field_put(out, "%u", o->kind);
		break;
	case FIELD_TOA_LENGTH:
		field_put(out, "%u", o->len);
		break;
	case FIELD_TOA_SRC4:
		field_put_addr(out, &toa.client.addr, IP_V4);
		break;
	case FIELD_TOA_SRC6:
		field_put_addr(out, &toa.client.addr, IP_V6);
		break;
	case FIELD_TOA_SRCPORT:
		if (toa.has_port)
			field_put(out, "%u", toa.client.port);
		break;
	case FIELD_TOA_LAYOUT:
		field_put(out, "%s", report_option_layout(toa.layout));
		break;
	case FIELD_TOA_CONFIDENCE:
		field_put(out, "%s", report_option_confidence(toa.confidence));
		break;
	case FIELD_TOA_VENDOR:
		field_put(out, "%s", report_option_vendor(&toa));
		break;
	case FIELD_TOA_VALUE:
		field_put_hex(out, o->value, o->len - 2U);
		break;
	case FIELD_TOA_FRAME:
		field_put(out, "%llu", (unsigned long long)o->frame);
		break;
	case FIELD_TOA_SEGMENTS:
		field_put(out, "%llu", (unsigned long long)option_segments(o));
		break;
	}
}

void field_toa(const struct view *v, int arg, struct field_values *out)
{
	const struct option_set *s = &v->client->options;
	uint32_t i;

	for (i = 0; i < s->count; i++)
		if (s->option[i].counts)
			field_toa_one(&s->option[i], arg, out);
}

static void field_tp_hdr(const struct view *v, int arg,
			 struct field_values *out)
{
	char text[ENDPOINT_TEXT_MAX];

	if (!v->has_hdr)
		return;
	if (arg == FIELD_TP_VIA && pp_has_client(&v->hdr))
		field_put(out, "%s", view_end(&v->hdr.dst, text));
	else if (arg == FIELD_TP_HDR_LEN)
		field_put(out, "%u", v->hdr.hdr_len);
	else if (arg == FIELD_TP_HDR_COUNT)
		field_put(out, "%llu",
			  (unsigned long long)view_hdr_count(v->find));
	else if (arg == FIELD_TP_PATTERN && v->flow->proto == IP_PROTO_UDP)
		field_put(out, "%s", view_pattern(v->find));
	else if (arg == FIELD_TP_CRC32C)
		field_put(out, "%s", pp_crc_name(v->hdr.crc));
}

static void field_tp_check(const struct check *c, int arg,
			   struct field_values *out)
{
	uint32_t i;

	if (arg == FIELD_TP_VERDICT)
		field_put(out, "%s", verdict_name(c->verdict));
	else if (arg == FIELD_TP_ANOMALY && c->anomaly != ANOMALY_NONE)
		field_put(out, "%s", anomaly_slug(c->anomaly));
	else if (arg == FIELD_TP_OFFSET && c->frame)
		field_put(out, "%u", c->off);
	else if (arg == FIELD_TP_NOTE && c->note)
		field_put(out, "%s", c->note);
	else if (arg == FIELD_TP_CLAUSE && c->clause)
		field_put(out, "%s", c->clause);
	else if (arg == FIELD_TP_ADVICE && c->advice)
		field_put(out, "%s", c->advice);
	for (i = 0; arg == FIELD_TP_REMARKS && i < c->remark_count; i++)
		field_put(out, "%s", anomaly_slug(c->remark[i]));
}

static void field_tp_facts(const struct view *v, int arg,
			   struct field_values *out)
{
	enum udp_mode mode = udp_mode_of(v->flow);
	bool is_tcp = v->flow->proto == IP_PROTO_TCP;
	enum app app = arg == FIELD_TP_APP
			       ? (enum app)v->find->app
			       : (enum app)v->flow->facts.origin_app;

	if (arg != FIELD_TP_UDP_MODE && (is_tcp || arg == FIELD_TP_APP)) {
		if (app > APP_OTHER)
			field_put(out, "%s", app_name(app));
	} else if (arg == FIELD_TP_UDP_MODE && mode != UDP_MODE_NONE) {
		field_put(out, "%s", udp_mode_name(mode));
	}
}

void field_tp(const struct view *v, int arg, struct field_values *out)
{
	char text[ENDPOINT_TEXT_MAX], tunnel[TUNNEL_TEXT_MAX];

	switch ((enum field_tp)arg) {
	case FIELD_TP_TRANSPORT:
		field_put(out, "%s", v->transport);
		break;
	case FIELD_TP_SRC:
		field_put(out, "%s", view_end(&v->client->end, text));
		break;
	case FIELD_TP_DST:
		field_put(out, "%s", view_end(&v->origin->end, text));
		break;
	case FIELD_TP_TUNNEL:
		if (v->flow->tunnel)
			field_put(out, "%s",
				  tunnel_text(v->flow->tunnel, tunnel));
		break;
	case FIELD_TP_MODE:
		field_put(out, "%s", v->mode);
		break;
	case FIELD_TP_CLIENT:
		if (v->has_client)
			field_put(out, "%s", view_named(v, text));
		break;
	case FIELD_TP_VERDICT:
	case FIELD_TP_ANOMALY:
	case FIELD_TP_OFFSET:
	case FIELD_TP_NOTE:
	case FIELD_TP_CLAUSE:
	case FIELD_TP_ADVICE:
	case FIELD_TP_REMARKS:
		field_tp_check(v->check, arg, out);
		break;
	case FIELD_TP_UDP_MODE:
	case FIELD_TP_APP:
	case FIELD_TP_REPLY_APP:
		field_tp_facts(v, arg, out);
		break;
	case FIELD_TP_VIA:
	case FIELD_TP_HDR_LEN:
	case FIELD_TP_HDR_COUNT:
	case FIELD_TP_PATTERN:
	case FIELD_TP_CRC32C:
		field_tp_hdr(v, arg, out);
		break;
	}
}
