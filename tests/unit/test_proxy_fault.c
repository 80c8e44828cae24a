/* SPDX-License-Identifier: BSD-2-Clause */
/* test_proxy_fault.c - headers that are wrong in the way that was asked for */
#include <string.h>

#include <CUnit/Basic.h>

#include "harness.h"
#include "proxy/fault.h"

static struct endpoint ep(const char *text)
{
	struct endpoint e = { 0 };

	CU_ASSERT_TRUE_FATAL(endpoint_parse(text, strlen(text), &e));
	return e;
}

static struct fault_set set_of(const char *list)
{
	struct fault_set s = { 0 };
	char err[128];

	CU_ASSERT_TRUE_FATAL(fault_add(&s, fault_names, FAULT_COUNT, list, err,
				       sizeof(err)));
	return s;
}

static struct fault_flow flow_of(enum rule_mode mode)
{
	return (struct fault_flow) {
		.mode = mode,
		.proto = mode == MODE_SPP ? RULE_UDP : RULE_TCP,
		.client = ep("192.0.2.1:258"),
		.vip = ep("192.0.2.2:772"),
		.origin = ep("192.0.2.3:1286"),
		.other = ep("192.0.2.4:9"),
	};
}

static void check(const char *list, enum rule_mode mode, const void *want,
		  size_t want_len)
{
	struct fault_set s = set_of(list);
	struct fault_flow f = flow_of(mode);
	uint8_t got[FAULT_HEADER_MAX];
	size_t n = fault_header(&s, &f, got);

	CU_ASSERT_EQUAL(n, want_len);
	CU_ASSERT_EQUAL(memcmp(got, want, want_len), 0);
}

static void check_line(const char *list, const char *want)
{
	check(list, MODE_PPV1, want, strlen(want));
}

static void check_hex(const char *list, enum rule_mode mode, const char *hex)
{
	uint8_t want[FAULT_HEADER_MAX];

	check(list, mode, want, unhex(hex, want, sizeof(want)));
}

static void test_lists_are_read(void)
{
	struct fault_set s = set_of("split=each,gap=7,truncate,no-header");
	char err[128];

	CU_ASSERT_TRUE(fault_any(&s));
	CU_ASSERT_TRUE(fault_is_on(&s, FAULT_SPLIT));
	CU_ASSERT_FALSE(fault_is_on(&s, FAULT_LATE));
	CU_ASSERT_EQUAL(s.arg[FAULT_SPLIT], 0);
	CU_ASSERT_EQUAL(s.arg[FAULT_GAP], 7);
	CU_ASSERT_EQUAL(s.arg[FAULT_TRUNCATE], 1);
	CU_ASSERT_FALSE(
		fault_add(&s, fault_names, FAULT_COUNT, "", err, sizeof(err)));
	CU_ASSERT_FALSE(fault_add(&s, fault_names, FAULT_COUNT, "late,", err,
				  sizeof(err)));
	CU_ASSERT_FALSE(fault_add(&s, fault_names, FAULT_COUNT, "late=1", err,
				  sizeof(err)));
	CU_ASSERT_FALSE(fault_add(&s, fault_names, FAULT_COUNT, "split=", err,
				  sizeof(err)));
	CU_ASSERT_FALSE(fault_add(&s, fault_names, FAULT_COUNT, "spli", err,
				  sizeof(err)));
}

static void test_v1_lines(void)
{
	check_line("gap", "PROXY TCP4 192.0.2.1 192.0.2.2 258 772\r\n");
	check_line("swap-addr", "PROXY TCP4 192.0.2.2 192.0.2.1 772 258\r\n");
	check_line("wrong-addr", "PROXY TCP4 192.0.2.0 192.0.2.2 258 772\r\n");
	check_line("wrong-port", "PROXY TCP4 192.0.2.1 192.0.2.2 259 772\r\n");
	check_line("wrong-dst", "PROXY TCP4 192.0.2.1 192.0.2.3 258 1286\r\n");
	check_line("mix-clients", "PROXY TCP4 192.0.2.4 192.0.2.2 9 772\r\n");
	check_line("mapped", "PROXY TCP6 ::ffff:c000:201 ::ffff:c000:202 "
			     "258 772\r\n");
	check_line("local", "PROXY UNKNOWN\r\n");
	check_line("wrong-family",
		   "PROXY TCP6 192.0.2.1 192.0.2.2 258 772\r\n");
	check_line("wrong-proto", "PROXY UDP4 192.0.2.1 192.0.2.2 258 772\r\n");
	check_line("wrong-version",
		   "PROXY2 TCP4 192.0.2.1 192.0.2.2 258 772\r\n");
	check_line("bad-signature",
		   "pROXY TCP4 192.0.2.1 192.0.2.2 258 772\r\n");
	check_line("truncate=4", "PROXY TCP4 192.0.2.1 192.0.2.2 258 7");
	check_line("lf-only", "PROXY TCP4 192.0.2.1 192.0.2.2 258 772\n");
	check_line("leading-zero",
		   "PROXY TCP4 192.0.2.1 192.0.2.2 258 0772\r\n");
	check_line("double-space",
		   "PROXY  TCP4 192.0.2.1 192.0.2.2 258 772\r\n");
	check_line("no-header", "");
	check_line("truncate=99", "");
}

static void test_two_headers(void)
{
	check_line("dup-header", "PROXY TCP4 192.0.2.1 192.0.2.2 258 772\r\n"
				 "PROXY TCP4 192.0.2.1 192.0.2.2 258 772\r\n");
	check_line("forged-second",
		   "PROXY TCP4 192.0.2.1 192.0.2.2 258 772\r\n"
		   "PROXY TCP4 192.0.2.66 192.0.2.2 6666 772\r\n");
}

#define SIG   "0d0a0d0a000d0a515549540a"
#define ADDRS "c0000201 c0000202 0102 0304"

static void test_v2_headers(void)
{
	check_hex("gap", MODE_PPV2, SIG "21 11 000c" ADDRS);
	check_hex("wrong-family", MODE_PPV2, SIG "21 21 000c" ADDRS);
	check_hex("bad-family", MODE_PPV2, SIG "21 51 000c" ADDRS);
	check_hex("wrong-proto", MODE_PPV2, SIG "21 12 000c" ADDRS);
	check_hex("wrong-version", MODE_PPV2, SIG "31 11 000c" ADDRS);
	check_hex("bad-command", MODE_PPV2, SIG "22 11 000c" ADDRS);
	check_hex("bad-signature", MODE_PPV2,
		  "0d0a0d0aff0d0a515549540a 21 11 000c" ADDRS);
	check_hex("bad-length", MODE_PPV2, SIG "21 11 0010" ADDRS);
	check_hex("bad-tlv", MODE_PPV2, SIG "21 11 0011" ADDRS "e0 0007 0102");
	check_hex("local", MODE_PPV2, SIG "20 00 0000");
	check_hex("other-version", MODE_PPV1, SIG "21 11 000c" ADDRS);
	check_hex("mapped", MODE_PPV2,
		  SIG "21 21 0024 00000000000000000000ffff c0000201"
		      "00000000000000000000ffff c0000202 0102 0304");
}

static void test_crc_is_bad_in_its_last_byte(void)
{
	struct fault_set s = set_of("bad-crc");
	struct fault_flow f = flow_of(MODE_PPV2);
	uint8_t got[FAULT_HEADER_MAX];
	size_t n = fault_header(&s, &f, got);
	struct pp_hdr h;
	struct wire_err err;

	CU_ASSERT_EQUAL(pp2_decode(got, n, 0, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_TLV_CRC_MISMATCH);
	got[n - 1] ^= 0xff;
	CU_ASSERT_EQUAL(pp2_decode(got, n, 0, &h, &err), WIRE_OK);
}

static void test_spp_headers(void)
{
	check_hex("wrong-family", MODE_SPP,
		  "56ec 00000000000000000000 0000 c0000201"
		  "00000000000000000000ffff c0000202 0102 0304");
	check_hex("bad-signature", MODE_SPP,
		  "5613 00000000000000000000 ffff c0000201"
		  "00000000000000000000ffff c0000202 0102 0304");
}

/* All at once, with the longest addresses: it must fit. */
static void test_everything_fits(void)
{
	struct fault_set s = { .on = ~(1ULL << FAULT_NO_HEADER) };
	struct fault_flow f = flow_of(MODE_PPV1);
	struct guard g;
	uint8_t blank[FAULT_HEADER_MAX] = { 0 };
	int mode;

	f.client = ep("[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:65535");
	f.vip = ep("[2001:db8:aaaa:bbbb:cccc:dddd:eeee:fff0]:65535");
	f.other = f.client;
	f.origin = f.vip;
	for (mode = MODE_PPV1; mode <= MODE_SPP; mode++) {
		s.on ^= 1ULL << FAULT_LOCAL;
		f.mode = (enum rule_mode)mode;
		guard_init(&g, blank, sizeof(blank));
		CU_ASSERT_TRUE(fault_header(&s, &f, g.data) > 0);
		guard_fini(&g);
	}
}

static void test_forged_headers_are_seen(void)
{
	static const uint8_t v1[] = "PROXY TCP4",
			     v2[] = "\r\n\r\n\0\r\nQUIT\n!";

	CU_ASSERT_TRUE(fault_is_forged(v1, sizeof(v1)));
	CU_ASSERT_TRUE(fault_is_forged(v2, sizeof(v2)));
	CU_ASSERT_FALSE(fault_is_forged(v1, 5));
	CU_ASSERT_FALSE(fault_is_forged(v2, 11));
}

static const struct unit_test tests[] = {
	{ "lists are read", test_lists_are_read },
	{ "v1 lines", test_v1_lines },
	{ "two headers", test_two_headers },
	{ "v2 headers", test_v2_headers },
	{ "bad-crc is bad in its last byte", test_crc_is_bad_in_its_last_byte },
	{ "SPP headers", test_spp_headers },
	{ "everything fits", test_everything_fits },
	{ "forged headers are seen", test_forged_headers_are_seen },
};

int main(void)
{
	return unit_main("proxy_fault", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
