/* SPDX-License-Identifier: BSD-2-Clause */
/* test_client_raw.c - option specs, segments, neighbours, the reply */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "raw_neigh.h"
#include "raw_options.h"
#include "raw_opts.h"
#include "raw_reply.h"
#include "raw_segment.h"
#include "wire/bytes.h"
#include "wire/csum.h"
#include "wire/ip.h"
#include "wire/wire.h"

/* ---- option specs ---- */

static struct raw_opts opts;
static char err[OPT_ERR_MAX];

static bool hex(const char *value)
{
	return raw_opts_add_hex(&opts, value, err);
}

static bool toa(const char *value)
{
	return raw_opts_add_toa(&opts, value, err);
}

static bool area_is(enum raw_place place, const char *want)
{
	const struct raw_own_values v = { .mss = 1460,
					  .has_ts = opts.own & RAW_OWN_TS,
					  .ts_value = 0x01020304,
					  .ts_echo = 0x05060708 };
	uint8_t area[RAW_AREA_MAX], bytes[RAW_AREA_MAX];
	size_t n = unhex(want, bytes, sizeof(bytes));

	return raw_opts_area(&opts, place, &v, area) == n &&
	       memcmp(area, bytes, n) == 0;
}

static void begin(unsigned own)
{
	opts = (struct raw_opts) { .own = own };
}

static void test_areas(void)
{
	begin(RAW_OWN_MSS);
	CU_ASSERT_TRUE(hex("syn=c800") && hex("ack,data=C801") &&
		       hex("all=c8080102") && toa("data=254:192.0.2.1:63881"));
	CU_ASSERT_TRUE(raw_opts_check(&opts, err));
	CU_ASSERT_TRUE(area_is(RAW_SYN, "020405b4 c800 c8080102 0000"));
	CU_ASSERT_TRUE(area_is(RAW_ACK, "c801 c8080102 0000"));
	CU_ASSERT_TRUE(
		area_is(RAW_DATA, "c801 c8080102 fe08f989c0000201 0000"));
	CU_ASSERT_TRUE(area_is(RAW_OTHER, "c8080102"));
	begin(0);
	CU_ASSERT_TRUE(area_is(RAW_SYN, ""));
	CU_ASSERT_TRUE(toa("ack=0:[2001:db8::1]:5555"));
	CU_ASSERT_TRUE(area_is(RAW_ACK, "001415b3 20010db8000000000000000000"
					"000001"));
}

static void test_own_options(void)
{
	static const struct {
		const char *list;
		const char *syn;
		const char *data;
	} cases[] = {
		{ "none", "", "" },
		{ "mss", "020405b4", "" },
		{ "sack", "01010402", "" },
		{ "ws", "01030307", "" },
		{ "ts", "0101080a 01020304 05060708",
		  "0101080a 01020304 05060708" },
		{ "ws,ts,sack,mss",
		  "020405b4 0402080a 01020304 05060708 01030307",
		  "0101080a 01020304 05060708" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		begin(RAW_OWN_MSS);
		CU_ASSERT_TRUE(raw_opts_set_own(&opts, cases[i].list, err));
		CU_ASSERT_TRUE(area_is(RAW_SYN, cases[i].syn));
		CU_ASSERT_TRUE(area_is(RAW_DATA, cases[i].data));
	}
	CU_ASSERT_FALSE(raw_opts_set_own(&opts, "", err));
	CU_ASSERT_FALSE(raw_opts_set_own(&opts, "mss,", err));
	CU_ASSERT_FALSE(raw_opts_set_own(&opts, "mss,tfo", err));
}

static void test_bad_specs(void)
{
	static const char *const hexes[] = {
		"",	  "syn",	"syn=",	      "syn=c",	 "syn=c80",
		"fin=c8", "syn,=c8",	"=c8",	      "syn=c8 ", "syn=g8",
		"syn=8g", "syn=0xc800", "syn ack=c8",
	};
	static const char *const toas[] = {
		"ack=200",
		"ack=200:",
		"ack=256:192.0.2.1:1",
		"ack=:192.0.2.1:1",
		"ack=200:192.0.2.1",
		"ack=200:2001:db8::1:5",
		"ack=-1:192.0.2.1:1",
		"ack=200:192.0.2.1:65536",
		"200:192.0.2.1:1",
	};
	size_t i;

	begin(0);
	for (i = 0; i < ARRAY_SIZE(hexes); i++)
		CU_ASSERT_FALSE(hex(hexes[i]));
	for (i = 0; i < ARRAY_SIZE(toas); i++)
		CU_ASSERT_FALSE(toa(toas[i]));
	CU_ASSERT_EQUAL(opts.n, 0);
}

static void test_room(void)
{
	uint8_t two[2] = { 0 };
	char text[128];
	size_t n = 0;
	int i;

	begin(0);
	for (i = 0; i < RAW_AREA_MAX; i++)
		CU_ASSERT_TRUE(hex("syn=01"));
	CU_ASSERT_TRUE(raw_opts_check(&opts, err));
	CU_ASSERT_TRUE(hex("ack=01"));
	CU_ASSERT_TRUE(raw_opts_check(&opts, err));
	CU_ASSERT_TRUE(hex("syn=01"));
	CU_ASSERT_FALSE(raw_opts_check(&opts, err));
	begin(RAW_OWN_MSS | RAW_OWN_TS);
	CU_ASSERT_TRUE(toa("all=200:[::1]:1"));
	CU_ASSERT_TRUE(raw_opts_check(&opts, err));
	CU_ASSERT_TRUE(toa("data=200:192.0.2.1:1"));
	CU_ASSERT_TRUE(raw_opts_check(&opts, err));
	CU_ASSERT_TRUE(hex("data=01"));
	CU_ASSERT_FALSE(raw_opts_check(&opts, err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err, "room for 28 of 40"));
	CU_ASSERT_PTR_NOT_NULL(strstr(err, "a data segment"));

	begin(0);
	(void)snprintf(text, sizeof(text), "syn=%082d", 0);
	CU_ASSERT_FALSE(hex(text));
	CU_ASSERT_PTR_NOT_NULL(strstr(err, "41 bytes"));
	(void)snprintf(text, sizeof(text), "syn=%080d", 0);
	CU_ASSERT_TRUE(hex(text));
	CU_ASSERT_TRUE(raw_hex("00fF", two, sizeof(two), &n));
	CU_ASSERT_TRUE(n == 2 && two[1] == 0xff);
	CU_ASSERT_FALSE(raw_hex("00ff00", two, sizeof(two), &n));
	opts.n = RAW_OPTS_MAX;
	CU_ASSERT_FALSE(hex("syn=01"));
	CU_ASSERT_FALSE(toa("syn=1:192.0.2.1:1"));
}

/* ---- the command line ---- */

static struct raw_options o;

static int parse(const char *line)
{
	char text[512], *argv[24] = { NULL }, *save = NULL, *word;
	int argc = 0, status, keep = dup(STDERR_FILENO);

	ASSERT(strlen(line) < sizeof(text) && keep >= 0);
	memcpy(text, line, strlen(line) + 1);
	for (word = strtok_r(text, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		ASSERT(argc < (int)ARRAY_SIZE(argv) - 1);
		argv[argc++] = word;
	}
	ASSERT(freopen("/dev/null", "w", stderr));
	status = raw_options_parse(argc, argv, &o);
	(void)fflush(stderr);
	ASSERT(dup2(keep, STDERR_FILENO) >= 0);
	close(keep);
	return status;
}

static void test_command_line(void)
{
	CU_ASSERT_EQUAL(parse("raw --src 192.0.2.1 192.0.2.2 80"), -1);
	CU_ASSERT_TRUE(o.src.port >= 32768 && o.src.port < 61000);
	CU_ASSERT_EQUAL(o.opts.own, RAW_OWN_MSS);
	CU_ASSERT_EQUAL(o.client.addr.family, IP_NONE);
	CU_ASSERT_EQUAL(o.messages, 1);
	CU_ASSERT_EQUAL(o.payload_len, 0);
	CU_ASSERT_EQUAL(parse("raw --src [2001:db8::1]:7 --whoami --rst -W 1s "
			      "--payload-hex 00ff --drop ack -n 3 -i v0 "
			      "2001:db8::2 80"),
			-1);
	CU_ASSERT_TRUE(endpoint_eq(&o.client, &o.src));
	CU_ASSERT_EQUAL(o.client.port, 7);
	CU_ASSERT_EQUAL(o.payload_len, 2);
	CU_ASSERT_EQUAL(o.payload[1], 0xff);
	CU_ASSERT_TRUE(o.want_rst && o.drop_ack);
	CU_ASSERT_EQUAL(o.timeout_ms, 1000);
	CU_ASSERT_EQUAL(parse("raw --src 192.0.2.1 --expect-client "
			      "192.0.2.9:5 --whoami --payload ab "
			      "192.0.2.2 80"),
			-1);
	CU_ASSERT_EQUAL(o.client.port, 5);
}

static void test_bad_command_lines(void)
{
	static const char full[] = "raw --src ::1 --syn-opts mss,ts,ws "
				   "--toa syn=1:[::1]:1 --opt syn=01 ::2 80";
	static const char *const lines[] = {
		"raw 192.0.2.2 80",
		"raw --src 192.0.2.1",
		"raw --src 192.0.2.1 192.0.2.2",
		"raw --src 192.0.2.1 192.0.2.2 80 81",
		"raw --src 192.0.2.1 2001:db8::2 80",
		"raw --src 192.0.2.1:x 192.0.2.2 80",
		"raw --src 192.0.2.1 --fin --rst 192.0.2.2 80",
		"raw --src 192.0.2.1 --drop ack 192.0.2.2 80",
		"raw --src 192.0.2.1 --drop syn 192.0.2.2 80",
		"raw --src 192.0.2.1 --payload-hex 0 192.0.2.2 80",
		"raw --src 192.0.2.1 --payload a --payload-hex 00 192.0.2.2 80",
		full,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		CU_ASSERT_EQUAL(parse(lines[i]), 2);
}

/* ---- segments ---- */

static struct endpoint at(const char *text)
{
	struct endpoint e;

	ASSERT(endpoint_parse(text, strlen(text), &e));
	return e;
}

static void test_segment_bytes(void)
{
	const struct endpoint v4[] = { at("192.0.2.1:5555"),
				       at("198.51.100.2:80") };
	const struct endpoint v6[] = { at("[2001:db8::1]:5555"),
				       at("[2001:db8::2]:80") };
	const uint8_t area[4] = { 2, 4, 5, 0xb4 };
	const struct endpoint *ends[] = { v4, v6 };
	/* all but the checksum */
	uint8_t want[29], out[29];
	size_t i;

	unhex("15b30050 01020304 05060708 6018 1000 0000 0000 020405b4"
	      "68656c6c6f",
	      want, sizeof(want));
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		const struct raw_segment s = {
			.src = &ends[i][0],
			.dst = &ends[i][1],
			.seq = 0x01020304,
			.ack = 0x05060708,
			.flags = TCP_F_ACK | TCP_F_PSH,
			.window = 0x1000,
			.opt = area,
			.opt_len = sizeof(area),
			.data = (const uint8_t *)"hello",
			.len = 5,
		};

		CU_ASSERT_EQUAL(raw_segment_build(&s, out), sizeof(want));
		CU_ASSERT_EQUAL(csum_check_transport(&s.src->addr, &s.dst->addr,
						     IP_PROTO_TCP, out,
						     sizeof(out), TCP_CSUM_OFF),
				CSUM_OK);
		memset(out + TCP_CSUM_OFF, 0, 2);
		CU_ASSERT_EQUAL(memcmp(out, want, sizeof(want)), 0);
	}
}

/* ---- neighbours ---- */

static void test_arp(void)
{
	const struct ip_addr own = at("10.9.0.77:1").addr;
	const struct ip_addr hop = at("10.9.0.2:1").addr;
	uint8_t ask[RAW_ARP_LEN], answer[RAW_ARP_LEN];
	struct raw_neigh n;
	struct guard g;
	size_t i;

	unhex("0001 0800 06 04 0001 021122334455 0a090002 000000000000 "
	      "0a09004d",
	      ask, sizeof(ask));
	unhex("0001 0800 06 04 0002 021122334455 0a090002 060000000001 "
	      "0a09004d",
	      answer, sizeof(answer));
	n = raw_neigh_read_arp(ask, sizeof(ask), &own, &hop);
	CU_ASSERT_EQUAL(n.kind, RAW_NEIGH_ASKS);
	CU_ASSERT_TRUE(ip_addr_eq(&n.peer, &hop));
	CU_ASSERT_EQUAL(memcmp(n.peer_mac, ask + 8, RAW_MAC_LEN), 0);
	n = raw_neigh_read_arp(answer, sizeof(answer), &own, &hop);
	CU_ASSERT_EQUAL(n.kind, RAW_NEIGH_ANSWERS);
	n = raw_neigh_read_arp(answer, sizeof(answer), &own, &own);
	CU_ASSERT_EQUAL(n.kind, RAW_NEIGH_OTHER);
	n = raw_neigh_read_arp(ask, sizeof(ask), &hop, &hop);
	CU_ASSERT_EQUAL(n.kind, RAW_NEIGH_OTHER);
	for (i = 0; i < 6; i++) {
		ask[i] ^= 1;
		n = raw_neigh_read_arp(ask, sizeof(ask), &own, &hop);
		CU_ASSERT_EQUAL(n.kind, RAW_NEIGH_OTHER);
		ask[i] ^= 1;
	}
	for (i = 0; i < sizeof(ask); i++) {
		guard_init(&g, ask, i);
		n = raw_neigh_read_arp(g.data, i, &own, &hop);
		CU_ASSERT_EQUAL(n.kind, RAW_NEIGH_OTHER);
		guard_fini(&g);
	}
}

static void test_neighbour_discovery(void)
{
	static const uint8_t mac[RAW_MAC_LEN] = { 2, 1, 2, 3, 4, 5 };
	static const uint8_t eth[RAW_MAC_LEN] = { 2, 9, 9, 9, 9, 9 };
	const struct ip_addr own = at("[fd09::77]:1").addr;
	const struct ip_addr hop = at("[fd09::2]:1").addr;
	struct ip_hdr ip = { .src = hop, .dst = own, .ttl = 255 };
	uint8_t msg[RAW_ND_LEN], group_mac[RAW_MAC_LEN];
	struct ip_addr group, want = at("[ff02::1:ff00:77]:1").addr;
	struct raw_neigh n;
	struct guard g;
	size_t i;

	/* what one side writes, the other reads */
	raw_neigh_solicit(&hop, &own, mac, msg, &group, group_mac);
	CU_ASSERT_TRUE(ip_addr_eq(&group, &want));
	CU_ASSERT_EQUAL(memcmp(group_mac, "\x33\x33\xff\x00\x00\x77", 6), 0);
	CU_ASSERT_EQUAL(csum_check_transport(&hop, &group, RAW_PROTO_ICMP6, msg,
					     sizeof(msg), 2),
			CSUM_OK);
	n = raw_neigh_read_nd(&ip, msg, sizeof(msg), eth, &own, &hop);
	CU_ASSERT_EQUAL(n.kind, RAW_NEIGH_ASKS);
	CU_ASSERT_EQUAL(memcmp(n.peer_mac, mac, 6), 0);
	n = raw_neigh_read_nd(&ip, msg, sizeof(msg), eth, &hop, &hop);
	CU_ASSERT_EQUAL(n.kind, RAW_NEIGH_OTHER);
	ip.ttl = 254;
	n = raw_neigh_read_nd(&ip, msg, sizeof(msg), eth, &own, &hop);
	CU_ASSERT_EQUAL(n.kind, RAW_NEIGH_OTHER);
	ip.ttl = 255;
	for (i = 0; i < sizeof(msg); i++) {
		guard_init(&g, msg, i);
		n = raw_neigh_read_nd(&ip, g.data, i, eth, &own, &hop);
		CU_ASSERT_EQUAL(n.kind,
				i < 24 ? RAW_NEIGH_OTHER : RAW_NEIGH_ASKS);
		if (i >= 24) /* no whole option: the frame's own source */
			CU_ASSERT_EQUAL(memcmp(n.peer_mac, eth, 6), 0);
		guard_fini(&g);
	}
	msg[25] = 2; /* an option longer than the message */
	n = raw_neigh_read_nd(&ip, msg, sizeof(msg), eth, &own, &hop);
	CU_ASSERT_EQUAL(memcmp(n.peer_mac, eth, 6), 0);
	msg[25] = 1;
	msg[1] = 1; /* no such code */
	n = raw_neigh_read_nd(&ip, msg, sizeof(msg), eth, &own, &hop);
	CU_ASSERT_EQUAL(n.kind, RAW_NEIGH_OTHER);
	msg[1] = 0;
	msg[25] = 0; /* an option without length does not loop */
	n = raw_neigh_read_nd(&ip, msg, sizeof(msg), eth, &own, &hop);
	CU_ASSERT_EQUAL(memcmp(n.peer_mac, eth, 6), 0);

	raw_neigh_advertise(&hop, &own, mac, msg);
	CU_ASSERT_EQUAL(csum_check_transport(&hop, &own, RAW_PROTO_ICMP6, msg,
					     sizeof(msg), 2),
			CSUM_OK);
	n = raw_neigh_read_nd(&ip, msg, sizeof(msg), eth, &own, &hop);
	CU_ASSERT_EQUAL(n.kind, RAW_NEIGH_ANSWERS);
	CU_ASSERT_EQUAL(memcmp(n.peer_mac, mac, 6), 0);
	memset(&ip.src.bytes, 0, sizeof(ip.src.bytes));
	raw_neigh_solicit(&hop, &own, mac, msg, &group, group_mac);
	n = raw_neigh_read_nd(&ip, msg, sizeof(msg), eth, &own, &hop);
	CU_ASSERT_EQUAL(n.kind, RAW_NEIGH_OTHER); /* address detection */
}

/* ---- the reply ---- */

static struct raw_reply reply;

static bool add(const char *text)
{
	return raw_reply_add(&reply, text, strlen(text));
}

static void test_reply(void)
{
	static const char line[] = "{\"v\":1,\"type\":\"whoami\",\"client\":"
				   "\"192.0.2.1\",\"cport\":5}\n";
	const struct endpoint right = at("192.0.2.1:5");
	const struct endpoint wrong = at("192.0.2.1:6");
	static char lots[RAW_REPLY_MAX];
	size_t i;

	raw_reply_init(&reply, NULL, NULL);
	CU_ASSERT_TRUE(raw_reply_is_complete(&reply));
	CU_ASSERT_TRUE(raw_reply_close(&reply));
	raw_reply_init(&reply, "hello", NULL);
	CU_ASSERT_FALSE(add("hel") || add("l"));
	CU_ASSERT_TRUE(add("o!"));
	CU_ASSERT_TRUE(raw_reply_close(&reply));
	raw_reply_init(&reply, "hello", &right);
	for (i = 0; i + 1 < strlen(line); i++)
		CU_ASSERT_FALSE(raw_reply_add(&reply, line + i, 1));
	CU_ASSERT_FALSE(add("\n"));
	CU_ASSERT_EQUAL(reply.identity, IDENTITY_OK);
	CU_ASSERT_FALSE(raw_reply_close(&reply));
	CU_ASSERT_TRUE(add("hello"));
	CU_ASSERT_TRUE(raw_reply_close(&reply));
	raw_reply_init(&reply, NULL, &wrong);
	CU_ASSERT_TRUE(add(line));
	CU_ASSERT_EQUAL(reply.identity, IDENTITY_WRONG);
	CU_ASSERT_FALSE(raw_reply_close(&reply));
	raw_reply_init(&reply, NULL, &right);
	CU_ASSERT_FALSE(raw_reply_close(&reply));
	CU_ASSERT_EQUAL(reply.identity, IDENTITY_MISSING);
	raw_reply_init(&reply, "hello", &right);
	memset(lots, 'x', sizeof(lots));
	CU_ASSERT_FALSE(raw_reply_add(&reply, lots, WHOAMI_LINE_MAX));
	CU_ASSERT_EQUAL(reply.identity, IDENTITY_PENDING);
	CU_ASSERT_FALSE(raw_reply_add(&reply, lots, sizeof(lots)));
	CU_ASSERT_EQUAL(reply.identity, IDENTITY_MISSING);
	CU_ASSERT_FALSE(raw_reply_add(&reply, "hello", 5));
	CU_ASSERT_EQUAL(reply.len, RAW_REPLY_MAX);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "areas", test_areas },
		{ "own options", test_own_options },
		{ "bad specs", test_bad_specs },
		{ "room", test_room },
		{ "command line", test_command_line },
		{ "bad command lines", test_bad_command_lines },
		{ "segment bytes", test_segment_bytes },
		{ "ARP", test_arp },
		{ "neighbour discovery", test_neighbour_discovery },
		{ "reply", test_reply },
	};

	return unit_main("client raw", tests, ARRAY_SIZE(tests));
}
