/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_copies.c - what is a copy, and what is another packet */
#include <string.h>

#include <CUnit/CUnit.h>

#include "copies.h"
#include "harness.h"
#include "wire/link.h"

static struct copies copies;
static uint8_t data[LINK_SLL2_LEN + 160];

static void begin(void)
{
	memset(&copies, 0, sizeof(copies));
	memset(data, 0, sizeof(data));
	data[LINK_SLL2_LEN] = 0x45;
}

/* see() - the packet on interface @iface, as type @type, at @ms */
static bool see(uint8_t iface, uint8_t type, int64_t ms)
{
	struct frame f = {
		.link = LINK_SLL2,
		.ts_ns = ms * 1000000,
		.data = data,
		.cap_len = sizeof(data),
		.wire_len = sizeof(data),
	};

	data[7] = iface;
	data[10] = type;
	return copies_see(&copies, &f);
}

static void test_other_interfaces_bring_copies(void)
{
	begin();
	CU_ASSERT_FALSE(see(1, 0, 0));
	CU_ASSERT_TRUE(see(2, 0, 1));
	CU_ASSERT_TRUE(see(2, 4, 1)); /* the same one, outwards */
	CU_ASSERT_TRUE(see(3, 4, 2));
}

static void test_the_same_once_more_is_another_packet(void)
{
	begin();
	CU_ASSERT_FALSE(see(1, 0, 0));
	CU_ASSERT_TRUE(see(2, 0, 1));
	CU_ASSERT_FALSE(see(1, 0, 2));
	CU_ASSERT_TRUE(see(2, 0, 3));
	CU_ASSERT_FALSE(see(2, 0, 4));
}

static void test_a_copy_does_not_come_late(void)
{
	begin();
	CU_ASSERT_FALSE(see(1, 0, 0));
	CU_ASSERT_TRUE(see(2, 0, 999));
	CU_ASSERT_FALSE(see(3, 0, 1000));
}

static void test_other_bytes_are_another_packet(void)
{
	begin();
	CU_ASSERT_FALSE(see(1, 0, 0));
	data[LINK_SLL2_LEN + 127] = 1;
	CU_ASSERT_FALSE(see(2, 0, 1));
	data[LINK_SLL2_LEN + 4] = 1;
	CU_ASSERT_FALSE(see(3, 0, 1));
}

static void test_routers_make_copies(void)
{
	unsigned at;

	for (at = 0; at < 20; at++) {
		bool is_hop = at == 8 || at == 10 || at == 11;

		begin();
		CU_ASSERT_FALSE(see(1, 0, 0));
		data[LINK_SLL2_LEN + at] ^= 1;
		CU_ASSERT_EQUAL(see(2, 4, 0), is_hop);
	}
	for (at = 0; at < 40; at++) {
		begin();
		data[LINK_SLL2_LEN] = 0x60;
		CU_ASSERT_FALSE(see(1, 0, 0));
		data[LINK_SLL2_LEN + at] ^= 1;
		CU_ASSERT_EQUAL(see(2, 4, 0), at == 7);
	}
}

static void test_more_interfaces_than_are_remembered(void)
{
	uint8_t i;

	begin();
	for (i = 0; i < 2 * COPIES_IFACES; i++)
		CU_ASSERT_EQUAL(see(i, 0, 0), i != 0);
}

static void test_other_frames_tell_nothing(void)
{
	struct frame f = { .link = LINK_ETHERNET,
			   .data = data,
			   .cap_len = sizeof(data),
			   .wire_len = sizeof(data) };
	struct frame empty = { .link = LINK_SLL2,
			       .data = data,
			       .cap_len = LINK_SLL2_LEN,
			       .wire_len = LINK_SLL2_LEN };

	begin();
	CU_ASSERT_FALSE(copies_see(&copies, &f));
	data[7]++;
	CU_ASSERT_FALSE(copies_see(&copies, &f));
	CU_ASSERT_FALSE(copies_see(&copies, &empty));
	data[7]++;
	CU_ASSERT_FALSE(copies_see(&copies, &empty));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "other interfaces", test_other_interfaces_bring_copies },
		{ "once more", test_the_same_once_more_is_another_packet },
		{ "late", test_a_copy_does_not_come_late },
		{ "other bytes", test_other_bytes_are_another_packet },
		{ "routers", test_routers_make_copies },
		{ "many interfaces", test_more_interfaces_than_are_remembered },
		{ "other frames", test_other_frames_tell_nothing },
	};

	return unit_main("inspect_copies", tests, ARRAY_SIZE(tests));
}
