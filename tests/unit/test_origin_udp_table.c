/* SPDX-License-Identifier: BSD-2-Clause */
/* test_origin_udp_table.c - the session table against a plain array */
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "udp_table.h"

#define SESSIONS 64
#define PAIRS	 200

static struct endpoint nth(uint32_t n)
{
	uint8_t b[4] = { 10, 0, (uint8_t)(n >> 4), (uint8_t)(n & 3) };
	struct endpoint e = { ip_addr_v4(b), (uint16_t)(n & 15) };

	return e;
}

static void test_against_a_model(void)
{
	struct endpoint local = nth(9999);
	bool model[PAIRS] = { false };
	struct udp_table t;
	uint32_t step, i, used = 0, seed = 1;

	CU_ASSERT_EQUAL_FATAL(udp_table_init(&t, SESSIONS, 7), 0);
	for (step = 0; step < 20000; step++) {
		struct endpoint peer;
		struct udp_session *s;

		seed = seed * 1103515245U + 12345U;
		i = (seed >> 8) % PAIRS;
		peer = nth(i);
		s = udp_table_find(&t, &peer, &local);
		CU_ASSERT_EQUAL_FATAL(s != NULL, model[i]);
		if (s) {
			CU_ASSERT(endpoint_eq(&s->id.peer, &peer));
			udp_table_remove(&t, s);
			model[i] = false;
			used--;
			continue;
		}
		s = udp_table_add(&t, &peer, &local);
		CU_ASSERT_EQUAL_FATAL(s != NULL, used < SESSIONS);
		model[i] = s != NULL;
		used += s != NULL;
	}
	for (i = 0; i < SESSIONS; i++)
		if (t.sessions[i].is_used)
			udp_table_remove(&t, &t.sessions[i]);
	udp_table_fini(&t);
}

static void test_both_ends_make_the_key(void)
{
	struct endpoint a = nth(1), b = nth(2), c = nth(3);
	struct udp_session *s;
	struct udp_table t;

	CU_ASSERT_EQUAL_FATAL(udp_table_init(&t, 1, 0), 0);
	s = udp_table_add(&t, &a, &b);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_PTR_EQUAL(udp_table_find(&t, &a, &b), s);
	CU_ASSERT_PTR_NULL(udp_table_find(&t, &a, &c));
	CU_ASSERT_PTR_NULL(udp_table_find(&t, &c, &b));
	CU_ASSERT_PTR_NULL(udp_table_find(&t, &b, &a));
	CU_ASSERT_PTR_NULL(udp_table_add(&t, &c, &b));
	udp_table_remove(&t, s);
	CU_ASSERT_PTR_NULL(udp_table_find(&t, &a, &b));
	udp_table_fini(&t);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "against a model", test_against_a_model },
		{ "both ends make the key", test_both_ends_make_the_key },
	};

	return unit_main("origin udp table", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
