/* SPDX-License-Identifier: BSD-2-Clause */
/* test_pp2.c - the PROXY v2 header, written and read */
#include <stdio.h>
#include <stdlib.h>
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

	if (strcmp(text, "-") != 0)
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

static enum wire_status decode_hex(const char *hex, struct pp_hdr *ret,
				   struct wire_err *err)
{
	uint8_t buf[BUF];

	return decode(buf, unhex(hex, buf, sizeof(buf)), ret, err);
}

/* An INET header whose TLV area is @hex, the length filled in. */
static size_t with_tlvs(const char *hex, uint8_t *buf)
{
	size_t n = unhex(INET, buf, BUF);

	n += unhex(hex, buf + n, BUF - n);
	put_be16(buf + 14, (uint16_t)(n - 16));
	return n;
}

/* Bytes by hand, from the layout in section 2.2 of the specification. */
static void test_the_encoder_writes_the_bytes(void)
{
	static const struct {
		enum pp_proto proto;
		const char *src, *dst, *hex, *as_src, *as_dst;
	} cases[] = {
		{ PP_PROTO_STREAM, "192.0.2.1:50000", "198.51.100.7:443", INET,
		  NULL, NULL },
		{ PP_PROTO_DGRAM, "192.0.2.1:0", "198.51.100.7:65535",
		  SIG "21 12 000c c0000201 c6336407 0000 ffff", NULL, NULL },
		{ PP_PROTO_STREAM, "[2001:db8::1]:4660", "[2001:db8::2]:22136",
		  SIG "21 21 0024 20010db8000000000000000000000001"
		      "20010db8000000000000000000000002 1234 5678",
		  NULL, NULL },
		{ PP_PROTO_DGRAM, "[2001:db8::1]:4660", "[2001:db8::2]:22136",
		  SIG "21 22 0024 20010db8000000000000000000000001"
		      "20010db8000000000000000000000002 1234 5678",
		  NULL, NULL },
		/* mapped addresses are IPv4 */
		{ PP_PROTO_STREAM, "[::ffff:192.0.2.1]:50000",
		  "[::ffff:198.51.100.7]:443", INET, "192.0.2.1:50000",
		  "198.51.100.7:443" },
		{ PP_PROTO_STREAM, "[::ffff:192.0.2.1]:50000",
		  "198.51.100.7:443", INET, "192.0.2.1:50000", NULL },
		{ PP_PROTO_STREAM, "192.0.2.1:50000",
		  "[::ffff:198.51.100.7]:443", INET, NULL, "198.51.100.7:443" },
		/* and both are IPv6 once one of them is */
		{ PP_PROTO_STREAM, "192.0.2.1:50000", "[2001:db8::2]:443",
		  SIG "21 21 0024 00000000000000000000ffffc0000201"
		      "20010db8000000000000000000000002 c350 01bb",
		  "[::ffff:192.0.2.1]:50000", NULL },
		{ PP_PROTO_DGRAM, "[2001:db8::1]:50000", "198.51.100.7:443",
		  SIG "21 22 0024 20010db8000000000000000000000001"
		      "00000000000000000000ffffc6336407 c350 01bb",
		  NULL, "[::ffff:198.51.100.7]:443" },
		{ PP_PROTO_STREAM, "[2001:db8::1]:50000",
		  "[::ffff:198.51.100.7]:443",
		  SIG "21 21 0024 20010db8000000000000000000000001"
		      "00000000000000000000ffffc6336407 c350 01bb",
		  NULL, NULL },
		/* nobody to name */
		{ PP_PROTO_STREAM, "-", "192.0.2.1:1", SIG "20 00 0000", NULL,
		  NULL },
		{ PP_PROTO_DGRAM, "192.0.2.1:1", "-", SIG "20 00 0000", NULL,
		  NULL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct endpoint src = ep(cases[i].src), dst = ep(cases[i].dst);
		uint8_t want[BUF], out[PP2_ENCODE_MAX];
		size_t len = unhex(cases[i].hex, want, sizeof(want));
		struct wire_err err;
		struct pp_hdr h;

		CU_ASSERT_EQUAL_FATAL(pp2_encode(out, cases[i].proto, &src,
						 &dst, false),
				      len);
		CU_ASSERT_EQUAL(memcmp(out, want, len), 0);
		CU_ASSERT_EQUAL_FATAL(decode(want, len, &h, &err), WIRE_OK);
		CU_ASSERT_EQUAL(h.hdr_len, len);
		if (len == PP2_FIXED_LEN) {
			CU_ASSERT_EQUAL(h.cmd, PP_CMD_LOCAL);
			CU_ASSERT(!pp_has_client(&h));
			continue;
		}
		if (cases[i].as_src)
			src = ep(cases[i].as_src);
		if (cases[i].as_dst)
			dst = ep(cases[i].as_dst);
		CU_ASSERT(endpoint_eq(&h.src, &src));
		CU_ASSERT(endpoint_eq(&h.dst, &dst));
		CU_ASSERT_EQUAL(h.proto, cases[i].proto);
		CU_ASSERT_EQUAL(h.crc, PP_CRC_ABSENT);
		CU_ASSERT(pp_has_client(&h));
	}
}

/* The header of the product's own PPv2 capture: UDP, 28 bytes. */
static void test_the_captured_header(void)
{
	static const char hex[] = "0d0a0d0a000d0a515549540a 21 12 000c"
				  "771d87cd 2b9f733f be6c 97e8";
	struct endpoint src = ep("119.29.135.205:48748");
	struct endpoint dst = ep("43.159.115.63:38888");
	uint8_t want[BUF], out[PP2_ENCODE_MAX];
	struct wire_err err;
	struct pp_hdr h;

	CU_ASSERT_EQUAL_FATAL(unhex(hex, want, sizeof(want)), 28);
	CU_ASSERT_EQUAL_FATAL(
		pp2_encode(out, PP_PROTO_DGRAM, &src, &dst, false), 28);
	CU_ASSERT_EQUAL(memcmp(out, want, 28), 0);
	CU_ASSERT_EQUAL_FATAL(decode(want, 28, &h, &err), WIRE_OK);
	CU_ASSERT(endpoint_eq(&h.src, &src));
	CU_ASSERT(endpoint_eq(&h.dst, &dst));
}

/* All 65,536 values of the two bytes after the signature, at the byte. */
static void test_every_command_and_family(void)
{
	uint8_t buf[PP2_FIXED_LEN + PP2_UNIX_LEN] = { 0 };
	unsigned ver_cmd, fam;

	memcpy(buf, pp2_signature, PP2_SIG_LEN);
	put_be16(buf + 14, PP2_UNIX_LEN);
	for (ver_cmd = 0; ver_cmd < 256; ver_cmd++) {
		for (fam = 0; fam < 256; fam++) {
			enum anomaly want = ANOMALY_NONE;
			uint32_t off = 12;
			struct wire_err err;
			struct pp_hdr h;
			enum wire_status st;

			buf[12] = (uint8_t)ver_cmd;
			buf[13] = (uint8_t)fam;
			if ((ver_cmd & 0xf0) != 0x20) {
				want = ANOMALY_V2_VERSION;
			} else if (ver_cmd != 0x20 && ver_cmd != 0x21) {
				want = ANOMALY_V2_COMMAND;
			} else if (ver_cmd == 0x21) {
				off = 13;
				if (fam > 0x3f)
					want = ANOMALY_V2_FAMILY;
				else if ((fam & 0x0f) > 2)
					want = ANOMALY_V2_PROTOCOL;
			}
			st = pp2_decode(buf, sizeof(buf), 0, &h, &err);
			if (want == ANOMALY_NONE) {
				bool named = ver_cmd == 0x21 && fam & 0x30 &&
					     fam & 0x0f;

				CU_ASSERT_EQUAL_FATAL(st, WIRE_OK);
				CU_ASSERT_EQUAL(h.family, named ? fam >> 4 : 0);
				CU_ASSERT_EQUAL(h.proto, named ? fam & 15 : 0);
				CU_ASSERT_EQUAL(h.hdr_len, sizeof(buf));
				continue;
			}
			CU_ASSERT_EQUAL(st, WIRE_BAD);
			CU_ASSERT_EQUAL(err.anomaly, want);
			CU_ASSERT_EQUAL(err.off, off);
			CU_ASSERT_EQUAL(pp2_decode(buf, off + 1, 0, &h, &err),
					WIRE_BAD);
			CU_ASSERT_EQUAL(pp2_decode(buf, off, 0, &h, &err),
					WIRE_SHORT);
		}
	}
}

static void test_the_length_holds_the_addresses(void)
{
	static const struct {
		uint8_t fam;
		size_t min;
	} families[] = { { 0x11, 12 }, { 0x12, 12 },  { 0x21, 36 },
			 { 0x22, 36 }, { 0x31, 216 }, { 0x32, 216 },
			 { 0x00, 0 },  { 0x01, 0 },   { 0x10, 0 },
			 { 0x20, 0 },  { 0x30, 0 } };
	uint8_t buf[BUF] = { 0 };
	struct wire_err err;
	struct pp_hdr h;
	size_t i, n;

	memcpy(buf, pp2_signature, PP2_SIG_LEN);
	buf[12] = 0x21;
	for (i = 0; i < ARRAY_SIZE(families); i++) {
		buf[13] = families[i].fam;
		for (n = 0; n < families[i].min; n++) {
			put_be16(buf + 14, (uint16_t)n);
			CU_ASSERT_EQUAL(decode(buf, 16, &h, &err), WIRE_BAD);
			CU_ASSERT_EQUAL(err.anomaly, ANOMALY_V2_LEN_SHORT);
			CU_ASSERT_EQUAL(err.off, 14);
			CU_ASSERT_EQUAL(decode(buf, 15, &h, &err), WIRE_SHORT);
		}
		put_be16(buf + 14, (uint16_t)n);
		CU_ASSERT_EQUAL(decode(buf, 16 + n, &h, &err), WIRE_OK);
		if (n > 0)
			CU_ASSERT_EQUAL(decode(buf, 15 + n, &h, &err),
					WIRE_SHORT);
	}
}

static void test_local_skips_its_block_unread(void)
{
	static const char *const blocks[] = {
		SIG "20 00 0000",
		SIG "20 11 000c 7f000001 7f000001 fffd fffd",
		SIG "20 11 0005 aabbccddee",
		SIG "20 ff 0007 030004 00000000",
		SIG "20 21 0003 20ffff",
		SIG "20 00 0001 ff",
	};
	struct wire_err err;
	struct pp_hdr h;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		uint8_t buf[BUF];
		size_t len = unhex(blocks[i], buf, sizeof(buf));

		CU_ASSERT_EQUAL_FATAL(decode(buf, len, &h, &err), WIRE_OK);
		CU_ASSERT_EQUAL(h.cmd, PP_CMD_LOCAL);
		CU_ASSERT_EQUAL(h.hdr_len, len);
		CU_ASSERT_EQUAL(h.family, PP_FAMILY_UNSPEC);
		CU_ASSERT_EQUAL(h.proto, PP_PROTO_UNSPEC);
		CU_ASSERT_EQUAL(h.src.addr.family, IP_NONE);
		CU_ASSERT_EQUAL(h.crc, PP_CRC_ABSENT);
		CU_ASSERT(!h.tlv && h.tlv_len == 0);
		CU_ASSERT_STRING_EQUAL(pp_family_name(&h), "local");
	}
}

static void test_unix_paths_are_borrowed_whole(void)
{
	uint8_t buf[PP2_FIXED_LEN + PP2_UNIX_LEN + 4];
	struct wire_err err;
	struct pp_hdr h;

	memset(buf, 'x', sizeof(buf)); /* no NUL anywhere */
	unhex(SIG "21 31 00dc", buf, sizeof(buf));
	unhex("0100017a", buf + 16 + 216, 4);
	CU_ASSERT_EQUAL_FATAL(pp2_decode(buf, sizeof(buf), 0, &h, &err),
			      WIRE_OK);
	CU_ASSERT_PTR_EQUAL(h.unix_src, buf + 16);
	CU_ASSERT_PTR_EQUAL(h.unix_dst, buf + 16 + 108);
	CU_ASSERT_PTR_EQUAL(h.tlv, buf + 16 + 216);
	CU_ASSERT_EQUAL(h.tlv_len, 4);
	CU_ASSERT(!pp_has_client(&h));
	CU_ASSERT_EQUAL(h.src.addr.family, IP_NONE);
}

static void test_the_limit(void)
{
	uint8_t buf[BUF];
	struct wire_err err;
	struct pp_hdr h;

	unhex(INET, buf, sizeof(buf));
	CU_ASSERT_EQUAL(pp2_decode(buf, 28, 28, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(pp2_decode(buf, 16, 27, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_V2_LEN_LIMIT);
	CU_ASSERT_EQUAL(err.off, 14);
	CU_ASSERT_EQUAL(pp2_decode(buf, 15, 27, &h, &err), WIRE_SHORT);
	put_be16(buf + 14, 4096 - 16);
	CU_ASSERT_EQUAL(pp2_decode(buf, 16, 4096, &h, &err), WIRE_SHORT);
	put_be16(buf + 14, 4097 - 16);
	CU_ASSERT_EQUAL(pp2_decode(buf, 16, 4096, &h, &err), WIRE_BAD);
	put_be16(buf + 14, 0xffff);
	CU_ASSERT_EQUAL(pp2_decode(buf, 16, 0, &h, &err), WIRE_SHORT);
	buf[12] = 0x20; /* the limit is for LOCAL too */
	CU_ASSERT_EQUAL(pp2_decode(buf, 16, 4096, &h, &err), WIRE_BAD);
}

static void test_the_encoder_fits_or_refuses(void)
{
	static uint8_t big[65535], out[PP2_HDR_MAX + 8];
	struct endpoint a = ep("192.0.2.1:1"), none = { 0 };
	struct pp2_tlv tlv = { 0xe5, 5, big };
	struct pp2_extra extra = { &tlv, 1, true };
	struct wire_err err;
	struct pp_hdr h;
	size_t cap;

	for (cap = 0; cap < 43; cap++) {
		uint8_t *exact = malloc(cap + !cap);

		CU_ASSERT_PTR_NOT_NULL_FATAL(exact);
		CU_ASSERT_EQUAL(pp2_encode_tlvs(exact, cap, PP_PROTO_STREAM, &a,
						&a, &extra),
				0);
		free(exact);
	}
	CU_ASSERT_EQUAL(
		pp2_encode_tlvs(out, 43, PP_PROTO_STREAM, &a, &a, &extra), 43);
	CU_ASSERT_EQUAL(pp2_encode_tlvs(out, 15, PP_PROTO_STREAM, &none, &a,
					&extra),
			0);
	CU_ASSERT_EQUAL(pp2_encode_tlvs(out, 16, PP_PROTO_STREAM, &none, &a,
					&extra),
			16);
	/* an empty value need not be anywhere */
	tlv = (struct pp2_tlv) { 0xe5, 0, NULL };
	CU_ASSERT_EQUAL(pp2_encode_tlvs(out, sizeof(out), PP_PROTO_STREAM, &a,
					&a, &extra),
			38);
	tlv.value = big;
	/* 12 of addresses, 3 + n of TLV, 7 of CRC: 65535 at most */
	tlv.len = 65535 - 12 - 3 - 7;
	CU_ASSERT_EQUAL(pp2_encode_tlvs(out, sizeof(out), PP_PROTO_STREAM, &a,
					&a, &extra),
			PP2_HDR_MAX);
	CU_ASSERT_EQUAL(pp2_decode(out, PP2_HDR_MAX, 0, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.crc, PP_CRC_OK);
	tlv.len++;
	CU_ASSERT_EQUAL(pp2_encode_tlvs(out, sizeof(out), PP_PROTO_STREAM, &a,
					&a, &extra),
			0);
}

static void test_every_prefix_is_short(void)
{
	uint8_t buf[BUF];
	size_t len = with_tlvs("01000268320200036162632000050000000000", buf);
	struct wire_err err;
	struct pp_hdr h;
	size_t n;

	for (n = 0; n < len; n++) {
		CU_ASSERT_EQUAL(decode(buf, n, &h, &err), WIRE_SHORT);
		CU_ASSERT_EQUAL(err.off, n);
	}
	CU_ASSERT_EQUAL(decode(buf, len, &h, &err), WIRE_OK);
}

static void test_each_signature_byte(void)
{
	uint8_t buf[BUF];
	struct wire_err err;
	struct pp_hdr h;
	size_t at;

	unhex(INET, buf, sizeof(buf));
	for (at = 0; at < PP2_SIG_LEN; at++) {
		buf[at] ^= 1;
		CU_ASSERT_EQUAL(pp2_decode(buf, at + 1, 0, &h, &err), WIRE_BAD);
		CU_ASSERT_EQUAL(err.anomaly, ANOMALY_PP_NO_SIGNATURE);
		CU_ASSERT_EQUAL(err.off, at);
		buf[at] ^= 1;
	}
}

static void test_datagrams(void)
{
	static const char v1[] = "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n";
	uint8_t buf[BUF];
	size_t len = unhex(INET, buf, sizeof(buf)), n;
	struct wire_err err;
	struct pp_hdr h;
	struct guard g;

	for (n = 0; n < len; n++) {
		CU_ASSERT_EQUAL(pp_decode_dgram(buf, n, 0, &h, &err), WIRE_BAD);
		CU_ASSERT_EQUAL(err.anomaly, n < 12 ? ANOMALY_PP_NO_SIGNATURE
						    : ANOMALY_PP_TRUNCATED);
		CU_ASSERT_EQUAL(err.off, n);
	}
	CU_ASSERT_EQUAL(pp_decode_dgram(buf, len, 0, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(pp_decode_dgram(buf, len, 27, &h, &err), WIRE_BAD);
	for (n = 0; n < sizeof(v1); n++) {
		CU_ASSERT_EQUAL(pp_decode_dgram((const uint8_t *)v1, n, 0, &h,
						&err),
				WIRE_BAD);
		CU_ASSERT_EQUAL(err.anomaly, n < 6 ? ANOMALY_PP_NO_SIGNATURE
						   : ANOMALY_V1_ON_UDP);
		CU_ASSERT_EQUAL(err.off, n < 6 ? n : 0);
	}
	/* half of SPP's magic, and not a byte read past it */
	guard_init(&g, (const uint8_t *)"V", 1);
	CU_ASSERT_EQUAL(pp_decode_dgram(g.data, 1, 0, &h, &err), WIRE_BAD);
	/* nor one of an empty datagram */
	CU_ASSERT_EQUAL(pp_decode_dgram(g.data + 1, 0, 0, &h, &err), WIRE_BAD);
	guard_fini(&g);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_PP_NO_SIGNATURE);
}

static void test_names(void)
{
	struct wire_err err;
	struct pp_hdr h;

	CU_ASSERT_STRING_EQUAL(pp2_tlv_name(0x01), "ALPN");
	CU_ASSERT_STRING_EQUAL(pp2_tlv_name(0x28), "SSL_CLIENT_CERT");
	CU_ASSERT_STRING_EQUAL(pp2_tlv_name(0xea), "AWS");
	CU_ASSERT_PTR_NULL(pp2_tlv_name(0x00));
	CU_ASSERT_PTR_NULL(pp2_tlv_name(0xf0));
	CU_ASSERT_STRING_EQUAL(pp_cmd_name(PP_CMD_PROXY), "PROXY");
	CU_ASSERT_STRING_EQUAL(pp_cmd_name(PP_CMD_LOCAL), "LOCAL");
	CU_ASSERT_STRING_EQUAL(pp_cmd_name(PP_CMD_UNKNOWN), "UNKNOWN");
	CU_ASSERT_STRING_EQUAL(pp_proto_name(PP_PROTO_UNSPEC), "unspec");
	CU_ASSERT_STRING_EQUAL(pp_proto_name(PP_PROTO_DGRAM), "dgram");
	CU_ASSERT_STRING_EQUAL(pp_crc_name(PP_CRC_OK), "ok");
	CU_ASSERT_STRING_EQUAL(pp_crc_name(PP_CRC_BAD), "bad");
	CU_ASSERT_STRING_EQUAL(pp_crc_name(PP_CRC_ABSENT), "absent");
	CU_ASSERT_EQUAL(decode_hex(SIG "21 00 0000", &h, &err), WIRE_OK);
	CU_ASSERT_STRING_EQUAL(pp_family_name(&h), "unspec");
	CU_ASSERT_EQUAL(decode_hex(INET, &h, &err), WIRE_OK);
	CU_ASSERT_STRING_EQUAL(pp_family_name(&h), "inet");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "the encoder writes the bytes",
		  test_the_encoder_writes_the_bytes },
		{ "the captured header", test_the_captured_header },
		{ "every command and family", test_every_command_and_family },
		{ "the length holds the addresses",
		  test_the_length_holds_the_addresses },
		{ "LOCAL skips its block unread",
		  test_local_skips_its_block_unread },
		{ "UNIX paths are borrowed whole",
		  test_unix_paths_are_borrowed_whole },
		{ "the limit", test_the_limit },
		{ "the encoder fits or refuses",
		  test_the_encoder_fits_or_refuses },
		{ "every prefix is SHORT", test_every_prefix_is_short },
		{ "each signature byte", test_each_signature_byte },
		{ "datagrams", test_datagrams },
		{ "names", test_names },
	};

	return unit_main("pp2", tests, ARRAY_SIZE(tests));
}
