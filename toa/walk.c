/* SPDX-License-Identifier: BSD-2-Clause */
/* walk.c - see walk.h */
#include "walk.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <list.skel.h>

#include "base/fd.h"

/* The caller works while the kernel is read: few at a time. */
#define CONNS_AT_A_TIME 64

struct walk {
	struct list_bpf *skel;
	struct bpf_link *link;
	int fd;
};

static void walk_end(struct walk *w)
{
	fd_close(&w->fd);
	(void)bpf_link__destroy(w->link);
	list_bpf__destroy(w->skel);
}

/* Return: 0 or -errno; walk_end() either way */
static int walk_begin(struct walk *w, int map_fd, bool is_conns)
{
	union bpf_iter_link_info info = { .map = { .map_fd = (__u32)map_fd } };
	struct bpf_iter_attach_opts opts;

	*w = (struct walk) { .skel = list_bpf__open_and_load(), .fd = -1 };
	if (!w->skel)
		return -errno;
	/* libbpf refuses padding that is not zero */
	memset(&opts, 0, sizeof(opts));
	opts.sz = sizeof(opts);
	opts.link_info = &info;
	opts.link_info_len = sizeof(info);
	w->link =
		bpf_program__attach_iter(is_conns ? w->skel->progs.list_conns
						  : w->skel->progs.list_pending,
					 &opts);
	if (w->link)
		w->fd = bpf_iter_create(bpf_link__fd(w->link));
	return w->fd < 0 ? -errno : 0;
}

static ssize_t walk_read(struct walk *w, void *buf, size_t size)
{
	ssize_t n;

	do
		n = read(w->fd, buf, size);
	while (n < 0 && (errno == EINTR || errno == EAGAIN));
	return n < 0 ? -errno : n;
}

int walk_conns(int map_fd, void (*fn)(void *ctx, const struct toa_conn *c),
	       void *ctx)
{
	struct toa_conn conns[CONNS_AT_A_TIME];
	size_t have = 0, i;
	struct walk w;
	ssize_t n;

	n = walk_begin(&w, map_fd, true);
	/* the kernel writes whole records, but not as many as fit */
	while (!n && (n = walk_read(&w, (char *)conns + have,
				    sizeof(conns) - have)) > 0) {
		have += (size_t)n;
		for (i = 0; i < have / sizeof(conns[0]); i++)
			fn(ctx, &conns[i]);
		have -= i * sizeof(conns[0]);
		memmove(conns, (char *)conns + i * sizeof(conns[0]), have);
		n = 0;
	}
	walk_end(&w);
	return (int)n;
}

int walk_pending(int map_fd, unsigned *ret)
{
	unsigned count = 0;
	char bytes[256];
	struct walk w;
	ssize_t n;

	n = walk_begin(&w, map_fd, false);
	while (!n && (n = walk_read(&w, bytes, sizeof(bytes))) > 0) {
		count += (unsigned)n;
		n = 0;
	}
	walk_end(&w);
	if (!n)
		*ret = count;
	return (int)n;
}
