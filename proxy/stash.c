/* SPDX-License-Identifier: BSD-2-Clause */
/* stash.c - see stash.h */
#include "stash.h"

#include <stdlib.h>
#include <string.h>

void stash_pool_init(struct stash_pool *p, uint64_t max_bytes)
{
	*p = (struct stash_pool) { .max_bytes = max_bytes };
}

struct stash *stash_get(struct stash_pool *p, const uint8_t *data, uint32_t len)
{
	struct stash *s;

	if (len > stash_room(p))
		return NULL;
	s = malloc(sizeof(*s) + len);
	if (!s)
		return NULL;
	p->used_bytes += len;
	p->n_used++;
	s->off = 0;
	s->len = len;
	memcpy(s->data, data, len);
	return s;
}

void stash_put(struct stash_pool *p, struct stash **s)
{
	struct stash *done = *s;

	if (!done)
		return;
	*s = NULL;
	p->n_used--;
	p->used_bytes -= done->len;
	free(done);
}
