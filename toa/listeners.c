/* SPDX-License-Identifier: BSD-2-Clause */
/* listeners.c - see listeners.h */
#include "listeners.h"

#include <errno.h>
#include <fts.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "wire/bytes.h"

#define CGROUPS_MAX 65536

struct cgroups {
	size_t n;
	uint64_t *ids;
};

static int id_compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The ids of a cgroup and all below it: inode numbers of their folders. */
static int cgroups_collect(const char *path, struct cgroups *c)
{
	char *copy = strdup(path);
	char *const roots[] = { copy, NULL };
	FTSENT *e;
	FTS *fts;
	int err = 0;

	*c = (struct cgroups) { .ids = calloc(CGROUPS_MAX, sizeof(uint64_t)) };
	fts = copy ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV,
			      NULL)
		   : NULL;
	if (!fts || !c->ids)
		err = -ENOMEM;
	while (!err && (e = fts_read(fts)) != NULL) {
		if (e->fts_info != FTS_D)
			continue;
		if (c->n == CGROUPS_MAX)
			err = -E2BIG;
		else
			c->ids[c->n++] = e->fts_statp->st_ino;
	}
	if (fts)
		(void)fts_close(fts);
	free(copy);
	if (!err && !c->n)
		err = -ENOENT;
	if (err) {
		free(c->ids);
		*c = (struct cgroups) { 0 };
		return err;
	}
	qsort(c->ids, c->n, sizeof(*c->ids), id_compare);
	return 0;
}

static bool cgroups_has(const struct cgroups *c, uint64_t id)
{
	return bsearch(&id, c->ids, c->n, sizeof(*c->ids), id_compare);
}

/* @attrs: behind a message, @len bytes, each padded to NLA_ALIGNTO */
static uint64_t cgroup_id_of(const uint8_t *attrs, size_t len)
{
	struct nlattr a;
	uint64_t id = 0;
	size_t step;

	while (len >= sizeof(a)) {
		memcpy(&a, attrs, sizeof(a));
		if (a.nla_len < sizeof(a) || a.nla_len > len)
			break;
		if (a.nla_type == INET_DIAG_CGROUP_ID &&
		    a.nla_len == sizeof(a) + sizeof(id))
			memcpy(&id, attrs + sizeof(a), sizeof(id));
		step = (size_t)NLA_ALIGN(a.nla_len);
		if (step >= len)
			break;
		attrs += step;
		len -= step;
	}
	return id;
}

/* @msg: a struct inet_diag_msg and its attributes */
static void listener_add(struct listeners *l, const uint8_t *msg, size_t len,
			 const struct cgroups *served)
{
	struct inet_diag_msg m;
	struct listener *item;
	uint8_t src[16];
	uint64_t id;

	if (len < sizeof(m))
		return;
	memcpy(&m, msg, sizeof(m));
	id = cgroup_id_of(msg + sizeof(m), len - sizeof(m));
	if (cgroups_has(served, id)) {
		l->inside++;
		return;
	}
	l->total++;
	if (l->n == LISTENERS_MAX)
		return;
	item = &l->items[l->n++];
	memcpy(src, m.id.idiag_src, sizeof(src));
	item->at.addr = m.idiag_family == AF_INET ? ip_addr_v4(src)
						  : ip_addr_v6(src);
	item->at.port = be16_get((be16) { m.id.idiag_sport });
	item->uid = m.idiag_uid;
	item->cgroup_id = id;
}

static int dump_request(int fd, uint8_t family)
{
	struct {
		struct nlmsghdr h;
		struct inet_diag_req_v2 r;
	} q = {
		.h = { .nlmsg_len = sizeof(q),
		       .nlmsg_type = SOCK_DIAG_BY_FAMILY,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.r = { .sdiag_family = family,
		       .sdiag_protocol = IPPROTO_TCP,
		       .idiag_states = 1U << TCP_LISTEN },
	};

	return send(fd, &q, sizeof(q), 0) < 0 ? -errno : 0;
}

/* Return: 1 at the end of the dump, 0 to read on, or -errno */
static int dump_read(int fd, struct listeners *l, const struct cgroups *served)
{
	uint8_t buf[32768];
	const uint8_t *p = buf;
	struct nlmsghdr h;
	struct nlmsgerr e;
	ssize_t n = recv(fd, buf, sizeof(buf), 0);
	size_t left = n > 0 ? (size_t)n : 0;

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	while (left >= sizeof(h)) {
		memcpy(&h, p, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > left)
			return -EBADMSG;
		if (h.nlmsg_type == NLMSG_DONE)
			return 1;
		if (h.nlmsg_type == NLMSG_ERROR) {
			if (h.nlmsg_len < sizeof(h) + sizeof(e))
				return -EBADMSG;
			memcpy(&e, p + sizeof(h), sizeof(e));
			return e.error ? e.error : -EIO;
		}
		listener_add(l, p + sizeof(h), h.nlmsg_len - sizeof(h), served);
		if (NLMSG_ALIGN(h.nlmsg_len) >= left)
			break;
		p += NLMSG_ALIGN(h.nlmsg_len);
		left -= NLMSG_ALIGN(h.nlmsg_len);
	}
	return 0;
}

int listeners_find(const char *cgroup, struct listeners *ret)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct cgroups served = { 0 };
	size_t i;
	int fd, err;

	*ret = (struct listeners) { 0 };
	err = cgroups_collect(cgroup, &served);
	if (err)
		return err;
	/* blocking: the kernel answers at once */
	fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd < 0)
		err = -errno;
	for (i = 0; i < sizeof(families) && !err; i++) {
		err = dump_request(fd, families[i]);
		while (!err)
			err = dump_read(fd, ret, &served);
		if (err > 0)
			err = 0;
	}
	fd_close(&fd);
	free(served.ids);
	return err;
}
