/* SPDX-License-Identifier: BSD-2-Clause */
/* join.h - two captures, one of each side of a proxy: which connection of the
 * clients became which one to the origin, and does it say so?
 *
 * Theory of operation
 *
 * Of each flow a leg is kept: its ends, times, the client that it names, and a
 * fingerprint of its payload (tap.h). Legs are paired in rounds, each of what
 * the one before has left:
 *
 *	claim	 the back leg names the front leg's client, and begins while
 *		 that is connected; the payload agrees, or nothing is known of
 *		 it and nobody else says what the back leg says
 *	payload	 they say the same, 32 bytes or more, and nobody else does at
 *		 that time
 *	claim	 although the payload differs: a proxy that rewrites. Not if
 *		 somebody else says what the back leg says
 *	timing	 the back leg begins when the front leg does, and no other.
 *		 Not if they say different things, unless one of them in TLS;
 *		 nor against a claim, unless the client that it names says
 *		 something else
 *
 * Where several will do none is taken, and the leg stays open with the reason
 * (enum join_why).
 *
 * Clocks of two machines differ: the median difference of pairs by claim with
 * the same payload, else by payload alone, is taken off before times are
 * compared. Only pairs count for which no other will do. What each pair rests
 * on is told, and the other kinds of evidence are told too if they agree.
 *
 * Of one capture with both legs, flows that name a client, and flows to where
 * those go, are back legs; all others are front legs.
 */
#ifndef INSPECT_JOIN_H
#define INSPECT_JOIN_H

#include <stdio.h>

#include "check.h"
#include "tap.h"

/* Pairs by timing: the back leg begins this much after the front leg at most;
 * or before it, for clocks are only known so well.
 */
#define JOIN_LATE_NS  1000000000LL
#define JOIN_EARLY_NS 10000000LL
/* Payload that is the same by chance is shorter. */
#define JOIN_PAYLOAD_MIN 32

/* Fewer pairs do not prove by their times that clocks differ. */
#define JOIN_CLOCK_MIN 3

/* destinations of back legs that are told apart in one capture */
#define JOIN_ORIGIN_MAX 256

enum join_by {
	JOIN_OPEN,
	JOIN_BY_CLAIM,
	JOIN_BY_PAYLOAD,
	JOIN_BY_TIMING,
	JOIN_BYS,
};

/* Why a leg stays open. */
enum join_why {
	JOIN_WHY_NONE,	  /* nothing fits */
	JOIN_WHY_ABSENT,  /* no connection of the client that it names */
	JOIN_WHY_TIME,	  /* that client's connections are of another time */
	JOIN_WHY_TAKEN,	  /* that client's connection has another partner */
	JOIN_WHY_PAYLOAD, /* that client says something else */
	JOIN_WHY_SEVERAL, /* several fit */
	JOIN_WHYS,
};

/* Places of legs that are none. */
#define JOIN_NOBODY  UINT32_MAX
#define JOIN_SEVERAL (UINT32_MAX - 1)

/* @end:   of the connection: who opened it, and to whom
 * @named: the client that it names, if @has_named; @has_port: and its port
 * @peer:  place of the other leg, if @by is not JOIN_OPEN
 * @why:   if it is
 * @is_denied: it names a client that says something else
 * @has_payload: either side said something
 */
struct join_leg {
	struct endpoint end[2];
	struct endpoint named;
	struct tap tap;
	struct check check;
	const char *mode;
	uint64_t id;
	uint64_t first_frame;
	int64_t first_ns;
	int64_t last_ns;
	uint32_t peer;
	enum join_by by;
	enum join_why why;
	uint8_t proto;
	uint8_t app; /* enum app */
	bool has_named;
	bool has_port;
	bool has_payload;
	bool is_denied;
};

/* Legs of one side. @refused: flows that there was no room for */
struct join_legs {
	struct join_leg *leg;
	uint32_t count;
	uint32_t room;
	uint32_t max;
	uint64_t refused;
};

/* @clock_ns:    of the back capture, ahead of the front one
 * @clock_pairs: that it was found from
 * @exchanged:   front legs that name a client of the back capture, if no pair
 *		 is by claim: it is the other way round
 * @is_strange:  there are claims, and all name clients that the front capture
 *		 lacks
 */
struct join {
	struct join_legs front;
	struct join_legs back;
	bool has_one_clock;
	bool is_strange;
	int64_t clock_ns;
	uint32_t clock_pairs;
	uint32_t exchanged;
};

/* join_add() - one flow of a capture. Return: 0 or -ENOMEM */
int join_add(struct join_legs *l, const struct flow *fl, const struct check *c);

/* join_split() - of one capture, whose legs are all in @j->front: move those
 * that are back legs
 */
int join_split(struct join *j);

/* join_match() - pair them. Return: 0 or -ENOMEM */
int join_match(struct join *j);

/* join_payload() - what their payloads say: bytes that are the same, at most
 * 2048; 0 for nothing to compare; -1 if they differ
 */
int join_payload(const struct join_leg *front, const struct join_leg *back);

/* join_delay_ns() - from the front leg's first packet to the back leg's, by one
 * clock; INT64_MIN if a capture has no times
 */
int64_t join_delay_ns(const struct join *j, const struct join_leg *front,
		      const struct join_leg *back);

/* join_is_real() - does the back leg name who opened the front leg, or whom
 * that one names in turn?
 */
bool join_is_real(const struct join_leg *front, const struct join_leg *back);

/* join_is_alive() - does the back leg begin while the front leg is there? So it
 * is also without times.
 */
bool join_is_alive(const struct join *j, const struct join_leg *front,
		   const struct join_leg *back);

/* join_explain() - after join_match(): @why of the back legs that are open, and
 * what is strange about the captures. Return: 0 or -ENOMEM
 */
int join_explain(struct join *j);

/* join_check() - the end-to-end verdict of a pair */
struct check join_check(const struct join_leg *front,
			const struct join_leg *back);

void join_fini(struct join *j);

/* join_run() - the whole of --join. Return: an exit status */
int join_run(const struct config *cfg, FILE *out);

#endif
