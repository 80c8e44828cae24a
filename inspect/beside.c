/* SPDX-License-Identifier: BSD-2-Clause */
/* beside.c - see beside.h */
#include "beside.h"

void beside_add(struct beside **b, struct budget *budget,
		const struct packet *pkt, uint64_t frame)
{
	const struct uoa *uoa = &pkt->uoa;
	struct beside *s = *b;

	if (!s) {
		s = budget_alloc(budget, sizeof(*s));
		if (!s)
			return;
		*s = (struct beside) { .carrier = uoa->carrier };
		*b = s;
	}
	if (uoa->err.anomaly != ANOMALY_NONE) {
		if (!s->malformed++) {
			s->err = uoa->err;
			s->err_frame = frame;
		}
		return;
	}
	if (!s->packets) {
		s->carrier = uoa->carrier;
		s->client = uoa->client;
		s->frame = frame;
	}
	if (endpoint_eq(&s->client, &uoa->client)) {
		s->packets++;
		return;
	}
	if (!s->others++) {
		s->other = uoa->client;
		s->other_frame = frame;
	}
}

void beside_fini(struct beside **b, struct budget *budget)
{
	budget_free(budget, *b, sizeof(**b));
	*b = NULL;
}

void beside_shift(struct beside *b, uint64_t by)
{
	if (!b)
		return;
	frame_shift(&b->frame, by);
	frame_shift(&b->other_frame, by);
	frame_shift(&b->err_frame, by);
}
