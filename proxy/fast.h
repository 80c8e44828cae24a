/* SPDX-License-Identifier: BSD-2-Clause */
/* fast.h - two TCP sockets joined inside the kernel, with an eBPF program
 * (sk_skb verdict) that takes segments from one to the other.
 *
 * This is the part that knows eBPF; when a connection is joined, and what the
 * process still has to do for it, is relay_fast.c. One struct serves all
 * threads: each has a range of connections of its own and touches no other.
 */
#ifndef PROXY_FAST_H
#define PROXY_FAST_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "fast_shared.h"

struct fast;

/* fast_is_tried() - is the kernel one with which --fast-path was shown? */
bool fast_is_tried(void);

/* fast_open() - load the program. It takes root, or CAP_BPF, CAP_NET_ADMIN and
 * CAP_PERFMON; what comes later takes no privilege.
 * Return: 0 or -errno (ENOSYS: a kernel that this was not tried with, and
 *	   --fast-path is auto)
 */
int fast_open(const struct proxy_config *cfg, struct fast **ret);

/* fast_keep_awake() - from now on a thread spins for redirected connections
 * where that is worth it (spin.h). Once, after privileges were given up; goes
 * without if there can be no thread.
 */
void fast_keep_awake(struct fast *f);

/* fast_close() - NULL is a no-op */
void fast_close(struct fast *f);

/* fast_way() - shared with the running program, see fast_shared.h */
struct fast_way *fast_way(struct fast *f, uint32_t way);

/* fast_name() - the socket at which @way begins will be @fd; *@ret_cookie is
 * what fast_forget() takes. Return: 0 or -errno
 */
int fast_name(struct fast *f, uint32_t way, int fd, uint64_t *ret_cookie);
void fast_forget(struct fast *f, uint64_t cookie);

/* fast_join() - from now on what @fd receives goes through the program, until
 * the descriptor is closed. Return: 0 or -errno
 */
int fast_join(struct fast *f, uint32_t way, int fd);

/* fast_add_on() - @n more connections, or fewer, are being redirected */
void fast_add_on(struct fast *f, int n);

/* fast_bell() - the descriptor that is readable when thread @bell is told of
 * passed bytes; fast_answer() - call @fn for each way of which it is told
 */
int fast_bell(const struct fast *f, uint32_t bell);
void fast_answer(struct fast *f, uint32_t bell,
		 void (*fn)(void *arg, uint32_t way), void *arg);

#endif
