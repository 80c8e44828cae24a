/* SPDX-License-Identifier: BSD-2-Clause */
/* join_talk.c - see join_talk.h */
#include "join_talk.h"

/* What is looked for.
 * @except:     a front leg that does not count, or NULL
 * @is_rival:   less than JOIN_PAYLOAD_MIN will do if it is all
 */
struct join_quest {
	const struct join *j;
	const struct join_leg *back;
	const struct join_leg *except;
	bool at_any_time;
	bool is_rival;
};

int join_talk_init(struct join_talk *t, const struct join *j)
{
	int err;

	*t = (struct join_talk) { 0 };
	err = join_index_init(&t->all, &j->front, JOIN_KEY_PAYLOAD, true);
	if (!err)
		err = join_index_init(&t->whole, &j->front, JOIN_KEY_WHOLE,
				      true);
	if (!err)
		err = join_index_init(&t->part, &j->front, JOIN_KEY_PART, true);
	return err;
}

void join_talk_fini(struct join_talk *t)
{
	join_index_fini(&t->all);
	join_index_fini(&t->whole);
	join_index_fini(&t->part);
}

/* join_talk_end() - behind the last front leg that may be the back leg's:
 * clocks are only known so well
 */
static uint32_t join_talk_end(const struct join_quest *q,
			      const struct join_index *x, uint64_t key)
{
	int64_t ns;

	if (q->at_any_time || q->back->first_ns == INT64_MIN ||
	    __builtin_sub_overflow(q->back->first_ns, q->j->clock_ns, &ns) ||
	    __builtin_add_overflow(ns, JOIN_EARLY_NS + 1, &ns))
		ns = INT64_MAX;
	return join_index_seek(x, key, ns);
}

/* join_talk_is_over() - have all ended that are not later than one of
 * @reach_ns?
 */
static bool join_talk_is_over(const struct join_quest *q, int64_t reach_ns)
{
	int64_t ns;

	return !q->at_any_time && q->back->first_ns != INT64_MIN &&
	       !__builtin_sub_overflow(q->back->first_ns, q->j->clock_ns,
				       &ns) &&
	       !__builtin_sub_overflow(ns, JOIN_LATE_NS, &ns) && ns > reach_ns;
}

static bool join_talk_is(const struct join_quest *q, const struct join_leg *f)
{
	const struct tap_dir *a = &f->tap.dir[FLOW_CLIENT];
	const struct tap_dir *b = &q->back->tap.dir[FLOW_CLIENT];
	int payload;

	if (f == q->except || f->by != JOIN_OPEN ||
	    f->proto != q->back->proto ||
	    (!q->at_any_time && !join_is_alive(q->j, f, q->back)))
		return false;
	payload = join_payload(f, q->back);
	return payload >= JOIN_PAYLOAD_MIN ||
	       (q->is_rival && payload > 0 && a->len == b->len &&
		a->hash == b->hash);
}

/* join_talk_look() - Return: a place, JOIN_NOBODY or JOIN_SEVERAL */
static uint32_t join_talk_look(const struct join_quest *q,
			       const struct join_index *x, enum join_key_of of)
{
	uint64_t key = join_key(q->back, of);
	uint32_t i = join_talk_end(q, x, key);
	uint32_t found = JOIN_NOBODY;
	uint32_t looked = 0;

	if (!key)
		return JOIN_NOBODY;
	for (; i-- > 0 && x->key[i].key == key; looked++) {
		if (join_talk_is_over(q, x->key[i].reach_ns))
			break;
		if (looked == JOIN_LOOK)
			return q->is_rival ? found : JOIN_SEVERAL;
		if (!join_talk_is(q, &q->j->front.leg[x->key[i].at]))
			continue;
		if (found != JOIN_NOBODY)
			return JOIN_SEVERAL;
		found = x->key[i].at;
	}
	return found;
}

static uint32_t join_talk_find(const struct join_quest *q,
			       const struct join_talk *t)
{
	uint32_t whole, part;

	if (!join_key(q->back, JOIN_KEY_WHOLE))
		return join_talk_look(q, &t->all, JOIN_KEY_PAYLOAD);
	whole = join_talk_look(q, &t->whole, JOIN_KEY_WHOLE);
	part = join_talk_look(q, &t->part, JOIN_KEY_PAYLOAD);
	if (whole == JOIN_NOBODY || part == JOIN_NOBODY)
		return whole == JOIN_NOBODY ? part : whole;
	return JOIN_SEVERAL;
}

bool join_talk_rival(const struct join *j, const struct join_talk *t,
		     const struct join_leg *back, const struct join_leg *except)
{
	struct join_quest q = { j, back, except, false, true };

	return join_talk_find(&q, t) != JOIN_NOBODY;
}

uint32_t join_talk_sole(const struct join *j, const struct join_talk *t,
			const struct join_leg *back, bool at_any_time)
{
	struct join_quest q = { j, back, NULL, at_any_time, false };

	return join_talk_find(&q, t);
}
