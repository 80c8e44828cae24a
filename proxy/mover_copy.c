/* SPDX-License-Identifier: BSD-2-Clause */
/* mover_copy.c - move bytes with recv(2) and send(2).
 *
 * All connections of a thread read into the same scratch buffer; only what the
 * receiver does not take is kept, in a stash. When the pool has no room the
 * bytes are peeked at and consumed only as far as they were sent, so that the
 * kernel keeps them: slower, and nothing is lost.
 */
#include "mover.h"

#include <errno.h>
#include <sys/socket.h>

#include "wire/wire.h"

/* With less room than this, peeking is cheaper than many short reads. */
#define COPY_BYTES_MIN 4096

/* send(2) until @len is gone or the socket blocks.
 * Return: bytes sent, or -errno if not even one could be
 */
static ssize_t copy_send(int fd, const uint8_t *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = send(fd, data + done, len - done, MSG_NOSIGNAL);

		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN)
			break;
		else if (errno != EINTR)
			return done ? (ssize_t)done : -errno;
	}
	return (ssize_t)done;
}

static ssize_t copy_recv(int fd, uint8_t *buf, size_t len, int flags)
{
	ssize_t n;

	do
		n = recv(fd, buf, len, flags);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int mover_send(struct mover_env *env, int to, const uint8_t *data, size_t len,
	       struct stash **stash)
{
	ssize_t n = copy_send(to, data, len);

	if (n < 0)
		return (int)n;
	if ((size_t)n == len)
		return 0;
	*stash = stash_get(&env->pool, data + n, (uint32_t)(len - (size_t)n));
	if (!*stash)
		return -ENOBUFS;
	env->n_stashed++;
	return 0;
}

size_t mover_scratch_bytes(const struct mover_env *env)
{
	uint64_t room = stash_room(&env->pool);

	return room < MOVER_SCRATCH_BYTES ? (size_t)room : MOVER_SCRATCH_BYTES;
}

/* Send what is owed. Return: 1 if nothing is owed any more, 0, or -errno */
static int copy_flush(struct mover_env *env, struct move *m)
{
	struct stash *s = m->owed->stash;
	ssize_t n;

	if (!s)
		return 1;
	n = copy_send(m->to, s->data + s->off, s->len - s->off);
	if (n < 0)
		return (int)n;
	s->off += (uint32_t)n;
	if (s->off < s->len)
		return 0;
	stash_put(&env->pool, &m->owed->stash);
	return 1;
}

static enum move_status copy_fail(struct move *m, enum move_status status,
				  ssize_t err)
{
	m->error = (int)-err;
	return status;
}

/* One step without a stash to fall back on. */
static enum move_status copy_peek_step(struct mover_env *env, struct move *m,
				       ssize_t *ret_n)
{
	ssize_t n =
		copy_recv(m->from, env->scratch, MOVER_SCRATCH_BYTES, MSG_PEEK);
	ssize_t sent;

	*ret_n = n;
	if (n == -EAGAIN)
		return MOVE_DRAINED;
	if (n <= 0)
		return n ? copy_fail(m, MOVE_READ_ERROR, n) : MOVE_EOF;
	env->n_peeked++;
	sent = copy_send(m->to, env->scratch, (size_t)n);
	if (sent < 0)
		return copy_fail(m, MOVE_WRITE_ERROR, sent);
	if (sent > 0) {
		n = copy_recv(m->from, env->scratch, (size_t)sent, 0);
		/* they were there a moment ago and nobody else reads */
		ASSERT(n == sent);
		m->moved += (uint64_t)sent;
		m->reads++;
	}
	return sent < *ret_n ? MOVE_BLOCKED : MOVE_MORE;
}

static enum move_status copy_step(struct mover_env *env, struct move *m,
				  size_t len, ssize_t *ret_n)
{
	ssize_t n = copy_recv(m->from, env->scratch, len, 0);
	int err;

	*ret_n = n;
	if (n == -EAGAIN)
		return MOVE_DRAINED;
	if (n <= 0)
		return n ? copy_fail(m, MOVE_READ_ERROR, n) : MOVE_EOF;
	m->moved += (uint64_t)n;
	m->reads++;
	err = mover_send(env, m->to, env->scratch, (size_t)n, &m->owed->stash);
	if (err)
		return copy_fail(m, MOVE_WRITE_ERROR, err);
	return m->owed->stash ? MOVE_BLOCKED : MOVE_MORE;
}

static enum move_status copy_move(struct mover_env *env, struct move *m)
{
	enum move_status status;
	int flushed = copy_flush(env, m);

	m->moved = 0;
	m->reads = 0;
	if (flushed < 0)
		return copy_fail(m, MOVE_WRITE_ERROR, flushed);
	if (!flushed)
		return MOVE_BLOCKED;
	if (!m->may_read)
		return MOVE_DRAINED;
	do {
		size_t len = mover_scratch_bytes(env);
		ssize_t n;

		if (len < COPY_BYTES_MIN)
			len = 0;
		status = len ? copy_step(env, m, len, &n)
			     : copy_peek_step(env, m, &n);
		/* a short read emptied the socket: the next event tells of
		 * more, unless the end was told of already
		 */
		if (status == MOVE_MORE &&
		    (size_t)n < (len ? len : MOVER_SCRATCH_BYTES) &&
		    !m->has_ended)
			return MOVE_DRAINED;
	} while (status == MOVE_MORE && m->moved < MOVER_BUDGET_BYTES);
	return status;
}

const struct mover mover_copy = { "copy", copy_move };
