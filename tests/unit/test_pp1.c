/* SPDX-License-Identifier: BSD-2-Clause */
/* test_pp1.c - the PROXY v1 line, written and read */
#include <stdio.h>
#include <string.h>

#include <CUnit/Basic.h>

#include "harness.h"
#include "wire/pp1.h"

#define A4  "PROXY TCP4 "
#define A6  "PROXY TCP6 "
#define UNK "PROXY UNKNOWN"
/* an IPv6 address of full length, and a dotted one that is longer still */
#define FULL6	"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
#define DOTTED6 "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"

static struct endpoint ep(const char *text)
{
	struct endpoint e = { 0 };

	CU_ASSERT_FATAL(endpoint_parse(text, strlen(text), &e));
	return e;
}

static enum wire_status decode(const char *line, size_t len, struct pp_hdr *ret,
			       struct wire_err *err)
{
	enum wire_status st;
	struct guard g;

	guard_init(&g, (const uint8_t *)line, len);
	st = pp1_decode(g.data, len, ret, err);
	guard_fini(&g);
	return st;
}

static void test_the_encoder_writes_the_line(void)
{
	static const struct {
		const char *src, *dst, *line;
	} cases[] = {
		{ "192.168.0.1:56324", "192.168.0.11:443",
		  A4 "192.168.0.1 192.168.0.11 56324 443\r\n" },
		{ "255.255.255.255:65535", "255.255.255.255:65535",
		  A4 "255.255.255.255 255.255.255.255 65535 65535\r\n" },
		{ "0.0.0.0:0", "0.0.0.0:0", A4 "0.0.0.0 0.0.0.0 0 0\r\n" },
		{ "[2001:db8::1]:53859", "[2001:db8::2]:10000",
		  A6 "2001:db8::1 2001:db8::2 53859 10000\r\n" },
		{ "[::]:0", "[::]:9", A6 ":: :: 0 9\r\n" },
		{ "[" FULL6 "]:65535", "[" FULL6 "]:65535",
		  A6 FULL6 " " FULL6 " 65535 65535\r\n" },
		/* mapped addresses are IPv4 */
		{ "[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.2]:2",
		  A4 "192.0.2.1 192.0.2.2 1 2\r\n" },
		{ "[::ffff:192.0.2.1]:1", "192.0.2.2:2",
		  A4 "192.0.2.1 192.0.2.2 1 2\r\n" },
		{ "192.0.2.1:1", "[::ffff:192.0.2.2]:2",
		  A4 "192.0.2.1 192.0.2.2 1 2\r\n" },
		/* the line has no word for two families */
		{ "192.0.2.1:1", "[2001:db8::2]:2", UNK "\r\n" },
		{ "[2001:db8::1]:1", "192.0.2.2:2", UNK "\r\n" },
		{ "[2001:db8::1]:1", "[::ffff:192.0.2.2]:2", UNK "\r\n" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct endpoint src = ep(cases[i].src), dst = ep(cases[i].dst);
		size_t len = strlen(cases[i].line);
		uint8_t out[PP1_HDR_MAX];
		struct wire_err err;
		struct pp_hdr h;

		CU_ASSERT_EQUAL_FATAL(pp1_encode(out, &src, &dst), len);
		CU_ASSERT_EQUAL(memcmp(out, cases[i].line, len), 0);
		CU_ASSERT_EQUAL_FATAL(decode(cases[i].line, len, &h, &err),
				      WIRE_OK);
		CU_ASSERT_EQUAL(h.hdr_len, len);
		CU_ASSERT_EQUAL(h.note, ANOMALY_NONE);
		if (h.cmd != PP_CMD_PROXY) {
			CU_ASSERT(!pp_has_client(&h));
			CU_ASSERT_EQUAL(h.proto, PP_PROTO_UNSPEC);
			continue;
		}
		src.addr = ip_addr_unmap(&src.addr);
		dst.addr = ip_addr_unmap(&dst.addr);
		CU_ASSERT(endpoint_eq(&h.src, &src));
		CU_ASSERT(endpoint_eq(&h.dst, &dst));
		CU_ASSERT_EQUAL(h.version, 1);
		CU_ASSERT_EQUAL(h.proto, PP_PROTO_STREAM);
	}
}

static void test_an_unset_end_is_unknown(void)
{
	struct endpoint none = { 0 }, some = ep("192.0.2.1:1");
	uint8_t out[PP1_HDR_MAX];

	CU_ASSERT_EQUAL(pp1_encode(out, &none, &some), 15);
	CU_ASSERT_EQUAL(memcmp(out, UNK "\r\n", 15), 0);
	CU_ASSERT_EQUAL(pp1_encode(out, &some, &none), 15);
	CU_ASSERT_EQUAL(pp1_encode(out, &none, &none), 15);
}

/* The header of the product's own PPv1 capture, 53 bytes. */
static void test_the_captured_header(void)
{
	static const char hex[] = "50524f5859205443503420"
				  "3131392e32392e3133352e32303520"
				  "34332e3135392e3131352e363320"
				  "353338353920"
				  "31303030300d0a";
	struct endpoint src = ep("119.29.135.205:53859");
	struct endpoint dst = ep("43.159.115.63:10000");
	uint8_t want[64], out[PP1_HDR_MAX];

	CU_ASSERT_EQUAL_FATAL(unhex(hex, want, sizeof(want)), 53);
	CU_ASSERT_EQUAL_FATAL(pp1_encode(out, &src, &dst), 53);
	CU_ASSERT_EQUAL(memcmp(out, want, 53), 0);
}

static void test_bad_lines_are_refused_where_they_go_wrong(void)
{
	static const struct {
		const char *line;
		enum anomaly anomaly;
		uint32_t off;
	} cases[] = {
		{ "GET / HTTP", ANOMALY_PP_NO_SIGNATURE, 0 },
		{ "PROXy ", ANOMALY_PP_NO_SIGNATURE, 4 },
		{ "proxy ", ANOMALY_PP_NO_SIGNATURE, 0 },
		{ "PROXY\tTCP4", ANOMALY_PP_NO_SIGNATURE, 5 },
		{ "PROXY\r\n", ANOMALY_PP_NO_SIGNATURE, 5 },
		{ "PROXY \r", ANOMALY_V1_PROTO, 6 },
		{ "PROXY T\r", ANOMALY_V1_PROTO, 7 },
		{ "PROXY TCP\r", ANOMALY_V1_PROTO, 9 },
		{ "PROXY TCP5", ANOMALY_V1_PROTO, 9 },
		{ "PROXY TCP44", ANOMALY_V1_PROTO, 10 },
		{ "PROXY TCP4\t", ANOMALY_V1_PROTO, 10 },
		{ "PROXY TCP4\r", ANOMALY_V1_FIELDS, 10 },
		{ "PROXY TCP4\n", ANOMALY_V1_LONE_LF, 10 },
		{ "PROXY UNIX", ANOMALY_V1_PROTO, 8 },
		{ UNK "X", ANOMALY_V1_PROTO, 13 },
		{ UNK "\t", ANOMALY_V1_PROTO, 13 },
		{ UNK "\r ", ANOMALY_V1_LONE_CR, 14 },
		{ UNK "\n", ANOMALY_V1_LONE_LF, 13 },
		{ "PROXY \n", ANOMALY_V1_LONE_LF, 6 },
		{ A4 " ", ANOMALY_V1_FIELDS, 11 },
		{ A4 "\r", ANOMALY_V1_FIELDS, 11 },
		{ A4 "1.2.3 ", ANOMALY_V1_ADDR4, 16 },
		{ A4 "1.2.3\r", ANOMALY_V1_FIELDS, 16 },
		{ A4 "1.2.3.4\t", ANOMALY_V1_ADDR4, 18 },
		{ A4 "1.2.3.4\n", ANOMALY_V1_LONE_LF, 18 },
		{ A4 "1.2.3.4.", ANOMALY_V1_ADDR4, 18 },
		{ A4 "1.2.3.4  ", ANOMALY_V1_FIELDS, 19 },
		{ A4 "1.2.3.4 5.6.7.8\r", ANOMALY_V1_FIELDS, 26 },
		{ A4 "1.2.3.4 5.6.7.8 \r", ANOMALY_V1_PORT, 27 },
		{ A4 "1.2.3.4 5.6.7.8  ", ANOMALY_V1_FIELDS, 27 },
		{ A4 "1.2.3.4 5.6.7.8 9\r", ANOMALY_V1_FIELDS, 28 },
		{ A4 "1.2.3.4 5.6.7.8 9\n", ANOMALY_V1_LONE_LF, 28 },
		{ A4 "1.2.3.4 5.6.7.8 9a", ANOMALY_V1_PORT, 28 },
		{ A4 "1.2.3.4 5.6.7.8 65536", ANOMALY_V1_PORT, 31 },
		{ A4 "1.2.3.4 5.6.7.8 00", ANOMALY_V1_PORT, 28 },
		{ A4 "1.2.3.4 5.6.7.8 01", ANOMALY_V1_PORT, 28 },
		{ A4 "1.2.3.4 5.6.7.8 9 \n", ANOMALY_V1_LONE_LF, 29 },
		{ A4 "1.2.3.4 5.6.7.8 9  ", ANOMALY_V1_FIELDS, 29 },
		{ A4 "1.2.3.4 5.6.7.8 9 9 ", ANOMALY_V1_FIELDS, 30 },
		{ A4 "1.2.3.4 5.6.7.8 9 9\t", ANOMALY_V1_PORT, 30 },
		{ A4 "1.2.3.4 5.6.7.8 9 9\n", ANOMALY_V1_LONE_LF, 30 },
		{ A4 "1.2.3.4 5.6.7.8 9 9\r\r", ANOMALY_V1_LONE_CR, 31 },
		{ A4 "1.2.3.4 5.6.7.8 9 655350", ANOMALY_V1_PORT, 34 },
		{ A6 "::1\r", ANOMALY_V1_FIELDS, 14 },
		{ A6 ": ", ANOMALY_V1_ADDR6, 12 },
		{ A6 "::1% ", ANOMALY_V1_ADDR6, 14 },
		{ A6 "::1 1.2.3.4 ", ANOMALY_V1_ADDR6, 16 },
		{ A6 "::1.2.3 ", ANOMALY_V1_ADDR6, 18 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len = strlen(cases[i].line);
		struct wire_err err;
		struct pp_hdr h;
		enum wire_status st = decode(cases[i].line, len, &h, &err);

		if (st != WIRE_BAD || err.anomaly != cases[i].anomaly ||
		    err.off != cases[i].off)
			printf("  %s: %d %s @ %u\n", cases[i].line, st,
			       anomaly_slug(err.anomaly), err.off);
		CU_ASSERT_EQUAL(st, WIRE_BAD);
		CU_ASSERT_EQUAL(err.anomaly, cases[i].anomaly);
		CU_ASSERT_EQUAL(err.off, cases[i].off);
		CU_ASSERT_EQUAL(decode(cases[i].line, cases[i].off, &h, &err),
				WIRE_SHORT);
	}
}

static void test_dotted_tails_are_taken_with_a_remark(void)
{
	static const char line[] = A6 "::1 ::ffff:192.0.2.1 1 2\r\n";
	static const char plain[] = A6 "::1 ::ffff:c000:201 1 2\r\n";
	struct endpoint dst = ep("[::ffff:192.0.2.1]:2");
	struct wire_err err;
	struct pp_hdr h;

	CU_ASSERT_EQUAL_FATAL(decode(line, strlen(line), &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.note, ANOMALY_V1_ADDR6_MAPPED);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_V1_ADDR6_MAPPED);
	CU_ASSERT(endpoint_eq(&h.dst, &dst));
	CU_ASSERT_EQUAL_FATAL(decode(plain, strlen(plain), &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.note, ANOMALY_NONE);
	CU_ASSERT(endpoint_eq(&h.dst, &dst));
}

static void put(char *at, const char *text)
{
	while (*text)
		*at++ = *text++;
}

/* Both kinds of line that can reach byte 107: UNKNOWN, and dotted tails. */
static void test_the_line_ends_within_107_bytes(void)
{
	static const char dotted[] = A6 DOTTED6 " " DOTTED6 " 65535 6\r\n";
	char line[PP1_HDR_MAX + 8];
	struct wire_err err;
	struct pp_hdr h;
	size_t n;

	memset(line, 'x', sizeof(line));
	put(line, UNK " ");
	put(line + 105, "\r\n");
	CU_ASSERT_EQUAL(decode(line, 106, &h, &err), WIRE_SHORT);
	CU_ASSERT_EQUAL(decode(line, 107, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.hdr_len, 107);
	CU_ASSERT_EQUAL(decode(line, sizeof(line), &h, &err), WIRE_OK);

	/* one later: the byte that had to be CR is not */
	put(line + 105, "x\r\n");
	CU_ASSERT_EQUAL(decode(line, 105, &h, &err), WIRE_SHORT);
	for (n = 106; n <= sizeof(line); n++) {
		CU_ASSERT_EQUAL(decode(line, n, &h, &err), WIRE_BAD);
		CU_ASSERT_EQUAL(err.anomaly, ANOMALY_V1_NO_CRLF);
		CU_ASSERT_EQUAL(err.off, 105);
	}
	/* a CR in its place, and no LF */
	put(line + 105, "\r\r\n");
	CU_ASSERT_EQUAL(decode(line, 106, &h, &err), WIRE_SHORT);
	for (n = 107; n <= sizeof(line); n++) {
		CU_ASSERT_EQUAL(decode(line, n, &h, &err), WIRE_BAD);
		CU_ASSERT_EQUAL(err.anomaly, ANOMALY_V1_NO_CRLF);
		CU_ASSERT_EQUAL(err.off, 106);
	}

	CU_ASSERT_EQUAL(strlen(dotted), 112);
	CU_ASSERT_EQUAL(decode(dotted, 105, &h, &err), WIRE_SHORT);
	CU_ASSERT_EQUAL(decode(dotted, 112, &h, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_V1_NO_CRLF);
	CU_ASSERT_EQUAL(err.off, 105);
}

static void test_what_follows_unknown_is_ignored(void)
{
	static const char with_nul[] = UNK " \0\n\r\0\r\r\nrest";
	struct wire_err err;
	struct pp_hdr h;

	CU_ASSERT_EQUAL_FATAL(decode(with_nul, sizeof(with_nul), &h, &err),
			      WIRE_OK);
	CU_ASSERT_EQUAL(h.hdr_len, 21);
	CU_ASSERT_EQUAL(h.cmd, PP_CMD_UNKNOWN);
	CU_ASSERT_EQUAL(h.src.addr.family, IP_NONE);
	CU_ASSERT_STRING_EQUAL(pp_family_name(&h), "unknown");
}

/* Each of the 255 other bytes at each place of a line is refused there, or
 * gives another legal line (a digit for a digit, say), or makes a field
 * longer and is refused later; nothing is refused before it.
 */
static void test_every_byte_at_every_place(void)
{
	static const char line[] = A4 "192.0.2.1 198.51.100.1 50000 443\r\n";
	size_t len = strlen(line), at;
	unsigned byte;

	for (at = 0; at < len; at++) {
		for (byte = 0; byte < 256; byte++) {
			char copy[sizeof(line)];
			struct wire_err err;
			struct pp_hdr h;
			enum wire_status st;

			memcpy(copy, line, sizeof(line));
			copy[at] = (char)byte;
			st = pp1_decode((uint8_t *)copy, len, &h, &err);
			if (st == WIRE_BAD)
				CU_ASSERT(err.off >= at);
			if (st == WIRE_OK)
				CU_ASSERT(copy[at] == line[at] ||
					  (byte >= '0' && byte <= '9') ||
					  byte == '.');
			if (st == WIRE_OK)
				CU_ASSERT_EQUAL(h.hdr_len, len);
			CU_ASSERT(st != WIRE_SHORT);
		}
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "the encoder writes the line, the decoder reads it",
		  test_the_encoder_writes_the_line },
		{ "an unset end is UNKNOWN", test_an_unset_end_is_unknown },
		{ "the captured header", test_the_captured_header },
		{ "bad lines are refused where they go wrong",
		  test_bad_lines_are_refused_where_they_go_wrong },
		{ "dotted tails are taken with a remark",
		  test_dotted_tails_are_taken_with_a_remark },
		{ "the line ends within 107 bytes",
		  test_the_line_ends_within_107_bytes },
		{ "what follows UNKNOWN is ignored",
		  test_what_follows_unknown_is_ignored },
		{ "every byte at every place", test_every_byte_at_every_place },
	};

	return unit_main("pp1", tests, ARRAY_SIZE(tests));
}
