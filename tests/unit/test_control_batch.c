/* SPDX-License-Identifier: BSD-2-Clause */
/* test_control_batch.c - import and export (seed/43-50) */
#include "control_state.h"
#include "harness.h"
#include "rules/rule_text.h"
#include "wire/wire.h"

static bool import(struct state *s, const char *text, bool partial,
		   struct ruleset **ret_rs, uint32_t *ret_added)
{
	FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	struct ctl_import im = { .source = "test", .partial = partial };
	bool ok;

	CU_ASSERT_FATAL(f != NULL);
	im.in = f;
	ok = control_import(s->c, ZONE, s->id, &im, &s->err);
	*ret_rs = im.rs;
	*ret_added = im.added;
	(void)fclose(f);
	return ok;
}

/* The caller frees it. */
static char *export(struct state *s)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	CU_ASSERT_FATAL(f != NULL);
	CU_ASSERT(control_export(s->c, ZONE, s->id, f, &s->err));
	(void)fclose(f);
	return text;
}

static void import_ok(struct state *s, const char *text, uint32_t n)
{
	struct ruleset *rs;
	uint32_t added;

	CU_ASSERT_FATAL(import(s, text, false, &rs, &added));
	CU_ASSERT_EQUAL(added, n);
	ruleset_free(rs);
}

static const char sample[] = "og:testorigin = 192.0.2.7, a.example.com\n"
			     "tcp:123 test.origin.com 456 on ppv1\n"
			     "udp:123;200-210 2001:db8::1 456 off ppv2 a tag\n"
			     "tcp:80-90 192.0.2.1 90-100 off toa\n"
			     "tcp:443 og:testorigin 8443 on off\n";

static void test_round_trip(void)
{
	struct state s, other;
	char *first, *second;

	state_init(&s);
	import_ok(&s, sample, 4);
	first = export(&s);
	CU_ASSERT_STRING_EQUAL(first, sample);
	state_init(&other);
	import_ok(&other, first, 4);
	second = export(&other);
	CU_ASSERT_STRING_EQUAL(second, first);
	free(first);
	free(second);
	state_fini(&s);
	state_fini(&other);
}

/* A rule of the API with several addresses has no line of its own. */
static void test_export_of_addresses(void)
{
	struct ctl_rule_words w = {
		.protocol = "TCP",
		.n_ports = 1,
		.ports = { "80" },
		.n_values = 2,
		.values = { "192.0.2.1", "192.0.2.2" },
		.origin_ports = "80",
		.mode = "OFF",
	};
	char ids[1][CTL_ID_MAX], want[256];
	struct state s, other;
	char *first, *second;

	state_init(&s);
	CU_ASSERT(control_create_rules(s.c, ZONE, s.id, &w, 1, ids, &s.err));
	first = export(&s);
	(void)snprintf(
		want, sizeof(want),
		"og:%s = 192.0.2.1, 192.0.2.2\ntcp:80 og:%s 80 off off\n",
		ids[0], ids[0]);
	CU_ASSERT_STRING_EQUAL(first, want);
	state_init(&other);
	import_ok(&other, first, 1);
	second = export(&other);
	CU_ASSERT_STRING_EQUAL(second, first);
	free(first);
	free(second);
	state_fini(&s);
	state_fini(&other);
}

static void test_all_or_none(void)
{
	static const char bad[] = "tcp:1000 192.0.2.1 80 off off\n"
				  "tcp:123 192.0.2.1 80 off off\n"
				  "tcp:1001 192.0.2.1 80 off nonsense\n"
				  "tcp:1002 og:none 80 off off\n"
				  "tcp:1000 192.0.2.1 80 off off\n"
				  "tcp:1003 og:testorigin 80 off off\n";
	static const struct {
		uint32_t line;
		const char *code;
	} want[] = {
		{ 2, CODE_PORT_TWICE },
		{ 3, CODE_PARAMETER },
		{ 4, CODE_GROUP_NOT_DEFINED },
		{ 5, CODE_PORT_TWICE },
	};
	struct ruleset *rs;
	char *before, *after;
	uint32_t added, i;
	struct state s;

	state_init(&s);
	import_ok(&s, sample, 4);
	before = export(&s);
	CU_ASSERT(!import(&s, bad, false, &rs, &added));
	CU_ASSERT_EQUAL(added, 0);
	CU_ASSERT_EQUAL_FATAL(rs->n_errors, ARRAY_SIZE(want));
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		CU_ASSERT_EQUAL(rs->errors[i].line, want[i].line);
		CU_ASSERT_STRING_EQUAL(rs->errors[i].code, want[i].code);
		CU_ASSERT_STRING_EQUAL(rs->errors[i].source, "test");
		CU_ASSERT(rs->errors[i].column > 0);
	}
	ruleset_free(rs);
	after = export(&s);
	CU_ASSERT_STRING_EQUAL(before, after);
	free(after);
	CU_ASSERT(import(&s, bad, true, &rs, &added));
	CU_ASSERT_EQUAL(added, 2);
	ruleset_free(rs);
	after = export(&s);
	CU_ASSERT_STRING_EQUAL(after + strlen(before),
			       "tcp:1000 192.0.2.1 80 off off\n"
			       "tcp:1003 og:testorigin 80 off off\n");
	free(before);
	free(after);
	state_fini(&s);
}

/* seed/22 and 43: 2000 lines, and no more, on 40,000 ports */
static void test_limits(void)
{
	struct ruleset *rs;
	uint32_t added, i;
	struct state s;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	CU_ASSERT_FATAL(f != NULL);
	for (i = 0; i < 1999; i++)
		fprintf(f, "%s:%u-%u 192.0.2.1 80 on ppv2\n",
			i % 2 ? "udp" : "tcp", 7000 + i / 2 * 20,
			7019 + i / 2 * 20);
	(void)fflush(f);
	state_init(&s);
	import_ok(&s, text, 1999);
	CU_ASSERT(!import(&s,
			  "tcp:1 192.0.2.1 1 off off\n"
			  "tcp:2 192.0.2.1 1 off off\n",
			  false, &rs, &added));
	CU_ASSERT_STRING_EQUAL(s.err.code,
			       "LimitExceeded.ProxyRulesLimitExceeded");
	CU_ASSERT_EQUAL(rs->errors[0].line, 2);
	ruleset_free(rs);
	import_ok(&s, "tcp:1 192.0.2.1 1 off off\n", 1);
	CU_ASSERT(!state_add(&s, "3", (char[CTL_ID_MAX]) { 0 }));
	CU_ASSERT_STRING_EQUAL(s.err.code,
			       "LimitExceeded.ProxyRulesLimitExceeded");
	(void)fclose(f);
	free(text);
	state_fini(&s);
}

/* @n lines of TCP from @port on; to be freed */
static char *lines(uint32_t port, uint32_t n)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	uint32_t i;

	CU_ASSERT_FATAL(f != NULL);
	for (i = 0; i < n; i++)
		fprintf(f, "tcp:%u 192.0.2.1 80 off off\n", port + i);
	(void)fclose(f);
	return text;
}

/* seed/22 is of one instance: ten of them have 2000 rules each */
static void test_all_instances(void)
{
	static const struct ctl_limits limits = { UINT32_MAX, CTL_RULES_ALL_MAX,
						  NULL };
	struct instance want = { .zone = ZONE };
	uint32_t count = CTL_RULES_ALL_MAX / CTL_RULES_MAX, i, n, added;
	struct ctl_effective *of = NULL;
	struct ruleset *rs = NULL;
	struct state s;
	char *text;

	state_init(&s);
	state_reopen(&s, count + 2);
	for (i = 0; i < count; i++) {
		(void)snprintf(want.name, sizeof(want.name), "i%u", i);
		CU_ASSERT(control_create_instance(s.c, &want, s.id, &s.err));
		state_settle(&s);
		text = lines(8000 + i * CTL_RULES_MAX, CTL_RULES_MAX);
		import_ok(&s, text, CTL_RULES_MAX);
		free(text);
	}
	CU_ASSERT_FATAL(control_effective(s.c, &limits, &rs, &of, &n, &s.err));
	CU_ASSERT_EQUAL(n, CTL_RULES_ALL_MAX);
	CU_ASSERT_EQUAL(rs->n_rules, CTL_RULES_ALL_MAX);
	free(of);
	ruleset_free(rs);
	(void)strcpy(want.name, "last");
	CU_ASSERT(control_create_instance(s.c, &want, s.id, &s.err));
	state_settle(&s);
	CU_ASSERT(!state_add(&s, "3", (char[CTL_ID_MAX]) { 0 }));
	CU_ASSERT_STRING_EQUAL(s.err.code,
			       "OperationDenied.L4PortLackOfResources");
	CU_ASSERT(
		!import(&s, "tcp:3 192.0.2.1 1 off off\n", false, &rs, &added));
	CU_ASSERT_STRING_EQUAL(s.err.code,
			       "OperationDenied.L4PortLackOfResources");
	ruleset_free(rs);
	state_fini(&s);
}

/* As many rules with several addresses as there can be rules: each is exported
 * as a group of its own, more of them than a zone can have.
 */
static void test_many_addresses(void)
{
	static const struct ctl_limits limits = { UINT32_MAX, CTL_RULES_ALL_MAX,
						  NULL };
	const struct ctl_group_filter all_groups = { .zone = ZONE };
	struct ctl_page page = { 0 };
	struct state other;
	char *first, *second;
	static char ports[CTL_RULES_MAX][8];
	struct ctl_rule_words w[CTL_BATCH_MAX];
	char ids[CTL_BATCH_MAX][CTL_ID_MAX];
	struct ctl_effective *of = NULL;
	struct ruleset *rs = NULL;
	struct state s;
	uint32_t i, n;

	state_init(&s);
	for (i = 0; i + 1 < CTL_RULES_MAX; i++) {
		n = i % CTL_BATCH_MAX;
		(void)snprintf(ports[i], sizeof(ports[i]), "%u", 8000 + i);
		w[n] = (struct ctl_rule_words) {
			.protocol = "TCP",
			.n_ports = 1,
			.ports = { ports[i] },
			.n_values = 2,
			.values = { "192.0.2.1", "192.0.2.2" },
			.origin_ports = "80",
			.mode = "OFF",
		};
		if (n + 1 == CTL_BATCH_MAX || i + 2 == CTL_RULES_MAX)
			CU_ASSERT(control_create_rules(s.c, ZONE, s.id, w,
						       n + 1, ids, &s.err));
	}
	import_ok(&s, "tcp:1 192.0.2.1 1 off off\n", 1);
	CU_ASSERT_FATAL(control_effective(s.c, &limits, &rs, &of, &n, &s.err));
	CU_ASSERT(n == CTL_RULES_MAX && rs->n_rules == CTL_RULES_MAX);
	free(of);
	ruleset_free(rs);
	first = export(&s);
	state_init(&other);
	import_ok(&other, first, CTL_RULES_MAX);
	second = export(&other);
	CU_ASSERT_STRING_EQUAL(second, first);
	/* they are no groups that rules could share */
	CU_ASSERT(control_list_groups(other.c, &all_groups, &page, NULL,
				      &other.err));
	CU_ASSERT_EQUAL(page.total, 0);
	free(first);
	free(second);
	state_fini(&other);
	state_fini(&s);
}

/* What is called like a rule, and is more than the addresses of one */
static void test_groups_called_like_rules(void)
{
	static const char text[] = "og:rule-shared = 192.0.2.1, 192.0.2.2\n"
				   "og:rule-mixed = 192.0.2.1, a.example.com\n"
				   "og:rule-single = 192.0.2.1\n"
				   "og:rule-unused = 192.0.2.1, 192.0.2.2\n"
				   "og:rule-other.sign = 192.0.2.1, 192.0.2.2\n"
				   "tcp:1 og:rule-shared 80 off off\n"
				   "tcp:2 og:rule-shared 80 off off\n"
				   "tcp:3 og:rule-mixed 80 off off\n"
				   "tcp:4 og:rule-single 80 off off\n"
				   "tcp:5 og:rule-other.sign 80 off off\n"
				   "tcp:6 og:rule-own 80 on ppv2 its tag\n"
				   "og:rule-own = 192.0.2.1, 192.0.2.2\n";
	const struct ctl_group_filter all = { .zone = ZONE };
	struct ctl_page page = { 0 };
	struct ctl_rule *rules;
	struct state s;
	uint32_t n;

	state_init(&s);
	import_ok(&s, text, 6);
	CU_ASSERT(control_list_groups(s.c, &all, &page, NULL, &s.err));
	CU_ASSERT_EQUAL(page.total, 5);
	rules = state_rules(&s, &n);
	CU_ASSERT_EQUAL_FATAL(n, 6);
	CU_ASSERT_EQUAL(rules[4].origin_type, ORIGIN_GROUP);
	CU_ASSERT_EQUAL(rules[5].origin_type, ORIGIN_IP_DOMAIN);
	CU_ASSERT_STRING_EQUAL(rules[5].id, "rule-own");
	CU_ASSERT_EQUAL(rules[5].n_values, 2);
	CU_ASSERT_STRING_EQUAL(rules[5].values[1], "192.0.2.2");
	free(rules);
	/* its id is taken now */
	import_ok(&s,
		  "og:rule-own = 192.0.2.8, 192.0.2.9\n"
		  "udp:6 og:rule-own 80 off off\n",
		  1);
	rules = state_rules(&s, &n);
	CU_ASSERT_EQUAL_FATAL(n, 7);
	CU_ASSERT_STRING_NOT_EQUAL(rules[6].id, "rule-own");
	CU_ASSERT_STRING_EQUAL(rules[6].values[1], "192.0.2.9");
	free(rules);
	state_fini(&s);
}

/* Words in any case, and full-width signs (seed/44, C7) */
static void test_words(void)
{
	static const char *const wide[] = {
		"tcp\xef\xbc\x9a"
		"80 192.0.2.1 80 off off\n",
		"tcp:80\xef\xbc\x9b"
		"81 192.0.2.1 80 off off\n",
	};
	struct ruleset *rs;
	uint32_t added, i;
	struct state s;
	char *text;

	state_init(&s);
	import_ok(&s,
		  "OG:TestOrigin = 192.0.2.7\n"
		  "TCP:80 Origin.Example.COM 80 ON PPv1 Tag Of  Three Words\n"
		  "uDp:80 OG:TESTORIGIN 80 Off PPV2\n",
		  2);
	text = export(&s);
	CU_ASSERT_STRING_EQUAL(
		text,
		"og:TestOrigin = 192.0.2.7\n"
		"tcp:80 origin.example.com 80 on ppv1 Tag Of  Three Words\n"
		"udp:80 og:TestOrigin 80 off ppv2\n");
	free(text);
	for (i = 0; i < ARRAY_SIZE(wide); i++) {
		CU_ASSERT(!import(&s, wide[i], false, &rs, &added));
		CU_ASSERT_EQUAL_FATAL(rs->n_errors, 1);
		CU_ASSERT(strstr(rs->errors[0].text, "full-width") != NULL);
		ruleset_free(rs);
	}
	state_fini(&s);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "import(export(x)) is x", test_round_trip },
		{ "several addresses have a line of their own",
		  test_export_of_addresses },
		{ "all or none, or what is right", test_all_or_none },
		{ "2000 rules", test_limits },
		{ "2000 rules of each instance (C6)", test_all_instances },
		{ "2000 rules of several addresses", test_many_addresses },
		{ "groups called like rules", test_groups_called_like_rules },
		{ "words in any case, full-width signs (C7)", test_words },
	};

	return unit_main("control_batch", tests, ARRAY_SIZE(tests));
}
