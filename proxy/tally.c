/* SPDX-License-Identifier: BSD-2-Clause */
/* tally.c - see tally.h */
#include "tally.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static_assert(LIVE_HEADERS_SPP - LIVE_HEADERS_TOA == MODE_SPP - MODE_TOA,
	      "headers stand in the order of modes");

/* @items: sorted by key
 * @gone:  the sums of those that are not kept any more
 */
struct tally_book {
	struct tally **items;
	uint32_t n;
	uint32_t n_lanes;
	uint64_t clock;
	uint64_t gone[LIVE_COUNT];
};

struct tally_book *tally_book_new(uint32_t n_lanes)
{
	struct tally_book *b = calloc(1, sizeof(*b));

	if (b)
		b->n_lanes = n_lanes;
	return b;
}

static void tally_free(struct tally *t)
{
	if (t)
		free(t->lanes);
	free(t);
}

void tally_book_free(struct tally_book *b)
{
	uint32_t i;

	if (!b)
		return;
	for (i = 0; i < b->n; i++)
		tally_free(b->items[i]);
	free(b->items);
	free(b);
}

static struct tally *tally_new(const struct tally_key *key,
			       enum rule_proto proto, uint32_t n_lanes)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->key = *key;
	t->proto = proto;
	t->lanes = aligned_alloc(TALLY_ALIGN, n_lanes * sizeof(*t->lanes));
	if (!t->lanes) {
		free(t);
		return NULL;
	}
	memset(t->lanes, 0, n_lanes * sizeof(*t->lanes));
	return t;
}

static int key_cmp(const struct tally_key *a, const struct tally_key *b)
{
	int d = strcmp(a->instance_id, b->instance_id);

	return d ? d : strcmp(a->rule_id, b->rule_id);
}

static int tally_cmp(const void *a, const void *b)
{
	return key_cmp(&(*(struct tally *const *)a)->key,
		       &(*(struct tally *const *)b)->key);
}

/* Among the first @n, which are sorted */
static struct tally *tally_find(const struct tally_book *b, uint32_t n,
				const struct tally_key *key)
{
	struct tally want = { .key = *key }, *p = &want;
	struct tally **hit =
		n ? bsearch(&p, b->items, n, sizeof(struct tally *), tally_cmp)
		  : NULL;

	return hit ? *hit : NULL;
}

static void tally_sum(const struct tally_book *b, const struct tally *t,
		      uint64_t ret[LIVE_COUNT])
{
	uint32_t k, id;

	memset(ret, 0, LIVE_COUNT * sizeof(*ret));
	for (k = 0; k < b->n_lanes; k++)
		for (id = 0; id < LIVE_COUNT; id++)
			ret[id] += atomic_load_explicit(&t->lanes[k].c[id],
							memory_order_relaxed);
}

static void sum_add(uint64_t to[LIVE_COUNT], const uint64_t n[LIVE_COUNT])
{
	int id;

	for (id = 0; id < LIVE_COUNT; id++)
		to[id] += n[id];
}

/* Free those that no table has and for which there is no room. */
static void book_trim(struct tally_book *b)
{
	uint64_t sum[LIVE_COUNT];
	uint32_t i, n = 0;

	for (i = 0; i < b->n; i++) {
		struct tally *t = b->items[i];

		if (t->refs || t->left + TALLY_SPARE_MAX > b->clock) {
			b->items[n++] = t;
			continue;
		}
		tally_sum(b, t, sum);
		sum_add(b->gone, sum);
		tally_free(t);
	}
	b->n = n;
}

void tally_book_drop(struct tally_book *b, struct tally **list, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (!--list[i]->refs)
			list[i]->left = b->clock++;
	book_trim(b);
}

int tally_book_take(struct tally_book *b, const struct tally_key *keys,
		    const enum rule_proto *protos, uint32_t n,
		    struct tally **ret)
{
	struct tally **grown = realloc(
		b->items, ((size_t)b->n + n + 1) * sizeof(struct tally *));
	uint32_t sorted = b->n, i;

	if (!grown)
		return -ENOMEM;
	b->items = grown;
	for (i = 0; i < n; i++) {
		struct tally *t = tally_find(b, sorted, &keys[i]);

		if (!t) {
			t = tally_new(&keys[i], protos[i], b->n_lanes);
			if (!t)
				break;
			b->items[b->n++] = t;
		}
		t->proto = protos[i];
		t->refs++;
		ret[i] = t;
	}
	if (b->n > sorted)
		qsort(b->items, b->n, sizeof(struct tally *), tally_cmp);
	if (i == n)
		return 0;
	tally_book_drop(b, ret, i);
	return -ENOMEM;
}

void tally_book_enforce(struct tally_book *b, struct tally **list, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < b->n; i++)
		b->items[i]->is_in_force = false;
	for (i = 0; i < n; i++)
		list[i]->is_in_force = true;
}

bool tally_list(const struct tally_book *b, struct live_rule **ret,
		uint32_t *ret_n, uint64_t ret_totals[LIVE_COUNT])
{
	struct live_rule *list = calloc((size_t)b->n + 1, sizeof(*list));
	uint32_t i, n = 0;

	if (!list)
		return false;
	memcpy(ret_totals, b->gone, sizeof(b->gone));
	for (i = 0; i < b->n; i++) {
		const struct tally *t = b->items[i];
		struct live_rule *r = &list[n];

		tally_sum(b, t, r->n);
		sum_add(ret_totals, r->n);
		if (!t->is_in_force && !r->n[LIVE_CONNS_OPEN] &&
		    !r->n[LIVE_SESSIONS_OPEN])
			continue;
		memcpy(r->instance_id, t->key.instance_id, CTL_ID_MAX);
		memcpy(r->rule_id, t->key.rule_id, CTL_ID_MAX);
		r->proto = t->proto;
		n++;
	}
	*ret = list;
	*ret_n = n;
	return true;
}

static const struct {
	const char *metric;
	const char *label;
} infos[LIVE_COUNT] = {
#define LIVE(id, group, name, metric, label) [LIVE_##id] = { metric, label },
#include "api/live.def"
#undef LIVE
};

static void metric_put(FILE *out, const struct live_rule *r, int id)
{
	const char *label = infos[id].label;

	fprintf(out,
		"tp_proxy_rule_%s{proxy=\"%s\",rule=\"%s\",protocol=\"%s\"%s%s}"
		" %llu\n",
		infos[id].metric, r->instance_id, r->rule_id,
		r->proto == RULE_TCP ? "tcp" : "udp", *label ? "," : "", label,
		(unsigned long long)r->n[id]);
}

/* Those beyond the bound become two, one a protocol. Return: how many now */
static uint32_t metric_fold(struct live_rule *list, uint32_t n)
{
	struct live_rule other[2] = {
		{ .rule_id = "other", .proto = RULE_TCP },
		{ .rule_id = "other", .proto = RULE_UDP },
	};
	uint32_t i;

	if (n <= TALLY_METRICS_MAX)
		return n;
	for (i = TALLY_METRICS_MAX - 2; i < n; i++)
		sum_add(other[list[i].proto == RULE_UDP].n, list[i].n);
	memcpy(&list[TALLY_METRICS_MAX - 2], other, sizeof(other));
	return TALLY_METRICS_MAX;
}

void tally_prometheus(FILE *out, const struct tally_book *b)
{
	uint64_t totals[LIVE_COUNT];
	struct live_rule *list;
	uint32_t n, i;
	int id;

	if (!tally_list(b, &list, &n, totals))
		return;
	n = metric_fold(list, n);
	for (id = 0; id < LIVE_COUNT; id++) {
		const char *metric = infos[id].metric;
		bool is_gauge = strstr(metric, "_open") != NULL;

		/* those of one metric stand together */
		if (!id || strcmp(infos[id - 1].metric, metric) != 0)
			fprintf(out, "# TYPE tp_proxy_rule_%s %s\n", metric,
				is_gauge ? "gauge" : "counter");
		for (i = 0; i < n; i++)
			metric_put(out, &list[i], id);
	}
	free(list);
}
