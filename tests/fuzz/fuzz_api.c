/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_api.c - actions with bodies of any kind: each is answered, and one that
 * is refused has changed nothing.
 *
 * Lines, each an action and a body: 'a' to 'r' of the table below, other
 * letters none of them. In a body $P, $R and $G are the last instance, rule and
 * group that there are, $L the line's number.
 */
#include "fuzz.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "../unit/control_dir.h"
#include "api/action.h"

#define CALLS_MAX 24
#define BODY_MAX  4096
#define ZONE	  "zone-test"

static const char *const actions[] = {
	"CreateL4Proxy",	"ModifyL4Proxy",
	"ModifyL4ProxyStatus",	"DescribeL4Proxy",
	"DeleteL4Proxy",	"CreateL4ProxyRules",
	"ModifyL4ProxyRules",	"ModifyL4ProxyRulesStatus",
	"DescribeL4ProxyRules", "DeleteL4ProxyRules",
	"TpImportL4ProxyRules", "TpExportL4ProxyRules",
	"TpDescribeStatistics", "TpDescribeConnections",
	"CreateOriginGroup",	"ModifyOriginGroup",
	"DescribeOriginGroup",	"DeleteOriginGroup",
};

struct world {
	char dir[64];
	struct api api;
	char instance[CTL_ID_MAX], rule[CTL_ID_MAX], group[CTL_ID_MAX];
	unsigned n_calls;
};

static void check_text(const json_t *text)
{
	ASSERT(json_string_length(text));
	fuzz_shown(json_string_value(text), json_string_length(text));
}

static void check_error(const json_t *response)
{
	const json_t *e = json_object_get(response, "Error"), *item;
	const json_t *details = json_object_get(response, "Details");
	const char *code = json_string_value(json_object_get(e, "Code"));
	size_t i;

	ASSERT(code && strcmp(code, CTL_INTERNAL) != 0);
	check_text(json_object_get(e, "Code"));
	check_text(json_object_get(e, "Message"));
	json_array_foreach((json_t *)(uintptr_t)details, i, item)
	{
		check_text(json_object_get(item, "Code"));
		check_text(json_object_get(item, "Message"));
		ASSERT(json_integer_value(json_object_get(item, "Column")) > 0);
	}
}

/* The object Response; the caller's */
static json_t *call(const struct world *w, const char *action, const char *body,
		    size_t len)
{
	char *copy = (char *)fuzz_copy((const uint8_t *)body, len);
	char *text = api_call(&w->api, action, API_VERSION, copy, len);
	json_t *all, *response;

	ASSERT(text);
	all = json_loads(text, 0, NULL);
	response = json_incref(json_object_get(all, "Response"));
	ASSERT(json_string_length(json_object_get(response, "RequestId")) ==
	       API_REQUEST_ID_MAX - 1);
	(void)json_object_del(response, "RequestId");
	if (json_object_get(response, "Error"))
		check_error(response);
	json_decref(all);
	free(copy);
	free(text);
	return response;
}

/* @action without anything but the zone and, if it is not empty, @instance */
static json_t *describe(const struct world *w, const char *action,
			const char *instance)
{
	char body[128];
	int n = snprintf(body, sizeof(body), "{\"ZoneId\":\"" ZONE "\"%s%s%s}",
			 *instance ? ",\"ProxyId\":\"" : "", instance,
			 *instance ? "\"" : "");

	return call(w, action, body, (size_t)n);
}

/* @key of the last of the response's @list */
static void last_id(const json_t *response, const char *list, const char *key,
		    char ret[CTL_ID_MAX])
{
	const json_t *items = json_object_get(response, list);
	size_t n = json_array_size(items);
	const char *id = json_string_value(
		json_object_get(json_array_get(items, n > 0 ? n - 1 : 0), key));

	ret[0] = '\0';
	if (id)
		ASSERT(str_copy(ret, CTL_ID_MAX, id));
}

/* All that there is, of the last instance its rules; the caller's */
static json_t *look(struct world *w)
{
	json_t *instances = describe(w, "DescribeL4Proxy", "");
	json_t *groups = describe(w, "DescribeOriginGroup", "");
	json_t *rules, *all;

	last_id(instances, "L4Proxies", "ProxyId", w->instance);
	last_id(groups, "OriginGroups", "GroupId", w->group);
	rules = describe(w, "DescribeL4ProxyRules", w->instance);
	last_id(rules, "L4ProxyRules", "RuleId", w->rule);
	all = json_pack("[o,o,o]", instances, groups, rules);
	ASSERT(all);
	return all;
}

/* The names that stand in @line for ids. Return: length of @ret */
static size_t expand(const struct world *w, const char *line, size_t len,
		     char ret[BODY_MAX])
{
	size_t at = 0, i;

	for (i = 0; i < len && at < BODY_MAX - CTL_ID_MAX; i++) {
		char number[CTL_ID_MAX];
		const char *id = NULL;

		(void)snprintf(number, sizeof(number), "%u", w->n_calls);
		if (line[i] == '$' && i + 1 < len)
			id = line[i + 1] == 'P'	  ? w->instance
			     : line[i + 1] == 'R' ? w->rule
			     : line[i + 1] == 'G' ? w->group
			     : line[i + 1] == 'L' ? number
						  : NULL;
		if (!id) {
			ret[at++] = line[i];
			continue;
		}
		while (*id)
			ret[at++] = *id++;
		i++;
	}
	return at;
}

/* What the data path does: what is in progress comes to stand. */
static void settle(const struct world *w)
{
	struct ctl_outcome o = { .generation =
					 control_generation(w->api.control) };
	struct ctl_error err;

	ASSERT(control_settle(w->api.control, &o, &err));
}

static void one_call(struct world *w, const char *line, size_t len)
{
	unsigned which = (unsigned char)line[0] - (unsigned)'a';
	const char *action = which < ARRAY_SIZE(actions) ? actions[which] : "";
	json_t *before = look(w), *after, *response;
	char body[BODY_MAX];
	size_t n;

	n = expand(w, line + 1, len - 1, body);
	response = call(w, action, body, n);
	after = look(w);
	if (json_object_get(response, "Error") || !api_action_writes(action))
		ASSERT(json_equal(before, after));
	json_decref(before);
	json_decref(after);
	json_decref(response);
	settle(w);
}

static void world_init(struct world *w)
{
	struct control_options o = { .quota = 2 };
	struct ctl_error err = { .code = NULL };

	*w = (struct world) { .n_calls = 0 };
	(void)snprintf(w->dir, sizeof(w->dir), "%s/tp-fuzz.XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ASSERT(mkdtemp(w->dir));
	w->api.domain = "proxy.test";
	w->api.control = control_open(w->dir, &o, &err);
	ASSERT(w->api.control);
}

static void world_fini(struct world *w)
{
	control_close(w->api.control);
	ASSERT(control_dir_remove(w->dir) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *at = (const char *)data, *end = at + len;
	struct world w;

	world_init(&w);
	while (at < end && w.n_calls < CALLS_MAX) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((lf ? lf : end) - at);

		w.n_calls++;
		if (n)
			one_call(&w, at, n);
		at += n + (lf != NULL);
	}
	world_fini(&w);
	return 0;
}
