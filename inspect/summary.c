/* SPDX-License-Identifier: BSD-2-Clause */
/* summary.c - see summary.h */
#include "summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "wire/ip.h"

#define SUMMARY_JSON_MAX 65536

struct summary_sink {
	const struct config *cfg;
	FILE *out;
	struct summary *summary;
};

/* "none" first; then the modes, but auto and off are nothing that a flow has.
 */
const char *summary_mode_name(unsigned i)
{
	unsigned k;

	if (i == 0)
		return "none";
	for (k = 0; hdr_mode_names[k]; k++)
		if (k != HDR_MODE_AUTO && k != HDR_MODE_OFF && --i == 0)
			return hdr_mode_names[k];
	return NULL;
}

unsigned summary_mode(const char *name)
{
	unsigned i;

	for (i = 0; i < SUMMARY_MODE_MAX && summary_mode_name(i); i++)
		if (strcmp(summary_mode_name(i), name) == 0)
			return i;
	return 0;
}

struct summary *summary_new(void)
{
	struct summary *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->first_ns = s->last_ns = FRAME_NO_TIME;
	return s;
}

/* summary_reason() - @by->flows more for that reason, of which the first to
 * begin is @by's
 */
static void summary_reason(struct summary *s, const struct summary_reason *by)
{
	struct summary_reason *r;
	unsigned i;

	for (i = 0; i < s->reasons; i++)
		if (s->reason[i].verdict == by->verdict &&
		    s->reason[i].anomaly == by->anomaly)
			break;
	if (i == SUMMARY_REASON_MAX) {
		s->reasons_refused += by->flows;
		return;
	}
	r = &s->reason[i];
	if (i == s->reasons) {
		s->reasons++;
		*r = *by;
		return;
	}
	r->flows += by->flows;
	if (by->first < r->first) {
		r->first = by->first;
		r->frame = by->frame;
	}
}

static void summary_flow_reason(struct summary *s, const struct view *v)
{
	const struct check *c = v->check;
	const struct summary_reason by = {
		.verdict = c->verdict,
		.anomaly = c->anomaly,
		.flows = 1,
		.first = v->flow->id,
		.frame = c->frame ? c->frame : v->flow->first_frame,
		.advice = c->advice,
	};

	summary_reason(s, &by);
}

static void summary_span(struct summary *s, int64_t first_ns, int64_t last_ns)
{
	if (first_ns == FRAME_NO_TIME)
		return;
	if (s->first_ns == FRAME_NO_TIME || first_ns < s->first_ns)
		s->first_ns = first_ns;
	if (s->last_ns == FRAME_NO_TIME || last_ns > s->last_ns)
		s->last_ns = last_ns;
}

static void summary_times(struct summary *s, const struct view *v)
{
	const struct flow *fl = v->flow;
	struct facts_timing t = facts_timing(&fl->facts, fl->proto);

	if (t.header_us >= 0)
		hist_add(&s->header_us, (uint64_t)t.header_us);
	if (t.reply_us >= 0)
		hist_add(&s->reply_us, (uint64_t)t.reply_us);
	timeline_add(&s->timeline, fl->first_ns, v->check->verdict);
	summary_span(s, fl->first_ns, fl->last_ns);
}

void summary_add(struct summary *s, const struct view *v)
{
	enum verdict verdict = v->check->verdict;
	bool is_finding = view_is_finding(v);
	struct topk_slot *slot;

	s->flows++;
	s->tcp += v->flow->proto == IP_PROTO_TCP;
	s->verdict[verdict]++;
	s->mode[summary_mode(v->mode)][verdict]++;
	if (verdict != VERDICT_OK)
		summary_flow_reason(s, v);
	if (v->has_client) {
		slot = topk_add(&s->clients, &v->named.addr);
		slot->value += is_finding;
	}
	slot = topk_add(&s->peers, &v->client->end.addr);
	slot->value += is_finding;
	summary_times(s, v);
}

bool summary_can_add(const struct summary *s, uint64_t flows)
{
	return !s->reasons_refused && topk_can_add(&s->clients, flows) &&
	       topk_can_add(&s->peers, flows);
}

void summary_merge(struct summary *s, const struct summary *by)
{
	unsigned i, v;

	s->flows += by->flows;
	s->tcp += by->tcp;
	for (v = 0; v < VERDICTS; v++) {
		s->verdict[v] += by->verdict[v];
		for (i = 0; i < SUMMARY_MODE_MAX; i++)
			s->mode[i][v] += by->mode[i][v];
	}
	for (i = 0; i < by->reasons; i++)
		summary_reason(s, &by->reason[i]);
	s->reasons_refused += by->reasons_refused;
	topk_merge(&s->clients, &by->clients);
	topk_merge(&s->peers, &by->peers);
	hist_merge(&s->header_us, &by->header_us);
	hist_merge(&s->reply_us, &by->reply_us);
	summary_span(s, by->first_ns, by->last_ns);
}

static int summary_compare(const void *a, const void *b)
{
	const struct summary_reason *x = a, *y = b;

	if (x->flows != y->flows)
		return x->flows > y->flows ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

void summary_sort(struct summary *s)
{
	qsort(s->reason, s->reasons, sizeof(s->reason[0]), summary_compare);
}

static int summary_flow(void *ctx, const struct flow *fl, const struct check *c)
{
	struct summary_sink *sink = ctx;
	struct view v;

	view_init(&v, fl, c);
	summary_add(sink->summary, &v);
	return 0;
}

static int summary_end_json(struct summary_sink *sink, const struct tally *t,
			    int status)
{
	char *buf = malloc(SUMMARY_JSON_MAX);
	struct json j;

	if (!buf) {
		log_error("out of memory");
		return -ENOMEM;
	}
	json_open(&j, buf, SUMMARY_JSON_MAX, "summary");
	tally_json(&j, t);
	summary_json(&j, sink->summary);
	json_u64(&j, "exit", (uint64_t)status);
	ASSERT(json_write(&j, sink->out)); /* each part of it is bounded */
	free(buf);
	return 0;
}

static int summary_end(void *ctx, const struct tally *t, int status)
{
	struct summary_sink *sink = ctx;
	struct paint paint;

	summary_sort(sink->summary);
	if (sink->cfg->want_json)
		return summary_end_json(sink, t, status);
	paint_init(&paint, sink->out,
		   (enum paint_when)sink->cfg->output.colour);
	summary_text(&paint, sink->summary);
	return 0;
}

static void summary_free(void *ctx)
{
	struct summary_sink *sink = ctx;

	free(sink->summary);
	free(sink);
}

static bool summary_can_split(const void *ctx, uint64_t flows)
{
	const struct summary_sink *sink = ctx;

	return summary_can_add(sink->summary, flows);
}

static void *summary_split(const void *ctx)
{
	const struct summary_sink *of = ctx;
	struct summary_sink *sink = calloc(1, sizeof(*sink));

	if (!sink)
		return NULL;
	*sink = *of;
	sink->summary = summary_new();
	if (sink->summary)
		return sink;
	free(sink);
	return NULL;
}

static void summary_join(void *ctx, const void *by)
{
	struct summary_sink *sink = ctx;
	const struct summary_sink *other = by;

	summary_merge(sink->summary, other->summary);
}

int summary_open(const struct config *cfg, FILE *out, struct sinks *s)
{
	static const struct sink_ops ops = {
		.flow = summary_flow,
		.end = summary_end,
		.free = summary_free,
		.any_order = true,
		.can_split = summary_can_split,
		.split = summary_split,
		.join = summary_join,
	};
	struct summary_sink *sink = calloc(1, sizeof(*sink));

	if (sink)
		sink->summary = summary_new();
	if (!sink || !sink->summary) {
		free(sink);
		log_error("out of memory");
		return -ENOMEM;
	}
	sink->cfg = cfg;
	sink->out = out;
	return sinks_add(s, &ops, sink);
}
