/* SPDX-License-Identifier: BSD-2-Clause */
/* egress.h - UDP sockets that are bound before they are connected.
 *
 * connect(2) of a UDP socket that has no address yet moves it: it was hashed
 * under the wildcard address, and is now under its own. Linux looks for a
 * datagram's socket without a lock; a look-up that stands on a socket which
 * moves at that moment goes on in the other chain, misses those behind it in
 * its own, and the datagram is answered with "port unreachable" although its
 * socket is there. The hash table is the whole machine's, so this hits sockets
 * that share a chain by chance, those of other programs too. A socket that is
 * bound to the address it will send from does not move.
 */
#ifndef BASE_EGRESS_H
#define BASE_EGRESS_H

#include <stdint.h>

#include "wire/addr.h"

#define EGRESS_ENTRIES 64
/* A change of addresses or routes is followed this late. */
#define EGRESS_AGE_MS 1000

/* What is known of the addresses that the kernel sends from; zeroed: nothing.
 * Not shared between threads.
 */
struct egress {
	struct egress_entry {
		struct ip_addr to; /* IP_NONE: unused */
		struct ip_addr from;
		uint64_t asked_ms;
	} entries[EGRESS_ENTRIES];
};

/* egress_connect() - a UDP socket connected to @to, bound to what the kernel
 * would send from. If the kernel does not say that, or takes its word back, the
 * socket is only connected.
 * @now_ms: clock_ms()
 * Return: 0 and *@ret_fd, or -errno
 */
int egress_connect(struct egress *e, const struct endpoint *to, uint64_t now_ms,
		   int *ret_fd);

#endif
