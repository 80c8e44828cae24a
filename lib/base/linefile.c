/* SPDX-License-Identifier: BSD-2-Clause */
/* linefile.c - see linefile.h */
#include "base/linefile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"

#define LINEFILE_WRITE_BYTES 65536
#define LINEFILE_CLOSE_MS    1000

static int linefile_open_fd(const char *path, int flags)
{
	int fd;

	if (!strcmp(path, "-"))
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		fd = open(path,
			  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | flags,
			  0640);
	return fd < 0 ? -errno : fd;
}

static void linefile_use(struct linefile *f, int fd)
{
	struct stat st;

	f->fd = fd;
	f->is_regular = !fstat(fd, &st) && S_ISREG(st.st_mode);
}

int linefile_open(struct linefile *f, const char *path, unsigned flags)
{
	/* memory that is never filled is never used */
	char *queue = malloc(LINEFILE_QUEUE_BYTES);
	int fd = queue ? linefile_open_fd(path, 0) : -ENOMEM;

	if (fd < 0) {
		free(queue);
		return fd;
	}
	*f = (struct linefile) { .path = path, .flags = flags, .queue = queue };
	pthread_mutex_init(&f->lock, NULL);
	linefile_use(f, fd);
	return 0;
}

/* Wait at most @ms, -1: for ever, until the reader takes something. */
static bool linefile_has_room(const struct linefile *f, int ms)
{
	struct pollfd p = { .fd = f->fd, .events = POLLOUT };

	return f->is_regular || poll(&p, 1, ms) > 0;
}

/* The description is shared with whoever else has standard output, so
 * O_NONBLOCK is not ours to set; a pipe that is writable takes PIPE_BUF bytes.
 * Return: bytes written, 0 if there is no room now, or -errno
 */
static ssize_t linefile_write(struct linefile *f, const char *buf, size_t len)
{
	const char *end;
	ssize_t n;

	if (!linefile_has_room(f, 0))
		return 0;
	if (!f->is_regular && len > PIPE_BUF) {
		/* lines stay whole among those of other writers */
		end = memrchr(buf, '\n', PIPE_BUF);
		len = end ? (size_t)(end - buf) + 1 : PIPE_BUF;
	}
	do
		n = write(f->fd, buf, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (n > 0)
		f->is_torn = buf[n - 1] != '\n';
	return n;
}

/* What of the queue is in one piece. */
static size_t linefile_run(const struct linefile *f)
{
	size_t to_end = LINEFILE_QUEUE_BYTES - f->head;

	return f->len < to_end ? f->len : to_end;
}

static void linefile_skip(struct linefile *f, size_t n)
{
	f->head = (f->head + n) % LINEFILE_QUEUE_BYTES;
	f->len -= n;
}

/* The file takes nothing any more: what waits is lost. */
static void linefile_drop(struct linefile *f)
{
	while (f->len) {
		if (f->queue[f->head] == '\n')
			f->lost++;
		linefile_skip(f, 1);
	}
}

/* Say in the file what is missing from it. */
static void linefile_tell(struct linefile *f)
{
	unsigned long long n = f->lost - f->told;
	char line[80];
	int len = snprintf(line, sizeof(line),
			   f->flags & LINEFILE_JSON
				   ? "%s{\"v\":1,\"type\":\"lost\","
				     "\"lines\":%llu}\n"
				   : "%s%llu lines lost\n",
			   f->is_torn ? "\n" : "", n);

	if (linefile_write(f, line, (size_t)len) == len)
		f->told = f->lost;
}

static void linefile_flush_locked(struct linefile *f)
{
	while (f->len) {
		size_t run = linefile_run(f);
		ssize_t n = linefile_write(f, f->queue + f->head, run);

		if (!n)
			return;
		if (n < 0)
			linefile_drop(f);
		else
			linefile_skip(f, (size_t)n);
	}
	if (f->lost != f->told)
		linefile_tell(f);
}

static void linefile_wait_locked(struct linefile *f)
{
	linefile_flush_locked(f);
	while (f->len) {
		(void)linefile_has_room(f, -1);
		linefile_flush_locked(f);
	}
}

static void linefile_append(struct linefile *f, const char *line, size_t len)
{
	size_t at = (f->head + f->len) % LINEFILE_QUEUE_BYTES;
	size_t first = LINEFILE_QUEUE_BYTES - at;

	if (first > len)
		first = len;
	memcpy(f->queue + at, line, first);
	memcpy(f->queue, line + first, len - first);
	f->len += len;
}

void linefile_put(struct linefile *f, const char *line, size_t len)
{
	pthread_mutex_lock(&f->lock);
	if (len + f->len > LINEFILE_WRITE_BYTES || f->lost != f->told)
		linefile_flush_locked(f);
	if (f->flags & LINEFILE_WAIT && len > LINEFILE_QUEUE_BYTES - f->len) {
		f->waits++;
		linefile_wait_locked(f);
	}
	if (f->lost != f->told || len > LINEFILE_LINE_MAX ||
	    len > LINEFILE_QUEUE_BYTES - f->len) {
		f->lost++;
	} else {
		linefile_append(f, line, len);
		if (f->flags & LINEFILE_NOW)
			linefile_flush_locked(f);
	}
	pthread_mutex_unlock(&f->lock);
}

bool linefile_flush(struct linefile *f)
{
	bool is_empty;

	pthread_mutex_lock(&f->lock);
	if (f->flags & LINEFILE_WAIT)
		linefile_wait_locked(f);
	else
		linefile_flush_locked(f);
	is_empty = !f->len;
	pthread_mutex_unlock(&f->lock);
	return is_empty;
}

int linefile_reopen(struct linefile *f)
{
	int fd = linefile_open_fd(f->path, O_NONBLOCK);

	if (fd < 0)
		return fd;
	pthread_mutex_lock(&f->lock);
	linefile_flush_locked(f);
	fd_close(&f->fd);
	linefile_use(f, fd);
	pthread_mutex_unlock(&f->lock);
	return 0;
}

uint64_t linefile_close(struct linefile *f)
{
	uint64_t end = clock_ms() + LINEFILE_CLOSE_MS, now;

	while (!linefile_flush(f) && (now = clock_ms()) < end)
		(void)linefile_has_room(f, (int)(end - now));
	linefile_drop(f);
	fd_close(&f->fd);
	free(f->queue);
	f->queue = NULL;
	pthread_mutex_destroy(&f->lock);
	return f->lost;
}
