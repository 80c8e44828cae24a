/* SPDX-License-Identifier: BSD-2-Clause */
/* egress.c - see egress.h */
#include "base/egress.h"

#include <errno.h>

#include "base/route.h"
#include "base/sock.h"

/* Two addresses in one place only ask the kernel more often. */
static struct egress_entry *egress_place(struct egress *e,
					 const struct ip_addr *to)
{
	uint32_t i, h = to->family;

	for (i = 0; i < sizeof(to->bytes); i++)
		h = (h ^ to->bytes[i]) * 16777619U;
	return &e->entries[(h ^ h >> 16) % EGRESS_ENTRIES];
}

static struct ip_addr egress_from(struct egress *e, const struct ip_addr *to,
				  uint64_t now_ms)
{
	struct egress_entry *known = egress_place(e, to);
	struct route r = { 0 };

	if (ip_addr_eq(&known->to, to) &&
	    now_ms - known->asked_ms < EGRESS_AGE_MS)
		return known->from;
	if (route_get(to, 0, &r))
		r.src.family = IP_NONE;
	*known = (struct egress_entry) { *to, r.src, now_ms };
	return r.src;
}

int egress_connect(struct egress *e, const struct endpoint *to, uint64_t now_ms,
		   int *ret_fd)
{
	struct endpoint from = { egress_from(e, &to->addr, now_ms), 0 };
	int err = sock_connect(to, &from, SOCK_F_UDP, ret_fd);

	if (!err || from.addr.family == IP_NONE)
		return err;
	/* the address went since */
	*egress_place(e, &to->addr) = (struct egress_entry) { 0 };
	from.addr = egress_from(e, &to->addr, now_ms);
	err = sock_connect(to, &from, SOCK_F_UDP, ret_fd);
	if (!err || from.addr.family == IP_NONE)
		return err;
	return sock_connect(to, NULL, SOCK_F_UDP, ret_fd);
}
