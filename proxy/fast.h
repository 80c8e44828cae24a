/* SPDX-License-Identifier: BSD-2-Clause */
/* fast.h - the two legs of a TCP connection joined below the sockets, with
 * eBPF programs that turn segments of one into segments of the other.
 *
 * This is the part that knows eBPF; which connections are joined, and what the
 * process still has to do for them, is relay_fast.c. One struct serves all
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

/* fast_open() - load the programs and attach them to the interfaces that there
 * are. It takes root, or CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON; what comes
 * later takes no privilege.
 * Return: 0 or -errno (ENOSYS: a kernel that this was not tried with, and
 *	   --fast-path is auto)
 */
int fast_open(const struct proxy_config *cfg, struct fast **ret);

/* fast_keep_awake() - from now on a thread spins for joined connections where
 * that is worth it (spin.h). Once, after privileges were given up; goes without
 * if there can be no thread.
 */
void fast_keep_awake(struct fast *f);

/* fast_on_demand() - from now on the programs are attached only while they are
 * held. Once, after privileges were given up.
 */
void fast_on_demand(struct fast *f);

/* fast_hold() - keep the programs attached until fast_leave(), or fast_drop()
 * if it does not come to fast_enter(). Return: false if they are not, yet
 */
bool fast_hold(struct fast *f);
void fast_drop(struct fast *f);

/* fast_close() - NULL is a no-op */
void fast_close(struct fast *f);

/* fast_fds() - descriptors it holds; 0 for NULL */
unsigned fast_fds(const struct fast *f);

/* fast_slot() - shared with the running programs, see fast_shared.h */
struct fast_slot *fast_slot(struct fast *f, uint32_t i);

/* fast_enter() - from now on the programs know connection @i by what its client
 * sends (@keys[0]) and its origin (@keys[1]). Held before.
 * Return: 0 or -errno; fast_leave() has to follow either way
 */
int fast_enter(struct fast *f, uint32_t i, const struct fast_key keys[2]);

/* fast_leave() - they no longer do, as far as nobody else has the key by now */
void fast_leave(struct fast *f, uint32_t i, const struct fast_key keys[2]);

/* fast_add_on() - @n more connections are busy, or fewer */
void fast_add_on(struct fast *f, int n);

/* fast_bell() - the descriptor that is readable when thread @bell is told that
 * connections are over; fast_answer() - call @fn for each of these
 */
int fast_bell(const struct fast *f, uint32_t bell);
void fast_answer(struct fast *f, uint32_t bell,
		 void (*fn)(void *arg, uint32_t i), void *arg);

#endif
