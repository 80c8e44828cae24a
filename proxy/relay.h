/* SPDX-License-Identifier: BSD-2-Clause */
/* relay.h - TCP: one slot for each pair of client and origin connection.
 * All functions run in the worker's thread.
 */
#ifndef PROXY_RELAY_H
#define PROXY_RELAY_H

#include "worker.h"

/* relay_table_new() - registers with the worker's loop. NULL without memory */
struct relay_table *relay_table_new(struct worker *w, uint32_t cap);

/* relay_table_free() - every connection must have ended */
void relay_table_free(struct relay_table *t);

/* relay_accept() - take what waits on @l's socket */
void relay_accept(struct worker *w, const struct listener *l);

/* relay_run() - timers that are due and connections that had to yield */
void relay_run(struct worker *w);

/* relay_timeout_ms() - how long the loop may sleep; -1: for ever */
int relay_timeout_ms(const struct worker *w);

/* relay_refresh() - bring the record of @session up to date, if @slot has it */
void relay_refresh(struct worker *w, uint32_t slot, uint64_t session);

uint32_t relay_count(const struct relay_table *t);

/* relay_end_all() - reset every connection, for the end of draining */
void relay_end_all(struct worker *w);

#endif
