/* SPDX-License-Identifier: BSD-2-Clause */
/* test_udp.c - hand-written UDP headers */
#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/udp.h"

static enum wire_status decode(const char *hex, size_t cut, struct udp_hdr *h,
			       struct wire_err *err)
{
	enum wire_status st;
	struct guard g;

	guard_hex(&g, hex, cut);
	st = udp_decode(g.data, g.len, h, err);
	guard_fini(&g);
	return st;
}

static void test_fields(void)
{
	struct udp_hdr h = { 0 };
	struct wire_err err;

	CU_ASSERT_EQUAL(decode("d903 0035 0009 abcd 30", 99, &h, &err),
			WIRE_OK);
	CU_ASSERT_EQUAL(h.sport, 55555);
	CU_ASSERT_EQUAL(h.dport, 53);
	CU_ASSERT_EQUAL(h.len, 9);
	CU_ASSERT_EQUAL(h.csum, 0xabcd);
}

static void test_every_prefix_is_short(void)
{
	struct udp_hdr h = { .len = 77 };
	struct wire_err err;
	size_t i;

	for (i = 0; i < UDP_HDR_LEN; i++) {
		CU_ASSERT_EQUAL(decode("d903 0035 0009 abcd", i, &h, &err),
				WIRE_SHORT);
		CU_ASSERT_EQUAL(err.anomaly, ANOMALY_NONE);
		CU_ASSERT_EQUAL(h.len, 77);
	}
}

static void test_length_below_the_header_is_bad(void)
{
	struct udp_hdr h;
	struct wire_err err;

	CU_ASSERT_EQUAL(decode("d903 0035 0008 0000", 99, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(decode("d903 0035 0007", 99, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_UDP_LEN);
	CU_ASSERT_EQUAL(err.off, 4);
	CU_ASSERT_EQUAL(decode("d903 0035 0000 0000", 99, &h, &err), WIRE_BAD);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "fields", test_fields },
		{ "every prefix is short", test_every_prefix_is_short },
		{ "length below eight", test_length_below_the_header_is_bad },
	};

	return unit_main("udp", tests, ARRAY_SIZE(tests));
}
