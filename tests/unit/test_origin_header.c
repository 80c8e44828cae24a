/* SPDX-License-Identifier: BSD-2-Clause */
/* test_origin_header.c - who may send a header, and who must */
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "header.h"

/* PP 2.1: the text's own example, shortened */
static const char v1[] = "PROXY TCP4 192.0.2.1 192.0.2.2 1000 2000\r\n";
/* v2, PROXY, UDP over IPv4, 192.0.2.1:1000 -> 192.0.2.2:2000 */
static const char v2_hex[] =
	"0d0a0d0a000d0a515549540a 21 12 000c c0000201 c0000202 03e8 07d0";
/* ::ffff:192.0.2.1:1000 -> ::ffff:192.0.2.2:2000 */
static const char spp_hex[] = "56ec 00000000000000000000ffffc0000201"
			      "00000000000000000000ffffc0000202 03e8 07d0";

static struct header_policy policy(int mode, bool want_header)
{
	return (struct header_policy) {
		.mode = mode,
		.want_header = want_header,
		.hdr_max = 4096,
	};
}

static enum header_action stream(const struct header_policy *p, bool is_trusted,
				 const char *text, enum header_end end,
				 struct header_result *r)
{
	struct guard g;
	enum header_action act;

	guard_init(&g, (const uint8_t *)text, strlen(text));
	act = header_judge_stream(p, is_trusted, g.data, strlen(text), end, r);
	guard_fini(&g);
	return act;
}

static void check_refused(enum header_action act, const struct header_result *r,
			  enum anomaly anomaly)
{
	CU_ASSERT_EQUAL(act, HEADER_REFUSE);
	CU_ASSERT_STRING_EQUAL(anomaly_slug(r->err.anomaly),
			       anomaly_slug(anomaly));
}

static void test_auto_takes_what_comes(void)
{
	struct header_policy p = policy(MODE_AUTO, false);
	struct header_result r;
	size_t n;

	CU_ASSERT_EQUAL(stream(&p, true, v1, HEADER_END_OPEN, &r), HEADER_TAKE);
	CU_ASSERT_EQUAL(r.kind, HEADER_PPV1);
	CU_ASSERT_EQUAL(r.hdr.src.port, 1000);
	for (n = 0; n < sizeof(v1) - 1; n++)
		CU_ASSERT_EQUAL(header_judge_stream(&p, true,
						    (const uint8_t *)v1, n,
						    HEADER_END_OPEN, &r),
				HEADER_WAIT);
	CU_ASSERT_EQUAL(stream(&p, true, "GET /", HEADER_END_OPEN, &r),
			HEADER_DIRECT);
	CU_ASSERT_EQUAL(stream(&p, true, "PRI * HTTP", HEADER_END_OPEN, &r),
			HEADER_DIRECT);
	CU_ASSERT_EQUAL(stream(&p, true, "P\n", HEADER_END_OPEN, &r),
			HEADER_DIRECT);
	CU_ASSERT_EQUAL(stream(&p, true, "PRO", HEADER_END_EOF, &r),
			HEADER_DIRECT);
	CU_ASSERT_EQUAL(stream(&p, true, "", HEADER_END_TIMEOUT, &r),
			HEADER_DIRECT);
	check_refused(stream(&p, true, "PROXY TCP", HEADER_END_EOF, &r), &r,
		      ANOMALY_PP_TRUNCATED);
	check_refused(stream(&p, true, "PROXY TCP", HEADER_END_TIMEOUT, &r), &r,
		      ANOMALY_PP_TIMEOUT);
	check_refused(stream(&p, true, "PROXY TCP5 ", HEADER_END_OPEN, &r), &r,
		      ANOMALY_V1_PROTO);
}

static void test_required_refuses_silence(void)
{
	struct header_policy p = policy(MODE_PPV1, false);
	struct header_result r;

	CU_ASSERT_EQUAL(stream(&p, true, "", HEADER_END_OPEN, &r), HEADER_WAIT);
	check_refused(stream(&p, true, "", HEADER_END_EOF, &r), &r,
		      ANOMALY_PP_MISSING);
	check_refused(stream(&p, true, "", HEADER_END_TIMEOUT, &r), &r,
		      ANOMALY_PP_TIMEOUT);
	check_refused(stream(&p, true, "PRO", HEADER_END_EOF, &r), &r,
		      ANOMALY_PP_TRUNCATED);
	check_refused(stream(&p, true, "GET /", HEADER_END_OPEN, &r), &r,
		      ANOMALY_PP_NO_SIGNATURE);
	check_refused(stream(&p, true, "\x56\xec\x01", HEADER_END_OPEN, &r), &r,
		      ANOMALY_SPP_ON_TCP);
	p = policy(MODE_AUTO, true);
	check_refused(stream(&p, true, "", HEADER_END_EOF, &r), &r,
		      ANOMALY_PP_MISSING);
	CU_ASSERT_EQUAL(stream(&p, true, v1, HEADER_END_OPEN, &r), HEADER_TAKE);
}

static void test_modes_take_their_own_kind_only(void)
{
	struct header_policy p = policy(MODE_PPV2, false);
	struct header_result r;
	uint8_t v2[64];
	size_t len = unhex(v2_hex, v2, sizeof(v2));

	check_refused(stream(&p, true, v1, HEADER_END_OPEN, &r), &r,
		      ANOMALY_PP_WRONG_VERSION);
	CU_ASSERT_EQUAL(header_judge_stream(&p, true, v2, len, HEADER_END_OPEN,
					    &r),
			HEADER_TAKE);
	p = policy(MODE_PPV1, false);
	check_refused(header_judge_stream(&p, true, v2, len, HEADER_END_OPEN,
					  &r),
		      &r, ANOMALY_PP_WRONG_VERSION);
	p = policy(MODE_OFF, false);
	CU_ASSERT_EQUAL(stream(&p, true, v1, HEADER_END_OPEN, &r),
			HEADER_DIRECT);
}

static void test_untrusted_peers_stay_themselves(void)
{
	struct header_policy p = policy(MODE_PPV1, false);
	struct header_result r;

	check_refused(stream(&p, false, v1, HEADER_END_OPEN, &r), &r,
		      ANOMALY_PP_UNTRUSTED);
	/* the signature is enough, and so is a malformed header */
	check_refused(stream(&p, false, "PROXY ", HEADER_END_OPEN, &r), &r,
		      ANOMALY_PP_UNTRUSTED);
	check_refused(stream(&p, false, "PROXY X", HEADER_END_OPEN, &r), &r,
		      ANOMALY_PP_UNTRUSTED);
	CU_ASSERT_EQUAL(stream(&p, false, "PROXY", HEADER_END_OPEN, &r),
			HEADER_WAIT);
	CU_ASSERT_EQUAL(stream(&p, false, "PROXY", HEADER_END_EOF, &r),
			HEADER_DIRECT);
	CU_ASSERT_EQUAL(stream(&p, false, "GET /", HEADER_END_OPEN, &r),
			HEADER_DIRECT);
	CU_ASSERT_EQUAL(stream(&p, false, "", HEADER_END_EOF, &r),
			HEADER_DIRECT);
	p.want_header = true;
	check_refused(stream(&p, false, "GET /", HEADER_END_OPEN, &r), &r,
		      ANOMALY_PP_NO_SIGNATURE);
	check_refused(stream(&p, false, "", HEADER_END_EOF, &r), &r,
		      ANOMALY_PP_MISSING);
}

static void test_trust_list(void)
{
	struct cidr_list list = { 0 };
	struct header_policy p = policy(MODE_AUTO, false);
	struct ip_addr in = { 0 }, out = { 0 };
	char bad[32];

	CU_ASSERT(ip_addr_parse("10.1.2.3", 8, &in));
	CU_ASSERT(ip_addr_parse("11.1.2.3", 8, &out));
	CU_ASSERT(header_is_trusted(&p, &out));
	p.trust = &list;
	CU_ASSERT_FALSE(header_is_trusted(&p, &in));
	CU_ASSERT(cidr_list_add(&list, "10.0.0.0/8", bad, sizeof(bad)));
	CU_ASSERT(header_is_trusted(&p, &in));
	CU_ASSERT_FALSE(header_is_trusted(&p, &out));
}

/* One datagram, given in hex. @session: -1 for none */
static enum header_action dgram(const struct header_policy *p, bool is_trusted,
				int session, const char *hex,
				struct header_result *r)
{
	enum header_kind kind = session < 0 ? HEADER_NONE
					    : (enum header_kind)session;
	enum header_action act;
	uint8_t bytes[128];
	size_t len = unhex(hex, bytes, sizeof(bytes));
	struct guard g;

	guard_init(&g, bytes, len);
	act = header_judge_dgram(p, is_trusted, session < 0 ? NULL : &kind,
				 g.data, len, r);
	guard_fini(&g);
	return act;
}

static void test_first_datagram_speaks_for_the_session(void)
{
	struct header_policy p = policy(MODE_PPV2, false);
	struct header_result r;

	CU_ASSERT_EQUAL(dgram(&p, true, -1, v2_hex, &r), HEADER_TAKE);
	CU_ASSERT_EQUAL(r.hdr.hdr_len, 28);
	check_refused(dgram(&p, true, -1, "6869", &r), &r, ANOMALY_PP_MISSING);
	CU_ASSERT_EQUAL(dgram(&p, true, HEADER_PPV2, "6869", &r),
			HEADER_DIRECT);
	CU_ASSERT_EQUAL(dgram(&p, true, HEADER_PPV2, "", &r), HEADER_DIRECT);
	/* a client's payload that looks like SPP is payload */
	CU_ASSERT_EQUAL(dgram(&p, true, HEADER_PPV2, spp_hex, &r),
			HEADER_DIRECT);
	CU_ASSERT_EQUAL(dgram(&p, true, HEADER_PPV2, "56ec", &r),
			HEADER_DIRECT);
	CU_ASSERT_EQUAL(dgram(&p, true, HEADER_PPV2, "50524f585920", &r),
			HEADER_DIRECT);
	check_refused(dgram(&p, true, -1, spp_hex, &r), &r,
		      ANOMALY_PP_WRONG_VERSION);
	check_refused(dgram(&p, true, -1, "50524f585920", &r), &r,
		      ANOMALY_V1_ON_UDP);
	check_refused(dgram(&p, true, -1, "0d0a0d0a000d0a515549540a 21", &r),
		      &r, ANOMALY_PP_TRUNCATED);
}

static void test_spp_marks_every_datagram(void)
{
	struct header_policy p = policy(MODE_SPP, false);
	struct header_result r;

	CU_ASSERT_EQUAL(dgram(&p, true, -1, spp_hex, &r), HEADER_TAKE);
	CU_ASSERT_EQUAL(r.kind, HEADER_SPP);
	CU_ASSERT_EQUAL(dgram(&p, true, HEADER_SPP, spp_hex, &r), HEADER_TAKE);
	check_refused(dgram(&p, true, HEADER_SPP, "6869", &r), &r,
		      ANOMALY_PP_MISSING);
	check_refused(dgram(&p, true, -1, "6869", &r), &r, ANOMALY_PP_MISSING);
	check_refused(dgram(&p, true, -1, "56ec00", &r), &r, ANOMALY_SPP_SHORT);
	check_refused(dgram(&p, true, -1, v2_hex, &r), &r,
		      ANOMALY_PP_WRONG_VERSION);
}

static void test_auto_keeps_the_kind_of_a_flow(void)
{
	struct header_policy p = policy(MODE_AUTO, false);
	struct header_result r;

	CU_ASSERT_EQUAL(dgram(&p, true, -1, "", &r), HEADER_DIRECT);
	CU_ASSERT_EQUAL(dgram(&p, true, -1, "56ec", &r), HEADER_DIRECT);
	CU_ASSERT_EQUAL(dgram(&p, true, -1, spp_hex, &r), HEADER_TAKE);
	CU_ASSERT_EQUAL(dgram(&p, true, HEADER_NONE, spp_hex, &r),
			HEADER_DIRECT);
	CU_ASSERT_EQUAL(dgram(&p, true, HEADER_NONE, v2_hex, &r), HEADER_TAKE);
	CU_ASSERT_EQUAL(dgram(&p, true, HEADER_SPP, v2_hex, &r), HEADER_TAKE);
	check_refused(dgram(&p, true, HEADER_SPP, "56ec", &r), &r,
		      ANOMALY_SPP_SHORT);
	check_refused(dgram(&p, true, HEADER_SPP, "00", &r), &r,
		      ANOMALY_PP_MISSING);
	p.want_header = true;
	check_refused(dgram(&p, true, -1, "", &r), &r, ANOMALY_PP_MISSING);
	p = policy(MODE_OFF, false);
	CU_ASSERT_EQUAL(dgram(&p, true, -1, v2_hex, &r), HEADER_DIRECT);
}

static void test_untrusted_datagrams(void)
{
	struct header_policy p = policy(MODE_PPV2, false);
	struct header_result r;

	check_refused(dgram(&p, false, -1, v2_hex, &r), &r,
		      ANOMALY_PP_UNTRUSTED);
	check_refused(dgram(&p, false, -1, "0d0a0d0a000d0a515549540a 41", &r),
		      &r, ANOMALY_PP_UNTRUSTED);
	CU_ASSERT_EQUAL(dgram(&p, false, -1, "6869", &r), HEADER_DIRECT);
	CU_ASSERT_EQUAL(dgram(&p, false, HEADER_NONE, "6869", &r),
			HEADER_DIRECT);
	p.want_header = true;
	check_refused(dgram(&p, false, -1, "6869", &r), &r, ANOMALY_PP_MISSING);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "auto takes what comes", test_auto_takes_what_comes },
		{ "required refuses silence", test_required_refuses_silence },
		{ "modes take their own kind only",
		  test_modes_take_their_own_kind_only },
		{ "untrusted peers stay themselves",
		  test_untrusted_peers_stay_themselves },
		{ "trust list", test_trust_list },
		{ "the first datagram speaks for the session",
		  test_first_datagram_speaks_for_the_session },
		{ "SPP marks every datagram", test_spp_marks_every_datagram },
		{ "auto keeps the kind of a flow",
		  test_auto_keeps_the_kind_of_a_flow },
		{ "untrusted datagrams", test_untrusted_datagrams },
	};

	return unit_main("origin header", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
