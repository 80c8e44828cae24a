/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_table.c - UDP sessions: found by client, begun, expired, ended */
#include "udp_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/fd.h"
#include "udp_fault.h"
#include "udp_hand.h"

#define UDP_DRAIN_IDLE_MS 200

struct udp_table *udp_table_new(struct worker *w, uint32_t cap)
{
	struct udp_table *t = calloc(1, sizeof(*t));
	uint32_t n = 1;

	if (!t)
		return NULL;
	if (cap > LOOP_SLOT_MAX)
		cap = LOOP_SLOT_MAX;
	while (n < cap)
		n *= 2;
	t->cap = cap;
	t->free_head = SLOT_NONE;
	t->idle_ms = w->cfg->udp_idle_ms;
	t->bucket_mask = n - 1;
	t->slots = calloc(cap, sizeof(*t->slots));
	t->buckets = calloc(n, sizeof(*t->buckets));
	t->up = calloc(1, sizeof(*t->up));
	t->down = calloc(1, sizeof(*t->down));
	if (fault_any(&w->cfg->faults))
		t->fault = udp_fault_new();
	if (w->cfg->udp_gso)
		t->gso = calloc(1, sizeof(*t->gso));
	if (!t->slots || !t->buckets || !t->up || !t->down ||
	    (fault_any(&w->cfg->faults) && !t->fault) ||
	    (w->cfg->udp_gso && !t->gso) ||
	    getrandom(t->secret, sizeof(t->secret), 0) !=
		    (ssize_t)sizeof(t->secret)) {
		udp_table_free(t);
		return NULL;
	}
	if (t->gso)
		t->gso->size_max = UDP_DATAGRAM_MAX;
	udp_batches_init(t);
	wheel_init(&t->wheel, clock_ms());
	loop_on(&w->loop, EV_UDP_ORIGIN, udp_on_origin, w);
	return t;
}

void udp_table_free(struct udp_table *t)
{
	if (!t)
		return;
	udp_port_free(t);
	udp_fault_free(t->fault);
	free(t->gso);
	free(t->up);
	free(t->down);
	free(t->buckets);
	free(t->slots);
	free(t);
}

uint32_t udp_count(const struct udp_table *t)
{
	return t->n_used;
}

static bool udp_key_eq(const struct udp_key *a, const struct udp_key *b)
{
	return a->listen_fd == b->listen_fd && a->scope == b->scope &&
	       endpoint_eq(&a->client, &b->client) &&
	       endpoint_eq(&a->vip, &b->vip);
}

/* Clients choose their addresses: the secret keeps them from choosing buckets.
 */
static uint64_t udp_mix(uint64_t h, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i += 8) {
		uint64_t v = 0;

		memcpy(&v, p + i, len - i < 8 ? len - i : 8);
		h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 32;
	}
	return h;
}

static uint32_t *udp_bucket(struct udp_table *t, const struct udp_key *k)
{
	uint64_t h = t->secret[0] ^ k->client.port ^
		     (uint64_t)(uint32_t)k->listen_fd << 16;

	h = udp_mix(h, k->client.addr.bytes, sizeof(k->client.addr.bytes));
	h = udp_mix(h ^ t->secret[1] ^ k->vip.port, k->vip.addr.bytes,
		    sizeof(k->vip.addr.bytes));
	return &t->buckets[h & t->bucket_mask];
}

/* Buckets and chains hold slot + 1, so that zero is the end. */
struct udp_session *udp_find(struct udp_table *t, const struct udp_key *k)
{
	uint32_t i = *udp_bucket(t, k);

	while (i) {
		struct udp_session *s = &t->slots[i - 1];

		if (udp_key_eq(&s->key, k))
			return s;
		i = s->next;
	}
	return NULL;
}

static struct udp_session *udp_alloc(struct udp_table *t)
{
	struct udp_session *s;

	if (t->free_head != SLOT_NONE) {
		s = &t->slots[t->free_head];
		t->free_head = s->next;
	} else if (t->high < t->cap) {
		s = &t->slots[t->high++];
	} else {
		return NULL;
	}
	t->n_used++;
	*s = (struct udp_session) { .gen = s->gen,
				    .fd = -1,
				    .slot = UDP_FAST_NONE };
	return s;
}

static void udp_free(struct udp_table *t, struct udp_session *s)
{
	s->gen++;
	s->next = t->free_head;
	t->free_head = udp_slot(t, s);
	t->n_used--;
}

static void udp_record(struct worker *w, struct udp_session *s,
		       enum close_reason reason)
{
	const struct rule *rule = s->fwd->rule;
	struct live_connection *c;

	if (!w->records)
		return;
	c = records_find(w->records, RULE_UDP, s->id);
	if (!c)
		return;
	if (s->has_header && c->told.addr.family == IP_NONE)
		c->told = fault_any(&w->cfg->faults) ? udp_fault_told(w, s)
						     : s->key.client;
	c->up_bytes = s->up_bytes;
	c->down_bytes = s->down_bytes;
	c->origin =
		(struct endpoint) { s->origin,
				    rule_origin_port(rule, s->key.vip.port) };
	c->reason = close_reason_name(reason);
	c->end_wall_ms = reason == CLOSE_NONE ? 0 : clock_wall_ms();
}

static void udp_record_begin(struct worker *w, const struct udp_session *s)
{
	struct live_connection *c;

	if (!w->records)
		return;
	c = records_begin(w->records, RULE_UDP, s->id, udp_slot(w->udp, s));
	fwd_record(s->fwd, c);
	c->begin_wall_ms = s->begin_wall_ms;
	c->client = s->key.client;
	c->listen = s->key.vip;
}

void udp_refresh(struct worker *w, uint32_t slot, uint64_t session)
{
	struct udp_session *s = &w->udp->slots[slot];

	if (s->fd < 0 || s->id != session)
		return;
	udp_hand_count(w, s);
	udp_record(w, s, CLOSE_NONE);
}

static void udp_log(struct worker *w, struct udp_session *s,
		    enum close_reason reason)
{
	struct access_entry e = {
		.fwd = s->fwd,
		.client = s->key.client,
		.vip = s->key.vip,
		.origin = s->origin,
		.session = s->id,
		.begin_wall_ms = s->begin_wall_ms,
		.from_client_bytes = s->up_bytes - s->up_logged,
		.to_client_bytes = s->down_bytes - s->down_logged,
		.reason = reason,
	};

	access_write(w->access, &e);
	udp_record(w, s, reason);
	s->up_logged = s->up_bytes;
	s->down_logged = s->down_bytes;
}

void udp_end(struct worker *w, struct udp_session *s, enum close_reason reason)
{
	struct udp_table *t = w->udp;
	uint32_t *link = udp_bucket(t, &s->key);

	udp_hand_back(w, s);
	udp_log(w, s, reason);
	while (*link != udp_slot(t, s) + 1)
		link = &t->slots[*link - 1].next;
	*link = s->next;
	wheel_cancel(&t->wheel, &s->timer);
	fd_close(&s->fd);
	fwd_add(s->fwd, w->id, LIVE_SESSIONS_OPEN, (uint64_t)-1);
	if (s->is_steered)
		udp_port_drop(w, &s->key.vip);
	fwd_drop(s->fwd, w->id);
	budget_give(w->budget, 1);
	udp_free(t, s);
}

static void udp_arm(struct worker *w, struct udp_session *s)
{
	uint64_t due = s->active_ms + w->udp->idle_ms;

	if (s->log_ms && s->log_ms < due)
		due = s->log_ms;
	wheel_arm(&w->udp->wheel, &s->timer, udp_hand_run(w, s, due));
}

static int udp_dial(struct worker *w, struct udp_session *s)
{
	struct endpoint to = { s->origin, rule_origin_port(s->fwd->rule,
							   s->key.vip.port) };
	struct endpoint from = { w->cfg->origin_from, 0 };
	int err;

	if (from.addr.family == to.addr.family)
		err = sock_connect(&to, &from, SOCK_F_UDP, &s->fd);
	else
		err = egress_connect(&w->udp->egress, &to, worker_now_ms(w),
				     &s->fd);
	if (!err)
		err = loop_add(&w->loop, s->fd, EPOLLIN, EV_UDP_ORIGIN,
			       udp_slot(w->udp, s), s->gen);
	if (err)
		fd_close(&s->fd);
	return err;
}

/* The rule of @key's port; NULL, and counted, if it is not for this client */
static const struct fwd *udp_rule(struct worker *w, const struct listener *l,
				  const struct udp_key *key)
{
	const struct fwd *f = l->fwd;

	if (l->is_steered)
		f = listen_set_fwd(w->set, RULE_UDP, key->vip.port);
	if (!f) {
		stat_add(&w->stats, STAT_UDP_REFUSED_PORT, 1);
	} else if (f->rule->is_v4_only && key->client.addr.family == IP_V6) {
		stat_add(&w->stats, STAT_UDP_REFUSED_IPV6, 1);
		fwd_add(f, w->id, LIVE_REFUSED_IPV6, 1);
		return NULL;
	}
	return f;
}

/* Where replies leave from, and an origin to dial. Return: false, counted */
static bool udp_connect(struct worker *w, struct udp_session *s,
			const struct listener *l)
{
	s->reply_fd = s->key.listen_fd;
	if (l->is_steered && udp_port_hold(w, &s->key.vip, &s->reply_fd)) {
		stat_add(&w->stats, STAT_UDP_REFUSED_LIMIT, 1);
		fwd_add(s->fwd, w->id, LIVE_REFUSED_LIMIT, 1);
		return false;
	}
	s->is_steered = l->is_steered;
	if (fwd_pick(s->fwd, w->persist, &s->key.client.addr, worker_now_ms(w),
		     &s->origin) &&
	    !udp_dial(w, s))
		return true;
	stat_add(&w->stats, STAT_UDP_NO_ORIGIN, 1);
	fwd_add(s->fwd, w->id, LIVE_REFUSED_NO_ORIGIN, 1);
	if (l->is_steered)
		udp_port_drop(w, &s->key.vip);
	return false;
}

struct udp_session *udp_begin(struct worker *w, const struct listener *l,
			      const struct udp_key *key)
{
	const struct fwd *f = udp_rule(w, l, key);
	struct udp_table *t = w->udp;
	struct udp_session *s;
	uint32_t *bucket;

	if (!f)
		return NULL;
	if (!budget_take(w->budget, 1)) {
		stat_add(&w->stats, STAT_UDP_REFUSED_LIMIT, 1);
		fwd_add(f, w->id, LIVE_REFUSED_LIMIT, 1);
		return NULL;
	}
	s = udp_alloc(t);
	if (!s) {
		stat_add(&w->stats, STAT_UDP_REFUSED_LIMIT, 1);
		fwd_add(f, w->id, LIVE_REFUSED_LIMIT, 1);
		budget_give(w->budget, 1);
		return NULL;
	}
	s->key = *key;
	s->fwd = f;
	s->is_listen_v6 = l->is_v6;
	if (!udp_connect(w, s, l)) {
		udp_free(t, s);
		budget_give(w->budget, 1);
		return NULL;
	}
	fwd_hold(s->fwd, w->id);
	stat_add(&w->stats, STAT_UDP_SESSIONS, 1);
	fwd_add(s->fwd, w->id, LIVE_SESSIONS, 1);
	fwd_add(s->fwd, w->id, LIVE_SESSIONS_OPEN, 1);
	s->id = (uint64_t)(w->id | 0x8000) << 48 | ++t->ids;
	s->begin_wall_ms = clock_wall_ms();
	s->active_ms = worker_now_ms(w);
	udp_record_begin(w, s);
	if (w->cfg->log_interval_ms)
		s->log_ms = s->active_ms + w->cfg->log_interval_ms;
	bucket = udp_bucket(t, key);
	s->next = *bucket;
	*bucket = udp_slot(t, s) + 1;
	udp_arm(w, s);
	return s;
}

static void udp_timer(void *ctx, struct wheel_node *node)
{
	struct worker *w = ctx;
	struct udp_session *s = wheel_owner(node, struct udp_session, timer);
	uint64_t now = worker_now_ms(w);

	udp_hand_count(w, s);
	if (now >= s->active_ms + w->udp->idle_ms) {
		stat_add(&w->stats, STAT_UDP_EXPIRED, 1);
		udp_end(w, s, CLOSE_CLIENT_TIMEOUT);
		return;
	}
	if (s->log_ms && now >= s->log_ms) {
		udp_log(w, s, CLOSE_NONE);
		s->log_ms = now + w->cfg->log_interval_ms;
	}
	udp_arm(w, s);
}

void udp_run(struct worker *w)
{
	udp_flush(w);
	wheel_run(&w->udp->wheel, worker_now_ms(w), udp_timer, w);
}

int udp_timeout_ms(const struct worker *w)
{
	return wheel_timeout_ms(&w->udp->wheel, clock_ms());
}

void udp_end_gone(struct worker *w, const struct listen_set *next)
{
	struct udp_table *t = w->udp;
	uint32_t i;

	/* sockets are about to be closed */
	udp_flush(w);
	for (i = 0; i < t->high; i++) {
		struct udp_session *s = &t->slots[i];

		if (s->fd >= 0 &&
		    !listen_set_fwd(next, RULE_UDP, s->key.vip.port))
			udp_end(w, s, CLOSE_SHUTDOWN);
	}
}

void udp_drain(struct worker *w)
{
	struct udp_table *t = w->udp;
	uint32_t i;

	if (t->idle_ms > UDP_DRAIN_IDLE_MS)
		t->idle_ms = UDP_DRAIN_IDLE_MS;
	for (i = 0; i < t->high; i++)
		if (t->slots[i].fd >= 0)
			udp_arm(w, &t->slots[i]);
}

void udp_end_all(struct worker *w)
{
	struct udp_table *t = w->udp;
	uint32_t i;

	for (i = 0; i < t->high; i++)
		if (t->slots[i].fd >= 0)
			udp_end(w, &t->slots[i], CLOSE_SHUTDOWN);
}
