/* SPDX-License-Identifier: BSD-2-Clause */
/* relay_fast.h - connections whose sockets are joined in the kernel. The
 * theory stands in relay_fast.c. All functions run in the worker's thread, and
 * those with a relay do nothing for one that is not joined.
 */
#ifndef PROXY_RELAY_FAST_H
#define PROXY_RELAY_FAST_H

#include "relay_internal.h"

/* A longer read is no short message. */
#define FAST_SHORT_BYTES 16384
/* How many of a thread's connections may be busy, in a tick of so long */
#define FAST_BUSY_MAX 1
#define FAST_TICK_MS  10
/* How many of a thread's connections --fast-path auto has on at a time */
#define FAST_ON_MAX 4
/* Short messages, and ticks, until a connection is worth it */
#define FAST_CALM_MESSAGES 64
#define FAST_CALM_TICKS	   3

struct fast_conn;

/* @first:   number of conns[0] in the program's table
 * @n_used:  of conns, listed in used[]; the others are in the list free_head
 * @n_on:    of these, the ones that are on
 * @n_busy:  connections with an event in this tick, @n_busy_last in the last
 * @due_ms:  when relay_fast_run() has to look again; 0: never
 * @is_refused: the kernel does not let us: not tried again
 */
struct relay_fast {
	struct fast *fast;
	struct fast_conn *conns;
	uint16_t *used;
	uint32_t first;
	uint32_t n_conns;
	uint32_t n_used;
	uint32_t n_on;
	uint32_t free_head;
	uint32_t n_busy, n_busy_last;
	uint64_t tick_end_ms;
	uint64_t due_ms;
	uint64_t poll_ms;
	uint16_t tick;
	bool is_always;
	bool is_refused;
};

/* relay_fast_new() - also listens for the program. NULL without memory */
struct relay_fast *relay_fast_new(struct worker *w);
void relay_fast_free(struct relay_fast *f);

/* relay_fast_heat() - @moved bytes came from leg @from in one go; a message
 * counts that answers one of the other side's. What cannot be passed on at once
 * is no chat.
 */
static inline void relay_fast_heat(struct relay *r, enum side from,
				   uint64_t moved, bool is_blocked)
{
	if (moved > FAST_SHORT_BYTES || is_blocked)
		r->calm = 0;
	else if (moved && r->spoke != from && r->calm < UINT16_MAX)
		r->calm++;
	if (moved)
		r->spoke = (uint8_t)from;
}

/* relay_fast_seen() - @r has an event: it is busy in this tick */
static inline void relay_fast_seen(struct relay_fast *f, struct relay *r)
{
	bool is_next = (uint16_t)(r->tick + 1) == f->tick;

	if (r->tick == f->tick)
		return;
	r->tick = f->tick;
	f->n_busy++;
	if (!is_next || f->n_busy_last > FAST_BUSY_MAX) {
		r->calm = 0;
		r->calm_ticks = 0;
	} else if (r->calm_ticks < FAST_CALM_TICKS) {
		r->calm_ticks++;
	}
}

/* relay_fast_tick() - @now_ms is another time */
static inline void relay_fast_tick(struct relay_fast *f, uint64_t now_ms)
{
	if (now_ms < f->tick_end_ms)
		return;
	f->n_busy_last = now_ms - f->tick_end_ms < FAST_TICK_MS ? f->n_busy : 0;
	f->n_busy = 0;
	f->tick++;
	f->tick_end_ms = now_ms + FAST_TICK_MS;
}

/* relay_fast_is_calm() - the rule of --fast-path auto: short messages, one
 * after the other, while no other connection of the thread has something to do.
 * docs/performance.md has what it rests on.
 */
static inline bool relay_fast_is_calm(const struct relay_fast *f,
				      const struct relay *r)
{
	return r->calm >= FAST_CALM_MESSAGES &&
	       r->calm_ticks >= FAST_CALM_TICKS && f->n_busy <= FAST_BUSY_MAX &&
	       f->n_busy_last <= FAST_BUSY_MAX;
}

/* relay_fast_consider() - an OPEN relay has done what it could: join its
 * sockets, or go on redirecting, if the rule says so
 */
void relay_fast_consider(struct worker *w, struct relay *r);

/* relay_fast_move() - as mover.h's move, for a relay that is joined */
enum move_status relay_fast_move(struct worker *w, struct relay *r,
				 enum side from, struct move *m);

/* relay_fast_is_settled() - has all that came from leg @from until its end
 * been written to the other leg? If not, the relay is looked at again soon.
 */
bool relay_fast_is_settled(struct worker *w, struct relay *r, enum side from);

/* relay_fast_sync() - count what was redirected */
void relay_fast_sync(struct worker *w, struct relay *r);

/* relay_fast_drop() - both descriptors are closed */
void relay_fast_drop(struct relay_table *t, struct relay *r);

/* relay_fast_run() - once a round; relay_fast_timeout_ms() - how long the loop
 * may sleep, if without this it were @ms (-1: for ever)
 */
void relay_fast_run(struct worker *w);
int relay_fast_timeout_ms(const struct relay_fast *f, int ms);

#endif
