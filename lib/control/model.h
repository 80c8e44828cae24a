/* SPDX-License-Identifier: BSD-2-Clause */
/* model.h - what the product's control plane knows: instances, rules, groups.
 *
 * Names, values and error codes are those of the product's public API (version
 * 2022-09-01); seed/N cites the product's document.
 */
#ifndef CONTROL_MODEL_H
#define CONTROL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules/ruleset.h"

#define CTL_ID_MAX	   24 /* "rule-", 16 characters, and the NUL */
#define CTL_ZONE_MAX	   64
#define CTL_NAME_MAX	   50 /* seed/3, resolution C1 */
#define CTL_GROUP_NAME_MAX GROUP_NAME_MAX
#define CTL_REASON_MAX	   160
#define CTL_TEXT_MAX	   256
#define CTL_RULES_MAX	   RULESET_MAX	     /* seed/22, of one instance */
#define CTL_RULES_ALL_MAX  RULESET_SIZED_MAX /* of all instances */
#define CTL_BATCH_MAX	   200		     /* rules in one call */
#define CTL_VALUES_MAX	   GROUP_MEMBERS_MAX
#define CTL_PERSIST_MIN_S  30
#define CTL_PERSIST_MAX_S  3600

/* The product's codes beyond those of rules (docs/rules.md). */
#define CTL_INTERNAL	       "InternalError"
#define CTL_PARAMETER	       "InvalidParameter.ParameterError"
#define CTL_NAME_NOT_MATCHED   "InvalidParameter.ProxyNameNotMatched"
#define CTL_NAME_TWICE	       "InvalidParameter.ProxyNameDuplicating"
#define CTL_RECORDS_DOMAINS    "InvalidParameter.OriginL4RecordMultiDomain"
#define CTL_IP6_STATIC_IP      "OperationDenied.Ipv6StaticIpConflict"
#define CTL_ACCELERATE_IP6     "OperationDenied.AccelerateMainlandIpv6Conflict"
#define CTL_ACCELERATE_DISABLE "OperationDenied.AccelerateMainlandDisable"
#define CTL_STATIC_IP_AREA     "OperationDenied.StaticIpAreaConflict"
#define CTL_IP6_ADVANCED       "OperationDenied.Ipv6AdvancedConflict"
#define CTL_QUOTA	       "LimitExceeded.UserQuotaLimited"
#define CTL_BATCH	       "LimitExceeded.BatchQuota"
#define CTL_PORTS_LACK	       "OperationDenied.L4PortLackOfResources"
#define CTL_IS_OFFLINE	       "OperationDenied.L4ProxyInOfflineStatus"
#define CTL_IS_IN_PROCESS      "OperationDenied.L4ProxyInProcessStatus"
#define CTL_IS_BANNED	       "OperationDenied.L4ProxyInBannedStatus"
#define CTL_GROUP_USED	       "OperationDenied.OriginGroupL4Used"
#define CTL_NOT_FOUND	       "ResourceNotFound"
#define CTL_LACK	       "OperationDenied.L4LackOfResources"
#define CTL_ORIGIN_INVALID     "InvalidParameter.InvalidOriginValue"
#define CTL_UNSUPPORTED	       "UnsupportedOperation"
#define CTL_FAILED	       "FailedOperation"

/* @code: NULL as long as nothing is wrong
 * @text: what is wrong and the way out
 */
struct ctl_error {
	const char *code;
	char text[CTL_TEXT_MAX];
};

enum ctl_area {
	AREA_OVERSEAS, /* global without the mainland */
	AREA_MAINLAND,
	AREA_GLOBAL,
	AREA_COUNT,
};

enum ctl_protection {
	PROTECTION_DEFAULT,
	PROTECTION_EXCLUSIVE,
	PROTECTION_COUNT,
};

enum ctl_feature {
	FEATURE_STATIC_IP,
	FEATURE_IPV6,
	FEATURE_ACCELERATE,
	FEATURE_COUNT,
};

enum ctl_level_mainland {
	MAINLAND_PLATFORM,
	MAINLAND_BASE30_MAX300,
	MAINLAND_BASE60_MAX600,
	MAINLAND_COUNT,
};

enum ctl_level_overseas {
	OVERSEAS_PLATFORM,
	OVERSEAS_ANYCAST300,
	OVERSEAS_ANYCAST_ALLIN,
	OVERSEAS_COUNT,
};

/* @PROGRESS: being deployed; @STOPPING: going offline; @FAIL: could not be
 * deployed, the reason is beside it
 */
enum ctl_status {
	STATUS_ONLINE,
	STATUS_OFFLINE,
	STATUS_PROGRESS,
	STATUS_STOPPING,
	STATUS_BANNED,
	STATUS_FAIL,
	STATUS_COUNT,
};

enum ctl_origin_type {
	ORIGIN_IP_DOMAIN,
	ORIGIN_GROUP,
	ORIGIN_TYPE_COUNT,
};

/* DDosProtectionConfig. @bandwidth_gbps: of the mainland's elastic part; 0 for
 * the platform's protection
 */
struct ctl_protect {
	uint8_t mainland; /* enum ctl_level_mainland */
	uint8_t overseas; /* enum ctl_level_overseas */
	uint32_t bandwidth_gbps;
};

/* Times are seconds since the epoch. */
struct instance {
	char id[CTL_ID_MAX];
	char zone[CTL_ZONE_MAX + 1];
	char name[CTL_NAME_MAX + 1];
	uint8_t area; /* enum ctl_area */
	bool has[FEATURE_COUNT];
	struct ctl_protect protect;
	uint8_t status; /* enum ctl_status */
	char reason[CTL_REASON_MAX];
	uint32_t rule_count;
	int64_t created_s;
	int64_t updated_s;
};

/* @rule:   ports, mode, persistence, tag; its origin is the first of @values,
 *	    or a group's name
 * @values: addresses, or one domain, or the id of one group
 */
struct ctl_rule {
	char id[CTL_ID_MAX];
	struct rule rule;
	uint8_t origin_type; /* enum ctl_origin_type */
	uint32_t n_values;
	char values[CTL_VALUES_MAX][RULE_HOST_MAX + 1];
	uint32_t persist_s;
	uint8_t status;
	char reason[CTL_REASON_MAX];
	int64_t updated_s;
};

struct ctl_group {
	char id[CTL_ID_MAX];
	char zone[CTL_ZONE_MAX + 1];
	char name[CTL_GROUP_NAME_MAX + 1];
	uint32_t n_members;
	char members[GROUP_MEMBERS_MAX][RULE_HOST_MAX + 1];
	uint32_t used_count; /* rules that name it */
	int64_t created_s;
	int64_t updated_s;
};

void ctl_error_set(struct ctl_error *err, const char *code, const char *fmt,
		   ...) __attribute__((format(printf, 3, 4)));

/* ctl_fail() - fill the error, and be false */
#define ctl_fail(...) (ctl_error_set(__VA_ARGS__), false)

/* The API's names; each list ends with NULL and follows its enum. */
extern const char *const ctl_area_names[];
extern const char *const ctl_mainland_names[];
extern const char *const ctl_overseas_names[];
extern const char *const ctl_status_names[];
extern const char *const ctl_origin_type_names[];

/* ctl_name_find() - index of @text in @names, or -1 */
int ctl_name_find(const char *const *names, const char *text);

enum ctl_protection ctl_protection_of(const struct ctl_protect *p);

/* instance_check_name() - seed/3: 1-50 of [a-z0-9-], a letter or digit at both
 * ends, no two hyphens in a row
 */
bool instance_check_name(const char *name, struct ctl_error *err);

/* instance_check_features() - seed/10, seed/11 and the protection's levels */
bool instance_check_features(const struct instance *in, struct ctl_error *err);

/* A rule in the API's words, each borrowed. What has to be there is there:
 * NULL is for @tag alone.
 * @ports: "80", "81-85"; @origin_ports: the same, one
 * @persist_s: 0 for the default
 */
struct ctl_rule_words {
	const char *protocol;
	uint32_t n_ports;
	const char *ports[RULE_ENTRIES_MAX + 1];
	uint8_t origin_type; /* enum ctl_origin_type */
	uint32_t n_values;
	const char *values[CTL_VALUES_MAX + 1];
	const char *origin_ports;
	const char *mode;
	bool is_persistent;
	uint32_t persist_s;
	const char *tag;
};

/* ctl_rule_parse() - one rule by itself; @ret->id, status, reason and
 * updated_s are left as they are. Whether a group exists is not looked at.
 * @flags: enum rule_flags
 */
bool ctl_rule_parse(const struct ctl_rule_words *w, unsigned flags,
		    struct ctl_rule *ret, struct ctl_error *err);

/* ctl_port_text() - "80" or "80-90". Returns @out. */
#define CTL_PORT_TEXT_MAX 12
char *ctl_port_text(struct port_range r, char out[CTL_PORT_TEXT_MAX]);

/* ctl_values_parse() - addresses, or one domain, in their canonical text.
 * @n: 1 to CTL_VALUES_MAX; @flags: enum rule_flags
 */
bool ctl_values_parse(const char *const *values, uint32_t n, unsigned flags,
		      char ret[][RULE_HOST_MAX + 1], struct ctl_error *err);

#endif
