/* SPDX-License-Identifier: BSD-2-Clause */
/* facts.c - see facts.h */
#include "facts.h"

#include "app.h"
#include "flow.h"
#include "wire/ip.h"
#include "wire/tcp.h"

#define NS_PER_US 1000
#define US_PER_MS 1000

/* What a link carries without fragments, and what stands before the payload. */
#define FACTS_MTU	1500
#define FACTS_IP4_UDP	28
#define FACTS_IP6_UDP	48
#define FACTS_FRAME_TOP (UINT32_MAX - 1)

/* facts_since() - microseconds from the flow's begin to @ns; 0 without times */
static uint64_t facts_since(const struct flow *fl, int64_t ns)
{
	if (ns == INT64_MIN || fl->first_ns == INT64_MIN || ns <= fl->first_ns)
		return 0;
	return ((uint64_t)ns - (uint64_t)fl->first_ns) / NS_PER_US;
}

/* facts_stamp() - plus one, saturated */
static uint32_t facts_stamp(uint64_t v)
{
	return v > UINT32_MAX - 2 ? UINT32_MAX - 1 : (uint32_t)v + 1;
}

static uint32_t facts_rel(const struct flow *fl, const struct packet *pkt)
{
	uint64_t rel = pkt->frame - fl->first_frame;

	return rel > FACTS_FRAME_TOP - 1 ? 0 : (uint32_t)rel + 1;
}

uint64_t facts_frame(const struct flow *fl, uint32_t rel)
{
	return rel ? fl->first_frame + rel - 1 : 0;
}

/* facts_end() - FIN or RST: only the first counts */
static void facts_end(struct facts *f, const struct flow *fl, unsigned side,
		      const struct config *cfg, const struct packet *pkt,
		      uint32_t now)
{
	if (f->close_us || !(pkt->flags & (TCP_F_FIN | TCP_F_RST)) ||
	    find_is_bad_csum(cfg, pkt))
		return;
	f->close_us = now;
	f->close_frame = facts_rel(fl, pkt);
	f->is_reset = pkt->flags & TCP_F_RST;
	f->is_closed_by_origin = side == FLOW_ORIGIN;
}

static void facts_origin(struct facts *f, const struct flow *fl,
			 const struct config *cfg, const struct packet *pkt,
			 uint32_t now)
{
	const struct flow_dir *client = &fl->dir[FLOW_CLIENT];

	if (f->origin_us || !pkt->len || pkt->flags & TCP_F_RST ||
	    find_is_bad_csum(cfg, pkt))
		return;
	f->origin_us = now;
	f->origin_frame = facts_rel(fl, pkt);
	f->origin_app = (uint8_t)app_guess(pkt->payload, pkt->cap_len);
	if (pkt->proto == IP_PROTO_UDP || !client->has_syn ||
	    !(pkt->flags & TCP_F_ACK))
		return;
	f->has_ack = true;
	f->origin_ack = pkt->ack - client->seq0;
}

static void facts_client(struct facts *f, const struct flow *fl,
			 const struct config *cfg, const struct packet *pkt,
			 uint32_t now)
{
	const struct flow_dir *client = &fl->dir[FLOW_CLIENT];

	if (pkt->len && !f->client_us && !find_is_bad_csum(cfg, pkt))
		f->client_us = now;
	if (!f->hdr_us && client->find.state == FIND_FOUND)
		f->hdr_us = now;
}

/* facts_gap() - a datagram of the client that came after a silence */
static void facts_gap(struct facts *f, const struct flow *fl,
		      const struct packet *pkt, bool has_hdr)
{
	if (has_hdr) {
		f->session_count++;
		return;
	}
	if (!f->expired_count++)
		f->expired_frame = facts_rel(fl, pkt);
}

static void facts_datagram(struct facts *f, const struct flow *fl,
			   unsigned side, const struct config *cfg,
			   const struct packet *pkt, uint64_t us)
{
	uint32_t now_ms = facts_stamp(us / US_PER_MS);
	uint32_t count = fl->dir[FLOW_CLIENT].find.count;
	bool has_hdr = count != f->hdr_count;
	uint32_t ip_udp = pkt->src.addr.family == IP_V4 ? FACTS_IP4_UDP
							: FACTS_IP6_UDP;

	if (side == FLOW_CLIENT && f->hdr_count && now_ms > f->last_ms &&
	    now_ms - f->last_ms >= cfg->udp_idle_ms)
		facts_gap(f, fl, pkt, has_hdr);
	if (has_hdr && !f->mtu_frame && pkt->len + ip_udp > FACTS_MTU)
		f->mtu_frame = facts_rel(fl, pkt);
	f->hdr_count = count;
	f->last_ms = now_ms;
}

void facts_packet(struct facts *f, const struct flow *fl, unsigned side,
		  const struct config *cfg, const struct packet *pkt)
{
	uint64_t us = facts_since(fl, pkt->ts_ns);
	uint32_t now = facts_stamp(us);

	if (pkt->ts_ns == FRAME_NO_TIME)
		f->is_timeless = true;
	if (side == FLOW_ORIGIN)
		facts_origin(f, fl, cfg, pkt, now);
	else
		facts_client(f, fl, cfg, pkt, now);
	if (pkt->proto == IP_PROTO_UDP) {
		facts_datagram(f, fl, side, cfg, pkt, us);
		return;
	}
	if (side == FLOW_CLIENT && !f->shake_us &&
	    fl->dir[FLOW_ORIGIN].has_syn &&
	    (pkt->flags & (TCP_F_SYN | TCP_F_ACK | TCP_F_RST)) == TCP_F_ACK)
		f->shake_us = now;
	facts_end(f, fl, side, cfg, pkt, now);
}

void facts_skip(struct facts *f, const struct flow *fl)
{
	if (fl->proto == IP_PROTO_UDP)
		f->last_ms =
			facts_stamp(facts_since(fl, fl->last_ns) / US_PER_MS);
}

bool facts_is_settled(const struct facts *f, const struct flow *fl)
{
	return f->client_us && f->origin_us &&
	       (f->shake_us || !fl->dir[FLOW_ORIGIN].has_syn);
}

static int64_t facts_between(uint32_t from, uint32_t to)
{
	return from && to >= from ? (int64_t)to - from : -1;
}

struct facts_timing facts_timing(const struct facts *f, uint8_t proto)
{
	bool is_tcp = proto == IP_PROTO_TCP;
	uint32_t start = is_tcp && f->shake_us ? f->shake_us : 1;

	if (f->is_timeless)
		return (struct facts_timing) { -1, -1, -1, -1 };
	if (f->hdr_us < start) /* Fast Open: it came with the SYN */
		start = 1;
	return (struct facts_timing) {
		.handshake_us = is_tcp ? facts_between(1, f->shake_us) : -1,
		.header_us = facts_between(start, f->hdr_us),
		.reply_us = facts_between(f->hdr_us, f->origin_us),
		.close_us = is_tcp ? facts_between(f->hdr_us, f->close_us) : -1,
	};
}

bool facts_spoke_first(const struct facts *f, uint32_t hdr_len)
{
	return f->has_ack && f->origin_ack < hdr_len;
}

bool facts_is_refused(const struct facts *f)
{
	return !f->is_timeless && f->hdr_us && !f->origin_us &&
	       f->is_closed_by_origin && f->close_us >= f->hdr_us &&
	       f->close_us - f->hdr_us <= FACTS_REFUSED_US;
}

bool facts_is_deadlock(const struct facts *f)
{
	return !f->client_us && !f->origin_us && f->shake_us &&
	       f->close_us > f->shake_us &&
	       f->close_us - f->shake_us >= FACTS_PATIENCE_US;
}
