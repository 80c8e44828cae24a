/* SPDX-License-Identifier: BSD-2-Clause */
/* server.h - the sockets and signals of tp-origin, and the loop that runs it */
#ifndef ORIGIN_SERVER_H
#define ORIGIN_SERVER_H

#include <stdint.h>

#include "base/loop.h"
#include "config.h"
#include "record.h"
#include "stats.h"
#include "tcp.h"
#include "udp.h"

#define SERVER_SOCKETS_MAX (2 * CONFIG_ADDRS_MAX * CONFIG_PORTS_MAX)

struct server_socket {
	int fd;
	bool is_udp;
	bool is_v4;
	struct endpoint at;
};

struct server {
	const struct origin_config *cfg;
	struct loop loop;
	struct tcp tcp;
	struct udp udp;
	struct record log;
	struct origin_stats stats;
	int sig_fd;
	bool is_stopping;
	bool is_stop_urgent;
	uint64_t paused_until_ms; /* accepting; 0: not paused */
	uint64_t log_lost;
	uint32_t n_sockets;
	struct server_socket sockets[SERVER_SOCKETS_MAX];
};

/* server_init() - open every socket and the log; says on stderr what listens,
 * or what could not be had. On error nothing stays open.
 * @s: may be uninitialised; too big for the stack
 * Return: 0 or -errno
 */
int server_init(struct server *s, const struct origin_config *cfg);

/* server_run() - serve until SIGTERM or SIGINT, then drain. Return: 0 or
 * -errno
 */
int server_run(struct server *s);

/* server_fini() - end what is left and close; afterwards @s->stats and
 * @s->log_lost are final
 */
void server_fini(struct server *s);

#endif
