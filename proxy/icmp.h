/* SPDX-License-Identifier: BSD-2-Clause */
/* icmp.h - tell a UDP client what the origin's host told us by ICMP, as a
 * router between the two would: the client's socket then reports the error as
 * if the proxy were not there.
 *
 * Needs raw sockets (CAP_NET_RAW) when it is opened, and no privilege later.
 */
#ifndef PROXY_ICMP_H
#define PROXY_ICMP_H

#include <stdbool.h>

#include "wire/addr.h"

/* one for all workers; -1 where the process may not send */
struct icmp_sender {
	int fd4;
	int fd6;
};

/* icmp_open() - Return: 0, or -errno (-EPERM without the capability) and
 * icmp_unreachable() will send nothing
 */
int icmp_open(struct icmp_sender *s);
void icmp_close(struct icmp_sender *s);

/* icmp_unreachable() - "destination unreachable" about a datagram that @client
 * sent to @vip (RFC 792, RFC 4443 3.1).
 * @is_port: the port is closed; otherwise the host cannot be reached
 * Return: 0 or -errno
 */
int icmp_unreachable(const struct icmp_sender *s, const struct endpoint *client,
		     const struct endpoint *vip, bool is_port);

#endif
