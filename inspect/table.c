/* SPDX-License-Identifier: BSD-2-Clause */
/* table.c - see table.h */
#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "huge.h"

#define TABLE_SLOT_MIN 4096U

int table_init(struct table *t, uint32_t max)
{
	size_t chunks = ((size_t)max + TABLE_CHUNK - 1) / TABLE_CHUNK;

	*t = (struct table) { .max = max, .slot_mask = TABLE_SLOT_MIN - 1 };
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

static void table_put(struct table_slot *slot, uint32_t mask,
		      struct table_slot s)
{
	uint32_t i = s.hash & mask;

	while (slot[i].place)
		i = (i + 1) & mask;
	slot[i] = s;
}

static int table_grow(struct table *t)
{
	size_t size = (size_t)t->slot_mask + 1;
	struct table_slot *slot;
	size_t i;

	if (t->count < size / 4 * 3)
		return 0;
	slot = calloc(size * 2, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	for (i = 0; i < size; i++)
		if (t->slot[i].place)
			table_put(slot, (uint32_t)(size * 2 - 1), t->slot[i]);
	free(t->slot);
	t->slot = slot;
	t->slot_mask = (uint32_t)(size * 2 - 1);
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
		t->free = table_at(t, place - 1)->link;
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
	*e = (struct entry) { .key = *key, .hash = hash, .place = place };
	e->state = ENTRY_USED;
	table_put(t->slot, t->slot_mask,
		  (struct table_slot) { hash, place + 1 });
	t->count++;
	return e;
}

void table_hide(struct table *t, struct entry *e)
{
	uint32_t mask = t->slot_mask;
	uint32_t hole = e->hash & mask;
	uint32_t i;

	while (t->slot[hole].place != e->place + 1)
		hole = (hole + 1) & mask;
	/* Move up what the hole would cut off from its first slot. */
	for (i = (hole + 1) & mask; t->slot[i].place; i = (i + 1) & mask) {
		uint32_t home = t->slot[i].hash & mask;

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		t->slot[hole] = t->slot[i];
		hole = i;
	}
	t->slot[hole] = (struct table_slot) { 0 };
}

void table_remove(struct table *t, struct entry *e)
{
	table_hide(t, e);
	e->state = 0;
	e->link = t->free;
	t->free = e->place + 1;
	t->count--;
}

void table_reset(struct table *t)
{
	memset(t->slot, 0, ((size_t)t->slot_mask + 1) * sizeof(*t->slot));
	t->count = t->room = t->free = 0;
}
