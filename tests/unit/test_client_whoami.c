/* SPDX-License-Identifier: BSD-2-Clause */
/* test_client_whoami.c - identity lines, good and hostile */
#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "jsonin.h"
#include "whoami.h"
#include "wire/wire.h"

static const char good[] =
	"{\"v\":1,\"type\":\"whoami\",\"transport\":\"tcp\",\"peer\":"
	"\"127.0.0.1\",\"pport\":5,\"mode\":\"ppv2\",\"client\":\"192.0.2.7\","
	"\"cport\":4711,\"dst\":null,\"tlvs\":[{\"type\":\"0x02\",\"hex\":"
	"\"6162\",\"text\":\"a\\u0062\\\"\"},{}],\"x\":-1.5e+3,\"verdict\":"
	"\"ok\"}";

static bool parse(const char *text, size_t len, struct whoami *w)
{
	struct guard g;
	bool ok;

	guard_init(&g, (const uint8_t *)text, len);
	ok = whoami_parse((const char *)g.data, len, w);
	guard_fini(&g);
	return ok;
}

static bool parse_text(const char *text, struct whoami *w)
{
	return parse(text, strlen(text), w);
}

static bool is_good(const char *text)
{
	struct whoami w;

	return parse_text(text, &w);
}

static void test_good_line(void)
{
	struct whoami w = { 0 };

	CU_ASSERT_TRUE_FATAL(parse(good, sizeof(good) - 1, &w));
	CU_ASSERT_EQUAL(w.client.port, 4711);
	CU_ASSERT_EQUAL(w.client.addr.family, IP_V4);
	CU_ASSERT_EQUAL(memcmp(w.client.addr.bytes, "\xc0\x00\x02\x07", 4), 0);
	CU_ASSERT_STRING_EQUAL(w.mode, "ppv2");
	CU_ASSERT_STRING_EQUAL(w.verdict, "ok");
}

static void test_every_prefix_is_refused(void)
{
	struct whoami w = { .client.port = 9 };
	size_t i;

	for (i = 0; i < sizeof(good) - 1; i++)
		CU_ASSERT_FALSE(parse(good, i, &w));
	CU_ASSERT_EQUAL(w.client.port, 9);
}

/* No byte value anywhere may crash it or read past the end. */
static void test_every_changed_byte_is_survived(void)
{
	char buf[sizeof(good)];
	struct whoami w;
	unsigned v;
	size_t i;

	memcpy(buf, good, sizeof(good));
	for (i = 0; i < sizeof(good) - 1; i++) {
		for (v = 0; v < 256; v += 1 + (unsigned)(i % 3)) {
			buf[i] = (char)v;
			(void)parse(buf, sizeof(good) - 1, &w);
		}
		buf[i] = good[i];
	}
	CU_PASS();
}

static void test_what_is_needed(void)
{
	CU_ASSERT_TRUE(is_good(" {\"v\":1,\"type\":\"whoami\",\"client\":"
			       "\"::1\",\"cport\":1} "));
	CU_ASSERT_FALSE(is_good("{\"type\":\"whoami\",\"client\":\"::1\","
				"\"cport\":1}"));
	CU_ASSERT_FALSE(is_good("{\"v\":1,\"client\":\"::1\",\"cport\":1}"));
	CU_ASSERT_FALSE(is_good("{\"v\":1,\"type\":\"whoami\",\"cport\":1}"));
	CU_ASSERT_FALSE(is_good("{\"v\":1,\"type\":\"whoami\",\"client\":"
				"\"::1\"}"));
	CU_ASSERT_FALSE(is_good("{\"v\":2,\"type\":\"whoami\",\"client\":"
				"\"::1\",\"cport\":1}"));
	CU_ASSERT_FALSE(is_good("{\"v\":\"1\",\"type\":\"whoami\",\"client\":"
				"\"::1\",\"cport\":1}"));
	CU_ASSERT_FALSE(is_good("{\"v\":1,\"type\":\"conn\",\"client\":"
				"\"::1\",\"cport\":1}"));
}

static bool value_is_good(const char *client, const char *cport)
{
	char buf[512];

	(void)snprintf(buf, sizeof(buf),
		       "{\"v\":1,\"type\":\"whoami\",\"client\":%s,"
		       "\"cport\":%s}",
		       client, cport);
	return is_good(buf);
}

static void test_values(void)
{
	CU_ASSERT_TRUE(value_is_good("\"::1\"", "65535"));
	CU_ASSERT_TRUE(value_is_good("\"::1\"", "0"));
	CU_ASSERT_FALSE(value_is_good("\"::1\"", "65536"));
	CU_ASSERT_FALSE(value_is_good("\"::1\"", "-1"));
	CU_ASSERT_FALSE(value_is_good("\"::1\"", "1.0"));
	CU_ASSERT_FALSE(value_is_good("\"::1\"", "01"));
	CU_ASSERT_FALSE(value_is_good("\"::1\"", "\"1\""));
	CU_ASSERT_FALSE(value_is_good("\"::1\"", "null"));
	CU_ASSERT_FALSE(value_is_good("null", "1"));
	CU_ASSERT_FALSE(value_is_good("\"\"", "1"));
	CU_ASSERT_FALSE(value_is_good("\"1.2.3\"", "1"));
	CU_ASSERT_FALSE(value_is_good("\"1.2.3.4 \"", "1"));
	CU_ASSERT_FALSE(value_is_good("\"\\u0031.2.3.4\"", "1"));
	CU_ASSERT_FALSE(value_is_good("[\"::1\"]", "1"));
}

static void test_duplicate_keys_are_refused(void)
{
	CU_ASSERT_FALSE(is_good("{\"v\":1,\"type\":\"whoami\",\"client\":"
				"\"::1\",\"cport\":1,\"client\":\"::2\"}"));
	CU_ASSERT_FALSE(is_good("{\"v\":1,\"type\":\"whoami\",\"client\":"
				"\"::1\",\"cport\":1,\"cport\":1}"));
}

static bool accept_member(void *ctx, const char *key, size_t key_len,
			  const struct jsonin_value *v)
{
	(void)ctx;
	(void)key;
	(void)key_len;
	(void)v;
	return true;
}

static bool json_ok(const char *text)
{
	struct guard g;
	bool ok;

	guard_init(&g, (const uint8_t *)text, strlen(text));
	ok = jsonin_object((const char *)g.data, strlen(text), accept_member,
			   NULL);
	guard_fini(&g);
	return ok;
}

static void test_json_grammar(void)
{
	static const char *const yes[] = {
		"{}",
		" { } ",
		"{\"a\":[]}",
		"{\"a\":[1,-0,0.5,1e9,1E-2,2e+2]}",
		"{\"a\":[true,false,null,\"\",{}]}",
		"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00Ff\"}",
		"{\"a\":[[[[[[[1]]]]]]]}",
		"{\"\":0}",
	};
	static const char *const no[] = {
		"",
		"[]",
		"1",
		"{",
		"}",
		"{}}",
		"{} x",
		"{,}",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{\"a\":1 \"b\":2}",
		"{a:1}",
		"{'a':1}",
		"{\"a\":[1,]}",
		"{\"a\":[1}",
		"{\"a\":01}",
		"{\"a\":+1}",
		"{\"a\":.5}",
		"{\"a\":1.}",
		"{\"a\":1e}",
		"{\"a\":-}",
		"{\"a\":tru}",
		"{\"a\":truex}",
		"{\"a\":\"\\x\"}",
		"{\"a\":\"\\u12g4\"}",
		"{\"a\":\"\\u12\"}",
		"{\"a\":\"\n\"}",
		"{\"a\":\"\\\"}",
		"{\"a\":[[[[[[[[1]]]]]]]]}",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(yes); i++)
		CU_ASSERT_TRUE(json_ok(yes[i]));
	for (i = 0; i < ARRAY_SIZE(no); i++)
		CU_ASSERT_FALSE(json_ok(no[i]));
}

static void test_texts_for_people_are_cleaned(void)
{
	struct whoami w = { 0 };
	static const char line[] =
		"{\"v\":1,\"type\":\"whoami\",\"client\":\"::1\",\"cport\":1,"
		"\"mode\":\"\x1b[31m\x80\x7f\",\"verdict\":"
		"\"0123456789012345678901234567890123456789\"}";

	/* a control is refused by the grammar, so take it out for the rest */
	CU_ASSERT_FALSE(parse_text(line, &w));
	CU_ASSERT_TRUE(is_good("{\"v\":1,\"type\":\"whoami\",\"client\":"
			       "\"::1\",\"cport\":1,\"mode\":\"a\"}"));
	CU_ASSERT_TRUE(
		parse_text("{\"v\":1,\"type\":\"whoami\",\"client\":\"::1\","
			   "\"cport\":1,\"mode\":\"\x80 \x7f"
			   "a\"}",
			   &w));
	CU_ASSERT_STRING_EQUAL(w.mode, "???a");
	CU_ASSERT_TRUE(
		parse_text("{\"v\":1,\"type\":\"whoami\",\"client\":\"::1\","
			   "\"cport\":1,\"mode\":\"0123456789012345678901234"
			   "567890123456789\"}",
			   &w));
	CU_ASSERT_STRING_EQUAL(w.mode, "0123456789012345678901234567890");
}

static void test_length_is_bounded(void)
{
	static char line[WHOAMI_LINE_MAX + 1];
	struct whoami w;

	memset(line, ' ', sizeof(line));
	memcpy(line, good, sizeof(good) - 1);
	CU_ASSERT_TRUE(parse(line, WHOAMI_LINE_MAX, &w));
	CU_ASSERT_FALSE(parse(line, WHOAMI_LINE_MAX + 1, &w));
}

static struct endpoint at(const char *text)
{
	struct endpoint e = { 0 };

	ASSERT(endpoint_parse(text, strlen(text), &e));
	return e;
}

static void test_judgement(void)
{
	struct whoami w = { .client = at("192.0.2.7:4711") };
	struct endpoint e = at("192.0.2.7:4711");

	CU_ASSERT_EQUAL(whoami_judge(&w, &e), IDENTITY_OK);
	e.port = 0;
	CU_ASSERT_EQUAL(whoami_judge(&w, &e), IDENTITY_OK);
	e = at("192.0.2.7:4712");
	CU_ASSERT_EQUAL(whoami_judge(&w, &e), IDENTITY_WRONG);
	e = at("192.0.2.8:4711");
	CU_ASSERT_EQUAL(whoami_judge(&w, &e), IDENTITY_WRONG);
	e = at("[::ffff:192.0.2.7]:4711");
	CU_ASSERT_EQUAL(whoami_judge(&w, &e), IDENTITY_OK);
	CU_ASSERT_TRUE(parse_text("{\"v\":1,\"type\":\"whoami\",\"client\":"
				  "\"::ffff:192.0.2.7\",\"cport\":4711}",
				  &w));
	CU_ASSERT_EQUAL(whoami_judge(&w, &e), IDENTITY_OK);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "good line", test_good_line },
		{ "every prefix", test_every_prefix_is_refused },
		{ "every changed byte", test_every_changed_byte_is_survived },
		{ "what is needed", test_what_is_needed },
		{ "values", test_values },
		{ "duplicate keys", test_duplicate_keys_are_refused },
		{ "JSON grammar", test_json_grammar },
		{ "texts for people", test_texts_for_people_are_cleaned },
		{ "length", test_length_is_bounded },
		{ "judgement", test_judgement },
	};

	return unit_main("client_whoami", tests, ARRAY_SIZE(tests));
}
