/* SPDX-License-Identifier: BSD-2-Clause */
/* test_api_console.c - the console's files, who may see them, when again */
#include "api/console.h"

#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/wire.h"

static void test_each_path_has_its_file(void)
{
	const struct console_file *page = console_find("/"), *f;
	unsigned n = 0;

	CU_ASSERT_PTR_NOT_NULL(page);
	if (!page)
		return;
	CU_ASSERT_STRING_EQUAL(page->path, "/console/index.html");
	CU_ASSERT_PTR_EQUAL(console_find("/console/"), page);
	CU_ASSERT(strncmp(page->type, "text/html", 9) == 0);
	for (f = console_files; f->path; f++, n++) {
		CU_ASSERT_PTR_EQUAL(console_find(f->path), f);
		CU_ASSERT(f->len > 0);
		CU_ASSERT_EQUAL(strlen(f->etag), 34);
	}
	CU_ASSERT(n >= 10);
	CU_ASSERT_PTR_NULL(console_find("/console/none.js"));
	CU_ASSERT_PTR_NULL(console_find("/console/../console/api.js"));
	CU_ASSERT_PTR_NULL(console_find("/index.html"));
	CU_ASSERT_PTR_NULL(console_find(""));
}

/* Nothing in a page of ours needs what the policy forbids. */
static void test_no_page_has_anything_inline(void)
{
	const struct console_file *page = console_find("/");
	char text[16384];

	CU_ASSERT_FATAL(page->len < sizeof(text));
	memcpy(text, page->data, page->len);
	text[page->len] = '\0';
	CU_ASSERT_PTR_NULL(strstr(text, "<style"));
	CU_ASSERT_PTR_NULL(strstr(text, " style="));
	CU_ASSERT_PTR_NULL(strstr(text, "<script>"));
	CU_ASSERT_PTR_NULL(strstr(text, "://"));
}

static void test_only_hosts_that_cannot_be_rebound(void)
{
	static const char *const good[] = {
		"127.0.0.1",   "127.0.0.1:8080", "localhost",
		"LocalHost:1", "a.localhost",	 "[::1]",
		"[::1]:80",    "192.0.2.7:8080", "[fd00::1]:80",
	};
	static const char *const bad[] = {
		"",
		"evil.example",
		"localhost.evil.example",
		"notlocalhost",
		"127.0.0.1.evil.example",
		"127.1",
		"[::1",
		"[::1]x",
		"[127.0.0.1]",
		"::1",
		"[evil.example]",
	};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		CU_ASSERT(console_host_ok(good[i]));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CU_ASSERT_FALSE(console_host_ok(bad[i]));
	CU_ASSERT_FALSE(console_host_ok(NULL));
}

static void test_a_file_that_is_known_is_not_sent(void)
{
	static const char etag[] = "\"0123\"";

	CU_ASSERT(console_etag_match("\"0123\"", etag));
	CU_ASSERT(console_etag_match("W/\"0123\"", etag));
	CU_ASSERT(console_etag_match("\"9\", \"0123\"", etag));
	CU_ASSERT(console_etag_match("*", etag));
	CU_ASSERT_FALSE(console_etag_match("\"9\"", etag));
	CU_ASSERT_FALSE(console_etag_match("0123", etag));
	CU_ASSERT_FALSE(console_etag_match(NULL, etag));
}

static void test_the_policy_allows_nothing_but_this_server(void)
{
	const char *policy = "";
	size_t i;

	for (i = 0; console_headers[i][0]; i++)
		if (strcmp(console_headers[i][0], "Content-Security-Policy") ==
		    0)
			policy = console_headers[i][1];
	CU_ASSERT_PTR_NOT_NULL(strstr(policy, "default-src 'none'"));
	CU_ASSERT_PTR_NOT_NULL(strstr(policy, "script-src 'self';"));
	CU_ASSERT_PTR_NOT_NULL(strstr(policy, "style-src 'self';"));
	CU_ASSERT_PTR_NOT_NULL(strstr(policy, "frame-ancestors 'none'"));
	CU_ASSERT_PTR_NULL(strstr(policy, "unsafe"));
	CU_ASSERT_PTR_NULL(strstr(policy, "http"));
	CU_ASSERT_PTR_NULL(strstr(policy, "data:"));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "each path has its file", test_each_path_has_its_file },
		{ "nothing inline", test_no_page_has_anything_inline },
		{ "hosts that cannot be rebound",
		  test_only_hosts_that_cannot_be_rebound },
		{ "a file that is known",
		  test_a_file_that_is_known_is_not_sent },
		{ "the policy",
		  test_the_policy_allows_nothing_but_this_server },
	};

	return unit_main("api_console", tests, ARRAY_SIZE(tests));
}
