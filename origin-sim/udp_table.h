/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_table.h - which client speaks behind a pair of UDP endpoints.
 *
 * A hash table over a fixed number of sessions. When it is full new ones are
 * refused; those that stand are not touched, whoever floods us.
 */
#ifndef ORIGIN_UDP_TABLE_H
#define ORIGIN_UDP_TABLE_H

#include <stdint.h>

#include "base/wheel.h"
#include "ident.h"

/* @timer: first member: the wheel's callback casts back
 * @next:  of the hash chain, or of the free list
 * @id:	   its peer and local are the key
 * @line:  what is said of @id, as long as that does not change; owned, or NULL
 */
struct udp_session {
	struct wheel_node timer;
	uint32_t next;
	bool is_used;
	struct ident id;
	uint64_t start_ms;
	uint64_t start_wall_ms;
	uint64_t last_ms;
	uint64_t bytes_in, bytes_out;
	uint64_t dgrams_in, dgrams_out;
	char *line;
	uint32_t line_len;
};

struct udp_table {
	struct udp_session *sessions;
	uint32_t *buckets;
	uint32_t max;
	uint32_t mask;
	uint32_t free_head;
	uint64_t seed;
};

/* udp_table_init() - @max: 1 .. 2^24. @seed: unpredictable, so that nobody can
 * choose endpoints that share a chain.
 * Return: 0 or -ENOMEM
 */
int udp_table_init(struct udp_table *t, uint32_t max, uint64_t seed);

/* udp_table_fini() - free; the sessions must have been removed */
void udp_table_fini(struct udp_table *t);

struct udp_session *udp_table_find(const struct udp_table *t,
				   const struct endpoint *peer,
				   const struct endpoint *local);

/* udp_table_add() - a session without a header; the pair must not be there.
 * Return: NULL if the table is full
 */
struct udp_session *udp_table_add(struct udp_table *t,
				  const struct endpoint *peer,
				  const struct endpoint *local);

/* udp_session_forget() - @id is about to change: @line is not true any more */
void udp_session_forget(struct udp_session *s);

/* udp_table_remove() - its timer must have been cancelled */
void udp_table_remove(struct udp_table *t, struct udp_session *s);

#endif
