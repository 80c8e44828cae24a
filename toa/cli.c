/* SPDX-License-Identifier: BSD-2-Clause */
/* cli.c - see cli.h */
#include "cli.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "base/opt.h"
#include "base/str.h"
#include "place.h"
#include "wire/wire.h"

static const char *const commands[] = {
	[TOA_LOAD] = "load",   [TOA_UNLOAD] = "unload", [TOA_STATUS] = "status",
	[TOA_STATS] = "stats", [TOA_LIST] = "list",	[TOA_CHECK] = "check",
};

/* each_item() - call @fn for the items of a comma-separated list */
static bool each_item(struct toa_config *c, const char *list,
		      bool (*fn)(struct toa_config *c, const char *s,
				 size_t len))
{
	for (;;) {
		size_t len = strcspn(list, ",");

		if (!fn(c, list, len))
			return false;
		if (!list[len])
			return true;
		list += len + 1;
	}
}

static bool kind_add(struct toa_config *c, const char *s, size_t len)
{
	uint64_t kind;

	if (c->n_kinds == TOA_KINDS_MAX || !str_u64(s, len, &kind) ||
	    kind < 9 || kind > 255)
		return false;
	c->kinds[c->n_kinds++] = (uint8_t)kind;
	return true;
}

static bool opt_kinds(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	if (each_item(dst, value, kind_add))
		return true;
	(void)snprintf(err, OPT_ERR_MAX,
		       "is not a list of at most %d option kinds, 9 to 255",
		       TOA_KINDS_MAX);
	return false;
}

static bool place_add(struct toa_config *c, const char *s, size_t len)
{
	static const struct {
		const char *name;
		uint32_t place;
	} names[] = {
		{ "syn", TOA_PLACE_SYN },
		{ "ack", TOA_PLACE_ACK },
		{ "data", TOA_PLACE_DATA },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (len == strlen(names[i].name) &&
		    strncmp(s, names[i].name, len) == 0) {
			c->places |= names[i].place;
			return true;
		}
	}
	return false;
}

static bool opt_places(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	if (each_item(dst, value, place_add))
		return true;
	str_copy(err, OPT_ERR_MAX, "is not a list of: syn, ack, data");
	return false;
}

static bool opt_trust(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	struct toa_config *c = dst;
	char bad[64];

	if (strcmp(value, "any") == 0) {
		c->is_trust_any = true;
		return true;
	}
	if (cidr_list_add(&c->trust, value, bad, sizeof(bad)))
		return true;
	(void)snprintf(err, OPT_ERR_MAX,
		       "'%s' is not an address or prefix (nor 'any'), or the "
		       "list is longer than %d",
		       bad, CIDR_LIST_MAX);
	return false;
}

static bool opt_user(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	const struct passwd *pw = getpwnam(value);
	struct toa_config *c = dst;
	uint64_t uid;

	if (pw) {
		c->uid = (int)pw->pw_uid;
		return true;
	}
	if (str_u64(value, strlen(value), &uid) && uid < INT32_MAX) {
		c->uid = (int)uid;
		return true;
	}
	str_copy(err, OPT_ERR_MAX, "is not a user");
	return false;
}

/* Instances become names in bpffs, which has none with dots. */
static bool opt_instance(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";
	size_t len = strlen(value);
	struct toa_config *c = dst;

	if (len && len <= PLACE_INSTANCE_MAX && strspn(value, allowed) == len) {
		c->instance = value;
		return true;
	}
	(void)snprintf(err, OPT_ERR_MAX,
		       "is not 1 to %d letters, digits, '-' and '_'",
		       PLACE_INSTANCE_MAX);
	return false;
}

static const char cli_tail[] =
	"commands:\n"
	"  load      put the reader (or the writer) into the kernel, or a new\n"
	"            one in place of a running one\n"
	"  unload    take it out wholly\n"
	"  status    how it was loaded\n"
	"  stats     its counters, in the format of /proc/net/toa_stats\n"
	"  list      connections that have a client address now\n"
	"  check     what this system lacks, and the way out\n"
	"\n"
	"examples:\n"
	"  tp-toa load --trust 10.0.0.0/8          at the origin\n"
	"  tp-toa stats --diagnose\n"
	"  tp-toa writer load --user tp-proxy      at the proxy\n"
	"\n"
	"exit status: 0 ok, 1 --diagnose or check found something, 2 usage,\n"
	"3 the kernel refused, 5 not loaded";

static const char cli_usage[] = "[writer] load [options]\n"
				"[writer] unload|status|stats [options]\n"
				"list|check [options]";

static const char cli_about[] =
	"Puts client addresses into TCP options at a proxy (writer) and lets "
	"the programs of an origin see them (reader), without a kernel module.";

static const char *command_find(struct toa_config *c, int n, char **args)
{
	size_t i;

	if (n && strcmp(args[0], "writer") == 0) {
		c->is_writer = true;
		n--;
		args++;
	}
	if (n != 1)
		return n ? "one command at a time" : "a command is missing";
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(args[0], commands[i]) == 0) {
			c->command = (enum toa_command)i;
			break;
		}
	}
	if (i == ARRAY_SIZE(commands))
		return "there is no such command";
	if (c->is_writer && (c->command == TOA_LIST || c->command == TOA_CHECK))
		return "the writer has no list and no check";
	return NULL;
}

/* Options that would be ignored are mistakes. */
static const char *config_check(const struct toa_config *c)
{
	bool is_load = c->command == TOA_LOAD;
	bool is_reader_load = is_load && !c->is_writer;
	bool is_stats = c->command == TOA_STATS;

	if (!is_reader_load &&
	    (c->n_kinds || c->places || c->trust.n || c->is_trust_any))
		return "--kind, --from and --trust are for 'load' of the "
		       "reader; the proxy chooses kind and segments itself";
	if (c->uid >= 0 && !(is_load && c->is_writer))
		return "--user is for 'writer load'";
	if (c->is_trust_any && c->trust.n)
		return "--trust any and a list exclude each other";
	if (c->cgroup && !is_load && c->command != TOA_CHECK)
		return "--cgroup is for 'load' and 'check'; --instance names "
		       "what is loaded";
	if ((c->want_watch || c->want_diagnose) && !is_stats)
		return "--watch and --diagnose are for 'stats'";
	if (c->file && !c->want_diagnose)
		return "--file is for 'stats --diagnose'";
	if (c->want_diagnose && c->is_writer)
		return "--diagnose is for the reader";
	if (c->want_watch && c->want_diagnose)
		return "--watch and --diagnose exclude each other";
	return NULL;
}

static void config_default(struct toa_config *c)
{
	if (!c->n_kinds)
		c->kinds[c->n_kinds++] = TOA_KIND_DEFAULT;
	if (!c->places)
		c->places = TOA_PLACE_ACK | TOA_PLACE_DATA;
	if (!c->pin_dir)
		c->pin_dir = PLACE_PIN_DIR;
}

int cli_parse(int argc, char **argv, struct toa_config *c)
{
	const struct opt opts[] = {
		{ 0, "cgroup", "PATH", OPT_STR, &c->cgroup, 0, 0, NULL, NULL,
		  "cgroup v2 folder whose programs are served (default: the "
		  "root, which is all of them)" },
		{ 0, "kind", "LIST", OPT_CALL, c, 0, 0, NULL, opt_kinds,
		  "reader: option kinds that are read (default 200)" },
		{ 0, "trust", "CIDR,...|any", OPT_CALL, c, 0, 0, NULL,
		  opt_trust,
		  "reader: peers that are believed, besides loopback; may be "
		  "repeated" },
		{ 0, "from", "LIST", OPT_CALL, c, 0, 0, NULL, opt_places,
		  "reader: segments that are read, of ack, data, syn (default "
		  "ack,data); syn works for sockets that listen after load" },
		{ 0, "user", "USER", OPT_CALL, c, 0, 0, NULL, opt_user,
		  "writer: serve this user's programs only" },
		{ 0, "instance", "NAME", OPT_CALL, c, 0, 0, NULL, opt_instance,
		  "tells several readers or writers apart" },
		{ 0, "pin", "DIR", OPT_STR, &c->pin_dir, 0, 0, NULL, NULL,
		  "folder in a bpffs that keeps what is loaded "
		  "(default " PLACE_PIN_DIR ")" },
		{ 0, "watch", NULL, OPT_FLAG, &c->want_watch, 0, 0, NULL, NULL,
		  "stats: once a second, until interrupted" },
		{ 0, "diagnose", NULL, OPT_FLAG, &c->want_diagnose, 0, 0, NULL,
		  NULL, "stats: say in words what is wrong" },
		{ 0, "file", "FILE", OPT_STR, &c->file, 0, 0, NULL, NULL,
		  "stats --diagnose: judge this copy of /proc/net/toa_stats" },
		{ 'J', "json", NULL, OPT_FLAG, &c->is_json, 0, 0, NULL, NULL,
		  "one JSON object a line" },
		{ 'v', "verbose", NULL, OPT_COUNT, &c->verbosity, 0, 0, NULL,
		  NULL, "say what libbpf and the kernel say" },
		{ 0 },
	};
	const struct opt_spec spec = { "tp-toa", cli_usage, cli_about, cli_tail,
				       opts };
	const char *err;
	int operand, status;

	*c = (struct toa_config) { .uid = -1 };
	status = opt_parse(&spec, argc, argv, &operand);
	if (status >= 0)
		return status;
	err = command_find(c, argc - operand, argv + operand);
	if (!err)
		err = config_check(c);
	if (err)
		return opt_fail(&spec, "%s", err);
	config_default(c);
	return -1;
}
