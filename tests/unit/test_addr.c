/* SPDX-License-Identifier: BSD-2-Clause */
/* test_addr.c - addresses and endpoints as text, compared with libc's opinion
 */
#include <arpa/inet.h>
#include <string.h>

#include <CUnit/Basic.h>

#include "harness.h"
#include "wire/addr.h"
#include "wire/wire.h"

static struct ip_addr addr(const char *text)
{
	struct ip_addr a = { 0 };

	CU_ASSERT_FATAL(ip_addr_parse(text, strlen(text), &a));
	return a;
}

static void test_text_is_read_and_written_shortest(void)
{
	static const char *const pairs[][2] = {
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "1::", "1::" },
		{ "0:0:0:0:0:0:0:0", "::" },
		{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
		/* RFC 5952 4.2.2: one group alone is not shortened */
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		/* 4.2.3: the longest run, the first of equals */
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
		{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
		{ "1:0:0:4:5:6:0:0", "1::4:5:6:0:0" },
		{ "0001:0002:0003:0004:0005:0006:0007:0008",
		  "1:2:3:4:5:6:7:8" },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
		{ "::FFFF:c000:201", "::ffff:192.0.2.1" },
		{ "1:2:3:4:5:6:7.8.9.10", "1:2:3:4:5:6:708:90a" },
		{ "1::2:3.4.5.6", "1::2:304:506" },
		{ "1:2:3:4:5::1.2.3.4", "1:2:3:4:5:0:102:304" },
		{ "::1.2.3.4", "::102:304" },
	};
	char out[IP_ADDR_TEXT_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct ip_addr a = addr(pairs[i][0]);

		CU_ASSERT_STRING_EQUAL(ip_addr_format(&a, out), pairs[i][1]);
	}
}

static void test_strange_text_is_refused(void)
{
	static const char *const texts[] = {
		"",
		"1",
		"1.2.3",
		"1.2.3.4.5",
		"1.2.3.4.",
		".1.2.3.4",
		"1..2.3",
		"256.1.1.1",
		"1.1.1.256",
		"01.2.3.4",
		"1.2.3.00",
		"1.2.3.04",
		"1.2.3.4 ",
		" 1.2.3.4",
		"0x1.2.3.4",
		"+1.2.3.4",
		"1.2.3.-4",
		"1.2.3.4/32",
		"1,2,3,4",
		":",
		":::",
		"1:",
		":1",
		"1::2::3",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:8:",
		"::1:2:3:4:5:6:7:8",
		"1:2:3:4::5:6:7:8",
		"12345::",
		"g::",
		"::g",
		"fe80::1%eth0",
		"[::1]",
		"::1 ",
		"1:2:3:4:5:6:7:1.2.3.4",
		"1:2:3:4:5:1.2.3.4",
		"1:2:3:4:5:6::1.2.3.4",
		"1.2.3.4::",
		"::1.2.3",
		"::1.2.3.4.5",
		"::1.2.3.256",
		"::01.2.3.4",
		"::a.2.3.4",
		"::1.2.3.4:5",
		"1:2:::3",
		"::.1.2.3",
		"-",
	};
	struct ip_addr a, before;
	size_t i;

	memset(&before, 0x5a, sizeof(before));
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		a = before;
		if (ip_addr_parse(texts[i], strlen(texts[i]), &a)) {
			CU_FAIL("accepted");
			puts(texts[i]);
		}
		CU_ASSERT_EQUAL(memcmp(&a, &before, sizeof(a)), 0);
	}
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void test_random_addresses_agree_with_libc(void)
{
	char ours[IP_ADDR_TEXT_MAX], theirs[INET6_ADDRSTRLEN];
	uint32_t state = 1;
	int round, i;

	for (round = 0; round < 20000; round++) {
		uint8_t bytes[16], back[16];
		struct ip_addr a, b;

		for (i = 0; i < 16; i += 2) {
			uint32_t r = next_random(&state);

			bytes[i] = (uint8_t)(r & 3 ? 0 : r >> 4);
			bytes[i + 1] = (uint8_t)(r & 0x80 ? 0 : r >> 10);
		}
		a = ip_addr_v6(bytes);
		ip_addr_format(&a, ours);
		CU_ASSERT_EQUAL_FATAL(inet_pton(AF_INET6, ours, back), 1);
		CU_ASSERT_EQUAL_FATAL(memcmp(back, bytes, 16), 0);
		inet_ntop(AF_INET6, bytes, theirs, sizeof(theirs));
		CU_ASSERT_FATAL(ip_addr_parse(theirs, strlen(theirs), &b));
		CU_ASSERT_FATAL(ip_addr_eq(&a, &b));
		/* libc also dots ::1.2.3.4, which RFC 5952 does not ask for */
		if (!strchr(theirs, '.') || ip_addr_is_mapped(&a))
			CU_ASSERT_STRING_EQUAL(ours, theirs);
		a = ip_addr_v4(bytes);
		inet_ntop(AF_INET, bytes, theirs, sizeof(theirs));
		CU_ASSERT_STRING_EQUAL(ip_addr_format(&a, ours), theirs);
		CU_ASSERT_FATAL(ip_addr_eq(&a, (b = addr(theirs), &b)));
	}
}

/* Text made of the alphabet of addresses: both readers must agree. */
static void test_random_text_agrees_with_libc(void)
{
	static const char alphabet[] = "0012:::.af9";
	uint32_t state = 7, round, agreed = 0;

	for (round = 0; round < 400000; round++) {
		char text[16];
		uint8_t bytes[16] = { 0 };
		struct ip_addr a = { 0 };
		size_t n = 1 + next_random(&state) % 12, i;
		bool ours;
		int theirs;

		for (i = 0; i < n; i++)
			text[i] = alphabet[next_random(&state) %
					   (sizeof(alphabet) - 1)];
		text[n] = '\0';
		ours = ip_addr_parse(text, n, &a);
		theirs = inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text,
				   bytes);
		if (ours != (theirs == 1))
			puts(text);
		CU_ASSERT_EQUAL_FATAL(ours, theirs == 1);
		if (ours) {
			agreed++;
			CU_ASSERT_EQUAL_FATAL(
				memcmp(a.bytes, bytes, ip_addr_bytes(&a)), 0);
		}
	}
	CU_ASSERT(agreed > 1000);
}

static void test_scan_stops_at_the_byte_that_decides(void)
{
	static const struct {
		const char *text;
		size_t n;
		enum ip_family family;
		bool full;
	} cases[] = {
		{ "1.2.3.4 x", 7, IP_V4, true },
		{ "1.2.3.44", 8, IP_V4, true },
		{ "1.2.3.256", 8, IP_V4, true },
		{ "1.2.300.4", 6, IP_V4, false },
		{ "1.2.", 4, IP_V4, false },
		{ "::1", 0, IP_V4, false },
		{ "", 0, IP_V4, false },
		{ "::1 ", 3, IP_V6, true },
		{ "1:2:3:4:5:6:7:8:9", 15, IP_V6, true },
		{ "1:2:3:4:5:6:7::8", 15, IP_V6, true },
		{ "12345", 4, IP_V6, false },
		{ ":1", 1, IP_V6, false },
		{ "1.2.3.4", 1, IP_V6, false },
		{ "::1.2.3.4.5", 9, IP_V6, true },
		{ "::1.2.3", 7, IP_V6, false },
		{ "::1.02", 5, IP_V6, false },
		{ "::256.1", 5, IP_V6, true },
		{ "fe80::1%1", 7, IP_V6, true },
		{ "::", 0, IP_NONE, false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len = strlen(cases[i].text);
		struct ip_addr a;
		struct guard g;
		bool full;

		guard_init(&g, (const uint8_t *)cases[i].text, len);
		CU_ASSERT_EQUAL(ip_addr_scan(cases[i].family,
					     (const char *)g.data, len, &a,
					     &full),
				cases[i].n);
		CU_ASSERT_EQUAL(full, cases[i].full);
		guard_fini(&g);
	}
}

static void test_mapped_addresses(void)
{
	struct ip_addr v4 = addr("192.0.2.1"), v6 = addr("2001:db8::1");
	struct ip_addr mapped = addr("::ffff:192.0.2.1"), none = { 0 }, a;
	static const uint8_t zero[16];
	uint8_t bytes[16];

	CU_ASSERT(ip_addr_is_mapped(&mapped));
	CU_ASSERT(!ip_addr_is_mapped(&v4));
	CU_ASSERT(!ip_addr_is_mapped(&v6));
	CU_ASSERT(!ip_addr_is_mapped(&none));
	a = addr("::fffe:192.0.2.1");
	CU_ASSERT(!ip_addr_is_mapped(&a));
	a = addr("::1:ffff:192.0.2.1");
	CU_ASSERT(!ip_addr_is_mapped(&a));
	a = ip_addr_unmap(&mapped);
	CU_ASSERT(ip_addr_eq(&a, &v4));
	CU_ASSERT_EQUAL(memcmp(&a, &v4, sizeof(a)), 0);
	a = ip_addr_unmap(&v6);
	CU_ASSERT(ip_addr_eq(&a, &v6));
	ip_addr_map(&v4, bytes);
	CU_ASSERT_EQUAL(memcmp(bytes, mapped.bytes, 16), 0);
	ip_addr_map(&v6, bytes);
	CU_ASSERT_EQUAL(memcmp(bytes, v6.bytes, 16), 0);
	ip_addr_map(&none, bytes);
	CU_ASSERT_EQUAL(memcmp(bytes, zero, 16), 0);
	CU_ASSERT(!ip_addr_eq(&v4, &mapped));
	CU_ASSERT_EQUAL(ip_addr_bytes(&v4), 4);
	CU_ASSERT_EQUAL(ip_addr_bytes(&v6), 16);
	CU_ASSERT_EQUAL(ip_addr_bytes(&none), 0);
}

static void test_endpoints(void)
{
	static const char *const good[] = {
		"192.0.2.1:0",	     "192.0.2.1:65535",	       "[::]:1",
		"[2001:db8::1]:443", "[::ffff:1.2.3.4]:10000", "[::1]:9",
	};
	static const char *const bad[] = {
		"",
		"1.2.3.4",
		"1.2.3.4:",
		"1.2.3.4:65536",
		"1.2.3.4:080",
		"1.2.3.4:08",
		"[::1]:8:",
		"1.2.3.4:1 ",
		"1.2.3.4:+1",
		"1.2.3.4:100000",
		"[1.2.3.4]:1",
		"::1:80",
		"[::1]80",
		"[::1:80",
		"[::1]:",
		"[::1",
		"[",
		"[]:1",
		"[::1]x80",
		"1.2.3.4x80",
		":80",
		"[::1]]:80",
		"[::1]",
		"[::1/:80",
		"1.2.3.4:4294967376",
	};
	char out[ENDPOINT_TEXT_MAX];
	struct endpoint e = { 0 }, none = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		CU_ASSERT_FATAL(endpoint_parse(good[i], strlen(good[i]), &e));
		CU_ASSERT_STRING_EQUAL(endpoint_format(&e, out), good[i]);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct endpoint x = e;
		struct guard g;

		guard_init(&g, (const uint8_t *)bad[i], strlen(bad[i]));
		CU_ASSERT(!endpoint_parse((const char *)g.data, strlen(bad[i]),
					  &x));
		CU_ASSERT(endpoint_eq(&x, &e));
		guard_fini(&g);
	}
	CU_ASSERT_STRING_EQUAL(endpoint_format(&none, out), "-:0");
	CU_ASSERT(!endpoint_eq(&e, &none));
	none = e;
	none.port++;
	CU_ASSERT(!endpoint_eq(&e, &none));
}

static void test_the_longest_text_fits(void)
{
	static const char longest[] =
		"1111:2222:3333:4444:5555:6666:255.255.255.255";
	struct endpoint e = { .port = 65535 };
	char out[ENDPOINT_TEXT_MAX];

	CU_ASSERT_EQUAL(sizeof(longest), IP_ADDR_TEXT_MAX);
	e.addr = addr(longest);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&e, out),
			       "[1111:2222:3333:4444:5555:6666:ffff:ffff]:"
			       "65535");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "text is read, and written shortest",
		  test_text_is_read_and_written_shortest },
		{ "strange text is refused", test_strange_text_is_refused },
		{ "random addresses agree with libc",
		  test_random_addresses_agree_with_libc },
		{ "random text agrees with libc",
		  test_random_text_agrees_with_libc },
		{ "scan stops at the byte that decides",
		  test_scan_stops_at_the_byte_that_decides },
		{ "mapped addresses", test_mapped_addresses },
		{ "endpoints", test_endpoints },
		{ "the longest text fits", test_the_longest_text_fits },
	};

	return unit_main("addr", tests, ARRAY_SIZE(tests));
}
