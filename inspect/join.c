/* SPDX-License-Identifier: BSD-2-Clause */
/* join.c - see join.h: the legs, and what a pair of them means */
#include "join.h"

#include <errno.h>
#include <stdlib.h>

#include "advice.h"
#include "view.h"

#define JOIN_ROOM_MIN 64

static struct join_leg *join_append(struct join_legs *l)
{
	uint32_t room = l->room ? l->room * 2 : JOIN_ROOM_MIN;
	struct join_leg *leg;

	if (l->count == l->max) {
		l->refused++;
		return NULL;
	}
	if (l->count == l->room) {
		leg = realloc(l->leg, room * sizeof(*leg));
		if (!leg)
			return NULL;
		l->leg = leg;
		l->room = room;
	}
	return &l->leg[l->count++];
}

static struct endpoint join_unmap(const struct endpoint *e)
{
	return (struct endpoint) { ip_addr_unmap(&e->addr), e->port };
}

int join_add(struct join_legs *l, const struct flow *fl, const struct check *c)
{
	const struct flow_dir *client = &fl->dir[FLOW_CLIENT];
	const struct flow_dir *origin = &fl->dir[FLOW_ORIGIN];
	uint64_t refused = l->refused;
	struct join_leg *leg = join_append(l);
	struct view v;

	if (!leg)
		return l->refused != refused ? 0 : -ENOMEM;
	view_init(&v, fl, c);
	*leg = (struct join_leg) {
		.end = { join_unmap(&client->end), join_unmap(&origin->end) },
		.check = *c,
		.mode = v.mode,
		.id = fl->id,
		.first_frame = fl->first_frame,
		.first_ns = fl->first_ns,
		.last_ns = fl->last_ns,
		.proto = fl->proto,
		.app = client->find.app,
		.has_named = v.has_client,
		.has_port = v.has_port,
		.has_payload = client->find.payloads || origin->find.payloads,
	};
	if (v.has_client)
		leg->named = join_unmap(&v.named);
	if (fl->tap)
		leg->tap = *fl->tap;
	return 0;
}

/* join_goes_to() - is @leg's destination one of @n? */
static bool join_goes_to(const struct endpoint *to, uint32_t n,
			 const struct join_leg *leg)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (endpoint_eq(&to[i], &leg->end[FLOW_ORIGIN]))
			return true;
	return false;
}

int join_split(struct join *j)
{
	struct endpoint to[JOIN_ORIGIN_MAX];
	struct join_legs *f = &j->front;
	uint32_t i, n = 0, kept = 0;

	for (i = 0; i < f->count && n < JOIN_ORIGIN_MAX; i++)
		if (f->leg[i].has_named && !join_goes_to(to, n, &f->leg[i]))
			to[n++] = f->leg[i].end[FLOW_ORIGIN];
	for (i = 0; i < f->count; i++) {
		struct join_leg *leg;

		if (!f->leg[i].has_named && !join_goes_to(to, n, &f->leg[i])) {
			f->leg[kept++] = f->leg[i];
			continue;
		}
		leg = join_append(&j->back);
		if (!leg)
			return -ENOMEM;
		*leg = f->leg[i];
	}
	f->count = kept;
	return 0;
}

int join_payload(const struct join_leg *front, const struct join_leg *back)
{
	int up = tap_compare(&front->tap.dir[FLOW_CLIENT],
			     &back->tap.dir[FLOW_CLIENT]);
	int down = tap_compare(&front->tap.dir[FLOW_ORIGIN],
			       &back->tap.dir[FLOW_ORIGIN]);

	return up < 0 || down < 0 ? -1 : up + down;
}

int64_t join_delay_ns(const struct join *j, const struct join_leg *front,
		      const struct join_leg *back)
{
	int64_t delay;

	if (front->first_ns == INT64_MIN || back->first_ns == INT64_MIN ||
	    __builtin_sub_overflow(back->first_ns, front->first_ns, &delay) ||
	    __builtin_sub_overflow(delay, j->clock_ns, &delay))
		return INT64_MIN;
	return delay;
}

bool join_is_alive(const struct join *j, const struct join_leg *front,
		   const struct join_leg *back)
{
	int64_t delay = join_delay_ns(j, front, back);
	int64_t life;

	if (delay == INT64_MIN)
		return true;
	if (__builtin_sub_overflow(front->last_ns, front->first_ns, &life))
		return false;
	return delay >= -JOIN_EARLY_NS && delay - JOIN_LATE_NS <= life;
}

bool join_is_real(const struct join_leg *front, const struct join_leg *back)
{
	if (!ip_addr_eq(&front->end[FLOW_CLIENT].addr, &back->named.addr))
		return front->has_named &&
		       endpoint_eq(&front->named, &back->named);
	return !back->has_port ||
	       front->end[FLOW_CLIENT].port == back->named.port;
}

struct check join_check(const struct join_leg *front,
			const struct join_leg *back)
{
	struct check c = back->check;

	if (!back->has_named || join_is_real(front, back))
		return c;
	c.verdict = VERDICT_MISMATCH;
	c.anomaly = ANOMALY_FLOW_OTHER_CLIENT;
	c.clause = anomaly_info(c.anomaly)->clause;
	c.advice = advice_text(c.verdict, c.anomaly);
	return c;
}

void join_fini(struct join *j)
{
	free(j->front.leg);
	free(j->back.leg);
	j->front.leg = j->back.leg = NULL;
}
