/* SPDX-License-Identifier: BSD-2-Clause */
/* relay_dial.c - how a relay begins: the client is accepted, an origin dialled
 */
#include "relay_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sock.h"
#include "relay_fault.h"
#include "toa.h"

#define RELAY_ACCEPT_BATCH 64
#define RELAY_ATTEMPTS	   4
#define RELAY_SAY_AGAIN_MS 10000
#define RELAY_EARLY_SKIP   256

static void relay_undial(struct worker *w, struct relay *r,
			 enum close_reason reason)
{
	stat_add(&w->stats, STAT_TCP_CONNECT_FAILED, 1);
	fd_close(&r->leg[ORIGIN].fd);
	r->leg[ORIGIN].flags = 0;
	r->reason = (uint8_t)reason;
}

void relay_dial_failed(struct worker *w, struct relay *r,
		       enum close_reason reason)
{
	origin_failed(r->fwd->origin, &r->origin, worker_now_ms(w),
		      w->cfg->retry_ms);
	relay_undial(w, r, reason);
}

/* Does the error speak of the origin, or of what we lack ourselves? */
static bool relay_is_origins_fault(int err)
{
	return err == -ECONNREFUSED || err == -ENETUNREACH ||
	       err == -EHOSTUNREACH || err == -ETIMEDOUT ||
	       err == -ECONNRESET || err == -EPIPE;
}

bool relay_wants_toa(const struct worker *w, const struct relay *r)
{
	return r->fwd->rule->mode == MODE_TOA &&
	       !fault_is_on(&w->cfg->faults, FAULT_NO_HEADER);
}

/* Without its option no connection of mode toa is made: the writer is gone, or
 * serves another user.
 */
static int relay_mark(struct worker *w, struct relay *r)
{
	struct endpoint told = r->client;
	uint64_t now = worker_now_ms(w);
	int err;

	if (fault_any(&w->cfg->faults))
		told = relay_fault_told(w, r);
	err = toa_attach(r->leg[ORIGIN].fd, w->cfg, &told);
	if (!err)
		return 0;
	stat_add(&w->stats, STAT_TCP_TOA_FAILED, 1);
	r->is_toa_refused = true;
	if (!w->relays->toa_said_ms ||
	    now - w->relays->toa_said_ms >= RELAY_SAY_AGAIN_MS) {
		w->relays->toa_said_ms = now;
		log_warn("connections in mode toa are refused: the TOA writer "
			 "does not take their address (%s): see 'tp-toa writer "
			 "status' and 'tp-toa writer load'",
			 strerror(-err));
	}
	return err;
}

/* Watch the leg of @side, whose flags say what for. */
static int relay_watch(struct worker *w, struct relay *r, enum side side)
{
	struct leg *leg = &r->leg[side];

	return loop_add(&w->loop, leg->fd,
			leg->flags & LEG_OUT ? RELAY_EVENTS_ALL : RELAY_EVENTS,
			side == CLIENT ? EV_TCP_CLIENT : EV_TCP_ORIGIN,
			relay_slot(w->relays, r), r->gen);
}

/* An origin that is near has accepted by the time connect(2) returns: the
 * opening leaves at once. One that is further away takes none of it (EAGAIN):
 * it is owed to it, and the next connections are not tried.
 */
static int relay_start_early(struct worker *w, struct relay *r,
			     const struct opening *e)
{
	struct relay_table *t = w->relays;
	struct leg *o = &r->leg[ORIGIN];
	int err = mover_send(&t->env, o->fd, t->env.scratch, e->len,
			     &o->owed.stash);

	if (err)
		return err;
	if (o->owed.stash && o->owed.stash->len == e->len) {
		t->early_skip = RELAY_EARLY_SKIP;
		return 0;
	}
	o->flags |= o->owed.stash ? LEG_OUT : LEG_WR;
	origin_worked(r->fwd->origin, &r->origin);
	relay_count_opening(w, r, e->payload);
	relay_open(w, r);
	return 0;
}

/* A socket towards r->origin, under way and watched. Return: 0 or -errno */
static int relay_dial_one(struct worker *w, struct relay *r,
			  const struct opening *early)
{
	const struct rule *rule = r->fwd->rule;
	struct endpoint to = { r->origin, rule_origin_port(rule, r->vip.port) };
	struct endpoint from = { w->cfg->origin_from, 0 };
	struct leg *leg = &r->leg[ORIGIN];
	bool is_marked = relay_wants_toa(w, r);
	int err;

	if (from.addr.family != to.addr.family)
		from.addr.family = IP_NONE;
	/* to mark it sets its range of ports, too */
	err = sock_open_to(&to, &from, is_marked ? 0 : SOCK_F_ALL_PORTS,
			   &leg->fd);
	if (!err)
		err = sock_set_congestion(leg->fd, w->cfg->congestion);
	if (!err && is_marked)
		err = relay_mark(w, r);
	if (!err)
		err = sock_start(leg->fd, &to);
	if (!err && early)
		err = relay_start_early(w, r, early);
	if (r->state == RELAY_CONNECTING)
		leg->flags |= LEG_OUT;
	if (err)
		return err;
	err = relay_watch(w, r, ORIGIN);
	if (err && early) {
		/* the next address gets all of it */
		owed_drop(&w->relays->env, &leg->owed);
		r->state = RELAY_CONNECTING;
	}
	return err;
}

/* Failed addresses are marked, so that the next pick gives another one. */
void relay_dial(struct worker *w, struct relay *r, const struct opening *early)
{
	struct origin *o = r->fwd->origin;
	size_t tries = origin_count(o);

	if (tries > RELAY_ATTEMPTS)
		tries = RELAY_ATTEMPTS;
	while (r->attempts < tries &&
	       fwd_pick(r->fwd, w->persist, &r->client.addr, worker_now_ms(w),
			&r->origin)) {
		int err = relay_dial_one(w, r, early);

		r->attempts++;
		if (!err && r->state != RELAY_CONNECTING)
			return;
		if (!err) {
			r->deadline_ms =
				worker_now_ms(w) + w->cfg->connect_timeout_ms;
			wheel_arm(&w->relays->wheel, &r->timer, r->deadline_ms);
			return;
		}
		if (relay_is_origins_fault(err))
			relay_dial_failed(w, r, CLOSE_CONNECT_FAILED);
		else
			relay_undial(w, r, CLOSE_CONNECT_FAILED);
	}
	stat_add(&w->stats, STAT_TCP_NO_ORIGIN, 1);
	fwd_add(r->fwd, w->id,
		r->is_toa_refused ? LIVE_REFUSED_TOA : LIVE_REFUSED_NO_ORIGIN,
		1);
	if (fault_any(&w->cfg->faults) && relay_fault_refused(w, r))
		return;
	relay_end(w, r,
		  r->reason ? (enum close_reason)r->reason
			    : CLOSE_CONNECT_FAILED,
		  false);
}

/* The first bytes of a client that does not wait for the server. Return: false
 * if there are none; the relay may be gone then
 */
static bool relay_read_early(struct worker *w, struct relay *r,
			     struct opening *ret)
{
	struct relay_table *t = w->relays;

	if (t->early_skip) {
		t->early_skip--;
		return false;
	}
	ret->len = relay_opening(w, r, &ret->payload);
	if (ret->payload < 0 && ret->payload != -EAGAIN)
		relay_end(w, r, CLOSE_CLIENT_RESET, false);
	/* an end will be told by the socket again */
	return ret->payload > 0;
}

static void relay_record_begin(struct worker *w, const struct relay *r)
{
	struct live_connection *c;

	if (!w->records)
		return;
	c = records_begin(w->records, RULE_TCP, r->session,
			  relay_slot(w->relays, r));
	fwd_record(r->fwd, c);
	c->begin_wall_ms = r->begin_wall_ms;
	c->client = r->client;
}

/* The rule of the port that @fd's client dialled, and the dialled endpoint;
 * NULL, and counted, if it is not for this client
 */
static const struct fwd *relay_rule(struct worker *w, const struct listener *l,
				    int fd, const struct endpoint *client,
				    struct endpoint *ret_vip)
{
	const struct fwd *f = l->fwd;

	*ret_vip = (struct endpoint) { l->addr, l->port };
	if (l->addr.family == IP_NONE && sock_local(fd, ret_vip)) {
		stat_add(&w->stats, STAT_ACCEPT_FAILED, 1);
		return NULL;
	}
	if (l->is_steered)
		f = listen_set_fwd(w->set, RULE_TCP, ret_vip->port);
	if (!f) {
		stat_add(&w->stats, STAT_TCP_REFUSED_PORT, 1);
	} else if (f->rule->is_v4_only && client->addr.family == IP_V6) {
		stat_add(&w->stats, STAT_TCP_REFUSED_IPV6, 1);
		fwd_add(f, w->id, LIVE_REFUSED_IPV6, 1);
		return NULL;
	}
	return f;
}

static void relay_begin(struct worker *w, const struct listener *l, int fd,
			const struct sockaddr_storage *peer)
{
	struct endpoint client = endpoint_from_sockaddr(peer), vip;
	const struct fwd *f = relay_rule(w, l, fd, &client, &vip);
	struct relay_table *t = w->relays;
	struct relay *r = NULL;
	struct opening early;
	bool has_early;

	if (!f) {
		sock_reset(&fd);
		return;
	}
	stat_add(&w->stats, STAT_TCP_ACCEPTED, 1);
	fwd_add(f, w->id, LIVE_CONNS, 1);
	if (budget_take(w->budget, 2)) {
		r = relay_alloc(t);
		if (!r)
			budget_give(w->budget, 2);
	}
	if (!r) {
		stat_add(&w->stats, STAT_TCP_REFUSED_LIMIT, 1);
		fwd_add(f, w->id, LIVE_REFUSED_LIMIT, 1);
		sock_reset(&fd);
		return;
	}
	r->state = RELAY_CONNECTING;
	r->leg[CLIENT].fd = fd;
	r->fwd = f;
	fwd_hold(r->fwd, w->id);
	fwd_add(r->fwd, w->id, LIVE_CONNS_OPEN, 1);
	r->session = (uint64_t)w->id << 48 | ++t->sessions;
	r->begin_wall_ms = clock_wall_ms();
	r->active_ms = worker_now_ms(w);
	r->client = client;
	r->vip = vip;
	relay_record_begin(w, r);
	r->leg[CLIENT].flags = LEG_WR;
	has_early = !fault_any(&w->cfg->faults) &&
		    relay_read_early(w, r, &early);
	if (r->state == RELAY_FREE)
		return;
	if (relay_watch(w, r, CLIENT)) {
		relay_end(w, r, CLOSE_CLIENT_RESET, false);
		return;
	}
	relay_dial(w, r, has_early ? &early : NULL);
}

/* No descriptor is left in spite of the budget (something else took them):
 * answer the first in the queue with a reset rather than spin on it.
 */
static void relay_refuse_one(struct worker *w, const struct listener *l)
{
	struct relay_table *t = w->relays;
	int fd;

	stat_add(&w->stats, STAT_ACCEPT_FAILED, 1);
	fd_close(&t->spare_fd);
	fd = accept4(l->fds[w->id], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		stat_add(&w->stats, STAT_TCP_REFUSED_LIMIT, 1);
		if (l->fwd)
			fwd_add(l->fwd, w->id, LIVE_REFUSED_LIMIT, 1);
	}
	sock_reset(&fd);
	t->spare_fd = relay_open_spare();
}

void relay_accept(struct worker *w, const struct listener *l)
{
	int i;

	for (i = 0; i < RELAY_ACCEPT_BATCH; i++) {
		struct sockaddr_storage ss = { 0 };
		socklen_t len = sizeof(ss);
		int fd = accept4(l->fds[w->id], (struct sockaddr *)&ss, &len,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0)
			relay_begin(w, l, fd, &ss);
		else if (errno == EAGAIN)
			return;
		else if (errno == EMFILE || errno == ENFILE)
			relay_refuse_one(w, l);
		else
			stat_add(&w->stats, STAT_ACCEPT_FAILED, 1);
	}
}
