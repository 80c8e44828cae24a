/* SPDX-License-Identifier: BSD-2-Clause */
/* command.h - private to tp-proxy ctl: its options, and what commands share */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "ctl/client.h"

/* @words: operands after the command's own
 * @switches: "on", "off" or NULL
 */
struct command {
	struct client client;
	int n;
	char **words;
	const char *zone;
	const char *area;
	const char *ipv6;
	const char *static_ip;
	const char *accelerate;
	const char *level_mainland;
	const char *level_overseas;
	uint32_t bandwidth;
	const char *name;
	bool is_partial;
	bool is_dry_run;
	bool is_ext;
	bool is_strict;
	bool is_json;
	bool is_yes;
};

/* A command. Return: an exit status */
typedef int command_fn(struct command *c);

command_fn command_create;
command_fn command_modify;
command_fn command_enable;
command_fn command_disable;
command_fn command_delete;
command_fn command_list;
command_fn command_show;
command_fn command_rule_list;
command_fn command_rule_add;
command_fn command_rule_edit;
command_fn command_rule_pause;
command_fn command_rule_resume;
command_fn command_rule_delete;
command_fn command_rule_import;
command_fn command_rule_export;
command_fn command_rule_lint;
command_fn command_rule_fmt;
command_fn command_rule_diff;
command_fn command_group_list;
command_fn command_group_create;
command_fn command_group_modify;
command_fn command_group_delete;
command_fn command_stats;
command_fn command_connections;

/* command_body() - a request of the zone; @proxy: an id or a name, or NULL.
 * Return: NULL, reported
 */
json_t *command_body(struct command *c, const char *proxy);

/* command_call() - as client_call(); an Error is reported as well.
 * @ret_status: the exit status to leave with
 * Return: NULL, reported
 */
json_t *command_call(struct command *c, const char *action, json_t *body,
		     int *ret_status);

/* command_details() - the bad lines of an import, one a line, on stderr */
void command_details(const json_t *response);

/* command_do() - a call whose answer is shown with -J only */
int command_do(struct command *c, const char *action, json_t *body);

/* command_confirm() - may @what be deleted? Asks on a terminal unless --yes. */
bool command_confirm(const struct command *c, const char *what);

/* command_all() - every item of a list that comes in pages.
 * @key: of the array in the response
 * Return: an array, the caller's; NULL, reported
 */
json_t *command_all(struct command *c, const char *action, const char *proxy,
		    const char *key, int *ret_status);

/* command_set() - @value as @name, if there is one */
void command_set(json_t *body, const char *name, const char *value);

/* text_of() - the string @key of @item; "" if there is none: servers answer
 * what they like
 */
const char *text_of(const json_t *item, const char *key);

/* command_print_id() - command_text(), as a line */
void command_print_id(const json_t *response, const char *key, int *ret_status);

/* command_text() - the string @key that @response has to have.
 * Return: NULL, reported, and *@ret_status
 */
const char *command_text(const json_t *response, const char *key,
			 int *ret_status);

/* command_exported() - the rules of @c's first operand, as a file has them.
 * @ret: text, borrowed from what comes back; NULL, reported, and *@ret_status
 * Return: the caller's
 */
json_t *command_exported(struct command *c, const char **ret, int *ret_status);

/* command_strings() - @n words as an array */
json_t *command_strings(char **words, int n);

/* One column of a table: its title, and a text of an item */
struct column {
	const char *title;
	void (*text)(const json_t *item, char *out, size_t cap);
	const char *key; /* without @text: this member */
};

/* cell() - what @col shows of @item, fit for a terminal */
void cell(const struct column *col, const json_t *item, char *out, size_t cap);

/* table_print() - @items, or with -J the array itself */
void table_print(const struct command *c, const json_t *items,
		 const struct column *columns, size_t n);

#endif
