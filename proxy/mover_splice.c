/* SPDX-License-Identifier: BSD-2-Clause */
/* mover_splice.c - move bulk with splice(2), without copying it.
 *
 * Pages go from one socket's queue into a pipe and from there to the other
 * socket. What the receiver does not take stays in the pipe, which is the back-
 * pressure; an empty pipe goes back to the pool at once. For short messages
 * splice costs more than a copy: mover_auto begins with copies, changes over
 * after a few long reads, and goes back only when the stream has stayed small
 * for a while.
 */
#include "mover.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>

/* A read of this length is a sign of bulk, a turn of less than the second is
 * a sign against it.
 */
#define HEAT_READ_BYTES 32768
#define HEAT_TURN_BYTES 16384
/* Reads until a stream counts as bulk, and small turns until it does not */
#define HEAT_HOT 2
#define HEAT_MAX 32

static enum move_status splice_fail(struct move *m, enum move_status status)
{
	m->error = errno;
	return status;
}

static ssize_t splice_some(int from, int to, size_t len)
{
	ssize_t n;

	do
		n = splice(from, NULL, to, NULL, len,
			   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	while (n < 0 && errno == EINTR);
	return n;
}

/* Empty the pipe into the receiver, as far as it goes.
 * Return: MOVE_MORE when it is empty
 */
static enum move_status splice_flush(struct mover_env *env, struct move *m)
{
	struct pipe *p = m->owed->pipe;

	while (p->held_bytes) {
		ssize_t n = splice_some(p->rd, m->to, p->held_bytes);

		if (n <= 0)
			return n < 0 && errno == EAGAIN
				       ? MOVE_BLOCKED
				       : splice_fail(m, MOVE_WRITE_ERROR);
		p->held_bytes -= (uint32_t)n;
		env->n_spliced += (uint64_t)n;
	}
	return MOVE_MORE;
}

/* A pipe's slots may be used up before its bytes are: only EAGAIN on an empty
 * pipe says that the sender has nothing more.
 */
static enum move_status splice_step(struct mover_env *env, struct move *m)
{
	struct pipe *p = m->owed->pipe;
	ssize_t n = splice_some(m->from, p->wr, p->cap_bytes);

	if (n < 0)
		return errno == EAGAIN ? MOVE_DRAINED
				       : splice_fail(m, MOVE_READ_ERROR);
	if (!n)
		return MOVE_EOF;
	p->held_bytes = (uint32_t)n;
	m->moved += (uint64_t)n;
	m->reads++;
	return splice_flush(env, m);
}

static enum move_status splice_move(struct mover_env *env, struct move *m)
{
	enum move_status status = MOVE_MORE;

	m->moved = 0;
	m->reads = 0;
	if (m->owed->pipe)
		status = splice_flush(env, m);
	else if (m->owed->stash || !m->may_read)
		return mover_copy.move(env, m);
	if (status == MOVE_MORE && !m->may_read) {
		status = MOVE_DRAINED;
	} else if (status == MOVE_MORE) {
		if (!m->owed->pipe)
			m->owed->pipe = pipe_get(&env->pipes);
		if (!m->owed->pipe)
			return mover_copy.move(env, m);
		do
			status = splice_step(env, m);
		while (status == MOVE_MORE && m->moved < MOVER_BUDGET_BYTES);
	}
	if (m->owed->pipe && !m->owed->pipe->held_bytes)
		pipe_put(&env->pipes, &m->owed->pipe);
	return status;
}

static enum move_status auto_move(struct mover_env *env, struct move *m)
{
	struct owed *o = m->owed;
	enum move_status status;

	if (o->heat >= HEAT_HOT || o->pipe) {
		status = splice_move(env, m);
		if (m->moved >= HEAT_TURN_BYTES)
			o->heat = HEAT_MAX;
		else if (m->moved && o->heat && --o->heat < HEAT_HOT)
			o->heat = 0;
		return status;
	}
	status = mover_copy.move(env, m);
	if (m->moved < HEAT_READ_BYTES)
		o->heat = 0;
	else if (++o->heat >= HEAT_HOT)
		o->heat = HEAT_MAX;
	return status;
}

const struct mover mover_splice = { "splice", splice_move };
const struct mover mover_auto = { "auto", auto_move };
