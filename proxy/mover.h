/* SPDX-License-Identifier: BSD-2-Clause */
/* mover.h - how bytes get from one TCP socket to another.
 *
 * The relay decides when and in which direction bytes may move; a mover only
 * moves them: mover_copy through a buffer of the thread, mover_splice through
 * a pipe, and mover_auto by the one that suits the stream at the moment.
 */
#ifndef PROXY_MOVER_H
#define PROXY_MOVER_H

#include <stddef.h>
#include <stdint.h>

#include "pipe.h"
#include "stash.h"

/* Half of it fits the second-level cache of a small core. */
#define MOVER_SCRATCH_BYTES (1U << 18)

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
	struct pipe_pool pipes;
	uint8_t *scratch; /* MOVER_SCRATCH_BYTES */
	uint64_t n_stashed;
	uint64_t n_peeked;  /* reads that the pool's bound made slow */
	uint64_t n_spliced; /* bytes that went through a pipe */
};

/* What a receiver is owed: bytes in a stash or bytes in a pipe, never both.
 * They are sent before anything is read for it.
 * @heat: how much the stream looks like bulk, for mover_auto
 */
struct owed {
	struct stash *stash;
	struct pipe *pipe;
	uint8_t heat;
};

static inline int owed_any(const struct owed *o)
{
	return o->stash || o->pipe;
}

/* owed_drop() - forget what is owed; the stream is broken */
static inline void owed_drop(struct mover_env *env, struct owed *o)
{
	stash_put(&env->pool, &o->stash);
	pipe_put(&env->pipes, &o->pipe);
}

/* One direction of one connection.
 * @owed:      to @to; the owner's
 * @may_read:  is @from worth reading (an event told so)?
 * @has_ended: an event told that the sender's end is near: a short read is
 *	       then not the last one
 * @moved:     out: bytes read from @from
 * @reads:     out: reads that gave some; what each gave is sent by itself
 * @error:     out: errno of the two error states
 */
struct move {
	int from, to;
	struct owed *owed;
	int may_read;
	int has_ended;
	uint64_t moved;
	unsigned reads;
	int error;
};

struct mover {
	const char *name;
	enum move_status (*move)(struct mover_env *env, struct move *m);
};

extern const struct mover mover_copy, mover_splice, mover_auto;

/* mover_send() - send @len bytes now, keep in *@stash what the socket does not
 * take. *@stash must be NULL and the pool must have room for @len.
 * Return: 0, or -errno
 */
int mover_send(struct mover_env *env, int to, const uint8_t *data, size_t len,
	       struct stash **stash);

/* mover_scratch_bytes() - how much may be read at once so that it can be kept;
 * 0: nothing, the pool is at its bound
 */
size_t mover_scratch_bytes(const struct mover_env *env);

#endif
