/* SPDX-License-Identifier: BSD-2-Clause */
/* topk.c - see topk.h */
#include "topk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "wire/wire.h"

static_assert(TOPK_EXACT <= UINT16_MAX, "slots have 16-bit numbers");

/* Keys that collide make it slow, at worst TOPK_EXACT comparisons. */
static unsigned topk_bucket(const struct ip_addr *key)
{
	uint64_t lo, hi;

	memcpy(&lo, key->bytes, sizeof(lo));
	memcpy(&hi, key->bytes + sizeof(lo), sizeof(hi));
	hi *= 0x9e3779b97f4a7c15ULL;
	lo = (lo ^ hi ^ hi >> 32) * 0xff51afd7ed558ccdULL;
	return (unsigned)(lo >> 32) % TOPK_BUCKETS;
}

static void topk_place(struct topk *t, unsigned at, struct topk_node n)
{
	t->heap[at] = n;
	t->place[n.slot] = (uint16_t)at;
}

/* topk_down() - the node at @at has become @n, which counts more than before */
static void topk_down(struct topk *t, unsigned at, struct topk_node n)
{
	for (;;) {
		unsigned child = 2 * at + 1;

		if (child + 1 < t->used &&
		    t->heap[child + 1].count < t->heap[child].count)
			child++;
		if (child >= t->used || n.count <= t->heap[child].count)
			break;
		topk_place(t, at, t->heap[child]);
		at = child;
	}
	topk_place(t, at, n);
}

/* topk_up() - @n, which counts little, comes in at the free node @at */
static void topk_up(struct topk *t, unsigned at, struct topk_node n)
{
	while (at && n.count < t->heap[(at - 1) / 2].count) {
		topk_place(t, at, t->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	topk_place(t, at, n);
}

static void topk_unlink(struct topk *t, uint16_t slot)
{
	uint16_t *at = &t->bucket[topk_bucket(&t->slot[slot].key)];

	while (*at != slot + 1)
		at = &t->slot[*at - 1].next;
	*at = t->slot[slot].next;
}

static void topk_link(struct topk *t, uint16_t slot, const struct ip_addr *key)
{
	struct topk_slot *s = &t->slot[slot];
	unsigned bucket = topk_bucket(key);

	s->key = *key;
	s->next = t->bucket[bucket];
	t->bucket[bucket] = (uint16_t)(slot + 1);
}

/* topk_compare() - below zero if @x comes before @y */
static int topk_compare(const struct topk_slot *x, const struct topk_slot *y)
{
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

static int topk_order(const void *a, const void *b)
{
	return topk_compare(a, b);
}

/* topk_shrink() - there are too many to count each: the rarest are forgotten,
 * none of which came more often than one that stays
 */
static void topk_shrink(struct topk *t)
{
	uint16_t i;

	qsort(t->slot, t->used, sizeof(t->slot[0]), topk_order);
	memset(t->bucket, 0, sizeof(t->bucket));
	t->used = 0;
	for (i = 0; i < TOPK_SLOTS; i++) {
		struct ip_addr key = t->slot[i].key;

		topk_link(t, i, &key);
		topk_up(t, t->used++,
			(struct topk_node) { t->slot[i].count, i });
	}
	t->is_full = true;
}

/* A slot for a new key: a free one, or the rarest's. */
static struct topk_slot *topk_take(struct topk *t, const struct ip_addr *key)
{
	struct topk_slot *s;
	uint16_t slot;

	if (!t->is_full && t->used == TOPK_EXACT)
		topk_shrink(t);
	if (t->is_full) {
		slot = t->heap[0].slot;
		s = &t->slot[slot];
		topk_unlink(t, slot);
		s->error = s->count;
	} else {
		slot = t->used++;
		s = &t->slot[slot];
		*s = (struct topk_slot) { 0 };
	}
	s->value = 0;
	topk_link(t, slot, key);
	return s;
}

static struct topk_slot *topk_slot(struct topk *t, const struct ip_addr *key)
{
	uint16_t at;

	for (at = t->bucket[topk_bucket(key)]; at; at = t->slot[at - 1].next)
		if (ip_addr_eq(&t->slot[at - 1].key, key))
			return &t->slot[at - 1];
	return topk_take(t, key);
}

struct topk_slot *topk_add(struct topk *t, const struct ip_addr *key)
{
	struct topk_slot *s = topk_slot(t, key);
	uint16_t at = (uint16_t)(s - t->slot);

	s->count++;
	if (t->is_full)
		topk_down(t, t->place[at], (struct topk_node) { s->count, at });
	return s;
}

bool topk_can_add(const struct topk *t, uint64_t n)
{
	return !t->is_full && n <= (uint64_t)(TOPK_EXACT - t->used);
}

void topk_merge(struct topk *t, const struct topk *by)
{
	uint16_t i;

	for (i = 0; i < by->used; i++) {
		struct topk_slot *s = topk_slot(t, &by->slot[i].key);

		s->count += by->slot[i].count;
		s->value += by->slot[i].value;
	}
}

unsigned topk_best(const struct topk *t, const struct topk_slot **ret,
		   unsigned max)
{
	unsigned n = 0, i;

	/* @max is small: each finds its place among those before it */
	for (i = 0; i < t->used; i++) {
		const struct topk_slot *s = &t->slot[i];
		unsigned at;

		if (n == max && (!n || topk_compare(ret[n - 1], s) < 0))
			continue;
		at = n < max ? n++ : n - 1;
		for (; at && topk_compare(s, ret[at - 1]) < 0; at--)
			ret[at] = ret[at - 1];
		ret[at] = s;
	}
	return n;
}
