/* SPDX-License-Identifier: BSD-2-Clause */
/* stash.h - bytes that were read from one socket and that the other does not
 * take yet. A stash exists only while its socket blocks; the pool keeps freed
 * ones, and its bound holds for the worker.
 */
#ifndef PROXY_STASH_H
#define PROXY_STASH_H

#include <stdint.h>

#define STASH_BYTES 65536

/* bytes [off, len) of @data are owed */
struct stash {
	struct stash *next;
	uint32_t off, len;
	uint8_t data[STASH_BYTES];
};

struct stash_pool {
	struct stash *free;
	uint32_t n_free;
	uint32_t n_used;
	uint32_t max;
};

void stash_pool_init(struct stash_pool *p, uint32_t max);
void stash_pool_fini(struct stash_pool *p);

/* stash_get() - with @len bytes of @data, at most STASH_BYTES.
 * Return: NULL at the bound or without memory
 */
struct stash *stash_get(struct stash_pool *p, const uint8_t *data,
			uint32_t len);

/* stash_can_get() - will the next stash_get() stay within the bound? */
static inline int stash_can_get(const struct stash_pool *p)
{
	return p->n_used < p->max;
}

/* stash_put() - give back; *@s becomes NULL; NULL is a no-op */
void stash_put(struct stash_pool *p, struct stash **s);

#endif
