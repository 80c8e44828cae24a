/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_table.c - see udp_table.h */
#include "udp_table.h"

#include <errno.h>
#include <stdlib.h>

#include "pair.h"

#define UDP_TABLE_NONE UINT32_MAX

static uint32_t *udp_table_bucket(const struct udp_table *t,
				  const struct endpoint *peer,
				  const struct endpoint *local)
{
	return &t->buckets[pair_hash(t->seed, peer, local) & t->mask];
}

int udp_table_init(struct udp_table *t, uint32_t max, uint64_t seed)
{
	uint32_t i, n = 1;

	while (n < max)
		n <<= 1;
	*t = (struct udp_table) {
		.sessions = calloc(max, sizeof(*t->sessions)),
		.buckets = malloc(n * sizeof(*t->buckets)),
		.max = max,
		.mask = n - 1,
		.seed = seed,
	};
	if (!t->sessions || !t->buckets) {
		udp_table_fini(t);
		return -ENOMEM;
	}
	for (i = 0; i < n; i++)
		t->buckets[i] = UDP_TABLE_NONE;
	for (i = 0; i < max; i++)
		t->sessions[i].next = i + 1 < max ? i + 1 : UDP_TABLE_NONE;
	return 0;
}

void udp_table_fini(struct udp_table *t)
{
	free(t->sessions);
	free(t->buckets);
	t->sessions = NULL;
	t->buckets = NULL;
}

struct udp_session *udp_table_find(const struct udp_table *t,
				   const struct endpoint *peer,
				   const struct endpoint *local)
{
	uint32_t i = *udp_table_bucket(t, peer, local);

	while (i != UDP_TABLE_NONE) {
		struct udp_session *s = &t->sessions[i];

		if (endpoint_eq(&s->id.peer, peer) &&
		    endpoint_eq(&s->id.local, local))
			return s;
		i = s->next;
	}
	return NULL;
}

struct udp_session *udp_table_add(struct udp_table *t,
				  const struct endpoint *peer,
				  const struct endpoint *local)
{
	uint32_t *bucket = udp_table_bucket(t, peer, local);
	uint32_t i = t->free_head;
	struct udp_session *s;

	if (i == UDP_TABLE_NONE)
		return NULL;
	s = &t->sessions[i];
	t->free_head = s->next;
	*s = (struct udp_session) { .next = *bucket, .is_used = true };
	ident_init(&s->id, true, peer, local);
	*bucket = i;
	return s;
}

void udp_session_forget(struct udp_session *s)
{
	free(s->line);
	s->line = NULL;
	s->line_len = 0;
}

void udp_table_remove(struct udp_table *t, struct udp_session *s)
{
	uint32_t i = (uint32_t)(s - t->sessions);
	uint32_t *link = udp_table_bucket(t, &s->id.peer, &s->id.local);

	while (*link != i)
		link = &t->sessions[*link].next;
	*link = s->next;
	udp_session_forget(s);
	ident_fini(&s->id);
	s->is_used = false;
	s->next = t->free_head;
	t->free_head = i;
}
