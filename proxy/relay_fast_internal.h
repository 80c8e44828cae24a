/* SPDX-License-Identifier: BSD-2-Clause */
/* relay_fast_internal.h - what relay_fast.c and relay_part.c share: a
 * connection, and what its programs say of it.
 */
#ifndef PROXY_RELAY_FAST_INTERNAL_H
#define PROXY_RELAY_FAST_INTERNAL_H

#include "relay_fast.h"

#define FAST_POLL_MS_MIN 10
#define FAST_POLL_MS_MAX 1000

/* Of each direction, by the side it comes from:
 * @keys:    what the programs know it by
 * @counted: bytes that passed and were counted
 * And:
 * @at:	      index in used[]
 * @is_over:  the relay has ended; until @until_ms segments are still sent on
 * @is_seen:  it was noticed that it is joined
 * @is_busy:  something passed between the last two looks
 * @routes:   as of which count of changes its way is known
 * @asked_ms: when its sockets were told to ask their peers; 0: not lately
 * @part_ms:  since when it is to be parted; 0: it is not
 * @is_held:  it is just being parted
 * @is_parted: it was: the sockets have its segments again
 * @is_closing: parted, and it waits for its sockets
 */
struct fast_conn {
	struct fast_key keys[2];
	uint64_t counted[2];
	uint64_t until_ms;
	uint64_t asked_ms;
	uint64_t part_ms;
	uint32_t slot;
	uint32_t next_free;
	uint32_t routes;
	uint16_t at;
	bool is_over	: 1;
	bool is_seen	: 1;
	bool is_busy	: 1;
	bool is_held	: 1;
	bool is_parted	: 1;
	bool is_closing : 1;
};

static inline struct fast_slot *slot_of(const struct relay_fast *f,
					const struct fast_conn *c)
{
	return fast_slot(f->fast, f->first + (uint32_t)(c - f->conns));
}

static inline struct fast_conn *conn_of(const struct relay_fast *f,
					const struct relay *r)
{
	return &f->conns[r->fast - 1];
}

static inline bool slot_is_over(const struct fast_slot *s)
{
	return __atomic_load_n(&s->over, __ATOMIC_ACQUIRE) >= FAST_BOTH_ACKED;
}

static inline void fast_due(struct relay_fast *f, uint64_t at_ms)
{
	if (!f->due_ms || at_ms < f->due_ms)
		f->due_ms = at_ms;
}

/* fast_acked() - of what comes from one side, how much the other has
 * acknowledged, the FIN included, since the legs were joined
 */
uint64_t fast_acked(const struct fast_way *way);

/* part_review() - @r is joined: does it have to be parted, or its peers to be
 * asked? part_run() - once a round, after all were looked at: part them
 */
void part_review(struct worker *w, const struct relay *r, struct fast_conn *c);
void part_run(struct worker *w);

#endif
