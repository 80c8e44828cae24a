/* SPDX-License-Identifier: BSD-2-Clause */
/* relay.c - the life of one TCP connection through the proxy.
 *
 * Theory of operation
 *
 * A relay has two legs, CLIENT and ORIGIN, each a socket watched edge-
 * triggered: for what arrives and for the end from the start, for room from
 * the first time that there was none (LEG_OUT). An event only sets the leg's
 * flags (LEG_RD, LEG_WR, LEG_HUP); relay_step() then does all that the state
 * and the flags allow, so that no order of events matters.
 *
 *  CONNECTING  The client was accepted, the origin's handshake is under way.
 *		What the client had sent by then was read before and is tried
 *		right after connect(2), see relay_start_early(); where that is
 *		too early it is owed to the origin, whichever address answers.
 *		Nothing else is read: the client's bytes, and its FIN, wait in
 *		the kernel. A failure tries the next address; without one the
 *		client gets a reset.
 *  HEADER	The origin is connected and the rule's header is still to be
 *		sent. It leaves in one send(2) with the client's first bytes, or
 *		alone when the client closed its side, when the wait is over
 *		(the server may be the one that speaks first) or when
 *		--header-timing says so.
 *  OPEN	Bytes move both ways through the mover. What a leg does not
 *		take is kept in leg.owed, and nothing more is read for it until
 *		that is gone: this is the back-pressure. An EOF is passed on
 *		with shutdown(2) once nothing is owed; when both directions
 *		have ended, the sockets are closed.
 *		With the fast path they may pass the sockets by, see
 *		relay_fast.c; then nothing of this happens any more.
 *  ABORTING	One leg (leg `dead`) was reset. What it had sent before is
 *		still passed on, and the other leg is reset when the kernel
 *		holds no unacknowledged byte for it, or after RELAY_ABORT_MS.
 *
 * Limits: slots are fixed at start; the budget (worker.h) bounds connections
 * and descriptors over all workers; at most RELAY_ATTEMPTS addresses are tried;
 * one turn moves at most MOVER_BUDGET_BYTES a direction, then the relay queues
 * behind the others (t->ready). A freed slot counts its generation up, and late
 * events of the same batch are recognised by it.
 *
 * Deadlines live in the relay and the wheel is armed lazily: activity only
 * writes active_ms.
 */
#include "relay_internal.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/sock.h"
#include "meta.h"
#include "relay_fast.h"
#include "relay_fault.h"

#define RELAY_ABORT_MS	    2000
#define RELAY_ABORT_POLL_MS 10
/* Sooner than the first probe, and later than most connections live */
#define RELAY_KEEP_MS 5000
#define RELAY_TRIM_MS 1000

static_assert(META_MAX < MOVER_SCRATCH_BYTES, "a header and some data");

void relay_count_bytes(struct worker *w, struct relay *r, enum side from,
		       uint64_t n)
{
	r->leg[from].in_bytes += n;
	stat_add(&w->stats,
		 from == CLIENT ? STAT_TCP_BYTES_UP : STAT_TCP_BYTES_DOWN, n);
	fwd_add(r->fwd, w->id, from == CLIENT ? LIVE_BYTES_UP : LIVE_BYTES_DOWN,
		n);
}

/* Arm for the earliest of the idle limit, the next line of the log, the
 * keepalive of the sockets and the end of bulk.
 */
void relay_arm_open(struct worker *w, struct relay *r)
{
	uint64_t due = r->active_ms + w->cfg->idle_timeout_ms;
	uint64_t keep_ms = worker_now_ms(w) + RELAY_KEEP_MS;
	uint64_t bulk_ms = relay_bulk_any(r) ? relay_bulk_end_ms(w, r)
					     : UINT64_MAX;

	if (r->deadline_ms && r->deadline_ms < due)
		due = r->deadline_ms;
	if (!r->is_kept && keep_ms < due)
		due = keep_ms;
	if (bulk_ms < due)
		due = bulk_ms;
	wheel_arm(&w->relays->wheel, &r->timer, due);
}

void relay_open(struct worker *w, struct relay *r)
{
	r->state = RELAY_OPEN;
	r->deadline_ms = w->cfg->log_interval_ms
				 ? worker_now_ms(w) + w->cfg->log_interval_ms
				 : 0;
	relay_arm_open(w, r);
}

/* What the origin gets first leaves at once with Nagle or without; what follows
 * must not wait for its acknowledgement. Connections of one request are spared
 * the call.
 */
static void relay_set_nodelay(struct leg *o)
{
	if (o->flags & LEG_NODELAY)
		return;
	(void)sock_set_int(o->fd, IPPROTO_TCP, TCP_NODELAY, 1);
	o->flags |= LEG_NODELAY;
}

/* Has the origin's socket sent nothing yet? */
static bool relay_is_unsent(const struct worker *w, const struct relay *r)
{
	return !r->leg[CLIENT].in_bytes && !owed_any(&r->leg[ORIGIN].owed) &&
	       !meta_is_payload(r->fwd->rule->mode) &&
	       !fault_any(&w->cfg->faults);
}

static enum move_status relay_by(struct worker *w, struct relay *r,
				 enum side from, struct move *m)
{
	if (fault_any(&w->cfg->faults))
		return relay_fault_move(w, r, from, m);
	return w->relays->mover->move(&w->relays->env, m);
}

void relay_blocked(struct worker *w, struct relay *r, enum side side)
{
	struct leg *leg = &r->leg[side];

	leg->flags &= ~LEG_WR;
	if (!(leg->flags & LEG_OUT) &&
	    !loop_mod(&w->loop, leg->fd, RELAY_EVENTS_ALL,
		      side == CLIENT ? EV_TCP_CLIENT : EV_TCP_ORIGIN,
		      relay_slot(w->relays, r), r->gen))
		leg->flags |= LEG_OUT;
}

/* Move bytes from @from to the other leg, as far as both allow.
 * Return: the mover's word; MOVE_DRAINED if there was nothing to do
 */
static enum move_status relay_move(struct worker *w, struct relay *r,
				   enum side from)
{
	struct leg *f = &r->leg[from], *t = &r->leg[!from];
	struct move m = {
		.from = f->fd,
		.to = t->fd,
		.owed = &t->owed,
		.may_read = (f->flags & (LEG_RD | LEG_EOF)) == LEG_RD,
		.has_ended = f->flags & LEG_HUP,
	};
	bool is_opening = from == CLIENT && relay_is_unsent(w, r);
	enum move_status status;

	if (!(t->flags & LEG_WR))
		return MOVE_BLOCKED;
	if (!owed_any(&t->owed) && !m.may_read)
		return MOVE_DRAINED;
	if (from == CLIENT && !is_opening &&
	    (owed_any(&t->owed) || !m.has_ended))
		relay_set_nodelay(t);
	status = relay_by(w, r, from, &m);
	if (is_opening && m.reads > 1)
		relay_set_nodelay(t);
	relay_count_bytes(w, r, from, m.moved);
	if (w->relays->fast)
		relay_fast_heat(r, m.moved);
	relay_bulk_moved(w, r, f, m.moved);
	switch (status) {
	case MOVE_DRAINED:
		f->flags &= ~LEG_RD;
		relay_bulk_drained(w, r, from);
		break;
	case MOVE_BLOCKED:
		relay_blocked(w, r, !from);
		break;
	case MOVE_READ_ERROR:
	case MOVE_EOF:
		f->flags |= LEG_EOF;
		break;
	case MOVE_MORE:
	case MOVE_WRITE_ERROR:
		break;
	}
	return status;
}

/* ABORTING: is everything that the dead leg had sent delivered? */
static void relay_abort_step(struct worker *w, struct relay *r)
{
	enum side dead = r->dead;
	struct leg *d = &r->leg[dead], *other = &r->leg[!dead];
	enum move_status status;
	bool is_owed;

	d->flags |= LEG_RD | LEG_HUP;
	do
		status = relay_move(w, r, dead);
	while (status == MOVE_MORE);
	is_owed = owed_any(&other->owed) || status == MOVE_BLOCKED ||
		  sock_unsent(other->fd) > 0;
	if (is_owed && status != MOVE_WRITE_ERROR &&
	    !(other->flags & LEG_ERR) && worker_now_ms(w) < r->deadline_ms) {
		wheel_arm(&w->relays->wheel, &r->timer,
			  worker_now_ms(w) + RELAY_ABORT_POLL_MS);
		return;
	}
	relay_end(w, r, r->reason,
		  fault_is_on(&w->cfg->faults, FAULT_RST_AS_FIN));
}

/* @dead was reset (or a write to it failed): the other end must not take this
 * for an orderly close.
 */
static void relay_abort(struct worker *w, struct relay *r, enum side dead,
			enum close_reason reason)
{
	owed_drop(&w->relays->env, &r->leg[dead].owed);
	r->state = RELAY_ABORTING;
	r->dead = (uint8_t)dead;
	r->reason = (uint8_t)reason;
	r->deadline_ms = worker_now_ms(w) + RELAY_ABORT_MS;
	relay_abort_step(w, r);
}

static enum close_reason relay_reset_reason(enum side s)
{
	return s == CLIENT ? CLOSE_CLIENT_RESET : CLOSE_ORIGIN_RESET;
}

/* Pass on the end of @from once nothing is owed to the other leg. */
static void relay_pass_eof(struct relay *r, enum side from)
{
	struct leg *f = &r->leg[from], *t = &r->leg[!from];

	if (!(f->flags & LEG_EOF) || owed_any(&t->owed) || t->flags & LEG_SHUT)
		return;
	if (!r->has_eof) {
		r->has_eof = true;
		r->first_eof = (uint8_t)from;
	}
	/* Both ended: close(2), which follows, tells @t as well. ENOTCONN: the
	 * peer was faster with a reset; reading tells it.
	 */
	if (!(f->flags & LEG_SHUT) && shutdown(t->fd, SHUT_WR))
		t->flags |= LEG_RD | LEG_HUP;
	t->flags |= LEG_SHUT;
}

/* One direction of an OPEN relay. Return: false if the relay left OPEN */
static bool relay_pump(struct worker *w, struct relay *r, enum side from)
{
	enum move_status status = relay_move(w, r, from);

	if (status == MOVE_READ_ERROR) {
		relay_abort(w, r, from, relay_reset_reason(from));
		return false;
	}
	if (status == MOVE_WRITE_ERROR) {
		relay_abort(w, r, !from, relay_reset_reason(!from));
		return false;
	}
	if (status == MOVE_MORE)
		relay_ready(w->relays, r);
	if (fault_any(&w->cfg->faults) && r->leg[from].flags & LEG_EOF &&
	    !relay_fault_eof(w, r, from))
		return r->state == RELAY_OPEN;
	relay_pass_eof(r, from);
	return true;
}

static void relay_open_step(struct worker *w, struct relay *r)
{
	unsigned both;

	if (!relay_pump(w, r, CLIENT) || !relay_pump(w, r, ORIGIN))
		return;
	both = r->leg[CLIENT].flags & r->leg[ORIGIN].flags;
	if (both & LEG_SHUT)
		relay_end(w, r,
			  r->first_eof == CLIENT ? CLOSE_CLIENT_EOF
						 : CLOSE_ORIGIN_EOF,
			  true);
	else if (w->relays->fast)
		relay_fast_consider(w, r);
}

size_t relay_opening(struct worker *w, struct relay *r, ssize_t *ret_payload)
{
	struct mover_env *env = &w->relays->env;
	struct leg *c = &r->leg[CLIENT];
	size_t hdr_len = meta_header(r->fwd->rule->mode, RULE_TCP, &r->client,
				     &r->vip, env->scratch);
	size_t room = mover_scratch_bytes(env);
	ssize_t n;

	*ret_payload = -EAGAIN;
	if (room < 2UL * META_MAX)
		return hdr_len;
	room -= hdr_len;
	do
		n = recv(c->fd, env->scratch + hdr_len, room, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		c->flags &= ~LEG_RD;
	/* a short read emptied the socket, see the mover */
	if (n > 0 && (size_t)n < room && !(c->flags & LEG_HUP))
		c->flags &= ~LEG_RD;
	*ret_payload = n < 0 ? -errno : n;
	return n > 0 ? hdr_len + (size_t)n : hdr_len;
}

void relay_count_opening(struct worker *w, struct relay *r, ssize_t payload)
{
	if (meta_is_payload(r->fwd->rule->mode)) {
		stat_add(&w->stats, STAT_TCP_HEADERS, 1);
		if (payload <= 0)
			stat_add(&w->stats, STAT_TCP_HEADERS_ALONE, 1);
		relay_told(w, r);
	} else if (relay_wants_toa(w, r)) {
		relay_told(w, r);
	}
	if (payload <= 0)
		return;
	r->leg[CLIENT].in_bytes += (uint64_t)payload;
	stat_add(&w->stats, STAT_TCP_BYTES_UP, (uint64_t)payload);
	fwd_add(r->fwd, w->id, LIVE_BYTES_UP, (uint64_t)payload);
}

/* HEADER: send it with the client's first bytes, or alone if @is_due.
 * Return: false if it has to wait or the relay is gone
 */
static bool relay_send_header(struct worker *w, struct relay *r, bool is_due)
{
	struct mover_env *env = &w->relays->env;
	struct leg *c = &r->leg[CLIENT], *o = &r->leg[ORIGIN];
	ssize_t n;
	size_t len = relay_opening(w, r, &n);
	int err;

	if (n < 0 && n != -EAGAIN) {
		relay_abort(w, r, CLIENT, CLOSE_CLIENT_RESET);
		return false;
	}
	if (!n)
		c->flags |= LEG_EOF;
	if (n < 0 && !is_due && w->cfg->header_timing == HEADER_FIRST_DATA)
		return false;
	relay_count_opening(w, r, n);
	err = mover_send(env, o->fd, env->scratch, len, &o->owed.stash);
	if (err) {
		relay_abort(w, r, ORIGIN, CLOSE_ORIGIN_RESET);
		return false;
	}
	if (o->owed.stash)
		relay_blocked(w, r, ORIGIN);
	relay_open(w, r);
	return true;
}

static void relay_open_timer(struct worker *w, struct relay *r)
{
	uint64_t now = worker_now_ms(w);

	relay_fast_sync(w, r);
	if (now >= r->active_ms + w->cfg->idle_timeout_ms) {
		stat_add(&w->stats, STAT_TCP_TIMEOUT_IDLE, 1);
		relay_end(w, r, CLOSE_CLIENT_TIMEOUT, false);
		return;
	}
	if (!r->is_kept) {
		(void)sock_keep_alive(r->leg[CLIENT].fd);
		(void)sock_keep_alive(r->leg[ORIGIN].fd);
		r->is_kept = true;
	}
	if (relay_bulk_any(r))
		relay_bulk_timer(w, r);
	if (r->deadline_ms && now >= r->deadline_ms) {
		relay_log(w, r, CLOSE_NONE);
		r->deadline_ms = now + w->cfg->log_interval_ms;
	}
	relay_arm_open(w, r);
}

/* Do what the state allows. @is_due: its time is over */
static void relay_step(struct worker *w, struct relay *r, bool is_due)
{
	switch ((enum relay_state)r->state) {
	case RELAY_CONNECTING:
		if (is_due) {
			relay_dial_failed(w, r, CLOSE_CONNECT_TIMEOUT);
			relay_dial(w, r, NULL);
		} else if (r->leg[CLIENT].flags & LEG_ERR) {
			relay_end(w, r, CLOSE_CLIENT_RESET, false);
		}
		break;
	case RELAY_HEADER:
		if (fault_any(&w->cfg->faults)) {
			if (!relay_fault_header(w, r, is_due))
				break;
			relay_open(w, r);
		} else if (!relay_send_header(w, r, is_due)) {
			break;
		}
		relay_open_step(w, r);
		break;
	case RELAY_OPEN:
		if (is_due)
			relay_open_timer(w, r);
		else if (!relay_fast_is_joined(w, r))
			relay_open_step(w, r);
		break;
	case RELAY_ABORTING:
		relay_abort_step(w, r);
		break;
	case RELAY_FREE:
		break;
	}
}

/* What is owed already is the opening, which was read before. */
static void relay_count_early(struct worker *w, struct relay *r)
{
	size_t hdr_len = meta_header(r->fwd->rule->mode, RULE_TCP, &r->client,
				     &r->vip, w->relays->env.scratch);

	relay_count_opening(
		w, r, (ssize_t)(r->leg[ORIGIN].owed.stash->len - hdr_len));
}

/* CONNECTING is over: the origin accepted. */
static void relay_connected(struct worker *w, struct relay *r)
{
	origin_worked(r->fwd->origin, &r->origin);
	r->active_ms = worker_now_ms(w);
	if (relay_wants_toa(w, r))
		relay_told(w, r);
	if (r->leg[ORIGIN].owed.stash)
		relay_count_early(w, r);
	if (r->leg[ORIGIN].owed.stash || !meta_is_payload(r->fwd->rule->mode)) {
		relay_open(w, r);
	} else {
		r->state = RELAY_HEADER;
		r->deadline_ms = worker_now_ms(w) + w->cfg->header_wait_ms;
		wheel_arm(&w->relays->wheel, &r->timer, r->deadline_ms);
	}
	relay_step(w, r, false);
}

static void relay_event(struct worker *w, enum side side, uint32_t slot,
			uint32_t gen, uint32_t events)
{
	struct relay *r = &w->relays->slots[slot];
	struct leg *leg = &r->leg[side];

	if (r->gen != gen || r->state == RELAY_FREE)
		return;
	if (side == ORIGIN && r->state == RELAY_CONNECTING) {
		if (events & (EPOLLERR | EPOLLHUP)) {
			relay_dial_failed(w, r, CLOSE_CONNECT_FAILED);
			relay_dial(w, r, NULL);
			return;
		}
		if (!(events & EPOLLOUT))
			return;
	}
	if (events & EPOLLIN)
		relay_bulk_arrived(w, r, side);
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		leg->flags |= LEG_RD;
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		leg->flags |= LEG_HUP;
	if (events & (EPOLLHUP | EPOLLERR))
		leg->flags |= LEG_ERR;
	if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		leg->flags |= LEG_WR;
	r->active_ms = worker_now_ms(w);
	if (side == ORIGIN && r->state == RELAY_CONNECTING)
		relay_connected(w, r);
	else
		relay_step(w, r, false);
}

void relay_on_client(void *ctx, uint32_t slot, uint32_t gen, uint32_t events)
{
	relay_event(ctx, CLIENT, slot, gen, events);
}

void relay_on_origin(void *ctx, uint32_t slot, uint32_t gen, uint32_t events)
{
	relay_event(ctx, ORIGIN, slot, gen, events);
}

static void relay_timer(void *ctx, struct wheel_node *node)
{
	relay_step(ctx, wheel_owner(node, struct relay, timer), true);
}

void relay_run(struct worker *w)
{
	struct relay_table *t = w->relays;
	struct mover_env *env = &t->env;
	uint32_t i, n;

	wheel_run(&t->wheel, worker_now_ms(w), relay_timer, w);
	if (t->fast)
		relay_fast_run(w);
	n = t->n_ready;
	/* those that queue again now wait for the next round */
	t->n_ready = 0;
	for (i = 0; i < n; i++) {
		struct relay *r = &t->slots[t->ready[i]];

		r->is_ready = false;
		relay_step(w, r, false);
	}
	stat_add(&w->stats, STAT_TCP_BUFFERS, env->n_stashed);
	stat_add(&w->stats, STAT_TCP_BUFFERS_NONE, env->n_peeked);
	stat_add(&w->stats, STAT_TCP_BYTES_SPLICED, env->n_spliced);
	stat_add(&w->stats, STAT_TCP_PIPES_NONE, env->pipes.n_refused);
	env->n_stashed = 0;
	env->n_peeked = 0;
	env->n_spliced = 0;
	env->pipes.n_refused = 0;
	if (worker_now_ms(w) >= t->trim_ms) {
		t->trim_ms = worker_now_ms(w) + RELAY_TRIM_MS;
		pipe_pool_trim(&env->pipes);
	}
}

int relay_timeout_ms(const struct worker *w)
{
	const struct relay_table *t = w->relays;

	int ms = t->n_ready ? 0 : wheel_timeout_ms(&t->wheel, clock_ms());

	/* free pipes are given back even if nothing happens any more */
	if (t->env.pipes.n_free && (ms < 0 || ms > RELAY_TRIM_MS))
		ms = RELAY_TRIM_MS;
	return t->fast ? relay_fast_timeout_ms(t->fast, ms) : ms;
}
