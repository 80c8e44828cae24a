/* SPDX-License-Identifier: BSD-2-Clause */
/* flow.c - see flow.h */
#include "flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "wire/ip.h"
#include "wire/tcp.h"

#define FLOW_CHUNK    256
#define FLOW_SLOT_MIN 1024
/* An origin that echoes does so early; later replies are not searched. */
#define FLOW_ECHO_LOOK 16

/* @slot: open addressing, at most half full: 0, or the index of the newest
 *	  flow between two ends, plus one
 * @seed: random, so that no capture can be made to collide
 */
struct flow_table {
	uint32_t max_flows;
	uint32_t count;
	uint32_t key_count;
	uint64_t refused;
	uint64_t seed;
	uint32_t slot_count; /* a power of two */
	uint32_t *slot;
	struct flow **chunk;
};

int flow_table_new(uint32_t max_flows, struct flow_table **ret)
{
	struct flow_table *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->max_flows = max_flows;
	t->slot_count = FLOW_SLOT_MIN;
	t->slot = calloc(t->slot_count, sizeof(*t->slot));
	t->chunk = calloc((size_t)max_flows / FLOW_CHUNK + 1,
			  sizeof(struct flow *));
	/* Without entropy the table still works, only guessable. */
	if (getrandom(&t->seed, sizeof(t->seed), GRND_NONBLOCK) < 0)
		t->seed = 0;
	if (!t->slot || !t->chunk) {
		free(t->slot);
		free(t->chunk);
		free(t);
		return -ENOMEM;
	}
	*ret = t;
	return 0;
}

struct flow *flow_at(struct flow_table *t, uint32_t index)
{
	return &t->chunk[index / FLOW_CHUNK][index % FLOW_CHUNK];
}

void flow_fini(struct flow *fl, struct budget *b)
{
	unsigned i;

	for (i = 0; i < FLOW_SIDES; i++) {
		find_fini(&fl->dir[i].find, b);
		option_fini(&fl->dir[i].options, b);
		beside_fini(&fl->dir[i].beside, b);
	}
}

void flow_table_free(struct flow_table *t, struct budget *b)
{
	uint32_t i;

	if (!t)
		return;
	for (i = 0; i < t->count; i++) {
		flow_fini(flow_at(t, i), b);
	}
	for (i = 0; i < t->count; i += FLOW_CHUNK)
		free(t->chunk[i / FLOW_CHUNK]);
	free(t->chunk);
	free(t->slot);
	free(t);
}

uint32_t flow_count(const struct flow_table *t)
{
	return t->count;
}

uint64_t flow_refused(const struct flow_table *t)
{
	return t->refused;
}

static uint64_t flow_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 29;
}

static uint64_t flow_hash_end(uint64_t seed, const struct endpoint *e)
{
	uint64_t lo, hi;

	memcpy(&lo, e->addr.bytes, sizeof(lo));
	memcpy(&hi, e->addr.bytes + 8, sizeof(hi));
	return flow_mix(flow_mix(flow_mix(seed, lo), hi), e->port);
}

static uint64_t flow_tunnel_key(const struct tunnel *t)
{
	return t ? t->key : 0;
}

/* The same for both directions: the ends are added, not chained. */
static uint32_t flow_hash(const struct flow_table *t, uint8_t proto,
			  const struct tunnel *tunnel, const struct endpoint *a,
			  const struct endpoint *b)
{
	uint64_t sum = flow_hash_end(t->seed, a) + flow_hash_end(t->seed, b);

	sum = flow_mix(sum, flow_tunnel_key(tunnel));
	return (uint32_t)(flow_mix(sum, proto) >> 32);
}

static bool flow_side_of(const struct flow *fl, const struct packet *pkt,
			 enum flow_side *ret_side)
{
	const struct endpoint *c = &fl->dir[FLOW_CLIENT].end;
	const struct endpoint *o = &fl->dir[FLOW_ORIGIN].end;

	if (fl->proto != pkt->proto ||
	    flow_tunnel_key(fl->tunnel) != flow_tunnel_key(pkt->tunnel))
		return false;
	if (endpoint_eq(c, &pkt->src) && endpoint_eq(o, &pkt->dst))
		*ret_side = FLOW_CLIENT;
	else if (endpoint_eq(o, &pkt->src) && endpoint_eq(c, &pkt->dst))
		*ret_side = FLOW_ORIGIN;
	else
		return false;
	return true;
}

/* flow_slot() - where the flow of @pkt is, or an empty slot for it */
static uint32_t *flow_slot(struct flow_table *t, const struct packet *pkt,
			   enum flow_side *ret_side)
{
	uint32_t mask = t->slot_count - 1;
	uint32_t i =
		flow_hash(t, pkt->proto, pkt->tunnel, &pkt->src, &pkt->dst) &
		mask;

	while (t->slot[i] &&
	       !flow_side_of(flow_at(t, t->slot[i] - 1), pkt, ret_side))
		i = (i + 1) & mask;
	return &t->slot[i];
}

static int flow_grow(struct flow_table *t)
{
	uint32_t old_count = t->slot_count;
	uint32_t *old = t->slot;
	uint32_t i;

	if (t->key_count < t->slot_count / 2)
		return 0;
	t->slot = calloc((size_t)old_count * 2, sizeof(*t->slot));
	if (!t->slot) {
		t->slot = old;
		return -ENOMEM;
	}
	t->slot_count = old_count * 2;
	for (i = 0; i < old_count; i++) {
		const struct flow *fl;
		uint32_t k;

		if (!old[i])
			continue;
		fl = flow_at(t, old[i] - 1);
		k = flow_hash(t, fl->proto, fl->tunnel,
			      &fl->dir[FLOW_CLIENT].end,
			      &fl->dir[FLOW_ORIGIN].end) &
		    (t->slot_count - 1);
		while (t->slot[k])
			k = (k + 1) & (t->slot_count - 1);
		t->slot[k] = old[i];
	}
	free(old);
	return 0;
}

static struct flow *flow_append(struct flow_table *t)
{
	struct flow **chunk = &t->chunk[t->count / FLOW_CHUNK];

	if (t->count == t->max_flows)
		return NULL;
	if (!*chunk)
		*chunk = calloc(FLOW_CHUNK, sizeof(**chunk));
	return *chunk ? flow_at(t, t->count++) : NULL;
}

/* flow_is_reused() - is @pkt the SYN of a connection after this one? */
static bool flow_is_reused(const struct flow *fl, enum flow_side side,
			   const struct packet *pkt)
{
	const struct flow_dir *d = &fl->dir[side];

	if ((pkt->flags & (TCP_F_SYN | TCP_F_ACK)) != TCP_F_SYN)
		return false;
	/* seq is past the SYN, as seq0 is: equal means sent again */
	return !d->has_syn || d->seq0 != pkt->seq;
}

static bool flow_is_answer(const struct packet *pkt)
{
	return (pkt->flags & (TCP_F_SYN | TCP_F_ACK)) ==
	       (TCP_F_SYN | TCP_F_ACK);
}

/* flow_begin() - a new flow of @pkt in @slot */
static struct flow *flow_begin(struct flow_table *t, uint32_t *slot,
			       const struct packet *pkt, uint64_t frame,
			       enum flow_side *ret_side)
{
	enum flow_side side = flow_is_answer(pkt) ? FLOW_ORIGIN : FLOW_CLIENT;
	struct flow *fl = flow_append(t);

	if (!fl)
		return NULL;
	if (!*slot)
		t->key_count++;
	*slot = t->count;
	fl->proto = pkt->proto;
	fl->tunnel = pkt->tunnel;
	fl->id = t->count;
	fl->first_frame = frame;
	fl->first_ns = pkt->ts_ns;
	fl->dir[side].end = pkt->src;
	fl->dir[!side].end = pkt->dst;
	*ret_side = side;
	return fl;
}

struct flow *flow_get(struct flow_table *t, const struct packet *pkt,
		      uint64_t frame, enum flow_side *ret_side)
{
	enum flow_side side = FLOW_CLIENT;
	struct flow *fl = NULL;

	if (flow_grow(t) == 0) {
		uint32_t *slot = flow_slot(t, pkt, &side);
		struct flow *old = *slot ? flow_at(t, *slot - 1) : NULL;

		if (old && !old->is_over && !flow_is_reused(old, side, pkt)) {
			*ret_side = side;
			return old;
		}
		/* Even if there is no room for what begins now. */
		if (old)
			old->is_over = true;
		fl = flow_begin(t, slot, pkt, frame, ret_side);
	}
	if (!fl)
		t->refused++;
	return fl;
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
	if (off < 0 && pkt->len && !d->has_syn && d->find.state == FIND_NONE) {
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
	       memmem(pkt->payload, pkt->cap_len, client->hdr,
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
}

void flow_add(struct flow *fl, enum flow_side side, const struct config *cfg,
	      struct budget *b, const struct packet *pkt, uint64_t frame)
{
	flow_look(fl, side, cfg, b, pkt, frame);
	facts_packet(&fl->facts, fl, side, cfg, pkt);
}

static bool flow_names_client(const struct flow_dir *d)
{
	return d->find.state == FIND_FOUND || d->find.has_bad_copy ||
	       option_first(&d->options);
}

void flow_settle(struct flow *fl)
{
	struct flow_dir *c = &fl->dir[FLOW_CLIENT];
	struct flow_dir *o = &fl->dir[FLOW_ORIGIN];
	struct flow_dir tmp;

	if (c->has_syn || o->has_syn || flow_names_client(c) ||
	    c->find.state == FIND_BAD || !flow_names_client(o))
		return;
	tmp = *c;
	*c = *o;
	*o = tmp;
	/* They were told of the sides as they were taken to be. */
	fl->facts = (struct facts) { 0 };
}
