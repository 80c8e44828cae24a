/* SPDX-License-Identifier: BSD-2-Clause */
/* test_pp2_vendor.c - TLVs of clouds, written out from their documents */
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/pp2_vendor.h"

static bool decode(uint8_t type, const char *hex, struct guard *g,
		   struct pp2_vendor *ret)
{
	uint8_t buf[64];
	struct pp2_tlv tlv = { .type = type };

	tlv.len = (uint16_t)unhex(hex, buf, sizeof(buf));
	guard_init(g, buf, tlv.len);
	tlv.value = tlv.len ? g->data : NULL;
	return pp2_vendor_decode(&tlv, ret);
}

static void check_text(uint8_t type, const char *hex, const char *name,
		       const char *text)
{
	struct pp2_vendor v;
	struct guard g;

	CU_ASSERT(decode(type, hex, &g, &v));
	CU_ASSERT_STRING_EQUAL(v.name, name);
	CU_ASSERT(v.text && v.text_len == strlen(text) &&
		  memcmp(v.text, text, v.text_len) == 0);
	guard_fini(&g);
}

static void check_number(uint8_t type, const char *hex, const char *name,
			 uint64_t number)
{
	struct pp2_vendor v;
	struct guard g;

	CU_ASSERT(decode(type, hex, &g, &v));
	CU_ASSERT_STRING_EQUAL(v.name, name);
	CU_ASSERT_PTR_NULL(v.text);
	CU_ASSERT_EQUAL(v.number, number);
	guard_fini(&g);
}

static void test_fields(void)
{
	check_text(0xea, "01767063652d31", "aws_vpce_id", "vpce-1");
	check_text(0xe1, "01767063", "alibaba_vpc_id", "vpc");
	check_text(0xe1, "026570", "alibaba_endpoint_id", "ep");
	check_text(0xe1, "0365", "alibaba_service_id", "e");
	/* little-endian, and big-endian */
	check_number(0xee, "01d2045f80", "azure_pel_id", 0x805f04d2);
	check_number(0xe0, "f122334455667788", "gcp_conn_id",
		     0xf122334455667788ULL);
}

static void test_other_forms(void)
{
	static const struct {
		uint8_t type;
		const char *hex;
	} cases[] = {
		{ 0xea, "" },	      { 0xea, "01" },
		{ 0xea, "0278" },     { 0xe1, "0078" },
		{ 0xe1, "0478" },     { 0xe1, "" },
		{ 0xee, "01d20400" }, { 0xee, "01d204000000" },
		{ 0xee, "" },	      { 0xee, "02d2040000" },
		{ 0xe0, "" },	      { 0xe0, "11223344556677" },
		{ 0x01, "0178" },     { 0xef, "0178" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pp2_vendor v;
		struct guard g;

		CU_ASSERT(!decode(cases[i].type, cases[i].hex, &g, &v));
		guard_fini(&g);
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "fields", test_fields },
		{ "other forms", test_other_forms },
	};

	return unit_main("pp2_vendor", tests, ARRAY_SIZE(tests));
}
