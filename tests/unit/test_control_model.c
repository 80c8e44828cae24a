/* SPDX-License-Identifier: BSD-2-Clause */
/* test_control_model.c - names, protection, and the table of conflicts */
#include "control/model.h"

#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "rules/rule_text.h"
#include "wire/wire.h"

static void test_names(void)
{
	static const struct {
		const char *name;
		bool is_ok;
	} t[] = {
		{ "a", true },
		{ "7", true },
		{ "test-1", true },
		{ "a-b-c", true },
		{ "01234567890123456789012345678901234567890123456789", true },
		{ "012345678901234567890123456789012345678901234567890",
		  false },
		{ "", false },
		{ "-a", false },
		{ "a-", false },
		{ "-", false },
		{ "a--b", false },
		{ "A", false },
		{ "a_b", false },
		{ "a b", false },
		{ "a.b", false },
		{ "\xc3\xa9", false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		struct ctl_error err = { 0 };

		CU_ASSERT_EQUAL(instance_check_name(t[i].name, &err),
				t[i].is_ok);
		if (t[i].is_ok)
			continue;
		CU_ASSERT_STRING_EQUAL(err.code,
				       "InvalidParameter.ProxyNameNotMatched");
	}
}

static struct instance instance_of(unsigned area, unsigned protection,
				   unsigned triple)
{
	struct instance in = { .area = (uint8_t)area };

	in.has[FEATURE_STATIC_IP] = triple & 1;
	in.has[FEATURE_IPV6] = triple & 2;
	in.has[FEATURE_ACCELERATE] = triple & 4;
	if (protection == PROTECTION_DEFAULT)
		return in;
	if (area == AREA_OVERSEAS) {
		in.protect.overseas = OVERSEAS_ANYCAST300;
	} else {
		in.protect.mainland = MAINLAND_BASE30_MAX300;
		in.protect.bandwidth_gbps = 30;
	}
	return in;
}

/* What the document's table says (seed/11), written down a second time: areas
 * in the order overseas, mainland, global; protection, then which one is on
 */
static bool document_allows(unsigned area, unsigned protection, unsigned triple)
{
	if (triple == 0)
		return true;
	if (triple != 1 && triple != 2 && triple != 4)
		return false;
	if (area == AREA_OVERSEAS)
		return true;
	return triple == 2 && protection == PROTECTION_DEFAULT;
}

static const char *document_code(unsigned area, unsigned triple)
{
	if ((triple & 3) == 3)
		return "OperationDenied.Ipv6StaticIpConflict";
	if ((triple & 6) == 6)
		return "OperationDenied.AccelerateMainlandIpv6Conflict";
	if (triple == 5 || triple == 4)
		return "OperationDenied.AccelerateMainlandDisable";
	if (triple == 1 && area != AREA_OVERSEAS)
		return "OperationDenied.StaticIpAreaConflict";
	return "OperationDenied.Ipv6AdvancedConflict";
}

/* All 48 combinations: 14 are possible. */
static void test_matrix(void)
{
	unsigned area, protection, triple, n = 0, allowed = 0;

	for (area = 0; area < AREA_COUNT; area++)
		for (protection = 0; protection < PROTECTION_COUNT;
		     protection++)
			for (triple = 0; triple < 8; triple++, n++) {
				struct instance in =
					instance_of(area, protection, triple);
				struct ctl_error err = { 0 };
				bool ok = instance_check_features(&in, &err);

				CU_ASSERT_EQUAL(ctl_protection_of(&in.protect),
						protection);
				CU_ASSERT_EQUAL(ok, document_allows(area,
								    protection,
								    triple));
				allowed += ok;
				if (!ok)
					CU_ASSERT_STRING_EQUAL(
						err.code,
						document_code(area, triple));
			}
	CU_ASSERT_EQUAL(n, 48);
	CU_ASSERT_EQUAL(allowed, 14);
}

static void test_protection(void)
{
	static const struct {
		uint8_t area, mainland, overseas;
		uint32_t bandwidth_gbps;
		bool is_ok;
	} t[] = {
		{ AREA_MAINLAND, MAINLAND_BASE30_MAX300, 0, 30, true },
		{ AREA_MAINLAND, MAINLAND_BASE30_MAX300, 0, 300, true },
		{ AREA_MAINLAND, MAINLAND_BASE30_MAX300, 0, 29, false },
		{ AREA_MAINLAND, MAINLAND_BASE30_MAX300, 0, 301, false },
		{ AREA_MAINLAND, MAINLAND_BASE30_MAX300, 0, 0, false },
		{ AREA_GLOBAL, MAINLAND_BASE60_MAX600, 0, 60, true },
		{ AREA_GLOBAL, MAINLAND_BASE60_MAX600, 0, 600, true },
		{ AREA_GLOBAL, MAINLAND_BASE60_MAX600, 0, 59, false },
		{ AREA_GLOBAL, MAINLAND_BASE60_MAX600, 0, 601, false },
		{ AREA_GLOBAL, MAINLAND_BASE60_MAX600, OVERSEAS_ANYCAST_ALLIN,
		  60, true },
		{ AREA_OVERSEAS, 0, OVERSEAS_ANYCAST_ALLIN, 0, true },
		{ AREA_OVERSEAS, MAINLAND_BASE30_MAX300, 0, 30, false },
		{ AREA_MAINLAND, 0, OVERSEAS_ANYCAST300, 0, false },
		{ AREA_MAINLAND, 0, 0, 30, false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		struct instance in = {
			.area = t[i].area,
			.protect = { t[i].mainland, t[i].overseas,
				     t[i].bandwidth_gbps },
		};
		struct ctl_error err = { 0 };

		CU_ASSERT_EQUAL(instance_check_features(&in, &err), t[i].is_ok);
		if (!t[i].is_ok)
			CU_ASSERT_STRING_EQUAL(
				err.code, "InvalidParameter.ParameterError");
	}
}

static struct ctl_rule_words words_of(void)
{
	return (struct ctl_rule_words) {
		.protocol = "TCP",
		.n_ports = 2,
		.ports = { "80", "90-100" },
		.n_values = 1,
		.values = { "192.0.2.1" },
		.origin_ports = "8080",
		.mode = "PPV1",
		.tag = "any tag",
	};
}

static void test_rule_words(void)
{
	struct ctl_rule_words w = words_of();
	struct ctl_error err = { 0 };
	struct ctl_rule r = { 0 };

	CU_ASSERT_FATAL(ctl_rule_parse(&w, 0, &r, &err));
	CU_ASSERT_EQUAL(r.rule.proto, RULE_TCP);
	CU_ASSERT_EQUAL(r.rule.mode, MODE_PPV1);
	CU_ASSERT_EQUAL(r.rule.n_ports, 2);
	CU_ASSERT_EQUAL(r.rule.ports[1].low, 90);
	CU_ASSERT_EQUAL(r.rule.ports[1].high, 100);
	CU_ASSERT_EQUAL(r.rule.origin_ports.low, 8080);
	CU_ASSERT_EQUAL(r.persist_s, 3600);
	CU_ASSERT_STRING_EQUAL(r.rule.tag, "any tag");
	CU_ASSERT_STRING_EQUAL(r.values[0], "192.0.2.1");
}

/* One word is changed at a time: what comes of it */
struct words_case {
	const char *protocol, *port, *value, *second, *origin_ports, *mode,
		*tag;
	uint32_t persist_s;
	const char *code;
};

static void words_check_case(const struct words_case *t)
{
	struct ctl_rule_words w = words_of();
	struct ctl_error err = { 0 };
	struct ctl_rule r = { 0 };
	bool ok;

	w.n_ports = 1;
	w.protocol = t->protocol ? t->protocol : w.protocol;
	w.ports[0] = t->port ? t->port : w.ports[0];
	w.values[0] = t->value ? t->value : w.values[0];
	w.origin_ports = t->origin_ports ? t->origin_ports : w.origin_ports;
	w.mode = t->mode ? t->mode : w.mode;
	w.tag = t->tag ? t->tag : w.tag;
	w.persist_s = t->persist_s;
	if (t->second) {
		w.values[1] = t->second;
		w.n_values = 2;
	}
	ok = ctl_rule_parse(&w, RULE_F_EXT, &r, &err);
	CU_ASSERT_EQUAL(ok, !t->code);
	if (!ok && t->code) {
		CU_ASSERT_STRING_EQUAL(err.code, t->code);
		CU_ASSERT(strlen(err.text) > 0);
	}
}

static void test_rule_codes(void)
{
	static const struct words_case t[] = {
		{ .protocol = "tcp" },
		{ .protocol = "ICMP", .code = CODE_PROTO },
		{ .protocol = "", .code = CODE_PROTO },
		{ .protocol = "tcp:1 x", .code = CODE_PROTO },
		{ .protocol = "UDP", .mode = "PPV2" },
		{ .protocol = "UDP", .mode = "SPP" },
		{ .protocol = "UDP", .mode = "PPV1", .code = CTL_PARAMETER },
		{ .protocol = "UDP", .mode = "TOA", .code = CTL_PARAMETER },
		{ .mode = "SPP", .code = CTL_PARAMETER },
		{ .mode = "PPV3", .code = CTL_PARAMETER },
		{ .mode = "off x", .code = CTL_PARAMETER },
		{ .port = "0", .code = CODE_PORT },
		{ .port = "64999" },
		{ .port = "65000", .code = CODE_PORT },
		{ .port = "080", .code = CODE_PORT },
		{ .port = "80;81", .code = CODE_PORT },
		{ .port = "80 81", .code = CODE_PORT },
		{ .port = "", .code = CODE_PORT },
		{ .port = "90-80", .code = CODE_PORT_GROUP },
		{ .port = "80-", .code = CODE_PORT_GROUP },
		{ .port = "36000", .code = CODE_PORT },
		{ .port = "80-90", .origin_ports = "90-100" },
		{ .port = "80-90",
		  .origin_ports = "90-101",
		  .code = CODE_PORT_GROUP },
		{ .origin_ports = "0", .code = CODE_ORIGIN_PORT },
		{ .origin_ports = "x", .code = CODE_ORIGIN_PORT },
		{ .value = "2001:db8::1" },
		{ .value = "Origin.Example.COM" },
		{ .value = "og:x", .code = CODE_ORIGIN_FORMAT },
		{ .value = "", .code = CODE_ORIGIN_FORMAT },
		{ .value = "192.0.2.1 80", .code = CODE_ORIGIN_FORMAT },
		{ .value = "0.0.0.0", .code = CODE_ORIGIN_IP },
		{ .second = "192.0.2.2" },
		{ .second = "192.0.2.1", .code = CODE_ORIGIN_VALUE },
		{ .second = "a.example.com", .code = CODE_ORIGIN_MIXED },
		{ .value = "a.example.com",
		  .second = "b.example.com",
		  .code = CTL_RECORDS_DOMAINS },
		{ .persist_s = 30 },
		{ .persist_s = 3600 },
		{ .persist_s = 29, .code = CTL_PARAMETER },
		{ .persist_s = 3601, .code = CTL_PARAMETER },
		{ .tag = "" },
		{ .tag = "a\nb", .code = CTL_PARAMETER },
		{ .tag = "  ", .code = CTL_PARAMETER },
		{ .tag = "\xff", .code = CTL_PARAMETER },
		{ .tag = "12345678901234567890123456789012345678901234567890" },
		{ .tag = "123456789012345678901234567890123456789012345678901",
		  .code = CTL_PARAMETER },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++)
		words_check_case(&t[i]);
}

/* A group is named by its id. */
static void test_rule_group(void)
{
	static const struct {
		const char *value;
		const char *code;
	} t[] = {
		{ "og-0123456789ab", NULL },
		{ "192.0.2.1", CTL_ORIGIN_INVALID },
		{ "testorigin", CTL_ORIGIN_INVALID },
		{ "", CTL_ORIGIN_INVALID },
		{ "og-01234567890123456789012", CODE_GROUP_NOT_DEFINED },
	};
	struct ctl_rule_words w = words_of();
	struct ctl_error err = { 0 };
	struct ctl_rule r = { 0 };
	size_t i;

	w.origin_type = ORIGIN_GROUP;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		w.values[0] = t[i].value;
		CU_ASSERT_EQUAL(ctl_rule_parse(&w, 0, &r, &err), !t[i].code);
		if (t[i].code)
			CU_ASSERT_STRING_EQUAL(err.code, t[i].code);
	}
}

static void test_rule_counts(void)
{
	static char text[RULE_ENTRIES_MAX + 1][CTL_PORT_TEXT_MAX];
	static char addrs[CTL_VALUES_MAX + 1][24];
	struct ctl_rule_words w = words_of();
	struct ctl_error err = { 0 };
	struct ctl_rule r = { 0 };
	unsigned i;

	for (i = 0; i <= RULE_ENTRIES_MAX; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "%u", 1000 + i);
		w.ports[i] = text[i];
	}
	for (i = 0; i <= CTL_VALUES_MAX; i++) {
		(void)snprintf(addrs[i], sizeof(addrs[i]), "192.0.2.%u", i + 1);
		w.values[i] = addrs[i];
	}
	/* C3: a range is one entry, or all of its ports */
	w.ports[0] = "1-19";
	w.n_ports = 2;
	w.n_values = 1;
	CU_ASSERT(ctl_rule_parse(&w, RULE_F_COUNT_EXPANDED, &r, &err));
	w.ports[0] = "1-20";
	CU_ASSERT(ctl_rule_parse(&w, 0, &r, &err));
	CU_ASSERT(!ctl_rule_parse(&w, RULE_F_COUNT_EXPANDED, &r, &err));
	CU_ASSERT_STRING_EQUAL(err.code, CODE_PORT_GROUP);
	w.ports[0] = text[0];
	w.n_ports = RULE_ENTRIES_MAX;
	w.n_values = CTL_VALUES_MAX;
	CU_ASSERT(ctl_rule_parse(&w, 0, &r, &err));
	w.n_ports++;
	CU_ASSERT(!ctl_rule_parse(&w, 0, &r, &err));
	CU_ASSERT_STRING_EQUAL(err.code, CODE_PORT_GROUP);
	w.n_ports = 0;
	CU_ASSERT(!ctl_rule_parse(&w, 0, &r, &err));
	w.n_ports = 1;
	w.n_values++;
	CU_ASSERT(!ctl_rule_parse(&w, 0, &r, &err));
	CU_ASSERT_STRING_EQUAL(err.code, CODE_ORIGIN_VALUE);
	w.n_values = 0;
	CU_ASSERT(!ctl_rule_parse(&w, 0, &r, &err));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "names of instances (seed/3)", test_names },
		{ "conflicts: all 48 combinations (seed/10, 11)", test_matrix },
		{ "levels of protection", test_protection },
		{ "a rule in the API's words", test_rule_words },
		{ "what is refused, with the product's code", test_rule_codes },
		{ "a group is named by its id", test_rule_group },
		{ "entries of ports and of origins", test_rule_counts },
	};

	return unit_main("control_model", tests, ARRAY_SIZE(tests));
}
