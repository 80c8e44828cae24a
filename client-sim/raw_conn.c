/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_conn.c - see raw_conn.h */
#include "raw_conn.h"

#include "wire/bytes.h"
#include "wire/wire.h"

static bool raw_seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static struct raw_own_values raw_conn_values(const struct raw_conn *c)
{
	return (struct raw_own_values) {
		.mss = c->task->mss,
		.has_ts = c->has_ts,
		.ts_value = (uint32_t)c->now_ms,
		.ts_echo = c->ts_recent,
	};
}

static void raw_conn_emit(struct raw_conn *c, enum raw_place place,
			  unsigned flags, const uint8_t *data, size_t len)
{
	struct raw_own_values v = raw_conn_values(c);
	uint8_t area[RAW_AREA_MAX];
	bool is_syn = flags & TCP_F_SYN;
	struct raw_segment s = {
		.src = &c->task->src,
		.dst = &c->task->dst,
		/* what carries nothing stands behind what is in flight */
		.seq = is_syn || len || flags & TCP_F_FIN ? c->una
							  : c->una + c->flight,
		.ack = is_syn ? 0 : c->rcv_nxt,
		.flags = (uint16_t)flags,
		.window = (uint16_t)(c->has_ws
					     ? RAW_WINDOW_BYTES >> RAW_WS_SHIFT
					     : RAW_WINDOW_BYTES),
		.opt = area,
		.data = data,
		.len = len,
	};

	s.opt_len = raw_opts_area(c->task->opts, place, &v, area);
	c->sent_segments++;
	c->ops.send(c->ops.ctx, &s);
}

static void raw_conn_emit_ack(struct raw_conn *c)
{
	raw_conn_emit(c, RAW_OTHER, TCP_F_ACK, NULL, 0);
}

static uint64_t raw_conn_total(const struct raw_conn *c)
{
	return (uint64_t)c->task->payload_len * c->task->messages;
}

/* What is in flight, once more or for the first time. */
static void raw_conn_transmit(struct raw_conn *c)
{
	const struct raw_task *t = c->task;

	switch (c->state) {
	case RAW_SYN_SENT:
		raw_conn_emit(c, RAW_SYN, TCP_F_SYN, NULL, 0);
		break;
	case RAW_OPEN:
		raw_conn_emit(c, RAW_DATA, TCP_F_ACK | TCP_F_PSH,
			      t->payload + c->offset % t->payload_len,
			      c->flight);
		break;
	case RAW_FIN_SENT:
		raw_conn_emit(c, RAW_OTHER, TCP_F_ACK | TCP_F_FIN, NULL, 0);
		break;
	case RAW_FIN_ACKED:
	case RAW_DONE:
		break;
	}
}

static void raw_conn_launch(struct raw_conn *c, uint32_t flight)
{
	c->flight = flight;
	c->tries = 0;
	c->rto_at_ms = c->now_ms + RAW_RTO_MS;
	raw_conn_transmit(c);
}

static void raw_conn_progress(struct raw_conn *c)
{
	c->idle_at_ms = c->now_ms + c->task->timeout_ms;
}

static void raw_conn_finish(struct raw_conn *c, enum raw_end why)
{
	c->state = RAW_DONE;
	c->end = why;
	c->flight = 0;
}

void raw_conn_abort(struct raw_conn *c, enum raw_end why)
{
	if (c->state == RAW_DONE)
		return;
	if (c->state != RAW_SYN_SENT)
		raw_conn_emit(c, RAW_OTHER, TCP_F_RST | TCP_F_ACK, NULL, 0);
	raw_conn_finish(c, why);
}

/* How much of the message under way goes into the next segment. A closed
 * window is probed with one byte.
 */
static uint32_t raw_conn_chunk(const struct raw_conn *c)
{
	const struct raw_task *t = c->task;
	struct raw_own_values v = raw_conn_values(c);
	uint8_t area[RAW_AREA_MAX];
	size_t opt_len = raw_opts_area(t->opts, RAW_DATA, &v, area);
	size_t n = t->payload_len - c->offset % t->payload_len;
	size_t mss = c->peer_mss < t->mss ? c->peer_mss : t->mss;
	/* RFC 6691: the peer's MSS leaves out options, so they count here */
	size_t room = mss > opt_len ? mss - opt_len : 1;

	if (n > room)
		n = room;
	if (n > c->peer_window)
		n = c->peer_window ? c->peer_window : 1;
	return (uint32_t)n;
}

/* Go on if nothing is in flight. */
static void raw_conn_pump(struct raw_conn *c)
{
	if (c->state != RAW_OPEN || c->flight)
		return;
	if (c->offset < raw_conn_total(c)) {
		raw_conn_launch(c, raw_conn_chunk(c));
		return;
	}
	if (!c->is_satisfied && !c->is_peer_done)
		return;
	if (c->task->want_rst) {
		raw_conn_abort(c, RAW_END_OK);
		return;
	}
	c->state = RAW_FIN_SENT;
	raw_conn_launch(c, 1);
}

void raw_conn_start(struct raw_conn *c, const struct raw_task *task,
		    const struct raw_conn_ops *ops, uint32_t isn,
		    bool is_satisfied, uint64_t now_ms)
{
	*c = (struct raw_conn) {
		.task = task,
		.ops = *ops,
		.una = isn,
		.is_satisfied = is_satisfied,
		.now_ms = now_ms,
	};
	raw_conn_progress(c);
	raw_conn_launch(c, 1);
}

static void raw_conn_read_syn_ack(struct raw_conn *c, const struct tcp_hdr *h)
{
	const uint8_t *area = h->opt;
	size_t len = h->opt_len;
	struct wire_err err;
	struct tcp_opt opt;

	c->peer_mss = c->task->dst.addr.family == IP_V6 ? RAW_MSS_DEFAULT_V6
							: RAW_MSS_DEFAULT_V4;
	while (tcp_opt_next(&area, &len, &opt, &err) == WIRE_OK) {
		if (err.anomaly)
			continue;
		if (opt.kind == TCP_OPT_MSS)
			c->peer_mss = get_be16(opt.data);
		/* RFC 7323 2.2, 2.3: only if asked for, 14 at most */
		if (opt.kind == TCP_OPT_WSCALE &&
		    c->task->opts->own & RAW_OWN_WS) {
			c->has_ws = true;
			c->peer_shift = opt.data[0] < 14 ? opt.data[0] : 14;
		}
		if (opt.kind == TCP_OPT_TIMESTAMP &&
		    c->task->opts->own & RAW_OWN_TS) {
			c->has_ts = true;
			c->ts_recent = get_be32(opt.data);
		}
	}
}

static void raw_conn_note_ts(struct raw_conn *c, const struct tcp_hdr *h)
{
	const uint8_t *area = h->opt;
	size_t len = h->opt_len;
	struct wire_err err;
	struct tcp_opt opt;

	while (tcp_opt_next(&area, &len, &opt, &err) == WIRE_OK)
		if (opt.kind == TCP_OPT_TIMESTAMP && !err.anomaly)
			c->ts_recent = get_be32(opt.data);
}

static void raw_conn_shake(struct raw_conn *c, const struct tcp_hdr *h)
{
	if (!(h->flags & TCP_F_ACK) || h->ack != c->una + 1)
		return;
	if (h->flags & TCP_F_RST) {
		raw_conn_finish(c, RAW_END_REFUSED);
		return;
	}
	if (!(h->flags & TCP_F_SYN))
		return;
	c->irs = h->seq;
	c->rcv_nxt = h->seq + 1;
	c->una++;
	c->flight = 0;
	c->peer_window = h->window; /* never scaled in a SYN */
	raw_conn_read_syn_ack(c, h);
	c->state = RAW_OPEN;
	raw_conn_progress(c);
	if (!c->task->drop_ack)
		raw_conn_emit(c, RAW_ACK, TCP_F_ACK, NULL, 0);
	raw_conn_pump(c);
}

/* Return: false if the segment acknowledges what was never sent */
static bool raw_conn_take_ack(struct raw_conn *c, const struct tcp_hdr *h)
{
	uint32_t n = h->ack - c->una;

	if (raw_seq_before(h->ack, c->una))
		return true;
	if (n > c->flight)
		return false;
	c->peer_window = (uint32_t)h->window << c->peer_shift;
	if (!n)
		return true;
	c->una += n;
	c->flight -= n;
	c->is_heard = true;
	c->tries = 0;
	c->rto_at_ms = c->now_ms + RAW_RTO_MS;
	raw_conn_progress(c);
	if (c->state == RAW_OPEN)
		c->offset += n;
	else if (c->state == RAW_FIN_SENT)
		c->state = RAW_FIN_ACKED;
	return true;
}

/* Return: does it need an ACK? */
static bool raw_conn_take_data(struct raw_conn *c, const struct tcp_hdr *h,
			       const uint8_t *data, size_t len)
{
	bool is_fin = h->flags & TCP_F_FIN;
	size_t skip = c->rcv_nxt - h->seq;

	if (h->seq != c->rcv_nxt && !raw_seq_before(h->seq, c->rcv_nxt))
		return true; /* later than what is missing */
	if (skip > len || (skip == len && !is_fin) || c->is_peer_done)
		return len || is_fin || skip; /* known, or a keepalive */
	raw_conn_note_ts(c, h);
	data += skip;
	len -= skip;
	if (len > RAW_WINDOW_BYTES) {
		len = RAW_WINDOW_BYTES;
		is_fin = false;
	}
	if (len) {
		c->is_heard = true;
		c->received += len;
		c->rcv_nxt += (uint32_t)len;
		if (c->ops.take(c->ops.ctx, data, len))
			c->is_satisfied = true;
	}
	if (is_fin) {
		c->rcv_nxt++;
		c->is_peer_done = true;
	}
	raw_conn_progress(c);
	return true;
}

static void raw_conn_take_rst(struct raw_conn *c, const struct tcp_hdr *h)
{
	if (h->seq == c->rcv_nxt)
		raw_conn_finish(c, RAW_END_RESET);
	else if (h->seq - c->rcv_nxt < RAW_WINDOW_BYTES)
		raw_conn_emit_ack(c); /* RFC 5961 3.2: is it the peer's? */
}

/* The SYN-ACK again: our ACK was lost. */
static void raw_conn_take_syn(struct raw_conn *c, const struct tcp_hdr *h)
{
	bool is_same = h->flags & TCP_F_ACK && h->seq == c->irs;

	if (is_same && !c->is_heard) {
		if (!c->task->drop_ack)
			raw_conn_emit(c, RAW_ACK, TCP_F_ACK, NULL, 0);
	} else {
		raw_conn_emit_ack(c); /* RFC 5961 4.2 */
	}
}

void raw_conn_input(struct raw_conn *c, const struct tcp_hdr *h,
		    const uint8_t *data, size_t len, uint64_t now_ms)
{
	uint64_t sent;
	bool need_ack;

	c->now_ms = now_ms;
	if (c->state == RAW_DONE)
		return;
	if (c->state == RAW_SYN_SENT) {
		raw_conn_shake(c, h);
		return;
	}
	if (h->flags & TCP_F_RST) {
		raw_conn_take_rst(c, h);
		return;
	}
	if (h->flags & TCP_F_SYN) {
		raw_conn_take_syn(c, h);
		return;
	}
	if (!(h->flags & TCP_F_ACK))
		return;
	if (!raw_conn_take_ack(c, h)) {
		raw_conn_emit_ack(c);
		return;
	}
	need_ack = raw_conn_take_data(c, h, data, len);
	sent = c->sent_segments;
	raw_conn_pump(c);
	if (need_ack && c->sent_segments == sent)
		raw_conn_emit_ack(c);
	if (c->state == RAW_FIN_ACKED && c->is_peer_done)
		raw_conn_finish(c, RAW_END_OK);
}

uint64_t raw_conn_due_ms(const struct raw_conn *c)
{
	if (c->flight && c->rto_at_ms < c->idle_at_ms)
		return c->rto_at_ms;
	return c->idle_at_ms;
}

void raw_conn_timer(struct raw_conn *c, uint64_t now_ms)
{
	enum raw_end why = c->state == RAW_SYN_SENT ? RAW_END_CONNECT_TIMEOUT
						    : RAW_END_TIMEOUT;

	c->now_ms = now_ms;
	if (c->state == RAW_DONE)
		return;
	if (now_ms >= c->idle_at_ms) {
		raw_conn_abort(c, why);
		return;
	}
	if (!c->flight || now_ms < c->rto_at_ms)
		return;
	if (c->tries == RAW_TRIES) {
		raw_conn_abort(c, why);
		return;
	}
	c->tries++;
	c->sent_again++;
	c->rto_at_ms = now_ms + ((uint64_t)RAW_RTO_MS << c->tries);
	raw_conn_transmit(c);
}
