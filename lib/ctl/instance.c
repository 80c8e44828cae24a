/* SPDX-License-Identifier: BSD-2-Clause */
/* instance.c - commands on instances */
#include <stdio.h>

#include "base/exitcode.h"
#include "ctl/command.h"

int command_create(struct command *c)
{
	json_t *body = command_body(c, NULL), *r;
	json_t *protection = json_object();
	int status;

	command_set(body, "ProxyName", c->words[0]);
	command_set(body, "Area", c->area ? c->area : "overseas");
	command_set(body, "Ipv6", c->ipv6);
	command_set(body, "StaticIp", c->static_ip);
	command_set(body, "AccelerateMainland", c->accelerate);
	command_set(protection, "LevelMainland", c->level_mainland);
	command_set(protection, "LevelOverseas", c->level_overseas);
	if (c->bandwidth)
		(void)json_object_set_new(protection, "MaxBandwidthMainland",
					  json_integer(c->bandwidth));
	if (json_object_size(protection))
		(void)json_object_set(body, "DDosProtectionConfig", protection);
	json_decref(protection);
	r = command_call(c, "CreateL4Proxy", body, &status);
	if (r && c->is_json) {
		(void)json_dumpf(r, stdout, JSON_COMPACT);
		(void)putchar('\n');
	} else if (r) {
		command_print_id(r, "ProxyId", &status);
	}
	json_decref(r);
	return status;
}

int command_modify(struct command *c)
{
	json_t *body = command_body(c, c->words[0]);

	command_set(body, "Ipv6", c->ipv6);
	command_set(body, "AccelerateMainland", c->accelerate);
	return command_do(c, "ModifyL4Proxy", body);
}

static int command_switch(struct command *c, const char *status)
{
	json_t *body = command_body(c, c->words[0]);

	command_set(body, "Status", status);
	return command_do(c, "ModifyL4ProxyStatus", body);
}

int command_enable(struct command *c)
{
	return command_switch(c, "online");
}

int command_disable(struct command *c)
{
	return command_switch(c, "offline");
}

int command_delete(struct command *c)
{
	if (!command_confirm(c, c->words[0]))
		return EXIT_USAGE;
	return command_do(c, "DeleteL4Proxy", command_body(c, c->words[0]));
}

static void protection_text(const json_t *item, char *out, size_t cap)
{
	const json_t *p = json_object_get(item, "DDosProtectionConfig");

	(void)snprintf(out, cap, "%s/%s", text_of(p, "LevelMainland"),
		       text_of(p, "LevelOverseas"));
}

int command_list(struct command *c)
{
	static const struct column columns[] = {
		{ "ID", NULL, "ProxyId" },
		{ "NAME", NULL, "ProxyName" },
		{ "AREA", NULL, "Area" },
		{ "STATUS", NULL, "Status" },
		{ "IPV6", NULL, "Ipv6" },
		{ "FIXED-IP", NULL, "StaticIp" },
		{ "RULES", NULL, "L4ProxyRuleCount" },
	};
	int status;
	json_t *list =
		command_all(c, "DescribeL4Proxy", NULL, "L4Proxies", &status);

	if (list)
		table_print(c, list, columns,
			    sizeof(columns) / sizeof(columns[0]));
	json_decref(list);
	return status;
}

/* seed/42: what the detail view has */
static const struct column details[] = {
	{ "ID", NULL, "ProxyId" },
	{ "Name", NULL, "ProxyName" },
	{ "Area", NULL, "Area" },
	{ "Access domain", NULL, "Cname" },
	{ "IPv6", NULL, "Ipv6" },
	{ "Fixed IP", NULL, "StaticIp" },
	{ "Mainland optimisation", NULL, "AccelerateMainland" },
	{ "Protection", protection_text, NULL },
	{ "Rules", NULL, "L4ProxyRuleCount" },
	{ "Status", NULL, "Status" },
	{ "Changed", NULL, "UpdateTime" },
};

static void details_print(const json_t *item)
{
	char text[128];
	size_t i;

	for (i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
		cell(&details[i], item, text, sizeof(text));
		(void)printf("%-22s %s\n", details[i].title, text);
	}
}

int command_show(struct command *c)
{
	json_t *body = command_body(c, c->words[0]), *r, *item;
	const char *id = json_string_value(json_object_get(body, "ProxyId"));
	int status = EXIT_USAGE;

	if (!body)
		return status;
	(void)json_object_set_new(body, "Filters",
				  json_pack("[{s:s,s:[s]}]", "Name", "proxy-id",
					    "Values", id));
	(void)json_object_del(body, "ProxyId");
	r = command_call(c, "DescribeL4Proxy", body, &status);
	item = json_array_get(json_object_get(r, "L4Proxies"), 0);
	if (item && c->is_json) {
		(void)json_dumpf(item, stdout, JSON_COMPACT);
		(void)putchar('\n');
	} else if (item) {
		details_print(item);
	} else if (r) {
		(void)fprintf(stderr, "there is no instance '%s'\n",
			      c->words[0]);
		status = EXIT_USAGE;
	}
	json_decref(r);
	return status;
}
