/* SPDX-License-Identifier: BSD-2-Clause */
/* tool.c - see tool.h */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"

#define STOP_MS 1000

static int tool_in_path(const char *name, char out[TOOL_PATH_MAX])
{
	const char *path = getenv("PATH");

	while (path && *path) {
		size_t n = strcspn(path, ":");

		(void)snprintf(out, TOOL_PATH_MAX, "%.*s/%s", (int)n, path,
			       name);
		if (!access(out, X_OK))
			return 0;
		path += n + (path[n] == ':');
	}
	return -ENOENT;
}

int tool_find(const char *name, const char *folder, char out[TOOL_PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		if (slash)
			*slash = '\0';
		(void)snprintf(out, TOOL_PATH_MAX, "%.300s/%s", self, name);
		if (!access(out, X_OK))
			return 0;
		(void)snprintf(out, TOOL_PATH_MAX, "%.300s/../%s/%s", self,
			       folder, name);
		if (!access(out, X_OK))
			return 0;
	}
	return tool_in_path(name, out);
}

pid_t tool_start(char *const argv[], int *ret_fd)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0) {
		fd_close(&fds[0]);
		fd_close(&fds[1]);
		return -errno;
	}
	if (!pid) {
		sigset_t none;
		int null = open("/dev/null", O_RDONLY);

		sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		if (null >= 0)
			(void)dup2(null, 0);
		if (dup2(fds[1], 1) < 0 || dup2(fds[1], 2) < 0)
			_exit(126);
		(void)execv(argv[0], argv);
		_exit(127);
	}
	fd_close(&fds[1]);
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	*ret_fd = fds[0];
	return pid;
}

void tool_stop(pid_t pid)
{
	uint64_t end = clock_ms() + STOP_MS;

	if (pid <= 0)
		return;
	(void)kill(pid, SIGTERM);
	while (clock_ms() < end) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return;
		(void)poll(NULL, 0, 5);
	}
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* tool_drain() - read to the end or to @end_ms; false when time is over */
static bool tool_drain(int fd, uint64_t end_ms, char *out, size_t cap)
{
	char waste[1024];
	size_t len = 0;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		uint64_t now = clock_ms();
		bool is_full = len + 1 >= cap;
		ssize_t n;

		if (now >= end_ms)
			break;
		if (poll(&p, 1, (int)(end_ms - now)) <= 0)
			continue;
		n = read(fd, is_full ? waste : out + len,
			 is_full ? sizeof(waste) : cap - 1 - len);
		if (n == 0) {
			out[len] = '\0';
			return true;
		}
		if (n > 0 && !is_full)
			len += (size_t)n;
	}
	out[len] = '\0';
	return false;
}

int tool_run(char *const argv[], uint64_t timeout_ms, char *out, size_t cap)
{
	int fd = -1, status;
	pid_t pid = tool_start(argv, &fd);

	if (pid < 0)
		return pid;
	if (!tool_drain(fd, clock_ms() + timeout_ms, out, cap)) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		fd_close(&fd);
		return -ETIMEDOUT;
	}
	fd_close(&fd);
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
}
