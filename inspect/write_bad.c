/* SPDX-License-Identifier: BSD-2-Clause */
/* write_bad.c - see write_bad.h */
#include "write_bad.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "outfile.h"
#include "pcapng_out.h"
#include "recap.h"
#include "view.h"
#include "wire/link.h"

#define WRITE_BAD_PCAP_NS  0xa1b23c4d
#define WRITE_BAD_PCAP_CAP 262144

/* A flow: its ends as one number (bad_key()), and where it begins and ends. */
struct bad_flow {
	uint64_t key;
	uint64_t first;
	uint64_t last;
};

/* @span: of the first and the last frame of all of them
 * @link: of a pcap file's packets, once @has_link
 */
struct write_bad {
	const struct config *cfg;
	struct outfile *file;
	FILE *out; /* its stream */
	bool is_pcapng;
	bool has_link;
	int link;
	uint64_t refused;
	uint32_t count;
	uint32_t room;
	struct bad_flow *flow;
	uint64_t span_first, span_last;
};

static uint64_t bad_mix(uint64_t h, const struct endpoint *e)
{
	uint64_t lo, hi;

	memcpy(&lo, e->addr.bytes, sizeof(lo));
	memcpy(&hi, e->addr.bytes + sizeof(lo), sizeof(hi));
	h = (h ^ lo) * 0x9e3779b97f4a7c15ULL;
	h = ((h ^ h >> 29) ^ hi) * 0xbf58476d1ce4e5b9ULL;
	h = ((h ^ h >> 32) ^ e->port) * 0x94d049bb133111ebULL;
	return h ^ h >> 31;
}

/* Both directions have the same. Two flows with one key are no disaster: some
 * packets too many are written.
 */
static uint64_t bad_key(uint8_t proto, const struct endpoint *a,
			const struct endpoint *b, const struct tunnel *t)
{
	uint64_t h = t ? t->key : 0;

	return (bad_mix(h, a) + bad_mix(h, b)) ^ proto;
}

static int bad_flow(void *ctx, const struct flow *fl, const struct check *c)
{
	struct write_bad *w = ctx;

	if (c->verdict == VERDICT_OK || check_is_open(c->verdict))
		return 0;
	if (w->count == w->room) {
		uint32_t room = w->room ? w->room * 2 : 256;
		struct bad_flow *more = NULL;

		if (w->count < WRITE_BAD_MAX)
			more = realloc(w->flow, (size_t)room * sizeof(*more));
		if (!more) {
			w->refused++;
			return 0;
		}
		w->flow = more;
		w->room = room;
	}
	w->flow[w->count++] = (struct bad_flow) {
		.key = bad_key(fl->proto, &fl->dir[FLOW_CLIENT].end,
			       &fl->dir[FLOW_ORIGIN].end, fl->tunnel),
		.first = fl->first_frame,
		.last = fl->last_frame,
	};
	return 0;
}

static int bad_compare(const void *x, const void *y)
{
	const struct bad_flow *a = x, *b = y;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

static void bad_sort(struct write_bad *w)
{
	uint32_t i;

	if (!w->count)
		return;
	qsort(w->flow, w->count, sizeof(*w->flow), bad_compare);
	w->span_first = UINT64_MAX;
	for (i = 0; i < w->count; i++) {
		if (w->flow[i].first < w->span_first)
			w->span_first = w->flow[i].first;
		if (w->flow[i].last > w->span_last)
			w->span_last = w->flow[i].last;
	}
}

/* Does packet @number of the flows with @key belong to one of ours? The last
 * that begins before it decides: they do not overlap.
 */
static bool bad_has(const struct write_bad *w, uint64_t key, uint64_t number)
{
	struct bad_flow want = { .key = key, .first = number };
	uint32_t lo = 0, hi = w->count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (bad_compare(&w->flow[mid], &want) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && w->flow[lo - 1].key == key &&
	       number <= w->flow[lo - 1].last;
}

/* Nobody knows whose a fragment is before its packet is whole: those among the
 * flows' frames are all written.
 */
static bool bad_wants(const struct write_bad *w, struct decoder *d,
		      const struct frame *f)
{
	struct packet pkt;
	struct wire_err err;
	enum decode_result r = decode_frame(d, f, false, &pkt, &err);

	if (r == DECODE_FRAGMENT)
		return f->number >= w->span_first && f->number <= w->span_last;
	return r == DECODE_OK &&
	       bad_has(w, bad_key(pkt.proto, &pkt.src, &pkt.dst, pkt.tunnel),
		       f->number);
}

static void bad_put_hdr(struct write_bad *w, int link)
{
	const uint32_t hdr[] = { WRITE_BAD_PCAP_NS,  2 | 4 << 16,   0, 0,
				 WRITE_BAD_PCAP_CAP, (uint32_t)link };

	(void)fwrite(hdr, sizeof(hdr), 1, w->out);
	w->has_link = true;
	w->link = link;
}

/* A pcap file out of a pcapng file: one link type, in nanoseconds. */
static int bad_put_pcap(struct write_bad *w, const struct frame *f)
{
	uint64_t ts = f->ts_ns < 0 ? 0 : (uint64_t)f->ts_ns;
	const uint32_t rec[] = { (uint32_t)(ts / NS_PER_S),
				 (uint32_t)(ts % NS_PER_S), f->cap_len,
				 f->wire_len };

	if (!w->has_link)
		bad_put_hdr(w, f->link);
	if (w->link != f->link) {
		log_error("%s: a pcap file has one link type, and these "
			  "packets have several: name it *.pcapng",
			  w->cfg->output.write_bad);
		return -EINVAL;
	}
	(void)fwrite(rec, sizeof(rec), 1, w->out);
	(void)fwrite(f->data, 1, f->cap_len, w->out);
	return 0;
}

/* What comes before the first packet, whether or not it is wanted. */
static void bad_begin(struct write_bad *w, const struct recap *r)
{
	const struct capfile *cf = recap_file(r);

	if (cf->format != CAPFILE_PCAP)
		return;
	if (w->is_pcapng) {
		pcapng_put_section(w->out, "tp-inspect");
		pcapng_put_iface(w->out, cf->pcap_link, 0);
	} else {
		(void)fwrite(recap_pcap_hdr(r), 1, CAPFILE_HDR_LEN, w->out);
	}
}

static int bad_put(struct write_bad *w, const struct recap *r,
		   const struct recap_piece *p)
{
	static const struct pcapng_comments none;
	bool from_pcap = recap_file(r)->format == CAPFILE_PCAP;

	if (from_pcap && w->is_pcapng)
		pcapng_put_packet(w->out, &p->frame, 0, &none);
	else if (!from_pcap && !w->is_pcapng)
		return bad_put_pcap(w, &p->frame);
	else
		(void)fwrite(p->raw, 1, p->len, w->out);
	return 0;
}

/* A file without packets is a capture, too. */
static void bad_finish(struct write_bad *w, const struct recap *r,
		       bool is_empty)
{
	const struct capfile *cf = recap_file(r);

	if (w->is_pcapng && is_empty)
		pcapng_put_section(w->out, "tp-inspect");
	if (w->is_pcapng || w->has_link)
		return;
	if (cf->format != CAPFILE_PCAP)
		bad_put_hdr(w, cf->iface_count ? cf->ifaces[0].link
					       : LINK_ETHERNET);
	else if (is_empty)
		bad_put_hdr(w, cf->pcap_link);
}

static int bad_write(struct write_bad *w, struct recap *r, struct decoder *d)
{
	struct recap_piece p;
	bool is_first = true;
	int err = 0;

	while (!err && !outfile_is_stopped(w->file) && recap_next(r, &p) > 0) {
		if (is_first)
			bad_begin(w, r);
		is_first = false;
		if (!p.has_frame && w->is_pcapng)
			pcapng_put_block(w->out, recap_file(r), p.raw, p.len);
		else if (p.has_frame && bad_wants(w, d, &p.frame))
			err = bad_put(w, r, &p);
	}
	bad_finish(w, r, is_first);
	return err;
}

static int bad_end(void *ctx, const struct tally *t, int status)
{
	struct write_bad *w = ctx;
	const char *path = w->cfg->output.write_bad;
	struct recap *r = NULL;
	struct decoder *d = NULL;
	int err;

	(void)t;
	(void)status;
	outfile_begin(w->file);
	bad_sort(w);
	err = recap_open(w->cfg->path, &r);
	if (!err)
		err = decoder_new(&w->cfg->decode, &d);
	if (!err)
		err = bad_write(w, r, d);
	decoder_free(d);
	recap_close(r);
	if (w->refused)
		log_warn("%s: %llu flows more than can be remembered were left "
			 "out",
			 path, (unsigned long long)w->refused);
	if (err)
		outfile_drop(w->file);
	else
		err = outfile_done(w->file);
	w->file = NULL;
	return err;
}

static void bad_free(void *ctx)
{
	struct write_bad *w = ctx;

	outfile_drop(w->file);
	free(w->flow);
	free(w);
}

static bool bad_is_pcapng(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && strcmp(dot, ".pcapng") == 0;
}

int write_bad_open(const struct config *cfg, struct sinks *s)
{
	static const struct sink_ops ops = {
		.flow = bad_flow,
		.end = bad_end,
		.free = bad_free,
	};
	struct write_bad *w = calloc(1, sizeof(*w));
	int r;

	if (!w) {
		log_error("out of memory");
		return -ENOMEM;
	}
	w->cfg = cfg;
	w->is_pcapng = bad_is_pcapng(cfg->output.write_bad);
	r = outfile_open(cfg, cfg->output.write_bad, &w->file);
	if (r) {
		free(w);
		return r;
	}
	w->out = outfile_stream(w->file);
	return sinks_add(s, &ops, w);
}
