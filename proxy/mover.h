/* SPDX-License-Identifier: BSD-2-Clause */
/* mover.h - how bytes get from one TCP socket to another.
 *
 * The relay decides when and in which direction bytes may move; a mover only
 * moves them. Another way (splice, sockmap) is another file with another
 * struct mover.
 */
#ifndef PROXY_MOVER_H
#define PROXY_MOVER_H

#include <stddef.h>
#include <stdint.h>

#include "stash.h"

/* one full stash: what was read can always be kept */
#define MOVER_SCRATCH_BYTES STASH_BYTES

/* bytes moved in one go before other connections get their turn */
#define MOVER_BUDGET_BYTES (1U << 20)

enum move_status {
	MOVE_DRAINED,	  /* nothing to read now */
	MOVE_BLOCKED,	  /* the receiver takes no more now */
	MOVE_MORE,	  /* the budget is used up */
	MOVE_EOF,	  /* the sender ended; everything was passed on */
	MOVE_READ_ERROR,  /* @error of the sender */
	MOVE_WRITE_ERROR, /* @error of the receiver */
};

/* What a mover shares with the other connections of its thread. */
struct mover_env {
	struct stash_pool pool;
	uint8_t *scratch; /* MOVER_SCRATCH_BYTES */
	uint64_t n_stashed;
	uint64_t n_peeked; /* reads that the pool's bound made slow */
};

/* One direction of one connection.
 * @stash:     bytes owed to @to, sent before anything is read; the owner's
 * @may_read:  is @from worth reading (an event told so)?
 * @has_ended: an event told that the sender's end is near: a short read is
 *	       then not the last one
 * @moved:     out: bytes read from @from
 * @error:     out: errno of the two error states
 */
struct move {
	int from, to;
	struct stash **stash;
	int may_read;
	int has_ended;
	uint64_t moved;
	int error;
};

struct mover {
	const char *name;
	enum move_status (*move)(struct mover_env *env, struct move *m);
};

extern const struct mover mover_copy;

/* mover_send() - send @len bytes now, keep in *@stash what the socket does not
 * take. *@stash must be NULL and the pool must have room.
 * Return: 0, or -errno
 */
int mover_send(struct mover_env *env, int to, const uint8_t *data, size_t len,
	       struct stash **stash);

#endif
