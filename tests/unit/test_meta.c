/* SPDX-License-Identifier: BSD-2-Clause */
/* test_meta.c - the header each mode puts before the payload, byte for byte
 * (requirements: "Expected wire form", seed/73-75)
 */
#include <string.h>

#include <CUnit/Basic.h>

#include "harness.h"
#include "proxy/meta.h"

static struct endpoint ep(const char *text)
{
	struct endpoint e = { 0 };

	CU_ASSERT_TRUE_FATAL(endpoint_parse(text, strlen(text), &e));
	return e;
}

static void check(enum rule_mode mode, enum rule_proto proto,
		  const char *client, const char *vip, const char *want_hex)
{
	struct endpoint c = ep(client), v = ep(vip);
	uint8_t got[META_MAX], want[META_MAX];
	size_t n = meta_header(mode, proto, &c, &v, got);
	size_t want_n = unhex(want_hex, want, sizeof(want));

	CU_ASSERT_EQUAL(n, want_n);
	CU_ASSERT_EQUAL(memcmp(got, want, want_n), 0);
}

static void test_ppv1_is_the_captured_line(void)
{
	check(MODE_PPV1, RULE_TCP, "119.29.135.205:53859",
	      "43.159.115.63:10000",
	      "50524f5859205443503420 3131392e32392e3133352e323035 20"
	      "34332e3135392e3131352e3633 20 3533383539 20 3130303030 0d0a");
}

static void test_ppv2_is_the_captured_header(void)
{
	check(MODE_PPV2, RULE_UDP, "119.29.135.205:48748",
	      "43.159.115.63:38888",
	      "0d0a0d0a000d0a515549540a 21 12 000c 771d87cd 2b9f733f be6c "
	      "97e8");
	check(MODE_PPV2, RULE_TCP, "119.29.135.205:48748",
	      "43.159.115.63:38888",
	      "0d0a0d0a000d0a515549540a 21 11 000c 771d87cd 2b9f733f be6c "
	      "97e8");
}

static void test_ppv2_of_ipv6(void)
{
	check(MODE_PPV2, RULE_TCP, "[2001:db8::7]:1", "[2001:db8::1]:65535",
	      "0d0a0d0a000d0a515549540a 21 21 0024"
	      "20010db8000000000000000000000007"
	      "20010db8000000000000000000000001 0001 ffff");
}

static void test_spp_maps_ipv4(void)
{
	check(MODE_SPP, RULE_UDP, "192.0.2.1:258", "192.0.2.9:53",
	      "56ec 00000000000000000000ffffc0000201"
	      "00000000000000000000ffffc0000209 0102 0035");
}

static void test_other_modes_have_no_bytes(void)
{
	check(MODE_OFF, RULE_TCP, "192.0.2.1:258", "192.0.2.9:53", "");
	check(MODE_TOA, RULE_TCP, "192.0.2.1:258", "192.0.2.9:53", "");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "ppv1 is the captured line", test_ppv1_is_the_captured_line },
		{ "ppv2 is the captured header",
		  test_ppv2_is_the_captured_header },
		{ "ppv2 of IPv6", test_ppv2_of_ipv6 },
		{ "spp maps IPv4", test_spp_maps_ipv4 },
		{ "other modes have no bytes", test_other_modes_have_no_bytes },
	};

	return unit_main("meta", tests, sizeof(tests) / sizeof(tests[0]));
}
