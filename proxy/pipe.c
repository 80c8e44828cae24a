/* SPDX-License-Identifier: BSD-2-Clause */
/* pipe.c - see pipe.h */
#include "pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "worker.h"

/* All directions of a thread that block at a time; more are copied. */
#define PIPES_MAX  256
#define PIPES_KEEP 8

void pipe_pool_init(struct pipe_pool *p, struct stash_pool *bytes,
		    struct budget *budget)
{
	*p = (struct pipe_pool) { .bytes = bytes, .budget = budget };
}

static void pipe_close(struct pipe_pool *p, struct pipe *pipe)
{
	fd_close(&pipe->rd);
	fd_close(&pipe->wr);
	free(pipe);
	p->n_open--;
	if (p->budget)
		budget_give_fds(p->budget, 2);
}

static void pipe_pool_clear(struct pipe_pool *p)
{
	while (p->free) {
		struct pipe *pipe = p->free;

		p->free = pipe->next;
		pipe_close(p, pipe);
	}
	p->n_free = 0;
}

void pipe_pool_fini(struct pipe_pool *p)
{
	pipe_pool_clear(p);
}

void pipe_pool_trim(struct pipe_pool *p)
{
	if (p->is_idle)
		pipe_pool_clear(p);
	p->is_idle = 1;
}

/* A user's pipes share a bound (fs.pipe-user-pages-soft): beyond it they stay
 * small, and the smallest ones are slower than copying.
 */
static int pipe_make(struct pipe *pipe)
{
	int fds[2], cap;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	*pipe = (struct pipe) { .rd = fds[0], .wr = fds[1] };
	(void)fcntl(pipe->wr, F_SETPIPE_SZ, PIPE_BYTES);
	cap = fcntl(pipe->wr, F_GETPIPE_SZ);
	if (cap < (int)PIPE_BYTES_MIN) {
		fd_close(&pipe->rd);
		fd_close(&pipe->wr);
		return -EPERM;
	}
	pipe->cap_bytes = (uint32_t)cap;
	return 0;
}

static struct pipe *pipe_open(struct pipe_pool *p)
{
	struct pipe *pipe;

	if (p->n_open >= PIPES_MAX)
		return NULL;
	if (p->budget && !budget_take_fds(p->budget, 2))
		return NULL;
	pipe = malloc(sizeof(*pipe));
	if (!pipe || pipe_make(pipe)) {
		free(pipe);
		if (p->budget)
			budget_give_fds(p->budget, 2);
		return NULL;
	}
	p->n_open++;
	return pipe;
}

struct pipe *pipe_get(struct pipe_pool *p)
{
	struct pipe *pipe = NULL;

	if (stash_room(p->bytes) >= PIPE_BYTES) {
		pipe = p->free;
		if (pipe) {
			p->free = pipe->next;
			p->n_free--;
		} else {
			pipe = pipe_open(p);
		}
	}
	if (!pipe) {
		p->n_refused++;
		return NULL;
	}
	p->is_idle = 0;
	p->bytes->used_bytes += PIPE_BYTES;
	return pipe;
}

void pipe_put(struct pipe_pool *p, struct pipe **pipe)
{
	struct pipe *done = *pipe;

	if (!done)
		return;
	*pipe = NULL;
	p->bytes->used_bytes -= PIPE_BYTES;
	if (done->held_bytes || p->n_free >= PIPES_KEEP) {
		pipe_close(p, done);
		return;
	}
	done->next = p->free;
	p->free = done;
	p->n_free++;
}
