/* SPDX-License-Identifier: BSD-2-Clause */
/* rule.c - forwarding rules of an instance: made, changed, switched, deleted */
#include <string.h>

#include "control/internal.h"
#include "rules/rule_text.h"

#define RULE_COLUMNS                                               \
	"r.id, r.protocol, r.mode, r.persistent, r.persist_s,"     \
	" r.origin_low, r.origin_high, r.tag, r.status, r.reason," \
	" r.updated_s, r.group_id"

/* Of a row of RULE_COLUMNS, without values and ports */
static void rule_read(sqlite3_stmt *st, struct ctl_rule *ret)
{
	memset(ret, 0, sizeof(*ret));
	db_column_text(st, 0, ret->id, sizeof(ret->id));
	ret->rule.proto = (enum rule_proto)sqlite3_column_int(st, 1);
	ret->rule.mode = (enum rule_mode)sqlite3_column_int(st, 2);
	ret->rule.is_persistent = sqlite3_column_int(st, 3);
	ret->persist_s = (uint32_t)sqlite3_column_int(st, 4);
	ret->rule.origin_ports.low = (uint16_t)sqlite3_column_int(st, 5);
	ret->rule.origin_ports.high = (uint16_t)sqlite3_column_int(st, 6);
	db_column_text(st, 7, ret->rule.tag, sizeof(ret->rule.tag));
	ret->status = (uint8_t)sqlite3_column_int(st, 8);
	db_column_text(st, 9, ret->reason, sizeof(ret->reason));
	ret->updated_s = sqlite3_column_int64(st, 10);
	if (sqlite3_column_type(st, 11) != SQLITE_NULL) {
		ret->origin_type = ORIGIN_GROUP;
		ret->rule.origin_type = RULE_ORIGIN_GROUP;
		ret->n_values = 1;
		db_column_text(st, 11, ret->values[0], sizeof(ret->values[0]));
	}
}

/* Its values and ports */
static bool rule_load_parts(struct control *c, struct ctl_rule *r,
			    struct ctl_error *err)
{
	sqlite3_stmt *st = db_query(c->db,
				    "SELECT low, high FROM rule_port"
				    " WHERE rule_id = ? ORDER BY position",
				    "s", r->id);
	uint32_t n = 0;

	while (st && n < RULE_ENTRIES_MAX && sqlite3_step(st) == SQLITE_ROW)
		r->rule.ports[n++] = (struct port_range) {
			.low = (uint16_t)sqlite3_column_int(st, 0),
			.high = (uint16_t)sqlite3_column_int(st, 1),
		};
	if (!st)
		return db_fail(c->db, err);
	(void)sqlite3_reset(st);
	r->rule.n_ports = (uint8_t)n;
	if (r->origin_type == ORIGIN_GROUP)
		return true;
	st = db_query(c->db,
		      "SELECT value FROM rule_value WHERE rule_id = ?"
		      " ORDER BY position",
		      "s", r->id);
	while (st && r->n_values < CTL_VALUES_MAX &&
	       sqlite3_step(st) == SQLITE_ROW)
		db_column_text(st, 0, r->values[r->n_values++],
			       sizeof(r->values[0]));
	if (!st)
		return db_fail(c->db, err);
	(void)sqlite3_reset(st);
	memcpy(r->rule.origin, r->values[0], sizeof(r->rule.origin));
	return true;
}

/* The rule that has one of the ports of @p already; the one with the highest
 * begin up to @p->high decides, as ranges of one protocol never overlap.
 */
static bool port_is_free(struct control *c, const char *instance_id,
			 enum rule_proto proto, struct port_range p,
			 struct ctl_error *err)
{
	sqlite3_stmt *st = db_query(c->db,
				    "SELECT high, rule_id FROM rule_port"
				    " WHERE instance_id = ? AND protocol = ?"
				    " AND low <= ? ORDER BY low DESC LIMIT 1",
				    "sii", instance_id, (int64_t)proto,
				    (int64_t)p.high);
	char text[CTL_PORT_TEXT_MAX], other[CTL_ID_MAX];
	bool is_free;

	if (!st)
		return db_fail(c->db, err);
	is_free = sqlite3_step(st) != SQLITE_ROW ||
		  sqlite3_column_int(st, 0) < p.low;
	if (!is_free)
		db_column_text(st, 1, other, sizeof(other));
	(void)sqlite3_reset(st);
	return is_free ||
	       ctl_fail(err, CODE_PORT_TWICE,
			"%s port %s is in use by rule %s: choose another",
			rule_proto_name(proto), ctl_port_text(p, text), other);
}

static bool rule_put_parts(struct control *c, const char *instance_id,
			   const struct ctl_rule *r, struct ctl_error *err)
{
	uint32_t i;

	for (i = 0; i < r->rule.n_ports; i++) {
		struct port_range p = r->rule.ports[i];

		if (!port_is_free(c, instance_id, r->rule.proto, p, err))
			return false;
		if (!db_run(c->db,
			    "INSERT INTO rule_port VALUES (?, ?, ?, ?, ?, ?)",
			    "siiisi", instance_id, (int64_t)r->rule.proto,
			    (int64_t)p.low, (int64_t)p.high, r->id, (int64_t)i))
			return db_fail(c->db, err);
	}
	for (i = 0; r->origin_type == ORIGIN_IP_DOMAIN && i < r->n_values; i++)
		if (!db_run(c->db, "INSERT INTO rule_value VALUES (?, ?, ?)",
			    "sis", r->id, (int64_t)i, r->values[i]))
			return db_fail(c->db, err);
	return true;
}

/* The group has to be one of the instance's zone. */
static bool rule_check_group(struct control *c, const char *instance_id,
			     const struct ctl_rule *r, struct ctl_error *err)
{
	int64_t n;

	if (r->origin_type != ORIGIN_GROUP)
		return true;
	n = db_number(c->db, 0,
		      "SELECT count(*) FROM origin_group g, instance i"
		      " WHERE g.id = ? AND i.id = ? AND g.zone = i.zone",
		      "ss", r->values[0], instance_id);
	return n == 1 ||
	       ctl_fail(err, CODE_GROUP_NOT_DEFINED,
			"there is no origin group '%.40s'", r->values[0]);
}

static const char *rule_group(const struct ctl_rule *r)
{
	return r->origin_type == ORIGIN_GROUP ? r->values[0] : NULL;
}

bool rule_insert(struct control *c, const char *instance_id, struct ctl_rule *r,
		 struct ctl_error *err)
{
	int64_t n = db_number(c->db, 0,
			      "SELECT count(*) FROM rule WHERE instance_id = ?",
			      "s", instance_id);

	if (n >= CTL_RULES_MAX)
		return ctl_fail(err, CODE_RULES_MAX,
				"proxy '%s' has %d rules: delete some first",
				instance_id, CTL_RULES_MAX);
	if (!rule_check_group(c, instance_id, r, err) ||
	    (!r->id[0] && !control_new_id("rule-", r->id, err)))
		return false;
	if (!db_run(c->db,
		    "INSERT INTO rule (id, instance_id, group_id, protocol,"
		    " mode, persistent, persist_s, origin_low, origin_high,"
		    " tag, status, generation, updated_s) VALUES"
		    " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		    "sssiiiiiisiii", r->id, instance_id, rule_group(r),
		    (int64_t)r->rule.proto, (int64_t)r->rule.mode,
		    (int64_t)r->rule.is_persistent, (int64_t)r->persist_s,
		    (int64_t)r->rule.origin_ports.low,
		    (int64_t)r->rule.origin_ports.high, r->rule.tag,
		    (int64_t)STATUS_PROGRESS, control_touch(c), control_now()))
		return db_fail(c->db, err);
	return rule_put_parts(c, instance_id, r, err);
}

bool rules_check_room(struct control *c, uint32_t more, struct ctl_error *err)
{
	int64_t n = db_number(c->db, -1, "SELECT count(*) FROM rule", "");

	if (n < 0)
		return db_fail(c->db, err);
	return n + more <= CTL_RULES_ALL_MAX ||
	       ctl_fail(err, CTL_PORTS_LACK,
			"all proxies have %lld rules together, and %u more "
			"would be over %d: delete some first",
			(long long)n, more, CTL_RULES_ALL_MAX);
}

static bool batch_check(uint32_t n, struct ctl_error *err)
{
	if (n < 1)
		return ctl_fail(err, CTL_PARAMETER, "no rule is named");
	return n <= CTL_BATCH_MAX ||
	       ctl_fail(err, CTL_BATCH,
			"%u rules in one call: at most %d, send several calls",
			n, CTL_BATCH_MAX);
}

/* A call that changes @n rules of an instance, which has to be open */
static bool batch_check_open(struct control *c, const char *zone,
			     const char *id, uint32_t n, struct ctl_error *err)
{
	struct instance in;

	return batch_check(n, err) && instance_load(c, zone, id, &in, err) &&
	       instance_check_open(&in, err);
}

static bool rules_create(struct control *c, const char *zone, const char *id,
			 const struct ctl_rule_words *words, uint32_t n,
			 char (*ret_ids)[CTL_ID_MAX], struct ctl_error *err)
{
	uint32_t i;

	if (!batch_check_open(c, zone, id, n, err) ||
	    !rules_check_room(c, n, err))
		return false;
	for (i = 0; i < n; i++) {
		struct ctl_rule r = { 0 };

		if (!ctl_rule_parse(&words[i], c->options.rule_flags, &r,
				    err) ||
		    !rule_insert(c, id, &r, err))
			return false;
		memcpy(ret_ids[i], r.id, sizeof(r.id));
	}
	return true;
}

bool control_create_rules(struct control *c, const char *zone, const char *id,
			  const struct ctl_rule_words *words, uint32_t n,
			  char (*ret_ids)[CTL_ID_MAX], struct ctl_error *err)
{
	if (!db_begin(c->db, err))
		return false;
	return control_end(c, rules_create(c, zone, id, words, n, ret_ids, err),
			   err);
}

bool rule_load(struct control *c, const char *instance_id, const char *rule_id,
	       struct ctl_rule *ret, struct ctl_error *err)
{
	sqlite3_stmt *st = db_query(c->db,
				    "SELECT " RULE_COLUMNS " FROM rule r"
				    " WHERE r.id = ? AND r.instance_id = ?",
				    "ss", rule_id, instance_id);

	if (!db_found(c->db, st, "rule", rule_id, err))
		return false;
	rule_read(st, ret);
	(void)sqlite3_reset(st);
	return rule_load_parts(c, ret, err);
}

/* Text that the words of a stored rule point into */
struct rule_texts {
	char ports[RULE_ENTRIES_MAX][CTL_PORT_TEXT_MAX];
	char origin_ports[CTL_PORT_TEXT_MAX];
};

/* What @old says, where @ch says nothing else */
static struct ctl_rule_words rule_overlay(const struct ctl_rule *old,
					  const struct ctl_rule_change *ch,
					  struct rule_texts *t)
{
	struct ctl_rule_words w = ch->words;
	unsigned f = ch->fields;
	uint32_t i;

	if (!(f & RULE_FIELD_PROTOCOL))
		w.protocol = rule_proto_name(old->rule.proto);
	if (!(f & RULE_FIELD_PORTS)) {
		w.n_ports = old->rule.n_ports;
		for (i = 0; i < w.n_ports; i++)
			w.ports[i] =
				ctl_port_text(old->rule.ports[i], t->ports[i]);
	}
	if (!(f & RULE_FIELD_ORIGIN)) {
		w.origin_type = old->origin_type;
		w.n_values = old->n_values;
		for (i = 0; i < w.n_values; i++)
			w.values[i] = old->values[i];
	}
	if (!(f & RULE_FIELD_ORIGIN_PORTS))
		w.origin_ports =
			ctl_port_text(old->rule.origin_ports, t->origin_ports);
	if (!(f & RULE_FIELD_MODE))
		w.mode = rule_mode_name(old->rule.mode);
	if (!(f & RULE_FIELD_PERSIST))
		w.is_persistent = old->rule.is_persistent;
	if (!(f & RULE_FIELD_PERSIST_S))
		w.persist_s = old->persist_s;
	if (!(f & RULE_FIELD_TAG))
		w.tag = old->rule.tag;
	return w;
}

static bool rule_update(struct control *c, const struct ctl_rule *r,
			enum ctl_status status, struct ctl_error *err)
{
	return db_run(c->db,
		      "UPDATE rule SET group_id = ?, protocol = ?, mode = ?,"
		      " persistent = ?, persist_s = ?, origin_low = ?,"
		      " origin_high = ?, tag = ?, status = ?, reason = '',"
		      " generation = ?, updated_s = ? WHERE id = ?",
		      "siiiiiisiiis", rule_group(r), (int64_t)r->rule.proto,
		      (int64_t)r->rule.mode, (int64_t)r->rule.is_persistent,
		      (int64_t)r->persist_s, (int64_t)r->rule.origin_ports.low,
		      (int64_t)r->rule.origin_ports.high, r->rule.tag,
		      (int64_t)status, control_touch(c), control_now(),
		      r->id) ||
	       db_fail(c->db, err);
}

/* Drop the ports and values of a rule before it gets others. */
static bool rule_clear_parts(struct control *c, const char *id,
			     struct ctl_error *err)
{
	return (db_run(c->db, "DELETE FROM rule_port WHERE rule_id = ?", "s",
		       id) &&
		db_run(c->db, "DELETE FROM rule_value WHERE rule_id = ?", "s",
		       id)) ||
	       db_fail(c->db, err);
}

/* A paused rule stays paused; the others are deployed anew. */
static bool rule_modify(struct control *c, const char *instance_id,
			const struct ctl_rule_change *ch, struct ctl_error *err)
{
	struct ctl_rule old, r = { 0 };
	struct rule_texts texts;
	struct ctl_rule_words w;
	enum ctl_status status;

	if (!rule_load(c, instance_id, ch->id, &old, err))
		return false;
	w = rule_overlay(&old, ch, &texts);
	if (!ctl_rule_parse(&w, c->options.rule_flags, &r, err))
		return false;
	memcpy(r.id, old.id, sizeof(r.id));
	status = old.status == STATUS_OFFLINE || old.status == STATUS_STOPPING
			 ? (enum ctl_status)old.status
			 : STATUS_PROGRESS;
	return rule_check_group(c, instance_id, &r, err) &&
	       rule_clear_parts(c, r.id, err) &&
	       rule_update(c, &r, status, err) &&
	       rule_put_parts(c, instance_id, &r, err);
}

static bool rules_modify(struct control *c, const char *zone, const char *id,
			 const struct ctl_rule_change *changes, uint32_t n,
			 struct ctl_error *err)
{
	uint32_t i;

	if (!batch_check_open(c, zone, id, n, err))
		return false;
	for (i = 0; i < n; i++)
		if (!rule_modify(c, id, &changes[i], err))
			return false;
	return true;
}

bool control_modify_rules(struct control *c, const char *zone, const char *id,
			  const struct ctl_rule_change *changes, uint32_t n,
			  struct ctl_error *err)
{
	if (!db_begin(c->db, err))
		return false;
	return control_end(c, rules_modify(c, zone, id, changes, n, err), err);
}

static bool rule_switch(struct control *c, const char *instance_id,
			const char *rule_id, bool is_on, struct ctl_error *err)
{
	struct ctl_rule r;

	if (!rule_load(c, instance_id, rule_id, &r, err))
		return false;
	if (r.status == (is_on ? STATUS_ONLINE : STATUS_OFFLINE))
		return true;
	return rule_update(c, &r, is_on ? STATUS_PROGRESS : STATUS_STOPPING,
			   err);
}

static bool rules_switch(struct control *c, const char *zone, const char *id,
			 const char *const *rules, uint32_t n, bool is_on,
			 struct ctl_error *err)
{
	uint32_t i;

	if (!batch_check_open(c, zone, id, n, err))
		return false;
	for (i = 0; i < n; i++)
		if (!rule_switch(c, id, rules[i], is_on, err))
			return false;
	return true;
}

bool control_switch_rules(struct control *c, const char *zone, const char *id,
			  const char *const *rules, uint32_t n, bool is_on,
			  struct ctl_error *err)
{
	if (!db_begin(c->db, err))
		return false;
	return control_end(c, rules_switch(c, zone, id, rules, n, is_on, err),
			   err);
}

static bool rule_delete(struct control *c, const char *instance_id,
			const char *rule_id, struct ctl_error *err)
{
	struct ctl_rule r;

	if (!rule_load(c, instance_id, rule_id, &r, err))
		return false;
	/* what never came up has nothing to pause */
	if (r.status != STATUS_OFFLINE && r.status != STATUS_FAIL)
		return ctl_fail(err, CTL_UNSUPPORTED,
				"rule '%s' is in status %s: pause it and wait "
				"until it is offline",
				r.id, ctl_status_names[r.status]);
	return db_run(c->db, "DELETE FROM rule WHERE id = ?", "s", rule_id) ||
	       db_fail(c->db, err);
}

static bool rules_delete(struct control *c, const char *zone, const char *id,
			 const char *const *rules, uint32_t n,
			 struct ctl_error *err)
{
	struct instance in;
	uint32_t i;

	if (!batch_check(n, err) || !instance_load(c, zone, id, &in, err))
		return false;
	for (i = 0; i < n; i++)
		if (!rule_delete(c, id, rules[i], err))
			return false;
	(void)control_touch(c);
	return true;
}

bool control_delete_rules(struct control *c, const char *zone, const char *id,
			  const char *const *rules, uint32_t n,
			  struct ctl_error *err)
{
	if (!db_begin(c->db, err))
		return false;
	return control_end(c, rules_delete(c, zone, id, rules, n, err), err);
}

#define RULE_MATCHES                                                           \
	" WHERE r.instance_id = ?1"                                            \
	" AND (?2 IS NULL OR r.id IN (SELECT value FROM json_each(?2)))"       \
	" AND (?3 IS NULL OR r.tag IN (SELECT value FROM json_each(?3)))"      \
	" AND (?4 IS NULL OR CASE r.protocol WHEN 0 THEN 'TCP' ELSE 'UDP' END" \
	"  IN (SELECT value FROM json_each(?4)))"                              \
	" AND (?5 IS NULL OR EXISTS (SELECT 1 FROM rule_port p,"               \
	"  json_each(?5) j WHERE p.rule_id = r.id"                             \
	"  AND p.low <= CAST(j.value AS INTEGER)"                              \
	"  AND p.high >= CAST(j.value AS INTEGER)))"

bool control_list_rules(struct control *c, const struct ctl_rule_filter *filter,
			struct ctl_page *page, struct ctl_rule *ret,
			struct ctl_error *err)
{
	struct instance in;
	sqlite3_stmt *st;
	int64_t total;
	uint32_t i;

	if (!instance_load(c, filter->zone, filter->instance_id, &in, err))
		return false;
	total = db_number(c->db, -1, "SELECT count(*) FROM rule r" RULE_MATCHES,
			  "sssss", in.id, filter->ids, filter->tags,
			  filter->protocols, filter->ports);
	st = db_query(c->db,
		      "SELECT " RULE_COLUMNS " FROM rule r" RULE_MATCHES
		      " ORDER BY r.seq LIMIT ?6 OFFSET ?7",
		      "sssssii", in.id, filter->ids, filter->tags,
		      filter->protocols, filter->ports, (int64_t)page->limit,
		      (int64_t)page->offset);
	if (total < 0 || !st)
		return db_fail(c->db, err);
	page->n = 0;
	page->total = (uint32_t)total;
	while (page->n < page->limit && sqlite3_step(st) == SQLITE_ROW)
		rule_read(st, &ret[page->n++]);
	(void)sqlite3_reset(st);
	for (i = 0; i < page->n; i++)
		if (!rule_load_parts(c, &ret[i], err))
			return false;
	return true;
}
