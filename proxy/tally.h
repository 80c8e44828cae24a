/* SPDX-License-Identifier: BSD-2-Clause */
/* tally.h - what each rule has done.
 *
 * Every worker writes a lane of its own, so that no cache line is shared on the
 * data path; who asks adds the lanes up. A tally belongs to a rule, not to a
 * table of rules: tables that have the rule share it, so that its numbers go on
 * over a reload, and over a pause as long as there is room (TALLY_SPARE_MAX).
 * All but tally_add() is for the main thread.
 */
#ifndef PROXY_TALLY_H
#define PROXY_TALLY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "api/live.h"

/* Tallies kept for rules that no table has */
#define TALLY_SPARE_MAX 2000
/* Rules that /metrics tells one by one */
#define TALLY_METRICS_MAX 2000
/* two cache lines: the prefetcher takes them in pairs */
#define TALLY_ALIGN 128

struct tally_lane {
	_Alignas(TALLY_ALIGN) _Atomic uint64_t c[LIVE_COUNT];
};

/* What a rule is known by; both empty strings where there are no ids. */
struct tally_key {
	char instance_id[CTL_ID_MAX];
	char rule_id[CTL_ID_MAX];
};

/* @lanes: one a worker
 * @refs:  tables that have the rule; @left: when the last of them was freed
 */
struct tally {
	struct tally_key key;
	enum rule_proto proto;
	bool is_in_force;
	uint32_t refs;
	uint64_t left;
	struct tally_lane *lanes;
};

struct tally_book;

/* tally_book_new() - NULL without memory */
struct tally_book *tally_book_new(uint32_t n_lanes);
void tally_book_free(struct tally_book *b);

/* tally_book_take() - a reference to the tallies of @n different rules, the
 * ones there are or new ones. @protos: of each. Return: 0, or -ENOMEM and none
 */
int tally_book_take(struct tally_book *b, const struct tally_key *keys,
		    const enum rule_proto *protos, uint32_t n,
		    struct tally **ret);

/* tally_book_drop() - give @n references back */
void tally_book_drop(struct tally_book *b, struct tally **list, uint32_t n);

/* tally_book_enforce() - these rules, and no others, are in force */
void tally_book_enforce(struct tally_book *b, struct tally **list, uint32_t n);

/* tally_add() - by worker @lane only: a plain load and store */
static inline void tally_add(const struct tally *t, unsigned lane,
			     enum live_id id, uint64_t n)
{
	_Atomic uint64_t *c = &t->lanes[lane].c[id];

	atomic_store_explicit(c,
			      atomic_load_explicit(c, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

/* tally_header_id() - what a header of @mode is counted as; not for MODE_OFF */
static inline enum live_id tally_header_id(enum rule_mode mode)
{
	return (enum live_id)(LIVE_HEADERS_TOA + mode - MODE_TOA);
}

/* tally_list() - rules in force, or with a connection; *@ret is to be freed.
 * @ret_totals: of all rules there have been
 * Return: false without memory
 */
bool tally_list(const struct tally_book *b, struct live_rule **ret,
		uint32_t *ret_n, uint64_t ret_totals[LIVE_COUNT]);

/* tally_prometheus() - the same, for /metrics */
void tally_prometheus(FILE *out, const struct tally_book *b);

#endif
