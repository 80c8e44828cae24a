/* SPDX-License-Identifier: BSD-2-Clause */
/* test_client_pattern.c - payload that gives away where it belongs */
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "pattern.h"
#include "wire/wire.h"

#define LEN 300

static void test_any_cut_gives_the_same_bytes(void)
{
	uint8_t whole[LEN], piece[LEN];
	size_t off, len;

	pattern_fill(7, 0, whole, LEN);
	for (off = 0; off < 40; off++) {
		for (len = 0; off + len <= LEN; len += 13) {
			pattern_fill(7, off, piece, len);
			CU_ASSERT_EQUAL(memcmp(piece, whole + off, len), 0);
			CU_ASSERT_EQUAL(pattern_check(7, off, piece, len), len);
		}
	}
}

static void test_each_changed_byte_is_found(void)
{
	struct guard g;
	uint8_t buf[LEN];
	size_t off, i;

	for (off = 0; off < 9; off++) {
		pattern_fill(9, off, buf, 50);
		for (i = 0; i < 50; i++) {
			buf[i] ^= 1;
			guard_init(&g, buf, 50);
			CU_ASSERT_EQUAL(pattern_check(9, off, g.data, 50), i);
			guard_fini(&g);
			buf[i] ^= 1;
		}
	}
}

static void test_moved_or_foreign_bytes_differ(void)
{
	uint8_t buf[LEN];

	pattern_fill(3, 1000, buf, 64);
	CU_ASSERT(pattern_check(3, 1001, buf, 64) < 8);
	CU_ASSERT(pattern_check(3, 1008, buf, 64) < 8);
	CU_ASSERT(pattern_check(4, 1000, buf, 64) < 8);
	CU_ASSERT(pattern_check(3, 1000 + (1ULL << 32), buf, 64) < 8);
}

static void test_first_byte_begins_no_header(void)
{
	uint8_t b;
	uint64_t id;
	size_t len;

	for (id = 0; id < 1000; id++) {
		uint8_t buf[20];

		pattern_fill(id, 0, &b, 1);
		CU_ASSERT(b >= 0x80);
		for (len = 1; len <= sizeof(buf); len++) {
			pattern_fill_datagram(id, id * 3, buf, len);
			CU_ASSERT(buf[0] >= 0x80);
		}
	}
}

static void test_datagrams_carry_their_number(void)
{
	uint64_t id = 0, seq = 0;
	uint8_t buf[100];

	pattern_fill_datagram(123456789, 42, buf, sizeof(buf));
	CU_ASSERT_TRUE(pattern_read_tag(buf, sizeof(buf), &id, &seq));
	CU_ASSERT_EQUAL(id, 123456789);
	CU_ASSERT_EQUAL(seq, 42);
	pattern_fill_datagram(5ULL << 40 | 7, 6ULL << 40 | 8, buf, sizeof(buf));
	CU_ASSERT_TRUE(pattern_read_tag(buf, sizeof(buf), &id, &seq));
	CU_ASSERT_EQUAL(id, 5ULL << 40 | 7);
	CU_ASSERT_EQUAL(seq, 6ULL << 40 | 8);
	CU_ASSERT_FALSE(pattern_read_tag(buf, PATTERN_TAG_LEN - 1, &id, &seq));
	buf[0] = 0x7f;
	CU_ASSERT_FALSE(pattern_read_tag(buf, sizeof(buf), &id, &seq));
}

static void test_datagram_bytes_are_checked(void)
{
	uint8_t buf[100];
	struct guard g;
	size_t len, i;

	for (len = 0; len <= sizeof(buf); len++) {
		pattern_fill_datagram(5, 6, buf, len);
		guard_init(&g, buf, len);
		CU_ASSERT_EQUAL(pattern_check_datagram(5, 6, g.data, len), len);
		for (i = 0; i < len; i++) {
			g.data[i] ^= 0x10;
			CU_ASSERT_EQUAL(
				pattern_check_datagram(5, 6, g.data, len), i);
			g.data[i] ^= 0x10;
		}
		guard_fini(&g);
	}
	pattern_fill_datagram(5, 6, buf, sizeof(buf));
	CU_ASSERT(pattern_check_datagram(5, 7, buf, sizeof(buf)) < 16);
	CU_ASSERT(pattern_check_datagram(6, 6, buf, sizeof(buf)) < 8);
	pattern_fill_datagram(5, 6, buf, 12);
	CU_ASSERT(pattern_check_datagram(5, 7, buf, 12) < 8);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "any cut", test_any_cut_gives_the_same_bytes },
		{ "each changed byte", test_each_changed_byte_is_found },
		{ "moved or foreign bytes",
		  test_moved_or_foreign_bytes_differ },
		{ "first byte", test_first_byte_begins_no_header },
		{ "datagram numbers", test_datagrams_carry_their_number },
		{ "datagram bytes", test_datagram_bytes_are_checked },
	};

	return unit_main("client_pattern", tests, ARRAY_SIZE(tests));
}
