/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_tunnel.c - from the outermost header to the innermost packet */
#include <CUnit/CUnit.h>
#include <string.h>

#include "decode.h"
#include "fast.h"
#include "harness.h"
#include "tunnel_table.h"
#include "wire/bytes.h"
#include "wire/ip.h"
#include "wire/link.h"

#define ETH "ffffffffffff 020000000001 "
/* the datagram of test_inspect_decode.c: 192.0.2.1:4660 > 198.51.100.9:22136 */
#define INNER                                             \
	"4500 001f 0000 4000 4011 4e90 c0000201 c6336409" \
	"1234 5678 000b 2184 686921"
#define INNER_LEN 31
/* each bit of 32 by itself, and none */
#define IDS ((size_t)33)

/* Outer headers; IPv4 from 203.0.113.1 to 203.0.113.2, its sum left out. */
#define OUTER4(len, proto) \
	"4500 " len " 0000 4000 40" proto " 0000 cb007101 cb007102"
#define OUTER6(len, proto)                 \
	"6000 0000 " len " " proto "40"    \
	"20010db8000000000000000000000001" \
	"20010db8000000000000000000000002"

static enum decode_result decode(struct decoder *d, const char *hex, size_t cut,
				 bool is_short, struct packet *pkt,
				 struct wire_err *err)
{
	uint8_t buf[512];
	size_t len = unhex(hex, buf, sizeof(buf));
	size_t cap = cut < len ? cut : len;
	struct frame f = {
		.number = 7,
		.ts_ns = 1000,
		.cap_len = (uint32_t)cap,
		.wire_len = (uint32_t)(is_short ? cap : len),
		.link = LINK_ETHERNET,
	};
	enum decode_result r;
	struct guard g;

	guard_init(&g, buf, cap);
	f.data = g.data;
	r = decode_frame(d, &f, true, pkt, err);
	guard_fini(&g);
	return r;
}

static struct decoder *fresh(bool is_shallow)
{
	struct decode_opts opts = DECODE_OPTS_DEFAULT;
	struct decoder *d = NULL;

	opts.is_shallow = is_shallow;
	CU_ASSERT_EQUAL_FATAL(decoder_new(&opts, &d), 0);
	return d;
}

struct tunnel_case {
	const char *hex;
	enum tunnel_kind kind;
	bool has_id;
	uint32_t id;
	uint16_t dport;
};

/* 31 is 1f; 20 of IPv4, 8 of UDP, 8 of VXLAN, 14 of Ethernet make 81 */
static const struct tunnel_case cases[] = {
	{ ETH "0800" OUTER4("0033", "04") INNER, TUNNEL_4IN4, false, 0, 0 },
	{ ETH "86dd" OUTER6("001f", "04") INNER, TUNNEL_4IN6, false, 0, 0 },
	{ ETH "0800" OUTER4("0037", "2f") "0000 0800" INNER, TUNNEL_GRE, false,
	  0, 0 },
	{ ETH "0800" OUTER4("003b", "2f") "2000 0800 0000002a" INNER,
	  TUNNEL_GRE, true, 42, 0 },
	{ ETH "0800" OUTER4("0049", "2f") "2000 6558 0000002a" ETH "0800" INNER,
	  TUNNEL_GRE, true, 42, 0 },
	{ ETH "0800" OUTER4("0051", "11") "c000 12b5 003d 0000"
					  "08000000 00002a 00" ETH "0800" INNER,
	  TUNNEL_VXLAN, true, 42, 4789 },
	{ ETH "86dd" OUTER6("003d", "11") "c000 12b5 003d 0000"
					  "08000000 00002a 00" ETH "0800" INNER,
	  TUNNEL_VXLAN, true, 42, 4789 },
	{ ETH "0800" OUTER4("0047", "11") "c000 17c1 0033 0000"
					  "0100 0800 00002a 00 01020304" INNER,
	  TUNNEL_GENEVE, true, 42, 6081 },
};

static void test_every_kind(void)
{
	struct decoder *d = fresh(false);
	char text[ENDPOINT_TEXT_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct tunnel_case *c = &cases[i];
		const struct tunnel *t;
		struct packet p;
		struct wire_err err;

		CU_ASSERT_EQUAL_FATAL(decode(d, c->hex, 999, true, &p, &err),
				      DECODE_OK);
		CU_ASSERT_STRING_EQUAL(endpoint_format(&p.src, text),
				       "192.0.2.1:4660");
		CU_ASSERT_EQUAL(p.len, 3);
		CU_ASSERT_EQUAL(p.csum, CSUM_OK);
		CU_ASSERT_EQUAL(p.frame, 7);
		CU_ASSERT_EQUAL(p.frame_first, 7);
		t = p.tunnel;
		CU_ASSERT_PTR_NOT_NULL_FATAL(t);
		CU_ASSERT_EQUAL(t->kind, c->kind);
		CU_ASSERT_EQUAL(t->has_id, c->has_id);
		CU_ASSERT_EQUAL(t->id, c->id);
		CU_ASSERT_EQUAL(t->dport, c->dport);
		CU_ASSERT_EQUAL(t->depth, 1);
		CU_ASSERT(t->key != 0);
		CU_ASSERT_PTR_NULL(t->outer);
		CU_ASSERT(t->src.family == IP_V6 ||
			  !memcmp(t->src.bytes, "\xcb\x00\x71\x01", 4));
		/* the same tunnel is the same object */
		CU_ASSERT_EQUAL(decode(d, c->hex, 999, true, &p, &err),
				DECODE_OK);
		CU_ASSERT_PTR_EQUAL(p.tunnel, t);
	}
	decoder_free(d);
}

/* The same bytes: cut by the capture, or frames that really are so short. */
static void test_cut_or_malformed(void)
{
	struct decoder *d = fresh(false);
	size_t i, cut;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t buf[256];
		size_t len = unhex(cases[i].hex, buf, sizeof(buf));

		for (cut = 0; cut < len - 3; cut++) {
			struct packet p;
			struct wire_err err = { 0 };

			CU_ASSERT_EQUAL(decode(d, cases[i].hex, cut, false, &p,
					       &err),
					DECODE_TRUNCATED);
			CU_ASSERT_EQUAL(decode(d, cases[i].hex, cut, true, &p,
					       &err),
					DECODE_MALFORMED);
			CU_ASSERT_NOT_EQUAL(err.anomaly, ANOMALY_NONE);
			CU_ASSERT(err.off <= cut);
		}
	}
	decoder_free(d);
}

/* Shallow, or without a decoder: what carries the tunnel is the packet. */
static void test_outside(void)
{
	struct decoder *shallow = fresh(true);
	struct packet p;
	struct wire_err err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		enum decode_result want = cases[i].dport ? DECODE_OK
							 : DECODE_OTHER;

		CU_ASSERT_EQUAL(decode(shallow, cases[i].hex, 999, true, &p,
				       &err),
				want);
		CU_ASSERT_EQUAL(decode(NULL, cases[i].hex, 999, true, &p, &err),
				want);
		if (want == DECODE_OTHER)
			continue;
		CU_ASSERT_PTR_NULL(p.tunnel);
		CU_ASSERT_EQUAL(p.src.port, 0xc000);
		CU_ASSERT_EQUAL(p.dst.port, cases[i].dport);
	}
	decoder_free(shallow);
}

static void test_ports(void)
{
	static const char other[] = ETH
		"0800" OUTER4("0051", "11") "c000 2118 003d 0000"
					    "08000000 00002a 00" ETH
					    "0800" INNER;
	/* 4789, but the flags of VXLAN are not there; and 6081, too short */
	static const char plain[] = ETH
		"0800" OUTER4("0024", "11") "c000 12b5 0010 0000"
					    "00000000 00002a 00";
	static const char tiny[] = ETH
		"0800" OUTER4("001e", "11") "c000 17c1 000a 0000 0000";
	struct decode_opts opts = DECODE_OPTS_DEFAULT;
	struct decoder *d = fresh(false);
	struct packet p;
	struct wire_err err;

	CU_ASSERT_EQUAL(decode(d, other, 999, true, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.dst.port, 8472);
	CU_ASSERT_PTR_NULL(p.tunnel);
	CU_ASSERT_EQUAL(decode(d, plain, 999, true, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.dst.port, 4789);
	CU_ASSERT_EQUAL(p.len, 8);
	CU_ASSERT_EQUAL(decode(d, tiny, 999, true, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.len, 2);
	decoder_free(d);
	opts.port[opts.port_count].port = 8472;
	opts.port[opts.port_count++].kind = TUNNEL_VXLAN;
	CU_ASSERT_EQUAL(decode_tunnel_port(&opts, 8472), TUNNEL_VXLAN);
	CU_ASSERT_EQUAL(decode_tunnel_port(&opts, 6081), TUNNEL_GENEVE);
	CU_ASSERT_EQUAL(decode_tunnel_port(&opts, 53), TUNNEL_NONE);
	CU_ASSERT_EQUAL_FATAL(decoder_new(&opts, &d), 0);
	CU_ASSERT_EQUAL(decode(d, other, 999, true, &p, &err), DECODE_OK);
	CU_ASSERT_PTR_NOT_NULL(p.tunnel);
	CU_ASSERT_EQUAL(p.dst.port, 22136);
	decoder_free(d);
}

static void test_depth(void)
{
	static const char four[] = ETH "0800" OUTER4("006f", "04")
		OUTER4("005b", "04") OUTER4("0047", "04") OUTER4("0033", "04")
			INNER;
	static const char five[] = ETH "0800" OUTER4("0083", "04")
		OUTER4("006f", "04") OUTER4("005b", "04") OUTER4("0047", "04")
			OUTER4("0033", "04") INNER;
	struct decoder *d = fresh(false);
	struct decode_stats stats;
	struct packet p;
	struct wire_err err;
	uint8_t buf[128];
	struct frame f = { .data = buf, .link = LINK_ETHERNET };
	size_t len;
	uint32_t i;

	CU_ASSERT_EQUAL(decode(d, four, 999, true, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.tunnel->depth, 4);
	CU_ASSERT_EQUAL(p.tunnel->outer->depth, 3);
	CU_ASSERT_EQUAL(decode(d, five, 999, true, &p, &err), DECODE_MALFORMED);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_TUNNEL_DEPTH);
	CU_ASSERT_EQUAL(err.off, 14 + 5 * 20);
	decoder_free(d);
	/* and when the table has no room for the tunnels */
	d = fresh(false);
	len = unhex(ETH "0800" OUTER4("003b", "2f") "2000 0800 00000000" INNER,
		    buf, sizeof(buf));
	f.cap_len = f.wire_len = (uint32_t)len;
	for (i = 0; i < TUNNEL_TABLE_MAX; i++) {
		put_be32(buf + 38, i);
		CU_ASSERT_EQUAL(decode_frame(d, &f, false, &p, &err),
				DECODE_OK);
	}
	CU_ASSERT_EQUAL(decode(d, five, 999, true, &p, &err), DECODE_MALFORMED);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_TUNNEL_DEPTH);
	decoder_stats(d, &stats);
	CU_ASSERT(stats.tunnels_refused > 0);
	decoder_free(d);
}

static void test_what_is_not_followed(void)
{
	static const char *const others[] = {
		/* GRE version 1; GRE around ARP; VXLAN around ARP */
		ETH "0800" OUTER4("0018", "2f") "0001 0800",
		ETH "0800" OUTER4("0018", "2f") "0000 0806",
		ETH "0800" OUTER4("0032", "11") "c000 12b5 001e 0000"
						"08000000 00002a 00" ETH "0806",
		/* ICMP inside; Ethernet inside of nothing */
		ETH "0800" OUTER4("0028", "04") OUTER4("0014", "01"),
		ETH "6558" ETH "0800" INNER,
		/* protocol 248 of another version, and around TCP */
		ETH "0800" OUTER4("0018", "f8") "0000 0000",
		ETH "0800" OUTER4("0018", "f8") "1006 0004",
	};
	struct decoder *d = fresh(false);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		struct packet p;
		struct wire_err err;

		CU_ASSERT_EQUAL(decode(d, others[i], 999, true, &p, &err),
				DECODE_OTHER);
	}
	decoder_free(d);
}

struct bad_case {
	const char *hex;
	enum anomaly anomaly;
	uint32_t off;
};

/* Offsets are the frame's, however deep the byte stands. */
static void test_where_it_is_wrong(void)
{
	static const struct bad_case bad[] = {
		/* IHL 4 inside; a UDP length of 7 inside */
		{ ETH "0800" OUTER4("0028", "04") "4400 0014 0000 4000 4011 "
						  "0000 c0000201 c6336409",
		  ANOMALY_IP4_IHL, 34 },
		{ ETH "0800" OUTER4("0030", "04") "4500 001c 0000 4000 4011 "
						  "0000 c0000201 c6336409"
						  "1234 5678 0007 0000",
		  ANOMALY_UDP_LEN, 34 + 20 + 4 },
		{ ETH "0800" OUTER4("0018", "f8") "1011 0003",
		  ANOMALY_OPP_LENGTH, 34 + 2 },
		{ ETH "0800" OUTER4("0018", "f8") "1011 0008",
		  ANOMALY_NET_FRAME_SHORT, 34 + 4 },
	};
	struct decoder *d = fresh(false);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct packet p;
		struct wire_err err = { 0 };

		CU_ASSERT_EQUAL(decode(d, bad[i].hex, 999, true, &p, &err),
				DECODE_MALFORMED);
		CU_ASSERT_EQUAL(err.anomaly, bad[i].anomaly);
		CU_ASSERT_EQUAL(err.off, bad[i].off);
	}
	decoder_free(d);
	decoder_free(NULL);
}

static void test_the_table_is_bounded(void)
{
	struct tunnel want = { .kind = TUNNEL_VXLAN, .has_id = true };
	const struct tunnel *first, *t = NULL;
	struct tunnel_table *table = NULL;
	uint32_t i;

	CU_ASSERT_EQUAL_FATAL(tunnel_table_new(&table), 0);
	first = tunnel_table_get(table, &want);
	for (i = 1; i < TUNNEL_TABLE_MAX; i++) {
		want.id = i;
		t = tunnel_table_get(table, &want);
		CU_ASSERT_EQUAL(t->id, i);
	}
	CU_ASSERT_EQUAL(tunnel_table_refused(table), 0);
	want.id = i;
	t = tunnel_table_get(table, &want);
	CU_ASSERT_EQUAL(t->kind, TUNNEL_VXLAN);
	CU_ASSERT(!t->has_id && t->key && t->key != first->key);
	CU_ASSERT_EQUAL(t->depth, 1);
	CU_ASSERT_EQUAL(tunnel_table_refused(table), 1);
	want.id = 0;
	CU_ASSERT_PTR_EQUAL(tunnel_table_get(table, &want), first);
	tunnel_table_free(table);
}

/* What makes one tunnel another one, and which of it another key. */
static void test_tunnels_apart(void)
{
	const struct tunnel base = { .kind = TUNNEL_VXLAN, .has_id = true };
	const struct tunnel *a, *b;
	struct tunnel_table *table = NULL;
	int i;

	CU_ASSERT_EQUAL_FATAL(tunnel_table_new(&table), 0);
	a = tunnel_table_get(table, &base);
	for (i = 0; i < 7; i++) {
		struct tunnel w = base;
		bool is_key = i < 3;

		if (i == 0)
			w.kind = TUNNEL_GENEVE;
		else if (i == 1)
			w.id = 1;
		else if (i == 2)
			w.has_id = false;
		else if (i == 3)
			w.src.bytes[0] = 1;
		else if (i == 4)
			w.dst.bytes[0] = 1;
		else if (i == 5)
			w.dport = 1;
		else
			w.outer = a;
		b = tunnel_table_get(table, &w);
		CU_ASSERT_PTR_NOT_EQUAL(a, b);
		CU_ASSERT_EQUAL(a->key != b->key, is_key);
	}
	tunnel_table_free(table);
}

/* Ids that differ in any of their bits, and a kind that makes up for one: the
 * packet inside is another flow's.
 */
static void test_flows_apart(void)
{
	struct tunnel w = { .kind = TUNNEL_VXLAN, .has_id = true };
	struct packet p = { .proto = IP_PROTO_TCP, .src = { .port = 1 } };
	struct fast_opts opts = { .seed = { { 1, 2, 3, 4, 5 } } };
	struct tunnel_table *table = NULL;
	struct digest d[3 * IDS];
	size_t n = 0, i, j;

	CU_ASSERT_EQUAL_FATAL(tunnel_table_new(&table), 0);
	p.src.addr.family = p.dst.addr.family = IP_V4;
	for (i = 0; i < ARRAY_SIZE(d); i++) {
		w.kind = (enum tunnel_kind)(TUNNEL_GRE + i / IDS);
		w.id = (uint32_t)(i / IDS) << 8;
		w.id ^= (uint32_t)(1ULL << i % IDS);
		p.tunnel = tunnel_table_get(table, &w);
		fast_key(&opts, &p, &d[n++]);
		w.src.bytes[0] ^= 1;
		CU_ASSERT_EQUAL(tunnel_table_get(table, &w)->key,
				p.tunnel->key);
	}
	for (i = 0; i < n; i++)
		for (j = 0; j < i; j++)
			CU_ASSERT(!key_eq(&d[i].key, &d[j].key));
	tunnel_table_free(table);
}

/* A first fragment with 5 of 92 bytes of payload, and its end too late. */
static void test_lost_fragments(void)
{
	static const char first[] = ETH
		"0800"
		"4500 0024 0001 2000 4011 0000 c0000201 c6336409"
		"1234 5678 0064 0000 6869212121212121";
	static const char tcp[] = ETH
		"86dd 6000 0000 0028 2c40"
		"20010db8000000000000000000000001"
		"20010db8000000000000000000000002"
		"0600 0001 00000007"
		"1234 5678 00000005 00000000 5010 ffff 0000 0000"
		"686921212121212121212121";
	struct decoder *d = fresh(false);
	struct decode_stats stats;
	struct packet p;
	struct wire_err err;

	CU_ASSERT(!decode_lost(d, INT64_MAX, true, &p));
	CU_ASSERT_EQUAL(decode(d, first, 999, true, &p, &err), DECODE_FRAGMENT);
	CU_ASSERT_EQUAL(decode(d, tcp, 999, true, &p, &err), DECODE_FRAGMENT);
	CU_ASSERT(!decode_lost(d, 2000, true, &p));
	CU_ASSERT(decode_lost(d, 1001 + DEFRAG_V4_WAIT_NS, true, &p));
	CU_ASSERT(p.is_frag);
	CU_ASSERT_EQUAL(p.proto, IP_PROTO_UDP);
	CU_ASSERT_EQUAL(p.src.port, 4660);
	CU_ASSERT_EQUAL(p.len, 92);
	CU_ASSERT_EQUAL(p.cap_len, 8);
	CU_ASSERT_EQUAL(p.frame, 7);
	CU_ASSERT_EQUAL(p.ts_ns, 1000);
	CU_ASSERT_EQUAL(p.frag_count, 1);
	CU_ASSERT_EQUAL(p.csum, CSUM_UNKNOWN);
	CU_ASSERT(!decode_lost(d, 1001 + DEFRAG_V4_WAIT_NS, true, &p));
	CU_ASSERT(decode_lost(d, INT64_MAX, true, &p));
	CU_ASSERT_EQUAL(p.proto, IP_PROTO_TCP);
	CU_ASSERT_EQUAL(p.len, 12);
	CU_ASSERT_EQUAL(p.cap_len, 12);
	CU_ASSERT(!decode_lost(d, INT64_MAX, true, &p));
	decoder_stats(d, &stats);
	CU_ASSERT_EQUAL(stats.frag.lost, 2);
	decoder_free(d);
	/* without a decoder, what there is at once */
	CU_ASSERT_EQUAL(decode(NULL, first, 999, true, &p, &err), DECODE_OK);
	CU_ASSERT(p.is_frag && p.len == 92 && p.cap_len == 8);
	CU_ASSERT_EQUAL(decode(NULL, tcp, 999, true, &p, &err), DECODE_OK);
	CU_ASSERT(p.is_frag && p.len == 12 && p.cap_len == 12);
}

static void test_uoa(void)
{
	static const char option[] = ETH
		"0800"
		"4700 0027 0000 4000 4011 0000 c0000201 c6336409"
		"1f08 d431 cb007107 1234 5678 000b 2184 686921";
	static const char bad[] = ETH
		"0800"
		"4700 0027 0000 4000 4011 0000 c0000201 c6336409"
		"0101 1f06 cb007107 1234 5678 000b 2184 686921";
	static const char router_alert[] = ETH
		"0800"
		"4600 0023 0000 4000 4011 0000 c0000201 c6336409"
		"94040000 1234 5678 000b 2184 686921";
	static const char opp[] = ETH
		"0800"
		"4500 002b 0000 4000 40f8 0000 c0000201 c6336409"
		"1011 000c 1f08 d431 cb007107"
		"1234 5678 000b 2184 686921";
	static const char empty[] = ETH
		"0800"
		"4500 0023 0000 4000 40f8 0000 c0000201 c6336409"
		"1011 0004 1234 5678 000b 2184 686921";
	struct decoder *d = fresh(false);
	char text[ENDPOINT_TEXT_MAX];
	struct packet p;
	struct wire_err err;

	CU_ASSERT_EQUAL(decode(d, option, 999, true, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.uoa.carrier, UOA_IP_OPTION);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&p.uoa.client, text),
			       "203.0.113.7:54321");
	CU_ASSERT_EQUAL(p.csum, CSUM_OK);
	CU_ASSERT_EQUAL(decode(d, bad, 999, true, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.uoa.carrier, UOA_IP_OPTION);
	CU_ASSERT_EQUAL(p.uoa.err.anomaly, ANOMALY_UOA_LENGTH);
	CU_ASSERT_EQUAL(p.uoa.err.off, 14 + 20 + 3);
	CU_ASSERT_EQUAL(decode(d, router_alert, 999, true, &p, &err),
			DECODE_OK);
	CU_ASSERT_EQUAL(p.uoa.carrier, UOA_NONE);
	CU_ASSERT_EQUAL(p.uoa.err.anomaly, ANOMALY_NONE);
	CU_ASSERT_EQUAL(decode(d, opp, 999, true, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.uoa.carrier, UOA_OPP);
	CU_ASSERT_EQUAL(p.proto, IP_PROTO_UDP);
	CU_ASSERT_EQUAL(p.uoa.client.port, 54321);
	CU_ASSERT_EQUAL(p.csum, CSUM_OK);
	CU_ASSERT_EQUAL(decode(d, empty, 999, true, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.uoa.carrier, UOA_OPP);
	CU_ASSERT_EQUAL(p.uoa.client.addr.family, IP_NONE);
	CU_ASSERT_EQUAL(p.uoa.err.anomaly, ANOMALY_NONE);
	decoder_free(d);
}

/* A bad sum says nothing of what no link carries in one piece. */
static void test_offload(void)
{
	static uint8_t buf[14 + 9300];
	struct frame f = { .data = buf, .link = LINK_ETHERNET };
	static const uint32_t len[] = { 9216, 9217, 0 };
	static const enum csum_state want[] = { CSUM_BAD, CSUM_PARTIAL,
						CSUM_PARTIAL };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(len); i++) {
		struct packet p;
		struct wire_err err;

		memset(buf, 0, sizeof(buf));
		(void)unhex(ETH "0800 4500 0000 0000 4000 4006 0000"
				"c0000201 c6336409"
				"1234 5678 00000005 00000000 5010 ffff 0001",
			    buf, sizeof(buf));
		put_be16(buf + 16, (uint16_t)len[i]);
		f.cap_len = f.wire_len = 14 + (len[i] ? len[i] : 60);
		CU_ASSERT_EQUAL(decode_frame(NULL, &f, true, &p, &err),
				DECODE_OK);
		CU_ASSERT_EQUAL(p.csum, want[i]);
		CU_ASSERT_EQUAL(p.is_offload, i > 0);
		/* later, if nobody wanted it at once */
		CU_ASSERT_EQUAL(decode_frame(NULL, &f, false, &p, &err),
				DECODE_OK);
		CU_ASSERT_EQUAL(p.csum, CSUM_UNKNOWN);
		packet_check(&p);
		CU_ASSERT_EQUAL(p.csum, want[i]);
	}
}

/* The sum covers the last hop of a routing header, which is not looked up. */
static void test_routing_header(void)
{
	static const char frame[] = ETH
		"86dd 6000 0000 0033 2b40"
		"20010db8000000000000000000000001"
		"20010db8000000000000000000000002"
		"1102 0001 00000000 20010db8000000000000000000000003"
		"1104 0002 00000000 20010db8";
	struct packet p;
	struct wire_err err;
	uint8_t buf[256];
	size_t len = unhex(frame, buf, sizeof(buf));
	struct frame f = { .data = buf,
			   .link = LINK_ETHERNET,
			   .cap_len = 14 + 40 + 51,
			   .wire_len = 14 + 40 + 51 };

	memset(buf + len, 0, sizeof(buf) - len);
	(void)unhex("1234 5678 001b beef", buf + 14 + 40 + 24, 8);
	CU_ASSERT_EQUAL(decode_frame(NULL, &f, true, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.csum, CSUM_UNKNOWN);
	CU_ASSERT_PTR_NULL(p.seg);
	buf[14 + 40 + 3] = 0; /* no segments left: the address is the last */
	CU_ASSERT_EQUAL(decode_frame(NULL, &f, true, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.csum, CSUM_BAD);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "every kind", test_every_kind },
		{ "cut or malformed", test_cut_or_malformed },
		{ "outside", test_outside },
		{ "ports", test_ports },
		{ "depth", test_depth },
		{ "not followed", test_what_is_not_followed },
		{ "where it is wrong", test_where_it_is_wrong },
		{ "the table is bounded", test_the_table_is_bounded },
		{ "tunnels apart", test_tunnels_apart },
		{ "flows apart", test_flows_apart },
		{ "lost fragments", test_lost_fragments },
		{ "UOA", test_uoa },
		{ "offload", test_offload },
		{ "routing header", test_routing_header },
	};

	return unit_main("inspect_tunnel", tests, ARRAY_SIZE(tests));
}
