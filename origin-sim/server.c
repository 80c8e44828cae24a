/* SPDX-License-Identifier: BSD-2-Clause */
/* server.c - see server.h */
#include "server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sig.h"
#include "base/sock.h"
#include "fault.h"

#define SERVER_BACKLOG	   4096
#define SERVER_PORT_TRIES  16
#define SERVER_PAUSE_MS	   100
#define SERVER_DRAIN_MS	   1000
#define SERVER_UDP_BUFFER  (8 * 1024 * 1024)
#define SERVER_CONNS_LIMIT 1000000U
/* the log, epoll, signals, the spare one, and a few for the libraries */
#define SERVER_OWN_FDS 24

enum server_event {
	EVENT_SIGNAL,
	EVENT_LISTEN,
	EVENT_DGRAM,
	EVENT_CONN,
	EVENT_CAPTURE,
};

static void server_on_signal(void *ctx, uint32_t slot, uint32_t gen,
			     uint32_t events)
{
	struct server *s = ctx;
	int sig, err;

	(void)slot;
	(void)gen;
	(void)events;
	while ((sig = sig_next(s->sig_fd)) > 0) {
		if (sig == SIGUSR1) {
			err = record_reopen(&s->log);
			if (err)
				log_error("cannot reopen %s: %s",
					  s->cfg->log_path, strerror(-err));
			continue;
		}
		s->is_stop_urgent = s->is_stopping;
		s->is_stopping = true;
	}
}

/* Let the listening sockets report, or not. */
static void server_watch_listeners(struct server *s, uint32_t events)
{
	uint32_t i;

	for (i = 0; i < s->n_sockets; i++)
		if (!s->sockets[i].is_udp && s->sockets[i].fd >= 0)
			(void)loop_mod(&s->loop, s->sockets[i].fd, events,
				       EVENT_LISTEN, i, 0);
}

static void server_on_listen(void *ctx, uint32_t slot, uint32_t gen,
			     uint32_t events)
{
	struct server *s = ctx;
	const struct server_socket *sock = &s->sockets[slot];
	const struct tcp_listener from = { sock->fd, sock->is_v4, sock->at };
	int err;

	(void)gen;
	(void)events;
	if (sock->fd < 0 || s->paused_until_ms)
		return;
	err = tcp_accept(&s->tcp, &from);
	if (!err)
		return;
	log_warn("accepting pauses for %d ms: %s", SERVER_PAUSE_MS,
		 strerror(-err));
	s->paused_until_ms = clock_ms() + SERVER_PAUSE_MS;
	server_watch_listeners(s, 0);
}

static void server_on_dgram(void *ctx, uint32_t slot, uint32_t gen,
			    uint32_t events)
{
	struct server *s = ctx;
	const struct server_socket *sock = &s->sockets[slot];
	struct udp_socket u = { sock->fd, sock->is_v4, sock->at.port };

	(void)gen;
	(void)events;
	if (sock->fd >= 0)
		udp_receive(&s->udp, &u);
}

static void server_close_sockets(struct server *s, uint32_t from)
{
	uint32_t i;

	for (i = from; i < s->n_sockets; i++)
		fd_close(&s->sockets[i].fd);
	s->n_sockets = from;
}

/* A bigger buffer than the system's default, as far as it lets us. */
static void server_grow_buffer(int fd, int force, int plain)
{
	if (sock_set_int(fd, SOL_SOCKET, force, SERVER_UDP_BUFFER))
		(void)sock_set_int(fd, SOL_SOCKET, plain, SERVER_UDP_BUFFER);
}

/* Open one socket; *@port 0 becomes the one the kernel chose. */
static int server_open_socket(struct server *s, const struct endpoint *addr,
			      bool is_udp, uint16_t *port)
{
	struct server_socket *sock = &s->sockets[s->n_sockets];
	unsigned flags = (is_udp ? SOCK_F_UDP | SOCK_F_PKTINFO : 0U) |
			 (s->cfg->family == FAMILY_6 ? SOCK_F_V6ONLY : 0U);
	int err;

	*sock = (struct server_socket) {
		.fd = -1,
		.is_udp = is_udp,
		.is_v4 = addr->addr.family == IP_V4,
		.at = *addr,
	};
	sock->at.port = *port;
	err = sock_listen(&sock->at, flags, SERVER_BACKLOG, &sock->fd);
	if (err)
		return err;
	s->n_sockets++;
	if (is_udp) {
		server_grow_buffer(sock->fd, SO_RCVBUFFORCE, SO_RCVBUF);
		server_grow_buffer(sock->fd, SO_SNDBUFFORCE, SO_SNDBUF);
	}
	err = sock_local(sock->fd, &sock->at);
	if (!err && !is_udp) /* what is accepted inherits it */
		err = sock_set_int(sock->fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (!err && s->cfg->policy.mode == MODE_TOA)
		err = toa_source_listen(sock->fd);
	*port = sock->at.port;
	return err;
}

/* All sockets of one port: every address, TCP and UDP. */
static int server_open_port(struct server *s, uint16_t port)
{
	size_t i;
	int err = 0;

	for (i = 0; i < s->cfg->n_addrs && !err; i++) {
		if (s->cfg->want_tcp)
			err = server_open_socket(s, &s->cfg->addrs[i], false,
						 &port);
		if (!err && s->cfg->want_udp)
			err = server_open_socket(s, &s->cfg->addrs[i], true,
						 &port);
	}
	return err;
}

static void server_say_failed(const struct server *s, int err)
{
	const struct server_socket *sock = &s->sockets[s->n_sockets];
	char at[ENDPOINT_TEXT_MAX];

	log_error("cannot listen on %s %s: %s", sock->is_udp ? "udp" : "tcp",
		  endpoint_format(&sock->at, at), strerror(-err));
}

static int server_open_sockets(struct server *s)
{
	size_t i;
	int err = 0, tries;

	for (i = 0; i < s->cfg->n_ports && !err; i++) {
		uint32_t first = s->n_sockets;

		/* a chosen port may be taken in the other transport */
		for (tries = 0; tries < SERVER_PORT_TRIES; tries++) {
			err = server_open_port(s, s->cfg->ports[i]);
			if (err != -EADDRINUSE || s->cfg->ports[i])
				break;
			server_close_sockets(s, first);
		}
	}
	if (err)
		server_say_failed(s, err);
	return err;
}

static int server_watch_sockets(struct server *s)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < s->n_sockets && !err; i++)
		err = loop_add(&s->loop, s->sockets[i].fd, EPOLLIN,
			       s->sockets[i].is_udp ? EVENT_DGRAM
						    : EVENT_LISTEN,
			       i, 0);
	return err;
}

/* How many connections the table holds. */
static uint32_t server_conns_max(const struct server *s)
{
	uint32_t limit = fd_raise_limit();
	uint32_t own = s->n_sockets + SERVER_OWN_FDS;
	uint32_t room = limit > own ? limit - own : 1;
	uint32_t max = s->cfg->max_conns;

	if (!max)
		max = room < SERVER_CONNS_LIMIT ? room : SERVER_CONNS_LIMIT;
	else if (max > room)
		log_warn("--max-conns %u is more than the descriptor limit of "
			 "%u has room for; raise it with ulimit -n",
			 max, limit);
	log_info("up to %u TCP connections (descriptor limit %u)", max, limit);
	return max;
}

/* The capture needs the ports that the kernel chose. */
static int server_open_toa(struct server *s)
{
	uint16_t ports[CONFIG_PORTS_MAX];
	size_t n = 0;
	uint32_t i;

	s->tcp.toa.cfg = s->cfg;
	s->tcp.toa.loop = &s->loop;
	s->tcp.toa.stats = &s->stats;
	if (s->cfg->policy.mode != MODE_TOA)
		return 0;
	/* the sockets of a port follow each other */
	for (i = 0; i < s->n_sockets && n < ARRAY_SIZE(ports); i++)
		if (!n || ports[n - 1] != s->sockets[i].at.port)
			ports[n++] = s->sockets[i].at.port;
	return toa_source_open(&s->tcp.toa, EVENT_CAPTURE, ports, n);
}

static int server_init_parts(struct server *s)
{
	static const int sigs[] = { SIGTERM, SIGINT, SIGUSR1 };
	int err;

	s->tcp.cfg = s->cfg;
	s->tcp.loop = &s->loop;
	s->tcp.log = &s->log;
	s->tcp.stats = &s->stats;
	s->tcp.type = EVENT_CONN;
	s->udp.cfg = s->cfg;
	s->udp.log = &s->log;
	s->udp.stats = &s->stats;
	loop_on(&s->loop, EVENT_SIGNAL, server_on_signal, s);
	loop_on(&s->loop, EVENT_LISTEN, server_on_listen, s);
	loop_on(&s->loop, EVENT_DGRAM, server_on_dgram, s);
	err = server_open_sockets(s);
	if (err)
		return err;
	err = server_open_toa(s);
	if (err)
		return err;
	err = record_open(&s->log, s->cfg->log_path, s->cfg->log_format,
			  &s->stats.log_suppressed);
	if (err) {
		log_error("cannot open the log %s: %s", s->cfg->log_path,
			  strerror(-err));
		return err;
	}
	err = sig_open(sigs, ARRAY_SIZE(sigs), &s->sig_fd);
	if (!err)
		err = loop_add(&s->loop, s->sig_fd, EPOLLIN, EVENT_SIGNAL, 0,
			       0);
	if (!err)
		err = tcp_init(&s->tcp,
			       s->cfg->want_tcp ? server_conns_max(s) : 1);
	if (!err)
		err = udp_init(&s->udp, s->cfg->udp_sessions_max);
	if (!err)
		err = server_watch_sockets(s);
	if (err)
		log_error("cannot start: %s", strerror(-err));
	return err;
}

static void server_say_ready(struct server *s)
{
	char at[ENDPOINT_TEXT_MAX];
	uint32_t i;

	for (i = 0; i < s->n_sockets; i++) {
		log_info("listening on %s %s",
			 s->sockets[i].is_udp ? "udp" : "tcp",
			 endpoint_format(&s->sockets[i].at, at));
		if (!s->sockets[i].is_udp)
			record_listening(&s->log, s->sockets[i].at.port);
	}
	for (i = 0; i < FAULT_COUNT; i++)
		if (fault_is_on(&s->cfg->faults, i))
			log_warn("wrong on purpose: --fault %s",
				 fault_names[i].name);
	log_info("ready");
}

int server_init(struct server *s, const struct origin_config *cfg)
{
	int err;

	memset(s, 0, sizeof(*s));
	s->cfg = cfg;
	s->sig_fd = -1;
	s->tcp.spare_fd = -1;
	err = loop_init(&s->loop);
	if (err) {
		log_error("cannot start: %s", strerror(-err));
		return err;
	}
	err = server_init_parts(s);
	if (err)
		server_fini(s);
	return err;
}

/* Run timers. Return: how long the loop may sleep, in ms */
static int server_tick(struct server *s, uint64_t stop_ms)
{
	uint64_t now = clock_ms();
	int sleep_ms = tcp_tick(&s->tcp, now);
	int udp_ms = udp_tick(&s->udp, now);

	if (sleep_ms < 0 || (udp_ms >= 0 && udp_ms < sleep_ms))
		sleep_ms = udp_ms;
	if (s->paused_until_ms && now >= s->paused_until_ms) {
		s->paused_until_ms = 0;
		server_watch_listeners(s, EPOLLIN);
	}
	if (s->paused_until_ms || stop_ms) {
		uint64_t at = stop_ms ? stop_ms : s->paused_until_ms;
		int left = at > now ? (int)(at - now) : 0;

		if (sleep_ms < 0 || left < sleep_ms)
			sleep_ms = left;
	}
	if (!record_flush(&s->log) &&
	    (sleep_ms < 0 || sleep_ms > LINEFILE_RETRY_MS))
		sleep_ms = LINEFILE_RETRY_MS;
	return sleep_ms;
}

int server_run(struct server *s)
{
	uint64_t stop_ms = 0;
	int n;

	server_say_ready(s);
	for (;;) {
		n = loop_wait(&s->loop, server_tick(s, stop_ms));
		if (n < 0) {
			log_error("cannot wait for events: %s", strerror(-n));
			return n;
		}
		if (!s->is_stopping)
			continue;
		if (!stop_ms) {
			stop_ms = clock_ms() + SERVER_DRAIN_MS;
			server_close_sockets(s, 0);
			tcp_drain(&s->tcp);
		}
		if (!s->stats.tcp_open || s->is_stop_urgent ||
		    clock_ms() >= stop_ms)
			return 0;
	}
}

void server_fini(struct server *s)
{
	server_close_sockets(s, 0);
	tcp_fini(&s->tcp);
	toa_source_close(&s->tcp.toa);
	udp_fini(&s->udp);
	s->log_lost = record_close(&s->log);
	fd_close(&s->sig_fd);
	loop_fini(&s->loop);
}
