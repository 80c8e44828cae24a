/* SPDX-License-Identifier: BSD-2-Clause */
/* test_cidr.c - prefixes: parsing, matching, counting through them */
#include <string.h>

#include <CUnit/CUnit.h>

#include "base/cidr.h"
#include "harness.h"
#include "wire/wire.h"

static bool parse(const char *text, struct cidr *ret)
{
	struct guard g;
	bool ok;

	guard_init(&g, (const uint8_t *)text, strlen(text));
	ok = cidr_parse((const char *)g.data, strlen(text), ret);
	guard_fini(&g);
	return ok;
}

static struct cidr cidr(const char *text)
{
	struct cidr c = { 0 };

	ASSERT(parse(text, &c));
	return c;
}

static struct ip_addr addr(const char *text)
{
	struct ip_addr a = { 0 };

	ASSERT(ip_addr_parse(text, strlen(text), &a));
	return a;
}

static void test_parsing(void)
{
	static const char *const bad[] = {
		"",
		"/",
		"/8",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0.0/8 ",
		"10.0.0.0/8/8",
		"10.0.0/8",
		"10.0.0.1/31",
		"10.0.0.1/8",
		"10.128.0.0/8",
		"::/129",
		"::1/127",
		"fd00::1/112",
		"fd00::/x",
		"10.0.0.0/+8",
		"1.2.3.4,",
	};
	struct cidr c = { .len = 99 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CU_ASSERT_FALSE(parse(bad[i], &c));
	CU_ASSERT_EQUAL(c.len, 99);
	CU_ASSERT_EQUAL(cidr("10.0.0.0/8").len, 8);
	CU_ASSERT_EQUAL(cidr("10.128.0.0/9").len, 9);
	CU_ASSERT_EQUAL(cidr("0.0.0.0/0").len, 0);
	CU_ASSERT_EQUAL(cidr("10.0.0.1").len, 32);
	CU_ASSERT_EQUAL(cidr("10.0.0.1/32").len, 32);
	CU_ASSERT_EQUAL(cidr("::/0").len, 0);
	CU_ASSERT_EQUAL(cidr("fd00::1").len, 128);
	CU_ASSERT_EQUAL(cidr("fd00::8/125").len, 125);
}

/* Every prefix length against an address that differs in one bit only. */
static void test_every_bit(void)
{
	struct ip_addr base = addr("fd00::");
	unsigned len, bit;

	for (len = 0; len <= 128; len++) {
		struct cidr c = { .addr = { .family = IP_V6 },
				  .len = (uint8_t)len };
		unsigned i;

		for (i = 0; i < len; i++)
			c.addr.bytes[i / 8] |=
				(uint8_t)(base.bytes[i / 8] & (0x80U >> i % 8));
		for (bit = 0; bit < 128; bit++) {
			struct ip_addr a = base;

			a.bytes[bit / 8] ^= (uint8_t)(0x80U >> bit % 8);
			CU_ASSERT_EQUAL(cidr_match(&c, &a), bit >= len);
		}
	}
}

static void test_matching(void)
{
	struct cidr c = cidr("0.0.0.0/0");
	struct ip_addr a = addr("1.2.3.4"), b = addr("::1"), none = { 0 };

	CU_ASSERT_TRUE(cidr_match(&c, &a));
	CU_ASSERT_FALSE(cidr_match(&c, &b));
	CU_ASSERT_FALSE(cidr_match(&c, &none));
	c = cidr("1.2.3.4");
	CU_ASSERT_TRUE(cidr_match(&c, &a));
	a = addr("1.2.3.5");
	CU_ASSERT_FALSE(cidr_match(&c, &a));
}

static void test_lists(void)
{
	struct cidr_list l = { 0 };
	struct ip_addr a = addr("10.9.9.9"), b = addr("fd00::77"),
		       c = addr("11.0.0.0");
	char bad[8] = "";
	int i;

	CU_ASSERT_FALSE(cidr_list_match(&l, &a));
	CU_ASSERT_TRUE(
		cidr_list_add(&l, "10.0.0.0/8,fd00::/112", bad, sizeof(bad)));
	CU_ASSERT_TRUE(cidr_list_add(&l, "192.0.2.1", bad, sizeof(bad)));
	CU_ASSERT_EQUAL(l.n, 3);
	CU_ASSERT_TRUE(cidr_list_match(&l, &a));
	CU_ASSERT_TRUE(cidr_list_match(&l, &b));
	CU_ASSERT_FALSE(cidr_list_match(&l, &c));
	CU_ASSERT_FALSE(cidr_list_add(&l, "10.0.0.0/8,10.0.0.1/24,::1", bad,
				      sizeof(bad)));
	CU_ASSERT_STRING_EQUAL(bad, "10.0.0.");
	CU_ASSERT_FALSE(cidr_list_add(&l, "10.0.0.x", bad, sizeof(bad)));
	CU_ASSERT_STRING_EQUAL(bad, "10.0.0.");
	CU_ASSERT_FALSE(cidr_list_add(&l, "::1,", bad, sizeof(bad)));
	CU_ASSERT_STRING_EQUAL(bad, "");
	CU_ASSERT_FALSE(cidr_list_add(&l, "x", NULL, 0));
	l.n = 0;
	for (i = 0; i < CIDR_LIST_MAX; i++)
		CU_ASSERT_TRUE(cidr_list_add(&l, "::1", bad, sizeof(bad)));
	CU_ASSERT_FALSE(cidr_list_add(&l, "::1", bad, sizeof(bad)));
	CU_ASSERT_EQUAL(l.n, CIDR_LIST_MAX);
	CU_ASSERT_FALSE(cidr_list_match(&l, &a));
}

static void expect_nth(const char *prefix, uint64_t n, const char *want)
{
	struct cidr c = cidr(prefix);
	struct ip_addr a = cidr_nth(&c, n);
	char text[IP_ADDR_TEXT_MAX];

	CU_ASSERT_STRING_EQUAL(ip_addr_format(&a, text), want);
	CU_ASSERT_TRUE(cidr_match(&c, &a));
}

static void test_counting(void)
{
	struct cidr c = cidr("10.0.0.0/24");

	CU_ASSERT_EQUAL(cidr_size(&c), 256);
	c = cidr("0.0.0.0/0");
	CU_ASSERT_EQUAL(cidr_size(&c), 1ULL << 32);
	c = cidr("1.1.1.1");
	CU_ASSERT_EQUAL(cidr_size(&c), 1);
	c = cidr("fd00::/65");
	CU_ASSERT_EQUAL(cidr_size(&c), 1ULL << 63);
	c = cidr("fd00::/64");
	CU_ASSERT_EQUAL(cidr_size(&c), UINT64_MAX);
	c = cidr("::/0");
	CU_ASSERT_EQUAL(cidr_size(&c), UINT64_MAX);
	expect_nth("127.1.0.0/16", 0, "127.1.0.0");
	expect_nth("127.1.0.0/16", 1000, "127.1.3.232");
	expect_nth("127.1.0.0/16", 65536, "127.1.0.0");
	expect_nth("127.1.0.0/16", 65535, "127.1.255.255");
	expect_nth("10.0.0.4/30", 7, "10.0.0.7");
	expect_nth("10.0.0.4", 7, "10.0.0.4");
	expect_nth("fd00::/112", 65537, "fd00::1");
	expect_nth("fd00::/64", UINT64_MAX, "fd00::ffff:ffff:ffff:ffff");
	expect_nth("fd00:0:0:8000::/50", UINT64_MAX,
		   "fd00::8000:ffff:ffff:ffff:ffff");
	expect_nth("0.0.0.0/0", UINT32_MAX, "255.255.255.255");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "parsing", test_parsing },   { "every bit", test_every_bit },
		{ "matching", test_matching }, { "lists", test_lists },
		{ "counting", test_counting },
	};

	return unit_main("cidr", tests, ARRAY_SIZE(tests));
}
