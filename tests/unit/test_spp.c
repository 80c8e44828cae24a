/* SPDX-License-Identifier: BSD-2-Clause */
/* test_spp.c - the 38 bytes of the Simple Proxy Protocol */
#include <string.h>

#include <CUnit/Basic.h>

#include "harness.h"
#include "wire/spp.h"

/* magic, client, proxy, client port, proxy port; written down by hand */
static const char v4_hex[] = "56ec"
			     "00000000000000000000ffff c0000201"
			     "00000000000000000000ffff c6336407"
			     "be6c 97e8";
static const char v6_hex[] = "56ec"
			     "20010db8000000000000000000000001"
			     "20010db8000000000000000000000002"
			     "0000 ffff";
static const char mixed_hex[] = "56ec"
				"20010db8000000000000000000000001"
				"00000000000000000000ffff c6336407"
				"1234 0035";

static const char mixed_back_hex[] = "56ec"
				     "00000000000000000000ffff c6336407"
				     "20010db8000000000000000000000001"
				     "0035 1234";

static struct endpoint ep(const char *text)
{
	struct endpoint e = { 0 };

	CU_ASSERT_FATAL(endpoint_parse(text, strlen(text), &e));
	return e;
}

static void check(const char *hex, enum pp_family family, const char *client,
		  const char *proxy)
{
	struct endpoint src = ep(client), dst = ep(proxy);
	uint8_t want[64], out[SPP_HDR_LEN];
	struct wire_err err;
	struct pp_hdr h = { 0 };
	struct guard g;

	CU_ASSERT_EQUAL_FATAL(unhex(hex, want, sizeof(want)), SPP_HDR_LEN);
	spp_encode(out, &src, &dst);
	CU_ASSERT_EQUAL(memcmp(out, want, SPP_HDR_LEN), 0);
	guard_init(&g, want, SPP_HDR_LEN);
	CU_ASSERT_EQUAL_FATAL(spp_decode(g.data, SPP_HDR_LEN, &h, &err),
			      WIRE_OK);
	guard_fini(&g);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_NONE);
	CU_ASSERT_EQUAL(h.version, 0);
	CU_ASSERT_EQUAL(h.cmd, PP_CMD_PROXY);
	CU_ASSERT_EQUAL(h.proto, PP_PROTO_DGRAM);
	CU_ASSERT_EQUAL(h.family, family);
	CU_ASSERT_EQUAL(h.hdr_len, 38);
	CU_ASSERT_EQUAL(h.crc, PP_CRC_ABSENT);
	CU_ASSERT(!h.tlv && !h.tlv_len && !h.unix_src && !h.unix_dst);
	CU_ASSERT(endpoint_eq(&h.src, &src));
	CU_ASSERT(endpoint_eq(&h.dst, &dst));
}

static void test_both_families(void)
{
	check(v4_hex, PP_FAMILY_INET, "192.0.2.1:48748", "198.51.100.7:38888");
	check(v6_hex, PP_FAMILY_INET6, "[2001:db8::1]:0",
	      "[2001:db8::2]:65535");
	check(mixed_back_hex, PP_FAMILY_INET6, "[::ffff:198.51.100.7]:53",
	      "[2001:db8::1]:4660");
	/* only a pair of mapped addresses is an IPv4 flow */
	check(mixed_hex, PP_FAMILY_INET6, "[2001:db8::1]:4660",
	      "[::ffff:198.51.100.7]:53");
}

static void test_no_address_is_zero(void)
{
	struct endpoint none = { 0 };
	uint8_t out[SPP_HDR_LEN], want[SPP_HDR_LEN] = { 0x56, 0xec };

	memset(out, 0xff, sizeof(out));
	spp_encode(out, &none, &none);
	CU_ASSERT_EQUAL(memcmp(out, want, sizeof(out)), 0);
}

static void test_every_prefix_is_short(void)
{
	uint8_t buf[SPP_HDR_LEN];
	size_t n;

	unhex(v4_hex, buf, sizeof(buf));
	for (n = 0; n < SPP_HDR_LEN; n++) {
		struct wire_err err;
		struct pp_hdr h;
		struct guard g;

		guard_init(&g, buf, n);
		CU_ASSERT_EQUAL(spp_decode(g.data, n, &h, &err), WIRE_SHORT);
		CU_ASSERT_EQUAL(err.off, n);
		if (n > 1) {
			CU_ASSERT_EQUAL(pp_decode_dgram(g.data, n, 0, &h, &err),
					WIRE_BAD);
			CU_ASSERT_EQUAL(err.anomaly, ANOMALY_SPP_SHORT);
			CU_ASSERT_EQUAL(err.off, n);
		}
		guard_fini(&g);
	}
}

static void test_the_magic_is_both_bytes(void)
{
	uint8_t buf[SPP_HDR_LEN + 1];
	size_t at;
	int bit;

	memset(buf, 0, sizeof(buf));
	unhex(v4_hex, buf, sizeof(buf));
	for (at = 0; at < 2; at++) {
		for (bit = 0; bit < 8; bit++) {
			struct wire_err err;
			struct pp_hdr h;

			buf[at] ^= (uint8_t)(1 << bit);
			CU_ASSERT_EQUAL(spp_decode(buf, at + 1, &h, &err),
					WIRE_BAD);
			CU_ASSERT_EQUAL(err.anomaly, ANOMALY_SPP_MAGIC);
			CU_ASSERT_EQUAL(err.off, at);
			CU_ASSERT_EQUAL(spp_decode(buf, sizeof(buf), &h, &err),
					WIRE_BAD);
			CU_ASSERT_EQUAL(pp_decode_dgram(buf, sizeof(buf), 0, &h,
							&err),
					WIRE_BAD);
			CU_ASSERT_EQUAL(err.anomaly, ANOMALY_PP_NO_SIGNATURE);
			buf[at] ^= (uint8_t)(1 << bit);
		}
	}
}

/* Every other byte is address or port: any value is legal, and shows. */
static void test_every_other_byte_counts(void)
{
	uint8_t buf[SPP_HDR_LEN], out[SPP_HDR_LEN];
	size_t at;

	unhex(v6_hex, buf, sizeof(buf));
	for (at = 2; at < SPP_HDR_LEN; at++) {
		struct wire_err err;
		struct pp_hdr h;

		buf[at] ^= 0x5a;
		CU_ASSERT_EQUAL_FATAL(spp_decode(buf, sizeof(buf), &h, &err),
				      WIRE_OK);
		spp_encode(out, &h.src, &h.dst);
		CU_ASSERT_EQUAL(memcmp(out, buf, sizeof(out)), 0);
		buf[at] ^= 0x5a;
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "both families, byte for byte", test_both_families },
		{ "no address is zero", test_no_address_is_zero },
		{ "every prefix is SHORT", test_every_prefix_is_short },
		{ "the magic is both bytes", test_the_magic_is_both_bytes },
		{ "every other byte counts", test_every_other_byte_counts },
	};

	return unit_main("spp", tests, ARRAY_SIZE(tests));
}
