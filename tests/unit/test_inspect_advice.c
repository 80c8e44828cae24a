/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_advice.c - no verdict leaves its reader alone */
#include <string.h>

#include <CUnit/CUnit.h>

#include "advice.h"
#include "app.h"
#include "harness.h"

/* Slugs that no verdict has: those of the layers below, which make no flow, and
 * those of servers. Whatever begins so.
 */
static bool is_elsewhere(const char *slug)
{
	static const char *const begins[] = {
		"none",	     "no_signature",  "timeout", "link.",
		"ip.",	     "ip4.",	      "ip6.",	 "tcp.doff",
		"tcp.hdr",   "tcp.opt_fixed", "udp.len", "toa.kind",
		"toa.other", "gre.",	      "vxlan.",	 "geneve.",
		"pppoe.",    "tunnel.",	      "frag.",	 "cap.",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(begins); i++)
		if (strncmp(slug, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static void test_every_verdict_has_a_sentence(void)
{
	unsigned i;

	CU_ASSERT_PTR_NULL(advice_text(VERDICT_OK, ANOMALY_NONE));
	for (i = VERDICT_OK + 1; i < VERDICTS; i++)
		CU_ASSERT_PTR_NOT_NULL(
			advice_text((enum verdict)i, ANOMALY_NONE));
}

static void test_every_anomaly_has_a_sentence(void)
{
	unsigned i;

	for (i = 0; i < ANOMALY_COUNT; i++) {
		const char *slug = anomaly_slug((enum anomaly)i);
		bool has = advice_has((enum anomaly)i);

		if (has == is_elsewhere(slug))
			(void)fprintf(stderr, "%s\n", slug);
		CU_ASSERT(has != is_elsewhere(slug));
		if (has)
			CU_ASSERT(
				strlen(anomaly_info((enum anomaly)i)->clause) >
				1);
	}
	CU_ASSERT(!advice_has(ANOMALY_COUNT));
}

/* One sentence, that fits a terminal's two or three lines. */
static void test_a_sentence_is_one(void)
{
	unsigned i;

	for (i = 1; i < ANOMALY_COUNT; i++) {
		const char *text = advice_text(VERDICT_OK, (enum anomaly)i);

		if (!text)
			continue;
		CU_ASSERT(strlen(text) < 200);
		CU_ASSERT_EQUAL(text[strlen(text) - 1], '.');
		CU_ASSERT_PTR_NULL(strstr(text, ". "));
	}
}

/* What is not refused is a remark, so it needs a verdict for --strict. */
static void test_strict_makes_findings(void)
{
	unsigned i;

	for (i = 1; i < ANOMALY_COUNT; i++) {
		enum verdict v = advice_strict((enum anomaly)i);

		CU_ASSERT(v != VERDICT_OK && !check_is_open(v));
	}
	CU_ASSERT_EQUAL(advice_strict(ANOMALY_FLOW_LONG), VERDICT_SPLIT);
	CU_ASSERT_EQUAL(advice_strict(ANOMALY_UDP_BARE), VERDICT_MISSING);
}

static enum app guess(const char *hex_or_text, bool is_hex)
{
	const uint8_t *p = (const uint8_t *)hex_or_text;
	size_t len = strlen(hex_or_text);
	uint8_t buf[64];
	struct guard g;
	enum app a;

	if (is_hex)
		len = unhex(hex_or_text, buf, sizeof(buf));
	guard_init(&g, is_hex ? buf : p, len);
	a = app_guess(g.data, len);
	guard_fini(&g);
	return a;
}

static void test_tunnels(void)
{
	static const struct {
		uint16_t port;
		const char *hex;
		enum app app;
	} cases[] = {
		{ 2152, "30ff0008 00000001 0102030405060708", APP_GTP_U },
		{ 2152, "3201000400000000 00000000", APP_GTP_U },
		{ 2152, "30ff0007 00000001 0102030405060708", APP_NONE },
		{ 2152, "20ff0008 00000001 0102030405060708", APP_NONE },
		{ 2152, "30100008 00000001 0102030405060708", APP_NONE },
		{ 2152, "30ff0000 000000", APP_NONE },
		{ 2153, "30ff0008 00000001 0102030405060708", APP_NONE },
		{ 6080, "00040000 45", APP_GUE },
		{ 6080, "01290000 00000000 60", APP_GUE },
		{ 6080, "00040000 60", APP_NONE },
		{ 6080, "01040000 45", APP_NONE },
		{ 6080, "00040000", APP_NONE },
		{ 6080, "45000014 00", APP_GUE },
		{ 6080, "20040000 45", APP_NONE },
		{ 1701, "000200010001", APP_L2TP },
		{ 1701, "c80300140000", APP_L2TP },
		{ 1701, "000400010001", APP_NONE },
		{ 1701, "040200010001", APP_NONE },
		{ 1701, "0002000100", APP_NONE },
	};
	uint8_t buf[64], teredo[48] = { 0, 0, 1, 2, 3, 4, 5, 6, 0x60 };
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct guard g;

		len = unhex(cases[i].hex, buf, sizeof(buf));
		guard_init(&g, buf, len);
		CU_ASSERT_EQUAL(app_guess_tunnel(cases[i].port, g.data, len),
				cases[i].app);
		guard_fini(&g);
	}
	CU_ASSERT_EQUAL(app_guess_tunnel(3544, teredo, 48), APP_TEREDO);
	CU_ASSERT_EQUAL(app_guess_tunnel(3544, teredo + 8, 40), APP_TEREDO);
	CU_ASSERT_EQUAL(app_guess_tunnel(3544, teredo + 8, 39), APP_NONE);
	CU_ASSERT_EQUAL(app_guess_tunnel(3544, teredo, 47), APP_NONE);
	teredo[8] = 0x40;
	CU_ASSERT_EQUAL(app_guess_tunnel(3544, teredo, 48), APP_NONE);
	CU_ASSERT(!app_is_tunnel(APP_MYSQL) && app_is_tunnel(APP_GTP_U) &&
		  app_is_tunnel(APP_L2TP) && !app_is_tunnel(APP_ERROR_HTTP));
}

static void test_applications(void)
{
	static const struct {
		const char *text;
		bool is_hex;
		enum app app;
	} cases[] = {
		{ "", false, APP_NONE },
		{ "x", false, APP_OTHER },
		{ "GET / HTTP/1.1", false, APP_HTTP },
		{ "GET", false, APP_OTHER },
		{ "PRI * HTTP/2.0\r\n\r\nSM", false, APP_HTTP2 },
		{ "HTTP/1.1 200 OK", false, APP_HTTP },
		{ "HTTP/1.1 404 Not Found", false, APP_ERROR_HTTP },
		{ "HTTP/1.0 503", false, APP_ERROR_HTTP },
		{ "HTTP/1.1 40", false, APP_OTHER },
		{ "SSH-2.0-x", false, APP_SSH },
		{ "220 mail", false, APP_SMTP },
		{ "500 no", false, APP_ERROR_SMTP },
		{ "554-no", false, APP_ERROR_SMTP },
		{ "5x0 no", false, APP_OTHER },
		{ "-ERR x", false, APP_ERROR_REDIS },
		{ "160301", true, APP_TLS },
		{ "1603", true, APP_OTHER },
		{ "160305", true, APP_OTHER },
		{ "150303", true, APP_ERROR_TLS },
		{ "4a0000000a", true, APP_MYSQL },
		{ "4a000001", true, APP_OTHER },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CU_ASSERT_EQUAL(guess(cases[i].text, cases[i].is_hex),
				cases[i].app);
	}
	for (i = 0; i < APPS; i++) {
		CU_ASSERT(strlen(app_name((enum app)i)) > 1);
		CU_ASSERT_EQUAL(app_is_error((enum app)i), i >= APP_ERROR_HTTP);
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "verdicts", test_every_verdict_has_a_sentence },
		{ "anomalies", test_every_anomaly_has_a_sentence },
		{ "one sentence", test_a_sentence_is_one },
		{ "strict", test_strict_makes_findings },
		{ "applications", test_applications },
		{ "tunnels", test_tunnels },
	};

	return unit_main("inspect_advice", tests, ARRAY_SIZE(tests));
}
