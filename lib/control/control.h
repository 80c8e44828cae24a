/* SPDX-License-Identifier: BSD-2-Clause */
/* control.h - the operations on instances, rules and origin groups.
 *
 * Each one is a transaction: it is durable when it returns true, and nothing
 * has changed when it returns false with *@err. What listens follows later:
 * an operation leaves rules and instances in PROGRESS or STOPPING, the data
 * path takes them up (control_effective()) and tells how it went
 * (control_settle()). One thread at a time.
 */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include <stdio.h>

#include "control/model.h"

#define CTL_INSTANCES_MAX 1000
#define CTL_GROUPS_MAX	  GROUP_MAX

struct control;

/* @quota:      instances (seed/2: one, unless more are bought)
 * @rule_flags: enum rule_flags, for rules that come in
 */
struct control_options {
	uint32_t quota;
	unsigned rule_flags;
};

/* control_open() - @dir is made if it is not there. NULL and *@err otherwise */
struct control *control_open(const char *dir, const struct control_options *o,
			     struct ctl_error *err);
void control_close(struct control *c);

/* control_generation() - grows with each change of what has to listen */
uint64_t control_generation(const struct control *c);

/* Instances. @zone: NULL for any. */

/* control_create_instance() - of @want: zone, name, area, has, protect.
 * @ret_id: its new id; it is PROGRESS
 */
bool control_create_instance(struct control *c, const struct instance *want,
			     char ret_id[CTL_ID_MAX], struct ctl_error *err);

/* control_modify_instance() - seed/37: IPv6 and the mainland's optimisation;
 * NULL leaves one as it is
 */
bool control_modify_instance(struct control *c, const char *zone,
			     const char *id, const bool *ipv6,
			     const bool *accelerate, struct ctl_error *err);

/* control_switch_instance() - to online or offline */
bool control_switch_instance(struct control *c, const char *zone,
			     const char *id, bool is_on, struct ctl_error *err);

/* control_delete_instance() - and its rules; it is offline (seed/41) */
bool control_delete_instance(struct control *c, const char *zone,
			     const char *id, struct ctl_error *err);

bool control_get_instance(struct control *c, const char *zone, const char *id,
			  struct instance *ret, struct ctl_error *err);

/* A part of a list, and what came of it.
 * @limit: room there is for it
 * @n:     how many are there now
 * @total: that match, whatever @offset and @limit
 */
struct ctl_page {
	uint32_t offset;
	uint32_t limit;
	uint32_t n;
	uint32_t total;
};

/* Filters: each a JSON array of strings, one of which it has to be; NULL: any.
 * @zone:       one
 * @protection: enum ctl_protection; -1: any
 */
struct ctl_instance_filter {
	const char *zone;
	const char *ids;
	int protection;
};

/* control_list_instances() - in the order in which they were made */
bool control_list_instances(struct control *c,
			    const struct ctl_instance_filter *filter,
			    struct ctl_page *page, struct instance *ret,
			    struct ctl_error *err);

/* Rules of an instance, which has to be online. */

/* control_create_rules() - all or none. @ret_ids: room for @n */
bool control_create_rules(struct control *c, const char *zone, const char *id,
			  const struct ctl_rule_words *words, uint32_t n,
			  char (*ret_ids)[CTL_ID_MAX], struct ctl_error *err);

/* What a change sets, or-ed. */
enum ctl_rule_field {
	RULE_FIELD_PROTOCOL = 1U << 0,
	RULE_FIELD_PORTS = 1U << 1,
	RULE_FIELD_ORIGIN = 1U << 2, /* type and values */
	RULE_FIELD_ORIGIN_PORTS = 1U << 3,
	RULE_FIELD_MODE = 1U << 4,
	RULE_FIELD_PERSIST = 1U << 5,
	RULE_FIELD_PERSIST_S = 1U << 6,
	RULE_FIELD_TAG = 1U << 7,
};

struct ctl_rule_change {
	const char *id;
	unsigned fields;
	struct ctl_rule_words words; /* those of @fields */
};

/* control_modify_rules() - all or none; what no field names stays */
bool control_modify_rules(struct control *c, const char *zone, const char *id,
			  const struct ctl_rule_change *changes, uint32_t n,
			  struct ctl_error *err);

/* control_switch_rules() - pause or resume; all or none */
bool control_switch_rules(struct control *c, const char *zone, const char *id,
			  const char *const *rules, uint32_t n, bool is_on,
			  struct ctl_error *err);

/* control_delete_rules() - they are paused (seed/39); all or none */
bool control_delete_rules(struct control *c, const char *zone, const char *id,
			  const char *const *rules, uint32_t n,
			  struct ctl_error *err);

/* As struct ctl_instance_filter, of one instance.
 * @ports: "80", for rules that have the port
 */
struct ctl_rule_filter {
	const char *zone;
	const char *instance_id;
	const char *ids;
	const char *tags;
	const char *protocols; /* "TCP", "UDP" */
	const char *ports;
};

/* control_list_rules() - oldest first */
bool control_list_rules(struct control *c, const struct ctl_rule_filter *filter,
			struct ctl_page *page, struct ctl_rule *ret,
			struct ctl_error *err);

/* What an import reads, and what came of it.
 * @source:  borrowed, for errors
 * @partial: lines with an error are left out; else all or none
 * @dry_run: nothing is changed, all is checked
 * @rs:      out, the caller's, also on failure: every error with its line and
 *	     column (NULL: the lines are not to blame)
 * @added:   out: rules
 */
struct ctl_import {
	FILE *in;
	const char *source;
	bool partial;
	bool dry_run;
	struct ruleset *rs;
	uint32_t added;
};

/* control_import() - the lines are read as tp-proxy reads a file, with the
 * rules that are there already: a port of theirs is in use, a group of the zone
 * is known. Groups that the lines define are made.
 */
bool control_import(struct control *c, const char *zone, const char *id,
		    struct ctl_import *im, struct ctl_error *err);

/* control_export() - every rule in the format of import, a line each, oldest
 * first, and before them the groups they name: an import of it gives the same.
 * A rule with several addresses becomes one with a group of its own name; the
 * format has no persistence time.
 */
bool control_export(struct control *c, const char *zone, const char *id,
		    FILE *out, struct ctl_error *err);

/* Origin groups. */

bool control_create_group(struct control *c, const char *zone, const char *name,
			  const char *const *members, uint32_t n,
			  char ret_id[CTL_ID_MAX], struct ctl_error *err);

/* control_modify_group() - @name and @members: NULL leaves them as they are */
bool control_modify_group(struct control *c, const char *zone, const char *id,
			  const char *name, const char *const *members,
			  uint32_t n, struct ctl_error *err);

/* control_delete_group() - no rule names it */
bool control_delete_group(struct control *c, const char *zone, const char *id,
			  struct ctl_error *err);

struct ctl_group_filter {
	const char *zone;
	const char *ids;
	const char *names;
};

bool control_list_groups(struct control *c,
			 const struct ctl_group_filter *filter,
			 struct ctl_page *page, struct ctl_group *ret,
			 struct ctl_error *err);

/* The data path. */

/* One rule that has to listen.
 * @is_v4_only: its instance has no IPv6 access
 * @refused: why it cannot (another instance's rule has its port, a limit);
 *	     NULL: it is the next rule of the set
 */
struct ctl_effective {
	char instance_id[CTL_ID_MAX];
	char rule_id[CTL_ID_MAX];
	bool is_v4_only;
	const char *refused;
};

/* What the data path cannot do at all.
 * @max_ports:  it may listen on
 * @max_rules:  it may serve, 1 to CTL_RULES_ALL_MAX
 * @no_toa:     why rules of mode toa cannot be served; NULL: they can
 */
struct ctl_limits {
	uint32_t max_ports;
	uint32_t max_rules;
	const char *no_toa;
};

/* control_effective() - the rules that have to listen now: online or in
 * progress, of instances that are. Oldest first.
 * @ret_rs: the caller's, checked
 * @ret_of: *@ret_n, to be freed
 */
bool control_effective(struct control *c, const struct ctl_limits *limits,
		       struct ruleset **ret_rs, struct ctl_effective **ret_of,
		       uint32_t *ret_n, struct ctl_error *err);

struct ctl_told {
	const char *rule_id;
	const char *reason;
};

/* What came of it.
 * @generation: what was applied; what changed later stays in progress
 * @failed:     rules that are not served
 * @waiting:    rules that are, but have nowhere to forward to yet
 */
struct ctl_outcome {
	uint64_t generation;
	uint32_t n_failed;
	uint32_t n_waiting;
	const struct ctl_told *failed;
	const struct ctl_told *waiting;
};

/* control_settle() - what is in progress has been done: rules go online, or
 * FAIL, and those that wait stay in progress, until they are not among
 * @o->waiting any more; what was stopping is offline.
 */
bool control_settle(struct control *c, const struct ctl_outcome *o,
		    struct ctl_error *err);

#endif
