/* SPDX-License-Identifier: BSD-2-Clause */
/* test_rule_text.c - what is said of a line that is wrong, and its characters
 */
#include "rules/rule_text.h"

#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/wire.h"

static void test_the_ends_of_utf8_are_text(void)
{
	struct rule_error err;
	char text[100];
	struct rule r;
	size_t i;

	/* but for the blank, which ends a tag */
	for (i = 1; i < UTF8_ENDS; i++) {
		snprintf(text, sizeof(text), "tcp:80 1.2.3.4 80 off off t%s",
			 utf8_ends[i]);
		CU_ASSERT(rule_parse(text, strlen(text), 0, &r, &err));
		CU_ASSERT_STRING_EQUAL(r.tag, text + 26);
		CU_ASSERT_EQUAL(utf8_len(utf8_ends[i], strlen(utf8_ends[i])),
				strlen(utf8_ends[i]));
	}
	CU_ASSERT_EQUAL(utf8_len("", 0), 0);
}

static void check_quote(const char *text, const char *want)
{
	char q[RULE_QUOTE_MAX];
	struct guard g;

	guard_init(&g, (const uint8_t *)text, strlen(text));
	rule_quote((struct rule_span) { (const char *)g.data, g.len, 1 }, q);
	guard_fini(&g);
	CU_ASSERT_STRING_EQUAL(q, want);
}

static void test_what_is_quoted_is_safe_and_short(void)
{
#define FORTY "0123456789012345678901234567890123456789"
	check_quote("", "");
	check_quote("a b", "a b");
	check_quote("\xe4\xb8\xad\xc3\xa9.", "\xe4\xb8\xad\xc3\xa9.");
	check_quote("a\x1b[1m\x7f\xff\xe4\xb8", "a?[1m????");
	check_quote(FORTY "abcd", FORTY "abcd");
	check_quote(FORTY "abcde", FORTY "abcd...");
	check_quote(FORTY FORTY, FORTY "0123...");
	/* no character is cut in two */
	check_quote(FORTY "a\xe4\xb8\xad", FORTY "a\xe4\xb8\xad");
	check_quote(FORTY "ab\xe4\xb8\xad", FORTY "ab...");
	check_quote(FORTY "abcd\xff", FORTY "abcd...");
#undef FORTY
}

/* what is said of the line @text, and where */
struct hint {
	const char *text;
	const char *code;
	uint32_t column;
	const char *said;
};

static void check_hints(const struct hint *rows, size_t n)
{
	struct rule_error err = { 0 };
	struct rule r;
	size_t i;

	for (i = 0; i < n; i++) {
		const char *text = rows[i].text;

		CU_ASSERT(!rule_parse(text, strlen(text), 0, &r, &err));
		CU_ASSERT_STRING_EQUAL(err.code, rows[i].code);
		CU_ASSERT_EQUAL(err.column, rows[i].column);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, rows[i].said));
	}
}

static void test_each_mistake_is_told_by_its_name(void)
{
	static const struct hint rows[] = {
		{ "tcp:8o 1.2.3.4 1 off off", CODE_PORT, 5, "divided by ';'" },
		{ "tcp:1 a x off off", CODE_ORIGIN_PORT, 9,
		  "is no origin port" },
		{ "tcp:1 [1.2.3.4] 1 off off", CODE_ORIGIN_FORMAT, 7,
		  "brackets" },
		{ "tcp:1 [x] 1 off off", CODE_ORIGIN_FORMAT, 7, "brackets" },
		{ "tcp:1 fe80::1%eth0 1 off off", CODE_ORIGIN_FORMAT, 7,
		  "zone" },
		{ "tcp:1 http://a.b 1 off off", CODE_ORIGIN_FORMAT, 7, "URL" },
		{ "tcp:1 10.0.0.0/8 1 off off", CODE_ORIGIN_FORMAT, 7,
		  "prefix" },
		{ "tcp:1 a.b:80 1 off off", CODE_ORIGIN_FORMAT, 7,
		  "has a port" },
		{ "tcp:1 1.2.3.4:80 1 off off", CODE_ORIGIN_FORMAT, 7,
		  "has a port" },
		{ "tcp:1 [::1]:80 1 off off", CODE_ORIGIN_FORMAT, 7,
		  "has a port" },
		{ "tcp:1 [::1 1 off off", CODE_ORIGIN_FORMAT, 7,
		  "not an IPv6 address" },
		{ "tcp:1 ::1::2 1 off off", CODE_ORIGIN_FORMAT, 7,
		  "not an IPv6 address" },
		{ "tcp:1 a_b.c 1 off off", CODE_ORIGIN_FORMAT, 7,
		  "neither an address" },
		{ "tcp:1 a~b 1 off off", CODE_ORIGIN_FORMAT, 7,
		  "neither an address" },
		{ "tcp:1 1.2.3 1 off off", CODE_ORIGIN_FORMAT, 7,
		  "not an IPv4 address" },
	};
	struct rule_error err = { 0 };
	struct rule r;

	check_hints(rows, ARRAY_SIZE(rows));
	/* a list of origin ports is not offered: there is none */
	CU_ASSERT(!rule_parse("tcp:1 a x off off", 17, 0, &r, &err));
	CU_ASSERT_PTR_NULL(strstr(err.text, "';'"));
}

static void test_full_width_forms_get_a_hint(void)
{
	static const struct hint rows[] = {
		{ "tcp：80 1.2.3.4 80 off off", CODE_PROTO, 4, "':'" },
		{ "tcp:80；81 1.2.3.4 80 off off", CODE_PORT, 7, "';'" },
		{ "tcp:80－81 1.2.3.4 80 off off", CODE_PORT, 7, "'-'" },
		{ "tcp:80 og：x 80 off off", CODE_ORIGIN_FORMAT, 10, "':'" },
		{ "tcp:80　1.2.3.4 80 off off", CODE_PORT, 7, "' '" },
		{ "tcp:80 1.2.3.4 ８0 off off", CODE_ORIGIN_PORT, 16, "'8'" },
		{ "tcp:80 1.2.3.4 80 ｏn off", CODE_PARAMETER, 19, "'o'" },
		{ "tcp:80 1.2.3.4 80 on ｏff", CODE_PARAMETER, 22, "'o'" },
		{ "tcp:80 1.2.3.4 80 off ！", CODE_PARAMETER, 23, "'!'" },
		{ "tcp:80 1.2.3.4 80 off ～", CODE_PARAMETER, 23, "'~'" },
		{ "tcp:80 1.2.3.4 80 off ＀", CODE_PARAMETER, 23, "xn--" },
		{ "tcp:80 例.com 80 off off", CODE_ORIGIN_FORMAT, 8, "xn--" },
		{ "tcp:80 og:例 80 off off", CODE_ORIGIN_VALUE, 11, "ASCII" },
	};

	check_hints(rows, ARRAY_SIZE(rows));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "the ends of UTF-8 are text",
		  test_the_ends_of_utf8_are_text },
		{ "what is quoted is safe and short",
		  test_what_is_quoted_is_safe_and_short },
		{ "each mistake is told by its name",
		  test_each_mistake_is_told_by_its_name },
		{ "full-width forms get a hint",
		  test_full_width_forms_get_a_hint },
	};

	return unit_main("rule_text", tests, ARRAY_SIZE(tests));
}
