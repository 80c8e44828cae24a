/* SPDX-License-Identifier: BSD-2-Clause */
/* test_persist.c - a client stays with its origin for the rule's time */
#include "proxy/persist.h"

#include <CUnit/CUnit.h>

#include "harness.h"
#include "proxy/fwd.h"
#include "wire/bytes.h"
#include "wire/wire.h"

#define PERSIST_S 30

static struct ip_addr addr_of(uint32_t n)
{
	uint8_t bytes[4];

	put_be32(bytes, 0xc6120000 + n);
	return ip_addr_v4(bytes);
}

static void test_entries_end(void)
{
	struct persist_key key = { RULE_TCP, 80, addr_of(1) }, other = key;
	struct ip_addr at = addr_of(9), found;
	struct persist *p = persist_new();

	CU_ASSERT(!persist_find(p, &key, 1000, &found));
	persist_put(p, &key, &at, 1000, 500);
	CU_ASSERT(persist_find(p, &key, 1499, &found));
	CU_ASSERT(ip_addr_eq(&found, &at));
	CU_ASSERT(!persist_find(p, &key, 1500, &found));
	other.proto = RULE_UDP;
	CU_ASSERT(!persist_find(p, &other, 1000, &found));
	other = key;
	other.port = 81;
	CU_ASSERT(!persist_find(p, &other, 1000, &found));
	other = key;
	other.client = addr_of(2);
	CU_ASSERT(!persist_find(p, &other, 1000, &found));
	/* begun anew */
	at = addr_of(10);
	persist_put(p, &key, &at, 1400, 500);
	CU_ASSERT(persist_find(p, &key, 1899, &found));
	CU_ASSERT(ip_addr_eq(&found, &at));
	persist_free(p);
	persist_free(NULL);
}

/* More clients than there is room: those that came last are there. */
static void test_room(void)
{
	struct persist *p = persist_new();
	struct ip_addr at = addr_of(9), found;
	uint32_t i, n = 4 * PERSIST_MAX, kept = 0, last = 0;

	for (i = 0; i < n; i++) {
		struct persist_key key = { RULE_TCP, 80, addr_of(i) };

		persist_put(p, &key, &at, i, 10ULL * n);
	}
	for (i = 0; i < n; i++) {
		struct persist_key key = { RULE_TCP, 80, addr_of(i) };
		bool is_there = persist_find(p, &key, n, &found);

		kept += is_there;
		last += i >= n - 1000 && is_there;
	}
	CU_ASSERT_EQUAL(kept, PERSIST_MAX);
	CU_ASSERT_EQUAL(last, 1000);
	/* those that begin anew take no other's room */
	at = addr_of(10);
	for (i = n - 1000; i < n; i++) {
		struct persist_key key = { RULE_TCP, 80, addr_of(i) };

		persist_put(p, &key, &at, n, 10ULL * n);
	}
	for (i = 0; i < n; i++) {
		struct persist_key key = { RULE_TCP, 80, addr_of(i) };

		kept -= persist_find(p, &key, n, &found);
		CU_ASSERT(i < n - 1000 || ip_addr_eq(&found, &at));
	}
	CU_ASSERT_EQUAL(kept, 0);
	persist_free(p);
}

static struct fwd_table *table_of(const char *group)
{
	struct ruleset *rs = ruleset_new(0);
	struct proxy_config cfg = { .n_threads = 1, .dns_ttl_max_ms = 1000 };
	struct fwd_table *t = NULL;

	ruleset_add_line(rs, group, "test");
	ruleset_add_line(rs, "tcp:80 og:g 80 on off", "test");
	ASSERT(ruleset_check(rs));
	rs->rules[0].persist_s = PERSIST_S;
	ASSERT(fwd_table_new(rs, &cfg, &t) == 0);
	return t;
}

static struct ip_addr pick(const struct fwd_table *t, struct persist *p,
			   uint32_t client, uint64_t now_ms)
{
	struct ip_addr c = addr_of(client), ret = { 0 };

	CU_ASSERT(fwd_pick(&t->fwds[0], p, &c, now_ms, &ret));
	return ret;
}

/* An origin that comes moves no client before its time is over; some move
 * then.
 */
static void test_origin_comes(void)
{
	struct fwd_table *two = table_of("og:g = 10.0.0.1, 10.0.0.2");
	struct fwd_table *three =
		table_of("og:g = 10.0.0.1, 10.0.0.2, 10.0.0.3");
	const uint64_t end = PERSIST_S * 1000ULL;
	struct persist *p = persist_new();
	uint32_t i, stayed = 0, moved = 0;

	for (i = 0; i < 100; i++) {
		struct ip_addr first = pick(two, p, i, 0), at;

		at = pick(three, p, i, end - 1);
		stayed += ip_addr_eq(&first, &at);
		/* the time counts from the last one */
		at = pick(three, p, i, 2 * end - 2);
		stayed += ip_addr_eq(&first, &at);
		at = pick(three, p, i, 3 * end);
		moved += !ip_addr_eq(&first, &at);
	}
	CU_ASSERT_EQUAL(stayed, 200);
	/* a third, more or less: highest random weight */
	CU_ASSERT(moved > 15 && moved < 55);
	persist_free(p);
	fwd_table_free(two);
	fwd_table_free(three);
}

/* A client whose origin failed stays with the other when it is back. */
static void test_origin_fails(void)
{
	struct fwd_table *t = table_of("og:g = 10.0.0.1, 10.0.0.2");
	const uint64_t end = PERSIST_S * 1000ULL;
	struct persist *p = persist_new();
	struct ip_addr first = pick(t, p, 1, 0), second, at;

	origin_failed(t->fwds[0].origin, &first, 10, 100);
	second = pick(t, p, 1, 20);
	CU_ASSERT(!ip_addr_eq(&first, &second));
	at = pick(t, p, 1, 5000);
	CU_ASSERT(ip_addr_eq(&at, &second));
	at = pick(t, p, 1, 5000 + end);
	CU_ASSERT(ip_addr_eq(&at, &first));
	persist_free(p);
	fwd_table_free(t);
}

/* The next table goes on with the marks of failure. */
static void test_table_inherits(void)
{
	struct fwd_table *t = table_of("og:g = 10.0.0.1, 10.0.0.2");
	struct fwd_table *next = table_of("og:g = 10.0.0.2, 10.0.0.1");
	struct persist *p = persist_new();
	struct ip_addr first = pick(t, p, 1, 0), at;

	origin_failed(t->fwds[0].origin, &first, 10, 100000);
	CU_ASSERT_EQUAL(fwd_table_start(next, t, 0), 0);
	at = pick(next, p, 1, 20);
	CU_ASSERT(!ip_addr_eq(&first, &at));
	persist_free(p);
	fwd_table_free(t);
	fwd_table_free(next);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "an entry ends with its time", test_entries_end },
		{ "the room is bounded", test_room },
		{ "an origin that comes moves nobody early",
		  test_origin_comes },
		{ "nor does one that comes back", test_origin_fails },
		{ "a reload keeps marks of failure", test_table_inherits },
	};

	return unit_main("persist", tests, ARRAY_SIZE(tests));
}
