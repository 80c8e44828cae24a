/* SPDX-License-Identifier: BSD-2-Clause */
/* action_rule.c - actions on forwarding rules */
#include <stdlib.h>
#include <string.h>

#include "api/internal.h"
#include "rules/rule_text.h"

static bool words_ports(const json_t *in, struct ctl_rule_words *w,
			unsigned *fields)
{
	if (!json_object_get(in, "PortRange"))
		return true;
	*fields |= RULE_FIELD_PORTS;
	w->n_ports =
		param_strings(in, "PortRange", w->ports, RULE_ENTRIES_MAX + 1);
	return true;
}

static bool words_origin(const json_t *in, struct ctl_rule_words *w,
			 unsigned *fields, struct ctl_error *err)
{
	const char *type = param_string(in, "OriginType");
	bool has_values = json_object_get(in, "OriginValue");

	if (!type && !has_values)
		return true;
	if (!type || !has_values)
		return ctl_fail(err, API_MISSING,
				"OriginType and OriginValue go together");
	if (strcmp(type, "LB") == 0)
		return ctl_fail(err, CTL_UNSUPPORTED,
				"OriginType LB is for listed users of the "
				"product only: name addresses or a group");
	*fields |= RULE_FIELD_ORIGIN;
	if (!param_choice(in, "OriginType", ctl_origin_type_names,
			  &w->origin_type, err))
		return false;
	w->n_values =
		param_strings(in, "OriginValue", w->values, CTL_VALUES_MAX + 1);
	return true;
}

static bool words_rest(const json_t *in, struct ctl_rule_words *w,
		       unsigned *fields, struct ctl_error *err)
{
	bool is_there;

	w->protocol = param_string(in, "Protocol");
	w->origin_ports = param_string(in, "OriginPortRange");
	w->mode = param_string(in, "ClientIPPassThroughMode");
	w->tag = param_string(in, "RuleTag");
	if (!param_switch(in, "SessionPersist", &w->is_persistent, &is_there,
			  err) ||
	    !param_u32(in, "SessionPersistTime", INT32_MAX, &w->persist_s, err))
		return false;
	*fields |= (w->protocol ? RULE_FIELD_PROTOCOL : 0U) |
		   (w->origin_ports ? RULE_FIELD_ORIGIN_PORTS : 0U) |
		   (w->mode ? RULE_FIELD_MODE : 0U) |
		   (w->tag ? RULE_FIELD_TAG : 0U) |
		   (is_there ? RULE_FIELD_PERSIST : 0U) |
		   (w->persist_s ? RULE_FIELD_PERSIST_S : 0U);
	if (json_object_get(in, "SessionPersistTime") && !w->persist_s)
		return ctl_fail(err, CTL_PARAMETER,
				"SessionPersistTime 0 is outside %d-%d s",
				CTL_PERSIST_MIN_S, CTL_PERSIST_MAX_S);
	return true;
}

static bool rule_words(const json_t *in, const struct param *params,
		       struct ctl_rule_change *ret, struct ctl_error *err)
{
	if (!param_check(in, params, "a rule", err))
		return false;
	ret->id = param_string(in, "RuleId");
	return words_ports(in, &ret->words, &ret->fields) &&
	       words_origin(in, &ret->words, &ret->fields, err) &&
	       words_rest(in, &ret->words, &ret->fields, err);
}

#define RULE_PARAMS(is_required)                                    \
	{ "Protocol", PARAM_STRING, (is_required) },                \
		{ "PortRange", PARAM_STRINGS, (is_required) },      \
		{ "OriginType", PARAM_STRING, (is_required) },      \
		{ "OriginValue", PARAM_STRINGS, (is_required) },    \
		{ "OriginPortRange", PARAM_STRING, (is_required) }, \
		{ "ClientIPPassThroughMode", PARAM_STRING, false }, \
		{ "SessionPersist", PARAM_STRING, false },          \
		{ "SessionPersistTime", PARAM_NUMBER, false },      \
		{ "RuleTag", PARAM_STRING, false },                 \
		{ "BuId", PARAM_IGNORED, false },                   \
	{                                                           \
		"RemoteAuth", PARAM_IGNORED, false                  \
	}

static const struct param new_rule[] = { RULE_PARAMS(true), PARAM_END };
static const struct param changed_rule[] = {
	{ "RuleId", PARAM_STRING, true },
	RULE_PARAMS(false),
	PARAM_END,
};

/* The rules of a call, in words; to be freed. */
static struct ctl_rule_change *rules_get(const json_t *in,
					 const struct param *params,
					 uint32_t *ret_n, struct ctl_error *err)
{
	const json_t *list = json_object_get(in, "L4ProxyRules");
	size_t n = json_array_size(list), i;
	struct ctl_rule_change *changes;

	if (n > CTL_BATCH_MAX) {
		ctl_error_set(err, CTL_BATCH,
			      "%zu rules in one call: at most %d, send several "
			      "calls",
			      n, CTL_BATCH_MAX);
		return NULL;
	}
	changes = calloc(n + 1, sizeof(*changes));
	if (!changes) {
		ctl_error_set(err, CTL_INTERNAL, "out of memory");
		return NULL;
	}
	for (i = 0; i < n; i++)
		if (!rule_words(json_array_get(list, i), params, &changes[i],
				err)) {
			free(changes);
			return NULL;
		}
	*ret_n = (uint32_t)n;
	return changes;
}

static bool ids_put(json_t *out, char (*ids)[CTL_ID_MAX], uint32_t n,
		    struct ctl_error *err)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < n; i++)
		(void)json_array_append_new(list, json_string(ids[i]));
	return api_put(out, "L4ProxyRuleIds", list, err);
}

bool action_create_rules(const struct api *a, const json_t *in, json_t *out,
			 struct ctl_error *err)
{
	char ids[CTL_BATCH_MAX][CTL_ID_MAX];
	struct ctl_rule_words *words;
	struct ctl_rule_change *rules;
	uint32_t n = 0, i;
	bool ok;

	rules = rules_get(in, new_rule, &n, err);
	if (!rules)
		return false;
	words = calloc((size_t)n + 1, sizeof(*words));
	if (!words) {
		free(rules);
		return ctl_fail(err, CTL_INTERNAL, "out of memory");
	}
	for (i = 0; i < n; i++) {
		words[i] = rules[i].words;
		/* the API's defaults: no header, no persistence */
		if (!words[i].mode)
			words[i].mode = api_mode_names[MODE_OFF];
	}
	ok = control_create_rules(a->control, param_string(in, "ZoneId"),
				  param_string(in, "ProxyId"), words, n, ids,
				  err) &&
	     ids_put(out, ids, n, err);
	free(words);
	free(rules);
	return ok;
}

bool action_modify_rules(const struct api *a, const json_t *in, json_t *out,
			 struct ctl_error *err)
{
	struct ctl_rule_change *rules;
	uint32_t n = 0;
	bool ok;

	(void)out;
	rules = rules_get(in, changed_rule, &n, err);
	if (!rules)
		return false;
	ok = control_modify_rules(a->control, param_string(in, "ZoneId"),
				  param_string(in, "ProxyId"), rules, n, err);
	free(rules);
	return ok;
}

bool action_switch_rules(const struct api *a, const json_t *in, json_t *out,
			 struct ctl_error *err)
{
	const char *ids[CTL_BATCH_MAX];
	uint32_t n = param_strings(in, "RuleIds", ids, CTL_BATCH_MAX);
	bool is_on;

	(void)out;
	return api_status(in, &is_on, err) &&
	       control_switch_rules(a->control, param_string(in, "ZoneId"),
				    param_string(in, "ProxyId"), ids, n, is_on,
				    err);
}

bool action_delete_rules(const struct api *a, const json_t *in, json_t *out,
			 struct ctl_error *err)
{
	const char *ids[CTL_BATCH_MAX];
	uint32_t n = param_strings(in, "RuleIds", ids, CTL_BATCH_MAX);

	(void)out;
	return control_delete_rules(a->control, param_string(in, "ZoneId"),
				    param_string(in, "ProxyId"), ids, n, err);
}

static json_t *ports_json(const struct rule *r)
{
	json_t *list = json_array();
	char text[CTL_PORT_TEXT_MAX];
	uint32_t i;

	for (i = 0; i < r->n_ports; i++)
		(void)json_array_append_new(
			list, json_string(ctl_port_text(r->ports[i], text)));
	return list;
}

static json_t *values_json(const struct ctl_rule *r)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < r->n_values; i++)
		(void)json_array_append_new(list, json_string(r->values[i]));
	return list;
}

static json_t *rule_json(const struct ctl_rule *r)
{
	char text[CTL_PORT_TEXT_MAX];

	return json_pack(
		"{s:s,s:s,s:o,s:s,s:o,s:s,s:s,s:o,s:i,s:s,s:s,s:s,s:s}",
		"RuleId", r->id, "Protocol", api_proto_names[r->rule.proto],
		"PortRange", ports_json(&r->rule), "OriginType",
		ctl_origin_type_names[r->origin_type], "OriginValue",
		values_json(r), "OriginPortRange",
		ctl_port_text(r->rule.origin_ports, text),
		"ClientIPPassThroughMode", api_mode_names[r->rule.mode],
		"SessionPersist", api_switch(r->rule.is_persistent),
		"SessionPersistTime", (int)r->persist_s, "RuleTag", r->rule.tag,
		"Status", ctl_status_names[r->status], "TpReason", r->reason,
		"BuId", "");
}

static bool rules_put(const struct ctl_rule *list, const struct ctl_page *page,
		      json_t *out, struct ctl_error *err)
{
	json_t *items = json_array();
	uint32_t i;

	for (i = 0; i < page->n; i++)
		if (json_array_append_new(items, rule_json(&list[i])) < 0) {
			json_decref(items);
			return ctl_fail(err, CTL_INTERNAL, "out of memory");
		}
	return api_put(out, "TotalCount", json_integer(page->total), err) &&
	       api_put(out, "L4ProxyRules", items, err);
}

static bool rules_list(const struct api *a, const struct ctl_rule_filter *by,
		       struct ctl_page *page, json_t *out,
		       struct ctl_error *err)
{
	struct ctl_rule *list = calloc((size_t)page->limit + 1, sizeof(*list));
	bool ok;

	if (!list)
		return ctl_fail(err, CTL_INTERNAL, "out of memory");
	ok = control_list_rules(a->control, by, page, list, err) &&
	     rules_put(list, page, out, err);
	free(list);
	return ok;
}

bool action_describe_rules(const struct api *a, const json_t *in, json_t *out,
			   struct ctl_error *err)
{
	struct filter f[] = { { "rule-id", NULL },
			      { "rule-tag", NULL },
			      { "forward-protocol", NULL },
			      { "forward-port", NULL } };
	struct ctl_rule_filter by = {
		.zone = param_string(in, "ZoneId"),
		.instance_id = param_string(in, "ProxyId"),
	};
	struct ctl_page page;
	size_t i;
	bool ok;

	ok = api_page(in, &page, err) && param_filters(in, f, 4, err);
	by.ids = f[0].text;
	by.tags = f[1].text;
	by.protocols = f[2].text;
	by.ports = f[3].text;
	ok = ok && rules_list(a, &by, &page, out, err);
	for (i = 0; i < 4; i++)
		free(f[i].text);
	return ok;
}
