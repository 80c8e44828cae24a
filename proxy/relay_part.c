/* SPDX-License-Identifier: BSD-2-Clause */
/* relay_part.c - connections that were joined and go back to their sockets.
 *
 * Theory of operation
 *
 * A packet filter has come that joined segments pass by, or the host's routes
 * have changed: such segments go by the interfaces that were known when the
 * legs were joined. The sockets stand where they stood then, in numbers of
 * their own. They cannot be moved, but what they lack are constants: the bytes
 * that went by in each direction. So the programs give each segment the numbers
 * that its socket knows, or its peer, and leave the rest to the sockets, as for
 * any connection: filters, routes, retransmissions, ends.
 *
 * The cut. For a moment nothing of the connection gets through (FAST_HELD), the
 * kernel says that no program is still at work on what came before, and then
 * it is certain what each end has acknowledged to the other. All before that
 * is done. All behind it is the sockets': it was acknowledged to nobody, so its
 * sender has it still. If some of it has reached its receiver already, it comes
 * there twice; until the sockets have it too, acknowledgements of it are none
 * for them. That costs a retransmission, so a quiet moment is waited for.
 *
 * A FIN that was acknowledged does not come again: the socket is taken as
 * ended, and the other one sends its own, which is known there.
 *
 * The sockets' timestamps are put ahead of those that the other end's clock can
 * have brought, and echoes are put back.
 *
 * Who has lost its way is found by its own segments: the sockets are made to
 * ask whether their peers are there (SO_KEEPALIVE), and the program sees by
 * which interface the question leaves. The same shows whether a peer is gone
 * after a reset of which only the receiver knows if it counted, and after a
 * minute of silence. A parted connection is not joined again.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/sock.h"
#include "relay_fast_internal.h"

/* How long a quiet moment is waited for */
#define PART_WAIT_MS 200
/* Sockets ask for that long, and at most so often */
#define PART_ASK_MS 2000

static bool way_is_quiet(const struct fast_way *way)
{
	return __atomic_load_n(&way->acked, __ATOMIC_ACQUIRE) ==
	       (uint32_t)__atomic_load_n(&way->next, __ATOMIC_ACQUIRE);
}

/* Both sockets ask soon, or again after a minute of silence. */
static void part_set_asking(const struct relay *r, bool is_soon)
{
	enum side s;

	for (s = CLIENT; s <= ORIGIN; s++) {
		(void)sock_keep_alive(r->leg[s].fd);
		if (is_soon)
			(void)sock_set_int(r->leg[s].fd, IPPROTO_TCP,
					   TCP_KEEPIDLE, 1);
	}
}

static void part_ask(const struct relay_fast *f, const struct relay *r,
		     struct fast_conn *c, uint64_t now)
{
	struct fast_slot *slot = slot_of(f, c);
	unsigned doubt = __atomic_load_n(&slot->doubt, __ATOMIC_ACQUIRE);
	enum side s;

	if (c->asked_ms) {
		if (now < c->asked_ms + PART_ASK_MS)
			return;
		c->asked_ms = 0;
		part_set_asking(r, false);
	}
	if (c->routes == f->routes && !(doubt & FAST_RESET_ODD))
		return;
	if (doubt & FAST_RESET_ODD)
		for (s = CLIENT; s <= ORIGIN; s++)
			__atomic_store_n(&slot->way[s].is_heard, 0,
					 __ATOMIC_RELEASE);
	(void)__atomic_fetch_and(&slot->doubt, ~FAST_RESET_ODD,
				 __ATOMIC_ACQ_REL);
	c->routes = f->routes;
	c->asked_ms = now;
	part_set_asking(r, true);
}

static bool part_is_due(const struct worker *w, const struct relay *r,
			const struct fast_slot *slot)
{
	return __atomic_load_n(&slot->doubt, __ATOMIC_ACQUIRE) & FAST_MOVED ||
	       filter_has(w->filter, (enum ip_family)r->client.addr.family,
			  worker_now_ms(w));
}

void part_review(struct worker *w, const struct relay *r, struct fast_conn *c)
{
	struct relay_fast *f = w->relays->fast;
	struct fast_slot *slot = slot_of(f, c);
	uint64_t now = worker_now_ms(w);
	unsigned state = FAST_SPLICED;

	part_ask(f, r, c, now);
	if (!c->part_ms && part_is_due(w, r, slot))
		c->part_ms = now;
	if (!c->part_ms)
		return;
	f->poll_ms = FAST_POLL_MS_MIN;
	if ((way_is_quiet(&slot->way[CLIENT]) &&
	     way_is_quiet(&slot->way[ORIGIN])) ||
	    now >= c->part_ms + PART_WAIT_MS)
		c->is_held = __atomic_compare_exchange_n(&slot->state, &state,
							 FAST_HELD, false,
							 __ATOMIC_ACQ_REL,
							 __ATOMIC_ACQUIRE);
}

/* What has come from @side is known now, for nothing gets through. */
static void part_cut(struct relay *r, struct fast_slot *slot, enum side side)
{
	struct fast_way *way = &slot->way[side];
	uint64_t acked = fast_acked(way);

	way->has_fin = way->has_fin && way->acked == way->fin_end;
	way->parted = (uint32_t)(acked - way->has_fin);
	if (way->has_fin)
		r->leg[side].flags |= LEG_EOF;
}

static void part_from(struct worker *w, struct relay *r, struct fast_conn *c)
{
	struct fast_slot *slot = slot_of(w->relays->fast, c);
	unsigned state = FAST_HELD;
	bool is_over = slot_is_over(slot);

	c->is_held = false;
	if (!is_over) {
		relay_fast_sync(w, r);
		part_cut(r, slot, CLIENT);
		part_cut(r, slot, ORIGIN);
	}
	/* the sockets may have been killed meanwhile */
	if (!__atomic_compare_exchange_n(
		    &slot->state, &state, is_over ? FAST_SPLICED : FAST_PARTED,
		    false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) ||
	    is_over)
		return;
	c->is_parted = true;
	r->is_slow = true;
	part_set_asking(r, false);
	stat_add(&w->stats, STAT_TCP_FAST_PARTED, 1);
	relay_ready(w->relays, r);
}

void part_run(struct worker *w)
{
	struct relay_fast *f = w->relays->fast;
	bool is_known = false;
	uint32_t i;

	for (i = 0; i < f->n_used; i++) {
		struct fast_conn *c = &f->conns[f->used[i]];

		if (!c->is_held)
			continue;
		if (!is_known)
			fast_grace(f->fast);
		is_known = true;
		part_from(w, &w->relays->slots[c->slot], c);
	}
}

bool relay_fast_waits(struct worker *w, struct relay *r)
{
	struct relay_fast *f = w->relays->fast;
	bool is_done = true;
	enum side s;

	if (!r->fast || !conn_of(f, r)->is_parted)
		return false;
	for (s = CLIENT; s <= ORIGIN; s++) {
		(void)shutdown(r->leg[s].fd, SHUT_WR);
		if (!sock_has_said_all(r->leg[s].fd))
			is_done = false;
	}
	if (is_done)
		return false;
	if (!conn_of(f, r)->is_closing)
		f->poll_ms = FAST_POLL_MS_MIN;
	conn_of(f, r)->is_closing = true;
	fast_due(f, worker_now_ms(w) + f->poll_ms);
	return true;
}
