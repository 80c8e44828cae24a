/* SPDX-License-Identifier: BSD-2-Clause */
/* test_client_options.c - command lines, right and wrong */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "options.h"
#include "wire/wire.h"

#define WORDS_MAX 24

static struct options o;

/* Parse @line, words separated by blanks; what it says on stderr is dropped. */
static int parse(const char *line)
{
	char text[512], *argv[WORDS_MAX] = { NULL }, *save = NULL, *word;
	char prog[] = "tp-client";
	int argc = 0, status, keep = dup(STDERR_FILENO);

	ASSERT(strlen(line) < sizeof(text) && keep >= 0);
	memcpy(text, line, strlen(line) + 1);
	argv[argc++] = prog;
	for (word = strtok_r(text, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		ASSERT(argc < WORDS_MAX - 1);
		argv[argc++] = word;
	}
	ASSERT(freopen("/dev/null", "w", stderr));
	status = options_parse(argc, argv, &o);
	(void)fflush(stderr);
	ASSERT(dup2(keep, STDERR_FILENO) >= 0);
	close(keep);
	return status;
}

static void test_defaults(void)
{
	CU_ASSERT_EQUAL(parse("127.0.0.1 80"), -1);
	CU_ASSERT_EQUAL(o.plan.conns, 1);
	CU_ASSERT_EQUAL(o.plan.size, 64);
	CU_ASSERT_EQUAL(o.plan.timeout_ms, 10000);
	CU_ASSERT_TRUE(o.plan.want_verify);
	CU_ASSERT_TRUE(o.plan.want_half_close);
	CU_ASSERT_FALSE(o.plan.want_whoami);
	CU_ASSERT_FALSE(o.plan.is_udp);
	CU_ASSERT_EQUAL(o.plan.target.port, 80);
	CU_ASSERT_EQUAL(o.plan.window, 8);
	CU_ASSERT_EQUAL(o.plan.udp_size, 1400);
}

static void test_every_option(void)
{
	CU_ASSERT_EQUAL(parse("-c 10 -C 4 -n 3 -m 10M -d 5s -t 2 -R 100 "
			      "--src 127.1.0.0/16,fd00::/112 --hold 1s ::1 9"),
			-1);
	CU_ASSERT_EQUAL(o.plan.conns, 10);
	CU_ASSERT_EQUAL(o.plan.concurrency, 4);
	CU_ASSERT_EQUAL(o.plan.messages, 3);
	CU_ASSERT_EQUAL(o.plan.size, 10485760);
	CU_ASSERT_EQUAL(o.plan.duration_ms, 5000);
	CU_ASSERT_EQUAL(o.plan.threads, 2);
	CU_ASSERT_EQUAL(o.plan.rate, 100);
	CU_ASSERT_EQUAL(o.plan.src.n, 1); /* those of the target's family */
	CU_ASSERT_EQUAL(o.plan.hold_ms, 1000);
	CU_ASSERT_EQUAL(parse("-u --udp-size 9000 --window 4 --no-verify "
			      "--whoami -W 2s -J --log x -v -v -q --progress "
			      "-4 127.0.0.1 9"),
			-1);
	CU_ASSERT_TRUE(o.plan.is_udp);
	CU_ASSERT_EQUAL(o.plan.udp_size, 9000);
	CU_ASSERT_EQUAL(o.plan.window, 4);
	CU_ASSERT_FALSE(o.plan.want_verify);
	CU_ASSERT_TRUE(o.plan.want_whoami);
	CU_ASSERT_EQUAL(o.plan.timeout_ms, 2000);
	CU_ASSERT_TRUE(o.output.want_json);
	CU_ASSERT_STRING_EQUAL(o.log_path, "x");
	CU_ASSERT_EQUAL(o.verbose, 2);
	CU_ASSERT_TRUE(o.is_quiet);
	CU_ASSERT_TRUE(o.want_progress);
	CU_ASSERT_EQUAL(parse("--no-verify --verify --no-half-close -6 [::1] "
			      "9"),
			-1);
	CU_ASSERT_TRUE(o.plan.want_verify);
	CU_ASSERT_FALSE(o.plan.want_half_close);
}

static void test_load(void)
{
	CU_ASSERT_EQUAL(parse("-d 5s -R 100 --arrival poisson --ramp 2s "
			      "--latency --hgrm h --save s --plot p "
			      "127.0.0.1 9"),
			-1);
	CU_ASSERT_TRUE(o.plan.is_paced);
	CU_ASSERT_EQUAL(o.plan.conn_rate, 0);
	CU_ASSERT_EQUAL(o.plan.arrival, ARRIVAL_POISSON);
	CU_ASSERT_EQUAL(o.plan.ramp_ms, 2000);
	CU_ASSERT_TRUE(o.output.want_latency);
	CU_ASSERT_STRING_EQUAL(o.output.hgrm, "h");
	CU_ASSERT_STRING_EQUAL(o.output.save, "s");
	CU_ASSERT_STRING_EQUAL(o.output.plot, "p");
	/* with one message each it is connections that are paced */
	CU_ASSERT_EQUAL(parse("-c 10 -R 100 127.0.0.1 9"), -1);
	CU_ASSERT_FALSE(o.plan.is_paced);
	CU_ASSERT_EQUAL(o.plan.conn_rate, 100);
	CU_ASSERT_EQUAL(parse("-n 5 -R 100 --conn-rate 7 127.0.0.1 9"), -1);
	CU_ASSERT_TRUE(o.plan.is_paced);
	CU_ASSERT_EQUAL(o.plan.conn_rate, 7);
	CU_ASSERT_EQUAL(parse("--http /a?b=c -d 1s [::1] 9"), -1);
	CU_ASSERT_EQUAL(o.plan.load, LOAD_HTTP);
	CU_ASSERT_STRING_EQUAL(o.plan.request,
			       "GET /a?b=c HTTP/1.1\r\nHost: [::1]\r\n"
			       "User-Agent: tp-client\r\n\r\n");
	CU_ASSERT_EQUAL(o.plan.size, strlen(o.plan.request));
	CU_ASSERT_FALSE(o.plan.want_verify);
	CU_ASSERT_EQUAL(parse("--bulk down -m 1G --rst 127.0.0.1 9"), -1);
	CU_ASSERT_EQUAL(o.plan.load, LOAD_DOWN);
	CU_ASSERT_TRUE(o.plan.want_half_close);
	CU_ASSERT_EQUAL(parse("--rst 127.0.0.1 9"), -1);
	CU_ASSERT_FALSE(o.plan.want_half_close);
	CU_ASSERT_EQUAL(parse("-u -d 1s --think 20ms 127.0.0.1 9"), -1);
	CU_ASSERT_EQUAL(o.plan.think_ms, 20);
	CU_ASSERT_EQUAL(o.plan.window, 1);
}

static void test_headers(void)
{
	CU_ASSERT_EQUAL(parse("--send v2 --claim 192.0.2.1:5-[2001:db8::1]:6 "
			      "--split each 127.0.0.1 9"),
			-1);
	CU_ASSERT_EQUAL(o.plan.send, SEND_V2);
	CU_ASSERT_EQUAL(o.plan.claim_src.port, 5);
	CU_ASSERT_EQUAL(o.plan.claim_dst.addr.family, IP_V6);
	CU_ASSERT_EQUAL(o.plan.split_at, SPLIT_EACH);
	CU_ASSERT_EQUAL(parse("--send v1 --split 12 127.0.0.1 9"), -1);
	CU_ASSERT_EQUAL(o.plan.split_at, 12);
	CU_ASSERT_EQUAL(parse("--expect-client 192.0.2.9 127.0.0.1 9"), -1);
	CU_ASSERT_EQUAL(o.plan.expect.port, 0);
	CU_ASSERT_TRUE(o.plan.want_whoami);
	CU_ASSERT_EQUAL(parse("--expect-client [::9]:7 127.0.0.1 9"), -1);
	CU_ASSERT_EQUAL(o.plan.expect.port, 7);
}

static void test_wrong_lines_are_usage_errors(void)
{
	static const char *const lines[] = {
		"",
		"127.0.0.1",
		"127.0.0.1 80 81",
		"127.0.0.1 0",
		"127.0.0.1 65536",
		"127.0.0.1 http",
		"-4 -6 127.0.0.1 80",
		"-6 127.0.0.1 80",
		"-4 ::1 80",
		"[127.0.0.1] 80",
		"-c 0 127.0.0.1 80",
		"-c x 127.0.0.1 80",
		"-m -1 127.0.0.1 80",
		"-t 65 127.0.0.1 80",
		"--window 65 -u 127.0.0.1 80",
		"--udp-size 65508 -u 127.0.0.1 80",
		"--src 10.0.0.1/8 127.0.0.1 80",
		"--src fd00::/112 127.0.0.1 80",
		"--src , 127.0.0.1 80",
		"--send v3 127.0.0.1 80",
		"--send v1 -u 127.0.0.1 80",
		"--send spp 127.0.0.1 80",
		"--claim 1.2.3.4:5 127.0.0.1 80",
		"--send v1 --claim 1.2.3.4 127.0.0.1 80",
		"--send v1 --claim 1.2.3.4:5- 127.0.0.1 80",
		"--send v1 --split 0 127.0.0.1 80",
		"--split 3 127.0.0.1 80",
		"--expect-client x 127.0.0.1 80",
		"--no-half-close -m 0 127.0.0.1 80",
		"--bogus 127.0.0.1 80",
		"-R 0 127.0.0.1 80",
		"-R 5 --conn-rate 5 127.0.0.1 80",
		"-d 1s -R 5 --think 1s 127.0.0.1 80",
		"--arrival poisson -d 1s 127.0.0.1 80",
		"--arrival odd -R 5 127.0.0.1 80",
		"--bulk sideways 127.0.0.1 80",
		"--bulk up -u 127.0.0.1 80",
		"--bulk up -d 1s -R 5 127.0.0.1 80",
		"--bulk up --http / 127.0.0.1 80",
		"--bulk up -m 0 127.0.0.1 80",
		"--http x 127.0.0.1 80",
		"--http / -u 127.0.0.1 80",
		"--rst -u 127.0.0.1 80",
		"-W 127.0.0.1 80",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		CU_ASSERT_EQUAL(parse(lines[i]), 2);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "defaults", test_defaults },
		{ "every option", test_every_option },
		{ "load", test_load },
		{ "headers", test_headers },
		{ "wrong lines", test_wrong_lines_are_usage_errors },
	};

	return unit_main("client_options", tests, ARRAY_SIZE(tests));
}
