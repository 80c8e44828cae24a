/* SPDX-License-Identifier: BSD-2-Clause */
/* relay_fast.h - connections whose legs are joined below the sockets. The
 * theory stands in relay_fast.c. All functions run in the worker's thread, and
 * those with a relay do nothing for one that is not known to the programs.
 */
#ifndef PROXY_RELAY_FAST_H
#define PROXY_RELAY_FAST_H

#include "relay_internal.h"

/* Turns that carried something, until a connection is worth it */
#define FAST_TURNS 16
/* How long segments of one that has ended are still sent on */
#define FAST_LINGER_MS 3000

struct fast_conn;

/* @first:  the number of conns[0] among the programs' connections
 * @n_used: of conns, listed in used[]; the others are in the list free_head
 * @due_ms: when relay_fast_run() has to look again; 0: never
 * @is_refused: the kernel does not let us: not tried again
 */
struct relay_fast {
	struct fast *fast;
	struct fast_conn *conns;
	uint16_t *used;
	uint32_t first;
	uint32_t n_conns;
	uint32_t n_used;
	uint32_t free_head;
	uint64_t due_ms;
	uint64_t poll_ms;
	uint8_t turns;
	bool is_refused;
};

/* relay_fast_new() - also listens for the programs. NULL without memory */
struct relay_fast *relay_fast_new(struct worker *w);
void relay_fast_free(struct relay_fast *f);

/* relay_fast_heat() - @moved bytes went on in one turn */
static inline void relay_fast_heat(struct relay *r, uint64_t moved)
{
	if (moved && r->turns < UINT8_MAX)
		r->turns++;
}

/* relay_fast_arm() - an OPEN relay is to be joined at its next quiet moment */
void relay_fast_arm(struct worker *w, struct relay *r);

/* relay_fast_consider() - an OPEN relay has done what it could: arm it, if the
 * rule of --fast-path says so. docs/performance.md has what that rests on.
 */
static inline void relay_fast_consider(struct worker *w, struct relay *r)
{
	if (!r->fast && !r->is_slow && r->turns >= w->relays->fast->turns)
		relay_fast_arm(w, r);
}

/* relay_fast_is_joined() - segments pass the sockets by: what these say is of
 * no interest
 */
bool relay_fast_is_joined(const struct worker *w, const struct relay *r);

/* relay_fast_sync() - count what has passed */
void relay_fast_sync(struct worker *w, struct relay *r);

/* relay_fast_end() - @r ends, and its sockets are closed after this; if this
 * returns true they have to be reset, whatever the reason
 */
bool relay_fast_end(struct worker *w, struct relay *r);

/* relay_fast_run() - once a round; relay_fast_timeout_ms() - how long the loop
 * may sleep, if without this it were @ms (-1: for ever)
 */
void relay_fast_run(struct worker *w);
int relay_fast_timeout_ms(const struct relay_fast *f, int ms);

/* fast_key_from() - what comes from @src to @dst. Both of one family */
struct fast_key fast_key_from(const struct endpoint *src,
			      const struct endpoint *dst);

/* fast_addr_sum() - what the addresses of @to add to a checksum (RFC 1071, not
 * folded to 16 bits) in place of those of @from
 */
uint32_t fast_addr_sum(const struct fast_key *from, const struct fast_key *to);

#endif
