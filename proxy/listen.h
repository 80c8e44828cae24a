/* SPDX-License-Identifier: BSD-2-Clause */
/* listen.h - the listening sockets of a table of rules, one a thread and port.
 *
 * The main thread owns them all. On a reload a new set takes over the sockets
 * of ports that stay, so that nothing queued on them is lost; the others are
 * closed once every worker has gone over to the new set.
 */
#ifndef PROXY_LISTEN_H
#define PROXY_LISTEN_H

#include "fwd.h"

/* @addr:    IP_NONE for a wildcard socket, which learns the dialled address
 *	     from each connection
 * @is_kept: the socket came from the set before
 * @is_gone: the set after does not have it
 */
struct listener {
	enum rule_proto proto;
	struct ip_addr addr;
	uint16_t port;
	bool is_v6;
	bool is_kept;
	bool is_gone;
	const char *congestion; /* borrowed; NULL: the system's */
	const struct fwd *fwd;
	int fds[]; /* one a thread */
};

struct listen_set {
	uint32_t gen;
	uint32_t n;
	uint32_t n_threads;
	struct listener **items; /* sorted by protocol, address and port */
};

/* listen_count() - sockets that @t needs, over all threads */
uint64_t listen_count(const struct fwd_table *t,
		      const struct proxy_config *cfg);

#define LISTEN_ERR_MAX 200

/* listen_set_open() - the sockets of @t. Sockets that @old has for the same
 * port are shared with it.
 * @failed: a text for each rule of @t, empty at first: what failed, for people.
 *	    A rule that fails has no sockets, the others have theirs.
 *	    NULL: one that fails is enough to refuse all
 * @err:    what failed, for people
 * Return: 0, or -errno and nothing has been opened
 */
int listen_set_open(const struct fwd_table *t, const struct proxy_config *cfg,
		    struct listen_set *old, char (*failed)[LISTEN_ERR_MAX],
		    struct listen_set **ret, char err[LISTEN_ERR_MAX]);

/* Which of its sockets a set closes when it is freed. */
enum listen_owned {
	LISTEN_OWNED_ALL,  /* the last set */
	LISTEN_OWNED_NEW,  /* a set that never came into use: not the kept */
	LISTEN_OWNED_GONE, /* a set that was replaced: what the next lacks */
};

/* listen_set_refuse() - close the TCP sockets when no worker watches them any
 * more: while the proxy drains, clients are refused at once instead of waiting
 * in a queue that nobody serves. UDP sockets stay, sessions reply on them.
 */
void listen_set_refuse(struct listen_set *set);

/* listen_set_close() - free @set; NULL is a no-op */
void listen_set_close(struct listen_set *set, enum listen_owned owned);

#endif
