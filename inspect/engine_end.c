/* SPDX-License-Identifier: BSD-2-Clause */
/* engine_end.c - how flows end, see engine.h */
#include "engine_state.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* entries looked at for each new flow; they end when no packet that is to come
 * can be theirs, so that it does not matter when they are looked at
 */
#define ENGINE_SWEEP 4
/* the same, each time that engine_age() is called: all, if they are not many */
#define ENGINE_AGE 65536
/* entries among which the one to be given up is chosen */
#define ENGINE_CHOICE 64
/* places between the steps of engine_end_ahead() */
#define ENGINE_END_NEAR 4

void engine_judge(struct engine *en, struct flow *fl)
{
	struct tally *t = &en->tally;
	struct check c;

	flow_settle(fl);
	c = check_flow(en->cfg, fl);
	tally_flow(t, fl, &c);
	if (c.verdict == VERDICT_INCONCLUSIVE &&
	    !fl->dir[FLOW_CLIENT].find.payloads &&
	    !fl->dir[FLOW_CLIENT].options.is_starved)
		t->flows_empty++;
	if (en->sinks) {
		int r = sinks_flow(en->sinks, fl, &c);

		if (r && !en->error)
			en->error = r;
	}
	flow_fini(fl, &en->budget);
}

/* engine_pop() - judge the ended flow that began first */
static void engine_pop(struct engine *en)
{
	struct order_item item;

	if (!order_pop(&en->order, &item))
		return;
	pool_unpack(item.packed, NULL, &en->scratch);
	engine_judge(en, &en->scratch);
}

/* engine_keep() - @fl has ended; keep it until its turn. Return: was there
 * memory for it?
 */
static bool engine_keep(struct engine *en, struct flow *fl)
{
	struct order_item item = { fl->first_frame, NULL };

	if (order_room(&en->order) != 0)
		return false;
	item.packed = pool_pack(fl, NULL);
	if (!item.packed)
		return false;
	order_push(&en->order, item);
	if (en->order.count > ENGINE_ORDER_MAX)
		engine_pop(en);
	return true;
}

void engine_finish(struct engine *en, struct entry *e)
{
	struct flow *fl = e->hold;

	if (e->state & ENTRY_IS_PACKED) {
		fl = &en->scratch;
		pool_unpack(e->hold, e, fl);
		e->hold = NULL;
		e->state &= (uint16_t)~ENTRY_IS_PACKED;
	}
	engine_skipped(e, fl);
	if (en->trial) {
		fl->id = en->trial->mark[table_place(&en->table, e)].id;
		flow_shift(fl, en->base);
	}
	if (!en->want_order || !engine_keep(en, fl))
		engine_judge(en, fl);
	pool_drop(en->pool, e);
}

static int64_t engine_limit(const struct engine *en, const struct entry *e)
{
	if (e->state & ENTRY_IS_CLOSED)
		return ENGINE_LINGER_NS;
	if (!(e->state & ENTRY_HAS_DATA) && en->idle_ns > ENGINE_ATTEMPT_NS)
		return ENGINE_ATTEMPT_NS;
	return en->idle_ns;
}

bool engine_is_gone(const struct engine *en, const struct entry *e, int64_t ns)
{
	if (ns == FRAME_NO_TIME || e->last_ns == FRAME_NO_TIME ||
	    ns <= e->last_ns)
		return false;
	return (uint64_t)ns - (uint64_t)e->last_ns >
	       (uint64_t)engine_limit(en, e);
}

/* engine_next() - the used entry that the hand comes to, at most *@steps away
 */
static struct entry *engine_next(struct engine *en, uint32_t *steps)
{
	while (*steps && en->table.room) {
		struct entry *e;

		--*steps;
		if (en->hand >= en->table.room)
			en->hand = 0;
		e = table_at(&en->table, en->hand++);
		if (e->state & ENTRY_USED)
			return e;
	}
	return NULL;
}

/* engine_end_gone() - of @steps places those flows that are gone at @ns */
static void engine_end_gone(struct engine *en, uint32_t steps, int64_t ns)
{
	struct entry *e;

	while ((e = engine_next(en, &steps))) {
		if (!engine_is_gone(en, e, ns))
			continue;
		engine_finish(en, e);
		table_remove(&en->table, e);
	}
}

void engine_sweep(struct engine *en)
{
	if (en->now_ns > INT64_MIN + TRIAL_DISORDER_NS)
		engine_end_gone(en, ENGINE_SWEEP,
				en->now_ns - TRIAL_DISORDER_NS);
}

void engine_age(struct engine *en, int64_t ns)
{
	if (ns == FRAME_NO_TIME)
		ns = en->now_ns;
	if (ns == FRAME_NO_TIME)
		return;
	engine_lost(en, ns);
	engine_end_gone(en, ENGINE_AGE, ns);
}

/* engine_worth() - of two flows the one with the greater worth stays */
static unsigned engine_worth(const struct entry *e)
{
	if (e->state & ENTRY_IS_CLOSED)
		return 0;
	return e->state & ENTRY_HAS_DATA ? 2 : 1;
}

/* engine_victim() - the flow that is missed least, of a few; the first one that
 * carries nothing will do, for the hand comes to old ones first
 */
static struct entry *engine_victim(struct engine *en)
{
	uint32_t steps = en->table.room;
	unsigned seen = 0;
	struct entry *e, *worst = NULL;

	while (seen < ENGINE_CHOICE && (e = engine_next(en, &steps))) {
		if (engine_worth(e) < 2)
			return e;
		if (!worst || e->last_frame < worst->last_frame)
			worst = e;
		seen++;
	}
	return worst;
}

void engine_evict(struct engine *en)
{
	struct entry *e = engine_victim(en);

	if (!e)
		return;
	if (engine_worth(e) == 2)
		en->tally.flows_evicted++;
	else
		en->tally.attempts_evicted++;
	engine_finish(en, e);
	table_remove(&en->table, e);
}

static int engine_compare(const void *a, const void *b, void *ctx)
{
	const struct engine *en = ctx;
	const uint32_t *x = a, *y = b;

	return pool_first_frame(table_at(&en->table, *x)) <
			       pool_first_frame(table_at(&en->table, *y))
		       ? -1
		       : 1;
}

/* engine_discard() - @e is nobody's, and what its flow holds is free */
static void engine_discard(struct engine *en, struct entry *e)
{
	struct flow *fl = e->hold;

	if (e->state & ENTRY_IS_PACKED) {
		fl = &en->scratch;
		pool_unpack(e->hold, e, fl);
	}
	if (fl)
		flow_fini(fl, &en->budget);
	e->state = 0;
}

/* engine_end_entry() - its flow, and before it those kept back that began
 * earlier; it stays in the table, as nobody's
 */
static void engine_end_entry(struct engine *en, struct entry *e)
{
	if (en->trial &&
	    !en->trial->mark[table_place(&en->table, e)].is_moved) {
		engine_discard(en, e);
		return;
	}
	while (en->order.count &&
	       en->order.item[0].first_frame < pool_first_frame(e))
		engine_pop(en);
	engine_finish(en, e);
	e->state = 0;
}

/* engine_end_ahead() - fetch what ending the flow at @place will read; one at
 * @near, of which that was done before, has it at hand but for what it points
 * to
 */
static void engine_end_ahead(const struct engine *en, uint32_t place,
			     uint32_t near)
{
	const struct entry *e;
	const struct flow *fl;

	if (place < en->table.room) {
		e = table_at(&en->table, place);
		if (e->state & ENTRY_USED)
			engine_fetch_flow(e);
	}
	if (near >= en->table.room)
		return;
	e = table_at(&en->table, near);
	fl = e->hold;
	if (!fl || (e->state & (ENTRY_USED | ENTRY_IS_PACKED)) != ENTRY_USED)
		return;
	__builtin_prefetch(fl->dir[FLOW_CLIENT].find.hdr);
	__builtin_prefetch(fl->dir[FLOW_CLIENT].options.option);
}

/* engine_end_all() - the live flows; sorted, if there is memory for that */
static void engine_end_all(struct engine *en)
{
	uint32_t count = 0, i;
	uint32_t *live = NULL;

	if (en->want_order)
		live = calloc((size_t)en->table.count + 1, sizeof(*live));
	en->want_order = false;
	for (i = 0; i < en->table.room; i++) {
		struct entry *e = table_at(&en->table, i);

		if (!live)
			engine_end_ahead(en, i + 2 * ENGINE_END_NEAR,
					 i + ENGINE_END_NEAR);
		if (!(e->state & ENTRY_USED))
			continue;
		if (live)
			live[count++] = i;
		else
			engine_end_entry(en, e);
	}
	if (live)
		qsort_r(live, count, sizeof(*live), engine_compare, en);
	for (i = 0; i < count; i++)
		engine_end_entry(en, table_at(&en->table, live[i]));
	free(live);
	table_reset(&en->table);
}

static void *engine_end_work(void *arg)
{
	engine_end_all(arg);
	return NULL;
}

/* engine_end_both() - the flows of @en, and those of what joined it, by a
 * thread of their own if there is one
 */
static void engine_end_both(struct engine *en)
{
	struct engine *by = en->joined;
	struct sinks *part = en->sinks ? sinks_split(en->sinks) : NULL;
	pthread_t thread;
	bool has_thread;

	by->want_order = false;
	by->sinks = part ? part : en->sinks;
	has_thread = part &&
		     pthread_create(&thread, NULL, engine_end_work, by) == 0;
	engine_end_all(en);
	if (has_thread)
		(void)pthread_join(thread, NULL);
	else
		engine_end_all(by);
	tally_add_flows(&en->tally, &by->tally);
	if (!en->error)
		en->error = by->error;
	if (!part)
		return;
	sinks_join(en->sinks, part);
	sinks_free(part);
	by->sinks = NULL;
}

int engine_end(struct engine *en, struct sinks *sinks)
{
	engine_lost(en, INT64_MAX);
	en->sinks = sinks;
	if (en->joined)
		engine_end_both(en);
	else
		engine_end_all(en);
	while (en->order.count)
		engine_pop(en);
	return en->error;
}

static void engine_visit_flow(struct engine *en, engine_visit_fn *fn, void *ctx)
{
	struct check c;

	flow_settle(&en->scratch);
	c = check_flow(en->cfg, &en->scratch);
	fn(ctx, &en->scratch, &c);
}

void engine_visit(struct engine *en, engine_visit_fn *fn, void *ctx)
{
	struct pool_loan loan;
	uint32_t i;

	for (i = 0; i < en->order.count; i++) {
		pool_peek(en->order.item[i].packed, NULL, &loan, &en->scratch);
		engine_visit_flow(en, fn, ctx);
	}
	for (i = 0; i < en->table.room; i++) {
		struct entry e = *table_at(&en->table, i);

		if (!(e.state & ENTRY_USED))
			continue;
		if (e.state & ENTRY_IS_PACKED)
			pool_peek(e.hold, &e, &loan, &en->scratch);
		else
			memcpy(&en->scratch, e.hold, sizeof(en->scratch));
		engine_skipped(&e, &en->scratch);
		engine_visit_flow(en, fn, ctx);
	}
}

void engine_drop(struct engine *en)
{
	struct order_item item;
	uint32_t i;

	while (order_pop(&en->order, &item)) {
		pool_unpack(item.packed, NULL, &en->scratch);
		flow_fini(&en->scratch, &en->budget);
	}
	for (i = 0; i < en->table.room; i++) {
		struct entry *e = table_at(&en->table, i);

		if (e->state & ENTRY_USED)
			engine_discard(en, e);
	}
}
