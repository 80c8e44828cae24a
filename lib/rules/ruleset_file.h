/* SPDX-License-Identifier: BSD-2-Clause */
/* ruleset_file.h - whole files of rules: read, laid out, compared */
#ifndef RULES_RULESET_FILE_H
#define RULES_RULESET_FILE_H

#include "rules/ruleset.h"

/* ruleset_read_file() - all of @path ("-": standard input), checked.
 * @flags: enum rule_flags
 * @ret:   the caller's, also on failure (NULL without memory); whether its
 *	   rules are good says @n_errors
 * Return: 0, or -errno if it cannot be read
 */
int ruleset_read_file(const char *path, unsigned flags, struct ruleset **ret);

/* ruleset_print() - groups first, then the rules, each as rule_format() has it
 */
void ruleset_print(const struct ruleset *rs, FILE *out);

/* ruleset_print_missing() - lines that @a has and @b has not, with @mark before
 * them. Return: how many
 */
uint32_t ruleset_print_missing(const struct ruleset *a, const struct ruleset *b,
			       const char *mark, FILE *out);

/* ruleset_print_lint() - the errors, and a summary; @is_json: as JSON Lines */
void ruleset_print_lint(const struct ruleset *rs, bool is_json, FILE *out);

#endif
