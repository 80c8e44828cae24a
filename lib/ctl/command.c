/* SPDX-License-Identifier: BSD-2-Clause */
/* command.c - what the commands share: bodies, calls, questions, tables */
#include "ctl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "base/str.h"

#define PAGE_LIMIT  1000
#define CELL_MAX    200
#define SHOWN_MAX   512
#define COLUMNS_MAX 12

void command_set(json_t *body, const char *name, const char *value)
{
	if (value)
		(void)json_object_set_new(body, name, json_string(value));
}

json_t *command_strings(char **words, int n)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < n; i++)
		(void)json_array_append_new(list, json_string(words[i]));
	return list;
}

/* A line of what a server said */
static void print_shown(const char *text, FILE *out)
{
	char shown[SHOWN_MAX];

	(void)str_escape(shown, sizeof(shown), text, strlen(text));
	(void)fprintf(out, "%s\n", shown);
}

void command_details(const json_t *response)
{
	const json_t *d;
	size_t i;

	json_array_foreach(json_object_get(response, "Details"), i, d)
	{
		char line[SHOWN_MAX];

		(void)snprintf(line, sizeof(line), "%lld:%lld: %s: %s",
			       (long long)json_integer_value(
				       json_object_get(d, "Line")),
			       (long long)json_integer_value(
				       json_object_get(d, "Column")),
			       text_of(d, "Code"), text_of(d, "Message"));
		print_shown(line, stderr);
	}
}

const char *text_of(const json_t *item, const char *key)
{
	const char *text = json_string_value(json_object_get(item, key));

	return text ? text : "";
}

const char *command_text(const json_t *response, const char *key,
			 int *ret_status)
{
	const char *text = json_string_value(json_object_get(response, key));

	if (text)
		return text;
	log_error("the answer has no %s: what answers is not the API", key);
	*ret_status = EXIT_IO;
	return NULL;
}

void command_print_id(const json_t *response, const char *key, int *ret_status)
{
	const char *id = command_text(response, key, ret_status);

	if (id)
		print_shown(id, stdout);
}

json_t *command_call(struct command *c, const char *action, json_t *body,
		     int *ret_status)
{
	json_t *r = client_call(&c->client, action, body);
	const json_t *e = json_object_get(r, "Error");

	*ret_status = r ? EXIT_OK : EXIT_IO;
	if (!e)
		return r;
	*ret_status = EXIT_USAGE;
	log_error("%s: %s", text_of(e, "Code"), text_of(e, "Message"));
	command_details(r);
	json_decref(r);
	return NULL;
}

/* "sid-..." is an id; anything else is looked for among the names */
static bool proxy_id(struct command *c, const char *word, json_t *body)
{
	const json_t *p;
	json_t *list;
	int status;
	size_t i;

	if (strncmp(word, "sid-", 4) == 0) {
		command_set(body, "ProxyId", word);
		return true;
	}
	list = command_all(c, "DescribeL4Proxy", NULL, "L4Proxies", &status);
	if (!list)
		return false;
	json_array_foreach(list, i, p)
	{
		if (strcmp(text_of(p, "ProxyName"), word) == 0)
			command_set(body, "ProxyId", text_of(p, "ProxyId"));
	}
	json_decref(list);
	if (json_object_get(body, "ProxyId"))
		return true;
	log_error("there is no instance '%s': 'tp-proxy ctl list' shows them",
		  word);
	return false;
}

json_t *command_body(struct command *c, const char *proxy)
{
	json_t *body = json_pack("{s:s}", "ZoneId", c->zone);

	if (body && proxy && !proxy_id(c, proxy, body)) {
		json_decref(body);
		return NULL;
	}
	return body;
}

int command_do(struct command *c, const char *action, json_t *body)
{
	int status = EXIT_USAGE;
	json_t *r;

	if (!body)
		return status;
	r = command_call(c, action, body, &status);
	if (r && c->is_json) {
		(void)json_dumpf(r, stdout, JSON_COMPACT);
		(void)putchar('\n');
	}
	json_decref(r);
	return status;
}

bool command_confirm(const struct command *c, const char *what)
{
	char answer[16];

	if (c->is_yes)
		return true;
	if (!isatty(STDIN_FILENO)) {
		log_error("delete %s? Say --yes", what);
		return false;
	}
	(void)fprintf(stderr, "Delete %s? [y/N] ", what);
	return fgets(answer, sizeof(answer), stdin) &&
	       (answer[0] == 'y' || answer[0] == 'Y');
}

json_t *command_all(struct command *c, const char *action, const char *proxy,
		    const char *key, int *ret_status)
{
	json_t *all = json_array();
	size_t total = 1;

	*ret_status = EXIT_OK;
	while (all && json_array_size(all) < total) {
		json_t *body = command_body(c, proxy), *r;

		*ret_status = EXIT_USAGE;
		(void)json_object_set_new(
			body, "Offset",
			json_integer((json_int_t)json_array_size(all)));
		(void)json_object_set_new(body, "Limit",
					  json_integer(PAGE_LIMIT));
		r = body ? command_call(c, action, body, ret_status) : NULL;
		if (!r) {
			json_decref(all);
			return NULL;
		}
		total = (size_t)json_integer_value(
			json_object_get(r, "TotalCount"));
		/* what went meanwhile would be waited for without end */
		if (json_array_size(json_object_get(r, key)) == 0)
			total = 0;
		(void)json_array_extend(all, json_object_get(r, key));
		json_decref(r);
	}
	return all;
}

void cell(const struct column *col, const json_t *item, char *out, size_t cap)
{
	const json_t *v = col->key ? json_object_get(item, col->key) : NULL;
	char text[CELL_MAX] = "";

	if (col->text)
		col->text(item, text, sizeof(text));
	else if (json_is_integer(v))
		(void)snprintf(text, sizeof(text), "%lld",
			       (long long)json_integer_value(v));
	else if (json_is_string(v))
		(void)str_copy(text, sizeof(text), json_string_value(v));
	(void)str_escape(out, cap, text, strlen(text));
}

/* Characters of what cell() shows */
static size_t cell_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void cell_print(const char *text, size_t width)
{
	size_t n = cell_width(text);

	(void)printf("%s%*s", text, n < width ? (int)(width - n) : 0, "");
}

void table_print(const struct command *c, const json_t *items,
		 const struct column *columns, size_t n)
{
	size_t width[COLUMNS_MAX], i, k, len;
	const json_t *item;
	char text[CELL_MAX];

	if (c->is_json) {
		(void)json_dumpf(items, stdout, JSON_COMPACT);
		(void)putchar('\n');
		return;
	}
	for (k = 0; k < n; k++) {
		width[k] = strlen(columns[k].title);
		json_array_foreach((json_t *)(uintptr_t)items, i, item)
		{
			cell(&columns[k], item, text, sizeof(text));
			len = cell_width(text);
			width[k] = len > width[k] ? len : width[k];
		}
		(void)fputs(k ? "  " : "", stdout);
		cell_print(columns[k].title, k + 1 < n ? width[k] : 0);
	}
	(void)putchar('\n');
	json_array_foreach((json_t *)(uintptr_t)items, i, item)
	{
		for (k = 0; k < n; k++) {
			cell(&columns[k], item, text, sizeof(text));
			(void)fputs(k ? "  " : "", stdout);
			cell_print(text, k + 1 < n ? width[k] : 0);
		}
		(void)putchar('\n');
	}
}
