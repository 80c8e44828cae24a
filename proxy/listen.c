/* SPDX-License-Identifier: BSD-2-Clause */
/* listen.c - see listen.h */
#include "listen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sock.h"

#define LISTEN_BACKLOG	     4096
#define LISTEN_UDP_BUF_BYTES (4 << 20)

static uint32_t listen_n_addrs(const struct proxy_config *cfg)
{
	return cfg->n_listen ? cfg->n_listen : 1;
}

uint64_t listen_count(const struct fwd_table *t, const struct proxy_config *cfg)
{
	return (uint64_t)ruleset_ports(t->rules) * listen_n_addrs(cfg) *
	       cfg->n_threads;
}

static int listen_cmp(const void *a, const void *b)
{
	const struct listener *la = *(struct listener *const *)a;
	const struct listener *lb = *(struct listener *const *)b;

	if (la->proto != lb->proto)
		return la->proto < lb->proto ? -1 : 1;
	if (la->port != lb->port)
		return la->port < lb->port ? -1 : 1;
	return memcmp(&la->addr, &lb->addr, sizeof(la->addr));
}

static struct listener *listen_find(struct listen_set *set,
				    const struct listener *key)
{
	struct listener **hit;

	if (!set)
		return NULL;
	hit = bsearch(&key, set->items, set->n, sizeof(struct listener *),
		      listen_cmp);
	return hit ? *hit : NULL;
}

static int listen_tune(int fd, const struct listener *l)
{
	int err;

	if (l->proto == RULE_UDP)
		return sock_set_int(fd, SOL_SOCKET, SO_RCVBUF,
				    LISTEN_UDP_BUF_BYTES);
	err = sock_tune_stream(fd);
	return err ? err : sock_set_congestion(fd, l->congestion);
}

static int listen_open_one(struct listener *l, int *ret_fd)
{
	static const struct ip_addr any4 = { .family = IP_V4 };
	static const struct ip_addr any6 = { .family = IP_V6 };
	unsigned flags =
		SOCK_F_REUSEPORT |
		(l->proto == RULE_UDP ? SOCK_F_UDP | SOCK_F_PKTINFO : 0);
	struct endpoint at = { l->addr, l->port };
	int err;

	if (l->addr.family == IP_NONE) {
		/* dual-stack; plain IPv4 where the kernel has no IPv6 */
		at.addr = any6;
		l->is_v6 = true;
		err = sock_listen(&at, flags, LISTEN_BACKLOG, ret_fd);
		if (err == -EAFNOSUPPORT || err == -EADDRNOTAVAIL) {
			at.addr = any4;
			l->is_v6 = false;
			err = sock_listen(&at, flags, LISTEN_BACKLOG, ret_fd);
		}
	} else {
		l->is_v6 = l->addr.family == IP_V6;
		if (l->is_v6)
			flags |= SOCK_F_V6ONLY;
		err = sock_listen(&at, flags, LISTEN_BACKLOG, ret_fd);
	}
	if (!err)
		err = listen_tune(*ret_fd, l);
	return err;
}

static struct listener *listen_new(const struct fwd *f,
				   const struct proxy_config *cfg, uint32_t ai,
				   uint16_t port)
{
	struct listener *l =
		calloc(1, sizeof(*l) + cfg->n_threads * sizeof(int));
	uint32_t i;

	if (!l)
		return NULL;
	l->proto = f->rule->proto;
	l->port = port;
	l->fwd = f;
	l->congestion = cfg->congestion;
	if (cfg->n_listen)
		l->addr = cfg->listen[ai];
	for (i = 0; i < cfg->n_threads; i++)
		l->fds[i] = -1;
	return l;
}

/* One listener for each rule, entry, port and address; no sockets yet. */
static int listen_plan(const struct fwd_table *t,
		       const struct proxy_config *cfg, struct listen_set *set)
{
	uint32_t i, e, a, port;

	for (i = 0; i < t->n_fwds; i++) {
		const struct rule *r = t->fwds[i].rule;

		for (e = 0; e < r->n_ports; e++)
			for (port = r->ports[e].low; port <= r->ports[e].high;
			     port++)
				for (a = 0; a < listen_n_addrs(cfg); a++) {
					struct listener *l =
						listen_new(&t->fwds[i], cfg, a,
							   (uint16_t)port);

					if (!l)
						return -ENOMEM;
					set->items[set->n++] = l;
				}
	}
	qsort(set->items, set->n, sizeof(struct listener *), listen_cmp);
	return 0;
}

static void listen_share(struct listener *l, const struct listener *old,
			 uint32_t n_threads)
{
	l->is_kept = true;
	l->is_v6 = old->is_v6;
	memcpy(l->fds, old->fds, n_threads * sizeof(int));
}

static int listen_open_all(struct listener *l, uint32_t n_threads,
			   char err_text[LISTEN_ERR_MAX])
{
	char ip[IP_ADDR_TEXT_MAX];
	uint32_t th;
	int err = 0;

	for (th = 0; th < n_threads && !err; th++)
		err = listen_open_one(l, &l->fds[th]);
	if (err)
		(void)snprintf(err_text, LISTEN_ERR_MAX,
			       "cannot listen on %s %s port %u: %s",
			       rule_proto_name(l->proto),
			       l->addr.family ? ip_addr_format(&l->addr, ip)
					      : "*",
			       l->port, strerror(-err));
	return err;
}

static int listen_fill(struct listen_set *set, const struct fwd_table *t,
		       struct listen_set *old, char (*failed)[LISTEN_ERR_MAX],
		       char err_text[LISTEN_ERR_MAX])
{
	uint32_t i;

	for (i = 0; i < set->n; i++) {
		struct listener *l = set->items[i];
		const struct listener *prev = listen_find(old, l);
		size_t rule = (size_t)(l->fwd - t->fwds);
		char *text = failed ? failed[rule] : err_text;
		int err = 0;

		if (prev)
			listen_share(l, prev, set->n_threads);
		else if (!failed || !failed[rule][0])
			err = listen_open_all(l, set->n_threads, text);
		if (err && !failed)
			return err;
	}
	return 0;
}

static void listen_free(struct listener *l, uint32_t n_threads, bool is_owned)
{
	uint32_t th;

	for (th = 0; is_owned && th < n_threads; th++)
		fd_close(&l->fds[th]);
	free(l);
}

/* A rule serves all of its ports or none. Sockets of the set before are that
 * set's: it closes those that the new one lacks.
 */
static void listen_drop_failed(struct listen_set *set,
			       const struct fwd_table *t,
			       char (*failed)[LISTEN_ERR_MAX])
{
	uint32_t i, n = 0;

	for (i = 0; i < set->n; i++) {
		struct listener *l = set->items[i];

		if (failed[l->fwd - t->fwds][0])
			listen_free(l, set->n_threads, !l->is_kept);
		else
			set->items[n++] = l;
	}
	set->n = n;
}

int listen_set_open(const struct fwd_table *t, const struct proxy_config *cfg,
		    struct listen_set *old, char (*failed)[LISTEN_ERR_MAX],
		    struct listen_set **ret, char err_text[LISTEN_ERR_MAX])
{
	uint64_t n = (uint64_t)ruleset_ports(t->rules) * listen_n_addrs(cfg);
	struct listen_set *set = calloc(1, sizeof(*set));
	uint32_t i;
	int err;

	(void)snprintf(err_text, LISTEN_ERR_MAX, "%s", strerror(ENOMEM));
	if (!set)
		return -ENOMEM;
	set->gen = old ? old->gen + 1 : 1;
	set->n_threads = cfg->n_threads;
	set->items = calloc(n + 1, sizeof(struct listener *));
	err = set->items ? listen_plan(t, cfg, set) : -ENOMEM;
	if (!err)
		err = listen_fill(set, t, old, failed, err_text);
	if (err) {
		listen_set_close(set, LISTEN_OWNED_NEW);
		return err;
	}
	if (failed)
		listen_drop_failed(set, t, failed);
	for (i = 0; old && i < old->n; i++)
		old->items[i]->is_gone = !listen_find(set, old->items[i]);
	*ret = set;
	return 0;
}

static bool listen_is_owned(const struct listener *l, enum listen_owned owned)
{
	switch (owned) {
	case LISTEN_OWNED_ALL:
		return true;
	case LISTEN_OWNED_NEW:
		return !l->is_kept;
	case LISTEN_OWNED_GONE:
		return l->is_gone;
	}
	return false;
}

void listen_set_close(struct listen_set *set, enum listen_owned owned)
{
	uint32_t i;

	if (!set)
		return;
	for (i = 0; i < set->n; i++)
		listen_free(set->items[i], set->n_threads,
			    listen_is_owned(set->items[i], owned));
	free(set->items);
	free(set);
}

void listen_set_refuse(struct listen_set *set)
{
	uint32_t i, th;

	for (i = 0; set && i < set->n; i++)
		for (th = 0; th < set->n_threads; th++)
			if (set->items[i]->proto == RULE_TCP)
				fd_close(&set->items[i]->fds[th]);
}
