/* SPDX-License-Identifier: BSD-2-Clause */
/* walk.h - the sockets that a reader or a writer knows, as the kernel has them
 *
 * Walking takes CAP_PERFMON beside CAP_BPF.
 */
#ifndef TOA_WALK_H
#define TOA_WALK_H

#include "toa_shared.h"

/* walk_conns() - call @fn for each open connection in a reader's map "conns".
 * Return: 0 or -errno
 */
int walk_conns(int map_fd, void (*fn)(void *ctx, const struct toa_conn *c),
	       void *ctx);

/* walk_pending() - how many sockets in a writer's map "marks" are under way and
 * have not carried their option yet
 * Return: 0 or -errno
 */
int walk_pending(int map_fd, unsigned *ret);

#endif
