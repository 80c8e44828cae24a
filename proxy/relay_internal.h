/* SPDX-License-Identifier: BSD-2-Clause */
/* relay_internal.h - what the relay's files share: the slot, its table
 * and the steps between them. The theory stands in relay.c.
 */
#ifndef PROXY_RELAY_INTERNAL_H
#define PROXY_RELAY_INTERNAL_H

#include "relay.h"

/* EPOLLOUT comes with the first bytes that a leg does not take (LEG_OUT) */
#define RELAY_EVENTS	 (EPOLLIN | EPOLLRDHUP | EPOLLET)
#define RELAY_EVENTS_ALL (RELAY_EVENTS | EPOLLOUT)
#define SLOT_NONE	 UINT32_MAX

enum side {
	CLIENT,
	ORIGIN,
};

enum relay_state {
	RELAY_FREE,
	RELAY_CONNECTING,
	RELAY_HEADER,
	RELAY_OPEN,
	RELAY_ABORTING,
};

enum leg_flag {
	LEG_RD = 1U << 0,      /* may have bytes to read */
	LEG_WR = 1U << 1,      /* may take bytes */
	LEG_HUP = 1U << 2,     /* its end is near: read until EOF */
	LEG_ERR = 1U << 3,     /* reset or otherwise broken */
	LEG_EOF = 1U << 4,     /* its end was read */
	LEG_SHUT = 1U << 5,    /* the other's end was passed on to it */
	LEG_NODELAY = 1U << 6, /* TCP_NODELAY is set */
	LEG_MUTE = 1U << 7,    /* EPOLLIN is not asked for: relay_bulk.c */
	LEG_BULK = 1U << 8,    /* brings bulk at the moment */
	LEG_LONG = 1U << 9,    /* SO_RCVLOWAT is set */
	LEG_OUT = 1U << 10,    /* EPOLLOUT is asked for */
};

/* What relay_bulk.c knows of a leg that is read; ms and bytes wrap.
 * @from_ms, @from_bytes: since when, and after which of its bytes, its rate is
 *			  measured
 * @moved_ms: when it was read last
 * @end_ms:   when LEG_LONG went last
 */
struct bulk {
	uint32_t from_ms;
	uint32_t from_bytes;
	uint32_t moved_ms;
	uint32_t end_ms;
};

/* @owed:     bytes to be sent to this leg before anything else
 * @in_bytes: payload read from this leg; @logged_bytes of them are in the log
 */
struct leg {
	int fd;
	unsigned flags;
	struct owed owed;
	struct bulk bulk;
	uint64_t in_bytes;
	uint64_t logged_bytes;
};

/* @deadline_ms: CONNECTING, HEADER, ABORTING: when the state ends; OPEN: when
 *		 the next line of the access log is due, 0 for never
 * @first_eof:	 side that ended first, for the log
 */
struct relay {
	struct leg leg[2];
	const struct fwd *fwd;
	struct wheel_node timer;
	uint64_t session;
	uint64_t begin_wall_ms;
	uint64_t active_ms;
	uint64_t deadline_ms;
	uint32_t gen;
	uint32_t next_free;
	struct endpoint client;
	struct endpoint vip;
	struct ip_addr origin;
	uint8_t state;
	uint8_t attempts;
	uint8_t reason;
	uint8_t first_eof;
	uint8_t dead;
	uint16_t fast; /* its place in relay_fast, from 1; 0: none */
	uint8_t turns; /* in which something went on */
	bool has_eof	    : 1;
	bool is_ready	    : 1;
	bool is_kept	    : 1; /* keepalive is set */
	bool is_told	    : 1; /* the origin, who the client is */
	bool is_slow	    : 1; /* the fast path was refused to it */
	bool is_toa_refused : 1; /* the writer did not take the address */
};

/* @high:     slots ever used; the ones above have never been touched
 * @ready:    slots that used up their turn, each at most once
 * @spare_fd: given up for a moment when the process has no descriptor left,
 *	      so that a waiting client can be refused instead of left waiting
 * @toa_said_ms: when the log was last told that the TOA writer refuses
 * @trim_ms:   when free pipes are looked at next
 * @early_skip: connections that are not worth an early start, see
 *		relay_start_early()
 * @n_bulk:   legs with LEG_BULK
 * @faults:   of each slot; NULL without --fault
 * @fast:     NULL without the fast path
 */
struct relay_table {
	const struct mover *mover;
	struct mover_env env;
	struct wheel wheel;
	struct relay *slots;
	uint32_t cap;
	uint32_t high;
	uint32_t n_used;
	uint32_t free_head;
	uint32_t *ready;
	uint32_t n_ready;
	uint64_t sessions;
	uint64_t toa_said_ms;
	uint64_t trim_ms;
	uint32_t early_skip;
	uint32_t n_bulk;
	int spare_fd;
	struct relay_fault *faults;
	struct relay_fast *fast;
};

/* relay_alloc() - a slot with everything unset; NULL if all are used */
struct relay *relay_alloc(struct relay_table *t);

static inline uint32_t relay_slot(const struct relay_table *t,
				  const struct relay *r)
{
	return (uint32_t)(r - t->slots);
}

/* relay_ready() - have relay_run() look at @r */
static inline void relay_ready(struct relay_table *t, struct relay *r)
{
	if (r->is_ready)
		return;
	r->is_ready = true;
	t->ready[t->n_ready++] = relay_slot(t, r);
}

int relay_open_spare(void);

/* relay_told() - the origin is being told who the client is: count it, once */
void relay_told(struct worker *w, struct relay *r);

/* relay_count_bytes() - payload that came from leg @from, by whatever way */
void relay_count_bytes(struct worker *w, struct relay *r, enum side from,
		       uint64_t n);

/* relay_log() - a line of the access log: the bytes since the last one */
void relay_log(struct worker *w, struct relay *r, enum close_reason reason);

/* relay_end() - the one way out: log, count, close, free.
 * @is_orderly: FINs were passed on; otherwise both ends get a reset
 */
void relay_end(struct worker *w, struct relay *r, enum close_reason reason,
	       bool is_orderly);

/* A client's first bytes, in the scratch behind the rule's header.
 * @len:     of both
 * @payload: of the client's bytes
 */
struct opening {
	size_t len;
	ssize_t payload;
};

/* relay_dial() - begin a connection to the next address of the origin; without
 * one, end the relay. @early: what is there to be sent already, or NULL
 */
void relay_dial(struct worker *w, struct relay *r, const struct opening *early);

/* relay_blocked() - @side takes no more now: ask when it does */
void relay_blocked(struct worker *w, struct relay *r, enum side side);

/* relay_wants_toa() - is the client's address to be told in TCP options? */
bool relay_wants_toa(const struct worker *w, const struct relay *r);

/* relay_dial_failed() - the address that was tried does not answer: mark it */
void relay_dial_failed(struct worker *w, struct relay *r,
		       enum close_reason reason);

/* relay_open() - the opening was sent, or there is none: bytes may move */
void relay_open(struct worker *w, struct relay *r);

/* relay_arm_open() - the timer of an OPEN relay, for what is due first */
void relay_arm_open(struct worker *w, struct relay *r);

/* relay_bulk.c: the inline functions are what each message passes */
#define BULK_BURST_BYTES (16U << 20)

/* relay_bulk_mute() - no longer tell of what arrives at @side, if the other
 * takes nothing; relay_bulk_unmute() - tell of it again
 */
void relay_bulk_mute(struct worker *w, struct relay *r, enum side side);
void relay_bulk_unmute(struct worker *w, struct relay *r, enum side side);

/* relay_bulk_burst() - BULK_BURST_BYTES more have been read from @f */
void relay_bulk_burst(struct worker *w, struct relay *r, struct leg *f);

/* relay_bulk_end_ms() - when relay_bulk_timer() has something to do;
 * UINT64_MAX: never
 */
uint64_t relay_bulk_end_ms(const struct worker *w, const struct relay *r);

/* relay_bulk_timer() - legs that bring nothing any more bring no bulk */
void relay_bulk_timer(struct worker *w, struct relay *r);

/* relay_bulk_forget() - @r ends */
void relay_bulk_forget(struct worker *w, struct relay *r);

/* relay_bulk_arrived() - an event tells that @side of @r may be read.
 * Called before LEG_RD is set
 */
static inline void relay_bulk_arrived(struct worker *w, struct relay *r,
				      enum side side)
{
	if ((r->leg[side].flags & (LEG_RD | LEG_MUTE)) == LEG_RD)
		relay_bulk_mute(w, r, side);
}

/* relay_bulk_drained() - it was read empty */
static inline void relay_bulk_drained(struct worker *w, struct relay *r,
				      enum side side)
{
	if (r->leg[side].flags & LEG_MUTE)
		relay_bulk_unmute(w, r, side);
}

/* relay_bulk_moved() - @n bytes of @r's leg @f were moved, and counted */
static inline void relay_bulk_moved(struct worker *w, struct relay *r,
				    struct leg *f, uint64_t n)
{
	if (n && f->flags & LEG_BULK)
		f->bulk.moved_ms = (uint32_t)worker_now_ms(w);
	if ((uint32_t)f->in_bytes - f->bulk.from_bytes >= BULK_BURST_BYTES)
		relay_bulk_burst(w, r, f);
}

static inline bool relay_bulk_any(const struct relay *r)
{
	return (r->leg[CLIENT].flags | r->leg[ORIGIN].flags) & LEG_BULK;
}

/* relay_opening() - read the client's first bytes behind the rule's header into
 * the scratch, as far as a stash could keep them.
 * Return: bytes of header and payload, and *@ret_payload as recv(2) would
 * return it, with the error negative
 */
size_t relay_opening(struct worker *w, struct relay *r, ssize_t *ret_payload);

/* relay_count_opening() - it leaves now, with @payload bytes */
void relay_count_opening(struct worker *w, struct relay *r, ssize_t payload);

/* the handlers of the two legs' events, in relay.c */
loop_fn relay_on_client, relay_on_origin;

#endif
