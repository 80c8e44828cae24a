/* SPDX-License-Identifier: BSD-2-Clause */
/* report_hex.c - see report_hex.h */
#include "report_hex.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "mark.h"
#include "peek.h"
#include "report.h"
#include "tree.h"

/* @text_end: where the flow's text ends */
struct hex_flow {
	size_t text_end;
	struct mark mark;
};

/* @text: into @buf, of all flows; @paint writes there */
struct report_hex {
	const struct config *cfg;
	FILE *out;
	FILE *text;
	char *buf;
	size_t buf_len;
	struct paint paint;
	struct peek *peek;
	uint32_t count;
	uint32_t room;
	uint64_t refused;
	struct hex_flow *flow;
};

static struct hex_flow *hex_more(struct report_hex *r)
{
	if (r->count == REPORT_HEX_MAX)
		return NULL;
	if (r->count == r->room) {
		uint32_t room = r->room ? r->room * 2 : 16;
		struct hex_flow *more =
			realloc(r->flow, (size_t)room * sizeof(*more));

		if (!more)
			return NULL;
		r->flow = more;
		r->room = room;
	}
	return &r->flow[r->count++];
}

static int hex_flow(void *ctx, const struct flow *fl, const struct check *c)
{
	struct report_hex *r = ctx;
	struct hex_flow *to;
	struct view v;
	unsigned i;

	if (r->cfg->output.flow && r->cfg->output.flow != fl->id)
		return 0;
	to = hex_more(r);
	if (!to) {
		r->refused++;
		return 0;
	}
	view_init(&v, fl, c);
	if (r->cfg->output.want_tree && r->count > 1)
		(void)fputc('\n', r->text);
	if (r->cfg->output.want_tree)
		tree_put(&r->paint, &v);
	else
		report_line(&r->paint, &v);
	if (fflush(r->text) != 0)
		return -ENOMEM;
	to->text_end = r->buf_len;
	mark_init(&to->mark, &v);
	for (i = 0; i < to->mark.count; i++)
		peek_want(r->peek, to->mark.frame[i].number);
	return 0;
}

static const char *hex_what(enum mark_what what)
{
	switch (what) {
	case MARK_HEADER:
		return "the header";
	case MARK_REST:
		return "the header's end";
	case MARK_OPTION:
		return "the option";
	case MARK_MALFORMED:
		return "what is malformed";
	case MARK_NOTHING:
		break;
	}
	return "";
}

static void hex_frame(struct report_hex *r, const struct mark *m, unsigned i)
{
	const struct frame *f = peek_get(r->peek, m->frame[i].number);
	const char *what = hex_what(m->frame[i].what);
	struct hexdump_range mark;

	if (!f)
		return;
	mark = mark_find(m, i, f);
	(void)fprintf(r->out, "    frame %llu", (unsigned long long)f->number);
	if (mark.hi > mark.lo)
		(void)fprintf(r->out, ", bytes %zu to %zu: %s", mark.lo,
			      mark.hi - 1, what);
	(void)fputc('\n', r->out);
	hexdump_put(&r->paint, f->data, f->cap_len, &mark);
	if (f->cap_len < f->wire_len)
		(void)fprintf(r->out, "    ... of %u bytes\n", f->wire_len);
}

/* The capture cannot be read again: what the flow kept is shown. */
static void hex_kept(struct report_hex *r, const struct mark *m)
{
	struct hexdump_range all = { 0, m->len };

	if (!m->len)
		return;
	(void)fprintf(r->out, "    %s%s\n",
		      hex_what(m->frame[0].what == MARK_OPTION ? MARK_OPTION
							       : MARK_HEADER),
		      m->len < m->hdr_len ? ", the begin" : "");
	hexdump_put(&r->paint, m->bytes, m->len, &all);
}

static int hex_end(void *ctx, const struct tally *t, int status)
{
	struct report_hex *r = ctx;
	size_t at = 0;
	uint32_t i;
	unsigned k;
	int err = peek_fetch(r->peek, r->cfg);

	(void)t;
	(void)status;
	r->paint.out = r->out;
	for (i = 0; i < r->count; i++) {
		const struct hex_flow *fl = &r->flow[i];

		(void)fwrite(r->buf + at, 1, fl->text_end - at, r->out);
		at = fl->text_end;
		for (k = 0; k < fl->mark.count; k++)
			hex_frame(r, &fl->mark, k);
		if (!peek_can(r->cfg))
			hex_kept(r, &fl->mark);
	}
	if (r->refused)
		log_warn("%llu more flows are not shown: choose some with a "
			 "filter or --flow",
			 (unsigned long long)r->refused);
	return err;
}

static void hex_free(void *ctx)
{
	struct report_hex *r = ctx;

	if (r->text)
		(void)fclose(r->text);
	free(r->buf);
	free(r->flow);
	peek_free(r->peek);
	free(r);
}

int report_hex_open(const struct config *cfg, FILE *out, struct sinks *s)
{
	static const struct sink_ops ops = {
		.flow = hex_flow,
		.end = hex_end,
		.free = hex_free,
	};
	struct report_hex *r = calloc(1, sizeof(*r));

	if (!r)
		goto no_memory;
	r->cfg = cfg;
	r->out = out;
	paint_init(&r->paint, out, (enum paint_when)cfg->output.colour);
	r->text = open_memstream(&r->buf, &r->buf_len);
	if (!r->text ||
	    peek_new(REPORT_HEX_MAX * MARK_FRAME_MAX, &r->peek) != 0)
		goto no_memory;
	r->paint.out = r->text;
	return sinks_add(s, &ops, r);

no_memory:
	if (r)
		hex_free(r);
	log_error("out of memory");
	return -ENOMEM;
}
