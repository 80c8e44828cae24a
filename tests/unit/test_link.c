/* SPDX-License-Identifier: BSD-2-Clause */
/* test_link.c - hand-written frames of every link type */
#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/link.h"
#include "wire/ppp.h"

#define MACS "ffffffffffff 020000000001 "

static enum wire_status decode(int type, const char *hex, size_t cut,
			       struct link_hdr *h, struct wire_err *err)
{
	enum wire_status st;
	struct guard g;

	guard_hex(&g, hex, cut);
	st = link_decode(type, g.data, g.len, h, err);
	guard_fini(&g);
	return st;
}

struct link_case {
	int type;
	const char *hex;
	uint16_t ethertype;
	uint32_t hdr_len;
	uint8_t vlan_count;
	uint16_t vlan[LINK_VLAN_MAX];
};

static const struct link_case link_cases[] = {
	{ LINK_ETHERNET, MACS "0800", 0x0800, 14, 0, { 0 } },
	{ LINK_ETHERNET, MACS "86dd", 0x86dd, 14, 0, { 0 } },
	{ LINK_ETHERNET, MACS "0806", 0x0806, 14, 0, { 0 } },
	/* an 802.3 length, the largest, and the first EtherType after it */
	{ LINK_ETHERNET, MACS "05ff 424203", ETHERTYPE_NONE, 14, 0, { 0 } },
	{ LINK_ETHERNET, MACS "0026 aaaa03 000000 0800", 0x0800, 22, 0, { 0 } },
	/* another organisation's SNAP, and SNAP in the tag's frame */
	{ LINK_ETHERNET, MACS "0026 aaaa03 00000c 2000", 0, 14, 0, { 0 } },
	{ LINK_ETHERNET,
	  MACS "8100 0007 0026 aaaa03 000000 86dd",
	  0x86dd,
	  26,
	  1,
	  { 7 } },
	/* PPPoE session: IPv4, IPv6, LCP; and its code for discovery */
	{ LINK_ETHERNET,
	  MACS "8864 1100 0021 0030 0021",
	  0x0800,
	  22,
	  0,
	  { 0 } },
	{ LINK_ETHERNET,
	  MACS "8864 1100 0021 0030 0057",
	  0x86dd,
	  22,
	  0,
	  { 0 } },
	{ LINK_ETHERNET, MACS "8864 1100 0021 0030 c021", 0, 22, 0, { 0 } },
	{ LINK_ETHERNET, MACS "8864 11a7 0021 0030", 0, 20, 0, { 0 } },
	{ LINK_PPP_ETHER, "1100 0021 0030 0021", 0x0800, 8, 0, { 0 } },
	/* PPP: bare, with address and control, with a short protocol */
	{ LINK_PPP, "0021", 0x0800, 2, 0, { 0 } },
	{ LINK_PPP, "ff03 0057", 0x86dd, 4, 0, { 0 } },
	{ LINK_PPP_HDLC, "ff03 21", 0x0800, 3, 0, { 0 } },
	{ LINK_PPP_HDLC, "57", 0x86dd, 1, 0, { 0 } },
	{ LINK_PPP_HDLC, "ff03 c021", 0, 4, 0, { 0 } },
	{ LINK_PPP_HDLC, "0f00 0800", 0x0800, 4, 0, { 0 } },
	{ LINK_C_HDLC, "8f00 86dd", 0x86dd, 4, 0, { 0 } },
	/* what would be a length in Ethernet is none in cHDLC */
	{ LINK_C_HDLC, "0f00 0026 aaaa03 000000 0800", 0, 4, 0, { 0 } },
	{ LINK_PPP_HDLC, "0f00 0026 aaaa03 000000 0800", 0, 4, 0, { 0 } },
	{ LINK_ETHERNET, MACS "0600", 0x0600, 14, 0, { 0 } },
	{ LINK_ETHERNET, MACS "8100 2064 0800", 0x0800, 18, 1, { 0x2064 } },
	{ LINK_ETHERNET,
	  MACS "88a8 0064 8100 00c8 86dd",
	  0x86dd,
	  22,
	  2,
	  { 100, 200 } },
	{ LINK_ETHERNET,
	  MACS "9100 0001 8100 0002 8100 0003 8100 0004 0800",
	  0x0800,
	  30,
	  4,
	  { 1, 2, 3, 4 } },
	/* to us, ARPHRD_ETHER, 6 address bytes, padding, type */
	{ LINK_SLL,
	  "0000 0001 0006 020000000001 0000 0800",
	  0x0800,
	  16,
	  0,
	  { 0 } },
	{ LINK_SLL,
	  "0004 0304 0006 000000000000 0000 86dd",
	  0x86dd,
	  16,
	  0,
	  { 0 } },
	{ LINK_SLL,
	  "0000 0001 0006 020000000001 0000 8100 0005 0800",
	  0x0800,
	  20,
	  1,
	  { 5 } },
	/* Linux's own numbers: LLC, and one that only looks like it */
	{ LINK_SLL,
	  "0000 0001 0006 020000000001 0000 0004 aaaa03 000000 0800",
	  0x0800,
	  24,
	  0,
	  { 0 } },
	{ LINK_SLL,
	  "0000 0118 0000 000000000000 0000 000c",
	  ETHERTYPE_NONE,
	  16,
	  0,
	  { 0 } },
	{ LINK_SLL2,
	  "0800 0000 00000002 0001 00 06 020000000001 0000",
	  0x0800,
	  20,
	  0,
	  { 0 } },
	{ LINK_RAW, "45", 0x0800, 0, 0, { 0 } },
	{ LINK_RAW, "60", 0x86dd, 0, 0, { 0 } },
	{ LINK_RAW_OLD, "45", 0x0800, 0, 0, { 0 } },
	{ LINK_RAW_BSD, "60", 0x86dd, 0, 0, { 0 } },
	{ LINK_NULL, "02000000", 0x0800, 4, 0, { 0 } },
	{ LINK_NULL, "00000002", 0x0800, 4, 0, { 0 } },
	{ LINK_NULL, "18000000", 0x86dd, 4, 0, { 0 } },
	{ LINK_NULL, "0000001c", 0x86dd, 4, 0, { 0 } },
	{ LINK_NULL, "1e000000", 0x86dd, 4, 0, { 0 } },
	{ LINK_NULL, "07000000", ETHERTYPE_NONE, 4, 0, { 0 } },
	{ LINK_LOOP, "00000002", 0x0800, 4, 0, { 0 } },
	{ LINK_LOOP, "00000018", 0x86dd, 4, 0, { 0 } },
	{ LINK_LOOP, "02000000", ETHERTYPE_NONE, 4, 0, { 0 } },
};

static void test_every_type(void)
{
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(link_cases); i++) {
		const struct link_case *c = &link_cases[i];
		struct link_hdr h = { 0 };
		struct wire_err err;

		CU_ASSERT_EQUAL(decode(c->type, c->hex, 99, &h, &err), WIRE_OK);
		CU_ASSERT_EQUAL(h.ethertype, c->ethertype);
		CU_ASSERT_EQUAL(h.hdr_len, c->hdr_len);
		CU_ASSERT_EQUAL(h.vlan_count, c->vlan_count);
		for (k = 0; k < LINK_VLAN_MAX; k++)
			CU_ASSERT_EQUAL(h.vlan[k], c->vlan[k]);
	}
}

static void test_every_prefix_is_short(void)
{
	size_t i, cut;

	for (i = 0; i < ARRAY_SIZE(link_cases); i++) {
		const struct link_case *c = &link_cases[i];
		struct link_hdr h = { .hdr_len = 77 };
		struct wire_err err;

		for (cut = 0; cut < c->hdr_len; cut++) {
			CU_ASSERT_EQUAL(decode(c->type, c->hex, cut, &h, &err),
					WIRE_SHORT);
			CU_ASSERT_EQUAL(err.off, cut);
			CU_ASSERT_EQUAL(h.hdr_len, 77);
		}
	}
}

static void test_ip_linktypes_have_no_header(void)
{
	struct link_hdr h = { 0 };
	struct wire_err err;

	CU_ASSERT_EQUAL(decode(LINK_IPV4, "", 0, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.ethertype, ETHERTYPE_IP4);
	CU_ASSERT_EQUAL(decode(LINK_IPV6, "", 0, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.ethertype, ETHERTYPE_IP6);
	CU_ASSERT_EQUAL(h.hdr_len, 0);
	CU_ASSERT_EQUAL(decode(LINK_RAW, "", 0, &h, &err), WIRE_SHORT);
}

static void test_bad_frames(void)
{
	struct link_hdr h;
	struct wire_err err;

	/* a fifth tag; decided by its type, before its bytes are there */
	CU_ASSERT_EQUAL(decode(LINK_ETHERNET,
			       MACS "8100 0001 8100 0002 8100 0003 8100 0004"
				    "8100",
			       99, &h, &err),
			WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_NET_VLAN_DEPTH);
	CU_ASSERT_EQUAL(err.off, 28);
	CU_ASSERT_EQUAL(decode(LINK_RAW, "55", 99, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP_VERSION);
	CU_ASSERT_EQUAL(decode(LINK_ETHERNET, MACS "8864 21", 99, &h, &err),
			WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_PPPOE_VERSION);
	CU_ASSERT_EQUAL(err.off, 14);
	CU_ASSERT_EQUAL(decode(147, "00", 99, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_NET_LINK_TYPE);
}

static void test_pppoe_session_number(void)
{
	static const uint8_t hdr[] = { 0x11, 0, 0x12, 0x34, 0x05, 0x30 };
	struct link_hdr h = { 0 };
	struct pppoe_hdr oe;
	struct wire_err err;

	CU_ASSERT_EQUAL(pppoe_decode(hdr, sizeof(hdr), &oe, &err), WIRE_OK);
	CU_ASSERT_EQUAL(oe.session, 0x1234);
	CU_ASSERT_EQUAL(oe.len, 0x0530);

	CU_ASSERT_EQUAL(decode(LINK_ETHERNET, MACS "8864 1100 1234 0030 0021",
			       99, &h, &err),
			WIRE_OK);
	CU_ASSERT(h.has_session);
	CU_ASSERT_EQUAL(h.session, 0x1234);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "every type", test_every_type },
		{ "every prefix is short", test_every_prefix_is_short },
		{ "no header before IP", test_ip_linktypes_have_no_header },
		{ "bad frames", test_bad_frames },
		{ "PPPoE session", test_pppoe_session_number },
	};

	return unit_main("link", tests, ARRAY_SIZE(tests));
}
