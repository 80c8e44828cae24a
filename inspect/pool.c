/* SPDX-License-Identifier: BSD-2-Clause */
/* pool.c - see pool.h */
#include "pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "huge.h"

/* flows of a slab: a large page */
#define POOL_SLAB (HUGE_BYTES / (uint32_t)sizeof(struct flow))

/* @owner: by place in the pool, the entry whose flow it is
 * @made:  places that there is memory for, in slabs
 * @idle:  a stack of the places in the pool that are free
 */
struct pool {
	uint32_t max;
	uint32_t made;
	uint32_t idle_count;
	uint32_t hand;
	struct flow **slab;
	struct entry **owner;
	uint32_t *idle;
};

static struct flow *pool_at(const struct pool *p, uint32_t i)
{
	return &p->slab[i / POOL_SLAB][i % POOL_SLAB];
}

/* pool_place() - the inverse of pool_at() */
static uint32_t pool_place(const struct pool *p, const struct flow *fl)
{
	uint32_t i = 0;

	while (fl < p->slab[i] || fl >= p->slab[i] + POOL_SLAB)
		i++;
	return i * POOL_SLAB + (uint32_t)(fl - p->slab[i]);
}

int pool_new(uint32_t max, struct pool **ret)
{
	struct pool *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->max = max;
	p->slab = calloc(max / POOL_SLAB + 1, sizeof(struct flow *));
	p->owner = calloc(max, sizeof(struct entry *));
	p->idle = calloc(max, sizeof(*p->idle));
	if (!p->slab || !p->owner || !p->idle) {
		pool_free(p);
		return -ENOMEM;
	}
	*ret = p;
	return 0;
}

void pool_limit(struct pool *p, uint32_t max)
{
	if (max < p->made)
		max = p->made;
	if (max < p->max)
		p->max = max;
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

/* pool_evict() - pack the flow that the hand finds cold */
static int pool_evict(struct pool *p)
{
	struct entry *e;

	for (;;) {
		e = p->owner[p->hand];
		if (!(e->state & ENTRY_IS_WARM))
			break;
		e->state &= (uint16_t)~ENTRY_IS_WARM;
		p->hand = (p->hand + 1) % p->max;
	}
	e->hold = pool_pack(pool_at(p, p->hand), e);
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
	p->owner[i] = e;
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
		e->state &= (uint16_t)~ENTRY_IS_PACKED;
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
		p->idle[p->idle_count++] = pool_place(p, e->hold);
	e->state &= (uint16_t)~ENTRY_IS_PACKED;
	e->hold = NULL;
}
