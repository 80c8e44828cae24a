/* SPDX-License-Identifier: BSD-2-Clause */
/* bound.h - which ports of this network namespace have a socket already.
 *
 * A steered port is not bound, so that the kernel refuses nothing: what
 * bind(2) would have found out is looked up with sock_diag(7).
 */
#ifndef PROXY_BOUND_H
#define PROXY_BOUND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "rules/rule.h"

struct bound;

/* bound_read() - TCP sockets that listen or are only bound, UDP sockets that
 * are not connected, of both families.
 * Return: 0 or -errno (E2BIG: more than fit a table of ours)
 */
int bound_read(struct bound **ret);
void bound_free(struct bound *b);

/* bound_find() - has somebody @port at @addr (IP_NONE: at any address)?
 * *@ret_uid: whose socket it is
 */
bool bound_find(const struct bound *b, enum rule_proto proto,
		const struct ip_addr *addr, uint16_t port, uid_t *ret_uid);

#endif
