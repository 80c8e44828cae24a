/* SPDX-License-Identifier: BSD-2-Clause */
/* decode.c - see decode.h */
#include "decode.h"

#include "wire/ip.h"
#include "wire/link.h"
#include "wire/tcp.h"
#include "wire/udp.h"

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

/* decode_status() - SHORT is the capture's fault only if it cut the frame */
static enum decode_result decode_status(enum wire_status st,
					const struct slice *s,
					enum anomaly if_short,
					struct wire_err *err)
{
	if (st == WIRE_OK)
		return DECODE_OK;
	if (st == WIRE_SHORT && s->cap < s->wire)
		return DECODE_TRUNCATED;
	if (st == WIRE_SHORT)
		err->anomaly = if_short;
	err->off += (uint32_t)s->off;
	return DECODE_MALFORMED;
}

static enum decode_result decode_bad(enum anomaly a, const struct slice *s,
				     struct wire_err *err)
{
	*err = (struct wire_err) { a, (uint32_t)s->off };
	return DECODE_MALFORMED;
}

static void decode_csum(const struct ip_hdr *ip, const struct slice *seg,
			size_t field_off, struct packet *pkt)
{
	if (ip->is_frag || seg->cap < seg->wire)
		return;
	pkt->csum = csum_check_transport(&ip->src, &ip->dst, ip->proto, seg->p,
					 seg->cap, field_off);
}

static enum decode_result decode_tcp(struct slice *s, const struct ip_hdr *ip,
				     bool want_csum, struct packet *pkt,
				     struct wire_err *err)
{
	struct tcp_hdr tcp;
	enum decode_result r =
		decode_status(tcp_decode(s->p, s->cap, &tcp, err), s,
			      ANOMALY_TCP_HDR_OVERRUN, err);

	if (r != DECODE_OK)
		return r;
	if (want_csum)
		decode_csum(ip, s, TCP_CSUM_OFF, pkt);
	pkt->src.port = tcp.sport;
	pkt->dst.port = tcp.dport;
	pkt->flags = tcp.flags;
	pkt->seq = tcp.seq + (tcp.flags & TCP_F_SYN ? 1 : 0);
	pkt->ack = tcp.ack;
	pkt->opt = tcp.opt;
	pkt->opt_len = tcp.opt_len;
	pkt->opt_off = (uint32_t)s->off + TCP_HDR_LEN;
	slice_skip(s, tcp.hdr_len);
	return DECODE_OK;
}

static enum decode_result decode_udp(struct slice *s, const struct ip_hdr *ip,
				     bool want_csum, struct packet *pkt,
				     struct wire_err *err)
{
	struct udp_hdr udp;
	enum decode_result r =
		decode_status(udp_decode(s->p, s->cap, &udp, err), s,
			      ANOMALY_UDP_LEN_PACKET, err);

	if (r != DECODE_OK)
		return r;
	/* A first fragment rightly has less than the datagram's length. */
	if (udp.len > s->wire && !ip->is_frag)
		return decode_bad(ANOMALY_UDP_LEN_PACKET, s, err);
	slice_limit(s, udp.len);
	if (want_csum)
		decode_csum(ip, s, UDP_CSUM_OFF, pkt);
	pkt->src.port = udp.sport;
	pkt->dst.port = udp.dport;
	slice_skip(s, UDP_HDR_LEN);
	return DECODE_OK;
}

static enum decode_result decode_ip(struct slice *s, uint8_t version,
				    struct ip_hdr *ret, struct wire_err *err)
{
	enum decode_result r = decode_status(ip_decode(s->p, s->cap, ret, err),
					     s, ANOMALY_NET_FRAME_SHORT, err);

	if (r != DECODE_OK)
		return r;
	if (ret->version != version)
		return decode_bad(ANOMALY_IP_VERSION, s, err);
	if (ret->total_len > s->wire)
		return decode_bad(ANOMALY_IP_LEN_FRAME, s, err);
	if (ret->total_len)
		slice_limit(s, ret->total_len);
	slice_skip(s, ret->hdr_len);
	return DECODE_OK;
}

enum decode_result decode_packet(int link, const uint8_t *data, size_t cap_len,
				 size_t wire_len, bool want_csum,
				 struct packet *ret, struct wire_err *err)
{
	struct slice s = { data, cap_len, wire_len, 0 };
	struct packet pkt = { .ts_ns = FRAME_NO_TIME };
	struct link_hdr lh;
	struct ip_hdr ip;
	enum decode_result r;

	r = decode_status(link_decode(link, s.p, s.cap, &lh, err), &s,
			  ANOMALY_NET_FRAME_SHORT, err);
	if (r != DECODE_OK)
		return r;
	if (lh.ethertype != ETHERTYPE_IP4 && lh.ethertype != ETHERTYPE_IP6)
		return DECODE_OTHER;
	slice_skip(&s, lh.hdr_len);
	r = decode_ip(&s, lh.ethertype == ETHERTYPE_IP4 ? 4 : 6, &ip, err);
	if (r != DECODE_OK)
		return r;
	if (ip.proto != IP_PROTO_TCP && ip.proto != IP_PROTO_UDP)
		return DECODE_OTHER;
	if (ip.frag_off)
		return DECODE_FRAGMENT;
	pkt.proto = ip.proto;
	pkt.is_frag = ip.is_frag;
	pkt.src.addr = ip.src;
	pkt.dst.addr = ip.dst;
	pkt.ip_csum = ip.csum;
	if (ip.proto == IP_PROTO_TCP)
		r = decode_tcp(&s, &ip, want_csum, &pkt, err);
	else
		r = decode_udp(&s, &ip, want_csum, &pkt, err);
	if (r != DECODE_OK)
		return r;
	pkt.payload = s.p;
	pkt.cap_len = (uint32_t)s.cap;
	pkt.len = (uint32_t)s.wire;
	*ret = pkt;
	return DECODE_OK;
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
