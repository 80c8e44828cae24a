/* SPDX-License-Identifier: BSD-2-Clause */
/* toa_table.c - see toa_table.h */
#include "toa_table.h"

#include <errno.h>
#include <stdlib.h>

#include "pair.h"

#define TOA_TABLE_NONE UINT32_MAX

static uint32_t *toa_table_bucket(const struct toa_table *t,
				  const struct endpoint *peer,
				  const struct endpoint *local)
{
	return &t->buckets[pair_hash(t->seed, peer, local) & t->mask];
}

int toa_table_init(struct toa_table *t, uint32_t max, uint64_t seed)
{
	uint32_t i, n = 1;

	while (n < max)
		n <<= 1;
	*t = (struct toa_table) {
		.entries = calloc(max, sizeof(*t->entries)),
		.buckets = malloc(n * sizeof(*t->buckets)),
		.max = max,
		.mask = n - 1,
		.seed = seed,
	};
	if (!t->entries || !t->buckets) {
		toa_table_fini(t);
		return -ENOMEM;
	}
	for (i = 0; i < n; i++)
		t->buckets[i] = TOA_TABLE_NONE;
	return 0;
}

void toa_table_fini(struct toa_table *t)
{
	free(t->entries);
	free(t->buckets);
	t->entries = NULL;
	t->buckets = NULL;
}

struct toa_entry *toa_table_find(const struct toa_table *t,
				 const struct endpoint *peer,
				 const struct endpoint *local,
				 const uint32_t *isn)
{
	uint32_t i = *toa_table_bucket(t, peer, local);

	/* a chain begins with its newest entry */
	while (i != TOA_TABLE_NONE) {
		struct toa_entry *e = &t->entries[i];

		if ((!isn || e->isn == *isn) && endpoint_eq(&e->peer, peer) &&
		    endpoint_eq(&e->local, local))
			return e;
		i = e->next;
	}
	return NULL;
}

void toa_table_drop(struct toa_table *t, struct toa_entry *e)
{
	uint32_t i = (uint32_t)(e - t->entries);
	uint32_t *link = toa_table_bucket(t, &e->peer, &e->local);

	while (*link != i)
		link = &t->entries[*link].next;
	*link = e->next;
	e->is_used = false;
}

static struct toa_entry *
toa_table_add(struct toa_table *t, const struct toa_segment *syn, uint64_t lost)
{
	struct toa_entry *e = &t->entries[t->turn];
	uint32_t *bucket = toa_table_bucket(t, &syn->src, &syn->dst);

	if (e->is_used) {
		t->evicted++;
		toa_table_drop(t, e);
	}
	*e = (struct toa_entry) {
		.peer = syn->src,
		.local = syn->dst,
		.isn = syn->seq,
		.next = *bucket,
		.is_used = true,
		.lost = lost,
	};
	*bucket = t->turn;
	t->turn = t->turn + 1 < t->max ? t->turn + 1 : 0;
	return e;
}

void toa_table_put(struct toa_table *t, const struct toa_segment *seg,
		   const struct toa_finding *f, uint64_t lost)
{
	bool is_syn = seg->place == TOA_PLACE_SYN;
	uint32_t isn = is_syn ? seg->seq : seg->seq - 1;
	struct toa_entry *e = toa_table_find(t, &seg->src, &seg->dst, &isn);

	if (!e && is_syn)
		e = toa_table_add(t, seg, lost);
	if (e)
		toa_merge(&e->finding, f);
}
