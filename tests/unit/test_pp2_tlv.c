/* SPDX-License-Identifier: BSD-2-Clause */
/* test_pp2_tlv.c - the TLVs of a PROXY v2 header, its CRC32C and its SSL */
#include <stdio.h>
#include <string.h>

#include <CUnit/Basic.h>

#include "harness.h"
#include "wire/bytes.h"
#include "wire/pp2.h"

#define SIG  "0d0a0d0a 000d0a51 5549540a "
#define INET SIG "21 11 000c c0000201 c6336407 c350 01bb"
#define BUF  512

static struct endpoint ep(const char *text)
{
	struct endpoint e = { 0 };

	CU_ASSERT_FATAL(endpoint_parse(text, strlen(text), &e));
	return e;
}

static enum wire_status decode(const uint8_t *buf, size_t len,
			       struct pp_hdr *ret, struct wire_err *err)
{
	enum wire_status st;
	struct guard g;

	guard_init(&g, buf, len);
	st = pp2_decode(g.data, len, 0, ret, err);
	guard_fini(&g);
	return st;
}

/* An INET header whose TLV area is @hex, the length filled in. */
static size_t with_tlvs(const char *hex, uint8_t *buf)
{
	size_t n = unhex(INET, buf, BUF);

	n += unhex(hex, buf + n, BUF - n);
	put_be16(buf + 14, (uint16_t)(n - 16));
	return n;
}

/* A load balancer's own header: CRC first, then a vendor's TLV and padding.
 * Its checksum was not computed here.
 */
static void test_a_foreign_crc_is_matched_bit_for_bit(void)
{
	static const char hex[] = SIG
		"21 11 0054 ac1f0771 ac1f0a1f c8f2 0050"
		"03 0004 e8d6892d"
		"ea 0017 01 767063652d3038643262663135666163353030316339"
		"04 0024 000000000000000000000000000000000000"
		"000000000000000000000000000000000000";
	uint8_t padding[36] = { 0 }, vpce[23], out[BUF], want[BUF];
	struct endpoint src = ep("172.31.7.113:51442");
	struct endpoint dst = ep("172.31.10.31:80");
	struct pp2_tlv tlvs[] = { { PP2_TLV_AWS, 23, vpce },
				  { PP2_TLV_NOOP, 36, padding } };
	struct pp2_extra extra = { tlvs, ARRAY_SIZE(tlvs), true };
	size_t len = unhex(hex, want, sizeof(want)), n;
	struct wire_err err;
	struct pp_hdr h;

	CU_ASSERT_EQUAL_FATAL(len, 100);
	CU_ASSERT_EQUAL_FATAL(decode(want, len, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.crc, PP_CRC_OK);
	CU_ASSERT_EQUAL(h.tlv_len, 72);
	/* ours puts the checksum last; the rest is the same */
	memcpy(vpce, want + 38, sizeof(vpce));
	n = pp2_encode_tlvs(out, sizeof(out), PP_PROTO_STREAM, &src, &dst,
			    &extra);
	CU_ASSERT_EQUAL_FATAL(n, 100);
	CU_ASSERT_EQUAL(memcmp(out, want, 28), 0);
	CU_ASSERT_EQUAL(memcmp(out + 28, want + 35, 65), 0);
	CU_ASSERT_EQUAL(memcmp(out + 93, "\x03\x00\x04", 3), 0);
	CU_ASSERT_EQUAL_FATAL(decode(out, n, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.crc, PP_CRC_OK);
}

static void test_the_crc_covers_every_bit(void)
{
	struct endpoint src = ep("[2001:db8::1]:4660"), dst = ep("192.0.2.1:2");
	uint8_t out[PP2_ENCODE_MAX];
	struct wire_err err;
	struct pp_hdr h;
	size_t len, at;
	int bit;

	len = pp2_encode(out, PP_PROTO_STREAM, &src, &dst, true);
	CU_ASSERT_EQUAL_FATAL(len, PP2_ENCODE_MAX);
	CU_ASSERT_EQUAL_FATAL(decode(out, len, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.crc, PP_CRC_OK);
	/* addresses, ports and the value of the CRC */
	for (at = PP2_FIXED_LEN; at < len; at++) {
		bool is_tlv_hdr = at >= len - 7 && at < len - 4;

		for (bit = 0; bit < 8; bit++) {
			enum wire_status st;

			out[at] ^= (uint8_t)(1 << bit);
			st = decode(out, len, &h, &err);
			if (is_tlv_hdr) {
				CU_ASSERT(st == WIRE_BAD ||
					  h.crc == PP_CRC_ABSENT);
			} else {
				CU_ASSERT_EQUAL(st, WIRE_BAD);
				CU_ASSERT_EQUAL(err.anomaly,
						ANOMALY_TLV_CRC_MISMATCH);
				CU_ASSERT_EQUAL(err.off, len - 7);
			}
			out[at] ^= (uint8_t)(1 << bit);
		}
	}
	out[13] = 0x22; /* another protocol */
	CU_ASSERT_EQUAL(decode(out, len, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_TLV_CRC_MISMATCH);
}

static void test_bad_tlvs_are_refused_at_their_type_byte(void)
{
	static const struct {
		const char *hex;
		enum anomaly anomaly;
		uint32_t off; /* from the area's begin */
	} cases[] = {
		{ "01", ANOMALY_TLV_DRIBBLE, 0 },
		{ "0100", ANOMALY_TLV_DRIBBLE, 0 },
		{ "010001", ANOMALY_TLV_OVERRUN, 0 },
		{ "01ffff", ANOMALY_TLV_OVERRUN, 0 },
		{ "0100014101", ANOMALY_TLV_DRIBBLE, 4 },
		{ "010001410200024142020003aabb", ANOMALY_TLV_OVERRUN, 9 },
		{ "030000", ANOMALY_TLV_CRC_LEN, 0 },
		{ "030003000000", ANOMALY_TLV_CRC_LEN, 0 },
		{ "040000030005aabbccddee", ANOMALY_TLV_CRC_LEN, 3 },
		{ "03000400000000", ANOMALY_TLV_CRC_MISMATCH, 0 },
		{ "0400010003000400000000", ANOMALY_TLV_CRC_MISMATCH, 4 },
		{ "200000", ANOMALY_TLV_SSL, 0 },
		{ "20000401000000", ANOMALY_TLV_SSL, 0 },
		{ "200006010000000021", ANOMALY_TLV_SSL, 0 },
		{ "20000701000000002100", ANOMALY_TLV_SSL, 0 },
		{ "2000080100000000210001", ANOMALY_TLV_SSL, 0 },
		{ "0100014120000a01000000002100034141", ANOMALY_TLV_SSL, 4 },
	};
	uint8_t buf[BUF];
	struct wire_err err;
	struct pp_hdr h;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len = with_tlvs(cases[i].hex, buf);

		CU_ASSERT_EQUAL(decode(buf, len, &h, &err), WIRE_BAD);
		if (err.anomaly != cases[i].anomaly)
			printf("  %s: %s\n", cases[i].hex,
			       anomaly_slug(err.anomaly));
		CU_ASSERT_EQUAL(err.anomaly, cases[i].anomaly);
		CU_ASSERT_EQUAL(err.off, 28 + cases[i].off);
		/* nothing is judged before the whole block is there */
		CU_ASSERT_EQUAL(decode(buf, len - 1, &h, &err), WIRE_SHORT);
	}
}

static void test_odd_but_legal_tlvs_are_taken(void)
{
	static const struct {
		const char *hex;
		enum anomaly note;
	} cases[] = {
		{ "000000", ANOMALY_NONE },
		{ "fe000141", ANOMALY_NONE },
		{ "040000", ANOMALY_NONE },
		{ "02000161020001620200020000", ANOMALY_NONE },
		{ "2000050000000000", ANOMALY_NONE },
		{ "200008ff00000001210000", ANOMALY_NONE },
		{ "2000100100000000200008 0100000000210000",
		  ANOMALY_TLV_SSL_NESTED },
		/* one level is read: what is wrong below is not looked at */
		{ "200009010000000020000141", ANOMALY_TLV_SSL_NESTED },
	};
	uint8_t buf[BUF];
	struct wire_err err;
	struct pp_hdr h;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len = with_tlvs(cases[i].hex, buf);

		CU_ASSERT_EQUAL_FATAL(decode(buf, len, &h, &err), WIRE_OK);
		CU_ASSERT_EQUAL(h.note, cases[i].note);
		CU_ASSERT_EQUAL(err.anomaly, cases[i].note);
		CU_ASSERT_EQUAL(h.tlv_len, len - 28);
		CU_ASSERT_EQUAL(h.hdr_len, len);
	}
}

static void test_a_long_unique_id_is_remarked(void)
{
	struct endpoint a = ep("192.0.2.1:1");
	uint8_t id[129] = { 0 }, out[BUF];
	struct pp2_tlv tlv = { PP2_TLV_UNIQUE_ID, 128, id };
	static const uint8_t nested[] = { 1, 0, 0, 0, 0, 0x20, 0, 0 };
	struct pp2_tlv two[] = { { PP2_TLV_SSL, sizeof(nested), nested },
				 { 0 } };
	struct pp2_extra extra = { &tlv, 1, false };
	struct wire_err err;
	struct pp_hdr h;
	size_t n;

	n = pp2_encode_tlvs(out, sizeof(out), PP_PROTO_STREAM, &a, &a, &extra);
	CU_ASSERT_EQUAL(decode(out, n, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.note, ANOMALY_NONE);
	tlv.len = 129;
	n = pp2_encode_tlvs(out, sizeof(out), PP_PROTO_STREAM, &a, &a, &extra);
	CU_ASSERT_EQUAL(decode(out, n, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.note, ANOMALY_TLV_UNIQUE_ID_LEN);
	CU_ASSERT_EQUAL(err.off, 28);
	/* of two remarks the first is kept */
	two[1] = tlv;
	extra.tlvs = two;
	extra.n = ARRAY_SIZE(two);
	n = pp2_encode_tlvs(out, sizeof(out), PP_PROTO_STREAM, &a, &a, &extra);
	CU_ASSERT_EQUAL(decode(out, n, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.note, ANOMALY_TLV_SSL_NESTED);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_TLV_SSL_NESTED);
	CU_ASSERT_EQUAL(err.off, 28);
}

/* Only one of several can be right, each being under the other: the first. */
static void test_of_two_crcs_the_first_counts(void)
{
	static const uint8_t junk[4] = { 1, 2, 3, 4 };
	struct endpoint a = ep("192.0.2.1:1");
	struct pp2_tlv tlv = { PP2_TLV_CRC32C, 4, junk };
	struct pp2_extra extra = { &tlv, 1, false };
	struct wire_err err;
	uint8_t out[BUF];
	struct pp_hdr h;
	size_t n;

	n = pp2_encode_tlvs(out, sizeof(out), PP_PROTO_STREAM, &a, &a, &extra);
	n += unhex("03000401020304", out + n, sizeof(out) - n);
	put_be16(out + 14, (uint16_t)(n - 16));
	CU_ASSERT_EQUAL(decode(out, n, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.off, 28);
	put_be32(out + 31, 0);
	put_be32(out + 31, crc32c(0, out, n));
	CU_ASSERT_EQUAL(decode(out, n, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.crc, PP_CRC_OK);
	CU_ASSERT_EQUAL(h.note, ANOMALY_TLV_CRC_REPEATED);
	CU_ASSERT_EQUAL(err.off, 35);
}

static void test_ssl_is_read(void)
{
	static const char hex[] =
		"200026 05 00000102"
		"210007 544c5376312e33 220004 4c454146 230001 78"
		"240001 79 250001 7a 280001 30";
	static const uint8_t types[] = {
		PP2_TLV_SSL_VERSION, PP2_TLV_SSL_CN,
		PP2_TLV_SSL_CIPHER,  PP2_TLV_SSL_SIG_ALG,
		PP2_TLV_SSL_KEY_ALG, PP2_TLV_SSL_CLIENT_CERT
	};
	uint8_t buf[BUF];
	size_t len = with_tlvs(hex, buf), left, i;
	const uint8_t *cursor;
	struct pp2_tlv tlv;
	struct pp2_ssl ssl;
	struct wire_err err;
	struct pp_hdr h;

	CU_ASSERT_EQUAL(len, 28 + 3 + 38);
	CU_ASSERT_EQUAL_FATAL(pp2_decode(buf, len, 0, &h, &err), WIRE_OK);
	cursor = h.tlv;
	left = h.tlv_len;
	CU_ASSERT_EQUAL_FATAL(pp2_tlv_next(&cursor, &left, &tlv, &err),
			      WIRE_OK);
	CU_ASSERT_EQUAL(tlv.type, PP2_TLV_SSL);
	CU_ASSERT_EQUAL_FATAL(pp2_ssl_decode(&tlv, &ssl, &err), WIRE_OK);
	CU_ASSERT_EQUAL(ssl.client, 5);
	CU_ASSERT_EQUAL(ssl.verify, 0x102);
	cursor = ssl.sub;
	left = ssl.sub_len;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		CU_ASSERT_EQUAL_FATAL(pp2_tlv_next(&cursor, &left, &tlv, &err),
				      WIRE_OK);
		CU_ASSERT_EQUAL(tlv.type, types[i]);
	}
	CU_ASSERT_EQUAL(tlv.len, 1);
	CU_ASSERT_EQUAL(tlv.value[0], 0x30);
	CU_ASSERT_EQUAL(pp2_tlv_next(&cursor, &left, &tlv, &err), WIRE_SHORT);
}

static void test_an_empty_tlv_has_no_value(void)
{
	static const uint8_t area[] = { 0xe4, 0, 0 };
	const uint8_t *cursor = area;
	size_t left = sizeof(area);
	struct wire_err err;
	struct pp2_tlv tlv;

	CU_ASSERT_EQUAL(pp2_tlv_next(&cursor, &left, &tlv, &err), WIRE_OK);
	CU_ASSERT_EQUAL(tlv.type, 0xe4);
	CU_ASSERT_EQUAL(tlv.len, 0);
	CU_ASSERT_PTR_NULL(tlv.value);
	CU_ASSERT_PTR_EQUAL(cursor, area + 3);
	CU_ASSERT_EQUAL(left, 0);
	CU_ASSERT(err.anomaly == ANOMALY_NONE && err.off == 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "a foreign CRC is matched bit for bit",
		  test_a_foreign_crc_is_matched_bit_for_bit },
		{ "the CRC covers every bit", test_the_crc_covers_every_bit },
		{ "bad TLVs are refused at their type byte",
		  test_bad_tlvs_are_refused_at_their_type_byte },
		{ "odd but legal TLVs are taken",
		  test_odd_but_legal_tlvs_are_taken },
		{ "a long UNIQUE_ID is remarked",
		  test_a_long_unique_id_is_remarked },
		{ "of two CRCs the first counts",
		  test_of_two_crcs_the_first_counts },
		{ "SSL is read", test_ssl_is_read },
		{ "an empty TLV has no value", test_an_empty_tlv_has_no_value },
	};

	return unit_main("pp2_tlv", tests, ARRAY_SIZE(tests));
}
