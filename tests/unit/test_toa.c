/* SPDX-License-Identifier: BSD-2-Clause */
/* test_toa.c - TCP options that name a client, of all makes */
#include <stdio.h>
#include <string.h>

#include <CUnit/Basic.h>

#include "harness.h"
#include "wire/toa.h"

#define OPT_MAX 40

/* Decode an option given as hex, kind and length included, at a page's end. */
static enum wire_status decode(const char *hex, unsigned flags,
			       struct toa_option *ret, struct wire_err *err)
{
	uint8_t bytes[OPT_MAX];
	size_t len = unhex(hex, bytes, sizeof(bytes));
	struct tcp_opt opt = { .kind = bytes[0] };
	enum wire_status st;
	struct guard g;

	CU_ASSERT_EQUAL_FATAL(bytes[1], len);
	guard_init(&g, bytes, len);
	opt.len = (uint8_t)(len - 2);
	opt.data = opt.len ? g.data + 2 : NULL;
	st = toa_decode(&opt, flags, ret, err);
	guard_fini(&g);
	return st;
}

static void check(const char *hex, const char *client, bool has_port,
		  enum toa_confidence confidence)
{
	char text[ENDPOINT_TEXT_MAX];
	struct toa_option o = { 0 };
	struct wire_err err;

	CU_ASSERT_EQUAL_FATAL(decode(hex, 0, &o, &err), WIRE_OK);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_NONE);
	if (strcmp(endpoint_format(&o.client, text), client) != 0)
		(void)fprintf(stderr, "%s: %s, wanted %s\n", hex, text, client);
	CU_ASSERT_STRING_EQUAL(text, client);
	CU_ASSERT_EQUAL(o.has_port, has_port);
	CU_ASSERT_EQUAL(o.confidence, confidence);
	CU_ASSERT_PTR_NOT_NULL(o.format);
}

static void check_bad(const char *hex, unsigned flags, enum anomaly anomaly,
		      uint32_t off)
{
	struct toa_option o;
	struct wire_err err;

	CU_ASSERT_EQUAL(decode(hex, flags, &o, &err), WIRE_BAD);
	if (err.anomaly != anomaly)
		(void)fprintf(stderr, "%s: %s\n", hex,
			      anomaly_slug(err.anomaly));
	CU_ASSERT_EQUAL(err.anomaly, anomaly);
	CU_ASSERT_EQUAL(err.off, off);
}

#define V6_HEX	"20010db8000000000000000000000007"
#define V6_TEXT "2001:db8::7"

static void test_every_layout(void)
{
	check("c808 d431 cb007107", "203.0.113.7:54321", true, TOA_SURE);
	check("c814 d431" V6_HEX, "[" V6_TEXT "]:54321", true, TOA_LIKELY);
	check("f928 d431" V6_HEX "00000100" V6_HEX, "[" V6_TEXT "]:54321", true,
	      TOA_SURE);
	check("fc08 d431 cb007107", "203.0.113.7:54321", true, TOA_LIKELY);
	/* as captured behind a VPC load balancer */
	check("fc14 a85e 0a0a0538 4fa82c00 0a0a08d0 0cea 0101",
	      "10.10.5.56:43102", true, TOA_SURE);
	check("fd08 d431 cb007107", "203.0.113.7:54321", true, TOA_LIKELY);
	check("fd14 d431" V6_HEX, "[" V6_TEXT "]:54321", true, TOA_LIKELY);
	check("fe08 d431 cb007107", "203.0.113.7:54321", true, TOA_LIKELY);
	check("fe10 d431 cb007107 0000 0050 0a000001", "203.0.113.7:54321",
	      true, TOA_LIKELY);
	check("fe14 d431" V6_HEX, "[" V6_TEXT "]:54321", true, TOA_LIKELY);
	check("1c07 01 cfed794f", "207.237.121.79:0", false, TOA_LIKELY);
	check("1c0a 01 cfed794f 000000", "207.237.121.79:0", false, TOA_GUESS);
	check("1c13 02" V6_HEX, "[" V6_TEXT "]:0", false, TOA_LIKELY);
	check("1c13 07" V6_HEX, "[" V6_TEXT "]:0", false, TOA_GUESS);
	check("1d06 cb007107", "203.0.113.7:0", false, TOA_GUESS);
}

static void test_named_only(void)
{
	static const char *const hex[] = { "c906 00000001",
					   "ca08 0050 0a000001",
					   "fa08 0050 0a000001" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hex); i++) {
		struct toa_option o = { .layout = TOA_LAYOUT_COUNT };
		struct wire_err err;

		CU_ASSERT_EQUAL_FATAL(decode(hex[i], 0, &o, &err), WIRE_OK);
		CU_ASSERT_EQUAL(err.anomaly, ANOMALY_NONE);
		CU_ASSERT_EQUAL(o.layout, TOA_LAYOUT_NONE);
		CU_ASSERT_EQUAL(o.client.addr.family, IP_NONE);
		CU_ASSERT(o.format && strlen(o.format->vendor) &&
			  strlen(o.format->what));
	}
}

static void test_other_options(void)
{
	check_bad("4d08 d431 cb007107", 0, ANOMALY_TOA_KIND, 0);
	check_bad("0204 05b4", 0, ANOMALY_TOA_KIND, 0);
	check_bad("1c04 8064", 0, ANOMALY_TOA_OTHER, 1);
	check_bad("1d10 0102 000000000000000000000000", 0, ANOMALY_TOA_OTHER,
		  1);
	check_bad("fe0c f989 0102030405060708", 0, ANOMALY_TOA_OTHER, 1);
	check_bad("fe02", 0, ANOMALY_TOA_OTHER, 1);
	check_bad("c802", 0, ANOMALY_TOA_LENGTH, 1);
	check_bad("c807 d431 cb0071", 0, ANOMALY_TOA_LENGTH, 1);
	check_bad("c809 d431 cb007107 00", 0, ANOMALY_TOA_LENGTH, 1);
	check_bad("fc07 d431 cb0071", 0, ANOMALY_TOA_LENGTH, 1);
	check_bad("1c07 00 cfed794f", 0, ANOMALY_TOA_VERSION, 2);
	check_bad("1c0a 02 cfed794f 000000", 0, ANOMALY_TOA_VERSION, 2);
}

/* RFC 6994: what is an experiment in a SYN may be a port elsewhere. */
static void test_experiments(void)
{
	check_bad("fe08 f989 cb007107", TOA_F_SYN, ANOMALY_TOA_OTHER, 2);
	check_bad("fd08 f989 cb007107", TOA_F_SYN, ANOMALY_TOA_OTHER, 2);
	check_bad("fe08 0348 cb007107", TOA_F_SYN, ANOMALY_TOA_OTHER, 2);
	check_bad("fe08 e2d4 c3d97107", TOA_F_SYN, ANOMALY_TOA_OTHER, 2);
	/* nothing but an identifier */
	check_bad("fe04 f989", TOA_F_SYN, ANOMALY_TOA_OTHER, 2);
	check_bad("fd06 e2d4 c3d9", TOA_F_SYN, ANOMALY_TOA_OTHER, 2);
	/* too short for an identifier */
	check_bad("fe02", TOA_F_SYN, ANOMALY_TOA_OTHER, 1);
	check_bad("fe03 f9", TOA_F_SYN, ANOMALY_TOA_OTHER, 1);
	check_bad("fe05 e2d4 c3", TOA_F_SYN, ANOMALY_TOA_OTHER, 1);
	check("fe08 f989 cb007107", "203.0.113.7:63881", true, TOA_GUESS);
	check("fe08 0348 cb007107", "203.0.113.7:840", true, TOA_GUESS);
	check("fe08 e2d4 c3d97107", "195.217.113.7:58068", true, TOA_GUESS);
	/* the port alone is not SMC's identifier, and 200 has none */
	check("fe08 e2d4 cb007107", "203.0.113.7:58068", true, TOA_LIKELY);
	check("c808 f989 cb007107", "203.0.113.7:63881", true, TOA_SURE);
}

static void test_a_kind_of_the_callers(void)
{
	struct toa_option o = { 0 };
	struct wire_err err;

	CU_ASSERT_EQUAL_FATAL(decode("4d08 d431 cb007107", TOA_F_KIND_IS_TOA,
				     &o, &err),
			      WIRE_OK);
	CU_ASSERT_PTR_NULL(o.format);
	CU_ASSERT_EQUAL(o.layout, TOA_LAYOUT_PORT_V4);
	CU_ASSERT_EQUAL(o.client.port, 54321);
	CU_ASSERT_EQUAL(o.confidence, TOA_GUESS);
	CU_ASSERT_EQUAL_FATAL(decode("4d14 d431" V6_HEX, TOA_F_KIND_IS_TOA, &o,
				     &err),
			      WIRE_OK);
	CU_ASSERT_EQUAL(o.layout, TOA_LAYOUT_PORT_V6);
	check_bad("4d09 d431 cb007107 00", TOA_F_KIND_IS_TOA,
		  ANOMALY_TOA_LENGTH, 1);
}

static void test_impossible_addresses(void)
{
	static const char *const hex[] = {
		"c808 0000 cb007107",
		"c808 d431 00000000",
		"c814 d431 00000000000000000000000000000000",
		"1c07 01 00000000",
		"1d06 00000000",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hex); i++) {
		struct toa_option o;
		struct wire_err err;

		CU_ASSERT_EQUAL(decode(hex[i], 0, &o, &err), WIRE_OK);
		CU_ASSERT_EQUAL(err.anomaly, ANOMALY_TOA_ADDRESS);
	}
}

static void test_encode(void)
{
	static const struct {
		const char *client, *hex;
		uint8_t kind;
	} cases[] = {
		{ "203.0.113.7:54321", "c808 d431 cb007107", 200 },
		{ "[" V6_TEXT "]:54321", "fd14 d431" V6_HEX, 253 },
		{ "[::ffff:1.2.3.4]:1",
		  "c814 0001 00000000000000000000ffff01020304", 200 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t out[TOA_LEN_V6], want[TOA_LEN_V6];
		struct endpoint e;
		size_t n;

		CU_ASSERT_FATAL(endpoint_parse(cases[i].client,
					       strlen(cases[i].client), &e));
		n = unhex(cases[i].hex, want, sizeof(want));
		CU_ASSERT_EQUAL_FATAL(toa_encode(cases[i].kind, &e, out), n);
		CU_ASSERT_EQUAL(memcmp(out, want, n), 0);
	}
}

/* Every kind and every length, with bytes of every kind: no over-read, and the
 * table says the same as the decoder.
 */
static void test_all_kinds_and_lengths(void)
{
	unsigned kind, len;

	for (kind = 0; kind < 256; kind++) {
		for (len = 2; len <= OPT_MAX; len++) {
			enum toa_layout layout =
				toa_layout_find((uint8_t)kind, (uint8_t)len);
			uint8_t bytes[OPT_MAX];
			struct toa_option o;
			struct wire_err err;
			enum wire_status st;
			struct guard g;
			struct tcp_opt opt = { .kind = (uint8_t)kind,
					       .len = (uint8_t)(len - 2) };

			memset(bytes, 1, sizeof(bytes));
			guard_init(&g, bytes, len);
			opt.data = opt.len ? g.data + 2 : NULL;
			st = toa_decode(&opt, TOA_F_KIND_IS_TOA, &o, &err);
			guard_fini(&g);
			if (layout == TOA_LAYOUT_COUNT)
				CU_ASSERT_EQUAL(st, WIRE_BAD);
			if (layout != TOA_LAYOUT_COUNT &&
			    layout != TOA_LAYOUT_NONE) {
				CU_ASSERT_EQUAL(st, WIRE_OK);
				CU_ASSERT_EQUAL(o.layout, layout);
			}
		}
	}
}

static void test_the_table(void)
{
	const struct toa_format *f, *before = NULL;
	size_t i;

	for (i = 0; (f = toa_format_at(i)) != NULL; i++) {
		CU_ASSERT(f->len >= 2 && f->len <= OPT_MAX);
		CU_ASSERT_PTR_EQUAL(toa_format_find(f->kind, f->len), f);
		CU_ASSERT(!before || before->kind < f->kind ||
			  (before->kind == f->kind && before->len < f->len));
		before = f;
	}
	CU_ASSERT(i > 10);
	CU_ASSERT_PTR_NULL(toa_format_find(200, 9));
	CU_ASSERT(toa_kind_is_shared(253) && toa_kind_is_shared(28));
	CU_ASSERT(!toa_kind_is_shared(200));
	CU_ASSERT_EQUAL(toa_layout_find(28, 4), TOA_LAYOUT_NONE);
	CU_ASSERT_EQUAL(toa_layout_find(28, 8), TOA_LAYOUT_NONE);
	CU_ASSERT_EQUAL(toa_layout_find(201, 8), TOA_LAYOUT_COUNT);
	CU_ASSERT_EQUAL(toa_layout_find(250, 20), TOA_LAYOUT_COUNT);
	CU_ASSERT_EQUAL(toa_layout_find(201, 6), TOA_LAYOUT_NONE);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "every layout, byte for byte", test_every_layout },
		{ "options that are named only", test_named_only },
		{ "other options of those kinds", test_other_options },
		{ "experiments of kinds 253 and 254", test_experiments },
		{ "a kind that the caller knows", test_a_kind_of_the_callers },
		{ "impossible addresses", test_impossible_addresses },
		{ "encoding", test_encode },
		{ "all kinds and lengths", test_all_kinds_and_lengths },
		{ "the table is in order", test_the_table },
	};

	return unit_main("toa", tests, ARRAY_SIZE(tests));
}
