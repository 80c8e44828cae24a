/* SPDX-License-Identifier: BSD-2-Clause */
/* mark.c - see mark.h */
#include "mark.h"

#include <string.h>

static void mark_add(struct mark *m, uint64_t number, enum mark_what what)
{
	unsigned i;

	if (!number || m->count == MARK_FRAME_MAX)
		return;
	for (i = 0; i < m->count; i++)
		if (m->frame[i].number == number)
			return;
	m->frame[m->count++] = (struct mark_frame) { number, what };
}

static void mark_hdr(struct mark *m, const struct find *f)
{
	m->hdr_len = f->hdr_len;
	m->len = f->hdr_len < MARK_BYTES_MAX ? f->hdr_len : MARK_BYTES_MAX;
	memcpy(m->bytes, f->hdr, m->len);
	m->tail_len = m->len;
	memcpy(m->tail, f->hdr + f->hdr_len - m->len, m->len);
	mark_add(m, f->frame, MARK_HEADER);
	if (f->frame_last != f->frame)
		mark_add(m, f->frame_last, MARK_REST);
}

static void mark_option(struct mark *m, const struct option *o)
{
	m->bytes[0] = o->kind;
	m->bytes[1] = o->len;
	m->len = m->hdr_len = o->len;
	memcpy(m->bytes + 2, o->value, o->len - 2U);
	mark_add(m, o->frame, MARK_OPTION);
}

void mark_init(struct mark *m, const struct view *v)
{
	*m = (struct mark) { .off = v->check->off };
	if (v->check->frame && v->check->verdict == VERDICT_MALFORMED) {
		m->is_in_payload = v->client->options.err_frame !=
				   v->check->frame;
		mark_add(m, v->check->frame, MARK_MALFORMED);
	}
	if (v->find->hdr)
		mark_hdr(m, v->find);
	else if (v->toa)
		mark_option(m, v->toa);
	if (v->check->frame)
		mark_add(m, v->check->frame, MARK_NOTHING);
	if (!m->count)
		mark_add(m, v->flow->first_frame, MARK_NOTHING);
}

/* The longest part of @m's begin that stands in @f; that of a split header is
 * cut by the frame's end.
 */
static struct hexdump_range mark_begin(const struct mark *m,
				       const struct frame *f)
{
	struct hexdump_range best = { 0, 0 };
	size_t at;

	for (at = 0; at < f->cap_len; at++) {
		size_t n = f->cap_len - at < m->len ? f->cap_len - at : m->len;
		size_t whole;

		if (n <= best.hi - best.lo ||
		    memcmp(f->data + at, m->bytes, n) != 0)
			continue;
		whole = n == m->len ? m->hdr_len : n;
		best.lo = at;
		best.hi = at + whole < f->cap_len ? at + whole : f->cap_len;
		if (n == m->len)
			break;
	}
	return best;
}

/* Where the innermost payload begins; the frame's end if that is not known, as
 * of one that was put together from fragments.
 */
static size_t mark_payload(const struct frame *f)
{
	struct decoder *d = NULL;
	size_t at = f->cap_len;
	struct wire_err err;
	struct packet pkt;

	if (decoder_new(&DECODE_OPTS_DEFAULT, &d) != 0)
		return at;
	if (decode_frame(d, f, false, &pkt, &err) == DECODE_OK &&
	    pkt.payload >= f->data && pkt.payload <= f->data + f->cap_len)
		at = (size_t)(pkt.payload - f->data);
	decoder_free(d);
	return at;
}

/* The longest part of @m's end with which the payload begins. */
static struct hexdump_range mark_rest(const struct mark *m,
				      const struct frame *f)
{
	size_t at = mark_payload(f);
	size_t n = f->cap_len - at < m->tail_len ? f->cap_len - at
						 : m->tail_len;

	for (; n > 0; n--)
		if (memcmp(f->data + at, m->tail + m->tail_len - n, n) == 0)
			return (struct hexdump_range) { at, at + n };
	return (struct hexdump_range) { 0, 0 };
}

struct hexdump_range mark_find(const struct mark *m, unsigned i,
			       const struct frame *f)
{
	size_t at = m->off;

	switch (m->frame[i].what) {
	case MARK_HEADER:
	case MARK_OPTION:
		return mark_begin(m, f);
	case MARK_REST:
		return mark_rest(m, f);
	case MARK_MALFORMED:
		if (m->is_in_payload)
			at += mark_payload(f);
		if (at < f->cap_len)
			return (struct hexdump_range) { at, at + 1 };
		break;
	case MARK_NOTHING:
		break;
	}
	return (struct hexdump_range) { 0, 0 };
}
