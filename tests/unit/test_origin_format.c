/* SPDX-License-Identifier: BSD-2-Clause */
/* test_origin_format.c - log lines are those of the product's samples
 * (seed/54, 57, 58, 59, 69)
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "record.h"

/* seed/69's and seed/54's moments, in milliseconds since 1970 */
#define NGINX_WALL_MS  1682666399000ULL /* 28/Apr/2023 15:19:59 +0800 */
#define PYTHON_WALL_MS 1682502757000ULL /* 26/Apr/2023 17:52:37 +0800 */

static struct ident make(const char *client)
{
	static const char peer_text[] = "43.132.85.50:7502";
	static const char local_text[] = "10.4.0.14:10000";
	struct endpoint peer = { 0 }, local = { 0 };
	struct ident id;

	CU_ASSERT(endpoint_parse(peer_text, strlen(peer_text), &peer));
	CU_ASSERT(endpoint_parse(local_text, strlen(local_text), &local));
	ident_init(&id, false, &peer, &local);
	CU_ASSERT(endpoint_parse(client, strlen(client), &id.client));
	id.kind = HEADER_PPV1;
	return id;
}

static void check(const char *got, size_t len, const char *want)
{
	CU_ASSERT_EQUAL(len, strlen(want));
	CU_ASSERT(len == strlen(want) && !memcmp(got, want, len));
}

static void test_nginx(void)
{
	struct ident id = make("119.29.135.205:53859");
	struct record_end end = { .duration_ms = 3042, .in = 7, .out = 11 };
	char buf[256];

	check(buf,
	      record_format_nginx(&id, &end, NGINX_WALL_MS, buf, sizeof(buf)),
	      "119.29.135.205 - 43.132.85.50 [28/Apr/2023:15:19:59 +0800] "
	      "TCP 11 7 3.042\n");
	id.kind = HEADER_NONE;
	id.is_udp = true;
	check(buf,
	      record_format_nginx(&id, &end, NGINX_WALL_MS, buf, sizeof(buf)),
	      "- - 43.132.85.50 [28/Apr/2023:15:19:59 +0800] UDP 11 7 "
	      "3.042\n");
	/* a TCP option is what $remote_addr says, and no PROXY header */
	id.kind = HEADER_TOA;
	id.is_udp = false;
	check(buf,
	      record_format_nginx(&id, &end, NGINX_WALL_MS, buf, sizeof(buf)),
	      "- - 119.29.135.205 [28/Apr/2023:15:19:59 +0800] TCP 11 7 "
	      "3.042\n");
	CU_ASSERT_EQUAL(record_format_nginx(&id, &end, 0, buf, 20), 0);
}

static void test_python(void)
{
	static const char hostile[] = "GET /\"\n\x80 x";
	struct ident id = make("119.29.135.205:53859");
	char buf[256];

	check(buf,
	      record_format_python(&id, PYTHON_WALL_MS, "GET / HTTP/1.1", 14,
				   buf, sizeof(buf)),
	      "119.29.135.205 - - [26/Apr/2023 17:52:37] "
	      "\"GET / HTTP/1.1\"\n");
	check(buf,
	      record_format_python(&id, PYTHON_WALL_MS, hostile,
				   sizeof(hostile) - 1, buf, sizeof(buf)),
	      "119.29.135.205 - - [26/Apr/2023 17:52:37] \"GET /??? x\"\n");
	CU_ASSERT_EQUAL(
		record_format_python(&id, 0, "GET / HTTP/1.1", 14, buf, 50), 0);
}

static void test_c(void)
{
	struct ident id = make("119.29.135.205:53859");
	char buf[256];

	check(buf, record_format_c(&id, true, buf, sizeof(buf)),
	      "AF_INET accept getpeername 119.29.135.205 : 53859 "
	      "successful\n");
	check(buf, record_format_c(&id, false, buf, sizeof(buf)),
	      "accept ::ffff:119.29.135.205 : 53859 successful\n"
	      "connect 119.29.135.205 successful\n");
	id = make("[2001:db8::5]:53859");
	check(buf, record_format_c(&id, true, buf, sizeof(buf)),
	      "AF_INET6 accept getpeername 2001:db8::5 : 53859 successful\n");
	check(buf, record_format_c(&id, false, buf, sizeof(buf)),
	      "accept 2001:db8::5 : 53859 successful\n");
}

static void test_java(void)
{
	struct ident id = make("127.0.0.1:50680");
	char buf[256];

	check(buf, record_format_java(&id, buf, sizeof(buf)),
	      "New client connected: /127.0.0.1:50680\n");
	id = make("[::1]:51124");
	check(buf, record_format_java(&id, buf, sizeof(buf)),
	      "New client connected: /0:0:0:0:0:0:0:1:51124\n");
}

static void test_json(void)
{
	static char buf[IDENT_LINE_MAX + 1024];
	struct ident id = make("119.29.135.205:53859");
	struct record_end end = { .reason = REASON_REFUSED, .in = 7 };
	size_t len;

	id.err = (struct wire_err) { ANOMALY_V1_PORT, 33 };
	len = record_format_json(&id, &end, buf, sizeof(buf));
	CU_ASSERT(len > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(buf, "\"type\":\"conn\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(buf, "\"reason\":\"refused\""));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(buf, "\"anomaly\":\"v1.port\",\"offset\":33"));
	CU_ASSERT_PTR_NOT_NULL(strstr(buf, "\"verdict\":\"v1.port\""));
	CU_ASSERT_EQUAL(record_format_json(&id, &end, buf, 100), 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "nginx", test_nginx }, { "python", test_python },
		{ "c", test_c },	 { "java", test_java },
		{ "json", test_json },
	};

	/* the samples were written in China */
	if (setenv("TZ", "CST-8", 1))
		return 1;
	tzset();
	return unit_main("origin format", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
