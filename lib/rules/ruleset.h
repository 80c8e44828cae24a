/* SPDX-License-Identifier: BSD-2-Clause */
/* ruleset.h - all rules of one configuration, checked as a whole.
 *
 * A ruleset does not change once it is loaded. Connections outlive a reload:
 * each holds the set it was made under.
 */
#ifndef RULES_RULESET_H
#define RULES_RULESET_H

#include <stdio.h>

#include "rules/rule.h"

#define RULESET_MAX	   2000	 /* seed/22 */
#define RULESET_SIZED_MAX  20000 /* of ruleset_new_sized() */
#define RULESET_ERRORS_MAX 2000	 /* reported; more are only counted */
#define GROUP_MAX	   256	 /* that several rules share */
/* a rule with several addresses is one with a group of its own */
#define GROUP_SIZED_MAX	  (GROUP_MAX + RULESET_MAX)
#define GROUP_MEMBERS_MAX 64
#define GROUP_NAME_MAX	  200

/* One line "og:NAME = ADDR[, ADDR...]" (our extension to the format).
 * Members are addresses or domains, without ports.
 */
struct group {
	char name[GROUP_NAME_MAX + 1];
	uint32_t line;
	uint32_t n_members;
	char members[GROUP_MEMBERS_MAX][RULE_HOST_MAX + 1];
};

struct ruleset {
	unsigned flags; /* enum rule_flags */
	uint32_t n_rules;
	struct rule *rules;
	uint32_t n_groups;
	struct group *groups;
	uint32_t n_errors; /* also those beyond RULESET_ERRORS_MAX */
	struct rule_error *errors;
};

/* ruleset_new() - empty, for RULESET_MAX rules. Return: NULL without memory */
struct ruleset *ruleset_new(unsigned flags);

/* ruleset_new_sized() - for what several instances have: up to @max rules, 1 to
 * RULESET_SIZED_MAX, instead of RULESET_MAX
 */
struct ruleset *ruleset_new_sized(unsigned flags, uint32_t max);
void ruleset_free(struct ruleset *rs);

/* ruleset_add_stream() - every line of @f; @source is borrowed for errors.
 * Errors are collected, not stopped at. Return: 0, or -errno if reading failed
 */
int ruleset_add_stream(struct ruleset *rs, FILE *f, const char *source);

/* ruleset_add_line() - one line, from --rule */
void ruleset_add_line(struct ruleset *rs, const char *text, const char *source);

/* ruleset_check() - what needs the whole: ports used twice (key: protocol and
 * port, after range expansion), groups that are not defined, more
 * rules than it is for. Called once, after the last add.
 * Return: true if the set has no error at all
 */
bool ruleset_check(struct ruleset *rs);

/* ruleset_group() - by name, without regard to case; NULL if there is none */
const struct group *ruleset_group(const struct ruleset *rs, const char *name);

/* ruleset_ports() - listening ports of all rules together, ranges expanded */
uint32_t ruleset_ports(const struct ruleset *rs);

/* ruleset_print_errors() - one line each:
 *	FILE:LINE:COLUMN: CODE: text
 */
void ruleset_print_errors(const struct ruleset *rs, FILE *out);

#endif
