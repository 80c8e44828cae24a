/* SPDX-License-Identifier: BSD-2-Clause */
/* instance.c - instances: made, changed, switched, deleted, listed */
#include <string.h>

#include "control/internal.h"

#define INSTANCE_COLUMNS                                                   \
	"i.id, i.zone, i.name, i.area, i.static_ip, i.ipv6, i.accelerate," \
	" i.mainland, i.overseas, i.bandwidth_gbps, i.status, i.reason,"   \
	" i.created_s, i.updated_s,"                                       \
	" (SELECT count(*) FROM rule r WHERE r.instance_id = i.id)"

static void instance_read(sqlite3_stmt *st, struct instance *ret)
{
	memset(ret, 0, sizeof(*ret));
	db_column_text(st, 0, ret->id, sizeof(ret->id));
	db_column_text(st, 1, ret->zone, sizeof(ret->zone));
	db_column_text(st, 2, ret->name, sizeof(ret->name));
	ret->area = (uint8_t)sqlite3_column_int(st, 3);
	ret->has[FEATURE_STATIC_IP] = sqlite3_column_int(st, 4);
	ret->has[FEATURE_IPV6] = sqlite3_column_int(st, 5);
	ret->has[FEATURE_ACCELERATE] = sqlite3_column_int(st, 6);
	ret->protect.mainland = (uint8_t)sqlite3_column_int(st, 7);
	ret->protect.overseas = (uint8_t)sqlite3_column_int(st, 8);
	ret->protect.bandwidth_gbps = (uint32_t)sqlite3_column_int(st, 9);
	ret->status = (uint8_t)sqlite3_column_int(st, 10);
	db_column_text(st, 11, ret->reason, sizeof(ret->reason));
	ret->created_s = sqlite3_column_int64(st, 12);
	ret->updated_s = sqlite3_column_int64(st, 13);
	ret->rule_count = (uint32_t)sqlite3_column_int(st, 14);
}

bool instance_load(struct control *c, const char *zone, const char *id,
		   struct instance *ret, struct ctl_error *err)
{
	sqlite3_stmt *st =
		db_query(c->db,
			 "SELECT " INSTANCE_COLUMNS " FROM instance i"
			 " WHERE i.id = ?1 AND (?2 IS NULL OR i.zone = ?2)",
			 "ss", id, zone);

	if (!db_found(c->db, st, "proxy", id, err))
		return false;
	instance_read(st, ret);
	(void)sqlite3_reset(st);
	return true;
}

/* While it is being deployed or stopped nothing else may begin. */
static bool instance_check_settled(const struct instance *in,
				   struct ctl_error *err)
{
	if (in->status == STATUS_PROGRESS || in->status == STATUS_STOPPING)
		return ctl_fail(err, CTL_IS_IN_PROCESS,
				"proxy '%s' is in status %s: wait until that "
				"is over",
				in->id, ctl_status_names[in->status]);
	if (in->status == STATUS_BANNED)
		return ctl_fail(err, CTL_IS_BANNED, "proxy '%s' is banned",
				in->id);
	return true;
}

bool instance_check_open(const struct instance *in, struct ctl_error *err)
{
	if (!instance_check_settled(in, err))
		return false;
	if (in->status == STATUS_OFFLINE)
		return ctl_fail(err, CTL_IS_OFFLINE,
				"proxy '%s' is offline: enable it first",
				in->id);
	return true;
}

static bool instance_check_new(struct control *c, const struct instance *want,
			       struct ctl_error *err)
{
	int64_t n;

	if (!instance_check_name(want->name, err) ||
	    !instance_check_features(want, err))
		return false;
	n = db_number(c->db, -1,
		      "SELECT count(*) FROM instance"
		      " WHERE zone = ? AND name = ?",
		      "ss", want->zone, want->name);
	if (n > 0)
		return ctl_fail(err, CTL_NAME_TWICE,
				"there is a proxy '%s' already: choose another "
				"name",
				want->name);
	n = db_number(c->db, -1, "SELECT count(*) FROM instance", "");
	if (n < 0)
		return db_fail(c->db, err);
	if (n >= CTL_INSTANCES_MAX)
		return ctl_fail(err, CTL_LACK,
				"there are %d proxies, more cannot be served: "
				"delete one",
				CTL_INSTANCES_MAX);
	if (n >= c->options.quota)
		return ctl_fail(err, CTL_QUOTA,
				"the quota is %u proxies: delete one, or raise "
				"the quota",
				c->options.quota);
	return true;
}

static bool instance_insert(struct control *c, const struct instance *want,
			    char ret_id[CTL_ID_MAX], struct ctl_error *err)
{
	int64_t now = control_now();

	if (!instance_check_new(c, want, err) ||
	    !control_new_id("sid-", ret_id, err))
		return false;
	return db_run(c->db,
		      "INSERT INTO instance (id, zone, name, area, static_ip,"
		      " ipv6, accelerate, mainland, overseas, bandwidth_gbps,"
		      " status, generation, created_s, updated_s) VALUES"
		      " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		      "sssiiiiiiiiiii", ret_id, want->zone, want->name,
		      (int64_t)want->area,
		      (int64_t)want->has[FEATURE_STATIC_IP],
		      (int64_t)want->has[FEATURE_IPV6],
		      (int64_t)want->has[FEATURE_ACCELERATE],
		      (int64_t)want->protect.mainland,
		      (int64_t)want->protect.overseas,
		      (int64_t)want->protect.bandwidth_gbps,
		      (int64_t)STATUS_PROGRESS, control_touch(c), now, now) ||
	       db_fail(c->db, err);
}

bool control_create_instance(struct control *c, const struct instance *want,
			     char ret_id[CTL_ID_MAX], struct ctl_error *err)
{
	if (!db_begin(c->db, err))
		return false;
	return control_end(c, instance_insert(c, want, ret_id, err), err);
}

static bool instance_modify(struct control *c, const char *zone, const char *id,
			    const bool *ipv6, const bool *accelerate,
			    struct ctl_error *err)
{
	struct instance in;

	if (!instance_load(c, zone, id, &in, err) ||
	    !instance_check_open(&in, err))
		return false;
	if (ipv6)
		in.has[FEATURE_IPV6] = *ipv6;
	if (accelerate)
		in.has[FEATURE_ACCELERATE] = *accelerate;
	if (!instance_check_features(&in, err))
		return false;
	return db_run(c->db,
		      "UPDATE instance SET ipv6 = ?, accelerate = ?,"
		      " status = ?, reason = '', generation = ?, updated_s = ?"
		      " WHERE id = ?",
		      "iiiiis", (int64_t)in.has[FEATURE_IPV6],
		      (int64_t)in.has[FEATURE_ACCELERATE],
		      (int64_t)STATUS_PROGRESS, control_touch(c), control_now(),
		      id) ||
	       db_fail(c->db, err);
}

bool control_modify_instance(struct control *c, const char *zone,
			     const char *id, const bool *ipv6,
			     const bool *accelerate, struct ctl_error *err)
{
	if (!db_begin(c->db, err))
		return false;
	return control_end(
		c, instance_modify(c, zone, id, ipv6, accelerate, err), err);
}

static bool instance_switch(struct control *c, const char *zone, const char *id,
			    bool is_on, struct ctl_error *err)
{
	struct instance in;

	if (!instance_load(c, zone, id, &in, err) ||
	    !instance_check_settled(&in, err))
		return false;
	if (in.status == (is_on ? STATUS_ONLINE : STATUS_OFFLINE))
		return true;
	return db_run(c->db,
		      "UPDATE instance SET status = ?, reason = '',"
		      " generation = ?, updated_s = ? WHERE id = ?",
		      "iiis",
		      (int64_t)(is_on ? STATUS_PROGRESS : STATUS_STOPPING),
		      control_touch(c), control_now(), id) ||
	       db_fail(c->db, err);
}

bool control_switch_instance(struct control *c, const char *zone,
			     const char *id, bool is_on, struct ctl_error *err)
{
	if (!db_begin(c->db, err))
		return false;
	return control_end(c, instance_switch(c, zone, id, is_on, err), err);
}

static bool instance_delete(struct control *c, const char *zone, const char *id,
			    struct ctl_error *err)
{
	struct instance in;

	if (!instance_load(c, zone, id, &in, err) ||
	    !instance_check_settled(&in, err))
		return false;
	if (in.status != STATUS_OFFLINE)
		return ctl_fail(err, CTL_FAILED,
				"proxy '%s' is in status %s: disable it and "
				"wait until it is offline",
				in.id, ctl_status_names[in.status]);
	return db_run(c->db, "DELETE FROM instance WHERE id = ?", "s", id) ||
	       db_fail(c->db, err);
}

bool control_delete_instance(struct control *c, const char *zone,
			     const char *id, struct ctl_error *err)
{
	if (!db_begin(c->db, err))
		return false;
	return control_end(c, instance_delete(c, zone, id, err), err);
}

bool control_get_instance(struct control *c, const char *zone, const char *id,
			  struct instance *ret, struct ctl_error *err)
{
	return instance_load(c, zone, id, ret, err);
}

#define INSTANCE_MATCHES                                                 \
	" WHERE (?1 IS NULL OR i.zone = ?1)"                             \
	" AND (?2 IS NULL OR i.id IN (SELECT value FROM json_each(?2)))" \
	" AND (?3 < 0 OR ?3 = (i.mainland > 0 OR i.overseas > 0))"

bool control_list_instances(struct control *c,
			    const struct ctl_instance_filter *filter,
			    struct ctl_page *page, struct instance *ret,
			    struct ctl_error *err)
{
	sqlite3_stmt *st;
	int64_t total;

	total = db_number(c->db, -1,
			  "SELECT count(*) FROM instance i" INSTANCE_MATCHES,
			  "ssi", filter->zone, filter->ids,
			  (int64_t)filter->protection);
	st = db_query(c->db,
		      "SELECT " INSTANCE_COLUMNS
		      " FROM instance i" INSTANCE_MATCHES
		      " ORDER BY i.rowid LIMIT ?4 OFFSET ?5",
		      "ssiii", filter->zone, filter->ids,
		      (int64_t)filter->protection, (int64_t)page->limit,
		      (int64_t)page->offset);
	if (total < 0 || !st)
		return db_fail(c->db, err);
	page->n = 0;
	page->total = (uint32_t)total;
	while (page->n < page->limit && sqlite3_step(st) == SQLITE_ROW)
		instance_read(st, &ret[page->n++]);
	(void)sqlite3_reset(st);
	return true;
}
