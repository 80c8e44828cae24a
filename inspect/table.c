/* SPDX-License-Identifier: BSD-2-Clause */
/* table.c - see table.h */
#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "huge.h"

#define TABLE_SLOT_MIN 4096U
/* Up to so many slots half of them stay empty, so that most searches end where
 * they begin; of more, which take memory that counts, a quarter.
 */
#define TABLE_ROOMY (1U << 17)

int table_init(struct table *t, uint32_t max, const struct key_seed *seed)
{
	size_t chunks = ((size_t)max + TABLE_CHUNK - 1) / TABLE_CHUNK;

	*t = (struct table) {
		.seed = seed,
		.max = max,
		.place_mask = 1,
		.slot_mask = TABLE_SLOT_MIN - 1,
	};
	while (t->place_mask <= max)
		t->place_mask = t->place_mask << 1 | 1;
	t->slot = calloc(TABLE_SLOT_MIN, sizeof(*t->slot));
	t->chunk = calloc(chunks, sizeof(struct entry *));
	if (!t->slot || !t->chunk) {
		table_fini(t);
		return -ENOMEM;
	}
	return 0;
}

void table_fini(struct table *t)
{
	uint32_t i;

	for (i = 0; t->chunk && i < t->made; i += TABLE_CHUNK)
		free(t->chunk[i / TABLE_CHUNK]);
	free(t->chunk);
	free(t->slot);
	*t = (struct table) { 0 };
}

/* table_put() - @place in the first slot that nobody needs */
static void table_put(struct table *t, uint32_t hash, uint32_t place)
{
	uint32_t i = hash & t->slot_mask;

	while (t->slot[i] && (t->slot[i] & t->place_mask) != t->place_mask)
		i = (i + 1) & t->slot_mask;
	t->filled += !t->slot[i];
	t->slot[i] = (hash & ~t->place_mask) | (place + 1);
}

/* table_fill() - empty slots with all entries that have a key */
static void table_fill(struct table *t)
{
	uint32_t i;

	t->filled = 0;
	for (i = 0; i < t->room; i++) {
		const struct entry *e = table_at(t, i);

		if (e->state & ENTRY_USED && !(e->key.where & KEY_HIDDEN))
			table_put(t, table_hash(t, e), i);
	}
}

/* table_grow() - make sure that a slot is free. Of those that may be filled a
 * third or more is free after they were made anew: that has to be worth while.
 */
static int table_grow(struct table *t)
{
	size_t size = (size_t)t->slot_mask + 1;
	bool is_roomy = size <= TABLE_ROOMY;
	uint32_t *slot;

	if (t->filled < (is_roomy ? size / 2 : size / 4 * 3))
		return 0;
	if (t->count < (is_roomy ? size / 3 : size / 2)) {
		memset(t->slot, 0, size * sizeof(*slot));
	} else {
		slot = calloc(size * 2, sizeof(*slot));
		if (!slot)
			return -ENOMEM;
		free(t->slot);
		t->slot = slot;
		t->slot_mask = (uint32_t)(size * 2 - 1);
	}
	table_fill(t);
	return 0;
}

/* table_more() - memory for more entries */
static int table_more(struct table *t)
{
	uint32_t n = t->max - t->made;
	struct entry *chunk;

	if (n > TABLE_CHUNK)
		n = TABLE_CHUNK;
	chunk = huge_alloc(n * sizeof(*chunk));
	if (!chunk)
		return -ENOMEM;
	t->chunk[t->made / TABLE_CHUNK] = chunk;
	t->made += n;
	return 0;
}

/* table_take() - a place that is free, plus one; 0: there is no memory */
static uint32_t table_take(struct table *t)
{
	uint32_t place = t->free;

	if (place) {
		t->free = table_at(t, place - 1)->early[0];
		return place;
	}
	if (t->room == t->made && table_more(t) != 0)
		return 0;
	return ++t->room;
}

struct entry *table_add(struct table *t, const struct flow_key *key,
			uint32_t hash)
{
	struct entry *e;
	uint32_t place;

	if (t->count == t->max || table_grow(t) != 0)
		return NULL;
	place = table_take(t);
	if (!place--)
		return NULL;
	e = table_at(t, place);
	*e = (struct entry) { .key = *key, .state = ENTRY_USED };
	table_put(t, hash, place);
	t->count++;
	return e;
}

/* table_bury() - slot @i is of no use any more */
static void table_bury(struct table *t, uint32_t i)
{
	t->slot[i] = t->place_mask;
	if (t->slot[(i + 1) & t->slot_mask])
		return;
	/* Nobody goes on from here: dead slots need not say that one does. */
	while ((t->slot[i] & t->place_mask) == t->place_mask) {
		t->slot[i] = 0;
		t->filled--;
		i = (i - 1) & t->slot_mask;
	}
}

/* table_drop() - without the slot of @e. Return: its place, plus one */
static uint32_t table_drop(struct table *t, const struct entry *e)
{
	uint32_t hash = table_hash(t, e);
	uint32_t i = hash & t->slot_mask;
	uint32_t place;

	while (!table_is_like(t, t->slot[i], hash) ||
	       table_at(t, (t->slot[i] & t->place_mask) - 1) != e)
		i = (i + 1) & t->slot_mask;
	place = t->slot[i] & t->place_mask;
	table_bury(t, i);
	return place;
}

void table_hide(struct table *t, struct entry *e)
{
	(void)table_drop(t, e);
	e->key.where |= KEY_HIDDEN;
}

void table_remove(struct table *t, struct entry *e)
{
	uint32_t place = table_drop(t, e);

	e->state = 0;
	e->early[0] = t->free;
	t->free = place;
	t->count--;
}

void table_reset(struct table *t)
{
	memset(t->slot, 0, ((size_t)t->slot_mask + 1) * sizeof(*t->slot));
	t->count = t->room = t->free = t->filled = 0;
}

uint32_t table_place(const struct table *t, const struct entry *e)
{
	uint32_t i = 0;

	while (e < t->chunk[i] || e >= t->chunk[i] + TABLE_CHUNK)
		i++;
	return (i << TABLE_CHUNK_BITS) + (uint32_t)(e - t->chunk[i]);
}
