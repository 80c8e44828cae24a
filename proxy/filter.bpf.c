/* SPDX-License-Identifier: BSD-2-Clause */
/* filter.bpf.c - does this network namespace have a packet filter?
 *
 * Looks at the functions that the kernel calls for packets that come for a
 * socket or leave one, whoever has put them there: nf_tables, iptables, others.
 */
#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "filter_shared.h"

#define HOOKS	     5
#define HOOK_FORWARD 2

/* bounds of loops: beyond them nobody is looked for */
#define ENTRIES_MAX 64
#define DEVS_MAX    1024

struct list_head {
	struct list_head *next;
} __attribute__((preserve_access_index));

/* whose function it is; of others only the priority tells */
enum nf_hook_ops_type {
	BY_OTHERS,
	BY_NF_TABLES,
	BY_BPF,
	BY_FLOW_TABLE, /* for what is routed through this host */
};

struct nf_hook_ops {
	enum nf_hook_ops_type hook_ops_type : 8;
	int priority;
} __attribute__((preserve_access_index));

struct nf_hook_entry {
	void *hook;
	void *priv;
} __attribute__((preserve_access_index));

/* behind the hooks as many pointers to their struct nf_hook_ops */
struct nf_hook_entries {
	__u16 num_hook_entries;
	struct nf_hook_entry hooks[];
} __attribute__((preserve_access_index));

struct netns_nf {
	struct nf_hook_entries *hooks_ipv4[HOOKS];
	struct nf_hook_entries *hooks_ipv6[HOOKS];
} __attribute__((preserve_access_index));

struct net {
	struct netns_nf nf;
	struct list_head dev_base_head;
} __attribute__((preserve_access_index));

struct net_device {
	struct list_head dev_list;
	struct nf_hook_entries *nf_hooks_ingress;
	struct nf_hook_entries *nf_hooks_egress;
} __attribute__((preserve_access_index));

struct nsproxy {
	struct net *net_ns;
} __attribute__((preserve_access_index));

struct task_struct {
	struct nsproxy *nsproxy;
} __attribute__((preserve_access_index));

/* Those of others that decide nothing about a connection that stands */
static __always_inline bool is_harmless(int priority)
{
	switch (priority) {
	case -2147483648: /* was taken away; bridges' own */
	case -400:	  /* puts fragments together */
	case -225:	  /* security modules, by marks that a filter gives */
	case 225:
	case -200: /* connection tracking */
	case 300:
	case 2147483647:
	case -100: /* address translation: such connections are not known */
	case 100:
		return true;
	}
	return false;
}

static __always_inline bool is_filter(const struct nf_hook_ops *ops)
{
	switch (BPF_CORE_READ_BITFIELD_PROBED(ops, hook_ops_type)) {
	case BY_OTHERS:
		return !is_harmless(BPF_CORE_READ(ops, priority));
	case BY_FLOW_TABLE:
		return false;
	default:
		return true;
	}
}

/* A function of its own for the verifier: @at is a struct nf_hook_entries */
__noinline int has_filter(__u64 at)
{
	const struct nf_hook_entries *e = (void *)at;
	const struct nf_hook_ops *ops;
	const void *all;
	__u32 i, n;

	if (!e)
		return 0;
	n = BPF_CORE_READ(e, num_hook_entries);
	all = (const void *)&e->hooks[0] +
	      n * bpf_core_type_size(struct nf_hook_entry);
	for (i = 0; i < ENTRIES_MAX && i < n; i++) {
		if (bpf_probe_read_kernel(&ops, sizeof(ops),
					  all + i * sizeof(ops)))
			return 0;
		if (is_filter(ops))
			return 1;
	}
	return 0;
}

static __always_inline bool has_at_device(const struct net *net)
{
	const struct list_head *head = &net->dev_base_head;
	const struct list_head *at = BPF_CORE_READ(head, next);
	int i;

	for (i = 0; i < DEVS_MAX && at && at != head; i++) {
		const struct net_device *dev =
			(const void *)at -
			bpf_core_field_offset(struct net_device, dev_list);

		if (has_filter((__u64)BPF_CORE_READ(dev, nf_hooks_ingress)) ||
		    has_filter((__u64)BPF_CORE_READ(dev, nf_hooks_egress)))
			return true;
		at = BPF_CORE_READ(at, next);
	}
	return false;
}

/* Return: enum filter_of, of the caller's namespace */
SEC("syscall")
int filter_look(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct net *net = BPF_CORE_READ(task, nsproxy, net_ns);
	int i, found = 0;

	(void)ctx;
	for (i = 0; i < HOOKS; i++) {
		if (i == HOOK_FORWARD)
			continue;
		if (has_filter((__u64)BPF_CORE_READ(net, nf.hooks_ipv4[i])))
			found |= FILTER_OF_V4;
		if (has_filter((__u64)BPF_CORE_READ(net, nf.hooks_ipv6[i])))
			found |= FILTER_OF_V6;
	}
	if (has_at_device(net))
		found |= FILTER_OF_V4 | FILTER_OF_V6;
	return found;
}

char filter_license[] SEC("license") = "Dual BSD/GPL";
