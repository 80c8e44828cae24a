/* SPDX-License-Identifier: BSD-2-Clause */
/* list.bpf.c - walks the reader's connections for tp-toa list.
 *
 * The kernel's types are named with the members that are used, and found by
 * name in the running kernel.
 */
#include "bpf_common.h"

#define kernel_type __attribute__((preserve_access_index))

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
} kernel_type;

struct bpf_iter__bpf_sk_storage_map {
	struct bpf_iter_meta *meta;
	void *value;
} kernel_type;

SEC("iter/bpf_sk_storage_map")
int list_conns(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct toa_conn *c = ctx->value;

	if (c)
		bpf_seq_write(ctx->meta->seq, c, sizeof(*c));
	return 0;
}

char toa_license[] SEC("license") = "Dual BSD/GPL";
