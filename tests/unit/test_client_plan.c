/* SPDX-License-Identifier: BSD-2-Clause */
/* test_client_plan.c - sources in turn, sizes cut, contradictions refused */
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "header.h"
#include "plan.h"
#include "wire/wire.h"

static struct plan plan(const char *target)
{
	struct plan p = { .size = 64,
			  .threads = 1,
			  .want_verify = true,
			  .want_half_close = true,
			  .udp_size = 1400,
			  .window = 8 };

	ASSERT(endpoint_parse(target, strlen(target), &p.target));
	return p;
}

static const char *source(const struct plan *p, uint64_t id)
{
	static char text[IP_ADDR_TEXT_MAX];
	struct endpoint e = plan_source(p, id);

	return ip_addr_format(&e.addr, text);
}

static void test_sources_in_turn(void)
{
	struct plan p = plan("127.0.0.1:1");
	char bad[64], err[PLAN_ERR_MAX];

	CU_ASSERT_STRING_EQUAL(source(&p, 5), "-");
	CU_ASSERT_TRUE(cidr_list_add(
		&p.src, "127.1.0.0/30,fd00::/112,127.2.0.9", bad, sizeof(bad)));
	CU_ASSERT_TRUE(plan_check(&p, err));
	CU_ASSERT_EQUAL(plan_sources(&p), 3);
	CU_ASSERT_STRING_EQUAL(source(&p, 0), "127.1.0.1");
	CU_ASSERT_STRING_EQUAL(source(&p, 1), "127.1.0.2");
	CU_ASSERT_STRING_EQUAL(source(&p, 2), "127.2.0.9");
	CU_ASSERT_STRING_EQUAL(source(&p, 3), "127.1.0.1");
	CU_ASSERT_STRING_EQUAL(source(&p, UINT64_MAX), "127.1.0.1");
}

static void test_sources_of_six(void)
{
	struct plan p = plan("[::1]:1");
	char bad[64], err[PLAN_ERR_MAX];

	CU_ASSERT_TRUE(cidr_list_add(&p.src, "10.0.0.0/8,fd00::/112,fd02::/31",
				     bad, sizeof(bad)));
	CU_ASSERT_TRUE(plan_check(&p, err));
	CU_ASSERT_EQUAL(plan_sources(&p), UINT64_MAX);
	CU_ASSERT_STRING_EQUAL(source(&p, 0), "fd00::1");
	CU_ASSERT_STRING_EQUAL(source(&p, 999), "fd00::3e8");
	CU_ASSERT_STRING_EQUAL(source(&p, 65534), "fd00::ffff");
	CU_ASSERT_STRING_EQUAL(source(&p, 65535), "fd02::1");
}

static void test_sources_of_the_other_family_are_refused(void)
{
	struct plan p = plan("[::1]:1");
	char bad[64], err[PLAN_ERR_MAX] = "";

	CU_ASSERT_TRUE(cidr_list_add(&p.src, "10.0.0.0/8", bad, sizeof(bad)));
	CU_ASSERT_FALSE(plan_check(&p, err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err, "--src has no IPv6"));
}

static void test_defaults(void)
{
	struct plan p = plan("127.0.0.1:1");
	char err[PLAN_ERR_MAX];

	p.threads = 4;
	CU_ASSERT_TRUE(plan_check(&p, err));
	CU_ASSERT_EQUAL(p.conns, 1);
	CU_ASSERT_EQUAL(p.messages, 1);
	CU_ASSERT_EQUAL(p.concurrency, 1);
	CU_ASSERT_EQUAL(p.threads, 1);

	p = plan("127.0.0.1:1");
	p.conns = 1000;
	CU_ASSERT_TRUE(plan_check(&p, err));
	CU_ASSERT_EQUAL(p.concurrency, 64);

	p = plan("127.0.0.1:1");
	p.duration_ms = 5;
	CU_ASSERT_TRUE(plan_check(&p, err));
	CU_ASSERT_EQUAL(p.conns, 0);
	CU_ASSERT_EQUAL(p.messages, 0);
	CU_ASSERT_EQUAL(p.concurrency, 64);
}

static void test_an_expected_client_asks_for_identity(void)
{
	struct plan p = plan("127.0.0.1:1");
	char err[PLAN_ERR_MAX];

	p.expect = p.target;
	CU_ASSERT_TRUE(plan_check(&p, err));
	CU_ASSERT_TRUE(p.want_whoami);
}

static bool refused(struct plan p)
{
	char err[PLAN_ERR_MAX] = "";

	return !plan_check(&p, err) && err[0];
}

static void test_contradictions(void)
{
	struct plan p = plan("127.0.0.1:1");

	p.send = SEND_SPP;
	CU_ASSERT_TRUE(refused(p));
	p.is_udp = true;
	CU_ASSERT_FALSE(refused(p));
	p.send = SEND_V1;
	CU_ASSERT_TRUE(refused(p));
	p.is_udp = false;
	CU_ASSERT_FALSE(refused(p));
	p.split_at = SPLIT_EACH;
	CU_ASSERT_FALSE(refused(p));
	p.claim_src = plan("[2001:db8::1]:9").target;
	CU_ASSERT_TRUE(refused(p));
	p.claim_dst = plan("[2001:db8::2]:8").target;
	CU_ASSERT_FALSE(refused(p));
	p.send = SEND_NONE;
	CU_ASSERT_TRUE(refused(p)); /* a claim, and a split, without a header */
	p.claim_src = (struct endpoint) { 0 };
	CU_ASSERT_TRUE(refused(p));
	p.split_at = SPLIT_NONE;
	CU_ASSERT_FALSE(refused(p));
	p.is_udp = true;
	p.send = SEND_V2;
	p.split_at = 3;
	CU_ASSERT_TRUE(refused(p));
	p = plan("127.0.0.1:1");
	p.size = 0;
	p.want_half_close = false;
	CU_ASSERT_TRUE(refused(p));
}

static void test_datagrams(void)
{
	struct plan p = plan("127.0.0.1:1");

	p.is_udp = true;
	p.messages = 3;
	p.size = 0;
	CU_ASSERT_EQUAL(plan_datagrams(&p), 3);
	CU_ASSERT_EQUAL(plan_datagram_len(&p, 2), 0);
	p.size = PLAN_WHOLE_MAX;
	CU_ASSERT_EQUAL(plan_datagrams(&p), 3);
	CU_ASSERT_EQUAL(plan_datagram_len(&p, 0), 65469);
	p.want_whoami = true; /* the reply has to carry a line, too */
	CU_ASSERT_EQUAL(plan_datagrams(&p), 141);
	p.want_whoami = false;
	p.size = 65536; /* 46 x 1400 and 1136 */
	CU_ASSERT_EQUAL(plan_datagrams(&p), 141);
	CU_ASSERT_EQUAL(plan_datagram_len(&p, 0), 1400);
	CU_ASSERT_EQUAL(plan_datagram_len(&p, 45), 1400);
	CU_ASSERT_EQUAL(plan_datagram_len(&p, 46), 1136);
	CU_ASSERT_EQUAL(plan_datagram_len(&p, 47), 1400);
	p.size = 70000; /* 50 x 1400 */
	CU_ASSERT_EQUAL(plan_datagrams(&p), 150);
	CU_ASSERT_EQUAL(plan_datagram_len(&p, 49), 1400);
	p.messages = 0;
	CU_ASSERT_EQUAL(plan_datagrams(&p), 0);
}

static void test_headers(void)
{
	static const char v1[] = "PROXY TCP4 192.0.2.1 127.0.0.1 7 1\r\n";
	struct plan p = plan("127.0.0.1:1");
	struct endpoint local = plan("192.0.2.1:7").target, who;
	uint8_t buf[HEADER_MAX];

	CU_ASSERT_EQUAL(header_build(&p, &local, buf), 0);
	p.send = SEND_V1;
	CU_ASSERT_EQUAL(header_build(&p, &local, buf), sizeof(v1) - 1);
	CU_ASSERT_EQUAL(memcmp(buf, v1, sizeof(v1) - 1), 0);
	who = header_client(&p, &local);
	CU_ASSERT_TRUE(endpoint_eq(&who, &local));
	p.claim_src = plan("198.51.100.1:99").target;
	who = header_client(&p, &local);
	CU_ASSERT_TRUE(endpoint_eq(&who, &p.claim_src));
	p.expect = plan("203.0.113.1:98").target;
	who = header_client(&p, &local);
	CU_ASSERT_TRUE(endpoint_eq(&who, &p.expect));
	p.send = SEND_V2;
	CU_ASSERT_EQUAL(header_build(&p, &local, buf), 28);
	CU_ASSERT_EQUAL(buf[13], 0x11);
	CU_ASSERT_EQUAL(memcmp(buf + 16, "\xc6\x33\x64\x01", 4), 0);
	p.is_udp = true;
	CU_ASSERT_EQUAL(header_build(&p, &local, buf), 28);
	CU_ASSERT_EQUAL(buf[13], 0x12);
	p.send = SEND_SPP;
	CU_ASSERT_EQUAL(header_build(&p, &local, buf), 38);
	CU_ASSERT_EQUAL(buf[0], 0x56);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "sources in turn", test_sources_in_turn },
		{ "IPv6 sources", test_sources_of_six },
		{ "the other family",
		  test_sources_of_the_other_family_are_refused },
		{ "defaults", test_defaults },
		{ "expected client",
		  test_an_expected_client_asks_for_identity },
		{ "contradictions", test_contradictions },
		{ "datagrams", test_datagrams },
		{ "headers", test_headers },
	};

	return unit_main("client_plan", tests, ARRAY_SIZE(tests));
}
