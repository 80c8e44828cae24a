/* SPDX-License-Identifier: BSD-2-Clause */
/* rule.c - commands on rules and origin groups */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "base/str.h"
#include "ctl/command.h"

#define IMPORT_MAX (1000U << 10) /* what a body of the API holds, and a bit */

/* The strings of an array with @between */
static void join(const json_t *list, const char *between, char *out, size_t cap)
{
	const json_t *v;
	size_t i, at = 0;

	out[0] = '\0';
	json_array_foreach((json_t *)(uintptr_t)list, i, v)
	{
		const char *text = json_string_value(v);
		int n = snprintf(out + at, cap - at, "%s%s", i ? between : "",
				 text ? text : "");

		if (n < 0 || (size_t)n >= cap - at)
			return;
		at += (size_t)n;
	}
}

static void ports_text(const json_t *item, char *out, size_t cap)
{
	char ports[64];

	join(json_object_get(item, "PortRange"), ";", ports, sizeof(ports));
	(void)snprintf(out, cap, "%s:%s",
		       strcmp(text_of(item, "Protocol"), "TCP") == 0 ? "tcp"
								     : "udp",
		       ports);
}

static void origin_text(const json_t *item, char *out, size_t cap)
{
	join(json_object_get(item, "OriginValue"), ",", out, cap);
}

int command_rule_list(struct command *c)
{
	static const struct column columns[] = {
		{ "ID", NULL, "RuleId" },
		{ "PORTS", ports_text, NULL },
		{ "ORIGIN", origin_text, NULL },
		{ "PORT", NULL, "OriginPortRange" },
		{ "PERSIST", NULL, "SessionPersist" },
		{ "MODE", NULL, "ClientIPPassThroughMode" },
		{ "STATUS", NULL, "Status" },
		{ "TAG", NULL, "RuleTag" },
		{ "WHY", NULL, "TpReason" },
	};
	int status;
	json_t *list = command_all(c, "DescribeL4ProxyRules", c->words[0],
				   "L4ProxyRules", &status);

	if (list)
		table_print(c, list, columns,
			    sizeof(columns) / sizeof(columns[0]));
	json_decref(list);
	return status;
}

static int import_text(struct command *c, const char *text)
{
	json_t *body = command_body(c, c->words[0]), *r;
	int status = EXIT_USAGE;

	if (!body)
		return status;
	command_set(body, "Text", text);
	if (!json_object_get(body, "Text")) {
		log_error("the rules are not UTF-8 text");
		json_decref(body);
		return status;
	}
	(void)json_object_set_new(body, "Partial", json_boolean(c->is_partial));
	(void)json_object_set_new(body, "DryRun", json_boolean(c->is_dry_run));
	r = command_call(c, "TpImportL4ProxyRules", body, &status);
	if (r && c->is_json) {
		(void)json_dumpf(r, stdout, JSON_COMPACT);
		(void)putchar('\n');
	} else if (r) {
		command_details(r);
		(void)printf("%lld rules%s\n",
			     (long long)json_integer_value(
				     json_object_get(r, "Added")),
			     c->is_dry_run ? " would be added" : " added");
	}
	json_decref(r);
	return status;
}

/* Each word is a line of the batch format. */
int command_rule_add(struct command *c)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int status, i;

	for (i = 1; f && i < c->n; i++)
		(void)fprintf(f, "%s\n", c->words[i]);
	if (!f || fclose(f) != 0) {
		log_error("out of memory");
		return EXIT_IO;
	}
	status = import_text(c, text);
	free(text);
	return status;
}

int command_rule_import(struct command *c)
{
	const char *path = c->words[1];
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char *text = calloc(1, IMPORT_MAX + 1);
	int status = EXIT_IO;
	size_t n = 0;

	if (f && text)
		n = fread(text, 1, IMPORT_MAX, f);
	if (!f || !text || ferror(f))
		log_error("cannot read '%s': %s", path, strerror(errno));
	else if (n == IMPORT_MAX)
		log_error("'%s' has more than %u bytes: import it in parts",
			  path, IMPORT_MAX);
	else if (strlen(text) != n)
		log_error("'%s' is not text: it holds a NUL", path);
	else
		status = import_text(c, text);
	if (f && f != stdin)
		(void)fclose(f);
	free(text);
	return status;
}

json_t *command_exported(struct command *c, const char **ret, int *ret_status)
{
	json_t *body = command_body(c, c->words[0]), *r = NULL;

	*ret_status = EXIT_USAGE;
	if (body)
		r = command_call(c, "TpExportL4ProxyRules", body, ret_status);
	*ret = r ? command_text(r, "Text", ret_status) : NULL;
	return r;
}

int command_rule_export(struct command *c)
{
	const char *text;
	int status;
	json_t *r = command_exported(c, &text, &status);

	if (text)
		(void)fputs(text, stdout);
	json_decref(r);
	return status;
}

static json_t *rule_ids(struct command *c)
{
	json_t *body = command_body(c, c->words[0]);

	if (body)
		(void)json_object_set_new(body, "RuleIds",
					  command_strings(c->words + 1,
							  c->n - 1));
	return body;
}

int command_rule_pause(struct command *c)
{
	json_t *body = rule_ids(c);

	command_set(body, "Status", "offline");
	return command_do(c, "ModifyL4ProxyRulesStatus", body);
}

int command_rule_resume(struct command *c)
{
	json_t *body = rule_ids(c);

	command_set(body, "Status", "online");
	return command_do(c, "ModifyL4ProxyRulesStatus", body);
}

int command_rule_delete(struct command *c)
{
	char what[64];

	(void)snprintf(what, sizeof(what), "%d rule%s", c->n - 1,
		       c->n == 2 ? "" : "s");
	if (!command_confirm(c, what))
		return EXIT_USAGE;
	return command_do(c, "DeleteL4ProxyRules", rule_ids(c));
}

/* A list of words divided by ';' or ',' */
static json_t *split(const char *text, const char *dividers)
{
	json_t *list = json_array();

	while (*text) {
		size_t n = strcspn(text, dividers);

		(void)json_array_append_new(list, json_stringn(text, n));
		text += n + (text[n] != '\0');
	}
	return list;
}

/* "ports=80;90-100", "mode=ppv2", "origin=192.0.2.1,192.0.2.2", ... */
static bool rule_set(json_t *rule, const char *word)
{
	const char *value = strchr(word, '=');
	size_t n = value ? (size_t)(value - word) : strlen(word);
	uint64_t seconds;

#define IS(key) (value && n == strlen(key) && strncmp(word, key, n) == 0)
	if (IS("protocol")) {
		command_set(rule, "Protocol", value + 1);
	} else if (IS("ports")) {
		(void)json_object_set_new(rule, "PortRange",
					  split(value + 1, ";,"));
	} else if (IS("origin")) {
		command_set(rule, "OriginType",
			    strncmp(value + 1, "og-", 3) == 0 ? "ORIGIN_GROUP"
							      : "IP_DOMAIN");
		(void)json_object_set_new(rule, "OriginValue",
					  split(value + 1, ","));
	} else if (IS("origin-port")) {
		command_set(rule, "OriginPortRange", value + 1);
	} else if (IS("mode")) {
		command_set(rule, "ClientIPPassThroughMode", value + 1);
	} else if (IS("persist")) {
		command_set(rule, "SessionPersist", value + 1);
	} else if (IS("persist-time") &&
		   str_u64(value + 1, strlen(value + 1), &seconds)) {
		(void)json_object_set_new(rule, "SessionPersistTime",
					  json_integer((json_int_t)seconds));
	} else if (IS("tag")) {
		command_set(rule, "RuleTag", value + 1);
	} else {
		log_error("'%s' is not KEY=VALUE with a key of: protocol, "
			  "ports, origin, origin-port, mode, persist, "
			  "persist-time, tag",
			  word);
		return false;
	}
#undef IS
	return true;
}

int command_rule_edit(struct command *c)
{
	json_t *rule = json_pack("{s:s}", "RuleId", c->words[1]);
	json_t *body;
	int i;

	for (i = 2; i < c->n; i++)
		if (!rule_set(rule, c->words[i])) {
			json_decref(rule);
			return EXIT_USAGE;
		}
	body = command_body(c, c->words[0]);
	if (body)
		(void)json_object_set_new(body, "L4ProxyRules",
					  json_pack("[O]", rule));
	json_decref(rule);
	return command_do(c, "ModifyL4ProxyRules", body);
}

static void members_text(const json_t *item, char *out, size_t cap)
{
	json_t *names = json_array();
	const json_t *r;
	size_t i;

	json_array_foreach(json_object_get(item, "Records"), i, r)(void)
		json_array_append(names, json_object_get(r, "Record"));
	join(names, ",", out, cap);
	json_decref(names);
}

int command_group_list(struct command *c)
{
	static const struct column columns[] = {
		{ "ID", NULL, "GroupId" },
		{ "NAME", NULL, "Name" },
		{ "ORIGINS", members_text, NULL },
	};
	int status;
	json_t *list = command_all(c, "DescribeOriginGroup", NULL,
				   "OriginGroups", &status);

	if (list)
		table_print(c, list, columns,
			    sizeof(columns) / sizeof(columns[0]));
	json_decref(list);
	return status;
}

static void records_set(json_t *body, char **words, int n)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < n; i++)
		(void)json_array_append_new(
			list, json_pack("{s:s,s:s}", "Record", words[i], "Type",
					"IP_DOMAIN"));
	(void)json_object_set_new(body, "Records", list);
}

int command_group_create(struct command *c)
{
	json_t *body = command_body(c, NULL), *r;
	int status;

	command_set(body, "Name", c->words[0]);
	command_set(body, "Type", "GENERAL");
	records_set(body, c->words + 1, c->n - 1);
	r = command_call(c, "CreateOriginGroup", body, &status);
	if (r)
		command_print_id(r, "OriginGroupId", &status);
	json_decref(r);
	return status;
}

int command_group_modify(struct command *c)
{
	json_t *body = command_body(c, NULL);

	command_set(body, "GroupId", c->words[0]);
	command_set(body, "Name", c->name);
	if (c->n > 1)
		records_set(body, c->words + 1, c->n - 1);
	return command_do(c, "ModifyOriginGroup", body);
}

int command_group_delete(struct command *c)
{
	json_t *body = command_body(c, NULL);

	if (!command_confirm(c, c->words[0])) {
		json_decref(body);
		return EXIT_USAGE;
	}
	command_set(body, "GroupId", c->words[0]);
	return command_do(c, "DeleteOriginGroup", body);
}
