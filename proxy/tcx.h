/* SPDX-License-Identifier: BSD-2-Clause */
/* tcx.h - eBPF programs at the interfaces of this network namespace (tcx), for
 * as long as the process lives.
 */
#ifndef PROXY_TCX_H
#define PROXY_TCX_H

#include <stdbool.h>

/* Interfaces that are looked at, those with Ethernet headers and the loopback;
 * further ones go without. One that belongs to another (port of a bridge, part
 * of a bond) is left alone: what it receives is seen again at that one, and
 * nothing but that one knows the way to a neighbour.
 */
#define TCX_LINKS_MAX 32

struct tcx;

/* tcx_attach() - from now on the programs see what each interface that exists
 * receives (@ingress_fd) and sends (@egress_fd). It takes CAP_NET_ADMIN and
 * CAP_BPF; tcx_detach() takes none. Two descriptors an interface.
 * Return: 0 and *@ret, or -errno (ENODEV: there is no interface to look at)
 */
int tcx_attach(int ingress_fd, int egress_fd, struct tcx **ret);

/* tcx_detach() - NULL is a no-op */
void tcx_detach(struct tcx *t);

/* tcx_count() - descriptors it holds; 0 for NULL */
int tcx_count(const struct tcx *t);

/* tcx_quiet() - keep libbpf from writing to stderr */
void tcx_quiet(void);

#endif
