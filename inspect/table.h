/* SPDX-License-Identifier: BSD-2-Clause */
/* table.h - the live flows of a capture by key: a bounded hash table of small
 * entries.
 *
 * An entry has what each packet of a flow needs. All else stands in a struct
 * flow, which is whole while packets come that are looked at, and packed when
 * others need the room (pool.h). Packets that bring nothing new are only
 * counted here, in @skip, until one comes that does.
 *
 * Entries keep their place while they are used. The slots hold hash and place;
 * open addressing, at most three quarters full.
 */
#ifndef INSPECT_TABLE_H
#define INSPECT_TABLE_H

#include <assert.h>

#include "key.h"

enum {
	/* quiet: such packets of end a, or b (shifted by FAST_FLIP's bit), are
	 * only counted: those without payload, those with
	 */
	ENTRY_QUIET_ACK_A = 1,
	ENTRY_QUIET_ACK_B = 2,
	ENTRY_QUIET_DATA_A = 4,
	ENTRY_QUIET_DATA_B = 8,
	ENTRY_USED = 16,
	ENTRY_B_IS_CLIENT = 32,
	ENTRY_HAS_DATA = 64, /* some payload came */
	ENTRY_IS_CLOSED = 128,
	ENTRY_IS_WARM = 256, /* looked at since the clock's hand was here */
	ENTRY_IS_PACKED = 512,
	ENTRY_EARLY_A = 1024,
	ENTRY_EARLY_B = 2048,
	ENTRY_IS_UNSURE = 4096, /* of a trial: may have begun before it */
};

/* Two cache lines.
 * @state:  ENTRY_*
 * @hold:   a struct flow, or with ENTRY_IS_PACKED what pack() made of one;
 *	    pool.c knows which
 * @skip:   packets that were only counted, of ends a and b
 * @early:  by end: a payload before this sequence number is looked at, with
 *	    ENTRY_EARLY_A or _B
 * @last_frame, @last_ns: of the newest packet
 * @place:  where table_at() finds it
 * @link:   of a free entry the next free place, plus one; of one with a whole
 *	    flow its place in the pool
 */
struct entry {
	struct flow_key key;
	uint32_t hash;
	uint32_t state;
	void *hold;
	int64_t last_ns;
	uint64_t last_frame;
	struct entry_skip {
		uint64_t bytes;
		uint32_t packets;
		uint32_t payloads;
	} skip[2];
	uint32_t early[2];
	uint64_t first_frame;
	uint32_t place;
	uint32_t link;
};

static_assert(sizeof(struct entry) == 128, "two cache lines");

struct table_slot {
	uint32_t hash;
	uint32_t place; /* plus one; 0 is empty */
};

/* @count: entries in use
 * @room:  places that were ever used; @made: that there is memory for
 * @free:  first free place, plus one
 */
struct table {
	uint32_t count;
	uint32_t max;
	uint32_t room;
	uint32_t made;
	uint32_t free;
	uint32_t slot_mask;
	struct table_slot *slot;
	struct entry **chunk;
};

/* of 128 bytes: a large page */
#define TABLE_CHUNK_BITS 14
#define TABLE_CHUNK	 (1U << TABLE_CHUNK_BITS)

/* table_init() - @max entries, at least 1; memory comes as entries come.
 * Return: 0 or -ENOMEM
 */
int table_init(struct table *t, uint32_t max);

/* table_fini() - what the entries hold is the caller's to free before */
void table_fini(struct table *t);

/* table_add() - a zeroed entry for a key that is not there.
 * Return: NULL if there are @max, or there is no memory
 */
struct entry *table_add(struct table *t, const struct flow_key *key,
			uint32_t hash);

void table_remove(struct table *t, struct entry *e);

/* table_hide() - @e keeps its place, but its key is nobody's any more; not to
 * be removed. For tables that only grow until table_reset().
 */
void table_hide(struct table *t, struct entry *e);

/* table_reset() - without entries; the memory stays */
void table_reset(struct table *t);

static inline struct entry *table_at(const struct table *t, uint32_t place)
{
	return &t->chunk[place >> TABLE_CHUNK_BITS][place & (TABLE_CHUNK - 1)];
}

static inline void table_prefetch(const struct table *t, uint32_t hash)
{
	__builtin_prefetch(&t->slot[hash & t->slot_mask]);
}

/* table_near() - the first entry of @hash, which nearly always is the one, or
 * NULL. Reads slots alone.
 */
static inline struct entry *table_near(const struct table *t, uint32_t hash)
{
	uint32_t i = hash & t->slot_mask;

	while (t->slot[i].hash != hash && t->slot[i].place)
		i = (i + 1) & t->slot_mask;
	return t->slot[i].place ? table_at(t, t->slot[i].place - 1) : NULL;
}

static inline struct entry *
table_find(const struct table *t, const struct flow_key *key, uint32_t hash)
{
	uint32_t i = hash & t->slot_mask;

	for (; t->slot[i].place; i = (i + 1) & t->slot_mask) {
		struct entry *e;

		if (t->slot[i].hash != hash)
			continue;
		e = table_at(t, t->slot[i].place - 1);
		if (key_eq(&e->key, key))
			return e;
	}
	return NULL;
}

#endif
