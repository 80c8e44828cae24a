/* SPDX-License-Identifier: BSD-2-Clause */
/* table.c - see table.h */
#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

	for (i = 0; t->chunk && i < t->room; i += TABLE_CHUNK)
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

/* table_more() - a chunk of free entries, the lowest place first */
static int table_more(struct table *t)
{
	size_t size = TABLE_CHUNK * sizeof(struct entry);
	struct entry *chunk = aligned_alloc(64, size);
	uint32_t i;

	if (!chunk)
		return -ENOMEM;
	memset(chunk, 0, size);
	t->chunk[t->room / TABLE_CHUNK] = chunk;
	for (i = 0; i < TABLE_CHUNK; i++) {
		chunk[i].place = t->room + i;
		chunk[i].link = i + 1 < TABLE_CHUNK ? t->room + i + 2 : 0;
	}
	t->free = t->room + 1;
	t->room += TABLE_CHUNK;
	return 0;
}

struct entry *table_add(struct table *t, const struct flow_key *key,
			uint32_t hash)
{
	struct entry *e;
	uint32_t place;

	if (t->count == t->max || table_grow(t) != 0)
		return NULL;
	if (!t->free && table_more(t) != 0)
		return NULL;
	place = t->free - 1;
	e = table_at(t, place);
	t->free = e->link;
	*e = (struct entry) { .key = *key, .hash = hash, .place = place };
	e->state = ENTRY_USED;
	table_put(t->slot, t->slot_mask,
		  (struct table_slot) { hash, place + 1 });
	t->count++;
	return e;
}

void table_remove(struct table *t, struct entry *e)
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
	e->state = 0;
	e->link = t->free;
	t->free = e->place + 1;
	t->count--;
}
