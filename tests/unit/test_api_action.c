/* SPDX-License-Identifier: BSD-2-Clause */
/* test_api_action.c - actions as clients see them: JSON in, JSON out */
#include <jansson.h>

#include "api/action.h"
#include "control_state.h"
#include "harness.h"
#include "wire/wire.h"

/* ' for ", so that bodies can be read */
static char *quotes(const char *text)
{
	char *copy = strdup(text), *p;

	if (!copy)
		abort();
	for (p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	return copy;
}

/* The object Response; the caller's */
static json_t *call(struct state *s, const char *action, const char *text)
{
	struct api api = { s->c, "proxy.test", NULL };
	char *body = quotes(text), *out;
	json_t *all, *response;

	out = api_call(&api, action, API_VERSION, body, strlen(body));
	CU_ASSERT_FATAL(out != NULL);
	all = json_loads(out, 0, NULL);
	response = json_incref(json_object_get(all, "Response"));
	CU_ASSERT_FATAL(response != NULL);
	CU_ASSERT_EQUAL(strlen(json_string_value(
				json_object_get(response, "RequestId"))),
			36);
	json_decref(all);
	free(out);
	free(body);
	return response;
}

/* The code of the error, or "ok" */
static const char *code_of(struct state *s, const char *action,
			   const char *body)
{
	static char code[80];
	json_t *r = call(s, action, body);
	const json_t *e = json_object_get(r, "Error");

	(void)snprintf(code, sizeof(code), "%s",
		       e ? json_string_value(json_object_get(e, "Code"))
			 : "ok");
	if (e)
		CU_ASSERT(json_string_length(json_object_get(e, "Message")) >
			  0);
	json_decref(r);
	return code;
}

#define CHECK(s, action, body, want) \
	CU_ASSERT_STRING_EQUAL(code_of((s), (action), (body)), (want))

static const char *text_of(const json_t *j, const char *name)
{
	const char *text = json_string_value(json_object_get(j, name));

	return text ? text : "(none)";
}

static void test_form(void)
{
	static const char zone[] = "{'ZoneId':'zone-test'}";
	struct state s;
	struct api api;
	char *out;

	state_init(&s);
	CHECK(&s, "DescribeL4Proxy", zone, "ok");
	CHECK(&s, "DescribeL4Proxys", zone, "InvalidAction");
	CHECK(&s, "", zone, "InvalidAction");
	CHECK(&s, "DescribeL4Proxy", "", "InvalidParameter");
	CHECK(&s, "DescribeL4Proxy", "[]", "InvalidParameter");
	CHECK(&s, "DescribeL4Proxy", "{'ZoneId'", "InvalidParameter");
	CHECK(&s, "DescribeL4Proxy", "{}", "MissingParameter");
	CHECK(&s, "DescribeL4Proxy", "{'ZoneId':null}", "MissingParameter");
	CHECK(&s, "DescribeL4Proxy", "{'ZoneId':1}", "InvalidParameter");
	CHECK(&s, "DescribeL4Proxy", "{'ZoneId':'a\\u0000b'}",
	      "InvalidParameter");
	CHECK(&s, "DescribeL4Proxy", "{'ZoneId':'z','X':1}",
	      "UnknownParameter");
	CHECK(&s, "DescribeL4Proxy", "{'ZoneId':'z','ZoneId':'y'}",
	      "InvalidParameter");
	CHECK(&s, "DescribeL4Proxy", "{'ZoneId':'z','Limit':1001}",
	      "InvalidParameterValue");
	CHECK(&s, "DescribeL4Proxy", "{'ZoneId':'z','Offset':-1}",
	      "InvalidParameterValue");
	CHECK(&s, "DescribeL4Proxy",
	      "{'ZoneId':'z','Filters':[{'Name':'x','Values':[]}]}",
	      "InvalidParameterValue");
	/* what a message quotes of it ends within a character */
	CHECK(&s, "ModifyL4ProxyStatus",
	      "{'ZoneId':'z','ProxyId':'p','Status':"
	      "'a\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	      "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4'}",
	      "InvalidParameter.ParameterError");
	api = (struct api) { s.c, "proxy.test", NULL };
	out = api_call(&api, "DescribeL4Proxy", "2019-01-01", "{}", 2);
	CU_ASSERT(out && strstr(out, "NoSuchVersion") != NULL);
	free(out);
	state_fini(&s);
}

static void test_proxies(void)
{
	char body[256];
	const json_t *p;
	struct state s;
	json_t *r;

	state_init(&s);
	state_reopen(&s, 3);
	CHECK(&s, "CreateL4Proxy",
	      "{'ZoneId':'zone-test','ProxyName':'One','Area':'global'}",
	      "InvalidParameter.ProxyNameNotMatched");
	CHECK(&s, "CreateL4Proxy",
	      "{'ZoneId':'zone-test','ProxyName':'two','Area':'moon'}",
	      "InvalidParameter.ParameterError");
	CHECK(&s, "CreateL4Proxy",
	      "{'ZoneId':'zone-test','ProxyName':'two','Area':'global',"
	      "'StaticIp':'on'}",
	      "OperationDenied.StaticIpAreaConflict");
	CHECK(&s, "CreateL4Proxy",
	      "{'ZoneId':'zone-test','ProxyName':'two','Area':'global',"
	      "'StaticIp':'yes'}",
	      "InvalidParameter.ParameterError");
	r = call(&s, "CreateL4Proxy",
		 "{'ZoneId':'zone-test','ProxyName':'two','Area':'overseas',"
		 "'Ipv6':'on','DDosProtectionConfig':"
		 "{'LevelOverseas':'ANYCAST300'}}");
	CU_ASSERT_EQUAL(strncmp(text_of(r, "ProxyId"), "sid-", 4), 0);
	json_decref(r);
	r = call(&s, "DescribeL4Proxy",
		 "{'ZoneId':'zone-test','Filters':[{'Name':"
		 "'ddos-protection-type','Values':['exclusive']}]}");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(r, "TotalCount")),
			1);
	p = json_array_get(json_object_get(r, "L4Proxies"), 0);
	CU_ASSERT_STRING_EQUAL(text_of(p, "ProxyName"), "two");
	CU_ASSERT_STRING_EQUAL(text_of(p, "Status"), "progress");
	CU_ASSERT_STRING_EQUAL(text_of(p, "Ipv6"), "on");
	CU_ASSERT_STRING_EQUAL(text_of(p, "StaticIp"), "off");
	CU_ASSERT_STRING_EQUAL(text_of(p, "Area"), "overseas");
	CU_ASSERT(strstr(text_of(p, "Cname"), ".proxy.test") != NULL);
	CU_ASSERT_STRING_EQUAL(
		text_of(json_object_get(p, "DDosProtectionConfig"),
			"LevelOverseas"),
		"ANYCAST300");
	json_decref(r);
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','ProxyId':'%s','Status':'%s'}",
		       s.id, "off");
	CHECK(&s, "ModifyL4ProxyStatus", body,
	      "InvalidParameter.ParameterError");
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','ProxyId':'%s','Status':'%s'}",
		       s.id, "offline");
	CHECK(&s, "ModifyL4ProxyStatus", body, "ok");
	CHECK(&s, "ModifyL4ProxyStatus", body,
	      "OperationDenied.L4ProxyInProcessStatus");
	state_settle(&s);
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','ProxyId':'%s'}", s.id);
	CHECK(&s, "ModifyL4Proxy", body,
	      "OperationDenied.L4ProxyInOfflineStatus");
	CHECK(&s, "DeleteL4Proxy", body, "ok");
	CHECK(&s, "DeleteL4Proxy", body, "ResourceNotFound");
	state_fini(&s);
}

/* @rule into a call of @action for the state's instance */
static const char *rule_code(struct state *s, const char *action,
			     const char *rule)
{
	char body[1024];

	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','ProxyId':'%s',"
		       "'L4ProxyRules':[%s]}",
		       s->id, rule);
	return code_of(s, action, body);
}

#define RULE_HEAD "{'Protocol':'TCP','PortRange':['80','90-100'],"
#define RULE_BODY                                           \
	RULE_HEAD "'OriginType':'IP_DOMAIN','OriginValue':" \
		  "['192.0.2.1','192.0.2.2'],'OriginPortRange':'8080'"

static void test_rules(void)
{
	struct state s;
	json_t *r, *rule;
	char body[256], id[CTL_ID_MAX];

	state_init(&s);
	CU_ASSERT_STRING_EQUAL(rule_code(&s, "CreateL4ProxyRules",
					 RULE_BODY ",'RuleId':'rule-x'}"),
			       "UnknownParameter");
	CU_ASSERT_STRING_EQUAL(rule_code(&s, "CreateL4ProxyRules",
					 RULE_HEAD "'BuId':''}"),
			       "MissingParameter");
	CU_ASSERT_STRING_EQUAL(
		rule_code(&s, "CreateL4ProxyRules",
			  RULE_HEAD "'OriginType':'LB','OriginValue':['lb-1'],"
				    "'OriginPortRange':'80'}"),
		"UnsupportedOperation");
	CU_ASSERT_STRING_EQUAL(rule_code(&s, "CreateL4ProxyRules",
					 RULE_BODY ",'SessionPersistTime':29}"),
			       "InvalidParameter.ParameterError");
	CU_ASSERT_STRING_EQUAL(rule_code(&s, "CreateL4ProxyRules", ""),
			       "InvalidParameter.ParameterError");
	CU_ASSERT_STRING_EQUAL(rule_code(&s, "CreateL4ProxyRules",
					 RULE_BODY ",'RuleTag':'a b'}"),
			       "ok");
	CU_ASSERT_STRING_EQUAL(rule_code(&s, "CreateL4ProxyRules",
					 RULE_BODY "}"),
			       "InvalidParameter.RulePortDuplicating");
	state_settle(&s);
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','ProxyId':'%s','Filters':[{"
		       "'Name':'rule-tag','Values':['a b']}]}",
		       s.id);
	r = call(&s, "DescribeL4ProxyRules", body);
	rule = json_array_get(json_object_get(r, "L4ProxyRules"), 0);
	CU_ASSERT_STRING_EQUAL(text_of(rule, "Status"), "online");
	CU_ASSERT_STRING_EQUAL(text_of(rule, "ClientIPPassThroughMode"), "OFF");
	CU_ASSERT_STRING_EQUAL(text_of(rule, "SessionPersist"), "off");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(
				       json_object_get(rule, "PortRange"), 1)),
			       "90-100");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(rule, "OriginValue")),
			2);
	CU_ASSERT_EQUAL(
		json_integer_value(json_object_get(rule, "SessionPersistTime")),
		3600);
	(void)snprintf(id, sizeof(id), "%s", text_of(rule, "RuleId"));
	json_decref(r);
	(void)snprintf(body, sizeof(body),
		       "{'RuleId':'%s','ClientIPPassThroughMode':'PPV2'}", id);
	CU_ASSERT_STRING_EQUAL(rule_code(&s, "ModifyL4ProxyRules", body), "ok");
	CU_ASSERT_STRING_EQUAL(rule_code(&s, "ModifyL4ProxyRules",
					 "{'ClientIPPassThroughMode':'TOA'}"),
			       "MissingParameter");
	state_settle(&s);
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','ProxyId':'%s','RuleIds':['%s']}",
		       s.id, id);
	CHECK(&s, "DeleteL4ProxyRules", body, "UnsupportedOperation");
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','ProxyId':'%s','RuleIds':['%s'],"
		       "'Status':'offline'}",
		       s.id, id);
	CHECK(&s, "ModifyL4ProxyRulesStatus", body, "ok");
	state_settle(&s);
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','ProxyId':'%s','RuleIds':['%s']}",
		       s.id, id);
	CHECK(&s, "DeleteL4ProxyRules", body, "ok");
	CHECK(&s, "DeleteL4ProxyRules", body, "ResourceNotFound");
	state_fini(&s);
}

static void test_too_many(void)
{
	struct state s;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	unsigned i;

	CU_ASSERT_FATAL(f != NULL);
	state_init(&s);
	fprintf(f, "{'ZoneId':'zone-test','ProxyId':'%s','RuleIds':[", s.id);
	for (i = 0; i <= CTL_BATCH_MAX; i++)
		fprintf(f, "%s'rule-%u'", i ? "," : "", i);
	fprintf(f, "]}");
	(void)fclose(f);
	CHECK(&s, "DeleteL4ProxyRules", text, "LimitExceeded.BatchQuota");
	free(text);
	state_fini(&s);
}

static void test_groups(void)
{
	char body[256], id[CTL_ID_MAX];
	const json_t *g;
	struct state s;
	json_t *r;

	state_init(&s);
	CHECK(&s, "CreateOriginGroup",
	      "{'ZoneId':'zone-test','Name':'a b','Type':'GENERAL',"
	      "'Records':[{'Record':'192.0.2.1'}]}",
	      "InvalidParameter.ParameterError");
	CHECK(&s, "CreateOriginGroup",
	      "{'ZoneId':'zone-test','Name':'a','Type':'HTTP',"
	      "'Records':[{'Record':'192.0.2.1'}]}",
	      "InvalidParameter.ParameterError");
	CHECK(&s, "CreateOriginGroup",
	      "{'ZoneId':'zone-test','Name':'a','Type':'GENERAL',"
	      "'Records':[{'Record':'192.0.2.1','Type':'COS'}]}",
	      "InvalidParameter.ParameterError");
	CHECK(&s, "CreateOriginGroup",
	      "{'ZoneId':'zone-test','Name':'a','Type':'GENERAL',"
	      "'Records':[]}",
	      "InvalidParameter.ParameterError");
	r = call(&s, "CreateOriginGroup",
		 "{'ZoneId':'zone-test','Name':'a','Type':'GENERAL',"
		 "'Records':[{'Record':'192.0.2.1','Type':'IP_DOMAIN'}]}");
	(void)snprintf(id, sizeof(id), "%s", text_of(r, "OriginGroupId"));
	json_decref(r);
	r = call(&s, "DescribeOriginGroup",
		 "{'ZoneId':'zone-test','Filters':[{'Name':"
		 "'origin-group-name','Values':['A']}]}");
	g = json_array_get(json_object_get(r, "OriginGroups"), 0);
	CU_ASSERT_STRING_EQUAL(text_of(g, "GroupId"), id);
	CU_ASSERT_STRING_EQUAL(
		text_of(json_array_get(json_object_get(g, "Records"), 0),
			"Record"),
		"192.0.2.1");
	json_decref(r);
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','GroupId':'%s','Name':'b'}", id);
	CHECK(&s, "ModifyOriginGroup", body, "ok");
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','GroupId':'%s'}", id);
	CHECK(&s, "DeleteOriginGroup", body, "ok");
	CHECK(&s, "DeleteOriginGroup", body, "ResourceNotFound");
	state_fini(&s);
}

/* The console's batches: every bad line, nothing applied; then a fixed point */
static void test_batches(void)
{
	char body[512];
	struct state s;
	const json_t *d;
	json_t *r;

	state_init(&s);
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','ProxyId':'%s','Text':"
		       "'tcp:80 192.0.2.1 80 off off\\n"
		       "tcp:80 192.0.2.1 80 off off\\nx\\n'}",
		       s.id);
	r = call(&s, "TpImportL4ProxyRules", body);
	CU_ASSERT_STRING_EQUAL(text_of(json_object_get(r, "Error"), "Code"),
			       "InvalidParameter.RulePortDuplicating");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(r, "Details")), 2);
	d = json_array_get(json_object_get(r, "Details"), 1);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(d, "Line")), 3);
	json_decref(r);
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','ProxyId':'%s','DryRun':true,"
		       "'Text':'tcp:80 192.0.2.1 80 off off\\n'}",
		       s.id);
	r = call(&s, "TpImportL4ProxyRules", body);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(r, "Added")), 1);
	json_decref(r);
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','ProxyId':'%s','Partial':true,"
		       "'Text':'tcp:80 192.0.2.1 80 off off\\nx\\n'}",
		       s.id);
	r = call(&s, "TpImportL4ProxyRules", body);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(r, "Added")), 1);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(r, "Details")), 1);
	json_decref(r);
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','ProxyId':'%s'}", s.id);
	r = call(&s, "TpExportL4ProxyRules", body);
	CU_ASSERT_STRING_EQUAL(text_of(r, "Text"),
			       "tcp:80 192.0.2.1 80 off off\n");
	json_decref(r);
	(void)snprintf(body, sizeof(body),
		       "{'ZoneId':'zone-test','ProxyId':'%s','Text':''}", s.id);
	CHECK(&s, "TpImportL4ProxyRules", body, "ok");
	state_fini(&s);
}

static void test_writes(void)
{
	CU_ASSERT(api_action_writes("CreateL4Proxy"));
	CU_ASSERT(api_action_writes("DeleteL4ProxyRules"));
	CU_ASSERT(!api_action_writes("DescribeL4Proxy"));
	CU_ASSERT(!api_action_writes("None"));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "the form of requests and responses", test_form },
		{ "instances", test_proxies },
		{ "rules", test_rules },
		{ "more than a call may hold", test_too_many },
		{ "origin groups", test_groups },
		{ "batches", test_batches },
		{ "which actions write", test_writes },
	};

	return unit_main("api_action", tests, ARRAY_SIZE(tests));
}
