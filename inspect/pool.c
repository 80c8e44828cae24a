/* SPDX-License-Identifier: BSD-2-Clause */
/* pool.c - see pool.h */
#include "pool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"
#include "wire/wire.h"

static_assert(sizeof(struct flow) % 8 == 0, "pack() takes whole words");

/* @owner: place in the table of the entry whose flow it is
 * @idle:  a stack of the places in the pool that are free
 */
struct pool {
	const struct table *table;
	uint32_t max;
	uint32_t made;
	uint32_t idle_count;
	uint32_t hand;
	struct flow **flow;
	uint32_t *owner;
	uint32_t *idle;
	uint8_t scratch[PACK_MAX(sizeof(struct flow))];
};

int pool_new(const struct table *t, uint32_t max, struct pool **ret)
{
	struct pool *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->table = t;
	p->max = max;
	p->flow = calloc(max, sizeof(struct flow *));
	p->owner = calloc(max, sizeof(*p->owner));
	p->idle = calloc(max, sizeof(*p->idle));
	if (!p->flow || !p->owner || !p->idle) {
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
	for (i = 0; p->flow && i < p->made; i++)
		free(p->flow[i]);
	free(p->flow);
	free(p->owner);
	free(p->idle);
	free(p);
}

uint8_t *pool_pack(struct pool *p, const struct flow *fl)
{
	size_t len = pack(fl, sizeof(*fl), p->scratch);
	uint8_t *packed = malloc(len);

	if (packed)
		memcpy(packed, p->scratch, len);
	return packed;
}

void pool_unpack(uint8_t *packed, struct flow *ret)
{
	unpack(packed, ret, sizeof(*ret));
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
	e->hold = pool_pack(p, p->flow[p->hand]);
	if (!e->hold) {
		e->hold = p->flow[p->hand];
		return -ENOMEM;
	}
	e->state |= ENTRY_IS_PACKED;
	p->idle[p->idle_count++] = p->hand;
	p->hand = (p->hand + 1) % p->max;
	return 0;
}

/* pool_take() - a place for a flow of @e. Return: the flow, or NULL */
static struct flow *pool_take(struct pool *p, struct entry *e)
{
	uint32_t i;

	if (!p->idle_count && p->made < p->max) {
		struct flow *fl = malloc(sizeof(*fl));

		if (!fl)
			return NULL;
		p->flow[p->made] = fl;
		p->idle[p->idle_count++] = p->made++;
	}
	if (!p->idle_count && pool_evict(p) != 0)
		return NULL;
	i = p->idle[--p->idle_count];
	p->owner[i] = e->place;
	e->link = i;
	return p->flow[i];
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
		pool_unpack(e->hold, fl);
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
