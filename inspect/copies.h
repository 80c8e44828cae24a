/* SPDX-License-Identifier: BSD-2-Clause */
/* copies.h - of "any": is a packet one that another interface brought already,
 * as those of a bridge or a container do?
 */
#ifndef INSPECT_COPIES_H
#define INSPECT_COPIES_H

#include <stdbool.h>

#include "frame.h"

/* Packets that are remembered, and interfaces of each. */
#define COPIES_SLOTS  1024
#define COPIES_IFACES 7
/* A copy comes within this time. */
#define COPIES_NS 1000000000LL

/* @where: the interface and the direction, of each copy so far */
struct copies {
	struct copies_slot {
		uint64_t hash;
		int64_t ts_ns;
		uint32_t count;
		uint64_t where[COPIES_IFACES];
	} slot[COPIES_SLOTS];
};

/* copies_see() - remember @f. Only Linux cooked frames of the second form tell
 * where they were seen; of any other the answer is no. The same bytes on the
 * same interface once more are another packet. What a router changes, TTL and
 * the IPv4 header's checksum, does not count.
 */
bool copies_see(struct copies *c, const struct frame *f);

#endif
