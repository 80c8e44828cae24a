/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_expect.c - logs of tp-client, and who of them came */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "expect.h"
#include "harness.h"
#include "wire/ip.h"
#include "wire/wire.h"

#define CONN                                                                 \
	"{\"v\":1,\"type\":\"conn\",\"transport\":\"tcp\",\"dst\":\"10.0.0." \
	"1\","                                                               \
	"\"dport\":9,\"src\":\"203.0.113.7\",\"sport\":"
#define CLAIM ",\"expect\":\"2001:db8::7\",\"eport\":5"
#define OK    ",\"result\":\"ok\"}\n"

/* expect_of() - from a file with @text */
static int expect_of(const char *text, struct expect **ret,
		     char err[EXPECT_ERR_MAX])
{
	char path[] = "/tmp/test-expect-XXXXXX";
	int fd = mkstemp(path);
	int r;

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	(void)close(fd);
	r = expect_open(path, err, ret);
	CU_ASSERT(r == 0 || strstr(err, path) != NULL);
	(void)unlink(path);
	return r;
}

static struct endpoint end_of(const char *text)
{
	struct endpoint e = { 0 };

	CU_ASSERT(endpoint_parse(text, strlen(text), &e));
	return e;
}

static bool judge(struct expect *x, const char *from, const char *to,
		  const char *named, bool has_port)
{
	struct endpoint ends[] = { end_of(from), end_of(to) };
	struct endpoint n = end_of(named);

	return expect_judge(x, IP_PROTO_TCP, ends, &n, has_port);
}

static void test_whom_it_is(void)
{
	static const char log[] = CONN "1" OK CONN "2" CLAIM OK
				       "{\"type\":\"summary\"}\n\n" CONN
				       "3,\"result\":\"refused\"}\n";
	char err[EXPECT_ERR_MAX];
	struct endpoint who[3];
	struct expect *x = NULL;

	CU_ASSERT_EQUAL_FATAL(expect_of(log, &x, err), 0);
	CU_ASSERT_EQUAL(expect_count(x), 2);
	CU_ASSERT_EQUAL(expect_missing(x, who, 1), 2);
	/* the proxy's leg: anybody of them */
	CU_ASSERT(judge(x, "10.9.9.9:7", "10.0.0.2:8", "203.0.113.7:1", true));
	CU_ASSERT(judge(x, "10.9.9.9:7", "10.0.0.2:8", "[::ffff:203.0.113.7]:1",
			true));
	CU_ASSERT(!judge(x, "10.9.9.9:7", "10.0.0.2:8", "203.0.113.7:2", true));
	CU_ASSERT(judge(x, "10.9.9.9:7", "10.0.0.2:8", "203.0.113.7:2", false));
	CU_ASSERT(judge(x, "10.9.9.9:7", "10.0.0.2:8", "203.0.113.7:9", false));
	CU_ASSERT(
		!judge(x, "10.9.9.9:7", "10.0.0.2:8", "203.0.113.8:1", false));
	CU_ASSERT(!judge(x, "10.9.9.9:7", "10.0.0.2:8", "203.0.113.8:1", true));
	/* may come, and need not */
	CU_ASSERT(judge(x, "10.9.9.9:7", "10.0.0.2:8", "203.0.113.7:3", true));
	CU_ASSERT_EQUAL(expect_missing(x, who, 3), 1);
	CU_ASSERT_EQUAL(who[0].port, 5);
	/* the client's own leg: the one that it claims, and no other */
	CU_ASSERT(!judge(x, "203.0.113.7:2", "10.0.0.1:9", "203.0.113.7:1",
			 true));
	CU_ASSERT_EQUAL(expect_missing(x, NULL, 0), 1);
	CU_ASSERT(judge(x, "203.0.113.7:2", "10.0.0.1:9", "[2001:db8::7]:5",
			true));
	CU_ASSERT_EQUAL(expect_missing(x, NULL, 0), 0);
	/* the same port to elsewhere is another connection */
	CU_ASSERT(judge(x, "203.0.113.7:2", "10.0.0.1:10", "203.0.113.7:1",
			true));
	expect_free(x);
	expect_free(NULL);
}

static void test_transports_differ(void)
{
	char err[EXPECT_ERR_MAX];
	struct endpoint ends[2] = { end_of("10.9.9.9:7"),
				    end_of("10.0.0.2:8") };
	struct endpoint n = end_of("203.0.113.7:1");
	struct expect *x = NULL;

	CU_ASSERT_EQUAL_FATAL(expect_of(CONN "1" OK, &x, err), 0);
	CU_ASSERT(!expect_judge(x, IP_PROTO_UDP, ends, &n, true));
	CU_ASSERT(expect_judge(x, IP_PROTO_TCP, ends, &n, true));
	expect_free(x);
}

static void test_no_logs(void)
{
	static const char *const logs[] = {
		"",
		"{\"type\":\"summary\"}\n",
		"hello\n",
		"[]\n",
		CONN "70000" OK,
		CONN "-1" OK,
		"{\"type\":\"conn\",\"src\":\"203.0.113.7\",\"sport\":1}\n",
		"{\"type\":\"conn\",\"src\":7,\"sport\":1}\n",
		CONN "1,\"expect\":\"203.0.113.7\",\"eport\":\"5\"" OK,
		CONN "\"1\"" OK,
		CONN "1" OK "{\n",
	};
	char err[EXPECT_ERR_MAX];
	struct expect *x = NULL;
	char *longest;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(logs); i++)
		CU_ASSERT_EQUAL(expect_of(logs[i], &x, err), -EINVAL);
	CU_ASSERT(strstr(err, "line 2") != NULL);
	longest = calloc(1, 70001);
	CU_ASSERT_FATAL(longest != NULL);
	memset(longest, 'x', 70000);
	CU_ASSERT_EQUAL(expect_of(longest, &x, err), -EINVAL);
	CU_ASSERT(strstr(err, "line 1 is longer than") != NULL);
	free(longest);
	CU_ASSERT_EQUAL(expect_of("", &x, err), -EINVAL);
	CU_ASSERT(strstr(err, "no connection in it") != NULL);
	CU_ASSERT_EQUAL(expect_open("/nonexistent/log", err, &x), -ENOENT);
	CU_ASSERT_STRING_EQUAL(err,
			       "/nonexistent/log: No such file or directory");
	CU_ASSERT_EQUAL(expect_open("/", err, &x), -EISDIR);
	CU_ASSERT_EQUAL(expect_of(CONN "1" OK "{\"v\":1,\"ty", &x, err),
			-EINVAL);
	CU_ASSERT(strstr(err, "line 2 ends half-way") != NULL);
	CU_ASSERT_PTR_NULL(x);
}

/* The same log twice, and a port that was used twice: one client each. */
static void test_clients_of_several_lines(void)
{
	static const char log[] = "\xef\xbb\xbf" CONN "1" OK CONN "1" OK CONN
				  "2,\"result\":\"refused\"}\r\n\r\n" CONN
				  "2,\"result\":\"ok\"}";
	char err[EXPECT_ERR_MAX];
	struct endpoint who[3];
	struct expect *x = NULL;

	CU_ASSERT_EQUAL_FATAL(expect_of(log, &x, err), 0);
	CU_ASSERT_EQUAL(expect_count(x), 2);
	CU_ASSERT_EQUAL(expect_missing(x, who, 3), 2);
	CU_ASSERT_EQUAL(who[1].port, 2);
	CU_ASSERT(judge(x, "10.9.9.9:7", "10.0.0.2:8", "203.0.113.7:1", true));
	CU_ASSERT_EQUAL(expect_missing(x, who, 3), 1);
	expect_free(x);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "whom it is", test_whom_it_is },
		{ "clients of several lines", test_clients_of_several_lines },
		{ "transports differ", test_transports_differ },
		{ "no logs", test_no_logs },
	};

	return unit_main("inspect_expect", tests, ARRAY_SIZE(tests));
}
