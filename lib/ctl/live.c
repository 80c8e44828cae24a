/* SPDX-License-Identifier: BSD-2-Clause */
/* live.c - commands on what the data path does: numbers, last connections */
#include <stdio.h>

#include "base/exitcode.h"
#include "ctl/command.h"

static long long number(const json_t *item, const char *key)
{
	return (long long)json_integer_value(json_object_get(item, key));
}

/* A rule has connections or sessions; the sum over all has both. */
static void open_text(const json_t *item, char *out, size_t cap)
{
	(void)snprintf(out, cap, "%lld",
		       number(item, "ActiveConnections") +
			       number(item, "ActiveSessions"));
}

static void all_text(const json_t *item, char *out, size_t cap)
{
	(void)snprintf(out, cap, "%lld",
		       number(item, "Connections") + number(item, "Sessions"));
}

/* The sum of the numbers of an object */
static void sum_text(const json_t *object, char *out, size_t cap)
{
	const char *key;
	const json_t *v;
	long long sum = 0;

	json_object_foreach((json_t *)(uintptr_t)object, key, v)
		sum += (long long)json_integer_value(v);
	(void)snprintf(out, cap, "%lld", sum);
}

static void headers_text(const json_t *item, char *out, size_t cap)
{
	sum_text(json_object_get(item, "Headers"), out, cap);
}

static void refused_text(const json_t *item, char *out, size_t cap)
{
	sum_text(json_object_get(item, "Refused"), out, cap);
}

/* What was asked for, in one call: as JSON, or *@ret, the caller's, which is
 * NULL if there is nothing to print.
 */
static int live_call(struct command *c, const char *action, json_t **ret)
{
	const char *proxy = c->n ? c->words[0] : NULL;
	json_t *body = command_body(c, proxy), *r;
	int status = EXIT_USAGE;

	*ret = NULL;
	if (!body)
		return status;
	/* the numbers are those of the process, whatever zone */
	(void)json_object_del(body, "ZoneId");
	r = command_call(c, action, body, &status);
	if (!r || !c->is_json) {
		*ret = r;
		return status;
	}
	(void)json_dumpf(r, stdout, JSON_COMPACT);
	(void)putchar('\n');
	json_decref(r);
	return status;
}

int command_stats(struct command *c)
{
	static const struct column columns[] = {
		{ "RULE", NULL, "RuleId" },
		{ "PROXY", NULL, "ProxyId" },
		{ "PROTOCOL", NULL, "Protocol" },
		{ "OPEN", open_text, NULL },
		{ "ALL", all_text, NULL },
		{ "UP", NULL, "BytesUp" },
		{ "DOWN", NULL, "BytesDown" },
		{ "TOLD", headers_text, NULL },
		{ "REFUSED", refused_text, NULL },
	};
	json_t *r, *totals, *rules;
	int status = live_call(c, "TpDescribeStatistics", &r);

	rules = json_object_get(r, "Rules");
	totals = json_object_get(r, "Totals");
	if (totals && !c->n) {
		command_set(totals, "RuleId", "all");
		(void)json_array_append(rules, totals);
	}
	if (r)
		table_print(c, rules, columns,
			    sizeof(columns) / sizeof(columns[0]));
	json_decref(r);
	return status;
}

static void told_text(const json_t *item, char *out, size_t cap)
{
	const char *told = text_of(item, "Told");

	(void)snprintf(out, cap, "%s", *told ? told : "-");
}

static void end_text(const json_t *item, char *out, size_t cap)
{
	const char *why = json_string_value(json_object_get(item, "Reason"));

	if (json_is_true(json_object_get(item, "Open")))
		why = "open";
	(void)snprintf(out, cap, "%s", why ? why : "-");
}

int command_connections(struct command *c)
{
	static const struct column columns[] = {
		{ "BEGIN", NULL, "ConnectTime" }, { "RULE", NULL, "RuleId" },
		{ "PROTOCOL", NULL, "Protocol" }, { "MODE", NULL, "Mode" },
		{ "CLIENT", NULL, "Client" },	  { "TOLD", told_text, NULL },
		{ "LISTEN", NULL, "Listen" },	  { "ORIGIN", NULL, "Origin" },
		{ "UP", NULL, "BytesUp" },	  { "DOWN", NULL, "BytesDown" },
		{ "END", end_text, NULL },
	};
	json_t *r;
	int status = live_call(c, "TpDescribeConnections", &r);

	if (r)
		table_print(c, json_object_get(r, "Connections"), columns,
			    sizeof(columns) / sizeof(columns[0]));
	json_decref(r);
	return status;
}
