/* SPDX-License-Identifier: BSD-2-Clause */
/* join_match.c - see join.h: the rounds */
#include <errno.h>
#include <stdlib.h>

#include "app.h"
#include "join_talk.h"

/* Rounds by payload: each pair may leave another leg with one candidate. */
#define JOIN_PAYLOAD_ROUNDS 16

static void join_pair(struct join *j, uint32_t front, uint32_t back,
		      enum join_by by)
{
	j->front.leg[front].peer = back;
	j->front.leg[front].by = by;
	j->back.leg[back].peer = front;
	j->back.leg[back].by = by;
}

/* join_settle() - open back legs each have the one front leg in @peer that will
 * do for them, JOIN_NOBODY, or JOIN_SEVERAL. Nobody gets one that another wants
 * too. Return: how many pairs there are now that were not before
 */
static uint32_t join_settle(struct join *j, enum join_by by)
{
	struct join_legs *f = &j->front, *b = &j->back;
	uint32_t i, n = 0;

	for (i = 0; i < f->count; i++)
		if (f->leg[i].by == JOIN_OPEN)
			f->leg[i].peer = JOIN_NOBODY;
	for (i = 0; i < b->count; i++) {
		uint32_t *wants;

		if (b->leg[i].by != JOIN_OPEN || b->leg[i].peer >= f->count)
			continue;
		wants = &f->leg[b->leg[i].peer].peer;
		*wants = *wants == JOIN_NOBODY ? i : JOIN_SEVERAL;
	}
	for (i = 0; i < b->count; i++) {
		uint32_t peer = b->leg[i].peer;

		if (b->leg[i].by != JOIN_OPEN || peer == JOIN_NOBODY)
			continue;
		if (peer == JOIN_SEVERAL || f->leg[peer].peer != i) {
			b->leg[i].why = JOIN_WHY_SEVERAL;
			continue;
		}
		join_pair(j, peer, i, by);
		n++;
	}
	return n;
}

static int64_t join_distance(const struct join *j, const struct join_leg *front,
			     const struct join_leg *back)
{
	int64_t delay = join_delay_ns(j, front, back);

	if (delay == INT64_MIN)
		return INT64_MAX;
	return delay < 0 ? -delay : delay;
}

static bool join_names(const struct join_leg *back, const struct endpoint *e)
{
	return ip_addr_eq(&e->addr, &back->named.addr) &&
	       (!back->has_port || e->port == back->named.port);
}

/* Which claims a round believes. */
enum join_claim {
	CLAIM_SAME,  /* with the same payload, whatever the clocks say */
	CLAIM_AGREE, /* at its time, with the same payload */
	CLAIM_QUIET, /* at its time; nothing is known of the payload */
	CLAIM_ANY,   /* at its time */
};

static bool join_believes(const struct join *j, const struct join_leg *front,
			  const struct join_leg *back, enum join_claim claim)
{
	int payload = join_payload(front, back);

	if (claim == CLAIM_SAME)
		return payload > 0;
	return join_is_alive(j, front, back) &&
	       (claim == CLAIM_ANY ||
		(claim == CLAIM_AGREE ? payload > 0 : payload == 0));
}

/* join_claimed() - the front leg that @back names: of several from the same end
 * the nearest in time, or JOIN_SEVERAL if there @is_one only
 */
static uint32_t join_claimed(const struct join *j, const struct join_index *x,
			     const struct join_leg *back, bool by_named,
			     enum join_claim claim, bool is_one)
{
	uint64_t key = join_key_named(back);
	const struct join_leg *best = NULL;
	uint32_t i = join_index_seek(x, key, INT64_MIN);

	for (; i < x->count && x->key[i].key == key; i++) {
		const struct join_leg *f = &j->front.leg[x->key[i].at];

		if (f->by != JOIN_OPEN || f->proto != back->proto ||
		    !join_names(back,
				by_named ? &f->named : &f->end[FLOW_CLIENT]) ||
		    !join_believes(j, f, back, claim))
			continue;
		if (best && is_one)
			return JOIN_SEVERAL;
		if (!best ||
		    join_distance(j, f, back) < join_distance(j, best, back))
			best = f;
	}
	return best ? (uint32_t)(best - j->front.leg) : JOIN_NOBODY;
}

/* join_is_disputed() - the client at @front is named, but somebody else says
 * what the back leg says
 */
static bool join_is_disputed(const struct join *j, const struct join_talk *talk,
			     uint32_t front, struct join_leg *back)
{
	const struct join_leg *f = &j->front.leg[front];

	if (!join_talk_rival(j, talk, back, f))
		return false;
	back->is_denied = join_payload(f, back) < 0;
	back->why = JOIN_WHY_PAYLOAD;
	return true;
}

/* join_claims_by() - claims with a port, or those without; of the latter, and
 * of clocks that are not known yet, only those that one front leg fits
 */
static int join_claims_by(struct join *j, enum join_key_of look,
			  enum join_claim claim)
{
	bool has_port = look != JOIN_KEY_ADDRESS;
	bool is_one = !has_port || claim == CLAIM_SAME;
	bool may_dispute = claim == CLAIM_QUIET || claim == CLAIM_ANY;
	struct join_talk talk = { 0 };
	struct join_index x;
	int err = join_index_init(&x, &j->front, look, true);
	uint32_t i;

	if (!err && may_dispute)
		err = join_talk_init(&talk, j);
	for (i = 0; !err && i < j->back.count; i++) {
		struct join_leg *b = &j->back.leg[i];

		if (b->by != JOIN_OPEN)
			continue;
		b->peer = b->has_named && b->has_port == has_port
				  ? join_claimed(j, &x, b,
						 look == JOIN_KEY_NAMED, claim,
						 is_one)
				  : JOIN_NOBODY;
		if (b->peer < j->front.count && may_dispute &&
		    join_is_disputed(j, &talk, b->peer, b))
			b->peer = JOIN_NOBODY;
		if (b->peer < j->front.count && !is_one)
			join_pair(j, b->peer, i, JOIN_BY_CLAIM);
	}
	if (!err && is_one)
		(void)join_settle(j, JOIN_BY_CLAIM);
	join_talk_fini(&talk);
	join_index_fini(&x);
	return err;
}

static int join_claims(struct join *j, enum join_claim claim)
{
	static const enum join_key_of looks[] = { JOIN_KEY_SOURCE,
						  JOIN_KEY_NAMED,
						  JOIN_KEY_ADDRESS };
	int err = 0;
	size_t i;

	for (i = 0; !err && i < ARRAY_SIZE(looks); i++)
		err = join_claims_by(j, looks[i], claim);
	return err;
}

/* join_by_payload() - Return: 0 or -ENOMEM */
static int join_by_payload(struct join *j, bool at_any_time)
{
	struct join_talk talk;
	int err = join_talk_init(&talk, j);
	unsigned round = 0;
	uint32_t i;

	while (!err) {
		for (i = 0; i < j->back.count; i++) {
			struct join_leg *b = &j->back.leg[i];

			if (b->by == JOIN_OPEN)
				b->peer = join_talk_sole(j, &talk, b,
							 at_any_time);
		}
		if (!join_settle(j, JOIN_BY_PAYLOAD) ||
		    ++round == JOIN_PAYLOAD_ROUNDS)
			break;
	}
	join_talk_fini(&talk);
	return err;
}

static bool join_is_near(const struct join *j, const struct join_leg *front,
			 const struct join_leg *back)
{
	int64_t delay = join_delay_ns(j, front, back);

	return delay != INT64_MIN && delay >= -JOIN_EARLY_NS &&
	       delay <= JOIN_LATE_NS;
}

/* join_may_be() - for a pair by timing: who says something else is another
 * talk, unless one of the legs is TLS
 */
static bool join_may_be(const struct join_leg *a, const struct join_leg *b)
{
	return (a->app == APP_TLS) != (b->app == APP_TLS) ||
	       join_payload(a, b) >= 0;
}

/* join_count_near() - the other side's open legs at that time: how many, and
 * *@ret the last of them
 */
static uint32_t join_count_near(const struct join *j, const struct join_legs *l,
				const struct join_index *x,
				const struct join_leg *leg, bool is_back,
				uint32_t *ret)
{
	uint64_t key = join_key(leg, JOIN_KEY_ANY);
	uint32_t i, found = 0;
	int64_t lo;

	if (is_back ? __builtin_sub_overflow(leg->first_ns, j->clock_ns, &lo)
		    : __builtin_add_overflow(leg->first_ns, j->clock_ns, &lo))
		return 0;
	if (__builtin_sub_overflow(lo, is_back ? JOIN_LATE_NS : JOIN_EARLY_NS,
				   &lo))
		lo = INT64_MIN;
	i = join_index_seek(x, key, lo);
	for (; i < x->count && x->key[i].key == key && found < 2; i++) {
		const struct join_leg *o = &l->leg[x->key[i].at];

		if (o->by != JOIN_OPEN)
			continue;
		if (!join_is_near(j, is_back ? o : leg, is_back ? leg : o))
			break;
		if (!join_may_be(o, leg))
			continue;
		found++;
		*ret = x->key[i].at;
	}
	return found;
}

/* join_may_contradict() - time alone does not prove that a claim is wrong: the
 * client may be one whose connection was not captured
 */
static bool join_may_contradict(const struct join_leg *front,
				const struct join_leg *back)
{
	return !back->has_named || join_is_real(front, back) ||
	       (back->is_denied && join_payload(front, back) > 0);
}

/* join_by_timing() - each the only one of its side at that time */
static int join_by_timing(struct join *j)
{
	struct join_index fronts, backs = { 0 };
	struct join_talk talk = { 0 };
	int err = join_index_init(&fronts, &j->front, JOIN_KEY_ANY, true);
	uint32_t i;

	if (!err)
		err = join_index_init(&backs, &j->back, JOIN_KEY_ANY, true);
	if (!err)
		err = join_talk_init(&talk, j);
	for (i = 0; !err && i < backs.count; i++) {
		struct join_leg *back = &j->back.leg[backs.key[i].at];
		const struct join_leg *f;
		uint32_t front = 0, same = 0;

		if (back->first_ns == INT64_MIN ||
		    join_count_near(j, &j->front, &fronts, back, true,
				    &front) != 1)
			continue;
		f = &j->front.leg[front];
		if (join_count_near(j, &j->back, &backs, f, false, &same) !=
			    1 ||
		    !join_may_contradict(f, back))
			continue;
		/* one that was there before, and only speaks now */
		if (join_talk_rival(j, &talk, back, f))
			back->why = JOIN_WHY_SEVERAL;
		else
			join_pair(j, front, backs.key[i].at, JOIN_BY_TIMING);
	}
	join_talk_fini(&talk);
	join_index_fini(&backs);
	join_index_fini(&fronts);
	return err;
}

static int join_ns_compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* join_median() - of the pairs' delays. Small ones are the proxy's own time. */
static int join_median(struct join *j)
{
	int64_t *delay = calloc(j->back.count + 1ULL, sizeof(*delay));
	uint32_t i, n = 0;

	if (!delay)
		return -ENOMEM;
	for (i = 0; i < j->back.count; i++) {
		const struct join_leg *b = &j->back.leg[i];
		int64_t d;

		if (b->by == JOIN_OPEN)
			continue;
		d = join_delay_ns(j, &j->front.leg[b->peer], b);
		if (d != INT64_MIN)
			delay[n++] = d;
	}
	qsort(delay, n, sizeof(*delay), join_ns_compare);
	j->clock_pairs = n;
	if (n && (delay[n / 2] < -JOIN_EARLY_NS || delay[n / 2] > JOIN_LATE_NS))
		j->clock_ns = delay[n / 2];
	free(delay);
	return 0;
}

static void join_reset(struct join_legs *l)
{
	uint32_t i;

	for (i = 0; i < l->count; i++) {
		l->leg[i].by = JOIN_OPEN;
		l->leg[i].why = JOIN_WHY_NONE;
	}
}

/* join_clock() - how far the back capture's clock is ahead: the pairs that it
 * is found from are forgotten again
 */
static int join_clock(struct join *j)
{
	int err = join_claims(j, CLAIM_SAME);

	if (!err)
		err = join_median(j);
	if (!err && !j->clock_pairs)
		err = join_by_payload(j, true);
	if (!err && !j->clock_pairs)
		err = join_median(j);
	join_reset(&j->front);
	join_reset(&j->back);
	return err;
}

int join_match(struct join *j)
{
	int err = j->has_one_clock ? 0 : join_clock(j);

	if (!err)
		err = join_claims(j, CLAIM_AGREE);
	if (!err)
		err = join_claims(j, CLAIM_QUIET);
	if (!err)
		err = join_by_payload(j, false);
	/* Nobody says what it says: a proxy that rewrites. */
	if (!err)
		err = join_claims(j, CLAIM_ANY);
	if (!err)
		err = join_by_timing(j);
	return err ? err : join_explain(j);
}
