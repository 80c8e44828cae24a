/* SPDX-License-Identifier: BSD-2-Clause */
/* test_rule_text.c - what is said of a line that is wrong, and its characters
 */
#include "rules/rule_text.h"

#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/wire.h"

/* RFC 3629 3: the first and the last character of each length */
static void test_the_ends_of_utf8_are_text(void)
{
	static const char *const good[] = {
		"\x7e",
		"\xc2\x80",
		"\xdf\xbf",
		"\xe0\xa0\x80",
		"\xed\x9f\xbf",
		"\xee\x80\x80",
		"\xef\xbf\xbf",
		"\xf0\x90\x80\x80",
		"\xf3\xbf\xbf\xbf",
		"\xf4\x8f\xbf\xbf",
	};
	struct rule_error err;
	char text[100];
	struct rule r;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		snprintf(text, sizeof(text), "tcp:80 1.2.3.4 80 off off t%s",
			 good[i]);
		CU_ASSERT(rule_parse(text, strlen(text), 0, &r, &err));
		CU_ASSERT_STRING_EQUAL(r.tag, text + 26);
		CU_ASSERT_EQUAL(utf8_len(good[i], strlen(good[i])),
				strlen(good[i]));
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

static void check_hint(const char *text, const char *code, uint32_t column,
		       const char *hint)
{
	struct rule_error err = { 0 };
	struct rule r;

	CU_ASSERT(!rule_parse(text, strlen(text), 0, &r, &err));
	CU_ASSERT_STRING_EQUAL(err.code, code);
	CU_ASSERT_EQUAL(err.column, column);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, hint));
}

static void test_each_mistake_is_told_by_its_name(void)
{
	struct rule_error err = { 0 };
	struct rule r;

	check_hint("tcp:8o 1.2.3.4 1 off off", CODE_PORT, 5, "divided by ';'");
	check_hint("tcp:1 a x off off", CODE_ORIGIN_PORT, 9,
		   "is no origin port");
	check_hint("tcp:1 [1.2.3.4] 1 off off", CODE_ORIGIN_FORMAT, 7,
		   "brackets");
	check_hint("tcp:1 [x] 1 off off", CODE_ORIGIN_FORMAT, 7, "brackets");
	check_hint("tcp:1 fe80::1%eth0 1 off off", CODE_ORIGIN_FORMAT, 7,
		   "zone");
	check_hint("tcp:1 http://a.b 1 off off", CODE_ORIGIN_FORMAT, 7, "URL");
	check_hint("tcp:1 10.0.0.0/8 1 off off", CODE_ORIGIN_FORMAT, 7,
		   "prefix");
	check_hint("tcp:1 a.b:80 1 off off", CODE_ORIGIN_FORMAT, 7,
		   "has a port");
	check_hint("tcp:1 1.2.3.4:80 1 off off", CODE_ORIGIN_FORMAT, 7,
		   "has a port");
	check_hint("tcp:1 [::1]:80 1 off off", CODE_ORIGIN_FORMAT, 7,
		   "has a port");
	check_hint("tcp:1 [::1 1 off off", CODE_ORIGIN_FORMAT, 7,
		   "not an IPv6 address");
	check_hint("tcp:1 ::1::2 1 off off", CODE_ORIGIN_FORMAT, 7,
		   "not an IPv6 address");
	check_hint("tcp:1 a_b.c 1 off off", CODE_ORIGIN_FORMAT, 7,
		   "neither an address");
	check_hint("tcp:1 a~b 1 off off", CODE_ORIGIN_FORMAT, 7,
		   "neither an address");
	check_hint("tcp:1 1.2.3 1 off off", CODE_ORIGIN_FORMAT, 7,
		   "not an IPv4 address");
	/* a list of origin ports is not offered: there is none */
	CU_ASSERT(!rule_parse("tcp:1 a x off off", 17, 0, &r, &err));
	CU_ASSERT_PTR_NULL(strstr(err.text, "';'"));
}

static void test_full_width_forms_get_a_hint(void)
{
	check_hint("tcp：80 1.2.3.4 80 off off", CODE_PROTO, 4, "':'");
	check_hint("tcp:80；81 1.2.3.4 80 off off", CODE_PORT, 7, "';'");
	check_hint("tcp:80－81 1.2.3.4 80 off off", CODE_PORT, 7, "'-'");
	check_hint("tcp:80 og：x 80 off off", CODE_ORIGIN_FORMAT, 10, "':'");
	check_hint("tcp:80　1.2.3.4 80 off off", CODE_PORT, 7, "' '");
	check_hint("tcp:80 1.2.3.4 ８0 off off", CODE_ORIGIN_PORT, 16, "'8'");
	check_hint("tcp:80 1.2.3.4 80 ｏn off", CODE_PARAMETER, 19, "'o'");
	check_hint("tcp:80 1.2.3.4 80 on ｏff", CODE_PARAMETER, 22, "'o'");
	check_hint("tcp:80 1.2.3.4 80 off ！", CODE_PARAMETER, 23, "'!'");
	check_hint("tcp:80 1.2.3.4 80 off ～", CODE_PARAMETER, 23, "'~'");
	check_hint("tcp:80 1.2.3.4 80 off ＀", CODE_PARAMETER, 23, "xn--");
	check_hint("tcp:80 例.com 80 off off", CODE_ORIGIN_FORMAT, 8, "xn--");
	check_hint("tcp:80 og:例 80 off off", CODE_ORIGIN_VALUE, 11, "ASCII");
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
