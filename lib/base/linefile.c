/* SPDX-License-Identifier: BSD-2-Clause */
/* linefile.c - see linefile.h */
#include "base/linefile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

static int linefile_open_fd(const char *path)
{
	int fd;

	if (!strcmp(path, "-"))
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
			  0640);
	return fd < 0 ? -errno : fd;
}

int linefile_open(struct linefile *f, const char *path, bool is_unbuffered)
{
	int fd = linefile_open_fd(path);

	if (fd < 0)
		return fd;
	pthread_mutex_init(&f->lock, NULL);
	f->path = path;
	f->fd = fd;
	f->is_unbuffered = is_unbuffered;
	f->len = 0;
	f->lost = 0;
	f->pending = 0;
	return 0;
}

static void linefile_flush_locked(struct linefile *f)
{
	size_t done = 0;

	while (done < f->len) {
		ssize_t n = write(f->fd, f->buf + done, f->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			f->lost += f->pending;
			break;
		}
		done += (size_t)n;
	}
	f->len = 0;
	f->pending = 0;
}

void linefile_put(struct linefile *f, const char *line, size_t len)
{
	pthread_mutex_lock(&f->lock);
	if (len > sizeof(f->buf) - f->len)
		linefile_flush_locked(f);
	if (len > sizeof(f->buf)) {
		f->lost++;
	} else {
		memcpy(f->buf + f->len, line, len);
		f->len += len;
		f->pending++;
		if (f->is_unbuffered)
			linefile_flush_locked(f);
	}
	pthread_mutex_unlock(&f->lock);
}

void linefile_flush(struct linefile *f)
{
	pthread_mutex_lock(&f->lock);
	linefile_flush_locked(f);
	pthread_mutex_unlock(&f->lock);
}

int linefile_reopen(struct linefile *f)
{
	int fd = linefile_open_fd(f->path);

	if (fd < 0)
		return fd;
	pthread_mutex_lock(&f->lock);
	linefile_flush_locked(f);
	fd_close(&f->fd);
	f->fd = fd;
	pthread_mutex_unlock(&f->lock);
	return 0;
}

uint64_t linefile_close(struct linefile *f)
{
	linefile_flush(f);
	fd_close(&f->fd);
	pthread_mutex_destroy(&f->lock);
	return f->lost;
}
