/* SPDX-License-Identifier: BSD-2-Clause */
/* test_conform_proxy.c - the judge of proxies reads headers as the vectors say,
 * and finds where the client's bytes begin
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/Basic.h>

#include "conform/proxy.h"
#include "conform/proxy_dns.h"
#include "conform/proxy_tap.h"
#include "conform/proxy_toa.h"
#include "harness.h"
#include "tests/vectors/proxy_protocol.h"

#define SIG   "0d0a0d0a000d0a515549540a"
#define ADDRS "c0000201 c0000202 0102 0304"

/* Bytes of a vector, " XX*N " too. Return: how many */
static size_t vector_bytes(const char *hex, uint8_t *out, size_t cap)
{
	size_t n = 0;

	while (*hex) {
		char digits[3] = { hex[0], hex[1], 0 };
		unsigned long byte, times = 1;
		char *end;

		if (*hex == ' ') {
			hex++;
			continue;
		}
		byte = strtoul(digits, &end, 16);
		if (end != digits + 2)
			return 0;
		hex += 2;
		if (*hex == '*') {
			times = strtoul(hex + 1, &end, 10);
			hex = end;
		}
		while (times-- && n < cap)
			out[n++] = (uint8_t)byte;
	}
	return n;
}

static bool same_end(const struct endpoint *got, const char *addr,
		     unsigned port)
{
	struct endpoint want = { .port = (uint16_t)port };

	return ip_addr_parse(addr, strlen(addr), &want.addr) &&
	       endpoint_eq(got, &want);
}

/* What the strict decoders take, and its addresses; and nothing else. */
static void test_headers_are_read_as_the_vectors_say(void)
{
	static uint8_t buf[70000];
	size_t i, n_good = 0, n_bad = 0;

	for (i = 0; i < sizeof(pp_vectors) / sizeof(pp_vectors[0]); i++) {
		const struct pp_vector *v = &pp_vectors[i];
		size_t len = vector_bytes(v->hex, buf, sizeof(buf));
		struct guard g;
		struct hdr h;
		bool is_same = true;

		guard_init(&g, buf, len);
		h = hdr_read(g.data, len, v->is_dgram);
		guard_fini(&g);
		if (v->want == WIRE_OK && h.kind != HDR_ALIEN) {
			n_good++;
			/* a receiver ignores what a sender may not write */
			is_same = (!h.flaw || v->cmd == PP_CMD_LOCAL ||
				   !strcmp(v->family, "unspec")) &&
				  h.len == v->hdr_len;
			if (is_same && h.is_proxy)
				is_same = same_end(&h.src, v->src, v->sport) &&
					  same_end(&h.dst, v->dst, v->dport);
		} else if (v->want == WIRE_BAD && !v->is_dgram &&
			   strcmp(v->anomaly, "v2.len_limit") != 0 &&
			   strncmp(v->anomaly, "tlv.ssl", 7) != 0) {
			n_bad++;
			is_same = h.kind == HDR_ALIEN || h.flaw;
		}
		if (!is_same)
			printf("%s: kind %d flaw %d len %zu, wanted %s %u\n",
			       v->id, (int)h.kind, (int)h.flaw, h.len,
			       v->anomaly, v->hdr_len);
		CU_ASSERT_TRUE(is_same);
	}
	CU_ASSERT_TRUE(n_good > 100);
	CU_ASSERT_TRUE(n_bad > 80);
}

static enum hdr_flaw flaw_of(const char *hex)
{
	uint8_t buf[256];

	return hdr_read(buf, unhex(hex, buf, sizeof(buf)), false).flaw;
}

static enum hdr_flaw line_flaw(const char *line)
{
	return hdr_read((const uint8_t *)line, strlen(line), false).flaw;
}

static void test_flaws_have_their_names(void)
{
	CU_ASSERT_EQUAL(flaw_of(SIG "21 11 000c" ADDRS), HDR_FLAW_NONE);
	CU_ASSERT_EQUAL(flaw_of(SIG "21"), HDR_FLAW_SHORT);
	CU_ASSERT_EQUAL(flaw_of(SIG "21 11 000c c0000201"), HDR_FLAW_SHORT);
	CU_ASSERT_EQUAL(flaw_of(SIG "31 11 000c" ADDRS), HDR_FLAW_VERSION);
	CU_ASSERT_EQUAL(flaw_of(SIG "22 11 000c" ADDRS), HDR_FLAW_COMMAND);
	CU_ASSERT_EQUAL(flaw_of(SIG "21 41 000c" ADDRS), HDR_FLAW_FAMILY);
	CU_ASSERT_EQUAL(flaw_of(SIG "21 13 000c" ADDRS), HDR_FLAW_FAMILY);
	CU_ASSERT_EQUAL(flaw_of(SIG "21 21 000c" ADDRS), HDR_FLAW_LENGTH);
	CU_ASSERT_EQUAL(flaw_of(SIG "21 11 000e" ADDRS "0400"), HDR_FLAW_TLV);
	CU_ASSERT_EQUAL(flaw_of(SIG "21 11 0010" ADDRS "04000200"),
			HDR_FLAW_TLV);
	CU_ASSERT_EQUAL(flaw_of(SIG "21 11 0013" ADDRS "03000400000000"),
			HDR_FLAW_CRC);
	/* as HAProxy sends its health checks */
	CU_ASSERT_EQUAL(flaw_of(SIG "20 00 0007 030004a9b87e8f"),
			HDR_FLAW_NONE);
	CU_ASSERT_EQUAL(line_flaw("PROXY UNKNOWN what ever\r\n"),
			HDR_FLAW_NONE);
	CU_ASSERT_EQUAL(line_flaw("PROXY UNKNOWNS\r\n"), HDR_FLAW_LINE);
	CU_ASSERT_EQUAL(line_flaw("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n"),
			HDR_FLAW_END);
	CU_ASSERT_EQUAL(line_flaw("PROXY TCP4 1.2.3.4  5.6.7.8 1 2\r\n"),
			HDR_FLAW_LINE);
	CU_ASSERT_EQUAL(line_flaw("PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n"),
			HDR_FLAW_PROTO);
	CU_ASSERT_EQUAL(line_flaw("PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n"),
			HDR_FLAW_ADDR);
	CU_ASSERT_EQUAL(line_flaw("PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n"),
			HDR_FLAW_PORT);
	CU_ASSERT_EQUAL(line_flaw("PROXY TCP4 1.2.3.4 5.6.7.8 "
				  "18446744073709551617 2\r\n"),
			HDR_FLAW_PORT);
}

static void test_spp(void)
{
	uint8_t buf[64];
	size_t n = unhex("56ec 00000000000000000000ffff c0000201"
			 "20010db8000000000000000000000002 0102 0304",
			 buf, sizeof(buf));
	struct hdr h = hdr_read(buf, n, true);

	CU_ASSERT_EQUAL(h.kind, HDR_SPP);
	CU_ASSERT_EQUAL(h.flaw, HDR_FLAW_NONE);
	CU_ASSERT_EQUAL(h.len, 38);
	CU_ASSERT_TRUE(same_end(&h.src, "192.0.2.1", 258));
	CU_ASSERT_TRUE(same_end(&h.dst, "2001:db8::2", 772));
	CU_ASSERT_EQUAL(hdr_read(buf, 37, true).flaw, HDR_FLAW_SHORT);
	CU_ASSERT_EQUAL(hdr_read(buf, n, false).kind, HDR_ALIEN);
	buf[12] = 0;
	buf[13] = 0;
	CU_ASSERT_EQUAL(hdr_read(buf, n, true).flaw, HDR_FLAW_MAPPED);
}

static struct opening open_of(const char *text)
{
	struct opening op = { 0 };

	proxy_opening(&op, (const uint8_t *)text, strlen(text), "TOKEN", 5,
		      false);
	return op;
}

#define LINE "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"

static void test_the_token_tells_where_the_header_ends(void)
{
	struct opening op = open_of(LINE "TOKEN");

	CU_ASSERT_TRUE(op.has_token);
	CU_ASSERT_EQUAL(op.lead, 32);
	CU_ASSERT_EQUAL(op.trail, 0);
	CU_ASSERT_EQUAL(op.n_more, 0);
	CU_ASSERT_FALSE(op.is_late);
	op = open_of(LINE LINE "TOKEN");
	CU_ASSERT_EQUAL(op.n_more, 1);
	CU_ASSERT_EQUAL(op.lead, 64);
	op = open_of("TOKEN" LINE);
	CU_ASSERT_TRUE(op.is_late);
	CU_ASSERT_EQUAL(op.hdr.kind, HDR_NONE);
	op = open_of("TOKEN");
	CU_ASSERT_FALSE(op.is_late);
	CU_ASSERT_EQUAL(op.lead, 0);
	op = open_of("pROXY TOKEN");
	CU_ASSERT_EQUAL(op.hdr.kind, HDR_ALIEN);
	op = open_of(LINE "TOKEM");
	CU_ASSERT_FALSE(op.has_token);
	CU_ASSERT_EQUAL(op.lead, 32);
	op = open_of(LINE "TOKENTOKEN");
	CU_ASSERT_EQUAL(op.trail, 5);
}

/* A length that reaches into the client's bytes. */
static void test_a_header_that_eats_payload_is_short(void)
{
	struct opening op = { 0 };
	uint8_t buf[64];
	/* and TOKEN */
	size_t n = unhex(SIG "21 11 0010" ADDRS "544f4b454e", buf, sizeof(buf));

	proxy_opening(&op, buf, n, "TOKEN", 5, false);
	CU_ASSERT_EQUAL(op.hdr.flaw, HDR_FLAW_SHORT);
}

static void test_the_option_in_a_syn(void)
{
	/* IPv4 header, TCP header of 32 bytes: MSS, NOP... TOA of 8 */
	uint8_t syn[64] = { 0x45 };
	struct endpoint got;
	size_t n;

	syn[20 + 12] = 0x80;
	n = 40 + unhex("020405b4 c808 1234 c0000205", syn + 40, 24);
	CU_ASSERT_TRUE(proxy_toa_find(syn, n, &got));
	CU_ASSERT_TRUE(same_end(&got, "192.0.2.5", 0x1234));
	syn[44] = 0xc7;
	CU_ASSERT_FALSE(proxy_toa_find(syn, n, &got));
	syn[44] = 0xc8;
	syn[45] = 9;
	CU_ASSERT_FALSE(proxy_toa_find(syn, n, &got));
	syn[45] = 0;
	CU_ASSERT_FALSE(proxy_toa_find(syn, n, &got));
	CU_ASSERT_FALSE(proxy_toa_find(syn, 39, &got));
}

/* An IPv4 packet to port 20000 with @n bytes of data. */
static size_t packet(uint8_t out[128], const char *options, size_t n)
{
	size_t opt = unhex(options, out + 40, 40), len = 40 + opt + n;

	memset(out, 0, 40);
	out[0] = 0x45;
	out[3] = (uint8_t)len;
	out[9] = 6;
	(void)unhex("c0000207 c0000208", out + 12, 8);
	(void)unhex("1234 4e20", out + 20, 4);
	out[32] = (uint8_t)((20 + opt) / 4 << 4);
	return len;
}

static void test_the_tap_tells_the_first_segment(void)
{
	struct tap t = { .fd = -1, .port = 20000 };
	struct endpoint peer = { .port = 0x1234 };
	uint8_t p[128];
	size_t n = packet(p, "", 0);

	CU_ASSERT_TRUE(ip_addr_parse("192.0.2.7", 9, &peer.addr));
	tap_packet(&t, p, n);
	CU_ASSERT_EQUAL(t.n, 1);
	CU_ASSERT_EQUAL(t.flows[0].first, 0);
	n = packet(p, "c808 0102 c0000209", 11);
	tap_packet(&t, p, n);
	n = packet(p, "", 30);
	tap_packet(&t, p, n);
	CU_ASSERT_EQUAL(t.n, 1);
	CU_ASSERT_EQUAL(t.flows[0].first, 11);
	CU_ASSERT_TRUE(endpoint_eq(&t.flows[0].from, &peer));
	CU_ASSERT_TRUE(t.flows[0].has_option);
	CU_ASSERT_TRUE(same_end(&t.flows[0].option, "192.0.2.9", 258));
	/* the port is used again */
	p[33] = 2;
	n = packet(p, "", 0);
	p[33] = 2;
	tap_packet(&t, p, n);
	CU_ASSERT_EQUAL(t.flows[0].first, 0);
	CU_ASSERT_FALSE(t.flows[0].has_option);
	/* another port, another protocol, too short */
	p[23]++;
	tap_packet(&t, p, n);
	p[23]--;
	p[9] = 17;
	tap_packet(&t, p, n);
	p[9] = 6;
	tap_packet(&t, p, 39);
	CU_ASSERT_EQUAL(t.n, 1);
	CU_ASSERT_PTR_NULL(tap_find(&t, &peer));
}

/* A packet that ends anywhere is read to its end and no further. */
static void test_every_prefix_of_a_packet(void)
{
	struct tap t = { .fd = -1, .port = 20000 };
	struct endpoint got;
	uint8_t p[128];
	size_t len = packet(p, "01010101 c808 0102 c0000209", 0), n;

	for (n = 0; n <= len; n++) {
		struct guard g;

		guard_init(&g, p, n);
		tap_packet(&t, g.data, n);
		CU_ASSERT_EQUAL(proxy_toa_find(g.data, n, &got), n == len);
		guard_fini(&g);
	}
	/* an option that says to be longer than the header */
	p[45] = 9;
	CU_ASSERT_FALSE(proxy_toa_find(p, len, &got));
	p[45] = 8;
	p[32] -= 0x10;
	CU_ASSERT_FALSE(proxy_toa_find(p, len, &got));
}

/* Nothing was seen: every case says why it cannot tell, and none passes. */
static void test_every_case_has_its_check(void)
{
	static struct proxy_options o[2] = { { .is_udp = false },
					     { .is_udp = true } };
	static struct proxy_seen s;
	size_t i, k;

	for (i = 0; i < cases_proxy.n; i++) {
		const struct case_def *d = &cases_proxy.cases[i];
		struct case_result r = { 0 };

		proxy_check(d, &o[!!(d->flags & CASE_F_UDP)], &s, &r);
		CU_ASSERT_TRUE(r.got[0] != 0);
		CU_ASSERT_PTR_EQUAL(r.def, d);
		for (k = 0; k < i; k++)
			CU_ASSERT_TRUE(strcmp(d->id, cases_proxy.cases[k].id) !=
				       0);
	}
}

static void test_tokens_differ(void)
{
	char a[PROXY_TOKEN_MAX], b[PROXY_TOKEN_MAX];
	size_t n = proxy_token("x", a), m = proxy_token("x", b);

	CU_ASSERT_EQUAL(n, m);
	CU_ASSERT_TRUE(memcmp(a, b, n) != 0);
}

/* id 1234, RD, one question: tp.test TXT IN */
#define QUERY_ID   "1234"
#define QUERY_HDR  "0100 0001 0000 0000 0000"
#define QUERY_NAME "02 7470 04 74657374 00"
#define QUERY_TYPE "0010 0001"
#define OPT_RECORD "00 0029 04d0 00000000 0000"

static void test_queries(void)
{
	uint8_t want[64], got[DNS_QUERY_MAX];
	size_t n = unhex(QUERY_ID QUERY_HDR QUERY_NAME QUERY_TYPE, want, 64);
	size_t len, at, label;

	CU_ASSERT_EQUAL(proxy_dns_query("tp", 2, 0x1234, false, got), n);
	CU_ASSERT_EQUAL(memcmp(got, want, n), 0);
	for (label = 1; label <= DNS_LABEL_MAX; label++) {
		char text[DNS_LABEL_MAX];

		memset(text, 'a', sizeof(text));
		len = proxy_dns_query(text, label, 1, true, got);
		CU_ASSERT_EQUAL(len, DNS_QUERY_MAX);
		for (at = DNS_HDR_LEN; at < len && got[at]; at += 1U + got[at])
			CU_ASSERT_TRUE(got[at] <= DNS_LABEL_MAX);
		CU_ASSERT_EQUAL(at, len - 5);
	}
}

/* Is the query found in @hex, at @want_at, @want_len bytes of it? */
static bool finds(const char *hex, size_t lead, size_t want_at, size_t want_len)
{
	uint8_t p[128], q[64] = { 0 };
	size_t n = unhex(hex, p, sizeof(p)), len = 0, q_len;
	const uint8_t *at;
	struct guard g;
	bool is_found;

	q_len = lead + unhex(QUERY_ID QUERY_HDR QUERY_NAME QUERY_TYPE, q + lead,
			     sizeof(q) - lead);
	if (lead)
		memset(q, 0xaa, lead);
	guard_init(&g, p, n);
	at = proxy_dns_find(g.data, n, q, q_len, lead, &len);
	is_found = at == g.data + want_at && len == want_len;
	if (!want_len)
		is_found = !at;
	guard_fini(&g);
	return is_found;
}

static void test_a_query_is_known_by_its_question(void)
{
#define REST QUERY_NAME QUERY_TYPE
	static const char *const no_query[] = {
		"ffff 8100 0001 0000 0000 0000" REST,
		"ffff 0900 0001 0000 0000 0000" REST,
		"ffff 0100 0002 0000 0000 0000" REST,
		"ffff 0100 0001 0001 0000 0000" REST,
		"ffff 0100 0001 0000 0001 0000" REST,
		"ffff 0100 0001 0000 0000 0002" REST,
	};
#undef REST
#define OPTED "ffff 0100 0001 0000 0000 0001" QUERY_NAME QUERY_TYPE
	static const char *const no_opt[] = {
		OPTED,
		OPTED "00",
		OPTED "00 0029 04d0 00000000",
		OPTED "00 0029 04d0 00000000 00",
		OPTED "00 0029 04d0 00000000 0001",
		OPTED "01 0029 04d0 00000000 0000",
		OPTED "00 0010 04d0 00000000 0000",
	};
#undef OPTED
	const size_t n = 25;
	size_t i;

	CU_ASSERT_TRUE(
		finds(QUERY_ID QUERY_HDR QUERY_NAME QUERY_TYPE, 0, 0, n));
	/* what is the proxy's: id, flags, case, an OPT record; a header */
	CU_ASSERT_TRUE(finds("ffff" QUERY_HDR QUERY_NAME QUERY_TYPE, 0, 0, n));
	CU_ASSERT_TRUE(
		finds("ffff 0030 0001 0000 0000 0000" QUERY_NAME QUERY_TYPE, 0,
		      0, n));
	CU_ASSERT_TRUE(finds(
		"ffff" QUERY_HDR "02 5450 04 54657354 00" QUERY_TYPE, 0, 0, n));
	CU_ASSERT_TRUE(
		finds("ffff 0100 0001 0000 0000 0001" QUERY_NAME QUERY_TYPE
			      OPT_RECORD,
		      0, 0, n + 11));
	CU_ASSERT_TRUE(finds(SIG "21 12 000c" ADDRS
				 "ffff" QUERY_HDR QUERY_NAME QUERY_TYPE,
			     0, 28, n));
	/* what follows is no OPT record, or none was announced */
	for (i = 0; i < sizeof(no_opt) / sizeof(no_opt[0]); i++)
		CU_ASSERT_TRUE(finds(no_opt[i], 0, 0, n));
	CU_ASSERT_TRUE(finds("ffff" QUERY_HDR QUERY_NAME QUERY_TYPE OPT_RECORD,
			     0, 0, n));
	/* another name, type, class; no query, or two; cut */
	CU_ASSERT_TRUE(finds(
		"ffff" QUERY_HDR "02 7471 04 74657374 00" QUERY_TYPE, 0, 0, 0));
	CU_ASSERT_TRUE(finds("ffff" QUERY_HDR QUERY_NAME "0001 0001", 0, 0, 0));
	CU_ASSERT_TRUE(finds("ffff" QUERY_HDR QUERY_NAME "0010 0003", 0, 0, 0));
	for (i = 0; i < sizeof(no_query) / sizeof(no_query[0]); i++)
		CU_ASSERT_TRUE(finds(no_query[i], 0, 0, 0));
	CU_ASSERT_TRUE(finds("ffff" QUERY_HDR QUERY_NAME "0010 00", 0, 0, 0));
	CU_ASSERT_TRUE(finds("", 0, 0, 0));
}

/* A client's forged header belongs to what it sent: it is not the proxy's. */
static void test_bytes_before_a_query_belong_to_it(void)
{
#define FOUND QUERY_HDR QUERY_NAME QUERY_TYPE
	CU_ASSERT_TRUE(finds("aaaaaaaa" QUERY_ID FOUND, 4, 0, 29));
	CU_ASSERT_TRUE(finds("55 ffffaaaa" QUERY_ID FOUND, 4, 1, 29));
	CU_ASSERT_TRUE(finds("aaaaaabb" QUERY_ID FOUND, 4, 0, 0));
	CU_ASSERT_TRUE(finds(QUERY_ID FOUND, 4, 0, 0));
#undef FOUND
}

static void test_answers(void)
{
	uint8_t query[64], want[128], got[DNS_ANSWER_MAX];
	size_t n = unhex("ffff 0130 0001 0000 0000 0001" QUERY_NAME QUERY_TYPE,
			 query, sizeof(query));
	size_t m = unhex("ffff 8510 0001 0001 0000 0000" QUERY_NAME QUERY_TYPE
			 "c00c 0010 0001 00000000 0003 02 6f6b",
			 want, sizeof(want));

	CU_ASSERT_EQUAL(proxy_dns_answer(query, n, "ok", 2, got), m);
	CU_ASSERT_EQUAL(memcmp(got, want, m), 0);
}

/* Skipped with a reason; and only a query that is one is owed a response. */
static void test_cases_of_dns(void)
{
	static struct proxy_options o = { .is_udp = true,
					  .payload = PROXY_PAYLOAD_DNS };
	static struct proxy_seen s;
	size_t i, n_skipped = 0;

	s.udp.d[0].opening = (struct opening) { .has_come = true };
	s.udp.d[1].opening =
		(struct opening) { .has_come = true, .has_token = true };
	s.udp.d[1].reply_came = true;
	for (i = 0; i < cases_proxy.n; i++) {
		const struct case_def *d = &cases_proxy.cases[i];
		struct case_result r = { 0 };

		if (!(d->flags & CASE_F_UDP))
			continue;
		proxy_check(d, &o, &s, &r);
		n_skipped += r.status == STATUS_SKIP &&
			     strstr(r.got, "is no query");
		if (!strcmp(d->id, "udp/relay/replies"))
			CU_ASSERT_STRING_EQUAL(r.got, "1 of 1");
	}
	CU_ASSERT_EQUAL(n_skipped, 2);
}

static const struct unit_test tests[] = {
	{ "headers are read as the vectors say",
	  test_headers_are_read_as_the_vectors_say },
	{ "flaws have their names", test_flaws_have_their_names },
	{ "SPP", test_spp },
	{ "the token tells where the header ends",
	  test_the_token_tells_where_the_header_ends },
	{ "a header that eats payload is short",
	  test_a_header_that_eats_payload_is_short },
	{ "the option in a SYN", test_the_option_in_a_syn },
	{ "the tap tells the first segment",
	  test_the_tap_tells_the_first_segment },
	{ "every prefix of a packet", test_every_prefix_of_a_packet },
	{ "every case has its check", test_every_case_has_its_check },
	{ "tokens differ", test_tokens_differ },
	{ "DNS queries", test_queries },
	{ "a query is known by its question",
	  test_a_query_is_known_by_its_question },
	{ "bytes before a query belong to it",
	  test_bytes_before_a_query_belong_to_it },
	{ "DNS answers", test_answers },
	{ "cases of DNS", test_cases_of_dns },
};

int main(void)
{
	return unit_main("conform_proxy", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
