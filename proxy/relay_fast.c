/* SPDX-License-Identifier: BSD-2-Clause */
/* relay_fast.c - connections whose legs are joined below the sockets.
 *
 * Theory of operation
 *
 * A connection begins like any other. Once it is worth it, it is armed: the
 * programs at the interfaces (fast.bpf.c) look at each segment of data that
 * comes for one of its sockets, and at the sockets. As soon as all that both
 * have received was sent and acknowledged by the other, nobody between the ends
 * holds a byte: this segment and all later ones, of both directions, are
 * rewritten and go straight to the other end. What differs between the legs are
 * constants: addresses, ports, sequence numbers (by the header and by where the
 * two legs began), timestamps, and the scale of windows. So it is the ends that
 * acknowledge, retransmit, and keep each other from sending too much; the
 * sockets of this process stay as they were, and what they send is dropped.
 *
 * What keeps the bytes in order and complete:
 *
 *  - Until the change everything is as ever, and a trial that fails changes
 *    nothing: there is no moment in which anything has to be held back.
 *  - What a socket of ours has acknowledged to its sender, the other end has
 *    acknowledged to us: the change demands it. From then on only the ends
 *    acknowledge. Whatever gets lost in between is sent again by its sender.
 *  - A segment that is on its way into a socket while another one brings the
 *    change about is acknowledged by nobody, for the socket's acknowledgement
 *    is dropped, or comes first and spoils the trial (FAST_TRYING).
 *
 * A stream of bulk has quiet moments only where its sender has to wait for
 * acknowledgements; where it never has, it stays with the process.
 *
 * Ends. FINs and resets pass like any segment. When both FINs are acknowledged,
 * or an end has reset, the thread's bell rings: the process logs, and closes
 * its sockets with resets that nobody sees. Segments are sent on for some
 * seconds more, so that ends in TIME_WAIT can answer. If it is the process that
 * ends the connection, or it dies, what its sockets send for their end leaves
 * as a reset with the numbers that the ends expect (FAST_KILLED).
 */
#include "relay_fast.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sock.h"
#include "meta.h"

#define FAST_POLL_MS_MIN 10
#define FAST_POLL_MS_MAX 1600
#define FAST_NONE	 UINT32_MAX

/* Of each direction, by the side it comes from:
 * @keys:    what the programs know it by
 * @counted: bytes that passed and were counted
 * And:
 * @at:	      index in used[]
 * @is_over:  the relay has ended; until @until_ms segments are still sent on
 * @is_seen:  it was noticed that it is joined
 * @is_busy:  something passed between the last two looks
 */
struct fast_conn {
	struct fast_key keys[2];
	uint64_t counted[2];
	uint64_t until_ms;
	uint32_t slot;
	uint32_t next_free;
	uint16_t at;
	bool is_over;
	bool is_seen;
	bool is_busy;
};

static struct fast_slot *slot_of(const struct relay_fast *f,
				 const struct fast_conn *c)
{
	return fast_slot(f->fast, f->first + (uint32_t)(c - f->conns));
}

static struct fast_conn *conn_of(const struct relay_fast *f,
				 const struct relay *r)
{
	return &f->conns[r->fast - 1];
}

static uint32_t slot_state(const struct fast_slot *s)
{
	return __atomic_load_n(&s->state, __ATOMIC_ACQUIRE);
}

static bool slot_is_over(const struct fast_slot *s)
{
	return __atomic_load_n(&s->over, __ATOMIC_ACQUIRE) >= FAST_BOTH_ACKED;
}

static void fast_due(struct relay_fast *f, uint64_t at_ms)
{
	if (!f->due_ms || at_ms < f->due_ms)
		f->due_ms = at_ms;
}

struct fast_key fast_key_from(const struct endpoint *src,
			      const struct endpoint *dst)
{
	struct fast_key k = { .src_port = htons(src->port),
			      .dst_port = htons(dst->port) };

	memcpy(k.src, src->addr.bytes, sizeof(k.src));
	memcpy(k.dst, dst->addr.bytes, sizeof(k.dst));
	return k;
}

static uint64_t sum_words(const unsigned *words, unsigned flip)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < 4; i++)
		sum += words[i] ^ flip;
	return sum;
}

uint32_t fast_addr_sum(const struct fast_key *from, const struct fast_key *to)
{
	/* words of zeroes that IPv4 leaves do no harm: ~0 is another zero */
	uint64_t sum = sum_words(from->src, UINT32_MAX) +
		       sum_words(from->dst, UINT32_MAX) +
		       sum_words(to->src, 0) + sum_words(to->dst, 0);

	sum = (sum & UINT32_MAX) + (sum >> 32);
	return (uint32_t)(sum + (sum >> 32));
}

/* Turn around: what is sent in answer */
static struct fast_key fast_key_back(const struct fast_key *k)
{
	struct fast_key back = { .src_port = k->dst_port,
				 .dst_port = k->src_port };

	memcpy(back.src, k->dst, sizeof(back.src));
	memcpy(back.dst, k->src, sizeof(back.dst));
	return back;
}

static int fast_keys(const struct relay *r, struct fast_key ret[2])
{
	struct endpoint peer[2], local[2];
	enum side s;
	int err;

	for (s = CLIENT; s <= ORIGIN; s++) {
		err = sock_peer(r->leg[s].fd, &peer[s]);
		if (!err)
			err = sock_local(r->leg[s].fd, &local[s]);
		if (err)
			return err;
		ret[s] = fast_key_from(&peer[s], &local[s]);
	}
	return peer[CLIENT].addr.family == peer[ORIGIN].addr.family
		       ? 0
		       : -EAFNOSUPPORT;
}

static void fast_leave_conn(struct relay_fast *f, struct fast_conn *c)
{
	uint32_t i = (uint32_t)(c - f->conns);
	struct fast_conn *last = &f->conns[f->used[--f->n_used]];

	fast_leave(f->fast, f->first + i, c->keys);
	__atomic_store_n(&slot_of(f, c)->state, FAST_IDLE, __ATOMIC_RELEASE);
	f->used[c->at] = f->used[f->n_used];
	last->at = c->at;
	c->next_free = f->free_head;
	f->free_head = i;
}

/* One that lingers gives way if there is no other place. */
static struct fast_conn *fast_take(struct relay_fast *f)
{
	struct fast_conn *c;
	uint32_t i;

	for (i = 0; f->free_head == FAST_NONE && i < f->n_used; i++)
		if (f->conns[f->used[i]].is_over)
			fast_leave_conn(f, &f->conns[f->used[i]]);
	if (f->free_head == FAST_NONE)
		return NULL;
	c = &f->conns[f->free_head];
	f->free_head = c->next_free;
	*c = (struct fast_conn) { .at = (uint16_t)f->n_used };
	f->used[f->n_used++] = (uint16_t)(c - f->conns);
	return c;
}

static void fast_prepare(const struct worker *w, const struct relay *r,
			 const struct fast_conn *c)
{
	struct fast_slot *slot = slot_of(w->relays->fast, c);
	enum side s;

	*slot = (struct fast_slot) {
		.bell = w->id,
		.is_v6 = r->client.addr.family == IP_V6,
	};
	for (s = CLIENT; s <= ORIGIN; s++) {
		slot->way[s].out = fast_key_back(&c->keys[!s]);
		slot->way[s].addr_sum =
			fast_addr_sum(&c->keys[s], &slot->way[s].out);
	}
	/* our SYN counts as a byte that was acknowledged; the client's does
	 * not, for its socket was made when that was done
	 */
	slot->way[CLIENT].extra = 1;
	if (meta_is_payload(r->fwd->rule->mode))
		slot->way[CLIENT].extra += (unsigned)meta_header(
			r->fwd->rule->mode, RULE_TCP, &r->client, &r->vip,
			w->relays->env.scratch);
}

static int fast_begin(struct worker *w, struct relay *r)
{
	struct relay_fast *f = w->relays->fast;
	struct fast_key keys[2];
	struct fast_conn *c;
	int err;

	if (!fast_hold(f->fast))
		return -EAGAIN;
	err = fast_keys(r, keys);
	c = err ? NULL : fast_take(f);
	if (!c) {
		fast_drop(f->fast);
		return err ? err : -ENOSPC;
	}
	c->slot = relay_slot(w->relays, r);
	memcpy(c->keys, keys, sizeof(keys));
	fast_prepare(w, r, c);
	err = fast_enter(f->fast, f->first + (uint32_t)(c - f->conns), keys);
	if (err) {
		c->is_over = true;
		return err;
	}
	r->fast = (uint16_t)(c - f->conns + 1);
	__atomic_store_n(&slot_of(f, c)->state, FAST_ARMED, __ATOMIC_RELEASE);
	return 0;
}

void relay_fast_arm(struct worker *w, struct relay *r)
{
	struct relay_fast *f = w->relays->fast;
	int err;

	if (f->is_refused || r->state != RELAY_OPEN || r->has_eof)
		return;
	/* The address has to arrive first, in segments of our own: it has if
	 * the origin acknowledged a byte, as it will have when all is quiet.
	 */
	if (relay_wants_toa(w, r) && !r->leg[CLIENT].in_bytes &&
	    !r->leg[ORIGIN].in_bytes)
		return;
	if (filter_has(w->filter, (enum ip_family)r->client.addr.family,
		       worker_now_ms(w))) {
		r->is_slow = true;
		stat_add(&w->stats, STAT_TCP_FAST_FILTERED, 1);
		return;
	}
	err = fast_begin(w, r);
	/* the programs are on their way */
	if (err == -EAGAIN)
		return;
	if (err) {
		r->is_slow = true;
		stat_add(&w->stats, STAT_TCP_FAST_NONE, 1);
	}
	if (err == -EPERM || err == -EACCES) {
		f->is_refused = true;
		log_info("no fast path: %s", strerror(-err));
	}
	f->poll_ms = FAST_POLL_MS_MIN;
	fast_due(f, worker_now_ms(w) + FAST_POLL_MS_MIN);
}

bool relay_fast_is_joined(const struct worker *w, const struct relay *r)
{
	return r->fast &&
	       slot_state(slot_of(w->relays->fast,
				  conn_of(w->relays->fast, r))) == FAST_SPLICED;
}

/* @r is joined, for the first time that this is seen: its sockets send nothing
 * that anyone could answer.
 */
static void fast_notice(struct worker *w, struct relay *r, struct fast_conn *c)
{
	enum side s;

	if (c->is_seen)
		return;
	c->is_seen = true;
	if (r->is_kept)
		for (s = CLIENT; s <= ORIGIN; s++)
			(void)sock_set_int(r->leg[s].fd, SOL_SOCKET,
					   SO_KEEPALIVE, 0);
	r->is_kept = true;
	stat_add(&w->stats, STAT_TCP_FAST, 1);
}

void relay_fast_sync(struct worker *w, struct relay *r)
{
	struct fast_slot *slot;
	struct fast_conn *c;
	uint64_t at_ms;
	enum side s;

	if (!r->fast)
		return;
	c = conn_of(w->relays->fast, r);
	slot = slot_of(w->relays->fast, c);
	if (slot_state(slot) < FAST_SPLICED)
		return;
	fast_notice(w, r, c);
	for (s = CLIENT; s <= ORIGIN; s++) {
		const struct fast_way *way = &slot->way[s];
		uint64_t next = __atomic_load_n(&way->next, __ATOMIC_ACQUIRE);
		uint64_t passed = next - way->start;

		/* the FIN is no byte */
		if (__atomic_load_n(&way->has_fin, __ATOMIC_ACQUIRE) &&
		    way->fin_end == (uint32_t)next)
			passed--;
		/* a byte that a socket got all the same was counted */
		if (way->before + passed > r->leg[s].in_bytes)
			relay_count_bytes(w, r, s,
					  way->before + passed -
						  r->leg[s].in_bytes);
		stat_add(&w->stats, STAT_TCP_BYTES_FAST,
			 passed - c->counted[s]);
		c->counted[s] = passed;
	}
	at_ms = __atomic_load_n(&slot->last_ns, __ATOMIC_ACQUIRE) / NS_PER_MS;
	if (at_ms > r->active_ms)
		r->active_ms = at_ms;
}

static void fast_set_busy(struct relay_fast *f, struct fast_conn *c,
			  bool is_busy)
{
	if (c->is_busy == is_busy)
		return;
	c->is_busy = is_busy;
	fast_add_on(f->fast, is_busy ? 1 : -1);
}

bool relay_fast_end(struct worker *w, struct relay *r)
{
	struct relay_fast *f = w->relays->fast;
	struct fast_slot *slot;
	struct fast_conn *c;
	unsigned state;

	if (!r->fast)
		return false;
	c = conn_of(f, r);
	slot = slot_of(f, c);
	do {
		state = FAST_ARMED;
		if (__atomic_compare_exchange_n(&slot->state, &state, FAST_IDLE,
						false, __ATOMIC_ACQ_REL,
						__ATOMIC_ACQUIRE))
			break;
	} while (state == FAST_TRYING);
	relay_fast_sync(w, r);
	fast_set_busy(f, c, false);
	r->fast = 0;
	c->is_over = true;
	if (state != FAST_SPLICED) {
		fast_leave_conn(f, c);
		return c->is_seen;
	}
	c->until_ms = worker_now_ms(w) + FAST_LINGER_MS;
	fast_due(f, c->until_ms);
	return true;
}

/* Both ends are done with it, or one has reset it. */
static void fast_finish(struct worker *w, struct relay *r)
{
	const struct fast_slot *slot =
		slot_of(w->relays->fast, conn_of(w->relays->fast, r));

	if (!slot_is_over(slot))
		return;
	if (slot->over & FAST_RESET(CLIENT))
		relay_end(w, r, CLOSE_CLIENT_RESET, false);
	else if (slot->over & FAST_RESET(ORIGIN))
		relay_end(w, r, CLOSE_ORIGIN_RESET, false);
	else
		relay_end(w, r,
			  slot->first == CLIENT + 1 ? CLOSE_CLIENT_EOF
						    : CLOSE_ORIGIN_EOF,
			  true);
}

static void fast_rung(void *arg, uint32_t i)
{
	struct worker *w = arg;
	struct relay_table *t = w->relays;
	uint32_t at = i - t->fast->first;
	struct relay *r;

	if (at >= t->fast->n_conns)
		return;
	/* another may have its place by now, which is not over */
	r = &t->slots[t->fast->conns[at].slot];
	if (r->fast == at + 1)
		fast_finish(w, r);
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
	f->turns = w->cfg->fast_path == FAST_ALWAYS ? 0 : FAST_TURNS;
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

/* Look at @c. Return: the bytes that have passed since the last time */
static uint64_t fast_look(struct worker *w, struct fast_conn *c)
{
	struct relay_fast *f = w->relays->fast;
	struct relay *r = &w->relays->slots[c->slot];
	uint64_t had = c->counted[CLIENT] + c->counted[ORIGIN], moved;

	relay_fast_sync(w, r);
	moved = c->counted[CLIENT] + c->counted[ORIGIN] - had;
	fast_set_busy(f, c, moved);
	if (c->is_seen)
		fast_finish(w, r);
	return moved;
}

void relay_fast_run(struct worker *w)
{
	struct relay_fast *f = w->relays->fast;
	uint64_t now = worker_now_ms(w), moved = 0;
	uint32_t i;

	if (!f->due_ms || now < f->due_ms)
		return;
	f->due_ms = 0;
	/* backwards, for the last one takes the place of one that leaves */
	for (i = f->n_used; i > 0; i--) {
		struct fast_conn *c = &f->conns[f->used[i - 1]];

		if (!c->is_over)
			moved += fast_look(w, c);
		else if (now >= c->until_ms)
			fast_leave_conn(f, c);
	}
	if (!f->n_used)
		return;
	f->poll_ms = moved ? 10ULL * FAST_POLL_MS_MIN : 2 * f->poll_ms;
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
