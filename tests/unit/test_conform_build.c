/* SPDX-License-Identifier: BSD-2-Clause */
/* test_conform_build.c - the bytes of cases, against bytes written by hand */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "conform/build.h"
#include "harness.h"
#include "wire/wire.h"

static struct build b;

/* @text built, compared with @hex */
static void same(const char *text, uint32_t sweep, const char *hex)
{
	static uint8_t want[8192];
	const struct claim c = claim_nth(0);
	static const uint8_t probe[] = "ping";
	const struct build_env env = { &c, probe, 4, sweep };
	char err[BUILD_ERR_MAX] = "";
	size_t n = unhex(hex, want, sizeof(want));

	b.len = b.hdr_len = 0;
	CU_ASSERT(build_items(&b, text, strlen(text), &env, err));
	CU_ASSERT_STRING_EQUAL(err, "");
	CU_ASSERT_EQUAL(b.len, n);
	CU_ASSERT(b.len == n && !memcmp(b.bytes, want, n));
}

static void refused(const char *text)
{
	const struct claim c = claim_nth(0);
	const struct build_env env = { .claim = &c };
	char err[BUILD_ERR_MAX] = "";

	b.len = b.hdr_len = 0;
	CU_ASSERT(!build_items(&b, text, strlen(text), &env, err));
	CU_ASSERT(err[0] != '\0');
}

static void test_text(void)
{
	same("\"a\\r\\n\\t\\0\\\\\\\"\\x7f\" probe", 0,
	     "610d0a09005c227f 70696e67");
	same("\"{src4} {dst4} {sport} {dport}\"", 0,
	     "3139382e31382e3130302e313030 20 3230332e302e3131332e313031 20"
	     "3230303030 20 3130343433");
	same("x0102ff fill:3 fill:$", 2, "0102ff 414141 4141");
}

static void test_v1(void)
{
	/* PROXY TCP4 198.18.100.100 203.0.113.101 20000 10443 CR LF */
	same("v1", 0,
	     "50524f58592054435034203139382e31382e3130302e313030203230332e30"
	     "2e3131332e313031203230303030203130343433 0d0a");
	CU_ASSERT_EQUAL(b.hdr_len, b.len);
	same("v1:6", 0,
	     "50524f58592054435036 20 323030313a6462383a356565643a3a36343634"
	     "20 323030313a6462383a663a3a31 20 3230303030203130343433 0d0a");
}

#define SIG "0d0a0d0a000d0a515549540a"
#define V4  "c6126464 cb007165 4e20 28cb"

static void test_v2(void)
{
	same("v2:4", 0, SIG "2111 000c" V4);
	same("v2", 0, SIG "2111 000c" V4);
	same("v2:6", 0,
	     SIG "2121 0024 20010db85eed00000000000000006464"
		 "20010db8000f00000000000000000001 4e20 28cb");
	same("v2:u4 probe", 0, SIG "2112 000c" V4 "70696e67");
	CU_ASSERT_EQUAL(b.hdr_len, 28);
	same("v2:local", 0, SIG "2000 0000");
	same("v2:unspec", 0, SIG "2100 0000");
	same("v2:local4", 0, SIG "2011 000c" V4);
}

static void test_v2_wrong_on_purpose(void)
{
	same("v2:4,ver=$", 3, SIG "3111 000c" V4);
	same("v2:4,cmd=$", 15, SIG "2f11 000c" V4);
	same("v2:4,fam=$", 255, SIG "21ff 000c" V4);
	same("v2:4,len=1000", 0, SIG "2111 03e8" V4);
	same("v2:4,cut=2", 0, SIG "2111 0002 c612");
	same("v2:4,flip=$", 11, "0d0a0d0a000d0a51554954f5 2111 000c" V4);
	same("v2:4,tlv=ea:0102", 0, SIG "2111 0011" V4 "ea 0002 0102");
	same("v2:4,rawtlv=0200ff61", 0, SIG "2111 0010" V4 "0200ff61");
	same("v2:4,pad=20", 0, SIG "2111 0014" V4 "04 0005 0000000000");
	same("v2:4,pad=15", 0, SIG "2111 000f" V4 "04 0000");
}

/* RFC 3720 B.4, and the header of a vendor's health check */
static void test_crc(void)
{
	static const uint8_t zeros[32];
	uint8_t header[64];
	size_t n =
		unhex(SIG "2000 0007 030004 00000000", header, sizeof(header));

	CU_ASSERT_EQUAL(build_crc32c(zeros, 32), 0x8a9136aa);
	CU_ASSERT_EQUAL(build_crc32c(header, n), 0xa9b87e8f);
	same("v2:local,crc", 0, SIG "2000 0007 030004 a9b87e8f");
	same("v2:local,crc=bad", 0, SIG "2000 0007 030004 a9b87e8e");
	same("v2:local,crc=le", 0, SIG "2000 0007 030004 8f7eb8a9");
}

static void test_spp(void)
{
	same("spp", 0,
	     "56ec 00000000000000000000ffffc6126464"
	     "00000000000000000000ffffcb007165 4e20 28cb");
	same("spp:6", 0,
	     "56ec 20010db85eed00000000000000006464"
	     "20010db8000f00000000000000000001 4e20 28cb");
}

static void test_errors(void)
{
	static const char *const list[] = {
		"nothing",	 "\"open",     "\"\\q\"",      "\"{what}\"",
		"\"{src4\"",	 "x1",	       "xzz",	       "v2:8",
		"v2:4,what=1",	 "v2:4,tlv=1", "v2:4,tlv=zz:", "v2:4,crc=odd",
		"v2:4,ver=",	 "fill:70001", "\"\\x1\"",     "v2:4,pad=13",
		"v2:4,rawtlv=0",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(list); i++)
		refused(list[i]);
}

/* no two alike, and offsets in their texts mean the same */
static void test_claims(void)
{
	const struct claim first = claim_nth(0);
	uint32_t i;

	for (i = 1; i < 2000; i++) {
		const struct claim c = claim_nth(i), before = claim_nth(i - 1);
		char text[IP_ADDR_TEXT_MAX];

		CU_ASSERT(!ip_addr_eq(&c.src4, &before.src4));
		CU_ASSERT(!ip_addr_eq(&c.src6, &before.src6));
		CU_ASSERT(!ip_addr_eq(&c.src4, &first.src4));
		CU_ASSERT(claim_is_any(&c.src4) && claim_is_any(&c.src6));
		CU_ASSERT_EQUAL(strlen(ip_addr_format(&c.src4, text)), 14);
		CU_ASSERT_EQUAL(strlen(ip_addr_format(&c.src6, text)), 19);
		CU_ASSERT(c.sport >= 20000);
	}
	CU_ASSERT(!claim_is_any(&first.dst4) && !claim_is_any(&first.dst6));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "texts and fields", test_text },
		{ "right v1 lines", test_v1 },
		{ "right v2 headers", test_v2 },
		{ "v2 headers wrong on purpose", test_v2_wrong_on_purpose },
		{ "CRC32C, right and wrong", test_crc },
		{ "the simple proxy protocol", test_spp },
		{ "what is no item is refused", test_errors },
		{ "each trial claims another client", test_claims },
	};

	return unit_main("conform_build", tests, ARRAY_SIZE(tests));
}
