/* SPDX-License-Identifier: BSD-2-Clause */
/* interrupt.c - see interrupt.h */
#include "interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#include "wire/wire.h"

/* A handler has nothing but globals to write to. */
static atomic_bool interrupt_stop;
static atomic_bool interrupt_snapshot;

static void interrupt_handle(int sig)
{
	if (sig == SIGUSR1)
		atomic_store(&interrupt_snapshot, true);
	else
		atomic_store(&interrupt_stop, true);
}

int interrupt_init(void)
{
	static const int sigs[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sigs); i++) {
		/* Output must not fail half-way because a signal came. */
		struct sigaction sa = {
			.sa_handler = interrupt_handle,
			.sa_flags = SA_RESTART,
		};
		struct sigaction was;

		if (sigs[i] != SIGUSR1)
			sa.sa_flags |= (int)SA_RESETHAND;
		if (sigaction(sigs[i], NULL, &was) != 0)
			return -errno;
		/* nohup(1) means it; shells ignore SIGINT for background jobs
		 * without being asked
		 */
		if (sigs[i] == SIGHUP && was.sa_handler == SIG_IGN)
			continue;
		if (sigaction(sigs[i], &sa, NULL) != 0)
			return -errno;
	}
	return 0;
}

bool interrupt_is_stop(void)
{
	return atomic_load_explicit(&interrupt_stop, memory_order_relaxed);
}

bool interrupt_take_snapshot(void)
{
	if (!atomic_load_explicit(&interrupt_snapshot, memory_order_relaxed))
		return false;
	return atomic_exchange(&interrupt_snapshot, false);
}
