/* SPDX-License-Identifier: BSD-2-Clause */
/* action_live.c - what the data path does now: numbers and connections */
#include <stdlib.h>
#include <string.h>

#include "api/internal.h"
#include "api/live.h"
#include "base/clock.h"

static const struct {
	const char *group;
	const char *name;
} names[LIVE_COUNT] = {
#define LIVE(id, group, name, metric, label) [LIVE_##id] = { group, name },
#include "api/live.def"
#undef LIVE
};

static bool live_is_there(const struct api *a, struct ctl_error *err)
{
	return a->live || ctl_fail(err, CTL_UNSUPPORTED,
				   "there is no data path here to ask");
}

/* Members of @out; a jansson that has no memory leaves one out. */
static void counters_put(json_t *out, const uint64_t n[LIVE_COUNT])
{
	json_t *at = out;
	int i;

	for (i = 0; i < LIVE_COUNT; i++) {
		const char *group = names[i].group;

		at = group ? json_object_get(out, group) : out;
		if (!at) {
			at = json_object();
			(void)json_object_set_new(out, group, at);
		}
		(void)json_object_set_new(at, names[i].name,
					  json_integer((json_int_t)n[i]));
	}
}

static json_t *counters_json(const uint64_t n[LIVE_COUNT])
{
	json_t *j = json_object();

	if (j)
		counters_put(j, n);
	return j;
}

static json_t *time_text(uint64_t wall_ms)
{
	char text[CLOCK_TEXT_MAX];

	return json_string(clock_format_utc(wall_ms, text));
}

static bool is_wanted(const char *want, const char *id)
{
	return !want || strcmp(want, id) == 0;
}

static bool is_among(const char *const *list, uint32_t n, const char *id)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (strcmp(list[i], id) == 0)
			return true;
	return false;
}

static void rule_put(json_t *list, const struct live_rule *r)
{
	json_t *j = json_pack("{s:s,s:s,s:s}", "RuleId", r->rule_id, "ProxyId",
			      r->instance_id, "Protocol",
			      api_proto_names[r->proto]);

	if (j)
		counters_put(j, r->n);
	(void)json_array_append_new(list, j);
}

static json_t *rules_json(const json_t *in, const struct live_rule *rules,
			  uint32_t n, const char *const *ids, uint32_t n_ids)
{
	const char *proxy = param_string(in, "ProxyId");
	bool is_any = !json_is_array(json_object_get(in, "RuleIds"));
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; list && i < n; i++)
		if (is_wanted(proxy, rules[i].instance_id) &&
		    (is_any || is_among(ids, n_ids, rules[i].rule_id)))
			rule_put(list, &rules[i]);
	return list;
}

bool action_statistics(const struct api *a, const json_t *in, json_t *out,
		       struct ctl_error *err)
{
	const char *ids[CTL_BATCH_MAX];
	uint32_t n_ids = param_strings(in, "RuleIds", ids, CTL_BATCH_MAX);
	uint64_t totals[LIVE_COUNT] = { 0 };
	struct live_rule *rules = NULL;
	json_t *list;
	uint32_t n = 0;

	if (!live_is_there(a, err))
		return false;
	if (n_ids > CTL_BATCH_MAX)
		return ctl_fail(err, CTL_BATCH, "more than %d RuleIds",
				CTL_BATCH_MAX);
	if (!a->live->rules(a->live->arg, &rules, &n, totals))
		return ctl_fail(err, CTL_INTERNAL, "out of memory");
	list = rules_json(in, rules, n, ids, n_ids);
	free(rules);
	n = (uint32_t)json_array_size(list);
	return api_put(out, "Rules", list, err) &&
	       api_put(out, "TotalCount", json_integer(n), err) &&
	       api_put(out, "Totals", counters_json(totals), err) &&
	       api_put(out, "StartTime", time_text(a->live->start_wall_ms),
		       err) &&
	       api_put(out, "Time", time_text(clock_wall_ms()), err);
}

/* "" for what is not there */
static const char *endpoint_text(const struct endpoint *e,
				 char out[ENDPOINT_TEXT_MAX])
{
	return e->addr.family == IP_NONE ? "" : endpoint_format(e, out);
}

static void connection_put(json_t *list, const struct api *a,
			   const struct live_connection *c)
{
	char client[ENDPOINT_TEXT_MAX], at[ENDPOINT_TEXT_MAX];
	char told[ENDPOINT_TEXT_MAX], origin[ENDPOINT_TEXT_MAX];
	char id[LIVE_SESSION_ID_MAX], from[CLOCK_TEXT_MAX];
	char to[CLOCK_TEXT_MAX] = "";

	if (c->end_wall_ms)
		clock_format_utc(c->end_wall_ms, to);
	(void)json_array_append_new(
		list,
		json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:s,s:s,"
			  "s:I,s:I,s:s}",
			  "SessionId",
			  a->live->session_text(a->live->arg, c->session, id),
			  "RuleId", c->rule_id, "ProxyId", c->instance_id,
			  "Protocol", api_proto_names[c->proto], "Mode",
			  api_mode_names[c->mode], "ConnectTime",
			  clock_format_utc(c->begin_wall_ms, from),
			  "DisconnectTime", to, "Open", !c->end_wall_ms,
			  "Client", endpoint_text(&c->client, client), "Told",
			  endpoint_text(&c->told, told), "Listen",
			  endpoint_text(&c->listen, at), "Origin",
			  endpoint_text(&c->origin, origin), "BytesUp",
			  (json_int_t)c->up_bytes, "BytesDown",
			  (json_int_t)c->down_bytes, "Reason", c->reason));
}

bool action_connections(const struct api *a, const json_t *in, json_t *out,
			struct ctl_error *err)
{
	const char *proxy = param_string(in, "ProxyId");
	const char *rule = param_string(in, "RuleId");
	uint32_t limit = LIVE_CONNECTIONS_MAX, n, i, total = 0;
	struct live_connection *all;
	json_t *list;

	if (!live_is_there(a, err) ||
	    !param_u32(in, "Limit", LIVE_CONNECTIONS_MAX, &limit, err))
		return false;
	all = calloc(LIVE_CONNECTIONS_MAX, sizeof(*all));
	list = json_array();
	n = all ? a->live->connections(a->live->arg, all) : 0;
	for (i = 0; list && i < n; i++) {
		if (!is_wanted(proxy, all[i].instance_id) ||
		    !is_wanted(rule, all[i].rule_id))
			continue;
		if (total++ < limit)
			connection_put(list, a, &all[i]);
	}
	free(all);
	return api_put(out, "Connections", list, err) &&
	       api_put(out, "TotalCount", json_integer(total), err);
}
