/* SPDX-License-Identifier: BSD-2-Clause */
/* annotate.c - see annotate.h */
#include "annotate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "base/log.h"
#include "carry.h"
#include "outfile.h"
#include "pcapng_out.h"
#include "recap.h"
#include "view.h"

enum annotate_kind {
	ANNOTATE_VERDICT,
	ANNOTATE_REMARK,
	ANNOTATE_BEGIN, /* of a header in several frames */
	ANNOTATE_END,
};

/* @arg: the byte that is wrong; the header's length */
struct annotate_note {
	uint64_t frame;
	uint64_t flow;
	uint32_t arg;
	uint16_t anomaly;
	uint8_t verdict;
	uint8_t kind;
};

struct annotate {
	const struct config *cfg;
	struct outfile *file;
	FILE *out; /* its stream */
	uint64_t refused;
	uint32_t count;
	uint32_t room;
	struct annotate_note *note;
	struct pcapng_comments comments;
};

static void annotate_add(struct annotate *a, const struct annotate_note *note)
{
	if (!note->frame)
		return;
	if (a->count == a->room) {
		uint32_t room = a->room ? a->room * 2 : 256;
		struct annotate_note *more = NULL;

		if (a->count < ANNOTATE_NOTES_MAX)
			more = realloc(a->note, (size_t)room * sizeof(*more));
		if (!more) {
			a->refused++;
			return;
		}
		a->note = more;
		a->room = room;
	}
	a->note[a->count++] = *note;
}

static int annotate_flow(void *ctx, const struct flow *fl,
			 const struct check *c)
{
	struct annotate *a = ctx;
	struct annotate_note note = { .flow = fl->id };
	struct view v;
	uint32_t i;

	view_init(&v, fl, c);
	note.verdict = (uint8_t)c->verdict;
	note.frame = c->frame	 ? c->frame
		     : v.carrier ? v.carrier
				 : fl->first_frame;
	if (c->verdict != VERDICT_OK) {
		note.anomaly = (uint16_t)c->anomaly;
		note.arg = c->off;
		annotate_add(a, &note);
	}
	note.kind = ANNOTATE_REMARK;
	for (i = 0; i < c->remark_count; i++) {
		note.anomaly = (uint16_t)c->remark[i];
		annotate_add(a, &note);
	}
	if (!v.has_hdr || v.find->frame == v.find->frame_last)
		return 0;
	note.kind = ANNOTATE_BEGIN;
	note.frame = v.find->frame;
	note.arg = v.hdr.hdr_len;
	annotate_add(a, &note);
	note.kind = ANNOTATE_END;
	note.frame = v.find->frame_last;
	annotate_add(a, &note);
	return 0;
}

static int annotate_compare(const void *x, const void *y)
{
	const struct annotate_note *a = x, *b = y;

	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	if (a->flow != b->flow)
		return a->flow < b->flow ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (int)a->anomaly - (int)b->anomaly;
}

static char *annotate_room(struct annotate *a)
{
	struct pcapng_comments *c = &a->comments;

	return c->count < PCAPNG_COMMENTS ? c->text[c->count++] : NULL;
}

static void annotate_say(struct annotate *a, const struct annotate_note *n)
{
	char *text = annotate_room(a);
	enum verdict v = (enum verdict)n->verdict;
	enum anomaly anomaly = (enum anomaly)n->anomaly;
	const struct anomaly_info *info = anomaly_info(anomaly);
	const char *advice = advice_text(v, anomaly);
	unsigned long long flow = n->flow;

	if (!text)
		return;
	switch ((enum annotate_kind)n->kind) {
	case ANNOTATE_VERDICT:
		(void)snprintf(text, PCAPNG_COMMENT_MAX,
			       "tp-inspect: flow %llu: %s: %s (%s). %s", flow,
			       verdict_name(v),
			       anomaly == ANOMALY_NONE ? "" : info->text,
			       info->slug, advice ? advice : "");
		break;
	case ANNOTATE_REMARK:
		(void)snprintf(text, PCAPNG_COMMENT_MAX,
			       "tp-inspect: flow %llu: remark: %s (%s)", flow,
			       info->text, info->slug);
		break;
	case ANNOTATE_BEGIN:
		(void)snprintf(text, PCAPNG_COMMENT_MAX,
			       "tp-inspect: flow %llu: a header of %u bytes "
			       "begins here",
			       flow, n->arg);
		break;
	case ANNOTATE_END:
		(void)snprintf(text, PCAPNG_COMMENT_MAX,
			       "tp-inspect: flow %llu: the header of %u bytes "
			       "ends here",
			       flow, n->arg);
		break;
	}
}

static void annotate_carrier(struct annotate *a, const struct packet *pkt)
{
	char carried[CARRY_MAX];
	char *text;

	if (!*carry_text(a->cfg, pkt, carried))
		return;
	text = annotate_room(a);
	if (text)
		(void)snprintf(text, PCAPNG_COMMENT_MAX, "tp-inspect: %s",
			       carried);
}

/* What a comment of ours says behind the flow's number, which is another one if
 * flows were left out since.
 */
static const char *annotate_rest(const char *text, size_t len)
{
	static const char flow[] = "tp-inspect: flow ";
	size_t at = sizeof(flow) - 1;

	if (len < at || memcmp(text, flow, at) != 0)
		return text;
	while (at < len && text[at] >= '0' && text[at] <= '9')
		at++;
	return text + at;
}

static bool annotate_is_same(const char *text, const struct capfile_opt *o)
{
	const char *old = (const char *)o->value;
	const char *a = annotate_rest(text, strlen(text));
	const char *b = annotate_rest(old, o->len);
	size_t len = (size_t)(old + o->len - b);

	return (a == text) == (b == old) && strlen(a) == len &&
	       memcmp(a, b, len) == 0;
}

/* annotate_drop() - leave out comments that @p has already: it may come from
 * an earlier --annotate
 */
static void annotate_drop(struct annotate *a, const struct capfile *cf,
			  const struct recap_piece *p)
{
	struct pcapng_comments *c = &a->comments;
	const uint8_t *at, *end;
	struct capfile_opt o;
	unsigned i;

	capfile_opts(cf, p->raw, p->len, &at, &end);
	while (capfile_opt_next(cf, &at, end, &o)) {
		for (i = 0; i < c->count; i++)
			if (o.code == CAPFILE_OPT_COMMENT &&
			    annotate_is_same(c->text[i], &o))
				break;
		if (i == c->count)
			continue;
		c->count--;
		memmove(c->text[i], c->text[i + 1],
			(c->count - i) * sizeof(c->text[i]));
	}
}

static void annotate_put(struct annotate *a, const struct recap *r,
			 const struct recap_piece *p, bool is_first)
{
	const struct capfile *cf = recap_file(r);

	if (p->has_frame && cf->format == CAPFILE_PCAPNG)
		annotate_drop(a, cf, p);
	if (cf->format == CAPFILE_PCAP) {
		if (is_first) {
			pcapng_put_section(a->out, "tp-inspect");
			pcapng_put_iface(a->out, cf->pcap_link, 0);
		}
		pcapng_put_packet(a->out, &p->frame, 0, &a->comments);
	} else if (p->has_frame && a->comments.count) {
		pcapng_put_commented(a->out, cf, p->raw, p->len, &p->frame,
				     &a->comments);
	} else {
		pcapng_put_block(a->out, cf, p->raw, p->len);
	}
}

static void annotate_write(struct annotate *a, struct recap *r,
			   struct decoder *d)
{
	struct recap_piece p;
	bool is_first = true;
	uint32_t at = 0;

	while (!outfile_is_stopped(a->file) && recap_next(r, &p) > 0) {
		struct packet pkt;
		struct wire_err err;

		a->comments.count = 0;
		if (p.has_frame &&
		    decode_frame(d, &p.frame, false, &pkt, &err) == DECODE_OK)
			annotate_carrier(a, &pkt);
		while (p.has_frame && at < a->count &&
		       a->note[at].frame <= p.frame.number)
			annotate_say(a, &a->note[at++]);
		annotate_put(a, r, &p, is_first);
		is_first = false;
	}
	if (is_first)
		pcapng_put_section(a->out, "tp-inspect");
}

static int annotate_end(void *ctx, const struct tally *t, int status)
{
	struct annotate *a = ctx;
	struct recap *r = NULL;
	struct decoder *d = NULL;
	int err;

	(void)t;
	(void)status;
	outfile_begin(a->file);
	if (a->count)
		qsort(a->note, a->count, sizeof(*a->note), annotate_compare);
	err = recap_open(a->cfg->path, &r);
	if (!err)
		err = decoder_new(&a->cfg->decode, &d);
	if (!err)
		annotate_write(a, r, d);
	decoder_free(d);
	recap_close(r);
	if (a->refused)
		log_warn("%s: %llu notes more than can be kept were left out",
			 a->cfg->output.annotate,
			 (unsigned long long)a->refused);
	if (err)
		outfile_drop(a->file);
	else
		err = outfile_done(a->file);
	a->file = NULL;
	return err;
}

static void annotate_free(void *ctx)
{
	struct annotate *a = ctx;

	outfile_drop(a->file);
	free(a->note);
	free(a);
}

int annotate_open(const struct config *cfg, struct sinks *s)
{
	static const struct sink_ops ops = {
		.flow = annotate_flow,
		.end = annotate_end,
		.free = annotate_free,
	};
	struct annotate *a = calloc(1, sizeof(*a));
	int r;

	if (!a) {
		log_error("out of memory");
		return -ENOMEM;
	}
	a->cfg = cfg;
	r = outfile_open(cfg, cfg->output.annotate, &a->file);
	if (r) {
		free(a);
		return r;
	}
	a->out = outfile_stream(a->file);
	return sinks_add(s, &ops, a);
}
