/* SPDX-License-Identifier: BSD-2-Clause */
/* fast.c - see fast.h */
#include "fast.h"

#include "find.h"
#include "option.h"
#include "wire/bytes.h"
#include "wire/ip.h"
#include "wire/link.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#define IP4_FIRST     0x45   /* version, and a header of 20 bytes */
#define IP4_FRAG_BITS 0x3fff /* more fragments, and the offset */
#define TCP_LOUD      (TCP_F_SYN | TCP_F_FIN | TCP_F_RST)
/* so far fast_usual() reads before it knows what it has */
#define FAST_USUAL_LEN (LINK_ETH_LEN + IP6_HDR_LEN + 4)

/* What is left of a frame: @cap bytes at @p of @wire that were sent; and what
 * is known so far: FAST_*.
 */
struct rest {
	const uint8_t *p;
	uint32_t cap;
	uint32_t wire;
	uint32_t flags;
};

static inline void rest_skip(struct rest *r, uint32_t n)
{
	r->p += n;
	r->cap -= n;
	r->wire -= n;
}

/* fast_link() - Return: the EtherType, or 0 if it is not everyday */
static inline uint16_t fast_link(int link, struct rest *r)
{
	uint32_t skip = LINK_ETH_LEN;
	uint32_t at = LINK_ETH_LEN - 2;
	uint16_t type;

	if (r->cap < LINK_SLL2_LEN + IP4_HDR_LEN)
		return 0;
	if (link == LINK_ETHERNET) {
		type = get_be16(r->p + at);
		if (type == ETHERTYPE_VLAN) {
			skip += LINK_TAG_LEN;
			type = get_be16(r->p + skip - 2);
		}
		rest_skip(r, skip);
		return type;
	}
	if (link == LINK_RAW)
		return r->p[0] >> 4 == 6 ? ETHERTYPE_IP6 : ETHERTYPE_IP4;
	if (link == LINK_SLL) {
		skip = LINK_SLL_LEN;
		at = LINK_SLL_LEN - 2;
	} else if (link == LINK_SLL2) {
		skip = LINK_SLL2_LEN;
		at = 0;
	} else {
		return 0;
	}
	type = get_be16(r->p + at);
	rest_skip(r, skip);
	return type;
}

/* fast_limit() - the packet says that it has @total bytes, of which the first
 * @hdr are the IP header
 */
static inline bool fast_limit(struct rest *r, uint32_t total, uint32_t hdr)
{
	if (total < hdr || total > r->wire)
		return false;
	r->wire = total;
	if (r->cap > total)
		r->cap = total;
	rest_skip(r, hdr);
	return true;
}

static inline bool fast_tcp(struct rest *r, struct digest *ret)
{
	uint32_t hdr;
	uint8_t flags;

	if (r->cap < TCP_HDR_LEN)
		return false;
	hdr = (uint32_t)(r->p[12] >> 4) * 4;
	flags = r->p[13];
	ret->seq = get_be32(r->p + 4);
	if (hdr < TCP_HDR_LEN || hdr > r->cap)
		return false;
	if (flags & TCP_LOUD ||
	    !option_are_common(r->p + TCP_HDR_LEN, hdr - TCP_HDR_LEN))
		r->flags |= FAST_LOUD;
	rest_skip(r, hdr);
	if (r->wire)
		r->flags |= FAST_DATA;
	return true;
}

static inline bool fast_udp(const struct fast_opts *opts, struct rest *r)
{
	static const uint8_t spp[2] = { 0x56, 0xec };

	if (r->cap < UDP_HDR_LEN || get_be16(r->p + 4) != r->wire ||
	    decode_tunnel_port(&opts->tunnels, get_be16(r->p + 2)) !=
		    TUNNEL_NONE)
		return false;
	rest_skip(r, UDP_HDR_LEN);
	r->flags |= FAST_DATA;
	if (r->cap >= 2 && memcmp(r->p, spp, 2) == 0)
		r->flags |= FAST_LOUD;
	return true;
}

/* fast_ip4(), fast_ip6() - Return: is it everyday so far? *@ret_proto, and in
 * @ret the key and its hash
 */
static inline bool fast_ip4(const struct key_seed *seed, struct rest *r,
			    struct digest *ret, uint8_t *ret_proto)
{
	const uint8_t *ip = r->p;
	uint32_t where;

	*ret_proto = ip[9];
	if (r->cap < IP4_HDR_LEN + UDP_HDR_LEN || ip[0] != IP4_FIRST ||
	    get_be16(ip + 6) & IP4_FRAG_BITS ||
	    !fast_limit(r, get_be16(ip + 2), IP4_HDR_LEN) || r->cap < 4)
		return false;
	where = *ret_proto == IP_PROTO_UDP ? KEY_UDP : 0;
	if (key_v4(ip + 12, ip + 16, r->p, where, &ret->key))
		r->flags |= FAST_FLIP;
	ret->hash = key_hash(seed, &ret->key);
	return true;
}

static inline bool fast_ip6(const struct key_seed *seed, struct rest *r,
			    struct digest *ret, uint8_t *ret_proto)
{
	const uint8_t *ip = r->p;
	uint32_t where;
	uint16_t len;

	if (r->cap < IP6_HDR_LEN + UDP_HDR_LEN || ip[0] >> 4 != 6)
		return false;
	*ret_proto = ip[6];
	len = get_be16(ip + 4);
	if (!len || !fast_limit(r, (uint32_t)IP6_HDR_LEN + len, IP6_HDR_LEN) ||
	    r->cap < 4)
		return false;
	where = *ret_proto == IP_PROTO_UDP ? KEY_UDP : 0;
	if (key_v6(seed, ip + 8, ip + 24, r->p, where, &ret->key))
		r->flags |= FAST_FLIP;
	ret->hash = key_hash(seed, &ret->key);
	return true;
}

static inline bool fast_read(const struct fast_opts *opts,
			     const struct frame *f, struct digest *ret)
{
	struct rest r = { f->data, f->cap_len, f->wire_len, 0 };
	uint16_t type = fast_link(f->link, &r);
	uint8_t proto = 0;
	bool ok = false;

	if (type == ETHERTYPE_IP4)
		ok = fast_ip4(&opts->seed, &r, ret, &proto);
	else if (type == ETHERTYPE_IP6)
		ok = fast_ip6(&opts->seed, &r, ret, &proto);
	ret->off = (uint8_t)(r.p - f->data);
	if (ok && proto == IP_PROTO_TCP)
		ok = fast_tcp(&r, ret);
	else if (ok && proto == IP_PROTO_UDP)
		ok = fast_udp(opts, &r);
	else
		ok = false;
	if (!ok)
		return false;
	ret->len = r.wire;
	if (find_begins(r.p, r.cap))
		r.flags |= FAST_LOUD;
	ret->flags = (uint8_t)r.flags;
	return true;
}

/* fast_usual_tcp() - the segment at @t: @cap bytes of @wire that were sent */
static inline __attribute__((always_inline)) bool
fast_usual_tcp(const uint8_t *t, uint32_t cap, uint32_t wire, uint32_t flags,
	       struct digest *ret)
{
	uint32_t hdr = (uint32_t)(t[12] >> 4) * 4;

	if (hdr < TCP_HDR_LEN || hdr > cap)
		return false;
	ret->seq = get_be32(t + 4);
	ret->len = wire - hdr;
	if (wire != hdr)
		flags |= FAST_DATA;
	if (t[13] & TCP_LOUD || find_begins(t + hdr, cap - hdr) ||
	    (hdr != TCP_HDR_LEN &&
	     !option_are_common(t + TCP_HDR_LEN, hdr - TCP_HDR_LEN)))
		flags |= FAST_LOUD;
	ret->flags = (uint8_t)flags;
	return true;
}

/* fast_usual_ip() - the packet at @ip, of @total bytes, the first @hdr of which
 * are the IP header; its key is in @ret
 */
static inline __attribute__((always_inline)) bool
fast_usual_ip(const struct fast_opts *opts, const struct frame *f, uint32_t hdr,
	      uint32_t total, bool flip, struct digest *ret)
{
	uint32_t cap = f->cap_len - LINK_ETH_LEN;

	if (cap > total)
		cap = total;
	if (total > f->wire_len - LINK_ETH_LEN || cap < hdr + TCP_HDR_LEN)
		return false;
	ret->hash = key_hash(&opts->seed, &ret->key);
	ret->off = (uint8_t)(LINK_ETH_LEN + hdr);
	return fast_usual_tcp(f->data + LINK_ETH_LEN + hdr, cap - hdr,
			      total - hdr, flip ? FAST_FLIP : 0, ret);
}

/* fast_usual_v6() - by itself, lest it costs the others registers */
static __attribute__((noinline)) bool
fast_usual_v6(const struct fast_opts *opts, const struct frame *f,
	      struct digest *ret)
{
	const uint8_t *ip = f->data + LINK_ETH_LEN;
	bool flip = key_v6(&opts->seed, ip + 8, ip + 24, ip + IP6_HDR_LEN, 0,
			   &ret->key);

	return fast_usual_ip(opts, f, IP6_HDR_LEN,
			     IP6_HDR_LEN + (uint32_t)get_be16(ip + 4), flip,
			     ret);
}

/* fast_usual() - fast_read() of what most frames are: a whole header of TCP in
 * one of IP, on Ethernet without a tag.
 * Return: false if it is none, and fast_read() knows
 */
static inline bool fast_usual(const struct fast_opts *opts,
			      const struct frame *f, struct digest *ret)
{
	const uint8_t *ip = f->data + LINK_ETH_LEN;
	uint32_t begin;
	bool flip;

	if (f->link != LINK_ETHERNET || f->cap_len < FAST_USUAL_LEN)
		return false;
	begin = get_be32(ip - 2) >> 8;
	if (begin == (ETHERTYPE_IP4 << 8 | IP4_FIRST)) {
		/* fragment, time to live, protocol */
		if ((get_be32(ip + 6) & (IP4_FRAG_BITS << 16 | 0xff)) !=
		    IP_PROTO_TCP)
			return false;
		flip = key_v4(ip + 12, ip + 16, ip + IP4_HDR_LEN, 0, &ret->key);
		return fast_usual_ip(opts, f, IP4_HDR_LEN, get_be16(ip + 2),
				     flip, ret);
	}
	if (begin >> 4 != (ETHERTYPE_IP6 << 4 | 6) || ip[6] != IP_PROTO_TCP)
		return false;
	return fast_usual_v6(opts, f, ret);
}

void fast_decode_any(const struct fast_opts *opts, const struct frame *f,
		     struct digest *ret)
{
	ret->ts_ns = f->ts_ns;
	if (!fast_read(opts, f, ret)) {
		ret->flags = FAST_SLOW;
		ret->hash = 0;
	}
}

void fast_decode(const struct fast_opts *opts, const struct frame *f,
		 struct digest *ret)
{
	if (fast_usual(opts, f, ret))
		ret->ts_ns = f->ts_ns;
	else
		fast_decode_any(opts, f, ret);
}

void fast_key(const struct fast_opts *opts, const struct packet *pkt,
	      struct digest *ret)
{
	uint32_t where = pkt->proto == IP_PROTO_UDP ? KEY_UDP : 0;
	uint8_t ports[4];
	bool flip;

	put_be16(ports, pkt->src.port);
	put_be16(ports + 2, pkt->dst.port);
	if (pkt->tunnel)
		where |= pkt->tunnel->key << KEY_TUNNEL_SHIFT;
	if (pkt->src.addr.family == IP_V4)
		flip = key_v4(pkt->src.addr.bytes, pkt->dst.addr.bytes, ports,
			      where, &ret->key);
	else
		flip = key_v6(&opts->seed, pkt->src.addr.bytes,
			      pkt->dst.addr.bytes, ports, where, &ret->key);
	ret->flags = flip ? FAST_FLIP : 0;
	ret->hash = key_hash(&opts->seed, &ret->key);
}

static enum csum_state fast_ip_csum(const uint8_t *ip)
{
	uint64_t sum = (uint64_t)key_load32(ip) + key_load32(ip + 4) +
		       key_load32(ip + 8) + key_load32(ip + 12) +
		       key_load32(ip + 16);

	if (csum_fold_raw(sum) == 0xffff)
		return CSUM_OK;
	return get_be16(ip + 10) ? CSUM_BAD : CSUM_ABSENT;
}

/* fast_packet_ip() - what the IP header says. Return: bytes behind it */
static uint32_t fast_packet_ip(const uint8_t *t, bool is_v6, struct packet *ret)
{
	const uint8_t *ip = t - (is_v6 ? IP6_HDR_LEN : IP4_HDR_LEN);
	uint32_t total;

	if (is_v6) {
		total = (uint32_t)get_be16(ip + 4) + IP6_HDR_LEN;
		ret->src.addr = ip_addr_v6(ip + 8);
		ret->dst.addr = ip_addr_v6(ip + 24);
		ret->ip_csum = CSUM_ABSENT;
	} else {
		total = get_be16(ip + 2);
		ret->src.addr.family = ret->dst.addr.family = IP_V4;
		memcpy(ret->src.addr.bytes, ip + 12, 4);
		memcpy(ret->dst.addr.bytes, ip + 16, 4);
		ret->ip_csum = fast_ip_csum(ip);
	}
	ret->is_offload = total > DECODE_LINK_MAX;
	return total - (uint32_t)(t - ip);
}

/* fast_is_right() - is the checksum of the @len bytes at @t there, and right?
 */
static bool fast_is_right(const uint8_t *t, const struct digest *d,
			  uint32_t len)
{
	bool is_udp = d->key.where & KEY_UDP;
	size_t addrs = d->key.where & KEY_V6 ? 32 : 8;

	if (is_udp && get_be16(t + UDP_CSUM_OFF) == 0)
		return false;
	return csum_is_right(t - addrs, addrs,
			     is_udp ? IP_PROTO_UDP : IP_PROTO_TCP, t, len);
}

static void fast_packet_tcp(const uint8_t *t, const struct digest *d,
			    struct packet *ret)
{
	uint32_t hdr = (uint32_t)(t[12] >> 4) * 4;

	ret->proto = IP_PROTO_TCP;
	ret->flags = get_be16(t + 12) & 0x1ff;
	ret->seq = get_be32(t + 4) + (ret->flags & TCP_F_SYN ? 1 : 0);
	ret->ack = get_be32(t + 8);
	ret->opt_len = (uint8_t)(hdr - TCP_HDR_LEN);
	ret->opt = ret->opt_len ? t + TCP_HDR_LEN : NULL;
	ret->opt_off = (uint32_t)d->off + TCP_HDR_LEN;
	ret->payload = t + hdr;
}

void fast_packet(const struct frame *f, const struct digest *d,
		 struct packet *ret)
{
	const uint8_t *t = f->data + d->off;
	uint32_t cap = f->cap_len - d->off;
	uint32_t wire;

	*ret = (struct packet) {
		.frame = f->number,
		.frame_first = f->number,
		.ts_ns = f->ts_ns,
	};
	wire = fast_packet_ip(t, d->key.where & KEY_V6, ret);
	if (cap > wire)
		cap = wire;
	ret->src.port = get_be16(t);
	ret->dst.port = get_be16(t + 2);
	if (d->key.where & KEY_UDP) {
		ret->proto = IP_PROTO_UDP;
		ret->payload = t + UDP_HDR_LEN;
	} else {
		fast_packet_tcp(t, d, ret);
	}
	if (cap == wire) {
		ret->seg = t;
		ret->seg_len = cap;
	}
	ret->len = d->len;
	ret->cap_len = cap - (uint32_t)(ret->payload - t);
}

void fast_check(const struct digest *d, struct packet *pkt)
{
	if (pkt->seg && fast_is_right(pkt->seg, d, pkt->seg_len))
		pkt->csum = CSUM_OK;
	else
		packet_check(pkt);
}
