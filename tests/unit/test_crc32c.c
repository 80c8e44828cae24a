/* SPDX-License-Identifier: BSD-2-Clause */
/* test_crc32c.c - Castagnoli's CRC against RFC 3720 B.4 and against itself */
#include <string.h>

#include <CUnit/Basic.h>

#include "harness.h"
#include "wire/pp2.h"

/* RFC 3720 B.4 prints the CRC as bytes, the least significant one first. */
static void test_the_vectors_of_rfc_3720(void)
{
	/* a SCSI Read (10) command PDU */
	static const char pdu_hex[] = "01c00000 00000000 00000000 00000000"
				      "14000000 00000400 00000014 00000018"
				      "28000000 00000000 02000000 00000000";
	uint8_t buf[48];
	size_t i;

	memset(buf, 0, sizeof(buf));
	CU_ASSERT_EQUAL(crc32c(0, buf, 32), 0x8a9136aa);
	memset(buf, 0xff, sizeof(buf));
	CU_ASSERT_EQUAL(crc32c(0, buf, 32), 0x62a8ab43);
	for (i = 0; i < 32; i++)
		buf[i] = (uint8_t)i;
	CU_ASSERT_EQUAL(crc32c(0, buf, 32), 0x46dd794e);
	for (i = 0; i < 32; i++)
		buf[i] = (uint8_t)(31 - i);
	CU_ASSERT_EQUAL(crc32c(0, buf, 32), 0x113fdb5c);
	CU_ASSERT_EQUAL_FATAL(unhex(pdu_hex, buf, sizeof(buf)), 48);
	CU_ASSERT_EQUAL(crc32c(0, buf, 48), 0xd9963a56);
}

static void test_the_check_value(void)
{
	static const uint8_t nine[] = "123456789";

	CU_ASSERT_EQUAL(crc32c(0, nine, 9), 0xe3069283);
	CU_ASSERT_EQUAL(crc32c(0, nine, 0), 0);
}

/* Bit by bit, from the definition of the polynomial. */
static uint32_t slow_crc32c(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff;
	size_t i;
	int bit;

	for (i = 0; i < len; i++) {
		crc ^= p[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
	}
	return ~crc;
}

static void test_every_table_entry_and_every_split(void)
{
	uint8_t buf[256];
	size_t i;

	for (i = 0; i < sizeof(buf); i++) {
		buf[i] = (uint8_t)i;
		CU_ASSERT_EQUAL(crc32c(0, &buf[i], 1), slow_crc32c(&buf[i], 1));
	}
	for (i = 0; i <= sizeof(buf); i++) {
		uint32_t head = crc32c(0, buf, i);

		CU_ASSERT_EQUAL(head, slow_crc32c(buf, i));
		CU_ASSERT_EQUAL(crc32c(head, buf + i, sizeof(buf) - i),
				slow_crc32c(buf, sizeof(buf)));
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "the vectors of RFC 3720", test_the_vectors_of_rfc_3720 },
		{ "the check value", test_the_check_value },
		{ "every table entry and every split",
		  test_every_table_entry_and_every_split },
	};

	return unit_main("crc32c", tests, ARRAY_SIZE(tests));
}
