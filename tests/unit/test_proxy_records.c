/* SPDX-License-Identifier: BSD-2-Clause */
/* test_proxy_records.c - the ring of a worker's last connections */
#include <stdlib.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "proxy/records.h"
#include "wire/wire.h"

#define MANY (3U * LIVE_CONNECTIONS_MAX)
/* worker 5, as sessions are numbered */
#define SESSION(n) ((uint64_t)5 << 48 | (uint64_t)(n))

static struct records *make(void)
{
	struct records *r = calloc(1, sizeof(*r));

	CU_ASSERT_FATAL(r != NULL);
	return r;
}

static void begin(struct records *r, enum rule_proto proto, uint32_t n)
{
	struct live_connection *c = records_begin(r, proto, SESSION(n), n);

	c->begin_wall_ms = 1000 + n / 2; /* two in a millisecond */
}

static void test_newest(void)
{
	struct live_connection *list = calloc(RECORDS_MAX, sizeof(*list));
	struct records *r = make();
	uint32_t i, n;

	CU_ASSERT_FATAL(list != NULL);
	CU_ASSERT_EQUAL(records_copy(r, list), 0);
	for (i = 1; i <= MANY; i++)
		begin(r, RULE_TCP, i);
	begin(r, RULE_UDP, 2U * MANY);
	n = records_copy(r, list);
	CU_ASSERT_EQUAL(n, LIVE_CONNECTIONS_MAX + 1);
	records_newest(list, n);
	CU_ASSERT_EQUAL(list[0].session, SESSION(2U * MANY));
	CU_ASSERT_EQUAL(list[0].proto, RULE_UDP);
	for (i = 1; i < n; i++)
		CU_ASSERT_EQUAL(list[i].session, SESSION(MANY + 1 - i));
	free(list);
	free(r);
}

static void test_find(void)
{
	struct records *r = make();
	uint32_t i;

	for (i = 1; i <= LIVE_CONNECTIONS_MAX + 1; i++)
		begin(r, RULE_TCP, i);
	CU_ASSERT_PTR_NULL(records_find(r, RULE_TCP, SESSION(1)));
	CU_ASSERT_PTR_NOT_NULL(records_find(r, RULE_TCP, SESSION(2)));
	CU_ASSERT_PTR_NULL(records_find(r, RULE_UDP, SESSION(2)));
	CU_ASSERT_STRING_EQUAL(records_find(r, RULE_TCP, SESSION(3))->reason,
			       "-");
	free(r);
}

static void add_slot(void *arg, const struct record *rec)
{
	*(uint32_t *)arg += rec->slot;
}

static void test_open(void)
{
	struct records *r = make();
	uint32_t sum = 0;

	begin(r, RULE_TCP, 1);
	begin(r, RULE_TCP, 10);
	begin(r, RULE_UDP, 100);
	records_find(r, RULE_TCP, SESSION(10))->end_wall_ms = 1;
	records_each_open(r, add_slot, &sum);
	CU_ASSERT_EQUAL(sum, 101);
	free(r);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "the newest remain, in order", test_newest },
		{ "an entry that is gone is not found", test_find },
		{ "what is open is brought up to date", test_open },
	};

	return unit_main("proxy_records", tests, ARRAY_SIZE(tests));
}
