/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp.c - see tcp.h
 *
 * Theory of operation
 *
 * A connection is a slot with a generation (base/loop.h). Its states:
 *
 *   HEADER
 *	bytes are collected in @buf until header.c decides; nothing is sent and
 *	nothing is looked at before (PP 2). @buf never exceeds the longest
 *	header. Ends by a decision, the peer's FIN or the timer, whichever comes
 *	first; the timer counts from accept() and is not put off by bytes that
 *	come one by one. In mode toa toa_source.c decides, at once if it can,
 *	and the bytes are payload.
 *   SERVE
 *	payload is answered. What the peer does not take at once waits in @buf,
 *	and as long as something waits nothing is read: a peer that does not
 *	read costs one read's worth of memory. Its FIN is answered with ours
 *	when @buf is empty. With --reply source bytes are sent whenever the
 *	socket takes them, until the peer's FIN.
 *   LINGER
 *	HTTP: answered, our FIN sent; what still comes is thrown away, as
 *	closing over unread bytes would destroy the answer on its way.
 *
 * A refused connection is reset. Each has one timer node that is armed once
 * and, when it fires, compared with the state's deadline.
 */
#include "tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sock.h"
#include "fault.h"
#include "tcp_internal.h"
#include "wire/pp2.h"

#define TCP_ACCEPT_BATCH 64
#define TCP_LINGER_MS	 2000
#define TCP_NO_SLOT	 UINT32_MAX
#define TCP_NEVER	 UINT64_MAX

static uint32_t conn_slot(const struct tcp *t, const struct conn *c)
{
	return (uint32_t)(c - t->conns);
}

void conn_drop_buf(struct conn *c)
{
	free(c->buf);
	c->buf = NULL;
	c->buf_len = 0;
	c->buf_off = 0;
}

static void conn_record(struct tcp *t, const struct conn *c,
			enum record_reason reason)
{
	struct record_end end = {
		.reason = reason,
		.start_wall_ms = c->start_wall_ms,
		.duration_ms = clock_ms() - c->start_ms,
		.in = c->in,
		.out = c->out,
	};

	record_end(t->log, &c->id, &end);
}

void conn_close(struct tcp *t, struct conn *c, enum record_reason reason,
		bool is_abort)
{
	if (conn_is_toa(t) && c->state == CONN_HEADER)
		toa_source_end(&t->toa, &c->query);
	conn_record(t, c, reason);
	t->stats->tcp_bytes_in += c->in;
	t->stats->tcp_bytes_out += c->out;
	t->stats->tcp_resets += reason == REASON_RESET;
	t->stats->tcp_idle += reason == REASON_IDLE;
	t->stats->tcp_open--;
	wheel_cancel(&t->wheel, &c->timer);
	if (is_abort)
		sock_reset(&c->fd);
	else
		fd_close(&c->fd);
	conn_drop_buf(c);
	ident_fini(&c->id);
	free(c->http);
	c->http = NULL;
	c->state = CONN_FREE;
	c->gen++;
	c->next_free = t->free_head;
	t->free_head = conn_slot(t, c);
}

bool conn_watch(struct tcp *t, struct conn *c)
{
	uint32_t events = c->state == CONN_SERVE && c->buf ? EPOLLOUT
			  : c->got_fin			   ? 0
			  : conn_is_source(t, c)	   ? EPOLLIN | EPOLLOUT
							   : EPOLLIN;

	if (events == c->events)
		return true;
	if (loop_mod(t->loop, c->fd, events, t->type, conn_slot(t, c),
		     c->gen)) {
		conn_close(t, c, REASON_ERROR, true);
		return false;
	}
	c->events = events;
	return true;
}

static uint64_t conn_patience_ms(const struct tcp *t)
{
	return fault_is_on(&t->cfg->faults, FAULT_NO_TIMEOUT)
		       ? 0
		       : t->cfg->header_timeout_ms;
}

static uint64_t conn_deadline(const struct tcp *t, const struct conn *c)
{
	uint64_t after = c->state == CONN_HEADER   ? conn_patience_ms(t)
			 : c->state == CONN_LINGER ? TCP_LINGER_MS
						   : t->cfg->idle_timeout_ms;

	return after ? c->since_ms + after : TCP_NEVER;
}

void conn_set_timer(struct tcp *t, struct conn *c)
{
	uint64_t due = conn_deadline(t, c);

	if (due == TCP_NEVER)
		wheel_cancel(&t->wheel, &c->timer);
	else if (!wheel_is_armed(&c->timer) || due < c->timer.due_ms)
		wheel_arm(&t->wheel, &c->timer, due);
}

bool conn_keep(struct conn *c, const uint8_t *data, size_t len)
{
	uint8_t *buf = realloc(c->buf, c->buf_len + len);

	if (!buf)
		return false;
	memcpy(buf + c->buf_len, data, len);
	c->buf = buf;
	c->buf_len += (uint32_t)len;
	return true;
}

static void conn_event(void *ctx, uint32_t slot, uint32_t gen, uint32_t events)
{
	struct tcp *t = ctx;
	struct conn *c = &t->conns[slot];

	if (c->gen != gen || c->state == CONN_FREE)
		return;
	if (c->state == CONN_HEADER)
		conn_read_header(t, c);
	else if (events & EPOLLIN)
		conn_read(t, c);
	else if (events & EPOLLERR)
		conn_close(t, c, REASON_RESET, true);
	else if (events & EPOLLHUP)
		conn_close(t, c, c->buf ? REASON_RESET : REASON_CLOSED, true);
	else if (events & EPOLLOUT && c->buf)
		conn_write(t, c);
	else if (events & EPOLLOUT && conn_is_source(t, c))
		conn_pour(t, c);
}

static void conn_timer(void *ctx, struct wheel_node *node)
{
	struct tcp *t = ctx;
	/* the node is the first member */
	struct conn *c = (struct conn *)node;

	if (conn_deadline(t, c) > t->wheel.now_ms) {
		conn_set_timer(t, c);
		return;
	}
	if (c->state == CONN_HEADER)
		conn_decide(t, c, c->buf, c->buf_len, HEADER_END_TIMEOUT);
	else if (c->state == CONN_LINGER)
		conn_close(t, c, REASON_CLOSED, true);
	else
		conn_close(t, c, REASON_IDLE, c->buf);
}

/* What a broken origin does at once. Return: false if it was closed */
static bool conn_open_faulty(struct tcp *t, struct conn *c)
{
	const struct fault_set *s = &t->cfg->faults;
	const char *banner = t->cfg->banner ? t->cfg->banner : "hello";

	if (fault_is_on(s, FAULT_HALF_OPEN) &&
	    t->stats->tcp_open > s->arg[FAULT_HALF_OPEN]) {
		conn_close(t, c, REASON_ERROR, true);
		return false;
	}
	if (fault_is_on(s, FAULT_FIRST_BYTE_GREETING)) {
		/* an empty socket takes a line */
		(void)!send(c->fd, banner, strlen(banner), MSG_NOSIGNAL);
		(void)!send(c->fd, "\r\n", 2, MSG_NOSIGNAL);
	}
	return true;
}

/* The first bytes have often come with the connection. */
static void conn_read_early(struct tcp *t, struct conn *c, uint32_t gen)
{
	if (c->gen != gen)
		return;
	if (c->state == CONN_HEADER)
		conn_read_header(t, c);
	else if (c->state == CONN_SERVE && !c->buf)
		conn_read(t, c);
}

/* Our end of @fd: that of the listener @at, unless that takes any address. */
static int conn_local(int fd, const struct endpoint *at, struct endpoint *ret)
{
	static const uint8_t any[sizeof(at->addr.bytes)];

	*ret = *at;
	return memcmp(at->addr.bytes, any, sizeof(any)) != 0
		       ? 0
		       : sock_local(fd, ret);
}

/* A new connection; @fd is ours. */
static void conn_open(struct tcp *t, int fd, const struct endpoint *peer,
		      const struct tcp_listener *from)
{
	struct endpoint local = { 0 };
	uint32_t gen, slot = t->free_head;
	struct conn *c;

	if (slot == TCP_NO_SLOT) {
		t->stats->tcp_refused_limit++;
		sock_reset(&fd);
		return;
	}
	c = &t->conns[slot];
	if (conn_local(fd, &from->at, &local) ||
	    loop_add(t->loop, fd, EPOLLIN, t->type, slot, c->gen)) {
		sock_reset(&fd);
		return;
	}
	t->free_head = c->next_free;
	gen = c->gen;
	*c = (struct conn) {
		.fd = fd,
		.gen = c->gen,
		.events = EPOLLIN,
		.state = CONN_HEADER,
		.is_v4_socket = from->is_v4,
		.start_ms = t->loop->now_ms,
		.start_wall_ms = clock_wall_ms(),
	};
	c->since_ms = c->start_ms;
	if (conn_is_toa(t)) {
		toa_source_begin(&t->toa, fd, peer, &local, from->is_v4,
				 &c->query);
		peer = &c->query.peer;
	}
	ident_init(&c->id, false, peer, &local);
	t->stats->tcp_accepted++;
	if (++t->stats->tcp_open > t->stats->tcp_open_max)
		t->stats->tcp_open_max = t->stats->tcp_open;
	conn_set_timer(t, c);
	if (fault_any(&t->cfg->faults) && !conn_open_faulty(t, c))
		return;
	if (t->cfg->policy.mode == MODE_OFF || conn_is_toa(t))
		conn_decide(t, c, t->scratch, 0, HEADER_END_OPEN);
	conn_read_early(t, c, gen);
}

/* No descriptor is left: free the spare one to take the connection off the
 * queue and refuse it, or the queue would report it for ever.
 * Return: 0 or -errno
 */
static int tcp_shed(struct tcp *t, int listen_fd)
{
	int fd;

	if (t->spare_fd < 0)
		return -EMFILE;
	fd_close(&t->spare_fd);
	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0) {
		t->stats->tcp_refused_fds++;
		sock_reset(&fd);
	}
	t->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return t->spare_fd < 0 ? -errno : 0;
}

int tcp_accept(struct tcp *t, const struct tcp_listener *from)
{
	int i;

	for (i = 0; i < TCP_ACCEPT_BATCH; i++) {
		struct sockaddr_storage ss = { 0 };
		socklen_t len = sizeof(ss);
		struct endpoint peer;
		int err, fd = accept4(from->fd, (struct sockaddr *)&ss, &len,
				      SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			peer = endpoint_from_sockaddr(&ss);
			conn_open(t, fd, &peer, from);
			continue;
		}
		switch (errno) {
		case EAGAIN:
			return 0;
		case EMFILE:
		case ENFILE:
			err = tcp_shed(t, from->fd);
			if (err)
				return err;
			break;
		case ENOBUFS:
		case ENOMEM:
			return -errno;
		default:
			break; /* this connection's own error, accept(2) */
		}
	}
	return 0;
}

int tcp_init(struct tcp *t, uint32_t conns_max)
{
	uint32_t i;

	wheel_init(&t->wheel, clock_ms());
	t->conns_max = conns_max;
	t->conns = calloc(conns_max, sizeof(*t->conns));
	t->scratch = malloc(PP2_HDR_MAX + TCP_IO_BYTES);
	t->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (t->cfg->reply == REPLY_SOURCE)
		t->source = calloc(1, TCP_SOURCE_BYTES);
	if (!t->conns || !t->scratch ||
	    (t->cfg->reply == REPLY_SOURCE && !t->source)) {
		tcp_fini(t);
		return -ENOMEM;
	}
	for (i = 0; i < conns_max; i++)
		t->conns[i].next_free = i + 1 < conns_max ? i + 1 : TCP_NO_SLOT;
	t->free_head = 0;
	loop_on(t->loop, t->type, conn_event, t);
	return 0;
}

void tcp_fini(struct tcp *t)
{
	uint32_t i;

	for (i = 0; t->conns && i < t->conns_max; i++)
		if (t->conns[i].state != CONN_FREE)
			conn_close(t, &t->conns[i], REASON_SHUTDOWN, true);
	fd_close(&t->spare_fd);
	free(t->conns);
	free(t->scratch);
	free(t->source);
	t->source = NULL;
	t->conns = NULL;
	t->scratch = NULL;
}

void tcp_drain(struct tcp *t)
{
	uint32_t i;

	for (i = 0; i < t->conns_max; i++) {
		struct conn *c = &t->conns[i];

		if (c->state == CONN_HEADER)
			conn_close(t, c, REASON_SHUTDOWN, true);
		else if (c->state != CONN_FREE && !c->buf)
			conn_close(t, c, REASON_SHUTDOWN, false);
	}
}

int tcp_tick(struct tcp *t, uint64_t now_ms)
{
	wheel_run(&t->wheel, now_ms, conn_timer, t);
	return wheel_timeout_ms(&t->wheel, now_ms);
}
