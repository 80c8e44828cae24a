/* SPDX-License-Identifier: BSD-2-Clause */
/* table.h - the live flows of a capture by key: a bounded hash table of small
 * entries.
 *
 * An entry has what each packet of a flow needs. All else stands in a struct
 * flow, which is whole while packets come that are looked at, and packed when
 * others need the room (pool.h). Packets that bring nothing new are only
 * counted here, in @skip, until one comes that does.
 *
 * Entries keep their place while they are used. A slot has that place, and in
 * the bits that are left over the highest of the hash; open addressing, at most
 * half full while it is small, three quarters when it is not. What is removed
 * leaves a dead slot behind if others come after it; when these are too many
 * the slots are made anew.
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
	ENTRY_IS_UNSURE = 4096,	  /* of a trial: may have begun before it */
	ENTRY_IS_BLANK = 8192,	  /* of a trial: begun before it; has no flow */
	ENTRY_IS_PARTIAL = 16384, /* of a trial: see trial.h */
};

/* One cache line.
 * @last_frame, @last_ns: of the newest packet; frames count to 2^48
 * @state:  ENTRY_*
 * @hold:   a struct flow, or with ENTRY_IS_PACKED what pool_pack() made of one
 * @skip:   packets that were only counted, of ends a and b; what there is no
 *	    room for has to go into the flow before
 * @early:  by end: a payload before this sequence number is looked at, with
 *	    ENTRY_EARLY_A or _B. Of a free entry, @early[0] is the next free
 *	    place, plus one
 */
struct entry {
	struct flow_key key;
	int64_t last_ns;
	uint64_t last_frame : 48;
	uint64_t state	    : 16;
	void *hold;
	struct entry_skip {
		uint32_t bytes;
		uint16_t packets;
		uint16_t payloads;
	} skip[2];
	uint32_t early[2];
};

static_assert(sizeof(struct entry) == 64, "a cache line");

/* what @last_frame has room for */
#define ENTRY_FRAME ((1ULL << 48) - 1)

/* Counters are emptied before they are full: half full. */
#define ENTRY_SKIP_PACKETS 0x8000U
#define ENTRY_SKIP_BYTES   0x80000000U

/* entry_has_room() - for one more packet to be counted */
static inline bool entry_has_room(const struct entry_skip *s)
{
	return s->packets < ENTRY_SKIP_PACKETS && s->bytes < ENTRY_SKIP_BYTES;
}

/* entry_can_add() - is there room for what @by counts, too? */
static inline bool entry_can_add(const struct entry_skip *s,
				 const struct entry_skip *by)
{
	return s->packets + by->packets <= UINT16_MAX &&
	       s->bytes <= UINT32_MAX - by->bytes;
}

static inline void entry_add(struct entry_skip *s, const struct entry_skip *by)
{
	s->packets = (uint16_t)(s->packets + by->packets);
	s->payloads = (uint16_t)(s->payloads + by->payloads);
	s->bytes += by->bytes;
}

/* @seed:   of the keys' hashes; borrowed
 * @count:  entries in use
 * @room:   places that were ever used; @made: that there is memory for
 * @free:   first free place, plus one
 * @filled: slots that are not empty
 * @place_mask: the bits of a slot that have a place, plus one; 0 is an empty
 *	    slot, all bits of them a dead one
 */
struct table {
	const struct key_seed *seed;
	uint32_t count;
	uint32_t max;
	uint32_t room;
	uint32_t made;
	uint32_t free;
	uint32_t filled;
	uint32_t place_mask;
	uint32_t slot_mask;
	uint32_t *slot;
	struct entry **chunk;
};

/* of 64 bytes: a large page */
#define TABLE_CHUNK_BITS 15
#define TABLE_CHUNK	 (1U << TABLE_CHUNK_BITS)
#define TABLE_MAX	 (1U << 30)

/* table_init() - @max entries, from 1 to TABLE_MAX; memory comes as entries
 * come. Return: 0 or -ENOMEM
 */
int table_init(struct table *t, uint32_t max, const struct key_seed *seed);

/* table_fini() - what the entries hold is the caller's to free before */
void table_fini(struct table *t);

/* table_add() - a zeroed entry for a key that is not there. @hash: key_hash()
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

/* table_place() - where table_at() finds @e; for small tables */
uint32_t table_place(const struct table *t, const struct entry *e);

/* table_hash() - of the key of @e */
static inline uint32_t table_hash(const struct table *t, const struct entry *e)
{
	return key_hash(t->seed, &e->key);
}

static inline void table_prefetch(const struct table *t, uint32_t hash)
{
	__builtin_prefetch(&t->slot[hash & t->slot_mask]);
}

/* table_is_like() - may @slot be one of @hash? */
static inline bool table_is_like(const struct table *t, uint32_t slot,
				 uint32_t hash)
{
	return !((slot ^ hash) & ~t->place_mask) &&
	       (slot & t->place_mask) != t->place_mask;
}

/* table_near() - the first entry that may be of @hash, which nearly always is
 * the one, or NULL. Reads slots alone.
 */
static inline struct entry *table_near(const struct table *t, uint32_t hash)
{
	uint32_t i = hash & t->slot_mask;

	while (t->slot[i] && !table_is_like(t, t->slot[i], hash))
		i = (i + 1) & t->slot_mask;
	if (!t->slot[i])
		return NULL;
	return table_at(t, (t->slot[i] & t->place_mask) - 1);
}

static inline struct entry *
table_find(const struct table *t, const struct flow_key *key, uint32_t hash)
{
	uint32_t i = hash & t->slot_mask;

	for (; t->slot[i]; i = (i + 1) & t->slot_mask) {
		struct entry *e;

		if (!table_is_like(t, t->slot[i], hash))
			continue;
		e = table_at(t, (t->slot[i] & t->place_mask) - 1);
		if (key_eq(&e->key, key))
			return e;
	}
	return NULL;
}

#endif
