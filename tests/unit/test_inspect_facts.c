/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_facts.c - who spoke when, and what the verdict makes of it */
#include <string.h>

#include <CUnit/CUnit.h>

#include "app.h"
#include "harness.h"
#include "inspect_talk.h"
#include "udp_mode.h"
#include "wire/ip.h"
#include "wire/tcp.h"

#define V2_HEAD	 "0d0a0d0a000d0a515549540a"
#define V2_OTHER V2_HEAD "2112000c0a000001c63364010001 0035"
#define HDR_LEN	 ((uint32_t)sizeof(TALK_V1) - 1)

static bool has_remark(const struct check *c, enum anomaly a)
{
	uint32_t i;

	for (i = 0; i < c->remark_count; i++)
		if (c->remark[i] == a)
			return true;
	return false;
}

static void check_is(const struct check *c, enum verdict v, enum anomaly a)
{
	CU_ASSERT_EQUAL(c->verdict, v);
	CU_ASSERT_EQUAL(c->anomaly, a);
	CU_ASSERT_EQUAL(c->advice != NULL, a != ANOMALY_NONE);
	CU_ASSERT_EQUAL(c->clause != NULL, a != ANOMALY_NONE);
}

static void test_timing(void)
{
	struct facts_timing at;
	struct talk t;

	talk_init(&t, IP_PROTO_TCP);
	talk_handshake(&t);
	t.now_ns += 3 * TALK_MS;
	talk_text(&t, FLOW_CLIENT, TALK_V1 "GET / HTTP/1.1\r\n");
	t.now_ns += 5 * TALK_MS;
	t.ack = HDR_LEN + 16;
	talk_text(&t, FLOW_ORIGIN, "HTTP/1.1 200 OK\r\n");
	t.now_ns += 7 * TALK_MS;
	talk_say(&t, FLOW_CLIENT, TCP_F_FIN | TCP_F_ACK, NULL, 0);
	at = facts_timing(&t.flow.facts, IP_PROTO_TCP);
	CU_ASSERT_EQUAL(at.handshake_us, 2000);
	CU_ASSERT_EQUAL(at.header_us, 3000);
	CU_ASSERT_EQUAL(at.reply_us, 5000);
	CU_ASSERT_EQUAL(at.close_us, 12000);
	CU_ASSERT_EQUAL(t.flow.dir[FLOW_CLIENT].find.app, APP_HTTP);
	CU_ASSERT_EQUAL(t.flow.facts.origin_app, APP_HTTP);
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_OK);
}

/* What only TCP has is none in UDP. */
static void test_udp_times(void)
{
	struct facts f = {
		.hdr_us = 5, .origin_us = 9, .shake_us = 3, .close_us = 20
	};
	struct facts_timing at = facts_timing(&f, IP_PROTO_UDP);

	CU_ASSERT_EQUAL(at.handshake_us, -1);
	CU_ASSERT_EQUAL(at.header_us, 4);
	CU_ASSERT_EQUAL(at.reply_us, 4);
	CU_ASSERT_EQUAL(at.close_us, -1);
}

static void test_settled(void)
{
	struct flow fl = { .first_frame = 7 };
	struct facts f = { .client_us = 1, .origin_us = 1 };

	/* a handshake that was not captured is not waited for */
	CU_ASSERT(facts_is_settled(&f, &fl));
	fl.dir[FLOW_ORIGIN].has_syn = true;
	CU_ASSERT(!facts_is_settled(&f, &fl));
	f.shake_us = 1;
	CU_ASSERT(facts_is_settled(&f, &fl));
	f.client_us = 0;
	CU_ASSERT(!facts_is_settled(&f, &fl));
	f = (struct facts) { .client_us = 1, .shake_us = 1 };
	CU_ASSERT(!facts_is_settled(&f, &fl));
	CU_ASSERT_EQUAL(facts_frame(&fl, 0), 0);
	CU_ASSERT_EQUAL(facts_frame(&fl, 1), 7);
	CU_ASSERT_EQUAL(facts_frame(&fl, 5), 11);
}

/* Of packets in bulk UDP wants to know when the last one came. */
static void test_skipped_packets(void)
{
	struct flow fl = { .proto = IP_PROTO_UDP, .last_ns = 3 * TALK_MS };
	struct facts f = { 0 };

	facts_skip(&f, &fl);
	CU_ASSERT_EQUAL(f.last_ms, 3 + 1);
	/* seven weeks, and more */
	fl.last_ns = (int64_t)UINT32_MAX * TALK_MS;
	facts_skip(&f, &fl);
	CU_ASSERT_EQUAL(f.last_ms, UINT32_MAX - 1);
	fl.proto = IP_PROTO_TCP;
	f.last_ms = 0;
	facts_skip(&f, &fl);
	CU_ASSERT_EQUAL(f.last_ms, 0);
}

static void test_no_times(void)
{
	struct facts_timing at;
	struct talk t;

	talk_init(&t, IP_PROTO_TCP);
	t.now_ns = INT64_MIN;
	t.flow.first_ns = INT64_MIN;
	talk_say(&t, FLOW_CLIENT, TCP_F_SYN, NULL, 0);
	talk_text(&t, FLOW_CLIENT, TALK_V1);
	at = facts_timing(&t.flow.facts, IP_PROTO_TCP);
	CU_ASSERT_EQUAL(at.handshake_us, -1);
	CU_ASSERT_EQUAL(at.header_us, -1);
	CU_ASSERT_EQUAL(at.reply_us, -1);
	talk_say(&t, FLOW_ORIGIN, TCP_F_RST, NULL, 0);
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_OK);
}

static void test_wild_times(void)
{
	struct facts_timing at;
	struct talk t;

	/* centuries later, and before the first packet */
	talk_init(&t, IP_PROTO_TCP);
	talk_say(&t, FLOW_CLIENT, TCP_F_SYN, NULL, 0);
	talk_text(&t, FLOW_CLIENT, TALK_V1);
	t.now_ns = INT64_MAX;
	talk_text(&t, FLOW_ORIGIN, "x");
	t.now_ns = -TALK_MS;
	talk_say(&t, FLOW_ORIGIN, TCP_F_FIN, NULL, 0);
	at = facts_timing(&t.flow.facts, IP_PROTO_TCP);
	CU_ASSERT(at.reply_us > 4000000000LL);
	CU_ASSERT_EQUAL(at.close_us, 0);
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_LATE);
}

/* @ack: how much of the header the origin had when it spoke */
static struct check speak_with(uint32_t ack, bool has_syn)
{
	struct talk t;

	talk_init(&t, IP_PROTO_TCP);
	if (has_syn)
		talk_handshake(&t);
	talk_text(&t, FLOW_CLIENT, TALK_V1);
	t.ack = ack;
	talk_text(&t, FLOW_ORIGIN, "220 x");
	return talk_judge(&t);
}

static void test_who_speaks_first(void)
{
	struct check c = speak_with(0, true);

	check_is(&c, VERDICT_LATE, ANOMALY_FLOW_ORIGIN_FIRST);
	CU_ASSERT_EQUAL(c.frame, 5);
	c = speak_with(HDR_LEN - 1, true);
	check_is(&c, VERDICT_LATE, ANOMALY_FLOW_ORIGIN_FIRST);
	c = speak_with(HDR_LEN, true);
	check_is(&c, VERDICT_OK, ANOMALY_NONE);
	/* without a SYN nobody knows */
	c = speak_with(0, false);
	check_is(&c, VERDICT_OK, ANOMALY_NONE);
}

/* @side ends it with @flags @wait_ms after the header */
static struct check end_with(enum flow_side side, uint16_t flags, int wait_ms,
			     const char *reply)
{
	struct talk t;

	talk_init(&t, IP_PROTO_TCP);
	talk_handshake(&t);
	talk_text(&t, FLOW_CLIENT, TALK_V1);
	t.ack = HDR_LEN;
	if (*reply)
		talk_text(&t, FLOW_ORIGIN, reply);
	t.now_ns += wait_ms * TALK_MS;
	talk_say(&t, side, flags, NULL, 0);
	return talk_judge(&t);
}

static void test_refused(void)
{
	struct check c = end_with(FLOW_ORIGIN, TCP_F_RST, 1000, "");

	check_is(&c, VERDICT_MISMATCH, ANOMALY_FLOW_RESET);
	CU_ASSERT_EQUAL(c.frame, 5);
	c = end_with(FLOW_ORIGIN, TCP_F_RST, 1001, "");
	check_is(&c, VERDICT_OK, ANOMALY_NONE);
	c = end_with(FLOW_ORIGIN, TCP_F_FIN, 1000, "");
	check_is(&c, VERDICT_OK, ANOMALY_FLOW_REFUSED);
	c = end_with(FLOW_CLIENT, TCP_F_RST, 1, "");
	check_is(&c, VERDICT_OK, ANOMALY_NONE);
	c = end_with(FLOW_ORIGIN, TCP_F_RST, 1, "hello");
	check_is(&c, VERDICT_OK, ANOMALY_NONE);
	c = end_with(FLOW_ORIGIN, TCP_F_FIN, 1, "HTTP/1.1 400 Bad\r\n");
	check_is(&c, VERDICT_OK, ANOMALY_FLOW_ERROR_REPLY);
}

static struct check wait_for(int wait_ms, const char *text)
{
	struct talk t;

	talk_init(&t, IP_PROTO_TCP);
	talk_handshake(&t);
	if (*text)
		talk_text(&t, FLOW_CLIENT, text);
	t.now_ns += wait_ms * TALK_MS;
	talk_say(&t, FLOW_CLIENT, TCP_F_FIN | TCP_F_ACK, NULL, 0);
	return talk_judge(&t);
}

static void test_both_wait(void)
{
	struct check c = wait_for(3000, "");

	check_is(&c, VERDICT_MISSING, ANOMALY_FLOW_DEADLOCK);
	CU_ASSERT_EQUAL(c.frame, 4);
	c = wait_for(2999, "");
	check_is(&c, VERDICT_INCONCLUSIVE, ANOMALY_FLOW_EMPTY);
	c = wait_for(5000, TALK_V1);
	check_is(&c, VERDICT_OK, ANOMALY_NONE);
}

struct udp_case {
	const char *says; /* h header and payload, a alone, b bare, - silence */
	enum udp_mode mode;
	enum verdict verdict;
	enum anomaly remark;
	enum verdict strict;
};

static void udp_talk(struct talk *t, const char *says)
{
	talk_init(t, IP_PROTO_UDP);
	for (; *says; says++) {
		if (*says == '-')
			t->now_ns += 30000 * TALK_MS;
		else if (*says == 'b')
			talk_text(t, FLOW_CLIENT, "question");
		else if (*says == 'a')
			talk_hex(t, FLOW_CLIENT, TALK_V2_UDP);
		else
			talk_hex(t, FLOW_CLIENT, TALK_V2_UDP "30");
	}
}

static void test_udp_modes(void)
{
	static const struct udp_case cases[] = {
		{ "h", UDP_MODE_OPEN, VERDICT_OK, ANOMALY_NONE, VERDICT_OK },
		{ "hhh", UDP_MODE_EVERY, VERDICT_OK, ANOMALY_NONE, VERDICT_OK },
		{ "hh-h", UDP_MODE_EVERY, VERDICT_OK, ANOMALY_NONE,
		  VERDICT_OK },
		{ "hbb", UDP_MODE_FIRST, VERDICT_OK, ANOMALY_UDP_BARE,
		  VERDICT_MISSING },
		{ "hb-hb", UDP_MODE_FIRST, VERDICT_OK, ANOMALY_UDP_BARE,
		  VERDICT_MISSING },
		{ "hb-b", UDP_MODE_FIRST, VERDICT_OK, ANOMALY_UDP_EXPIRED,
		  VERDICT_MISSING },
		{ "abb", UDP_MODE_ALONE, VERDICT_OK, ANOMALY_UDP_ALONE,
		  VERDICT_SPLIT },
		{ "ab-ab", UDP_MODE_ALONE, VERDICT_OK, ANOMALY_UDP_ALONE,
		  VERDICT_SPLIT },
		{ "ab-hb", UDP_MODE_MIXED, VERDICT_OK, ANOMALY_UDP_ALONE,
		  VERDICT_SPLIT },
		{ "hbh", UDP_MODE_MIXED, VERDICT_OK, ANOMALY_UDP_MIXED,
		  VERDICT_REPEATED },
		{ "bh", UDP_MODE_MIXED, VERDICT_LATE, ANOMALY_UDP_MIXED,
		  VERDICT_LATE },
		{ "bb", UDP_MODE_NONE, VERDICT_MISSING, ANOMALY_NONE,
		  VERDICT_MISSING },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct talk t;
		struct check c;

		udp_talk(&t, cases[i].says);
		CU_ASSERT_EQUAL(udp_mode_of(&t.flow), cases[i].mode);
		c = talk_judge(&t);
		CU_ASSERT_EQUAL(c.verdict, cases[i].verdict);
		CU_ASSERT(cases[i].remark == ANOMALY_NONE ||
			  has_remark(&c, cases[i].remark));
		udp_talk(&t, cases[i].says);
		t.cfg.is_strict = true;
		c = talk_judge(&t);
		CU_ASSERT_EQUAL(c.verdict, cases[i].strict);
		CU_ASSERT(c.verdict == VERDICT_OK ||
			  !has_remark(&c, c.anomaly));
	}
}

static void test_udp_sessions(void)
{
	struct talk t;

	udp_talk(&t, "hb-hb-bb");
	CU_ASSERT_EQUAL(t.flow.facts.session_count, 1);
	CU_ASSERT_EQUAL(t.flow.facts.expired_count, 1);
	CU_ASSERT_EQUAL(facts_frame(&t.flow, t.flow.facts.expired_frame), 5);
	(void)talk_judge(&t);
	/* a reply keeps the session alive; less than the time-out does not end
	 * it
	 */
	udp_talk(&t, "h");
	t.now_ns += 29999 * TALK_MS;
	talk_text(&t, FLOW_CLIENT, "question");
	t.now_ns += 20000 * TALK_MS;
	talk_text(&t, FLOW_ORIGIN, "answer");
	t.now_ns += 20000 * TALK_MS;
	talk_text(&t, FLOW_CLIENT, "question");
	CU_ASSERT_EQUAL(t.flow.facts.expired_count, 0);
	(void)talk_judge(&t);
}

static void test_udp_length(void)
{
	static uint8_t dgram[2000];
	size_t len = unhex(TALK_V2_UDP, dgram, sizeof(dgram));
	struct check c;
	struct talk t;

	talk_init(&t, IP_PROTO_UDP);
	talk_say(&t, FLOW_CLIENT, 0, dgram, 1472);
	c = talk_judge(&t);
	CU_ASSERT(!has_remark(&c, ANOMALY_UDP_MTU));
	talk_init(&t, IP_PROTO_UDP);
	talk_say(&t, FLOW_CLIENT, 0, dgram, 1473);
	c = talk_judge(&t);
	CU_ASSERT(has_remark(&c, ANOMALY_UDP_MTU));
	/* without a header it is the application's affair */
	talk_init(&t, IP_PROTO_UDP);
	talk_say(&t, FLOW_CLIENT, 0, dgram, len);
	talk_say(&t, FLOW_CLIENT, 0, dgram + len, 1500);
	c = talk_judge(&t);
	CU_ASSERT(!has_remark(&c, ANOMALY_UDP_MTU));
}

static struct check spp_talk(const char *ask, const char *reply,
			     const char *ask2)
{
	struct talk t;

	talk_init(&t, IP_PROTO_UDP);
	talk_hex(&t, FLOW_CLIENT, ask);
	talk_hex(&t, FLOW_ORIGIN, reply);
	talk_hex(&t, FLOW_CLIENT, ask2);
	return talk_judge(&t);
}

static void test_spp(void)
{
	static const char other[] = "56ec00000000000000000000ffff0a000001"
				    "00000000000000000000ffffc63364019c400035";
	struct check c = spp_talk(TALK_SPP "30", TALK_SPP "31", TALK_SPP);

	check_is(&c, VERDICT_OK, ANOMALY_NONE);
	c = spp_talk(TALK_SPP "30", "31", TALK_SPP "32");
	check_is(&c, VERDICT_MISSING, ANOMALY_SPP_REPLY);
	CU_ASSERT_EQUAL(c.frame, 2);
	c = spp_talk(TALK_SPP "30", other, TALK_SPP "32");
	check_is(&c, VERDICT_MISMATCH, ANOMALY_SPP_ADDRESS);
	c = spp_talk(TALK_SPP "30", TALK_SPP, "32");
	check_is(&c, VERDICT_MISSING, ANOMALY_SPP_BARE);
	CU_ASSERT_EQUAL(c.frame, 3);
	c = spp_talk(TALK_SPP "30", TALK_SPP, other);
	check_is(&c, VERDICT_MISMATCH, ANOMALY_SPP_CHANGED);
}

static void test_trust(void)
{
	struct ip_addr peer = { .family = IP_V4, .bytes = { 192, 0, 2, 1 } };
	struct check c;
	struct talk t;
	unsigned i;

	for (i = 0; i < 4; i++) {
		talk_init(&t, IP_PROTO_TCP);
		t.flow.dir[FLOW_CLIENT].end.addr = peer;
		CU_ASSERT(cidr_list_add(&t.cfg.trust,
					i & 1 ? "192.0.2.0/24" : "10.0.0.0/8",
					NULL, 0));
		talk_handshake(&t);
		talk_text(&t, FLOW_CLIENT, i & 2 ? "GET" : TALK_V1);
		c = talk_judge(&t);
		if (i == 0)
			check_is(&c, VERDICT_UNTRUSTED, ANOMALY_PP_UNTRUSTED);
		else if (i == 1)
			check_is(&c, VERDICT_OK, ANOMALY_NONE);
		else
			check_is(&c, VERDICT_MISSING,
				 i == 2 ? ANOMALY_FLOW_DIRECT
					: ANOMALY_PP_MISSING);
	}
}

static void test_other_headers(void)
{
	static const char other[] =
		"PROXY TCP4 198.51.100.66 198.51.100.1 6666 443\r\n";
	const struct find_other *other_hdr;
	struct check c;
	struct talk t;

	talk_init(&t, IP_PROTO_TCP);
	talk_handshake(&t);
	talk_text(&t, FLOW_CLIENT, TALK_V1 "GET");
	talk_text(&t, FLOW_CLIENT, other);
	other_hdr = t.flow.dir[FLOW_CLIENT].find.other;
	CU_ASSERT(other_hdr && other_hdr->client.port == 6666);
	/* only the first of them is kept */
	talk_text(&t, FLOW_CLIENT, TALK_V1);
	CU_ASSERT_PTR_EQUAL(t.flow.dir[FLOW_CLIENT].find.other, other_hdr);
	c = talk_judge(&t);
	check_is(&c, VERDICT_REPEATED, ANOMALY_FLOW_POOLED);
	CU_ASSERT_EQUAL(c.off, HDR_LEN + 3);
	/* the accepting side's */
	talk_init(&t, IP_PROTO_TCP);
	talk_handshake(&t);
	talk_text(&t, FLOW_CLIENT, "GET");
	talk_text(&t, FLOW_ORIGIN, TALK_V1);
	c = talk_judge(&t);
	check_is(&c, VERDICT_MISSING, ANOMALY_FLOW_WRONG_SIDE);
	/* a datagram's second */
	talk_init(&t, IP_PROTO_UDP);
	talk_hex(&t, FLOW_CLIENT, TALK_V2_UDP V2_OTHER);
	c = talk_judge(&t);
	check_is(&c, VERDICT_DUPLICATE, ANOMALY_FLOW_SECOND_CLIENT);
	CU_ASSERT_EQUAL(c.off, 28);
}

/* The header again with one byte changed, whole or in part. */
static void test_overlap(void)
{
	static const size_t at[] = { 0, 11, HDR_LEN - 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		char forged[] = TALK_V1;
		struct check c;
		struct talk t;

		talk_init(&t, IP_PROTO_TCP);
		talk_handshake(&t);
		talk_text(&t, FLOW_CLIENT, TALK_V1 "x");
		t.seq[FLOW_CLIENT] = (uint32_t)at[i];
		talk_text(&t, FLOW_CLIENT, forged + at[i]);
		CU_ASSERT(!t.flow.dir[FLOW_CLIENT].find.is_overlap);
		forged[HDR_LEN - 1] = 'X';
		t.seq[FLOW_CLIENT] = (uint32_t)at[i];
		talk_text(&t, FLOW_CLIENT, forged + at[i]);
		c = talk_judge(&t);
		check_is(&c, VERDICT_OK, ANOMALY_FLOW_OVERLAP);
	}
}

/* beside_talk() - two datagrams, each with an address beside it; @trust: whom,
 * NULL for all
 */
static struct check beside_talk(const char *first, const char *second,
				const char *hex, const char *trust)
{
	const char *const says[] = { first, second };
	uint8_t buf[128];
	size_t len = unhex(hex, buf, sizeof(buf));
	struct talk t;
	size_t i;

	talk_init(&t, IP_PROTO_UDP);
	t.flow.dir[FLOW_CLIENT].end.addr.family = IP_V4;
	CU_ASSERT(!trust || cidr_list_add(&t.cfg.trust, trust, NULL, 0));
	for (i = 0; i < 2; i++) {
		struct packet p = { .proto = IP_PROTO_UDP, .frame = i + 1 };

		p.payload = buf;
		p.len = p.cap_len = (uint32_t)len;
		p.uoa.carrier = UOA_IP_OPTION;
		if (!endpoint_parse(says[i], strlen(says[i]), &p.uoa.client))
			p.uoa.err.anomaly = ANOMALY_UOA_LENGTH;
		flow_add(&t.flow, FLOW_CLIENT, &t.cfg, &t.budget, &p, i + 1);
	}
	return talk_judge(&t);
}

static void test_beside(void)
{
	static const char one[] = "203.0.113.7:40000";
	static const char two[] = "203.0.113.7:40001";
	struct check c = beside_talk(one, one, "30", NULL);

	check_is(&c, VERDICT_OK, ANOMALY_NONE);
	c = beside_talk(one, two, "30", NULL);
	check_is(&c, VERDICT_DUPLICATE, ANOMALY_UOA_CONTRARY);
	CU_ASSERT_EQUAL(c.frame, 2);
	c = beside_talk(one, "?", "30", NULL);
	check_is(&c, VERDICT_MALFORMED, ANOMALY_UOA_LENGTH);
	CU_ASSERT_EQUAL(c.frame, 2);
	c = beside_talk(one, one, "30", "10.0.0.0/8");
	check_is(&c, VERDICT_UNTRUSTED, ANOMALY_PP_UNTRUSTED);
	CU_ASSERT_EQUAL(c.frame, 1);
	c = beside_talk(one, one, TALK_V2_UDP "30", NULL);
	check_is(&c, VERDICT_OK, ANOMALY_NONE);
	c = beside_talk(two, two, TALK_V2_UDP "30", NULL);
	check_is(&c, VERDICT_MISMATCH, ANOMALY_UOA_HEADER);
}

/* The capture begins with a reply. */
static void test_sides(void)
{
	static const struct {
		uint16_t client, origin;
		bool is_reversed;
	} cases[] = { { 53, 40000, true },
		      { 1023, 1024, true },
		      { 1024, 1025, false },
		      { 53, 53, false },
		      { 40000, 53, false } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct talk t;

		talk_init(&t, IP_PROTO_UDP);
		t.flow.dir[FLOW_CLIENT].end.port = cases[i].client;
		t.flow.dir[FLOW_ORIGIN].end.port = cases[i].origin;
		talk_text(&t, FLOW_CLIENT, "answer");
		talk_text(&t, FLOW_ORIGIN, "question");
		flow_settle(&t.flow);
		CU_ASSERT_EQUAL(t.flow.dir[FLOW_ORIGIN].end.port ==
					cases[i].client,
				cases[i].is_reversed ||
					cases[i].client == cases[i].origin);
		CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_MISSING);
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "timing", test_timing },
		{ "times of UDP", test_udp_times },
		{ "settled", test_settled },
		{ "skipped packets", test_skipped_packets },
		{ "no times", test_no_times },
		{ "wild times", test_wild_times },
		{ "who speaks first", test_who_speaks_first },
		{ "refused", test_refused },
		{ "both wait", test_both_wait },
		{ "UDP modes", test_udp_modes },
		{ "UDP sessions", test_udp_sessions },
		{ "UDP length", test_udp_length },
		{ "SPP", test_spp },
		{ "trust", test_trust },
		{ "other headers", test_other_headers },
		{ "overlap", test_overlap },
		{ "beside", test_beside },
		{ "sides", test_sides },
	};

	return unit_main("inspect_facts", tests, ARRAY_SIZE(tests));
}
