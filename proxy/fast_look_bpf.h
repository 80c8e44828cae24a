/* SPDX-License-Identifier: BSD-2-Clause */
/* fast_look_bpf.h - the proxy's sockets, seen by fast.bpf.c alone: do they hold
 * anything, and do the legs fit together?
 */
#ifndef PROXY_FAST_LOOK_BPF_H
#define PROXY_FAST_LOOK_BPF_H

#include <bpf/bpf_core_read.h>

#include "fast_wire_bpf.h"

#define ESTABLISHED 1
#define RTF_GATEWAY 2U

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
	__u32 rcv_wup;
	__u32 rcv_wnd;
	__u32 snd_nxt;
	__u32 snd_una;
	__u32 snd_wnd;
	__u32 write_seq;
	struct tcp_options_received rx_opt;
	__u64 bytes_received;
	__u64 bytes_acked;
} __attribute__((preserve_access_index));

/* What is needed of a socket at the moment of change */
struct look {
	__u64 received;
	__u64 acked;
	__u32 rcv_nxt;
	__u32 rcv_edge; /* of the window that it has told of */
	__u32 snd_nxt;
	__u32 snd_edge; /* of the one that it was told of */
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
	l->rcv_edge = tp->rcv_wup + tp->rcv_wnd;
	l->snd_edge = tp->snd_una + tp->snd_wnd;
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

#endif
