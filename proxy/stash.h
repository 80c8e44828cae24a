/* SPDX-License-Identifier: BSD-2-Clause */
/* stash.h - bytes that were read from one socket and that the other does not
 * take yet. A stash exists only while its socket blocks, and is as long as what
 * it keeps; the pool's bound holds for the worker.
 */
#ifndef PROXY_STASH_H
#define PROXY_STASH_H

#include <stdint.h>

/* bytes [off, len) of @data are owed */
struct stash {
	uint32_t off, len;
	uint8_t data[];
};

struct stash_pool {
	uint64_t used_bytes;
	uint64_t max_bytes;
	uint32_t n_used;
};

void stash_pool_init(struct stash_pool *p, uint64_t max_bytes);

/* stash_get() - with @len bytes of @data.
 * Return: NULL beyond the bound or without memory
 */
struct stash *stash_get(struct stash_pool *p, const uint8_t *data,
			uint32_t len);

/* stash_room() - the longest stash within the bound */
static inline uint64_t stash_room(const struct stash_pool *p)
{
	return p->used_bytes < p->max_bytes ? p->max_bytes - p->used_bytes : 0;
}

/* stash_put() - give back; *@s becomes NULL; NULL is a no-op */
void stash_put(struct stash_pool *p, struct stash **s);

#endif
