/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - tp-conform: conformance of origins, proxies and rule files */
#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "options.h"
#include "wire/wire.h"

static const struct {
	const char *name;
	int (*fn)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "run", command_run, "test this project's own programs" },
	{ "origin", command_origin, "test a deployed origin" },
	{ "rules", command_rules, "check, lay out or compare rule files" },
	{ "proxy", command_proxy, "test somebody else's proxy" },
};

static int usage(FILE *out, int status)
{
	size_t i;

	(void)fprintf(out, "usage: tp-conform COMMAND [options]\n\n"
			   "Tests that a service behind an L4 proxy learns its "
			   "clients' real addresses.\n\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		(void)fprintf(out, "  %-8s %s\n", commands[i].name,
			      commands[i].help);
	(void)fprintf(out,
		      "\n'tp-conform COMMAND --help' tells its options.\n");
	return status;
}

int main(int argc, char **argv)
{
	size_t i;

	log_init("tp-conform", LOG_LEVEL_INFO);
	if (argc < 2)
		return usage(stderr, EXIT_USAGE);
	if (!strcmp(argv[1], "--version")) {
		printf("tp-conform %s\n", TP_VERSION);
		return EXIT_OK;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return usage(stdout, EXIT_OK);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, argv[1]))
			return commands[i].fn(argc - 1, argv + 1);
	log_error("there is no command '%s'", argv[1]);
	return usage(stderr, EXIT_USAGE);
}
