/* SPDX-License-Identifier: BSD-2-Clause */
/* test_origin_ident.c - what the whoami line says */
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "ident.h"
#include "wire/pp2.h"

static struct endpoint at(const char *text)
{
	struct endpoint e = { 0 };

	CU_ASSERT(endpoint_parse(text, strlen(text), &e));
	return e;
}

static struct ident make(bool is_udp)
{
	struct endpoint peer = at("198.51.100.7:40000");
	struct endpoint local = at("[2001:db8::1]:20000");
	struct ident id;

	ident_init(&id, is_udp, &peer, &local);
	return id;
}

static void check_line(const struct ident *id, const char *want)
{
	static char line[IDENT_LINE_MAX];
	size_t len = ident_line(id, line, sizeof(line));

	CU_ASSERT_EQUAL(len, strlen(want));
	CU_ASSERT_STRING_EQUAL(line, want);
}

static void learn(struct ident *id, const char *hex)
{
	static uint8_t bytes[4096];
	struct header_result h = { .kind = HEADER_PPV2 };
	size_t len = unhex(hex, bytes, sizeof(bytes));

	CU_ASSERT_EQUAL(pp_decode(bytes, len, 0, &h.hdr, &h.err), WIRE_OK);
	CU_ASSERT_EQUAL(ident_learn(id, &h), 0);
	CU_ASSERT(ident_says_same(id, &h));
	memset(bytes, 0xff, sizeof(bytes)); /* nothing may be borrowed */
}

static void test_without_header(void)
{
	struct ident id = make(false);

	check_line(&id, "{\"v\":1,\"type\":\"whoami\",\"transport\":\"tcp\","
			"\"peer\":\"198.51.100.7\",\"pport\":40000,"
			"\"local\":\"2001:db8::1\",\"lport\":20000,"
			"\"mode\":\"none\",\"cmd\":null,"
			"\"client\":\"198.51.100.7\",\"cport\":40000,"
			"\"dst\":null,\"dport\":null,\"tlvs\":[],"
			"\"crc32c\":\"absent\",\"verdict\":\"no-header\"}\n");
}

static void test_with_tlvs(void)
{
	struct ident id = make(true);

	learn(&id, "0d0a0d0a000d0a515549540a 21 12 0018"
		   "c0000201 c0000202 03e8 07d0"
		   "02 0003 612e62" /* AUTHORITY a.b */
		   "ea 0003 01ff22" /* AWS, not text */);
	check_line(&id, "{\"v\":1,\"type\":\"whoami\",\"transport\":\"udp\","
			"\"peer\":\"198.51.100.7\",\"pport\":40000,"
			"\"local\":\"2001:db8::1\",\"lport\":20000,"
			"\"mode\":\"ppv2\",\"cmd\":\"PROXY\","
			"\"client\":\"192.0.2.1\",\"cport\":1000,"
			"\"dst\":\"192.0.2.2\",\"dport\":2000,\"tlvs\":["
			"{\"type\":\"0x02\",\"name\":\"AUTHORITY\","
			"\"hex\":\"612e62\",\"text\":\"a.b\"},"
			"{\"type\":\"0xea\",\"name\":\"AWS\","
			"\"hex\":\"01ff22\"}],"
			"\"crc32c\":\"absent\",\"verdict\":\"ok\"}\n");
	ident_fini(&id);
}

static void test_local_is_the_peer(void)
{
	struct ident id = make(false);

	learn(&id, "0d0a0d0a000d0a515549540a 20 00 0000");
	CU_ASSERT_EQUAL(id.cmd, PP_CMD_LOCAL);
	CU_ASSERT(endpoint_eq(&id.client, &id.peer));
	CU_ASSERT_EQUAL(id.dst.addr.family, IP_NONE);
	ident_fini(&id);
}

static void test_another_client_is_told(void)
{
	struct ident id = make(true);
	struct header_result h = { .kind = HEADER_PPV2 };

	learn(&id, "0d0a0d0a000d0a515549540a 21 12 000c"
		   "c0000201 c0000202 03e8 07d0");
	h.hdr = (struct pp_hdr) { .version = 2, .cmd = PP_CMD_PROXY };
	h.hdr.src = at("192.0.2.1:1000");
	h.hdr.dst = at("192.0.2.2:2000");
	CU_ASSERT(ident_says_same(&id, &h));
	h.hdr.src.port++;
	CU_ASSERT_FALSE(ident_says_same(&id, &h));
	h.hdr.src.port--;
	h.hdr.dst.port++;
	CU_ASSERT_FALSE(ident_says_same(&id, &h));
	h.hdr.dst.port--;
	h.kind = HEADER_SPP;
	CU_ASSERT_FALSE(ident_says_same(&id, &h));
	ident_fini(&id);
}

static void test_toa(void)
{
	struct ident id = make(false);
	struct toa_finding f = {
		.is_found = true,
		.has_port = true,
		.place = TOA_PLACE_ACK,
		.kind = 200,
		.len = 8,
		.client = at("192.0.2.1:1000"),
	};

	ident_learn_toa(&id, &f);
	check_line(&id, "{\"v\":1,\"type\":\"whoami\",\"transport\":\"tcp\","
			"\"peer\":\"198.51.100.7\",\"pport\":40000,"
			"\"local\":\"2001:db8::1\",\"lport\":20000,"
			"\"mode\":\"toa\",\"cmd\":null,"
			"\"client\":\"192.0.2.1\",\"cport\":1000,"
			"\"dst\":null,\"dport\":null,\"tlvs\":[],"
			"\"crc32c\":\"absent\","
			"\"toa\":{\"kind\":200,\"len\":8,"
			"\"segment\":\"ack\"},\"verdict\":\"ok\"}\n");
	/* read by the kernel: nobody saw the option */
	f.kind = 0;
	ident_learn_toa(&id, &f);
	check_line(&id, "{\"v\":1,\"type\":\"whoami\",\"transport\":\"tcp\","
			"\"peer\":\"198.51.100.7\",\"pport\":40000,"
			"\"local\":\"2001:db8::1\",\"lport\":20000,"
			"\"mode\":\"toa\",\"cmd\":null,"
			"\"client\":\"192.0.2.1\",\"cport\":1000,"
			"\"dst\":null,\"dport\":null,\"tlvs\":[],"
			"\"crc32c\":\"absent\",\"verdict\":\"ok\"}\n");
}

/* The longest thing that can be said: every TLV printable and escaped. */
static void test_the_line_always_fits(void)
{
	static uint8_t hdr[PP2_HDR_MAX], value[65000];
	static char line[IDENT_LINE_MAX];
	static const uint8_t quote[1] = { '"' };
	struct endpoint src = at("192.0.2.1:1000");
	struct endpoint dst = at("192.0.2.2:2000");
	struct pp2_tlv tlvs[200];
	struct header_result h = { .kind = HEADER_PPV2 };
	struct ident id = make(true);
	size_t i, len, each;

	memset(value, '"', sizeof(value));
	for (each = 0; each < 2; each++) {
		/* one TLV at the limit of bytes, then many short ones */
		tlvs[0] = (struct pp2_tlv) { PP2_TLV_UNIQUE_ID,
					     each ? 4096 - 63 : 60000, value };
		for (i = 1; i < ARRAY_SIZE(tlvs); i++)
			tlvs[i] = (struct pp2_tlv) { PP2_TLV_SSL_SIG_SCHEME, 1,
						     quote };
		len = pp2_encode_tlvs(
			hdr, sizeof(hdr), PP_PROTO_DGRAM, &src, &dst,
			&(struct pp2_extra) { tlvs, ARRAY_SIZE(tlvs), true });
		CU_ASSERT(len > 0);
		CU_ASSERT_EQUAL(pp_decode(hdr, len, 0, &h.hdr, &h.err),
				WIRE_OK);
		CU_ASSERT_EQUAL(ident_learn(&id, &h), 0);
		len = ident_line(&id, line, sizeof(line));
		CU_ASSERT(len > 0 && len < sizeof(line));
		CU_ASSERT_EQUAL(line[len - 1], '\n');
		CU_ASSERT_PTR_NOT_NULL(strstr(line, "\"tlvs_cut\":"));
	}
	ident_fini(&id);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "without a header", test_without_header },
		{ "with TLVs", test_with_tlvs },
		{ "LOCAL is the peer", test_local_is_the_peer },
		{ "another client is told", test_another_client_is_told },
		{ "a TCP option", test_toa },
		{ "the line always fits", test_the_line_always_fits },
	};

	return unit_main("origin ident", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
