/* SPDX-License-Identifier: BSD-2-Clause */
/* test_origin_toa_table.c - the table of captured connections, and frames */
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "toa_capture.h"
#include "wire/link.h"

static struct endpoint nth(uint32_t n)
{
	uint8_t b[4] = { 10, 0, (uint8_t)(n >> 8), (uint8_t)n };
	struct endpoint e = { ip_addr_v4(b), 1000 };

	return e;
}

static struct toa_segment segment(uint32_t n, uint8_t place, uint32_t seq)
{
	return (struct toa_segment) {
		.src = nth(n),
		.dst = nth(9999),
		.seq = seq,
		.place = place,
	};
}

static struct toa_finding names(uint32_t n)
{
	return (struct toa_finding) { .is_found = true, .client = nth(n) };
}

static struct toa_entry *find(const struct toa_table *t, uint32_t n,
			      const uint32_t *isn)
{
	struct endpoint peer = nth(n), local = nth(9999);

	return toa_table_find(t, &peer, &local, isn);
}

static void put(struct toa_table *t, uint32_t n, uint8_t place, uint32_t seq,
		uint32_t client)
{
	struct toa_segment seg = segment(n, place, seq);
	struct toa_finding f = client ? names(client)
				      : (struct toa_finding) { 0 };

	toa_table_put(t, &seg, &f, 5);
}

static void test_sequence_numbers(void)
{
	uint32_t isn = 0xffffffff, other = 1;
	struct toa_table t;
	struct toa_entry *e;

	CU_ASSERT_EQUAL_FATAL(toa_table_init(&t, 8, 7), 0);
	put(&t, 1, TOA_PLACE_ACK, 0, 3); /* no SYN, no entry */
	CU_ASSERT_PTR_NULL(find(&t, 1, NULL));
	put(&t, 1, TOA_PLACE_SYN, isn, 0);
	e = find(&t, 1, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(e);
	if (!e)
		return;
	CU_ASSERT_PTR_EQUAL(find(&t, 1, &isn), e);
	CU_ASSERT_PTR_NULL(find(&t, 1, &other));
	CU_ASSERT_PTR_NULL(find(&t, 2, NULL));
	CU_ASSERT_EQUAL(e->lost, 5);
	/* not the first after the SYN */
	put(&t, 1, TOA_PLACE_DATA, 1, 4);
	put(&t, 1, TOA_PLACE_DATA, isn, 4);
	CU_ASSERT_FALSE(e->finding.is_found);
	put(&t, 1, TOA_PLACE_ACK, 0, 5);
	CU_ASSERT(e->finding.is_found);
	CU_ASSERT_EQUAL(e->finding.client.addr.bytes[3], 5);
	/* a SYN that came again is the same connection, another is not */
	put(&t, 1, TOA_PLACE_SYN, isn, 0);
	CU_ASSERT_PTR_EQUAL(find(&t, 1, NULL), e);
	put(&t, 1, TOA_PLACE_SYN, 77, 6);
	CU_ASSERT_EQUAL(find(&t, 1, NULL)->isn, 77);
	CU_ASSERT_PTR_EQUAL(find(&t, 1, &isn), e);
	toa_table_drop(&t, e);
	CU_ASSERT_PTR_NULL(find(&t, 1, &isn));
	CU_ASSERT_EQUAL(find(&t, 1, NULL)->isn, 77);
	toa_table_fini(&t);
}

static void test_the_oldest_goes(void)
{
	struct toa_table t;
	uint32_t i, round;

	CU_ASSERT_EQUAL_FATAL(toa_table_init(&t, 64, 7), 0);
	for (i = 0; i < 64; i++)
		put(&t, i, TOA_PLACE_SYN, i, 0);
	CU_ASSERT_EQUAL(t.evicted, 0);
	for (i = 0; i < 64; i += 2)
		toa_table_drop(&t, find(&t, i, &i));
	for (i = 64; i < 74; i++)
		put(&t, i, TOA_PLACE_SYN, i, 0);
	CU_ASSERT_EQUAL(t.evicted, 5);
	for (i = 0; i < 74; i++)
		CU_ASSERT_EQUAL(find(&t, i, &i) != NULL,
				i >= 64 || (i % 2 && i >= 10));
	for (round = 0; round < 1000; round++)
		put(&t, 100 + round, TOA_PLACE_SYN, round, 0);
	for (round = 0; round < 1000; round++)
		CU_ASSERT_EQUAL(find(&t, 100 + round, &round) != NULL,
				round >= 1000 - 64);
	toa_table_fini(&t);
}

/* cooked (v1) frame: a SYN of 192.0.2.1:1000 with port 54321, 203.0.113.7 */
static const char frame_hex[] =
	"0000 0001 0006 000000000000 0000 0800"
	"4500 0030 0000 0000 40 06 0000 c0000201 c0000202"
	"03e8 0050 00000007 00000000 70 02 ffff 0000 0000"
	"c8 08 d431 cb007107";

static void test_frames(void)
{
	struct toa_kinds kinds = { .is_on[200] = true };
	struct toa_capture c = { .kinds = &kinds, .link = LINK_SLL };
	struct endpoint peer = { 0 }, local = { 0 };
	struct toa_entry *e;
	uint8_t frame[128];
	size_t len = unhex(frame_hex, frame, sizeof(frame)), i;

	CU_ASSERT(endpoint_parse("192.0.2.1:1000", 14, &peer));
	CU_ASSERT(endpoint_parse("192.0.2.2:80", 12, &local));
	CU_ASSERT_EQUAL_FATAL(toa_table_init(&c.table, 4, 0), 0);
	for (i = 0; i < len; i++) {
		struct guard g;

		guard_init(&g, frame, i);
		toa_capture_packet(&c, g.data, i);
		guard_fini(&g);
	}
	CU_ASSERT_EQUAL(c.cut, len);
	CU_ASSERT_PTR_NULL(toa_table_find(&c.table, &peer, &local, NULL));
	toa_capture_packet(&c, frame, len);
	CU_ASSERT_EQUAL(c.seen, len + 1);
	e = toa_table_find(&c.table, &peer, &local, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(e);
	if (!e)
		return;
	CU_ASSERT(e->finding.is_found);
	CU_ASSERT_EQUAL(e->finding.client.port, 54321);
	CU_ASSERT_EQUAL(e->isn, 7);
	toa_table_fini(&c.table);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "sequence numbers", test_sequence_numbers },
		{ "the oldest goes", test_the_oldest_goes },
		{ "frames", test_frames },
	};

	return unit_main("origin toa table", tests, ARRAY_SIZE(tests));
}
