/* SPDX-License-Identifier: BSD-2-Clause */
/* fwd.h - a checked ruleset made ready to forward: each rule with its origin.
 *
 * A table is made by the main thread and then only read. Connections and
 * sessions outlive a reload; while one of them points into a table, the worker
 * that owns it keeps the table in use (fwd_hold, fwd_drop). The main thread
 * frees a table that is not the current one once no worker uses it.
 */
#ifndef PROXY_FWD_H
#define PROXY_FWD_H

#include <stdatomic.h>

#include "config.h"
#include "origin.h"
#include "persist.h"
#include "resolve.h"
#include "rules/ruleset.h"
#include "tally.h"

struct fwd_table;

/* An origin, and the first rule that names it. */
struct fwd_origin {
	const struct rule *rule;
	struct origin *origin;
};

/* one rule at work */
struct fwd {
	const struct rule *rule;
	struct origin *origin; /* shared by the rules that name the same one */
	struct fwd_table *table;
	struct tally *tally;
};

/* @origins: sorted by type and name
 * @users: connections and sessions, a count for each worker, which alone
 *	   writes it
 */
struct fwd_table {
	struct ruleset *rules;
	uint32_t n_fwds;
	struct fwd *fwds;
	uint32_t n_origins;
	struct fwd_origin *origins;
	struct resolver *resolver;
	struct tally_book *book; /* NULL before fwd_table_count() */
	struct tally **tallies;	 /* by rule */
	struct fwd_table *next;	 /* retired tables, main thread */
	_Atomic uint32_t users[CONFIG_THREADS_MAX];
};

/* fwd_table_new() - takes @rules over, also when it fails.
 * Return: 0 or -errno
 */
int fwd_table_new(struct ruleset *rules, const struct proxy_config *cfg,
		  struct fwd_table **ret);

/* fwd_table_count() - the tallies of its rules, from @book, which outlives @t;
 * to be called before anything is forwarded. @keys: of each rule
 * Return: 0 or -errno
 */
int fwd_table_count(struct fwd_table *t, struct tally_book *book,
		    const struct tally_key *keys);

/* fwd_table_start() - begin to resolve, and wait up to @wait_ms for names that
 * are new. What @old (NULL: none) knows of origins that both have goes over to
 * @t, and @old resolves no more.
 * Return: 0 or -errno, and @old resolves on
 */
int fwd_table_start(struct fwd_table *t, struct fwd_table *old,
		    uint64_t wait_ms);

/* fwd_pick() - as origin_pick(), by the persistence of the rule
 * @p: where its time is kept
 */
bool fwd_pick(const struct fwd *f, struct persist *p,
	      const struct ip_addr *client, uint64_t now_ms,
	      struct ip_addr *ret);

/* fwd_table_retire() - stop resolving: no new connection comes */
void fwd_table_retire(struct fwd_table *t);
bool fwd_table_is_used(const struct fwd_table *t);
void fwd_table_free(struct fwd_table *t);

/* fwd_add() - to the counters of the rule, by worker @id only */
static inline void fwd_add(const struct fwd *f, unsigned id, enum live_id what,
			   uint64_t n)
{
	tally_add(f->tally, id, what, n);
}

/* fwd_record() - which rule it was, into the record of a connection */
void fwd_record(const struct fwd *f, struct live_connection *ret);

/* fwd_hold(), fwd_drop() - called by worker @id only */
static inline void fwd_hold(const struct fwd *f, unsigned id)
{
	_Atomic uint32_t *u = &f->table->users[id];

	atomic_store_explicit(u,
			      atomic_load_explicit(u, memory_order_relaxed) + 1,
			      memory_order_relaxed);
}

/* The release pairs with the acquire of fwd_table_is_used(). */
static inline void fwd_drop(const struct fwd *f, unsigned id)
{
	_Atomic uint32_t *u = &f->table->users[id];

	atomic_store_explicit(u,
			      atomic_load_explicit(u, memory_order_relaxed) - 1,
			      memory_order_release);
}

#endif
