/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_fast.bpf.c - forwards the datagrams of sessions that stand.
 *
 * udp_fast_in runs for each packet that comes in. Of a session that it knows it
 * rewrites a datagram from the one leg to the other and sends it on, if all
 * that came before has been relayed by the process, and leaves it to the
 * process with a number else (udp_fast.h). It changes nothing by direct access:
 * a program that may do so has the kernel copy the head of each packet that is
 * shared, those of TCP included.
 *
 * udp_fast_out learns through which interface the process's datagrams leave.
 */
#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "udp_fast_shared.h"

#define PACKET_HOST	0
#define LOOPBACK	1 /* its index in every network namespace */
#define IP_FRAGMENT	bpf_htons(0x3fff) /* more of them, or an offset */
#define IP_OFFSET	bpf_htons(0x1fff)
#define IP6_HEADERS_MAX 4
#define IP6_OFFSET	bpf_htons(0xfff8)
#define L4_CHECK	6	    /* of the checksum in a UDP header */
#define CSUM_FLAG_IPV6	(1ULL << 7) /* BPF_F_IPV6 */

/* The compiler knows bounds of what follows by those of what came before; the
 * kernel's verifier does not: forget them, so that they are compared again.
 */
#define FORGET(x) __asm__ volatile("" : "+r"(x))

/* of a direction, by what comes */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * UDP_FAST_SLOTS);
	__type(key, struct udp_fast_key);
	__type(value, __u32);
} refs SEC(".maps");

/* a header and the payload behind it */
struct room {
	__u8 bytes[UDP_FAST_HEADER_MAX + UDP_FAST_PAYLOAD_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct room);
} rooms SEC(".maps");

struct udp_fast_slot slots[UDP_FAST_SLOTS];
__u32 n_on;	   /* sessions */
__u32 n_unlearned; /* directions of them with an out_ifindex of 0 */

struct ip4_udp {
	struct iphdr ip;
	struct udphdr udp;
};

struct ip6_udp {
	struct ipv6hdr ip;
	struct udphdr udp;
} __attribute__((packed, aligned(4)));

/* @l4:	     where the UDP header is
 * @is_v6
 * @is_plain: nothing but an IP header without options, and whole
 */
struct packet {
	struct udp_fast_key key;
	__u32 l4;
	__u32 ip_bytes;
	bool is_v6;
	bool is_plain;
	union {
		struct ip4_udp v4;
		struct ip6_udp v6;
	} h;
};

static __always_inline bool read_v4(struct __sk_buff *skb, struct packet *p)
{
	struct ip4_udp *h = &p->h.v4;
	struct iphdr *ip = &h->ip;

	if (bpf_skb_load_bytes(skb, ETH_HLEN, h, sizeof(*h)) ||
	    ip->protocol != IPPROTO_UDP || ip->ihl < 5 ||
	    (ip->frag_off & IP_OFFSET))
		return false;
	p->l4 = ETH_HLEN + 4 * ip->ihl;
	if (ip->ihl > 5 &&
	    bpf_skb_load_bytes(skb, p->l4, &h->udp, sizeof(h->udp)))
		return false;
	p->ip_bytes = bpf_ntohs(ip->tot_len);
	p->is_plain = ip->ihl == 5 && !(ip->frag_off & IP_FRAGMENT) &&
		      ip->ttl > 1 &&
		      p->ip_bytes == sizeof(*ip) + bpf_ntohs(h->udp.len);
	p->key.src[2] = bpf_htonl(0xffff);
	p->key.src[3] = ip->saddr;
	p->key.dst[2] = bpf_htonl(0xffff);
	p->key.dst[3] = ip->daddr;
	p->key.sport = h->udp.source;
	p->key.dport = h->udp.dest;
	return true;
}

/* The UDP header behind others, of which one may be that of a fragment. */
static __always_inline bool find_v6(struct __sk_buff *skb, struct packet *p)
{
	struct {
		__u8 next;
		__u8 len;
		__u16 offset;
	} e;
	__u8 next = p->h.v6.ip.nexthdr;
	int i;

	for (i = 0; i < IP6_HEADERS_MAX && next != IPPROTO_UDP; i++) {
		if (bpf_skb_load_bytes(skb, p->l4, &e, sizeof(e)))
			return false;
		if (next == IPPROTO_FRAGMENT && (e.offset & IP6_OFFSET))
			return false;
		if (next == IPPROTO_FRAGMENT)
			p->l4 += 8;
		else if (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING ||
			 next == IPPROTO_DSTOPTS)
			p->l4 += 8 * (e.len + 1);
		else
			return false;
		next = e.next;
	}
	return next == IPPROTO_UDP &&
	       !bpf_skb_load_bytes(skb, p->l4, &p->h.v6.udp,
				   sizeof(p->h.v6.udp));
}

static __always_inline bool read_v6(struct __sk_buff *skb, struct packet *p)
{
	struct ip6_udp *h = &p->h.v6;

	if (bpf_skb_load_bytes(skb, ETH_HLEN, h, sizeof(*h)))
		return false;
	p->is_v6 = true;
	p->l4 = ETH_HLEN + sizeof(h->ip);
	p->ip_bytes = sizeof(h->ip) + bpf_ntohs(h->ip.payload_len);
	if (h->ip.nexthdr == IPPROTO_UDP)
		p->is_plain = h->ip.hop_limit > 1 && h->udp.check &&
			      h->ip.payload_len == h->udp.len;
	else if (!find_v6(skb, p))
		return false;
	__builtin_memcpy(p->key.src, &h->ip.saddr, sizeof(p->key.src));
	__builtin_memcpy(p->key.dst, &h->ip.daddr, sizeof(p->key.dst));
	p->key.sport = h->udp.source;
	p->key.dport = h->udp.dest;
	return true;
}

/* Return: false if it is no datagram, or has no ports */
static __always_inline bool read_packet(struct __sk_buff *skb, struct packet *p)
{
	if (skb->vlan_present)
		return false;
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return read_v4(skb, p);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return read_v6(skb, p);
	return false;
}

static __always_inline bool is_same(const struct udp_fast_key *a,
				    const struct udp_fast_key *b)
{
	const __u64 *x = (const __u64 *)a, *y = (const __u64 *)b;

	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2] && x[3] == y[3] &&
	       a->sport == b->sport && a->dport == b->dport;
}

/* An entry may be taken over by another session while it is looked at: the slot
 * says for sure, it rests before it is used again.
 */
static __always_inline struct udp_fast_slot *
find(const struct udp_fast_key *key, __u32 *ret_way)
{
	__u32 *ref = bpf_map_lookup_elem(&refs, key);
	struct udp_fast_slot *slot;
	__u32 i;

	if (!ref)
		return 0;
	i = *(volatile __u32 *)ref;
	if (i >= 2 * UDP_FAST_SLOTS)
		return 0;
	slot = &slots[i >> 1];
	*ret_way = i & 1;
	return is_same(key, &slot->ways[i & 1].from) ? slot : 0;
}

/* The interface by which it leaves; 0: the process is to have it */
static __always_inline __u32 may_forward(const struct __sk_buff *skb,
					 const struct packet *p,
					 const struct udp_fast_slot *slot,
					 __u32 dir)
{
	const struct udp_fast_way *way = &slot->ways[dir & 1];
	const struct udp_fast_way *other = &slot->ways[(dir & 1) ^ 1];
	__u32 more = dir == UDP_FAST_UP ? slot->put_bytes : 0;

	if (!p->is_plain || skb->gso_size || !slot->is_on ||
	    way->done != way->seen || !other->done || !other->out_ifindex ||
	    way->in_ifindex != skb->ifindex ||
	    skb->len < ETH_HLEN + p->ip_bytes)
		return 0;
	if (other->in_ifindex == LOOPBACK || way->out_ifindex == LOOPBACK)
		return other->in_ifindex == way->out_ifindex ? LOOPBACK : 0;
	return p->ip_bytes + more <= way->mtu ? way->out_ifindex : 0;
}

/* @diff: of what is neither address, port nor length
 * @len:  of UDP from now on, network order
 */
static __always_inline long update_check(struct __sk_buff *skb,
					 const struct packet *p,
					 const struct udp_fast_way *way,
					 __u32 diff, __u16 len)
{
	struct udp_fast_key key = p->key, to = way->to;
	__u64 v6 = p->is_v6 ? CSUM_FLAG_IPV6 : 0;
	__u16 old = p->is_v6 ? p->h.v6.udp.len : p->h.v4.udp.len;
	__u64 flags = BPF_F_MARK_MANGLED_0;
	__u32 at = p->l4 + L4_CHECK;
	long err;

	err = bpf_l4_csum_replace(skb, at, 0,
				  bpf_csum_diff(key.src, 32, to.src, 32, 0),
				  flags | BPF_F_PSEUDO_HDR | v6);
	if (err)
		return err;
	diff = bpf_csum_diff((__be32 *)&key.sport, 4, (__be32 *)&to.sport, 4,
			     diff);
	err = bpf_l4_csum_replace(skb, at, 0, diff, flags);
	if (!err && old != len)
		err = bpf_l4_csum_replace(skb, at, old, len, flags | 2);
	if (!err && old != len)
		err = bpf_l4_csum_replace(skb, at, old, len,
					  flags | BPF_F_PSEUDO_HDR | 2);
	return err;
}

static __always_inline __u16 fold(__u64 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)sum;
}

/* All of the headers but the UDP checksum. @len: of UDP, network order */
static __always_inline long write_v4(struct __sk_buff *skb, struct packet *p,
				     const struct udp_fast_way *way, __u16 len)
{
	struct ip4_udp *h = &p->h.v4;
	struct iphdr old = h->ip;
	__s64 diff;

	h->ip.tot_len = bpf_htons(sizeof(h->ip) + bpf_ntohs(len));
	h->ip.ttl--;
	h->ip.saddr = way->to.src[3];
	h->ip.daddr = way->to.dst[3];
	diff = bpf_csum_diff((__be32 *)&old, sizeof(old), (__be32 *)&h->ip,
			     sizeof(old), (__u16)~old.check);
	h->ip.check = (__u16)~fold((__u32)diff);
	h->udp.source = way->to.sport;
	h->udp.dest = way->to.dport;
	h->udp.len = len;
	return bpf_skb_store_bytes(skb, ETH_HLEN, h, sizeof(*h) - 2, 0);
}

static __always_inline long write_v6(struct __sk_buff *skb, struct packet *p,
				     const struct udp_fast_way *way, __u16 len)
{
	struct ip6_udp *h = &p->h.v6;

	h->ip.payload_len = len;
	h->ip.hop_limit--;
	__builtin_memcpy(&h->ip.saddr, way->to.src, sizeof(way->to.src));
	__builtin_memcpy(&h->ip.daddr, way->to.dst, sizeof(way->to.dst));
	h->udp.source = way->to.sport;
	h->udp.dest = way->to.dport;
	h->udp.len = len;
	return bpf_skb_store_bytes(skb, ETH_HLEN, h, sizeof(*h) - 2, 0);
}

static __always_inline long write_headers(struct __sk_buff *skb,
					  struct packet *p,
					  const struct udp_fast_way *way,
					  __u16 len)
{
	return p->is_v6 ? write_v6(skb, p, way, len)
			: write_v4(skb, p, way, len);
}

/* Make the @bytes of payload longer by the session's header, or shorter by the
 * one that they begin with; *@ret_diff: what that adds to the checksum.
 * Return: a verdict if it cannot be, TC_ACT_UNSPEC: and nothing was changed;
 *	   TC_ACT_OK: done
 */
static __always_inline int put_header(struct __sk_buff *skb,
				      const struct packet *p,
				      const struct udp_fast_slot *slot,
				      struct room *r, __u32 bytes,
				      __u32 *ret_diff)
{
	__u32 put = slot->put_bytes, at = p->l4 + sizeof(struct udphdr);

	if (bytes > UDP_FAST_PAYLOAD_MAX)
		return TC_ACT_UNSPEC;
	__builtin_memcpy(r->bytes, slot->header, UDP_FAST_HEADER_MAX);
	FORGET(put);
	if (put > UDP_FAST_HEADER_MAX ||
	    (bytes && bpf_skb_load_bytes(skb, at, r->bytes + put, bytes)))
		return TC_ACT_UNSPEC;
	if (bpf_skb_change_tail(skb, at + put + bytes, 0))
		return TC_ACT_UNSPEC;
	*ret_diff = bpf_csum_diff(0, 0, (__be32 *)slot->header,
				  UDP_FAST_HEADER_MAX, 0);
	bytes += put;
	FORGET(bytes);
	if (!bytes || bytes > sizeof(r->bytes) ||
	    bpf_skb_store_bytes(skb, at, r->bytes, bytes, BPF_F_RECOMPUTE_CSUM))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

static __always_inline int cut_header(struct __sk_buff *skb,
				      const struct packet *p,
				      const struct udp_fast_slot *slot,
				      struct room *r, __u32 bytes,
				      __u32 *ret_diff)
{
	__u32 at = p->l4 + sizeof(struct udphdr);
	__u8 head[UDP_FAST_CUT + 2] = { 0 }; /* of a multiple of 4 */

	if (bytes < UDP_FAST_CUT || bytes > UDP_FAST_PAYLOAD_MAX ||
	    bpf_skb_load_bytes(skb, at, r->bytes, bytes) ||
	    r->bytes[0] != slot->header[0] || r->bytes[1] != slot->header[1])
		return TC_ACT_UNSPEC;
	bytes -= UDP_FAST_CUT;
	FORGET(bytes);
	__builtin_memcpy(head, r->bytes, UDP_FAST_CUT);
	*ret_diff = bpf_csum_diff((__be32 *)head, sizeof(head), 0, 0, 0);
	if (bytes && bytes <= UDP_FAST_PAYLOAD_MAX &&
	    bpf_skb_store_bytes(skb, at, r->bytes + UDP_FAST_CUT, bytes,
				BPF_F_RECOMPUTE_CSUM))
		return TC_ACT_UNSPEC;
	if (bpf_skb_change_tail(skb, at + bytes, 0))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

/* Return: a verdict, TC_ACT_UNSPEC if nothing was changed */
static __always_inline int forward(struct __sk_buff *skb, struct packet *p,
				   const struct udp_fast_slot *slot, __u32 dir,
				   struct udp_fast_way *way, __u32 out)
{
	__u32 payload = p->ip_bytes + ETH_HLEN - p->l4 - sizeof(struct udphdr);
	__u32 zero = 0, diff = 0, bytes = payload;
	struct room *r;
	int verdict = TC_ACT_OK;

	if (payload > 0xffff)
		return TC_ACT_UNSPEC;
	r = bpf_map_lookup_elem(&rooms, &zero);
	if (!r)
		return TC_ACT_UNSPEC;
	if (dir == UDP_FAST_UP && slot->put_bytes) {
		verdict = put_header(skb, p, slot, r, payload, &diff);
		bytes += slot->put_bytes;
	} else if (dir == UDP_FAST_DOWN && slot->is_cut) {
		verdict = cut_header(skb, p, slot, r, payload, &diff);
		bytes -= UDP_FAST_CUT;
		payload = bytes;
	}
	if (verdict != TC_ACT_OK)
		return verdict;
	bytes += sizeof(struct udphdr);
	if (update_check(skb, p, way, diff, bpf_htons((__u16)bytes)) ||
	    write_headers(skb, p, way, bpf_htons((__u16)bytes)))
		return TC_ACT_SHOT;
	(void)__sync_fetch_and_add(&way->datagrams, 1);
	(void)__sync_fetch_and_add(&way->bytes, payload);
	way->last_ns = bpf_ktime_get_coarse_ns();
	if (out == LOOPBACK && skb->ifindex == LOOPBACK)
		return bpf_redirect(LOOPBACK, 0); /* it keeps its route */
	return bpf_redirect_neigh(out, 0, 0, 0);
}

/* The process relays it. Of those which are cut in pieces, now or later, the
 * process would see the number more than once, or not: they get none.
 */
static __always_inline int leave(struct __sk_buff *skb,
				 struct udp_fast_way *way)
{
	__u64 number = __sync_fetch_and_add(&way->seen, 1) + 1;

	way->in_ifindex = skb->ifindex;
	if (!skb->gso_size)
		skb->tstamp = UDP_FAST_NUMBER | number;
	return TC_ACT_UNSPEC;
}

SEC("tc")
int udp_fast_in(struct __sk_buff *skb)
{
	struct packet p = { 0 };
	struct udp_fast_slot *slot;
	__u32 dir, out;
	int verdict;

	if (!n_on || skb->pkt_type != PACKET_HOST || !read_packet(skb, &p))
		return TC_ACT_UNSPEC;
	slot = find(&p.key, &dir);
	if (!slot)
		return TC_ACT_UNSPEC;
	dir &= 1;
	out = may_forward(skb, &p, slot, dir);
	if (out) {
		verdict = forward(skb, &p, slot, dir, &slot->ways[dir], out);
		if (verdict != TC_ACT_UNSPEC)
			return verdict;
	}
	return leave(skb, &slot->ways[dir]);
}

SEC("tc")
int udp_fast_out(struct __sk_buff *skb)
{
	struct packet p = { 0 };
	struct udp_fast_key back;
	struct udp_fast_slot *slot;
	__u32 dir;

	if (!n_unlearned || !read_packet(skb, &p))
		return TC_ACT_UNSPEC;
	__builtin_memcpy(back.src, p.key.dst, sizeof(back.src));
	__builtin_memcpy(back.dst, p.key.src, sizeof(back.dst));
	back.sport = p.key.dport;
	back.dport = p.key.sport;
	slot = find(&back, &dir);
	if (slot &&
	    !__sync_val_compare_and_swap(&slot->ways[(dir & 1) ^ 1].out_ifindex,
					 0, skb->ifindex))
		(void)__sync_fetch_and_sub(&n_unlearned, 1);
	return TC_ACT_UNSPEC;
}

char udp_fast_license[] SEC("license") = "Dual BSD/GPL";
