/* SPDX-License-Identifier: BSD-2-Clause */
/* series.c - see series.h */
#include "series.h"

#include <stdbool.h>
#include <stddef.h>

static void series_thin(struct series *s)
{
	uint32_t i;

	for (i = 0; i < SERIES_MAX / 2; i++)
		s->at[i] = s->at[2 * i + 1];
	s->n = SERIES_MAX / 2;
	s->step_ms *= 2;
}

static bool series_is_due(const struct series *s, uint64_t ms)
{
	return !s->n || ms >= s->at[s->n - 1].ms + s->step_ms;
}

void series_add(struct series *s, const struct sample *now)
{
	if (!s->step_ms)
		s->step_ms = SERIES_FIRST_MS;
	if (!series_is_due(s, now->ms))
		return;
	if (s->n == SERIES_MAX)
		series_thin(s);
	if (series_is_due(s, now->ms))
		s->at[s->n++] = *now;
}

/* What @s had done at @ms: the last sample that is not later; NULL: none. */
static const struct sample *series_find(const struct series *s, uint64_t ms)
{
	const struct sample *found = NULL;
	uint32_t i;

	for (i = 0; i < s->n && s->at[i].ms <= ms; i++)
		found = &s->at[i];
	return found;
}

static void series_sum(struct sample *into, const struct sample *from)
{
	if (!from)
		return;
	into->requests += from->requests;
	into->sent += from->sent;
	into->received += from->received;
	into->open += from->open;
}

void series_merge(struct series *into, const struct series *from)
{
	const struct sample *last = into->n ? &into->at[into->n - 1] : NULL;
	struct sample ended = last ? *last : (struct sample) { 0 };
	uint32_t i, n = into->n;

	for (i = 0; i < n; i++)
		series_sum(&into->at[i], series_find(from, into->at[i].ms));
	for (i = 0; i < from->n; i++) {
		struct sample s = from->at[i];

		if (last && s.ms <= ended.ms)
			continue;
		series_sum(&s, &ended);
		series_add(into, &s);
	}
}
