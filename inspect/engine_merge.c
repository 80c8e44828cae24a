/* SPDX-License-Identifier: BSD-2-Clause */
/* engine_merge.c - what a trial found joins what stands before it (trial.h) */
#include "engine_state.h"

#include <errno.h>
#include <stdlib.h>

/* What a trial counted lies in the half of ENGINE_EARLY_SPAN behind a place. If
 * that place lies in the other half behind another one, it follows that, too.
 */
#define MERGE_EARLY_SPAN (ENGINE_EARLY_SPAN / 2)

/* items between the steps in which memory is fetched ahead */
#define MERGE_FETCH 4U

/* A packet that a run counted, found again. */
struct merge_found {
	uint32_t hash;
	uint32_t number;
	const uint8_t *rec;
	int64_t now_ns;
};

/* @is_join: the flows of @by stay there
 * @cut_ns: the newest time before the part
 * @known, @strange: blank entries whose streams had begun, and others
 * @found:  packets of runs, by hash and number; made when it is needed first
 */
struct merge {
	struct engine *en;
	struct engine *by;
	const struct engine_part *part;
	bool is_join;
	int64_t cut_ns;
	uint32_t known;
	uint32_t strange;
	bool has_found;
	size_t found_count;
	size_t found_room;
	struct merge_found *found;
};

bool engine_can_try(const struct engine *en)
{
	return en->gap_ns > TRIAL_DISORDER_NS && !en->cfg->join.front;
}

bool engine_trial_end(const struct engine *trial, const uint8_t **ret_data)
{
	*ret_data = trial->trial->stop_data;
	return trial->trial->is_stopped;
}

uint64_t engine_trial_frames(const struct engine *trial)
{
	return trial->tally.frames;
}

int engine_reset_trial(struct engine *trial)
{
	static const struct decode_stats none;
	struct decode_stats stats;

	engine_drop(trial);
	table_reset(&trial->table);
	pool_reset(trial->pool);
	trial_reset(trial->trial);
	trial->budget.used_bytes = trial->budget.refused = 0;
	trial->tally = (struct tally) { 0 };
	trial->bad_link = -1;
	trial->now_ns = FRAME_NO_TIME;
	trial->flow_count = 0;
	decoder_stats(trial->decoder, &stats);
	if (decoder_is_empty(trial->decoder) &&
	    memcmp(&stats, &none, sizeof(stats)) == 0)
		return 0;
	decoder_free(trial->decoder);
	trial->decoder = NULL;
	return decoder_new(&trial->fast.tunnels, &trial->decoder);
}

/* merge_frag_fits() - no packet that was put together from fragments is of a
 * flow that began before: it cannot be had again.
 */
static bool merge_frag_fits(const struct merge *m)
{
	const struct trial *t = m->by->trial;
	uint32_t i;

	if (!t->has_frag)
		return true;
	if (t->has_hidden)
		return false;
	for (i = 0; i < t->item_count; i++) {
		const struct entry *e;

		if (!(t->item[i].what & TRIAL_FRAG))
			continue;
		e = table_at(&m->by->table, t->item[i].place);
		if (e->state & ENTRY_IS_BLANK ||
		    table_find(&m->en->table, &e->key,
			       table_hash(&m->en->table, e)))
			return false;
	}
	return true;
}

/* merge_knows() - has the key of @from a flow that began before the part? */
static bool merge_knows(const struct merge *m, const struct entry *from)
{
	struct flow_key key = from->key;

	key.where &= ~KEY_HIDDEN;
	return table_find(&m->en->table, &key,
			  key_hash(m->en->table.seed, &key));
}

/* merge_odd_fits() - all packets of flows that began before can be found */
static bool merge_odd_fits(const struct merge *m)
{
	const struct trial *t = m->by->trial;
	uint32_t i;

	for (i = 0; t->has_odd && i < m->by->table.room; i++)
		if (t->mark[i].is_odd &&
		    merge_knows(m, table_at(&m->by->table, i)))
			return false;
	return true;
}

static bool merge_memory_fits(const struct merge *m)
{
	const struct engine *en = m->en, *by = m->by;

	return !by->budget.refused && !by->tally.flows_refused &&
	       en->budget.used_bytes + by->budget.max_bytes <=
		       en->budget.max_bytes / 2 &&
	       en->table.max - en->table.count >= by->table.room;
}

/* merge_order_fits() - no frame is much older than one before */
static bool merge_order_fits(const struct merge *m)
{
	int64_t min_ns = m->by->trial->min_ns;

	if (m->cut_ns <= min_ns)
		return true;
	return (uint64_t)m->cut_ns - (uint64_t)min_ns <=
	       (uint64_t)TRIAL_DISORDER_NS;
}

static bool merge_fits(const struct merge *m)
{
	struct decode_stats stats;

	decoder_stats(m->by->decoder, &stats);
	return !m->by->trial->is_void && !stats.frag.lost &&
	       decoder_is_empty(m->en->decoder) &&
	       decoder_is_empty(m->by->decoder) && merge_memory_fits(m) &&
	       merge_order_fits(m) && merge_frag_fits(m) && merge_odd_fits(m);
}

static int64_t merge_now(const struct merge *m, int64_t ns)
{
	return ns > m->cut_ns ? ns : m->cut_ns;
}

/* merge_move() - the flow of @from is one of its own */
static void merge_move(struct merge *m, struct entry *from)
{
	struct engine *en = m->en;
	uint64_t base = m->part->base;
	struct flow *fl = NULL;
	struct entry *e;

	engine_sweep(en);
	e = table_add(&en->table, &from->key, table_hash(&en->table, from));
	if (e)
		fl = pool_add(en->pool, e);
	if (!fl) {
		if (e)
			table_remove(&en->table, e);
		en->tally.flows_refused++;
		return;
	}
	if (from->state & ENTRY_IS_PACKED)
		pool_unpack(from->hold, from, fl);
	else
		*fl = *(struct flow *)from->hold;
	flow_shift(fl, base);
	fl->id = ++en->flow_count;
	e->state =
		(from->state & (uint16_t) ~(ENTRY_IS_PACKED | ENTRY_IS_UNSURE |
					    ENTRY_IS_PARTIAL)) |
		ENTRY_IS_WARM;
	e->last_ns = from->last_ns;
	e->last_frame = (from->last_frame + base) & ENTRY_FRAME;
	e->skip[0] = from->skip[0];
	e->skip[1] = from->skip[1];
	e->early[0] = from->early[0];
	e->early[1] = from->early[1];
	from->state = 0;
}

/* merge_again() - account @d, frame @number of the part.
 * @it: its item, or NULL; @data: its frame in the file
 */
static void merge_again(struct merge *m, const struct digest *d,
			uint32_t number, const uint8_t *data,
			const struct trial_item *it)
{
	uint64_t real = m->part->base + number;
	struct digest now;
	struct frame f = { 0 };

	if (!(d->flags & FAST_SLOW) && engine_again(m->en, d, real, NULL))
		return;
	if (!(it && trial_frame(m->by->trial, it, &f)) &&
	    !m->part->again(m->part->ctx, data - m->part->rec_len, &f))
		return;
	f.number = f.in_file = real;
	fast_decode(&m->en->fast, &f, &now);
	/* The file may have been written to meanwhile. */
	if (now.flags & FAST_SLOW ||
	    (now.flags == d->flags && key_eq(&now.key, &d->key) &&
	     now.len == d->len))
		(void)engine_again(m->en, &now, real, &f);
}

static void merge_item(struct merge *m, const struct trial_item *it,
		       const struct entry *from)
{
	struct digest d = {
		.key = from->key,
		.ts_ns = it->ts_ns,
		.hash = table_hash(&m->en->table, from),
		.seq = it->seq,
		.len = it->len,
		.off = it->off,
		.flags = it->flags,
	};

	m->en->now_ns = merge_now(m, it->now_ns);
	merge_again(m, &d, it->number, it->data, it);
}

/* merge_is_quiet() - may all packets of @run that end @end sent be counted in
 * @e?
 */
static bool merge_is_quiet(const struct entry *e, const struct trial_run *run,
			   unsigned end)
{
	const struct entry_skip *s = &run->skip[end];
	uint32_t early = (uint32_t)ENTRY_EARLY_A << end;

	if (s->packets > s->payloads &&
	    !(e->state & (uint32_t)ENTRY_QUIET_ACK_A << end))
		return false;
	if (!s->payloads)
		return true;
	if (!(e->state & (uint32_t)ENTRY_QUIET_DATA_A << end))
		return false;
	return !(e->state & early) ||
	       (run->state & early &&
		run->early[end] - e->early[end] < MERGE_EARLY_SPAN);
}

/* merge_count() - a run at once. Return: false if its packets have to be seen
 */
static bool merge_count(struct merge *m, const struct entry *from,
			const struct trial_run *run)
{
	uint32_t hash = table_hash(&m->en->table, from);
	struct entry *e = table_find(&m->en->table, &from->key, hash);
	unsigned end;

	if (!e)
		return false;
	for (end = 0; end < 2; end++)
		if (run->skip[end].packets && !merge_is_quiet(e, run, end))
			return false;
	if (!(entry_can_add(&e->skip[0], &run->skip[0]) &&
	      entry_can_add(&e->skip[1], &run->skip[1])) &&
	    !engine_wake(m->en, e))
		return false;
	for (end = 0; end < 2; end++)
		entry_add(&e->skip[end], &run->skip[end]);
	e->last_ns = run->last_ns;
	e->last_frame = (run->last_frame + m->part->base) & ENTRY_FRAME;
	return true;
}

static int merge_compare(const void *a, const void *b)
{
	const struct merge_found *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* merge_may_need() - may packets of @e, found in the part, be accounted again?
 */
static bool merge_may_need(const struct merge *m, const struct entry *e)
{
	const struct trial_mark *mark =
		&m->by->trial->mark[table_place(&m->by->table, e)];

	return !mark->is_moved && (e->state & ENTRY_IS_BLANK ||
				   mark->is_instead || merge_knows(m, e));
}

/* merge_keep() - @d was only counted, and may be needed. Return: 0 or -ENOMEM
 */
static int merge_keep(struct merge *m, const struct digest *d,
		      const struct merge_found *at)
{
	const struct entry *e;
	size_t room = m->found_room ? m->found_room * 2 : 1024;
	struct merge_found *grown;

	e = table_find(&m->by->table, &d->key, d->hash);
	if (!e || !merge_may_need(m, e))
		return 0;
	if (m->found_count == m->found_room) {
		grown = reallocarray(m->found, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		m->found = grown;
		m->found_room = room;
	}
	m->found[m->found_count++] = *at;
	return 0;
}

/* merge_find() - from item @it on, all packets of keys that may need them */
static void merge_find(struct merge *m, const struct trial_item *it)
{
	const uint8_t *rec = it->data - m->part->rec_len;
	struct merge_found at = { .number = it->number, .now_ns = it->now_ns };

	m->has_found = true;
	while (rec) {
		struct frame f;
		struct digest d;

		at.rec = rec;
		rec = m->part->next(m->part->ctx, rec, &f);
		if (!rec)
			break;
		fast_decode(&m->en->fast, &f, &d);
		if (d.ts_ns > at.now_ns)
			at.now_ns = d.ts_ns;
		at.hash = d.hash;
		if (!(d.flags & FAST_SLOW) && merge_keep(m, &d, &at) != 0)
			m->en->tally.flows_refused++;
		at.number++;
	}
	if (m->found_count)
		qsort(m->found, m->found_count, sizeof(*m->found),
		      merge_compare);
}

/* merge_seek() - the first found packet of @hash behind frame @number */
static size_t merge_seek(const struct merge *m, uint32_t hash, uint32_t number)
{
	const struct merge_found want = { .hash = hash, .number = number };
	size_t lo = 0, hi = m->found_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (merge_compare(&m->found[mid], &want) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* merge_found() - account the packets behind @it, up to frame @last */
static void merge_found(struct merge *m, const struct trial_item *it,
			const struct entry *from, uint64_t last)
{
	uint32_t hash = table_hash(&m->en->table, from);
	size_t i;

	if (!m->has_found)
		merge_find(m, it);
	for (i = merge_seek(m, hash, it->number);
	     i < m->found_count && m->found[i].hash == hash &&
	     m->found[i].number <= last;
	     i++) {
		const struct merge_found *at = &m->found[i];
		struct frame f;
		struct digest d;

		if (!m->part->again(m->part->ctx, at->rec, &f))
			continue;
		fast_decode(&m->en->fast, &f, &d);
		if (d.flags & FAST_SLOW || !key_eq(&d.key, &from->key))
			continue;
		m->en->now_ns = merge_now(m, at->now_ns);
		merge_again(m, &d, at->number, at->rec + m->part->rec_len,
			    NULL);
	}
}

/* merge_run() - what was counted behind @it, which may have to be looked at */
static void merge_run(struct merge *m, const struct trial_item *it,
		      const struct entry *from, const struct trial_run *run)
{
	if (!merge_count(m, from, run))
		merge_found(m, it, from, run->last_frame);
}

/* merge_fetch() - what the items soon to come need of both tables */
static inline void merge_fetch(const struct merge *m, uint32_t i)
{
	const struct trial *t = m->by->trial;
	const struct table *by = &m->by->table;
	const struct entry *e;

	if (i + 3 * MERGE_FETCH < t->item_count) {
		uint32_t place = t->item[i + 3 * MERGE_FETCH].place;

		__builtin_prefetch(table_at(by, place));
		__builtin_prefetch(&t->mark[place], 1);
	}
	if (i + 2 * MERGE_FETCH < t->item_count) {
		const struct trial_item *it = &t->item[i + 2 * MERGE_FETCH];

		e = table_at(by, it->place);
		table_prefetch(&m->en->table, table_hash(by, e));
		if (it->what & TRIAL_BEGIN)
			engine_fetch_flow(e);
	}
	if (i + MERGE_FETCH >= t->item_count)
		return;
	e = table_near(
		&m->en->table,
		table_hash(by, table_at(by, t->item[i + MERGE_FETCH].place)));
	if (e)
		__builtin_prefetch(e, 1);
}

/* merge_begin() - the first item of @from, all of which is taken over at once
 * if that can be
 */
static bool merge_begin(struct merge *m, const struct trial_item *it,
			struct entry *from)
{
	struct trial_mark *mark = &m->by->trial->mark[it->place];
	const struct entry *e;
	struct trial_run head;

	e = table_find(&m->en->table, &from->key,
		       table_hash(&m->en->table, from));
	if (!(from->state & ENTRY_IS_BLANK)) {
		if (e)
			return false;
		m->en->now_ns = merge_now(m, it->now_ns);
		mark->is_moved = true;
		if (m->is_join)
			mark->id = ++m->en->flow_count;
		else
			merge_move(m, from);
		return true;
	}
	if (!e)
		m->strange++;
	else
		m->known++;
	mark->is_taken = e && trial_head_of(m->by->trial, from, &head) &&
			 (int64_t)((uint64_t)it->ts_ns - (uint64_t)e->last_ns) <
				 m->en->gap_ns &&
			 merge_count(m, from, &head);
	return mark->is_taken;
}

static void merge_items(struct merge *m)
{
	struct trial *t = m->by->trial;
	uint32_t i;

	for (i = 0; i < t->item_count; i++) {
		const struct trial_item *it = &t->item[i];
		struct trial_mark *mark = &t->mark[it->place];
		struct entry *from;
		struct trial_run run;

		merge_fetch(m, i);
		if (mark->is_moved)
			continue;
		from = table_at(&m->by->table, it->place);
		from->key.where &= ~KEY_HIDDEN;
		if (it->what & TRIAL_BEGIN && merge_begin(m, it, from))
			continue;
		if (mark->is_taken && it->what & TRIAL_HEAD)
			continue;
		merge_item(m, it, from);
		if (from->state & ENTRY_IS_PARTIAL)
			merge_found(m, it, from, from->last_frame);
		else if (trial_run_of(t, i, from, &run))
			merge_run(m, it, from, &run);
	}
}

/* merge_tally() - what is counted of frames, not of flows */
static void merge_tally(struct merge *m, struct tally *t)
{
	const struct tally *by = &m->by->tally;
	struct decode_stats stats;
	unsigned i;

	t->frames += by->frames;
	for (i = 0; i < DECODE_RESULTS; i++)
		t->frame[i] += by->frame[i];
	if (t->anomaly == ANOMALY_NONE && by->anomaly != ANOMALY_NONE) {
		t->anomaly = by->anomaly;
		t->anomaly_frame = by->anomaly_frame + m->part->base;
	}
	if (m->by->bad_link >= 0)
		m->en->bad_link = m->by->bad_link;
	decoder_stats(m->by->decoder, &stats);
	decode_stats_add(&m->en->merged, &stats);
}

/* merge_all() - but for what becomes of the trial's own flows */
static void merge_all(struct merge *m)
{
	struct engine *en = m->en;
	uint64_t frame[DECODE_RESULTS];

	/* The trial has counted the frames that are accounted again. */
	memcpy(frame, en->tally.frame, sizeof(frame));
	merge_items(m);
	memcpy(en->tally.frame, frame, sizeof(frame));
	merge_tally(m, &en->tally);
	en->now_ns = merge_now(m, m->by->now_ns);
	free(m->found);
}

bool engine_merge(struct engine *en, struct engine *trial,
		  const struct engine_part *part)
{
	struct merge m = {
		.en = en, .by = trial, .part = part, .cut_ns = en->now_ns
	};

	if (!merge_fits(&m))
		return false;
	merge_all(&m);
	trial->trial->is_wary |= m.strange > m.known;
	engine_drop(trial);
	en->budget.used_bytes += trial->budget.used_bytes;
	return true;
}

bool engine_can_join(const struct engine *en, uint64_t flows)
{
	return en->sinks && !en->want_order && !en->joined &&
	       !en->cfg->expect_from && sinks_can_split(en->sinks, flows);
}

/* merge_flows() - that may be told from now on, at most: a blank entry's may
 * end and begin anew wherever a packet was not only counted
 */
static uint64_t merge_flows(const struct merge *m)
{
	const struct trial *t = m->by->trial;
	uint64_t n = (uint64_t)m->en->table.count + m->by->table.room;
	uint32_t i;

	for (i = 0; i < t->item_count; i++)
		n += table_at(&m->by->table, t->item[i].place)->state &
			     ENTRY_IS_BLANK &&
		     !(t->item[i].what & TRIAL_COUNTED);
	return n;
}

bool engine_join(struct engine *en, struct engine *trial,
		 const struct engine_part *part)
{
	struct merge m = {
		.en = en,
		.by = trial,
		.part = part,
		.is_join = true,
		.cut_ns = en->now_ns,
	};

	if (!engine_can_join(en, merge_flows(&m)) || !merge_fits(&m))
		return false;
	merge_all(&m);
	/* What it counted of frames is told. */
	trial->tally = (struct tally) { 0 };
	trial->base = part->base;
	en->joined = trial;
	return true;
}
