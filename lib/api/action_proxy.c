/* SPDX-License-Identifier: BSD-2-Clause */
/* action_proxy.c - actions on instances */
#include <stdlib.h>
#include <string.h>

#include "api/internal.h"
#include "base/str.h"

static bool protection_get(const json_t *in, struct ctl_protect *ret,
			   struct ctl_error *err)
{
	static const struct param params[] = {
		{ "LevelMainland", PARAM_STRING, false },
		{ "MaxBandwidthMainland", PARAM_NUMBER, false },
		{ "LevelOverseas", PARAM_STRING, false },
		PARAM_END,
	};
	const json_t *p = json_object_get(in, "DDosProtectionConfig");

	if (!p)
		return true;
	return param_check(p, params, "DDosProtectionConfig", err) &&
	       param_choice(p, "LevelMainland", ctl_mainland_names,
			    &ret->mainland, err) &&
	       param_u32(p, "MaxBandwidthMainland", 1000, &ret->bandwidth_gbps,
			 err) &&
	       param_choice(p, "LevelOverseas", ctl_overseas_names,
			    &ret->overseas, err);
}

bool action_create_proxy(const struct api *a, const json_t *in, json_t *out,
			 struct ctl_error *err)
{
	const char *zone = param_string(in, "ZoneId");
	const char *name = param_string(in, "ProxyName");
	struct instance want = { .area = AREA_OVERSEAS };
	char id[CTL_ID_MAX];
	bool is_there;

	if (!*zone || !str_copy(want.zone, sizeof(want.zone), zone))
		return ctl_fail(err, CTL_PARAMETER,
				"ZoneId has 1 to %d characters", CTL_ZONE_MAX);
	/* the whole name is judged, not what fits */
	if (!instance_check_name(name, err))
		return false;
	memcpy(want.name, name, strlen(name) + 1);
	if (!param_choice(in, "Area", ctl_area_names, &want.area, err) ||
	    !param_switch(in, "Ipv6", &want.has[FEATURE_IPV6], &is_there,
			  err) ||
	    !param_switch(in, "StaticIp", &want.has[FEATURE_STATIC_IP],
			  &is_there, err) ||
	    !param_switch(in, "AccelerateMainland",
			  &want.has[FEATURE_ACCELERATE], &is_there, err) ||
	    !protection_get(in, &want.protect, err) ||
	    !control_create_instance(a->control, &want, id, err))
		return false;
	return api_put(out, "ProxyId", json_string(id), err);
}

bool action_modify_proxy(const struct api *a, const json_t *in, json_t *out,
			 struct ctl_error *err)
{
	bool ipv6 = false, accelerate = false, has_ipv6, has_accelerate;

	(void)out;
	if (!param_switch(in, "Ipv6", &ipv6, &has_ipv6, err) ||
	    !param_switch(in, "AccelerateMainland", &accelerate,
			  &has_accelerate, err))
		return false;
	return control_modify_instance(a->control, param_string(in, "ZoneId"),
				       param_string(in, "ProxyId"),
				       has_ipv6 ? &ipv6 : NULL,
				       has_accelerate ? &accelerate : NULL,
				       err);
}

bool action_switch_proxy(const struct api *a, const json_t *in, json_t *out,
			 struct ctl_error *err)
{
	bool is_on;

	(void)out;
	return api_status(in, &is_on, err) &&
	       control_switch_instance(a->control, param_string(in, "ZoneId"),
				       param_string(in, "ProxyId"), is_on, err);
}

bool action_delete_proxy(const struct api *a, const json_t *in, json_t *out,
			 struct ctl_error *err)
{
	(void)out;
	return control_delete_instance(a->control, param_string(in, "ZoneId"),
				       param_string(in, "ProxyId"), err);
}

static json_t *proxy_json(const struct api *a, const struct instance *in)
{
	char cname[128];

	(void)snprintf(cname, sizeof(cname), "%s.%s", in->id, a->domain);
	return json_pack(
		"{s:s,s:s,s:s,s:s,s:s,s:[],s:s,s:o,s:o,s:o,s:{s:s,s:i,s:s},"
		"s:i,s:o}",
		"ZoneId", in->zone, "ProxyId", in->id, "ProxyName", in->name,
		"Area", ctl_area_names[in->area], "Cname", cname, "Ips",
		"Status", ctl_status_names[in->status], "Ipv6",
		api_switch(in->has[FEATURE_IPV6]), "StaticIp",
		api_switch(in->has[FEATURE_STATIC_IP]), "AccelerateMainland",
		api_switch(in->has[FEATURE_ACCELERATE]), "DDosProtectionConfig",
		"LevelMainland", ctl_mainland_names[in->protect.mainland],
		"MaxBandwidthMainland", (int)in->protect.bandwidth_gbps,
		"LevelOverseas", ctl_overseas_names[in->protect.overseas],
		"L4ProxyRuleCount", (int)in->rule_count, "UpdateTime",
		api_time(in->updated_s));
}

/* "default" and "exclusive": the document names the filter, not its values */
static int protection_filter(const char *values)
{
	bool has_default = values && strstr(values, "\"default\"");
	bool has_exclusive = values && strstr(values, "\"exclusive\"");

	if (!values || has_default == has_exclusive)
		return -1;
	return has_default ? PROTECTION_DEFAULT : PROTECTION_EXCLUSIVE;
}

static bool proxies_put(const struct api *a, const struct instance *list,
			const struct ctl_page *page, json_t *out,
			struct ctl_error *err)
{
	json_t *items = json_array();
	uint32_t i;

	for (i = 0; i < page->n; i++)
		if (json_array_append_new(items, proxy_json(a, &list[i])) < 0) {
			json_decref(items);
			return ctl_fail(err, CTL_INTERNAL, "out of memory");
		}
	return api_put(out, "TotalCount", json_integer(page->total), err) &&
	       api_put(out, "L4Proxies", items, err);
}

bool action_describe_proxy(const struct api *a, const json_t *in, json_t *out,
			   struct ctl_error *err)
{
	struct filter f[] = { { "proxy-id", NULL },
			      { "ddos-protection-type", NULL } };
	struct instance *list = calloc(API_LIMIT_MAX, sizeof(*list));
	struct ctl_instance_filter by = { .zone = param_string(in, "ZoneId") };
	struct ctl_page page;
	bool ok;

	if (!list)
		return ctl_fail(err, CTL_INTERNAL, "out of memory");
	ok = api_page(in, &page, err) && param_filters(in, f, 2, err);
	by.ids = f[0].text;
	by.protection = protection_filter(f[1].text);
	ok = ok && control_list_instances(a->control, &by, &page, list, err) &&
	     proxies_put(a, list, &page, out, err);
	free(f[0].text);
	free(f[1].text);
	free(list);
	return ok;
}
