/* SPDX-License-Identifier: BSD-2-Clause */
/* fast.bpf.c - turns segments of one leg of a connection into segments of the
 * other, on their way from one interface to the other.
 *
 * Two programs on each interface. fast_ingress sees what the ends send. It
 * finds the moment in which a connection is quiet, so that nothing of it is
 * held by the proxy's sockets or by the process; from then on every segment has
 * its addresses and numbers rewritten and goes out again, to the other end.
 * fast_egress sees what the proxy's own sockets send, and lets no more of it
 * through. relay_fast.c has the theory.
 */
#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "fast_shared.h"

/* verdicts of tcx: the next program, or nobody */
#define TCX_NEXT (-1)
#define TCX_DROP 2

#define LO_IFINDEX  1
#define ETH_BYTES   14
#define TCP_BYTES   20
#define ESTABLISHED 1
#define RTF_GATEWAY 2U

#define TCP_FIN 0x01U
#define TCP_SYN 0x02U
#define TCP_RST 0x04U
#define TCP_ACK 0x10U
#define TCP_URG 0x20U

/* first words of the options in the layouts that are rewritten */
#define OPT_TS	 0x0101080aU /* NOP NOP timestamps */
#define OPT_SACK 0x01010500U /* NOP NOP SACK, and its length */
#define OPT_NOPS 0x01010101U

/* A segment that was rewritten here (tc_index): nothing more is done to it */
#define FAST_DONE 0x7470U

#define NS_PER_TS 1000000ULL

/* What is read of the kernel's sockets; libbpf finds the places. */
struct sock_common {
	volatile unsigned char skc_state;
} __attribute__((preserve_access_index));

struct dst_entry;

struct sock {
	struct sock_common __sk_common;
	struct {
		int len;
	} sk_backlog;
	struct dst_entry *sk_dst_cache;
} __attribute__((preserve_access_index));

struct rtable {
	__u8 rt_uses_gateway;
} __attribute__((preserve_access_index));

struct rt6_info {
	__u32 rt6i_flags;
} __attribute__((preserve_access_index));

struct inet_sock {
	struct sock sk;
} __attribute__((preserve_access_index));

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	__u32 icsk_pmtu_cookie;
} __attribute__((preserve_access_index));

struct tcp_options_received {
	__u32 ts_recent;
	__u16 tstamp_ok	 : 1;
	__u16 wscale_ok	 : 1;
	__u16 sack_ok	 : 3;
	__u16 snd_wscale : 4;
	__u16 rcv_wscale : 4;
	__u16 mss_clamp;
} __attribute__((preserve_access_index));

struct rb_node;

struct rb_root {
	struct rb_node *rb_node;
} __attribute__((preserve_access_index));

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u32 tsoffset;
	__u8 tcp_usec_ts : 1;
	__u16 advmss;
	struct rb_root out_of_order_queue;
	__u64 tcp_wstamp_ns;
	__u8 ecn_flags;
	__u64 tcp_clock_cache;
	__u32 rcv_nxt;
	__u32 snd_nxt;
	__u32 snd_una;
	__u32 write_seq;
	struct tcp_options_received rx_opt;
	__u64 bytes_received;
	__u64 bytes_acked;
} __attribute__((preserve_access_index));

/* twice the connection, plus the side that such segments come from */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * FAST_CONNS_MAX);
	__type(key, struct fast_key);
	__type(value, __u32);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, FAST_BELLS_MAX);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_RINGBUF);
			__uint(max_entries, FAST_BELL_BYTES);
		});
} bells SEC(".maps");

struct fast_slot slots[FAST_CONNS_MAX];
struct fast_pulse pulses[FAST_BELLS_MAX];
/* connections in the table; as long as there is none, nobody pays */
__u32 n_live;

struct tcp_hdr {
	__be16 src_port;
	__be16 dst_port;
	__be32 seq;
	__be32 ack;
	__be16 flags; /* and the header's length */
	__be16 window;
	__u16 check;
	__be16 urgent;
};

/* What is needed of a segment, in host byte order */
struct seg {
	__u32 flow; /* as in the table */
	__u32 seq;
	__u32 ack;
	__u32 flags;
	__u32 hdr_len;
	__u32 len; /* payload bytes */
};

/* What is needed of a socket at the moment of change */
struct look {
	__u64 received;
	__u64 acked;
	__u32 rcv_nxt;
	__u32 snd_nxt;
	__u32 unacked;
	__u32 ts_recent;
	__u32 ts_last; /* no timestamp that it sent was later */
	__u32 pmtu;
	__u16 advmss;
	__u16 mss_clamp;
	__u8 snd_wscale;
	__u8 rcv_wscale;
	__u8 tstamp_ok;
	__u8 sack_ok;
	__u8 is_fit;
};

/* Is the peer on this very link? The ends of what is sent on hear nothing of a
 * smaller MTU that a router finds behind it.
 */
static __always_inline bool is_near(struct tcp_sock *tp, bool is_v6)
{
	void *dst = tp->inet_conn.icsk_inet.sk.sk_dst_cache;

	if (!dst)
		return false;
	return is_v6 ? !(BPF_CORE_READ((struct rt6_info *)dst, rt6i_flags) &
			 RTF_GATEWAY)
		     : !BPF_CORE_READ((struct rtable *)dst, rt_uses_gateway);
}

static __always_inline void look_at(struct look *l, struct tcp_sock *tp,
				    bool is_v6)
{
	__u64 sent_ns = tp->tcp_wstamp_ns, now_ns = tp->tcp_clock_cache;

	l->rcv_nxt = tp->rcv_nxt;
	l->received = tp->bytes_received;
	l->acked = tp->bytes_acked;
	l->snd_nxt = tp->snd_nxt;
	l->unacked = tp->snd_nxt - tp->snd_una;
	l->ts_recent = tp->rx_opt.ts_recent;
	l->ts_last =
		(__u32)((sent_ns > now_ns ? sent_ns : now_ns) / NS_PER_TS) +
		tp->tsoffset;
	l->pmtu = tp->inet_conn.icsk_pmtu_cookie;
	l->advmss = tp->advmss;
	l->mss_clamp = tp->rx_opt.mss_clamp;
	l->snd_wscale = BPF_CORE_READ_BITFIELD(tp, rx_opt.snd_wscale);
	l->rcv_wscale = BPF_CORE_READ_BITFIELD(tp, rx_opt.rcv_wscale);
	l->tstamp_ok = BPF_CORE_READ_BITFIELD(tp, rx_opt.tstamp_ok);
	l->sack_ok = !!BPF_CORE_READ_BITFIELD(tp, rx_opt.sack_ok);
	l->is_fit = tp->inet_conn.icsk_inet.sk.__sk_common.skc_state ==
			    ESTABLISHED &&
		    tp->write_seq == tp->snd_nxt &&
		    !tp->out_of_order_queue.rb_node &&
		    !tp->inet_conn.icsk_inet.sk.sk_backlog.len &&
		    !tp->ecn_flags && is_near(tp, is_v6) &&
		    !BPF_CORE_READ_BITFIELD(tp, tcp_usec_ts);
}

/* The proxy's socket from which @out's segments would come */
static __noinline int look_up(struct __sk_buff *skb, const struct fast_key *out,
			      bool is_v6, struct look *l)
{
	struct bpf_sock_tuple t = { 0 };
	struct tcp_sock *tp;
	struct bpf_sock *sk;

	if (!out || !l)
		return 0;
	if (is_v6) {
		__builtin_memcpy(t.ipv6.saddr, out->dst, 16);
		__builtin_memcpy(t.ipv6.daddr, out->src, 16);
		t.ipv6.sport = out->dst_port;
		t.ipv6.dport = out->src_port;
		sk = bpf_skc_lookup_tcp(skb, &t, sizeof(t.ipv6),
					BPF_F_CURRENT_NETNS, 0);
	} else {
		t.ipv4.saddr = out->dst[0];
		t.ipv4.daddr = out->src[0];
		t.ipv4.sport = out->dst_port;
		t.ipv4.dport = out->src_port;
		sk = bpf_skc_lookup_tcp(skb, &t, sizeof(t.ipv4),
					BPF_F_CURRENT_NETNS, 0);
	}
	if (!sk)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (tp)
		look_at(l, tp, is_v6);
	bpf_sk_release(sk);
	return tp ? 1 : 0;
}

/* May segments that @from gets go out from @to as they are? */
static __always_inline bool do_match(const struct look *from,
				     const struct look *to, __u32 hdrs_len)
{
	return from->tstamp_ok == to->tstamp_ok &&
	       from->sack_ok == to->sack_ok &&
	       from->advmss + hdrs_len <= to->pmtu &&
	       from->advmss <= to->mss_clamp;
}

/* Is nothing anywhere between? @a is the sender's socket, @b the other.
 *
 * What a socket has received has gone out through the other and was
 * acknowledged there, but for a header: so neither the sockets nor the process
 * hold a byte. Counts that a processor changes meanwhile differ, or stay behind
 * what the segment says; and whatever such a segment makes a socket send passes
 * fast_egress, which spoils the trial.
 */
static __always_inline bool is_quiet(const struct look *a, const struct look *b,
				     const struct fast_slot *slot, __u32 side,
				     const struct seg *s)
{
	const struct fast_way *mine = &slot->way[side & 1];
	const struct fast_way *other = &slot->way[(side & 1) ^ 1];
	__u64 sent = a->acked + a->unacked;

	if (!a->is_fit || !b->is_fit || b->unacked || a->rcv_nxt != s->seq)
		return false;
	if (!(s->flags & TCP_ACK) || s->ack != a->snd_nxt)
		return false;
	return b->acked - a->received == mine->extra &&
	       sent - b->received == other->extra;
}

static __always_inline void way_begin(struct fast_way *way,
				      const struct look *from,
				      const struct look *to, __u64 before)
{
	way->seq_add = to->snd_nxt - from->rcv_nxt;
	way->ts_add = to->ts_last - from->ts_recent;
	way->shift_in = from->snd_wscale;
	way->shift_out = to->rcv_wscale;
	way->before = before;
	/* a long way from wrapping, in either direction */
	way->start = (1ULL << 32) + from->rcv_nxt;
	way->next = way->start;
	way->acked = from->rcv_nxt;
}

static __noinline int attempt(struct __sk_buff *skb, struct fast_slot *slot,
			      const struct seg *s)
{
	struct look a = { 0 }, b = { 0 };
	__u32 side, hdrs_len;
	bool is_spliced = false;

	if (!slot || !s)
		return 0;
	side = s->flow & 1;
	if (!slot->way[0].ifindex || !slot->way[1].ifindex ||
	    (slot->way[0].ifindex == LO_IFINDEX) !=
		    (slot->way[1].ifindex == LO_IFINDEX))
		return 0;
	if (__sync_val_compare_and_swap(&slot->state, FAST_ARMED,
					FAST_TRYING) != FAST_ARMED)
		return 0;
	hdrs_len = slot->is_v6 ? 60 : 40;
	if (look_up(skb, &slot->way[side ^ 1].out, slot->is_v6, &a) &&
	    look_up(skb, &slot->way[side].out, slot->is_v6, &b) &&
	    is_quiet(&a, &b, slot, side, s) && do_match(&a, &b, hdrs_len) &&
	    do_match(&b, &a, hdrs_len)) {
		way_begin(&slot->way[side], &a, &b, a.received);
		way_begin(&slot->way[side ^ 1], &b, &a, b.received);
		is_spliced = true;
	}
	return __sync_val_compare_and_swap(
		       &slot->state, FAST_TRYING,
		       is_spliced ? FAST_SPLICED : FAST_ARMED) == FAST_TRYING &&
	       is_spliced;
}

static __always_inline void ring(__u32 bell, __u32 i)
{
	void *b = bpf_map_lookup_elem(&bells, &bell);

	if (b)
		(void)bpf_ringbuf_output(b, &i, sizeof(i), 0);
}

static __always_inline void way_advance(struct fast_way *way, __u32 end)
{
	int i;

	for (i = 0; i < 4; i++) {
		__u64 next = way->next;
		__s32 more = (__s32)(end - (__u32)next);

		if (more <= 0 ||
		    __sync_val_compare_and_swap(&way->next, next,
						next + (__u32)more) == next)
			break;
	}
}

/* Keep count of a segment that leaves, and of the ends. */
static __noinline int follow(struct fast_slot *slot, const struct seg *s)
{
	struct fast_way *mine, *other;
	__u32 side, end, ack, over = 0;
	bool is_fin;

	if (!slot || !s)
		return 0;
	side = s->flow & 1;
	mine = &slot->way[side];
	other = &slot->way[side ^ 1];
	is_fin = s->flags & TCP_FIN;
	end = s->seq + s->len + is_fin;
	if (s->flags & TCP_RST) {
		if (s->seq == (__u32)mine->next || s->seq == mine->acked)
			over = FAST_RESET(side);
	} else {
		way_advance(mine, end);
	}
	if (is_fin) {
		mine->fin_end = end;
		mine->has_fin = 1;
		(void)__sync_val_compare_and_swap(&slot->first, 0, side + 1);
	}
	ack = s->ack - other->seq_add;
	if (s->flags & TCP_ACK && (__s32)(ack - other->acked) > 0)
		other->acked = ack;
	if (other->has_fin && (__s32)(other->acked - other->fin_end) >= 0)
		over |= FAST_FIN_ACKED(side ^ 1);
	slot->last_ns = bpf_ktime_get_coarse_ns();
	if (slot->bell < FAST_BELLS_MAX)
		pulses[slot->bell].n++;
	if ((slot->over | over) != slot->over) {
		over |= __sync_fetch_and_or(&slot->over, over);
		if (over >= FAST_BOTH_ACKED)
			ring(slot->bell, s->flow >> 1);
	}
	return 0;
}

/* Replace a word and note what that does to the checksum. */
static __always_inline void put(__be32 *at, __u32 value, __u64 *sum)
{
	__be32 now = bpf_htonl(value);

	*sum += (__u32) ~*at;
	*sum += now;
	*at = now;
}

/* SACK blocks from @p on; @word is the option's first. Return: known */
static __always_inline bool put_sack(__be32 *p, void *end, __u32 word,
				     __u32 room, __u32 add, __u64 *sum)
{
	__u32 len = word & 0xff;
	int i;

	if ((word & ~0xffU) != OPT_SACK || len + 2 != room)
		return false;
	for (i = 0; i < 8; i++) {
		if (2 + 4U * (i + 1) > len)
			break;
		if ((void *)(p + i + 1) > end)
			return false;
		put(p + i, bpf_ntohl(p[i]) - add, sum);
	}
	return true;
}

/* What is not known is blotted out: a receiver does without any option. */
static __always_inline void blot(__be32 *p, void *end, __u32 room, __u64 *sum)
{
	int i;

	for (i = 0; i < 10; i++) {
		if (4U * (i + 1) > room || (void *)(p + i + 1) > end)
			break;
		put(p + i, OPT_NOPS, sum);
	}
}

/* The options behind @th, @room bytes */
static __always_inline void put_options(struct tcp_hdr *th, void *end,
					__u32 room, const struct fast_way *mine,
					const struct fast_way *other,
					__u64 *sum)
{
	__be32 *p = (void *)(th + 1);

	if (!room || (void *)(p + 1) > end)
		return;
	if (*p == bpf_htonl(OPT_TS) && room >= 12 && (void *)(p + 3) <= end) {
		put(p + 1, bpf_ntohl(p[1]) + mine->ts_add, sum);
		put(p + 2, bpf_ntohl(p[2]) - other->ts_add, sum);
		room -= 12;
		p += 3;
		if (!room || (void *)(p + 1) > end)
			return;
	}
	if (!put_sack(p + 1, end, bpf_ntohl(*p), room, other->seq_add, sum))
		blot(p, end, room, sum);
}

static __always_inline __u32 fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	return (__u32)(sum + (sum >> 32));
}

static __always_inline void put_ports(struct tcp_hdr *th,
				      const struct fast_key *out, __u64 *sum)
{
	*sum += (__u16)~th->src_port;
	*sum += (__u16)~th->dst_port;
	*sum += out->src_port;
	*sum += out->dst_port;
	th->src_port = out->src_port;
	th->dst_port = out->dst_port;
}

static __always_inline void put_window(struct tcp_hdr *th,
				       const struct fast_way *way, __u64 *sum)
{
	__u32 window = (__u32)bpf_ntohs(th->window) << (way->shift_in & 15) >>
		       (way->shift_out & 15);
	__be16 now = bpf_htons(window > 65535 ? 65535 : window);

	*sum += (__u16)~th->window;
	*sum += now;
	th->window = now;
}

static __always_inline void put_addresses(void *ip, const struct fast_way *way,
					  bool is_v6)
{
	struct ipv6hdr *ip6 = ip;
	struct iphdr *ip4 = ip;
	__u64 sum;

	if (is_v6) {
		__builtin_memcpy(&ip6->saddr, way->out.src, 16);
		__builtin_memcpy(&ip6->daddr, way->out.dst, 16);
		return;
	}
	ip4->saddr = way->out.src[0];
	ip4->daddr = way->out.dst[0];
	sum = (__u64)(__u16)~ip4->check + way->addr_sum;
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip4->check = (__u16)~sum;
}

static __always_inline __u32 ip_bytes(bool is_v6)
{
	return is_v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

/* Is @skb a segment of a known connection? With @is_ours it is one that leaves
 * and the key is turned around.
 */
static __always_inline bool find(struct __sk_buff *skb, bool is_v6,
				 bool is_ours, struct seg *s)
{
	void *data = (void *)(long)skb->data,
	     *end = (void *)(long)skb->data_end;
	__u32 l4 = ETH_BYTES + ip_bytes(is_v6), flags;
	struct fast_key k = { 0 };
	struct tcp_hdr *th;
	__u32 *flow;

	if (data + l4 + TCP_BYTES > end) {
		if (skb->len < l4 + TCP_BYTES ||
		    bpf_skb_pull_data(skb, l4 + TCP_BYTES))
			return false;
		data = (void *)(long)skb->data;
		end = (void *)(long)skb->data_end;
		if (data + l4 + TCP_BYTES > end)
			return false;
	}
	th = data + l4;
	if (is_v6) {
		struct ipv6hdr *ip = data + ETH_BYTES;

		if (ip->nexthdr != IPPROTO_TCP)
			return false;
		__builtin_memcpy(is_ours ? k.dst : k.src, &ip->saddr, 16);
		__builtin_memcpy(is_ours ? k.src : k.dst, &ip->daddr, 16);
		s->len = bpf_ntohs(ip->payload_len);
	} else {
		struct iphdr *ip = data + ETH_BYTES;

		if (*(__u8 *)ip != 0x45 || ip->protocol != IPPROTO_TCP ||
		    ip->frag_off & bpf_htons(0x3fff))
			return false;
		k.src[0] = is_ours ? ip->daddr : ip->saddr;
		k.dst[0] = is_ours ? ip->saddr : ip->daddr;
		s->len = bpf_ntohs(ip->tot_len) - sizeof(*ip);
	}
	k.src_port = is_ours ? th->dst_port : th->src_port;
	k.dst_port = is_ours ? th->src_port : th->dst_port;
	flow = bpf_map_lookup_elem(&flows, &k);
	if (!flow)
		return false;
	flags = bpf_ntohs(th->flags);
	s->flow = *flow;
	s->seq = bpf_ntohl(th->seq);
	s->ack = bpf_ntohl(th->ack);
	s->flags = flags;
	s->hdr_len = flags >> 12 << 2;
	s->len -= s->hdr_len;
	return s->flow < 2 * FAST_CONNS_MAX && s->hdr_len >= TCP_BYTES;
}

static __always_inline int send_on(struct __sk_buff *skb,
				   const struct fast_slot *slot,
				   const struct seg *s, bool is_v6)
{
	const struct fast_way *mine = &slot->way[s->flow & 1];
	const struct fast_way *other = &slot->way[(s->flow & 1) ^ 1];
	__u32 l4 = ETH_BYTES + ip_bytes(is_v6), ifindex = other->ifindex;
	__u64 pseudo = BPF_F_PSEUDO_HDR | (is_v6 ? BPF_F_IPV6 : 0);
	__u32 addr_sum = mine->addr_sum;
	void *data = (void *)(long)skb->data,
	     *end = (void *)(long)skb->data_end;
	struct tcp_hdr *th = data + l4;
	__u64 sum = 0;

	if (data + l4 + TCP_BYTES > end)
		return TCX_DROP;
	if (data + l4 + s->hdr_len > end) {
		if (bpf_skb_pull_data(skb, l4 + s->hdr_len))
			return TCX_DROP;
		data = (void *)(long)skb->data;
		end = (void *)(long)skb->data_end;
		th = data + l4;
		if (data + l4 + TCP_BYTES > end)
			return TCX_DROP;
	}
	put_addresses(data + ETH_BYTES, mine, is_v6);
	put_ports(th, &mine->out, &sum);
	put(&th->seq, s->seq + mine->seq_add, &sum);
	if (s->flags & TCP_ACK)
		put(&th->ack, s->ack - other->seq_add, &sum);
	put_window(th, mine, &sum);
	put_options(th, end, s->hdr_len - TCP_BYTES, mine, other, &sum);
	skb->tc_index = FAST_DONE;
	l4 += __builtin_offsetof(struct tcp_hdr, check);
	(void)bpf_l4_csum_replace(skb, l4, 0, fold(sum), 0);
	(void)bpf_l4_csum_replace(skb, l4, 0, addr_sum, pseudo);
	/* On a loopback it leaves once more as if by a socket, with the route
	 * that it has; anything else is sent to where the address lies.
	 */
	return ifindex == LO_IFINDEX ? bpf_redirect(LO_IFINDEX, 0)
				     : bpf_redirect_neigh(ifindex, 0, 0, 0);
}

static __always_inline int on_ingress(struct __sk_buff *skb, bool is_v6)
{
	struct fast_slot *slot;
	struct seg s = { 0 };
	__u32 state;

	if (!find(skb, is_v6, false, &s))
		return TCX_NEXT;
	slot = &slots[s.flow >> 1];
	state = *(volatile __u32 *)&slot->state;
	if (state == FAST_SPLICED) {
		/* somebody has the ports now */
		if (s.flags & TCP_SYN && slot->over) {
			slot->state = FAST_IDLE;
			return TCX_NEXT;
		}
	} else {
		if (state != FAST_ARMED)
			return TCX_NEXT;
		if (slot->way[s.flow & 1].ifindex != skb->ifindex)
			slot->way[s.flow & 1].ifindex = skb->ifindex;
		if (!s.len ||
		    s.flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_URG) ||
		    !attempt(skb, slot, &s))
			return TCX_NEXT;
	}
	(void)follow(slot, &s);
	return send_on(skb, slot, &s, is_v6);
}

/* A segment that its socket sends again although the other end has
 * acknowledged it, where the socket cannot see it: it comes back as if that end
 * acknowledged it with bytes that are long known, and the socket is content.
 */
static __always_inline int turn_back(struct __sk_buff *skb, const struct seg *s,
				     bool is_v6)
{
	void *data = (void *)(long)skb->data,
	     *end = (void *)(long)skb->data_end;
	__u32 l4 = ETH_BYTES + ip_bytes(is_v6);
	struct tcp_hdr *th = data + l4;
	__u32 addr[4], word;
	__be16 port;
	__u64 sum = 0;

	if (data + l4 + TCP_BYTES > end)
		return TCX_DROP;
	if (is_v6) {
		struct ipv6hdr *ip = data + ETH_BYTES;

		__builtin_memcpy(addr, &ip->saddr, 16);
		__builtin_memcpy(&ip->saddr, &ip->daddr, 16);
		__builtin_memcpy(&ip->daddr, addr, 16);
	} else {
		struct iphdr *ip = data + ETH_BYTES;

		addr[0] = ip->saddr;
		ip->saddr = ip->daddr;
		ip->daddr = addr[0];
	}
	__builtin_memcpy(addr, data, ETH_ALEN);
	__builtin_memcpy(data, data + ETH_ALEN, ETH_ALEN);
	__builtin_memcpy(data + ETH_ALEN, addr, ETH_ALEN);
	port = th->src_port;
	th->src_port = th->dst_port;
	th->dst_port = port;
	put(&th->seq, s->ack - s->len, &sum);
	put(&th->ack, s->seq + s->len, &sum);
	if (s->hdr_len == TCP_BYTES + 12 && (void *)(th + 1) + 12 <= end) {
		__be32 *p = (void *)(th + 1);

		word = p[1];
		p[1] = p[2];
		p[2] = word;
	}
	skb->tc_index = FAST_DONE;
	(void)bpf_l4_csum_replace(
		skb, l4 + __builtin_offsetof(struct tcp_hdr, check), 0,
		fold(sum), 0);
	return skb->ifindex == LO_IFINDEX
		       ? bpf_redirect(LO_IFINDEX, 0)
		       : bpf_redirect(skb->ifindex, BPF_F_INGRESS);
}

/* The process ends the connection, or has died: a reset, with the numbers that
 * its receiver expects
 */
static __always_inline int kill(struct __sk_buff *skb,
				const struct fast_slot *slot,
				const struct seg *s, bool is_v6)
{
	const struct fast_way *theirs = &slot->way[s->flow & 1];
	const struct fast_way *mine = &slot->way[(s->flow & 1) ^ 1];
	void *data = (void *)(long)skb->data,
	     *end = (void *)(long)skb->data_end;
	__u32 l4 = ETH_BYTES + ip_bytes(is_v6);
	struct tcp_hdr *th = data + l4;
	__be16 flags;
	__u64 sum = 0;

	if (data + l4 + TCP_BYTES > end)
		return TCX_DROP;
	flags = bpf_htons((s->flags & ~TCP_FIN) | TCP_RST);
	sum += (__u16)~th->flags;
	sum += flags;
	th->flags = flags;
	put(&th->seq, (__u32)mine->next + mine->seq_add, &sum);
	put(&th->ack, (__u32)theirs->next, &sum);
	(void)bpf_l4_csum_replace(
		skb, l4 + __builtin_offsetof(struct tcp_hdr, check), 0,
		fold(sum), 0);
	return TCX_NEXT;
}

static __always_inline int on_egress(struct __sk_buff *skb, bool is_v6)
{
	struct fast_slot *slot;
	struct seg s = { 0 };

	if (!find(skb, is_v6, true, &s))
		return TCX_NEXT;
	slot = &slots[s.flow >> 1];
	/* with a barrier: what the socket knows was written before this */
	switch (__sync_fetch_and_add(&slot->state, 0)) {
	case FAST_TRYING:
		/* not quiet, whatever the other processor finds; if it was
		 * faster this segment has come too late
		 */
		return __sync_val_compare_and_swap(&slot->state, FAST_TRYING,
						   FAST_ARMED) == FAST_SPLICED
			       ? TCX_DROP
			       : TCX_NEXT;
	case FAST_SPLICED:
		if (slot->over) {
			if (!(s.flags & TCP_SYN))
				return TCX_DROP;
			slot->state = FAST_IDLE;
			return TCX_NEXT;
		}
		if (!(s.flags & (TCP_FIN | TCP_RST)))
			return s.len ? turn_back(skb, &s, is_v6) : TCX_DROP;
		slot->state = FAST_KILLED;
		return kill(skb, slot, &s, is_v6);
	case FAST_KILLED:
		return s.flags & (TCP_FIN | TCP_RST)
			       ? kill(skb, slot, &s, is_v6)
			       : TCX_NEXT;
	}
	return TCX_NEXT;
}

SEC("tc")
int fast_ingress(struct __sk_buff *skb)
{
	if (!n_live || skb->vlan_present)
		return TCX_NEXT;
	if (skb->tc_index == FAST_DONE) {
		skb->tc_index = 0;
		return TCX_NEXT;
	}
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return on_ingress(skb, false);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return on_ingress(skb, true);
	return TCX_NEXT;
}

SEC("tc")
int fast_egress(struct __sk_buff *skb)
{
	if (!n_live || !skb->sk)
		return TCX_NEXT;
	/* not by a socket of ours, even if the sender's is still there */
	if (skb->tc_index == FAST_DONE) {
		if (skb->ifindex != LO_IFINDEX)
			skb->tc_index = 0;
		return TCX_NEXT;
	}
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return on_egress(skb, false);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return on_egress(skb, true);
	return TCX_NEXT;
}

char fast_license[] SEC("license") = "Dual BSD/GPL";
