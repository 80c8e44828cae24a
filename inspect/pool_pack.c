/* SPDX-License-Identifier: BSD-2-Clause */
/* pool_pack.c - flows that wait in few bytes, see pool.h.
 *
 * The number of the first frame stands in front. Then comes the flow, then its
 * options, both by pack(), and its headers as they are. What the entry has,
 * too, is left out, and what most flows have in common is zero.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"
#include "pool.h"
#include "wire/bytes.h"
#include "wire/ip.h"
#include "wire/wire.h"

static_assert(sizeof(struct flow) % 8 == 0 && sizeof(struct option) % 8 == 0,
	      "pack() takes whole words");

/* bytes of a frame's number, as entries have it */
#define POOL_FRAME 6
/* An earlier frame than the flow's first, which fragments may have. */
#define POOL_EARLIER (1ULL << 63)
/* without headers */
#define POOL_PACK_MAX                                 \
	(POOL_FRAME + PACK_MAX(sizeof(struct flow)) + \
	 (size_t)FLOW_SIDES * OPTION_MAX * PACK_MAX(sizeof(struct option)))

/* pool_rel() - @frame counted from @first on, plus one; 0 stays 0 */
static uint64_t pool_rel(uint64_t frame, uint64_t first)
{
	if (!frame)
		return 0;
	return frame < first ? frame | POOL_EARLIER : frame - first + 1;
}

static uint64_t pool_abs(uint64_t rel, uint64_t first)
{
	if (!rel)
		return 0;
	return rel & POOL_EARLIER ? rel & ~POOL_EARLIER : rel + first - 1;
}

/* pool_early() - what the entry has of the sequence numbers of @side */
static uint32_t pool_early(const struct entry *e, unsigned side)
{
	bool is_b = !!(e->state & ENTRY_B_IS_CLIENT) == (side == FLOW_CLIENT);

	return e->early[is_b];
}

/* pool_usual() - exchange what most flows have for zero, and back */
static void pool_usual(struct flow *fl, const struct entry *e)
{
	unsigned i;

	fl->proto ^= IP_PROTO_TCP;
	for (i = 0; i < FLOW_SIDES; i++) {
		struct flow_dir *d = &fl->dir[i];

		d->has_seq0 = !d->has_seq0;
		d->has_syn = !d->has_syn;
		d->find.next ^= d->find.hdr_len;
		d->find.first_hi ^= d->find.hdr_len;
		if (e)
			d->seq0 = pool_early(e, i) - d->seq0;
	}
}

/* pool_strip() - leave out what stands in the entry, and what is near to the
 * first frame make small
 */
static void pool_strip(struct flow *fl, const struct entry *e)
{
	uint64_t first = fl->first_frame;
	unsigned i;

	pool_usual(fl, e);
	for (i = 0; i < FLOW_SIDES; i++) {
		struct find *f = &fl->dir[i].find;

		f->frame = pool_rel(f->frame, first);
		f->frame_last = pool_rel(f->frame_last, first);
		f->hdr = NULL;
		fl->dir[i].options.option = NULL;
		if (e && !(e->key.where & KEY_V6))
			fl->dir[i].end = (struct endpoint) { 0 };
	}
	fl->first_frame = 0;
	if (!e)
		return;
	fl->last_frame = 0;
	fl->last_ns = 0;
}

static struct endpoint pool_end(uint32_t addr, uint16_t port)
{
	uint8_t bytes[sizeof(addr)];

	memcpy(bytes, &addr, sizeof(bytes));
	return (struct endpoint) { ip_addr_v4(bytes),
				   be16_get((be16) { port }) };
}

/* pool_dress() - the inverse of pool_strip() but for pointers */
static void pool_dress(struct flow *fl, const struct entry *e, uint64_t first)
{
	unsigned i;

	pool_usual(fl, e);
	for (i = 0; i < FLOW_SIDES; i++) {
		struct find *f = &fl->dir[i].find;

		f->frame = pool_abs(f->frame, first);
		f->frame_last = pool_abs(f->frame_last, first);
	}
	fl->first_frame = first;
	if (!e)
		return;
	fl->last_frame = e->last_frame;
	fl->last_ns = e->last_ns;
	if (!(e->key.where & KEY_V6)) {
		const struct flow_key *k = &e->key;
		bool is_flip = e->state & ENTRY_B_IS_CLIENT;

		fl->dir[is_flip].end = pool_end((uint32_t)k->ends, k->a_port);
		fl->dir[!is_flip].end =
			pool_end((uint32_t)(k->ends >> 32), k->b_port);
	}
}

static size_t pool_pack_options(const struct flow *fl, uint8_t *out)
{
	size_t at = 0;
	unsigned i, k;

	for (i = 0; i < FLOW_SIDES; i++) {
		for (k = 0; k < fl->dir[i].options.count; k++) {
			struct option o = fl->dir[i].options.option[k];

			o.frame = pool_rel(o.frame, fl->first_frame);
			o.frame_last = pool_rel(o.frame_last, fl->first_frame);
			at += pack(&o, sizeof(o), out + at);
		}
	}
	return at;
}

uint8_t *pool_pack(struct flow *fl, const struct entry *e)
{
	uint8_t head[POOL_PACK_MAX];
	struct flow tmp = *fl;
	size_t at = POOL_FRAME;
	uint8_t *packed;
	unsigned i;

	for (i = 0; i < POOL_FRAME; i++)
		head[i] = (uint8_t)(fl->first_frame >> 8 * i);
	pool_strip(&tmp, e);
	at += pack(&tmp, sizeof(tmp), head + at);
	at += pool_pack_options(fl, head + at);
	packed = malloc(at + fl->dir[FLOW_CLIENT].find.hdr_len +
			fl->dir[FLOW_ORIGIN].find.hdr_len);
	if (!packed)
		return NULL;
	memcpy(packed, head, at);
	for (i = 0; i < FLOW_SIDES; i++) {
		struct find *f = &fl->dir[i].find;

		free(fl->dir[i].options.option);
		if (!f->hdr)
			continue;
		memcpy(packed + at, f->hdr, f->hdr_len);
		at += f->hdr_len;
		free(f->hdr);
	}
	return packed;
}

static uint64_t pool_first_of(const uint8_t *packed)
{
	uint64_t first = 0;
	unsigned i;

	for (i = 0; i < POOL_FRAME; i++)
		first |= (uint64_t)packed[i] << 8 * i;
	return first;
}

uint64_t pool_first_frame(const struct entry *e)
{
	const struct flow *fl = e->hold;

	return e->state & ENTRY_IS_PACKED ? pool_first_of(e->hold)
					  : fl->first_frame;
}

/* pool_peek_options() - Return: bytes of @in used */
static size_t pool_peek_options(const uint8_t *in, struct option_set *s,
				struct option *loan, uint64_t first)
{
	size_t at = 0;
	unsigned i;

	for (i = 0; i < s->count; i++) {
		at += unpack(in + at, &loan[i], sizeof(loan[i]));
		loan[i].frame = pool_abs(loan[i].frame, first);
		loan[i].frame_last = pool_abs(loan[i].frame_last, first);
	}
	if (s->count)
		s->option = loan;
	return at;
}

void pool_peek(uint8_t *packed, const struct entry *e, struct pool_loan *loan,
	       struct flow *ret)
{
	uint64_t first = pool_first_of(packed);
	uint8_t *in = packed + POOL_FRAME;
	unsigned i;

	in += unpack(in, ret, sizeof(*ret));
	for (i = 0; i < FLOW_SIDES; i++)
		in += pool_peek_options(in, &ret->dir[i].options,
					loan->option[i], first);
	for (i = 0; i < FLOW_SIDES; i++) {
		struct find *f = &ret->dir[i].find;

		if (f->hdr_len)
			f->hdr = in;
		in += f->hdr_len;
	}
	pool_dress(ret, e, first);
}

/* pool_own() - @p, @len bytes that were borrowed, in memory of its own */
static void *pool_own(const void *p, size_t len)
{
	void *own = malloc(len);

	return own ? memcpy(own, p, len) : NULL;
}

static void pool_own_hdr(struct find *f)
{
	if (!f->hdr)
		return;
	f->hdr = pool_own(f->hdr, f->hdr_len);
	if (f->hdr)
		return;
	f->state = FIND_WAIT;
	f->hdr_len = 0;
	f->is_starved = true;
	f->has_bad_copy = false;
}

static void pool_own_options(struct option_set *s)
{
	if (!s->option)
		return;
	s->option = pool_own(s->option, s->count * sizeof(*s->option));
	if (s->option)
		return;
	s->count = 0;
	s->is_starved = true;
}

void pool_unpack(uint8_t *packed, const struct entry *e, struct flow *ret)
{
	struct pool_loan loan;
	unsigned i;

	pool_peek(packed, e, &loan, ret);
	for (i = 0; i < FLOW_SIDES; i++) {
		pool_own_hdr(&ret->dir[i].find);
		pool_own_options(&ret->dir[i].options);
	}
	free(packed);
}
