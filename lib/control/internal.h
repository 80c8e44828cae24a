/* SPDX-License-Identifier: BSD-2-Clause */
/* internal.h - private to the operations of control.h */
#ifndef CONTROL_INTERNAL_H
#define CONTROL_INTERNAL_H

#include "control/control.h"
#include "control/db.h"

struct control {
	struct db *db;
	struct control_options options;
	uint64_t generation;
};

/* control_now() - seconds since the epoch */
int64_t control_now(void);

/* control_new_id() - @prefix and 12 random letters and digits. */
bool control_new_id(const char *prefix, char ret[CTL_ID_MAX],
		    struct ctl_error *err);

/* control_end() - commit if @ok, else roll back. Returns whether it is done. */
bool control_end(struct control *c, bool ok, struct ctl_error *err);

/* control_touch() - what listens will change: the new generation */
int64_t control_touch(struct control *c);

/* instance_load() - ResourceNotFound if there is none of @zone (NULL: any) */
bool instance_load(struct control *c, const char *zone, const char *id,
		   struct instance *ret, struct ctl_error *err);

/* instance_check_open() - may its rules be changed? */
bool instance_check_open(const struct instance *in, struct ctl_error *err);

/* rule_insert() - a parsed rule, PROGRESS; its ports must be free. @r->id is
 * what it is to be, or empty and is set then.
 */
bool rule_insert(struct control *c, const char *instance_id, struct ctl_rule *r,
		 struct ctl_error *err);

/* rules_check_room() - may there be @more rules of all instances? */
bool rules_check_room(struct control *c, uint32_t more, struct ctl_error *err);

/* rule_load() - a rule of the instance; ResourceNotFound without it */
bool rule_load(struct control *c, const char *instance_id, const char *rule_id,
	       struct ctl_rule *ret, struct ctl_error *err);

/* A group's line: "og:NAME = " and its members */
#define GROUP_LINE_MAX \
	(GROUP_NAME_MAX + 16 + GROUP_MEMBERS_MAX * (RULE_HOST_MAX + 2))
char *group_line(const char *name, char members[][RULE_HOST_MAX + 1],
		 uint32_t n, char out[GROUP_LINE_MAX]);

/* group_find() - id of the group named @name; false if there is none */
bool group_find(struct control *c, const char *zone, const char *name,
		char ret_id[CTL_ID_MAX]);

/* group_load_members() - returns how many */
uint32_t group_load_members(struct control *c, const char *id,
			    char ret[][RULE_HOST_MAX + 1]);

/* group_insert() - within a transaction */
bool group_insert(struct control *c, const char *zone, const char *name,
		  const char *const *members, uint32_t n,
		  char ret_id[CTL_ID_MAX], struct ctl_error *err);

#endif
