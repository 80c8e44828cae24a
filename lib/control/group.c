/* SPDX-License-Identifier: BSD-2-Clause */
/* group.c - origin groups: named lists of origins that rules share */
#include <string.h>

#include "control/internal.h"
#include "rules/rule_text.h"

bool group_find(struct control *c, const char *zone, const char *name,
		char ret_id[CTL_ID_MAX])
{
	sqlite3_stmt *st = db_query(c->db,
				    "SELECT id FROM origin_group"
				    " WHERE zone = ? AND name = ?",
				    "ss", zone, name);
	bool found = st && sqlite3_step(st) == SQLITE_ROW;

	if (found)
		db_column_text(st, 0, ret_id, CTL_ID_MAX);
	if (st)
		(void)sqlite3_reset(st);
	return found;
}

uint32_t group_load_members(struct control *c, const char *id,
			    char ret[][RULE_HOST_MAX + 1])
{
	sqlite3_stmt *st = db_query(c->db,
				    "SELECT value FROM group_member"
				    " WHERE group_id = ? ORDER BY position",
				    "s", id);
	uint32_t n = 0;

	while (st && n < GROUP_MEMBERS_MAX && sqlite3_step(st) == SQLITE_ROW)
		db_column_text(st, 0, ret[n++], RULE_HOST_MAX + 1);
	if (st)
		(void)sqlite3_reset(st);
	return n;
}

static bool group_check_name(const char *name, struct ctl_error *err)
{
	char canonical[GROUP_NAME_MAX + 1];
	struct rule_error e = { 0 };

	if (rule_parse_group_name((struct rule_span) { name, strlen(name), 1 },
				  canonical, &e) &&
	    strpbrk(name, " \t=") == NULL)
		return true;
	return ctl_fail(err, CTL_PARAMETER, "group name: %s",
			e.code ? e.text : "blanks and '=' are not possible");
}

/* Members may be addresses and domains side by side, as in the batch format. */
static bool group_put_members(struct control *c, const char *id,
			      const char *const *members, uint32_t n,
			      struct ctl_error *err)
{
	uint32_t i;

	if (n < 1 || n > GROUP_MEMBERS_MAX)
		return ctl_fail(err, CTL_PARAMETER,
				"a group of %u origins: write 1 to %d", n,
				GROUP_MEMBERS_MAX);
	if (!db_run(c->db, "DELETE FROM group_member WHERE group_id = ?", "s",
		    id))
		return db_fail(c->db, err);
	for (i = 0; i < n; i++) {
		struct rule_span s = { members[i], strlen(members[i]), 1 };
		struct rule_error e = { 0 };
		struct rule_host host;

		if (!rule_parse_host(s, c->options.rule_flags, &host, &e))
			return ctl_fail(err, e.code, "%s", e.text);
		if (db_number(c->db, 0,
			      "SELECT count(*) FROM group_member"
			      " WHERE group_id = ? AND value = ?",
			      "ss", id, host.text))
			return ctl_fail(err, CTL_PARAMETER,
					"'%.100s' is there twice: remove one",
					host.text);
		if (!db_run(c->db, "INSERT INTO group_member VALUES (?, ?, ?)",
			    "sis", id, (int64_t)i, host.text))
			return db_fail(c->db, err);
	}
	return true;
}

static bool group_check_free(struct control *c, const char *zone,
			     const char *name, const char *but_id,
			     struct ctl_error *err)
{
	char other[CTL_ID_MAX];

	if (!group_find(c, zone, name, other) || strcmp(other, but_id) == 0)
		return true;
	return ctl_fail(err, CTL_PARAMETER,
			"there is a group '%.60s' already: choose another name",
			name);
}

bool group_insert(struct control *c, const char *zone, const char *name,
		  const char *const *members, uint32_t n,
		  char ret_id[CTL_ID_MAX], struct ctl_error *err)
{
	int64_t now = control_now();

	if (!group_check_name(name, err) ||
	    !group_check_free(c, zone, name, "", err))
		return false;
	if (db_number(c->db, 0, "SELECT count(*) FROM origin_group", "") >=
	    CTL_GROUPS_MAX)
		return ctl_fail(err, CTL_QUOTA,
				"there are %d groups: delete "
				"one",
				CTL_GROUPS_MAX);
	if (!control_new_id("og-", ret_id, err))
		return false;
	if (!db_run(c->db, "INSERT INTO origin_group VALUES (?, ?, ?, ?, ?)",
		    "sssii", ret_id, zone, name, now, now))
		return db_fail(c->db, err);
	return group_put_members(c, ret_id, members, n, err);
}

bool control_create_group(struct control *c, const char *zone, const char *name,
			  const char *const *members, uint32_t n,
			  char ret_id[CTL_ID_MAX], struct ctl_error *err)
{
	if (!db_begin(c->db, err))
		return false;
	return control_end(
		c, group_insert(c, zone, name, members, n, ret_id, err), err);
}

#define GROUP_MATCHES                                                    \
	" WHERE (?1 IS NULL OR g.zone = ?1)"                             \
	" AND (?2 IS NULL OR g.id IN (SELECT value FROM json_each(?2)))" \
	" AND (?3 IS NULL OR EXISTS (SELECT 1 FROM json_each(?3) j"      \
	"  WHERE j.value = g.name COLLATE NOCASE))"

#define GROUP_COLUMNS                                     \
	"g.id, g.zone, g.name, g.created_s, g.updated_s," \
	" (SELECT count(*) FROM rule WHERE group_id = g.id)"

static void group_read(sqlite3_stmt *st, struct ctl_group *ret)
{
	memset(ret, 0, sizeof(*ret));
	db_column_text(st, 0, ret->id, sizeof(ret->id));
	db_column_text(st, 1, ret->zone, sizeof(ret->zone));
	db_column_text(st, 2, ret->name, sizeof(ret->name));
	ret->created_s = sqlite3_column_int64(st, 3);
	ret->updated_s = sqlite3_column_int64(st, 4);
	ret->used_count = (uint32_t)sqlite3_column_int(st, 5);
}

bool control_list_groups(struct control *c,
			 const struct ctl_group_filter *filter,
			 struct ctl_page *page, struct ctl_group *ret,
			 struct ctl_error *err)
{
	sqlite3_stmt *st;
	int64_t total;
	uint32_t i;

	total = db_number(c->db, -1,
			  "SELECT count(*) FROM origin_group g" GROUP_MATCHES,
			  "sss", filter->zone, filter->ids, filter->names);
	st = db_query(c->db,
		      "SELECT " GROUP_COLUMNS
		      " FROM origin_group g" GROUP_MATCHES
		      " ORDER BY g.rowid LIMIT ?4 OFFSET ?5",
		      "sssii", filter->zone, filter->ids, filter->names,
		      (int64_t)page->limit, (int64_t)page->offset);
	if (total < 0 || !st)
		return db_fail(c->db, err);
	page->n = 0;
	page->total = (uint32_t)total;
	while (page->n < page->limit && sqlite3_step(st) == SQLITE_ROW)
		group_read(st, &ret[page->n++]);
	(void)sqlite3_reset(st);
	for (i = 0; i < page->n; i++)
		ret[i].n_members =
			group_load_members(c, ret[i].id, ret[i].members);
	return true;
}

static bool group_load(struct control *c, const char *zone, const char *id,
		       struct ctl_group *ret, struct ctl_error *err)
{
	sqlite3_stmt *st =
		db_query(c->db,
			 "SELECT " GROUP_COLUMNS " FROM origin_group g"
			 " WHERE g.id = ?1 AND (?2 IS NULL OR g.zone = ?2)",
			 "ss", id, zone);

	if (!db_found(c->db, st, "origin group", id, err))
		return false;
	group_read(st, ret);
	(void)sqlite3_reset(st);
	return true;
}

static bool group_modify(struct control *c, const char *zone, const char *id,
			 const char *name, const char *const *members,
			 uint32_t n, struct ctl_error *err)
{
	struct ctl_group g;

	if (!group_load(c, zone, id, &g, err))
		return false;
	if (name && (!group_check_name(name, err) ||
		     !group_check_free(c, g.zone, name, id, err)))
		return false;
	if (members && !group_put_members(c, id, members, n, err))
		return false;
	/* the rules that use it are deployed anew */
	return (db_run(c->db,
		       "UPDATE origin_group SET name = ?, updated_s = ?"
		       " WHERE id = ?",
		       "sis", name ? name : g.name, control_now(), id) &&
		db_run(c->db,
		       "UPDATE rule SET status = ?, generation = ?"
		       " WHERE group_id = ? AND status IN (?, ?)",
		       "iisii", (int64_t)STATUS_PROGRESS, control_touch(c), id,
		       (int64_t)STATUS_ONLINE, (int64_t)STATUS_FAIL)) ||
	       db_fail(c->db, err);
}

bool control_modify_group(struct control *c, const char *zone, const char *id,
			  const char *name, const char *const *members,
			  uint32_t n, struct ctl_error *err)
{
	if (!db_begin(c->db, err))
		return false;
	return control_end(c, group_modify(c, zone, id, name, members, n, err),
			   err);
}

static bool group_delete(struct control *c, const char *zone, const char *id,
			 struct ctl_error *err)
{
	struct ctl_group g;

	if (!group_load(c, zone, id, &g, err))
		return false;
	if (g.used_count)
		return ctl_fail(err, CTL_GROUP_USED,
				"%u rule%s group '%.60s': change or delete "
				"them first",
				g.used_count,
				g.used_count == 1 ? " names" : "s name",
				g.name);
	return db_run(c->db, "DELETE FROM origin_group WHERE id = ?", "s",
		      id) ||
	       db_fail(c->db, err);
}

bool control_delete_group(struct control *c, const char *zone, const char *id,
			  struct ctl_error *err)
{
	if (!db_begin(c->db, err))
		return false;
	return control_end(c, group_delete(c, zone, id, err), err);
}
