/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp_serve.c - payload is answered: the states SERVE and LINGER (tcp.c) */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tcp_internal.h"

/* Thrown away at once by --reply source and discard. */
#define TCP_DROP_BYTES 1048576

/* Send, or keep for later. Return: false if the connection was closed */
static bool conn_send(struct tcp *t, struct conn *c, const void *data,
		      size_t len)
{
	ssize_t n = 0;

	if (!len)
		return true;
	if (!c->buf) {
		n = send(c->fd, data, len, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			conn_close(t, c, REASON_RESET, true);
			return false;
		}
		n = n < 0 ? 0 : n;
		c->out += (uint64_t)n;
	}
	if ((size_t)n == len ||
	    conn_keep(c, (const uint8_t *)data + n, len - (size_t)n))
		return true;
	t->stats->no_memory++;
	conn_close(t, c, REASON_ERROR, true);
	return false;
}

void conn_settle(struct tcp *t, struct conn *c)
{
	if (!c->buf && c->got_fin) {
		conn_close(t, c, REASON_CLOSED, false);
		return;
	}
	if (!c->buf && c->is_answered && c->state == CONN_SERVE) {
		if (shutdown(c->fd, SHUT_WR)) {
			conn_close(t, c, REASON_RESET, true);
			return;
		}
		c->state = CONN_LINGER;
		c->since_ms = t->loop->now_ms;
		conn_set_timer(t, c);
	}
	(void)conn_watch(t, c);
}

static bool conn_answer_http(struct tcp *t, struct conn *c, const uint8_t *buf,
			     size_t len)
{
	char body[IDENT_LINE_MAX], answer[IDENT_LINE_MAX + 512];
	enum http_state st;
	size_t n;

	if (c->is_answered)
		return true;
	if (!c->http)
		c->http = http_req_new();
	if (!c->http) {
		t->stats->no_memory++;
		conn_close(t, c, REASON_ERROR, true);
		return false;
	}
	st = http_req_feed(c->http, buf, len);
	if (st == HTTP_MORE)
		return true;
	c->is_answered = true;
	record_request(t->log, &c->id, c->http->line, c->http->line_len);
	n = ident_line(&c->id, body, sizeof(body));
	n = http_answer(c->http, st == HTTP_DONE ? 200 : 431, body, n, answer,
			sizeof(answer));
	return conn_send(t, c, answer, n);
}

/* Is what comes thrown away? */
static bool conn_drops(const struct tcp *t)
{
	return t->cfg->reply == REPLY_DISCARD || t->cfg->reply == REPLY_SOURCE;
}

bool conn_serve(struct tcp *t, struct conn *c, const uint8_t *buf, size_t len)
{
	if (!len)
		return true;
	c->in += len;
	if (c->state == CONN_SERVE)
		c->since_ms = t->loop->now_ms;
	if (t->cfg->reply == REPLY_HTTP)
		return conn_answer_http(t, c, buf, len);
	if (conn_drops(t))
		return true;
	return conn_send(t, c, buf, len);
}

bool conn_greet(struct tcp *t, struct conn *c)
{
	char line[IDENT_LINE_MAX];
	const char *banner = t->cfg->banner;

	if (fault_is_on(&t->cfg->faults, FAULT_FIRST_BYTE_GREETING))
		banner = NULL;
	conn_drop_buf(c);
	c->state = CONN_SERVE;
	c->since_ms = t->loop->now_ms;
	conn_set_timer(t, c);
	t->stats->headers[c->id.kind]++;
	record_identified(t->log, &c->id, c->is_v4_socket);
	if (banner && (!conn_send(t, c, banner, strlen(banner)) ||
		       !conn_send(t, c, "\r\n", 2)))
		return false;
	return !t->cfg->want_identity ||
	       conn_send(t, c, line, ident_line(&c->id, line, sizeof(line)));
}

/* Take what came into @t->scratch; what is thrown away is not copied, tcp(7).
 */
static ssize_t conn_recv(struct tcp *t, struct conn *c, size_t *ret_cap)
{
	bool is_dropped = conn_drops(t) && c->state == CONN_SERVE;

	*ret_cap = is_dropped ? TCP_DROP_BYTES : TCP_IO_BYTES;
	return recv(c->fd, is_dropped ? NULL : t->scratch, *ret_cap,
		    is_dropped ? MSG_TRUNC : 0);
}

void conn_read(struct tcp *t, struct conn *c)
{
	int i;

	for (i = 0; i < TCP_READ_BATCH && !c->buf && !c->got_fin; i++) {
		size_t cap;
		ssize_t n = conn_recv(t, c, &cap);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n < 0) {
			conn_close(t, c, REASON_RESET, true);
			return;
		}
		if (n == 0)
			c->got_fin = true;
		else if (!conn_serve(t, c, t->scratch, (size_t)n))
			return;
		if (n < (ssize_t)cap)
			break;
	}
	conn_settle(t, c);
}

void conn_pour(struct tcp *t, struct conn *c)
{
	int i;

	for (i = 0; i < TCP_READ_BATCH; i++) {
		ssize_t n =
			send(c->fd, t->source, TCP_SOURCE_BYTES, MSG_NOSIGNAL);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0) {
			conn_close(t, c, REASON_RESET, true);
			return;
		}
		c->out += (uint64_t)n;
		c->since_ms = t->loop->now_ms;
		if (n < TCP_SOURCE_BYTES)
			return;
	}
}

void conn_write(struct tcp *t, struct conn *c)
{
	ssize_t n = send(c->fd, c->buf + c->buf_off, c->buf_len - c->buf_off,
			 MSG_NOSIGNAL);

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			conn_close(t, c, REASON_RESET, true);
		return;
	}
	c->out += (uint64_t)n;
	c->since_ms = t->loop->now_ms;
	c->buf_off += (uint32_t)n;
	if (c->buf_off < c->buf_len)
		return;
	conn_drop_buf(c);
	conn_settle(t, c);
}
