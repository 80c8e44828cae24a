/* SPDX-License-Identifier: BSD-2-Clause */
/* test_origin_config.c - command lines: what they set, what is refused */
#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "config.h"
#include "harness.h"

#define ARGS_MAX 16

/* Split @line at blanks and parse it. */
static int parse(const char *line, struct origin_config *ret)
{
	static char text[256];
	static char prog[] = "tp-origin";
	char *args[ARGS_MAX + 1] = { prog };
	char *save = NULL;
	char *word;
	int n = 1;

	(void)snprintf(text, sizeof(text), "-q %s", line);
	for (word = strtok_r(text, " ", &save); word && n < ARGS_MAX;
	     word = strtok_r(NULL, " ", &save))
		args[n++] = word;
	return config_parse(n, args, ret);
}

static void test_defaults(void)
{
	static struct origin_config c;

	CU_ASSERT_EQUAL(parse("20000", &c), -1);
	CU_ASSERT(c.want_tcp && c.want_udp);
	CU_ASSERT_EQUAL(c.n_ports, 1);
	CU_ASSERT_EQUAL(c.ports[0], 20000);
	CU_ASSERT_EQUAL(c.n_addrs, 1);
	CU_ASSERT_EQUAL(c.addrs[0].addr.family, IP_V6);
	CU_ASSERT_EQUAL(c.policy.mode, MODE_AUTO);
	CU_ASSERT_EQUAL(c.policy.hdr_max, 4096);
	CU_ASSERT_PTR_NULL(c.policy.trust);
	CU_ASSERT_EQUAL(c.header_timeout_ms, 5000);
	CU_ASSERT_PTR_NULL(c.log_path);
}

static void test_transports(void)
{
	static struct origin_config c;

	CU_ASSERT_EQUAL(parse("--mode ppv1 1", &c), -1);
	CU_ASSERT(c.want_tcp && !c.want_udp);
	CU_ASSERT_EQUAL(parse("--mode spp 1", &c), -1);
	CU_ASSERT(!c.want_tcp && c.want_udp);
	CU_ASSERT_EQUAL(parse("--reply source --identify 1", &c), -1);
	CU_ASSERT_FALSE(c.want_udp);
	CU_ASSERT_TRUE(c.want_identity);
	CU_ASSERT_EQUAL(parse("--reply whoami 1", &c), -1);
	CU_ASSERT_TRUE(c.want_identity);
	CU_ASSERT_EQUAL(parse("--reply http 1", &c), -1);
	CU_ASSERT_FALSE(c.want_identity);
	CU_ASSERT(c.want_tcp && !c.want_udp);
	CU_ASSERT_EQUAL(parse("-t 1", &c), -1);
	CU_ASSERT(c.want_tcp && !c.want_udp);
	CU_ASSERT_EQUAL(parse("-u 1", &c), -1);
	CU_ASSERT(!c.want_tcp && c.want_udp);
}

static void test_addresses_and_trust(void)
{
	static struct origin_config c;
	struct ip_addr a = { 0 };

	CU_ASSERT_EQUAL(parse("--family 4 1 2 0", &c), -1);
	CU_ASSERT_EQUAL(c.addrs[0].addr.family, IP_V4);
	CU_ASSERT_EQUAL(c.n_ports, 3);
	CU_ASSERT_EQUAL(parse("-l 127.0.0.1 -l ::1 "
			      "--trust 10.0.0.0/8,::1 --trust 192.0.2.1 1",
			      &c),
			-1);
	CU_ASSERT_EQUAL(c.n_addrs, 2);
	CU_ASSERT_PTR_EQUAL(c.policy.trust, &c.trust);
	CU_ASSERT_EQUAL(c.trust.n, 3);
	CU_ASSERT(ip_addr_parse("192.0.2.1", 9, &a));
	CU_ASSERT(header_is_trusted(&c.policy, &a));
}

static void test_toa(void)
{
	static struct origin_config c;

	CU_ASSERT_EQUAL(parse("--mode toa 1", &c), -1);
	CU_ASSERT(c.want_tcp && !c.want_udp);
	CU_ASSERT_EQUAL(c.toa_from, TOA_FROM_KERNEL);
	CU_ASSERT_EQUAL(parse("--mode toa --toa-from pcap 1", &c), -1);
	CU_ASSERT_EQUAL(c.toa_from, TOA_FROM_PCAP);
	CU_ASSERT_STRING_EQUAL(c.toa_iface, "any");
	CU_ASSERT(c.toa_kinds.is_on[200] && !c.toa_kinds.is_on[254]);
	CU_ASSERT_EQUAL(parse("--mode toa --toa-from saved-syn "
			      "--toa-kind 254,28 --toa-kind 9 1",
			      &c),
			-1);
	CU_ASSERT_EQUAL(c.toa_from, TOA_FROM_SYN);
	CU_ASSERT(c.toa_kinds.is_on[254] && c.toa_kinds.is_on[28] &&
		  c.toa_kinds.is_on[9] && !c.toa_kinds.is_on[200]);
}

static void test_sample_formats_imply_a_log(void)
{
	static struct origin_config c;

	CU_ASSERT_EQUAL(parse("--log-format java 1", &c), -1);
	CU_ASSERT_STRING_EQUAL(c.log_path, "-");
}

static void test_refused(void)
{
	static const char *const lines[] = {
		"",
		"65536",
		"-1",
		"80x",
		"--mode ppv3 1",
		"--mode ppv1 -u 1",
		"--mode spp -t 1",
		"-t -u 1",
		"--reply http -u 1",
		"--reply source -u 1",
		"--reply source --mode spp 1",
		"--reply http --identify 1",
		"--reply http --mode spp 1",
		"--mode off --require 1",
		"--mode off --trust 10.0.0.0/8 1",
		"--log-format python 1",
		"--family 4 -l ::1 1",
		"--family 6 -l 127.0.0.1 1",
		"-l localhost 1",
		"--trust 10.0.0.1/8 1",
		"--trust 10.0.0.0/33 1",
		"--header-max 15 1",
		"--header-max 65552 1",
		"--header-timeout 0 1",
		"--max-conns 0 1",
		"--udp-sessions 0 1",
		"--nonsense 1",
		"--mode toa -u 1",
		"--toa-from kernel 1",
		"--mode ppv2 --toa-kind 200 1",
		"--toa-iface lo 1",
		"--mode toa --toa-kind 200 1",
		"--mode toa --toa-iface lo 1",
		"--mode toa --toa-from saved-syn --toa-iface lo 1",
		"--mode toa --toa-from elsewhere 1",
		"--mode toa --toa-from pcap --toa-kind 8 1",
		"--mode toa --toa-from pcap --toa-kind 2 1",
		"--mode toa --toa-from pcap --toa-kind 256 1",
		"--mode toa --toa-from pcap --toa-kind 200, 1",
		"--mode toa --toa-from pcap --toa-kind 200,x 1",
	};
	static struct origin_config c;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (parse(lines[i], &c) != 2)
			printf("taken: %s\n", lines[i]);
		CU_ASSERT_EQUAL(parse(lines[i], &c), 2);
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "defaults", test_defaults },
		{ "transports", test_transports },
		{ "addresses and trust", test_addresses_and_trust },
		{ "mode toa", test_toa },
		{ "sample formats imply a log",
		  test_sample_formats_imply_a_log },
		{ "refused", test_refused },
	};

	return unit_main("origin config", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
