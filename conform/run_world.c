/* SPDX-License-Identifier: BSD-2-Clause */
/* run_world.c - processes, ports and files of `tp-conform run`, see run.h */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sock.h"
#include "run.h"
#include "wire/wire.h"

#define READY_MS 10000
/* of UDP sessions; jobs that wait for it say the same */
#define IDLE_TEXT "1500ms"
/* below the range of ports that the kernel hands out */
#define PORT_LOW  20000
#define PORT_SPAN 12000

int world_init(struct world *w)
{
	const struct {
		const char *name, *folder;
		char *path;
	} list[] = {
		{ "tp-proxy", "proxy", w->proxy },
		{ "tp-origin", "origin-sim", w->origin },
		{ "tp-client", "client-sim", w->client },
		{ "tp-conform", "conform", w->self },
	};
	const char *tmp = getenv("TMPDIR");
	size_t i;

	*w = (struct world) { .proxy_fd = -1, .origin_fd = -1 };
	for (i = 0; i < ARRAY_SIZE(list); i++)
		if (tool_find(list[i].name, list[i].folder, list[i].path)) {
			log_error("%s is neither beside this program nor in "
				  "PATH",
				  list[i].name);
			return EXIT_SKIP;
		}
	(void)snprintf(w->dir, sizeof(w->dir), "%.40s/tp-run-XXXXXX",
		       tmp ? tmp : "/tmp");
	if (!mkdtemp(w->dir)) {
		log_error("%s: %s", w->dir, strerror(errno));
		w->dir[0] = '\0';
		return EXIT_IO;
	}
	return 0;
}

void world_fini(struct world *w)
{
	static const char *const files[] = { "rules", "log", "a", "b" };
	char path[TOOL_PATH_MAX];
	size_t i;

	world_stop(w, NULL, 0);
	world_forget(w);
	world_toa_fini(w);
	for (i = 0; w->dir[0] && i < ARRAY_SIZE(files); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", w->dir, files[i]);
		(void)unlink(path);
	}
	if (w->dir[0])
		(void)rmdir(w->dir);
}

/* are WORLD_PORTS ports from @port on free, TCP and UDP? */
static bool ports_are_free(uint16_t port)
{
	uint16_t i;

	for (i = 0; i < WORLD_PORTS; i++) {
		struct endpoint at = { .port = (uint16_t)(port + i) };
		int fd = -1;

		if (sock_listen(&at, 0, 1, &fd))
			return false;
		fd_close(&fd);
		if (sock_listen(&at, SOCK_F_UDP, 1, &fd))
			return false;
		fd_close(&fd);
	}
	return true;
}

static int port_pick(uint16_t *ret)
{
	static uint32_t next;
	int tries;

	if (!next)
		next = (uint32_t)getpid() * 37U;
	for (tries = 0; tries < 200; tries++) {
		uint16_t port = (uint16_t)(PORT_LOW + next % PORT_SPAN);

		next += WORLD_PORTS;
		if (ports_are_free(port)) {
			*ret = port;
			return 0;
		}
	}
	return -EADDRINUSE;
}

int world_ports(struct world *w)
{
	int err = port_pick(&w->fwd_port);

	return err ? err : port_pick(&w->origin_port);
}

/* "{F+N}" at @s; bytes used, 0 if it is none */
static size_t expand_port(const struct world *w, const char *s, char *out,
			  size_t cap)
{
	uint32_t plus = 0;
	size_t n = 2;
	char *end;

	if (s[0] != '{' || (s[1] != 'F' && s[1] != 'O'))
		return 0;
	if (s[2] == '+' && s[3] == '$') {
		plus = w->sweep;
		n = 4;
	} else if (s[2] == '+') {
		plus = (uint32_t)strtoul(s + 3, &end, 10);
		n = (size_t)(end - s);
	}
	(void)snprintf(out, cap, "%u",
		       (s[1] == 'F' ? w->fwd_port : w->origin_port) + plus);
	return s[n] == '}' ? n + 1 : 0;
}

void world_expand(const struct world *w, const char *text, size_t len,
		  char *out, size_t cap)
{
	size_t n = 0, i = 0;

	while (i < len && n + 12 < cap) {
		size_t used = expand_port(w, text + i, out + n, cap - n);

		if (used) {
			i += used;
			n += strlen(out + n);
		} else if (text[i] == '$') {
			n += (size_t)snprintf(out + n, cap - n, "%u", w->sweep);
			i++;
		} else {
			out[n++] = text[i++];
		}
	}
	out[n] = '\0';
}

size_t world_argv(char *program, char *text, char *argv[WORLD_ARGS_MAX])
{
	char *save = NULL, *word;
	size_t n = 0;

	argv[n++] = program;
	for (word = strtok_r(text, " ", &save); word && n + 1 < WORLD_ARGS_MAX;
	     word = strtok_r(NULL, " ", &save))
		argv[n++] = word;
	argv[n] = NULL;
	return n;
}

int world_write(const struct world *w, const char *name, const void *p,
		size_t len, char ret_path[TOOL_PATH_MAX])
{
	FILE *f;

	(void)snprintf(ret_path, TOOL_PATH_MAX, "%s/%s", w->dir, name);
	f = fopen(ret_path, "we");
	if (!f)
		return -errno;
	(void)fwrite(p, 1, len, f);
	return fclose(f) ? -EIO : 0;
}

/* world_await() - read @fd until it says "ready" */
static int world_await(int fd, char *why, size_t cap)
{
	uint64_t end = clock_ms() + READY_MS;
	size_t n = 0;

	while (clock_ms() < end) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (poll(&p, 1, 100) <= 0)
			continue;
		got = read(fd, why + n, cap - 1 - n);
		if (got == 0)
			return -ECHILD;
		if (got > 0)
			n += (size_t)got;
		why[n] = '\0';
		if (strstr(why, ": ready"))
			return 0;
		if (n + 1 >= cap)
			n = 0;
	}
	return -ETIMEDOUT;
}

/* world_spawn() - tool_start(), in @folder of the cgroup if there is to be one;
 * the shell goes there and becomes the program
 */
static pid_t world_spawn(const struct world *w, const char *folder,
			 char *const argv[], int *ret_fd)
{
	char sh[] = "/bin/sh", c[] = "-c", path[TOOL_PATH_MAX + 16];
	char text[] = "echo $$ >\"$0/cgroup.procs\" && exec \"$@\"";
	char *more[WORLD_ARGS_MAX + 4] = { sh, c, text, path };
	size_t i;

	if (!w->is_in_cgroup)
		return tool_start(argv, ret_fd);
	(void)snprintf(path, sizeof(path), "%s/%s", w->cgroup, folder);
	for (i = 0; argv[i] && i < WORLD_ARGS_MAX; i++)
		more[4 + i] = argv[i];
	return tool_start(more, ret_fd);
}

int world_origin(struct world *w, const char *args, char *why, size_t cap)
{
	char text[1024], *argv[WORLD_ARGS_MAX];

	(void)snprintf(text, sizeof(text), "%s", args);
	(void)world_argv(w->origin, text, argv);
	/* one that reads options itself is out of the reader's sight */
	w->origin_pid = world_spawn(w,
				    strstr(args, "--toa-from") ? "" : "origin",
				    argv, &w->origin_fd);
	return w->origin_pid < 0 ? (int)w->origin_pid
				 : world_await(w->origin_fd, why, cap);
}

int world_proxy(struct world *w, const char *rules, char *why, size_t cap)
{
	char text[1024], path[TOOL_PATH_MAX];
	char f[] = "-f", ext[] = "--ext", t[] = "-t", one[] = "1";
	char idle[] = "--udp-idle", ms[] = IDLE_TEXT;
	char log[] = "--log", file[TOOL_PATH_MAX];
	char on[] = "--toa-on", places[32];
	char *argv[] = { w->proxy, t, one,  ext, idle,	 ms,  log,
			 file,	   f, path, on,	 places, NULL };
	size_t n = 0;
	int err;

	(void)snprintf(places, sizeof(places), "%s",
		       w->toa_on ? w->toa_on : "ack,data");

	for (; *rules && n + 2 < sizeof(text); rules++)
		text[n++] = *rules == '|' ? '\n' : *rules;
	text[n++] = '\n';
	err = world_write(w, "rules", text, n, path);
	if (!err)
		err = world_write(w, "log", "", 0, file);
	if (err)
		return err;
	w->proxy_pid = world_spawn(w, "proxy", argv, &w->proxy_fd);
	return w->proxy_pid < 0 ? (int)w->proxy_pid
				: world_await(w->proxy_fd, why, cap);
}

int world_serve(struct world *w, const char *options, char *why, size_t cap)
{
	char text[1024], *argv[WORLD_ARGS_MAX];

	(void)snprintf(text, sizeof(text),
		       "serve --state %s/state -L 127.0.0.1 -L ::1 -t 1 %s",
		       w->dir, options);
	(void)world_argv(w->proxy, text, argv);
	w->proxy_pid = tool_start(argv, &w->proxy_fd);
	return w->proxy_pid < 0 ? (int)w->proxy_pid
				: world_await(w->proxy_fd, why, cap);
}

void world_forget(const struct world *w)
{
	char path[TOOL_PATH_MAX];
	const struct dirent *e;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/state", w->dir);
	d = w->dir[0] ? opendir(path) : NULL;
	while (d && (e = readdir(d)))
		(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d) {
		(void)closedir(d);
		(void)rmdir(path);
	}
}

void world_stop_proxy(struct world *w)
{
	if (w->proxy_pid > 0)
		tool_stop(w->proxy_pid);
	if (w->proxy_fd >= 0)
		fd_close(&w->proxy_fd);
	w->proxy_pid = 0;
}

void world_stop(struct world *w, char *out, size_t cap)
{
	ssize_t n = 0;

	world_stop_proxy(w);
	if (w->origin_pid > 0)
		tool_stop(w->origin_pid);
	if (out && w->origin_fd >= 0)
		n = read(w->origin_fd, out, cap - 1);
	if (out)
		out[n > 0 ? n : 0] = '\0';
	if (w->origin_fd >= 0)
		fd_close(&w->origin_fd);
	w->origin_pid = 0;
}
