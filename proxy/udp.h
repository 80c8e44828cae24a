/* SPDX-License-Identifier: BSD-2-Clause */
/* udp.h - UDP: sessions keyed by client, each with a socket to its origin.
 * All functions run in the worker's thread.
 */
#ifndef PROXY_UDP_H
#define PROXY_UDP_H

#include "worker.h"

/* udp_table_new() - registers with the worker's loop. NULL without memory */
struct udp_table *udp_table_new(struct worker *w, uint32_t cap);
void udp_table_free(struct udp_table *t);

/* udp_receive() - take what waits on @l's socket and relay it */
void udp_receive(struct worker *w, const struct listener *l);

/* udp_run() - sessions that are due */
void udp_run(struct worker *w);
int udp_timeout_ms(const struct worker *w);

/* udp_refresh() - bring the record of @session up to date, if @slot has it */
void udp_refresh(struct worker *w, uint32_t slot, uint64_t session);

uint32_t udp_count(const struct udp_table *t);

/* udp_end_gone() - end the sessions of ports that @next does not have */
void udp_end_gone(struct worker *w, const struct listen_set *next);

/* udp_drain() - from now on a session ends after a short silence */
void udp_drain(struct worker *w);

void udp_end_all(struct worker *w);

#endif
