/* SPDX-License-Identifier: BSD-2-Clause */
/* test_tunnel.c - hand-written tunnel headers, after the figures of the RFCs */
#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/link.h"
#include "wire/tunnel.h"

static enum wire_status decode(enum tunnel_kind kind, const char *hex,
			       size_t cut, struct tunnel_hdr *h,
			       struct wire_err *err)
{
	enum wire_status st;
	struct guard g;

	guard_hex(&g, hex, cut);
	if (kind == TUNNEL_GRE)
		st = gre_decode(g.data, g.len, h, err);
	else if (kind == TUNNEL_VXLAN)
		st = vxlan_decode(g.data, g.len, h, err);
	else
		st = geneve_decode(g.data, g.len, h, err);
	guard_fini(&g);
	return st;
}

struct tunnel_case {
	enum tunnel_kind kind;
	const char *hex;
	struct tunnel_hdr want;
};

static const struct tunnel_case tunnel_cases[] = {
	{ TUNNEL_GRE, "0000 0800", { 0x0800, false, 0, 4, false } },
	{ TUNNEL_GRE, "0000 6558", { ETHERTYPE_TEB, false, 0, 4, false } },
	{ TUNNEL_GRE, "2000 86dd 00000007", { 0x86dd, true, 7, 8, false } },
	{ TUNNEL_GRE, "1000 0800 00000009", { 0x0800, false, 0, 8, false } },
	{ TUNNEL_GRE, "8000 0800 1234 0000", { 0x0800, false, 0, 8, false } },
	{ TUNNEL_GRE,
	  "b000 0800 1234 0000 deadbeef 00000009",
	  { 0x0800, true, 0xdeadbeef, 16, false } },
	{ TUNNEL_VXLAN,
	  "08000000 00002a 00",
	  { ETHERTYPE_TEB, true, 42, 8, false } },
	/* group policy: G and A flags, group 5 */
	{ TUNNEL_VXLAN,
	  "88080005 ffffff 00",
	  { ETHERTYPE_TEB, true, 0xffffff, 8, false } },
	{ TUNNEL_GENEVE,
	  "0000 6558 00002a 00",
	  { 0x6558, true, 42, 8, false } },
	/* two words of options, the critical bit */
	{ TUNNEL_GENEVE,
	  "0240 0800 010203 00 0102 80 01 00000005",
	  { 0x0800, true, 0x010203, 16, false } },
	/* one byte of flags says that it is the generic extension */
	{ TUNNEL_VXLAN, "0c000001 00002a 00", { 0x0800, true, 42, 8, false } },
	{ TUNNEL_VXLAN, "0c000002 00002a 00", { 0x86dd, true, 42, 8, false } },
	{ TUNNEL_VXLAN, "0c000003 00002a 00", { 0x6558, true, 42, 8, false } },
	{ TUNNEL_VXLAN, "0c000005 00002a 00", { 0x8847, true, 42, 8, false } },
	/* ERSPAN: without a header of its own; type II, III, III with more */
	{ TUNNEL_GRE, "0000 88be", { ETHERTYPE_TEB, false, 0, 4, true } },
	{ TUNNEL_GRE,
	  "1000 88be 00000001 1064 f805 00000007",
	  { ETHERTYPE_TEB, true, 5, 16, true } },
	{ TUNNEL_GRE,
	  "1000 22eb 00000001 2064 ffff 12345678 0000 8000",
	  { ETHERTYPE_TEB, true, 1023, 20, true } },
	{ TUNNEL_GRE,
	  "1000 22eb 00000001 2064 0001 12345678 0000 0001 0000000000000000",
	  { ETHERTYPE_TEB, true, 1, 28, true } },
	/* a frame that is not Ethernet; an unknown version */
	{ TUNNEL_GRE,
	  "1000 22eb 00000001 2064 0001 12345678 0000 0800",
	  { 0x22eb, true, 1, 20, true } },
	{ TUNNEL_GRE,
	  "1000 88be 00000001 3064 0005 00000007",
	  { 0x88be, false, 0, 8, true } },
};

static void test_every_form(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tunnel_cases); i++) {
		const struct tunnel_case *c = &tunnel_cases[i];
		struct tunnel_hdr h = { 0 };
		struct wire_err err;

		CU_ASSERT_EQUAL(decode(c->kind, c->hex, 999, &h, &err),
				WIRE_OK);
		CU_ASSERT_EQUAL(err.anomaly, ANOMALY_NONE);
		CU_ASSERT_EQUAL(h.ethertype, c->want.ethertype);
		CU_ASSERT_EQUAL(h.has_id, c->want.has_id);
		CU_ASSERT_EQUAL(h.id, c->want.id);
		CU_ASSERT_EQUAL(h.hdr_len, c->want.hdr_len);
		CU_ASSERT_EQUAL(h.is_mirror, c->want.is_mirror);
	}
}

static void test_every_prefix_is_short(void)
{
	size_t i, cut;

	for (i = 0; i < ARRAY_SIZE(tunnel_cases); i++) {
		const struct tunnel_case *c = &tunnel_cases[i];
		struct tunnel_hdr h = { .hdr_len = 77 };
		struct wire_err err;

		for (cut = 0; cut < c->want.hdr_len; cut++) {
			CU_ASSERT_EQUAL(decode(c->kind, c->hex, cut, &h, &err),
					WIRE_SHORT);
			CU_ASSERT_EQUAL(err.off, cut);
			CU_ASSERT_EQUAL(h.hdr_len, 77);
		}
	}
}

static void test_longest_geneve_options(void)
{
	uint8_t buf[GENEVE_HDR_LEN + 63 * 4] = { 0x3f, 0, 0x65, 0x58 };
	struct tunnel_hdr h = { 0 };
	struct wire_err err;

	CU_ASSERT_EQUAL(geneve_decode(buf, sizeof(buf) - 1, &h, &err),
			WIRE_SHORT);
	CU_ASSERT_EQUAL(geneve_decode(buf, sizeof(buf), &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.hdr_len, sizeof(buf));
}

struct bad_case {
	enum tunnel_kind kind;
	const char *hex;
	enum anomaly anomaly;
	uint32_t off;
};

static void test_what_is_not_followed(void)
{
	static const struct bad_case cases[] = {
		/* version 1 (PPTP), source routing */
		{ TUNNEL_GRE, "2001 880b", ANOMALY_GRE_VERSION, 0 },
		{ TUNNEL_GRE, "2001", ANOMALY_GRE_VERSION, 0 },
		{ TUNNEL_GRE, "4000 0800", ANOMALY_GRE_VERSION, 0 },
		/* no identifier; what the generic extension does not know; a
		 * reserved byte
		 */
		{ TUNNEL_VXLAN, "00", ANOMALY_VXLAN_FLAGS, 0 },
		{ TUNNEL_VXLAN, "04", ANOMALY_VXLAN_FLAGS, 0 },
		{ TUNNEL_VXLAN, "0c000000 00002a 00", ANOMALY_VXLAN_FLAGS, 3 },
		{ TUNNEL_VXLAN, "0c000004 00002a 00", ANOMALY_VXLAN_FLAGS, 3 },
		{ TUNNEL_VXLAN, "0c000006 00002a 00", ANOMALY_VXLAN_FLAGS, 3 },
		{ TUNNEL_VXLAN, "08000000 00002a 01", ANOMALY_VXLAN_FLAGS, 7 },
		{ TUNNEL_GENEVE, "40", ANOMALY_GENEVE_VERSION, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tunnel_hdr h = { .hdr_len = 77 };
		struct wire_err err;

		CU_ASSERT_EQUAL(decode(cases[i].kind, cases[i].hex, 99, &h,
				       &err),
				WIRE_BAD);
		CU_ASSERT_EQUAL(err.anomaly, cases[i].anomaly);
		CU_ASSERT_EQUAL(err.off, cases[i].off);
		CU_ASSERT_EQUAL(h.hdr_len, 77);
	}
}

#define MAC   "000000000001 000000000002"
#define IP4   "45000014000000004006b0d9 08000001 c000020a"
#define IP4_2 "45000014000000004006b0da 08000001 c000020a" /* a wrong sum */

struct mpls_case {
	const char *hex;
	uint16_t ethertype;
	uint32_t hdr_len;
};

static const struct mpls_case mpls_cases[] = {
	{ "00010140" IP4, ETHERTYPE_IP4, 4 },
	{ "00010040 00011040 00012140" IP4, ETHERTYPE_IP4, 12 },
	{ "00010140 60", ETHERTYPE_IP6, 4 },
	{ "00010140 45", ETHERTYPE_IP4, 4 },
	/* Ethernet with and without a control word, with a tag, and one whose
	 * address looks like a version
	 */
	{ "00010140 00000000" MAC "0800 45", ETHERTYPE_TEB, 8 },
	{ "00010140 00000007" MAC "86dd 60 00", ETHERTYPE_TEB, 8 },
	{ "00010140" MAC "0800 450000 00", ETHERTYPE_TEB, 4 },
	{ "00010140" MAC "8100 0005 86dd 60", ETHERTYPE_TEB, 4 },
	{ "00010140 450000000001 000000000002 0800 45000000", ETHERTYPE_TEB,
	  4 },
	{ "00010140 600000000001 000000000002 0800 45000000", ETHERTYPE_TEB,
	  4 },
	/* 8.0.69.x and a right sum; 8.0.0.1 and a wrong one */
	{ "00010140 450000140000000040066bd9 08004501 c000020a", ETHERTYPE_IP4,
	  4 },
	{ "00010140" IP4_2, ETHERTYPE_IP4, 4 },
	/* something else: a channel, Ethernet without IP */
	{ "00010140 10000007 00", ETHERTYPE_NONE, 4 },
	{ "00010140" MAC "0806 45000000", ETHERTYPE_NONE, 4 },
	{ "00010140 44", ETHERTYPE_NONE, 4 },
};

static void test_labels(void)
{
	size_t i, cut;

	for (i = 0; i < ARRAY_SIZE(mpls_cases); i++) {
		const struct mpls_case *c = &mpls_cases[i];
		struct tunnel_hdr h = { .hdr_len = 77 };
		struct wire_err err;
		struct guard g;

		for (cut = 0; cut <= 4; cut++) {
			guard_hex(&g, c->hex, cut);
			CU_ASSERT_EQUAL(mpls_decode(g.data, g.len, &h, &err),
					WIRE_SHORT);
			CU_ASSERT_EQUAL(err.off, cut);
			CU_ASSERT_EQUAL(h.hdr_len, 77);
			guard_fini(&g);
		}
		guard_hex(&g, c->hex, 999);
		CU_ASSERT_EQUAL(mpls_decode(g.data, g.len, &h, &err), WIRE_OK);
		CU_ASSERT_EQUAL(h.ethertype, c->ethertype);
		CU_ASSERT_EQUAL(h.hdr_len, c->hdr_len);
		for (cut = 5; cut < g.len; cut++) {
			struct guard part;

			guard_hex(&part, c->hex, cut);
			(void)mpls_decode(part.data, part.len, &h, &err);
			guard_fini(&part);
		}
		guard_fini(&g);
	}
}

static void test_names(void)
{
	CU_ASSERT_STRING_EQUAL(tunnel_name(TUNNEL_VXLAN), "vxlan");
	CU_ASSERT_STRING_EQUAL(tunnel_name(TUNNEL_6IN4), "6in4");
	CU_ASSERT_STRING_EQUAL(tunnel_name(TUNNEL_KINDS), "?");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "every form", test_every_form },
		{ "every prefix is short", test_every_prefix_is_short },
		{ "longest GENEVE options", test_longest_geneve_options },
		{ "not followed", test_what_is_not_followed },
		{ "labels", test_labels },
		{ "names", test_names },
	};

	return unit_main("tunnel", tests, ARRAY_SIZE(tests));
}
