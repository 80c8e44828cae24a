/* SPDX-License-Identifier: BSD-2-Clause */
/* rules.c - `tp-conform rules`: rule files checked, laid out and compared */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/log.h"
#include "options.h"
#include "rules/ruleset.h"
#include "wire/wire.h"

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
	bool is_stdin = !strcmp(path, "-");
	FILE *f = is_stdin ? stdin : fopen(path, "re");
	int err;

	*ret = ruleset_new(flags);
	if (!f || !*ret) {
		log_error("%s: %s", path, strerror(f ? ENOMEM : errno));
		if (f && !is_stdin)
			(void)fclose(f);
		return EXIT_IO;
	}
	err = ruleset_add_stream(*ret, f, path);
	if (!is_stdin)
		(void)fclose(f);
	if (err) {
		log_error("%s: %s", path, strerror(-err));
		return EXIT_IO;
	}
	return ruleset_check(*ret) ? EXIT_OK : EXIT_USAGE;
}

static void put_error_json(const struct rule_error *e)
{
	char buf[1024];
	struct json j;
	size_t len;
	const char *line;

	json_init(&j, buf, sizeof(buf));
	json_begin(&j, NULL, '{');
	json_u64(&j, "v", 1);
	json_str(&j, "type", "error");
	json_str(&j, "file", e->source);
	json_u64(&j, "line", e->line);
	json_u64(&j, "column", e->column);
	json_str(&j, "code", e->code);
	json_str(&j, "text", e->text);
	json_end(&j);
	line = json_line(&j, &len);
	if (line)
		(void)fwrite(line, 1, len, stdout);
}

static int rules_lint(const char *path)
{
	struct ruleset *rs;
	int status = rules_load(path, &rs);
	uint32_t i;

	if (status == EXIT_IO)
		goto out;
	if (options.is_json) {
		for (i = 0; i < rs->n_errors && i < RULESET_ERRORS_MAX; i++)
			put_error_json(&rs->errors[i]);
		printf("{\"v\":1,\"type\":\"summary\",\"rules\":%u,"
		       "\"groups\":%u,\"ports\":%u,\"errors\":%u}\n",
		       rs->n_rules, rs->n_groups, ruleset_ports(rs),
		       rs->n_errors);
	} else {
		ruleset_print_errors(rs, stdout);
		printf("%u rules, %u groups, %u ports, %u errors\n",
		       rs->n_rules, rs->n_groups, ruleset_ports(rs),
		       rs->n_errors);
	}
out:
	ruleset_free(rs);
	return status;
}

static void put_group(const struct group *g)
{
	uint32_t i;

	printf("og:%s = ", g->name);
	for (i = 0; i < g->n_members; i++)
		printf("%s%s", i ? ", " : "", g->members[i]);
	putchar('\n');
}

static int rules_format(const char *path)
{
	char text[RULE_TEXT_MAX];
	struct ruleset *rs;
	int status = rules_load(path, &rs);
	uint32_t i;

	if (status) {
		if (status == EXIT_USAGE)
			ruleset_print_errors(rs, stderr);
		ruleset_free(rs);
		return status;
	}
	for (i = 0; i < rs->n_groups; i++)
		put_group(&rs->groups[i]);
	for (i = 0; i < rs->n_rules; i++)
		printf("%s\n", rule_format(&rs->rules[i], text));
	ruleset_free(rs);
	return EXIT_OK;
}

/* has @rs a rule that is written like @text? */
static bool has_rule(const struct ruleset *rs, const char *text)
{
	char own[RULE_TEXT_MAX];
	uint32_t i;

	for (i = 0; i < rs->n_rules; i++)
		if (!strcmp(rule_format(&rs->rules[i], own), text))
			return true;
	return false;
}

static bool has_group(const struct ruleset *rs, const struct group *g)
{
	const struct group *own = ruleset_group(rs, g->name);
	uint32_t i;

	if (!own || own->n_members != g->n_members)
		return false;
	for (i = 0; i < g->n_members; i++)
		if (strcmp(own->members[i], g->members[i]) != 0)
			return false;
	return true;
}

/* what @a has and @b has not, with @mark before it. Return: how many */
static uint32_t diff_one(const struct ruleset *a, const struct ruleset *b,
			 const char *mark)
{
	char text[RULE_TEXT_MAX];
	uint32_t n = 0, i;

	for (i = 0; i < a->n_groups; i++)
		if (!has_group(b, &a->groups[i])) {
			(void)fputs(mark, stdout);
			put_group(&a->groups[i]);
			n++;
		}
	for (i = 0; i < a->n_rules; i++)
		if (!has_rule(b, rule_format(&a->rules[i], text))) {
			printf("%s%s\n", mark, text);
			n++;
		}
	return n;
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
		n += diff_one(a, b, "- ");
		n += diff_one(b, a, "+ ");
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
