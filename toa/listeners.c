/* SPDX-License-Identifier: BSD-2-Clause */
/* listeners.c - see listeners.h */
#include "listeners.h"

#include <errno.h>
#include <fts.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/sockdiag.h"
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

struct search {
	struct listeners *found;
	struct cgroups served;
};

static int listener_add(void *ctx, const struct inet_diag_msg *m,
			const uint8_t *attrs, size_t len)
{
	struct search *s = ctx;
	struct listeners *l = s->found;
	const uint8_t *cgroup;
	struct listener *item;
	uint8_t src[16];
	uint64_t id = 0;

	cgroup = sockdiag_attr(attrs, len, INET_DIAG_CGROUP_ID, sizeof(id));
	if (cgroup)
		memcpy(&id, cgroup, sizeof(id));
	if (cgroups_has(&s->served, id)) {
		l->inside++;
		return 0;
	}
	l->total++;
	if (l->n == LISTENERS_MAX)
		return 0;
	item = &l->items[l->n++];
	memcpy(src, m->id.idiag_src, sizeof(src));
	item->at.addr = m->idiag_family == AF_INET ? ip_addr_v4(src)
						   : ip_addr_v6(src);
	item->at.port = be16_get((be16) { m->id.idiag_sport });
	item->uid = m->idiag_uid;
	item->cgroup_id = id;
	return 0;
}

int listeners_find(const char *cgroup, struct listeners *ret)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct search s = { .found = ret };
	size_t i;
	int err;

	*ret = (struct listeners) { 0 };
	err = cgroups_collect(cgroup, &s.served);
	for (i = 0; i < sizeof(families) && !err; i++)
		err = sockdiag_dump(families[i], IPPROTO_TCP, 1U << TCP_LISTEN,
				    listener_add, &s);
	free(s.served.ids);
	return err;
}
