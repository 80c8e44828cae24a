/* SPDX-License-Identifier: BSD-2-Clause */
/* apply.c - what the data path takes up, and what it tells back */
#include <stdlib.h>
#include <string.h>

#include "control/internal.h"

#define PORTS 65536
#define APPLY_ROWS_MAX \
	((uint32_t)CTL_INSTANCES_MAX * 4U + CTL_RULES_ALL_MAX) /* told */

/* @taken: ports of the set so far, a bit each, by protocol */
struct apply {
	struct control *c;
	const struct ctl_limits *limits;
	uint32_t n_ports;
	struct ruleset *rs;
	struct ctl_effective *of;
	uint32_t n;
	uint32_t cap;
	uint8_t taken[2][PORTS / 8];
};

static bool apply_is_taken(const struct apply *a, const struct rule *r)
{
	uint32_t e, port;

	for (e = 0; e < r->n_ports; e++)
		for (port = r->ports[e].low; port <= r->ports[e].high; port++)
			if (a->taken[r->proto][port / 8] & 1U << port % 8)
				return true;
	return false;
}

static void apply_take(struct apply *a, const struct rule *r)
{
	uint32_t e, port;

	for (e = 0; e < r->n_ports; e++)
		for (port = r->ports[e].low; port <= r->ports[e].high; port++)
			a->taken[r->proto][port / 8] |=
				(uint8_t)(1U << port % 8);
}

static uint32_t apply_ports(const struct rule *r)
{
	uint32_t n = 0, e;

	for (e = 0; e < r->n_ports; e++)
		n += r->ports[e].high - r->ports[e].low + 1U;
	return n;
}

/* Why @r cannot be served, or NULL */
static const char *apply_refuses(const struct apply *a, const struct rule *r)
{
	if (a->rs->n_rules == a->limits->max_rules)
		return "the proxy serves as many rules as it can (20000)";
	if (a->rs->n_groups == GROUP_SIZED_MAX)
		return "the proxy serves as many origin groups and rules with "
		       "several addresses as it can (2256)";
	if (r->mode == MODE_TOA && a->limits->no_toa)
		return a->limits->no_toa;
	if (apply_ports(r) > a->limits->max_ports - a->n_ports)
		return "it needs more listening sockets than the process may "
		       "hold: raise 'ulimit -n', use fewer ports, or start as "
		       "root with --steer auto";
	if (apply_is_taken(a, r))
		return "another instance's rule has one of its ports";
	return NULL;
}

static struct ctl_effective *apply_append(struct apply *a)
{
	struct ctl_effective *grown;

	if (a->n == a->cap) {
		uint32_t cap = a->cap ? a->cap * 2 : 256;

		grown = reallocarray(a->of, cap, sizeof(*grown));
		if (!grown)
			return NULL;
		a->of = grown;
		a->cap = cap;
	}
	a->of[a->n] = (struct ctl_effective) { .refused = NULL };
	return &a->of[a->n++];
}

/* The groups of the set are named by ids: names are of one zone only. */
static void apply_add_group(struct apply *a, const char *name,
			    char members[][RULE_HOST_MAX + 1], uint32_t n)
{
	char *text;

	if (ruleset_group(a->rs, name))
		return;
	text = malloc(GROUP_LINE_MAX);
	if (text)
		ruleset_add_line(a->rs, group_line(name, members, n, text),
				 "state");
	free(text);
}

static void apply_add(struct apply *a, struct ctl_rule *r, bool is_v4_only)
{
	char members[GROUP_MEMBERS_MAX][RULE_HOST_MAX + 1];
	struct rule line = r->rule;
	char text[RULE_TEXT_MAX];
	uint32_t n;

	if (r->origin_type == ORIGIN_GROUP) {
		n = group_load_members(a->c, r->values[0], members);
		apply_add_group(a, r->values[0], members, n);
		memcpy(line.origin, r->values[0], CTL_ID_MAX);
		line.origin_type = RULE_ORIGIN_GROUP;
	} else if (r->n_values > 1) {
		apply_add_group(a, r->id, r->values, r->n_values);
		memcpy(line.origin, r->id, sizeof(r->id));
		line.origin_type = RULE_ORIGIN_GROUP;
	}
	n = a->rs->n_rules;
	ruleset_add_line(a->rs, rule_format(&line, text), "state");
	if (a->rs->n_rules > n) {
		a->rs->rules[n].is_v4_only = is_v4_only;
		a->rs->rules[n].persist_s = r->persist_s;
	}
	apply_take(a, &r->rule);
	a->n_ports += apply_ports(&r->rule);
}

static bool apply_rule(struct apply *a, const struct ctl_effective *of,
		       struct ctl_rule *r, struct ctl_error *err)
{
	struct ctl_effective *e = apply_append(a);

	if (!e)
		return ctl_fail(err, CTL_INTERNAL, "out of memory");
	*e = *of;
	e->refused = apply_refuses(a, &r->rule);
	if (!e->refused)
		apply_add(a, r, of->is_v4_only);
	return true;
}

/* Ids first: loading a rule runs statements of its own. */
static bool apply_collect(struct control *c, struct ctl_effective **ret,
			  uint32_t *ret_n, struct ctl_error *err)
{
	sqlite3_stmt *st =
		db_query(c->db,
			 "SELECT i.id, r.id, i.ipv6 FROM instance i JOIN rule r"
			 " ON r.instance_id = i.id WHERE i.status IN (?1, ?2)"
			 " AND r.status IN (?1, ?2) ORDER BY r.seq LIMIT ?3",
			 "iii", (int64_t)STATUS_ONLINE,
			 (int64_t)STATUS_PROGRESS, (int64_t)APPLY_ROWS_MAX);
	struct apply ids = { .c = c };
	struct ctl_effective *e;

	if (!st)
		return db_fail(c->db, err);
	while (sqlite3_step(st) == SQLITE_ROW) {
		e = apply_append(&ids);
		if (!e) {
			(void)sqlite3_reset(st);
			free(ids.of);
			return ctl_fail(err, CTL_INTERNAL, "out of memory");
		}
		db_column_text(st, 0, e->instance_id, sizeof(e->instance_id));
		db_column_text(st, 1, e->rule_id, sizeof(e->rule_id));
		e->is_v4_only = !sqlite3_column_int(st, 2);
	}
	(void)sqlite3_reset(st);
	*ret = ids.of;
	*ret_n = ids.n;
	return true;
}

bool control_effective(struct control *c, const struct ctl_limits *limits,
		       struct ruleset **ret_rs, struct ctl_effective **ret_of,
		       uint32_t *ret_n, struct ctl_error *err)
{
	struct apply *a = calloc(1, sizeof(*a));
	struct ctl_rule *r = calloc(1, sizeof(*r));
	struct ctl_effective *ids = NULL;
	uint32_t n = 0, i;
	bool ok = false;

	if (a)
		a->rs = ruleset_new_sized(c->options.rule_flags,
					  limits->max_rules);
	if (!a || !r || !a->rs) {
		ctl_error_set(err, CTL_INTERNAL, "out of memory");
		goto out;
	}
	a->c = c;
	a->limits = limits;
	ok = apply_collect(c, &ids, &n, err);
	for (i = 0; ok && i < n; i++)
		ok = rule_load(c, ids[i].instance_id, ids[i].rule_id, r, err) &&
		     apply_rule(a, &ids[i], r, err);
	if (ok && !ruleset_check(a->rs))
		ok = ctl_fail(err, a->rs->errors[0].code,
			      "a stored rule is not right any more: %.160s",
			      a->rs->errors[0].text);
	if (ok) {
		*ret_rs = a->rs;
		*ret_of = a->of;
		*ret_n = a->n;
		a->rs = NULL;
		a->of = NULL;
	}
out:
	if (a) {
		ruleset_free(a->rs);
		free(a->of);
	}
	free(a);
	free(r);
	free(ids);
	return ok;
}

/* A generation that is never applied: of rules that wait */
#define GENERATION_WAITS INT64_MAX

static bool settle_told(struct control *c, const struct ctl_outcome *o,
			struct ctl_error *err)
{
	int64_t generation = (int64_t)o->generation;
	bool ok = db_run(c->db,
			 "UPDATE rule SET generation = 0 WHERE generation = ?",
			 "i", GENERATION_WAITS);
	uint32_t i;

	for (i = 0; ok && i < o->n_failed; i++)
		ok = db_run(c->db,
			    "UPDATE rule SET status = ?, reason = ?"
			    " WHERE id = ? AND generation <= ?"
			    " AND status IN (?, ?)",
			    "issiii", (int64_t)STATUS_FAIL, o->failed[i].reason,
			    o->failed[i].rule_id, generation,
			    (int64_t)STATUS_PROGRESS, (int64_t)STATUS_ONLINE);
	for (i = 0; ok && i < o->n_waiting; i++)
		ok = db_run(c->db,
			    "UPDATE rule SET generation = ?, reason = ?"
			    " WHERE id = ? AND generation <= ? AND status = ?",
			    "issii", GENERATION_WAITS, o->waiting[i].reason,
			    o->waiting[i].rule_id, generation,
			    (int64_t)STATUS_PROGRESS);
	return ok || db_fail(c->db, err);
}

static bool settle(struct control *c, const struct ctl_outcome *o,
		   struct ctl_error *err)
{
	static const char *const sql[] = {
		"UPDATE rule SET status = ?2, reason = ''"
		" WHERE status = ?1 AND generation <= ?3",
		"UPDATE instance SET status = ?2, reason = ''"
		" WHERE status = ?1 AND generation <= ?3",
	};
	int64_t generation = (int64_t)o->generation;
	uint32_t i;

	if (!settle_told(c, o, err))
		return false;
	for (i = 0; i < 2; i++)
		if (!db_run(c->db, sql[i], "iii", (int64_t)STATUS_PROGRESS,
			    (int64_t)STATUS_ONLINE, generation) ||
		    !db_run(c->db, sql[i], "iii", (int64_t)STATUS_STOPPING,
			    (int64_t)STATUS_OFFLINE, generation))
			return db_fail(c->db, err);
	return true;
}

bool control_settle(struct control *c, const struct ctl_outcome *o,
		    struct ctl_error *err)
{
	if (!db_begin(c->db, err))
		return false;
	return control_end(c, settle(c, o, err), err);
}
