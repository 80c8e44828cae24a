/* SPDX-License-Identifier: BSD-2-Clause */
/* stash.c - see stash.h */
#include "stash.h"

#include <stdlib.h>
#include <string.h>

#include "wire/wire.h"

/* Freed ones beyond this go back to the system: a burst is not kept. */
#define STASH_KEEP 16

void stash_pool_init(struct stash_pool *p, uint32_t max)
{
	*p = (struct stash_pool) { .max = max };
}

void stash_pool_fini(struct stash_pool *p)
{
	while (p->free) {
		struct stash *s = p->free;

		p->free = s->next;
		free(s);
	}
	p->n_free = 0;
}

struct stash *stash_get(struct stash_pool *p, const uint8_t *data, uint32_t len)
{
	struct stash *s = p->free;

	ASSERT(len <= STASH_BYTES);
	if (!stash_can_get(p))
		return NULL;
	if (s) {
		p->free = s->next;
		p->n_free--;
	} else {
		s = malloc(sizeof(*s));
		if (!s)
			return NULL;
	}
	p->n_used++;
	s->next = NULL;
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
	if (p->n_free >= STASH_KEEP) {
		free(done);
		return;
	}
	done->next = p->free;
	p->free = done;
	p->n_free++;
}
