/* SPDX-License-Identifier: BSD-2-Clause */
/* route.h - what the kernel's routing table says about an address */
#ifndef BASE_ROUTE_H
#define BASE_ROUTE_H

#include <stdbool.h>

#include "wire/addr.h"

/* @is_local: the kernel takes packets to it for its own
 * @hop:      the gateway, or the address itself if it is on the link
 * @src:      what a socket that is bound to no address sends from; IP_NONE if
 *	      the kernel does not say
 */
struct route {
	bool is_local;
	unsigned ifindex;
	struct ip_addr hop;
	struct ip_addr src;
};

/* route_get() - one question to the kernel (rtnetlink(7)).
 * @ifindex: through that interface only; 0: any
 * Return: 0, or -errno (ENETUNREACH: no route)
 */
int route_get(const struct ip_addr *dst, unsigned ifindex, struct route *ret);

#endif
