/* SPDX-License-Identifier: BSD-2-Clause */
/* rules.c - `tp-conform rules`: rule files checked, laid out and compared */
#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "options.h"
#include "rules/ruleset_file.h"

static struct {
	bool is_strict, is_ext, is_expanded, is_json;
} options;

static const struct opt table[] = {
	{ 'S', "strict", NULL, OPT_FLAG, &options.is_strict, 0, 0, NULL, NULL,
	  "take the product's format to the letter: no comments, no blank "
	  "lines, no private or loopback origins" },
	{ 0, "ext", NULL, OPT_FLAG, &options.is_ext, 0, 0, NULL, NULL,
	  "take mode spp, which the product's format does not have" },
	{ 0, "count-expanded", NULL, OPT_FLAG, &options.is_expanded, 0, 0, NULL,
	  NULL, "count a range as its ports, not as one of 20 entries" },
	{ 'J', "json", NULL, OPT_FLAG, &options.is_json, 0, 0, NULL, NULL,
	  "lint: a JSON line for each error, a summary last" },
	{ 0 },
};

static const struct opt_spec spec = {
	.prog = "tp-conform rules",
	.usage = "[options] [lint] FILE\n[options] format FILE\n"
		 "[options] diff FILE FILE",
	.about = "Checks files of forwarding rules in the product's batch "
		 "import format, lays them out, or tells what differs.",
	.tail = "FILE - is standard input.\n"
		"exit status: 0 good (diff: alike), 1 different, 2 a bad rule "
		"or option,\n3 cannot read.",
	.opts = table,
};

/* rules_load() - *@ret is there to be freed, whatever comes back.
 * Return: EXIT_OK; EXIT_USAGE if there are bad rules; EXIT_IO
 */
static int rules_load(const char *path, struct ruleset **ret)
{
	unsigned flags = (options.is_ext ? RULE_F_EXT : 0U) |
			 (options.is_strict ? RULE_F_STRICT : 0U) |
			 (options.is_expanded ? RULE_F_COUNT_EXPANDED : 0U);
	int err = ruleset_read_file(path, flags, ret);

	if (err) {
		log_error("%s: %s", path, strerror(-err));
		return EXIT_IO;
	}
	return (*ret)->n_errors ? EXIT_USAGE : EXIT_OK;
}

static int rules_lint(const char *path)
{
	struct ruleset *rs;
	int status = rules_load(path, &rs);

	if (status != EXIT_IO)
		ruleset_print_lint(rs, options.is_json, stdout);
	ruleset_free(rs);
	return status;
}

static int rules_format(const char *path)
{
	struct ruleset *rs;
	int status = rules_load(path, &rs);

	if (status == EXIT_USAGE)
		ruleset_print_errors(rs, stderr);
	if (status == EXIT_OK)
		ruleset_print(rs, stdout);
	ruleset_free(rs);
	return status;
}

static int rules_diff(const char *path_a, const char *path_b)
{
	struct ruleset *a = NULL, *b = NULL;
	int status = rules_load(path_a, &a);
	int other = rules_load(path_b, &b);
	uint32_t n = 0;

	if (status == EXIT_USAGE)
		ruleset_print_errors(a, stderr);
	if (other == EXIT_USAGE)
		ruleset_print_errors(b, stderr);
	status = status > other ? status : other;
	if (!status) {
		n += ruleset_print_missing(a, b, "- ", stdout);
		n += ruleset_print_missing(b, a, "+ ", stdout);
		status = n ? EXIT_FINDING : EXIT_OK;
	}
	ruleset_free(a);
	ruleset_free(b);
	return status;
}

int command_rules(int argc, char **argv)
{
	int at, status = opt_parse(&spec, argc, argv, &at);
	const char *verb = "lint";
	int wanted = 1;

	if (status >= 0)
		return status;
	if (at < argc &&
	    (!strcmp(argv[at], "lint") || !strcmp(argv[at], "format") ||
	     !strcmp(argv[at], "diff")))
		verb = argv[at++];
	if (!strcmp(verb, "diff"))
		wanted = 2;
	if (argc - at != wanted)
		return opt_fail(&spec, "%s wants %d file%s", verb, wanted,
				wanted > 1 ? "s" : "");
	if (*verb == 'l')
		return rules_lint(argv[at]);
	return *verb == 'f' ? rules_format(argv[at])
			    : rules_diff(argv[at], argv[at + 1]);
}
