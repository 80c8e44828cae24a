/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_route.h - what the kernel's routing table says about an address */
#ifndef CLIENT_SIM_RAW_ROUTE_H
#define CLIENT_SIM_RAW_ROUTE_H

#include <stdbool.h>

#include "wire/addr.h"

/* @is_local: the kernel takes packets to it for its own
 * @hop:      the gateway, or the address itself if it is on the link
 */
struct raw_route {
	bool is_local;
	unsigned ifindex;
	struct ip_addr hop;
};

/* raw_route_get() - one question to the kernel (rtnetlink(7)).
 * @ifindex: through that interface only; 0: any
 * Return: 0, or -errno (ENETUNREACH: no route)
 */
int raw_route_get(const struct ip_addr *dst, unsigned ifindex,
		  struct raw_route *ret);

#endif
