/* SPDX-License-Identifier: BSD-2-Clause */
/* bpf_common.h - what the eBPF programs share; never compiled for the host */
#ifndef TOA_BPF_COMMON_H
#define TOA_BPF_COMMON_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "toa_shared.h"

#define AF_INET	      2
#define AF_INET6      10
#define SOCK_STREAM   1
#define IPPROTO_TCP   6
#define IPPROTO_MPTCP 262
#define TCPHDR_SYN    0x02
#define EPERM	      1
#define EFAULT	      14
#define EINVAL	      22
#define EOPNOTSUPP    95
#define EISCONN	      106
#define ENOTCONN      107

/* With a larger buffer than this the kernel passes only its begin, and wants
 * to hear that it was left alone.
 */
#define SOCKOPT_BUF_MAX 4096

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct toa_counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct toa_setup);
} setup SEC(".maps");

/* Keeps clang from reasoning about a value that the verifier must see masked,
 * and from merging stores to a context around it.
 */
#define opaque(v) asm volatile("" : "+r"(v) : : "memory")

static __always_inline void count(__u32 which)
{
	struct toa_counters *c;
	__u32 zero = 0;

	c = bpf_map_lookup_elem(&counters, &zero);
	if (c && which < TOA_COUNTERS_MAX)
		__sync_fetch_and_add(&c->v[which], 1);
}

/* The buffer was filled with @len bytes: the kernel's own answer is void. */
static __always_inline void sockopt_answer(struct bpf_sockopt *ctx, int len)
{
	int ok = 0;

	ctx->optlen = len;
	opaque(ok);
	ctx->retval = ok;
}

/* Another socket option than ours */
static __always_inline int sockopt_pass(struct bpf_sockopt *ctx)
{
	if (ctx->optlen > SOCKOPT_BUF_MAX)
		ctx->optlen = 0;
	return 1;
}

#endif
