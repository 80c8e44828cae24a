/* SPDX-License-Identifier: BSD-2-Clause */
/* schedule.h - when the operations of an open loop are due.
 *
 * The times are fixed before the run and do not depend on what answers when:
 * an operation that starts late has waited, and its latency says so.
 */
#ifndef CLIENT_SIM_SCHEDULE_H
#define CLIENT_SIM_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/* One thread's part: every @step-th operation of a constant rate; of a Poisson
 * process, one with a @step-th of the rate.
 * @per_ns:  operations per nanosecond of all threads once the ramp is over
 * @ramp_ns: the rate rises from 0 in a straight line for that long; 0: it does
 *	     not
 * @at:	     operations of all threads until the next of this one
 * @random:  state of the generator
 */
struct schedule {
	double per_ns;
	double ramp_ns;
	double at;
	uint32_t step;
	bool is_poisson;
	uint64_t random;
};

/* @index: of @step threads; @per_s: of all of them, not 0
 * @seed:  of Poisson arrivals; thread @index draws its own numbers from it
 */
struct schedule_args {
	uint32_t index;
	uint32_t step;
	uint32_t per_s;
	uint64_t ramp_ns;
	bool is_poisson;
	uint64_t seed;
};

void schedule_init(struct schedule *s, const struct schedule_args *a);

/* schedule_due_ns() - when the next operation is due, after the run's start */
uint64_t schedule_due_ns(const struct schedule *s);

/* schedule_advance() - it is done with: on to the one after it */
void schedule_advance(struct schedule *s);

#endif
