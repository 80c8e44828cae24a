/* SPDX-License-Identifier: BSD-2-Clause */
/* action.c - which actions there are, and the form of every response */
#include "api/action.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "api/internal.h"
#include "wire/wire.h"

#define INVALID_ACTION	"InvalidAction"
#define NO_SUCH_VERSION "NoSuchVersion"

static const struct param create_proxy[] = {
	{ "ZoneId", PARAM_STRING, true },
	{ "ProxyName", PARAM_STRING, true },
	{ "Area", PARAM_STRING, true },
	{ "Ipv6", PARAM_STRING, false },
	{ "StaticIp", PARAM_STRING, false },
	{ "AccelerateMainland", PARAM_STRING, false },
	{ "DDosProtectionConfig", PARAM_OBJECT, false },
	PARAM_END,
};
static const struct param modify_proxy[] = {
	{ "ZoneId", PARAM_STRING, true },
	{ "ProxyId", PARAM_STRING, true },
	{ "Ipv6", PARAM_STRING, false },
	{ "AccelerateMainland", PARAM_STRING, false },
	PARAM_END,
};
static const struct param switch_proxy[] = {
	{ "ZoneId", PARAM_STRING, true },
	{ "ProxyId", PARAM_STRING, true },
	{ "Status", PARAM_STRING, true },
	PARAM_END,
};
static const struct param delete_proxy[] = {
	{ "ZoneId", PARAM_STRING, true },
	{ "ProxyId", PARAM_STRING, true },
	PARAM_END,
};
static const struct param describe_zone[] = {
	{ "ZoneId", PARAM_STRING, true },
	{ "Offset", PARAM_NUMBER, false },
	{ "Limit", PARAM_NUMBER, false },
	{ "Filters", PARAM_OBJECTS, false },
	PARAM_END,
};
static const struct param describe_rules[] = {
	{ "ZoneId", PARAM_STRING, true },    { "ProxyId", PARAM_STRING, true },
	{ "Offset", PARAM_NUMBER, false },   { "Limit", PARAM_NUMBER, false },
	{ "Filters", PARAM_OBJECTS, false }, PARAM_END,
};
static const struct param put_rules[] = {
	{ "ZoneId", PARAM_STRING, true },
	{ "ProxyId", PARAM_STRING, true },
	{ "L4ProxyRules", PARAM_OBJECTS, true },
	PARAM_END,
};
static const struct param switch_rules[] = {
	{ "ZoneId", PARAM_STRING, true },
	{ "ProxyId", PARAM_STRING, true },
	{ "RuleIds", PARAM_STRINGS, true },
	{ "Status", PARAM_STRING, true },
	PARAM_END,
};
static const struct param delete_rules[] = {
	{ "ZoneId", PARAM_STRING, true },
	{ "ProxyId", PARAM_STRING, true },
	{ "RuleIds", PARAM_STRINGS, true },
	PARAM_END,
};
static const struct param import_rules[] = {
	{ "ZoneId", PARAM_STRING, true }, { "ProxyId", PARAM_STRING, true },
	{ "Text", PARAM_STRING, true },	  { "Partial", PARAM_BOOL, false },
	{ "DryRun", PARAM_BOOL, false },  PARAM_END,
};
static const struct param create_group[] = {
	{ "ZoneId", PARAM_STRING, true },
	{ "Name", PARAM_STRING, true },
	{ "Type", PARAM_STRING, true },
	{ "Records", PARAM_OBJECTS, true },
	{ "HostHeader", PARAM_IGNORED, false },
	PARAM_END,
};
static const struct param modify_group[] = {
	{ "ZoneId", PARAM_STRING, true },
	{ "GroupId", PARAM_STRING, true },
	{ "Name", PARAM_STRING, false },
	{ "Type", PARAM_STRING, false },
	{ "Records", PARAM_OBJECTS, false },
	{ "HostHeader", PARAM_IGNORED, false },
	PARAM_END,
};
static const struct param delete_group[] = {
	{ "ZoneId", PARAM_STRING, true },
	{ "GroupId", PARAM_STRING, true },
	PARAM_END,
};

static const struct param statistics[] = {
	{ "ProxyId", PARAM_STRING, false },
	{ "RuleIds", PARAM_STRINGS, false },
	PARAM_END,
};
static const struct param connections[] = {
	{ "ProxyId", PARAM_STRING, false },
	{ "RuleId", PARAM_STRING, false },
	{ "Limit", PARAM_NUMBER, false },
	PARAM_END,
};

static const struct action {
	const char *name;
	const struct param *params;
	action_fn *run;
	bool writes;
} actions[] = {
	{ "CreateL4Proxy", create_proxy, action_create_proxy, true },
	{ "ModifyL4Proxy", modify_proxy, action_modify_proxy, true },
	{ "ModifyL4ProxyStatus", switch_proxy, action_switch_proxy, true },
	{ "DescribeL4Proxy", describe_zone, action_describe_proxy, false },
	{ "DeleteL4Proxy", delete_proxy, action_delete_proxy, true },
	{ "CreateL4ProxyRules", put_rules, action_create_rules, true },
	{ "ModifyL4ProxyRules", put_rules, action_modify_rules, true },
	{ "ModifyL4ProxyRulesStatus", switch_rules, action_switch_rules, true },
	{ "DescribeL4ProxyRules", describe_rules, action_describe_rules,
	  false },
	{ "DeleteL4ProxyRules", delete_rules, action_delete_rules, true },
	{ "TpImportL4ProxyRules", import_rules, action_import, true },
	{ "TpExportL4ProxyRules", delete_proxy, action_export, false },
	{ "TpDescribeStatistics", statistics, action_statistics, false },
	{ "TpDescribeConnections", connections, action_connections, false },
	{ "CreateOriginGroup", create_group, action_create_group, true },
	{ "ModifyOriginGroup", modify_group, action_modify_group, true },
	{ "DescribeOriginGroup", describe_zone, action_describe_group, false },
	{ "DeleteOriginGroup", delete_group, action_delete_group, true },
};

const char *const api_mode_names[] = {
	[MODE_OFF] = "OFF",   [MODE_TOA] = "TOA", [MODE_PPV1] = "PPV1",
	[MODE_PPV2] = "PPV2", [MODE_SPP] = "SPP",
};
const char *const api_proto_names[] = {
	[RULE_TCP] = "TCP", [RULE_UDP] = "UDP"
};

bool api_put(json_t *out, const char *name, json_t *value,
	     struct ctl_error *err)
{
	return json_object_set_new(out, name, value) == 0 ||
	       ctl_fail(err, CTL_INTERNAL, "out of memory");
}

bool api_page(const json_t *in, struct ctl_page *ret, struct ctl_error *err)
{
	*ret = (struct ctl_page) { .limit = API_LIMIT_DEFAULT };
	return param_u32(in, "Offset", INT32_MAX, &ret->offset, err) &&
	       param_u32(in, "Limit", API_LIMIT_MAX, &ret->limit, err);
}

bool api_status(const json_t *in, bool *ret_is_on, struct ctl_error *err)
{
	const char *text = param_string(in, "Status");

	*ret_is_on = strcmp(text, "online") == 0;
	return *ret_is_on || strcmp(text, "offline") == 0 ||
	       ctl_fail(err, CTL_PARAMETER,
			"Status '%.20s' is neither online nor offline", text);
}

json_t *api_time(int64_t seconds)
{
	time_t t = (time_t)seconds;
	char text[32] = "";
	struct tm tm;

	if (gmtime_r(&t, &tm))
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

json_t *api_switch(bool is_on)
{
	return json_string(is_on ? "on" : "off");
}

static const struct action *action_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(actions); i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

bool api_action_writes(const char *action)
{
	const struct action *a = action_find(action);

	return a && a->writes;
}

/* RFC 9562, version 4. Who has no random numbers gets zeros: it is for logs. */
static void request_id(char ret[API_REQUEST_ID_MAX])
{
	uint8_t r[16] = { 0 };

	if (getrandom(r, sizeof(r), GRND_NONBLOCK) < 0)
		memset(r, 0, sizeof(r));
	r[6] = (uint8_t)((r[6] & 0x0f) | 0x40);
	r[8] = (uint8_t)((r[8] & 0x3f) | 0x80);
	(void)snprintf(ret, API_REQUEST_ID_MAX,
		       "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
		       "%02x%02x%02x%02x%02x%02x",
		       r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8],
		       r[9], r[10], r[11], r[12], r[13], r[14], r[15]);
}

/* {"Response": @out and a RequestId}; takes @out over */
static char *respond(json_t *out)
{
	char id[API_REQUEST_ID_MAX];
	json_t *all = json_object();
	char *text = NULL;

	request_id(id);
	if (out && all &&
	    json_object_set_new(out, "RequestId", json_string(id)) == 0 &&
	    json_object_set(all, "Response", out) == 0)
		text = json_dumps(all, JSON_COMPACT);
	json_decref(out);
	json_decref(all);
	return text;
}

/* @details: NULL, or the caller's */
static char *error_respond(const struct ctl_error *err, json_t *details)
{
	json_t *out = json_pack("{s:{s:s,s:s}}", "Error", "Code", err->code,
				"Message", err->text);

	if (details)
		(void)json_object_set(out, API_DETAILS, details);
	return respond(out);
}

char *api_error(const struct ctl_error *err)
{
	return error_respond(err, NULL);
}

static bool call(const struct api *a, const char *name, const char *version,
		 const json_t *in, json_t *out, struct ctl_error *err)
{
	const struct action *action = action_find(name);

	if (strcmp(version, API_VERSION) != 0)
		return ctl_fail(err, NO_SUCH_VERSION,
				"version '%.20s' is not here: X-TC-Version "
				"has to be " API_VERSION,
				version);
	if (!action)
		return ctl_fail(err, INVALID_ACTION,
				"there is no action '%.60s'", name);
	if (!json_is_object(in))
		return ctl_fail(err, API_INVALID, "the body is not an object");
	return param_check(in, action->params, name, err) &&
	       action->run(a, in, out, err);
}

char *api_call(const struct api *a, const char *action, const char *version,
	       const char *body, size_t body_len)
{
	json_error_t where;
	json_t *in = json_loadb(body, body_len,
				JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
				&where);
	json_t *out = json_object();
	struct ctl_error err = { 0 };
	bool ok = false;
	char *text;

	if (!in)
		ctl_error_set(&err, API_INVALID,
			      "the body is not JSON: %s, byte %d", where.text,
			      where.position);
	else if (!out)
		ctl_error_set(&err, CTL_INTERNAL, "out of memory");
	else
		ok = call(a, action, version, in, out, &err);
	json_decref(in);
	if (ok)
		return respond(out);
	text = error_respond(&err, json_object_get(out, API_DETAILS));
	json_decref(out);
	return text;
}
