/* SPDX-License-Identifier: BSD-2-Clause */
/* join_match.c - see join.h: the three rounds */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "join.h"

/* Legs with the same key that are looked at, around the time in question. */
#define JOIN_LOOK 64

/* A front leg in order of key, then time. */
struct join_key {
	uint64_t key;
	int64_t first_ns;
	uint32_t at;
};

static uint64_t join_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 32;
}

/* join_end_key() - without the port if that is not told */
static uint64_t join_end_key(uint8_t proto, const struct endpoint *e,
			     bool has_port)
{
	uint64_t lo, hi;

	memcpy(&lo, e->addr.bytes, sizeof(lo));
	memcpy(&hi, e->addr.bytes + 8, sizeof(hi));
	return join_mix(join_mix(join_mix(proto, lo), hi),
			has_port ? e->port + 1U : 0);
}

static int join_key_compare(const void *a, const void *b)
{
	const struct join_key *x = a;
	const struct join_key *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* join_sort() - the front legs that are open by what @key_of says of them.
 * Return: how many; *@ret is freed by the caller, NULL if there is no memory
 */
static uint32_t join_sort(const struct join_legs *l,
			  uint64_t (*key_of)(const struct join_leg *),
			  struct join_key **ret)
{
	struct join_key *k = calloc(l->count + 1ULL, sizeof(*k));
	uint32_t i, n = 0;

	*ret = k;
	for (i = 0; k && i < l->count; i++) {
		if (l->leg[i].by != JOIN_OPEN || !key_of(&l->leg[i]))
			continue;
		k[n++] = (struct join_key) { key_of(&l->leg[i]),
					     l->leg[i].first_ns, i };
	}
	if (k)
		qsort(k, n, sizeof(*k), join_key_compare);
	return n;
}

/* join_seek() - the first of @n that is not before @key and @ns */
static uint32_t join_seek(const struct join_key *k, uint32_t n, uint64_t key,
			  int64_t ns)
{
	struct join_key want = { key, ns, 0 };
	uint32_t lo = 0, hi = n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (join_key_compare(&k[mid], &want) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void join_pair(struct join *j, uint32_t front, uint32_t back,
		      enum join_by by)
{
	j->front.leg[front].peer = back;
	j->front.leg[front].by = by;
	j->back.leg[back].peer = front;
	j->back.leg[back].by = by;
}

static uint64_t join_key_of_source(const struct join_leg *leg)
{
	return join_end_key(leg->proto, &leg->end[FLOW_CLIENT], true);
}

static uint64_t join_key_of_address(const struct join_leg *leg)
{
	return join_end_key(leg->proto, &leg->end[FLOW_CLIENT], false);
}

/* A front leg may itself carry a header: its client is the one in there. */
static uint64_t join_key_of_named(const struct join_leg *leg)
{
	return leg->has_named && leg->has_port
		       ? join_end_key(leg->proto, &leg->named, true)
		       : 0;
}

static uint64_t join_key_of_payload(const struct join_leg *leg)
{
	return tap_key(&leg->tap.dir[FLOW_CLIENT]);
}

static uint64_t join_key_of_any(const struct join_leg *leg)
{
	return 1 + (uint64_t)leg->proto;
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

/* join_is_alive() - does the back leg begin while the front leg is there? So it
 * is also without times.
 */
static bool join_is_alive(const struct join *j, const struct join_leg *front,
			  const struct join_leg *back)
{
	int64_t delay = join_delay_ns(j, front, back);

	return delay == INT64_MIN ||
	       (delay >= -JOIN_EARLY_NS &&
		delay - JOIN_LATE_NS <= front->last_ns - front->first_ns);
}

/* Which claims a round believes. */
enum join_claim {
	CLAIM_SAME,  /* with the same payload, whatever the clocks say */
	CLAIM_AGREE, /* at its time; the payload does not differ */
	CLAIM_ANY,   /* at its time */
	CLAIMS,
};

static bool join_believes(const struct join *j, const struct join_leg *front,
			  const struct join_leg *back, enum join_claim claim)
{
	int payload = join_payload(front, back);

	if (claim == CLAIM_SAME)
		return payload > 0;
	return join_is_alive(j, front, back) &&
	       (payload >= 0 || claim == CLAIM_ANY);
}

/* join_by_claim() - of several connections from the same end the nearest in
 * time
 */
static void join_by_claim(struct join *j, const struct join_key *k, uint32_t n,
			  uint32_t at, bool by_named, enum join_claim claim)
{
	const struct join_leg *back = &j->back.leg[at];
	uint64_t key = join_end_key(back->proto, &back->named, back->has_port);
	const struct join_leg *best = NULL;
	uint32_t i = join_seek(k, n, key, INT64_MIN);

	for (; i < n && k[i].key == key; i++) {
		const struct join_leg *f = &j->front.leg[k[i].at];

		if (f->by != JOIN_OPEN || f->proto != back->proto ||
		    !join_names(back,
				by_named ? &f->named : &f->end[FLOW_CLIENT]) ||
		    !join_believes(j, f, back, claim))
			continue;
		if (!best ||
		    join_distance(j, f, back) < join_distance(j, best, back))
			best = f;
	}
	if (best)
		join_pair(j, (uint32_t)(best - j->front.leg), at,
			  JOIN_BY_CLAIM);
}

static bool join_is_near(const struct join *j, const struct join_leg *front,
			 const struct join_leg *back)
{
	int64_t delay = join_delay_ns(j, front, back);

	return delay != INT64_MIN && delay >= -JOIN_EARLY_NS &&
	       delay <= JOIN_LATE_NS;
}

/* join_is_candidate() - for a pair by payload: it says the same */
static bool join_is_candidate(const struct join *j,
			      const struct join_leg *front,
			      const struct join_leg *back)
{
	return front->by == JOIN_OPEN && front->proto == back->proto &&
	       join_payload(front, back) >= JOIN_PAYLOAD_MIN &&
	       join_is_alive(j, front, back);
}

/* join_by_payload() - the only candidate; of several the only one that began at
 * that time
 */
static void join_by_payload(struct join *j, const struct join_key *k,
			    uint32_t n, uint32_t at)
{
	const struct join_leg *back = &j->back.leg[at];
	uint64_t key = tap_key(&back->tap.dir[FLOW_CLIENT]);
	uint32_t i = join_seek(k, n, key, back->first_ns - j->clock_ns);
	uint32_t found = 0, near = 0, looked = 0;
	uint32_t any = 0, nearest = 0;

	if (!key)
		return;
	/* those that began later than it do not count, but for JOIN_EARLY_NS */
	while (i < n && k[i].key == key && looked++ < JOIN_LOOK / 2)
		i++;
	for (looked = 0; i-- > 0 && k[i].key == key && looked++ < JOIN_LOOK;) {
		const struct join_leg *f = &j->front.leg[k[i].at];

		if (!join_is_candidate(j, f, back))
			continue;
		found++;
		any = k[i].at;
		if (!join_is_near(j, f, back))
			continue;
		near++;
		nearest = k[i].at;
	}
	if (found == 1)
		join_pair(j, any, at, JOIN_BY_PAYLOAD);
	else if (near == 1)
		join_pair(j, nearest, at, JOIN_BY_PAYLOAD);
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
				const struct join_key *k, uint32_t n,
				const struct join_leg *leg, bool is_back,
				uint32_t *ret)
{
	int64_t lo = is_back ? leg->first_ns - j->clock_ns - JOIN_LATE_NS
			     : leg->first_ns + j->clock_ns - JOIN_EARLY_NS;
	uint32_t i = join_seek(k, n, join_key_of_any(leg), lo);
	uint32_t found = 0;

	for (; i < n && k[i].key == join_key_of_any(leg) && found < 2; i++) {
		const struct join_leg *o = &l->leg[k[i].at];

		if (o->by != JOIN_OPEN)
			continue;
		if (!join_is_near(j, is_back ? o : leg, is_back ? leg : o))
			break;
		if (!join_may_be(o, leg))
			continue;
		found++;
		*ret = k[i].at;
	}
	return found;
}

/* join_by_timing() - each the only one of its side at that time */
static int join_by_timing(struct join *j)
{
	struct join_key *fronts, *backs = NULL;
	uint32_t n = join_sort(&j->front, join_key_of_any, &fronts);
	uint32_t m = join_sort(&j->back, join_key_of_any, &backs);
	uint32_t i;

	for (i = 0; fronts && backs && i < m; i++) {
		const struct join_leg *back = &j->back.leg[backs[i].at];
		uint32_t front = 0, same = 0;

		if (back->first_ns == INT64_MIN ||
		    join_count_near(j, &j->front, fronts, n, back, true,
				    &front) != 1 ||
		    join_count_near(j, &j->back, backs, m, &j->front.leg[front],
				    false, &same) != 1)
			continue;
		join_pair(j, front, backs[i].at, JOIN_BY_TIMING);
	}
	i = fronts && backs;
	free(fronts);
	free(backs);
	return i ? 0 : -ENOMEM;
}

static int join_ns_compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* join_clock() - how far the back capture's clock is ahead: the median of the
 * pairs. Small differences are the proxy's own time.
 */
static int join_clock(struct join *j)
{
	int64_t *delay = calloc(j->back.count + 1ULL, sizeof(*delay));
	uint32_t i, n = 0;

	if (!delay)
		return -ENOMEM;
	for (i = 0; i < j->back.count; i++) {
		const struct join_leg *b = &j->back.leg[i];
		int64_t d;

		if (b->by == JOIN_OPEN || j->has_one_clock)
			continue;
		d = join_delay_ns(j, &j->front.leg[b->peer], b);
		if (d != INT64_MIN)
			delay[n++] = d;
	}
	qsort(delay, n, sizeof(*delay), join_ns_compare);
	if (n && (delay[n / 2] < -JOIN_EARLY_NS || delay[n / 2] > JOIN_LATE_NS))
		j->clock_ns = delay[n / 2];
	free(delay);
	return 0;
}

/* What a round looks at, in their order. */
enum join_look {
	LOOK_SOURCE,
	LOOK_NAMED,   /* by the front leg, which has a header of its own */
	LOOK_ADDRESS, /* of claims without a port */
	LOOK_PAYLOAD,
	LOOKS,
};

/* join_look() - the place @at of the back legs, which is open */
static void join_look(struct join *j, enum join_look look,
		      enum join_claim claim, const struct join_key *k,
		      uint32_t n, uint32_t at)
{
	const struct join_leg *back = &j->back.leg[at];

	if (look == LOOK_PAYLOAD)
		join_by_payload(j, k, n, at);
	else if (back->has_named && back->has_port == (look != LOOK_ADDRESS))
		join_by_claim(j, k, n, at, look == LOOK_NAMED, claim);
}

/* join_round() - each back leg that is open, against the front legs that are */
static int join_round(struct join *j, enum join_look look,
		      enum join_claim claim)
{
	static uint64_t (*const key_of[LOOKS])(const struct join_leg *) = {
		[LOOK_SOURCE] = join_key_of_source,
		[LOOK_NAMED] = join_key_of_named,
		[LOOK_ADDRESS] = join_key_of_address,
		[LOOK_PAYLOAD] = join_key_of_payload,
	};
	struct join_key *k;
	uint32_t n = join_sort(&j->front, key_of[look], &k);
	uint32_t i;

	if (!k)
		return -ENOMEM;
	for (i = 0; i < j->back.count; i++)
		if (j->back.leg[i].by == JOIN_OPEN)
			join_look(j, look, claim, k, n, i);
	free(k);
	return 0;
}

static int join_claims(struct join *j, enum join_claim claim)
{
	int err = 0;
	int look;

	for (look = LOOK_SOURCE; !err && look <= LOOK_ADDRESS; look++)
		err = join_round(j, (enum join_look)look, claim);
	return err;
}

static void join_reset(struct join *j)
{
	uint32_t i;

	for (i = 0; i < j->front.count; i++)
		j->front.leg[i].by = JOIN_OPEN;
	for (i = 0; i < j->back.count; i++)
		j->back.leg[i].by = JOIN_OPEN;
}

int join_match(struct join *j)
{
	int err = join_claims(j, CLAIM_SAME);

	if (!err)
		err = join_clock(j);
	/* Of connections from one port the nearest was chosen by two clocks. */
	join_reset(j);
	if (!err)
		err = join_claims(j, CLAIM_AGREE);
	if (!err)
		err = join_round(j, LOOK_PAYLOAD, CLAIMS);
	/* Nobody says what it says: a proxy that rewrites. */
	if (!err)
		err = join_claims(j, CLAIM_ANY);
	if (!err)
		err = join_by_timing(j);
	return err;
}
