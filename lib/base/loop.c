/* SPDX-License-Identifier: BSD-2-Clause */
/* loop.c - see loop.h */
#include "base/loop.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "wire/wire.h"

#define LOOP_SLOT_BITS 24
#define LOOP_GEN_BITS  32
#define LOOP_NS_PER_US 1000ULL

static_assert(LOOP_SLOT_MAX >> LOOP_SLOT_BITS == 1, "slot field");
static_assert(LOOP_TYPES_MAX <= 256, "type field: the upper 8 bits");

int loop_init(struct loop *l)
{
	*l = (struct loop) { .epfd = epoll_create1(EPOLL_CLOEXEC) };
	return l->epfd < 0 ? -errno : 0;
}

void loop_fini(struct loop *l)
{
	if (l->epfd >= 0)
		close(l->epfd);
	l->epfd = -1;
}

void loop_on(struct loop *l, uint8_t type, loop_fn *fn, void *ctx)
{
	ASSERT(type < LOOP_TYPES_MAX);
	l->handlers[type] = (struct loop_handler) { fn, ctx };
}

static int loop_ctl(struct loop *l, int op, int fd, uint32_t events,
		    uint64_t ref)
{
	struct epoll_event ev = { .events = events, .data.u64 = ref };

	return epoll_ctl(l->epfd, op, fd, &ev) ? -errno : 0;
}

static uint64_t loop_ref(uint8_t type, uint32_t slot, uint32_t gen)
{
	ASSERT(type < LOOP_TYPES_MAX && slot < LOOP_SLOT_MAX);
	return (uint64_t)type << (LOOP_SLOT_BITS + LOOP_GEN_BITS) |
	       (uint64_t)slot << LOOP_GEN_BITS | gen;
}

int loop_add(struct loop *l, int fd, uint32_t events, uint8_t type,
	     uint32_t slot, uint32_t gen)
{
	return loop_ctl(l, EPOLL_CTL_ADD, fd, events,
			loop_ref(type, slot, gen));
}

int loop_mod(struct loop *l, int fd, uint32_t events, uint8_t type,
	     uint32_t slot, uint32_t gen)
{
	return loop_ctl(l, EPOLL_CTL_MOD, fd, events,
			loop_ref(type, slot, gen));
}

int loop_del(struct loop *l, int fd)
{
	return loop_ctl(l, EPOLL_CTL_DEL, fd, 0, 0);
}

/* Hand @n events to their owners; @n < 0: errno says why there are none. */
static int loop_dispatch(struct loop *l, const struct epoll_event *ev, int n)
{
	int i, err = errno;

	l->now_ms = clock_ms();
	if (n < 0)
		return err == EINTR ? 0 : -err;
	for (i = 0; i < n; i++) {
		uint64_t ref = ev[i].data.u64;
		const struct loop_handler *h =
			&l->handlers[ref >> (LOOP_SLOT_BITS + LOOP_GEN_BITS)];

		h->fn(h->ctx, ref >> LOOP_GEN_BITS & (LOOP_SLOT_MAX - 1),
		      (uint32_t)ref, ev[i].events);
	}
	return n;
}

/* Look for events without sleeping. Return: as epoll_wait(2), 0 in vain */
static int loop_spin(struct loop *l, struct epoll_event *ev, int timeout_ms)
{
	uint64_t begin_ns = clock_ns(), ns = l->spin_us * LOOP_NS_PER_US;
	int n;

	if (timeout_ms >= 0 && ns > (uint64_t)timeout_ms * NS_PER_MS)
		ns = (uint64_t)timeout_ms * NS_PER_MS;
	do {
		n = epoll_wait(l->epfd, ev, LOOP_BATCH, 0);
		if (n)
			return n;
		/* to whoever has this CPU too: maybe it makes the next event */
		(void)sched_yield();
	} while (clock_ns() - begin_ns < ns);
	return 0;
}

/* epoll_wait(2), with a look before the sleep if that has been worth it */
static int loop_poll(struct loop *l, struct epoll_event *ev, int timeout_ms)
{
	uint64_t begin_ns;
	int n;

	if (!l->spin_us || !timeout_ms)
		return epoll_wait(l->epfd, ev, LOOP_BATCH, timeout_ms);
	begin_ns = clock_ns();
	n = l->is_hot ? loop_spin(l, ev, timeout_ms) : 0;
	if (!n)
		n = epoll_wait(l->epfd, ev, LOOP_BATCH, timeout_ms);
	l->is_hot = clock_ns() - begin_ns <= l->spin_us * LOOP_NS_PER_US;
	return n;
}

int loop_wait(struct loop *l, int timeout_ms)
{
	struct epoll_event ev[LOOP_BATCH];

	return loop_dispatch(l, ev, loop_poll(l, ev, timeout_ms));
}

int loop_wait_ns(struct loop *l, uint64_t timeout_ns)
{
	struct epoll_event ev[LOOP_BATCH];
	const struct timespec left = clock_timespec(timeout_ns);

	return loop_dispatch(
		l, ev,
		epoll_pwait2(l->epfd, ev, LOOP_BATCH,
			     timeout_ns == UINT64_MAX ? NULL : &left, NULL));
}
