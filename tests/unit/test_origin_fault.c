/* SPDX-License-Identifier: BSD-2-Clause */
/* test_origin_fault.c - each fault takes, or refuses, what it says and nothing
 * else
 */
#include <stdio.h>
#include <string.h>

#include <CUnit/Basic.h>

#include "harness.h"
#include "origin-sim/fault.h"
#include "wire/pp2.h"

#define V2    "0d0a0d0a000d0a515549540a"
#define ADDRS "c0000201 c0000202 0102 0304"
#define OPT4  "c8 08 d431 cb007107"

struct row {
	const char *fault;
	const char *text; /* a v1 line, or NULL */
	const char *hex;
	const char *client; /* NULL: none is named */
};

static size_t row_bytes(const struct row *r, uint8_t out[512])
{
	size_t n = r->text ? strlen(r->text) : 0;

	if (!r->text)
		return unhex(r->hex, out, 512);
	memcpy(out, r->text, n);
	return n;
}

static enum header_action judge(const struct fault_set *s, int mode,
				const uint8_t *buf, size_t len,
				struct header_result *ret)
{
	struct header_policy p = { .mode = mode, .hdr_max = 4096 };
	struct guard g;
	enum header_action act;

	guard_init(&g, buf, len);
	act = fault_judge_stream(s, &p, true, g.data, len, HEADER_END_EOF, ret);
	/* what is borrowed is gone with the guard */
	ret->hdr.tlv = NULL;
	guard_fini(&g);
	return act;
}

static struct fault_set only(const char *name)
{
	struct fault_set s = { 0 };
	char err[128];

	CU_ASSERT_TRUE_FATAL(fault_add(&s, fault_names, FAULT_COUNT, name, err,
				       sizeof(err)));
	return s;
}

static const struct row loose[] = {
	{ "leading-zero", "PROXY TCP4 1.2.3.4 5.6.7.8 080 2\r\n", NULL,
	  "1.2.3.4:80" },
	{ "leading-zero", "PROXY TCP4 01.2.3.4 5.6.7.8 80 2\r\n", NULL,
	  "1.2.3.4:80" },
	{ "port-mod-65536", "PROXY TCP4 1.2.3.4 5.6.7.8 65616 2\r\n", NULL,
	  "1.2.3.4:80" },
	{ "octet-mod-256", "PROXY TCP4 257.2.3.4 5.6.7.8 80 2\r\n", NULL,
	  "1.2.3.4:80" },
	{ "spaces", "PROXY  TCP4 1.2.3.4 5.6.7.8 80 2\r\n", NULL,
	  "1.2.3.4:80" },
	{ "spaces", "PROXY TCP4 1.2.3.4 5.6.7.8 80 2 \r\n", NULL,
	  "1.2.3.4:80" },
	{ "any-proto", "PROXY UDP4 1.2.3.4 5.6.7.8 80 2\r\n", NULL,
	  "1.2.3.4:80" },
	{ "bad-addr", "PROXY TCP4 1.2.3 5.6.7.8 80 2\r\n", NULL, "1.2.3.0:80" },
	{ "extra-field", "PROXY TCP4 1.2.3.4 5.6.7.8 80 2 3\r\n", NULL,
	  "1.2.3.4:80" },
	{ "lf-only", "PROXY TCP4 1.2.3.4 5.6.7.8 80 2\n", NULL, "1.2.3.4:80" },
	{ "cr-only", "PROXY TCP4 1.2.3.4 5.6.7.8 80 2\rx", NULL, "1.2.3.4:80" },
	{ "bad-version", NULL, V2 "31 11 000c" ADDRS, "192.0.2.1:258" },
	{ "bad-command", NULL, V2 "22 11 000c" ADDRS, "192.0.2.1:258" },
	{ "bad-family", NULL, V2 "21 41 000c" ADDRS, NULL },
	{ "bad-family", NULL, V2 "21 13 000c" ADDRS, "192.0.2.1:258" },
	{ "short-length", NULL, V2 "21 11 000b c0000201 c0000202 0102 03",
	  NULL },
	{ "ignores-crc", NULL, V2 "21 11 0013" ADDRS "03 0004 00000000",
	  "192.0.2.1:258" },
	{ "bad-tlv", NULL, V2 "21 11 0011" ADDRS "e0 0009 0102",
	  "192.0.2.1:258" },
	{ "bad-tlv", NULL, V2 "21 11 000d" ADDRS "e0", "192.0.2.1:258" },
};

static void check_client(const struct header_result *h, const char *client)
{
	struct endpoint want = { 0 };

	CU_ASSERT_EQUAL(pp_has_client(&h->hdr), client != NULL);
	if (!client)
		return;
	CU_ASSERT_TRUE(endpoint_parse(client, strlen(client), &want));
	CU_ASSERT_TRUE(endpoint_eq(&h->hdr.src, &want));
}

static void test_takes_what_must_be_refused(void)
{
	size_t i;

	for (i = 0; i < sizeof(loose) / sizeof(loose[0]); i++) {
		const struct row *r = &loose[i];
		struct fault_set s = only(r->fault), rest;
		struct header_result h;
		uint8_t buf[512];
		size_t n = row_bytes(r, buf);

		CU_ASSERT_EQUAL(judge(&(struct fault_set) { 0 }, MODE_AUTO, buf,
				      n, &h),
				HEADER_REFUSE);
		CU_ASSERT_EQUAL(judge(&s, MODE_AUTO, buf, n, &h), HEADER_TAKE);
		check_client(&h, r->client);
		CU_ASSERT_EQUAL(h.hdr.hdr_len, memchr(buf, 'x', n) ? n - 1 : n);
		/* the other loose ones do not help */
		rest.on = (1ULL << (FAULT_BAD_TLV + 1)) -
			  (1ULL << FAULT_LEADING_ZERO);
		rest.on &= ~s.on;
		CU_ASSERT_EQUAL(judge(&rest, MODE_AUTO, buf, n, &h),
				HEADER_REFUSE);
	}
}

static void test_long_lines(void)
{
	struct fault_set s = only("long-line");
	struct header_result h;
	char line[256];
	int n = snprintf(line, sizeof(line), "PROXY UNKNOWN %0150d\r\nhello",
			 7);

	CU_ASSERT_EQUAL(judge(&(struct fault_set) { 0 }, MODE_PPV1,
			      (uint8_t *)line, (size_t)n, &h),
			HEADER_REFUSE);
	CU_ASSERT_EQUAL(judge(&s, MODE_PPV1, (uint8_t *)line, (size_t)n, &h),
			HEADER_TAKE);
	n = snprintf(line, sizeof(line),
		     "PROXY TCP6 2001:db8::1 2001:db8::2 %s 80\r\nhello",
		     "00000000000000000000000000000000000000000000000000000000"
		     "0000000000000");
	s = only("long-line,leading-zero,bad-addr");
	CU_ASSERT_EQUAL(judge(&s, MODE_PPV1, (uint8_t *)line, (size_t)n, &h),
			HEADER_TAKE);
	CU_ASSERT_EQUAL(h.hdr.hdr_len, (uint32_t)n - 5);
}

static const struct row picky[] = {
	{ "refuse-local", NULL, V2 "20 00 0000", NULL },
	{ "refuse-unknown", "PROXY UNKNOWN\r\n", NULL, NULL },
	{ "refuse-unspec", NULL, V2 "21 00 0000", NULL },
	{ "refuse-dgram", NULL, V2 "21 12 000c" ADDRS, "192.0.2.1:258" },
	{ "refuse-inet6", "PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n", NULL,
	  "[2001:db8::1]:1" },
	{ "refuse-tlv", NULL, V2 "21 11 000f" ADDRS "04 0000",
	  "192.0.2.1:258" },
	{ "refuse-port-0", "PROXY TCP4 1.2.3.4 5.6.7.8 0 2\r\n", NULL,
	  "1.2.3.4:0" },
};

static void test_refuses_what_must_be_taken(void)
{
	size_t i;

	for (i = 0; i < sizeof(picky) / sizeof(picky[0]); i++) {
		struct fault_set s = only(picky[i].fault), rest;
		struct header_result h;
		uint8_t buf[512];
		size_t n = row_bytes(&picky[i], buf);

		CU_ASSERT_EQUAL(judge(&s, MODE_AUTO, buf, n, &h),
				HEADER_REFUSE);
		rest.on = (1ULL << (FAULT_REFUSE_PORT_0 + 1)) -
			  (1ULL << FAULT_DROPS_SPLIT);
		rest.on &= ~s.on;
		CU_ASSERT_EQUAL(judge(&rest, MODE_AUTO, buf, n, &h),
				HEADER_TAKE);
		check_client(&h, picky[i].client);
	}
}

static void test_split_headers_are_dropped(void)
{
	static const uint8_t part[] = "PROXY TCP4 1.2";
	struct fault_set s = only("drops-split");
	struct header_policy p = { .mode = MODE_PPV1 };
	struct header_result h;

	CU_ASSERT_EQUAL(fault_judge_stream(&s, &p, true, part, 14,
					   HEADER_END_OPEN, &h),
			HEADER_REFUSE);
	s.on = 0;
	CU_ASSERT_EQUAL(fault_judge_stream(&s, &p, true, part, 14,
					   HEADER_END_OPEN, &h),
			HEADER_WAIT);
}

/* @want: client after the judgement of @hex with @fault */
static void check_belief(const char *fault, const char *hex, const char *want,
			 uint32_t hdr_len)
{
	struct fault_set s = only(fault);
	struct header_result h;
	uint8_t buf[512];
	size_t n = unhex(hex, buf, sizeof(buf));

	CU_ASSERT_EQUAL(judge(&s, MODE_AUTO, buf, n, &h), HEADER_TAKE);
	check_client(&h, want);
	CU_ASSERT_EQUAL(h.hdr.hdr_len, hdr_len);
}

static void test_believes_the_wrong_thing(void)
{
	static const char local[] = V2 "20 11 000c" ADDRS "41";
	static const char tlv[] = V2 "21 11 000f" ADDRS "04 0000 41";
	static const char two[] = V2 "21 11 000c" ADDRS V2 "21 11 000c"
				     "c0000209 c0000202 0009 0304 41";

	check_belief("trusts-all", local, NULL, 28);
	check_belief("takes-local-addr", local, "192.0.2.1:258", 28);
	check_belief("no-skip-local", local, NULL, 16);
	check_belief("no-skip-tlv", tlv, "192.0.2.1:258", 28);
	check_belief("leaks-header", tlv, "192.0.2.1:258", 0);
	check_belief("eats-byte", tlv, "192.0.2.1:258", 32);
	check_belief("swap-addr", tlv, "192.0.2.2:772", 31);
	check_belief("wrong-port", tlv, "192.0.2.1:259", 31);
	check_belief("ignores-header", tlv, NULL, 31);
	check_belief("trusts-all", two, "192.0.2.1:258", 28);
	check_belief("second-header-eaten", two, "192.0.2.9:9", 56);
	/* PROXY UNKNOWN 1.2.3.4 5.6.7.8 1 2\r\n */
	check_belief(
		"takes-unknown-addr",
		"50524f585920554e4b4e4f574e20312e322e332e3420352e362e372e38"
		"203120320d0a",
		"1.2.3.4:1", 35);
}

static void test_who_may_send_and_what(void)
{
	static const uint8_t v1[] = "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n";
	static const uint8_t bare[] = "GET / HTTP/1.0\r\n";
	static const uint8_t v2[28] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"
				      "\1\2\3\4\5\6\7\x08\0\1\0\2";
	static const uint8_t late[] =
		"hi\r\nPROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n";
	struct fault_set s = { 0 };
	struct header_policy p = { .mode = MODE_PPV2 };
	struct header_result h;

	CU_ASSERT_EQUAL(judge(&s, MODE_PPV2, v1, 32, &h), HEADER_REFUSE);
	s = only("other-version");
	CU_ASSERT_EQUAL(judge(&s, MODE_PPV2, v1, 32, &h), HEADER_TAKE);
	s = only("guess");
	CU_ASSERT_EQUAL(judge(&s, MODE_PPV2, v1, 32, &h), HEADER_TAKE);
	CU_ASSERT_EQUAL(judge(&s, MODE_PPV2, bare, 16, &h), HEADER_DIRECT);
	s = only("accepts-none");
	CU_ASSERT_EQUAL(judge(&s, MODE_PPV2, v1, 32, &h), HEADER_REFUSE);
	CU_ASSERT_EQUAL(judge(&s, MODE_PPV2, bare, 16, &h), HEADER_DIRECT);
	CU_ASSERT_EQUAL(judge(&s, MODE_PPV1, late, 36, &h), HEADER_DIRECT);
	s = only("late");
	CU_ASSERT_EQUAL(judge(&s, MODE_PPV1, late, 36, &h), HEADER_TAKE);
	CU_ASSERT_EQUAL(h.hdr.hdr_len, 36);
	p.mode = MODE_PPV1;
	CU_ASSERT_EQUAL(fault_judge_stream(&s, &p, false, v1, 32,
					   HEADER_END_EOF, &h),
			HEADER_REFUSE);
	/* a limit stays one */
	s = only("ignores-crc");
	p = (struct header_policy) { .mode = MODE_PPV2, .hdr_max = 27 };
	CU_ASSERT_EQUAL(fault_judge_stream(&s, &p, true, v2, sizeof(v2),
					   HEADER_END_EOF, &h),
			HEADER_REFUSE);
	p.hdr_max = 28;
	CU_ASSERT_EQUAL(fault_judge_stream(&s, &p, true, v2, sizeof(v2),
					   HEADER_END_EOF, &h),
			HEADER_TAKE);
	p.mode = MODE_PPV1;
	s = only("trusts-all");
	CU_ASSERT_EQUAL(fault_judge_stream(&s, &p, false, v1, 32,
					   HEADER_END_EOF, &h),
			HEADER_TAKE);
}

static void test_datagrams_too(void)
{
	struct fault_set s = only("bad-command");
	struct header_policy p = { .mode = MODE_PPV2 };
	struct header_result h;
	uint8_t buf[512];
	size_t n = unhex(V2 "22 12 000c" ADDRS, buf, sizeof(buf));

	CU_ASSERT_EQUAL(fault_judge_dgram(&s, &p, true, NULL, buf, n, &h),
			HEADER_TAKE);
	s.on = 0;
	CU_ASSERT_EQUAL(fault_judge_dgram(&s, &p, true, NULL, buf, n, &h),
			HEADER_REFUSE);
}

/* However loose: what is not there is not read. */
static void test_every_prefix_is_short(void)
{
	static const char *const headers[] = {
		"50524f58592054435034203120322033 20340d0a",
		V2 "21 11 000f" ADDRS "04 0000",
		V2 "21 21 0024 20010db8000000000000000000000001"
		   "20010db8000000000000000000000002 0001 0002",
	};
	struct fault_set all = { .on = ~0ULL };
	struct pp_hdr h;
	uint8_t buf[128];
	size_t i, n;

	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		size_t len = unhex(headers[i], buf, sizeof(buf));

		for (n = 12; n <= len; n++) {
			struct guard g;

			guard_init(&g, buf, n);
			CU_ASSERT_EQUAL(fault_loose(&all, g.data, n, &h),
					n == len ? WIRE_OK : WIRE_SHORT);
			guard_fini(&g);
		}
	}
}

static void test_a_short_block_has_no_address(void)
{
	struct fault_set all = { .on = ~0ULL };
	uint8_t buf[128];
	size_t n = unhex(V2 "21 21 000c" ADDRS, buf, sizeof(buf));
	struct pp_hdr h = { 0 };
	struct guard g;

	guard_init(&g, buf, n);
	CU_ASSERT_EQUAL(fault_loose(&all, g.data, n, &h), WIRE_OK);
	CU_ASSERT_EQUAL(h.src.addr.family, IP_NONE);
	guard_fini(&g);
}

/* a segment's options */
struct toa_row {
	const char *fault;
	uint8_t place;
	const char *hex;
	const char *client; /* NULL: none is named */
};

static const struct toa_row toa_rows[] = {
	{ "toa-length", TOA_PLACE_ACK, "c8 04 d431", "0.0.0.0:54321" },
	{ "toa-length", TOA_PLACE_ACK, "0101 c8 04 d431 cb00",
	  "203.0.0.0:54321" },
	{ "toa-length", TOA_PLACE_ACK, "c8 05 d431 cb", NULL },
	{ "toa-length=9", TOA_PLACE_ACK, "c8 09 d431 cb007107 00",
	  "203.0.113.7:54321" },
	{ "toa-length=0", TOA_PLACE_ACK, "c8 00 d431 cb007107",
	  "203.0.113.7:54321" },
	{ "toa-length=40", TOA_PLACE_ACK, "c8 28 d431 cb007107",
	  "203.0.113.7:54321" },
	{ "toa-length=40", TOA_PLACE_ACK, "c8", NULL },
	{ "toa-length=40", TOA_PLACE_ACK, "c7 00 c8 28 d431 cb007107", NULL },
	{ "toa-length=40", TOA_PLACE_ACK, "00 02 c8 28 d431 cb007107", NULL },
	{ "toa-length=40", TOA_PLACE_ACK, OPT4, "203.0.113.7:54321" },
	{ "toa-address-0", TOA_PLACE_ACK, "c8 08 d431 00000000",
	  "0.0.0.0:54321" },
	{ "toa-address-0", TOA_PLACE_ACK, "c8 08 d431 0000", NULL },
	{ "toa-data-only", TOA_PLACE_ACK, OPT4, NULL },
	{ "toa-data-only", TOA_PLACE_DATA, OPT4, "203.0.113.7:54321" },
	{ "toa-first-option", TOA_PLACE_ACK, "0101" OPT4, "203.0.113.7:54321" },
	{ "toa-first-option", TOA_PLACE_ACK, "0101080a0000000100000002" OPT4,
	  NULL },
};

static void test_toa(void)
{
	struct toa_kinds kinds = { .is_on[200] = true };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(toa_rows); i++) {
		const struct toa_row *r = &toa_rows[i];
		const struct fault_set s = only(r->fault);
		struct toa_finding f;
		char got[ENDPOINT_TEXT_MAX] = "";
		uint8_t bytes[40];
		size_t len = unhex(r->hex, bytes, sizeof(bytes));
		struct guard g;

		guard_init(&g, bytes, len);
		fault_judge_toa(&s, &kinds,
				&(struct toa_segment) {
					.place = r->place,
					.opt = g.data,
					.opt_len = (uint8_t)len,
				},
				&f);
		guard_fini(&g);
		if (f.is_found)
			(void)endpoint_format(&f.client, got);
		CU_ASSERT_STRING_EQUAL(got, r->client ? r->client : "");
	}
}

static const struct unit_test tests[] = {
	{ "takes what must be refused", test_takes_what_must_be_refused },
	{ "long lines", test_long_lines },
	{ "refuses what must be taken", test_refuses_what_must_be_taken },
	{ "split headers are dropped", test_split_headers_are_dropped },
	{ "believes the wrong thing", test_believes_the_wrong_thing },
	{ "who may send, and what", test_who_may_send_and_what },
	{ "every prefix is short", test_every_prefix_is_short },
	{ "a short block has no address", test_a_short_block_has_no_address },
	{ "datagrams too", test_datagrams_too },
	{ "TCP options", test_toa },
};

int main(void)
{
	return unit_main("origin_fault", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
