/* SPDX-License-Identifier: BSD-2-Clause */
/* preflight.h - what a run needs of this host, compared with what there is,
 * before it starts
 */
#ifndef CLIENT_SIM_PREFLIGHT_H
#define CLIENT_SIM_PREFLIGHT_H

#include "plan.h"

#define PREFLIGHT_TEXT_MAX 512

/* What the host has. Zero: not known, and nothing is refused for its sake.
 * @fds:	  descriptors that this process may open
 * @files:	  files that the whole host may open yet
 * @ports:	  local ports that a connection can be given, per address
 * @memory_bytes: free, or easily freed
 * @tw_reuse:	  net.ipv4.tcp_tw_reuse; 2 is for loopback only
 */
struct host {
	uint64_t fds;
	uint64_t files;
	uint64_t ports;
	uint64_t memory_bytes;
	uint64_t tw_reuse;
};

enum preflight {
	PREFLIGHT_GO,
	PREFLIGHT_WARN, /* it may run short */
	PREFLIGHT_STOP, /* it will */
};

/* preflight_look() - lifts this process's limit of descriptors on the way */
void preflight_look(struct host *ret);

/* preflight_judge() - @text says what is short and what to set, unless all is
 * well
 */
enum preflight preflight_judge(const struct plan *p, const struct host *h,
			       char text[PREFLIGHT_TEXT_MAX]);

/* preflight_ports() - how many ports a range leaves.
 * @range:    "32768	60999", as in ip_local_port_range
 * @reserved: "7000-7999,8080", as in ip_local_reserved_ports
 * Return: 0 if @range is not one
 */
uint64_t preflight_ports(const char *range, const char *reserved);

#endif
