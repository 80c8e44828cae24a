/* SPDX-License-Identifier: BSD-2-Clause */
/* resolve_name.c - rounds of questions about one name, and who gets the answer.
 *
 * resolve.c has the theory of operation.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sock.h"
#include "resolve_internal.h"

#define RETRY_MIN_MS 1000
#define RETRY_MAX_MS 30000

static const int families[RESOLVE_FAMILIES] = { AF_INET, AF_INET6 };

static void addr_list_add(struct addr_list *l, const struct ip_addr *a)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (ip_addr_eq(&l->addrs[i], a))
			return;
	if (l->n < ORIGIN_ADDRS_MAX)
		l->addrs[l->n++] = *a;
}

/* Servers rotate their answers: order is no difference. */
static bool addr_list_same(const struct addr_list *x, const struct addr_list *y)
{
	size_t i, j;

	if (x->n != y->n)
		return false;
	for (i = 0; i < x->n; i++) {
		for (j = 0; j < y->n; j++)
			if (ip_addr_eq(&x->addrs[i], &y->addrs[j]))
				break;
		if (j == y->n)
			return false;
	}
	return true;
}

static void binding_apply(const struct binding *b)
{
	struct addr_list all = { 0 };
	size_t i, f, k;

	for (i = 0; i < b->n; i++) {
		const struct res_name *name = b->members[i].name;

		if (!name) {
			addr_list_add(&all, &b->members[i].ip);
			continue;
		}
		for (f = 0; f < RESOLVE_FAMILIES; f++) {
			const struct addr_list *l = &name->questions[f].kept;

			for (k = 0; k < l->n; k++)
				addr_list_add(&all, &l->addrs[k]);
		}
	}
	origin_set_addrs(b->origin, all.addrs, all.n);
}

void bindings_apply(struct resolver *r)
{
	const struct binding *b;

	for (b = r->bindings; b; b = b->next)
		binding_apply(b);
}

void name_take_over(struct res_name *name, const struct res_name *from)
{
	size_t f;

	name->due_ms = from->due_ms;
	name->ttl_ms = from->ttl_ms;
	name->retry_ms = from->retry_ms;
	name->was_asked = from->was_asked;
	for (f = 0; f < RESOLVE_FAMILIES; f++)
		name->questions[f].kept = from->questions[f].kept;
}

static void name_apply(const struct res_name *name)
{
	const struct binding *b;
	size_t i;

	for (b = name->r->bindings; b; b = b->next) {
		for (i = 0; i < b->n; i++)
			if (b->members[i].name == name)
				break;
		if (i < b->n)
			binding_apply(b);
	}
}

/* Takes over what the round found.
 * Return: has the name other addresses than before?
 */
static bool name_commit(struct res_name *name)
{
	bool is_changed = false;
	size_t f;

	for (f = 0; f < RESOLVE_FAMILIES; f++) {
		struct question *q = &name->questions[f];

		if (!q->is_answered || addr_list_same(&q->kept, &q->fresh))
			continue;
		q->kept = q->fresh;
		is_changed = true;
	}
	return is_changed;
}

static void name_log_failure(const struct res_name *name, int status,
			     size_t kept)
{
	if (status == ARES_SUCCESS)
		status = ARES_ENODATA;
	if (kept)
		log_warn("domain %s: %s: its last addresses (%zu) stay in use",
			 name->text, ares_strerror(status), kept);
	else
		log_warn("domain %s: %s: no address yet", name->text,
			 ares_strerror(status));
}

static void name_log_change(const struct res_name *name)
{
	char a[IP_ADDR_TEXT_MAX];
	size_t f, i;

	for (f = 0; f < RESOLVE_FAMILIES; f++) {
		const struct addr_list *l = &name->questions[f].kept;

		for (i = 0; i < l->n; i++)
			log_info("domain %s is at %s", name->text,
				 ip_addr_format(&l->addrs[i], a));
	}
}

/* When the next round begins */
static void name_schedule(struct res_name *name, bool is_failed, bool has_ttl)
{
	uint64_t pause_ms = name->ttl_ms;

	if (!is_failed) {
		name->retry_ms = 0;
	} else {
		uint64_t max = name->r->ttl_max_ms < RETRY_MAX_MS
				       ? name->r->ttl_max_ms
				       : RETRY_MAX_MS;

		name->retry_ms = name->retry_ms ? 2 * name->retry_ms
						: RETRY_MIN_MS;
		if (name->retry_ms > max)
			name->retry_ms = max;
		if (!has_ttl || pause_ms > name->retry_ms)
			pause_ms = name->retry_ms;
	}
	name->due_ms = clock_ms() + pause_ms;
}

/* Both questions are settled. */
static void name_finish(struct res_name *name)
{
	struct resolver *r = name->r;
	bool is_failed = false, is_changed = false, has_ttl = false;
	bool was_failed = name->retry_ms != 0;
	size_t after = 0, kept = 0, f;
	int status = ARES_SUCCESS;

	for (f = 0; f < RESOLVE_FAMILIES; f++) {
		const struct question *q = &name->questions[f];

		kept += q->kept.n;
		after += q->is_answered ? q->fresh.n : q->kept.n;
		has_ttl = has_ttl || (q->is_answered && q->fresh.n);
		if (!q->is_answered) {
			is_failed = true;
			status = q->status;
		}
	}
	if (after)
		is_changed = name_commit(name);
	else
		is_failed = true;
	name_schedule(name, is_failed, has_ttl);
	if (is_failed && !was_failed)
		name_log_failure(name, status, kept);
	if (is_changed || (was_failed && !is_failed))
		name_log_change(name);
	if (is_changed)
		name_apply(name);

	r->rounds--;
	pthread_mutex_lock(&r->lock);
	r->stats.changes += is_changed;
	if (!name->was_asked && --r->first_left == 0)
		pthread_cond_broadcast(&r->first_done);
	pthread_mutex_unlock(&r->lock);
	name->was_asked = true;
}

/* The addresses of @ai, and the smallest TTL on the way to them */
static void question_take(struct question *q, const struct ares_addrinfo *ai)
{
	const struct ares_addrinfo_cname *c;
	const struct ares_addrinfo_node *n;
	uint64_t ttl_ms = q->name->ttl_ms;

	for (n = ai->nodes; n; n = n->ai_next) {
		struct sockaddr_storage ss = { 0 };
		struct endpoint e;

		if (n->ai_addrlen > sizeof(ss))
			continue;
		memcpy(&ss, n->ai_addr, n->ai_addrlen);
		e = endpoint_from_sockaddr(&ss);
		if (e.addr.family != IP_NONE)
			addr_list_add(&q->fresh, &e.addr);
		if (n->ai_ttl >= 0 && n->ai_ttl * 1000ULL < ttl_ms)
			ttl_ms = n->ai_ttl * 1000ULL;
	}
	for (c = ai->cnames; c; c = c->next)
		if (c->ttl >= 0 && c->ttl * 1000ULL < ttl_ms)
			ttl_ms = c->ttl * 1000ULL;
	q->name->ttl_ms = ttl_ms > RESOLVE_TTL_MIN_MS ? ttl_ms
						      : RESOLVE_TTL_MIN_MS;
}

static void question_done(void *arg, int status, int timeouts,
			  struct ares_addrinfo *ai)
{
	struct question *q = arg;
	struct resolver *r = q->name->r;

	(void)timeouts;
	if (atomic_load(&r->is_stopping)) {
		ares_freeaddrinfo(ai);
		return;
	}
	q->status = status;
	q->fresh.n = 0;
	q->is_answered = status == ARES_SUCCESS || status == ARES_ENODATA;
	if (status == ARES_SUCCESS && ai)
		question_take(q, ai);
	ares_freeaddrinfo(ai);
	pthread_mutex_lock(&r->lock);
	if (q->is_answered)
		r->stats.answers++;
	else
		r->stats.failures++;
	pthread_mutex_unlock(&r->lock);
	if (--q->name->pending == 0)
		name_finish(q->name);
}

void name_ask(struct res_name *name)
{
	struct resolver *r = name->r;
	size_t f;

	pthread_mutex_lock(&r->lock);
	r->stats.queries += RESOLVE_FAMILIES;
	pthread_mutex_unlock(&r->lock);
	r->rounds++;
	name->ttl_ms = r->ttl_max_ms;
	/* answers may come before the call returns */
	name->pending = RESOLVE_FAMILIES;
	for (f = 0; f < RESOLVE_FAMILIES; f++) {
		struct ares_addrinfo_hints hints = {
			.ai_family = families[f],
			.ai_socktype = SOCK_STREAM,
			.ai_flags = ARES_AI_NOSORT,
		};

		ares_getaddrinfo(r->channel, name->text, NULL, &hints,
				 question_done, &name->questions[f]);
	}
}

/* The name @text, added if it is new. Return: 0 or -errno */
static int resolver_name(struct resolver *r, const char *text,
			 struct res_name **ret)
{
	struct res_name *name;
	size_t i;

	for (name = r->names; name; name = name->next) {
		if (strcasecmp(name->text, text) == 0) {
			*ret = name;
			return 0;
		}
	}
	if (r->n_names == RESOLVE_NAMES_MAX)
		return -ENOSPC;
	name = calloc(1, sizeof(*name));
	if (!name)
		return -ENOMEM;
	name->text = strdup(text);
	if (!name->text) {
		free(name);
		return -ENOMEM;
	}
	name->r = r;
	for (i = 0; i < RESOLVE_FAMILIES; i++)
		name->questions[i].name = name;
	name->next = r->names;
	r->names = name;
	r->n_names++;
	*ret = name;
	return 0;
}

/* RFC 6761 6.3: such names are loopback, and nobody is asked */
static bool name_is_localhost(const char *text)
{
	static const char word[] = "localhost";
	size_t len = strlen(text), n = sizeof(word) - 1;

	return len >= n && strcasecmp(text + len - n, word) == 0 &&
	       (len == n || text[len - n - 1] == '.');
}

static void binding_add_ip(struct binding *b, const struct ip_addr *ip)
{
	b->members[b->n++].ip = *ip;
}

int resolver_add(struct resolver *r, struct origin *o, const char *const *names,
		 size_t n)
{
	static const uint8_t loopback4[4] = { 127, 0, 0, 1 };
	static const uint8_t loopback6[16] = { [15] = 1 };
	/* localhost takes two */
	struct binding *b =
		calloc(1, sizeof(*b) + 2 * n * sizeof(b->members[0]));
	size_t i;
	int rc;

	if (!b)
		return -ENOMEM;
	b->origin = o;
	for (i = 0; i < n; i++) {
		struct ip_addr ip;

		if (ip_addr_parse(names[i], strlen(names[i]), &ip)) {
			binding_add_ip(b, &ip);
		} else if (name_is_localhost(names[i])) {
			ip = ip_addr_v4(loopback4);
			binding_add_ip(b, &ip);
			ip = ip_addr_v6(loopback6);
			binding_add_ip(b, &ip);
		} else {
			rc = resolver_name(r, names[i],
					   &b->members[b->n++].name);
			if (rc) {
				free(b);
				return rc;
			}
		}
	}
	b->next = r->bindings;
	r->bindings = b;
	binding_apply(b);
	return 0;
}
