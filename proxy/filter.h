/* SPDX-License-Identifier: BSD-2-Clause */
/* filter.h - does this network namespace have a packet filter that the fast
 * path would pass by?
 *
 * One is whatever the kernel calls for packets to or from a socket and at the
 * ingress and egress of interfaces: chains of nf_tables of the types filter and
 * route, if only empty ones, tables of iptables, others. Address translation
 * and connection tracking are none, since they change nothing for a connection
 * that stands; nor are chains for packets that are routed through.
 *
 * An eBPF program finds out (filter.bpf.c). To load it takes root, or CAP_BPF
 * and CAP_PERFMON; to ask, no privilege at all. Any thread may ask.
 */
#ifndef PROXY_FILTER_H
#define PROXY_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

/* What is known is not older than this. */
#define FILTER_LOOK_MS 500

struct filter;

/* filter_open() - Return: 0 and *@ret, or -errno */
int filter_open(struct filter **ret);

/* filter_close() - NULL is a no-op */
void filter_close(struct filter *f);

/* filter_fds() - descriptors it holds; 0 for NULL */
uint32_t filter_fds(const struct filter *f);

/* filter_has() - is there one for packets of @family, now or FILTER_LOOK_MS
 * ago? @now_ms: CLOCK_MONOTONIC. Says in the log when that changes. NULL: no
 */
bool filter_has(struct filter *f, enum ip_family family, uint64_t now_ms);

#endif
