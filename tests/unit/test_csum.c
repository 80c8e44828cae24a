/* SPDX-License-Identifier: BSD-2-Clause */
/* test_csum.c - RFC 1071's own example, real packets and every split */
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/csum.h"
#include "wire/ip.h"
#include "wire/wire.h"

static const uint8_t a4[4] = { 192, 0, 2, 1 };
static const uint8_t b4[4] = { 198, 51, 100, 9 };

/* RFC 1071 3: 0001 f203 f4f5 f6f7 sums to 2ddf0, folded ddf2 */
static const uint8_t rfc1071[] = { 0x00, 0x01, 0xf2, 0x03,
				   0xf4, 0xf5, 0xf6, 0xf7 };

static void test_rfc1071_example(void)
{
	struct csum c = { 0 };

	csum_update(&c, rfc1071, sizeof(rfc1071));
	CU_ASSERT_EQUAL(csum_fold(&c), 0xddf2);
}

static void test_every_split_gives_the_same_sum(void)
{
	size_t i, j;

	for (i = 0; i <= sizeof(rfc1071); i++)
		for (j = i; j <= sizeof(rfc1071); j++) {
			struct csum c = { 0 };

			csum_update(&c, rfc1071, i);
			csum_update(&c, rfc1071 + i, j - i);
			csum_update(&c, rfc1071 + j, sizeof(rfc1071) - j);
			CU_ASSERT_EQUAL(csum_fold(&c), 0xddf2);
		}
}

static void test_odd_end_is_padded_with_zero(void)
{
	const uint8_t odd[] = { 0x12, 0x34, 0x56 };
	struct csum c = { 0 };
	struct guard g;

	guard_init(&g, odd, sizeof(odd));
	csum_update(&c, g.data, sizeof(odd));
	CU_ASSERT_EQUAL(csum_fold(&c), 0x1234 + 0x5600);
	guard_fini(&g);
}

static void test_carries_fold_twice(void)
{
	uint8_t ones[8];
	struct csum c = { 0 };
	int i;

	memset(ones, 0xff, sizeof(ones));
	for (i = 0; i < 100000; i++)
		csum_update(&c, ones, sizeof(ones));
	CU_ASSERT_EQUAL(csum_fold(&c), 0xffff);
}

/* 192.0.2.1 > 198.51.100.9, UDP 4660 > 22136, "hi!"; sums by hand:
 * pseudo c000+0201+c633+6409+0011+000b = 1ec59 -> ec5a
 * header 1234+5678+000b = 68b7; data 6869+2100 = 8969
 * 0ec5a+68b7+8969 = 1de7a -> de7b; complement 2184
 */
static const char udp_hi[] = "1234 5678 000b 2184 686921";

static enum csum_state check_udp(const char *hex, bool is_v6)
{
	struct ip_addr src = ip_addr_v4(a4);
	struct ip_addr dst = ip_addr_v4(b4);
	uint8_t seg[64];
	enum csum_state st;
	struct guard g;
	size_t len = unhex(hex, seg, sizeof(seg));

	if (is_v6) {
		CU_ASSERT(ip_addr_parse("2001:db8::1", 11, &src));
		CU_ASSERT(ip_addr_parse("2001:db8::2", 11, &dst));
	}
	guard_init(&g, seg, len);
	st = csum_check_transport(&src, &dst, IP_PROTO_UDP, g.data, len, 6);
	guard_fini(&g);
	return st;
}

static void test_udp_v4(void)
{
	CU_ASSERT_EQUAL(check_udp(udp_hi, false), CSUM_OK);
	CU_ASSERT_EQUAL(check_udp("1234 5678 000b 2185 686921", false),
			CSUM_BAD);
	CU_ASSERT_EQUAL(check_udp("1234 5678 000b 2184 686922", false),
			CSUM_BAD);
	CU_ASSERT_EQUAL(check_udp("1234 5678 000b 0000 686921", false),
			CSUM_ABSENT);
}

static void test_pseudo_sum_in_the_field_is_partial(void)
{
	CU_ASSERT_EQUAL(check_udp("1234 5678 000b ec5a 686921", false),
			CSUM_PARTIAL);
	/* without the length, 000b */
	CU_ASSERT_EQUAL(check_udp("1234 5678 000b ec4f 686921", false),
			CSUM_PARTIAL);
	CU_ASSERT_EQUAL(check_udp("1234 5678 000b ec5b 686921", false),
			CSUM_BAD);
}

/* 2001:0db8::1 > ::2: 2*(2001+0db8)+1+2+000b+0011 = 5b91
 * 5b91+68b7+8969 = 14db1 -> 4db2; complement b24d
 */
static void test_udp_v6(void)
{
	CU_ASSERT_EQUAL(check_udp("1234 5678 000b b24d 686921", true), CSUM_OK);
	CU_ASSERT_EQUAL(check_udp("1234 5678 000b b24e 686921", true),
			CSUM_BAD);
	CU_ASSERT_EQUAL(check_udp("1234 5678 000b 5b91 686921", true),
			CSUM_PARTIAL);
}

static void test_zero_in_tcp_is_not_absent(void)
{
	struct ip_addr src = ip_addr_v4(a4);
	struct ip_addr dst = ip_addr_v4(b4);
	uint8_t seg[20] = { 0 };

	seg[12] = 0x50;
	CU_ASSERT_EQUAL(csum_check_transport(&src, &dst, IP_PROTO_TCP, seg,
					     sizeof(seg), 16),
			CSUM_BAD);
}

/* model_sum() - RFC 1071 byte by byte */
static uint16_t model_sum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void test_every_length(void)
{
	uint8_t buf[200];
	size_t len, i;

	for (i = 0; i < sizeof(buf); i++)
		buf[i] = (uint8_t)(i < 90 ? 0xff - i % 3 : i * 37);
	for (len = 0; len <= sizeof(buf); len++) {
		struct csum c = { 0 };
		struct guard g;

		guard_init(&g, buf, len);
		csum_update(&c, g.data, len);
		CU_ASSERT_EQUAL(csum_fold(&c), model_sum(buf, len));
		CU_ASSERT_EQUAL(csum_is_whole(g.data, len),
				model_sum(buf, len) == 0xffff);
		guard_fini(&g);
	}
}

static void test_a_sum_makes_it_whole(void)
{
	uint8_t buf[200];
	size_t len, i;

	for (len = 2; len <= sizeof(buf); len++) {
		uint16_t sum;

		for (i = 0; i < len; i++)
			buf[i] = (uint8_t)(i * 37 + len);
		buf[0] = buf[1] = 0;
		sum = (uint16_t)~model_sum(buf, len);
		buf[0] = (uint8_t)(sum >> 8);
		buf[1] = (uint8_t)sum;
		CU_ASSERT(csum_is_whole(buf, len));
		buf[len / 2] ^= 1;
		CU_ASSERT(!csum_is_whole(buf, len));
	}
}

/* The sums of test_udp_v4() and test_udp_v6(). */
static void test_right_with_addresses_as_they_stand(void)
{
	uint8_t v4[8], v6[32] = { 0x20, 0x01, 0x0d, 0xb8 };
	uint8_t seg[16];
	size_t len = unhex(udp_hi, seg, sizeof(seg)), i;

	memcpy(v4, a4, 4);
	memcpy(v4 + 4, b4, 4);
	memcpy(v6 + 16, v6, 4);
	v6[15] = 1;
	v6[31] = 2;
	CU_ASSERT(csum_is_right(v4, 8, IP_PROTO_UDP, seg, len));
	CU_ASSERT(!csum_is_right(v4, 8, IP_PROTO_TCP, seg, len));
	CU_ASSERT(!csum_is_right(v4, 8, IP_PROTO_UDP, seg, len - 1));
	for (i = 0; i < len; i++) {
		seg[i] ^= 1;
		CU_ASSERT(!csum_is_right(v4, 8, IP_PROTO_UDP, seg, len));
		seg[i] ^= 1;
	}
	unhex("1234 5678 000b b24d 686921", seg, sizeof(seg));
	CU_ASSERT(csum_is_right(v6, 32, IP_PROTO_UDP, seg, len));
	v6[15] = 2;
	CU_ASSERT(!csum_is_right(v6, 32, IP_PROTO_UDP, seg, len));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "RFC 1071 example", test_rfc1071_example },
		{ "every split", test_every_split_gives_the_same_sum },
		{ "odd end", test_odd_end_is_padded_with_zero },
		{ "carries", test_carries_fold_twice },
		{ "UDP over IPv4", test_udp_v4 },
		{ "offload's partial sum",
		  test_pseudo_sum_in_the_field_is_partial },
		{ "UDP over IPv6", test_udp_v6 },
		{ "TCP has no absent sum", test_zero_in_tcp_is_not_absent },
		{ "every length", test_every_length },
		{ "a sum makes it whole", test_a_sum_makes_it_whole },
		{ "addresses as they stand",
		  test_right_with_addresses_as_they_stand },
	};

	return unit_main("csum", tests, ARRAY_SIZE(tests));
}
