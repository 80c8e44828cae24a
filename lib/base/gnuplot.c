/* SPDX-License-Identifier: BSD-2-Clause */
/* gnuplot.c - see gnuplot.h */
#include "base/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"

bool gnuplot_has(void)
{
	const char *path = getenv("PATH");
	char file[4096];

	while (path && *path) {
		size_t len = strcspn(path, ":");
		int n = snprintf(file, sizeof(file), "%.*s/gnuplot", (int)len,
				 path);

		if (n > 0 && (size_t)n < sizeof(file) &&
		    access(file, X_OK) == 0)
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

/* The script as a file: a pipe would raise SIGPIPE if gnuplot ends early. */
static int gnuplot_input(const char *text, size_t len)
{
	int fd = memfd_create("gnuplot", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0)
		fd_close(&fd);
	return fd;
}

static pid_t gnuplot_spawn(int in, int out)
{
	/* -d: the user's own settings stay out of it */
	char name[] = "gnuplot", defaults[] = "-d", from[] = "-";
	char *const argv[] = { name, defaults, from, NULL };
	char locale[] = "LC_ALL=C", home[] = "HOME=/", path[4096];
	char *const env[] = { locale, home, path, NULL };
	posix_spawn_file_actions_t io;
	pid_t pid = -1;

	(void)snprintf(path, sizeof(path), "PATH=%s",
		       getenv("PATH") ? getenv("PATH") : "/usr/bin");
	if (posix_spawn_file_actions_init(&io) != 0)
		return -1;
	if (posix_spawn_file_actions_adddup2(&io, in, STDIN_FILENO) != 0 ||
	    posix_spawn_file_actions_adddup2(&io, out, STDOUT_FILENO) != 0 ||
	    posix_spawn_file_actions_addopen(&io, STDERR_FILENO, "/dev/null",
					     O_WRONLY, 0) != 0 ||
	    posix_spawnp(&pid, name, &io, NULL, argv, env) != 0)
		pid = -1;
	(void)posix_spawn_file_actions_destroy(&io);
	return pid;
}

/* All that comes from @fd; NULL if it is too much or takes too long. */
static char *gnuplot_read(int fd, uint64_t limit_ms, size_t limit_bytes)
{
	uint64_t end_ms = clock_ms() + limit_ms;
	char *buf = malloc(limit_bytes + 1);
	size_t len = 0;

	while (buf && len < limit_bytes) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		uint64_t now_ms = clock_ms();
		ssize_t n;
		int r = now_ms < end_ms ? poll(&p, 1, (int)(end_ms - now_ms))
					: 0;

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			break;
		n = read(fd, buf + len, limit_bytes - len);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			break;
		if (n == 0) {
			buf[len] = '\0';
			return buf;
		}
		len += (size_t)n;
	}
	free(buf);
	return NULL;
}

/* Run it. Return: its output, to be freed, or NULL */
static char *gnuplot_run(int in, uint64_t limit_ms, size_t limit_bytes)
{
	int out[2], status = 0;
	char *text = NULL;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) != 0)
		return NULL;
	pid = gnuplot_spawn(in, out[1]);
	fd_close(&out[1]);
	if (pid > 0) {
		text = gnuplot_read(out[0], limit_ms, limit_bytes);
		if (!text)
			(void)kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	fd_close(&out[0]);
	if (text && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
		free(text);
		text = NULL;
	}
	return text;
}

char *gnuplot_draw(FILE *script, char **text, size_t *len, uint64_t limit_ms,
		   size_t limit_bytes)
{
	bool failed = fclose(script) != 0;
	char *svg = NULL;
	int in = -1;

	if (!failed && gnuplot_has())
		in = gnuplot_input(*text, *len);
	if (in >= 0)
		svg = gnuplot_run(in, limit_ms, limit_bytes);
	fd_close(&in);
	free(*text);
	*text = NULL;
	return svg;
}
