/* SPDX-License-Identifier: BSD-2-Clause */
/* test_toa_cli.c - tp-toa's command line, and where it puts things */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/Basic.h>

#include "base/exitcode.h"
#include "cli.h"
#include "harness.h"
#include "place.h"
#include "wire/wire.h"

#define ARGS_MAX 16

/* cli_parse() of a line of words */
static int parse(const char *line, struct toa_config *c)
{
	static char copy[256], name[] = "tp-toa";
	char *argv[ARGS_MAX + 1] = { name };
	char *save = NULL, *word;
	int argc = 1;

	(void)snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok_r(copy, " ", &save); word && argc < ARGS_MAX;
	     word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	return cli_parse(argc, argv, c);
}

static void test_defaults(void)
{
	struct toa_config c;

	CU_ASSERT_EQUAL_FATAL(parse("load", &c), -1);
	CU_ASSERT_EQUAL(c.command, TOA_LOAD);
	CU_ASSERT(!c.is_writer && !c.is_trust_any && !c.trust.n);
	CU_ASSERT_EQUAL(c.n_kinds, 1);
	CU_ASSERT_EQUAL(c.kinds[0], 200);
	CU_ASSERT_EQUAL(c.places, TOA_PLACE_ACK | TOA_PLACE_DATA);
	CU_ASSERT_EQUAL(c.uid, -1);
	CU_ASSERT_STRING_EQUAL(c.pin_dir, "/sys/fs/bpf/truepeer");
}

static void test_options(void)
{
	struct toa_config c;

	CU_ASSERT_EQUAL_FATAL(parse("load --kind 200,254 --from syn --trust "
				    "10.0.0.0/8,fd00::/8 --cgroup /x "
				    "--instance a-1",
				    &c),
			      -1);
	CU_ASSERT_EQUAL(c.n_kinds, 2);
	CU_ASSERT_EQUAL(c.kinds[1], 254);
	CU_ASSERT_EQUAL(c.places, TOA_PLACE_SYN);
	CU_ASSERT_EQUAL(c.trust.n, 2);
	CU_ASSERT_STRING_EQUAL(c.instance, "a-1");
	CU_ASSERT_EQUAL_FATAL(parse("writer load --user root", &c), -1);
	CU_ASSERT(c.is_writer);
	CU_ASSERT_EQUAL(c.uid, 0);
	CU_ASSERT_EQUAL_FATAL(parse("load --trust any", &c), -1);
	CU_ASSERT(c.is_trust_any);
	CU_ASSERT_EQUAL_FATAL(parse("stats --diagnose --file x", &c), -1);
}

static void test_mistakes(void)
{
	static const char *const lines[] = {
		"",
		"lod",
		"load load",
		"writer",
		"writer list",
		"writer check",
		"load --kind 8",
		"load --kind 256",
		"load --kind 200,",
		"load --kind 9,9,9,9,9,9,9,9,9,9,9,9,9,9,9,9,9",
		"load --from",
		"load --from fin",
		"load --trust 10.0.0.1/8",
		"load --trust any --trust 10.0.0.0/8",
		"load --instance a.b",
		"load --instance ../x",
		"load --user root",
		"writer load --kind 200",
		"writer load --trust any",
		"writer load --user nobody-of-that-name",
		"stats --trust any",
		"stats --cgroup /x",
		"stats --file x",
		"stats --watch --diagnose",
		"writer stats --diagnose",
		"load --watch",
	};
	int out = dup(STDERR_FILENO), null = -1;
	FILE *f = fopen("/dev/null", "we");
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	null = fileno(f);
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		struct toa_config c;
		int status;

		(void)dup2(null, STDERR_FILENO);
		status = parse(lines[i], &c);
		(void)dup2(out, STDERR_FILENO);
		if (status != EXIT_USAGE)
			(void)fprintf(stderr, "'%s': %d\n", lines[i], status);
		CU_ASSERT_EQUAL(status, EXIT_USAGE);
	}
	(void)fclose(f);
	(void)close(out);
}

static void test_places(void)
{
	char path[PLACE_PATH_MAX], deep[PLACE_PATH_MAX + 1];

	CU_ASSERT_EQUAL(place_set_dir("/p", false, NULL, path), 0);
	CU_ASSERT_STRING_EQUAL(path, "/p/reader");
	CU_ASSERT_EQUAL(place_set_dir("/p", true, "x", path), 0);
	CU_ASSERT_STRING_EQUAL(path, "/p/writer-x");
	memset(deep, 'a', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	CU_ASSERT(place_set_dir(deep, true, "x", path) < 0);
	CU_ASSERT(place_join(deep, "x", path) < 0);
	CU_ASSERT(!place_is_bpffs("/dev/null"));
	CU_ASSERT(!place_is_bpffs(deep));
	CU_ASSERT(place_bpffs_ensure("/tmp") < 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "defaults", test_defaults },
		{ "options", test_options },
		{ "mistakes are named", test_mistakes },
		{ "places", test_places },
	};

	return unit_main("toa_cli", tests, ARRAY_SIZE(tests));
}
