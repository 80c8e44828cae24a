/* SPDX-License-Identifier: BSD-2-Clause */
/* udp.c - datagrams and their echoes over one connected UDP socket; see conn.h.
 *
 * A few datagrams are under way at a time (plan.window, CONN_FLIGHT_BYTES), so
 * that nothing overflows on a path without congestion. Nothing is sent twice:
 * a datagram not answered within the timeout is lost and counted. Each reply
 * must be exactly one datagram that was sent: [SPP header][identity line]
 * payload.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "conn.h"
#include "pattern.h"

/* The device queue is full: look again soon. */
#define UDP_PAUSE_MS 1
/* Datagrams of one socket that are sent, or read, at once. */
#define UDP_BATCH 16
/* The buffers begin in different sets of the cache. */
#define UDP_STRIDE (CONN_BUF_BYTES + 3 * 64)
/* Short datagrams carry no number; so far back a duplicate is recognised. */
#define UDP_RECENT 128

/* Replies of one socket that were read at once: up to @n. */
struct udp_in {
	uint32_t n;
	struct iovec iov[UDP_BATCH];
	struct mmsghdr msgs[UDP_BATCH];
	uint8_t data[UDP_BATCH][UDP_STRIDE];
};

static void udp_run(struct worker *w, struct conn *c);

static bool udp_wants_more(const struct worker *w, const struct conn *c)
{
	uint64_t total = plan_datagrams(w->plan);

	return (!total || c->next_seq < total) && !conn_is_over(w);
}

/* Has the window room for @len bytes? One datagram always has. */
static bool udp_has_room(const struct worker *w, const struct conn *c,
			 uint32_t len)
{
	return !c->in_flight || (c->in_flight < w->plan->window &&
				 len <= CONN_FLIGHT_BYTES - c->in_flight_bytes);
}

static void udp_add_flight(struct worker *w, struct conn *c, uint32_t len,
			   uint64_t due_ns)
{
	uint32_t i = 0;

	while (c->flights[i].sent_ns)
		i++;
	ASSERT(i < w->plan->window);
	c->flights[i] = (struct flight) { c->next_seq, w->now_ns, due_ns, len };
	c->in_flight++;
	c->in_flight_bytes += len;
	conn_count_sent(w, c, len);
	c->next_seq++;
}

static void udp_drop_flight(struct conn *c, struct flight *f)
{
	c->in_flight--;
	c->in_flight_bytes -= f->len;
	f->sent_ns = 0;
}

static struct flight *udp_oldest(const struct worker *w, const struct conn *c)
{
	struct flight *oldest = NULL;
	uint32_t i;

	for (i = 0; i < w->plan->window; i++) {
		struct flight *f = &c->flights[i];

		if (f->sent_ns && (!oldest || f->seq < oldest->seq))
			oldest = f;
	}
	return oldest;
}

/* SPP stands before every datagram, v2 before the first (as the proxy does). */
static size_t udp_header_len(const struct worker *w, const struct conn *c,
			     uint64_t seq)
{
	return w->plan->send == SEND_SPP || !seq ? c->hdr_len : 0;
}

static size_t udp_write_to(const struct worker *w, const struct conn *c,
			   uint64_t seq, uint32_t len, uint8_t *p)
{
	size_t hdr = udp_header_len(w, c, seq);

	memcpy(p, c->hdr, hdr);
	pattern_fill_datagram(c->id, seq, p + hdr, len);
	return hdr + len;
}

/* The socket did not take the next datagram. Return: false if the connection
 * ended
 */
static bool udp_refused(struct worker *w, struct conn *c, int err)
{
	if (err == ENOBUFS) {
		c->is_paused = true;
		conn_wake_in(w, c, UDP_PAUSE_MS);
	} else if (err != EAGAIN && err != EINTR) {
		return conn_fail(w, c, err);
	} else {
		c->can_write = false;
	}
	return true;
}

/* Send the next datagram, as far as the socket takes it. Return: false if the
 * connection ended
 */
static bool udp_send_one(struct worker *w, struct conn *c, uint32_t len,
			 uint64_t due_ns)
{
	size_t size = udp_header_len(w, c, c->next_seq) + len;

	if (size > sizeof(w->tx))
		return conn_fail(w, c, EMSGSIZE);
	(void)udp_write_to(w, c, c->next_seq, len, w->tx);
	if (send(c->fd, w->tx, size, MSG_NOSIGNAL) < 0)
		return udp_refused(w, c, errno);
	c->hdr_sent = c->hdr_len;
	udp_add_flight(w, c, len, due_ns);
	return true;
}

/* When the datagram that is next was due: a socket's first when the socket was,
 * if sockets are opened at a rate.
 */
static uint64_t udp_due(const struct worker *w, const struct conn *c)
{
	return w->plan->conn_rate && !c->next_seq ? c->due_ns : w->now_ns;
}

/* Datagrams that go out with one system call; their bytes are in worker.tx. */
struct udp_batch {
	uint32_t n;
	uint32_t lens[UDP_BATCH];
	struct iovec iov[UDP_BATCH];
	struct mmsghdr msgs[UDP_BATCH];
};

/* Those that are next, as far as the window has room for them. */
static void udp_fill(struct worker *w, const struct conn *c,
		     struct udp_batch *ret)
{
	uint64_t seq = c->next_seq, total = plan_datagrams(w->plan);
	uint32_t flight = c->in_flight, bytes = c->in_flight_bytes, n = 0;
	size_t used = 0;

	while (n < UDP_BATCH && flight < w->plan->window &&
	       (!total || seq < total)) {
		uint32_t len = plan_datagram_len(w->plan, seq);
		size_t size = udp_header_len(w, c, seq) + len;

		if ((flight && len > CONN_FLIGHT_BYTES - bytes) ||
		    size > sizeof(w->tx) - used)
			break;
		(void)udp_write_to(w, c, seq, len, w->tx + used);
		ret->lens[n] = len;
		ret->iov[n] = (struct iovec) { w->tx + used, size };
		ret->msgs[n] = (struct mmsghdr) {
			.msg_hdr = { .msg_iov = &ret->iov[n], .msg_iovlen = 1 }
		};
		used += size;
		bytes += len;
		flight++;
		seq++;
		n++;
	}
	ret->n = n;
}

/* Send what comes next, as far as window and socket take it. Return: false if
 * the connection ended
 */
static bool udp_send_some(struct worker *w, struct conn *c)
{
	struct udp_batch b;
	int i, n;

	udp_fill(w, c, &b);
	if (b.n < 2)
		return udp_send_one(w, c,
				    plan_datagram_len(w->plan, c->next_seq),
				    udp_due(w, c));
	n = sendmmsg(c->fd, b.msgs, b.n, MSG_NOSIGNAL);
	if (n < 0)
		return udp_refused(w, c, errno);
	c->hdr_sent = c->hdr_len;
	for (i = 0; i < n; i++)
		udp_add_flight(w, c, b.lens[i], udp_due(w, c));
	return true;
}

static bool udp_send(struct worker *w, struct conn *c)
{
	while (c->can_write && !c->is_paused && udp_wants_more(w, c) &&
	       udp_has_room(w, c, plan_datagram_len(w->plan, c->next_seq)))
		if (!udp_send_some(w, c))
			return false;
	return true;
}

/* Paced: send the datagram that was due then; it stays owed until the socket
 * takes it. Return: false if the connection ended
 */
static bool udp_send_owed(struct worker *w, struct conn *c, uint64_t due_ns)
{
	uint64_t seq = c->next_seq;

	c->owed_ns = due_ns;
	if (!udp_send_one(w, c, plan_datagram_len(w->plan, seq), due_ns))
		return false;
	if (c->next_seq != seq)
		c->owed_ns = 0;
	return true;
}

/* Paced: is there room for a datagram, should one be due? */
static void udp_offer(struct worker *w, struct conn *c)
{
	if (c->can_write && !c->is_paused && !c->owed_ns &&
	    udp_wants_more(w, c) &&
	    udp_has_room(w, c, plan_datagram_len(w->plan, c->next_seq)))
		conn_list(w, c);
	else
		conn_unlist(w, c);
}

static bool udp_is_flight(const struct conn *c, const struct flight *f,
			  const uint8_t *buf, size_t len)
{
	uint64_t id, seq;

	if (f->len < PATTERN_TAG_LEN)
		return len == f->len &&
		       pattern_check_datagram(c->id, f->seq, buf, len) == len;
	return pattern_read_tag(buf, len, &id, &seq) && id == c->id &&
	       seq == f->seq;
}

/* The datagram under way that @buf is, told by its tag or, if it was too short
 * for one, by its bytes; of several alike the oldest. NULL if there is none.
 */
static struct flight *udp_match(const struct worker *w, const struct conn *c,
				const uint8_t *buf, size_t len)
{
	struct flight *found = NULL;
	uint32_t i;

	for (i = 0; i < w->plan->window; i++) {
		struct flight *f = &c->flights[i];

		if (f->sent_ns && (!found || f->seq < found->seq) &&
		    udp_is_flight(c, f, buf, len))
			found = f;
	}
	return found;
}

/* Was @buf sent before, and answered? */
static bool udp_is_duplicate(const struct worker *w, const struct conn *c,
			     const uint8_t *buf, size_t len)
{
	uint64_t id, seq;

	if (pattern_read_tag(buf, len, &id, &seq))
		return id == c->id && seq < c->next_seq &&
		       len == plan_datagram_len(w->plan, seq);
	for (seq = c->next_seq; seq > 0 && c->next_seq - seq < UDP_RECENT;
	     seq--)
		if (plan_datagram_len(w->plan, seq - 1) == len &&
		    pattern_check_datagram(c->id, seq - 1, buf, len) == len)
			return true;
	return false;
}

static bool udp_take_stray(struct worker *w, struct conn *c, const uint8_t *buf,
			   size_t len)
{
	uint64_t id, seq;

	if (udp_is_duplicate(w, c, buf, len)) {
		w->result.duplicates++;
		return true;
	}
	if (pattern_read_tag(buf, len, &id, &seq) && id != c->id)
		return conn_mismatch(w, c, END_MISMATCH, 0,
				     "datagram of another connection, or "
				     "changed");
	return conn_mismatch(w, c, END_MISMATCH, 0,
			     "datagram that was not sent");
}

/* The bytes are right as far as they go, and the end is not. */
static bool udp_wrong_length(struct worker *w, struct conn *c,
			     const struct flight *f, size_t len)
{
	if (len < f->len) {
		w->result.cut++;
		return conn_mismatch(w, c, END_MISMATCH, len, "datagram cut");
	}
	w->result.merged++;
	return conn_mismatch(w, c, END_MISMATCH, f->len,
			     "datagram joined with what follows");
}

static bool udp_take_payload(struct worker *w, struct conn *c,
			     const uint8_t *buf, size_t len)
{
	struct flight *f = w->plan->want_verify ? udp_match(w, c, buf, len)
						: udp_oldest(w, c);

	if (!f && !w->plan->want_verify)
		return true;
	if (!f)
		return udp_take_stray(w, c, buf, len);
	if (w->plan->want_verify) {
		size_t n = len < f->len ? len : f->len;
		size_t good = pattern_check_datagram(c->id, f->seq, buf, n);

		if (good < n)
			return conn_mismatch(w, c, END_MISMATCH, good,
					     "echoed byte differs");
		if (len != f->len)
			return udp_wrong_length(w, c, f, len);
	}
	if (f->seq < c->reply_seq)
		w->result.reordered++;
	else
		c->reply_seq = f->seq;
	conn_count_received(w, c, len);
	conn_count_latency(w, c, f->due_ns);
	udp_drop_flight(c, f);
	return true;
}

/* An identity line. The origin says the same of every datagram of a session:
 * what was right once is right again, byte by byte the same.
 */
static void udp_take_line(struct worker *w, struct conn *c, const char *line,
			  size_t len)
{
	if (c->line_len == len && memcmp(c->line, line, len) == 0)
		return;
	conn_take_identity(w, c, line, len);
	free(c->line);
	c->line = NULL;
	c->line_len = 0;
	if (c->identity != IDENTITY_OK)
		return;
	c->line = malloc(len);
	if (!c->line)
		return; /* the next one is read again */
	memcpy(c->line, line, len);
	c->line_len = (uint32_t)len;
}

/* One reply, whole. */
static bool udp_take(struct worker *w, struct conn *c, const uint8_t *buf,
		     size_t len)
{
	const uint8_t *lf;

	c->is_stood = true;
	c->reply_ns = w->now_ns;
	if (w->plan->send == SEND_SPP) {
		if (len < c->hdr_len || memcmp(buf, c->hdr, c->hdr_len) != 0)
			return conn_mismatch(w, c, END_MISMATCH, 0,
					     "reply without the SPP header of "
					     "its request");
		buf += c->hdr_len;
		len -= c->hdr_len;
	}
	lf = c->identity != IDENTITY_OFF && len > 0 && buf[0] == '{'
		     ? memchr(buf, '\n', len)
		     : NULL;
	if (lf) {
		size_t n = (size_t)(lf - buf);

		udp_take_line(w, c, (const char *)buf, n);
		buf += n + 1;
		len -= n + 1;
	} else if (c->identity != IDENTITY_OFF) {
		conn_take_identity(w, c, NULL, 0);
	}
	return udp_take_payload(w, c, buf, len);
}

struct udp_in *udp_in_new(const struct plan *p)
{
	struct udp_in *in = calloc(1, sizeof(*in));
	uint32_t i;

	if (!in)
		return NULL;
	/* one more than can come: the call that gets less has seen the end */
	in->n = p->window < UDP_BATCH ? p->window + 1 : UDP_BATCH;
	for (i = 0; i < in->n; i++) {
		in->iov[i] = (struct iovec) { in->data[i], CONN_BUF_BYTES };
		in->msgs[i].msg_hdr.msg_iov = &in->iov[i];
		in->msgs[i].msg_hdr.msg_iovlen = 1;
	}
	return in;
}

/* Read and judge up to UDP_BATCH replies. Return: false if the connection ended
 */
static bool udp_recv_some(struct worker *w, struct conn *c)
{
	struct udp_in *in = w->udp_in;
	int i, n = recvmmsg(c->fd, in->msgs, in->n, MSG_DONTWAIT, NULL);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return conn_fail(w, c, errno);
	if (n < (int)in->n)
		c->can_read = false;
	w->now_ns = clock_ns();
	for (i = 0; i < n; i++)
		if (!udp_take(w, c, in->data[i], in->msgs[i].msg_len))
			return false;
	return true;
}

static bool udp_recv(struct worker *w, struct conn *c)
{
	int i;

	for (i = 0; i < CONN_ROUNDS && c->can_read; i += UDP_BATCH)
		if (!udp_recv_some(w, c))
			return false;
	return true;
}

static void udp_end(struct worker *w, struct conn *c)
{
	conn_end(w, c, c->lost ? END_TIMEOUT : END_OK, 0);
}

/* Everything is answered or lost. */
static void udp_finish(struct worker *w, struct conn *c)
{
	if (c->state == CONN_HOLD)
		return;
	conn_unlist(w, c);
	if (!w->plan->hold_ms || conn_has_stop(w)) {
		udp_end(w, c);
		return;
	}
	c->state = CONN_HOLD;
	atomic_fetch_add_explicit(&w->shared->held, 1, memory_order_relaxed);
	conn_wake_in(w, c, w->plan->hold_ms);
}

/* Everything that was sent is answered. */
static void udp_think(struct worker *w, struct conn *c)
{
	c->is_paused = true;
	conn_wake_in(w, c, w->plan->think_ms);
}

static void udp_run(struct worker *w, struct conn *c)
{
	uint64_t answered = c->messages;

	if (!udp_recv(w, c))
		return;
	if (!c->in_flight && !udp_wants_more(w, c)) {
		udp_finish(w, c);
		return;
	}
	if (w->plan->think_ms && !c->in_flight && c->messages > answered)
		udp_think(w, c);
	else if (!w->plan->is_paced && !udp_send(w, c))
		return;
	if (c->owed_ns && c->can_write && !c->is_paused &&
	    !udp_send_owed(w, c, c->owed_ns))
		return;
	if (w->plan->is_paced)
		udp_offer(w, c);
	if (c->can_read)
		(void)conn_retry(w, c);
}

static void udp_request(struct worker *w, struct conn *c, uint64_t due_ns)
{
	conn_unlist(w, c);
	if (udp_send_owed(w, c, due_ns))
		udp_offer(w, c);
}

static void udp_start(struct worker *w, struct conn *c)
{
	c->state = CONN_ACTIVE;
	c->can_write = true;
	c->reply_ns = w->now_ns;
	udp_run(w, c);
}

static void udp_release(struct worker *w, struct conn *c)
{
	udp_end(w, c);
}

/* Count what came too late; go on unless nothing at all comes any more. */
static void udp_wake(struct worker *w, struct conn *c)
{
	uint64_t timeout_ns = w->plan->timeout_ms * NS_PER_MS;
	struct flight *f;

	w->now_ns = clock_ns();
	if (c->state == CONN_HOLD) {
		udp_end(w, c);
		return;
	}
	c->is_paused = false;
	while ((f = udp_oldest(w, c)) && w->now_ns - f->sent_ns >= timeout_ns) {
		c->lost++;
		udp_drop_flight(c, f);
	}
	if (c->lost && w->now_ns - c->reply_ns >= timeout_ns) {
		c->lost += c->in_flight;
		udp_end(w, c);
		return;
	}
	conn_wake_at(w, c,
		     (f ? f->sent_ns : w->now_ns) / NS_PER_MS +
			     w->plan->timeout_ms + 1);
	udp_run(w, c);
}

const struct conn_ops udp_ops = {
	.start = udp_start,
	.run = udp_run,
	.wake = udp_wake,
	.release = udp_release,
	.request = udp_request,
	.over = udp_run,
};
