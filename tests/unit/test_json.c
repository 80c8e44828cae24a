/* SPDX-License-Identifier: BSD-2-Clause */
/* test_json.c - one JSON value per line, whatever goes in */
#include <math.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "base/json.h"
#include "harness.h"
#include "wire/wire.h"

static char buf[1024];
static struct json j;

static void begin(void)
{
	json_init(&j, buf, sizeof(buf));
	json_begin(&j, NULL, '{');
}

static const char *end(void)
{
	json_end(&j);
	return json_line(&j, NULL);
}

static void test_all_kinds(void)
{
	size_t len = 0;

	begin();
	json_u64(&j, "u", UINT64_MAX);
	json_i64(&j, "i", INT64_MIN);
	json_bool(&j, "t", true);
	json_bool(&j, "f", false);
	json_nil(&j, "n");
	json_f64(&j, "d", 1.25, 1);
	json_str(&j, "s", "x");
	json_hex(&j, "h", (const uint8_t *)"\x00\xff\x1a", 3);
	json_begin(&j, "a", '[');
	json_u64(&j, NULL, 1);
	json_begin(&j, NULL, '{');
	json_end(&j);
	json_begin(&j, NULL, '[');
	json_end(&j);
	json_str(&j, NULL, "");
	json_end(&j);
	json_end(&j);
	CU_ASSERT_STRING_EQUAL(json_line(&j, &len),
			       "{\"u\":18446744073709551615,"
			       "\"i\":-9223372036854775808,\"t\":true,"
			       "\"f\":false,\"n\":null,\"d\":1.2,\"s\":\"x\","
			       "\"h\":\"00ff1a\",\"a\":[1,{},[],\"\"]}\n");
	CU_ASSERT_EQUAL(len, strlen(buf));
}

static void test_numbers_that_json_cannot_say(void)
{
	begin();
	json_f64(&j, "a", NAN, 2);
	json_f64(&j, "b", INFINITY, 2);
	json_f64(&j, "c", 1e300, 2);
	json_f64(&j, "d", -0.5, 0);
	CU_ASSERT_STRING_EQUAL(end(),
			       "{\"a\":null,\"b\":null,\"c\":null,\"d\":-0}\n");
}

static const char *string_of(const char *s, size_t len)
{
	begin();
	json_strn(&j, "s", s, len);
	return end();
}

static void test_strings_cannot_break_the_line(void)
{
	CU_ASSERT_STRING_EQUAL(string_of("a\"b\\c\n\r\t\0\x7f", 10),
			       "{\"s\":\"a\\\"b\\\\c\\u000a\\u000d\\u0009"
			       "\\u0000\\u007f\"}\n");
	CU_ASSERT_STRING_EQUAL(string_of("\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80",
					 9),
			       "{\"s\":\"\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80\""
			       "}\n");
}

static void test_the_ends_of_utf8_stay(void)
{
	char want[32];
	size_t i;

	for (i = 0; i < UTF8_ENDS; i++) {
		/* U+0080 stays too, but not as it is: terminals obey it */
		snprintf(want, sizeof(want), "{\"s\":\"%s\"}\n",
			 strcmp(utf8_ends[i], "\xc2\x80") == 0 ? "\\u0080"
							       : utf8_ends[i]);
		CU_ASSERT_STRING_EQUAL(
			string_of(utf8_ends[i], strlen(utf8_ends[i])), want);
	}
	CU_ASSERT_STRING_EQUAL(string_of("\x1f", 1), "{\"s\":\"\\u001f\"}\n");
	CU_ASSERT_STRING_EQUAL(string_of("\xc2\x9f\xc2\xa0", 4),
			       "{\"s\":\"\\u009f\xc2\xa0\"}\n");
	CU_ASSERT_STRING_EQUAL(string_of("\xe2\x80\xae\xef\xbb\xbf", 6),
			       "{\"s\":\"\\u202e\\ufeff\"}\n");
	CU_ASSERT_STRING_EQUAL(string_of("\xf0\x8f\xbf\xbf", 4),
			       "{\"s\":\"\\u00f0\\u008f\\u00bf\\u00bf\"}\n");
}

/* RFC 3629: overlong forms, surrogates, beyond U+10FFFF, cut sequences. */
static void test_bytes_that_are_not_utf8(void)
{
	CU_ASSERT_STRING_EQUAL(string_of("\x80", 1), "{\"s\":\"\\u0080\"}\n");
	CU_ASSERT_STRING_EQUAL(string_of("\xff", 1), "{\"s\":\"\\u00ff\"}\n");
	CU_ASSERT_STRING_EQUAL(string_of("\xc0\xaf", 2),
			       "{\"s\":\"\\u00c0\\u00af\"}\n");
	CU_ASSERT_STRING_EQUAL(string_of("\xe0\x80\xaf", 3),
			       "{\"s\":\"\\u00e0\\u0080\\u00af\"}\n");
	CU_ASSERT_STRING_EQUAL(string_of("\xed\xa0\x80", 3),
			       "{\"s\":\"\\u00ed\\u00a0\\u0080\"}\n");
	CU_ASSERT_STRING_EQUAL(string_of("\xf0\x80\x80\x80", 4),
			       "{\"s\":\"\\u00f0\\u0080\\u0080\\u0080\"}\n");
	CU_ASSERT_STRING_EQUAL(string_of("\xf4\x90\x80\x80", 4),
			       "{\"s\":\"\\u00f4\\u0090\\u0080\\u0080\"}\n");
	CU_ASSERT_STRING_EQUAL(string_of("\xe4\xb8", 2),
			       "{\"s\":\"\\u00e4\\u00b8\"}\n");
	CU_ASSERT_STRING_EQUAL(string_of("\xe4\xb8z", 3),
			       "{\"s\":\"\\u00e4\\u00b8z\"}\n");
}

static void test_a_cut_sequence_is_not_read_past(void)
{
	struct guard g;

	guard_init(&g, (const uint8_t *)"ab\xf0\x9f\x98", 5);
	CU_ASSERT_STRING_EQUAL(string_of((const char *)g.data, 5),
			       "{\"s\":\"ab\\u00f0\\u009f\\u0098\"}\n");
	guard_fini(&g);
}

/* In every buffer too small for the line there is no line, and no byte is
 * written behind it.
 */
static void test_overflow_at_every_size(void)
{
	static const char want[] = "{\"a\":\"bc\\u0001\",\"d\":[1,2]}\n";
	size_t cap;

	for (cap = 0; cap <= sizeof(want) + 1; cap++) {
		struct guard g;
		uint8_t zero[sizeof(want) + 1] = { 0 };
		const char *line;
		size_t len = 0;

		guard_init(&g, zero, cap);
		json_init(&j, (char *)g.data, cap);
		json_begin(&j, NULL, '{');
		json_str(&j, "a", "bc\x01");
		json_begin(&j, "d", '[');
		json_u64(&j, NULL, 1);
		json_u64(&j, NULL, 2);
		json_end(&j);
		json_end(&j);
		line = json_line(&j, &len);
		if (cap < sizeof(want)) {
			CU_ASSERT_PTR_NULL(line);
		} else {
			CU_ASSERT_PTR_NOT_NULL_FATAL(line);
			CU_ASSERT_STRING_EQUAL(line, want);
			CU_ASSERT_EQUAL(len, sizeof(want) - 1);
		}
		guard_fini(&g);
	}
}

static void test_a_line_is_written_whole_or_not(void)
{
	static const char want[] = "{\"v\":1,\"type\":\"t\",\"a\":5}\n";
	char text[sizeof(want)], got[2 * sizeof(want)];
	size_t cap;

	for (cap = 1; cap <= sizeof(text); cap++) {
		FILE *out = tmpfile();
		size_t n;

		CU_ASSERT_PTR_NOT_NULL_FATAL(out);
		json_open(&j, text, cap, "t");
		json_u64(&j, "a", 5);
		CU_ASSERT_EQUAL(json_write(&j, out), cap == sizeof(want));
		rewind(out);
		n = fread(got, 1, sizeof(got), out);
		CU_ASSERT_EQUAL(n, cap == sizeof(want) ? sizeof(want) - 1 : 0);
		CU_ASSERT_EQUAL(memcmp(got, want, n), 0);
		(void)fclose(out);
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "all kinds", test_all_kinds },
		{ "impossible numbers", test_numbers_that_json_cannot_say },
		{ "strings", test_strings_cannot_break_the_line },
		{ "ends of UTF-8", test_the_ends_of_utf8_stay },
		{ "not UTF-8", test_bytes_that_are_not_utf8 },
		{ "cut sequence", test_a_cut_sequence_is_not_read_past },
		{ "overflow", test_overflow_at_every_size },
		{ "a whole line", test_a_line_is_written_whole_or_not },
	};

	return unit_main("json", tests, ARRAY_SIZE(tests));
}
