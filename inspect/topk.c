/* SPDX-License-Identifier: BSD-2-Clause */
/* topk.c - see topk.h */
#include "topk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "wire/wire.h"

#define TOPK_NONE UINT16_MAX

static_assert(TOPK_SLOTS < TOPK_NONE, "slots have 16-bit numbers");

void topk_init(struct topk *t)
{
	t->used = 0;
	t->is_full = false;
	memset(t->bucket, 0xff, sizeof(t->bucket));
}

/* Keys that collide make it slow, at worst TOPK_SLOTS comparisons. */
static unsigned topk_bucket(const struct ip_addr *key)
{
	uint64_t lo, hi;

	memcpy(&lo, key->bytes, sizeof(lo));
	memcpy(&hi, key->bytes + sizeof(lo), sizeof(hi));
	hi *= 0x9e3779b97f4a7c15ULL;
	lo = (lo ^ hi ^ hi >> 32) * 0xff51afd7ed558ccdULL;
	return (unsigned)(lo >> 32) % TOPK_BUCKETS;
}

static void topk_swap(struct topk *t, unsigned a, unsigned b)
{
	uint16_t slot = t->heap[a];

	t->heap[a] = t->heap[b];
	t->heap[b] = slot;
	t->slot[t->heap[a]].heap = (uint16_t)a;
	t->slot[t->heap[b]].heap = (uint16_t)b;
}

static uint64_t topk_count(const struct topk *t, unsigned at)
{
	return t->slot[t->heap[at]].count;
}

static void topk_down(struct topk *t, unsigned at)
{
	for (;;) {
		unsigned child = 2 * at + 1;

		if (child >= t->used)
			return;
		if (child + 1 < t->used &&
		    topk_count(t, child + 1) < topk_count(t, child))
			child++;
		if (topk_count(t, at) <= topk_count(t, child))
			return;
		topk_swap(t, at, child);
		at = child;
	}
}

static void topk_up(struct topk *t, unsigned at)
{
	while (at && topk_count(t, at) < topk_count(t, (at - 1) / 2)) {
		topk_swap(t, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

static void topk_unlink(struct topk *t, uint16_t slot)
{
	uint16_t *at = &t->bucket[topk_bucket(&t->slot[slot].key)];

	while (*at != slot)
		at = &t->slot[*at].next;
	*at = t->slot[slot].next;
}

static void topk_link(struct topk *t, uint16_t slot, const struct ip_addr *key)
{
	struct topk_slot *s = &t->slot[slot];
	unsigned bucket = topk_bucket(key);

	s->key = *key;
	s->next = t->bucket[bucket];
	t->bucket[bucket] = slot;
}

/* A slot for a new key: a free one, or the rarest's. */
static struct topk_slot *topk_take(struct topk *t, const struct ip_addr *key)
{
	struct topk_slot *s;
	uint16_t slot;

	if (t->used == TOPK_SLOTS) {
		slot = t->heap[0];
		s = &t->slot[slot];
		topk_unlink(t, slot);
		t->is_full = true;
		s->error = s->count;
	} else {
		slot = t->used++;
		s = &t->slot[slot];
		*s = (struct topk_slot) { .heap = slot };
		t->heap[slot] = slot;
		topk_up(t, slot);
	}
	s->value = 0;
	topk_link(t, slot, key);
	return s;
}

struct topk_slot *topk_add(struct topk *t, const struct ip_addr *key)
{
	struct topk_slot *s;
	uint16_t at;

	for (at = t->bucket[topk_bucket(key)]; at != TOPK_NONE;
	     at = t->slot[at].next)
		if (ip_addr_eq(&t->slot[at].key, key))
			break;
	s = at == TOPK_NONE ? topk_take(t, key) : &t->slot[at];
	s->count++;
	topk_down(t, s->heap);
	return s;
}

struct topk_ref {
	const struct topk_slot *slot;
};

static int topk_compare(const void *a, const void *b)
{
	const struct topk_slot *x = ((const struct topk_ref *)a)->slot;
	const struct topk_slot *y = ((const struct topk_ref *)b)->slot;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

unsigned topk_best(const struct topk *t, const struct topk_slot **ret,
		   unsigned max)
{
	struct topk_ref all[TOPK_SLOTS];
	unsigned i;

	for (i = 0; i < t->used; i++)
		all[i].slot = &t->slot[i];
	qsort(all, t->used, sizeof(all[0]), topk_compare);
	for (i = 0; i < max && i < t->used; i++)
		ret[i] = all[i].slot;
	return i;
}
