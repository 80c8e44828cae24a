/* SPDX-License-Identifier: BSD-2-Clause */
/* test_ruleset.c - whole configurations: files, groups, ports used twice */
#include "rules/ruleset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "rules/ruleset_file.h"
#include "wire/wire.h"

static struct ruleset *load_bytes(const char *text, size_t len, unsigned flags)
{
	struct ruleset *rs = ruleset_new(flags);
	FILE *f = tmpfile();

	CU_ASSERT_FATAL(rs && f);
	CU_ASSERT_FATAL(fwrite(text, 1, len, f) == len);
	rewind(f);
	CU_ASSERT_EQUAL(ruleset_add_stream(rs, f, "f"), 0);
	CU_ASSERT_EQUAL(fclose(f), 0);
	ruleset_check(rs);
	return rs;
}

static struct ruleset *load(const char *text, unsigned flags)
{
	return load_bytes(text, strlen(text), flags);
}

/* What @print prints of @rs; freed by the caller */
static char *printed(const struct ruleset *rs,
		     void (*print)(const struct ruleset *, FILE *))
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	CU_ASSERT_FATAL(f != NULL);
	print(rs, f);
	CU_ASSERT_EQUAL(fclose(f), 0);
	return text;
}

/* Do the printed errors begin, line by line, with these? */
static void check_errors(const char *text, unsigned flags,
			 const char *const *want, size_t n)
{
	struct ruleset *rs = load(text, flags);
	char *all = printed(rs, ruleset_print_errors), *at = all;
	size_t i;

	CU_ASSERT_EQUAL(rs->n_errors, n);
	for (i = 0; i < n && at; i++) {
		if (strncmp(at, want[i], strlen(want[i])) != 0) {
			printf("\nwant %s\n%s", want[i], all);
			CU_FAIL("other error");
		}
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	CU_ASSERT(at && !*at); /* and nothing else is said */
	free(all);
	ruleset_free(rs);
}

static void check_one_error(const char *text, unsigned flags, const char *want)
{
	check_errors(text, flags, &want, 1);
}

static void test_file_of_the_extensions(void)
{
	static const char text[] =
		"\xef\xbb\xbf# rules\r\n"
		"tcp:80-81 og:WEB 80 on ppv1\r\n"
		"\r\n"
		"  # more\n"
		"\t\n"
		"og:web = 10.0.0.1 ,A.example,\t[2001:db8::1]\n"
		"udp:80;90-99 og:dns 53 off ppv2 a # tag\n"
		"OG:dns=192.0.2.1";
	struct ruleset *rs = load(text, 0);
	const struct group *g = ruleset_group(rs, "Web");

	CU_ASSERT_EQUAL(rs->n_errors, 0);
	CU_ASSERT_EQUAL_FATAL(rs->n_rules, 2);
	CU_ASSERT_EQUAL(rs->rules[0].line, 2);
	CU_ASSERT_EQUAL(rs->rules[1].line, 7);
	CU_ASSERT_STRING_EQUAL(rs->rules[1].tag, "a # tag");
	CU_ASSERT_EQUAL(rs->n_groups, 2);
	ASSERT(g);
	CU_ASSERT_EQUAL(g->line, 6);
	CU_ASSERT_EQUAL_FATAL(g->n_members, 3);
	CU_ASSERT_STRING_EQUAL(g->members[0], "10.0.0.1");
	CU_ASSERT_STRING_EQUAL(g->members[1], "a.example");
	CU_ASSERT_STRING_EQUAL(g->members[2], "2001:db8::1");
	CU_ASSERT_PTR_NULL(ruleset_group(rs, "we"));
	CU_ASSERT_EQUAL(ruleset_ports(rs), 2 + 1 + 10);
	ruleset_free(rs);
}

static void test_strict_refuses_extensions(void)
{
	static const char *const want[] = {
		"f:1:1: InvalidParameter.ParameterError: a comment",
		"f:2:1: InvalidParameter.ParameterError: a blank line",
		"f:3:1: InvalidParameter.ParameterError: a group's definition",
		"f:4:8: InvalidParameterValue.OriginGroupNotExists: ",
		"f:5:8: InvalidParameter.InvalidOriginIp: ",
	};

	check_errors("# c\n\nog:g = 192.0.2.1\ntcp:80 og:g 80 on off\n"
		     "tcp:81 10.0.0.1 80 on off\n"
		     "tcp:82 192.0.2.1 80 on off\r\n",
		     RULE_F_STRICT, want, ARRAY_SIZE(want));
}

/* The groups of a strict file come from options. */
static void test_options_join_the_file(void)
{
	struct ruleset *rs = ruleset_new(RULE_F_STRICT);
	char *all;

	ruleset_add_line(rs, "tcp:80 og:g 80 on off", "--rule");
	ruleset_add_line(rs, "og:G = 192.0.2.1, 192.0.2.2", "--rule");
	CU_ASSERT(ruleset_check(rs));
	CU_ASSERT_EQUAL(rs->n_rules, 1);
	CU_ASSERT_EQUAL(rs->rules[0].line, 0);
	ruleset_free(rs);

	rs = ruleset_new(0);
	ruleset_add_line(rs, "tcp:80 192.0.2.1 80 on off", "--rule");
	ruleset_add_line(rs, "", "--rule");
	ruleset_add_line(rs, "tcp:79-81 192.0.2.1 80 on off", "--rule");
	CU_ASSERT(!ruleset_check(rs));
	all = printed(rs, ruleset_print_errors);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(all, "--rule:2:1: InvalidParameter.Para"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(all, "--rule:3:5: InvalidParameter.RulePortDuplicating: "
			    "tcp:80 is forwarded already, at --rule:1"));
	free(all);
	ruleset_free(rs);
}

static void test_ports_used_twice(void)
{
	static const char *const want[] = {
		"f:2:5: InvalidParameter.RulePortDuplicating: tcp:85 is "
		"forwarded already, at f:1: ",
		"f:4:7: InvalidParameter.RulePortDuplicating: tcp:80 is "
		"forwarded already, at f:1: ",
		"f:4:13: InvalidParameter.RulePortDuplicating: tcp:90 is "
		"forwarded already, at f:1: ",
		"f:5:5: InvalidParameter.RulePortDuplicating: tcp:70 is "
		"forwarded already, at f:4: ",
		/* a rule that was refused a port does not own it */
		"f:6:5: InvalidParameter.RulePortDuplicating: tcp:86 is "
		"forwarded already, at f:1: ",
	};

	check_errors("tcp:80-90 192.0.2.1 80 on off\n"
		     "tcp:85-86 192.0.2.1 80 on off\n"
		     "udp:80-90 192.0.2.1 80 on off\n"
		     "tcp:1;70-80;90-99 192.0.2.1 80 on off\n"
		     "tcp:60-75 192.0.2.1 80 on off\n"
		     "tcp:86 192.0.2.1 80 on off\n",
		     0, want, ARRAY_SIZE(want));
}

static void test_groups_that_are_wrong(void)
{
	check_one_error("tcp:80 og:x 80 on off\nog:y = 192.0.2.1\n", 0,
			"f:1:8: InvalidParameterValue.OriginGroupNotExists: "
			"group 'x' is not defined");
	check_one_error("og:y = 192.0.2.1\nog:Y = 192.0.2.2\n", 0,
			"f:2:1: InvalidParameter.ParameterError: group 'Y' is "
			"defined already (line 1)");
	check_one_error("og:y\n", 0,
			"f:1:4: InvalidParameter.RuleOriginValueError: group "
			"'y' has no members");
	check_one_error("og: = a\n", 0,
			"f:1:5: InvalidParameter.RuleOriginValueError: no "
			"group name");
	check_one_error("og:a b = c\n", 0,
			"f:1:5: InvalidParameter.RuleOriginValueError: ");
	check_one_error("og:y =\n", 0,
			"f:1:7: InvalidParameter.RuleOriginValueError: an "
			"empty member");
	check_one_error("og:y = a,,b\n", 0,
			"f:1:10: InvalidParameter.RuleOriginValueError: an "
			"empty member");
	check_one_error("og:y = a, \n", 0,
			"f:1:10: InvalidParameter.RuleOriginValueError: an "
			"empty member");
	check_one_error("og:y = a, b, A\n", 0,
			"f:1:14: InvalidParameter.RuleOriginValueError: 'a' is "
			"a member already");
	check_one_error("og:y = og:z\n", 0,
			"f:1:8: InvalidParameter.RuleOriginValueError: a group "
			"within");
	check_one_error("og:y = a:80\n", 0,
			"f:1:8: InvalidParameter.RuleOriginFormatError: ");
	check_one_error("og:y = a b\n", 0,
			"f:1:9: InvalidParameter.RuleOriginFormatError: ");
	check_one_error("og:y = a\x01\n", 0,
			"f:1:9: InvalidParameter.ParameterError: control");
}

static void test_group_limits(void)
{
	size_t cap = 400000, len = 0, i;
	char *text = malloc(cap);
	struct ruleset *rs;

	ASSERT(text);
	/* the longest line: 64 members of 253 characters, a name of 200 */
	len += (size_t)snprintf(text, cap, "og:%0200d = ", 0);
	for (i = 0; i < GROUP_MEMBERS_MAX; i++) {
		size_t end = len + RULE_HOST_MAX - 3, n;

		for (n = 0; len < end; n++)
			text[len++] = n % 50 == 49 ? '.' : 'a';
		len += (size_t)snprintf(text + len, cap - len, "a%02zu%s", i,
					i + 1 < GROUP_MEMBERS_MAX ? ", " : "");
	}
	rs = load_bytes(text, len, 0);
	CU_ASSERT_EQUAL(rs->n_errors, 0);
	CU_ASSERT_EQUAL_FATAL(rs->n_groups, 1);
	CU_ASSERT_EQUAL(rs->groups[0].n_members, GROUP_MEMBERS_MAX);
	CU_ASSERT_EQUAL(strlen(rs->groups[0].members[63]), RULE_HOST_MAX);
	ruleset_free(rs);
	snprintf(text + len, cap - len, ", b");
	rs = load_bytes(text, len + 3, 0);
	CU_ASSERT_EQUAL(rs->n_errors, 1);
	CU_ASSERT_EQUAL(rs->errors[0].column, len + 3);
	ruleset_free(rs);

	for (len = 0, i = 0; i <= GROUP_SIZED_MAX; i++)
		len += (size_t)snprintf(text + len, cap - len, "og:g%zu = a\n",
					i);
	rs = load_bytes(text, len, 0);
	CU_ASSERT_EQUAL(rs->n_groups, GROUP_SIZED_MAX);
	CU_ASSERT_EQUAL(rs->n_errors, 1);
	CU_ASSERT_EQUAL(rs->errors[0].line, GROUP_SIZED_MAX + 1);
	CU_ASSERT_EQUAL(rs->errors[0].column, 1);
	CU_ASSERT_STRING_EQUAL(rs->errors[0].code,
			       "InvalidParameter.ParameterError");
	CU_ASSERT_PTR_NOT_NULL(strstr(rs->errors[0].text, "groups"));
	ruleset_free(rs);
	free(text);
}

static void test_two_thousand_rules(void)
{
	size_t cap = 200000, len = 0, i;
	char *text = malloc(cap);
	struct ruleset *rs;

	ASSERT(text);
	/* 50,000 ports, between the reserved ones */
	for (i = 0; i < RULESET_MAX; i++) {
		size_t low = 7000 + i / 2 * 25;

		len += (size_t)snprintf(text + len, cap - len,
					"%s:%zu-%zu 192.0.2.1 80 on off\n",
					i % 2 ? "udp" : "tcp", low, low + 24);
	}
	rs = load_bytes(text, len, 0);
	CU_ASSERT_EQUAL(rs->n_rules, RULESET_MAX);
	CU_ASSERT_EQUAL(rs->n_errors, 0);
	CU_ASSERT_EQUAL(ruleset_ports(rs), 50000);
	ruleset_free(rs);
	len += (size_t)snprintf(text + len, cap - len,
				"tcp:1 192.0.2.1 80 on off\n"
				"tcp:2 192.0.2.1 80 on off\n");
	rs = load_bytes(text, len, 0);
	CU_ASSERT_EQUAL(rs->n_rules, RULESET_MAX);
	CU_ASSERT_EQUAL_FATAL(rs->n_errors, 1);
	CU_ASSERT_EQUAL(rs->errors[0].line, RULESET_MAX + 1);
	CU_ASSERT_STRING_EQUAL(rs->errors[0].code,
			       "LimitExceeded.ProxyRulesLimitExceeded");
	ruleset_free(rs);
	free(text);
}

static void test_lines_without_end(void)
{
	size_t len = 300000;
	char *text = malloc(len + 1);
	struct ruleset *rs;

	ASSERT(text);
	memset(text, 'x', len);
	snprintf(text + len - 28, 29, "\ntcp:80 192.0.2.1 80 on off\n");
	rs = load_bytes(text, len, 0);
	CU_ASSERT_EQUAL(rs->n_errors, 1);
	CU_ASSERT_EQUAL(rs->errors[0].line, 1);
	CU_ASSERT_EQUAL_FATAL(rs->n_rules, 1);
	CU_ASSERT_EQUAL(rs->rules[0].line, 2);
	ruleset_free(rs);
	/* with nothing after it */
	rs = load_bytes(text, 200000, 0);
	CU_ASSERT_EQUAL(rs->n_errors, 1);
	ruleset_free(rs);
	/* a rule is not read out of the begin of such a line */
	snprintf(text, len, "%-200000s", "tcp:80 192.0.2.1 80 on off");
	rs = load_bytes(text, 200000, 0);
	CU_ASSERT_EQUAL(rs->n_rules, 0);
	CU_ASSERT_EQUAL_FATAL(rs->n_errors, 1);
	CU_ASSERT_EQUAL(rs->errors[0].column, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(rs->errors[0].text, "bytes"));
	ruleset_free(rs);
	free(text);
}

static void test_bytes_that_are_no_rules(void)
{
	struct ruleset *rs;

	rs = load_bytes("tcp:80 a\0b 80 on off\n", 21, 0);
	CU_ASSERT_EQUAL(rs->n_errors, 1);
	CU_ASSERT_EQUAL(rs->errors[0].column, 9);
	ruleset_free(rs);
	/* UTF-16 */
	rs = load_bytes("\xff\xfet\0c\0p\0", 8, 0);
	CU_ASSERT_EQUAL(rs->n_errors, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(rs->errors[0].text, "UTF-8"));
	ruleset_free(rs);
	/* a mark elsewhere than at the begin; a CR that ends nothing */
	check_one_error("\n\xef\xbb\xbftcp:80 a 80 on off\n", 0, "f:2:1: ");
	check_one_error("tcp:80 a 80 on off t\r", 0, "f:1:21: ");
	check_one_error("tcp:80 a 80\r on off\n", 0, "f:1:12: ");
	/* half a mark; a whole one before nothing, and before a rule */
	check_one_error("\xef\xbb\xbctcp:80 a 80 on off\n", 0, "f:1:1: ");
	rs = load("\xef\xbb\xbf\ntcp:80 a 80 on off\n", 0);
	CU_ASSERT(rs->n_errors == 0 && rs->n_rules == 1);
	ruleset_free(rs);
	rs = load("\xef\xbb\xbftcp:80 a 80 on off t\r\n", 0);
	CU_ASSERT_FATAL(rs->n_errors == 0 && rs->n_rules == 1);
	CU_ASSERT_STRING_EQUAL(rs->rules[0].tag, "t");
	ruleset_free(rs);
	rs = load("", 0);
	CU_ASSERT_EQUAL(rs->n_errors + rs->n_rules, 0);
	ruleset_free(rs);
}

static void test_errors_are_bounded_and_in_order(void)
{
	size_t cap = 200000, len = 0, i;
	char *text = malloc(cap), *all;
	struct ruleset *rs;

	ASSERT(text);
	for (i = 0; i < RULESET_ERRORS_MAX + 7; i++)
		len += (size_t)snprintf(text + len, cap - len, "x\n");
	rs = load_bytes(text, len, 0);
	CU_ASSERT_EQUAL(rs->n_errors, RULESET_ERRORS_MAX + 7);
	CU_ASSERT_EQUAL(rs->errors[RULESET_ERRORS_MAX - 1].line,
			RULESET_ERRORS_MAX);
	all = printed(rs, ruleset_print_errors);
	CU_ASSERT_PTR_NOT_NULL(strstr(all, "\nand 7 errors more\n"));
	free(all);
	ruleset_free(rs);
	free(text);

	rs = load("tcp:80 a 80 on off\nx\ntcp:80 og:g 80 on off\ny\n", 0);
	CU_ASSERT_EQUAL_FATAL(rs->n_errors, 4);
	CU_ASSERT_EQUAL(rs->errors[0].line, 2);
	CU_ASSERT_EQUAL(rs->errors[1].line, 3);
	CU_ASSERT_EQUAL(rs->errors[1].column, 5);
	CU_ASSERT_EQUAL(rs->errors[2].column, 8);
	CU_ASSERT_EQUAL(rs->errors[3].line, 4);
	ruleset_free(rs);
}

static void test_reading_fails(void)
{
	struct ruleset *rs = ruleset_new(0);
	FILE *f = fopen("/", "r");

	CU_ASSERT_FATAL(rs && f);
	CU_ASSERT_EQUAL(ruleset_add_stream(rs, f, "/"), -EISDIR);
	CU_ASSERT_EQUAL(fclose(f), 0);
	ruleset_free(rs);
	ruleset_free(NULL);
}

static void export_rules(const struct ruleset *rs, char *out, size_t cap)
{
	char line[RULE_TEXT_MAX];
	uint32_t i;

	for (i = 0; i < rs->n_rules; i++) {
		int n = snprintf(out, cap, "%s\n",
				 rule_format(&rs->rules[i], line));

		ASSERT(n > 0 && (size_t)n < cap);
		out += n;
		cap -= (size_t)n;
	}
}

/* seed/50: what is exported is imported as the same, byte for byte */
static void test_export_is_a_fixed_point(void)
{
	static const char text[] =
		"TCP:123\tTest.Origin.com 456 ON PPv1\n"
		"udp:80-90;7 [2001:db8::0:1] 100 off ppv2 a  tag\n"
		"tcp:80-90 og:G 90-100 on TOA\n"
		"og:g = 192.0.2.1\n";
	struct ruleset *rs = load(text, 0), *again;
	char export1[4096], export2[4096];

	export_rules(rs, export1, sizeof(export1));
	again = load(export1, 0);
	CU_ASSERT_EQUAL(again->n_rules, rs->n_rules);
	export_rules(again, export2, sizeof(export2));
	CU_ASSERT_STRING_EQUAL(export1, export2);
	CU_ASSERT_STRING_EQUAL(export1,
			       "tcp:123 test.origin.com 456 on ppv1\n"
			       "udp:80-90;7 2001:db8::1 100 off ppv2 a  tag\n"
			       "tcp:80-90 og:G 90-100 on toa\n");
	ruleset_free(rs);
	ruleset_free(again);
}

static void print_lint(const struct ruleset *rs, FILE *out)
{
	ruleset_print_lint(rs, false, out);
}

static void print_lint_json(const struct ruleset *rs, FILE *out)
{
	ruleset_print_lint(rs, true, out);
}

static void check_printed(const char *rules,
			  void (*print)(const struct ruleset *, FILE *),
			  const char *want)
{
	struct ruleset *rs = load(rules, 0);
	char *got = printed(rs, print);

	CU_ASSERT_STRING_EQUAL(got, want);
	free(got);
	ruleset_free(rs);
}

static void test_whole_files_are_printed(void)
{
	static const char bad[] = "tcp:80-81 a 80 on off\nudp:5 og:g 5 on off\n"
				  "og:h = a\n";

	check_printed("tcp:80 og:G 80 ON off\nOG:G=A.b , ::1\n"
		      "og:h = 192.0.2.1\nudp:80 c 80-80 on off t\n",
		      ruleset_print,
		      "og:G = a.b, ::1\nog:h = 192.0.2.1\n"
		      "tcp:80 og:G 80 on off\nudp:80 c 80 on off t\n");
	check_printed(bad, print_lint,
		      "f:2:7: InvalidParameterValue.OriginGroupNotExists: "
		      "group 'g' is not defined: add a line og:NAME = ADDR[, "
		      "ADDR...]\n2 rules, 1 groups, 3 ports, 1 errors\n");
	check_printed(bad, print_lint_json,
		      "{\"v\":1,\"type\":\"error\",\"file\":\"f\",\"line\":2,"
		      "\"column\":7,\"code\":\"InvalidParameterValue."
		      "OriginGroupNotExists\",\"text\":\"group 'g' is not "
		      "defined: add a line og:NAME = ADDR[, ADDR...]\"}\n"
		      "{\"v\":1,\"type\":\"summary\",\"rules\":2,"
		      "\"groups\":1,\"ports\":3,\"errors\":1}\n");
}

static uint32_t missing(const char *a, const char *b, char *out, size_t cap)
{
	struct ruleset *of = load(a, 0), *in = load(b, 0);
	FILE *f = fmemopen(out, cap, "w");
	uint32_t n;

	CU_ASSERT_FATAL(f != NULL);
	n = ruleset_print_missing(of, in, "- ", f);
	CU_ASSERT_EQUAL(fclose(f), 0);
	ruleset_free(of);
	ruleset_free(in);
	return n;
}

static void test_what_one_file_lacks(void)
{
	static const char a[] = "og:g = a, b\nog:h = c\nog:i = a\n"
				"tcp:1 og:g 1 on off\ntcp:2 d 2 on off\n";
	char out[200];

	CU_ASSERT_EQUAL(missing(a, a, out, sizeof(out)), 0);
	CU_ASSERT_EQUAL(missing(a, "", out, sizeof(out)), 5);
	/* one member else, one more, none; a rule that is not the same */
	CU_ASSERT_EQUAL(missing(a,
				"tcp:2 d 2 off off\ntcp:1 og:g 1 on off\n"
				"og:G = a, c\nog:h = c, d\n",
				out, sizeof(out)),
			4);
	CU_ASSERT_STRING_EQUAL(out, "- og:g = a, b\n- og:h = c\n"
				    "- og:i = a\n- tcp:2 d 2 on off\n");
}

static void test_files_are_read_by_name(void)
{
	char path[] = "/tmp/ruleset.XXXXXX";
	int fd = mkstemp(path);
	struct ruleset *rs;
	FILE *f;

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL_FATAL(
		write(fd, "tcp:1 d 1 on off\ntcp:1 e 1 on off\n", 34), 34);
	close(fd);
	CU_ASSERT_EQUAL(ruleset_read_file(path, 0, &rs), 0);
	CU_ASSERT_EQUAL(rs->n_rules, 2);
	CU_ASSERT_EQUAL_FATAL(rs->n_errors, 1); /* it was checked */
	CU_ASSERT_STRING_EQUAL(rs->errors[0].source, path);
	ruleset_free(rs);
	f = freopen(path, "re", stdin);
	CU_ASSERT_FATAL(f != NULL);
	CU_ASSERT_EQUAL(ruleset_read_file("-", RULE_F_STRICT, &rs), 0);
	CU_ASSERT_EQUAL(rs->n_rules, 2);
	CU_ASSERT_EQUAL(rs->flags, RULE_F_STRICT);
	ruleset_free(rs);
	CU_ASSERT_EQUAL(feof(stdin), 1); /* it is the caller's */
	unlink(path);
	CU_ASSERT_EQUAL(ruleset_read_file(path, 0, &rs), -ENOENT);
	CU_ASSERT_EQUAL(rs->n_rules + rs->n_errors, 0);
	ruleset_free(rs);
	CU_ASSERT_EQUAL(ruleset_read_file("/", 0, &rs), -EISDIR);
	ruleset_free(rs);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "a file with the extensions", test_file_of_the_extensions },
		{ "strict refuses the extensions",
		  test_strict_refuses_extensions },
		{ "options join the file", test_options_join_the_file },
		{ "ports used twice (seed/45)", test_ports_used_twice },
		{ "groups that are wrong", test_groups_that_are_wrong },
		{ "limits of groups", test_group_limits },
		{ "2000 rules (seed/22)", test_two_thousand_rules },
		{ "lines without end", test_lines_without_end },
		{ "bytes that are no rules", test_bytes_that_are_no_rules },
		{ "errors are bounded and in order",
		  test_errors_are_bounded_and_in_order },
		{ "reading fails", test_reading_fails },
		{ "whole files are printed", test_whole_files_are_printed },
		{ "what one file lacks", test_what_one_file_lacks },
		{ "files are read by name", test_files_are_read_by_name },
		{ "export is a fixed point (seed/50)",
		  test_export_is_a_fixed_point },
	};

	return unit_main("ruleset", tests, ARRAY_SIZE(tests));
}
