/* SPDX-License-Identifier: BSD-2-Clause */
/* bulk.c - bytes as fast as they are taken, or as they come; see conn.h.
 *
 * Nothing is compared but the identity line that the origin may send first:
 * what is sent is one buffer over and over, and what comes is thrown away in
 * the kernel, so that the path is measured and not this program. A connection
 * that sent ends well if the peer's FIN follows ours, which it does when the
 * peer has read all; one that received sends FIN and reads on to the end.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "conn.h"

/* Bytes of a connection; UINT64_MAX: until the time is over. */
static uint64_t bulk_total(const struct plan *p)
{
	return p->messages && p->size <= UINT64_MAX / p->messages
		       ? p->messages * p->size
		       : UINT64_MAX;
}

static bool bulk_send_header(struct worker *w, struct conn *c, bool *ret_moved)
{
	bool is_last;
	size_t len = tcp_header_piece(w->plan, c, &is_last);
	ssize_t n = send(c->fd, c->hdr + c->hdr_sent, len, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return conn_fail(w, c, errno);
	if (n < (ssize_t)len)
		c->can_write = false;
	if (n <= 0)
		return true;
	*ret_moved = true;
	c->hdr_sent = (uint8_t)(c->hdr_sent + n);
	if (!is_last && (size_t)n == len)
		tcp_pause(w, c);
	return true;
}

/* Send once. *@ret_moved is set if bytes left. Return: false if it ended */
static bool bulk_send(struct worker *w, struct conn *c, bool *ret_moved)
{
	uint64_t left = bulk_total(w->plan) - c->sent;
	size_t len = left < CONN_BULK_BYTES ? (size_t)left : CONN_BULK_BYTES;
	ssize_t n;

	if (c->hdr_sent < c->hdr_len)
		return bulk_send_header(w, c, ret_moved);
	if (w->plan->load == LOAD_DOWN)
		return true;
	n = send(c->fd, w->bulk, len, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return conn_fail(w, c, errno);
	if (n < (ssize_t)len)
		c->can_write = false;
	if (n <= 0)
		return true;
	*ret_moved = true;
	conn_count_sent(w, c, (size_t)n);
	return true;
}

static bool bulk_at_end(struct worker *w, struct conn *c)
{
	conn_end(w, c, c->state == CONN_CLOSING ? END_OK : END_CLOSED, 0);
	return false;
}

/* What came before the identity line is whole: only that is looked at. */
static ssize_t bulk_recv_line(struct worker *w, struct conn *c)
{
	ssize_t n = recv(c->fd, w->rx, sizeof(w->rx), 0);
	size_t used = 0;

	if (n <= 0)
		return n;
	if (!tcp_take_line(w, c, w->rx, (size_t)n, &used))
		return -ECANCELED;
	conn_count_received(w, c, (size_t)n - used);
	return n;
}

static ssize_t bulk_recv_rest(struct worker *w, struct conn *c)
{
	/* MSG_TRUNC: tcp(7), the bytes are not copied */
	ssize_t n = recv(c->fd, NULL, CONN_BULK_BYTES, MSG_TRUNC);

	if (n > 0)
		conn_count_received(w, c, (size_t)n);
	return n;
}

/* Receive once. Return: false if it ended */
static bool bulk_recv(struct worker *w, struct conn *c, bool *ret_moved)
{
	ssize_t n = c->identity == IDENTITY_PENDING ? bulk_recv_line(w, c)
						    : bulk_recv_rest(w, c);

	if (n == -ECANCELED)
		return false;
	if (n < 0) {
		c->can_read = false;
		return errno == EAGAIN || errno == EINTR
			       ? true
			       : conn_fail(w, c, errno);
	}
	*ret_moved = true;
	if (n == 0)
		return bulk_at_end(w, c);
	if (w->plan->load == LOAD_UP && c->echoed)
		return conn_mismatch(w, c, END_EXTRA, 0,
				     "bytes from an origin that was to take "
				     "them");
	return true;
}

/* Is enough moved, or the time over? Then begin to end. */
static bool bulk_settle(struct worker *w, struct conn *c)
{
	uint64_t moved = w->plan->load == LOAD_UP ? c->sent : c->echoed;

	if (c->state != CONN_ACTIVE || c->hdr_sent < c->hdr_len ||
	    (moved < bulk_total(w->plan) && !conn_is_over(w)))
		return true;
	return tcp_finish(w, c);
}

static void bulk_run(struct worker *w, struct conn *c)
{
	bool moved = true;
	int i;

	if (c->state == CONN_CONNECTING) {
		if (!c->can_write)
			return;
		tcp_stand(w, c);
	}
	if (!bulk_settle(w, c))
		return;
	for (i = 0; i < CONN_ROUNDS && moved; i++) {
		moved = false;
		if (c->state == CONN_ACTIVE && c->can_write && !c->is_paused &&
		    !bulk_send(w, c, &moved))
			return;
		if (c->can_read && !bulk_recv(w, c, &moved))
			return;
		if (!moved)
			break;
		w->now_ns = clock_ns();
		if (!c->is_paused && c->state != CONN_HOLD)
			conn_wake_in(w, c, w->plan->timeout_ms);
		if (!bulk_settle(w, c))
			return;
	}
	if (i == CONN_ROUNDS)
		(void)conn_retry(w, c);
}

const struct conn_ops bulk_ops = {
	.start = tcp_start,
	.run = bulk_run,
	.wake = tcp_wake,
	.release = tcp_release,
	.over = bulk_run,
};
