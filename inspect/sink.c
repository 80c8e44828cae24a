/* SPDX-License-Identifier: BSD-2-Clause */
/* sink.c - see sink.h */
#include "sink.h"

#include <errno.h>
#include <stdlib.h>

#include "annotate.h"
#include "base/log.h"
#include "html.h"
#include "report.h"
#include "report_hex.h"
#include "rows.h"
#include "summary.h"
#include "write_bad.h"

/* @out: flushed at the end, of a live capture after each flow; NULL if nobody
 * writes there
 */
struct sinks {
	FILE *out;
	bool is_live;
	unsigned count;
	struct sink {
		const struct sink_ops *ops;
		void *ctx;
	} sink[SINK_MAX];
};

static void sink_free(struct sink *s)
{
	if (s->ops->free)
		s->ops->free(s->ctx);
}

int sinks_add(struct sinks *s, const struct sink_ops *ops, void *ctx)
{
	struct sink sink = { .ops = ops, .ctx = ctx };

	if (s->count == SINK_MAX) {
		sink_free(&sink);
		return -ENOBUFS;
	}
	s->sink[s->count++] = sink;
	return 0;
}

static int sinks_open_main(const struct config *cfg, FILE *out, struct sinks *s)
{
	const struct output *o = &cfg->output;

	/* the table is all that stands there */
	if (cfg->want_top)
		return 0;
	if (o->want_summary)
		return summary_open(cfg, out, s);
	if (o->format == OUTPUT_FIELDS || o->format == OUTPUT_CSV ||
	    o->field_count)
		return rows_open(cfg, out, s);
	if (o->want_hex)
		return report_hex_open(cfg, out, s);
	return report_open(cfg, out, s);
}

int sinks_new(struct sinks **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

int sinks_open(const struct config *cfg, FILE *out, struct sinks **ret)
{
	struct sinks *s = calloc(1, sizeof(*s));
	int r;

	if (!s) {
		log_error("out of memory");
		return -ENOMEM;
	}
	s->out = out;
	s->is_live = cfg->source.live.iface != NULL;
	r = sinks_open_main(cfg, out, s);
	if (!r && cfg->output.report)
		r = html_open(cfg, s);
	if (!r && cfg->output.annotate)
		r = annotate_open(cfg, s);
	if (!r && cfg->output.write_bad)
		r = write_bad_open(cfg, s);
	if (r) {
		sinks_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

int sinks_flow(struct sinks *s, const struct flow *fl, const struct check *c)
{
	int err = 0;
	unsigned i;

	for (i = 0; i < s->count; i++) {
		const struct sink *sink = &s->sink[i];
		int r = sink->ops->flow ? sink->ops->flow(sink->ctx, fl, c) : 0;

		if (r && !err)
			err = r;
	}
	/* whoever reads a pipe wants to see it now; errors show at the end */
	if (s->is_live && s->out)
		(void)fflush(s->out);
	return err;
}

int sinks_end(struct sinks *s, const struct tally *t, int status)
{
	int err = 0;
	unsigned i;

	for (i = 0; i < s->count; i++) {
		const struct sink *sink = &s->sink[i];
		int r = 0;

		if (sink->ops->end)
			r = sink->ops->end(sink->ctx, t, status);
		if (r && !err)
			err = r;
	}
	/* What is said on stderr then comes behind it. */
	if (s->out && fflush(s->out) != 0 && !err) {
		log_error("standard output: cannot write");
		err = -EIO;
	}
	return err;
}

bool sinks_want_order(const struct sinks *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (s->sink[i].ops->flow && !s->sink[i].ops->any_order)
			return true;
	return false;
}

bool sinks_can_split(const struct sinks *s, uint64_t flows)
{
	unsigned i;

	for (i = 0; i < s->count; i++) {
		const struct sink_ops *ops = s->sink[i].ops;

		if (!ops->can_split || !ops->can_split(s->sink[i].ctx, flows))
			return false;
	}
	return true;
}

struct sinks *sinks_split(const struct sinks *s)
{
	struct sinks *part = NULL;
	unsigned i;

	if (sinks_new(&part) != 0)
		return NULL;
	for (i = 0; i < s->count; i++) {
		const struct sink_ops *ops = s->sink[i].ops;
		void *ctx = ops->split(s->sink[i].ctx);

		if (!ctx) {
			sinks_free(part);
			return NULL;
		}
		(void)sinks_add(part, ops, ctx); /* as many as fit in @s */
	}
	return part;
}

void sinks_join(struct sinks *s, const struct sinks *by)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		s->sink[i].ops->join(s->sink[i].ctx, by->sink[i].ctx);
}

void sinks_free(struct sinks *s)
{
	unsigned i;

	if (!s)
		return;
	for (i = 0; i < s->count; i++)
		sink_free(&s->sink[i]);
	free(s);
}
