/* SPDX-License-Identifier: BSD-2-Clause */
/* join_why.c - why legs are left open, and what is strange about the captures
 */
#include "join_key.h"

/* join_why_of() - @back names a client; @x: all front legs by where that is
 * found
 */
static enum join_why join_why_of(const struct join *j,
				 const struct join_index *x,
				 const struct join_leg *back)
{
	uint64_t key = join_key_named(back);
	uint32_t i = join_index_seek(x, key, INT64_MIN);
	enum join_why why = JOIN_WHY_ABSENT;

	for (; i < x->count && x->key[i].key == key; i++) {
		const struct join_leg *f = &j->front.leg[x->key[i].at];

		if (!join_is_real(f, back))
			continue;
		if (!join_is_alive(j, f, back)) {
			if (why == JOIN_WHY_ABSENT)
				why = JOIN_WHY_TIME;
		} else if (f->by != JOIN_OPEN) {
			why = JOIN_WHY_TAKEN;
		} else {
			return JOIN_WHY_PAYLOAD;
		}
	}
	return why;
}

/* join_why_named() - the better of what the sources of front legs and their
 * own headers say
 */
static int join_why_named(struct join *j)
{
	struct join_index by[3] = { 0 };
	uint32_t i, claims = 0, absent = 0;
	int err = join_index_init(&by[0], &j->front, JOIN_KEY_SOURCE, false);

	if (!err)
		err = join_index_init(&by[1], &j->front, JOIN_KEY_NAMED, false);
	if (!err)
		err = join_index_init(&by[2], &j->front, JOIN_KEY_ADDRESS,
				      false);
	for (i = 0; !err && i < j->back.count; i++) {
		struct join_leg *b = &j->back.leg[i];
		enum join_why why;

		if (!b->has_named)
			continue;
		why = join_why_of(j, &by[b->has_port ? 0 : 2], b);
		if (why == JOIN_WHY_ABSENT && b->has_port)
			why = join_why_of(j, &by[1], b);
		claims++;
		absent += why == JOIN_WHY_ABSENT;
		if (b->by == JOIN_OPEN && b->why == JOIN_WHY_NONE)
			b->why = why;
	}
	j->is_strange = claims && absent == claims;
	for (i = 0; i < ARRAY_SIZE(by); i++)
		join_index_fini(&by[i]);
	return err;
}

/* join_why_exchanged() - front legs that name who opened a back leg */
static int join_why_exchanged(struct join *j)
{
	struct join_index x;
	int err = join_index_init(&x, &j->back, JOIN_KEY_SOURCE, false);
	uint32_t i, n = 0;

	for (i = 0; !err && i < j->front.count; i++) {
		const struct join_leg *f = &j->front.leg[i];
		uint64_t key = join_key(f, JOIN_KEY_NAMED);
		uint32_t at = join_index_seek(&x, key, INT64_MIN);

		n += key && at < x.count && x.key[at].key == key;
	}
	for (i = 0; i < j->back.count; i++)
		if (j->back.leg[i].by == JOIN_BY_CLAIM)
			n = 0;
	j->exchanged = n;
	join_index_fini(&x);
	return err;
}

int join_explain(struct join *j)
{
	int err = join_why_named(j);

	return err ? err : join_why_exchanged(j);
}
