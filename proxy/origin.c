/* SPDX-License-Identifier: BSD-2-Clause */
/* origin.c - which address of an origin a client is sent to */
#include "origin.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "wire/bytes.h"

/* @key:        hash of @addr
 * @failure:    when it failed last, counted in failures of this origin; 0: it
 *		has worked since, or was never tried
 * @retry_at_ms: until then the failure counts
 */
struct origin_addr {
	struct ip_addr addr;
	uint64_t key;
	uint64_t failure;
	uint64_t retry_at_ms;
};

struct origin {
	pthread_mutex_t lock;
	size_t n;
	struct origin_addr addrs[ORIGIN_ADDRS_MAX];
	uint64_t failures;
	uint64_t turn; /* of those that do not persist */
};

/* Each input bit reaches each output bit: multiply by odd constants, fold the
 * high bits down between.
 */
static uint64_t mix64(uint64_t x)
{
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93ULL;
	x = (x ^ x >> 29) * 0x9e3779b97f4a7c15ULL;
	return x ^ x >> 32;
}

uint64_t addr_hash(const struct ip_addr *a, uint64_t seed)
{
	uint64_t h = mix64(seed ^ a->family);

	h = mix64(h ^ get_be64(a->bytes));
	return mix64(h ^ get_be64(a->bytes + 8));
}

/* Clients and origins are hashed apart, lest an address that is both weigh
 * the same everywhere.
 */
#define SEED_ORIGIN 0x6f726967696eULL
#define SEED_CLIENT 0x636c69656e74ULL

struct origin *origin_new(void)
{
	struct origin *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	if (pthread_mutex_init(&o->lock, NULL) != 0) {
		free(o);
		return NULL;
	}
	return o;
}

void origin_free(struct origin *o)
{
	if (!o)
		return;
	pthread_mutex_destroy(&o->lock);
	free(o);
}

static struct origin_addr *addr_find(struct origin_addr *list, size_t n,
				     const struct ip_addr *addr)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ip_addr_eq(&list[i].addr, addr))
			return &list[i];
	return NULL;
}

void origin_set_addrs(struct origin *o, const struct ip_addr *addrs, size_t n)
{
	struct origin_addr next[ORIGIN_ADDRS_MAX];
	size_t count = 0, i;

	pthread_mutex_lock(&o->lock);
	for (i = 0; i < n && count < ORIGIN_ADDRS_MAX; i++) {
		struct ip_addr a = ip_addr_unmap(&addrs[i]);
		const struct origin_addr *old = addr_find(o->addrs, o->n, &a);

		if (addr_find(next, count, &a))
			continue;
		if (old)
			next[count++] = *old;
		else
			next[count++] = (struct origin_addr) {
				.addr = a,
				.key = addr_hash(&a, SEED_ORIGIN),
			};
	}
	if (count)
		memcpy(o->addrs, next, count * sizeof(next[0]));
	o->n = count;
	pthread_mutex_unlock(&o->lock);
}

void origin_inherit(struct origin *o, struct origin *from)
{
	struct origin_addr old[ORIGIN_ADDRS_MAX];
	uint64_t failures, turn;
	size_t n, i;

	pthread_mutex_lock(&from->lock);
	n = from->n;
	memcpy(old, from->addrs, n * sizeof(old[0]));
	failures = from->failures;
	turn = from->turn;
	pthread_mutex_unlock(&from->lock);
	pthread_mutex_lock(&o->lock);
	o->failures = failures;
	o->turn = turn;
	for (i = 0; i < o->n; i++) {
		const struct origin_addr *a =
			addr_find(old, n, &o->addrs[i].addr);

		if (a)
			o->addrs[i] = *a;
	}
	pthread_mutex_unlock(&o->lock);
}

bool origin_is_usable(struct origin *o, const struct ip_addr *addr,
		      uint64_t now_ms)
{
	const struct origin_addr *a;
	bool is_usable;

	pthread_mutex_lock(&o->lock);
	a = addr_find(o->addrs, o->n, addr);
	is_usable = a && (!a->failure || now_ms >= a->retry_at_ms);
	pthread_mutex_unlock(&o->lock);
	return is_usable;
}

size_t origin_count(struct origin *o)
{
	size_t n;

	pthread_mutex_lock(&o->lock);
	n = o->n;
	pthread_mutex_unlock(&o->lock);
	return n;
}

/* Those that may be chosen, by index in o->addrs: an old failure is forgotten
 * when its time is up.
 */
static size_t origin_working(const struct origin *o, uint64_t now_ms,
			     uint8_t ret[ORIGIN_ADDRS_MAX])
{
	size_t n = 0, i;

	for (i = 0; i < o->n; i++) {
		const struct origin_addr *a = &o->addrs[i];

		if (!a->failure || now_ms >= a->retry_at_ms)
			ret[n++] = (uint8_t)i;
	}
	return n;
}

/* The address that failed longest ago */
static const struct origin_addr *origin_oldest_failure(const struct origin *o)
{
	const struct origin_addr *oldest = &o->addrs[0];
	size_t i;

	for (i = 1; i < o->n; i++)
		if (o->addrs[i].failure < oldest->failure)
			oldest = &o->addrs[i];
	return oldest;
}

/* Of the first @n > 0 of @list, the one with the highest weight for @client. */
static const struct origin_addr *
origin_by_weight(const struct origin *o, const uint8_t list[ORIGIN_ADDRS_MAX],
		 size_t n, const struct ip_addr *client)
{
	struct ip_addr c = ip_addr_unmap(client);
	uint64_t key = addr_hash(&c, SEED_CLIENT);
	uint64_t best = 0;
	size_t at = 0, i;

	for (i = 0; i < n; i++) {
		uint64_t w = mix64(o->addrs[list[i]].key ^ key);

		if (w >= best) {
			best = w;
			at = i;
		}
	}
	return &o->addrs[list[at]];
}

bool origin_pick(struct origin *o, const struct ip_addr *client,
		 bool is_persistent, uint64_t now_ms, struct ip_addr *ret)
{
	uint8_t list[ORIGIN_ADDRS_MAX] = { 0 };
	const struct origin_addr *choice;
	size_t n;

	pthread_mutex_lock(&o->lock);
	if (!o->n) {
		pthread_mutex_unlock(&o->lock);
		return false;
	}
	n = origin_working(o, now_ms, list);
	if (!n)
		choice = origin_oldest_failure(o);
	else if (is_persistent)
		choice = origin_by_weight(o, list, n, client);
	else
		choice = &o->addrs[list[++o->turn % n]];
	*ret = choice->addr;
	pthread_mutex_unlock(&o->lock);
	return true;
}

void origin_failed(struct origin *o, const struct ip_addr *addr,
		   uint64_t now_ms, uint64_t retry_ms)
{
	struct ip_addr a = ip_addr_unmap(addr);
	struct origin_addr *at;

	pthread_mutex_lock(&o->lock);
	at = addr_find(o->addrs, o->n, &a);
	if (at) {
		at->failure = ++o->failures;
		at->retry_at_ms = now_ms + retry_ms;
	}
	pthread_mutex_unlock(&o->lock);
}

void origin_worked(struct origin *o, const struct ip_addr *addr)
{
	struct ip_addr a = ip_addr_unmap(addr);
	struct origin_addr *at;

	pthread_mutex_lock(&o->lock);
	at = addr_find(o->addrs, o->n, &a);
	if (at)
		at->failure = 0;
	pthread_mutex_unlock(&o->lock);
}
