/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_decode.c - a sequence of frames through one decoder, with its tunnels
 * and fragments. Whatever fast_decode() takes for an everyday packet, the
 * decoder has to take for the same.
 *
 * Byte 0 picks the link type and whether tunnels are followed; then records of
 * two bytes of length (of which the top bit says that the capture cut the
 * frame, and the next two that time passed) and data.
 */
#include "decode.h"
#include "fast.h"
#include "fuzz.h"
#include "wire/bytes.h"
#include "wire/ip.h"
#include "wire/link.h"
#include "wire/tcp.h"

static const int links[] = {
	LINK_ETHERNET, LINK_RAW, LINK_SLL,	LINK_SLL2,
	LINK_NULL,     LINK_PPP, LINK_PPP_HDLC, LINK_IPV4
};

static void check_tunnel(const struct tunnel *t)
{
	unsigned depth = t ? t->depth : 0;

	ASSERT(depth <= DECODE_TUNNEL_MAX);
	for (; t; t = t->outer) {
		ASSERT(t->depth == depth--);
		ASSERT(t->key && t->kind > TUNNEL_NONE &&
		       t->kind < TUNNEL_KINDS);
		ASSERT(t->src.family == t->dst.family && t->src.family);
	}
	ASSERT(!depth);
}

/* @last: number of the frame before which, or with which, the packet was made
 */
static void check_packet(struct packet *p, uint64_t last)
{
	uint32_t sum = 0, i;

	ASSERT(p->proto == IP_PROTO_TCP || p->proto == IP_PROTO_UDP);
	ASSERT(p->src.addr.family == p->dst.addr.family && p->src.addr.family);
	ASSERT(p->cap_len <= p->len);
	for (i = 0; i < p->cap_len; i++) /* all of it can be read */
		sum += p->payload[i];
	for (i = 0; i < p->opt_len; i++)
		sum += p->opt[i];
	ASSERT(sum <= 255U * (p->cap_len + p->opt_len));
	ASSERT(p->opt_len <= 40 &&
	       (p->opt_len == 0 || p->proto == IP_PROTO_TCP));
	ASSERT(p->frame_first && p->frame_first <= p->frame &&
	       p->frame <= last);
	ASSERT(!p->is_frag || p->frag_count);
	ASSERT(!p->is_frag || p->csum == CSUM_UNKNOWN);
	packet_check(p);
	ASSERT((p->csum == CSUM_UNKNOWN) == !p->seg);
	ASSERT(p->uoa.carrier == UOA_NONE || p->proto == IP_PROTO_UDP);
	check_tunnel(p->tunnel);
}

static void check_fast(const struct fast_opts *opts, const struct frame *f,
		       enum decode_result r, const struct packet *p)
{
	struct digest d;
	struct flow_key key;
	uint8_t ports[4];
	uint32_t where;
	bool flip;

	fast_decode(opts, f, &d);
	if (d.flags & FAST_SLOW)
		return;
	ASSERT(r == DECODE_OK && !p->tunnel && !p->is_frag && !p->frag_count);
	ASSERT(p->uoa.carrier == UOA_NONE);
	put_be16(ports, p->src.port);
	put_be16(ports + 2, p->dst.port);
	where = p->proto == IP_PROTO_UDP ? KEY_UDP : 0;
	if (p->src.addr.family == IP_V4)
		flip = key_v4(p->src.addr.bytes, p->dst.addr.bytes, ports,
			      where, &key);
	else
		flip = key_v6(&opts->seed, p->src.addr.bytes, p->dst.addr.bytes,
			      ports, where, &key);
	ASSERT(key_eq(&key, &d.key));
	ASSERT(flip == !!(d.flags & FAST_FLIP));
	ASSERT(d.len == p->len);
	/* a SYN is decoded in full anyway */
	ASSERT(p->proto == IP_PROTO_UDP || p->flags & TCP_F_SYN ||
	       d.seq == p->seq);
	ASSERT(d.flags & FAST_LOUD ||
	       !(p->flags & (TCP_F_SYN | TCP_F_FIN | TCP_F_RST)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fast_opts opts = { .seed = { { 1, 2, 3, 4, 5 } },
				  .tunnels = DECODE_OPTS_DEFAULT };
	struct decoder *d = NULL;
	struct packet p;
	struct frame f = { .ts_ns = 0 };

	if (!len)
		return 0;
	f.link = links[data[0] & 7];
	opts.tunnels.is_shallow = data[0] & 8;
	data++;
	len--;
	ASSERT(decoder_new(&opts.tunnels, &d) == 0);
	while (len >= 2) {
		size_t want = get_be16(data) & 0x7ff;
		struct wire_err err = { 0 };
		enum decode_result r;
		uint8_t *frame;

		f.wire_len = data[0] & 0x80 ? 100 : 0;
		f.ts_ns += (int64_t)(data[0] >> 5 & 3) * 20000000000;
		data += 2;
		len -= 2;
		if (want > len)
			want = len;
		frame = fuzz_copy(data, want);
		f.number++;
		f.data = frame;
		f.cap_len = (uint32_t)want;
		f.wire_len += f.cap_len;
		while (decode_lost(d, f.ts_ns, false, &p))
			check_packet(&p, f.number);
		r = decode_frame(d, &f, false, &p, &err);
		if (r == DECODE_OK)
			check_packet(&p, f.number);
		ASSERT(r != DECODE_MALFORMED || err.anomaly != ANOMALY_NONE);
		check_fast(&opts, &f, r, &p);
		free(frame);
		data += want;
		len -= want;
	}
	while (decode_lost(d, INT64_MAX, false, &p))
		check_packet(&p, f.number);
	decoder_free(d);
	return 0;
}
