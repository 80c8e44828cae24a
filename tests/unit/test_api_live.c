/* SPDX-License-Identifier: BSD-2-Clause */
/* test_api_live.c - the data path's numbers and connections as clients see them
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "api/action.h"
#include "harness.h"
#include "wire/wire.h"

static bool is_starved;

static bool fake_rules(void *arg, struct live_rule **ret, uint32_t *ret_n,
		       uint64_t totals[LIVE_COUNT])
{
	struct live_rule *list = calloc(2, sizeof(*list));
	int id;

	(void)arg;
	if (is_starved || !list) {
		free(list);
		return false;
	}
	list[0] = (struct live_rule) { "sid-a", "rule-1", RULE_TCP, { 0 } };
	list[1] = (struct live_rule) { "sid-b", "rule-2", RULE_UDP, { 0 } };
	for (id = 0; id < LIVE_COUNT; id++) {
		list[0].n[id] = 100 + (uint64_t)id;
		list[1].n[id] = 1ULL << 40;
		totals[id] = 7;
	}
	*ret = list;
	*ret_n = 2;
	return true;
}

static uint32_t
fake_connections(void *arg, struct live_connection ret[LIVE_CONNECTIONS_MAX])
{
	static const uint8_t v4[4] = { 192, 0, 2, 1 };
	static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

	(void)arg;
	ret[0] = (struct live_connection) {
		.instance_id = "sid-a",
		.rule_id = "rule-1",
		.session = 2,
		.begin_wall_ms = 1000,
		.mode = MODE_PPV2,
		.client = { ip_addr_v6(v6), 4321 },
		.told = { ip_addr_v6(v6), 4321 },
		.listen = { ip_addr_v6(v6), 80 },
		.origin = { ip_addr_v4(v4), 8080 },
		.up_bytes = 5,
		.down_bytes = 6,
		.reason = "-",
	};
	ret[1] = (struct live_connection) {
		.instance_id = "sid-b",
		.rule_id = "rule-2",
		.session = 1,
		.begin_wall_ms = 500,
		.end_wall_ms = 900,
		.proto = RULE_UDP,
		.mode = MODE_OFF,
		.client = { ip_addr_v4(v4), 1 },
		.reason = "up:net_exception_timeout",
	};
	return 2;
}

static char *fake_text(void *arg, uint64_t session,
		       char out[LIVE_SESSION_ID_MAX])
{
	(void)arg;
	(void)snprintf(out, LIVE_SESSION_ID_MAX, "boot-%llx",
		       (unsigned long long)session);
	return out;
}

static const struct live_source source = {
	.start_wall_ms = 1000,
	.rules = fake_rules,
	.connections = fake_connections,
	.session_text = fake_text,
};

/* The object Response of @body, written with ' for "; the caller's */
static json_t *call_with(const struct live_source *live, const char *action,
			 const char *body)
{
	struct api api = { NULL, "proxy.test", live };
	char text[4096], *p, *out;
	json_t *all, *response;

	(void)snprintf(text, sizeof(text), "%s", body);
	for (p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	out = api_call(&api, action, API_VERSION, text, strlen(text));
	CU_ASSERT_FATAL(out != NULL);
	all = json_loads(out, 0, NULL);
	free(out);
	response = json_incref(json_object_get(all, "Response"));
	CU_ASSERT_FATAL(response != NULL);
	json_decref(all);
	return response;
}

static json_t *call(const char *action, const char *body)
{
	return call_with(&source, action, body);
}

static json_int_t num(const json_t *j, const char *name)
{
	return json_integer_value(json_object_get(j, name));
}

static const char *text_of(const json_t *j, const char *name)
{
	const char *text = json_string_value(json_object_get(j, name));

	return text ? text : "(none)";
}

static void check_code(json_t *r, const char *want)
{
	CU_ASSERT_STRING_EQUAL(text_of(json_object_get(r, "Error"), "Code"),
			       want);
	json_decref(r);
}

static void test_statistics(void)
{
	json_t *r = call("TpDescribeStatistics", "{}");
	const json_t *rule = json_array_get(json_object_get(r, "Rules"), 0);
	const json_t *headers = json_object_get(rule, "Headers");
	const json_t *refused = json_object_get(rule, "Refused");

	CU_ASSERT_EQUAL(num(r, "TotalCount"), 2);
	CU_ASSERT_STRING_EQUAL(text_of(r, "StartTime"),
			       "1970-01-01T00:00:01.000Z");
	CU_ASSERT_EQUAL(strlen(text_of(r, "Time")), 24);
	CU_ASSERT_STRING_EQUAL(text_of(rule, "RuleId"), "rule-1");
	CU_ASSERT_STRING_EQUAL(text_of(rule, "ProxyId"), "sid-a");
	CU_ASSERT_STRING_EQUAL(text_of(rule, "Protocol"), "TCP");
	CU_ASSERT_EQUAL(num(rule, "Connections"), 100 + LIVE_CONNS);
	CU_ASSERT_EQUAL(num(rule, "ActiveConnections"), 100 + LIVE_CONNS_OPEN);
	CU_ASSERT_EQUAL(num(rule, "Sessions"), 100 + LIVE_SESSIONS);
	CU_ASSERT_EQUAL(num(rule, "ActiveSessions"), 100 + LIVE_SESSIONS_OPEN);
	CU_ASSERT_EQUAL(num(rule, "BytesUp"), 100 + LIVE_BYTES_UP);
	CU_ASSERT_EQUAL(num(rule, "BytesDown"), 100 + LIVE_BYTES_DOWN);
	CU_ASSERT_EQUAL(num(headers, "TOA"), 100 + LIVE_HEADERS_TOA);
	CU_ASSERT_EQUAL(num(headers, "PPV1"), 100 + LIVE_HEADERS_PPV1);
	CU_ASSERT_EQUAL(num(headers, "PPV2"), 100 + LIVE_HEADERS_PPV2);
	CU_ASSERT_EQUAL(num(headers, "SPP"), 100 + LIVE_HEADERS_SPP);
	CU_ASSERT_EQUAL(num(refused, "Limit"), 100 + LIVE_REFUSED_LIMIT);
	CU_ASSERT_EQUAL(num(refused, "NoOrigin"), 100 + LIVE_REFUSED_NO_ORIGIN);
	CU_ASSERT_EQUAL(num(refused, "ToaUnavailable"), 100 + LIVE_REFUSED_TOA);
	CU_ASSERT_EQUAL(num(refused, "SppReply"), 100 + LIVE_REFUSED_SPP);
	CU_ASSERT_EQUAL(num(refused, "Ipv6"), 100 + LIVE_REFUSED_IPV6);
	rule = json_array_get(json_object_get(r, "Rules"), 1);
	CU_ASSERT_STRING_EQUAL(text_of(rule, "Protocol"), "UDP");
	CU_ASSERT_EQUAL(num(rule, "BytesUp"), 1LL << 40);
	CU_ASSERT_EQUAL(num(json_object_get(r, "Totals"), "Connections"), 7);
	json_decref(r);
}

/* TotalCount of statistics of @body */
static json_int_t rules_of(const char *body)
{
	json_t *r = call("TpDescribeStatistics", body);
	json_int_t n = num(r, "TotalCount");

	CU_ASSERT_EQUAL(
		(json_int_t)json_array_size(json_object_get(r, "Rules")), n);
	json_decref(r);
	return n;
}

static void test_statistics_filter(void)
{
	char body[4096];
	size_t len;
	int i;

	CU_ASSERT_EQUAL(rules_of("{'ProxyId':'sid-b'}"), 1);
	CU_ASSERT_EQUAL(rules_of("{'ProxyId':'sid-c'}"), 0);
	CU_ASSERT_EQUAL(rules_of("{'RuleIds':['rule-2','rule-3']}"), 1);
	CU_ASSERT_EQUAL(rules_of("{'RuleIds':['rule-2','rule-1']}"), 2);
	CU_ASSERT_EQUAL(rules_of("{'RuleIds':[]}"), 0);
	CU_ASSERT_EQUAL(rules_of("{'ProxyId':'sid-a','RuleIds':['rule-2']}"),
			0);
	len = (size_t)snprintf(body, sizeof(body), "{'RuleIds':['r'");
	for (i = 0; i < CTL_BATCH_MAX; i++, len += 4)
		(void)snprintf(body + len, sizeof(body) - len, ",'r'");
	(void)snprintf(body + len, sizeof(body) - len, "]}");
	check_code(call("TpDescribeStatistics", body),
		   "LimitExceeded.BatchQuota");
	check_code(call("TpDescribeStatistics", "{'RuleIds':[1]}"),
		   "InvalidParameter");
	check_code(call_with(NULL, "TpDescribeStatistics", "{}"),
		   "UnsupportedOperation");
	is_starved = true;
	check_code(call("TpDescribeStatistics", "{}"), "InternalError");
	is_starved = false;
}

static void test_connections(void)
{
	json_t *r = call("TpDescribeConnections", "{}");
	const json_t *list = json_object_get(r, "Connections");
	const json_t *c = json_array_get(list, 0);

	CU_ASSERT_EQUAL(num(r, "TotalCount"), 2);
	CU_ASSERT_EQUAL(json_array_size(list), 2);
	CU_ASSERT_STRING_EQUAL(text_of(c, "SessionId"), "boot-2");
	CU_ASSERT_STRING_EQUAL(text_of(c, "RuleId"), "rule-1");
	CU_ASSERT_STRING_EQUAL(text_of(c, "ProxyId"), "sid-a");
	CU_ASSERT_STRING_EQUAL(text_of(c, "Protocol"), "TCP");
	CU_ASSERT_STRING_EQUAL(text_of(c, "Mode"), "PPV2");
	CU_ASSERT_STRING_EQUAL(text_of(c, "ConnectTime"),
			       "1970-01-01T00:00:01.000Z");
	CU_ASSERT_STRING_EQUAL(text_of(c, "DisconnectTime"), "");
	CU_ASSERT(json_is_true(json_object_get(c, "Open")));
	CU_ASSERT_STRING_EQUAL(text_of(c, "Client"), "[2001:db8::1]:4321");
	CU_ASSERT_STRING_EQUAL(text_of(c, "Told"), "[2001:db8::1]:4321");
	CU_ASSERT_STRING_EQUAL(text_of(c, "Listen"), "[2001:db8::1]:80");
	CU_ASSERT_STRING_EQUAL(text_of(c, "Origin"), "192.0.2.1:8080");
	CU_ASSERT_EQUAL(num(c, "BytesUp"), 5);
	CU_ASSERT_EQUAL(num(c, "BytesDown"), 6);
	CU_ASSERT_STRING_EQUAL(text_of(c, "Reason"), "-");
	c = json_array_get(list, 1);
	CU_ASSERT_STRING_EQUAL(text_of(c, "Protocol"), "UDP");
	CU_ASSERT_STRING_EQUAL(text_of(c, "Mode"), "OFF");
	CU_ASSERT_STRING_EQUAL(text_of(c, "DisconnectTime"),
			       "1970-01-01T00:00:00.900Z");
	CU_ASSERT(json_is_false(json_object_get(c, "Open")));
	CU_ASSERT_STRING_EQUAL(text_of(c, "Told"), "");
	CU_ASSERT_STRING_EQUAL(text_of(c, "Origin"), "");
	json_decref(r);
}

static void test_connections_filter(void)
{
	json_t *r = call("TpDescribeConnections", "{'Limit':1}");

	CU_ASSERT_EQUAL(num(r, "TotalCount"), 2);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(r, "Connections")), 1);
	json_decref(r);
	r = call("TpDescribeConnections", "{'ProxyId':'sid-b'}");
	CU_ASSERT_EQUAL(num(r, "TotalCount"), 1);
	json_decref(r);
	r = call("TpDescribeConnections", "{'RuleId':'rule-9'}");
	CU_ASSERT_EQUAL(num(r, "TotalCount"), 0);
	json_decref(r);
	check_code(call("TpDescribeConnections", "{'Limit':257}"),
		   "InvalidParameterValue");
	check_code(call_with(NULL, "TpDescribeConnections", "{}"),
		   "UnsupportedOperation");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "statistics", test_statistics },
		{ "statistics of some rules", test_statistics_filter },
		{ "connections", test_connections },
		{ "some connections", test_connections_filter },
	};

	return unit_main("api_live", tests, ARRAY_SIZE(tests));
}
