/* SPDX-License-Identifier: BSD-2-Clause */
/* fast.bpf.c - takes a segment from one socket of a connection to the other.
 *
 * Runs for every segment that a joined socket has received, in their order and
 * with the socket's lock held. A segment is redirected only if the process owes
 * the receiver nothing of this direction, which keeps the order, and only if
 * the receiver keeps up, which keeps what waits in the kernel bounded; else it
 * is passed to the process like any other.
 */
#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "fast_shared.h"

/* What is read of the kernel's sockets; libbpf finds the places. */
struct sock_common {
	union {
		struct {
			long counter;
		} skc_cookie;
	};
} __attribute__((preserve_access_index));

struct sock {
	struct sock_common __sk_common;
	int sk_sndbuf;
	int sk_wmem_queued;
} __attribute__((preserve_access_index));

struct inet_sock {
	struct sock sk;
} __attribute__((preserve_access_index));

struct inet_connection_sock {
	struct inet_sock icsk_inet;
} __attribute__((preserve_access_index));

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u64 bytes_acked;
} __attribute__((preserve_access_index));

/* a socket by the way that begins at it */
struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, FAST_WAYS_MAX);
	__type(key, __u32);
	__type(value, __u64);
} socks SEC(".maps");

/* that way by the socket's cookie */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FAST_WAYS_MAX);
	__type(key, __u64);
	__type(value, __u32);
} cookies SEC(".maps");

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

struct fast_way ways[FAST_WAYS_MAX];
struct fast_pulse pulses[FAST_BELLS_MAX];

/* Does the receiver keep up? */
static __always_inline bool has_room(const struct fast_way *way, __u32 to,
				     __u32 len)
{
	struct bpf_sock *sk = bpf_map_lookup_elem(&socks, &to);
	struct tcp_sock *tp;
	bool is_room = false;

	if (!sk)
		return false;
	tp = bpf_skc_to_tcp_sock(sk);
	if (tp) {
		const struct sock *s = &tp->inet_conn.icsk_inet.sk;
		__u64 limit = (__u64)(__u32)s->sk_sndbuf / 4;
		__u64 unacked = way->base + way->redirected + way->done -
				tp->bytes_acked;

		if (limit > FAST_UNACKED_MAX)
			limit = FAST_UNACKED_MAX;
		is_room = unacked + len <= limit &&
			  s->sk_wmem_queued <= s->sk_sndbuf >> 1;
	}
	bpf_sk_release(sk);
	return is_room;
}

static __always_inline int pass(struct fast_way *way, __u32 i, __u32 len)
{
	void *bell;
	__u32 which = way->bell;

	(void)__sync_fetch_and_add(&way->passed, len);
	if (!way->is_on)
		return SK_PASS;
	bell = bpf_map_lookup_elem(&bells, &which);
	if (bell)
		(void)bpf_ringbuf_output(bell, &i, sizeof(i), 0);
	return SK_PASS;
}

SEC("sk_skb")
int fast_verdict(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	struct tcp_sock *tp = sk ? bpf_skc_to_tcp_sock(sk) : 0;
	struct fast_way *way;
	__u32 *at, i;
	__u64 cookie;

	if (!tp)
		return SK_PASS;
	/* The socket knows of its end already. In the queue a segment without
	 * bytes would count as a failure, in either direction.
	 */
	if (!skb->len)
		return SK_DROP;
	cookie = (__u64)tp->inet_conn.icsk_inet.sk.__sk_common.skc_cookie
			 .counter;
	at = bpf_map_lookup_elem(&cookies, &cookie);
	if (!at)
		return SK_PASS;
	i = *at;
	if (i >= FAST_WAYS_MAX)
		return SK_PASS;
	way = &ways[i];
	if (!way->is_on || way->passed != way->done ||
	    !has_room(way, i ^ 1, skb->len))
		return pass(way, i, skb->len);
	(void)__sync_fetch_and_add(&way->redirected, skb->len);
	way->last_ns = bpf_ktime_get_coarse_ns();
	if (way->bell < FAST_BELLS_MAX)
		pulses[way->bell].n++;
	return bpf_sk_redirect_map(skb, &socks, i ^ 1, 0);
}

char fast_license[] SEC("license") = "Dual BSD/GPL";
