/* SPDX-License-Identifier: BSD-2-Clause */
/* listeners.h - listening sockets whose cgroup the reader does not serve.
 *
 * What counts is the cgroup in which a socket was created, not that in which
 * its program runs now.
 */
#ifndef TOA_LISTENERS_H
#define TOA_LISTENERS_H

#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#define LISTENERS_MAX 64

/* @at:   where it listens
 * @uid:  of its creator
 */
struct listener {
	struct endpoint at;
	uint32_t uid;
	uint64_t cgroup_id;
};

/* @n:	    those kept in @items, the first ones
 * @total:  all that are outside
 * @inside: listeners that are served
 */
struct listeners {
	size_t n;
	uint64_t total;
	uint64_t inside;
	struct listener items[LISTENERS_MAX];
};

/* listeners_find() - TCP listeners of this network namespace that were created
 * outside @cgroup and the folders below it.
 * Return: 0 or -errno
 */
int listeners_find(const char *cgroup, struct listeners *ret);

#endif
