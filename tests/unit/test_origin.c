/* SPDX-License-Identifier: BSD-2-Clause */
/* test_origin.c - persistence, least disturbance, turns, marks of failure */
#include "proxy/origin.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/wire.h"

#define CLIENTS 10000

static struct ip_addr addr4(unsigned last)
{
	uint8_t b[4] = { 192, 0, 2, (uint8_t)last };

	return ip_addr_v4(b);
}

/* 10.x.y.z, or 2001:db8::x:y:z for every other one */
static struct ip_addr client(unsigned i)
{
	uint8_t b[16] = { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8),
			  (uint8_t)i };

	if (i % 2 == 0)
		return ip_addr_v4(b);
	memset(b, 0, 4);
	b[0] = 0x20;
	b[1] = 0x01;
	b[2] = 0x0d;
	b[3] = 0xb8;
	b[14] = (uint8_t)(i >> 8);
	b[15] = (uint8_t)i;
	return ip_addr_v6(b);
}

static struct origin *origin_of(unsigned first, unsigned n)
{
	struct origin *o = origin_new();
	struct ip_addr list[ORIGIN_ADDRS_MAX];
	unsigned i;

	CU_ASSERT_FATAL(o != NULL);
	for (i = 0; i < n; i++)
		list[i] = addr4(first + i);
	origin_set_addrs(o, list, n);
	return o;
}

/* The last byte of the address picked, or 0 */
static unsigned pick(struct origin *o, unsigned c, bool is_persistent,
		     uint64_t now_ms)
{
	struct ip_addr from = client(c), to = { 0 };

	if (!origin_pick(o, &from, is_persistent, now_ms, &to))
		return 0;
	return to.bytes[3];
}

static void mark(struct origin *o, unsigned last, uint64_t now_ms,
		 uint64_t retry_ms)
{
	struct ip_addr a = addr4(last);

	origin_failed(o, &a, now_ms, retry_ms);
}

static void test_empty(void)
{
	struct origin *o = origin_of(1, 0);

	CU_ASSERT_EQUAL(origin_count(o), 0);
	CU_ASSERT_EQUAL(pick(o, 1, true, 0), 0);
	CU_ASSERT_EQUAL(pick(o, 1, false, 0), 0);
	mark(o, 1, 0, 1000);
	origin_free(o);
	origin_free(NULL);
}

static void test_list_is_a_set_within_bounds(void)
{
	struct ip_addr list[ORIGIN_ADDRS_MAX + 9], a = addr4(1);
	struct origin *o = origin_of(1, 0);
	uint8_t mapped[16];
	size_t i;

	list[0] = a;
	list[1] = a;
	ip_addr_map(&a, mapped);
	list[2] = ip_addr_v6(mapped);
	origin_set_addrs(o, list, 3);
	CU_ASSERT_EQUAL(origin_count(o), 1);
	CU_ASSERT_EQUAL(pick(o, 1, true, 0), 1);
	for (i = 0; i < ARRAY_SIZE(list); i++)
		list[i] = addr4((unsigned)i + 1);
	origin_set_addrs(o, list, ARRAY_SIZE(list));
	CU_ASSERT_EQUAL(origin_count(o), ORIGIN_ADDRS_MAX);
	origin_free(o);
}

/* seed/26 */
static void test_same_client_same_address(void)
{
	struct origin *o = origin_of(1, 5), *shuffled = origin_of(1, 0);
	struct ip_addr list[5] = { addr4(4), addr4(2), addr4(5), addr4(1),
				   addr4(3) };
	struct ip_addr v4 = client(4), v6, one, other;
	uint8_t mapped[16];
	unsigned c;

	origin_set_addrs(shuffled, list, ARRAY_SIZE(list));
	for (c = 0; c < 1000; c++) {
		unsigned first = pick(o, c, true, 0);

		CU_ASSERT_EQUAL(pick(o, c, true, c), first);
		/* neither the order of the list nor the process matters */
		CU_ASSERT_EQUAL(pick(shuffled, c, true, 0), first);
	}
	/* a client is the same on a dual-stack socket */
	ip_addr_map(&v4, mapped);
	v6 = ip_addr_v6(mapped);
	CU_ASSERT(origin_pick(o, &v4, true, 0, &one));
	CU_ASSERT(origin_pick(o, &v6, true, 0, &other));
	CU_ASSERT(ip_addr_eq(&one, &other));
	origin_free(o);
	origin_free(shuffled);
}

static void count_clients(struct origin *o, unsigned counts[256])
{
	unsigned c;

	memset(counts, 0, 256 * sizeof(counts[0]));
	for (c = 0; c < CLIENTS; c++)
		counts[pick(o, c, true, 0)]++;
}

/* Standard deviation of a fair share of 10000 is below sqrt(10000 / n): five
 * of them is a bound that only a bad hash breaks.
 */
static void test_clients_are_spread(void)
{
	static const unsigned sizes[] = { 2, 3, 5, 10, 64 };
	static const unsigned slack[] = { 250, 235, 200, 150, 62 };
	unsigned counts[256], i, k;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct origin *o = origin_of(1, sizes[i]);
		unsigned share = CLIENTS / sizes[i];

		count_clients(o, counts);
		CU_ASSERT_EQUAL(counts[0], 0);
		for (k = 1; k <= sizes[i]; k++) {
			CU_ASSERT(counts[k] > share - slack[i]);
			CU_ASSERT(counts[k] < share + slack[i]);
		}
		origin_free(o);
	}
}

/* Only the clients of an address that went or came move. */
static void test_least_disturbance(void)
{
	struct origin *five = origin_of(1, 5), *four = origin_of(1, 4);
	unsigned to[256] = { 0 }, moved = 0, c, k;

	for (c = 0; c < CLIENTS; c++) {
		unsigned before = pick(five, c, true, 0);
		unsigned after = pick(four, c, true, 0);

		if (before != 5) {
			CU_ASSERT_EQUAL(after, before);
			continue;
		}
		moved++;
		to[after]++;
	}
	CU_ASSERT(moved > 1800 && moved < 2200);
	/* and they are spread over the rest */
	for (k = 1; k <= 4; k++)
		CU_ASSERT(to[k] > moved / 4 - 110 && to[k] < moved / 4 + 110);
	origin_free(five);
	origin_free(four);
}

static void test_failure_moves_its_clients_only(void)
{
	struct origin *o = origin_of(1, 5);
	unsigned before[1000], c;

	for (c = 0; c < 1000; c++)
		before[c] = pick(o, c, true, 100);
	mark(o, 3, 100, 50);
	for (c = 0; c < 1000; c++) {
		unsigned now = pick(o, c, true, 149);

		CU_ASSERT(now != 3);
		CU_ASSERT(before[c] == 3 || now == before[c]);
	}
	for (c = 0; c < 1000; c++)
		CU_ASSERT_EQUAL(pick(o, c, true, 150), before[c]);
	mark(o, 3, 200, 1000);
	origin_worked(o, &(struct ip_addr) { .family = IP_V4,
					     .bytes = { 192, 0, 2, 3 } });
	for (c = 0; c < 1000; c++)
		CU_ASSERT_EQUAL(pick(o, c, true, 200), before[c]);
	origin_free(o);
}

static void test_usable_until_it_fails_and_after(void)
{
	struct ip_addr one = addr4(1), none = addr4(9);
	struct origin *o = origin_of(1, 2);

	CU_ASSERT(origin_is_usable(o, &one, 0));
	CU_ASSERT(!origin_is_usable(o, &none, 0));
	mark(o, 1, 100, 50);
	CU_ASSERT(!origin_is_usable(o, &one, 149));
	CU_ASSERT(origin_is_usable(o, &one, 150));
	origin_worked(o, &one);
	CU_ASSERT(origin_is_usable(o, &one, 149));
	origin_free(o);
}

/* A reload goes on with the marks, their order and the turn. */
static void test_inheriting(void)
{
	struct origin *old = origin_of(1, 4), *o = origin_of(2, 4);
	unsigned k, turn;

	mark(old, 4, 0, 100);
	mark(old, 3, 0, 100);
	turn = pick(old, 0, false, 0); /* of 1 and 2 */
	CU_ASSERT_EQUAL(pick(old, 0, false, 0), 3 - turn);
	CU_ASSERT_EQUAL(pick(old, 0, false, 0), turn);
	origin_inherit(o, old);
	for (k = 0; k < 10; k++) {
		unsigned at = pick(o, 0, false, 99);

		CU_ASSERT(at == 2 || at == 5);
		/* three turns were taken: the fourth is the second's */
		CU_ASSERT_EQUAL(at, k % 2 ? 5 : 2);
	}
	mark(o, 2, 0, 100);
	mark(o, 5, 0, 100);
	/* all failed: the one that did so first */
	CU_ASSERT_EQUAL(pick(o, 0, true, 99), 4);
	mark(o, 4, 0, 100);
	CU_ASSERT_EQUAL(pick(o, 0, true, 99), 3);
	mark(o, 3, 0, 100);
	CU_ASSERT_EQUAL(pick(o, 0, true, 99), 2);
	origin_free(old);
	origin_free(o);
}

static void test_marks_outlive_a_new_list(void)
{
	struct origin *o = origin_of(1, 2);
	struct ip_addr list[] = { addr4(1), addr4(9) };
	unsigned c;

	mark(o, 1, 0, 1000);
	origin_set_addrs(o, list, 2);
	for (c = 0; c < 100; c++)
		CU_ASSERT_EQUAL(pick(o, c, true, 10), 9);
	/* gone and back: a new address */
	origin_set_addrs(o, list + 1, 1);
	origin_set_addrs(o, list, 2);
	for (c = 0; c < 100; c++)
		if (pick(o, c, true, 10) == 1)
			break;
	CU_ASSERT(c < 100);
	origin_free(o);
}

static void test_all_failed_tries_the_oldest(void)
{
	struct origin *o = origin_of(1, 3);
	unsigned c;

	/* of one moment: the order counts, not the clock */
	mark(o, 2, 100, 1000);
	mark(o, 3, 100, 1000);
	mark(o, 1, 100, 1000);
	for (c = 0; c < 50; c++) {
		CU_ASSERT_EQUAL(pick(o, c, true, 101), 2);
		CU_ASSERT_EQUAL(pick(o, c, false, 101), 2);
	}
	mark(o, 2, 102, 1000);
	CU_ASSERT_EQUAL(pick(o, 1, true, 103), 3);
	origin_free(o);
}

/* As the relay does it: pick, mark, pick again, until there is none. */
static void check_attempts(unsigned n, bool is_persistent, uint64_t retry_ms,
			   unsigned marked)
{
	struct origin *o = origin_of(1, n);
	unsigned c;

	for (c = 0; c < 100; c++) {
		bool seen[256] = { false };
		uint64_t now_ms = 1000 + c * 1000ULL;
		unsigned i;

		for (i = 1; i <= marked; i++)
			mark(o, i, now_ms, retry_ms);
		for (i = 0; i < n; i++) {
			unsigned a = pick(o, c, is_persistent, now_ms);

			CU_ASSERT(a != 0 && !seen[a]);
			seen[a] = true;
			mark(o, a, now_ms, retry_ms);
			now_ms += 20;
		}
		for (i = 1; i <= n; i++) {
			struct ip_addr a = addr4(i);

			origin_worked(o, &a);
		}
	}
	origin_free(o);
}

static void test_attempts_are_distinct(void)
{
	static const uint64_t retries_ms[] = { 1000, 100000 };
	unsigned n, i, marked;

	for (n = 1; n <= 6; n++) {
		for (i = 0; i < ARRAY_SIZE(retries_ms); i++) {
			for (marked = 0; marked <= n; marked++) {
				check_attempts(n, true, retries_ms[i], marked);
				check_attempts(n, false, retries_ms[i], marked);
			}
		}
	}
}

static void test_addresses_take_turns(void)
{
	struct origin *o = origin_of(1, 4);
	unsigned counts[256] = { 0 }, i;

	for (i = 0; i < 400; i++)
		counts[pick(o, 1, false, 0)]++;
	for (i = 1; i <= 4; i++)
		CU_ASSERT_EQUAL(counts[i], 100);
	/* the share of one that failed goes to all the others */
	mark(o, 2, 0, 1000);
	memset(counts, 0, sizeof(counts));
	for (i = 0; i < 300; i++)
		counts[pick(o, 1, false, 0)]++;
	CU_ASSERT_EQUAL(counts[1], 100);
	CU_ASSERT_EQUAL(counts[2], 0);
	CU_ASSERT_EQUAL(counts[3], 100);
	CU_ASSERT_EQUAL(counts[4], 100);
	origin_free(o);
}

/* Threads pick and mark while the list changes under them. */

struct crowd {
	struct origin *o;
	atomic_bool is_over;
};

static void *crowd_run(void *arg)
{
	struct crowd *crowd = arg;
	uintptr_t wrong = 0;
	unsigned i = 0;

	while (!atomic_load(&crowd->is_over)) {
		struct ip_addr from = client(i), to;

		i++;
		if (!origin_pick(crowd->o, &from, i % 2, i, &to)) {
			wrong++;
			continue;
		}
		if (to.family != IP_V4 || to.bytes[3] < 1 || to.bytes[3] > 8)
			wrong++;
		if (i % 7 == 0)
			origin_failed(crowd->o, &to, i, 10);
		if (i % 11 == 0)
			origin_worked(crowd->o, &to);
	}
	return (void *)wrong;
}

static void test_threads(void)
{
	struct crowd crowd = { .o = origin_of(1, 8) };
	struct ip_addr list[8];
	pthread_t threads[3];
	unsigned i, k;

	for (i = 0; i < ARRAY_SIZE(threads); i++)
		CU_ASSERT_FATAL(pthread_create(&threads[i], NULL, crowd_run,
					       &crowd) == 0);
	for (i = 0; i < 20000; i++) {
		for (k = 0; k < 8; k++)
			list[k] = addr4((i + k) % 8 + 1);
		origin_set_addrs(crowd.o, list, i % 8 + 1);
	}
	atomic_store(&crowd.is_over, true);
	for (i = 0; i < ARRAY_SIZE(threads); i++) {
		void *wrong;

		CU_ASSERT_FATAL(pthread_join(threads[i], &wrong) == 0);
		CU_ASSERT_PTR_NULL(wrong);
	}
	origin_free(crowd.o);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "no address", test_empty },
		{ "the list is a set within bounds",
		  test_list_is_a_set_within_bounds },
		{ "same client, same address (seed/26)",
		  test_same_client_same_address },
		{ "clients are spread evenly", test_clients_are_spread },
		{ "least disturbance", test_least_disturbance },
		{ "a failure moves its own clients only",
		  test_failure_moves_its_clients_only },
		{ "usable until it fails, and after",
		  test_usable_until_it_fails_and_after },
		{ "inheriting", test_inheriting },
		{ "marks outlive a new list", test_marks_outlive_a_new_list },
		{ "all failed: the oldest", test_all_failed_tries_the_oldest },
		{ "attempts are distinct", test_attempts_are_distinct },
		{ "addresses take turns", test_addresses_take_turns },
		{ "threads", test_threads },
	};

	return unit_main("origin", tests, ARRAY_SIZE(tests));
}
