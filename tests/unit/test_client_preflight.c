/* SPDX-License-Identifier: BSD-2-Clause */
/* test_client_preflight.c - what a host lacks for a run, and what to set */
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "preflight.h"
#include "wire/wire.h"

static char text[PREFLIGHT_TEXT_MAX];

static struct plan plan(uint32_t concurrency)
{
	struct plan p = { .concurrency = concurrency,
			  .conns = concurrency,
			  .threads = 1,
			  .window = 8 };

	ASSERT(endpoint_parse("192.0.2.1:80", 12, &p.target));
	return p;
}

static struct host host(void)
{
	return (struct host) { .fds = 20000,
			       .files = 1000000,
			       .ports = 1000,
			       .memory_bytes = 1ULL << 32 };
}

static enum preflight judge(struct plan p, struct host h)
{
	text[0] = '\0';
	return preflight_judge(&p, &h, text);
}

static void test_ranges(void)
{
	CU_ASSERT_EQUAL(preflight_ports("32768\t60999\n", "\n"), 28232);
	CU_ASSERT_EQUAL(preflight_ports("10\t19", "12-13,15,30-40,8-10"), 6);
	CU_ASSERT_EQUAL(preflight_ports("10\t19", "0-65535"), 0);
	CU_ASSERT_EQUAL(preflight_ports("", ""), 0);
	CU_ASSERT_EQUAL(preflight_ports("20 10", ""), 0);
}

static void test_enough_of_all(void)
{
	struct host nothing_known = { 0 };

	CU_ASSERT_EQUAL(judge(plan(1000), host()), PREFLIGHT_GO);
	CU_ASSERT_EQUAL(judge(plan(1000000), nothing_known), PREFLIGHT_GO);
}

static void test_descriptors(void)
{
	struct host h = host();

	h.fds = 1017; /* 1,000 and the program's own 18 */
	CU_ASSERT_EQUAL(judge(plan(1000), h), PREFLIGHT_STOP);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "raise 'ulimit -n' to 1018"));
	h.fds = 1018;
	CU_ASSERT_EQUAL(judge(plan(1000), h), PREFLIGHT_GO);
	h.files = 999;
	CU_ASSERT_EQUAL(judge(plan(1000), h), PREFLIGHT_STOP);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "sysctl fs.file-max"));
}

static void test_ports(void)
{
	struct plan p = plan(1001);
	char bad[64];

	CU_ASSERT_EQUAL(judge(p, host()), PREFLIGHT_STOP);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "--src"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "net.ipv4.ip_local_port_range"));
	CU_ASSERT_TRUE(cidr_list_add(&p.src, "10.0.0.0/30", bad, sizeof(bad)));
	CU_ASSERT_EQUAL(judge(p, host()), PREFLIGHT_GO);
	p.concurrency = 2001;
	CU_ASSERT_EQUAL(judge(p, host()), PREFLIGHT_STOP);
}

static void test_memory(void)
{
	struct host h = host();

	h.memory_bytes = 4800000;
	CU_ASSERT_EQUAL(judge(plan(1000), h), PREFLIGHT_STOP);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "MiB are free"));
	h.memory_bytes = 10000000;
	CU_ASSERT_EQUAL(judge(plan(1000), h), PREFLIGHT_GO);
}

static void test_time_wait(void)
{
	struct plan p = plan(10);
	struct host h = host();

	p.conns = 1001;
	CU_ASSERT_EQUAL(judge(p, h), PREFLIGHT_WARN);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "net.ipv4.tcp_tw_reuse=1"));
	h.tw_reuse = 2; /* for loopback only */
	CU_ASSERT_EQUAL(judge(p, h), PREFLIGHT_WARN);
	p.target.addr.bytes[0] = 127;
	CU_ASSERT_EQUAL(judge(p, h), PREFLIGHT_GO);
	h.tw_reuse = 0;
	p.want_rst = true;
	CU_ASSERT_EQUAL(judge(p, h), PREFLIGHT_GO);
	p.want_rst = false;
	p.conns = 0; /* as many as there is time for: nobody knows */
	CU_ASSERT_EQUAL(judge(p, h), PREFLIGHT_GO);
	p.conn_rate = 100;
	p.duration_ms = 8000;
	CU_ASSERT_EQUAL(judge(p, h), PREFLIGHT_GO);
	p.duration_ms = 10000;
	CU_ASSERT_EQUAL(judge(p, h), PREFLIGHT_WARN);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "port ranges", test_ranges },
		{ "enough", test_enough_of_all },
		{ "descriptors", test_descriptors },
		{ "ports", test_ports },
		{ "memory", test_memory },
		{ "TIME_WAIT", test_time_wait },
	};

	return unit_main("client_preflight", tests, ARRAY_SIZE(tests));
}
