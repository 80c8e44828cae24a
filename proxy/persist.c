/* SPDX-License-Identifier: BSD-2-Clause */
/* persist.c - see persist.h */
#include "persist.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

#include "origin.h"

#define WAYS	8
#define BUCKETS (PERSIST_MAX / WAYS)

/* @until_ms: 0: unused */
struct persist_entry {
	struct persist_key key;
	struct ip_addr origin;
	uint64_t until_ms;
};

/* @secret: clients choose their addresses, not their buckets */
struct persist {
	pthread_mutex_t lock;
	uint64_t secret;
	struct persist_entry entries[BUCKETS][WAYS];
};

struct persist *persist_new(void)
{
	struct persist *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	if (getrandom(&p->secret, sizeof(p->secret), 0) !=
	    (ssize_t)sizeof(p->secret)) {
		free(p);
		return NULL;
	}
	pthread_mutex_init(&p->lock, NULL);
	return p;
}

void persist_free(struct persist *p)
{
	if (!p)
		return;
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static struct persist_entry *persist_bucket(struct persist *p,
					    const struct persist_key *key)
{
	uint64_t h =
		addr_hash(&key->client,
			  p->secret ^ (uint64_t)key->port << 1 ^ key->proto);

	return p->entries[h % BUCKETS];
}

static bool persist_is(const struct persist_entry *e,
		       const struct persist_key *key, uint64_t now_ms)
{
	return e->until_ms > now_ms && e->key.proto == key->proto &&
	       e->key.port == key->port &&
	       ip_addr_eq(&e->key.client, &key->client);
}

bool persist_find(struct persist *p, const struct persist_key *key,
		  uint64_t now_ms, struct ip_addr *ret)
{
	struct persist_entry *b = persist_bucket(p, key);
	unsigned i;

	pthread_mutex_lock(&p->lock);
	for (i = 0; i < WAYS && !persist_is(&b[i], key, now_ms); i++)
		;
	if (i < WAYS)
		*ret = b[i].origin;
	pthread_mutex_unlock(&p->lock);
	return i < WAYS;
}

void persist_put(struct persist *p, const struct persist_key *key,
		 const struct ip_addr *origin, uint64_t now_ms,
		 uint64_t time_ms)
{
	struct persist_entry *b = persist_bucket(p, key);
	struct persist_entry *at = b;
	unsigned i;

	pthread_mutex_lock(&p->lock);
	for (i = 0; i < WAYS; i++) {
		if (persist_is(&b[i], key, now_ms)) {
			at = &b[i];
			break;
		}
		if (b[i].until_ms < at->until_ms)
			at = &b[i];
	}
	*at = (struct persist_entry) { *key, *origin, now_ms + time_ms };
	pthread_mutex_unlock(&p->lock);
}
