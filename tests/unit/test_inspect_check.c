/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_check.c - flows made by hand, and the verdict on each */
#include <stdbool.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "check.h"
#include "harness.h"
#include "wire/ip.h"
#include "wire/tcp.h"

#define V1_LINE "PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n"
#define V2_UDP                         \
	"0d0a0d0a000d0a515549540a2112" \
	"000ccb007107c63364019c400035"
#define SPP                                    \
	"56ec00000000000000000000ffffcb007107" \
	"00000000000000000000ffffc63364019c400035"

struct talk {
	struct config cfg;
	struct budget budget;
	struct flow flow;
	uint64_t frame;
	uint32_t seq;
};

static void talk_init(struct talk *t, uint8_t proto)
{
	*t = (struct talk) {
		.cfg = { .hdr_max = 4096, .want_csum = true },
		.budget = { .max_bytes = 1 << 20 },
		.flow = { .proto = proto },
	};
}

static void talk_say(struct talk *t, enum flow_side side, uint16_t flags,
		     const uint8_t *data, size_t len)
{
	struct packet p = { .proto = t->flow.proto, .flags = flags };

	p.seq = t->seq;
	p.payload = data;
	p.len = p.cap_len = (uint32_t)len;
	flow_add(&t->flow, side, &t->cfg, &t->budget, &p, ++t->frame);
	if (side == FLOW_CLIENT)
		t->seq += (uint32_t)len;
}

/* talk_tcp() - SYN, then @text of the client in one segment, then FIN */
static void talk_tcp(struct talk *t, const char *text, bool has_fin)
{
	talk_init(t, IP_PROTO_TCP);
	talk_say(t, FLOW_CLIENT, TCP_F_SYN, NULL, 0);
	talk_say(t, FLOW_CLIENT, TCP_F_ACK, (const uint8_t *)text,
		 strlen(text));
	if (has_fin)
		talk_say(t, FLOW_CLIENT, TCP_F_FIN | TCP_F_ACK, NULL, 0);
}

static void talk_udp(struct talk *t, const char *hex)
{
	uint8_t buf[256];
	size_t len = unhex(hex, buf, sizeof(buf));

	talk_say(t, FLOW_CLIENT, 0, buf, len);
}

/* talk_judge() - the verdict; the flow is gone after it */
static struct check talk_judge(struct talk *t)
{
	struct check c;

	flow_settle(&t->flow);
	c = check_flow(&t->cfg, &t->flow);
	find_fini(&t->flow.dir[FLOW_CLIENT].find, &t->budget);
	find_fini(&t->flow.dir[FLOW_ORIGIN].find, &t->budget);
	CU_ASSERT_EQUAL(t->budget.used_bytes, 0);
	return c;
}

static void test_tcp_verdicts(void)
{
	static const struct {
		const char *text;
		enum verdict verdict;
		enum anomaly anomaly;
	} cases[] = {
		{ V1_LINE, VERDICT_OK, ANOMALY_NONE },
		{ V1_LINE "x", VERDICT_OK, ANOMALY_NONE },
		{ V1_LINE V1_LINE, VERDICT_DUPLICATE, ANOMALY_NONE },
		{ "GET", VERDICT_MISSING, ANOMALY_NONE },
		{ "PROXY TCP9", VERDICT_MALFORMED, ANOMALY_V1_PROTO },
		/* the sender closes inside the header */
		{ "PROXY TCP4 203", VERDICT_MALFORMED, ANOMALY_PP_TRUNCATED },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct talk t;
		struct check c;

		talk_tcp(&t, cases[i].text, true);
		c = talk_judge(&t);
		CU_ASSERT_EQUAL(c.verdict, cases[i].verdict);
		CU_ASSERT_EQUAL(c.anomaly, cases[i].anomaly);
		CU_ASSERT_PTR_NULL(c.note);
	}
}

static void test_what_is_left_open(void)
{
	struct talk t;
	struct check c;

	talk_tcp(&t, "PROXY TCP4 203", false);
	c = talk_judge(&t);
	CU_ASSERT_EQUAL(c.verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(c.note, "header-incomplete");
	talk_tcp(&t, "", true);
	c = talk_judge(&t);
	CU_ASSERT_EQUAL(c.verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(c.note, "no-payload");
	talk_init(&t, IP_PROTO_TCP);
	talk_say(&t, FLOW_CLIENT, TCP_F_SYN, NULL, 0);
	t.seq += 100; /* the first hundred bytes were not captured */
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, (const uint8_t *)"x", 1);
	c = talk_judge(&t);
	CU_ASSERT_EQUAL(c.verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(c.note, "start-not-seen");
	talk_init(&t, IP_PROTO_TCP);
	t.budget.max_bytes = 10;
	talk_say(&t, FLOW_CLIENT, TCP_F_SYN, NULL, 0);
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, (const uint8_t *)V1_LINE,
		 sizeof(V1_LINE) - 1);
	c = talk_judge(&t);
	CU_ASSERT_EQUAL(c.verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(c.note, "out-of-memory");
}

static void test_udp_verdicts(void)
{
	struct talk t;

	talk_init(&t, IP_PROTO_UDP);
	talk_udp(&t, V2_UDP "30");
	talk_udp(&t, "31");
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_OK);
	talk_init(&t, IP_PROTO_UDP);
	talk_udp(&t, "31");
	talk_udp(&t, V2_UDP "30");
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_LATE);
	talk_init(&t, IP_PROTO_UDP);
	talk_udp(&t, V2_UDP V2_UDP "30");
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_DUPLICATE);
	talk_init(&t, IP_PROTO_UDP);
	talk_udp(&t, "30");
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_MISSING);
	talk_init(&t, IP_PROTO_UDP);
	talk_udp(&t, "50524f585920"); /* "PROXY " */
	CU_ASSERT_EQUAL(talk_judge(&t).anomaly, ANOMALY_V1_ON_UDP);
}

static void test_spp_is_on_every_datagram(void)
{
	struct talk t;

	talk_init(&t, IP_PROTO_UDP);
	talk_udp(&t, SPP "30");
	talk_udp(&t, SPP "31");
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_OK);
	talk_init(&t, IP_PROTO_UDP);
	talk_udp(&t, SPP "30");
	talk_udp(&t, "31");
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_MISSING);
	/* two bytes of magic are data, unless SPP is what is expected */
	talk_init(&t, IP_PROTO_UDP);
	talk_udp(&t, "56ec00");
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_MISSING);
	talk_init(&t, IP_PROTO_UDP);
	t.cfg.mode = HDR_MODE_SPP;
	talk_udp(&t, "56ec00");
	CU_ASSERT_EQUAL(talk_judge(&t).anomaly, ANOMALY_SPP_SHORT);
	talk_init(&t, IP_PROTO_UDP);
	t.cfg.mode = HDR_MODE_OFF;
	talk_udp(&t, SPP "30");
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_OK);
}

static enum verdict judge_expecting(const char *expect, bool has_port,
				    const char *text)
{
	struct talk t;

	talk_tcp(&t, text, true);
	CU_ASSERT(endpoint_parse(expect, strlen(expect), &t.cfg.expect));
	t.cfg.has_expect_port = has_port;
	return talk_judge(&t).verdict;
}

static void test_the_expected_client(void)
{
	CU_ASSERT_EQUAL(judge_expecting("203.0.113.7:40000", true, V1_LINE),
			VERDICT_OK);
	CU_ASSERT_EQUAL(judge_expecting("203.0.113.7:1", false, V1_LINE),
			VERDICT_OK);
	CU_ASSERT_EQUAL(judge_expecting("203.0.113.7:1", true, V1_LINE),
			VERDICT_MISMATCH);
	CU_ASSERT_EQUAL(judge_expecting("203.0.113.8:40000", false, V1_LINE),
			VERDICT_MISMATCH);
	/* the same address, written as IPv6 */
	CU_ASSERT_EQUAL(judge_expecting("[::ffff:203.0.113.7]:40000", true,
					V1_LINE),
			VERDICT_OK);
	CU_ASSERT_EQUAL(judge_expecting("203.0.113.7:1", false,
					"PROXY UNKNOWN\r\n"),
			VERDICT_MISMATCH);
}

static void test_off_wants_none(void)
{
	struct talk t;

	talk_tcp(&t, "PROXY me to the station", true);
	t.cfg.mode = HDR_MODE_OFF;
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_OK);
	talk_tcp(&t, V1_LINE, true);
	t.cfg.mode = HDR_MODE_OFF;
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_MISMATCH);
	talk_tcp(&t, "x", false);
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, (const uint8_t *)V1_LINE,
		 sizeof(V1_LINE) - 1);
	t.cfg.mode = HDR_MODE_OFF;
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_MISMATCH);
}

static void test_names_and_kinds(void)
{
	unsigned i;

	for (i = 0; i < VERDICTS; i++)
		CU_ASSERT(strlen(verdict_name((enum verdict)i)) > 1);
	CU_ASSERT(check_is_open(VERDICT_TRUNCATED));
	CU_ASSERT(!check_is_open(VERDICT_OK));
	CU_ASSERT(!check_is_open(VERDICT_MISSING));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "TCP", test_tcp_verdicts },
		{ "left open", test_what_is_left_open },
		{ "UDP", test_udp_verdicts },
		{ "SPP", test_spp_is_on_every_datagram },
		{ "expected client", test_the_expected_client },
		{ "off", test_off_wants_none },
		{ "names", test_names_and_kinds },
	};

	return unit_main("inspect_check", tests, ARRAY_SIZE(tests));
}
