/* SPDX-License-Identifier: BSD-2-Clause */
/* test_origin_http.c - where a request's head ends, and the answer */
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "http.h"

static enum http_state feed(struct http_req *r, const char *text)
{
	return http_req_feed(r, (const uint8_t *)text, strlen(text));
}

static void test_every_split(void)
{
	static const char req[] = "GET /x HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
	size_t cut, len = sizeof(req) - 1;

	for (cut = 0; cut < len; cut++) {
		struct http_req r = { 0 };

		CU_ASSERT_EQUAL(http_req_feed(&r, (const uint8_t *)req, cut),
				HTTP_MORE);
		CU_ASSERT_EQUAL(feed(&r, req + cut), HTTP_DONE);
		CU_ASSERT_EQUAL(r.line_len, 15);
		CU_ASSERT(!memcmp(r.line, "GET /x HTTP/1.1", 15));
	}
}

static void test_odd_heads(void)
{
	struct http_req r = { 0 };

	CU_ASSERT_EQUAL(feed(&r, "\r\n\r\n"), HTTP_MORE);
	CU_ASSERT_EQUAL(feed(&r, "GET / HTTP/1.0\n\nbody"), HTTP_DONE);
	r = (struct http_req) { 0 };
	CU_ASSERT_EQUAL(feed(&r, "GET /\r\nA: b\r\n \r\n"), HTTP_MORE);
	CU_ASSERT_EQUAL(feed(&r, "\r\n"), HTTP_DONE);
}

static void test_limits(void)
{
	struct http_req r = { 0 };
	int i;

	for (i = 0; i < HTTP_HEAD_MAX; i++)
		CU_ASSERT_EQUAL_FATAL(feed(&r, "a"), HTTP_MORE);
	CU_ASSERT_EQUAL(r.line_len, HTTP_LINE_MAX);
	CU_ASSERT_EQUAL(feed(&r, "a"), HTTP_TOO_LONG);
}

static void test_answer(void)
{
	static const char want[] = "HTTP/1.1 200 OK\r\n"
				   "Content-Type: application/json\r\n"
				   "Content-Length: 3\r\n"
				   "Connection: close\r\n\r\n{}\n";
	struct http_req r = { 0 };
	char buf[256];
	size_t n;

	CU_ASSERT_EQUAL(feed(&r, "GET / HTTP/1.1\r\n\r\n"), HTTP_DONE);
	n = http_answer(&r, 200, "{}\n", 3, buf, sizeof(buf));
	CU_ASSERT_EQUAL(n, sizeof(want) - 1);
	CU_ASSERT(!memcmp(buf, want, n));
	CU_ASSERT_EQUAL(http_answer(&r, 200, "{}\n", 3, buf, n), n);
	CU_ASSERT_EQUAL(http_answer(&r, 200, "{}\n", 3, buf, n - 1), 0);
	CU_ASSERT_EQUAL(http_answer(&r, 200, "{}\n", 3, buf, 20), 0);
	r = (struct http_req) { 0 };
	CU_ASSERT_EQUAL(feed(&r, "HEAD / HTTP/1.1\r\n\r\n"), HTTP_DONE);
	CU_ASSERT_EQUAL(http_answer(&r, 200, "{}\n", 3, buf, sizeof(buf)),
			n - 3);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "every split", test_every_split },
		{ "odd heads", test_odd_heads },
		{ "limits", test_limits },
		{ "answer", test_answer },
	};

	return unit_main("origin http", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
