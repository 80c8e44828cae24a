/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_flow.c - sides, starts, resets, places of options */
#include <CUnit/CUnit.h>

#include "flow.h"
#include "harness.h"
#include "wire/bytes.h"
#include "wire/ip.h"
#include "wire/tcp.h"

static const struct config cfg = { .hdr_max = 4096, .want_csum = true };

static struct packet packet(uint32_t client, bool is_reply)
{
	uint8_t c[4], o[4] = { 192, 0, 2, 10 };
	struct packet p = { .proto = IP_PROTO_TCP, .flags = TCP_F_ACK };
	struct endpoint client_end, origin_end;

	put_be32(c, 0x0a000000 + client);
	client_end = (struct endpoint) { ip_addr_v4(c), 31000 };
	origin_end = (struct endpoint) { ip_addr_v4(o), 443 };
	p.src = is_reply ? origin_end : client_end;
	p.dst = is_reply ? client_end : origin_end;
	return p;
}

static struct flow begin(const struct packet *p, enum flow_side side)
{
	struct flow fl = { .proto = p->proto, .id = 1, .first_frame = 1 };

	fl.dir[side].end = p->src;
	fl.dir[!side].end = p->dst;
	return fl;
}

static void test_a_new_syn_is_a_new_flow(void)
{
	struct budget b = { .max_bytes = 1 << 20 };
	struct packet p = packet(1, false);
	struct flow fl = begin(&p, FLOW_CLIENT);

	p.flags = TCP_F_SYN;
	p.seq = 1001;
	flow_add(&fl, FLOW_CLIENT, &cfg, &b, &p, 1);
	/* the same SYN again */
	CU_ASSERT(!flow_is_reused(&fl, FLOW_CLIENT, &p));
	p.seq = 9001;
	CU_ASSERT(flow_is_reused(&fl, FLOW_CLIENT, &p));
	p.flags = TCP_F_SYN | TCP_F_ACK;
	CU_ASSERT(!flow_is_reused(&fl, FLOW_CLIENT, &p));
	p.flags = TCP_F_SYN;
	p.seq = 1001;
	CU_ASSERT(flow_is_reused(&fl, FLOW_ORIGIN, &p));
	flow_fini(&fl, &b);
}

static void add_payload(struct flow *fl, enum flow_side side, struct budget *b,
			uint32_t seq, const char *text, uint32_t len)
{
	struct packet p = packet(1, side == FLOW_ORIGIN);

	p.seq = seq;
	p.payload = (const uint8_t *)text;
	p.len = p.cap_len = len;
	flow_add(fl, side, &cfg, b, &p, 1);
}

static const char v1[] = "PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n";

static void test_sides_are_settled_by_the_header(void)
{
	struct budget b = { .max_bytes = 1 << 20 };
	struct packet p = packet(1, true);
	struct flow fl = begin(&p, FLOW_CLIENT);

	add_payload(&fl, FLOW_CLIENT, &b, 7, "220 hello", 9);
	add_payload(&fl, FLOW_ORIGIN, &b, 100, v1, sizeof(v1) - 1);
	flow_settle(&fl);
	CU_ASSERT_EQUAL(fl.dir[FLOW_CLIENT].end.port, 31000);
	CU_ASSERT_EQUAL(fl.dir[FLOW_CLIENT].find.state, FIND_FOUND);
	flow_settle(&fl);
	CU_ASSERT_EQUAL(fl.dir[FLOW_CLIENT].end.port, 31000);
	flow_fini(&fl, &b);
	CU_ASSERT_EQUAL(b.used_bytes, 0);
}

static void test_sides_are_settled_by_an_option(void)
{
	static const uint8_t toa[] = { 200,  8,	   0xd4, 0x31,
				       0xcb, 0x00, 0x71, 0x07 };
	struct budget b = { .max_bytes = 1 << 20 };
	struct packet p = packet(1, true);
	struct flow fl = begin(&p, FLOW_CLIENT);

	flow_add(&fl, FLOW_CLIENT, &cfg, &b, &p, 1);
	p = packet(1, false);
	p.opt = toa;
	p.opt_len = sizeof(toa);
	flow_add(&fl, FLOW_ORIGIN, &cfg, &b, &p, 2);
	flow_settle(&fl);
	CU_ASSERT_EQUAL(fl.dir[FLOW_CLIENT].end.port, 31000);
	CU_ASSERT_PTR_NOT_NULL(option_first(&fl.dir[FLOW_CLIENT].options));
	flow_fini(&fl, &b);
	CU_ASSERT_EQUAL(b.used_bytes, 0);
}

/* The place of a segment, as the numbers wrap. */
static void test_places_of_options(void)
{
	static const uint8_t toa[] = { 200,  8,	   0xd4, 0x31,
				       0xcb, 0x00, 0x71, 0x07 };
	static const struct {
		uint16_t flags;
		uint32_t ack;
		uint32_t len;
		enum option_place place;
	} cases[] = {
		{ TCP_F_SYN, 0, 0, OPTION_SYN },
		{ TCP_F_SYN, 0, 5, OPTION_SYN }, /* Fast Open */
		{ TCP_F_ACK, 0xffffffff, 0, OPTION_ACK },
		{ TCP_F_ACK, 0xffffffff, 5, OPTION_DATA },
		{ TCP_F_ACK | TCP_F_FIN, 0xffffffff, 0, OPTION_ACK },
		{ TCP_F_ACK, 0, 5, OPTION_LATER },
		{ TCP_F_ACK, 7, 0, OPTION_LATER },
		{ TCP_F_ACK, 0xfffffff0, 0, OPTION_ACK },
		{ 0, 7, 0, OPTION_ACK }, /* acknowledges nothing */
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct budget b = { .max_bytes = 1 << 20 };
		struct flow fl = { .proto = IP_PROTO_TCP };
		struct packet p = packet(1, true);
		const struct option *o;

		p.flags = TCP_F_SYN | TCP_F_ACK;
		p.seq = 0xffffffff;
		flow_add(&fl, FLOW_ORIGIN, &cfg, &b, &p, 1);
		p = packet(1, false);
		p.flags = cases[i].flags;
		p.ack = cases[i].ack;
		p.payload = (const uint8_t *)"hello";
		p.len = p.cap_len = cases[i].len;
		p.opt = toa;
		p.opt_len = sizeof(toa);
		flow_add(&fl, FLOW_CLIENT, &cfg, &b, &p, 2);
		o = option_first(&fl.dir[FLOW_CLIENT].options);
		CU_ASSERT_PTR_NOT_NULL(o);
		if (o) {
			CU_ASSERT_EQUAL(o->segments[cases[i].place], 1);
			CU_ASSERT_EQUAL(option_segments(o), 1);
		}
		flow_fini(&fl, &b);
		CU_ASSERT_EQUAL(b.used_bytes, 0);
	}
}

/* Nobody knows what is later than a start that was not captured. */
static void test_places_without_a_start(void)
{
	static const uint8_t toa[] = { 200,  8,	   0xd4, 0x31,
				       0xcb, 0x00, 0x71, 0x07 };
	struct budget b = { .max_bytes = 1 << 20 };
	struct flow fl = { .proto = IP_PROTO_TCP };
	struct packet p = packet(1, false);
	const struct option *o;

	p.ack = 5000;
	p.opt = toa;
	p.opt_len = sizeof(toa);
	flow_add(&fl, FLOW_CLIENT, &cfg, &b, &p, 1);
	o = option_first(&fl.dir[FLOW_CLIENT].options);
	CU_ASSERT(o && o->segments[OPTION_ACK] == 1);
	flow_fini(&fl, &b);
}

static void test_an_earlier_start_is_taken(void)
{
	struct budget b = { .max_bytes = 1 << 20 };
	struct packet p = packet(1, false);
	struct flow fl = begin(&p, FLOW_CLIENT);

	add_payload(&fl, FLOW_CLIENT, &b, 100 + sizeof(v1) - 1, "GET /", 5);
	CU_ASSERT_EQUAL(fl.dir[FLOW_CLIENT].find.state, FIND_NONE);
	add_payload(&fl, FLOW_CLIENT, &b, 100, v1, sizeof(v1) - 1);
	CU_ASSERT_EQUAL(fl.dir[FLOW_CLIENT].find.state, FIND_FOUND);
	CU_ASSERT(!fl.dir[FLOW_CLIENT].find.is_split);
	flow_fini(&fl, &b);
}

/* With the SYN seen nothing before it counts, and the sides stand. */
static void test_a_seen_start_is_final(void)
{
	struct budget b = { .max_bytes = 1 << 20 };
	struct packet p = packet(1, false);
	struct flow fl = begin(&p, FLOW_CLIENT);

	p.flags = TCP_F_SYN;
	p.seq = 1000;
	flow_add(&fl, FLOW_CLIENT, &cfg, &b, &p, 1);
	add_payload(&fl, FLOW_CLIENT, &b, 1000, "GET /", 5);
	add_payload(&fl, FLOW_CLIENT, &b, 900, v1, sizeof(v1) - 1);
	CU_ASSERT_EQUAL(fl.dir[FLOW_CLIENT].find.state, FIND_NONE);
	add_payload(&fl, FLOW_ORIGIN, &b, 1, v1, sizeof(v1) - 1);
	flow_settle(&fl);
	CU_ASSERT_EQUAL(fl.dir[FLOW_CLIENT].end.port, 31000);
	flow_fini(&fl, &b);
}

static void test_a_reset_carries_no_stream(void)
{
	struct budget b = { .max_bytes = 1 << 20 };
	struct packet p = packet(1, false);
	struct flow fl = begin(&p, FLOW_CLIENT);

	p.flags = TCP_F_RST;
	p.payload = (const uint8_t *)"refused";
	p.len = p.cap_len = 7;
	flow_add(&fl, FLOW_CLIENT, &cfg, &b, &p, 1);
	CU_ASSERT(fl.is_reset);
	CU_ASSERT_EQUAL(fl.dir[FLOW_CLIENT].find.state, FIND_WAIT);
	CU_ASSERT_EQUAL(fl.dir[FLOW_CLIENT].find.payloads, 0);
	flow_fini(&fl, &b);
}

/* Sequence numbers that wrap inside the header. */
static void test_sequence_numbers_wrap(void)
{
	struct budget b = { .max_bytes = 1 << 20 };
	struct packet p = packet(1, false);
	struct flow fl = begin(&p, FLOW_CLIENT);

	p.flags = TCP_F_SYN;
	p.seq = 0xfffffff8;
	flow_add(&fl, FLOW_CLIENT, &cfg, &b, &p, 1);
	add_payload(&fl, FLOW_CLIENT, &b, 0xfffffff8 + 20, v1 + 20,
		    sizeof(v1) - 21);
	add_payload(&fl, FLOW_CLIENT, &b, 0xfffffff8, v1, 20);
	CU_ASSERT_EQUAL(fl.dir[FLOW_CLIENT].find.state, FIND_FOUND);
	CU_ASSERT(fl.dir[FLOW_CLIENT].find.is_split);
	flow_fini(&fl, &b);
}

/* A checksum is asked for where a bad one changes what is told: not of what
 * brings nothing but its number.
 */
static void test_whose_checksum_matters(void)
{
	static const uint8_t stamps[] = { 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2 };
	static const uint8_t toa[] = { 254, 8, 0x9c, 0x40, 203, 0, 113, 7 };
	struct config quick = cfg;
	struct packet p = packet(1, false);

	CU_ASSERT(!flow_needs_csum(&cfg, &p));
	p.flags = TCP_F_SYN;
	p.opt = stamps;
	p.opt_len = sizeof(stamps);
	CU_ASSERT(!flow_needs_csum(&cfg, &p));
	p.opt = toa;
	p.opt_len = sizeof(toa);
	CU_ASSERT(flow_needs_csum(&cfg, &p));
	quick.want_csum = false;
	CU_ASSERT(!flow_needs_csum(&quick, &p));
	p.opt_len = 0;
	p.flags = TCP_F_RST;
	CU_ASSERT(flow_needs_csum(&cfg, &p));
	p.flags = TCP_F_FIN | TCP_F_ACK;
	CU_ASSERT(flow_needs_csum(&cfg, &p));
	p.flags = TCP_F_ACK;
	p.len = 1;
	CU_ASSERT(flow_needs_csum(&cfg, &p));
	p.len = 0;
	p.proto = IP_PROTO_UDP;
	CU_ASSERT(flow_needs_csum(&cfg, &p));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "ports used again", test_a_new_syn_is_a_new_flow },
		{ "sides settled", test_sides_are_settled_by_the_header },
		{ "sides settled by an option",
		  test_sides_are_settled_by_an_option },
		{ "places of options", test_places_of_options },
		{ "places without a start", test_places_without_a_start },
		{ "earlier start", test_an_earlier_start_is_taken },
		{ "a seen start is final", test_a_seen_start_is_final },
		{ "a reset", test_a_reset_carries_no_stream },
		{ "sequence numbers wrap", test_sequence_numbers_wrap },
		{ "whose checksum matters", test_whose_checksum_matters },
	};

	return unit_main("inspect_flow", tests, ARRAY_SIZE(tests));
}
