/* SPDX-License-Identifier: BSD-2-Clause */
/* live.h - what the API asks of a data path: numbers, and last connections */
#ifndef API_LIVE_H
#define API_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/model.h"

enum live_id {
#define LIVE(id, group, name, metric, label) LIVE_##id,
#include "api/live.def"
#undef LIVE
	LIVE_COUNT,
};

#define LIVE_CONNECTIONS_MAX 256
#define LIVE_SESSION_ID_MAX  40

struct live_rule {
	char instance_id[CTL_ID_MAX];
	char rule_id[CTL_ID_MAX];
	enum rule_proto proto;
	uint64_t n[LIVE_COUNT];
};

/* A connection, or a UDP session.
 * @session:     unique in the process
 * @end_wall_ms: 0 while it is open
 * @listen:      what the client dialled
 * @told:	 what the origin was told; IP_NONE: nothing, so far
 * @origin:	 IP_NONE before one was picked
 * @reason:	 for people, static; "-" while it is open
 */
struct live_connection {
	char instance_id[CTL_ID_MAX];
	char rule_id[CTL_ID_MAX];
	uint64_t session;
	uint64_t begin_wall_ms;
	uint64_t end_wall_ms;
	enum rule_proto proto;
	enum rule_mode mode;
	struct endpoint client;
	struct endpoint listen;
	struct endpoint told;
	struct endpoint origin;
	uint64_t up_bytes;
	uint64_t down_bytes;
	const char *reason;
};

/* The data path, asked in the API's thread. All are bounded by it.
 * @start_wall_ms: when all counters were zero
 * @rules:	 those in force or with a connection; *@ret is to be freed.
 *		 @ret_totals: of all rules there have been
 * @connections: newest first into @ret. Return: how many
 * @session_text: a session's id as logs have it. Returns @out.
 */
struct live_source {
	uint64_t start_wall_ms;
	bool (*rules)(void *arg, struct live_rule **ret, uint32_t *ret_n,
		      uint64_t ret_totals[LIVE_COUNT]);
	uint32_t (*connections)(
		void *arg, struct live_connection ret[LIVE_CONNECTIONS_MAX]);
	char *(*session_text)(void *arg, uint64_t session,
			      char out[LIVE_SESSION_ID_MAX]);
	void *arg;
};

#endif
