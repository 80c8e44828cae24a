/* SPDX-License-Identifier: BSD-2-Clause */
/* tunnel_table.c - see tunnel_table.h */
#include "tunnel_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define TUNNEL_CHUNK 64
#define TUNNEL_SLOTS 4096 /* a power of two */

/* @next: of those with the same hash; @next_key: of those that are the first
 * with their key
 */
struct tunnel_entry {
	struct tunnel tunnel;
	struct tunnel_entry *next;
	struct tunnel_entry *next_key;
};

/* @seed:    random, so that no capture can be made to collide
 * @last:    the one that was asked for last: packets come in trains
 * @nameless: one of each kind, for when there is no room
 * @keys:    that were given; those below TUNNEL_KINDS stand for kinds without
 * id
 */
struct tunnel_table {
	uint64_t seed;
	uint64_t refused;
	uint32_t count;
	uint32_t keys;
	const struct tunnel *last;
	struct tunnel_entry *slot[TUNNEL_SLOTS];
	struct tunnel_entry *key_slot[TUNNEL_SLOTS];
	struct tunnel_entry *chunk[TUNNEL_TABLE_MAX / TUNNEL_CHUNK];
	struct tunnel nameless[TUNNEL_KINDS];
};

int tunnel_table_new(struct tunnel_table **ret)
{
	struct tunnel_table *t = calloc(1, sizeof(*t));
	unsigned i;

	if (!t)
		return -ENOMEM;
	/* Without entropy the table still works, only guessable. */
	if (getrandom(&t->seed, sizeof(t->seed), GRND_NONBLOCK) < 0)
		t->seed = 0;
	for (i = 0; i < TUNNEL_KINDS; i++) {
		t->nameless[i].kind = (enum tunnel_kind)i;
		t->nameless[i].depth = 1;
		t->nameless[i].key = i;
	}
	t->keys = TUNNEL_KINDS;
	*ret = t;
	return 0;
}

void tunnel_table_free(struct tunnel_table *t)
{
	size_t i;

	if (!t)
		return;
	for (i = 0; i < ARRAY_SIZE(t->chunk); i++)
		free(t->chunk[i]);
	free(t);
}

static uint64_t tunnel_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 29;
}

static uint64_t tunnel_mix_addr(uint64_t h, const struct ip_addr *a)
{
	uint64_t half[2];

	memcpy(half, a->bytes, sizeof(half));
	return tunnel_mix(tunnel_mix(h, half[0]), half[1]);
}

static uint64_t tunnel_mix_id(uint64_t h, const struct tunnel *w)
{
	return tunnel_mix(h, (uint64_t)w->kind << 40 |
				     (uint64_t)w->has_id << 32 | w->id);
}

static uint32_t tunnel_hash(uint64_t seed, const struct tunnel *w)
{
	uint64_t h = tunnel_mix_id(seed, w);

	h = tunnel_mix_addr(tunnel_mix_addr(h, &w->src), &w->dst);
	h = tunnel_mix(h, w->dport);
	h = tunnel_mix(h, (uint64_t)(uintptr_t)w->outer);
	return (uint32_t)(h >> 32) & (TUNNEL_SLOTS - 1);
}

static bool tunnel_eq(const struct tunnel *a, const struct tunnel *b)
{
	return a->kind == b->kind && a->has_id == b->has_id && a->id == b->id &&
	       a->dport == b->dport && a->outer == b->outer &&
	       ip_addr_eq(&a->src, &b->src) && ip_addr_eq(&a->dst, &b->dst);
}

/* tunnel_key() - the key of @e, which is new: that of its kind, or of the first
 * with its kind and id
 */
static uint32_t tunnel_key(struct tunnel_table *t, struct tunnel_entry *e)
{
	const struct tunnel *w = &e->tunnel;
	struct tunnel_entry **at, *k;

	if (!w->has_id)
		return (uint32_t)w->kind;
	at = &t->key_slot[tunnel_mix_id(t->seed, w) >> 32 & (TUNNEL_SLOTS - 1)];
	for (k = *at; k; k = k->next_key)
		if (k->tunnel.kind == w->kind && k->tunnel.id == w->id)
			return k->tunnel.key;
	e->next_key = *at;
	*at = e;
	return t->keys++;
}

static struct tunnel_entry *tunnel_table_room(struct tunnel_table *t)
{
	uint32_t chunk = t->count / TUNNEL_CHUNK;

	if (t->count == TUNNEL_TABLE_MAX)
		return NULL;
	if (!t->chunk[chunk]) {
		t->chunk[chunk] = calloc(TUNNEL_CHUNK, sizeof(*t->chunk[0]));
		if (!t->chunk[chunk])
			return NULL;
	}
	return &t->chunk[chunk][t->count++ % TUNNEL_CHUNK];
}

const struct tunnel *tunnel_table_get(struct tunnel_table *t,
				      const struct tunnel *want)
{
	struct tunnel_entry *e;
	uint32_t slot;

	if (t->last && tunnel_eq(t->last, want))
		return t->last;
	slot = tunnel_hash(t->seed, want);
	for (e = t->slot[slot]; e; e = e->next)
		if (tunnel_eq(&e->tunnel, want))
			break;
	if (!e) {
		e = tunnel_table_room(t);
		if (!e) {
			t->refused++;
			return &t->nameless[want->kind];
		}
		e->tunnel = *want;
		e->tunnel.depth =
			want->outer ? (uint8_t)(want->outer->depth + 1) : 1;
		e->tunnel.key = tunnel_key(t, e);
		e->next = t->slot[slot];
		t->slot[slot] = e;
	}
	t->last = &e->tunnel;
	return t->last;
}

uint64_t tunnel_table_refused(const struct tunnel_table *t)
{
	return t->refused;
}
