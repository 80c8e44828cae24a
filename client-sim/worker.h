/* SPDX-License-Identifier: BSD-2-Clause */
/* worker.h - one thread: its loop, and when connections begin */
#ifndef CLIENT_SIM_WORKER_H
#define CLIENT_SIM_WORKER_H

#include "conn.h"

/* worker_new() - worker @index of @shared->plan->threads; it takes the
 * connection ids @index, @index + threads, ...
 * Return: 0 and *@ret_w (worker_free()), or -errno
 */
int worker_new(struct shared *shared, uint32_t index, struct worker **ret_w);
void worker_free(struct worker *w);

/* worker_run() - until its connections ended. Return: 0, or -errno of the loop
 */
int worker_run(struct worker *w, uint32_t index);

#endif
