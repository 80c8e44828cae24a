/* SPDX-License-Identifier: BSD-2-Clause */
/* action_group.c - actions on origin groups */
#include <stdlib.h>
#include <string.h>

#include "api/internal.h"

/* seed/21: origins of one's own only, no object storage; groups of type HTTP
 * are not for layer 4
 */
static bool group_check_type(const json_t *in, struct ctl_error *err)
{
	const char *type = param_string(in, "Type");

	return !type || strcmp(type, "GENERAL") == 0 ||
	       ctl_fail(err, CTL_PARAMETER,
			"Type '%.20s': rules of an L4 proxy take groups of "
			"type GENERAL",
			type);
}

static bool group_check_name(const json_t *in, struct ctl_error *err)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	const char *name = param_string(in, "Name");
	size_t len = name ? strlen(name) : 1;

	return !name ||
	       (len && len <= CTL_GROUP_NAME_MAX && strspn(name, set) == len) ||
	       ctl_fail(err, CTL_PARAMETER,
			"Name has 1 to %d characters out of a-z, A-Z, 0-9, _ "
			"and -",
			CTL_GROUP_NAME_MAX);
}

static bool record_get(const json_t *in, const char **ret,
		       struct ctl_error *err)
{
	static const struct param params[] = {
		{ "Record", PARAM_STRING, true },
		{ "Type", PARAM_STRING, false },
		{ "RecordId", PARAM_IGNORED, false },
		{ "Weight", PARAM_IGNORED, false },
		{ "Private", PARAM_IGNORED, false },
		{ "PrivateParameters", PARAM_IGNORED, false },
		PARAM_END,
	};
	const char *type;

	if (!param_check(in, params, "a record", err))
		return false;
	type = param_string(in, "Type");
	if (type && strcmp(type, "IP_DOMAIN") != 0)
		return ctl_fail(err, CTL_PARAMETER,
				"Type '%.20s' of a record: IP_DOMAIN is "
				"possible",
				type);
	*ret = param_string(in, "Record");
	return true;
}

/* @ret: room for GROUP_MEMBERS_MAX; more are counted, for the store to refuse
 */
static bool records_get(const json_t *in, const char **ret, uint32_t *ret_n,
			struct ctl_error *err)
{
	const json_t *list = json_object_get(in, "Records");
	size_t n = json_array_size(list), i;

	for (i = 0; i < n && i < GROUP_MEMBERS_MAX; i++)
		if (!record_get(json_array_get(list, i), &ret[i], err))
			return false;
	*ret_n = (uint32_t)(n > GROUP_MEMBERS_MAX ? GROUP_MEMBERS_MAX + 1 : n);
	return true;
}

bool action_create_group(const struct api *a, const json_t *in, json_t *out,
			 struct ctl_error *err)
{
	const char *members[GROUP_MEMBERS_MAX];
	char id[CTL_ID_MAX];
	uint32_t n;

	return group_check_type(in, err) && group_check_name(in, err) &&
	       records_get(in, members, &n, err) &&
	       control_create_group(a->control, param_string(in, "ZoneId"),
				    param_string(in, "Name"), members, n, id,
				    err) &&
	       api_put(out, "OriginGroupId", json_string(id), err);
}

bool action_modify_group(const struct api *a, const json_t *in, json_t *out,
			 struct ctl_error *err)
{
	bool has_records = json_object_get(in, "Records");
	const char *members[GROUP_MEMBERS_MAX];
	uint32_t n = 0;

	(void)out;
	return group_check_type(in, err) && group_check_name(in, err) &&
	       records_get(in, members, &n, err) &&
	       control_modify_group(a->control, param_string(in, "ZoneId"),
				    param_string(in, "GroupId"),
				    param_string(in, "Name"),
				    has_records ? members : NULL, n, err);
}

bool action_delete_group(const struct api *a, const json_t *in, json_t *out,
			 struct ctl_error *err)
{
	(void)out;
	return control_delete_group(a->control, param_string(in, "ZoneId"),
				    param_string(in, "GroupId"), err);
}

static json_t *group_json(const struct ctl_group *g)
{
	json_t *records = json_array();
	uint32_t i;

	for (i = 0; i < g->n_members; i++)
		(void)json_array_append_new(
			records, json_pack("{s:s,s:s}", "Record", g->members[i],
					   "Type", "IP_DOMAIN"));
	return json_pack("{s:s,s:s,s:s,s:o,s:[],s:o,s:o,s:s}", "GroupId", g->id,
			 "Name", g->name, "Type", "GENERAL", "Records", records,
			 "References", "CreateTime", api_time(g->created_s),
			 "UpdateTime", api_time(g->updated_s), "HostHeader",
			 "");
}

static bool groups_put(const struct ctl_group *list,
		       const struct ctl_page *page, json_t *out,
		       struct ctl_error *err)
{
	json_t *items = json_array();
	uint32_t i;

	for (i = 0; i < page->n; i++)
		if (json_array_append_new(items, group_json(&list[i])) < 0) {
			json_decref(items);
			return ctl_fail(err, CTL_INTERNAL, "out of memory");
		}
	return api_put(out, "TotalCount", json_integer(page->total), err) &&
	       api_put(out, "OriginGroups", items, err);
}

bool action_describe_group(const struct api *a, const json_t *in, json_t *out,
			   struct ctl_error *err)
{
	struct filter f[] = { { "origin-group-id", NULL },
			      { "origin-group-name", NULL } };
	struct ctl_group *list = calloc(CTL_GROUPS_MAX, sizeof(*list));
	struct ctl_group_filter by = { .zone = param_string(in, "ZoneId") };
	struct ctl_page page;
	bool ok;

	if (!list)
		return ctl_fail(err, CTL_INTERNAL, "out of memory");
	ok = api_page(in, &page, err) && param_filters(in, f, 2, err);
	if (ok && page.limit > CTL_GROUPS_MAX)
		page.limit = CTL_GROUPS_MAX;
	by.ids = f[0].text;
	by.names = f[1].text;
	ok = ok && control_list_groups(a->control, &by, &page, list, err) &&
	     groups_put(list, &page, out, err);
	free(f[0].text);
	free(f[1].text);
	free(list);
	return ok;
}
