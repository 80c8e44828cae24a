/* SPDX-License-Identifier: BSD-2-Clause */
/* summary_put.c - see summary.h: a summary as text and as JSON */
#include "summary.h"
#include "tree.h"

/* Reasons in the text; JSON has all. */
#define SUMMARY_TEXT_REASONS 12

static const double summary_pct[] = { 50, 90, 99 };

static void summary_json_top(struct json *j, const char *key, const char *name,
			     const struct topk *t)
{
	const struct topk_slot *best[SUMMARY_TOP];
	unsigned n = topk_best(t, best, SUMMARY_TOP), i;
	char text[IP_ADDR_TEXT_MAX];

	json_begin(j, key, '[');
	for (i = 0; i < n; i++) {
		json_begin(j, NULL, '{');
		json_str(j, name, ip_addr_format(&best[i]->key, text));
		json_u64(j, "flows", best[i]->count);
		json_u64(j, "findings", best[i]->value);
		json_u64(j, "error", best[i]->error);
		json_end(j);
	}
	json_end(j);
}

static void summary_json_hist(struct json *j, const char *key,
			      const struct hist *h)
{
	static const char *const names[] = { "p50", "p90", "p99" };
	unsigned i;

	json_begin(j, key, '{');
	json_u64(j, "count", h->count);
	if (h->count) {
		json_u64(j, "min", h->min);
		for (i = 0; i < ARRAY_SIZE(names); i++)
			json_u64(j, names[i],
				 hist_percentile(h, summary_pct[i]));
		json_u64(j, "max", h->max);
	}
	json_end(j);
}

static void summary_json_modes(struct json *j, const struct summary *s)
{
	unsigned i, v;

	json_begin(j, "modes", '{');
	for (i = 0; i < SUMMARY_MODE_MAX && summary_mode_name(i); i++) {
		uint64_t sum = 0;

		for (v = 0; v < VERDICTS; v++)
			sum += s->mode[i][v];
		if (!sum)
			continue;
		json_begin(j, summary_mode_name(i), '{');
		for (v = 0; v < VERDICTS; v++)
			if (s->mode[i][v])
				json_u64(j, verdict_name((enum verdict)v),
					 s->mode[i][v]);
		json_end(j);
	}
	json_end(j);
}

void summary_json(struct json *j, const struct summary *s)
{
	unsigned i;

	json_u64(j, "tcp_flows", s->tcp);
	json_u64(j, "udp_flows", s->flows - s->tcp);
	summary_json_modes(j, s);
	json_begin(j, "reasons", '[');
	for (i = 0; i < s->reasons; i++) {
		const struct summary_reason *r = &s->reason[i];

		json_begin(j, NULL, '{');
		json_str(j, "verdict", verdict_name(r->verdict));
		if (r->anomaly != ANOMALY_NONE)
			json_str(j, "anomaly", anomaly_slug(r->anomaly));
		json_u64(j, "flows", r->flows);
		json_u64(j, "first_flow", r->first);
		json_u64(j, "frame", r->frame);
		json_end(j);
	}
	json_end(j);
	summary_json_top(j, "top_clients", "client", &s->clients);
	summary_json_top(j, "top_peers", "peer", &s->peers);
	summary_json_hist(j, "header_us", &s->header_us);
	summary_json_hist(j, "reply_us", &s->reply_us);
}

static void summary_head(struct paint *p, enum paint_style style,
			 const char *text)
{
	(void)fputc('\n', p->out);
	paint_put(p, style, text);
	(void)fputc('\n', p->out);
}

static uint64_t summary_mode_sum(const struct summary *s, unsigned mode)
{
	uint64_t sum = 0;
	unsigned v;

	for (v = 0; v < VERDICTS; v++)
		sum += s->mode[mode][v];
	return sum;
}

/* One row a verdict, one column a mode. */
static void summary_table(struct paint *p, const struct summary *s)
{
	char text[32];
	unsigned i, v;

	(void)snprintf(text, sizeof(text), "%-14s", "Verdict");
	paint_put(p, PAINT_STRONG, text);
	for (i = 0; i < SUMMARY_MODE_MAX && summary_mode_name(i); i++) {
		if (!summary_mode_sum(s, i))
			continue;
		(void)snprintf(text, sizeof(text), "%9s", summary_mode_name(i));
		paint_put(p, PAINT_STRONG, text);
	}
	paint_put(p, PAINT_STRONG, "      all\n");
	for (v = 0; v < VERDICTS; v++) {
		if (!s->verdict[v])
			continue;
		(void)snprintf(text, sizeof(text), "%-14s",
			       verdict_name((enum verdict)v));
		paint_put(p, paint_verdict((enum verdict)v), text);
		for (i = 0; i < SUMMARY_MODE_MAX && summary_mode_name(i); i++)
			if (summary_mode_sum(s, i))
				(void)fprintf(
					p->out, "%9llu",
					(unsigned long long)s->mode[i][v]);
		(void)fprintf(p->out, "%9llu\n",
			      (unsigned long long)s->verdict[v]);
	}
}

static void summary_reasons(struct paint *p, const struct summary *s)
{
	unsigned n = s->reasons < SUMMARY_TEXT_REASONS ? s->reasons
						       : SUMMARY_TEXT_REASONS;
	unsigned i;

	if (!n)
		return;
	summary_head(p, PAINT_STRONG, "Why");
	for (i = 0; i < n; i++) {
		const struct summary_reason *r = &s->reason[i];
		const char *reason = check_reason(r->verdict, r->anomaly);

		paint_word(p, PAINT_PLAIN, "%7llu",
			   (unsigned long long)r->flows);
		paint_word(p, paint_verdict(r->verdict), "%s",
			   verdict_name(r->verdict));
		if (reason)
			paint_word(p, PAINT_PLAIN, "%s", reason);
		paint_word(p, PAINT_FAINT, "first: flow %llu, frame %llu",
			   (unsigned long long)r->first,
			   (unsigned long long)r->frame);
		paint_end(p);
		if (r->advice)
			paint_item(p, 2, "", PAINT_PLAIN, " %s", r->advice);
	}
	if (s->reasons > n)
		(void)fprintf(p->out, "         %u more: see -J\n",
			      s->reasons - n);
}

static void summary_top(struct paint *p, const char *title,
			const struct topk *t)
{
	const struct topk_slot *best[SUMMARY_TOP];
	unsigned n = topk_best(t, best, SUMMARY_TOP), i;
	char text[IP_ADDR_TEXT_MAX], line[96], flows[24];

	if (!n)
		return;
	(void)snprintf(line, sizeof(line), "%-39s %9s %9s", title, "flows",
		       "findings");
	summary_head(p, PAINT_STRONG, line);
	for (i = 0; i < n; i++) {
		(void)snprintf(flows, sizeof(flows), "%s%llu",
			       best[i]->error ? "<=" : "",
			       (unsigned long long)best[i]->count);
		(void)fprintf(p->out, "%-39s %9s %9llu\n",
			      ip_addr_format(&best[i]->key, text), flows,
			      (unsigned long long)best[i]->value);
	}
}

static void summary_delay(struct paint *p, const char *title,
			  const struct hist *h)
{
	char text[VIEW_TIME_MAX];
	unsigned i;

	if (!h->count)
		return;
	(void)fprintf(p->out, "%-28s %9llu", title,
		      (unsigned long long)h->count);
	for (i = 0; i < ARRAY_SIZE(summary_pct); i++)
		(void)fprintf(
			p->out, " %9s",
			tree_span((int64_t)hist_percentile(h, summary_pct[i]),
				  text));
	(void)fprintf(p->out, " %9s\n", tree_span((int64_t)h->max, text));
}

void summary_text(struct paint *p, const struct summary *s)
{
	char first[VIEW_TIME_MAX], span[VIEW_TIME_MAX];
	char line[96];

	(void)fprintf(p->out, "%llu flow%s: %llu TCP, %llu UDP",
		      (unsigned long long)s->flows, s->flows == 1 ? "" : "s",
		      (unsigned long long)s->tcp,
		      (unsigned long long)(s->flows - s->tcp));
	if (s->first_ns != FRAME_NO_TIME)
		(void)fprintf(p->out, "; from %s, for %s",
			      view_time(s->first_ns, " ", " UTC", first),
			      tree_span((s->last_ns - s->first_ns) / 1000,
					span));
	(void)fputs("\n", p->out);
	if (!s->flows)
		return;
	(void)fputc('\n', p->out);
	summary_table(p, s);
	summary_reasons(p, s);
	summary_top(p, "Top clients, as named", &s->clients);
	summary_top(p, "Top senders", &s->peers);
	if (!s->header_us.count && !s->reply_us.count)
		return;
	(void)snprintf(line, sizeof(line), "%-28s %9s %9s %9s %9s %9s",
		       "Delays", "flows", "p50", "p90", "p99", "max");
	summary_head(p, PAINT_STRONG, line);
	summary_delay(p, "handshake to header", &s->header_us);
	summary_delay(p, "header to first reply", &s->reply_us);
}
