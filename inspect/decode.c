/* SPDX-License-Identifier: BSD-2-Clause */
/* decode.c - see decode.h */
#include "decode.h"

#include <errno.h>
#include <stdlib.h>

#include "tunnel_table.h"
#include "wire/ip.h"
#include "wire/link.h"
#include "wire/tcp.h"
#include "wire/udp.h"

struct decoder {
	struct decode_opts opts;
	struct tunnel_table *tunnels;
	struct defrag *defrag;
	struct other other;
};

/* What is left of a frame while its layers are taken off.
 * @cap:  bytes at @p	  @wire: bytes that were sent, padding taken off once
 * @off:  of @p in the frame, for error offsets
 */
struct slice {
	const uint8_t *p;
	size_t cap;
	size_t wire;
	size_t off;
};

/* The way through one frame. @d may be NULL; @ip is the innermost header so
 * far, @ethertype what begins at @s unless @is_done; @depth counts tunnels, for
 * a tunnel that the table had no room for does not know its own.
 */
struct walk {
	struct decoder *d;
	struct slice s;
	struct ip_hdr ip;
	uint16_t ethertype;
	bool is_done;
	uint8_t depth;
	struct packet pkt;
	struct wire_err *err;
};

int decoder_new(const struct decode_opts *opts, struct decoder **ret)
{
	static const struct defrag_limits limits = { DEFRAG_PACKET_DEFAULT,
						     DEFRAG_BYTES_DEFAULT };
	struct decoder *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	d->opts = *opts;
	if (tunnel_table_new(&d->tunnels) != 0 ||
	    defrag_new(&limits, &d->defrag) != 0) {
		decoder_free(d);
		return -ENOMEM;
	}
	*ret = d;
	return 0;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	tunnel_table_free(d->tunnels);
	defrag_free(d->defrag);
	free(d);
}

void decoder_stats(const struct decoder *d, struct decode_stats *ret)
{
	*ret = (struct decode_stats) {
		.frag = *defrag_stats(d->defrag),
		.tunnels_refused = tunnel_table_refused(d->tunnels),
		.other = d->other,
	};
}

bool decoder_is_empty(const struct decoder *d)
{
	return defrag_is_empty(d->defrag);
}

void decode_stats_add(struct decode_stats *sum, const struct decode_stats *by)
{
	struct defrag_stats *s = &sum->frag;

	s->whole += by->frag.whole;
	s->lost += by->frag.lost;
	s->broken += by->frag.broken;
	s->bad += by->frag.bad;
	s->duplicates += by->frag.duplicates;
	s->overlaps += by->frag.overlaps;
	s->refused += by->frag.refused;
	sum->tunnels_refused += by->tunnels_refused;
	other_add(&sum->other, &by->other);
}

static void slice_skip(struct slice *s, size_t n)
{
	s->p += n;
	s->cap -= n;
	s->wire -= n;
	s->off += n;
}

/* slice_limit() - the layer says that it has @len bytes in all */
static void slice_limit(struct slice *s, size_t len)
{
	if (s->wire > len)
		s->wire = len;
	if (s->cap > len)
		s->cap = len;
}

/* walk_status() - SHORT is the capture's fault only if it cut the frame */
static enum decode_result walk_status(const struct walk *w, enum wire_status st,
				      enum anomaly if_short)
{
	if (st == WIRE_OK)
		return DECODE_OK;
	if (st == WIRE_SHORT && w->s.cap < w->s.wire)
		return DECODE_TRUNCATED;
	if (st == WIRE_SHORT)
		w->err->anomaly = if_short;
	w->err->off += (uint32_t)w->s.off;
	return DECODE_MALFORMED;
}

static enum decode_result walk_bad(const struct walk *w, enum anomaly a)
{
	*w->err = (struct wire_err) { a, (uint32_t)w->s.off };
	return DECODE_MALFORMED;
}

/* walk_end_type(), walk_end_ip() - neither TCP nor UDP, but @ethertype or
 * @proto
 */
static enum decode_result walk_end_type(struct walk *w, uint16_t ethertype)
{
	if (w->d)
		other_ethertype(&w->d->other, ethertype);
	return DECODE_OTHER;
}

static enum decode_result walk_end_ip(struct walk *w, uint8_t proto)
{
	if (w->d)
		other_protocol(&w->d->other, proto);
	return DECODE_OTHER;
}

static enum decode_result walk_link(struct walk *w, int link)
{
	struct link_hdr lh;
	enum decode_result r =
		walk_status(w, link_decode(link, w->s.p, w->s.cap, &lh, w->err),
			    ANOMALY_NET_FRAME_SHORT);

	if (r != DECODE_OK)
		return r;
	slice_skip(&w->s, lh.hdr_len);
	w->ethertype = lh.ethertype;
	return DECODE_OK;
}

/* walk_ext() - the extension headers of what IPv6 fragments carried */
static enum decode_result walk_ext(struct walk *w)
{
	uint8_t proto = 0;
	uint32_t len = 0;
	enum decode_result r;

	if (w->ip.version != 6)
		return DECODE_OK;
	r = walk_status(w,
			ip6_skip_ext(w->ip.proto, w->s.p, w->s.cap, &proto,
				     &len, w->err),
			ANOMALY_IP6_EXT_OVERRUN);
	if (r != DECODE_OK)
		return r;
	w->ip.proto = proto;
	slice_skip(&w->s, len);
	return DECODE_OK;
}

/* walk_take() - go on with what was put together */
static enum decode_result walk_take(struct walk *w,
				    const struct defrag_out *out)
{
	w->s = (struct slice) { out->data, out->cap_len, out->len, 0 };
	w->ip = out->ip;
	w->pkt.frag_count = out->count;
	if (out->frame_first < w->pkt.frame_first)
		w->pkt.frame_first = out->frame_first;
	return walk_ext(w);
}

static enum decode_result walk_fragment(struct walk *w)
{
	const struct defrag_in in = {
		.ip = &w->ip,
		.tunnel = w->pkt.tunnel,
		.tunnel_key = w->pkt.tunnel ? w->pkt.tunnel->key : 0,
		.data = w->s.p,
		.cap_len = (uint32_t)w->s.cap,
		.len = (uint32_t)w->s.wire,
		.frame = w->pkt.frame,
		.ts_ns = w->pkt.ts_ns,
	};
	struct defrag_out out;
	enum anomaly why = ANOMALY_NONE;

	if (!w->d)
		return w->ip.frag_off ? DECODE_FRAGMENT : walk_ext(w);
	switch (defrag_put(w->d->defrag, &in, &out, &why)) {
	case DEFRAG_WHOLE:
		return walk_take(w, &out);
	case DEFRAG_BAD:
		return walk_bad(w, why);
	case DEFRAG_KEPT:
	default:
		return DECODE_FRAGMENT;
	}
}

static enum decode_result walk_ip(struct walk *w)
{
	uint8_t version = w->ethertype == ETHERTYPE_IP4 ? 4 : 6;
	enum decode_result r =
		walk_status(w, ip_decode(w->s.p, w->s.cap, &w->ip, w->err),
			    ANOMALY_NET_FRAME_SHORT);

	if (r != DECODE_OK)
		return r;
	if (w->ip.version != version)
		return walk_bad(w, ANOMALY_IP_VERSION);
	if (w->ip.total_len > w->s.wire)
		return walk_bad(w, ANOMALY_IP_LEN_FRAME);
	if (w->ip.total_len)
		slice_limit(&w->s, w->ip.total_len);
	slice_skip(&w->s, w->ip.hdr_len);
	if (w->ip.is_frag)
		return walk_fragment(w);
	w->pkt.is_offload = !w->ip.total_len ||
			    w->ip.total_len > DECODE_LINK_MAX;
	return DECODE_OK;
}

/* walk_enter() - a tunnel begins: @h is its header, at @w->s */
static enum decode_result walk_enter(struct walk *w, enum tunnel_kind kind,
				     uint16_t dport, const struct tunnel_hdr *h)
{
	const struct tunnel want = {
		.kind = kind,
		.has_id = h->has_id,
		.id = h->id,
		.dport = dport,
		.src = w->ip.src,
		.dst = w->ip.dst,
		.outer = w->pkt.tunnel,
	};

	if (w->depth == DECODE_TUNNEL_MAX)
		return walk_bad(w, ANOMALY_TUNNEL_DEPTH);
	w->depth++;
	w->pkt.tunnel = tunnel_table_get(w->d->tunnels, &want);
	slice_skip(&w->s, h->hdr_len);
	w->ethertype = h->ethertype;
	w->is_done = false;
	return DECODE_OK;
}

static enum decode_result walk_ipip(struct walk *w)
{
	bool is_6 = w->ip.proto == IP_PROTO_IPV6;
	const struct tunnel_hdr h = {
		.ethertype = is_6 ? ETHERTYPE_IP6 : ETHERTYPE_IP4,
	};

	if (w->ip.version == 4)
		return walk_enter(w, is_6 ? TUNNEL_6IN4 : TUNNEL_4IN4, 0, &h);
	return walk_enter(w, is_6 ? TUNNEL_6IN6 : TUNNEL_4IN6, 0, &h);
}

static enum decode_result walk_gre(struct walk *w)
{
	struct tunnel_hdr h;
	enum wire_status st = gre_decode(w->s.p, w->s.cap, &h, w->err);

	if (st == WIRE_BAD) { /* another version, which is PPTP's */
		other_kind(&w->d->other, OTHER_PPTP);
		return DECODE_OTHER;
	}
	if (st != WIRE_OK)
		return walk_status(w, st, ANOMALY_NET_FRAME_SHORT);
	return walk_enter(w, h.is_mirror ? TUNNEL_ERSPAN : TUNNEL_GRE, 0, &h);
}

/* walk_udp_tunnel() - the payload of a datagram to a tunnel's port. What is no
 * such header is a datagram like others: anybody may use the port.
 */
static enum decode_result walk_udp_tunnel(struct walk *w, enum tunnel_kind kind)
{
	struct tunnel_hdr h;
	enum wire_status st;

	if (kind == TUNNEL_VXLAN)
		st = vxlan_decode(w->s.p, w->s.cap, &h, w->err);
	else
		st = geneve_decode(w->s.p, w->s.cap, &h, w->err);
	if (st == WIRE_SHORT && w->s.cap < w->s.wire)
		return DECODE_TRUNCATED;
	if (st != WIRE_OK)
		return DECODE_OK;
	return walk_enter(w, kind, w->pkt.dst.port, &h);
}

void packet_check(struct packet *pkt)
{
	if (!pkt->seg || pkt->csum != CSUM_UNKNOWN)
		return;
	pkt->csum = csum_check_transport(
		&pkt->src.addr, &pkt->dst.addr, pkt->proto, pkt->seg,
		pkt->seg_len,
		pkt->proto == IP_PROTO_TCP ? TCP_CSUM_OFF : UDP_CSUM_OFF);
	if (pkt->csum == CSUM_BAD && pkt->is_offload)
		pkt->csum = CSUM_PARTIAL;
}

/* walk_segment() - the transport's header and data are at @w->s, whole or not
 */
static void walk_segment(struct walk *w)
{
	w->pkt.seg = NULL;
	w->pkt.csum = CSUM_UNKNOWN;
	if (w->ip.is_frag || w->ip.has_route || w->s.cap < w->s.wire)
		return;
	w->pkt.seg = w->s.p;
	w->pkt.seg_len = (uint32_t)w->s.cap;
}

static enum decode_result walk_tcp(struct walk *w)
{
	struct tcp_hdr tcp;
	enum decode_result r;

	if (w->ip.is_frag) /* how long the segment was, nobody knows */
		w->s.wire = w->s.cap;
	r = walk_status(w, tcp_decode(w->s.p, w->s.cap, &tcp, w->err),
			ANOMALY_TCP_HDR_OVERRUN);
	if (r != DECODE_OK)
		return r;
	walk_segment(w);
	w->pkt.src.port = tcp.sport;
	w->pkt.dst.port = tcp.dport;
	w->pkt.flags = tcp.flags;
	w->pkt.seq = tcp.seq + (tcp.flags & TCP_F_SYN ? 1 : 0);
	w->pkt.ack = tcp.ack;
	w->pkt.opt = tcp.opt;
	w->pkt.opt_len = tcp.opt_len;
	w->pkt.opt_off = (uint32_t)w->s.off + TCP_HDR_LEN;
	slice_skip(&w->s, tcp.hdr_len);
	return DECODE_OK;
}

/* walk_uoa() - @area stands at offset @off; nothing comes of other options */
static void walk_uoa(struct walk *w, enum uoa_carrier carrier,
		     const uint8_t *area, size_t len, size_t off)
{
	struct uoa *u = &w->pkt.uoa;

	*u = (struct uoa) { .carrier = carrier };
	switch (uoa_find(area, len, &u->client, &u->err)) {
	case WIRE_OK:
		return;
	case WIRE_SHORT:
		u->err = (struct wire_err) { ANOMALY_NONE, 0 };
		if (carrier == UOA_IP_OPTION)
			u->carrier = UOA_NONE;
		return;
	case WIRE_BAD:
	default:
		u->err.off += (uint32_t)off;
	}
}

static enum decode_result walk_udp(struct walk *w)
{
	enum tunnel_kind kind;
	struct udp_hdr udp;
	enum decode_result r =
		walk_status(w, udp_decode(w->s.p, w->s.cap, &udp, w->err),
			    ANOMALY_UDP_LEN_PACKET);

	if (r != DECODE_OK)
		return r;
	if (udp.len > w->s.wire) {
		/* A first fragment rightly has less than the datagram. */
		if (!w->ip.is_frag)
			return walk_bad(w, ANOMALY_UDP_LEN_PACKET);
		w->s.wire = udp.len;
	}
	slice_limit(&w->s, udp.len);
	walk_segment(w);
	w->pkt.src.port = udp.sport;
	w->pkt.dst.port = udp.dport;
	slice_skip(&w->s, UDP_HDR_LEN);
	if (!w->d)
		return DECODE_OK;
	kind = decode_tunnel_port(&w->d->opts, udp.dport);
	return kind ? walk_udp_tunnel(w, kind) : DECODE_OK;
}

/* walk_opp() - DPVS's header between IP and UDP */
static enum decode_result walk_opp(struct walk *w)
{
	struct opp_hdr opp;
	enum wire_status st = opp_decode(w->s.p, w->s.cap, &opp, w->err);
	enum decode_result r;

	/* The number is nobody's, so another version is another protocol. */
	if (st == WIRE_BAD && w->err->anomaly == ANOMALY_OPP_VERSION)
		return walk_end_ip(w, IP_PROTO_OPP);
	r = walk_status(w, st, ANOMALY_NET_FRAME_SHORT);
	if (r != DECODE_OK)
		return r;
	if (opp.proto != IP_PROTO_UDP)
		return walk_end_ip(w, opp.proto);
	walk_uoa(w, UOA_OPP, opp.opt, opp.opt_len, w->s.off + OPP_HDR_LEN);
	slice_skip(&w->s, opp.hdr_len);
	w->pkt.proto = IP_PROTO_UDP;
	return walk_udp(w);
}

/* walk_payload() - what an IP header carries */
static enum decode_result walk_payload(struct walk *w)
{
	bool is_deep = w->d && !w->d->opts.is_shallow;
	const struct ip_hdr *ip = &w->ip;

	w->is_done = true;
	w->pkt.proto = ip->proto;
	w->pkt.is_frag = ip->is_frag;
	w->pkt.src.addr = ip->src;
	w->pkt.dst.addr = ip->dst;
	w->pkt.ip_csum = ip->csum;
	w->pkt.uoa.carrier = UOA_NONE;
	switch (ip->proto) {
	case IP_PROTO_TCP:
		return walk_tcp(w);
	case IP_PROTO_UDP:
		/* Put together from fragments, it begins behind the header. */
		if (ip->opt_len)
			walk_uoa(w, UOA_IP_OPTION, ip->opt, ip->opt_len,
				 w->s.off ? w->s.off - ip->opt_len : 0);
		return walk_udp(w);
	case IP_PROTO_OPP:
		return walk_opp(w);
	case IP_PROTO_GRE:
		return is_deep ? walk_gre(w) : walk_end_ip(w, ip->proto);
	case IP_PROTO_IPIP:
	case IP_PROTO_IPV6:
		return is_deep ? walk_ipip(w) : walk_end_ip(w, ip->proto);
	default:
		return walk_end_ip(w, ip->proto);
	}
}

static enum decode_result walk_mpls(struct walk *w)
{
	struct tunnel_hdr h;
	enum decode_result r =
		walk_status(w, mpls_decode(w->s.p, w->s.cap, &h, w->err),
			    ANOMALY_NET_FRAME_SHORT);

	if (r != DECODE_OK)
		return r;
	if (h.ethertype == ETHERTYPE_NONE) {
		if (w->d)
			other_kind(&w->d->other, OTHER_MPLS);
		return DECODE_OTHER;
	}
	slice_skip(&w->s, h.hdr_len);
	w->ethertype = h.ethertype;
	return DECODE_OK;
}

/* walk_below() - what may stand before IP: labels, and Ethernet in a tunnel or
 * behind labels. Each round takes bytes off.
 */
static enum decode_result walk_below(struct walk *w)
{
	enum decode_result r = DECODE_OK;

	while (r == DECODE_OK) {
		switch (w->ethertype) {
		case ETHERTYPE_IP4:
		case ETHERTYPE_IP6:
			return DECODE_OK;
		case ETHERTYPE_TEB:
			r = walk_link(w, LINK_ETHERNET);
			break;
		case ETHERTYPE_MPLS:
		case ETHERTYPE_MPLS_UP:
			r = walk_mpls(w);
			break;
		default:
			return walk_end_type(w, w->ethertype);
		}
	}
	return r;
}

/* walk_run() - from a payload of IP, or of a tunnel, to the innermost one. The
 * bound is that of tunnels: nothing else leads to another round.
 */
static enum decode_result walk_run(struct walk *w)
{
	enum decode_result r = DECODE_OK;

	while (r == DECODE_OK && !w->is_done) {
		r = walk_below(w);
		if (r == DECODE_OK)
			r = walk_ip(w);
		if (r == DECODE_OK)
			r = walk_payload(w);
	}
	return r;
}

static void walk_finish(struct walk *w, bool want_csum, struct packet *ret)
{
	w->pkt.payload = w->s.p;
	w->pkt.cap_len = (uint32_t)w->s.cap;
	w->pkt.len = (uint32_t)w->s.wire;
	if (want_csum)
		packet_check(&w->pkt);
	*ret = w->pkt;
}

enum decode_result decode_frame(struct decoder *d, const struct frame *f,
				bool want_csum, struct packet *ret,
				struct wire_err *err)
{
	struct walk w = {
		.d = d,
		.s = { f->data, f->cap_len, f->wire_len, 0 },
		.pkt = { .ts_ns = f->ts_ns,
			 .frame = f->number,
			 .frame_first = f->number },
		.err = err,
	};
	enum decode_result r;

	if (d)
		defrag_release(d->defrag);
	r = walk_link(&w, f->link);
	/* An outermost frame of this type would be a tunnel's without one. */
	if (r == DECODE_OK && w.ethertype == ETHERTYPE_TEB)
		return walk_end_type(&w, w.ethertype);
	if (r == DECODE_OK)
		r = walk_run(&w);
	if (r == DECODE_OK)
		walk_finish(&w, want_csum, ret);
	return r;
}

bool decode_lost(struct decoder *d, int64_t now_ns, bool want_csum,
		 struct packet *ret)
{
	struct defrag_out out;

	if (defrag_is_empty(d->defrag))
		return false;
	defrag_release(d->defrag);
	while (defrag_lost(d->defrag, now_ns, &out)) {
		struct wire_err err;
		struct walk w = {
			.d = d,
			.depth = out.tunnel ? out.tunnel->depth : 0,
			.pkt = { .ts_ns = out.ts_ns,
				 .frame = out.frame_first,
				 .frame_first = out.frame_first,
				 .tunnel = out.tunnel },
			.err = &err,
		};
		enum decode_result r = walk_take(&w, &out);

		if (r == DECODE_OK)
			r = walk_payload(&w);
		if (r == DECODE_OK)
			r = walk_run(&w);
		if (r == DECODE_OK) {
			walk_finish(&w, want_csum, ret);
			return true;
		}
		defrag_release(d->defrag);
	}
	return false;
}

enum decode_result decode_packet(int link, const uint8_t *data, size_t cap_len,
				 size_t wire_len, bool want_csum,
				 struct packet *ret, struct wire_err *err)
{
	const struct frame f = {
		.ts_ns = FRAME_NO_TIME,
		.data = data,
		.cap_len = (uint32_t)cap_len,
		.wire_len = (uint32_t)wire_len,
		.link = link,
	};

	return decode_frame(NULL, &f, want_csum, ret, err);
}

const char *decode_result_name(enum decode_result r)
{
	static const char *const names[DECODE_RESULTS] = {
		[DECODE_OK] = "ok",
		[DECODE_OTHER] = "other",
		[DECODE_FRAGMENT] = "fragment",
		[DECODE_TRUNCATED] = "truncated",
		[DECODE_MALFORMED] = "malformed",
	};

	return (unsigned)r < DECODE_RESULTS ? names[r] : "?";
}
