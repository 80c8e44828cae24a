/* SPDX-License-Identifier: BSD-2-Clause */
/* trial.c - see trial.h */
#include "trial.h"

#include <stdlib.h>
#include <string.h>

/* payloads of each end that are items */
#define TRIAL_NOTED 3
/* and of a blank entry so many packets without payload before the first one */
#define TRIAL_ACKED 2
/* a frame that is copied is no longer; bytes of copies for each flow */
#define TRIAL_COPY_MAX	192
#define TRIAL_COPY_EACH 128
/* items that there is room for: most flows have some five, but one if there are
 * so many that they are partial
 */
#define TRIAL_ITEMS(flows) ((flows)*3 + 4 * TRIAL_WHOLE)
/* of small frames */
#define TRIAL_COPIES 8192U

static uint32_t trial_place(const struct trial *t, const struct entry *e)
{
	return table_place(t->table, e);
}

/* trial_align() - the first cache line that begins in @p */
static struct trial_mark *trial_align(void *p)
{
	uintptr_t line = sizeof(struct trial_mark);

	return (struct trial_mark *)(((uintptr_t)p + line - 1) / line * line);
}

struct trial *trial_new(uint32_t flows, uint32_t whole,
			const struct table *table)
{
	struct trial *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->table = table;
	t->whole = whole;
	t->item_max = TRIAL_ITEMS(flows);
	t->mark_max = flows;
	t->item = reallocarray(NULL, t->item_max, sizeof(*t->item));
	t->run = reallocarray(NULL, t->item_max, sizeof(*t->run));
	/* zeroes, most of which will not be needed; @mark is aligned in them */
	t->marks = calloc((size_t)flows + 1, sizeof(*t->mark));
	t->mark = t->marks ? trial_align(t->marks) : NULL;
	t->copy_max = (flows < TRIAL_COPIES ? flows : TRIAL_COPIES) *
		      (size_t)TRIAL_COPY_EACH;
	t->copy = malloc(t->copy_max);
	if (!t->item || !t->run || !t->mark || !t->copy) {
		trial_free(t);
		return NULL;
	}
	trial_reset(t);
	return t;
}

void trial_free(struct trial *t)
{
	if (!t)
		return;
	free(t->item);
	free(t->run);
	free(t->marks);
	free(t->copy);
	free(t);
}

void trial_reset(struct trial *t)
{
	uint32_t i;

	for (i = 0; i < t->item_count; i++)
		t->mark[t->item[i].place] = (struct trial_mark) { 0 };
	t->item_count = t->run_count = 0;
	t->copy_bytes = 0;
	t->has_frag = t->has_hidden = t->has_odd = false;
	t->is_stopped = t->is_void = false;
	t->stop_data = NULL;
	t->stop_number = 0;
	t->min_ns = INT64_MAX;
}

bool trial_has_room(const struct trial *t)
{
	/* a packet makes an item, closes two runs, begins an entry at most */
	return t->item_count < t->item_max && t->run_count + 1 < t->item_max &&
	       t->table->room < t->mark_max;
}

/* trial_skip() - what @e has counted of end @end since its newest item */
static struct entry_skip trial_skip(const struct trial *t,
				    const struct entry *e, unsigned end)
{
	const struct entry_skip *told = &t->mark[trial_place(t, e)].told[end];
	struct entry_skip s = e->skip[end];

	s.packets = (uint16_t)(s.packets - told->packets);
	s.bytes -= told->bytes;
	s.payloads = (uint16_t)(s.payloads - told->payloads);
	return s;
}

static bool trial_is_empty(const struct trial *t, const struct entry *e)
{
	return !trial_skip(t, e, 0).packets && !trial_skip(t, e, 1).packets;
}

static struct trial_run trial_run(const struct trial *t, const struct entry *e)
{
	return (struct trial_run) {
		.skip = { trial_skip(t, e, 0), trial_skip(t, e, 1) },
		.last_ns = e->last_ns,
		.last_frame = e->last_frame,
		.early = { e->early[0], e->early[1] },
		.state = e->state,
	};
}

/* trial_head() - all that @e, which is blank, has counted */
static struct trial_run trial_head(const struct trial *t, const struct entry *e)
{
	const struct trial_mark *mark = &t->mark[trial_place(t, e)];

	return (struct trial_run) {
		.skip = { e->skip[0], e->skip[1] },
		.last_ns = e->last_ns,
		.last_frame = e->last_frame,
		.early = { mark->first[0], mark->first[1] },
		.state = e->state,
	};
}

/* trial_end_run() - what @e has counted until here belongs to its last item */
static void trial_end_run(struct trial *t, const struct entry *e)
{
	uint32_t last = t->mark[trial_place(t, e)].last;

	if (!last || trial_is_empty(t, e))
		return;
	t->run[t->run_count++] = trial_run(t, e);
	t->item[last - 1].run = t->run_count;
}

void trial_close(struct trial *t, const struct entry *e)
{
	struct trial_mark *mark = &t->mark[trial_place(t, e)];

	if (e->state & ENTRY_IS_PARTIAL)
		return;
	trial_end_run(t, e);
	mark->told[0] = mark->told[1] = (struct entry_skip) { 0 };
}

void trial_instead(struct trial *t, const struct entry *e)
{
	t->mark[trial_place(t, e)].is_instead = true;
}

static struct trial_item *trial_append(struct trial *t, const struct entry *e,
				       const struct digest *d, int64_t now_ns)
{
	struct trial_item *it = &t->item[t->item_count++];

	*it = (struct trial_item) {
		.ts_ns = d->ts_ns,
		.now_ns = now_ns,
		.place = trial_place(t, e),
		.seq = d->seq,
		.len = d->len,
		.off = d->off,
		.flags = d->flags,
	};
	t->mark[trial_place(t, e)].last = t->item_count;
	return it;
}

/* trial_copy() - @f, if it is small and there is room. Return: @copy of an item
 */
static uint32_t trial_copy(struct trial *t, const struct frame *f)
{
	size_t at = t->copy_bytes;
	size_t len = sizeof(*f) + f->cap_len;

	len = (len + 7) / 8 * 8;
	if (f->cap_len > TRIAL_COPY_MAX || len > t->copy_max - at)
		return 0;
	memcpy(t->copy + at, f, sizeof(*f));
	memcpy(t->copy + at + sizeof(*f), f->data, f->cap_len);
	t->copy_bytes += len;
	return (uint32_t)at + 1;
}

bool trial_frame(const struct trial *t, const struct trial_item *it,
		 struct frame *ret)
{
	const uint8_t *p = t->copy + it->copy - 1;

	if (!it->copy)
		return false;
	memcpy(ret, p, sizeof(*ret));
	ret->data = p + sizeof(*ret);
	return true;
}

void trial_note(struct trial *t, struct entry *e, const struct digest *d,
		int64_t now_ns, uint8_t what)
{
	struct trial_mark *mark = &t->mark[trial_place(t, e)];
	struct trial_item *it;
	bool is_first;

	if (what & TRIAL_FRAG)
		t->has_frag = true;
	if (e->state & ENTRY_IS_PARTIAL) {
		if (d->flags & FAST_SLOW)
			mark->is_odd = t->has_odd = true;
		return;
	}
	is_first = !mark->last;
	if (is_first) {
		what |= TRIAL_BEGIN;
		mark->is_unsure = e->state & (ENTRY_IS_UNSURE | ENTRY_IS_BLANK);
		if (!mark->is_unsure && !mark->is_instead &&
		    t->item_count >= t->whole)
			e->state |= ENTRY_IS_PARTIAL;
	}
	it = trial_append(t, e, d, now_ns);
	it->data = t->frame->data;
	it->number = (uint32_t)t->frame->number;
	it->what = what;
	if (mark->is_unsure && !(what & TRIAL_COUNTED))
		it->copy = trial_copy(t, t->frame);
}

void trial_count(struct trial *t, struct entry *e, const struct digest *d,
		 const uint8_t *data, int64_t now_ns, uint64_t number)
{
	unsigned end = !!(d->flags & FAST_FLIP);
	struct trial_mark *mark = &t->mark[trial_place(t, e)];
	struct trial_item *it;

	if (mark->noted[end] == TRIAL_NOTED || t->item_count == t->item_max ||
	    t->run_count == t->item_max)
		return;
	if (++mark->noted[end] == TRIAL_NOTED &&
	    mark->noted[!end] == TRIAL_NOTED)
		e->state &= (uint16_t)~ENTRY_IS_UNSURE;
	trial_end_run(t, e);
	mark->told[0] = e->skip[0];
	mark->told[1] = e->skip[1];
	mark->told[end].packets++;
	mark->told[end].bytes += d->len;
	mark->told[end].payloads++;
	it = trial_append(t, e, d, now_ns);
	it->data = data;
	it->number = (uint32_t)number;
}

void trial_blank(struct entry *e, const struct digest *d)
{
	e->state = ENTRY_USED | ENTRY_IS_BLANK;
	e->last_ns = d->ts_ns;
}

/* trial_learn() - @d is counted in @e, which is blank: what is quiet then */
static void trial_learn(struct trial_mark *mark, struct entry *e,
			const struct digest *d)
{
	unsigned end = !!(d->flags & FAST_FLIP);
	struct entry_skip *s = &e->skip[end];

	s->packets++;
	if (!(d->flags & FAST_DATA)) {
		if (++mark->acked[end] == TRIAL_ACKED)
			e->state |= (uint16_t)(ENTRY_QUIET_ACK_A << end);
		return;
	}
	s->bytes += d->len;
	s->payloads++;
	if (!mark->noted[end])
		mark->first[end] = d->seq;
	/* Its flow may wait for this one, but not for what follows. */
	e->early[end] = d->seq + d->len;
	e->state |= (uint16_t)((ENTRY_EARLY_A | ENTRY_QUIET_ACK_A) << end);
	if (++mark->noted[end] == TRIAL_NOTED)
		e->state |= (uint16_t)(ENTRY_QUIET_DATA_A << end);
}

void trial_defer(struct trial *t, struct entry *e, const struct digest *d,
		 int64_t now_ns, uint8_t what)
{
	struct trial_mark *mark = &t->mark[trial_place(t, e)];

	if (!(what & TRIAL_COUNTED) && !mark->is_closed) {
		if (e->skip[0].packets || e->skip[1].packets) {
			t->run[t->run_count++] = trial_head(t, e);
			mark->head = t->run_count;
		}
		mark->is_closed = true;
	}
	trial_end_run(t, e);
	if (what & TRIAL_COUNTED)
		trial_learn(mark, e, d);
	else
		e->skip[0] = e->skip[1] = (struct entry_skip) { 0 };
	if (!mark->is_closed)
		what |= TRIAL_HEAD;
	mark->told[0] = e->skip[0];
	mark->told[1] = e->skip[1];
	trial_note(t, e, d, now_ns, what);
	e->last_ns = d->ts_ns;
	e->last_frame = t->frame->number & ENTRY_FRAME;
}

bool trial_head_of(const struct trial *t, const struct entry *e,
		   struct trial_run *ret)
{
	const struct trial_mark *mark = &t->mark[trial_place(t, e)];

	if (mark->head)
		*ret = t->run[mark->head - 1];
	else if (!mark->is_closed)
		*ret = trial_head(t, e);
	return mark->head || !mark->is_closed;
}

bool trial_run_of(const struct trial *t, uint32_t i, const struct entry *e,
		  struct trial_run *ret)
{
	const struct trial_item *it = &t->item[i];

	if (it->run) {
		*ret = t->run[it->run - 1];
		return true;
	}
	if (t->mark[it->place].last != i + 1 || trial_is_empty(t, e))
		return false;
	*ret = trial_run(t, e);
	return true;
}
