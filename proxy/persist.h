/* SPDX-License-Identifier: BSD-2-Clause */
/* persist.h - which origin address a client was sent to, for rules whose
 * persistence has a time (SessionPersistTime).
 *
 * Without an entry the client's address decides alone (origin_pick()), so one
 * that had to go is a loss only if the origin's addresses have changed, or
 * failed, since. All functions may be called from any thread.
 */
#ifndef PROXY_PERSIST_H
#define PROXY_PERSIST_H

#include <stdbool.h>
#include <stdint.h>

#include "rules/rule.h"

#define PERSIST_MAX 65536

struct persist;

/* A rule is known by its protocol and first port, so that entries outlive a
 * reload.
 */
struct persist_key {
	enum rule_proto proto;
	uint16_t port;
	struct ip_addr client;
};

/* persist_new() - room for PERSIST_MAX clients. NULL without memory */
struct persist *persist_new(void);
void persist_free(struct persist *p);

/* persist_find() - false if there is nothing, or its time is over */
bool persist_find(struct persist *p, const struct persist_key *key,
		  uint64_t now_ms, struct ip_addr *ret);

/* persist_put() - for @time_ms from now; where there is no room, in the place
 * of what would have ended first
 */
void persist_put(struct persist *p, const struct persist_key *key,
		 const struct ip_addr *origin, uint64_t now_ms,
		 uint64_t time_ms);

#endif
