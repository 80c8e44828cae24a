/* SPDX-License-Identifier: BSD-2-Clause */
/* test_control_rules.c - the life of instances, rules and groups */
#include <fcntl.h>
#include <sys/stat.h>

#include "control_state.h"
#include "harness.h"
#include "rules/rule_text.h"
#include "wire/wire.h"

static const struct ctl_limits limits = { 100000, CTL_RULES_ALL_MAX, NULL };

#define CHECK_CODE(s, code_) CU_ASSERT_STRING_EQUAL((s)->err.code, (code_))

static enum ctl_status instance_status(struct state *s)
{
	struct instance in;

	CU_ASSERT_FATAL(control_get_instance(s->c, ZONE, s->id, &in, &s->err));
	return in.status;
}

static enum ctl_status rule_status(struct state *s, const char *id)
{
	char ids[64];
	struct ctl_rule_filter f = {
		.zone = ZONE,
		.instance_id = s->id,
		.ids = ids,
	};
	struct ctl_page page = { .limit = 1 };
	struct ctl_rule r;

	(void)snprintf(ids, sizeof(ids), "[\"rule-none\",\"%s\"]", id);
	CU_ASSERT_FATAL(control_list_rules(s->c, &f, &page, &r, &s->err));
	CU_ASSERT_EQUAL_FATAL(page.n, 1);
	return r.status;
}

static bool rule_to(struct state *s, const char *id, bool is_on)
{
	return control_switch_rules(s->c, ZONE, s->id, &id, 1, is_on, &s->err);
}

static bool rule_remove(struct state *s, const char *id)
{
	return control_delete_rules(s->c, ZONE, s->id, &id, 1, &s->err);
}

static void test_instance_life(void)
{
	struct instance want = { .zone = ZONE, .name = "two" };
	char id[CTL_ID_MAX], rule[CTL_ID_MAX];
	struct state s;

	state_init(&s);
	CU_ASSERT_EQUAL(strncmp(s.id, "sid-", 4), 0);
	CU_ASSERT_EQUAL(instance_status(&s), STATUS_ONLINE);
	CU_ASSERT(!control_create_instance(s.c, &want, id, &s.err));
	CHECK_CODE(&s, "LimitExceeded.UserQuotaLimited");
	state_reopen(&s, 2);
	(void)strcpy(want.name, "one");
	CU_ASSERT(!control_create_instance(s.c, &want, id, &s.err));
	CHECK_CODE(&s, "InvalidParameter.ProxyNameDuplicating");
	/* seed/41: disable before delete; seed/40: it takes its time */
	CU_ASSERT(!control_delete_instance(s.c, ZONE, s.id, &s.err));
	CHECK_CODE(&s, "FailedOperation");
	CU_ASSERT(control_switch_instance(s.c, ZONE, s.id, false, &s.err));
	CU_ASSERT_EQUAL(instance_status(&s), STATUS_STOPPING);
	CU_ASSERT(!control_switch_instance(s.c, ZONE, s.id, true, &s.err));
	CHECK_CODE(&s, "OperationDenied.L4ProxyInProcessStatus");
	CU_ASSERT(!state_add(&s, "80", rule));
	CHECK_CODE(&s, "OperationDenied.L4ProxyInProcessStatus");
	CU_ASSERT(!control_delete_instance(s.c, ZONE, s.id, &s.err));
	CHECK_CODE(&s, "OperationDenied.L4ProxyInProcessStatus");
	state_settle(&s);
	CU_ASSERT_EQUAL(instance_status(&s), STATUS_OFFLINE);
	CU_ASSERT(!state_add(&s, "80", rule));
	CHECK_CODE(&s, "OperationDenied.L4ProxyInOfflineStatus");
	CU_ASSERT(!control_delete_instance(s.c, "zone-other", s.id, &s.err));
	CHECK_CODE(&s, "ResourceNotFound");
	CU_ASSERT(control_delete_instance(s.c, ZONE, s.id, &s.err));
	CU_ASSERT(!control_delete_instance(s.c, ZONE, s.id, &s.err));
	CHECK_CODE(&s, "ResourceNotFound");
	state_fini(&s);
}

/* More than the program can hold, whatever quota was bought */
static void test_instances_max(void)
{
	struct instance want = { .zone = ZONE };
	char id[CTL_ID_MAX];
	struct state s;
	uint32_t i;

	state_init(&s);
	state_reopen(&s, CTL_INSTANCES_MAX + 1);
	for (i = 1; i <= CTL_INSTANCES_MAX; i++) {
		(void)snprintf(want.name, sizeof(want.name), "i%u", i);
		CU_ASSERT_EQUAL(control_create_instance(s.c, &want, id, &s.err),
				i < CTL_INSTANCES_MAX);
	}
	CHECK_CODE(&s, "OperationDenied.L4LackOfResources");
	state_fini(&s);
}

/* A pause is of the rule: disabling its instance leaves it as it is. */
static void test_rule_of_offline(void)
{
	char a[CTL_ID_MAX], b[CTL_ID_MAX];
	struct ctl_effective *of = NULL;
	struct ruleset *rs = NULL;
	struct state s;
	uint32_t n;

	state_init(&s);
	CU_ASSERT(state_add(&s, "80", a) && state_add(&s, "81", b));
	state_settle(&s);
	CU_ASSERT(rule_to(&s, b, false));
	state_settle(&s);
	CU_ASSERT(control_switch_instance(s.c, ZONE, s.id, false, &s.err));
	state_settle(&s);
	CU_ASSERT_EQUAL(rule_status(&s, a), STATUS_ONLINE);
	CU_ASSERT_EQUAL(rule_status(&s, b), STATUS_OFFLINE);
	CU_ASSERT_FATAL(control_effective(s.c, &limits, &rs, &of, &n, &s.err));
	CU_ASSERT_EQUAL(n, 0);
	free(of);
	ruleset_free(rs);
	CU_ASSERT(control_switch_instance(s.c, ZONE, s.id, true, &s.err));
	state_settle(&s);
	CU_ASSERT_FATAL(control_effective(s.c, &limits, &rs, &of, &n, &s.err));
	CU_ASSERT(n == 1 && rs->n_rules == 1);
	CU_ASSERT_STRING_EQUAL(of[0].rule_id, a);
	free(of);
	ruleset_free(rs);
	state_fini(&s);
}

/* seed/37: only IPv6 and the mainland's optimisation, within the table */
static void test_instance_modify(void)
{
	static const bool on = true, off = false;
	struct instance in;
	struct state s;

	state_init(&s);
	CU_ASSERT(control_modify_instance(s.c, ZONE, s.id, &on, NULL, &s.err));
	CU_ASSERT_EQUAL(instance_status(&s), STATUS_PROGRESS);
	CU_ASSERT(
		!control_modify_instance(s.c, ZONE, s.id, &off, NULL, &s.err));
	CHECK_CODE(&s, "OperationDenied.L4ProxyInProcessStatus");
	state_settle(&s);
	CU_ASSERT(!control_modify_instance(s.c, ZONE, s.id, NULL, &on, &s.err));
	CHECK_CODE(&s, "OperationDenied.AccelerateMainlandIpv6Conflict");
	CU_ASSERT(control_modify_instance(s.c, ZONE, s.id, &off, &on, &s.err));
	CU_ASSERT(control_get_instance(s.c, ZONE, s.id, &in, &s.err));
	CU_ASSERT(!in.has[FEATURE_IPV6] && in.has[FEATURE_ACCELERATE]);
	state_fini(&s);
}

static void test_rule_life(void)
{
	char a[CTL_ID_MAX], b[CTL_ID_MAX];
	struct state s;

	state_init(&s);
	CU_ASSERT(state_add(&s, "80-90", a));
	CU_ASSERT_EQUAL(strncmp(a, "rule-", 5), 0);
	CU_ASSERT_EQUAL(rule_status(&s, a), STATUS_PROGRESS);
	CU_ASSERT(!rule_remove(&s, a));
	CHECK_CODE(&s, "UnsupportedOperation");
	state_settle(&s);
	CU_ASSERT_EQUAL(rule_status(&s, a), STATUS_ONLINE);
	CU_ASSERT(!rule_remove(&s, a));
	/* a paused rule keeps its ports */
	CU_ASSERT(rule_to(&s, a, false));
	CU_ASSERT_EQUAL(rule_status(&s, a), STATUS_STOPPING);
	state_settle(&s);
	CU_ASSERT_EQUAL(rule_status(&s, a), STATUS_OFFLINE);
	CU_ASSERT(!state_add(&s, "85", b));
	CHECK_CODE(&s, CODE_PORT_TWICE);
	CU_ASSERT(rule_to(&s, a, true));
	state_settle(&s);
	CU_ASSERT_EQUAL(rule_status(&s, a), STATUS_ONLINE);
	CU_ASSERT(rule_to(&s, a, false));
	state_settle(&s);
	CU_ASSERT(rule_remove(&s, a));
	CU_ASSERT(state_add(&s, "85", b));
	CU_ASSERT(!rule_to(&s, a, true));
	CHECK_CODE(&s, "ResourceNotFound");
	state_fini(&s);
}

/* Ranges that meet at an end, lie inside or around */
static void test_port_overlaps(void)
{
	static const struct {
		const char *port;
		bool is_free;
	} t[] = {
		{ "100-200", true }, { "99", true },	   { "201", true },
		{ "100", false },    { "200", false },	   { "150", false },
		{ "50-98", true },   { "99-100", false },  { "200-300", false },
		{ "1-1000", false }, { "120-130", false }, { "202-300", true },
		{ "301-400", true }, { "10-49", true },	   { "1-9", true },
		{ "50-49", false },  { "400-401", false }, { "401", true },
	};
	char id[CTL_ID_MAX];
	struct state s;
	size_t i;

	state_init(&s);
	for (i = 0; i < ARRAY_SIZE(t); i++)
		CU_ASSERT_EQUAL(state_add(&s, t[i].port, id), t[i].is_free);
	state_fini(&s);
}

/* A call with one bad rule changes nothing. */
static void test_all_or_none(void)
{
	struct ctl_rule_words w[CTL_BATCH_MAX + 1];
	char ids[CTL_BATCH_MAX + 1][CTL_ID_MAX];
	static char ports[CTL_BATCH_MAX + 1][8];
	struct state s;
	uint32_t n, i;

	state_init(&s);
	for (i = 0; i <= CTL_BATCH_MAX; i++) {
		(void)snprintf(ports[i], sizeof(ports[i]), "%u", 1000 + i);
		w[i] = (struct ctl_rule_words) {
			.protocol = "TCP",
			.n_ports = 1,
			.ports = { ports[i] },
			.n_values = 1,
			.values = { "192.0.2.1" },
			.origin_ports = "80",
			.mode = "OFF",
		};
	}
	CU_ASSERT(!control_create_rules(s.c, ZONE, s.id, w, CTL_BATCH_MAX + 1,
					ids, &s.err));
	CHECK_CODE(&s, "LimitExceeded.BatchQuota");
	w[CTL_BATCH_MAX - 1].ports[0] = "1000";
	CU_ASSERT(!control_create_rules(s.c, ZONE, s.id, w, CTL_BATCH_MAX, ids,
					&s.err));
	CHECK_CODE(&s, CODE_PORT_TWICE);
	free(state_rules(&s, &n));
	CU_ASSERT_EQUAL(n, 0);
	w[CTL_BATCH_MAX - 1].ports[0] = "1999";
	CU_ASSERT(control_create_rules(s.c, ZONE, s.id, w, CTL_BATCH_MAX, ids,
				       &s.err));
	free(state_rules(&s, &n));
	CU_ASSERT_EQUAL(n, CTL_BATCH_MAX);
	state_fini(&s);
}

static void test_rule_modify(void)
{
	struct ctl_rule_change ch = { 0 };
	char a[CTL_ID_MAX], b[CTL_ID_MAX];
	struct ctl_rule *rules;
	struct state s;
	uint32_t n;

	state_init(&s);
	CU_ASSERT(state_add(&s, "80", a) && state_add(&s, "81", b));
	state_settle(&s);
	ch.id = a;
	ch.fields = RULE_FIELD_MODE;
	ch.words.mode = "PPV2";
	CU_ASSERT(control_modify_rules(s.c, ZONE, s.id, &ch, 1, &s.err));
	rules = state_rules(&s, &n);
	CU_ASSERT_EQUAL(rules[0].rule.mode, MODE_PPV2);
	CU_ASSERT_EQUAL(rules[0].rule.ports[0].low, 80);
	CU_ASSERT_EQUAL(rules[0].status, STATUS_PROGRESS);
	CU_ASSERT_EQUAL(rules[1].status, STATUS_ONLINE);
	free(rules);
	/* its own port is not in its way, another's is */
	ch.fields = RULE_FIELD_PORTS;
	ch.words.n_ports = 1;
	ch.words.ports[0] = "79-80";
	CU_ASSERT(control_modify_rules(s.c, ZONE, s.id, &ch, 1, &s.err));
	ch.words.ports[0] = "80-81";
	CU_ASSERT(!control_modify_rules(s.c, ZONE, s.id, &ch, 1, &s.err));
	CHECK_CODE(&s, CODE_PORT_TWICE);
	rules = state_rules(&s, &n);
	CU_ASSERT_EQUAL(rules[0].rule.ports[0].low, 79);
	CU_ASSERT_EQUAL(rules[0].rule.mode, MODE_PPV2);
	free(rules);
	/* no rule, too many, or of somebody else's instance */
	CU_ASSERT(!control_modify_rules(s.c, ZONE, s.id, &ch, 0, &s.err));
	CU_ASSERT(!control_modify_rules(s.c, ZONE, s.id, &ch, CTL_BATCH_MAX + 1,
					&s.err));
	CHECK_CODE(&s, CTL_BATCH);
	CU_ASSERT(
		!control_modify_rules(s.c, "zone-other", s.id, &ch, 1, &s.err));
	/* a mode that the protocol has not */
	ch.fields = RULE_FIELD_PROTOCOL | RULE_FIELD_MODE;
	ch.words.protocol = "UDP";
	ch.words.mode = "PPV1";
	CU_ASSERT(!control_modify_rules(s.c, ZONE, s.id, &ch, 1, &s.err));
	/* the same number in the other protocol is another port */
	ch.fields = RULE_FIELD_PROTOCOL | RULE_FIELD_PORTS;
	ch.words.ports[0] = "81";
	CU_ASSERT(control_modify_rules(s.c, ZONE, s.id, &ch, 1, &s.err));
	state_fini(&s);
}

/* Each word of a rule at its bound, and what is said of one beyond it */
static char blanks[] = "\t ", longest[RULE_TEXT_MAX];
static const struct {
	uint8_t type; /* enum ctl_origin_type */
	uint32_t n_values, n_ports;
	const char *values[2];
	const char *tag, *code;
} words[] = {
	{ ORIGIN_IP_DOMAIN, 0, 1, { 0 }, "", CODE_ORIGIN_VALUE },
	{ ORIGIN_IP_DOMAIN,
	  CTL_VALUES_MAX + 1,
	  1,
	  { 0 },
	  "",
	  CODE_ORIGIN_VALUE },
	{ ORIGIN_IP_DOMAIN,
	  2,
	  1,
	  { "192.0.2.1", "192.0.2.1" },
	  "",
	  CODE_ORIGIN_VALUE },
	{ ORIGIN_IP_DOMAIN,
	  2,
	  1,
	  { "192.0.2.1", "a.example.com" },
	  "",
	  CODE_ORIGIN_MIXED },
	{ ORIGIN_IP_DOMAIN,
	  2,
	  1,
	  { "a.example.com", "b.example.com" },
	  "",
	  CTL_RECORDS_DOMAINS },
	{ ORIGIN_GROUP, 2, 1, { "og-a", "og-b" }, "", CODE_ORIGIN_VALUE },
	{ ORIGIN_GROUP, 1, 1, { "web" }, "", CTL_ORIGIN_INVALID },
	{ ORIGIN_GROUP,
	  1,
	  1,
	  { "og-34567890123456789012" },
	  "",
	  CODE_GROUP_NOT_DEFINED },
	{ ORIGIN_GROUP,
	  1,
	  1,
	  { "og-345678901234567890123" },
	  "",
	  CODE_GROUP_NOT_DEFINED },
	{ ORIGIN_IP_DOMAIN, 1, 0, { "192.0.2.1" }, "", CODE_PORT },
	{ ORIGIN_IP_DOMAIN,
	  1,
	  RULE_ENTRIES_MAX + 1,
	  { "192.0.2.1" },
	  "",
	  CODE_PORT_GROUP },
	{ ORIGIN_IP_DOMAIN, 1, 1, { "192.0.2.1" }, blanks, CTL_PARAMETER },
	{ ORIGIN_IP_DOMAIN, 1, 1, { "192.0.2.1" }, "a\nb", CTL_PARAMETER },
	{ ORIGIN_IP_DOMAIN, 1, 1, { "192.0.2.1" }, "a\xff", CTL_PARAMETER },
	{ ORIGIN_IP_DOMAIN, 1, 1, { "192.0.2.1" }, longest, CTL_PARAMETER },
	{ ORIGIN_IP_DOMAIN, 2, 1, { "192.0.2.1", "192.0.2.2" }, "tag", NULL },
};

static void test_words(void)
{
	char ids[1][CTL_ID_MAX];
	struct state s;
	size_t i;

	memset(longest, 'a', RULE_TEXT_MAX - 1);
	state_init(&s);
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		struct ctl_rule_words w = {
			.protocol = "TCP",
			.n_ports = words[i].n_ports,
			.ports = { "80" },
			.origin_type = words[i].type,
			.n_values = words[i].n_values,
			.values = { words[i].values[0], words[i].values[1] },
			.origin_ports = "80",
			.mode = "OFF",
			.tag = words[i].tag,
		};

		CU_ASSERT_EQUAL(control_create_rules(s.c, ZONE, s.id, &w, 1,
						     ids, &s.err),
				words[i].code == NULL);
		if (words[i].code)
			CHECK_CODE(&s, words[i].code);
	}
	state_fini(&s);
}

static void test_groups(void)
{
	static const char *const members[] = { "192.0.2.1", "a.example.com" };
	static const char *const other[] = { "192.0.2.9" };
	static const char *const no_member[] = { "192.0.2.1", "a..b" };
	static const char *const twice[] = { "192.0.2.1", "192.0.2.1" };
	struct ctl_rule_words w = {
		.protocol = "TCP",
		.n_ports = 1,
		.ports = { "80" },
		.origin_type = ORIGIN_GROUP,
		.n_values = 1,
		.values = { "og-none" },
		.origin_ports = "80",
		.mode = "OFF",
	};
	static const struct ctl_group_filter by_name = {
		.zone = ZONE,
		.names = "[\"TESTORIGIN\"]",
	};
	static const char *const no_names[] = { "", "a b", "a=b", "a\tb" };
	struct ctl_page page = { .limit = 1 };
	char id[CTL_ID_MAX], none[CTL_ID_MAX], ids[1][CTL_ID_MAX];
	struct ctl_group g;
	struct state s;
	size_t i;

	state_init(&s);
	CU_ASSERT(!control_create_rules(s.c, ZONE, s.id, &w, 1, ids, &s.err));
	CHECK_CODE(&s, "InvalidParameterValue.OriginGroupNotExists");
	CU_ASSERT(control_create_group(s.c, ZONE, "testorigin", members, 2, id,
				       &s.err));
	CU_ASSERT(!control_create_group(s.c, ZONE, "TestOrigin", members, 2,
					ids[0], &s.err));
	w.values[0] = id;
	CU_ASSERT(control_create_rules(s.c, ZONE, s.id, &w, 1, ids, &s.err));
	state_settle(&s);
	CU_ASSERT(!control_delete_group(s.c, ZONE, id, &s.err));
	CHECK_CODE(&s, "OperationDenied.OriginGroupL4Used");
	/* names that a line of rules could not have */
	for (i = 0; i < ARRAY_SIZE(no_names); i++) {
		CU_ASSERT(!control_modify_group(s.c, ZONE, id, no_names[i],
						NULL, 0, &s.err));
		CU_ASSERT(!control_create_group(s.c, ZONE, no_names[i], members,
						2, none, &s.err));
	}
	/* a list with a member that is none, or there twice, changes nothing */
	CU_ASSERT(!control_modify_group(s.c, ZONE, id, "renamed", no_member, 2,
					&s.err));
	CU_ASSERT(!control_modify_group(s.c, ZONE, id, "renamed", twice, 2,
					&s.err));
	CU_ASSERT(!control_modify_group(s.c, ZONE, id, "renamed", twice, 0,
					&s.err));
	CU_ASSERT(!control_create_group(s.c, ZONE, "third", twice, 2, none,
					&s.err));
	CU_ASSERT(control_list_groups(s.c, &by_name, &page, &g, &s.err));
	CU_ASSERT(page.n == 1 && page.total == 1 && g.n_members == 2);
	CU_ASSERT_STRING_EQUAL(g.members[0], "192.0.2.1");
	CU_ASSERT_EQUAL(rule_status(&s, ids[0]), STATUS_ONLINE);
	/* another list: the rule is deployed anew */
	CU_ASSERT(control_modify_group(s.c, ZONE, id, NULL, other, 1, &s.err));
	CU_ASSERT_EQUAL(rule_status(&s, ids[0]), STATUS_PROGRESS);
	CU_ASSERT(control_list_groups(s.c, &by_name, &page, &g, &s.err));
	CU_ASSERT(page.n == 1 && page.total == 1 && g.used_count == 1 &&
		  g.n_members == 1);
	CU_ASSERT_STRING_EQUAL(g.members[0], "192.0.2.9");
	CU_ASSERT_STRING_EQUAL(g.name, "testorigin");
	state_settle(&s);
	CU_ASSERT(rule_to(&s, ids[0], false));
	state_settle(&s);
	CU_ASSERT(rule_remove(&s, ids[0]));
	CU_ASSERT(control_delete_group(s.c, ZONE, id, &s.err));
	state_fini(&s);
}

/* What the data path gets and tells back */
static void test_effective(void)
{
	char a[CTL_ID_MAX], b[CTL_ID_MAX];
	struct ctl_effective *of = NULL;
	struct ruleset *rs = NULL;
	struct ctl_told failed;
	struct ctl_outcome o = { .failed = &failed, .n_failed = 1 };
	struct state s;
	uint32_t n;

	state_init(&s);
	CU_ASSERT(state_add(&s, "80", a) && state_add(&s, "81", b));
	o.generation = control_generation(s.c);
	CU_ASSERT_FATAL(control_effective(s.c, &limits, &rs, &of, &n, &s.err));
	CU_ASSERT(n == 2 && rs->n_rules == 2);
	CU_ASSERT_STRING_EQUAL(of[1].rule_id, b);
	CU_ASSERT_EQUAL(rs->rules[1].ports[0].low, 81);
	free(of);
	ruleset_free(rs);
	failed = (struct ctl_told) { b, "port 81 is in use" };
	/* a change that came while they were applied stays in progress */
	CU_ASSERT(rule_to(&s, a, false));
	CU_ASSERT(control_settle(s.c, &o, &s.err));
	CU_ASSERT_EQUAL(rule_status(&s, a), STATUS_STOPPING);
	CU_ASSERT_EQUAL(rule_status(&s, b), STATUS_FAIL);
	state_settle(&s);
	CU_ASSERT_FATAL(control_effective(s.c, &limits, &rs, &of, &n, &s.err));
	CU_ASSERT_EQUAL(n, 0);
	free(of);
	ruleset_free(rs);
	CU_ASSERT(rule_to(&s, b, true));
	CU_ASSERT_EQUAL(rule_status(&s, b), STATUS_PROGRESS);
	state_fini(&s);
}

/* A rule whose origin is not resolved stays in progress by itself. */
static void test_waiting(void)
{
	char a[CTL_ID_MAX], b[CTL_ID_MAX];
	struct ctl_told waiting;
	struct ctl_outcome o = { .waiting = &waiting, .n_waiting = 1 };
	struct state s;

	state_init(&s);
	CU_ASSERT(state_add(&s, "80", a) && state_add(&s, "81", b));
	waiting = (struct ctl_told) { b, "not resolved" };
	o.generation = control_generation(s.c);
	CU_ASSERT(control_settle(s.c, &o, &s.err));
	CU_ASSERT_EQUAL(rule_status(&s, a), STATUS_ONLINE);
	CU_ASSERT_EQUAL(rule_status(&s, b), STATUS_PROGRESS);
	/* also over other changes, and as often as it is told */
	CU_ASSERT(rule_to(&s, a, false));
	o.generation = control_generation(s.c);
	CU_ASSERT(control_settle(s.c, &o, &s.err));
	CU_ASSERT(control_settle(s.c, &o, &s.err));
	CU_ASSERT_EQUAL(rule_status(&s, a), STATUS_OFFLINE);
	CU_ASSERT_EQUAL(rule_status(&s, b), STATUS_PROGRESS);
	o.n_waiting = 0;
	CU_ASSERT(control_settle(s.c, &o, &s.err));
	CU_ASSERT_EQUAL(rule_status(&s, b), STATUS_ONLINE);
	/* what is online does not go back */
	o.n_waiting = 1;
	CU_ASSERT(control_settle(s.c, &o, &s.err));
	CU_ASSERT_EQUAL(rule_status(&s, b), STATUS_ONLINE);
	/* one that waits may be paused */
	CU_ASSERT(rule_to(&s, a, true));
	waiting.rule_id = a;
	o.generation = control_generation(s.c);
	CU_ASSERT(control_settle(s.c, &o, &s.err));
	CU_ASSERT_EQUAL(rule_status(&s, a), STATUS_PROGRESS);
	CU_ASSERT(rule_to(&s, a, false));
	o.generation = control_generation(s.c);
	CU_ASSERT(control_settle(s.c, &o, &s.err));
	CU_ASSERT_EQUAL(rule_status(&s, a), STATUS_OFFLINE);
	state_fini(&s);
}

/* What the line of a rule does not say gets to the data path. */
static void test_effective_beside_line(void)
{
	char id[CTL_ID_MAX];
	const bool on = true;
	struct ctl_effective *of = NULL;
	struct ruleset *rs = NULL;
	struct state s;
	uint32_t n, i;

	state_init(&s);
	CU_ASSERT(state_add(&s, "80", id));
	for (i = 0; i < 2; i++) {
		CU_ASSERT_FATAL(
			control_effective(s.c, &limits, &rs, &of, &n, &s.err));
		CU_ASSERT_EQUAL_FATAL(rs->n_rules, 1);
		CU_ASSERT_EQUAL(rs->rules[0].is_v4_only, !i);
		CU_ASSERT_EQUAL(rs->rules[0].persist_s, 3600);
		free(of);
		ruleset_free(rs);
		state_settle(&s);
		CU_ASSERT(control_modify_instance(s.c, ZONE, s.id, &on, NULL,
						  &s.err));
	}
	state_fini(&s);
}

/* Two instances on one proxy: the first to have a port keeps it. */
static void test_effective_conflict(void)
{
	struct instance want = { .zone = ZONE, .name = "two" };
	char a[CTL_ID_MAX], b[CTL_ID_MAX], first[CTL_ID_MAX];
	struct ctl_effective *of = NULL;
	struct ruleset *rs = NULL;
	struct state s;
	uint32_t n;

	state_init(&s);
	state_reopen(&s, 2);
	CU_ASSERT(state_add(&s, "80", a));
	memcpy(first, s.id, sizeof(first));
	CU_ASSERT(control_create_instance(s.c, &want, s.id, &s.err));
	state_settle(&s);
	CU_ASSERT(state_add(&s, "70-90", b));
	CU_ASSERT_FATAL(control_effective(s.c, &limits, &rs, &of, &n, &s.err));
	CU_ASSERT(n == 2 && rs->n_rules == 1);
	CU_ASSERT(!of[0].refused && of[1].refused);
	CU_ASSERT_STRING_EQUAL(of[0].instance_id, first);
	free(of);
	ruleset_free(rs);
	state_fini(&s);
}

/* What cannot be served is told, and the rest is served. */
static void test_effective_limits(void)
{
	struct ctl_limits few = { 12, 2, "no writer" };
	struct ctl_rule_change ch = { .fields = RULE_FIELD_MODE };
	char a[CTL_ID_MAX], b[CTL_ID_MAX], d[CTL_ID_MAX], e[CTL_ID_MAX];
	struct ctl_effective *of = NULL;
	struct ruleset *rs = NULL;
	struct state s;
	uint32_t n;

	state_init(&s);
	CU_ASSERT(state_add(&s, "1-10", a) && state_add(&s, "20-22", b) &&
		  state_add(&s, "30", d) && state_add(&s, "40", e));
	ch.id = d;
	ch.words.mode = "TOA";
	CU_ASSERT(control_modify_rules(s.c, ZONE, s.id, &ch, 1, &s.err));
	CU_ASSERT_FATAL(control_effective(s.c, &few, &rs, &of, &n, &s.err));
	CU_ASSERT(n == 4 && rs->n_rules == 2);
	CU_ASSERT(!of[0].refused && !of[3].refused);
	CU_ASSERT(of[1].refused && strstr(of[1].refused, "ulimit") != NULL);
	CU_ASSERT_STRING_EQUAL(of[2].refused, "no writer");
	free(of);
	ruleset_free(rs);
	few.max_rules = 1;
	CU_ASSERT_FATAL(control_effective(s.c, &few, &rs, &of, &n, &s.err));
	CU_ASSERT(n == 4 && rs->n_rules == 1);
	CU_ASSERT(of[3].refused && strstr(of[3].refused, "as many") != NULL);
	free(of);
	ruleset_free(rs);
	state_fini(&s);
}

static void test_state_file(void)
{
	struct control_options o = { .quota = 1 };
	char path[128], a[CTL_ID_MAX];
	struct ctl_error err = { 0 };
	struct stat st;
	struct state s;
	uint32_t n;

	state_init(&s);
	(void)snprintf(path, sizeof(path), "%s/state.db", s.dir);
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	CU_ASSERT(state_add(&s, "80", a));
	/* one process at a time */
	CU_ASSERT_PTR_NULL(control_open(s.dir, &o, &err));
	CU_ASSERT(strstr(err.text, "another process") != NULL);
	state_reopen(&s, 1);
	free(state_rules(&s, &n));
	CU_ASSERT_EQUAL(n, 1);
	CU_ASSERT_EQUAL(rule_status(&s, a), STATUS_PROGRESS);
	control_close(s.c);
	s.c = NULL;
	CU_ASSERT_EQUAL(truncate(path, 100), 0);
	CU_ASSERT_PTR_NULL(control_open(s.dir, &o, &err));
	CU_ASSERT_STRING_EQUAL(err.code, CTL_INTERNAL);
	state_fini(&s);
}

static struct ctl_page filtered(struct state *s, struct ctl_rule_filter f,
				uint32_t offset, uint32_t limit)
{
	struct ctl_page page = { .offset = offset, .limit = limit };
	struct ctl_rule rules[4];

	f.zone = ZONE;
	f.instance_id = s->id;
	CU_ASSERT_FATAL(limit <= ARRAY_SIZE(rules));
	CU_ASSERT_FATAL(control_list_rules(s->c, &f, &page, rules, &s->err));
	return page;
}

static void test_filters(void)
{
	static const struct {
		struct ctl_rule_filter f;
		uint32_t total;
	} t[] = {
		{ { .protocols = "[\"TCP\"]" }, 5 },
		{ { .protocols = "[\"UDP\"]" }, 0 },
		{ { .protocols = "[\"UDP\",\"TCP\"]" }, 5 },
		{ { .ports = "[\"102\"]" }, 1 },
		{ { .ports = "[\"102\",\"115\",\"9\"]" }, 2 },
		{ { .tags = "[\"\"]" }, 5 },
		{ { .tags = "[\"x\"]" }, 0 },
		{ { .ids = "[]" }, 0 },
	};
	char port[CTL_PORT_TEXT_MAX], id[CTL_ID_MAX];
	struct state s;
	uint32_t i;

	state_init(&s);
	for (i = 0; i < 5; i++) {
		struct port_range r = { (uint16_t)(100 + 10 * i),
					(uint16_t)(105 + 10 * i) };

		CU_ASSERT(state_add(&s, ctl_port_text(r, port), id));
	}
	for (i = 0; i < ARRAY_SIZE(t); i++)
		CU_ASSERT_EQUAL(filtered(&s, t[i].f, 0, 1).total, t[i].total);
	CU_ASSERT_EQUAL(filtered(&s, t[0].f, 3, 4).n, 2);
	CU_ASSERT_EQUAL(filtered(&s, t[0].f, 3, 4).total, 5);
	CU_ASSERT_EQUAL(filtered(&s, t[0].f, 9, 4).n, 0);
	state_fini(&s);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "an instance lives (seed/2, 40, 41)", test_instance_life },
		{ "more instances than there can be", test_instances_max },
		{ "rules of an instance that is offline",
		  test_rule_of_offline },
		{ "what of an instance changes (seed/37)",
		  test_instance_modify },
		{ "a rule lives (seed/38, 39)", test_rule_life },
		{ "ports are used once (seed/45)", test_port_overlaps },
		{ "a call is all or none", test_all_or_none },
		{ "what of a rule changes", test_rule_modify },
		{ "lists have filters and pages", test_filters },
		{ "words at their bounds", test_words },
		{ "groups (seed/20, 21)", test_groups },
		{ "what the data path gets and tells", test_effective },
		{ "two instances, one port", test_effective_conflict },
		{ "what cannot be served", test_effective_limits },
		{ "what its line does not say", test_effective_beside_line },
		{ "rules that wait for a name", test_waiting },
		{ "the state file", test_state_file },
	};

	return unit_main("control_rules", tests, ARRAY_SIZE(tests));
}
