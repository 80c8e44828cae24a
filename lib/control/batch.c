/* SPDX-License-Identifier: BSD-2-Clause */
/* batch.c - import and export of the rules of an instance */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "control/internal.h"
#include "rules/rule_text.h"

#define STATE_SOURCE "rules in force"

static bool group_name(struct control *c, const char *id,
		       char ret[GROUP_NAME_MAX + 1])
{
	sqlite3_stmt *st = db_query(
		c->db, "SELECT name FROM origin_group WHERE id = ?", "s", id);
	bool found = st && sqlite3_step(st) == SQLITE_ROW;

	if (found)
		db_column_text(st, 0, ret, GROUP_NAME_MAX + 1);
	if (st)
		(void)sqlite3_reset(st);
	return found;
}

/* @r in the batch format; a group by its name. Returns @out. */
static char *rule_line(struct control *c, const struct ctl_rule *r,
		       char out[RULE_TEXT_MAX])
{
	struct rule line = r->rule;

	if (r->origin_type == ORIGIN_GROUP) {
		line.origin_type = RULE_ORIGIN_GROUP;
		if (!group_name(c, r->values[0], line.origin))
			memcpy(line.origin, r->values[0], CTL_ID_MAX);
	} else if (r->n_values > 1) {
		line.origin_type = RULE_ORIGIN_GROUP;
		memcpy(line.origin, r->id, sizeof(r->id));
	}
	return rule_format(&line, out);
}

char *group_line(const char *name, char members[][RULE_HOST_MAX + 1],
		 uint32_t n, char out[GROUP_LINE_MAX])
{
	size_t at = (size_t)snprintf(out, GROUP_LINE_MAX, "og:%s =", name);
	uint32_t i;

	for (i = 0; i < n; i++)
		at += (size_t)snprintf(out + at, GROUP_LINE_MAX - at, "%s%s",
				       i ? ", " : " ", members[i]);
	return out;
}

/* What is done with each rule of an instance; false ends the walk. */
typedef bool rule_visit(struct control *c, const struct ctl_rule *r, void *arg);

/* In steps, so that a statement is not open while others run. */
static bool rules_walk(struct control *c, const char *id, rule_visit *visit,
		       void *arg, struct ctl_error *err)
{
	enum {
		STEP = 32
	};
	const struct ctl_rule_filter all = { .instance_id = id };
	struct ctl_page page = { .limit = STEP };
	struct ctl_rule *rules = calloc(STEP, sizeof(*rules));
	bool ok = true;
	uint32_t i;

	if (!rules)
		return ctl_fail(err, CTL_INTERNAL, "out of memory");
	do {
		ok = control_list_rules(c, &all, &page, rules, err);
		for (i = 0; ok && i < page.n; i++)
			ok = visit(c, &rules[i], arg);
		page.offset += page.n;
	} while (ok && page.n);
	free(rules);
	return ok;
}

/* Groups that rules of the instance name */
static bool export_groups(struct control *c, const char *id, FILE *out,
			  struct ctl_error *err)
{
	char(*members)[RULE_HOST_MAX + 1] =
		calloc(GROUP_MEMBERS_MAX, sizeof(*members));
	char *text = malloc(GROUP_LINE_MAX);
	char name[GROUP_NAME_MAX + 1], group_id[CTL_ID_MAX];
	sqlite3_stmt *st = db_query(c->db,
				    "SELECT id, name FROM origin_group WHERE id"
				    " IN (SELECT group_id FROM rule"
				    "  WHERE instance_id = ?) ORDER BY rowid",
				    "s", id);
	bool ok = members && text && st;

	while (ok && sqlite3_step(st) == SQLITE_ROW) {
		uint32_t n;

		db_column_text(st, 0, group_id, sizeof(group_id));
		db_column_text(st, 1, name, sizeof(name));
		n = group_load_members(c, group_id, members);
		(void)fprintf(out, "%s\n", group_line(name, members, n, text));
	}
	if (st)
		(void)sqlite3_reset(st);
	free(members);
	free(text);
	return ok || db_fail(c->db, err);
}

static bool export_rule(struct control *c, const struct ctl_rule *r, void *arg)
{
	char line[RULE_TEXT_MAX], group[GROUP_LINE_MAX];
	struct ctl_rule copy;
	FILE *out = arg;

	if (r->origin_type == ORIGIN_IP_DOMAIN && r->n_values > 1) {
		copy = *r;
		(void)fprintf(out, "%s\n",
			      group_line(copy.id, copy.values, copy.n_values,
					 group));
	}
	(void)fprintf(out, "%s\n", rule_line(c, r, line));
	return true;
}

bool control_export(struct control *c, const char *zone, const char *id,
		    FILE *out, struct ctl_error *err)
{
	struct instance in;

	return instance_load(c, zone, id, &in, err) &&
	       export_groups(c, id, out, err) &&
	       rules_walk(c, id, export_rule, out, err);
}

/* Of several addresses one is enough: what counts are the ports. */
static bool know_rule(struct control *c, const struct ctl_rule *r, void *arg)
{
	struct ctl_rule copy = *r;
	char line[RULE_TEXT_MAX];

	copy.n_values = 1;
	(void)fprintf((FILE *)arg, "%s\n", rule_line(c, &copy, line));
	return true;
}

/* The rules and groups in force, as lines before those that come in, so that
 * one check finds what is in use.
 */
static bool import_know(struct control *c, const struct instance *in,
			struct ruleset *rs, struct ctl_error *err)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	char *line, *rest;
	bool ok;

	if (!f)
		return ctl_fail(err, CTL_INTERNAL, "out of memory");
	ok = rules_walk(c, in->id, know_rule, f, err);
	if (fclose(f) != 0)
		ok = ctl_fail(err, CTL_INTERNAL, "out of memory");
	for (line = text; ok && line && *line; line = rest) {
		rest = strchr(line, '\n');
		if (!rest)
			break;
		*rest++ = '\0';
		ruleset_add_line(rs, line, STATE_SOURCE);
	}
	free(text);
	return ok;
}

/* Every group of the zone; those of rules are among them. */
static bool import_know_groups(struct control *c, const struct instance *in,
			       struct ruleset *rs, struct ctl_error *err)
{
	const struct ctl_group_filter all = { .zone = in->zone };
	struct ctl_page page = { .limit = GROUP_MAX };
	struct ctl_group *groups = calloc(GROUP_MAX, sizeof(*groups));
	char *text = malloc(GROUP_LINE_MAX);
	bool ok = false;
	uint32_t i;

	if (groups && text)
		ok = control_list_groups(c, &all, &page, groups, err);
	else
		ctl_error_set(err, CTL_INTERNAL, "out of memory");
	for (i = 0; ok && i < page.n; i++)
		ruleset_add_line(rs,
				 group_line(groups[i].name, groups[i].members,
					    groups[i].n_members, text),
				 STATE_SOURCE);
	free(groups);
	free(text);
	return ok;
}

/* An import in work.
 * @groups: of im->rs, those before are of the zone; @rules likewise
 * @own:    for each of the groups that come in: it is the addresses of one rule
 */
struct import {
	struct control *c;
	const struct instance *in;
	struct ctl_import *im;
	uint32_t groups, rules;
	bool *own;
};

static void members_of(const struct group *g,
		       const char *ret[GROUP_MEMBERS_MAX])
{
	uint32_t k;

	for (k = 0; k < g->n_members; k++)
		ret[k] = g->members[k];
}

/* Could the export of a rule with several addresses have made this group? */
static bool group_is_of_rule(const struct import *m, const struct group *g)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	const char *members[GROUP_MEMBERS_MAX];
	struct ctl_rule r;
	struct ctl_error ignored = { 0 };
	size_t len = strlen(g->name);

	members_of(g, members);
	return strncmp(g->name, "rule-", 5) == 0 && len > 5 &&
	       len < CTL_ID_MAX && strspn(g->name + 5, set) == len - 5 &&
	       g->n_members > 1 &&
	       ctl_values_parse(members, g->n_members, m->im->rs->flags,
				r.values, &ignored);
}

/* Which groups belong to one rule each? */
static bool import_find_own(struct import *m, struct ctl_error *err)
{
	const struct ruleset *rs = m->im->rs;
	uint32_t *users = calloc(rs->n_groups + 1, sizeof(*users));
	uint32_t i;

	m->own = calloc(rs->n_groups + 1, sizeof(*m->own));
	if (!users || !m->own) {
		free(users);
		return ctl_fail(err, CTL_INTERNAL, "out of memory");
	}
	for (i = m->rules; i < rs->n_rules; i++) {
		const struct group *g = NULL;

		if (rs->rules[i].origin_type == RULE_ORIGIN_GROUP)
			g = ruleset_group(rs, rs->rules[i].origin);
		if (g)
			users[g - rs->groups]++;
	}
	for (i = m->groups; i < rs->n_groups; i++)
		m->own[i] = users[i] == 1 &&
			    group_is_of_rule(m, &rs->groups[i]);
	free(users);
	return true;
}

static bool import_groups(const struct import *m, struct ctl_error *err)
{
	const struct ruleset *rs = m->im->rs;
	struct control *c = m->c;
	const struct instance *in = m->in;
	uint32_t i;

	for (i = m->groups; i < rs->n_groups; i++) {
		const struct group *g = &rs->groups[i];
		const char *members[GROUP_MEMBERS_MAX];
		char id[CTL_ID_MAX];

		if (m->own[i])
			continue;
		members_of(g, members);
		if (!group_insert(c, in->zone, g->name, members, g->n_members,
				  id, err))
			return false;
	}
	return true;
}

static bool import_is_bad(const struct ruleset *rs, uint32_t line)
{
	uint32_t n = rs->n_errors < RULESET_ERRORS_MAX ? rs->n_errors
						       : RULESET_ERRORS_MAX;
	uint32_t low = 0;

	/* errors stand in the order of lines, those in force first */
	while (low < n) {
		uint32_t mid = low + (n - low) / 2;
		const struct rule_error *e = &rs->errors[mid];

		if (strcmp(e->source, STATE_SOURCE) != 0 && e->line == line)
			return true;
		if (strcmp(e->source, STATE_SOURCE) == 0 || e->line < line)
			low = mid + 1;
		else
			n = mid;
	}
	return false;
}

/* The addresses of @g are @r's own, and so is its name if it is free. */
static bool import_values(struct control *c, const struct ruleset *rs,
			  const struct group *g, struct ctl_rule *r,
			  struct ctl_error *err)
{
	const char *members[GROUP_MEMBERS_MAX];

	members_of(g, members);
	r->n_values = g->n_members;
	r->rule.origin_type = RULE_ORIGIN_IP;
	if (!db_number(c->db, 1, "SELECT count(*) FROM rule WHERE id = ?", "s",
		       g->name))
		(void)str_copy(r->id, sizeof(r->id), g->name);
	return ctl_values_parse(members, g->n_members, rs->flags, r->values,
				err);
}

static bool import_rule(const struct import *m, const struct rule *from,
			struct ctl_error *err)
{
	const struct ruleset *rs = m->im->rs;
	const struct instance *in = m->in;
	struct control *c = m->c;
	const struct group *g = NULL;
	struct ctl_rule r = {
		.rule = *from,
		.n_values = 1,
		.persist_s = CTL_PERSIST_MAX_S,
	};

	if (from->origin_type == RULE_ORIGIN_GROUP)
		g = ruleset_group(rs, from->origin);
	if (g && m->own[g - rs->groups]) {
		if (!import_values(c, rs, g, &r, err))
			return false;
	} else if (from->origin_type == RULE_ORIGIN_GROUP) {
		r.origin_type = ORIGIN_GROUP;
		if (!group_find(c, in->zone, from->origin, r.values[0]))
			return ctl_fail(err, CODE_GROUP_NOT_DEFINED,
					"there is no origin group '%.60s'",
					from->origin);
	} else {
		memcpy(r.values[0], from->origin, sizeof(from->origin));
	}
	return rule_insert(c, in->id, &r, err);
}

static bool import_rules(const struct import *m, struct ctl_error *err)
{
	const struct ruleset *rs = m->im->rs;
	uint32_t i;

	for (i = m->rules; i < rs->n_rules; i++) {
		if (import_is_bad(rs, rs->rules[i].line))
			continue;
		if (!import_rule(m, &rs->rules[i], err))
			return false;
		m->im->added++;
	}
	return true;
}

static bool import_apply(struct control *c, const struct instance *in,
			 struct ctl_import *im, struct ctl_error *err)
{
	struct import m = { .c = c, .in = in, .im = im };
	struct ruleset *rs = im->rs;
	bool ok;
	int r;

	if (!instance_check_open(in, err) ||
	    !import_know_groups(c, in, rs, err) || !import_know(c, in, rs, err))
		return false;
	m.rules = rs->n_rules;
	m.groups = rs->n_groups;
	r = ruleset_add_stream(rs, im->in, im->source);
	if (r)
		return ctl_fail(err, CTL_INTERNAL, "%s: %s", im->source,
				strerror(-r));
	if (!ruleset_check(rs) && !im->partial)
		return ctl_fail(err, rs->errors[0].code,
				"%u error%s, the first in line %u: %.160s",
				rs->n_errors, rs->n_errors == 1 ? "" : "s",
				rs->errors[0].line, rs->errors[0].text);
	ok = rules_check_room(c, rs->n_rules - m.rules, err) &&
	     import_find_own(&m, err) && import_groups(&m, err) &&
	     import_rules(&m, err);
	free(m.own);
	return ok;
}

bool control_import(struct control *c, const char *zone, const char *id,
		    struct ctl_import *im, struct ctl_error *err)
{
	struct instance inst;
	bool ok;

	im->added = 0;
	im->rs = ruleset_new(c->options.rule_flags);
	if (!im->rs)
		return ctl_fail(err, CTL_INTERNAL, "out of memory");
	if (!db_begin(c->db, err))
		return false;
	ok = instance_load(c, zone, id, &inst, err) &&
	     import_apply(c, &inst, im, err);
	if (ok && im->dry_run) {
		db_rollback(c->db);
		return true;
	}
	ok = control_end(c, ok, err);
	if (!ok)
		im->added = 0;
	return ok;
}
