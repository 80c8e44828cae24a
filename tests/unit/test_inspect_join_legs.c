/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_join_legs.c - what --join keeps of a flow, and which side it is
 * on
 */
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "inspect_talk.h"
#include "join.h"
#include "wire/ip.h"

static char any_file[] = "x";

/* A leg of each flow, as long as there is room */
static void test_add(void)
{
	struct join_legs l = { .max = 200 };
	struct check c = { .verdict = VERDICT_OK };
	struct talk t;
	uint32_t i;

	talk_init(&t, IP_PROTO_TCP);
	t.cfg.join.front = any_file;
	talk_handshake(&t);
	talk_text(&t, FLOW_CLIENT, TALK_V1 "GET /");
	for (i = 0; i < 200; i++) {
		t.flow.id = i;
		CU_ASSERT_EQUAL(join_add(&l, &t.flow, &c), 0);
	}
	CU_ASSERT_EQUAL(l.count, 200);
	CU_ASSERT_EQUAL(l.refused, 0);
	for (i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(join_add(&l, &t.flow, &c), 0);
	CU_ASSERT_EQUAL(l.count, 200);
	CU_ASSERT_EQUAL(l.refused, 3);
	for (i = 0; i < l.count; i++) {
		const struct join_leg *leg = &l.leg[i];

		CU_ASSERT_EQUAL(leg->id, i);
		CU_ASSERT(leg->has_named && leg->has_port && leg->has_payload);
		CU_ASSERT_EQUAL(leg->named.port, 40000);
		CU_ASSERT_EQUAL(leg->named.addr.family, IP_V4);
		CU_ASSERT_EQUAL(leg->tap.dir[FLOW_CLIENT].len, 5);
	}
	free(l.leg);
	(void)talk_judge(&t);
	/* nobody named, nothing kept to compare, the origin alone speaks */
	l = (struct join_legs) { .max = 1 };
	talk_init(&t, IP_PROTO_TCP);
	talk_handshake(&t);
	talk_text(&t, FLOW_ORIGIN, "220 ready\r\n");
	CU_ASSERT_EQUAL(join_add(&l, &t.flow, &c), 0);
	CU_ASSERT(!l.leg[0].has_named && l.leg[0].has_payload);
	CU_ASSERT_EQUAL(l.leg[0].named.addr.family, IP_NONE);
	CU_ASSERT_EQUAL(l.leg[0].tap.dir[FLOW_CLIENT].len, 0);
	free(l.leg);
	(void)talk_judge(&t);
}

/* Who names a client goes to an origin; so do others that go there. */
static void test_split(void)
{
	static const struct {
		const char *to;
		bool is_named;
	} rows[] = {
		{ "192.0.2.1:443", false }, { "10.0.0.1:80", false },
		{ "10.0.0.1:80", true },    { "192.0.2.1:443", false },
		{ "10.0.0.2:80", true },    { "10.0.0.1:81", false },
		{ "10.0.0.2:80", false },
	};
	struct join j = { .back.max = 100 };
	size_t i;

	j.front.leg = calloc(ARRAY_SIZE(rows), sizeof(*j.front.leg));
	if (!j.front.leg)
		abort();
	j.front.count = ARRAY_SIZE(rows);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct join_leg *leg = &j.front.leg[i];

		leg->id = i;
		leg->has_named = rows[i].is_named;
		CU_ASSERT(endpoint_parse(rows[i].to, strlen(rows[i].to),
					 &leg->end[FLOW_ORIGIN]));
	}
	CU_ASSERT_EQUAL(join_split(&j), 0);
	CU_ASSERT_EQUAL_FATAL(j.front.count, 3);
	CU_ASSERT_EQUAL(j.front.leg[0].id, 0);
	CU_ASSERT_EQUAL(j.front.leg[1].id, 3);
	CU_ASSERT_EQUAL(j.front.leg[2].id, 5);
	CU_ASSERT_EQUAL_FATAL(j.back.count, 4);
	CU_ASSERT_EQUAL(j.back.leg[0].id, 1);
	CU_ASSERT_EQUAL(j.back.leg[1].id, 2);
	CU_ASSERT_EQUAL(j.back.leg[2].id, 4);
	CU_ASSERT_EQUAL(j.back.leg[3].id, 6);
	join_fini(&j);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "a leg of each flow", test_add },
		{ "both sides in one capture", test_split },
	};

	return unit_main("inspect_join_legs", tests, ARRAY_SIZE(tests));
}
