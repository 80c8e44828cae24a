/* SPDX-License-Identifier: BSD-2-Clause */
/* pool.c - see pool.h */
#include "pool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "huge.h"
#include "pack.h"
#include "wire/bytes.h"
#include "wire/wire.h"

static_assert(sizeof(struct flow) % 8 == 0, "pack() takes whole words");

/* flows of a slab: a large page */
#define POOL_SLAB (HUGE_BYTES / (uint32_t)sizeof(struct flow))

/* @owner: place in the table of the entry whose flow it is
 * @made:  places that there is memory for, in slabs
 * @idle:  a stack of the places in the pool that are free
 */
struct pool {
	const struct table *table;
	uint32_t max;
	uint32_t made;
	uint32_t idle_count;
	uint32_t hand;
	struct flow **slab;
	uint32_t *owner;
	uint32_t *idle;
	uint8_t scratch[PACK_MAX(sizeof(struct flow))];
};

static struct flow *pool_at(const struct pool *p, uint32_t i)
{
	return &p->slab[i / POOL_SLAB][i % POOL_SLAB];
}

int pool_new(const struct table *t, uint32_t max, struct pool **ret)
{
	struct pool *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->table = t;
	p->max = max;
	p->slab = calloc(max / POOL_SLAB + 1, sizeof(struct flow *));
	p->owner = calloc(max, sizeof(*p->owner));
	p->idle = calloc(max, sizeof(*p->idle));
	if (!p->slab || !p->owner || !p->idle) {
		pool_free(p);
		return -ENOMEM;
	}
	*ret = p;
	return 0;
}

void pool_free(struct pool *p)
{
	uint32_t i;

	if (!p)
		return;
	for (i = 0; p->slab && i < p->made; i += POOL_SLAB)
		free(p->slab[i / POOL_SLAB]);
	free(p->slab);
	free(p->owner);
	free(p->idle);
	free(p);
}

void pool_reset(struct pool *p)
{
	uint32_t i;

	for (i = 0; i < p->made; i++)
		p->idle[i] = p->made - 1 - i;
	p->idle_count = p->made;
	p->hand = 0;
}

/* An earlier frame than the flow's first, which fragments may have. */
#define POOL_EARLIER (1ULL << 63)

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

/* pool_strip() - leave out what stands in the entry, and make small what
 * is near to it, or alike
 */
static void pool_strip(struct flow *fl, const struct entry *e)
{
	unsigned i;

	for (i = 0; i < FLOW_SIDES; i++) {
		struct find *f = &fl->dir[i].find;

		f->frame = pool_rel(f->frame, fl->first_frame);
		f->frame_last = pool_rel(f->frame_last, fl->first_frame);
		f->next ^= f->hdr_len;
		f->first_hi ^= f->hdr_len;
		fl->dir[i].seq0 = pool_early(e, i) - fl->dir[i].seq0;
	}
	fl->first_frame = 0;
	fl->last_frame = 0;
	fl->last_ns = 0;
	fl->dir[FLOW_CLIENT].end = (struct endpoint) { 0 };
	fl->dir[FLOW_ORIGIN].end = (struct endpoint) { 0 };
}

static struct endpoint pool_end(const uint64_t words[2], uint16_t port,
				uint32_t where)
{
	uint8_t bytes[16];
	struct endpoint e;

	memcpy(bytes, words, sizeof(bytes));
	e = (struct endpoint) {
		where & KEY_V6 ? ip_addr_v6(bytes) : ip_addr_v4(bytes),
		be16_get((be16) { port }),
	};
	return e;
}

/* pool_dress() - the inverse of pool_strip() */
static void pool_dress(struct flow *fl, const struct entry *e)
{
	const struct flow_key *k = &e->key;
	bool is_flip = e->state & ENTRY_B_IS_CLIENT;
	unsigned i;

	for (i = 0; i < FLOW_SIDES; i++) {
		struct find *f = &fl->dir[i].find;

		f->frame = pool_abs(f->frame, e->first_frame);
		f->frame_last = pool_abs(f->frame_last, e->first_frame);
		f->next ^= f->hdr_len;
		f->first_hi ^= f->hdr_len;
		fl->dir[i].seq0 = pool_early(e, i) - fl->dir[i].seq0;
	}
	fl->first_frame = e->first_frame;
	fl->last_frame = e->last_frame;
	fl->last_ns = e->last_ns;
	fl->dir[is_flip ? FLOW_ORIGIN : FLOW_CLIENT].end =
		pool_end(k->a, k->a_port, k->where);
	fl->dir[is_flip ? FLOW_CLIENT : FLOW_ORIGIN].end =
		pool_end(k->b, k->b_port, k->where);
}

uint8_t *pool_pack(struct pool *p, struct flow *fl, const struct entry *e)
{
	struct flow tmp = *fl;
	size_t len, at;
	uint8_t *packed;
	unsigned i;

	if (e)
		pool_strip(&tmp, e);
	for (i = 0; i < FLOW_SIDES; i++)
		tmp.dir[i].find.hdr = NULL;
	len = at = pack(&tmp, sizeof(tmp), p->scratch);
	for (i = 0; i < FLOW_SIDES; i++)
		len += fl->dir[i].find.hdr_len;
	packed = malloc(len);
	if (!packed)
		return NULL;
	memcpy(packed, p->scratch, at);
	for (i = 0; i < FLOW_SIDES; i++) {
		struct find *f = &fl->dir[i].find;

		if (!f->hdr)
			continue;
		memcpy(packed + at, f->hdr, f->hdr_len);
		at += f->hdr_len;
		free(f->hdr);
	}
	return packed;
}

void pool_peek(uint8_t *packed, const struct entry *e, struct flow *ret)
{
	size_t at = unpack(packed, ret, sizeof(*ret));
	unsigned i;

	for (i = 0; i < FLOW_SIDES; i++) {
		struct find *f = &ret->dir[i].find;

		if (f->hdr_len)
			f->hdr = packed + at;
		at += f->hdr_len;
	}
	if (e)
		pool_dress(ret, e);
}

/* pool_own() - a header out of the packed bytes, in memory of its own */
static void pool_own(struct find *f)
{
	uint8_t *hdr;

	if (!f->hdr)
		return;
	hdr = malloc(f->hdr_len);
	if (hdr) {
		memcpy(hdr, f->hdr, f->hdr_len);
	} else {
		f->state = FIND_WAIT;
		f->hdr_len = 0;
		f->is_starved = true;
		f->has_bad_copy = false;
	}
	f->hdr = hdr;
}

void pool_unpack(uint8_t *packed, const struct entry *e, struct flow *ret)
{
	pool_peek(packed, e, ret);
	pool_own(&ret->dir[FLOW_CLIENT].find);
	pool_own(&ret->dir[FLOW_ORIGIN].find);
	free(packed);
}

/* pool_evict() - pack the flow that the hand finds cold */
static int pool_evict(struct pool *p)
{
	struct entry *e;

	for (;;) {
		e = table_at(p->table, p->owner[p->hand]);
		if (!(e->state & ENTRY_IS_WARM))
			break;
		e->state &= ~(uint32_t)ENTRY_IS_WARM;
		p->hand = (p->hand + 1) % p->max;
	}
	e->hold = pool_pack(p, pool_at(p, p->hand), e);
	if (!e->hold) {
		e->hold = pool_at(p, p->hand);
		return -ENOMEM;
	}
	e->state |= ENTRY_IS_PACKED;
	p->idle[p->idle_count++] = p->hand;
	p->hand = (p->hand + 1) % p->max;
	return 0;
}

/* pool_more() - memory for more flows */
static int pool_more(struct pool *p)
{
	uint32_t n = p->max - p->made;
	struct flow *slab;
	uint32_t i;

	if (n > POOL_SLAB)
		n = POOL_SLAB;
	slab = huge_alloc(n * sizeof(*slab));
	if (!slab)
		return -ENOMEM;
	p->slab[p->made / POOL_SLAB] = slab;
	p->made += n;
	for (i = 1; i <= n; i++)
		p->idle[p->idle_count++] = p->made - i;
	return 0;
}

/* pool_take() - a place for a flow of @e. Return: the flow, or NULL */
static struct flow *pool_take(struct pool *p, struct entry *e)
{
	uint32_t i;

	if (!p->idle_count && p->made < p->max && pool_more(p) != 0)
		return NULL;
	if (!p->idle_count && pool_evict(p) != 0)
		return NULL;
	i = p->idle[--p->idle_count];
	p->owner[i] = e->place;
	e->link = i;
	return pool_at(p, i);
}

struct flow *pool_add(struct pool *p, struct entry *e)
{
	struct flow *fl = pool_take(p, e);

	if (!fl)
		return NULL;
	memset(fl, 0, sizeof(*fl));
	e->hold = fl;
	e->state |= ENTRY_IS_WARM;
	return fl;
}

struct flow *pool_wake(struct pool *p, struct entry *e)
{
	struct flow *fl = e->hold;

	if (e->state & ENTRY_IS_PACKED) {
		fl = pool_take(p, e);
		if (!fl)
			return NULL;
		pool_unpack(e->hold, e, fl);
		e->hold = fl;
		e->state &= ~(uint32_t)ENTRY_IS_PACKED;
	}
	e->state |= ENTRY_IS_WARM;
	return fl;
}

void pool_drop(struct pool *p, struct entry *e)
{
	if (!e->hold)
		return;
	if (e->state & ENTRY_IS_PACKED)
		free(e->hold);
	else
		p->idle[p->idle_count++] = e->link;
	e->state &= ~(uint32_t)ENTRY_IS_PACKED;
	e->hold = NULL;
}
