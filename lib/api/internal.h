/* SPDX-License-Identifier: BSD-2-Clause */
/* internal.h - private to the actions of action.h */
#ifndef API_INTERNAL_H
#define API_INTERNAL_H

#include "api/action.h"
#include "api/param.h"

#define PARAM_END                          \
	{                                  \
		NULL, PARAM_IGNORED, false \
	}

/* An action: @in has been checked against its parameters; what it puts into
 * @out is the response.
 */
typedef bool action_fn(const struct api *a, const json_t *in, json_t *out,
		       struct ctl_error *err);

action_fn action_create_proxy;
action_fn action_modify_proxy;
action_fn action_switch_proxy;
action_fn action_describe_proxy;
action_fn action_delete_proxy;
action_fn action_create_rules;
action_fn action_modify_rules;
action_fn action_switch_rules;
action_fn action_describe_rules;
action_fn action_delete_rules;
action_fn action_import;
action_fn action_export;
action_fn action_create_group;
action_fn action_modify_group;
action_fn action_describe_group;
action_fn action_delete_group;
action_fn action_statistics;
action_fn action_connections;

/* by enum rule_mode and enum rule_proto: in capitals, other than in a batch */
extern const char *const api_mode_names[];
extern const char *const api_proto_names[];

/* api_put() - @value into @out, which takes it over; out of memory is an error
 */
bool api_put(json_t *out, const char *name, json_t *value,
	     struct ctl_error *err);

/* What an action that fails may put into @out, beside the error. */
#define API_DETAILS "Details"

/* api_page() - Offset and Limit */
bool api_page(const json_t *in, struct ctl_page *ret, struct ctl_error *err);

/* api_status() - Status "online" or "offline" */
bool api_status(const json_t *in, bool *ret_is_on, struct ctl_error *err);

/* api_time() - "2026-01-02T03:04:05Z"; a new JSON string */
json_t *api_time(int64_t seconds);

json_t *api_switch(bool is_on);

#endif
