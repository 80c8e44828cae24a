/* SPDX-License-Identifier: BSD-2-Clause */
/* join_key.c - see join_key.h */
#include "join_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t join_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 32;
}

/* join_end_key() - without the port if that is not told */
static uint64_t join_end_key(uint8_t proto, const struct endpoint *e,
			     bool has_port)
{
	uint64_t lo, hi;

	memcpy(&lo, e->addr.bytes, sizeof(lo));
	memcpy(&hi, e->addr.bytes + 8, sizeof(hi));
	return join_mix(join_mix(join_mix(proto, lo), hi),
			has_port ? e->port + 1U : 0);
}

uint64_t join_key(const struct join_leg *leg, enum join_key_of of)
{
	const struct endpoint *source = &leg->end[FLOW_CLIENT];
	const struct tap_dir *up = &leg->tap.dir[FLOW_CLIENT];
	bool is_whole = up->is_whole || up->len == TAP_MAX;

	switch (of) {
	case JOIN_KEY_SOURCE:
		return join_end_key(leg->proto, source, true);
	case JOIN_KEY_ADDRESS:
		return join_end_key(leg->proto, source, false);
	case JOIN_KEY_NAMED:
		return leg->has_named && leg->has_port
			       ? join_end_key(leg->proto, &leg->named, true)
			       : 0;
	case JOIN_KEY_PAYLOAD:
		return tap_key(up);
	case JOIN_KEY_WHOLE:
		return is_whole && up->len ? join_mix(up->hash, up->len) : 0;
	case JOIN_KEY_PART:
		return is_whole ? 0 : tap_key(up);
	case JOIN_KEY_ANY:
	default:
		return 1 + (uint64_t)leg->proto;
	}
}

uint64_t join_key_named(const struct join_leg *back)
{
	return join_end_key(back->proto, &back->named, back->has_port);
}

static int join_key_compare(const void *a, const void *b)
{
	const struct join_key *x = a;
	const struct join_key *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* join_end_ns() - without times it may be there at any */
static int64_t join_end_ns(const struct join_leg *leg)
{
	return leg->first_ns == INT64_MIN ? INT64_MAX : leg->last_ns;
}

int join_index_init(struct join_index *x, const struct join_legs *l,
		    enum join_key_of of, bool is_open)
{
	struct join_key *k = calloc(l->count + 1ULL, sizeof(*k));
	uint32_t i, n = 0;

	*x = (struct join_index) { 0 };
	if (!k)
		return -ENOMEM;
	for (i = 0; i < l->count; i++) {
		uint64_t key = join_key(&l->leg[i], of);

		if (key && (!is_open || l->leg[i].by == JOIN_OPEN))
			k[n++] = (struct join_key) {
				.key = key,
				.first_ns = l->leg[i].first_ns,
				.reach_ns = join_end_ns(&l->leg[i]),
				.at = i,
			};
	}
	qsort(k, n, sizeof(*k), join_key_compare);
	for (i = 1; i < n; i++)
		if (k[i].key == k[i - 1].key &&
		    k[i].reach_ns < k[i - 1].reach_ns)
			k[i].reach_ns = k[i - 1].reach_ns;
	*x = (struct join_index) { k, n };
	return 0;
}

void join_index_fini(struct join_index *x)
{
	free(x->key);
	*x = (struct join_index) { 0 };
}

uint32_t join_index_seek(const struct join_index *x, uint64_t key, int64_t ns)
{
	struct join_key want = { .key = key, .first_ns = ns };
	uint32_t lo = 0, hi = x->count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (join_key_compare(&x->key[mid], &want) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
