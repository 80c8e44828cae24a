/* SPDX-License-Identifier: BSD-2-Clause */
/* ctl.c - words to commands */
#include "ctl/ctl.h"

#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "base/opt.h"
#include "ctl/command.h"
#include "wire/wire.h"

static struct command command = {
	.zone = "zone-local",
};
static const char *state = "/var/lib/tp-proxy";
static const char *socket_path;
static const char *endpoint;

/* @min, @max: words after those of the name; @max -1: any number */
static const struct {
	const char *group; /* NULL: none */
	const char *name;
	int min, max;
	command_fn *run;
	const char *words;
} commands[] = {
	{ NULL, "create", 1, 1, command_create, "NAME" },
	{ NULL, "modify", 1, 1, command_modify, "PROXY" },
	{ NULL, "enable", 1, 1, command_enable, "PROXY" },
	{ NULL, "disable", 1, 1, command_disable, "PROXY" },
	{ NULL, "delete", 1, 1, command_delete, "PROXY" },
	{ NULL, "list", 0, 0, command_list, "" },
	{ NULL, "show", 1, 1, command_show, "PROXY" },
	{ "rule", "list", 1, 1, command_rule_list, "PROXY" },
	{ "rule", "add", 2, -1, command_rule_add, "PROXY LINE..." },
	{ "rule", "edit", 3, -1, command_rule_edit, "PROXY RULE KEY=VALUE..." },
	{ "rule", "pause", 2, -1, command_rule_pause, "PROXY RULE..." },
	{ "rule", "resume", 2, -1, command_rule_resume, "PROXY RULE..." },
	{ "rule", "delete", 2, -1, command_rule_delete, "PROXY RULE..." },
	{ "rule", "import", 2, 2, command_rule_import, "PROXY FILE" },
	{ "rule", "export", 1, 1, command_rule_export, "PROXY" },
	{ "rule", "lint", 1, 1, command_rule_lint, "FILE" },
	{ "rule", "fmt", 1, 1, command_rule_fmt, "FILE" },
	{ "rule", "diff", 2, 2, command_rule_diff, "PROXY FILE" },
	{ "group", "list", 0, 0, command_group_list, "" },
	{ "group", "create", 2, -1, command_group_create, "NAME ADDR..." },
	{ "group", "modify", 1, -1, command_group_modify, "GROUP [ADDR...]" },
	{ "group", "delete", 1, 1, command_group_delete, "GROUP" },
	{ NULL, "stats", 0, 1, command_stats, "[PROXY]" },
	{ NULL, "connections", 0, 1, command_connections, "[PROXY]" },
};

static const struct opt options[] = {
	{ 0, "state", "DIR", OPT_STR, &state, 0, 0, NULL, NULL,
	  "of 'tp-proxy serve': its credentials and socket (default "
	  "/var/lib/tp-proxy)" },
	{ 's', "socket", "PATH", OPT_STR, &socket_path, 0, 0, NULL, NULL,
	  "the API's local socket (default: api.sock in DIR)" },
	{ 0, "endpoint", "URL", OPT_STR, &endpoint, 0, 0, NULL, NULL,
	  "the API at an address instead, as http://127.0.0.1:8080" },
	{ 0, "zone", "ID", OPT_STR, &command.zone, 0, 0, NULL, NULL,
	  "ZoneId of what is made and asked for (default zone-local)" },
	{ 'J', "json", NULL, OPT_FLAG, &command.is_json, 0, 0, NULL, NULL,
	  "print what the API answers, as JSON" },
	{ 'y', "yes", NULL, OPT_FLAG, &command.is_yes, 0, 0, NULL, NULL,
	  "delete without asking" },
	{ 0, "area", "AREA", OPT_STR, &command.area, 0, 0, NULL, NULL,
	  "create: overseas (default), mainland or global" },
	{ 0, "ipv6", "on|off", OPT_STR, &command.ipv6, 0, 0, NULL, NULL,
	  "create, modify: access over IPv6" },
	{ 0, "static-ip", "on|off", OPT_STR, &command.static_ip, 0, 0, NULL,
	  NULL, "create: fixed addresses" },
	{ 0, "accelerate", "on|off", OPT_STR, &command.accelerate, 0, 0, NULL,
	  NULL, "create, modify: the mainland's network optimisation" },
	{ 0, "level-mainland", "LEVEL", OPT_STR, &command.level_mainland, 0, 0,
	  NULL, NULL, "create: PLATFORM, BASE30_MAX300 or BASE60_MAX600" },
	{ 0, "bandwidth", "GBPS", OPT_U32, &command.bandwidth, 1, 1000, NULL,
	  NULL, "create: MaxBandwidthMainland of that level" },
	{ 0, "level-overseas", "LEVEL", OPT_STR, &command.level_overseas, 0, 0,
	  NULL, NULL, "create: PLATFORM, ANYCAST300 or ANYCAST_ALLIN" },
	{ 0, "name", "NAME", OPT_STR, &command.name, 0, 0, NULL, NULL,
	  "group modify: another name" },
	{ 0, "ext", NULL, OPT_FLAG, &command.is_ext, 0, 0, NULL, NULL,
	  "rule lint, fmt, diff: take mode spp, as 'tp-proxy serve --ext'" },
	{ 0, "strict", NULL, OPT_FLAG, &command.is_strict, 0, 0, NULL, NULL,
	  "rule lint, fmt, diff: the product's format to the letter" },
	{ 0, "partial", NULL, OPT_FLAG, &command.is_partial, 0, 0, NULL, NULL,
	  "rule import, rule add: leave lines with errors out" },
	{ 0, "dry-run", NULL, OPT_FLAG, &command.is_dry_run, 0, 0, NULL, NULL,
	  "rule import, rule add: check, and change nothing" },
	{ 0 },
};

static const struct opt_spec spec = {
	.prog = "tp-proxy ctl",
	.usage = "create NAME [options]\n"
		 "modify|enable|disable|delete|show PROXY\n"
		 "list\n"
		 "rule list|export PROXY\n"
		 "rule add PROXY LINE...\n"
		 "rule edit PROXY RULE KEY=VALUE...\n"
		 "rule pause|resume|delete PROXY RULE...\n"
		 "rule import|diff PROXY FILE\n"
		 "rule lint|fmt FILE\n"
		 "group list\n"
		 "group create NAME ADDR...\n"
		 "group modify GROUP [ADDR...]\n"
		 "group delete GROUP\n"
		 "stats|connections [PROXY]",
	.about = "Drives 'tp-proxy serve' through its API. PROXY is an id or a "
		 "name; LINE is a line of the batch format; FILE may be - for "
		 "stdin.",
	.tail = "keys of rule edit: protocol, ports, origin, origin-port, "
		"mode, "
		"persist,\n  persist-time, tag\n"
		"exit status: 0 done, 1 different (rule diff), 2 refused (the "
		"product's code is on "
		"stderr), 3 no answer.\n"
		"example: tp-proxy ctl --state DIR rule add one 'tcp:80 "
		"192.0.2.1 8080 off ppv2'",
	.opts = options,
};

/* Options that only some commands take; elsewhere they would do nothing. */
static int ctl_check_options(command_fn *run)
{
	const struct {
		const char *name;
		bool is_there;
		command_fn *takes[3];
	} list[] = {
		{ "area", command.area, { command_create } },
		{ "static-ip", command.static_ip, { command_create } },
		{ "level-mainland",
		  command.level_mainland,
		  { command_create } },
		{ "level-overseas",
		  command.level_overseas,
		  { command_create } },
		{ "bandwidth", command.bandwidth > 0, { command_create } },
		{ "ipv6", command.ipv6, { command_create, command_modify } },
		{ "accelerate",
		  command.accelerate,
		  { command_create, command_modify } },
		{ "name", command.name, { command_group_modify } },
		{ "partial",
		  command.is_partial,
		  { command_rule_import, command_rule_add } },
		{ "dry-run",
		  command.is_dry_run,
		  { command_rule_import, command_rule_add } },
		{ "ext",
		  command.is_ext,
		  { command_rule_lint, command_rule_fmt, command_rule_diff } },
		{ "strict",
		  command.is_strict,
		  { command_rule_lint, command_rule_fmt, command_rule_diff } },
	};
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		bool is_taken = !list[i].is_there;

		for (k = 0; k < ARRAY_SIZE(list[i].takes); k++)
			is_taken = is_taken || list[i].takes[k] == run;
		if (!is_taken)
			return opt_fail(&spec,
					"this command has no option --%s",
					list[i].name);
	}
	if (run == command_modify && !command.ipv6 && !command.accelerate)
		return opt_fail(&spec, "modify --ipv6 or --accelerate");
	return -1;
}

static bool ctl_needs_server(command_fn *run)
{
	return run != command_rule_lint && run != command_rule_fmt;
}

static int ctl_run(int n, char **words)
{
	int status;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		const char *group = commands[i].group;
		int used = group ? 2 : 1;

		if (n < used || (group && strcmp(words[0], group) != 0) ||
		    strcmp(words[used - 1], commands[i].name) != 0)
			continue;
		command.words = words + used;
		command.n = n - used;
		if (command.n < commands[i].min ||
		    (commands[i].max >= 0 && command.n > commands[i].max))
			return opt_fail(&spec, "it is: %s%s%s %s",
					group ? group : "", group ? " " : "",
					commands[i].name, commands[i].words);
		status = ctl_check_options(commands[i].run);
		if (status >= 0)
			return status;
		if (!ctl_needs_server(commands[i].run))
			return commands[i].run(&command);
		if (!client_open(&command.client, state, socket_path, endpoint))
			return EXIT_IO;
		return commands[i].run(&command);
	}
	return opt_fail(&spec, n ? "no command '%s%s%s'" : "no command",
			n ? words[0] : "", n > 1 ? " " : "",
			n > 1 ? words[1] : "");
}

int ctl_main(int argc, char **argv)
{
	int operand, status = opt_parse(&spec, argc, argv, &operand);

	if (status >= 0)
		return status;
	log_init("tp-proxy ctl", LOG_LEVEL_INFO);
	status = ctl_run(argc - operand, argv + operand);
	if (fflush(stdout) != 0) {
		log_error("standard output: cannot write");
		return EXIT_IO;
	}
	return status;
}
