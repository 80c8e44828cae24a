/* SPDX-License-Identifier: BSD-2-Clause */
/* spin.h - a thread that keeps one CPU awake for redirected connections.
 *
 * What is redirected in the kernel wakes the two ends of a connection in turn.
 * If each has a processor of its own, both sleep most of the time, and waking
 * one, of a virtual machine above all, takes longer than all else. While this
 * thread keeps one of two processors busy, the scheduler leaves both ends on
 * the other, and none of them wakes a processor. It has the lowest priority
 * (nice 19).
 *
 * Whether that helps depends on the machine and on the peers, so it is tried:
 * a short look at the rate of messages, a short spin, and only what is faster
 * by a quarter goes on (struct spin_rule).
 */
#ifndef PROXY_SPIN_H
#define PROXY_SPIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

/* It takes the scheduler some ten milliseconds to move the ends together. */
#define SPIN_LOOK_NS	 (20 * NS_PER_MS)
#define SPIN_TRIAL_NS	 (100 * NS_PER_MS)
#define SPIN_KEEP_NS	 (4000 * NS_PER_MS)
#define SPIN_NAP_NS_MAX	 (1600 * NS_PER_MS)
#define SPIN_REST_NS_MIN (200 * NS_PER_MS)
#define SPIN_REST_NS_MAX (16000 * NS_PER_MS)
/* Without a message for so long there is nothing to spin for. */
#define SPIN_SILENCE_NS (2 * NS_PER_MS)
/* Messages a second below which it is not tried */
#define SPIN_RATE_MIN 10000ULL
/* What is worth it: SPIN_GAIN_NUM / SPIN_GAIN_DEN times the rate */
#define SPIN_GAIN_NUM 5
#define SPIN_GAIN_DEN 4

enum spin_phase {
	SPIN_LOOK,  /* asleep, counting */
	SPIN_TRIAL, /* spinning, counting */
	SPIN_KEEP,  /* spinning, for it was worth it */
	SPIN_REST,  /* asleep, for it was not */
};

/* @len_ns:  of the phase
 * @rest_ns: of the next rest
 * @rate:    messages a second at the last look
 */
struct spin_rule {
	enum spin_phase phase;
	uint64_t len_ns;
	uint64_t rest_ns;
	uint64_t rate;
};

void spin_rule_init(struct spin_rule *r);

/* spin_rule_next() - the phase has taken @ns, in which @n messages passed.
 * @is_cut: it ended early, for there were none
 */
void spin_rule_next(struct spin_rule *r, uint64_t n, uint64_t ns, bool is_cut);

static inline bool spin_rule_is_awake(const struct spin_rule *r)
{
	return r->phase == SPIN_TRIAL || r->phase == SPIN_KEEP;
}

struct spin;

/* spin_start() - the thread; it sleeps until spin_add().
 * @count: messages so far, called often and from the thread
 * Return: 0 or -errno
 */
int spin_start(uint64_t (*count)(void *arg), void *arg, struct spin **ret);

/* spin_add() - so many more, or fewer, connections are redirected. From any
 * thread; NULL is a no-op
 */
void spin_add(struct spin *s, int n);

/* spin_stop() - ends the thread. NULL is a no-op */
void spin_stop(struct spin *s);

#endif
