/* SPDX-License-Identifier: BSD-2-Clause */
/* listen.c - see listen.h */
#include "listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sock.h"
#include "bound.h"
#include "udp_fast.h"

#define LISTEN_UDP_BUF_BYTES (4 << 20)
/* --steer auto: up to so many sockets each port has its own */
#define LISTEN_SOCKETS_AUTO 1024

static uint32_t listen_n_addrs(const struct proxy_config *cfg)
{
	return cfg->n_listen ? cfg->n_listen : 1;
}

static bool listen_is_many(const struct proxy_config *cfg, uint64_t sockets,
			   uint64_t sockets_max)
{
	return cfg->steer == STEER_ALWAYS ||
	       (cfg->steer == STEER_AUTO &&
		(sockets > LISTEN_SOCKETS_AUTO || sockets > sockets_max));
}

bool listen_wants_steer(const struct proxy_config *cfg, uint32_t ports,
			uint64_t sockets_max)
{
	return listen_is_many(
		cfg, (uint64_t)ports * listen_n_addrs(cfg) * cfg->n_threads,
		sockets_max);
}

static int listen_cmp(const void *a, const void *b)
{
	const struct listener *la = *(struct listener *const *)a;
	const struct listener *lb = *(struct listener *const *)b;

	if (la->proto != lb->proto)
		return la->proto < lb->proto ? -1 : 1;
	if (la->port != lb->port)
		return la->port < lb->port ? -1 : 1;
	if (la->is_steered && la->is_v6 != lb->is_v6)
		return la->is_v6 ? 1 : -1;
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

int listen_tune(int fd, enum rule_proto proto, const char *congestion)
{
	int err;

	if (proto == RULE_UDP)
		(void)udp_fast_listen(fd); /* or the process forwards */
	/* beyond net.core.rmem_max while there is the privilege */
	if (proto == RULE_UDP &&
	    !sock_set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, LISTEN_UDP_BUF_BYTES))
		return 0;
	if (proto == RULE_UDP)
		return sock_set_int(fd, SOL_SOCKET, SO_RCVBUF,
				    LISTEN_UDP_BUF_BYTES);
	err = sock_set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	return err ? err : sock_set_congestion(fd, congestion);
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
		err = listen_tune(*ret_fd, l->proto, l->congestion);
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

/* A set in the making.
 * @bound: what others have bound; read when the first port is to be steered
 */
struct plan {
	const struct listen_want *want;
	struct listen_set *set;
	struct bound *bound;
	char *err_text; /* LISTEN_ERR_MAX */
	bool is_steering;
};

typedef int plan_fn(struct plan *p, const struct fwd *f, uint16_t port);

static int plan_each(struct plan *p, plan_fn *fn)
{
	const struct fwd_table *t = p->want->table;
	uint32_t i, e, port;
	int err = 0;

	for (i = 0; i < t->n_fwds; i++) {
		const struct rule *r = t->fwds[i].rule;

		for (e = 0; e < r->n_ports; e++)
			for (port = r->ports[e].low;
			     !err && port <= r->ports[e].high; port++)
				err = fn(p, &t->fwds[i], (uint16_t)port);
	}
	return err;
}

static bool plan_was_steered(const struct plan *p, const struct fwd *f,
			     uint16_t port)
{
	const struct listen_set *old = p->want->old;

	return old && steer_ports_has(&old->steered, f->rule->proto, port);
}

/* Ports that are listened on now stay as they are. */
static bool plan_is_listener(const struct plan *p, const struct fwd *f,
			     uint16_t port)
{
	const struct listen_set *old = p->want->old;

	if (plan_was_steered(p, f, port))
		return false;
	return !p->is_steering ||
	       (old && listen_set_fwd(old, f->rule->proto, port));
}

/* Counts the sockets, were nothing more steered than is now. */
static int plan_count(struct plan *p, const struct fwd *f, uint16_t port)
{
	if (plan_is_listener(p, f, port))
		p->set->n_sockets +=
			listen_n_addrs(p->want->cfg) * p->want->cfg->n_threads;
	return 0;
}

/* Return: 0, or -EMFILE with a text */
static int plan_choose(struct plan *p)
{
	const struct listen_want *w = p->want;

	(void)plan_each(p, plan_count);
	if (w->steer &&
	    listen_is_many(w->cfg, p->set->n_sockets, w->sockets_max)) {
		p->is_steering = true;
		p->set->n_sockets = 0;
		(void)plan_each(p, plan_count);
	}
	if (p->set->n_sockets <= w->sockets_max)
		return 0;
	(void)snprintf(p->err_text, LISTEN_ERR_MAX,
		       "%u listening sockets are needed and %llu fit beside "
		       "connections: raise 'ulimit -n', use fewer ports or "
		       "--threads, or start as root with --steer auto, which "
		       "needs a few for all",
		       p->set->n_sockets, (unsigned long long)w->sockets_max);
	return -EMFILE;
}

/* Where @rule's failure is told */
static char *plan_failed(const struct plan *p, const struct fwd *f)
{
	return p->want->failed[f - p->want->table->fwds];
}

/* bind(2) would tell that somebody has the port; here it is looked up. */
static int plan_check_free(struct plan *p, const struct fwd *f, uint16_t port,
			   char text[LISTEN_ERR_MAX])
{
	static const struct ip_addr any;
	const struct proxy_config *cfg = p->want->cfg;
	uint32_t a;
	uid_t uid;
	int err = p->bound ? 0 : bound_read(&p->bound);

	if (err) {
		(void)snprintf(text, LISTEN_ERR_MAX,
			       "cannot see which ports are in use (%s): use "
			       "--steer off",
			       strerror(-err));
		return err;
	}
	for (a = 0; a < listen_n_addrs(cfg); a++)
		if (bound_find(p->bound, f->rule->proto,
			       cfg->n_listen ? &cfg->listen[a] : &any, port,
			       &uid)) {
			(void)snprintf(text, LISTEN_ERR_MAX,
				       "cannot listen on %s port %u: %s (by a "
				       "process of uid %u)",
				       rule_proto_name(f->rule->proto), port,
				       strerror(EADDRINUSE), uid);
			return -EADDRINUSE;
		}
	return 0;
}

static int plan_steer(struct plan *p, const struct fwd *f, uint16_t port)
{
	char text[LISTEN_ERR_MAX];
	int err = 0;

	if (!plan_was_steered(p, f, port))
		err = plan_check_free(p, f, port, text);
	if (!err)
		steer_ports_put(&p->set->steered, f->rule->proto, port, true);
	else if (p->want->failed)
		memcpy(plan_failed(p, f), text, sizeof(text));
	else
		memcpy(p->err_text, text, sizeof(text));
	return p->want->failed ? 0 : err;
}

static int plan_listen(struct plan *p, const struct fwd *f, uint16_t port)
{
	uint32_t a;

	for (a = 0; a < listen_n_addrs(p->want->cfg); a++) {
		struct listener *l = listen_new(f, p->want->cfg, a, port);

		if (!l)
			return -ENOMEM;
		p->set->items[p->set->n++] = l;
	}
	return 0;
}

static int plan_port(struct plan *p, const struct fwd *f, uint16_t port)
{
	return plan_is_listener(p, f, port) ? plan_listen(p, f, port)
					    : plan_steer(p, f, port);
}

/* The sockets of steered ports, which are the steerer's. */
static int plan_add_steered(struct plan *p, enum rule_proto proto, bool is_v6)
{
	const struct listen_want *w = p->want;
	const int *fds = steer_fds(w->steer, proto, is_v6);
	struct listener *l;

	if (!fds)
		return 0;
	l = calloc(1, sizeof(*l) + w->cfg->n_threads * sizeof(int));
	if (!l)
		return -ENOMEM;
	l->proto = proto;
	l->is_v6 = is_v6;
	l->is_steered = true;
	l->is_kept = w->old != NULL;
	memcpy(l->fds, fds, w->cfg->n_threads * sizeof(int));
	p->set->items[p->set->n++] = l;
	return 0;
}

static int plan_make(struct plan *p)
{
	size_t n = p->set->n_sockets / p->want->cfg->n_threads + STEER_SOCKETS;
	uint32_t i;
	int err;

	p->set->items = calloc(n, sizeof(struct listener *));
	err = p->set->items ? plan_each(p, plan_port) : -ENOMEM;
	for (i = 0; !err && p->want->steer && i < STEER_SOCKETS; i++)
		err = plan_add_steered(p, i / 2 ? RULE_UDP : RULE_TCP, i % 2);
	if (!err)
		qsort(p->set->items, p->set->n, sizeof(struct listener *),
		      listen_cmp);
	return err;
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

static int plan_open(struct plan *p)
{
	struct listen_set *set = p->set;
	uint32_t i;

	for (i = 0; i < set->n; i++) {
		struct listener *l = set->items[i];
		const struct listener *prev = listen_find(p->want->old, l);
		char *text = p->err_text;
		int err = 0;

		if (l->is_steered)
			continue;
		if (p->want->failed)
			text = plan_failed(p, l->fwd);
		if (prev)
			listen_share(l, prev, set->n_threads);
		else if (!p->want->failed || !text[0])
			err = listen_open_all(l, set->n_threads, text);
		if (err && !p->want->failed)
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
static void plan_drop_failed(struct plan *p)
{
	struct listen_set *set = p->set;
	uint32_t i, n = 0;

	for (i = 0; i < set->n; i++) {
		struct listener *l = set->items[i];

		if (!l->is_steered && plan_failed(p, l->fwd)[0]) {
			listen_free(l, set->n_threads, !l->is_kept);
			set->n_sockets -= set->n_threads;
		} else {
			set->items[n++] = l;
		}
	}
	set->n = n;
}

static int plan_index(struct plan *p, const struct fwd *f, uint16_t port)
{
	enum rule_proto proto = f->rule->proto;

	if (p->want->failed && plan_failed(p, f)[0])
		steer_ports_put(&p->set->steered, proto, port, false);
	else
		p->set->by_port[proto][port] = f;
	return 0;
}

int listen_set_open(const struct listen_want *want, struct listen_set **ret,
		    char err_text[LISTEN_ERR_MAX])
{
	struct listen_set *old = want->old, *set = calloc(1, sizeof(*set));
	struct plan p = { .want = want, .set = set, .err_text = err_text };
	uint32_t i;
	int err;

	(void)snprintf(err_text, LISTEN_ERR_MAX, "%s", strerror(ENOMEM));
	if (!set)
		return -ENOMEM;
	set->gen = old ? old->gen + 1 : 1;
	set->n_threads = want->cfg->n_threads;
	err = plan_choose(&p);
	if (!err)
		err = plan_make(&p);
	if (!err)
		err = plan_open(&p);
	bound_free(p.bound);
	if (err) {
		listen_set_close(set, LISTEN_OWNED_NEW);
		return err;
	}
	if (want->failed)
		plan_drop_failed(&p);
	(void)plan_each(&p, plan_index);
	for (i = 0; old && i < old->n; i++)
		old->items[i]->is_gone = !listen_find(set, old->items[i]);
	*ret = set;
	return 0;
}

static bool listen_is_owned(const struct listener *l, enum listen_owned owned)
{
	if (l->is_steered)
		return false;
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
	for (i = 0; set->items && i < set->n; i++)
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
			if (set->items[i]->proto == RULE_TCP &&
			    !set->items[i]->is_steered)
				fd_close(&set->items[i]->fds[th]);
}
