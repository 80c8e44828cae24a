/* SPDX-License-Identifier: BSD-2-Clause */
/* test_rule.c - one line of the batch format: grammar, limits, codes, text */
#include "rules/rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/wire.h"

#define PARAMETER "InvalidParameter.ParameterError"
#define PROTO	  "InvalidParameter.InvalidRuleProto"
#define PORT	  "InvalidParameter.RulePortInteger"
#define GROUP	  "InvalidParameter.RulePortGroup"
#define TWICE	  "InvalidParameter.RulePortDuplicating"
#define FORMAT	  "InvalidParameter.RuleOriginFormatError"
#define VALUE	  "InvalidParameter.RuleOriginValueError"
#define OPORT	  "InvalidParameter.RuleOriginPortInteger"
#define DOMAINS	  "InvalidParameter.RuleOriginMultiDomain"
#define MIXED	  "InvalidParameter.OriginL4RecordIPV4MixDomain"
#define IP	  "InvalidParameter.InvalidOriginIp"

/* Parses a copy that ends at a page that cannot be read. */
static bool parse(const char *text, unsigned flags, struct rule *r,
		  struct rule_error *err)
{
	struct guard g;
	bool ok;

	guard_init(&g, (const uint8_t *)text, strlen(text));
	ok = rule_parse((const char *)g.data, strlen(text), flags, r, err);
	guard_fini(&g);
	return ok;
}

static bool rule_same(const struct rule *a, const struct rule *b)
{
	return a->proto == b->proto && a->mode == b->mode &&
	       a->origin_type == b->origin_type &&
	       a->is_persistent == b->is_persistent &&
	       a->n_ports == b->n_ports &&
	       memcmp(a->ports, b->ports, sizeof(a->ports)) == 0 &&
	       a->origin_ports.low == b->origin_ports.low &&
	       a->origin_ports.high == b->origin_ports.high &&
	       ip_addr_eq(&a->origin_ip, &b->origin_ip) &&
	       strcmp(a->origin, b->origin) == 0 &&
	       strcmp(a->tag, b->tag) == 0 && a->line == b->line;
}

/* @text and then @more, in a buffer of @cap bytes */
static void append(char *text, size_t cap, const char *more)
{
	size_t len = strlen(text);

	ASSERT(len + strlen(more) < cap);
	snprintf(text + len, cap - len, "%s", more);
}

static void check_accepted(const char *text, unsigned flags, const char *canon)
{
	struct rule r, again;
	struct rule_error err = { 0 };
	char out[RULE_TEXT_MAX];

	if (!parse(text, flags, &r, &err)) {
		printf("\n'%s' refused: %u: %s: %s\n", text, err.column,
		       err.code, err.text);
		CU_FAIL("refused");
		return;
	}
	CU_ASSERT_STRING_EQUAL(rule_format(&r, out), canon);
	CU_ASSERT_FATAL(parse(out, flags, &again, &err));
	CU_ASSERT(rule_same(&r, &again));
}

static void check_refused(const char *text, unsigned flags, const char *code,
			  uint32_t column)
{
	struct rule r;
	struct rule_error err = { .source = "s", .line = 7 };

	memset(&r, 0xa5, sizeof(r));
	if (parse(text, flags, &r, &err)) {
		printf("\n'%s' accepted\n", text);
		CU_FAIL("accepted");
		return;
	}
	if (strcmp(err.code, code) != 0 || err.column != column)
		printf("\n'%s': %u: %s: %s\n", text, err.column, err.code,
		       err.text);
	CU_ASSERT_STRING_EQUAL(err.code, code);
	CU_ASSERT_EQUAL(err.column, column);
	CU_ASSERT(strlen(err.text) > 10);
	/* the caller's fields and the result are left alone */
	CU_ASSERT_STRING_EQUAL(err.source, "s");
	CU_ASSERT_EQUAL(err.line, 7);
	CU_ASSERT_EQUAL(r.n_ports, 0xa5);
}

static void test_example_of_the_document(void)
{
	struct rule r;
	struct rule_error err;

	CU_ASSERT_FATAL(
		parse("tcp:123 test.origin.com 456 on ppv1", 0, &r, &err));
	CU_ASSERT_EQUAL(r.proto, RULE_TCP);
	CU_ASSERT_EQUAL(r.n_ports, 1);
	CU_ASSERT_EQUAL(r.ports[0].low, 123);
	CU_ASSERT_EQUAL(r.ports[0].high, 123);
	CU_ASSERT_EQUAL(r.origin_type, RULE_ORIGIN_DOMAIN);
	CU_ASSERT_STRING_EQUAL(r.origin, "test.origin.com");
	CU_ASSERT_EQUAL(r.origin_ports.low, 456);
	CU_ASSERT_EQUAL(r.origin_ports.high, 456);
	CU_ASSERT(r.is_persistent);
	CU_ASSERT_EQUAL(r.mode, MODE_PPV1);
	CU_ASSERT_STRING_EQUAL(r.tag, "");
	CU_ASSERT_EQUAL(r.line, 0);
}

static void test_spellings_have_one_canonical_form(void)
{
	check_accepted("TCP:80 Example.COM 80 ON PPv2", 0,
		       "tcp:80 example.com 80 on ppv2");
	check_accepted("  tcp:80\t[2001:DB8:0::1]   80  off \t TOA  ", 0,
		       "tcp:80 2001:db8::1 80 off toa");
	check_accepted("udp:53 ::ffff:192.0.2.1 53 off off", 0,
		       "udp:53 192.0.2.1 53 off off");
	check_accepted("udp:80-80 192.0.2.1 90-90 off off", 0,
		       "udp:80 192.0.2.1 90 off off");
	check_accepted("tcp:1;5-7;64999 OG:Web_Tier-1 65535 off ppv1", 0,
		       "tcp:1;5-7;64999 og:Web_Tier-1 65535 off ppv1");
	check_accepted("tcp:80 a 80 off off # this is a tag", 0,
		       "tcp:80 a 80 off off # this is a tag");
	check_accepted("tcp:80 1.2.3.4 80 off off  two  words\there ", 0,
		       "tcp:80 1.2.3.4 80 off off two  words\there");
	check_accepted("udp:80 1.2.3.4 80 off SPP", RULE_F_EXT,
		       "udp:80 1.2.3.4 80 off spp");
	check_accepted("tcp:80-90 1.2.3.4 90-100 off off", 0,
		       "tcp:80-90 1.2.3.4 90-100 off off");
	check_accepted("tcp:80-90 1.2.3.4 80 off off", RULE_F_STRICT,
		       "tcp:80-90 1.2.3.4 80 off off");
	check_accepted("tcp:80 xn--fiq228c.1a-b.c0m 80 off off", 0,
		       "tcp:80 xn--fiq228c.1a-b.c0m 80 off off");
}

static void test_fields_that_are_missing_or_wrong(void)
{
	check_refused("", 0, PARAMETER, 1);
	check_refused("   ", 0, PARAMETER, 4);
	check_refused("tcp:80", 0, PARAMETER, 7);
	check_refused("tcp:80 1.2.3.4", 0, PARAMETER, 15);
	check_refused("tcp:80 1.2.3.4 80", 0, PARAMETER, 18);
	check_refused("tcp:80 1.2.3.4 80 on", 0, PARAMETER, 21);
	check_refused("tcp:80 1.2.3.4 80 yes ppv1", 0, PARAMETER, 19);
	check_refused("tcp:80 1.2.3.4 80 o ppv1", 0, PARAMETER, 19);
	check_refused("tcp:80 1.2.3.4 80 on ppv3", 0, PARAMETER, 22);
	check_refused("tcp:80 1.2.3.4 80 on ppv11", 0, PARAMETER, 22);
	check_refused("tcp 1.2.3.4 80 on ppv1", 0, PORT, 4);
	check_refused("tcp: 80 1.2.3.4 80 on ppv1", 0, PORT, 4);
	check_refused("sctp:80 1.2.3.4 80 on ppv1", 0, PROTO, 1);
	check_refused(":80 1.2.3.4 80 on ppv1", 0, PROTO, 1);
	check_refused("  tcpp:80 1.2.3.4 80 on ppv1", 0, PROTO, 3);
}

static void test_ports_keep_their_bounds(void)
{
	check_accepted("tcp:1 1.2.3.4 1 off off", 0, "tcp:1 1.2.3.4 1 off off");
	check_accepted("tcp:64999 1.2.3.4 65535 off off", 0,
		       "tcp:64999 1.2.3.4 65535 off off");
	check_refused("tcp:0 1.2.3.4 1 off off", 0, PORT, 5);
	check_refused("tcp:65000 1.2.3.4 1 off off", 0, PORT, 5);
	check_refused("tcp:1-65000 1.2.3.4 1 off off", 0, PORT, 7);
	check_refused("tcp:65616 1.2.3.4 1 off off", 0, PORT, 5);
	check_refused("tcp:4294967376 1.2.3.4 1 off off", 0, PORT, 5);
	check_refused("tcp:99999999999999999999999 1.2.3.4 1 off off", 0, PORT,
		      5);
	check_refused("tcp:080 1.2.3.4 1 off off", 0, PORT, 5);
	check_refused("tcp:+80 1.2.3.4 1 off off", 0, PORT, 5);
	check_refused("tcp:8o 1.2.3.4 1 off off", 0, PORT, 5);
	check_refused("tcp:1;x 1.2.3.4 1 off off", 0, PORT, 7);
	check_refused("tcp:1,2 1.2.3.4 1 off off", 0, PORT, 5);
	check_refused("tcp:1 1.2.3.4 0 off off", 0, OPORT, 15);
	check_refused("tcp:1 1.2.3.4 65536 off off", 0, OPORT, 15);
	check_refused("tcp:1 1.2.3.4 80;81 off off", 0, OPORT, 15);
	check_refused("tcp:1 1.2.3.4 http off off", 0, OPORT, 15);
}

static void test_ranges_and_lists(void)
{
	check_refused("tcp:90-80 1.2.3.4 1 off off", 0, GROUP, 5);
	check_refused("tcp:80- 1.2.3.4 1 off off", 0, GROUP, 5);
	check_refused("tcp:-80 1.2.3.4 1 off off", 0, GROUP, 5);
	check_refused("tcp:- 1.2.3.4 1 off off", 0, GROUP, 5);
	check_refused("tcp:80-90-99 1.2.3.4 1 off off", 0, PORT, 8);
	check_refused("tcp:80;;90 1.2.3.4 1 off off", 0, GROUP, 8);
	check_refused("tcp:;80 1.2.3.4 1 off off", 0, GROUP, 5);
	check_refused("tcp:80; 1.2.3.4 1 off off", 0, GROUP, 8);
	/* seed/24 */
	check_refused("tcp:80-90 1.2.3.4 90-99 off off", 0, GROUP, 19);
	check_refused("tcp:80-90 1.2.3.4 90-101 off off", 0, GROUP, 19);
	check_refused("tcp:80 1.2.3.4 90-91 off off", 0, GROUP, 16);
	check_refused("tcp:80-81;90 1.2.3.4 90-91 off off", 0, GROUP, 22);
	check_refused("tcp:80;81 1.2.3.4 90-91 off off", 0, GROUP, 19);
	check_refused("tcp:80-81 1.2.3.4 91-90 off off", 0, GROUP, 19);
	check_refused("tcp:80-81 1.2.3.4 65535-65536 off off", 0, OPORT, 25);
}

/* "tcp:1;2;...;@n 1.2.3.4 80 off off" */
static char *many_ports(unsigned n, char out[RULE_TEXT_MAX])
{
	size_t len = (size_t)snprintf(out, RULE_TEXT_MAX, "tcp");
	unsigned i;

	for (i = 1; i <= n; i++)
		len += (size_t)snprintf(out + len, RULE_TEXT_MAX - len, "%c%u",
					i == 1 ? ':' : ';', i);
	snprintf(out + len, RULE_TEXT_MAX - len, " 1.2.3.4 80 off off");
	return out;
}

static void test_twenty_entries(void)
{
	char text[RULE_TEXT_MAX];
	struct rule_error err;
	struct rule r;

	CU_ASSERT(parse(many_ports(20, text), 0, &r, &err));
	CU_ASSERT_EQUAL(r.n_ports, 20);
	CU_ASSERT(parse(text, RULE_F_COUNT_EXPANDED, &r, &err));
	check_refused(many_ports(21, text), 0, GROUP, 56);
	/* seed/18 in its two readings */
	CU_ASSERT(parse("tcp:1-21 1.2.3.4 80 off off", 0, &r, &err));
	check_refused("tcp:1-21 1.2.3.4 80 off off", RULE_F_COUNT_EXPANDED,
		      GROUP, 5);
	check_refused("tcp:30;1-20 1.2.3.4 80 off off", RULE_F_COUNT_EXPANDED,
		      GROUP, 8);
	CU_ASSERT(parse("tcp:30;1-19 1.2.3.4 80 off off", RULE_F_COUNT_EXPANDED,
			&r, &err));
}

static void test_reserved_ports(void)
{
	static const unsigned tcp[] = { 3943, 3944, 6088, 36000, 56000 };
	static const unsigned udp[] = { 4789, 4790, 6080, 61708 };
	char text[100];
	struct rule_error err;
	struct rule r;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tcp) + ARRAY_SIZE(udp); i++) {
		bool is_tcp = i < ARRAY_SIZE(tcp);
		unsigned p = is_tcp ? tcp[i] : udp[i - ARRAY_SIZE(tcp)];
		const char *own = is_tcp ? "tcp" : "udp";
		const char *other = is_tcp ? "udp" : "tcp";

		snprintf(text, sizeof(text), "%s:%u 1.2.3.4 80 off off", own,
			 p);
		check_refused(text, 0, PORT, 5);
		snprintf(text, sizeof(text), "%s:1;%u-%u 1.2.3.4 80 off off",
			 own, p, p + 1);
		check_refused(text, 0, PORT, 7);
		snprintf(text, sizeof(text), "%s:%u-%u 1.2.3.4 80 off off", own,
			 p - 1, p);
		check_refused(text, 0, PORT, 5);
		snprintf(text, sizeof(text), "%s:%u 1.2.3.4 %u off off", other,
			 p, p);
		CU_ASSERT(parse(text, 0, &r, &err));
	}
	/* neighbours are free */
	CU_ASSERT(parse("tcp:3942;3945;6087;6089 1.2.3.4 80 off off", 0, &r,
			&err));
}

static void test_port_twice_in_one_line(void)
{
	check_refused("tcp:80;80 1.2.3.4 80 off off", 0, TWICE, 8);
	check_refused("tcp:80-90;85 1.2.3.4 80 off off", 0, TWICE, 11);
	check_refused("tcp:85;80-90 1.2.3.4 80 off off", 0, TWICE, 8);
	check_refused("tcp:80-90;90-95 1.2.3.4 80 off off", 0, TWICE, 11);
	check_refused("tcp:80-90;70-80 1.2.3.4 80 off off", 0, TWICE, 11);
	check_accepted("tcp:80-90;91;79 1.2.3.4 80 off off", 0,
		       "tcp:80-90;91;79 1.2.3.4 80 off off");
}

static void test_modes_and_protocols(void)
{
	static const char *const modes[] = { "off", "toa", "ppv1", "ppv2",
					     "spp" };
	static const bool tcp_ok[] = { true, true, true, true, false };
	static const bool udp_ok[] = { true, false, false, true, true };
	char text[100];
	struct rule_error err;
	struct rule r;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		snprintf(text, sizeof(text), "tcp:80 1.2.3.4 80 off %s",
			 modes[i]);
		CU_ASSERT_EQUAL(parse(text, RULE_F_EXT, &r, &err), tcp_ok[i]);
		if (!tcp_ok[i])
			check_refused(text, RULE_F_EXT, PARAMETER, 23);
		snprintf(text, sizeof(text), "udp:80 1.2.3.4 80 off %s",
			 modes[i]);
		CU_ASSERT_EQUAL(parse(text, RULE_F_EXT, &r, &err), udp_ok[i]);
		if (!udp_ok[i])
			check_refused(text, RULE_F_EXT, PARAMETER, 23);
		CU_ASSERT_STRING_EQUAL(rule_mode_name((enum rule_mode)i),
				       modes[i]);
	}
	check_refused("udp:80 1.2.3.4 80 off spp", 0, PARAMETER, 23);
	CU_ASSERT_STRING_EQUAL(rule_proto_name(RULE_TCP), "tcp");
	CU_ASSERT_STRING_EQUAL(rule_proto_name(RULE_UDP), "udp");
}

static void test_origins(void)
{
	static const char *const bad[] = {
		"1.2.3",     "1.2.3.256",    "01.2.3.4",
		"1.2.3.4.5", "1:2",	     "2001:db8::1::2",
		"[1.2.3.4]", "[::1",	     "::1]",
		"[::1]:80",  "fe80::1%eth0", "1.2.3.4:80",
		"a.b:80",    "http://a.b",   "10.0.0.0/8",
		"a..b",	     ".a",	     "a.",
		"-a.b",	     "a-.b",	     "a_b.c",
		"a.b.123",   "*.a.b",	     "a@b",
		"[]",
	};
	char text[400];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text), "tcp:80 %s 80 off off", bad[i]);
		check_refused(text, 0, FORMAT, 8);
	}
	check_refused("tcp:80 a.b,c.d 80 off off", 0, DOMAINS, 8);
	check_refused("tcp:80 1.2.3.4;c.d 80 off off", 0, MIXED, 8);
	check_refused("tcp:80 1.2.3.4,1.2.3.5 80 off off", 0, VALUE, 8);
	/* one domain and a comma are not several domains */
	check_refused("tcp:80 a.b, 80 off off", 0, VALUE, 8);
	check_refused("tcp:80 1.2.3.4, 80 off off", 0, VALUE, 8);
	check_refused("tcp:80 og: 80 off off", 0, VALUE, 11);
	check_refused("tcp:80 0.0.0.0 80 off off", 0, IP, 8);
	check_refused("tcp:80 :: 80 off off", 0, IP, 8);
	check_refused("tcp:80 255.255.255.255 80 off off", 0, IP, 8);
	check_refused("tcp:80 224.0.0.1 80 off off", 0, IP, 8);
	check_refused("tcp:80 ff02::1 80 off off", 0, IP, 8);
	check_refused("tcp:80 ::ffff:0.0.0.0 80 off off", 0, IP, 8);
}

static void test_lengths_of_names(void)
{
	char label[65], host[260], text[600];
	struct rule_error err;
	struct rule r;
	size_t n;

	memset(label, 'a', 64);
	label[63] = '\0';
	snprintf(text, sizeof(text), "tcp:80 %s.b 80 off off", label);
	CU_ASSERT(parse(text, 0, &r, &err));
	label[63] = 'a';
	label[64] = '\0';
	snprintf(text, sizeof(text), "tcp:80 %s.b 80 off off", label);
	check_refused(text, 0, FORMAT, 8);

	for (n = 0; n < 254; n++)
		host[n] = n % 50 == 49 ? '.' : 'a';
	host[253] = '\0';
	snprintf(text, sizeof(text), "tcp:80 %s 80 off off", host);
	CU_ASSERT(parse(text, 0, &r, &err));
	CU_ASSERT_STRING_EQUAL(r.origin, host);
	host[253] = 'a';
	host[254] = '\0';
	snprintf(text, sizeof(text), "tcp:80 %s 80 off off", host);
	check_refused(text, 0, FORMAT, 8);

	memset(host, 'g', 201);
	host[200] = '\0';
	snprintf(text, sizeof(text), "tcp:80 og:%s 80 off off", host);
	CU_ASSERT(parse(text, 0, &r, &err));
	CU_ASSERT_EQUAL(r.origin_type, RULE_ORIGIN_GROUP);
	CU_ASSERT_STRING_EQUAL(r.origin, host);
	host[200] = 'g';
	host[201] = '\0';
	snprintf(text, sizeof(text), "tcp:80 og:%s 80 off off", host);
	check_refused(text, 0, VALUE, 11);
}

static void test_strict_refuses_private_origins(void)
{
	static const char *const private[] = {
		"10.255.255.255", "172.16.0.1",	 "172.31.255.255",
		"192.168.0.1",	  "127.0.0.1",	 "169.254.1.1",
		"100.64.0.1",	  "::1",	 "[fc00::1]",
		"fdff::1",	  "fe80::1",	 "::ffff:10.0.0.1",
		"localhost",	  "a.LOCALHOST",
	};
	static const char *const public[] = {
		"11.0.0.0",	  "172.15.255.255", "172.32.0.0", "192.169.0.0",
		"100.63.255.255", "2001:db8::1",    "og:x",	  "localhost.a",
	};
	char text[100];
	struct rule_error err;
	struct rule r;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(private); i++) {
		snprintf(text, sizeof(text), "tcp:80 %s 80 off off",
			 private[i]);
		CU_ASSERT(parse(text, 0, &r, &err));
		check_refused(text, RULE_F_STRICT, IP, 8);
	}
	for (i = 0; i < ARRAY_SIZE(public); i++) {
		snprintf(text, sizeof(text), "tcp:80 %s 80 off off", public[i]);
		CU_ASSERT(parse(text, RULE_F_STRICT, &r, &err));
	}
}

static void test_tag_counts_characters(void)
{
	static const char *const units[] = { "x", "\xc3\xa9", "\xe4\xb8\xad",
					     "\xf0\x9f\x98\x80" };
	char text[400];
	struct rule_error err;
	struct rule r;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		snprintf(text, sizeof(text), "tcp:80 1.2.3.4 80 off off ");
		for (n = 0; n < 50; n++)
			append(text, sizeof(text), units[i]);
		CU_ASSERT(parse(text, 0, &r, &err));
		CU_ASSERT_STRING_EQUAL(r.tag, text + 26);
		append(text, sizeof(text), units[i]);
		check_refused(text, 0, PARAMETER, 27);
	}
}

static void test_bytes_that_are_no_text(void)
{
	static const char *const bad[] = {
		"\x80",
		"\xc0\xaf",
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xc3",
		"\xe4\xb8",
		"\xf0\x9f\x98",
		"\xe4\xb8x",
		"\x01",
		"\x1b[31m",
		"\x7f",
		"\r",
		"\n",
	};
	char text[100];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text), "tcp:80 1.2.3.4 80 off off t%s",
			 bad[i]);
		check_refused(text, 0, PARAMETER, 28);
		snprintf(text, sizeof(text), "%s", bad[i]);
		check_refused(text, 0, PARAMETER, 1);
	}
}

static void test_nul_is_refused(void)
{
	static const char text[] = "tcp:80 1.2.3.4 80 off off a\0b";
	struct rule_error err;
	struct rule r;

	CU_ASSERT(!rule_parse(text, sizeof(text) - 1, 0, &r, &err));
	CU_ASSERT_EQUAL(err.column, 28);
	CU_ASSERT_STRING_EQUAL(err.code, PARAMETER);
}

static void test_every_prefix_is_safe(void)
{
	static const char text[] =
		"udp:1;2-3;4 [2001:db8::1] 70 on ppv2 \xe4\xb8\xad tag";
	size_t n;

	for (n = 0; n < sizeof(text) - 1; n++) {
		struct rule_error err = { 0 };
		struct rule r;
		struct guard g;
		bool ok;

		guard_init(&g, (const uint8_t *)text, n);
		ok = rule_parse((const char *)g.data, n, 0, &r, &err);
		guard_fini(&g);
		/* complete once the mode is; a tag may not end within a
		 * character
		 */
		CU_ASSERT_EQUAL(ok, n >= 36 && n != 38 && n != 39);
		CU_ASSERT(ok || (err.code && err.column && err.text[0]));
		CU_ASSERT(ok || err.column <= n + 1);
	}
}

static void test_offset_ranges_map_each_port(void)
{
	struct rule_error err;
	struct rule r;
	uint16_t p;

	CU_ASSERT_FATAL(parse("tcp:80-90 1.2.3.4 90-100 off off", 0, &r, &err));
	for (p = 80; p <= 90; p++)
		CU_ASSERT_EQUAL(rule_origin_port(&r, p), p + 10);
	CU_ASSERT_FATAL(parse("tcp:80-82;99 1.2.3.4 7 off off", 0, &r, &err));
	CU_ASSERT_EQUAL(rule_origin_port(&r, 81), 7);
	CU_ASSERT_EQUAL(rule_origin_port(&r, 99), 7);
	CU_ASSERT_FATAL(parse("tcp:64990-64999 1.2.3.4 65526-65535 off off", 0,
			      &r, &err));
	CU_ASSERT_EQUAL(rule_origin_port(&r, 64999), 65535);
}

/* Random rules, of the whole grammar */

static uint64_t rng_state = 0x243f6a8885a308d3ULL;

static unsigned rnd(unsigned n)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (unsigned)(rng_state >> 33) % n;
}

static void random_tag(struct rule *r)
{
	static const char *const chars[] = {
		"a",
		"#",
		";",
		":",
		"\xc3\xa9",
		"\xe4\xb8\xad",
		"\xf0\x9f\x98\x80",
	};
	unsigned n = rnd(RULE_TAG_MAX + 1), i;

	for (i = 0; i < n; i++) {
		bool is_inner = i && i + 1 < n;

		append(r->tag, sizeof(r->tag),
		       is_inner && !rnd(4) ? " "
					   : chars[rnd(ARRAY_SIZE(chars))]);
	}
}

static void random_origin(struct rule *r)
{
	char text[IP_ADDR_TEXT_MAX];
	uint8_t b[16];
	unsigned i;

	for (i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)rnd(256);
	switch (rnd(4)) {
	case 0:
		b[0] = (uint8_t)(1 + rnd(223));
		r->origin_ip = ip_addr_v4(b);
		break;
	case 1:
		b[0] = 0x20;
		memset(b + 4, 0, rnd(13));
		r->origin_ip = ip_addr_v6(b);
		break;
	case 2:
		r->origin_type = RULE_ORIGIN_DOMAIN;
		snprintf(r->origin, sizeof(r->origin), "h%u.x-%u.example",
			 rnd(99), rnd(99));
		return;
	default:
		r->origin_type = RULE_ORIGIN_GROUP;
		snprintf(r->origin, sizeof(r->origin), "G_%u", rnd(99));
		return;
	}
	append(r->origin, sizeof(r->origin),
	       ip_addr_format(&r->origin_ip, text));
}

static void random_rule(struct rule *r)
{
	unsigned n = 1 + rnd(RULE_ENTRIES_MAX), at = 7000, i;

	memset(r, 0, sizeof(*r));
	r->proto = rnd(2) ? RULE_UDP : RULE_TCP;
	do {
		r->mode = (enum rule_mode)rnd(MODE_SPP + 1);
	} while (r->proto == RULE_UDP
			 ? r->mode == MODE_TOA || r->mode == MODE_PPV1
			 : r->mode == MODE_SPP);
	r->is_persistent = rnd(2);
	for (i = 0; i < n; i++) {
		struct port_range *p = &r->ports[i];

		p->low = (uint16_t)(at += 1 + rnd(500));
		p->high = (uint16_t)(at += rnd(2) ? rnd(500) : 0);
	}
	r->n_ports = (uint8_t)n;
	r->origin_ports.low = (uint16_t)(1 + rnd(60000));
	r->origin_ports.high = r->origin_ports.low;
	if (n == 1 && rnd(2))
		r->origin_ports.high =
			(uint16_t)(r->origin_ports.low + r->ports[0].high -
				   r->ports[0].low);
	random_origin(r);
	random_tag(r);
}

static void test_format_and_parse_are_inverse(void)
{
	unsigned i;

	for (i = 0; i < 20000; i++) {
		char text[RULE_TEXT_MAX], again[RULE_TEXT_MAX];
		struct rule_error err;
		struct rule r, back;

		random_rule(&r);
		rule_format(&r, text);
		if (!rule_parse(text, strlen(text), RULE_F_EXT, &back, &err)) {
			printf("\n%s\n%u: %s\n", text, err.column, err.text);
			CU_FAIL_FATAL("own text refused");
		}
		if (!rule_same(&r, &back)) {
			printf("\n%s\n%s\n", text, rule_format(&back, again));
			CU_FAIL_FATAL("came back as another rule");
		}
	}
}

static void test_longest_rule_fits(void)
{
	static char text[RULE_TEXT_MAX], out[RULE_TEXT_MAX];
	size_t len = 0;
	struct rule_error err;
	struct rule r;
	unsigned i;

	for (i = 0; i < RULE_ENTRIES_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"%s%u-%u",
					i ? ";" : "tcp:", 40000 + 10 * i,
					40001 + 10 * i);
	text[len++] = ' ';
	for (i = 0; i < RULE_HOST_MAX; i++)
		text[len++] = i % 60 == 59 ? '.' : 'a';
	len += (size_t)snprintf(text + len, sizeof(text) - len,
				" 65535 off ppv1 ");
	for (i = 0; i < RULE_TAG_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s",
					"\xf0\x9f\x98\x80");
	CU_ASSERT_FATAL(parse(text, 0, &r, &err));
	CU_ASSERT_STRING_EQUAL(rule_format(&r, out), text);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "the document's example (seed/46)",
		  test_example_of_the_document },
		{ "spellings have one canonical form",
		  test_spellings_have_one_canonical_form },
		{ "fields missing or wrong",
		  test_fields_that_are_missing_or_wrong },
		{ "port bounds (seed/15)", test_ports_keep_their_bounds },
		{ "ranges and lists (seed/16, 17, 24)", test_ranges_and_lists },
		{ "20 entries (seed/18)", test_twenty_entries },
		{ "reserved ports (seed/19)", test_reserved_ports },
		{ "a port twice in one line", test_port_twice_in_one_line },
		{ "modes and protocols (seed/27-32)",
		  test_modes_and_protocols },
		{ "origins", test_origins },
		{ "lengths of names", test_lengths_of_names },
		{ "strict refuses private origins",
		  test_strict_refuses_private_origins },
		{ "a tag counts characters (seed/33)",
		  test_tag_counts_characters },
		{ "bytes that are no text", test_bytes_that_are_no_text },
		{ "NUL is refused", test_nul_is_refused },
		{ "every prefix is safe", test_every_prefix_is_safe },
		{ "offset ranges map each port (seed/25)",
		  test_offset_ranges_map_each_port },
		{ "format and parse are inverse (seed/50)",
		  test_format_and_parse_are_inverse },
		{ "the longest rule fits", test_longest_rule_fits },
	};

	return unit_main("rule", tests, ARRAY_SIZE(tests));
}
