/* SPDX-License-Identifier: BSD-2-Clause */
/* join_talk.c - see join_talk.h */
#include "join_talk.h"

/* join_talk_end() - behind the last front leg that may be @back's: clocks are
 * only known so well
 */
static uint32_t join_talk_end(const struct join *j, const struct join_index *x,
			      const struct join_leg *back, uint64_t key,
			      bool at_any_time)
{
	int64_t ns;

	if (at_any_time || back->first_ns == INT64_MIN ||
	    __builtin_sub_overflow(back->first_ns, j->clock_ns, &ns) ||
	    __builtin_add_overflow(ns, JOIN_EARLY_NS + 1, &ns))
		ns = INT64_MAX;
	return join_index_seek(x, key, ns);
}

/* join_talk_same() - enough of it, or all that the client said */
static bool join_talk_same(const struct join_leg *front,
			   const struct join_leg *back)
{
	const struct tap_dir *a = &front->tap.dir[FLOW_CLIENT];
	const struct tap_dir *b = &back->tap.dir[FLOW_CLIENT];
	int payload = join_payload(front, back);

	return payload >= JOIN_PAYLOAD_MIN ||
	       (payload > 0 && a->len == b->len && a->hash == b->hash);
}

bool join_talk_rival(const struct join *j, const struct join_index *x,
		     const struct join_leg *back, const struct join_leg *except)
{
	uint64_t key = join_key(back, JOIN_KEY_PAYLOAD);
	uint32_t i = join_talk_end(j, x, back, key, false);
	uint32_t looked = 0;

	if (!key)
		return false;
	while (i-- > 0 && x->key[i].key == key && looked++ < JOIN_LOOK) {
		const struct join_leg *f = &j->front.leg[x->key[i].at];

		if (f != except && f->by == JOIN_OPEN &&
		    f->proto == back->proto && join_is_alive(j, f, back) &&
		    join_talk_same(f, back))
			return true;
	}
	return false;
}

uint32_t join_talk_sole(const struct join *j, const struct join_index *x,
			const struct join_leg *back, bool at_any_time)
{
	uint64_t key = join_key(back, JOIN_KEY_PAYLOAD);
	uint32_t i = join_talk_end(j, x, back, key, at_any_time);
	uint32_t found = JOIN_NOBODY;
	uint32_t looked = 0;

	if (!key)
		return JOIN_NOBODY;
	for (; i-- > 0 && x->key[i].key == key; looked++) {
		const struct join_leg *f = &j->front.leg[x->key[i].at];

		if (looked == JOIN_LOOK)
			return JOIN_SEVERAL;
		if (f->by != JOIN_OPEN || f->proto != back->proto ||
		    (!at_any_time && !join_is_alive(j, f, back)) ||
		    join_payload(f, back) < JOIN_PAYLOAD_MIN)
			continue;
		if (found != JOIN_NOBODY)
			return JOIN_SEVERAL;
		found = x->key[i].at;
	}
	return found;
}
