/* SPDX-License-Identifier: BSD-2-Clause */
/* fwd.c - see fwd.h */
#include "fwd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* Fill @o from what @r names: an address now, names through the resolver. */
static int fwd_feed_origin(struct fwd_table *t, const struct rule *r,
			   struct origin *o)
{
	const char *names[GROUP_MEMBERS_MAX];
	const struct group *g;
	size_t i;

	switch (r->origin_type) {
	case RULE_ORIGIN_IP:
		origin_set_addrs(o, &r->origin_ip, 1);
		return 0;
	case RULE_ORIGIN_DOMAIN:
		names[0] = r->origin;
		return resolver_add(t->resolver, o, names, 1);
	case RULE_ORIGIN_GROUP:
		g = ruleset_group(t->rules, r->origin);
		if (!g)
			return -ENOENT;
		for (i = 0; i < g->n_members; i++)
			names[i] = g->members[i];
		return resolver_add(t->resolver, o, names, g->n_members);
	}
	return -EINVAL;
}

struct fwd_ref {
	const struct rule *rule;
	uint32_t index;
};

static int fwd_rule_cmp(const struct rule *ra, const struct rule *rb)
{
	if (ra->origin_type != rb->origin_type)
		return ra->origin_type < rb->origin_type ? -1 : 1;
	return strcasecmp(ra->origin, rb->origin);
}

static int fwd_ref_cmp(const void *a, const void *b)
{
	return fwd_rule_cmp(((const struct fwd_ref *)a)->rule,
			    ((const struct fwd_ref *)b)->rule);
}

static int fwd_origin_cmp(const void *a, const void *b)
{
	return fwd_rule_cmp(((const struct fwd_origin *)a)->rule,
			    ((const struct fwd_origin *)b)->rule);
}

/* One origin for all rules that name the same one: sorted, then by runs. */
static int fwd_make_origins(struct fwd_table *t)
{
	struct fwd_ref *refs = calloc(t->n_fwds + 1, sizeof(*refs));
	uint32_t i;
	int err = 0;

	if (!refs)
		return -ENOMEM;
	for (i = 0; i < t->n_fwds; i++)
		refs[i] = (struct fwd_ref) { &t->rules->rules[i], i };
	qsort(refs, t->n_fwds, sizeof(*refs), fwd_ref_cmp);
	for (i = 0; i < t->n_fwds && !err; i++) {
		if (!i || fwd_ref_cmp(&refs[i - 1], &refs[i])) {
			struct origin *o = origin_new();

			if (!o) {
				err = -ENOMEM;
				break;
			}
			t->origins[t->n_origins++] =
				(struct fwd_origin) { refs[i].rule, o };
			err = fwd_feed_origin(t, refs[i].rule, o);
		}
		t->fwds[refs[i].index] =
			(struct fwd) { refs[i].rule,
				       t->origins[t->n_origins - 1].origin, t,
				       NULL };
	}
	free(refs);
	return err;
}

int fwd_table_new(struct ruleset *rules, const struct proxy_config *cfg,
		  struct fwd_table **ret)
{
	struct resolver_config rc = { .servers = cfg->resolver,
				      .ttl_max_ms = cfg->dns_ttl_max_ms };
	struct fwd_table *t = calloc(1, sizeof(*t));
	int err;

	if (!t) {
		ruleset_free(rules);
		return -ENOMEM;
	}
	t->rules = rules;
	t->n_fwds = rules->n_rules;
	t->fwds = calloc(t->n_fwds + 1, sizeof(*t->fwds));
	t->origins = calloc(t->n_fwds + 1, sizeof(*t->origins));
	err = t->fwds && t->origins ? resolver_new(&rc, &t->resolver) : -ENOMEM;
	if (!err)
		err = fwd_make_origins(t);
	if (err) {
		fwd_table_free(t);
		return err;
	}
	*ret = t;
	return 0;
}

int fwd_table_count(struct fwd_table *t, struct tally_book *book,
		    const struct tally_key *keys)
{
	enum rule_proto *protos = calloc(t->n_fwds + 1, sizeof(*protos));
	uint32_t i;
	int err = -ENOMEM;

	t->tallies = calloc(t->n_fwds + 1, sizeof(struct tally *));
	for (i = 0; protos && i < t->n_fwds; i++)
		protos[i] = t->rules->rules[i].proto;
	if (protos && t->tallies)
		err = tally_book_take(book, keys, protos, t->n_fwds,
				      t->tallies);
	free(protos);
	if (err)
		return err;
	t->book = book;
	for (i = 0; i < t->n_fwds; i++)
		t->fwds[i].tally = t->tallies[i];
	return 0;
}

void fwd_record(const struct fwd *f, struct live_connection *ret)
{
	memcpy(ret->instance_id, f->tally->key.instance_id, CTL_ID_MAX);
	memcpy(ret->rule_id, f->tally->key.rule_id, CTL_ID_MAX);
	ret->mode = f->rule->mode;
}

int fwd_table_start(struct fwd_table *t, struct fwd_table *old,
		    uint64_t wait_ms)
{
	uint32_t i;
	int err;

	if (old)
		resolver_take_over(t->resolver, old->resolver);
	for (i = 0; old && i < t->n_origins; i++) {
		const struct fwd_origin *same =
			bsearch(&t->origins[i], old->origins, old->n_origins,
				sizeof(*old->origins), fwd_origin_cmp);

		if (same)
			origin_inherit(t->origins[i].origin, same->origin);
	}
	err = resolver_start(t->resolver, wait_ms);
	if (err && old)
		(void)resolver_start(old->resolver, 0);
	return err;
}

bool fwd_pick(const struct fwd *f, struct persist *p,
	      const struct ip_addr *client, uint64_t now_ms,
	      struct ip_addr *ret)
{
	const struct rule *r = f->rule;
	struct persist_key key = { r->proto, r->ports[0].low, *client };
	uint64_t time_ms = (uint64_t)r->persist_s * MS_PER_S;
	bool is_timed = r->is_persistent && time_ms;

	if (is_timed && persist_find(p, &key, now_ms, ret) &&
	    origin_is_usable(f->origin, ret, now_ms)) {
		persist_put(p, &key, ret, now_ms, time_ms);
		return true;
	}
	if (!origin_pick(f->origin, client, r->is_persistent, now_ms, ret))
		return false;
	if (is_timed)
		persist_put(p, &key, ret, now_ms, time_ms);
	return true;
}

void fwd_table_retire(struct fwd_table *t)
{
	resolver_free(t->resolver);
	t->resolver = NULL;
}

bool fwd_table_is_used(const struct fwd_table *t)
{
	int i;

	for (i = 0; i < CONFIG_THREADS_MAX; i++)
		if (atomic_load_explicit(&t->users[i], memory_order_acquire))
			return true;
	return false;
}

void fwd_table_free(struct fwd_table *t)
{
	uint32_t i;

	if (!t)
		return;
	resolver_free(t->resolver);
	for (i = 0; i < t->n_origins; i++)
		origin_free(t->origins[i].origin);
	if (t->book)
		tally_book_drop(t->book, t->tallies, t->n_fwds);
	free(t->tallies);
	free(t->origins);
	free(t->fwds);
	ruleset_free(t->rules);
	free(t);
}
