/* SPDX-License-Identifier: BSD-2-Clause */
/* test_uoa.c - clients' addresses beside UDP, hand-written */
#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/uoa.h"

/* 203.0.113.7:54321 and [2001:db8:c::7]:54321 */
#define V4 "1f08 d431 cb007107"
#define V6 "1f14 d431 20010db8000c00000000000000000007"

static enum wire_status find(const char *hex, size_t cut, struct endpoint *e,
			     struct wire_err *err)
{
	enum wire_status st;
	struct guard g;

	guard_hex(&g, hex, cut);
	st = uoa_find(g.data, g.len, e, err);
	guard_fini(&g);
	return st;
}

static void test_both_families(void)
{
	static const char *const v4[] = {
		V4,
		"01 01 " V4,
		V4 "00 ffff",
		"9404 0000 " V4,
		/* the first counts */
		V4 "1f08 d431 cb007108",
	};
	char text[ENDPOINT_TEXT_MAX];
	struct endpoint e;
	struct wire_err err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(v4); i++) {
		e = (struct endpoint) { 0 };
		CU_ASSERT_EQUAL(find(v4[i], 99, &e, &err), WIRE_OK);
		CU_ASSERT_STRING_EQUAL(endpoint_format(&e, text),
				       "203.0.113.7:54321");
	}
	CU_ASSERT_EQUAL(find(V6, 99, &e, &err), WIRE_OK);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&e, text),
			       "[2001:db8:c::7]:54321");
}

static void test_areas_without_one(void)
{
	static const char *const areas[] = { "", "01010101", "00",
					     "00 1f08 d431 cb007107",
					     "9404 0000" };
	struct endpoint e = { .port = 77 };
	struct wire_err err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(areas); i++) {
		CU_ASSERT_EQUAL(find(areas[i], 99, &e, &err), WIRE_SHORT);
		CU_ASSERT_EQUAL(e.port, 77);
	}
}

struct bad_case {
	const char *hex;
	size_t cut;
	enum anomaly anomaly;
	uint32_t off;
};

static void test_what_is_wrong(void)
{
	static const struct bad_case cases[] = {
		{ "1f", 99, ANOMALY_IP4_OPT_LEN, 0 },
		{ "01 1f", 99, ANOMALY_IP4_OPT_LEN, 1 },
		{ "01 1f01", 99, ANOMALY_IP4_OPT_LEN, 2 },
		{ "9400", 99, ANOMALY_IP4_OPT_LEN, 1 },
		{ V4, 7, ANOMALY_IP4_OPT_LEN, 1 },
		{ "01 " V4, 8, ANOMALY_IP4_OPT_LEN, 2 },
		{ V6, 19, ANOMALY_IP4_OPT_LEN, 1 },
		{ "1f07 d431 cb0071", 99, ANOMALY_UOA_LENGTH, 1 },
		{ "01 1f09 d431 cb007107 00", 99, ANOMALY_UOA_LENGTH, 2 },
		{ "1f02", 99, ANOMALY_UOA_LENGTH, 1 },
		{ "1f08 0000 cb007107", 99, ANOMALY_UOA_ADDRESS, 2 },
		{ "1f08 d431 00000000", 99, ANOMALY_UOA_ADDRESS, 2 },
		{ "1f14 d431 00000000000000000000000000000000", 99,
		  ANOMALY_UOA_ADDRESS, 2 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct endpoint e = { .port = 77 };
		struct wire_err err;

		CU_ASSERT_EQUAL(find(cases[i].hex, cases[i].cut, &e, &err),
				WIRE_BAD);
		CU_ASSERT_EQUAL(err.anomaly, cases[i].anomaly);
		CU_ASSERT_EQUAL(err.off, cases[i].off);
		CU_ASSERT_EQUAL(e.port, 77);
	}
}

static enum wire_status opp(const char *hex, size_t cut, struct opp_hdr *h,
			    struct wire_err *err)
{
	enum wire_status st;
	struct guard g;

	guard_hex(&g, hex, cut);
	st = opp_decode(g.data, g.len, h, err);
	CU_ASSERT(st != WIRE_OK || !h->opt_len ||
		  h->opt == g.data + OPP_HDR_LEN);
	guard_fini(&g);
	return st;
}

static void test_opp(void)
{
	static const char v4[] = "1011 000c" V4 "1f90 0035";
	struct opp_hdr h = { .proto = 77 };
	struct wire_err err;
	size_t i;

	for (i = 0; i < 12; i++) {
		CU_ASSERT_EQUAL(opp(v4, i, &h, &err), WIRE_SHORT);
		CU_ASSERT_EQUAL(h.proto, 77);
	}
	CU_ASSERT_EQUAL(opp(v4, 99, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.version, 1);
	CU_ASSERT_EQUAL(h.proto, 17);
	CU_ASSERT_EQUAL(h.hdr_len, 12);
	CU_ASSERT_EQUAL(h.opt_len, 8);
	CU_ASSERT_EQUAL(opp("2011 0018" V6, 99, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.version, 2);
	CU_ASSERT_EQUAL(h.hdr_len, 24);
	CU_ASSERT_EQUAL(opp("1011 0004", 99, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.opt_len, 0);
	CU_ASSERT_PTR_NULL(h.opt);
}

static void test_bad_opp(void)
{
	struct opp_hdr h = { .proto = 77 };
	struct wire_err err;

	CU_ASSERT_EQUAL(opp("00", 99, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_OPP_VERSION);
	CU_ASSERT_EQUAL(err.off, 0);
	CU_ASSERT_EQUAL(opp("30", 99, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(opp("1011 0003", 99, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_OPP_LENGTH);
	CU_ASSERT_EQUAL(err.off, 2);
	CU_ASSERT_EQUAL(opp("1011 002c", 99, &h, &err), WIRE_SHORT);
	CU_ASSERT_EQUAL(opp("1011 002d", 99, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(h.proto, 77);
}

static void test_names(void)
{
	CU_ASSERT_STRING_EQUAL(uoa_carrier_name(UOA_NONE), "none");
	CU_ASSERT_STRING_EQUAL(uoa_carrier_name(UOA_IP_OPTION), "ip-option");
	CU_ASSERT_STRING_EQUAL(uoa_carrier_name(UOA_OPP), "opp");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "both families", test_both_families },
		{ "areas without one", test_areas_without_one },
		{ "what is wrong", test_what_is_wrong },
		{ "OPP", test_opp },
		{ "bad OPP", test_bad_opp },
		{ "names", test_names },
	};

	return unit_main("uoa", tests, ARRAY_SIZE(tests));
}
