/* SPDX-License-Identifier: BSD-2-Clause */
/* resolve_internal.h - what the resolver's files share */
#ifndef PROXY_RESOLVE_INTERNAL_H
#define PROXY_RESOLVE_INTERNAL_H

#include <ares.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "resolve.h"

#define RESOLVE_FAMILIES 2

struct addr_list {
	size_t n;
	struct ip_addr addrs[ORIGIN_ADDRS_MAX];
};

struct res_name;

/* One question of a round.
 * @kept:     in use
 * @fresh:    this round's, if @is_answered
 * @status:   c-ares' word on a failure
 */
struct question {
	struct res_name *name;
	bool is_answered;
	int status;
	struct addr_list kept, fresh;
};

/* @retry_ms: the pause after the last failure; 0: the last round worked
 * @pending:  questions under way; 0: idle until @due_ms
 */
struct res_name {
	struct res_name *next;
	struct resolver *r;
	char *text;
	uint64_t due_ms;
	uint64_t ttl_ms;
	uint64_t retry_ms;
	uint8_t pending;
	bool was_asked;
	struct question questions[RESOLVE_FAMILIES];
};

/* @name: NULL for a literal address, which is @ip */
struct member {
	struct res_name *name;
	struct ip_addr ip;
};

struct binding {
	struct binding *next;
	struct origin *origin;
	size_t n;
	struct member members[];
};

struct resolver {
	ares_channel channel;
	struct loop loop;
	int wake_fd;
	bool has_channel, has_thread;
	atomic_bool is_stopping;
	pthread_t thread;
	uint64_t ttl_max_ms;
	struct binding *bindings;
	size_t n_names;
	struct res_name *names;
	unsigned rounds;
	pthread_mutex_t lock;
	pthread_cond_t first_done;
	size_t first_left; /* names whose first round is not over */
	struct resolver_stats stats;
};

/* name_ask() - begin a round for @name, which is idle */
void name_ask(struct res_name *name);

/* name_take_over() - go on with what @from knows, of a resolver that stands */
void name_take_over(struct res_name *name, const struct res_name *from);

/* bindings_apply() - fill every origin with what is known of its names */
void bindings_apply(struct resolver *r);

/* the channel's sockets, in resolve_sock.c */
extern const struct ares_socket_functions resolve_socks;

#endif
