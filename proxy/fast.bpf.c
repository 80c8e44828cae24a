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

#include "fast_look_bpf.h"
#include "fast_shared.h"
#include "fast_wire_bpf.h"

/* verdicts of tcx: the next program, or nobody */
#define TCX_NEXT (-1)
#define TCX_DROP 2

#define LO_IFINDEX 1

/* Marks of a segment (tc_index): it was rewritten, so no socket of ours sends
 * it, but it may be for another connection, where one proxy stands behind
 * another; it goes back to the socket that sent it, whatever its addresses say
 */
#define FAST_DONE 0x7470U
#define FAST_BACK 0x7471U

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

static __always_inline void way_begin(struct fast_way *way,
				      const struct look *from,
				      const struct look *to, __u64 before)
{
	__u32 edge;

	way->seq_add = to->snd_nxt - from->rcv_nxt;
	way->ts_add = to->ts_last - from->ts_recent;
	way->shift_in = from->snd_wscale;
	way->shift_out = to->rcv_wscale;
	way->before = before;
	/* a long way from wrapping, in either direction */
	way->start = (1ULL << 32) + from->rcv_nxt;
	way->next = way->start;
	way->acked = from->rcv_nxt;
	edge = to->snd_edge - way->seq_add;
	way->edge = (__s32)(edge - from->rcv_edge) > 0 ? edge : from->rcv_edge;
}

/* Do both legs leave where they come in, and as the sockets have them? On a
 * loopback both have to be there: what goes by it keeps its route.
 */
static __always_inline bool is_straight(const struct fast_slot *slot)
{
	__u32 c = slot->way[0].ifindex, o = slot->way[1].ifindex;

	return c && o && c == slot->way[0].out_ifindex &&
	       o == slot->way[1].out_ifindex &&
	       (c == LO_IFINDEX) == (o == LO_IFINDEX);
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
	if (!is_straight(slot))
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

/* A segment within the window of its receiver, with @end behind its last byte
 * or FIN. Others are for that receiver to judge: anybody may have sent them.
 */
static __always_inline bool is_in_window(const struct fast_way *way,
					 const struct seg *s, __u32 end)
{
	return (__s32)(end - way->acked) >= 0 &&
	       (__s32)(s->seq + s->len - way->edge) <= 0;
}

/* @s acknowledges what @way carries, and says how much more it may carry. */
static __always_inline void follow_ack(struct fast_way *way,
				       const struct seg *s, __u32 shift)
{
	__u32 ack = s->ack - way->seq_add;
	__u32 edge = ack + (s->window << (shift & 15));

	if ((__s32)(ack - way->acked) < 0 ||
	    (__s32)(ack - (__u32)way->next) > 0)
		return;
	way->acked = ack;
	if ((__s32)(edge - way->edge) > 0)
		way->edge = edge;
}

/* Keep count of a segment that leaves, and of the ends. */
static __noinline int follow(struct fast_slot *slot, const struct seg *s)
{
	struct fast_way *mine, *other;
	__u32 side, end, over = 0;
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
	} else if (is_in_window(mine, s, end)) {
		way_advance(mine, end);
		if (is_fin) {
			mine->fin_end = end;
			mine->has_fin = 1;
			(void)__sync_val_compare_and_swap(&slot->first, 0,
							  side + 1);
		}
	}
	if (s->flags & TCP_ACK)
		follow_ack(other, s, mine->shift_in);
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
	s->window = bpf_ntohs(th->window);
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

/* Have both ends closed it, or one reset? Until then it is theirs. */
static __always_inline bool is_over(const struct fast_slot *slot)
{
	return slot->over >= FAST_BOTH_ACKED;
}

/* Is @s a SYN that came late, the one that the connection began with? */
static __always_inline bool is_first_syn(const struct fast_way *way,
					 const struct seg *s)
{
	return s->seq + 1 == (__u32)way->start - (__u32)way->before;
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
		if (s.flags & TCP_SYN && is_over(slot) &&
		    !is_first_syn(&slot->way[s.flow & 1], &s)) {
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
	skb->tc_index = FAST_BACK;
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
	case FAST_ARMED:
		if (!slot->way[s.flow & 1].out_ifindex)
			slot->way[s.flow & 1].out_ifindex = skb->ifindex;
		return TCX_NEXT;
	case FAST_TRYING:
		/* not quiet, whatever the other processor finds; if it was
		 * faster this segment has come too late
		 */
		return __sync_val_compare_and_swap(&slot->state, FAST_TRYING,
						   FAST_ARMED) == FAST_SPLICED
			       ? TCX_DROP
			       : TCX_NEXT;
	case FAST_SPLICED:
		if (is_over(slot)) {
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
int fast_in(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return on_ingress(skb, false);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return on_ingress(skb, true);
	return TCX_NEXT;
}

SEC("tc")
int fast_out(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return on_egress(skb, false);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return on_egress(skb, true);
	return TCX_NEXT;
}

/* The kernel makes each packet writable for a program that writes, before it
 * begins. What nobody is interested in is spared that.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, int(struct __sk_buff *skb));
} writers SEC(".maps") = {
	.values = { [0] = (void *)&fast_in, [1] = (void *)&fast_out },
};

SEC("tc")
int fast_ingress(struct __sk_buff *skb)
{
	if (!n_live || skb->vlan_present)
		return TCX_NEXT;
	if (skb->tc_index == FAST_BACK)
		return TCX_NEXT;
	if (skb->tc_index == FAST_DONE)
		skb->tc_index = 0;
	bpf_tail_call(skb, &writers, 0);
	return TCX_NEXT;
}

SEC("tc")
int fast_egress(struct __sk_buff *skb)
{
	if (!n_live || !skb->sk)
		return TCX_NEXT;
	/* not by a socket of ours, even if the sender's is still there */
	if (skb->tc_index == FAST_BACK)
		return TCX_NEXT;
	if (skb->tc_index == FAST_DONE) {
		if (skb->ifindex != LO_IFINDEX)
			skb->tc_index = 0;
		return TCX_NEXT;
	}
	bpf_tail_call(skb, &writers, 1);
	return TCX_NEXT;
}

char fast_license[] SEC("license") = "Dual BSD/GPL";
