/* SPDX-License-Identifier: BSD-2-Clause */
/* rule_file.c - commands on files of rules: lint, fmt, diff */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "ctl/command.h"
#include "rules/ruleset_file.h"

/* *@ret is to be freed, whatever comes back. Return: an exit status */
static int load(const struct command *c, const char *path, struct ruleset **ret)
{
	unsigned flags = (c->is_ext ? RULE_F_EXT : 0U) |
			 (c->is_strict ? RULE_F_STRICT : 0U);
	int err = ruleset_read_file(path, flags, ret);

	if (err) {
		log_error("cannot read '%s': %s", path, strerror(-err));
		return EXIT_IO;
	}
	return (*ret)->n_errors ? EXIT_USAGE : EXIT_OK;
}

int command_rule_lint(struct command *c)
{
	struct ruleset *rs;
	int status = load(c, c->words[0], &rs);

	if (status != EXIT_IO)
		ruleset_print_lint(rs, c->is_json, stdout);
	ruleset_free(rs);
	return status;
}

int command_rule_fmt(struct command *c)
{
	struct ruleset *rs;
	int status = load(c, c->words[0], &rs);

	if (status == EXIT_USAGE)
		ruleset_print_errors(rs, stderr);
	if (status == EXIT_OK)
		ruleset_print(rs, stdout);
	ruleset_free(rs);
	return status;
}

/* What the instance has, read as a file is. Return: an exit status */
static int load_exported(struct command *c, struct ruleset **ret)
{
	const char *text;
	int status;
	json_t *r = command_exported(c, &text, &status);
	FILE *f = NULL;

	/* an empty buffer cannot be opened */
	if (text)
		f = *text ? fmemopen((void *)(uintptr_t)text, strlen(text), "r")
			  : fopen("/dev/null", "re");
	/* it has what it has: nothing of it is wrong */
	*ret = ruleset_new(RULE_F_EXT);
	if (f && *ret && !ruleset_add_stream(*ret, f, c->words[0]))
		(void)ruleset_check(*ret);
	else if (r)
		status = EXIT_IO;
	if (f)
		(void)fclose(f);
	json_decref(r);
	return status;
}

int command_rule_diff(struct command *c)
{
	struct ruleset *own = NULL, *file = NULL;
	int status = load(c, c->words[1], &file);
	uint32_t n = 0;

	if (status == EXIT_USAGE)
		ruleset_print_errors(file, stderr);
	if (status == EXIT_OK)
		status = load_exported(c, &own);
	if (status == EXIT_OK) {
		n += ruleset_print_missing(own, file, "- ", stdout);
		n += ruleset_print_missing(file, own, "+ ", stdout);
		status = n ? EXIT_FINDING : EXIT_OK;
	}
	ruleset_free(own);
	ruleset_free(file);
	return status;
}
