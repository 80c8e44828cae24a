/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp.c - messages and their echoes over one TCP connection; see conn.h.
 *
 * What comes back is one stream: the identity line if one is asked for, then
 * the echo. Both directions move at once, so that a message of any size passes
 * through buffers of any size.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "conn.h"
#include "pattern.h"

/* Between the pieces of a split header, so that they arrive apart. */
#define TCP_SPLIT_PAUSE_MS	20
#define TCP_SPLIT_EACH_PAUSE_MS 1

static void tcp_run(struct worker *w, struct conn *c);

void tcp_start(struct worker *w, struct conn *c)
{
	(void)w;
	c->state = CONN_CONNECTING;
}

static void tcp_begin_message(struct worker *w, struct conn *c, uint64_t due_ns)
{
	c->state = CONN_ACTIVE;
	c->msg_end += w->plan->size;
	c->msg_ns = due_ns;
	c->is_answered = false;
}

/* Nothing to say for the moment. */
static void tcp_idle(struct worker *w, struct conn *c)
{
	c->state = CONN_IDLE;
	if (w->plan->is_paced)
		conn_list(w, c);
	else
		conn_wake_in(w, c, w->plan->think_ms);
}

void tcp_stand(struct worker *w, struct conn *c)
{
	c->state = CONN_ACTIVE;
	c->is_stood = true;
	c->connect_ns = w->now_ns - c->start_ns;
	hist_add(&w->result.connect_ns, c->connect_ns);
	conn_wake_in(w, c, w->plan->timeout_ms);
}

static void tcp_connected(struct worker *w, struct conn *c)
{
	tcp_stand(w, c);
	if (w->plan->is_paced && w->plan->size)
		tcp_idle(w, c);
	else /* a late start counts as waiting */
		tcp_begin_message(w, c,
				  w->plan->conn_rate ? c->due_ns : w->now_ns);
}

static bool tcp_half_close(struct worker *w, struct conn *c)
{
	if (!w->plan->want_half_close) {
		conn_end(w, c, END_OK, 0);
		return false;
	}
	if (shutdown(c->fd, SHUT_WR))
		return conn_fail(w, c, errno);
	c->state = CONN_CLOSING;
	c->is_paused = false;
	conn_wake_in(w, c, w->plan->timeout_ms);
	return true;
}

void tcp_release(struct worker *w, struct conn *c)
{
	if (tcp_half_close(w, c))
		w->ops->run(w, c);
}

/* Every message is through. */
bool tcp_finish(struct worker *w, struct conn *c)
{
	conn_unlist(w, c);
	if (!w->plan->hold_ms || conn_has_stop(w))
		return tcp_half_close(w, c);
	c->state = CONN_HOLD;
	c->is_paused = false;
	atomic_fetch_add_explicit(&w->shared->held, 1, memory_order_relaxed);
	conn_wake_in(w, c, w->plan->hold_ms);
	return true;
}

/* Header bytes that go next; payload may follow them in the same segment only
 * if *@ret_is_last.
 */
size_t tcp_header_piece(const struct plan *p, const struct conn *c,
			bool *ret_is_last)
{
	size_t left = (size_t)c->hdr_len - c->hdr_sent;
	size_t n = left;

	*ret_is_last = true;
	if (!left || p->split_at == SPLIT_NONE)
		return left;
	if (p->split_at == SPLIT_EACH) {
		n = 1;
		*ret_is_last = left == 1;
	} else if (c->hdr_sent < p->split_at) {
		if (p->split_at - c->hdr_sent < left)
			n = p->split_at - c->hdr_sent;
		*ret_is_last = false;
	}
	return n;
}

void tcp_pause(struct worker *w, struct conn *c)
{
	c->is_paused = true;
	conn_wake_in(w, c,
		     w->plan->split_at == SPLIT_EACH ? TCP_SPLIT_EACH_PAUSE_MS
						     : TCP_SPLIT_PAUSE_MS);
}

/* @len bytes of what is to be sent, from the stream's offset @c->sent on. */
static void tcp_fill(const struct worker *w, const struct conn *c, uint8_t *buf,
		     size_t len)
{
	const struct plan *p = w->plan;

	if (p->load == LOAD_HTTP)
		memcpy(buf, p->request + (p->size - (c->msg_end - c->sent)),
		       len);
	else
		pattern_fill(c->id, c->sent, buf, len);
}

/* Send once. *@ret_moved is set if bytes left. Return: false if it ended */
static bool tcp_send(struct worker *w, struct conn *c, bool *ret_moved)
{
	bool is_last;
	size_t hdr = tcp_header_piece(w->plan, c, &is_last);
	uint64_t left = is_last ? c->msg_end - c->sent : 0;
	size_t len = left < CONN_BUF_BYTES - HEADER_MAX
			     ? (size_t)left
			     : CONN_BUF_BYTES - HEADER_MAX;
	ssize_t n;

	if (!hdr && !len)
		return true;
	memcpy(w->tx, c->hdr + c->hdr_sent, hdr);
	tcp_fill(w, c, w->tx + hdr, len);
	n = send(c->fd, w->tx, hdr + len, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return conn_fail(w, c, errno);
	if (n < (ssize_t)(hdr + len))
		c->can_write = false;
	if (n <= 0)
		return true;
	*ret_moved = true;
	if ((size_t)n <= hdr) {
		c->hdr_sent = (uint8_t)(c->hdr_sent + n);
	} else {
		c->hdr_sent = c->hdr_len;
		conn_count_sent(w, c, (size_t)n - hdr);
	}
	if (!is_last && (size_t)n == hdr)
		tcp_pause(w, c);
	return true;
}

/* The identity line's part of @buf. *@ret_used: how much that is.
 * Return: false if the connection ended
 */
bool tcp_take_line(struct worker *w, struct conn *c, const uint8_t *buf,
		   size_t len, size_t *ret_used)
{
	const uint8_t *lf = memchr(buf, '\n', len);
	size_t n = lf ? (size_t)(lf - buf) : len;

	*ret_used = 0;
	if (!c->line_len && buf[0] != '{') {
		c->identity = IDENTITY_MISSING; /* payload: it starts >= 0x80 */
		return true;
	}
	*ret_used = lf ? n + 1 : n;
	if (lf && !c->line_len) {
		conn_take_identity(w, c, (const char *)buf, n);
		return true;
	}
	if (n > WHOAMI_LINE_MAX - c->line_len)
		return conn_mismatch(w, c, END_MISMATCH, c->line_len,
				     "identity line without an end");
	if (!c->line)
		c->line = malloc(WHOAMI_LINE_MAX);
	if (!c->line)
		return conn_fail(w, c, ENOMEM);
	memcpy(c->line + c->line_len, buf, n);
	c->line_len += (uint32_t)n;
	if (lf) {
		conn_take_identity(w, c, c->line, c->line_len);
		free(c->line);
		c->line = NULL;
	}
	return true;
}

/* Bytes of the echo. */
static bool tcp_take_echo(struct worker *w, struct conn *c, const uint8_t *buf,
			  size_t len)
{
	uint64_t due = c->sent - c->echoed;
	size_t n = len < due ? len : (size_t)due;
	size_t good = n;

	if (w->plan->want_verify)
		good = pattern_check(c->id, c->echoed, buf, n);
	conn_count_received(w, c, good);
	if (good < n)
		return conn_mismatch(w, c, END_MISMATCH, c->echoed,
				     "echoed byte differs");
	if (len > due)
		return conn_mismatch(w, c, END_EXTRA, c->echoed,
				     "more bytes than were sent");
	return true;
}

/* The identity of an origin that answers HTTP is the body. */
static bool tcp_take_body(struct worker *w, struct conn *c, const uint8_t *buf,
			  size_t len)
{
	size_t used = 0;

	conn_count_received(w, c, len);
	return c->identity != IDENTITY_PENDING ||
	       tcp_take_line(w, c, buf, len, &used);
}

/* Bytes of an HTTP response. */
static bool tcp_take_reply(struct worker *w, struct conn *c, const uint8_t *buf,
			   size_t len)
{
	enum reply_event e;
	const uint8_t *body;
	size_t n;

	do {
		if (c->is_answered || c->state != CONN_ACTIVE)
			return conn_mismatch(w, c, END_EXTRA, c->echoed,
					     "response without a request");
		e = reply_next(&c->reply, &buf, &len, &body, &n);
		if (e == REPLY_BODY && !tcp_take_body(w, c, body, n))
			return false;
		if (e == REPLY_BAD)
			return conn_mismatch(w, c, END_MISMATCH, c->echoed,
					     "not an HTTP response");
		/* a body of known length ends with its last byte */
		if (e == REPLY_BODY && !len)
			e = reply_next(&c->reply, &buf, &len, &body, &n);
		c->is_answered = e == REPLY_DONE;
	} while (len);
	return true;
}

static bool tcp_take(struct worker *w, struct conn *c, const uint8_t *buf,
		     size_t len)
{
	size_t used = 0;

	if (w->plan->load == LOAD_HTTP)
		return tcp_take_reply(w, c, buf, len);
	if (c->identity == IDENTITY_PENDING &&
	    !tcp_take_line(w, c, buf, len, &used))
		return false;
	return used == len || tcp_take_echo(w, c, buf + used, len - used);
}

static bool tcp_is_answered(const struct worker *w, const struct conn *c)
{
	return w->plan->load == LOAD_HTTP ? c->is_answered
					  : c->echoed >= c->msg_end;
}

/* A whole message. */
static void tcp_count(struct worker *w, struct conn *c)
{
	conn_count_latency(w, c, c->msg_ns);
	if (w->plan->load != LOAD_HTTP)
		return;
	if (c->reply.status >= 400)
		w->result.http_errors++;
	c->is_last = c->reply.is_last;
	reply_reset(&c->reply);
}

/* FIN. Return: false, or true if it was the end of a response */
static bool tcp_at_end(struct worker *w, struct conn *c)
{
	bool is_whole = w->plan->load == LOAD_HTTP || c->echoed == c->sent;

	if (c->state == CONN_ACTIVE && reply_at_end(&c->reply)) {
		c->is_answered = true;
		c->can_read = false;
		return true;
	}
	if (c->state != CONN_CLOSING || !is_whole) {
		conn_end(w, c, END_CLOSED, 0);
		return false;
	}
	if (!w->plan->size)
		conn_count_latency(w, c, c->msg_ns);
	conn_end(w, c, END_OK, 0);
	return false;
}

/* Receive once. Return: false if it ended */
static bool tcp_recv(struct worker *w, struct conn *c, bool *ret_moved)
{
	ssize_t n = recv(c->fd, w->rx, sizeof(w->rx), 0);

	if (n < 0) {
		c->can_read = false;
		return errno == EAGAIN || errno == EINTR
			       ? true
			       : conn_fail(w, c, errno);
	}
	*ret_moved = true;
	if (n == 0)
		return tcp_at_end(w, c);
	/* a short read emptied the socket; a FIN would come with a new edge,
	 * unless it has come already
	 */
	if (n < (ssize_t)sizeof(w->rx) && !c->is_peer_done)
		c->can_read = false;
	return tcp_take(w, c, w->rx, (size_t)n);
}

static bool tcp_wants_message(const struct worker *w, const struct conn *c)
{
	return w->plan->size && !c->is_last &&
	       (!w->plan->messages || c->messages < w->plan->messages) &&
	       !conn_is_over(w);
}

/* Is the message under way through? Then begin the next, or finish. */
static bool tcp_settle(struct worker *w, struct conn *c)
{
	if (c->state != CONN_ACTIVE || c->hdr_sent < c->hdr_len ||
	    c->sent < c->msg_end || !tcp_is_answered(w, c))
		return true;
	if (w->plan->size)
		tcp_count(w, c);
	if (!tcp_wants_message(w, c))
		return tcp_finish(w, c);
	if (w->plan->is_paced || w->plan->think_ms)
		tcp_idle(w, c);
	else
		tcp_begin_message(w, c, w->now_ns);
	return true;
}

/* The run's time has passed: what waits for its time waits in vain. */
static void tcp_over(struct worker *w, struct conn *c)
{
	if (c->state == CONN_IDLE && tcp_finish(w, c))
		tcp_run(w, c);
}

static void tcp_request(struct worker *w, struct conn *c, uint64_t due_ns)
{
	conn_unlist(w, c);
	tcp_begin_message(w, c, due_ns);
	conn_wake_in(w, c, w->plan->timeout_ms);
	tcp_run(w, c);
}

static bool tcp_can_send(const struct conn *c)
{
	return (c->state == CONN_ACTIVE || c->state == CONN_IDLE) &&
	       c->can_write && !c->is_paused;
}

/* Does silence end it? */
static bool tcp_has_deadline(const struct conn *c)
{
	return !c->is_paused && c->state != CONN_HOLD && c->state != CONN_IDLE;
}

static void tcp_run(struct worker *w, struct conn *c)
{
	bool moved = true;
	int i;

	if (c->state == CONN_CONNECTING) {
		if (!c->can_write)
			return;
		tcp_connected(w, c);
		if (!tcp_settle(w, c)) /* nothing to send at all */
			return;
	}
	for (i = 0; i < CONN_ROUNDS && moved; i++) {
		moved = false;
		if (tcp_can_send(c) && !tcp_send(w, c, &moved))
			return;
		if (c->can_read && !tcp_recv(w, c, &moved))
			return;
		if (!moved)
			break;
		w->now_ns = clock_ns();
		if (tcp_has_deadline(c))
			conn_wake_in(w, c, w->plan->timeout_ms);
		if (!tcp_settle(w, c))
			return;
	}
	if (i == CONN_ROUNDS)
		(void)conn_retry(w, c);
}

void tcp_wake(struct worker *w, struct conn *c)
{
	w->now_ns = clock_ns();
	if (c->is_paused) {
		c->is_paused = false;
		conn_wake_in(w, c, w->plan->timeout_ms);
		w->ops->run(w, c);
	} else if (c->state == CONN_HOLD) {
		tcp_release(w, c);
	} else if (c->state == CONN_IDLE && w->plan->think_ms) {
		tcp_request(w, c, w->now_ns);
	} else if (c->state == CONN_IDLE) {
		conn_wake_in(w, c, w->plan->timeout_ms);
	} else {
		conn_end(w, c, c->is_stood ? END_TIMEOUT : END_CONNECT_TIMEOUT,
			 0);
	}
}

const struct conn_ops tcp_ops = {
	.start = tcp_start,
	.run = tcp_run,
	.wake = tcp_wake,
	.release = tcp_release,
	.request = tcp_request,
	.over = tcp_over,
};
