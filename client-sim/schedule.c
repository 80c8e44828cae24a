/* SPDX-License-Identifier: BSD-2-Clause */
/* schedule.c - see schedule.h */
#include "schedule.h"

#include <math.h>

#define SCHEDULE_NS_PER_S 1e9
#define SCHEDULE_STEP	  0x9e3779b97f4a7c15ULL

/* splitmix64 */
static uint64_t schedule_random(struct schedule *s)
{
	uint64_t v = s->random += SCHEDULE_STEP;

	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9ULL;
	v = (v ^ v >> 27) * 0x94d049bb133111ebULL;
	return v ^ v >> 31;
}

/* The gap to the next arrival, in operations: 1 on average. */
static double schedule_gap(struct schedule *s)
{
	/* 53 bits, and never 0: (0, 1] */
	double u = (double)((schedule_random(s) >> 11) + 1) * 0x1p-53;

	return -log(u);
}

void schedule_init(struct schedule *s, const struct schedule_args *a)
{
	*s = (struct schedule) {
		.per_ns = a->per_s / SCHEDULE_NS_PER_S,
		.ramp_ns = (double)a->ramp_ns,
		.at = a->index,
		.step = a->step,
		.is_poisson = a->is_poisson,
		.random = a->seed + a->index * ~SCHEDULE_STEP,
	};
	if (s->is_poisson)
		s->at = schedule_gap(s) * s->step;
}

uint64_t schedule_due_ns(const struct schedule *s)
{
	double in_ramp = s->per_ns * s->ramp_ns / 2;

	if (s->at < in_ramp)
		return (uint64_t)sqrt(2 * s->at * s->ramp_ns / s->per_ns);
	return (uint64_t)(s->at / s->per_ns + s->ramp_ns / 2);
}

void schedule_advance(struct schedule *s)
{
	s->at += s->is_poisson ? schedule_gap(s) * s->step : s->step;
}
