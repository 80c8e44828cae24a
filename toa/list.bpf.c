/* SPDX-License-Identifier: BSD-2-Clause */
/* list.bpf.c - walks the sockets that a reader or a writer knows.
 *
 * The kernel's types are named with the members that are used, and found by
 * name in the running kernel.
 */
#include "bpf_common.h"

#define kernel_type __attribute__((preserve_access_index))

struct seq_file;

struct sock_common {
	volatile unsigned char skc_state;
} kernel_type;

struct sock {
	struct sock_common __sk_common;
} kernel_type;

struct bpf_iter_meta {
	struct seq_file *seq;
} kernel_type;

struct bpf_iter__bpf_sk_storage_map {
	struct bpf_iter_meta *meta;
	struct sock *sk;
	void *value;
} kernel_type;

/* Connections of a reader: struct toa_conn of those that are not over */
SEC("iter/bpf_sk_storage_map")
int list_conns(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct toa_conn *c = ctx->value;
	struct sock *sk = ctx->sk;

	if (c && sk && sk->__sk_common.skc_state != BPF_TCP_CLOSE)
		bpf_seq_write(ctx->meta->seq, c, sizeof(*c));
	return 0;
}

/* Sockets of a writer: a byte for each that is under way and has not carried
 * its option yet
 */
SEC("iter/bpf_sk_storage_map")
int list_pending(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct toa_mark *m = ctx->value;
	struct sock *sk = ctx->sk;
	char one = 1;

	if (m && sk && sk->__sk_common.skc_state != BPF_TCP_CLOSE &&
	    !m->segments && !m->no_room)
		bpf_seq_write(ctx->meta->seq, &one, sizeof(one));
	return 0;
}

char toa_license[] SEC("license") = "Dual BSD/GPL";
