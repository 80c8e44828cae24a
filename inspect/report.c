/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c - see report.h */
#include "report.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "hdr_json.h"
#include "report_option.h"
#include "wire/ip.h"

struct report {
	FILE *out;
	bool is_json;
	char json[HDR_JSON_MAX];
};

static const char *report_transport(const struct flow *fl)
{
	return fl->proto == IP_PROTO_TCP ? "TCP" : "UDP";
}

static const char *report_mode(const struct flow_dir *d)
{
	if (d->find.hdr)
		return hdr_mode_names[d->find.kind];
	return option_first(&d->options) ? hdr_mode_names[HDR_MODE_TOA]
					 : "none";
}

/* "119.29.135.205:53859", "[2001:db8::1]:53859"; "-" if nobody is named */
static char *report_end(const struct endpoint *e, char out[ENDPOINT_TEXT_MAX])
{
	if (e->addr.family == IP_NONE)
		(void)snprintf(out, ENDPOINT_TEXT_MAX, "-");
	else
		(void)endpoint_format(e, out);
	return out;
}

/* Datagrams with a header, a bad copy included. */
static uint64_t report_hdr_count(const struct find *f)
{
	return (uint64_t)f->count + f->again_count + (f->has_bad_copy ? 1 : 0);
}

/* report_pattern() - which datagrams carry the header */
static const char *report_pattern(const struct find *f)
{
	uint64_t count = report_hdr_count(f);

	if (f->payloads == 1)
		return "single";
	if (count == f->payloads)
		return "every";
	if (count == 1 && !f->late_count && !f->is_first_bare)
		return f->alone ? "alone" : "first";
	return "mixed";
}

static void report_text(FILE *out, const struct flow *fl, const struct check *c)
{
	const struct find *f = &fl->dir[FLOW_CLIENT].find;
	const struct option_set *options = &fl->dir[FLOW_CLIENT].options;
	char a[ENDPOINT_TEXT_MAX], b[ENDPOINT_TEXT_MAX];
	struct pp_hdr h;

	(void)fprintf(out, "%s %s > %s  %s", report_transport(fl),
		      report_end(&fl->dir[FLOW_CLIENT].end, a),
		      report_end(&fl->dir[FLOW_ORIGIN].end, b),
		      report_mode(&fl->dir[FLOW_CLIENT]));
	if (check_hdr(f, &h)) {
		(void)fprintf(out, "  client %s  via %s", report_end(&h.src, a),
			      report_end(&h.dst, b));
		if (!pp_has_client(&h))
			(void)fprintf(out, "  %s", pp_family_name(&h));
		(void)fprintf(out, "  hdr %uB@frame %llu", h.hdr_len,
			      (unsigned long long)f->frame);
		if (f->frame_last != f->frame)
			(void)fprintf(out, "-%llu",
				      (unsigned long long)f->frame_last);
	}
	if (f->hdr && option_first(options))
		(void)fputs("  toa", out);
	report_option_text(out, options);
	(void)fprintf(out, "  %s", verdict_name(c->verdict));
	if (c->anomaly != ANOMALY_NONE)
		(void)fprintf(out, " %s", anomaly_slug(c->anomaly));
	if (c->frame)
		(void)fprintf(out, " at byte %u of frame %llu", c->off,
			      (unsigned long long)c->frame);
	if (c->note)
		(void)fprintf(out, " (%s)", c->note);
	(void)fputc('\n', out);
}

static void report_json_ip(struct json *j, const char *key,
			   const struct ip_addr *a)
{
	char text[IP_ADDR_TEXT_MAX];

	json_str(j, key, ip_addr_format(a, text));
}

static void report_json_hdr(struct json *j, const struct flow *fl,
			    const struct find *f)
{
	struct pp_hdr h;

	if (!check_hdr(f, &h))
		return;
	if (pp_has_client(&h)) {
		report_json_ip(j, "client", &h.src.addr);
		json_u64(j, "cport", h.src.port);
		report_json_ip(j, "via", &h.dst.addr);
		json_u64(j, "vport", h.dst.port);
	}
	json_u64(j, "hdr_len", h.hdr_len);
	json_u64(j, "frame", f->frame);
	json_u64(j, "frame_last", f->frame_last);
	json_u64(j, "hdr_count", report_hdr_count(f));
	if (fl->proto == IP_PROTO_UDP)
		json_str(j, "hdr_pattern", report_pattern(f));
	json_u64(j, "version", h.version);
	json_str(j, "cmd", pp_cmd_name(h.cmd));
	json_str(j, "family", pp_family_name(&h));
	if (h.proto != PP_PROTO_UNSPEC)
		json_str(j, "protocol", pp_proto_name(h.proto));
	json_str(j, "crc32c", pp_crc_name(h.crc));
	hdr_json_tlvs(j, &h);
}

static void report_json_dir(struct json *j, const char *key,
			    const struct flow_dir *d)
{
	json_begin(j, key, '{');
	json_u64(j, "packets", d->packets);
	json_u64(j, "payloads", d->find.payloads);
	json_u64(j, "bytes", d->bytes);
	json_u64(j, "hdr_count", report_hdr_count(&d->find));
	json_u64(j, "hdr_echoed", d->echo_count);
	json_u64(j, "bad_csum", d->find.bad_csum_count);
	if (option_first(&d->options))
		json_u64(j, "toa_segments",
			 option_segments(option_first(&d->options)));
	json_end(j);
}

static void report_json(FILE *out, const struct flow *fl, const struct check *c,
			char *buf, size_t cap)
{
	const struct flow_dir *client = &fl->dir[FLOW_CLIENT];
	const struct flow_dir *origin = &fl->dir[FLOW_ORIGIN];
	struct json j;
	const char *line;
	size_t len;

	json_init(&j, buf, cap);
	json_begin(&j, NULL, '{');
	json_u64(&j, "v", 1);
	json_str(&j, "type", "flow");
	json_str(&j, "transport", report_transport(fl));
	report_json_ip(&j, "src", &client->end.addr);
	json_u64(&j, "sport", client->end.port);
	report_json_ip(&j, "dst", &origin->end.addr);
	json_u64(&j, "dport", origin->end.port);
	json_str(&j, "mode", report_mode(client));
	report_json_hdr(&j, fl, &client->find);
	report_option_json(&j, &client->options, !client->find.hdr);
	json_str(&j, "verdict", verdict_name(c->verdict));
	if (c->anomaly != ANOMALY_NONE)
		json_str(&j, "anomaly", anomaly_slug(c->anomaly));
	if (c->frame) {
		json_u64(&j, "offset", c->off);
		/* a header has said in which frame it is */
		json_u64(&j, client->find.hdr ? "anomaly_frame" : "frame",
			 c->frame);
	}
	if (c->note)
		json_str(&j, "note", c->note);
	json_u64(&j, "first_frame", fl->first_frame);
	report_json_dir(&j, "sent", client);
	report_json_dir(&j, "replied", origin);
	json_end(&j);
	line = json_line(&j, &len);
	ASSERT(line); /* HDR_JSON_MAX holds the longest header */
	(void)fwrite(line, 1, len, out);
}

static void report_summary_json(FILE *out, const struct tally *t, int status)
{
	char buf[4096];
	struct json j;
	const char *line;
	size_t len;
	unsigned i;

	json_init(&j, buf, sizeof(buf));
	json_begin(&j, NULL, '{');
	json_u64(&j, "v", 1);
	json_str(&j, "type", "summary");
	json_u64(&j, "frames", t->frames);
	json_begin(&j, "skipped", '{');
	for (i = DECODE_OK + 1; i < DECODE_RESULTS; i++)
		json_u64(&j, decode_result_name((enum decode_result)i),
			 t->frame[i]);
	json_end(&j);
	if (t->anomaly != ANOMALY_NONE) {
		json_str(&j, "anomaly", anomaly_slug(t->anomaly));
		json_u64(&j, "anomaly_frame", t->anomaly_frame);
	}
	json_u64(&j, "flows", t->flows);
	json_u64(&j, "flows_refused", t->flows_refused);
	json_u64(&j, "memory_refused", t->memory_refused);
	json_begin(&j, "verdicts", '{');
	for (i = 0; i < VERDICTS; i++)
		if (t->verdict[i])
			json_u64(&j, verdict_name((enum verdict)i),
				 t->verdict[i]);
	json_end(&j);
	json_u64(&j, "exit", (uint64_t)status);
	json_end(&j);
	line = json_line(&j, &len);
	ASSERT(line);
	(void)fwrite(line, 1, len, out);
}

void report_summary_text(FILE *out, const struct tally *t)
{
	unsigned i;

	(void)fprintf(out, "%llu flows", (unsigned long long)t->flows);
	for (i = 0; i < VERDICTS; i++) {
		const char *p = verdict_name((enum verdict)i);

		if (!t->verdict[i] && i != VERDICT_OK)
			continue;
		(void)fprintf(out, ", %llu ",
			      (unsigned long long)t->verdict[i]);
		for (; *p; p++)
			(void)fputc(tolower((unsigned char)*p), out);
	}
	(void)fputc('\n', out);
	for (i = DECODE_OK + 1; i < DECODE_RESULTS; i++)
		if (t->frame[i] && i != DECODE_OTHER)
			(void)fprintf(
				out, "%llu frames %s\n",
				(unsigned long long)t->frame[i],
				decode_result_name((enum decode_result)i));
	if (t->anomaly != ANOMALY_NONE)
		(void)fprintf(out, "frame %llu: %s: %s\n",
			      (unsigned long long)t->anomaly_frame,
			      anomaly_slug(t->anomaly),
			      anomaly_info(t->anomaly)->text);
	if (t->flows_refused)
		(void)fprintf(out, "%llu packets of flows above --max-flows\n",
			      (unsigned long long)t->flows_refused);
	if (t->memory_refused)
		(void)fprintf(out, "%llu times --max-memory was reached\n",
			      (unsigned long long)t->memory_refused);
}

static int report_flow(void *ctx, const struct flow *fl, const struct check *c)
{
	struct report *r = ctx;

	if (r->is_json)
		report_json(r->out, fl, c, r->json, sizeof(r->json));
	else
		report_text(r->out, fl, c);
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
	return sinks_add(s, &ops, r);
}
