/* SPDX-License-Identifier: BSD-2-Clause */
/* test_relay_fast.c - which connections are worth the fast path, and what the
 * programs at the interfaces are told of one
 */
#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <string.h>

#include "harness.h"
#include "proxy/relay_fast.h"
#include "wire/wire.h"

static struct endpoint at(const char *addr, uint16_t port)
{
	struct endpoint e = { .port = port };

	CU_ASSERT_FATAL(ip_addr_parse(addr, strlen(addr), &e.addr));
	return e;
}

static void test_turns(void)
{
	struct relay r = { 0 };
	unsigned n;

	relay_fast_heat(&r, 0);
	CU_ASSERT_EQUAL(r.turns, 0);
	for (n = 0; n < FAST_TURNS; n++)
		relay_fast_heat(&r, 1);
	CU_ASSERT_EQUAL(r.turns, FAST_TURNS);
	/* no number of them wraps around */
	for (n = 0; n <= UINT16_MAX; n++)
		relay_fast_heat(&r, 1);
	CU_ASSERT_EQUAL(r.turns, UINT8_MAX);
}

static void test_keys(void)
{
	struct endpoint client = at("198.51.100.7", 40000);
	struct endpoint vip = at("203.0.113.1", 80);
	struct endpoint client6 = at("2001:db8::7", 1);
	struct endpoint vip6 = at("2001:db8::1", 65535);
	struct fast_key k = fast_key_from(&client, &vip);

	CU_ASSERT(memcmp(k.src, client.addr.bytes, 4) == 0);
	CU_ASSERT(memcmp(k.dst, vip.addr.bytes, 4) == 0);
	CU_ASSERT_EQUAL(k.src[1] | k.src[2] | k.src[3], 0);
	CU_ASSERT_EQUAL(k.dst[1] | k.dst[2] | k.dst[3], 0);
	CU_ASSERT_EQUAL(ntohs(k.src_port), 40000);
	CU_ASSERT_EQUAL(ntohs(k.dst_port), 80);
	k = fast_key_from(&client6, &vip6);
	CU_ASSERT(memcmp(k.src, client6.addr.bytes, 16) == 0);
	CU_ASSERT(memcmp(k.dst, vip6.addr.bytes, 16) == 0);
	CU_ASSERT_EQUAL(ntohs(k.dst_port), 65535);
}

/* RFC 1071: the sum over both addresses of @k, added to @sum and folded */
static uint16_t fold(uint64_t sum, const struct fast_key *k)
{
	uint16_t words[16];
	int i;

	memcpy(words, k->src, sizeof(k->src));
	memcpy(words + 8, k->dst, sizeof(k->dst));
	for (i = 0; i < 16; i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* What came with the sum of its own addresses has that of the others then. */
static void check_sum(const char *a, const char *b, const char *c,
		      const char *d)
{
	struct endpoint ends[] = { at(a, 1), at(b, 2), at(c, 3), at(d, 4) };
	struct fast_key from = fast_key_from(&ends[0], &ends[1]);
	struct fast_key to = fast_key_from(&ends[2], &ends[3]);
	struct fast_key none = { 0 };
	uint16_t rest;

	for (rest = 1; rest; rest = (uint16_t)(rest << 1)) {
		uint64_t sum = fold(rest, &from);

		CU_ASSERT_EQUAL(fold(sum + fast_addr_sum(&from, &to), &none),
				fold(rest, &to));
	}
}

static void test_sums(void)
{
	check_sum("198.51.100.7", "203.0.113.1", "10.0.0.1", "10.0.0.2");
	check_sum("127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1");
	check_sum("255.255.255.255", "255.255.255.254", "0.0.0.1", "0.0.0.2");
	check_sum("0.0.0.1", "0.0.0.2", "255.255.255.255", "255.255.255.254");
	check_sum("2001:db8::1", "fe80::ffff:ffff", "fd00::2", "::1");
	check_sum("::1", "::2", "ffff:ffff:ffff::1", "ffff:ffff:ffff:ffff::2");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "turns in which something went on are counted", test_turns },
		{ "what the programs know a leg by", test_keys },
		{ "a checksum with other addresses", test_sums },
	};

	return unit_main("relay_fast", tests, ARRAY_SIZE(tests));
}
