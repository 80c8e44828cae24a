/* SPDX-License-Identifier: BSD-2-Clause */
/* listen.h - what a table of rules listens on: sockets, one a thread and port,
 * or, for ports that are steered (steer.h), none of their own.
 *
 * The main thread owns them all. On a reload a new set takes over the ports
 * that stay, as they are, so that nothing queued on them is lost; the sockets
 * of the others are closed once every worker has gone over to the new set.
 */
#ifndef PROXY_LISTEN_H
#define PROXY_LISTEN_H

#include "fwd.h"
#include "steer.h"

#define LISTEN_BACKLOG 4096
#define LISTEN_ERR_MAX 200

/* @addr:    IP_NONE for a wildcard socket, which learns the dialled address
 *	     from each connection
 * @port:    0 for the sockets of steered ports, which learn that too
 * @fwd:     NULL for these
 * @is_kept: the socket came from the set before
 * @is_gone: the set after does not have it
 */
struct listener {
	enum rule_proto proto;
	struct ip_addr addr;
	uint16_t port;
	bool is_v6;
	bool is_steered;
	bool is_kept;
	bool is_gone;
	const char *congestion; /* borrowed; NULL: the system's */
	const struct fwd *fwd;
	int fds[]; /* one a thread */
};

/* @by_port:   the rule of each port; NULL: none
 * @n_sockets: over all threads, but for the steered ones
 */
struct listen_set {
	uint32_t gen;
	uint32_t n;
	uint32_t n_threads;
	uint32_t n_sockets;
	struct listener **items; /* sorted by protocol, port and address */
	struct steer_ports steered;
	const struct fwd *by_port[STEER_PROTOS][65536];
};

static inline const struct fwd *listen_set_fwd(const struct listen_set *set,
					       enum rule_proto proto,
					       uint16_t port)
{
	return set->by_port[proto][port];
}

/* What to listen on.
 * @old:	 the set that is in use, or NULL
 * @steer:	 NULL: no port can be steered
 * @sockets_max: that may be open
 * @failed:	 a text for each rule, empty at first: what failed, for people.
 *		 A rule that fails serves no port, the others serve theirs.
 *		 NULL: one that fails is enough to refuse all
 */
struct listen_want {
	const struct fwd_table *table;
	const struct proxy_config *cfg;
	struct listen_set *old;
	struct steer *steer;
	uint64_t sockets_max;
	char (*failed)[LISTEN_ERR_MAX];
};

/* listen_wants_steer() - would @ports be steered, if that is possible? */
bool listen_wants_steer(const struct proxy_config *cfg, uint32_t ports,
			uint64_t sockets_max);

/* listen_set_open() - the sockets of @want; ports of @want->old stay what they
 * are, steered or not. What is steered is steered by steer_set().
 * @err: what failed, for people
 * Return: 0, or -errno and nothing has been opened
 */
int listen_set_open(const struct listen_want *want, struct listen_set **ret,
		    char err[LISTEN_ERR_MAX]);

/* listen_tune() - the options of every listening socket.
 * @congestion: of TCP, as sock_set_congestion(). Return: 0 or -errno
 */
int listen_tune(int fd, enum rule_proto proto, const char *congestion);

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
