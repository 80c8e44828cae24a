/* SPDX-License-Identifier: BSD-2-Clause */
/* test_ip.c - hand-written IPv4 and IPv6 headers */
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/bytes.h"
#include "wire/ip.h"

/* 192.0.2.1 > 198.51.100.9, UDP, 29 bytes, TOS 0xb8, DF, TTL 48, id 0xd779.
 * 45b8+001d+d779+4000+3011+c000+0201+c633+6409 = 3799c -> 799f; ~ = 8660
 */
static const char v4[] = "45b8 001d d779 4000 3011 8660 c0000201 c6336409";
/* the same with router alert: 47b8+0025 and 9404+0000 more, DF cleared:
 * 799f+0200+0008+9404-4000 = cfab; ihl 6 -> 46b8: +0100, len 0021: +4
 * 799f+0100+0004+9404-4000 = ceA7; ~ = 3158
 */
static const char v4_opt[] = "46b8 0021 d779 0000 3011 3158 c0000201 c6336409"
			     "94040000";

#define V6_ADDRS                           \
	"20010db8000000000000000000000001" \
	"20010db8000000000000000000000002"

static enum wire_status decode(const char *hex, size_t cut, struct ip_hdr *h,
			       struct wire_err *err)
{
	enum wire_status st;
	struct guard g;

	guard_hex(&g, hex, cut);
	st = ip_decode(g.data, g.len, h, err);
	guard_fini(&g);
	return st;
}

static void test_v4_fields(void)
{
	struct ip_hdr h = { 0 };
	struct wire_err err;
	char text[IP_ADDR_TEXT_MAX];

	CU_ASSERT_EQUAL(decode(v4, 99, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.version, 4);
	CU_ASSERT_EQUAL(h.tos, 0xb8);
	CU_ASSERT_EQUAL(h.total_len, 29);
	CU_ASSERT_EQUAL(h.hdr_len, 20);
	CU_ASSERT_EQUAL(h.frag_id, 0xd779);
	CU_ASSERT(h.dont_frag && !h.is_frag && !h.more_frags);
	CU_ASSERT_EQUAL(h.ttl, 48);
	CU_ASSERT_EQUAL(h.proto, IP_PROTO_UDP);
	CU_ASSERT_EQUAL(h.csum, CSUM_OK);
	CU_ASSERT_PTR_NULL(h.opt);
	CU_ASSERT_STRING_EQUAL(ip_addr_format(&h.src, text), "192.0.2.1");
	CU_ASSERT_STRING_EQUAL(ip_addr_format(&h.dst, text), "198.51.100.9");
}

static void test_v4_options(void)
{
	uint8_t buf[64];
	size_t len = unhex(v4_opt, buf, sizeof(buf));
	struct ip_hdr h = { 0 };
	struct wire_err err;

	CU_ASSERT_EQUAL(ip_decode(buf, len, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.hdr_len, 24);
	CU_ASSERT_EQUAL(h.opt_len, 4);
	CU_ASSERT_PTR_EQUAL(h.opt, buf + 20);
	CU_ASSERT_EQUAL(h.csum, CSUM_OK);
	buf[23] = 1; /* the sum covers the options */
	CU_ASSERT_EQUAL(ip_decode(buf, len, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.csum, CSUM_BAD);
}

static void test_v4_every_prefix_is_short(void)
{
	struct ip_hdr h = { .ttl = 77 };
	struct wire_err err;
	size_t i;

	for (i = 0; i < 24; i++) {
		CU_ASSERT_EQUAL(decode(v4_opt, i, &h, &err), WIRE_SHORT);
		CU_ASSERT_EQUAL(h.ttl, 77);
	}
	CU_ASSERT_EQUAL(decode(v4_opt, 24, &h, &err), WIRE_OK);
}

static void test_v4_each_flipped_byte_breaks_the_sum(void)
{
	uint8_t buf[20];
	size_t i;

	(void)unhex(v4, buf, sizeof(buf));
	for (i = 1; i < sizeof(buf); i++) {
		struct ip_hdr h = { 0 };
		struct wire_err err;

		if (i == 3) /* the total length then is below the header */
			continue;
		buf[i] ^= 0x10;
		CU_ASSERT_EQUAL(ip_decode(buf, sizeof(buf), &h, &err), WIRE_OK);
		CU_ASSERT_EQUAL(h.csum, CSUM_BAD);
		buf[i] ^= 0x10;
	}
	memset(buf + 10, 0, 2);
	{
		struct ip_hdr h = { 0 };
		struct wire_err err;

		CU_ASSERT_EQUAL(ip_decode(buf, sizeof(buf), &h, &err), WIRE_OK);
		CU_ASSERT_EQUAL(h.csum, CSUM_ABSENT);
	}
}

static void test_v4_fragments(void)
{
	struct ip_hdr h = { 0 };
	struct wire_err err;

	CU_ASSERT_EQUAL(decode("4500 001d 0001 2000 4011 0000"
			       "c0000201 c6336409",
			       99, &h, &err),
			WIRE_OK);
	CU_ASSERT(h.is_frag && h.more_frags && h.frag_off == 0);
	CU_ASSERT_EQUAL(decode("4500 001d 0001 00b9 4011 0000"
			       "c0000201 c6336409",
			       99, &h, &err),
			WIRE_OK);
	CU_ASSERT(h.is_frag && !h.more_frags);
	CU_ASSERT_EQUAL(h.frag_off, 1480);
	CU_ASSERT_EQUAL(decode("4500 001d 0001 1fff 4011 0000"
			       "c0000201 c6336409",
			       99, &h, &err),
			WIRE_OK);
	CU_ASSERT_EQUAL(h.frag_off, 65528);
}

static void test_v4_lengths(void)
{
	struct ip_hdr h = { 0 };
	struct wire_err err;

	CU_ASSERT_EQUAL(decode("44", 99, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP4_IHL);
	CU_ASSERT_EQUAL(err.off, 0);
	CU_ASSERT_EQUAL(decode("4500 0013", 99, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP4_TOTAL_LEN);
	CU_ASSERT_EQUAL(err.off, 2);
	CU_ASSERT_EQUAL(decode("4600 0017", 99, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP4_TOTAL_LEN);
	CU_ASSERT_EQUAL(decode("4500 0014 0000 0000 4006 0000"
			       "c0000201 c6336409",
			       99, &h, &err),
			WIRE_OK);
	CU_ASSERT_EQUAL(h.total_len, 20);
	CU_ASSERT_EQUAL(h.note, ANOMALY_NONE);
	CU_ASSERT_EQUAL(decode("4500 0000 0000 0000 4006 0000"
			       "c0000201 c6336409",
			       99, &h, &err),
			WIRE_OK);
	CU_ASSERT_EQUAL(h.total_len, 0);
	CU_ASSERT_EQUAL(h.note, ANOMALY_IP4_LEN_ZERO);
	CU_ASSERT_EQUAL(decode("55", 99, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP_VERSION);
	CU_ASSERT_EQUAL(decode("", 0, &h, &err), WIRE_SHORT);
}

static void test_v6_plain(void)
{
	struct ip_hdr h = { 0 };
	struct wire_err err;
	char text[IP_ADDR_TEXT_MAX];
	const char *hex = "6b8abcde 0014 06 40" V6_ADDRS;
	size_t i;

	for (i = 0; i < 40; i++)
		CU_ASSERT_EQUAL(decode(hex, i, &h, &err), WIRE_SHORT);
	CU_ASSERT_EQUAL(decode(hex, 99, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.version, 6);
	CU_ASSERT_EQUAL(h.tos, 0xb8);
	CU_ASSERT_EQUAL(h.proto, IP_PROTO_TCP);
	CU_ASSERT_EQUAL(h.ttl, 64);
	CU_ASSERT_EQUAL(h.hdr_len, 40);
	CU_ASSERT_EQUAL(h.total_len, 60);
	CU_ASSERT_EQUAL(h.csum, CSUM_ABSENT);
	CU_ASSERT_STRING_EQUAL(ip_addr_format(&h.src, text), "2001:db8::1");
	CU_ASSERT_STRING_EQUAL(ip_addr_format(&h.dst, text), "2001:db8::2");
}

/* hop-by-hop 8, destination 16, routing 8, AH 12+12, fragment 8, TCP */
static const char v6_chain[] =
	"60000000 0060 00 40" V6_ADDRS "3c00 0104 00000000"
	"2b01 010c 000000000000000000000000"
	"3300 0000 00000000"
	"2c04 0000 00000001 00000001 000000000000000000000000"
	"06ff 0001 12345678"; /* a reserved byte, no length */

static void test_v6_chain(void)
{
	struct ip_hdr h = { .ttl = 77 };
	struct wire_err err;
	size_t i;

	for (i = 0; i < 40 + 8 + 16 + 8 + 24 + 8; i++) {
		CU_ASSERT_EQUAL(decode(v6_chain, i, &h, &err), WIRE_SHORT);
		CU_ASSERT_EQUAL(h.ttl, 77);
	}
	CU_ASSERT_EQUAL(decode(v6_chain, i, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.proto, IP_PROTO_TCP);
	CU_ASSERT_EQUAL(h.ext_count, 5);
	CU_ASSERT_EQUAL(h.hdr_len, 104);
	CU_ASSERT_EQUAL(h.total_len, 136);
	CU_ASSERT(h.is_frag && h.more_frags && h.frag_off == 0);
	CU_ASSERT_EQUAL(h.frag_id, 0x12345678);
}

static void test_v6_fragments(void)
{
	struct ip_hdr h = { 0 };
	struct wire_err err;

	/* a later fragment: what follows is not a header, whatever it claims */
	CU_ASSERT_EQUAL(decode("60000000 0010 2c 40" V6_ADDRS
			       "3c00 05a8 00000007 ffff",
			       99, &h, &err),
			WIRE_OK);
	CU_ASSERT(h.is_frag && !h.more_frags);
	CU_ASSERT_EQUAL(h.frag_off, 1448);
	CU_ASSERT_EQUAL(h.proto, IP_PROTO_DSTOPTS);
	CU_ASSERT_EQUAL(h.hdr_len, 48);
	/* RFC 6946: an atomic fragment is a whole packet */
	CU_ASSERT_EQUAL(decode("60000000 0010 2c 40" V6_ADDRS
			       "1100 0000 00000007",
			       99, &h, &err),
			WIRE_OK);
	CU_ASSERT(!h.is_frag);
	CU_ASSERT_EQUAL(h.proto, IP_PROTO_UDP);
}

/* A routing header of type 4: @dst is the last hop once none are left. */
static void test_v6_route(void)
{
	struct ip_hdr h = { 0 };
	struct wire_err err;

	CU_ASSERT_EQUAL(decode("60000000 0008 2b 40" V6_ADDRS
			       "0600 0401 00000000",
			       99, &h, &err),
			WIRE_OK);
	CU_ASSERT(h.has_route);
	CU_ASSERT_EQUAL(decode("60000000 0008 2b 40" V6_ADDRS
			       "0600 0400 00000000",
			       99, &h, &err),
			WIRE_OK);
	CU_ASSERT(!h.has_route);
}

/* Two headers in the fragmentable part: they are not looked at in a first
 * fragment, which may hold none of them, and skipped once it is whole.
 */
static void test_v6_behind_the_fragment_header(void)
{
	static const char ext[] = "2b00 0104 00000000 0600 0000 00000000 1f90";
	struct ip_hdr h = { 0 };
	struct wire_err err;
	uint8_t buf[32], proto = 77;
	uint32_t len = 77;
	size_t i;
	struct guard g;

	CU_ASSERT_EQUAL(decode("60000000 0008 2c 40" V6_ADDRS
			       "3c00 0001 00000007",
			       99, &h, &err),
			WIRE_OK);
	CU_ASSERT(h.is_frag && h.more_frags);
	CU_ASSERT_EQUAL(h.proto, IP_PROTO_DSTOPTS);
	CU_ASSERT_EQUAL(h.hdr_len, 48);
	(void)unhex(ext, buf, sizeof(buf));
	for (i = 0; i < 16; i++) {
		guard_init(&g, buf, i);
		CU_ASSERT_EQUAL(ip6_skip_ext(IP_PROTO_DSTOPTS, g.data, i,
					     &proto, &len, &err),
				WIRE_SHORT);
		guard_fini(&g);
		CU_ASSERT_EQUAL(proto, 77);
	}
	CU_ASSERT_EQUAL(ip6_skip_ext(IP_PROTO_DSTOPTS, buf, 18, &proto, &len,
				     &err),
			WIRE_OK);
	CU_ASSERT_EQUAL(proto, IP_PROTO_TCP);
	CU_ASSERT_EQUAL(len, 16);
	CU_ASSERT_EQUAL(ip6_skip_ext(IP_PROTO_UDP, buf, 0, &proto, &len, &err),
			WIRE_OK);
	CU_ASSERT_EQUAL(proto, IP_PROTO_UDP);
	CU_ASSERT_EQUAL(len, 0);
	CU_ASSERT_EQUAL(ip6_skip_ext(IP_PROTO_HOPOPTS, buf, 18, &proto, &len,
				     &err),
			WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP6_HBH_ORDER);
	CU_ASSERT_EQUAL(err.off, 0);
	buf[0] = IP_PROTO_FRAGMENT;
	buf[11] = 1; /* more fragments */
	CU_ASSERT_EQUAL(ip6_skip_ext(IP_PROTO_DSTOPTS, buf, 18, &proto, &len,
				     &err),
			WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP6_FRAG_NESTED);
	CU_ASSERT_EQUAL(err.off, 8);
}

static void test_v6_unfollowed(void)
{
	struct ip_hdr h = { 0 };
	struct wire_err err;

	CU_ASSERT_EQUAL(decode("60000000 0010 32 40" V6_ADDRS, 99, &h, &err),
			WIRE_OK);
	CU_ASSERT_EQUAL(h.proto, IP_PROTO_ESP);
	CU_ASSERT_EQUAL(decode("60000000 0000 3b 40" V6_ADDRS, 99, &h, &err),
			WIRE_OK);
	CU_ASSERT_EQUAL(h.total_len, 40);
	CU_ASSERT_EQUAL(h.note, ANOMALY_NONE);
	CU_ASSERT_EQUAL(decode("60000000 0000 06 40" V6_ADDRS, 99, &h, &err),
			WIRE_OK);
	CU_ASSERT_EQUAL(h.total_len, 0);
	CU_ASSERT_EQUAL(h.note, ANOMALY_IP6_LEN_ZERO);
}

static void test_v6_bad_chains(void)
{
	struct ip_hdr h = { 0 };
	struct wire_err err;

	/* 7 bytes of payload do not hold an extension header */
	CU_ASSERT_EQUAL(decode("60000000 0007 3c 40" V6_ADDRS, 99, &h, &err),
			WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP6_EXT_OVERRUN);
	CU_ASSERT_EQUAL(err.off, 40);
	/* 8 do, but this one says 16 */
	CU_ASSERT_EQUAL(decode("60000000 0008 3c 40" V6_ADDRS "0601", 99, &h,
			       &err),
			WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP6_EXT_OVERRUN);
	CU_ASSERT_EQUAL(err.off, 41);
	/* hop-by-hop after destination options */
	CU_ASSERT_EQUAL(decode("60000000 0018 3c 40" V6_ADDRS
			       "0000 0104 00000000 0600",
			       99, &h, &err),
			WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP6_HBH_ORDER);
	CU_ASSERT_EQUAL(err.off, 48);
}

static void test_v6_depth_is_bounded(void)
{
	uint8_t buf[40 + 8 * (IP6_EXT_MAX + 1)] = { 0x60 };
	struct ip_hdr h = { 0 };
	struct wire_err err;
	size_t i;

	put_be16(buf + 4, sizeof(buf) - 40);
	buf[6] = IP_PROTO_DSTOPTS;
	for (i = 40; i < sizeof(buf); i += 8)
		buf[i] = IP_PROTO_DSTOPTS;
	CU_ASSERT_EQUAL(ip_decode(buf, sizeof(buf), &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP6_EXT_DEPTH);
	CU_ASSERT_EQUAL(err.off, 40 + 8 * IP6_EXT_MAX);
	buf[40 + 8 * (IP6_EXT_MAX - 1)] = IP_PROTO_TCP;
	CU_ASSERT_EQUAL(ip_decode(buf, sizeof(buf), &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.ext_count, IP6_EXT_MAX);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "v4 fields", test_v4_fields },
		{ "v4 options", test_v4_options },
		{ "v4 every prefix", test_v4_every_prefix_is_short },
		{ "v4 sum covers each byte",
		  test_v4_each_flipped_byte_breaks_the_sum },
		{ "v4 fragments", test_v4_fragments },
		{ "v4 lengths", test_v4_lengths },
		{ "v6 fields", test_v6_plain },
		{ "v6 extension headers", test_v6_chain },
		{ "v6 fragments", test_v6_fragments },
		{ "a route in v6", test_v6_route },
		{ "v6 behind the fragment header",
		  test_v6_behind_the_fragment_header },
		{ "v6 headers not followed", test_v6_unfollowed },
		{ "v6 bad chains", test_v6_bad_chains },
		{ "v6 bounded depth", test_v6_depth_is_bounded },
	};

	return unit_main("ip", tests, ARRAY_SIZE(tests));
}
