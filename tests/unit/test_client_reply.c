/* SPDX-License-Identifier: BSD-2-Clause */
/* test_client_reply.c - where HTTP responses end, in any pieces */
#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "reply.h"
#include "wire/wire.h"

#define BODY_MAX 256
#define CHUNKED	 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

/* What came of an input.
 * @done: responses that were whole; @left: bytes after the last of them
 */
struct seen {
	int done;
	bool is_bad;
	bool is_last;
	uint16_t status;
	char body[BODY_MAX];
	size_t len;
};

static void feed(struct reply *r, const char *text, size_t len,
		 struct seen *ret)
{
	struct guard g;
	const uint8_t *at, *body;
	size_t n;

	guard_init(&g, (const uint8_t *)text, len);
	at = g.data;
	while (true) {
		enum reply_event e = reply_next(r, &at, &len, &body, &n);

		if (e == REPLY_BODY) {
			ASSERT(ret->len + n < BODY_MAX);
			memcpy(ret->body + ret->len, body, n);
			ret->len += n;
			continue;
		}
		ret->is_bad |= e == REPLY_BAD;
		if (e == REPLY_DONE) {
			ret->done++;
			ret->is_last = r->is_last;
			ret->status = r->status;
			reply_reset(r);
		}
		if (e != REPLY_DONE || !len)
			break;
	}
	guard_fini(&g);
}

static struct seen whole(const char *text)
{
	struct reply r = { 0 };
	struct seen s = { 0 };

	feed(&r, text, strlen(text), &s);
	return s;
}

/* The same in two pieces, at every place, and byte by byte. */
static void check_pieces(const char *text)
{
	struct seen want = whole(text);
	size_t cut, len = strlen(text);

	for (cut = 0; cut <= len; cut++) {
		struct reply r = { 0 };
		struct seen s = { 0 };

		feed(&r, text, cut, &s);
		if (!s.is_bad)
			feed(&r, text + cut, len - cut, &s);
		CU_ASSERT_EQUAL(s.done, want.done);
		CU_ASSERT_EQUAL(s.is_bad, want.is_bad);
		CU_ASSERT_STRING_EQUAL(s.body, want.body);
	}
}

static void test_lengths(void)
{
	static const char text[] = "HTTP/1.1 200 OK\r\n"
				   "Server: x\r\n"
				   "CONTENT-length:  5 \r\n"
				   "\r\nhelloHTTP/1.1 404 No\r\n"
				   "Content-Length: 0\r\n\r\n";
	struct seen s = whole(text);

	CU_ASSERT_EQUAL(s.done, 2);
	CU_ASSERT_STRING_EQUAL(s.body, "hello");
	CU_ASSERT_EQUAL(s.status, 404);
	CU_ASSERT_FALSE(s.is_last);
	CU_ASSERT_FALSE(s.is_bad);
	check_pieces(text);
}

static void test_chunks(void)
{
	static const char text[] = "HTTP/1.1 200 OK\r\n"
				   "Transfer-Encoding: chunked\r\n\r\n"
				   "3;x=y\r\nabc\r\n"
				   "A\r\n0123456789\r\n"
				   "0\r\nTrailer: 1\r\n\r\n"
				   "HTTP/1.1 204 Empty\r\n\r\n";
	struct seen s = whole(text);

	CU_ASSERT_EQUAL(s.done, 2);
	CU_ASSERT_STRING_EQUAL(s.body, "abc0123456789");
	check_pieces(text);
}

static void test_ends(void)
{
	struct reply r = { 0 };
	struct seen s = { 0 };
	static const char open[] = "HTTP/1.0 200 OK\r\n\r\nabc";

	feed(&r, open, sizeof(open) - 1, &s);
	CU_ASSERT_EQUAL(s.done, 0);
	CU_ASSERT_STRING_EQUAL(s.body, "abc");
	CU_ASSERT_TRUE(reply_at_end(&r));
	CU_ASSERT_TRUE(r.is_last);
	s = whole("HTTP/1.1 200 OK\r\nConnection: close\r\n"
		  "Content-Length: 1\r\n\r\na");
	CU_ASSERT_EQUAL(s.done, 1);
	CU_ASSERT_TRUE(s.is_last);
	s = whole("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
		  "Content-Length: 1\r\n\r\na");
	CU_ASSERT_FALSE(s.is_last);
	s = whole("HTTP/1.1 100 Continue\r\n\r\n"
		  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	CU_ASSERT_EQUAL(s.done, 1);
	CU_ASSERT_EQUAL(s.status, 200);
	CU_ASSERT_STRING_EQUAL(s.body, "ok");
}

static void test_what_is_not_http(void)
{
	static const char *const bad[] = {
		"SSH-2.0-OpenSSH\r\n",
		"HTTP/2.0 200 OK\r\n",
		"HTTP/1.1 2x0 OK\r\n",
		"HTTP/1.1 020 OK\r\n",
		"HTTP/1.1 20\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n",
		(CHUNKED "xyz\r\n"),
		(CHUNKED "\r\n"),
		(CHUNKED "1\r\nab\r\n"),
		(CHUNKED "fffffffffffffffff\r\n"),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct seen s = whole(bad[i]);

		CU_ASSERT_TRUE(s.is_bad);
		CU_ASSERT_EQUAL(s.done, 0);
		check_pieces(bad[i]);
	}
}

static void test_a_head_without_an_end(void)
{
	static const char line[] = "X: 0123456789012345678901234567890123456789"
				   "0123456789012345678901234567890123\r\n";
	struct reply r = { 0 };
	struct seen s = { 0 };
	int i;

	feed(&r, "HTTP/1.1 200 OK\r\n", 17, &s);
	for (i = 0; i < 2000 && !s.is_bad; i++)
		feed(&r, line, sizeof(line) - 1, &s);
	CU_ASSERT_TRUE(s.is_bad);
	CU_ASSERT(i < 1000);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "lengths", test_lengths },
		{ "chunks", test_chunks },
		{ "ends", test_ends },
		{ "not HTTP", test_what_is_not_http },
		{ "endless head", test_a_head_without_an_end },
	};

	return unit_main("client_reply", tests, ARRAY_SIZE(tests));
}
