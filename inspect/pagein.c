/* SPDX-License-Identifier: BSD-2-Clause */
/* pagein.c - see pagein.h */
#include "pagein.h"

#define PAGEIN_UNIT (1U << 20)

bool pagein_is_settled(const struct pagein *p)
{
	return p->is_refused || p->n > 2 * PAGEIN_TRIALS;
}

enum pagein_way pagein_way(const struct pagein *p)
{
	if (p->is_refused)
		return PAGEIN_ASK;
	if (!pagein_is_settled(p))
		return p->n % 2 ? PAGEIN_TOUCH : PAGEIN_ASK;
	return p->best_ns[PAGEIN_TOUCH] < p->best_ns[PAGEIN_ASK] ? PAGEIN_TOUCH
								 : PAGEIN_ASK;
}

void pagein_took(struct pagein *p, uint64_t bytes, uint64_t ns)
{
	uint64_t *best = &p->best_ns[pagein_way(p)];
	uint64_t cost;

	if (pagein_is_settled(p) || bytes < PAGEIN_BYTES_MIN)
		return;
	cost = (uint64_t)((double)ns * PAGEIN_UNIT / (double)bytes) + 1;
	if (p->n && (!*best || cost < *best))
		*best = cost;
	p->n++;
}

void pagein_refuse(struct pagein *p)
{
	p->is_refused = true;
}
