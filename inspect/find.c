/* SPDX-License-Identifier: BSD-2-Clause */
/* find.c - see find.h */
#include "find.h"

#include <string.h>

#include "scan.h"
#include "wire/pp1.h"
#include "wire/pp2.h"

/* Room behind the longest header, for a second one: any without many TLVs. */
#define FIND_TAIL (PP2_FIXED_LEN + PP2_UNIX_LEN + 256)
/* Who sends less than this before a header sends a greeting, and waits. */
#define FIND_GREETING 64
/* Segments of which those at the stream's start are compared with the header:
 * fewer than a gigabyte.
 */
#define FIND_COMPARE_MAX 16384

bool find_is_bad_csum(const struct config *cfg, const struct packet *pkt)
{
	return cfg->want_csum &&
	       (pkt->csum == CSUM_BAD || pkt->ip_csum == CSUM_BAD);
}

static void find_drop_hdr(struct find *f, struct budget *b)
{
	budget_free(b, f->hdr, f->hdr_len);
	f->hdr = NULL;
	f->hdr_len = 0;
	f->has_bad_copy = false;
}

/* find_keep() - @buf begins with header @h; false if there is no memory */
static bool find_keep(struct find *f, struct budget *b, const uint8_t *buf,
		      const struct pp_hdr *h)
{
	find_drop_hdr(f, b);
	f->hdr = budget_alloc(b, h->hdr_len);
	if (!f->hdr) {
		f->is_starved = true;
		return false;
	}
	memcpy(f->hdr, buf, h->hdr_len);
	f->hdr_len = h->hdr_len;
	f->kind = hdr_mode_of(h);
	return true;
}

/* find_keep_other() - @h stands at @off; only the first is kept */
static void find_keep_other(struct find *f, struct budget *b,
			    const struct pp_hdr *h, uint32_t off,
			    uint64_t frame)
{
	if (f->other)
		return;
	f->other = budget_alloc(b, sizeof(*f->other));
	if (!f->other)
		return;
	*f->other = (struct find_other) {
		.kind = hdr_mode_of(h),
		.hdr_len = h->hdr_len,
		.off = off,
		.frame = frame,
	};
	if (pp_has_client(h))
		f->other->client = h->src;
}

static void find_drop_window(struct find *f, struct budget *b)
{
	if (!f->window)
		return;
	reasm_fini(f->window, b);
	budget_free(b, f->window, sizeof(*f->window));
	f->window = NULL;
}

static void find_stop(struct find *f, struct budget *b)
{
	f->is_done = true;
	find_drop_window(f, b);
}

static void find_overlap(struct find *f, uint64_t frame)
{
	if (!f->is_overlap)
		f->overlap_frame = frame;
	f->is_overlap = true;
}

/* find_accept() - a good header at f->next, which is @buf */
static void find_accept(struct find *f, struct budget *b, const uint8_t *buf,
			const struct pp_hdr *h, uint64_t frame)
{
	f->count++;
	f->next += h->hdr_len;
	if (f->state == FIND_FOUND) {
		find_keep_other(f, b, h, f->next - h->hdr_len, frame);
		return;
	}
	f->frame_last = frame;
	f->is_split = h->hdr_len > f->first_hi;
	if (f->window && f->window->has_contrary &&
	    f->window->contrary_off < h->hdr_len)
		find_overlap(f, frame);
	if (find_keep(f, b, buf, h))
		f->state = FIND_FOUND;
	else
		find_stop(f, b);
}

/* find_behind() - the stream begins with other data: does a header stand behind
 * it, in the bytes at hand, which are those from @at on?
 */
static void find_behind(struct find *f, const struct config *cfg,
			struct budget *b, const uint8_t *buf, uint32_t len,
			uint32_t at, uint64_t frame)
{
	static const struct {
		const char *text;
		uint32_t len;
	} sig[] = { { "PROXY ", 6 }, { "\r\n\r\n\0\r\nQUIT\n", 12 } };
	uint32_t reach = FIND_BEHIND - at;
	size_t i;

	if (len < reach)
		reach = len;
	for (i = 0; i < ARRAY_SIZE(sig); i++) {
		const uint8_t *p =
			scan_find(buf, reach, sig[i].text, sig[i].len);
		struct pp_hdr h;
		struct wire_err err;

		if (!p || hdr_decode_stream(p, len - (uint32_t)(p - buf),
					    cfg->hdr_max, &h, &err) != WIRE_OK)
			continue;
		f->late_count++;
		find_keep_other(f, b, &h, at + (uint32_t)(p - buf), frame);
		return;
	}
}

static void find_refuse(struct find *f, const struct config *cfg,
			struct budget *b, const uint8_t *buf, uint32_t len,
			const struct wire_err *err, uint64_t frame)
{
	f->app = (uint8_t)app_guess(buf, len);
	if (f->state == FIND_WAIT && err->anomaly == ANOMALY_PP_NO_SIGNATURE) {
		f->state = FIND_NONE;
		f->first_hi = len < FIND_GREETING ? len : FIND_BEHIND;
		find_behind(f, cfg, b, buf, len, 0, frame);
	} else if (f->state == FIND_WAIT) {
		f->state = FIND_BAD;
		f->err = *err;
	}
	if (f->state != FIND_FOUND)
		find_drop_hdr(f, b);
	find_stop(f, b);
}

/* find_scan() - @len bytes of the stream from f->next on */
static void find_scan(struct find *f, const struct config *cfg,
		      struct budget *b, const uint8_t *buf, uint32_t len,
		      uint64_t frame)
{
	uint32_t begin = f->next;

	while (!f->is_done && f->next - begin < len) {
		const uint8_t *p = buf + (f->next - begin);
		struct pp_hdr h;
		struct wire_err err;
		enum wire_status st = hdr_decode_stream(
			p, len - (f->next - begin), cfg->hdr_max, &h, &err);

		if (st == WIRE_SHORT)
			break;
		if (st == WIRE_OK)
			find_accept(f, b, p, &h, frame);
		else
			find_refuse(f, cfg, b, p, len - (f->next - begin), &err,
				    frame);
	}
}

/* find_ready() - bytes in the window from f->next on */
static uint32_t find_ready(const struct find *f)
{
	return f->window ? reasm_ready(f->window, f->next) : 0;
}

/* find_put() - a segment to the window. Return: was there room for it? */
static bool find_put(struct find *f, struct budget *b, uint32_t limit,
		     uint32_t off, const uint8_t *data, uint32_t len)
{
	if (off >= limit)
		return true;
	if (!f->window) {
		f->window = budget_alloc(b, sizeof(*f->window));
		if (!f->window)
			return false;
		*f->window = (struct reasm) { 0 };
	}
	return reasm_put(f->window, b, limit, off, data, len) == 0;
}

/* find_window() - a segment that the scan cannot take where it lies */
static void find_window(struct find *f, const struct config *cfg,
			struct budget *b, uint32_t off, const uint8_t *data,
			uint32_t len, uint64_t frame)
{
	uint32_t limit = cfg->hdr_max + FIND_TAIL;
	uint32_t ready;

	if (!find_put(f, b, limit, off, data, len))
		f->is_starved = true;
	ready = find_ready(f);
	if (ready)
		find_scan(f, cfg, b, f->window->buf + f->next, ready, frame);
	/* A full window that decides nothing holds no second header of ours. */
	if (f->state == FIND_FOUND && !f->is_done &&
	    f->next + find_ready(f) >= limit)
		find_stop(f, b);
}

/* find_bad_copy() - remember what a dropped segment would have said */
static void find_bad_copy(struct find *f, const struct config *cfg,
			  struct budget *b, const struct packet *pkt,
			  bool is_datagram, uint64_t frame)
{
	struct pp_hdr h;
	struct wire_err err;
	enum wire_status st;

	f->bad_csum_count++;
	if (f->state != FIND_WAIT || f->has_bad_copy)
		return;
	if (is_datagram)
		st = hdr_decode_datagram(cfg->mode, pkt->payload, pkt->cap_len,
					 cfg->hdr_max, &h, &err);
	else
		st = hdr_decode_stream(pkt->payload, pkt->cap_len, cfg->hdr_max,
				       &h, &err);
	if (st != WIRE_OK || !find_keep(f, b, pkt->payload, &h))
		return;
	f->has_bad_copy = true;
	f->frame = f->frame_last = frame;
}

/* find_compare() - does a segment bring other bytes of the header again? Only
 * near the stream's start: later, offsets have wrapped.
 */
static void find_compare(struct find *f, const struct packet *pkt, int64_t off,
			 uint64_t frame)
{
	uint32_t skip = off < 0 ? (uint32_t)-off : 0;
	uint32_t at = off < 0 ? 0 : (uint32_t)off;
	uint32_t len;

	if (f->state != FIND_FOUND || at >= f->hdr_len ||
	    skip >= pkt->cap_len || f->payloads > FIND_COMPARE_MAX)
		return;
	len = f->hdr_len - at;
	if (len > pkt->cap_len - skip)
		len = pkt->cap_len - skip;
	if (memcmp(f->hdr + at, pkt->payload + skip, len) != 0)
		find_overlap(f, frame);
}

/* find_further() - the stream begins with other data: the segment that follows
 * what was searched, and no other. Return: does it have a header behind that
 * data?
 */
static bool find_further(struct find *f, const struct config *cfg,
			 struct budget *b, const struct packet *pkt,
			 int64_t off, uint64_t frame)
{
	uint32_t at = f->first_hi;

	if (at >= FIND_BEHIND || off < at)
		return false;
	f->first_hi = FIND_BEHIND;
	if (off > at || f->late_count)
		return false;
	find_behind(f, cfg, b, pkt->payload, pkt->cap_len, at, frame);
	return f->late_count != 0;
}

/* find_later() - the answer stands; look for headers where none belongs */
static void find_later(struct find *f, const struct config *cfg,
		       struct budget *b, const struct packet *pkt, int64_t off,
		       uint64_t frame)
{
	struct pp_hdr h;
	struct wire_err err;

	if (off < (int64_t)f->next || off == 0) {
		find_compare(f, pkt, off, frame);
		return;
	}
	if (f->state == FIND_NONE && find_further(f, cfg, b, pkt, off, frame))
		return;
	if (!find_begins(pkt->payload, pkt->cap_len) ||
	    hdr_decode_stream(pkt->payload, pkt->cap_len, cfg->hdr_max, &h,
			      &err) != WIRE_OK)
		return;
	if (f->state == FIND_FOUND && h.hdr_len == f->hdr_len &&
	    memcmp(pkt->payload, f->hdr, f->hdr_len) == 0)
		f->again_count++;
	else if (f->state == FIND_FOUND)
		f->pooled_count++;
	else if (f->state == FIND_NONE)
		f->late_count++;
	else
		return;
	find_keep_other(f, b, &h, off > UINT32_MAX ? 0 : (uint32_t)off, frame);
}

void find_segment(struct find *f, const struct config *cfg, struct budget *b,
		  const struct packet *pkt, int64_t off, uint64_t frame)
{
	const uint8_t *data = pkt->payload;
	uint32_t len = pkt->cap_len;
	uint32_t pos;

	if (!pkt->len)
		return;
	f->payloads++;
	if (find_is_bad_csum(cfg, pkt)) {
		if (off == 0)
			find_bad_copy(f, cfg, b, pkt, false, frame);
		else
			f->bad_csum_count++;
		return;
	}
	if (f->is_done) {
		find_later(f, cfg, b, pkt, off, frame);
		return;
	}
	find_compare(f, pkt, off, frame);
	if (off < 0) {
		if (-off >= len)
			return;
		data += -off;
		len -= (uint32_t)-off;
		off = 0;
	}
	if (off > UINT32_MAX / 2)
		return;
	pos = (uint32_t)off;
	if (pos == 0 && !f->has_first) {
		f->has_first = true;
		f->first_hi = len;
		f->frame = frame;
		if (f->has_bad_copy)
			find_drop_hdr(f, b);
	}
	if (pos <= f->next && f->next - pos < len &&
	    !(f->window && f->window->run_count)) {
		data += f->next - pos;
		len -= f->next - pos;
		pos = f->next;
		find_scan(f, cfg, b, data, len, frame);
		if (f->is_done)
			return;
		data += f->next - pos;
		len -= f->next - pos;
		pos = f->next;
	}
	if (pkt->cap_len < pkt->len && pos + len < cfg->hdr_max)
		f->is_cut = true;
	if (len)
		find_window(f, cfg, b, pos, data, len, frame);
}

/* find_is_cut() - may the bytes that the capture lacks have made a header? */
static bool find_is_cut(const struct config *cfg, const struct packet *pkt,
			const struct wire_err *err)
{
	struct pp_hdr h;
	struct wire_err ignored;

	if (pkt->cap_len == pkt->len)
		return false;
	/* As long as it is whole, a short one is not taken for SPP. */
	if (cfg->mode == HDR_MODE_AUTO &&
	    pp_decode_dgram(pkt->payload, pkt->cap_len, cfg->hdr_max, &h,
			    &ignored) == WIRE_BAD &&
	    ignored.anomaly == ANOMALY_SPP_SHORT)
		return true;
	return err->anomaly == ANOMALY_SPP_SHORT ||
	       pp_decode(pkt->payload, pkt->cap_len, cfg->hdr_max, &h,
			 &ignored) == WIRE_SHORT;
}

/* find_v1_datagram() - version 1 is not for datagrams, yet shown if it is one
 */
static void find_v1_datagram(struct find *f, struct budget *b,
			     const struct packet *pkt, uint64_t frame)
{
	struct pp_hdr h;
	struct wire_err err;

	if (pp1_decode(pkt->payload, pkt->cap_len, &h, &err) == WIRE_OK &&
	    find_keep(f, b, pkt->payload, &h))
		f->frame_last = frame;
}

static void find_datagram_bad(struct find *f, const struct config *cfg,
			      struct budget *b, const struct packet *pkt,
			      const struct wire_err *err, uint64_t frame)
{
	if (f->payloads == 1) {
		f->is_first_bare = true;
		f->frame = frame;
		f->app = (uint8_t)app_guess_tunnel(pkt->dst.port, pkt->payload,
						   pkt->cap_len);
	}
	if (f->state == FIND_FOUND && !f->bare_frame)
		f->bare_frame = frame;
	if (f->state == FIND_FOUND || f->state == FIND_BAD)
		return;
	if (find_is_cut(cfg, pkt, err)) {
		f->is_cut = true;
		f->is_cut_frag = pkt->is_frag;
		return;
	}
	if (err->anomaly == ANOMALY_PP_NO_SIGNATURE) {
		f->state = FIND_NONE;
		return;
	}
	f->state = FIND_BAD;
	f->err = *err;
	f->frame = frame;
	if (err->anomaly == ANOMALY_V1_ON_UDP)
		find_v1_datagram(f, b, pkt, frame);
}

/* find_datagram_behind() - what follows header @h of a datagram */
static void find_datagram_behind(struct find *f, const struct config *cfg,
				 struct budget *b, const struct packet *pkt,
				 const struct pp_hdr *h, uint64_t frame)
{
	struct pp_hdr h2;
	struct wire_err err;

	if (h->hdr_len == pkt->len) {
		f->alone++;
		return;
	}
	if (hdr_decode_datagram(cfg->mode, pkt->payload + h->hdr_len,
				pkt->cap_len - h->hdr_len, cfg->hdr_max, &h2,
				&err) != WIRE_OK)
		return;
	f->doubled++;
	find_keep_other(f, b, &h2, h->hdr_len, frame);
}

static void find_datagram_ok(struct find *f, const struct config *cfg,
			     struct budget *b, const struct packet *pkt,
			     const struct pp_hdr *h, uint64_t frame)
{
	f->count++;
	find_datagram_behind(f, cfg, b, pkt, h, frame);
	if (f->state == FIND_FOUND) {
		if (h->hdr_len == f->hdr_len &&
		    memcmp(pkt->payload, f->hdr, f->hdr_len) == 0)
			return;
		f->changed++;
		find_keep_other(f, b, h, 0, frame);
		return;
	}
	if (f->state == FIND_BAD || !find_keep(f, b, pkt->payload, h))
		return;
	if (f->state == FIND_NONE)
		f->late_count++;
	f->state = FIND_FOUND;
	f->frame = f->frame_last = frame;
}

void find_datagram(struct find *f, const struct config *cfg, struct budget *b,
		   const struct packet *pkt, uint64_t frame)
{
	struct pp_hdr h;
	struct wire_err err;

	f->payloads++;
	if (find_is_bad_csum(cfg, pkt)) {
		find_bad_copy(f, cfg, b, pkt, true, frame);
		return;
	}
	if (hdr_decode_datagram(cfg->mode, pkt->payload, pkt->cap_len,
				cfg->hdr_max, &h, &err) == WIRE_OK)
		find_datagram_ok(f, cfg, b, pkt, &h, frame);
	else
		find_datagram_bad(f, cfg, b, pkt, &err, frame);
}

bool find_is_cut_by_sender(const struct find *f)
{
	return f->state == FIND_WAIT && f->has_fin && f->has_first &&
	       f->next + find_ready(f) >= f->fin_off;
}

void find_fini(struct find *f, struct budget *b)
{
	find_drop_window(f, b);
	find_drop_hdr(f, b);
	budget_free(b, f->other, sizeof(*f->other));
	f->other = NULL;
}

void find_shift(struct find *f, bool is_stream, uint64_t by)
{
	frame_shift(&f->frame, by);
	frame_shift(&f->frame_last, by);
	frame_shift(is_stream ? &f->overlap_frame : &f->bare_frame, by);
	if (f->other)
		frame_shift(&f->other->frame, by);
}
