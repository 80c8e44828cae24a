/* SPDX-License-Identifier: BSD-2-Clause */
/* resolve.h - domains to addresses, off the data path, with c-ares.
 *
 * One thread asks for A and AAAA of each name and hands the result to its
 * origins; it asks again when the smallest TTL of the answer has passed
 * (bounded on both sides). While a name cannot be resolved its last addresses
 * stay in use, and it is asked for again with growing pauses.
 */
#ifndef PROXY_RESOLVE_H
#define PROXY_RESOLVE_H

#include <stdint.h>

#include "origin.h"

#define RESOLVE_TTL_MIN_MS 1000
#define RESOLVE_TTL_MAX_MS 300000
#define RESOLVE_NAMES_MAX  20000

struct resolver;

/* @servers: "127.0.0.1:5353,..." instead of the system's; NULL: the system's
 * @ttl_max_ms: ask again at least this often
 */
struct resolver_config {
	const char *servers;
	uint64_t ttl_max_ms;
};

/* @queries:  questions asked; A and AAAA are one each
 * @answers:  those that brought addresses, or that there are none of the type
 * @failures: the others: no answer, an error, no such domain
 * @changes:  names whose addresses became others
 */
struct resolver_stats {
	uint64_t queries, answers, failures, changes;
};

/* resolver_new() - no thread yet. Names are absolute: the search list of
 * resolv.conf is not used. Return: 0 or -errno (EINVAL: bad @cfg->servers)
 */
int resolver_new(const struct resolver_config *cfg, struct resolver **ret);

/* resolver_add() - keep @o filled with the addresses of all @names (domains;
 * literal addresses among them are taken as they are). @names are copied, @o
 * is borrowed until resolver_free(). Before resolver_start().
 * Return: 0 or -errno (ENOSPC: more than RESOLVE_NAMES_MAX domains)
 */
int resolver_add(struct resolver *r, struct origin *o, const char *const *names,
		 size_t n);

/* resolver_take_over() - stop @old, and go on with what it knows of the names
 * that @r has too: their addresses, and when to ask again. Before
 * resolver_start(), which may be called for @old again instead.
 */
void resolver_take_over(struct resolver *r, struct resolver *old);

/* resolver_start() - resolve each new name once, waiting at most @wait_ms for
 * all, and go on in a thread. Names that have no address yet do not stop the
 * start. Return: 0 or -errno
 */
int resolver_start(struct resolver *r, uint64_t wait_ms);

void resolver_stats(struct resolver *r, struct resolver_stats *ret);

/* resolver_free() - stop the thread, drop everything; NULL is a no-op */
void resolver_free(struct resolver *r);

#endif
