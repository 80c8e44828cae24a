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
	{ TUNNEL_GRE, "0000 0800", { 0x0800, false, 0, 4 } },
	{ TUNNEL_GRE, "0000 6558", { ETHERTYPE_TEB, false, 0, 4 } },
	{ TUNNEL_GRE, "2000 86dd 00000007", { 0x86dd, true, 7, 8 } },
	{ TUNNEL_GRE, "1000 0800 00000009", { 0x0800, false, 0, 8 } },
	{ TUNNEL_GRE, "8000 0800 1234 0000", { 0x0800, false, 0, 8 } },
	{ TUNNEL_GRE,
	  "b000 0800 1234 0000 deadbeef 00000009",
	  { 0x0800, true, 0xdeadbeef, 16 } },
	{ TUNNEL_VXLAN, "08000000 00002a 00", { ETHERTYPE_TEB, true, 42, 8 } },
	/* group policy: G and A flags, group 5 */
	{ TUNNEL_VXLAN,
	  "88080005 ffffff 00",
	  { ETHERTYPE_TEB, true, 0xffffff, 8 } },
	{ TUNNEL_GENEVE, "0000 6558 00002a 00", { 0x6558, true, 42, 8 } },
	/* two words of options, the critical bit */
	{ TUNNEL_GENEVE,
	  "0240 0800 010203 00 0102 80 01 00000005",
	  { 0x0800, true, 0x010203, 16 } },
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
		/* no identifier; the generic extension; a reserved byte */
		{ TUNNEL_VXLAN, "00", ANOMALY_VXLAN_FLAGS, 0 },
		{ TUNNEL_VXLAN, "0c", ANOMALY_VXLAN_FLAGS, 0 },
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
		{ "names", test_names },
	};

	return unit_main("tunnel", tests, ARRAY_SIZE(tests));
}
