/* SPDX-License-Identifier: BSD-2-Clause */
/* pipe.h - kernel pipes that a stream's bytes pass through on splice(2).
 *
 * A pipe belongs to a direction only while it holds bytes of it; empty ones
 * wait in the pool of their thread. What the pipes in use may hold counts
 * against the same bound as the stashes.
 */
#ifndef PROXY_PIPE_H
#define PROXY_PIPE_H

#include <stdint.h>

#include "stash.h"

struct budget;

/* what a pipe should hold, and the least that is worth it */
#define PIPE_BYTES     (1U << 20)
#define PIPE_BYTES_MIN (1U << 16)

/* @held_bytes: bytes in it
 * @cap_bytes:  what it can hold, with full pages
 */
struct pipe {
	struct pipe *next;
	int rd, wr;
	uint32_t cap_bytes;
	uint32_t held_bytes;
};

/* @bytes:    bound of what is held for receivers; shared, borrowed
 * @budget:   the process's descriptors; NULL: not counted; borrowed
 * @n_open:   pipes there are, @n_free of them in the list @free
 * @n_refused: times that there was none
 * @idle:     the free ones have not been used since pipe_pool_trim() ran
 */
struct pipe_pool {
	struct stash_pool *bytes;
	struct budget *budget;
	struct pipe *free;
	uint32_t n_open;
	uint32_t n_free;
	uint64_t n_refused;
	int is_idle;
};

void pipe_pool_init(struct pipe_pool *p, struct stash_pool *bytes,
		    struct budget *budget);
void pipe_pool_fini(struct pipe_pool *p);

/* pipe_get() - an empty pipe.
 * Return: NULL at a bound or when the kernel gives none
 */
struct pipe *pipe_get(struct pipe_pool *p);

/* pipe_put() - give back; one that still holds bytes is closed and they are
 * lost. *@pipe becomes NULL; NULL is a no-op
 */
void pipe_put(struct pipe_pool *p, struct pipe **pipe);

/* pipe_pool_trim() - close free pipes that were not used since the last call */
void pipe_pool_trim(struct pipe_pool *p);

#endif
