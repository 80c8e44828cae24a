/* SPDX-License-Identifier: BSD-2-Clause */
/* tcx.h - eBPF programs at the interfaces of this network namespace (tcx), for
 * as long as the process lives, or as somebody needs them: each packet pays for
 * a program, even for one that has nothing to do.
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

/* The thread that attaches and detaches them, if they are there on demand */
#define TCX_NAME "tp-tcx"

struct tcx;

/* tcx_attach() - from now on the programs see what each interface that exists
 * receives (@ingress_fd) and sends (@egress_fd). It takes CAP_NET_ADMIN and
 * CAP_BPF; tcx_detach() takes none. Two descriptors an interface.
 * Return: 0 and *@ret, or -errno (ENODEV: there is no interface to look at)
 */
int tcx_attach(int ingress_fd, int egress_fd, struct tcx **ret);

/* tcx_on_demand() - from now on the programs are there only while they are
 * held, and some seconds more. Once, after the privileges were given up: to
 * attach what was loaded takes none. Threads may hold and drop from then on;
 * until then, and if there can be no thread, which is logged, the programs are
 * always there.
 */
void tcx_on_demand(struct tcx *t);

/* tcx_hold() - if the programs are attached, they stay until tcx_drop().
 * Return: false if they are not: they soon will be, and this has to be tried
 *	   again
 */
bool tcx_hold(struct tcx *t);

/* tcx_hold_soon() - attached or not, they are needed until tcx_drop() */
void tcx_hold_soon(struct tcx *t);
void tcx_drop(struct tcx *t);

/* tcx_detach() - NULL is a no-op */
void tcx_detach(struct tcx *t);

/* tcx_count() - descriptors it holds at most; 0 for NULL */
int tcx_count(const struct tcx *t);

/* tcx_quiet() - keep libbpf from writing to stderr */
void tcx_quiet(void);

#endif
