/* SPDX-License-Identifier: BSD-2-Clause */
/* relay_fast.c - connections whose sockets are joined in the kernel.
 *
 * Theory of operation
 *
 * A connection begins like any other. Once it is worth it, both of its sockets
 * join the program's map, where they stay until they are closed: from then on
 * each segment of either is redirected to the other socket or passed to the
 * process (fast.bpf.c). The process is not told of what is redirected, and
 * reads and writes what is passed, so that both ways can be mixed. Each
 * direction has a record that both sides keep (struct fast_way).
 *
 *  on	 The program redirects. The process watches for the ends only; of a
 *	 passed segment it is told by the thread's bell.
 *  off	 All is passed. The process watches for everything and copies, as it
 *	 would without the program. This begins when a receiver does not keep
 *	 up, when a stream becomes bulk, and with the first sign of an end, from
 *	 which there is no way back.
 *
 * What keeps the bytes in order and complete:
 *
 *  - Sockets are joined when nothing is owed and all that was announced has
 *    been read, so that no segment is half read. What arrives in between is
 *    looked for with a recv(2) afterwards, which has the program see it.
 *  - Redirecting stops in the instant in which a segment is passed, and goes on
 *    when the process has written it (passed == done).
 *  - Before the process writes, and before it passes on an end, all that was
 *    redirected has to stand in the receiver's write queue: the kernel's worker
 *    moves it there later. The count of bytes ever written to a socket tells.
 *  - An end counts only when all passed bytes were read: those that wait behind
 *    the other direction's in the kernel's queue come after the end is told.
 *
 * Back-pressure: the program passes what is more than FAST_UNACKED_MAX ahead of
 * the receiver's acknowledgements; then it is off, and the copy path's rules
 * hold. What has to be waited for is looked at again after FAST_WAIT_MS.
 */
#include "relay_fast.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sock.h"

#define FAST_EVENTS	 (EPOLLRDHUP | EPOLLET)
#define FAST_WAIT_MS	 1
#define FAST_POLL_MS	 100
#define FAST_POLL_MS_MAX 1600
#define FAST_NONE	 UINT32_MAX
/* Two looks at a socket between which nothing was acknowledged */
#define FAST_WRITTEN_TRIES 16

/* Of each direction, by the side it comes from:
 * @got:     passed bytes that were read
 * @counted: redirected bytes that were counted
 * @settled: redirected bytes that were seen in the receiver's write queue
 * And:
 * @at:	     index in used[]
 * @joined:  bit for each side whose socket is in the map
 */
struct fast_conn {
	uint64_t got[2];
	uint64_t counted[2];
	uint64_t settled[2];
	uint64_t cookies[2];
	uint32_t slot;
	uint32_t next_free;
	uint16_t at;
	uint8_t joined;
	bool is_on;
	bool is_waiting;
};

static struct fast_conn *fast_conn_of(const struct worker *w,
				      const struct relay *r)
{
	return &w->relays->fast->conns[r->fast - 1];
}

static uint32_t fast_way_number(const struct relay_fast *f,
				const struct relay *r, enum side from)
{
	return 2 * (f->first + r->fast - 1) + from;
}

static struct fast_way *fast_way_of(const struct worker *w,
				    const struct relay *r, enum side from)
{
	const struct relay_fast *f = w->relays->fast;

	return fast_way(f->fast, fast_way_number(f, r, from));
}

static uint64_t fast_get(const unsigned long long *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void fast_set(unsigned long long *p, uint64_t v)
{
	__atomic_store_n(p, v, __ATOMIC_RELEASE);
}

static void fast_due(struct relay_fast *f, uint64_t at_ms)
{
	if (!f->due_ms || at_ms < f->due_ms)
		f->due_ms = at_ms;
}

static void fast_wait(struct worker *w, struct fast_conn *c)
{
	c->is_waiting = true;
	fast_due(w->relays->fast, worker_now_ms(w) + FAST_WAIT_MS);
}

/* Bytes ever written to @fd's queue: those acknowledged, and those not. The two
 * are asked for one after the other, and no acknowledgement may come between.
 */
static int fast_written(int fd, uint64_t *ret)
{
	struct tcp_info before, after;
	int i, unacked;

	for (i = 0; i < FAST_WRITTEN_TRIES; i++) {
		socklen_t len = sizeof(before);

		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &before, &len))
			return -errno;
		unacked = sock_unsent(fd);
		len = sizeof(after);
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &after, &len))
			return -errno;
		if (unacked < 0)
			return unacked;
		if (before.tcpi_bytes_acked == after.tcpi_bytes_acked) {
			*ret = after.tcpi_bytes_acked + (uint64_t)unacked;
			return 0;
		}
	}
	return -EAGAIN;
}

/* Passed bytes that the process has read and not yet written */
static uint64_t fast_owed(const struct owed *o)
{
	return o->stash ? o->stash->len - o->stash->off : 0;
}

/* Does all that was redirected from @from stand in the receiver's queue? It is
 * only asked while nothing more is redirected.
 */
static bool fast_is_written(const struct worker *w, const struct relay *r,
			    enum side from)
{
	struct fast_conn *c = fast_conn_of(w, r);
	const struct fast_way *way = fast_way_of(w, r, from);
	uint64_t redirected = fast_get(&way->redirected);
	const struct leg *to = &r->leg[!from];
	uint64_t written;

	if (c->settled[from] == redirected)
		return true;
	if (fast_written(to->fd, &written) ||
	    written != way->base + redirected + c->got[from] -
			       fast_owed(&to->owed))
		return false;
	c->settled[from] = redirected;
	return true;
}

bool relay_fast_is_settled(struct worker *w, struct relay *r, enum side from)
{
	struct fast_conn *c;

	if (!r->fast)
		return true;
	c = fast_conn_of(w, r);
	if (!(c->joined & 1U << from) ||
	    (fast_get(&fast_way_of(w, r, from)->passed) == c->got[from] &&
	     fast_is_written(w, r, from)))
		return true;
	fast_wait(w, c);
	return false;
}

static void fast_switch(struct worker *w, struct relay *r, bool is_on)
{
	struct fast_conn *c = fast_conn_of(w, r);
	uint32_t events = is_on ? FAST_EVENTS : RELAY_EVENTS_ALL;
	uint32_t slot = relay_slot(w->relays, r);
	enum side s;

	c->is_on = is_on;
	w->relays->fast->n_on += is_on ? 1U : -1U;
	fast_add_on(w->fast, is_on ? 1 : -1);
	for (s = CLIENT; s <= ORIGIN; s++) {
		__atomic_store_n(&fast_way_of(w, r, s)->is_on, is_on,
				 __ATOMIC_RELEASE);
		r->leg[s].flags |= LEG_OUT;
		(void)loop_mod(&w->loop, r->leg[s].fd, events,
			       s == CLIENT ? EV_TCP_CLIENT : EV_TCP_ORIGIN,
			       slot, r->gen);
	}
	r->calm = 0;
	r->calm_ticks = 0;
	stat_add(&w->stats, is_on ? STAT_TCP_FAST : STAT_TCP_FAST_LEFT, 1);
}

/* Has one of the legs ended, or is it about to? */
static bool fast_is_ending(const struct relay *r)
{
	unsigned any = r->leg[CLIENT].flags | r->leg[ORIGIN].flags;

	return any & (LEG_HUP | LEG_ERR | LEG_EOF | LEG_SHUT);
}

/* Look whether there is something to read, which has the program see what came
 * before the socket was joined. Return: MOVE_MORE if there is
 */
static enum move_status fast_look(struct move *m)
{
	char byte;
	ssize_t n;

	do
		n = recv(m->from, &byte, 1, MSG_PEEK);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return MOVE_MORE;
	if (!n)
		return MOVE_EOF;
	m->error = errno;
	return errno == EAGAIN ? MOVE_DRAINED : MOVE_READ_ERROR;
}

enum move_status relay_fast_move(struct worker *w, struct relay *r,
				 enum side from, struct move *m)
{
	struct fast_conn *c = fast_conn_of(w, r);
	struct fast_way *way = fast_way_of(w, r, from);
	enum move_status status = MOVE_MORE;

	m->moved = 0;
	if (!(c->joined & 1U << from))
		return mover_copy.move(&w->relays->env, m);
	if (c->is_on && fast_is_ending(r))
		fast_switch(w, r, false);
	if (!owed_any(m->owed))
		status = fast_look(m);
	if (status == MOVE_MORE) {
		if (!fast_is_written(w, r, from)) {
			fast_wait(w, c);
			return MOVE_DRAINED;
		}
		status = mover_copy.move(&w->relays->env, m);
		c->got[from] += m->moved;
	}
	if (!owed_any(m->owed))
		fast_set(&way->done, c->got[from]);
	if (c->is_on && (owed_any(m->owed) || m->moved > FAST_SHORT_BYTES))
		fast_switch(w, r, false);
	if (status == MOVE_DRAINED || status == MOVE_EOF) {
		/* the rest waits in a queue of the kernel */
		if (fast_get(&way->passed) != c->got[from]) {
			fast_wait(w, c);
			return MOVE_DRAINED;
		}
	}
	return status;
}

static bool fast_is_clear(const struct relay *r)
{
	enum side s;

	if (r->state != RELAY_OPEN || fast_is_ending(r))
		return false;
	for (s = CLIENT; s <= ORIGIN; s++)
		if ((r->leg[s].flags & (LEG_RD | LEG_WR)) != LEG_WR ||
		    r->leg[s].flags & (LEG_MUTE | LEG_LONG) ||
		    owed_any(&r->leg[s].owed))
			return false;
	return true;
}

/* One more may be on: none that is on was busy just now, and the one that is
 * silent for the longest gives way.
 */
static bool fast_make_room(struct worker *w)
{
	struct relay_fast *f = w->relays->fast;
	uint64_t now = worker_now_ms(w), oldest_ms = UINT64_MAX;
	struct relay *oldest = NULL;
	uint32_t i;

	for (i = 0; f->n_on && i < f->n_used; i++) {
		struct fast_conn *c = &f->conns[f->used[i]];
		struct relay *r = &w->relays->slots[c->slot];

		if (!c->is_on)
			continue;
		relay_fast_sync(w, r);
		if (now < r->active_ms + 2ULL * FAST_TICK_MS)
			return false;
		if (r->active_ms < oldest_ms) {
			oldest = r;
			oldest_ms = r->active_ms;
		}
	}
	if (f->n_on >= FAST_ON_MAX && oldest)
		fast_switch(w, oldest, false);
	return true;
}

static bool fast_is_worth(struct worker *w, struct relay *r)
{
	const struct relay_fast *f = w->relays->fast;

	if (f->is_always)
		return true;
	if (!relay_fast_is_calm(f, r))
		return false;
	/* a look at the others, not at each message */
	r->calm = 0;
	return fast_make_room(w);
}

static struct fast_conn *fast_take(struct relay_table *t, struct relay *r)
{
	struct relay_fast *f = t->fast;
	struct fast_conn *c;

	if (f->free_head == FAST_NONE)
		return NULL;
	c = &f->conns[f->free_head];
	r->fast = (uint16_t)(f->free_head + 1);
	f->free_head = c->next_free;
	*c = (struct fast_conn) { .slot = relay_slot(t, r) };
	c->at = (uint16_t)f->n_used;
	f->used[f->n_used++] = (uint16_t)(r->fast - 1);
	return c;
}

static int fast_prepare(struct worker *w, struct relay *r, enum side from,
			struct fast_conn *c)
{
	struct relay_fast *f = w->relays->fast;
	struct fast_way *way = fast_way_of(w, r, from);
	uint64_t base;
	int err = fast_written(r->leg[!from].fd, &base);

	if (err)
		return err;
	*way = (struct fast_way) { .base = base, .bell = w->id };
	return fast_name(f->fast, fast_way_number(f, r, from), r->leg[from].fd,
			 &c->cookies[from]);
}

static int fast_join_both(struct worker *w, struct relay *r,
			  struct fast_conn *c)
{
	struct relay_fast *f = w->relays->fast;
	int err = fast_prepare(w, r, CLIENT, c);
	enum side s;

	if (!err)
		err = fast_prepare(w, r, ORIGIN, c);
	for (s = CLIENT; !err && s <= ORIGIN; s++) {
		err = fast_join(f->fast, fast_way_number(f, r, s),
				r->leg[s].fd);
		if (!err)
			c->joined |= (uint8_t)(1U << s);
	}
	return err;
}

static void fast_begin(struct worker *w, struct relay *r)
{
	struct relay_fast *f = w->relays->fast;
	struct fast_conn *c = fast_take(w->relays, r);
	int err = c ? fast_join_both(w, r, c) : -ENOSPC;

	if (err) {
		r->is_slow = true;
		stat_add(&w->stats, STAT_TCP_FAST_NONE, 1);
	}
	if (err == -EPERM || err == -EACCES) {
		f->is_refused = true;
		log_info("no fast path: %s", strerror(-err));
	}
	/* a socket that was joined goes through the program until its end */
	if (c && !c->joined)
		relay_fast_drop(w->relays, r);
}

void relay_fast_consider(struct worker *w, struct relay *r)
{
	struct relay_fast *f = w->relays->fast;

	if (f->is_refused || r->is_slow ||
	    (r->fast && fast_conn_of(w, r)->is_on) || !fast_is_clear(r) ||
	    !fast_is_worth(w, r))
		return;
	if (!r->fast)
		fast_begin(w, r);
	if (!r->fast || r->is_slow)
		return;
	fast_switch(w, r, true);
	/* what has come in the meantime, by whichever way */
	r->leg[CLIENT].flags |= LEG_RD;
	r->leg[ORIGIN].flags |= LEG_RD;
	relay_ready(w->relays, r);
	f->poll_ms = FAST_POLL_MS;
	fast_due(f, worker_now_ms(w) + FAST_POLL_MS);
}

void relay_fast_sync(struct worker *w, struct relay *r)
{
	struct fast_conn *c;
	enum side s;

	if (!r->fast)
		return;
	c = fast_conn_of(w, r);
	for (s = CLIENT; s <= ORIGIN; s++) {
		struct fast_way *way = fast_way_of(w, r, s);
		uint64_t redirected = fast_get(&way->redirected);
		uint64_t n = redirected - c->counted[s];
		uint64_t at_ms = fast_get(&way->last_ns) / 1000000;

		if (!n)
			continue;
		c->counted[s] = redirected;
		relay_count_bytes(w, r, s, n);
		stat_add(&w->stats, STAT_TCP_BYTES_FAST, n);
		if (at_ms > r->active_ms)
			r->active_ms = at_ms;
	}
}

void relay_fast_drop(struct relay_table *t, struct relay *r)
{
	struct relay_fast *f = t->fast;
	uint16_t i = (uint16_t)(r->fast - 1);
	struct fast_conn *c = &f->conns[i], *last;
	enum side s;

	for (s = CLIENT; s <= ORIGIN; s++)
		if (c->cookies[s])
			fast_forget(f->fast, c->cookies[s]);
	f->n_on -= c->is_on;
	if (c->is_on)
		fast_add_on(f->fast, -1);
	last = &f->conns[f->used[--f->n_used]];
	f->used[c->at] = f->used[f->n_used];
	last->at = c->at;
	c->next_free = f->free_head;
	f->free_head = i;
	r->fast = 0;
}

/* Passed bytes wait to be read. */
static void fast_rung(void *arg, uint32_t way)
{
	struct worker *w = arg;
	struct relay_table *t = w->relays;
	uint32_t i = way / 2 - t->fast->first;
	struct relay *r;

	if (i >= t->fast->n_conns)
		return;
	/* of one that is gone by now: another has its place and looks in vain,
	 * or none
	 */
	r = &t->slots[t->fast->conns[i].slot];
	if (r->fast != i + 1)
		return;
	r->leg[way % 2].flags |= LEG_RD;
	relay_ready(t, r);
}

static void fast_on_bell(void *ctx, uint32_t slot, uint32_t gen,
			 uint32_t events)
{
	struct worker *w = ctx;

	(void)slot;
	(void)gen;
	(void)events;
	fast_answer(w->fast, w->id, fast_rung, w);
}

struct relay_fast *relay_fast_new(struct worker *w)
{
	struct relay_fast *f = calloc(1, sizeof(*f));
	uint32_t i;

	if (!f)
		return NULL;
	f->fast = w->fast;
	f->is_always = w->cfg->fast_path == FAST_ALWAYS;
	f->n_conns = FAST_CONNS_MAX / w->cfg->n_threads;
	f->first = w->id * f->n_conns;
	f->conns = calloc(f->n_conns, sizeof(*f->conns));
	f->used = calloc(f->n_conns, sizeof(*f->used));
	if (!f->conns || !f->used) {
		relay_fast_free(f);
		return NULL;
	}
	f->free_head = 0;
	for (i = 0; i < f->n_conns; i++)
		f->conns[i].next_free = i + 1 < f->n_conns ? i + 1 : FAST_NONE;
	loop_on(&w->loop, EV_FAST, fast_on_bell, w);
	if (loop_add(&w->loop, fast_bell(w->fast, w->id), EPOLLIN, EV_FAST, 0,
		     0)) {
		relay_fast_free(f);
		return NULL;
	}
	return f;
}

void relay_fast_free(struct relay_fast *f)
{
	if (!f)
		return;
	free(f->conns);
	free(f->used);
	free(f);
}

void relay_fast_run(struct worker *w)
{
	struct relay_table *t = w->relays;
	struct relay_fast *f = t->fast;
	uint64_t now = worker_now_ms(w), moved = 0;
	uint32_t i;

	relay_fast_tick(f, now);
	if (!f->due_ms || now < f->due_ms)
		return;
	f->due_ms = 0;
	for (i = 0; i < f->n_used; i++) {
		struct fast_conn *c = &f->conns[f->used[i]];
		struct relay *r = &t->slots[c->slot];
		uint64_t had =
			r->leg[CLIENT].in_bytes + r->leg[ORIGIN].in_bytes;

		relay_fast_sync(w, r);
		moved +=
			r->leg[CLIENT].in_bytes + r->leg[ORIGIN].in_bytes - had;
		if (!c->is_waiting)
			continue;
		c->is_waiting = false;
		r->leg[CLIENT].flags |= LEG_RD;
		r->leg[ORIGIN].flags |= LEG_RD;
		relay_ready(t, r);
	}
	if (!f->n_used)
		return;
	f->poll_ms = moved ? FAST_POLL_MS : 2 * f->poll_ms;
	if (f->poll_ms > FAST_POLL_MS_MAX)
		f->poll_ms = FAST_POLL_MS_MAX;
	fast_due(f, now + f->poll_ms);
}

int relay_fast_timeout_ms(const struct relay_fast *f, int ms)
{
	uint64_t now, left;

	if (!f->due_ms)
		return ms;
	now = clock_ms();
	left = f->due_ms > now ? f->due_ms - now : 0;
	return ms < 0 || left < (uint64_t)ms ? (int)left : ms;
}
