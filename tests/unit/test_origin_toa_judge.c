/* SPDX-License-Identifier: BSD-2-Clause */
/* test_origin_toa_judge.c - what a segment's options say of the client */
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "toa_judge.h"
#include "wire/tcp.h"

/* port 54321, 203.0.113.7; port 1000, 203.0.113.8 */
#define OPT4	"c8 08 d431 cb007107"
#define OTHER4	"c8 08 03e8 cb007108"
#define OPT6	"c8 14 d431 20010db8000000000000000000000007"
#define MAPPED6 "c8 14 d431 00000000000000000000ffffcb007107"

static struct endpoint at(const char *text)
{
	struct endpoint e = { 0 };

	CU_ASSERT(endpoint_parse(text, strlen(text), &e));
	return e;
}

/* Judge options, with their last byte before a page that cannot be read. */
static struct toa_finding judge(const char *kinds_text, uint8_t place,
				const char *hex)
{
	struct toa_segment seg = { .place = place };
	struct toa_kinds kinds = { 0 };
	struct toa_finding f;
	struct guard g;
	uint8_t bytes[40];
	size_t len = unhex(hex, bytes, sizeof(bytes));

	CU_ASSERT(toa_kinds_add(&kinds, kinds_text));
	guard_init(&g, bytes, len);
	seg.opt = g.data;
	seg.opt_len = (uint8_t)len;
	toa_judge(&kinds, &seg, &f);
	guard_fini(&g);
	return f;
}

static void check_found(const struct toa_finding *f, const char *client,
			uint8_t len, enum anomaly note)
{
	struct endpoint want = at(client);

	CU_ASSERT(f->is_found);
	CU_ASSERT(endpoint_eq(&f->client, &want));
	CU_ASSERT_EQUAL(f->len, len);
	CU_ASSERT_EQUAL(f->err.anomaly, note);
}

static void check_none(const struct toa_finding *f, enum anomaly a,
		       uint32_t off)
{
	CU_ASSERT_FALSE(f->is_found);
	CU_ASSERT_EQUAL(f->err.anomaly, a);
	CU_ASSERT_EQUAL(f->err.off, off);
}

static void test_found(void)
{
	struct toa_finding f = judge("200", TOA_PLACE_ACK, OPT4);

	check_found(&f, "203.0.113.7:54321", 8, ANOMALY_NONE);
	CU_ASSERT_EQUAL(f.kind, 200);
	CU_ASSERT_EQUAL(f.place, TOA_PLACE_ACK);
	CU_ASSERT(f.has_port);
	f = judge("200", TOA_PLACE_DATA, "0101080a0000000100000002" OPT6);
	check_found(&f, "[2001:db8::7]:54321", 20, ANOMALY_NONE);
	f = judge("200", TOA_PLACE_SYN, MAPPED6);
	check_found(&f, "203.0.113.7:54321", 20, ANOMALY_NONE);
	f = judge("28", TOA_PLACE_SYN, "1c0701cb007107");
	check_found(&f, "203.0.113.7:0", 7, ANOMALY_NONE);
	CU_ASSERT_FALSE(f.has_port);
}

static void test_duplicates(void)
{
	struct toa_finding f = judge("200", TOA_PLACE_ACK, OPT4 OPT4);

	check_found(&f, "203.0.113.7:54321", 8, ANOMALY_NONE);
	f = judge("200", TOA_PLACE_ACK, OPT4 MAPPED6);
	check_found(&f, "203.0.113.7:54321", 8, ANOMALY_NONE);
	f = judge("200,28", TOA_PLACE_ACK, OPT4 "1c0701cb007107");
	check_found(&f, "203.0.113.7:54321", 8, ANOMALY_NONE);
	f = judge("200", TOA_PLACE_ACK, OPT4 OTHER4);
	check_none(&f, ANOMALY_TOA_CONTRARY, 20 + 8);
	f = judge("200", TOA_PLACE_ACK, OPT4 "c8 08 d432 cb007107");
	check_none(&f, ANOMALY_TOA_CONTRARY, 20 + 8);
	f = judge("200", TOA_PLACE_ACK, OPT4 OTHER4 OPT4);
	check_none(&f, ANOMALY_TOA_CONTRARY, 20 + 8);
	/* of a kind that is not believed: nothing */
	f = judge("200", TOA_PLACE_ACK, OPT4 "fe 08 03e8 cb007108");
	check_found(&f, "203.0.113.7:54321", 8, ANOMALY_NONE);
}

static void test_passed_over(void)
{
	struct toa_finding f = judge("200", TOA_PLACE_ACK, "");

	check_none(&f, ANOMALY_NONE, 0);
	f = judge("254", TOA_PLACE_ACK, OPT4);
	check_none(&f, ANOMALY_NONE, 0);
	/* another option of that kind, and one that names no client */
	f = judge("254", TOA_PLACE_SYN, "fe 08 f989 cb007107");
	check_none(&f, ANOMALY_NONE, 0);
	f = judge("28", TOA_PLACE_SYN, "1c 04 0001");
	check_none(&f, ANOMALY_NONE, 0);
	f = judge("202", TOA_PLACE_SYN, "ca 08 d431 cb007107");
	check_none(&f, ANOMALY_NONE, 0);
	/* the end of options */
	f = judge("200", TOA_PLACE_ACK, "00" OPT4);
	check_none(&f, ANOMALY_NONE, 0);
}

static void test_malformed(void)
{
	struct toa_finding f = judge("200", TOA_PLACE_ACK, "01 c8 06 d431cb00");

	check_none(&f, ANOMALY_TOA_LENGTH, 20 + 1 + 1);
	f = judge("200", TOA_PLACE_ACK, "c8 08 d431 00000000");
	check_none(&f, ANOMALY_TOA_ADDRESS, 20 + 2);
	f = judge("200", TOA_PLACE_ACK, "c8 08 0000 cb007107");
	check_none(&f, ANOMALY_TOA_ADDRESS, 20 + 2);
	f = judge("200", TOA_PLACE_ACK, "01 01 c8");
	check_none(&f, ANOMALY_TCP_OPT_OVERRUN, f.err.off);
	CU_ASSERT(f.err.off >= 22 && f.err.off <= 23);
	f = judge("200", TOA_PLACE_ACK, "c8 14 d431 cb007107");
	CU_ASSERT_FALSE(f.is_found);
	CU_ASSERT_EQUAL(f.err.anomaly, ANOMALY_TCP_OPT_OVERRUN);
	f = judge("200", TOA_PLACE_ACK, "c8 00 d431 cb007107");
	CU_ASSERT_EQUAL(f.err.anomaly, ANOMALY_TCP_OPT_LEN);
	/* a remark, before the address or behind it */
	f = judge("200", TOA_PLACE_ACK, OPT4 "c8 06 d431 cb00");
	check_found(&f, "203.0.113.7:54321", 8, ANOMALY_TOA_LENGTH);
	f = judge("200", TOA_PLACE_ACK, "c8 06 d431 cb00" OPT4);
	check_found(&f, "203.0.113.7:54321", 8, ANOMALY_TOA_LENGTH);
	/* the first remark stands */
	f = judge("200", TOA_PLACE_ACK, "c8 06 d431 cb00 c8 08 0000 cb007107");
	check_none(&f, ANOMALY_TOA_LENGTH, 21);
	/* what follows a broken option is not looked at */
	f = judge("200", TOA_PLACE_ACK, "c7 01" OPT4);
	CU_ASSERT_FALSE(f.is_found);
}

static void test_later_segments(void)
{
	struct toa_finding none = { 0 };
	struct toa_finding one = judge("200", TOA_PLACE_ACK, OPT4);
	struct toa_finding two = judge("200", TOA_PLACE_DATA, OTHER4);
	struct toa_finding contrary = judge("200", TOA_PLACE_ACK, OPT4 OTHER4);
	struct toa_finding bad = judge("200", TOA_PLACE_ACK, "c8 06 d431cb00");
	struct toa_finding f = none;

	toa_merge(&f, &none);
	check_none(&f, ANOMALY_NONE, 0);
	toa_merge(&f, &one);
	check_found(&f, "203.0.113.7:54321", 8, ANOMALY_NONE);
	toa_merge(&f, &none);
	check_found(&f, "203.0.113.7:54321", 8, ANOMALY_NONE);
	/* the first wins */
	toa_merge(&f, &two);
	check_found(&f, "203.0.113.7:54321", 8, ANOMALY_TOA_CONTRARY);
	toa_merge(&f, &bad);
	check_found(&f, "203.0.113.7:54321", 8, ANOMALY_TOA_CONTRARY);
	/* a contradiction ends it */
	f = contrary;
	toa_merge(&f, &one);
	check_none(&f, ANOMALY_TOA_CONTRARY, 20 + 8);
	/* what is malformed does not */
	f = bad;
	toa_merge(&f, &none);
	check_none(&f, ANOMALY_TOA_LENGTH, 21);
	toa_merge(&f, &two);
	check_found(&f, "203.0.113.8:1000", 8, ANOMALY_TOA_LENGTH);
	f = bad;
	toa_merge(&f, &contrary);
	check_none(&f, ANOMALY_TOA_CONTRARY, 20 + 8);
}

/* 192.0.2.1:1000 to 192.0.2.2:80, sequence 7; @data: bytes behind the header
 * that the packet has
 */
static size_t packet(uint8_t *out, uint8_t flags, size_t data)
{
	size_t len =
		unhex("4500 0030 0000 0000 40 06 0000 c0000201 c0000202"
		      "03e8 0050 00000007 00000000 70 10 ffff 0000 0000" OPT4,
		      out, 64);

	out[3] = (uint8_t)(len + data);
	out[33] = flags;
	return len;
}

static void test_packets(void)
{
	struct endpoint src = at("192.0.2.1:1000"), dst = at("192.0.2.2:80");
	struct toa_segment seg = { 0 };
	uint8_t p[64];
	size_t len = packet(p, TCP_F_ACK, 0), i;

	CU_ASSERT_EQUAL(toa_segment_decode(p, len, &seg), WIRE_OK);
	CU_ASSERT(endpoint_eq(&seg.src, &src));
	CU_ASSERT(endpoint_eq(&seg.dst, &dst));
	CU_ASSERT_EQUAL(seg.seq, 7);
	CU_ASSERT_EQUAL(seg.opt_len, 8);
	CU_ASSERT_EQUAL(seg.place, TOA_PLACE_ACK);
	for (i = 0; i < len; i++) {
		struct guard g;

		guard_init(&g, p, i);
		CU_ASSERT_EQUAL(toa_segment_decode(g.data, i, &seg),
				WIRE_SHORT);
		guard_fini(&g);
	}
	/* padding of a short frame is no payload */
	CU_ASSERT_EQUAL(toa_segment_decode(p, len + 6, &seg), WIRE_OK);
	CU_ASSERT_EQUAL(seg.place, TOA_PLACE_ACK);
	/* captured without its payload */
	len = packet(p, TCP_F_ACK, 100);
	CU_ASSERT_EQUAL(toa_segment_decode(p, len, &seg), WIRE_OK);
	CU_ASSERT_EQUAL(seg.place, TOA_PLACE_DATA);
	len = packet(p, TCP_F_SYN, 100);
	CU_ASSERT_EQUAL(toa_segment_decode(p, len, &seg), WIRE_OK);
	CU_ASSERT_EQUAL(seg.place, TOA_PLACE_SYN);
	len = packet(p, TCP_F_RST, 0);
	CU_ASSERT_EQUAL(toa_segment_decode(p, len, &seg), WIRE_BAD);
	len = packet(p, TCP_F_ACK, 0);
	p[9] = 17;
	CU_ASSERT_EQUAL(toa_segment_decode(p, len, &seg), WIRE_BAD);
	len = packet(p, TCP_F_ACK, 0);
	p[6] = 0x20; /* more fragments */
	CU_ASSERT_EQUAL(toa_segment_decode(p, len, &seg), WIRE_BAD);
	/* the packet ends inside its TCP header */
	len = packet(p, TCP_F_ACK, 0);
	p[3] = 44;
	CU_ASSERT_NOT_EQUAL(toa_segment_decode(p, len, &seg), WIRE_OK);
}

static void test_names(void)
{
	CU_ASSERT_STRING_EQUAL(toa_place_name(TOA_PLACE_SYN), "syn");
	CU_ASSERT_STRING_EQUAL(toa_place_name(TOA_PLACE_ACK), "ack");
	CU_ASSERT_STRING_EQUAL(toa_place_name(TOA_PLACE_DATA), "data");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "found", test_found },
		{ "duplicates", test_duplicates },
		{ "passed over", test_passed_over },
		{ "malformed", test_malformed },
		{ "later segments", test_later_segments },
		{ "packets", test_packets },
		{ "names", test_names },
	};

	return unit_main("origin toa judge", tests, ARRAY_SIZE(tests));
}
