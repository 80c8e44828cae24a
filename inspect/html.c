/* SPDX-License-Identifier: BSD-2-Clause */
/* html.c - see html.h: what the page is made of */
#include "html.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/str.h"
#include "outfile.h"
#include "report.h"

struct html {
	struct html_page page;
	struct outfile *out;
	uint32_t room;
};

static struct html_finding *html_more(struct html *h)
{
	struct html_page *page = &h->page;

	if (page->count == h->room) {
		uint32_t room = h->room ? h->room * 2 : 64;
		struct html_finding *more = NULL;

		if (page->count < HTML_FINDINGS_MAX)
			more = realloc(page->finding,
				       (size_t)room * sizeof(*more));
		if (!more)
			return NULL;
		page->finding = more;
		h->room = room;
	}
	return &page->finding[page->count++];
}

static int html_flow(void *ctx, const struct flow *fl, const struct check *c)
{
	struct html *h = ctx;
	struct html_finding *to;
	char verdict[REPORT_VERDICT_MAX];
	struct view v;
	unsigned i;

	view_init(&v, fl, c);
	summary_add(h->page.summary, &v);
	if (!view_is_finding(&v))
		return 0;
	to = html_more(h);
	if (!to) {
		h->page.refused++;
		return 0;
	}
	*to = (struct html_finding) {
		.id = fl->id,
		.first_frame = fl->first_frame,
		.last_frame = fl->last_frame,
		.first_ns = fl->first_ns,
		.transport = v.transport,
		.mode = v.mode,
		.src = v.client->end,
		.dst = v.origin->end,
		.check = *c,
	};
	(void)view_named(&v, to->named);
	(void)str_copy(to->verdict, sizeof(to->verdict),
		       report_verdict(&v, verdict));
	mark_init(&to->mark, &v);
	for (i = 0; i < to->mark.count; i++)
		peek_want(h->page.peek, to->mark.frame[i].number);
	return 0;
}

static int html_end(void *ctx, const struct tally *t, int status)
{
	struct html *h = ctx;
	int err;

	outfile_begin(h->out);
	err = peek_fetch(h->page.peek, h->page.cfg);
	h->page.tally = t;
	h->page.status = status;
	summary_sort(h->page.summary);
	html_write(outfile_stream(h->out), &h->page);
	if (outfile_done(h->out) != 0 && !err)
		err = -EIO;
	h->out = NULL;
	return err;
}

static void html_free(void *ctx)
{
	struct html *h = ctx;

	outfile_drop(h->out);
	peek_free(h->page.peek);
	free(h->page.summary);
	free(h->page.finding);
	free(h);
}

int html_open(const struct config *cfg, struct sinks *s)
{
	static const struct sink_ops ops = {
		.flow = html_flow,
		.end = html_end,
		.free = html_free,
	};
	struct html *h = calloc(1, sizeof(*h));
	int r;

	if (h)
		h->page.summary = summary_new();
	if (!h || !h->page.summary ||
	    peek_new(HTML_FINDINGS_MAX * MARK_FRAME_MAX, &h->page.peek) != 0) {
		log_error("out of memory");
		if (h)
			html_free(h);
		return -ENOMEM;
	}
	h->page.cfg = cfg;
	r = outfile_open(cfg, cfg->output.report, &h->out);
	if (r) {
		html_free(h);
		return r;
	}
	return sinks_add(s, &ops, h);
}
