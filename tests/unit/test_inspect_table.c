/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_table.c - the table, the packing and the order of flows, each
 * against a model that is too simple to be wrong
 */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "order.h"
#include "pack.h"
#include "pool.h"
#include "table.h"
#include "wire/ip.h"
#include "wire/wire.h"

#define KEYS 5000U

static uint32_t state = 1;

static uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* With it, and with one port, the hash is in the middle of the ends. */
static const struct key_seed seed;

/* Few different hashes, so that chains are long and wrap around. */
static struct flow_key key_of(uint32_t i)
{
	uint32_t hash = (i % 97) * 0x01000193U - 40;

	return (struct flow_key) { .ends = (uint64_t)hash << 16 | i,
				   .b_port = 1 };
}

static uint32_t hash_of(uint32_t i)
{
	struct flow_key key = key_of(i);

	return key_hash(&seed, &key);
}

static void test_entries_come_and_go(void)
{
	static struct entry *model[KEYS];
	uint32_t count = 0, step, i;
	struct table t;

	CU_ASSERT_EQUAL_FATAL(table_init(&t, KEYS, &seed), 0);
	for (step = 0; step < 40000; step++) {
		uint32_t k = next_random() % KEYS;
		struct flow_key key = key_of(k);

		if (model[k]) {
			table_remove(&t, model[k]);
			model[k] = NULL;
			count--;
		} else {
			model[k] = table_add(&t, &key, hash_of(k));
			CU_ASSERT_PTR_NOT_NULL_FATAL(model[k]);
			count++;
		}
		k = next_random() % KEYS;
		key = key_of(k);
		CU_ASSERT_PTR_EQUAL(table_find(&t, &key, hash_of(k)), model[k]);
	}
	CU_ASSERT_EQUAL(t.count, count);
	for (i = 0; i < KEYS; i++) {
		struct flow_key key = key_of(i);
		struct entry *e = table_find(&t, &key, hash_of(i));

		CU_ASSERT_PTR_EQUAL(e, model[i]);
		CU_ASSERT(!e || table_at(&t, table_place(&t, e)) == e);
	}
	table_fini(&t);
}

static void test_the_table_is_bounded(void)
{
	struct table t;
	uint32_t i;

	CU_ASSERT_EQUAL_FATAL(table_init(&t, 300, &seed), 0);
	for (i = 0; i < 303; i++) {
		struct flow_key key = key_of(i);

		CU_ASSERT_EQUAL(table_add(&t, &key, hash_of(i)) != NULL,
				i < 300);
	}
	CU_ASSERT_EQUAL(t.count, 300);
	table_fini(&t);
}

/* Words of every kind: empty, full, a byte here and there, long runs. */
static void test_packed_is_the_same(void)
{
	static uint8_t in[4096], out[4096], packed[PACK_MAX(sizeof(in))];
	unsigned round;

	for (round = 0; round < 2000; round++) {
		size_t size = 8 * (1 + next_random() % (sizeof(in) / 8));
		unsigned rare = 1U << (round % 12);
		size_t len, i;

		for (i = 0; i < size; i++)
			in[i] = next_random() % rare ? 0
						     : (uint8_t)next_random();
		len = pack(in, size, packed);
		CU_ASSERT(len <= PACK_MAX(size));
		CU_ASSERT_EQUAL(unpack(packed, out, size), len);
		CU_ASSERT_EQUAL(memcmp(in, out, size), 0);
	}
	memset(in, 0, sizeof(in));
	CU_ASSERT_EQUAL(pack(in, sizeof(in), packed), sizeof(in) / 64);
}

static void test_the_order(void)
{
	static uint64_t frames[3000];
	struct order o = { 0 };
	struct order_item item;
	uint64_t last = 0;
	uint32_t i, n = 0;

	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		item = (struct order_item) { next_random(), NULL };
		CU_ASSERT_EQUAL_FATAL(order_room(&o), 0);
		order_push(&o, item);
	}
	while (order_pop(&o, &item)) {
		CU_ASSERT(item.first_frame >= last);
		last = item.first_frame;
		n++;
	}
	CU_ASSERT_EQUAL(n, ARRAY_SIZE(frames));
	order_fini(&o);
}

#define FIRST(i) (1000 + (uint64_t)(i)*1000003)

static void pool_fill(struct flow *fl, uint32_t i, struct budget *b)
{
	struct flow_dir *c = &fl->dir[FLOW_CLIENT];
	struct flow_dir *o = &fl->dir[FLOW_ORIGIN];
	uint32_t k;

	fl->proto = i % 3 ? IP_PROTO_TCP : IP_PROTO_UDP;
	fl->id = i;
	fl->first_frame = FIRST(i);
	c->has_syn = i % 2;
	c->find.hdr = budget_alloc(b, 1 + i % 60);
	c->find.hdr_len = 1 + i % 60;
	memset(c->find.hdr, (int)i, 1 + i % 60);
	c->find.frame = FIRST(i) + i % 3;
	o->find.frame = i % 2 ? FIRST(i) - 1 : 0;
	o->end.port = (uint16_t)i;
	o->options.count = i % OPTION_MAX;
	if (i % OPTION_MAX)
		o->options.option =
			budget_alloc(b, i % OPTION_MAX * sizeof(struct option));
	for (k = 0; k < i % OPTION_MAX; k++)
		o->options.option[k] = (struct option) {
			.kind = (uint8_t)k,
			.value = { (uint8_t)i },
			.frame = FIRST(i) + k,
			.frame_last = FIRST(i + k),
		};
}

static struct entry *pool_entry(struct table *t, struct pool *p, uint32_t i,
				struct budget *b)
{
	struct flow_key key = key_of(i);
	struct entry *e;
	struct flow *fl;

	key.where = i % 5 ? 0 : KEY_V6;
	e = table_add(t, &key, key_hash(&seed, &key));
	ASSERT(e);
	fl = pool_add(p, e);
	ASSERT(fl);
	e->last_frame = 2000 + i;
	e->last_ns = 3000 + i;
	pool_fill(fl, i, b);
	return e;
}

static void check_pool_flow(const struct flow *fl, const struct entry *e,
			    uint32_t i)
{
	const struct find *f = &fl->dir[FLOW_CLIENT].find;
	const struct option_set *s = &fl->dir[FLOW_ORIGIN].options;
	uint32_t k;

	CU_ASSERT_EQUAL(fl->proto, i % 3 ? IP_PROTO_TCP : IP_PROTO_UDP);
	CU_ASSERT_EQUAL(fl->dir[FLOW_CLIENT].has_syn, i % 2);
	CU_ASSERT_EQUAL(fl->id, i);
	CU_ASSERT_EQUAL(fl->first_frame, FIRST(i));
	CU_ASSERT_EQUAL(pool_first_frame(e), FIRST(i));
	CU_ASSERT_EQUAL_FATAL(s->count, i % OPTION_MAX);
	for (k = 0; k < s->count; k++) {
		CU_ASSERT_EQUAL(s->option[k].kind, k);
		CU_ASSERT_EQUAL(s->option[k].value[0], (uint8_t)i);
		CU_ASSERT_EQUAL(s->option[k].frame, FIRST(i) + k);
		CU_ASSERT_EQUAL(s->option[k].frame_last, FIRST(i + k));
	}
	CU_ASSERT_EQUAL_FATAL(f->hdr_len, 1 + i % 60);
	CU_ASSERT_EQUAL(f->hdr[0], (uint8_t)i);
	CU_ASSERT_EQUAL(f->hdr[f->hdr_len - 1], (uint8_t)i);
	CU_ASSERT_EQUAL(f->frame, FIRST(i) + i % 3);
	CU_ASSERT_EQUAL(fl->dir[FLOW_ORIGIN].find.frame,
			i % 2 ? FIRST(i) - 1 : 0);
}

/* Addresses of IPv4 are made of the key; pool_fill() gave others none. */
static void check_pool_ends(const struct flow *fl, uint32_t i)
{
	const struct endpoint *c = &fl->dir[FLOW_CLIENT].end;
	const struct endpoint *o = &fl->dir[FLOW_ORIGIN].end;

	CU_ASSERT_EQUAL(c->addr.bytes[0], i % 5 ? (uint8_t)i : 0);
	CU_ASSERT_EQUAL(o->port, i % 5 ? 0x100 : i);
}

/* More flows than the pool has places for: each comes back as it was. */
static void test_flows_wait_packed(void)
{
	struct budget b = { .max_bytes = 1 << 20 };
	static struct entry *entries[500];
	struct pool *p = NULL;
	struct table t;
	struct pool_loan loan;
	uint32_t i, packed = 0;

	CU_ASSERT_EQUAL_FATAL(table_init(&t, ARRAY_SIZE(entries), &seed), 0);
	CU_ASSERT_EQUAL_FATAL(pool_new(700, &p), 0);
	pool_limit(p, 7);
	for (i = 0; i < ARRAY_SIZE(entries); i++)
		entries[i] = pool_entry(&t, p, i, &b);
	for (i = 0; i < 5000; i++) {
		uint32_t k = next_random() % ARRAY_SIZE(entries);
		struct flow copy;

		if (entries[k]->state & ENTRY_IS_PACKED) {
			packed++;
			pool_peek(entries[k]->hold, entries[k], &loan, &copy);
			check_pool_flow(&copy, entries[k], k);
			CU_ASSERT_EQUAL(copy.last_ns, 3000 + (int64_t)k);
			check_pool_ends(&copy, k);
		}
		check_pool_flow(pool_wake(p, entries[k]), entries[k], k);
	}
	CU_ASSERT(packed > 1000);
	for (i = 0; i < ARRAY_SIZE(entries); i++) {
		flow_fini(pool_wake(p, entries[i]), &b);
		pool_drop(p, entries[i]);
		table_remove(&t, entries[i]);
	}
	CU_ASSERT_EQUAL(b.used_bytes, 0);
	pool_free(p);
	table_fini(&t);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "entries come and go", test_entries_come_and_go },
		{ "the table is bounded", test_the_table_is_bounded },
		{ "packed is the same", test_packed_is_the_same },
		{ "the order", test_the_order },
		{ "flows wait packed", test_flows_wait_packed },
	};

	return unit_main("inspect_table", tests, ARRAY_SIZE(tests));
}
