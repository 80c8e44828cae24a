/* SPDX-License-Identifier: BSD-2-Clause */
/* flow.c - see flow.h */
#include "flow.h"

#include <string.h>

#include "scan.h"
#include "wire/ip.h"
#include "wire/tcp.h"

/* An origin that echoes does so early; later replies are not searched. */
#define FLOW_ECHO_LOOK 2
/* Below are servers: no client's system takes such a port by itself. */
#define FLOW_PORT_USER 1024
/* A start that was not captured is found among the first payloads, or not. */
#define FLOW_EARLY_MAX 16384

void flow_fini(struct flow *fl, struct budget *b)
{
	unsigned i;

	for (i = 0; i < FLOW_SIDES; i++) {
		find_fini(&fl->dir[i].find, b);
		option_fini(&fl->dir[i].options, b);
		beside_fini(&fl->dir[i].beside, b);
	}
	tap_fini(&fl->tap, b);
}

void flow_shift(struct flow *fl, uint64_t by)
{
	unsigned i;

	frame_shift(&fl->first_frame, by);
	frame_shift(&fl->last_frame, by);
	for (i = 0; i < FLOW_SIDES; i++) {
		find_shift(&fl->dir[i].find, fl->proto == IP_PROTO_TCP, by);
		option_shift(&fl->dir[i].options, by);
		beside_shift(fl->dir[i].beside, by);
	}
}

bool flow_is_reused(const struct flow *fl, enum flow_side side,
		    const struct packet *pkt)
{
	const struct flow_dir *d = &fl->dir[side];

	if ((pkt->flags & (TCP_F_SYN | TCP_F_ACK)) != TCP_F_SYN)
		return false;
	/* seq is past the SYN, as seq0 is: equal means sent again */
	return !d->has_syn || d->seq0 != pkt->seq;
}

/* flow_restart() - a lower sequence number than the one taken for the start of
 * a stream whose SYN was not captured: begin anew there.
 */
static void flow_restart(struct flow_dir *d, struct budget *b, uint32_t seq)
{
	struct find *f = &d->find;
	uint32_t payloads = f->payloads;

	find_fini(f, b);
	*f = (struct find) { .payloads = payloads };
	d->seq0 = seq;
}

static void flow_add_segment(struct flow_dir *d, const struct config *cfg,
			     struct budget *b, const struct packet *pkt,
			     uint64_t frame)
{
	int32_t off;

	if (pkt->flags & TCP_F_SYN) {
		d->has_syn = true;
		d->has_seq0 = true;
		d->seq0 = pkt->seq;
	}
	if (!d->has_seq0) {
		d->has_seq0 = true;
		d->seq0 = pkt->seq;
	}
	off = (int32_t)(pkt->seq - d->seq0);
	if (off < 0 && pkt->len && !d->has_syn && d->find.state == FIND_NONE &&
	    d->find.payloads < FLOW_EARLY_MAX) {
		flow_restart(d, b, pkt->seq);
		off = 0;
	}
	if (pkt->flags & TCP_F_FIN && off >= 0) {
		d->has_fin = true;
		d->find.has_fin = true;
		d->find.fin_off = (uint32_t)off + pkt->len;
	}
	find_segment(&d->find, cfg, b, pkt, off, frame);
}

/* flow_is_echo() - does @pkt, a reply, bring the header back to who sent it? */
static bool flow_is_echo(const struct find *client, const struct packet *pkt)
{
	return client->hdr && client->kind != HDR_MODE_SPP &&
	       scan_find(pkt->payload, pkt->cap_len, client->hdr,
			 client->hdr_len) != NULL;
}

/* flow_place() - where in the connection a segment of @side stands. Without the
 * other side's SYN nobody knows its first byte's number.
 */
static enum option_place flow_place(const struct flow *fl, enum flow_side side,
				    const struct packet *pkt)
{
	const struct flow_dir *other = &fl->dir[!side];

	if (pkt->flags & TCP_F_SYN)
		return OPTION_SYN;
	if (other->has_syn && pkt->flags & TCP_F_ACK &&
	    (int32_t)(pkt->ack - other->seq0) > 0)
		return OPTION_LATER;
	return pkt->len ? OPTION_DATA : OPTION_ACK;
}

static void flow_look(struct flow *fl, enum flow_side side,
		      const struct config *cfg, struct budget *b,
		      const struct packet *pkt, uint64_t frame)
{
	struct flow_dir *d = &fl->dir[side];

	fl->last_frame = frame;
	fl->last_ns = pkt->ts_ns;
	d->packets++;
	d->bytes += pkt->len;
	if (side == FLOW_ORIGIN && pkt->len &&
	    d->find.payloads < FLOW_ECHO_LOOK &&
	    flow_is_echo(&fl->dir[FLOW_CLIENT].find, pkt))
		d->echo_count++;
	if (pkt->proto == IP_PROTO_UDP) {
		if (pkt->uoa.carrier != UOA_NONE)
			beside_add(&d->beside, b, pkt, frame);
		find_datagram(&d->find, cfg, b, pkt, frame);
		return;
	}
	/* The payload of a reset is a message, not the stream's (RFC 9293). */
	if (pkt->flags & TCP_F_RST) {
		fl->is_reset = true;
		return;
	}
	if (pkt->opt_len)
		option_add(&d->options, cfg, b, pkt, flow_place(fl, side, pkt),
			   frame);
	flow_add_segment(d, cfg, b, pkt, frame);
	if (side == FLOW_ORIGIN)
		find_end_behind(&d->find);
}

void flow_add(struct flow *fl, enum flow_side side, const struct config *cfg,
	      struct budget *b, const struct packet *pkt, uint64_t frame)
{
	flow_look(fl, side, cfg, b, pkt, frame);
	facts_packet(&fl->facts, fl, side, cfg, pkt);
	if (cfg->join.front)
		tap_packet(&fl->tap, fl, side, cfg, b, pkt);
}

bool flow_needs_csum(const struct config *cfg, const struct packet *pkt)
{
	return cfg->want_csum &&
	       (pkt->len || pkt->flags & (TCP_F_FIN | TCP_F_RST) ||
		pkt->proto != IP_PROTO_TCP || !option_are_plain(cfg, pkt));
}

/* flow_is_open() - may the answer of this side still change with its next
 * payload? Of a stream; what stands before the bytes that were judged aside.
 */
static bool flow_is_open(const struct flow *fl, enum flow_side side)
{
	const struct find *f = &fl->dir[side].find;

	if (side == FLOW_ORIGIN)
		return !fl->facts.origin_us || (fl->dir[!side].find.hdr &&
						f->payloads < FLOW_ECHO_LOOK);
	return !fl->facts.client_us ||
	       (f->state == FIND_FOUND && !fl->facts.hdr_us);
}

/* Datagrams: one with, and one without a header have been seen. */
static bool flow_is_open_udp(const struct find *f)
{
	return f->state == FIND_WAIT ||
	       (f->state == FIND_FOUND && !f->bare_frame);
}

struct flow_quiet flow_quiet(const struct flow *fl, enum flow_side side)
{
	const struct flow_dir *d = &fl->dir[side];
	const struct find *f = &d->find;
	struct flow_quiet q = { 0 };

	if (fl->tap && !tap_is_full(fl->tap, side))
		return q;
	if (fl->proto == IP_PROTO_UDP) {
		q.data = f->payloads && !flow_is_open_udp(f) &&
			 !flow_is_open(fl, side);
		return q;
	}
	q.ack = d->has_seq0 && (side == FLOW_ORIGIN || fl->facts.shake_us ||
				!fl->dir[FLOW_ORIGIN].has_syn);
	q.data = d->has_seq0 && q.ack && find_is_settled(f) &&
		 !flow_is_open(fl, side);
	q.has_early = f->payloads <= FLOW_EARLY_MAX;
	q.early = d->seq0 + (f->state == FIND_FOUND ? f->next : 0);
	return q;
}

void flow_skip(struct flow *fl, enum flow_side side, uint64_t packets,
	       uint64_t bytes, uint32_t payloads)
{
	struct flow_dir *d = &fl->dir[side];

	d->packets += packets;
	d->bytes += bytes;
	d->find.payloads += payloads;
}

static bool flow_names_client(const struct flow_dir *d)
{
	return d->find.state == FIND_FOUND || d->find.has_bad_copy ||
	       option_first(&d->options) || beside_names(d->beside);
}

/* flow_is_reversed() - of a flow whose start was not seen: is the side taken
 * for the client the other one? It is if only that one names a client; and by
 * the ports, if neither does.
 */
static bool flow_is_reversed(const struct flow *fl)
{
	const struct flow_dir *c = &fl->dir[FLOW_CLIENT];
	const struct flow_dir *o = &fl->dir[FLOW_ORIGIN];

	if (c->has_syn || o->has_syn || flow_names_client(c) ||
	    c->find.state == FIND_BAD)
		return false;
	return flow_names_client(o) ||
	       (c->end.port < FLOW_PORT_USER && o->end.port >= FLOW_PORT_USER);
}

void flow_settle(struct flow *fl)
{
	struct flow_dir tmp = fl->dir[FLOW_CLIENT];

	if (!flow_is_reversed(fl))
		return;
	fl->dir[FLOW_CLIENT] = fl->dir[FLOW_ORIGIN];
	fl->dir[FLOW_ORIGIN] = tmp;
	/* They were told of the sides as they were taken to be. */
	fl->facts = (struct facts) { 0 };
	if (fl->tap)
		*fl->tap = (struct tap) { 0 };
}
