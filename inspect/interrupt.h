/* SPDX-License-Identifier: BSD-2-Clause */
/* interrupt.h - what signals ask for: SIGINT, SIGTERM and SIGHUP the end,
 * SIGUSR1 a snapshot. They set flags that loops look at; blocking calls of the
 * sources come back from time to time.
 */
#ifndef INSPECT_INTERRUPT_H
#define INSPECT_INTERRUPT_H

#include <stdbool.h>

/* interrupt_init() - Return: 0 or -errno. A second request for the end ends
 * the process at once.
 */
int interrupt_init(void);

/* interrupt_is_stop() - any thread, any time */
bool interrupt_is_stop(void);

/* interrupt_take_snapshot() - true once for each request */
bool interrupt_take_snapshot(void);

#endif
