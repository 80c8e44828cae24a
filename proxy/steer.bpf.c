/* SPDX-License-Identifier: BSD-2-Clause */
/* steer.bpf.c - brings many ports to one socket of their protocol.
 *
 * Runs when the kernel looks for the socket of a packet that belongs to no
 * connection, before it looks at bound ports. Where a socket shares its port
 * with others (SO_REUSEPORT), the kernel then chooses among these.
 */
#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "steer_shared.h"

#define AF_INET	    2
#define IPPROTO_TCP 6

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, STEER_SOCKETS);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

/* A bit a port. The process writes them while the program runs. */
__u64 ports[STEER_PROTOS][STEER_WORDS];

/* The addresses that are listened on; none: all */
const volatile unsigned int n_addrs;
const volatile struct steer_addr addrs[STEER_ADDRS_MAX];

static __always_inline bool is_ours(const struct bpf_sk_lookup *ctx)
{
	__u32 a[4] = { 0, 0, bpf_htonl(0xffff), ctx->local_ip4 };
	unsigned int i;

	if (!n_addrs)
		return true;
	if (ctx->family != AF_INET) {
		a[0] = ctx->local_ip6[0];
		a[1] = ctx->local_ip6[1];
		a[2] = ctx->local_ip6[2];
		a[3] = ctx->local_ip6[3];
	}
	for (i = 0; i < STEER_ADDRS_MAX && i < n_addrs; i++)
		if (addrs[i].word[0] == a[0] && addrs[i].word[1] == a[1] &&
		    addrs[i].word[2] == a[2] && addrs[i].word[3] == a[3])
			return true;
	return false;
}

SEC("sk_lookup")
int steer_lookup(struct bpf_sk_lookup *ctx)
{
	__u32 proto = ctx->protocol == IPPROTO_TCP ? STEER_TCP : STEER_UDP;
	__u32 port = ctx->local_port & 0xffff;
	__u64 word = ports[proto][port / STEER_WORD_BITS];
	__u32 key = 2 * proto + (ctx->family != AF_INET);
	struct bpf_sock *sk;

	if (!(word >> port % STEER_WORD_BITS & 1) || !is_ours(ctx))
		return SK_PASS;
	sk = bpf_map_lookup_elem(&sockets, &key);
	if (!sk)
		return SK_PASS;
	/* refused if another program has chosen already */
	(void)bpf_sk_assign(ctx, sk, 0);
	bpf_sk_release(sk);
	return SK_PASS;
}

char steer_license[] SEC("license") = "Dual BSD/GPL";
