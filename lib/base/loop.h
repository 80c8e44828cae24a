/* SPDX-License-Identifier: BSD-2-Clause */
/* loop.h - one epoll instance, owned by one thread.
 *
 * An event names its owner by {type, slot, generation} in epoll's 64 bits, not
 * by a pointer: an event of the same batch that comes after its slot was freed
 * and used again carries the old generation, and its handler drops it.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#define LOOP_TYPES_MAX 8
#define LOOP_SLOT_MAX  (1U << 24)
#define LOOP_BATCH     256

/* loop_fn - one event.
 * @ctx:    as given to loop_on()
 * @slot:   as given to loop_add(), with @gen to be compared by the handler
 * @events: EPOLLIN, ...
 */
typedef void loop_fn(void *ctx, uint32_t slot, uint32_t gen, uint32_t events);

struct loop_handler {
	loop_fn *fn;
	void *ctx;
};

/* @now_ms:  clock_ms() when the last wait returned; current for handlers
 * @spin_us: look for events this long before a sleep; 0: sleep at once. Set by
 *	     the owner. While events are rarer than that it sleeps at once.
 * @is_hot:  the last event came within that time
 */
struct loop {
	int epfd;
	uint64_t now_ms;
	uint32_t spin_us;
	bool is_hot;
	struct loop_handler handlers[LOOP_TYPES_MAX];
};

/* loop_init() - Return: 0 or -errno */
int loop_init(struct loop *l);
void loop_fini(struct loop *l);

/* loop_on() - who gets the events of @type (< LOOP_TYPES_MAX) */
void loop_on(struct loop *l, uint8_t type, loop_fn *fn, void *ctx);

/* loop_add(), loop_mod() - watch @fd. Closing @fd ends the watch.
 * Return: 0 or -errno (ENOSPC: the kernel's limit of watches)
 */
int loop_add(struct loop *l, int fd, uint32_t events, uint8_t type,
	     uint32_t slot, uint32_t gen);
int loop_mod(struct loop *l, int fd, uint32_t events, uint8_t type,
	     uint32_t slot, uint32_t gen);
int loop_del(struct loop *l, int fd);

/* loop_wait() - wait once and dispatch one batch.
 * @timeout_ms: -1 waits for ever, 0 polls
 * Return: events handled, or -errno; an interruption counts as 0 events
 */
int loop_wait(struct loop *l, int timeout_ms);

/* loop_wait_ns() - as loop_wait(), to the nanosecond; UINT64_MAX: for ever */
int loop_wait_ns(struct loop *l, uint64_t timeout_ns);

#endif
