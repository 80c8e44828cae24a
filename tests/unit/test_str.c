/* SPDX-License-Identifier: BSD-2-Clause */
/* test_str.c - numbers, durations and sizes, taken strictly */
#include <stdarg.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "base/str.h"
#include "harness.h"
#include "wire/wire.h"

static void test_whole_numbers(void)
{
	uint64_t v = 7;

	CU_ASSERT_TRUE(str_u64("0", 1, &v));
	CU_ASSERT_EQUAL(v, 0);
	CU_ASSERT_TRUE(str_u64("007", 3, &v));
	CU_ASSERT_EQUAL(v, 7);
	CU_ASSERT_TRUE(str_u64("1234", 2, &v));
	CU_ASSERT_EQUAL(v, 12);
	CU_ASSERT_TRUE(str_u64("18446744073709551615", 20, &v));
	CU_ASSERT_EQUAL(v, UINT64_MAX);
}

static void test_what_is_no_number(void)
{
	static const char *const bad[] = {
		"",
		" 1",
		"1 ",
		"+1",
		"-1",
		"1.",
		"0x1",
		"1e3",
		"abc",
		"18446744073709551616",
		"99999999999999999999",
		"184467440737095516150",
	};
	uint64_t v = 42;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CU_ASSERT_FALSE(str_u64(bad[i], strlen(bad[i]), &v));
	CU_ASSERT_FALSE(str_u64("1\0", 2, &v));
	CU_ASSERT_EQUAL(v, 42);
}

static void test_u64_reads_no_byte_too_many(void)
{
	struct guard g;
	uint64_t v;

	guard_init(&g, (const uint8_t *)"123", 3);
	CU_ASSERT_TRUE(str_u64((const char *)g.data, 3, &v));
	CU_ASSERT_EQUAL(v, 123);
	guard_fini(&g);
}

static uint64_t duration(const char *s)
{
	uint64_t v = 99;

	return str_duration_ms(s, &v) ? v : UINT64_MAX;
}

static void test_durations(void)
{
	CU_ASSERT_EQUAL(duration("500ms"), 500);
	CU_ASSERT_EQUAL(duration("3"), 3000);
	CU_ASSERT_EQUAL(duration("3s"), 3000);
	CU_ASSERT_EQUAL(duration("2m"), 120000);
	CU_ASSERT_EQUAL(duration("1h"), 3600000);
	CU_ASSERT_EQUAL(duration("0"), 0);
	CU_ASSERT_EQUAL(duration(""), UINT64_MAX);
	CU_ASSERT_EQUAL(duration("s"), UINT64_MAX);
	CU_ASSERT_EQUAL(duration("3 s"), UINT64_MAX);
	CU_ASSERT_EQUAL(duration("3S"), UINT64_MAX);
	CU_ASSERT_EQUAL(duration("3ss"), UINT64_MAX);
	CU_ASSERT_EQUAL(duration("1.5s"), UINT64_MAX);
	CU_ASSERT_EQUAL(duration("-1s"), UINT64_MAX);
	CU_ASSERT_EQUAL(duration("18446744073709551615"), UINT64_MAX);
	CU_ASSERT_EQUAL(duration("5124095576031h"), UINT64_MAX);
}

static uint64_t size(const char *s)
{
	uint64_t v;

	return str_size(s, &v) ? v : UINT64_MAX;
}

static void test_sizes(void)
{
	CU_ASSERT_EQUAL(size("0"), 0);
	CU_ASSERT_EQUAL(size("4096"), 4096);
	CU_ASSERT_EQUAL(size("64k"), 65536);
	CU_ASSERT_EQUAL(size("3m"), 3 << 20);
	CU_ASSERT_EQUAL(size("64K"), 65536);
	CU_ASSERT_EQUAL(size("10M"), 10485760);
	CU_ASSERT_EQUAL(size("1G"), 1073741824);
	CU_ASSERT_EQUAL(size("8g"), 8589934592ULL);
	CU_ASSERT_EQUAL(size("1T"), UINT64_MAX);
	CU_ASSERT_EQUAL(size("1kB"), UINT64_MAX);
	CU_ASSERT_EQUAL(size("k"), UINT64_MAX);
	CU_ASSERT_EQUAL(size("17179869184G"), UINT64_MAX);
	CU_ASSERT_EQUAL(size("17179869183G"), 17179869183ULL << 30);
}

static void test_copies_are_bounded(void)
{
	char buf[4] = "zzz";

	CU_ASSERT_TRUE(str_copy(buf, sizeof(buf), "abc"));
	CU_ASSERT_STRING_EQUAL(buf, "abc");
	CU_ASSERT_FALSE(str_copy(buf, sizeof(buf), "defg"));
	CU_ASSERT_STRING_EQUAL(buf, "def");
	CU_ASSERT_TRUE(str_copy(buf, sizeof(buf), ""));
	CU_ASSERT_STRING_EQUAL(buf, "");
	CU_ASSERT_FALSE(str_copy(buf, 1, "x"));
	CU_ASSERT_STRING_EQUAL(buf, "");
	CU_ASSERT_FALSE(str_copy(buf, 0, "x"));
}

/* shown() - how str_escape() shows @text */
static const char *shown(const char *text)
{
	static char out[64];

	(void)str_escape(out, sizeof(out), text, strlen(text));
	return out;
}

static void test_what_terminals_obey_is_escaped(void)
{
	CU_ASSERT_STRING_EQUAL(shown("plain \"\\ text~"), "plain \"\\ text~");
	CU_ASSERT_STRING_EQUAL(shown("a\n\x1b[m\x7f"), "a\\x0a\\x1b[m\\x7f");
	CU_ASSERT_STRING_EQUAL(shown("\xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80"),
			       "\xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80");
	CU_ASSERT_STRING_EQUAL(shown("\xc2\x80\xc2\x9f\xc2\xa0"),
			       "\\xc2\\x80\\xc2\\x9f\xc2\xa0");
	/* each range's ends, and what is beside them */
	CU_ASSERT_STRING_EQUAL(shown("\xe2\x80\x8a\xe2\x80\x8b"),
			       "\xe2\x80\x8a\\xe2\\x80\\x8b");
	CU_ASSERT_STRING_EQUAL(shown("\xe2\x80\x8f\xe2\x80\x90"),
			       "\\xe2\\x80\\x8f\xe2\x80\x90");
	CU_ASSERT_STRING_EQUAL(shown("\xe2\x80\xa7\xe2\x80\xa8"),
			       "\xe2\x80\xa7\\xe2\\x80\\xa8");
	CU_ASSERT_STRING_EQUAL(shown("\xe2\x80\xae\xe2\x80\xaf"),
			       "\\xe2\\x80\\xae\xe2\x80\xaf");
	CU_ASSERT_STRING_EQUAL(shown("\xe2\x81\x9f\xe2\x81\xa0"),
			       "\xe2\x81\x9f\\xe2\\x81\\xa0");
	CU_ASSERT_STRING_EQUAL(shown("\xe2\x81\xaf\xe2\x81\xb0"),
			       "\\xe2\\x81\\xaf\xe2\x81\xb0");
	CU_ASSERT_STRING_EQUAL(shown("\xef\xbb\xbf\xef\xbb\xbe"),
			       "\\xef\\xbb\\xbf\xef\xbb\xbe");
	/* no UTF-8: too short, too long, a surrogate, beyond U+10FFFF */
	CU_ASSERT_STRING_EQUAL(shown("\xe4\xb8"), "\\xe4\\xb8");
	CU_ASSERT_STRING_EQUAL(shown("\xc1\xbf"), "\\xc1\\xbf");
	CU_ASSERT_STRING_EQUAL(shown("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf");
	CU_ASSERT_STRING_EQUAL(shown("\xed\xa0\x80"), "\\xed\\xa0\\x80");
	CU_ASSERT_STRING_EQUAL(shown("\xf4\x90\x80\x80"),
			       "\\xf4\\x90\\x80\\x80");
}

static void test_escapes_are_bounded(void)
{
	char out[8];

	CU_ASSERT_EQUAL(str_escape(out, sizeof(out), "abcdefgh", 8), 7);
	CU_ASSERT_STRING_EQUAL(out, "abcdefg");
	/* no half of an escape, and no half of a character */
	CU_ASSERT_EQUAL(str_escape(out, sizeof(out), "abcd\x01", 5), 4);
	CU_ASSERT_STRING_EQUAL(out, "abcd");
	CU_ASSERT_EQUAL(str_escape(out, sizeof(out), "abc\x01", 4), 7);
	CU_ASSERT_STRING_EQUAL(out, "abc\\x01");
	CU_ASSERT_EQUAL(str_escape(out, sizeof(out), "abcdef\xc3\xa4", 8), 6);
	CU_ASSERT_EQUAL(str_escape(out, sizeof(out), "a\0b", 3), 6);
	CU_ASSERT_STRING_EQUAL(out, "a\\x00b");
	CU_ASSERT_EQUAL(str_escape(out, 1, "a", 1), 0);
	CU_ASSERT_STRING_EQUAL(out, "");
}

static const char *message(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

static const char *message(const char *fmt, ...)
{
	static char out[64];
	va_list ap;

	va_start(ap, fmt);
	CU_ASSERT_EQUAL(str_vmessage(out, sizeof(out), fmt, ap), strlen(out));
	va_end(ap);
	return out;
}

static void test_messages_may_quote_anything(void)
{
	static char large[2 * STR_MESSAGE_MAX];

	CU_ASSERT_STRING_EQUAL(message("%d of '%s'", 2, "\xc3\xa4\x1b"),
			       "2 of '\xc3\xa4\\x1b'");
	/* cut within a character */
	CU_ASSERT_STRING_EQUAL(message("'%.2s'", "a\xc3\xa4"), "'a\\xc3'");
	memset(large, 'a', sizeof(large) - 1);
	CU_ASSERT_EQUAL(strlen(message("%s", large)), 63);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "whole numbers", test_whole_numbers },
		{ "no numbers", test_what_is_no_number },
		{ "no over-read", test_u64_reads_no_byte_too_many },
		{ "durations", test_durations },
		{ "sizes", test_sizes },
		{ "bounded copies", test_copies_are_bounded },
		{ "escapes", test_what_terminals_obey_is_escaped },
		{ "bounded escapes", test_escapes_are_bounded },
		{ "messages may quote anything",
		  test_messages_may_quote_anything },
	};

	return unit_main("str", tests, ARRAY_SIZE(tests));
}
