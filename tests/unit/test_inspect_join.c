/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_join.c - fingerprints of talks, and legs that belong together */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "base/exitcode.h"
#include "harness.h"
#include "inspect_talk.h"
#include "join_report.h"
#include "join_talk.h"
#include "wire/ip.h"
#include "wire/tcp.h"

#define REQUEST "GET /a/longer/path HTTP/1.1\r\nHost: example.com\r\n\r\n"

static char any_file[] = "x";

static void tap_talk(struct talk *t, uint8_t proto)
{
	talk_init(t, proto);
	t->cfg.join.front = any_file;
}

/* tap_of() - the client's fingerprint of a stream in segments of @step bytes */
static struct tap_dir tap_of(const char *text, size_t step, bool has_fin)
{
	size_t len = strlen(text);
	struct tap_dir d;
	struct talk t;
	size_t at;

	tap_talk(&t, IP_PROTO_TCP);
	talk_handshake(&t);
	for (at = 0; at < len; at += step)
		talk_say(&t, FLOW_CLIENT, TCP_F_ACK, text + at,
			 len - at < step ? len - at : step);
	if (has_fin)
		talk_say(&t, FLOW_CLIENT, TCP_F_FIN | TCP_F_ACK, NULL, 0);
	CU_ASSERT(t.flow.tap != NULL);
	d = t.flow.tap ? t.flow.tap->dir[FLOW_CLIENT] : (struct tap_dir) { 0 };
	(void)talk_judge(&t);
	return d;
}

static void test_headers_do_not_count(void)
{
	struct tap_dir bare = tap_of(REQUEST, 1000, true);
	size_t step;

	CU_ASSERT_EQUAL(bare.len, sizeof(REQUEST) - 1);
	CU_ASSERT(bare.is_whole);
	for (step = 1; step < 120; step++) {
		struct tap_dir d = tap_of(TALK_V1 REQUEST, step, true);

		CU_ASSERT_EQUAL(d.len, bare.len);
		CU_ASSERT_EQUAL(tap_compare(&bare, &d), (int)bare.len);
		CU_ASSERT_EQUAL(tap_key(&bare), tap_key(&d));
		/* two of them, in segments of their own for one @step */
		d = tap_of(TALK_V1 TALK_V1 REQUEST, step, true);
		CU_ASSERT_EQUAL(tap_compare(&bare, &d), (int)bare.len);
	}
}

static void test_what_is_compared(void)
{
	static char longer[2049];
	struct tap_dir a, b;

	memset(longer, 'x', sizeof(longer) - 1);
	a = tap_of(longer, 1000, true);
	CU_ASSERT_EQUAL(a.len, TAP_MAX);
	/* the rest does not count */
	longer[TAP_MAX] = 'y';
	b = tap_of(longer, 999, true);
	CU_ASSERT_EQUAL(tap_compare(&a, &b), TAP_MAX);
	longer[TAP_MAX - 1] = 'y';
	b = tap_of(longer, 999, true);
	CU_ASSERT_EQUAL(tap_compare(&a, &b), -1);
	longer[TAP_MAX + 1] = '\0';
	b = tap_of(longer, TAP_MAX + 1, true);
	CU_ASSERT_EQUAL(b.len, TAP_MAX);
	/* one was captured in part */
	longer[300] = '\0';
	b = tap_of(longer, 999, false);
	CU_ASSERT_EQUAL(tap_compare(&a, &b), 256);
	CU_ASSERT_EQUAL(tap_compare(&b, &a), 256);
	/* or has ended there */
	b = tap_of(longer, 999, true);
	CU_ASSERT_EQUAL(tap_compare(&a, &b), -1);
	CU_ASSERT_EQUAL(tap_compare(&b, &a), -1);
	longer[15] = '\0';
	b = tap_of(longer, 999, false);
	CU_ASSERT_EQUAL(tap_compare(&a, &b), 0);
	CU_ASSERT_EQUAL(tap_key(&b), 0);
	CU_ASSERT_EQUAL(tap_compare(&b, &b), 15);
}

static void test_holes_and_repeats(void)
{
	struct tap_dir bare = tap_of(REQUEST, 1000, false);
	struct talk t;

	/* what comes twice counts once; what comes too early comes again */
	tap_talk(&t, IP_PROTO_TCP);
	talk_handshake(&t);
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, REQUEST, 10);
	t.seq[FLOW_CLIENT] = 5;
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, &REQUEST[5], 10);
	t.seq[FLOW_CLIENT] = 20;
	talk_text(&t, FLOW_CLIENT, &REQUEST[20]);
	CU_ASSERT_EQUAL(t.flow.tap->dir[FLOW_CLIENT].len, 15);
	t.seq[FLOW_CLIENT] = 15;
	talk_text(&t, FLOW_CLIENT, &REQUEST[15]);
	CU_ASSERT_EQUAL(tap_compare(&t.flow.tap->dir[FLOW_CLIENT], &bare),
			(int)sizeof(REQUEST) - 1);
	/* a bad checksum is nobody's */
	t.csum = CSUM_BAD;
	talk_text(&t, FLOW_CLIENT, "more");
	CU_ASSERT_EQUAL(t.flow.tap->dir[FLOW_CLIENT].len, bare.len);
	(void)talk_judge(&t);
}

static void test_datagrams(void)
{
	struct tap_dir bare;
	struct talk t;

	tap_talk(&t, IP_PROTO_UDP);
	talk_text(&t, FLOW_CLIENT, "one");
	talk_text(&t, FLOW_CLIENT, "two");
	bare = t.flow.tap->dir[FLOW_CLIENT];
	(void)talk_judge(&t);
	tap_talk(&t, IP_PROTO_UDP);
	talk_hex(&t, FLOW_CLIENT, TALK_V2_UDP "6f6e65");
	talk_hex(&t, FLOW_CLIENT, TALK_V2_UDP);
	talk_text(&t, FLOW_CLIENT, "two");
	CU_ASSERT_EQUAL(tap_compare(&t.flow.tap->dir[FLOW_CLIENT], &bare), 6);
	(void)talk_judge(&t);
	/* what follows a datagram that the capture cuts is not next to it */
	tap_talk(&t, IP_PROTO_UDP);
	talk_text(&t, FLOW_CLIENT, "one");
	t.flow.tap->dir[FLOW_CLIENT].is_cut = true;
	talk_text(&t, FLOW_CLIENT, "three");
	CU_ASSERT_EQUAL(t.flow.tap->dir[FLOW_CLIENT].len, 3);
	(void)talk_judge(&t);
}

/* Legs made by hand. Times in milliseconds; @say: what the client says. */
static void leg_add(struct join_legs *l, const char *from, const char *named,
		    int64_t first_ms, int64_t last_ms, const char *say)
{
	struct join_leg *leg;

	l->leg = realloc(l->leg, (l->count + 1) * sizeof(*l->leg));
	if (!l->leg)
		abort();
	leg = &l->leg[l->count++];
	*leg = (struct join_leg) {
		.proto = IP_PROTO_TCP,
		.mode = "x",
		.first_ns = first_ms * TALK_MS,
		.last_ns = last_ms * TALK_MS,
		.has_payload = true,
	};
	CU_ASSERT(endpoint_parse(from, strlen(from), &leg->end[0]));
	if (named) {
		leg->has_named = leg->has_port = true;
		CU_ASSERT(endpoint_parse(named, strlen(named), &leg->named));
	}
	if (*say)
		leg->tap.dir[FLOW_CLIENT] = tap_of(say, 1000, true);
}

#define C1 "203.0.113.7:40000"
#define C2 "203.0.113.8:40000"
#define P  "198.51.100.5:1"

static void check_pair(const struct join *j, uint32_t back, enum join_by by,
		       uint32_t front)
{
	CU_ASSERT_EQUAL(j->back.leg[back].by, by);
	if (by == JOIN_OPEN)
		return;
	CU_ASSERT_EQUAL(j->back.leg[back].peer, front);
	CU_ASSERT_EQUAL(j->front.leg[front].peer, back);
	CU_ASSERT_EQUAL(j->front.leg[front].by, by);
}

static void test_claims(void)
{
	struct join j = { 0 };

	/* the same port three times; the second claim lies between them */
	leg_add(&j.front, C1, NULL, 0, 10, "");
	leg_add(&j.front, C1, NULL, 5000, 5010, "");
	leg_add(&j.front, C2, NULL, 5000, 5010, "");
	leg_add(&j.back, P, C1, 5001, 5010, "");
	leg_add(&j.back, P, C1, 2500, 2510, "");
	leg_add(&j.back, P, C1, 1, 10, "");
	leg_add(&j.back, P, "203.0.113.9:1", 5001, 5010, "");
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_BY_CLAIM, 1);
	check_pair(&j, 1, JOIN_OPEN, 0);
	check_pair(&j, 2, JOIN_BY_CLAIM, 0);
	CU_ASSERT_EQUAL(join_check(&j.front.leg[1], &j.back.leg[0]).verdict,
			VERDICT_OK);
	/* the only ones left at that time, but that proves no claim wrong */
	check_pair(&j, 3, JOIN_OPEN, 0);
	CU_ASSERT_EQUAL(j.back.leg[1].why, JOIN_WHY_TIME);
	CU_ASSERT_EQUAL(j.back.leg[3].why, JOIN_WHY_ABSENT);
	CU_ASSERT_EQUAL(join_status(&j,
				    &(struct join_tally) { .verdict = { 1 },
							   .open_back = 2 }),
			EXIT_INCONCLUSIVE);
	join_fini(&j);
}

/* Of two back legs that name a client, one is its; of a claim without a port
 * nobody knows which of two is meant.
 */
static void test_claims_for_several(void)
{
	struct join j = { .has_one_clock = true };

	leg_add(&j.front, C1, NULL, 0, 5000, "");
	leg_add(&j.back, P, C1, 1, 10, "");
	leg_add(&j.back, P, C1, 2000, 2010, "");
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_BY_CLAIM, 0);
	check_pair(&j, 1, JOIN_OPEN, 0);
	CU_ASSERT_EQUAL(j.back.leg[1].why, JOIN_WHY_TAKEN);
	join_fini(&j);
	j = (struct join) { .has_one_clock = true };
	leg_add(&j.front, C1, NULL, 0, 5000, "");
	leg_add(&j.front, "203.0.113.7:40001", NULL, 1, 5000, "");
	leg_add(&j.front, C2, NULL, 0, 5000, "");
	leg_add(&j.back, P, C1, 2, 10, "");
	leg_add(&j.back, P, C2, 2, 10, "");
	j.back.leg[0].has_port = j.back.leg[1].has_port = false;
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_OPEN, 0);
	CU_ASSERT_EQUAL(j.back.leg[0].why, JOIN_WHY_SEVERAL);
	check_pair(&j, 1, JOIN_BY_CLAIM, 2);
	join_fini(&j);
}

/* The back capture's clock is an hour ahead. */
static void test_clocks(void)
{
	int64_t hour = 3600000;
	struct join j = { 0 };

	leg_add(&j.front, C1, NULL, 0, 10, REQUEST);
	leg_add(&j.front, C1, NULL, 5000, 5010, REQUEST "2");
	leg_add(&j.front, C2, NULL, 9000, 9010, "");
	leg_add(&j.back, P, C1, hour + 1, hour + 10, REQUEST);
	leg_add(&j.back, P, C1, hour + 5001, hour + 5010, REQUEST "2");
	leg_add(&j.back, P, NULL, hour + 9001, hour + 9010, "");
	CU_ASSERT_EQUAL(join_match(&j), 0);
	CU_ASSERT_EQUAL(j.clock_ns, (hour + 1) * TALK_MS);
	check_pair(&j, 0, JOIN_BY_CLAIM, 0);
	check_pair(&j, 1, JOIN_BY_CLAIM, 1);
	check_pair(&j, 2, JOIN_BY_TIMING, 2);
	join_fini(&j);
}

/* Ports that are used again, and say the same again, do not tell how far the
 * clocks are apart: the nearest in time would be the next run's.
 */
static void test_clock_of_ports_used_again(void)
{
	int64_t hour = 3600000;
	struct join j = { 0 };

	leg_add(&j.front, C1, NULL, 0, 10, REQUEST);
	leg_add(&j.front, C1, NULL, 60000, 60010, REQUEST);
	leg_add(&j.back, P, C1, hour, hour + 10, REQUEST);
	leg_add(&j.back, P, C1, hour + 60000, hour + 60010, REQUEST);
	CU_ASSERT_EQUAL(join_match(&j), 0);
	CU_ASSERT_EQUAL(j.clock_ns, 0);
	check_pair(&j, 0, JOIN_OPEN, 0);
	check_pair(&j, 1, JOIN_OPEN, 0);
	CU_ASSERT_EQUAL(j.back.leg[1].why, JOIN_WHY_TIME);
	/* one that was used once tells it for all */
	leg_add(&j.front, C2, NULL, 30000, 30010, REQUEST);
	leg_add(&j.back, P, C2, hour + 30001, hour + 30010, REQUEST);
	CU_ASSERT_EQUAL(join_match(&j), 0);
	CU_ASSERT_EQUAL(j.clock_ns, (hour + 1) * TALK_MS);
	CU_ASSERT_EQUAL(j.clock_pairs, 1);
	check_pair(&j, 0, JOIN_BY_CLAIM, 0);
	check_pair(&j, 1, JOIN_BY_CLAIM, 1);
	join_fini(&j);
}

/* Nobody is named: what is said by one connection of each side tells it. */
static void test_clock_of_payload(void)
{
	int64_t hour = 3600000;
	struct join j = { 0 };

	leg_add(&j.front, C1, NULL, 0, 10, REQUEST "1");
	leg_add(&j.front, C2, NULL, 9000, 9010, REQUEST "2");
	leg_add(&j.back, P, NULL, hour + 1, hour + 10, REQUEST "1");
	leg_add(&j.back, P, NULL, hour + 9001, hour + 9010, REQUEST "2");
	CU_ASSERT_EQUAL(join_match(&j), 0);
	CU_ASSERT_EQUAL(j.clock_ns, (hour + 1) * TALK_MS);
	check_pair(&j, 0, JOIN_BY_PAYLOAD, 0);
	check_pair(&j, 1, JOIN_BY_PAYLOAD, 1);
	join_fini(&j);
}

static void test_captures_exchanged(void)
{
	struct join j = { 0 };

	leg_add(&j.front, P, C1, 1, 10, REQUEST);
	leg_add(&j.back, C1, NULL, 0, 10, REQUEST);
	CU_ASSERT_EQUAL(join_match(&j), 0);
	CU_ASSERT_EQUAL(j.exchanged, 1);
	join_fini(&j);
	/* a chain of proxies, each with a header */
	j = (struct join) { 0 };
	leg_add(&j.front, P, C1, 1, 10, REQUEST);
	leg_add(&j.back, C2, C1, 2, 10, REQUEST);
	CU_ASSERT_EQUAL(join_match(&j), 0);
	CU_ASSERT_EQUAL(j.exchanged, 0);
	CU_ASSERT(!j.is_strange);
	check_pair(&j, 0, JOIN_BY_CLAIM, 0);
	join_fini(&j);
}

static void test_payloads(void)
{
	struct join j = { .has_one_clock = true };

	leg_add(&j.front, C1, NULL, 0, 10, REQUEST "1");
	leg_add(&j.front, C2, NULL, 0, 10, REQUEST "2");
	leg_add(&j.front, "203.0.113.9:1", NULL, 0, 10, REQUEST "3");
	/* the proxy confuses two clients that are both there */
	leg_add(&j.back, P, C2, 1, 10, REQUEST "1");
	leg_add(&j.back, P, NULL, 1, 10, REQUEST "2");
	/* nobody's, and one that was rewritten */
	leg_add(&j.back, P, NULL, 1, 10, REQUEST "4");
	leg_add(&j.back, P, "203.0.113.9:1", 1, 10, REQUEST "5");
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_BY_PAYLOAD, 0);
	CU_ASSERT_EQUAL(join_check(&j.front.leg[0], &j.back.leg[0]).anomaly,
			ANOMALY_FLOW_OTHER_CLIENT);
	CU_ASSERT_PTR_NOT_NULL(
		join_check(&j.front.leg[0], &j.back.leg[0]).clause);
	CU_ASSERT_PTR_NOT_NULL(
		join_check(&j.front.leg[0], &j.back.leg[0]).advice);
	check_pair(&j, 1, JOIN_BY_PAYLOAD, 1);
	check_pair(&j, 2, JOIN_OPEN, 0);
	check_pair(&j, 3, JOIN_BY_CLAIM, 2);
	CU_ASSERT(join_payload(&j.front.leg[2], &j.back.leg[3]) < 0);
	join_fini(&j);
}

static void test_payload_that_two_say(void)
{
	struct join j = { .has_one_clock = true };

	leg_add(&j.front, C1, NULL, 0, 60000, REQUEST);
	leg_add(&j.front, C2, NULL, 30000, 60000, REQUEST);
	leg_add(&j.front, "203.0.113.9:1", NULL, 30001, 60000, REQUEST);
	/* two candidates of which one began just before; then two that did */
	leg_add(&j.back, P, NULL, 20, 60000, REQUEST);
	leg_add(&j.back, P, NULL, 30020, 60000, REQUEST);
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_BY_PAYLOAD, 0);
	check_pair(&j, 1, JOIN_OPEN, 0);
	join_fini(&j);
	/* too short to tell */
	j = (struct join) { .has_one_clock = true };
	leg_add(&j.front, C1, NULL, 0, 10, "short");
	leg_add(&j.back, P, NULL, 5000, 5010, "short");
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_OPEN, 0);
	join_fini(&j);
}

/* One front leg and two back legs that say the same: neither is proved. */
static void test_payload_of_two_back_legs(void)
{
	struct join j = { .has_one_clock = true };

	leg_add(&j.front, C1, NULL, 0, 30000, REQUEST);
	leg_add(&j.back, P, NULL, 5000, 5010, REQUEST);
	leg_add(&j.back, P, NULL, 9000, 9010, REQUEST);
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_OPEN, 0);
	check_pair(&j, 1, JOIN_OPEN, 0);
	CU_ASSERT_EQUAL(j.back.leg[0].why, JOIN_WHY_SEVERAL);
	join_fini(&j);
}

/* The proxy connects when a client speaks: that may be one that has been there
 * for long, although another has just come.
 */
static void test_payload_of_an_old_one(void)
{
	struct join j = { .has_one_clock = true };

	leg_add(&j.front, C1, NULL, 0, 60000, REQUEST);
	leg_add(&j.front, C2, NULL, 30000, 60000, REQUEST);
	leg_add(&j.back, P, NULL, 30200, 60000, REQUEST);
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_OPEN, 0);
	CU_ASSERT_EQUAL(j.back.leg[0].why, JOIN_WHY_SEVERAL);
	join_fini(&j);
}

/* Clients are mixed up that say too little for a pair by payload. A claim with
 * another payload does not stand if somebody else says just that.
 */
static void test_short_talk_mixed_up(void)
{
	struct join j = { .has_one_clock = true };

	leg_add(&j.front, C1, NULL, 0, 10, "hello 1");
	leg_add(&j.front, C2, NULL, 0, 10, "hello 2");
	leg_add(&j.back, P, C2, 1, 10, "hello 1");
	leg_add(&j.back, P, C1, 1, 10, "hello 2");
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_BY_TIMING, 0);
	check_pair(&j, 1, JOIN_BY_TIMING, 1);
	CU_ASSERT_EQUAL(join_check(&j.front.leg[0], &j.back.leg[0]).anomaly,
			ANOMALY_FLOW_OTHER_CLIENT);
	join_fini(&j);
	/* several say it: nobody is accused */
	j = (struct join) { .has_one_clock = true };
	leg_add(&j.front, C1, NULL, 0, 10, "hello");
	leg_add(&j.front, "203.0.113.9:1", NULL, 0, 10, "hello");
	leg_add(&j.front, C2, NULL, 0, 10, "hello 2");
	leg_add(&j.back, P, C2, 1, 10, "hello");
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_OPEN, 0);
	CU_ASSERT_EQUAL(j.back.leg[0].why, JOIN_WHY_PAYLOAD);
	join_fini(&j);
}

/* Thousands that begin alike are told apart by the rest, and one whose rest was
 * not captured may be any of them.
 */
static void test_payload_that_begins_alike(void)
{
	enum {
		MANY = 3000
	};
	struct join j = { .has_one_clock = true };
	char say[100], from[32];
	uint32_t i;

	for (i = 0; i < MANY; i++) {
		(void)snprintf(say, sizeof(say), REQUEST "%u", i);
		(void)snprintf(from, sizeof(from), "203.0.113.7:%u", i + 1);
		leg_add(&j.front, from, NULL, 0, 10, say);
		leg_add(&j.back, P, NULL, 1, 10, say);
	}
	CU_ASSERT_EQUAL(join_match(&j), 0);
	for (i = 0; i < MANY; i++)
		check_pair(&j, i, JOIN_BY_PAYLOAD, i);
	/* one after the other, they may even say the same */
	for (i = 0; i < MANY; i++) {
		struct join_leg *f = &j.front.leg[i], *b = &j.back.leg[i];

		f->by = b->by = JOIN_OPEN;
		f->tap = b->tap = j.front.leg[0].tap;
		f->first_ns = (int64_t)i * 5000 * TALK_MS;
		f->last_ns = f->first_ns + 2000 * TALK_MS;
		b->first_ns = f->first_ns + 1500 * TALK_MS;
	}
	CU_ASSERT_EQUAL(join_match(&j), 0);
	for (i = 0; i < MANY; i++)
		check_pair(&j, i, JOIN_BY_PAYLOAD, i);
	join_fini(&j);
	j = (struct join) { .has_one_clock = true };
	leg_add(&j.front, C1, NULL, 0, 10, REQUEST "1");
	leg_add(&j.front, C2, NULL, 0, 10, REQUEST "12");
	leg_add(&j.back, P, NULL, 1, 10, REQUEST "12");
	j.back.leg[0].tap.dir[FLOW_CLIENT] =
		tap_of(REQUEST REQUEST "12", 1000, true);
	j.front.leg[1].tap.dir[FLOW_CLIENT] =
		j.back.leg[0].tap.dir[FLOW_CLIENT];
	j.front.leg[0].tap.dir[FLOW_CLIENT] =
		tap_of(REQUEST REQUEST, 1000, false);
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_OPEN, 0);
	CU_ASSERT_EQUAL(j.back.leg[0].why, JOIN_WHY_SEVERAL);
	join_fini(&j);
}

static void test_timing(void)
{
	struct join j = { .has_one_clock = true };

	/* 0 and 1 are too near each other; 2 is alone; 3 is too late */
	leg_add(&j.front, C1, NULL, 0, 10, "");
	leg_add(&j.front, C2, NULL, 1, 10, "");
	leg_add(&j.front, C1, NULL, 10000, 10010, "");
	leg_add(&j.front, C2, NULL, 20000, 20010, "");
	leg_add(&j.back, P, NULL, 2, 10, "");
	leg_add(&j.back, P, NULL, 3, 10, "");
	leg_add(&j.back, P, NULL, 11000, 11010, "");
	leg_add(&j.back, P, NULL, 21001, 21010, "");
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_OPEN, 0);
	check_pair(&j, 1, JOIN_OPEN, 0);
	check_pair(&j, 2, JOIN_BY_TIMING, 2);
	check_pair(&j, 3, JOIN_OPEN, 0);
	CU_ASSERT_EQUAL(join_delay_ns(&j, &j.front.leg[2], &j.back.leg[2]),
			1000 * TALK_MS);
	join_fini(&j);
}

static void test_timing_needs_both_sides(void)
{
	struct join j = { .has_one_clock = true };

	/* two back legs for one front leg */
	leg_add(&j.front, C1, NULL, 0, 10, "");
	leg_add(&j.back, P, NULL, 2, 10, "");
	leg_add(&j.back, P, NULL, 3, 10, "");
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_OPEN, 0);
	check_pair(&j, 1, JOIN_OPEN, 0);
	join_fini(&j);
}

/* One clock cannot differ from itself; and a port is a part of the claim. */
static void test_claims_that_are_not_true(void)
{
	struct join j = { .has_one_clock = true };

	leg_add(&j.front, C1, NULL, 0, 10, REQUEST);
	leg_add(&j.back, P, C1, 10000, 10010, REQUEST);
	CU_ASSERT_EQUAL(join_match(&j), 0);
	CU_ASSERT_EQUAL(j.clock_ns, 0);
	check_pair(&j, 0, JOIN_OPEN, 0);
	join_fini(&j);
	j = (struct join) { .has_one_clock = true };
	leg_add(&j.front, C1, NULL, 0, 10, REQUEST);
	leg_add(&j.back, P, "203.0.113.7:40001", 1, 10, REQUEST);
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_BY_PAYLOAD, 0);
	CU_ASSERT_EQUAL(join_check(&j.front.leg[0], &j.back.leg[0]).verdict,
			VERDICT_MISMATCH);
	j.back.leg[0].has_port = false;
	CU_ASSERT_EQUAL(join_check(&j.front.leg[0], &j.back.leg[0]).verdict,
			VERDICT_OK);
	join_fini(&j);
}

/* Without times only what is said counts, and extremes do no harm. */
static void test_no_times(void)
{
	struct join j = { 0 };
	uint32_t i;

	leg_add(&j.front, C1, NULL, 0, 0, REQUEST "1");
	leg_add(&j.front, C2, NULL, 0, 0, REQUEST "2");
	leg_add(&j.front, C2, NULL, 0, 0, "");
	leg_add(&j.back, P, C1, 0, 0, REQUEST "1");
	leg_add(&j.back, P, NULL, 0, 0, REQUEST "2");
	leg_add(&j.back, P, NULL, 0, 0, "");
	for (i = 0; i < 3; i++) {
		j.front.leg[i].first_ns = j.front.leg[i].last_ns = INT64_MIN;
		j.back.leg[i].first_ns = j.back.leg[i].last_ns = INT64_MIN;
	}
	CU_ASSERT_EQUAL(join_match(&j), 0);
	check_pair(&j, 0, JOIN_BY_CLAIM, 0);
	check_pair(&j, 1, JOIN_BY_PAYLOAD, 1);
	check_pair(&j, 2, JOIN_OPEN, 0);
	j.back.leg[0].first_ns = INT64_MAX;
	j.front.leg[0].first_ns = INT64_MIN + 1;
	CU_ASSERT_EQUAL(join_delay_ns(&j, &j.front.leg[0], &j.back.leg[0]),
			INT64_MIN);
	CU_ASSERT_EQUAL(join_match(&j), 0);
	j.back.leg[0].first_ns = INT64_MIN + 1;
	j.front.leg[2].first_ns = INT64_MIN + 1;
	j.back.leg[2].first_ns = INT64_MAX;
	CU_ASSERT_EQUAL(join_match(&j), 0);
	/* it ends long before it begins */
	j.front.leg[0].first_ns = INT64_MAX;
	j.front.leg[0].last_ns = INT64_MIN + 1;
	CU_ASSERT_FALSE(join_is_alive(&j, &j.front.leg[0], &j.back.leg[2]));
	join_fini(&j);
}

/* One leg has no time, the others have, and the clocks are apart. */
static void test_one_has_no_time(void)
{
	int64_t hour = 3600000;
	struct join j = { 0 };

	leg_add(&j.front, C1, NULL, 0, 10, REQUEST "1");
	leg_add(&j.front, C2, NULL, 0, 10, REQUEST "2");
	leg_add(&j.back, P, C1, hour, hour + 10, REQUEST "1");
	leg_add(&j.back, P, NULL, 0, 0, REQUEST "2");
	leg_add(&j.back, P, NULL, 0, 0, "");
	j.back.leg[1].first_ns = j.back.leg[1].last_ns = INT64_MIN;
	j.back.leg[2].first_ns = j.back.leg[2].last_ns = INT64_MIN;
	CU_ASSERT_EQUAL(join_match(&j), 0);
	CU_ASSERT_EQUAL(j.clock_ns, hour * TALK_MS);
	check_pair(&j, 0, JOIN_BY_CLAIM, 0);
	check_pair(&j, 1, JOIN_BY_PAYLOAD, 1);
	check_pair(&j, 2, JOIN_OPEN, 0);
	join_fini(&j);
}

#define MANY 200U /* the steps below have no divisor in common with it */

/* Each front leg has its back leg, in another order. @by: what tells them */
static void match_many(enum join_by by)
{
	struct join j = { .has_one_clock = true };
	char from[32], say[80];
	uint32_t i;

	for (i = 0; i < MANY; i++) {
		uint32_t k = i * 77 % MANY;

		(void)snprintf(from, sizeof(from), "203.0.113.%u:%u", k,
			       40000 + k / 2);
		(void)snprintf(say, sizeof(say), "%u " REQUEST, k);
		leg_add(&j.front, from, NULL,
			by == JOIN_BY_TIMING ? k * 2000 : 0, 1000000,
			by == JOIN_BY_PAYLOAD ? say : "");
	}
	for (i = 0; i < MANY; i++) {
		uint32_t k = i * 93 % MANY;

		(void)snprintf(from, sizeof(from), "203.0.113.%u:%u", k,
			       40000 + k / 2);
		(void)snprintf(say, sizeof(say), "%u " REQUEST, k);
		leg_add(&j.back, P, by == JOIN_BY_CLAIM ? from : NULL,
			by == JOIN_BY_TIMING ? k * 2000 + 900 : 5, 1000000,
			by == JOIN_BY_PAYLOAD ? say : "");
	}
	CU_ASSERT_EQUAL(join_match(&j), 0);
	for (i = 0; i < MANY; i++) {
		const struct join_leg *b = &j.back.leg[i];

		CU_ASSERT_EQUAL(b->by, by);
		/* i * 93 is the k of both */
		CU_ASSERT_EQUAL(b->peer * 77 % MANY, i * 93 % MANY);
		check_pair(&j, i, by, b->peer);
	}
	join_fini(&j);
}

static void test_many(void)
{
	match_many(JOIN_BY_CLAIM);
	match_many(JOIN_BY_PAYLOAD);
	match_many(JOIN_BY_TIMING);
}

/* 31 bytes are the same by chance, 32 are not. */
static void test_least_payload(void)
{
	char text[33] = "0123456789abcdef0123456789abcdef";
	uint32_t len;

	for (len = 31; len <= 32; len++) {
		struct join j = { .has_one_clock = true };

		text[len] = '\0';
		leg_add(&j.front, C1, NULL, 0, 10000, text);
		leg_add(&j.back, P, NULL, 5000, 5010, text);
		CU_ASSERT_EQUAL(join_match(&j), 0);
		check_pair(&j, 0, len == 32 ? JOIN_BY_PAYLOAD : JOIN_OPEN, 0);
		join_fini(&j);
		text[31] = 'f';
	}
}

static void test_status(void)
{
	struct join j = { 0 };
	struct join_tally t = { 0 };

	CU_ASSERT_EQUAL(join_status(&j, &t), EXIT_INCONCLUSIVE);
	t.verdict[VERDICT_OK] = 1;
	CU_ASSERT_EQUAL(join_status(&j, &t), EXIT_OK);
	t.open_front = 1;
	CU_ASSERT_EQUAL(join_status(&j, &t), EXIT_INCONCLUSIVE);
	t.verdict[VERDICT_MISMATCH] = 1;
	CU_ASSERT_EQUAL(join_status(&j, &t), EXIT_FINDING);
	t = (struct join_tally) { .verdict = { [VERDICT_OK] = 1 } };
	j.back.refused = 1;
	CU_ASSERT_EQUAL(join_status(&j, &t), EXIT_INCONCLUSIVE);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "headers do not count", test_headers_do_not_count },
		{ "what is compared", test_what_is_compared },
		{ "holes and repeats", test_holes_and_repeats },
		{ "datagrams", test_datagrams },
		{ "claims", test_claims },
		{ "claims for several", test_claims_for_several },
		{ "clocks", test_clocks },
		{ "clock of ports used again", test_clock_of_ports_used_again },
		{ "clock of payload", test_clock_of_payload },
		{ "captures exchanged", test_captures_exchanged },
		{ "payloads", test_payloads },
		{ "payload that two say", test_payload_that_two_say },
		{ "payload of two", test_payload_of_two_back_legs },
		{ "payload of an old one", test_payload_of_an_old_one },
		{ "short talk mixed up", test_short_talk_mixed_up },
		{ "payload begins alike", test_payload_that_begins_alike },
		{ "timing", test_timing },
		{ "timing needs both sides", test_timing_needs_both_sides },
		{ "untrue claims", test_claims_that_are_not_true },
		{ "no times", test_no_times },
		{ "one has no time", test_one_has_no_time },
		{ "many", test_many },
		{ "the least payload", test_least_payload },
		{ "status", test_status },
	};

	return unit_main("inspect_join", tests, ARRAY_SIZE(tests));
}
