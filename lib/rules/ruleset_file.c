/* SPDX-License-Identifier: BSD-2-Clause */
/* ruleset_file.c - see ruleset_file.h */
#include "rules/ruleset_file.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"

#define ERROR_LINE_MAX 1024

int ruleset_read_file(const char *path, unsigned flags, struct ruleset **ret)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *f;
	int err;

	*ret = ruleset_new(flags);
	if (!*ret)
		return -ENOMEM;
	f = is_stdin ? stdin : fopen(path, "re");
	if (!f)
		return -errno;
	err = ruleset_add_stream(*ret, f, path);
	if (!is_stdin)
		(void)fclose(f);
	if (!err)
		(void)ruleset_check(*ret);
	return err;
}

static void put_error_json(const struct rule_error *e, FILE *out)
{
	char buf[ERROR_LINE_MAX];
	struct json j;

	json_open(&j, buf, sizeof(buf), "error");
	json_str(&j, "file", e->source);
	json_u64(&j, "line", e->line);
	json_u64(&j, "column", e->column);
	json_str(&j, "code", e->code);
	json_str(&j, "text", e->text);
	(void)json_write(&j, out);
}

void ruleset_print_lint(const struct ruleset *rs, bool is_json, FILE *out)
{
	uint32_t i;

	if (!is_json) {
		ruleset_print_errors(rs, out);
		fprintf(out, "%u rules, %u groups, %u ports, %u errors\n",
			rs->n_rules, rs->n_groups, ruleset_ports(rs),
			rs->n_errors);
		return;
	}
	for (i = 0; i < rs->n_errors && i < RULESET_ERRORS_MAX; i++)
		put_error_json(&rs->errors[i], out);
	fprintf(out,
		"{\"v\":1,\"type\":\"summary\",\"rules\":%u,"
		"\"groups\":%u,\"ports\":%u,\"errors\":%u}\n",
		rs->n_rules, rs->n_groups, ruleset_ports(rs), rs->n_errors);
}

static void put_group(const struct group *g, FILE *out)
{
	uint32_t i;

	fprintf(out, "og:%s = ", g->name);
	for (i = 0; i < g->n_members; i++)
		fprintf(out, "%s%s", i ? ", " : "", g->members[i]);
	(void)putc('\n', out);
}

void ruleset_print(const struct ruleset *rs, FILE *out)
{
	char text[RULE_TEXT_MAX];
	uint32_t i;

	for (i = 0; i < rs->n_groups; i++)
		put_group(&rs->groups[i], out);
	for (i = 0; i < rs->n_rules; i++)
		fprintf(out, "%s\n", rule_format(&rs->rules[i], text));
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

uint32_t ruleset_print_missing(const struct ruleset *a, const struct ruleset *b,
			       const char *mark, FILE *out)
{
	char text[RULE_TEXT_MAX];
	uint32_t n = 0, i;

	for (i = 0; i < a->n_groups; i++)
		if (!has_group(b, &a->groups[i])) {
			(void)fputs(mark, out);
			put_group(&a->groups[i], out);
			n++;
		}
	for (i = 0; i < a->n_rules; i++)
		if (!has_rule(b, rule_format(&a->rules[i], text))) {
			fprintf(out, "%s%s\n", mark, text);
			n++;
		}
	return n;
}
