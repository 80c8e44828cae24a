/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_check.c - flows made by hand, and the verdict on each */
#include <stdbool.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "inspect_talk.h"
#include "wire/ip.h"
#include "wire/tcp.h"

#define V1_LINE TALK_V1
#define V2_UDP	TALK_V2_UDP
#define SPP	TALK_SPP

/* talk_tcp() - SYN, then @text of the client in one segment, then FIN */
static void talk_tcp(struct talk *t, const char *text, bool has_fin)
{
	talk_init(t, IP_PROTO_TCP);
	talk_say(t, FLOW_CLIENT, TCP_F_SYN, NULL, 0);
	talk_say(t, FLOW_CLIENT, TCP_F_ACK, text, strlen(text));
	if (has_fin)
		talk_say(t, FLOW_CLIENT, TCP_F_FIN | TCP_F_ACK, NULL, 0);
}

static void talk_udp(struct talk *t, const char *hex)
{
	talk_hex(t, FLOW_CLIENT, hex);
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
		{ V1_LINE V1_LINE, VERDICT_DUPLICATE, ANOMALY_FLOW_DUPLICATE },
		{ "GET", VERDICT_MISSING, ANOMALY_PP_MISSING },
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
	t.seq[FLOW_CLIENT] +=
		100; /* the first hundred bytes were not captured */
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, "x", 1);
	c = talk_judge(&t);
	CU_ASSERT_EQUAL(c.verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(c.note, "start-not-seen");
	talk_init(&t, IP_PROTO_TCP);
	t.budget.max_bytes = 10;
	talk_say(&t, FLOW_CLIENT, TCP_F_SYN, NULL, 0);
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, V1_LINE, sizeof(V1_LINE) - 1);
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
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, V1_LINE, sizeof(V1_LINE) - 1);
	t.cfg.mode = HDR_MODE_OFF;
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_MISMATCH);
}

#define TOA	  "c808d431cb007107" /* 203.0.113.7:54321 */
#define TOA_40000 "c8089c40cb007107" /* 203.0.113.7:40000 */
#define TOA_OTHER "c8089c40c6336442"

static void talk_opt(struct talk *t, const char *hex)
{
	t->opt_len = (uint8_t)unhex(hex, t->opt, sizeof(t->opt));
}

/* talk_toa() - a connection: @side's options are @hex in all of its segments
 * but the SYN, its payload is @text
 */
static void talk_toa(struct talk *t, enum flow_side side, const char *hex,
		     const char *text)
{
	talk_init(t, IP_PROTO_TCP);
	talk_say(t, FLOW_CLIENT, TCP_F_SYN, NULL, 0);
	talk_say(t, FLOW_ORIGIN, TCP_F_SYN | TCP_F_ACK, NULL, 0);
	if (side == FLOW_ORIGIN)
		talk_say(t, FLOW_CLIENT, TCP_F_ACK, "x", 1);
	talk_opt(t, hex);
	talk_say(t, side, TCP_F_ACK, NULL, 0);
	if (*text)
		talk_say(t, side, TCP_F_ACK, text, strlen(text));
	talk_opt(t, "");
}

static void test_option_verdicts(void)
{
	static const struct {
		const char *hex;
		const char *text;
		enum hdr_mode mode;
		enum verdict verdict;
		enum anomaly anomaly;
	} cases[] = {
		{ TOA, "GET", HDR_MODE_AUTO, VERDICT_OK, 0 },
		{ TOA, "", HDR_MODE_AUTO, VERDICT_OK, 0 },
		{ TOA, "GET", HDR_MODE_TOA, VERDICT_OK, 0 },
		{ TOA, "GET", HDR_MODE_PPV2, VERDICT_MISMATCH,
		  ANOMALY_PP_WRONG_VERSION },
		{ TOA, "GET", HDR_MODE_OFF, VERDICT_MISMATCH,
		  ANOMALY_PP_WRONG_VERSION },
		{ "", "GET", HDR_MODE_TOA, VERDICT_MISSING,
		  ANOMALY_TOA_MISSING },
		{ "", "", HDR_MODE_TOA, VERDICT_INCONCLUSIVE,
		  ANOMALY_FLOW_EMPTY },
		{ "", V1_LINE, HDR_MODE_TOA, VERDICT_MISMATCH,
		  ANOMALY_PP_WRONG_VERSION },
		/* payload like a header is payload where an option is wanted */
		{ TOA, "PROXY TCP9", HDR_MODE_TOA, VERDICT_OK, 0 },
		{ "", "PROXY TCP9", HDR_MODE_TOA, VERDICT_MISSING,
		  ANOMALY_TOA_MISSING },
		{ TOA, "PROXY TCP9", HDR_MODE_AUTO, VERDICT_MALFORMED,
		  ANOMALY_V1_PROTO },
		/* both */
		{ TOA_40000, V1_LINE, HDR_MODE_AUTO, VERDICT_OK, 0 },
		{ TOA_40000, V1_LINE, HDR_MODE_PPV1, VERDICT_OK, 0 },
		{ TOA_40000, V1_LINE, HDR_MODE_TOA, VERDICT_MISMATCH,
		  ANOMALY_PP_WRONG_VERSION },
		{ TOA, V1_LINE, HDR_MODE_AUTO, VERDICT_MISMATCH,
		  ANOMALY_TOA_HEADER },
		{ TOA_OTHER, V1_LINE, HDR_MODE_PPV1, VERDICT_MISMATCH,
		  ANOMALY_TOA_HEADER },
		{ "1c0701cb007107", V1_LINE, HDR_MODE_AUTO, VERDICT_OK, 0 },
		{ TOA, "PROXY UNKNOWN\r\n", HDR_MODE_AUTO, VERDICT_OK,
		  ANOMALY_FLOW_UNKNOWN },
		/* two, and broken ones */
		{ TOA TOA_OTHER, "GET", HDR_MODE_AUTO, VERDICT_DUPLICATE,
		  ANOMALY_TOA_CONTRARY },
		{ TOA_40000 TOA_OTHER, V1_LINE, HDR_MODE_PPV1,
		  VERDICT_DUPLICATE, ANOMALY_TOA_CONTRARY },
		{ TOA "c807d431cb0071", "GET", HDR_MODE_AUTO, VERDICT_MALFORMED,
		  ANOMALY_TOA_LENGTH },
		{ "c8080000cb007107", "GET", HDR_MODE_TOA, VERDICT_MALFORMED,
		  ANOMALY_TOA_ADDRESS },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct talk t;
		struct check c;

		talk_toa(&t, FLOW_CLIENT, cases[i].hex, cases[i].text);
		t.cfg.mode = cases[i].mode;
		c = talk_judge(&t);
		CU_ASSERT_EQUAL(c.verdict, cases[i].verdict);
		CU_ASSERT_EQUAL(c.anomaly, cases[i].anomaly);
		CU_ASSERT_EQUAL(c.frame != 0,
				cases[i].verdict != VERDICT_OK &&
					!check_is_open(cases[i].verdict));
		CU_ASSERT_EQUAL(c.advice != NULL, c.anomaly != ANOMALY_NONE);
	}
}

static void test_options_out_of_place(void)
{
	struct talk t;
	struct check c;

	talk_toa(&t, FLOW_ORIGIN, TOA, "220");
	c = talk_judge(&t);
	CU_ASSERT_EQUAL(c.verdict, VERDICT_MISSING);
	CU_ASSERT_EQUAL(c.anomaly, ANOMALY_TOA_DIRECTION);
	CU_ASSERT_STRING_EQUAL(c.note, "option-from-origin");
	/* who wants a header looks for no option */
	talk_toa(&t, FLOW_ORIGIN, TOA, "220");
	t.cfg.mode = HDR_MODE_PPV2;
	CU_ASSERT_EQUAL(talk_judge(&t).anomaly, ANOMALY_PP_MISSING);
	/* the server's stream begins at 0: it has said three bytes by now */
	talk_toa(&t, FLOW_CLIENT, "", "");
	talk_opt(&t, TOA);
	t.ack = 3;
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, "x", 1);
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_LATE);
	/* not late: an earlier segment has it too */
	talk_toa(&t, FLOW_CLIENT, TOA, "x");
	talk_opt(&t, TOA);
	t.ack = 3;
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, "x", 1);
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_OK);
	/* an option that may be one */
	talk_toa(&t, FLOW_CLIENT, "fe08f989cb007107", "x");
	c = talk_judge(&t);
	CU_ASSERT_EQUAL(c.verdict, VERDICT_MISSING);
	CU_ASSERT_STRING_EQUAL(c.note, "unsure-option");
	talk_toa(&t, FLOW_CLIENT, "c90600002c00", "x");
	CU_ASSERT_PTR_NULL(talk_judge(&t).note);
}

static void test_options_that_do_not_tell(void)
{
	struct talk t;
	struct check c;

	/* no SYN */
	talk_init(&t, IP_PROTO_TCP);
	t.cfg.mode = HDR_MODE_TOA;
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, "x", 1);
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_NO_HANDSHAKE);
	talk_init(&t, IP_PROTO_TCP);
	talk_opt(&t, TOA);
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, "x", 1);
	c = talk_judge(&t);
	CU_ASSERT_EQUAL(c.verdict, VERDICT_OK);
	CU_ASSERT_STRING_EQUAL(c.note, "no-handshake");
	/* only in a segment that is dropped */
	talk_toa(&t, FLOW_CLIENT, "", "x");
	talk_opt(&t, TOA);
	t.csum = CSUM_BAD;
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, NULL, 0);
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_BAD_CSUM);
	/* no memory */
	talk_init(&t, IP_PROTO_TCP);
	t.budget.max_bytes = 0;
	talk_opt(&t, TOA);
	talk_say(&t, FLOW_CLIENT, TCP_F_SYN, NULL, 0);
	talk_say(&t, FLOW_CLIENT, TCP_F_ACK, "x", 1);
	c = talk_judge(&t);
	CU_ASSERT_EQUAL(c.verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(c.note, "out-of-memory");
	/* a reset's options are nobody's */
	talk_toa(&t, FLOW_CLIENT, "", "x");
	talk_opt(&t, TOA);
	talk_say(&t, FLOW_CLIENT, TCP_F_RST | TCP_F_ACK, NULL, 0);
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_MISSING);
	/* datagrams have none */
	talk_init(&t, IP_PROTO_UDP);
	t.cfg.mode = HDR_MODE_TOA;
	talk_udp(&t, "31");
	CU_ASSERT_EQUAL(talk_judge(&t).verdict, VERDICT_MISSING);
}

static enum verdict judge_option_expecting(const char *expect, bool has_port,
					   const char *hex)
{
	struct talk t;

	talk_toa(&t, FLOW_CLIENT, hex, "x");
	CU_ASSERT(endpoint_parse(expect, strlen(expect), &t.cfg.expect));
	t.cfg.has_expect_port = has_port;
	return talk_judge(&t).verdict;
}

static void test_the_expected_client_of_an_option(void)
{
	static const char mapped[] = "[::ffff:203.0.113.7]:54321";

	CU_ASSERT_EQUAL(judge_option_expecting("203.0.113.7:54321", true, TOA),
			VERDICT_OK);
	CU_ASSERT_EQUAL(judge_option_expecting(mapped, true, TOA), VERDICT_OK);
	CU_ASSERT_EQUAL(judge_option_expecting("203.0.113.7:1", false, TOA),
			VERDICT_OK);
	CU_ASSERT_EQUAL(judge_option_expecting("203.0.113.7:1", true, TOA),
			VERDICT_MISMATCH);
	CU_ASSERT_EQUAL(judge_option_expecting("203.0.113.8:54321", false, TOA),
			VERDICT_MISMATCH);
	/* no port to compare */
	CU_ASSERT_EQUAL(judge_option_expecting("203.0.113.7:1", true,
					       "1c0701cb007107"),
			VERDICT_OK);
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
		{ "options", test_option_verdicts },
		{ "options out of place", test_options_out_of_place },
		{ "options that do not tell", test_options_that_do_not_tell },
		{ "expected client of an option",
		  test_the_expected_client_of_an_option },
		{ "names", test_names_and_kinds },
	};

	return unit_main("inspect_check", tests, ARRAY_SIZE(tests));
}
