/* SPDX-License-Identifier: BSD-2-Clause */
/* routes.c - see routes.h */
#include "routes.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "base/fd.h"

#define GROUP(name) (1U << (RTNLGRP_##name - 1))

int routes_open(struct routes *r)
{
	struct sockaddr_nl at = { .nl_family = AF_NETLINK,
				  .nl_groups = GROUP(LINK) | GROUP(IPV4_ROUTE) |
					       GROUP(IPV6_ROUTE) |
					       GROUP(IPV4_RULE) |
					       GROUP(IPV6_RULE) };

	r->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       NETLINK_ROUTE);
	if (r->fd < 0 || bind(r->fd, (const struct sockaddr *)&at, sizeof(at)))
		return -errno;
	return 0;
}

void routes_close(struct routes *r)
{
	fd_close(&r->fd);
}

uint32_t routes_count(struct routes *r)
{
	char one[16];

	/* what it was does not matter; ENOBUFS: some were not kept */
	while (recv(r->fd, one, sizeof(one), 0) >= 0 || errno == ENOBUFS)
		atomic_fetch_add_explicit(&r->n, 1, memory_order_relaxed);
	return atomic_load_explicit(&r->n, memory_order_relaxed);
}
