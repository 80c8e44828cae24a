/* SPDX-License-Identifier: BSD-2-Clause */
/* test_proxy_tally.c - counters of rules over tables that come and go */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "proxy/tally.h"
#include "wire/wire.h"

#define MANY (TALLY_SPARE_MAX + 10)

static struct tally_key key_of(unsigned n)
{
	struct tally_key k = { .instance_id = "sid-a" };

	(void)snprintf(k.rule_id, sizeof(k.rule_id), "rule-%05u", n);
	return k;
}

/* Rules @from.., as a table would take them */
static void take(struct tally_book *b, unsigned from, uint32_t n,
		 struct tally **ret)
{
	struct tally_key *keys = calloc(n + 1, sizeof(*keys));
	enum rule_proto *protos = calloc(n + 1, sizeof(*protos));
	uint32_t i;

	CU_ASSERT_FATAL(keys && protos);
	for (i = 0; i < n; i++)
		keys[i] = key_of(from + i);
	CU_ASSERT_EQUAL_FATAL(tally_book_take(b, keys, protos, n, ret), 0);
	free(keys);
	free(protos);
}

/* The number of a listed rule; -1: it is not listed */
static int64_t listed(const struct tally_book *b, unsigned rule,
		      enum live_id id)
{
	struct tally_key k = key_of(rule);
	uint64_t totals[LIVE_COUNT];
	struct live_rule *list;
	int64_t found = -1;
	uint32_t n, i;

	CU_ASSERT_FATAL(tally_list(b, &list, &n, totals));
	for (i = 0; i < n; i++)
		if (strcmp(list[i].rule_id, k.rule_id) == 0) {
			CU_ASSERT_EQUAL(found, -1);
			found = (int64_t)list[i].n[id];
		}
	free(list);
	return found;
}

static uint64_t total(const struct tally_book *b, enum live_id id)
{
	uint64_t totals[LIVE_COUNT];
	struct live_rule *list;
	uint32_t n;

	CU_ASSERT_FATAL(tally_list(b, &list, &n, totals));
	free(list);
	return totals[id];
}

static void test_lanes(void)
{
	struct tally_book *b = tally_book_new(3);
	struct tally *t[2];

	take(b, 1, 2, t);
	tally_book_enforce(b, t, 2);
	tally_add(t[0], 0, LIVE_BYTES_UP, 5);
	tally_add(t[0], 2, LIVE_BYTES_UP, 7);
	tally_add(t[1], 1, LIVE_BYTES_UP, 1);
	tally_add(t[1], 1, LIVE_CONNS_OPEN, 1);
	tally_add(t[1], 1, LIVE_CONNS_OPEN, (uint64_t)-1);
	CU_ASSERT_EQUAL(listed(b, 1, LIVE_BYTES_UP), 12);
	CU_ASSERT_EQUAL(listed(b, 2, LIVE_BYTES_UP), 1);
	CU_ASSERT_EQUAL(listed(b, 2, LIVE_CONNS_OPEN), 0);
	CU_ASSERT_EQUAL(total(b, LIVE_BYTES_UP), 13);
	CU_ASSERT_EQUAL((uintptr_t)&t[0]->lanes[1] % TALLY_ALIGN, 0);
	CU_ASSERT(sizeof(struct tally_lane) % TALLY_ALIGN == 0);
	tally_book_drop(b, t, 2);
	tally_book_free(b);
}

/* The next table has two of three rules, and one more. */
static void test_reload(void)
{
	struct tally_book *b = tally_book_new(1);
	struct tally *old[3], *next[3];

	take(b, 1, 3, old);
	tally_book_enforce(b, old, 3);
	tally_add(old[0], 0, LIVE_CONNS, 4);
	tally_add(old[0], 0, LIVE_CONNS_OPEN, 1);
	tally_add(old[1], 0, LIVE_CONNS, 2);
	take(b, 2, 3, next);
	CU_ASSERT_PTR_EQUAL(next[0], old[1]);
	tally_book_enforce(b, next, 3);
	CU_ASSERT_EQUAL(listed(b, 2, LIVE_CONNS), 2);
	CU_ASSERT_EQUAL(listed(b, 4, LIVE_CONNS), 0);
	/* not in force, but one of its connections lasts */
	CU_ASSERT_EQUAL(listed(b, 1, LIVE_CONNS), 4);
	tally_add(old[0], 0, LIVE_CONNS_OPEN, (uint64_t)-1);
	CU_ASSERT_EQUAL(listed(b, 1, LIVE_CONNS), -1);
	tally_book_drop(b, old, 3);
	/* and back: it goes on where it stood */
	take(b, 1, 1, old);
	tally_book_enforce(b, old, 1);
	CU_ASSERT_EQUAL(listed(b, 1, LIVE_CONNS), 4);
	CU_ASSERT_EQUAL(total(b, LIVE_CONNS), 6);
	tally_book_drop(b, old, 1);
	tally_book_drop(b, next, 3);
	tally_book_free(b);
}

static void test_bound(void)
{
	struct tally_book *b = tally_book_new(1);
	struct tally **t = calloc(MANY, sizeof(struct tally *));
	struct tally *one[1];
	uint32_t i;

	take(b, 1, MANY, t);
	for (i = 0; i < MANY; i++)
		tally_add(t[i], 0, LIVE_CONNS, 1);
	tally_book_drop(b, t, MANY);
	CU_ASSERT_EQUAL(total(b, LIVE_CONNS), MANY);
	/* the oldest are gone, the newest are not */
	take(b, 1, 1, one);
	tally_book_enforce(b, one, 1);
	CU_ASSERT_EQUAL(listed(b, 1, LIVE_CONNS), 0);
	take(b, MANY, 1, one);
	tally_book_enforce(b, one, 1);
	CU_ASSERT_EQUAL(listed(b, MANY, LIVE_CONNS), 1);
	CU_ASSERT_EQUAL(total(b, LIVE_CONNS), MANY);
	free(t);
	tally_book_free(b);
}

static char *metrics(const struct tally_book *b)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	CU_ASSERT_FATAL(f != NULL);
	tally_prometheus(f, b);
	CU_ASSERT_EQUAL_FATAL(fclose(f), 0);
	return text;
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

static unsigned lines(const char *text)
{
	unsigned n = 0;

	while (*text)
		n += *text++ == '\n';
	return n;
}

static void test_metrics(void)
{
	struct tally_book *b = tally_book_new(1);
	struct tally **t = calloc(MANY, sizeof(struct tally *));
	uint32_t i;
	char *text;

	take(b, 1, MANY, t);
	for (i = 0; i < MANY; i++)
		tally_add(t[i], 0, LIVE_BYTES_DOWN, 3);
	tally_book_enforce(b, t, 1);
	text = metrics(b);
	CU_ASSERT_EQUAL(lines(text), 7 + LIVE_COUNT);
	CU_ASSERT_EQUAL(count(text, "# TYPE tp_proxy_rule_bytes_total counter"),
			1);
	CU_ASSERT_EQUAL(count(text, "# TYPE tp_proxy_rule_sessions_open gauge"),
			1);
	CU_ASSERT_EQUAL(count(text,
			      "\ntp_proxy_rule_bytes_total{proxy=\"sid-a\","
			      "rule=\"rule-00001\",protocol=\"tcp\","
			      "direction=\"down\"} 3\n"),
			1);
	free(text);
	tally_book_enforce(b, t, MANY);
	text = metrics(b);
	CU_ASSERT_EQUAL(lines(text), 7 + LIVE_COUNT * TALLY_METRICS_MAX);
	CU_ASSERT_EQUAL(count(text, "\ntp_proxy_rule_bytes_total{proxy=\"\","
				    "rule=\"other\",protocol=\"tcp\","
				    "direction=\"down\"} 36\n"),
			1);
	free(text);
	tally_book_drop(b, t, MANY);
	free(t);
	tally_book_free(b);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "workers' lanes are added up", test_lanes },
		{ "numbers go on over a reload", test_reload },
		{ "what no table has is bounded", test_bound },
		{ "metrics, and their bound", test_metrics },
	};

	return unit_main("proxy_tally", tests, ARRAY_SIZE(tests));
}
