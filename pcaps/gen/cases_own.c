/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_own.c - what else can become of a header on its way. Addresses are
 * those set aside for documentation (RFC 5737, RFC 3849).
 */
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "cases.h"

struct net case_v4(struct file *f, uint16_t sport, uint16_t dport)
{
	return (struct net) {
		.file = f,
		.link = NET_ETHERNET,
		.end = { { "198.51.100.5", sport, 60, 0, 0x1000, 1000 },
			 { "192.0.2.10", dport, 64, 0, 0x2000, 900000 } },
	};
}

struct net case_v6(struct file *f, uint16_t sport, uint16_t dport)
{
	struct net n = case_v4(f, sport, dport);

	n.end[A].ip = "2001:db8:5::5";
	n.end[B].ip = "2001:db8:a::10";
	return n;
}

/* 203.0.113.7:40000 > 198.51.100.1:443 */
static const char v1_line[] =
	"PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n";
static const char v2_inet[] = "0d0a0d0a000d0a515549540a 21 11 000c"
			      "cb007107 c6336401 9c40 01bb";
/* [2001:db8:c::7]:40000 > [2001:db8:b::1]:443 */
static const char v2_inet6[] = "0d0a0d0a000d0a515549540a 21 21 0024"
			       "20010db8000c00000000000000000007"
			       "20010db8000b00000000000000000001 9c40 01bb";
/* the same client over UDP, to port 53 */
static const char v2_udp[] = "0d0a0d0a000d0a515549540a 21 12 000c"
			     "cb007107 c6336401 9c40 0035";
/* SPP: both mapped, 203.0.113.7:40000 by way of 198.51.100.1:53 */
static const char spp[] = "56ec 00000000000000000000ffffcb007107"
			  "00000000000000000000ffffc6336401 9c40 0035";
static const char get[] = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";

size_t case_join(uint8_t out[CASE_MAX], const char *hex, const char *text)
{
	size_t len = net_hex(hex, out, CASE_MAX);

	for (; *text && len < CASE_MAX; text++)
		out[len++] = (uint8_t)*text;
	return len;
}

static void make_v1_split(struct file *f)
{
	struct net n = case_v4(f, 31001, 8080);
	size_t len = strlen(v1_line);

	net_handshake(&n);
	net_data(&n, A, v1_line, 10);
	net_data(&n, A, v1_line + 10, len - 11);
	net_data(&n, A, v1_line + len - 1, 1); /* between CR and LF */
	net_data(&n, A, get, strlen(get));
	net_close(&n);
}

static void make_v2_reordered(struct file *f)
{
	struct net n = case_v4(f, 31002, 8080);
	uint8_t first[CASE_MAX];
	size_t len = case_join(first, v2_inet, "GET / ");

	net_handshake(&n);
	net_tcp(&n, A, TH_PUSH | TH_ACK, (int32_t)len, get + 6,
		strlen(get) - 6);
	net_tcp(&n, B, TH_ACK, 0, NULL, 0);
	net_tcp(&n, A, TH_PUSH | TH_ACK, 0, first, len);
	n.end[A].seq += (uint32_t)strlen(get) - 6;
	net_tcp(&n, B, TH_ACK, 0, NULL, 0);
	net_close(&n);
}

static void make_v2_split_reordered(struct file *f)
{
	struct net n = case_v4(f, 31003, 8080);
	uint8_t all[CASE_MAX];
	size_t len = case_join(all, v2_inet, get);

	net_handshake(&n);
	net_tcp(&n, A, TH_PUSH | TH_ACK, 20, all + 20, len - 20);
	net_tcp(&n, A, TH_PUSH | TH_ACK, 14, all + 14, 9); /* overlaps both */
	net_tcp(&n, A, TH_PUSH | TH_ACK, 0, all, 16);
	n.end[A].seq += (uint32_t)len - 16;
	net_tcp(&n, B, TH_ACK, 0, NULL, 0);
	net_close(&n);
}

static void make_v1_retransmitted(struct file *f)
{
	struct net n = case_v4(f, 31004, 8080);
	size_t len = strlen(v1_line);

	net_handshake(&n);
	net_tcp(&n, A, TH_PUSH | TH_ACK, 0, v1_line, len);
	net_tcp(&n, A, TH_PUSH | TH_ACK, -(int32_t)len, v1_line, len);
	net_tcp(&n, B, TH_ACK, 0, NULL, 0);
	net_data(&n, A, get, strlen(get));
	net_close(&n);
}

static void make_v1_duplicate(struct file *f)
{
	struct net n = case_v4(f, 31005, 8080);
	char both[CASE_MAX];

	(void)snprintf(both, sizeof(both), "%s%s%s", v1_line, v1_line, get);
	net_handshake(&n);
	net_data(&n, A, both, strlen(both));
	net_close(&n);
}

static void make_v2_repeated(struct file *f)
{
	struct net n = case_v4(f, 31006, 8080);
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, v2_inet, get);

	net_handshake(&n);
	net_data(&n, A, seg, len);
	net_data(&n, A, seg, len);
	net_close(&n);
}

static void make_v1_late(struct file *f)
{
	struct net n = case_v4(f, 31007, 8080);

	net_handshake(&n);
	net_data(&n, A, "EHLO example.com\r\n", 18);
	net_data(&n, A, v1_line, strlen(v1_line));
	net_close(&n);
}

static void make_v1_behind(struct file *f)
{
	struct net n = case_v4(f, 31116, 8080);
	char seg[CASE_MAX];

	(void)snprintf(seg, sizeof(seg), "EHLO example.com\r\n%s", v1_line);
	net_handshake(&n);
	net_data(&n, A, seg, strlen(seg));
	net_close(&n);
}

/* The greeting has a segment of its own; of the next one it is the second line.
 */
static void make_v1_inside(struct file *f)
{
	struct net n = case_v4(f, 31121, 8080);
	char seg[CASE_MAX];

	(void)snprintf(seg, sizeof(seg), "NOOP\r\n%sNOOP\r\n", v1_line);
	net_handshake(&n);
	net_data(&n, A, "EHLO example.com\r\n", 18);
	net_data(&n, A, seg, strlen(seg));
	net_close(&n);
}

static void make_none(struct file *f)
{
	struct net n = case_v4(f, 31008, 8080);

	net_handshake(&n);
	net_data(&n, A, get, strlen(get));
	net_close(&n);
}

static void make_v1_malformed(struct file *f)
{
	struct net n = case_v4(f, 31009, 8080);
	static const char line[] =
		"PROXY TCP4 203.0.113.7 198.51.100.1 65536 443\r\n";

	net_handshake(&n);
	net_data(&n, A, line, strlen(line));
	net_close(&n);
}

static void make_v2_snaplen(struct file *f)
{
	struct net n = case_v4(f, 31010, 8080);
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, v2_inet, get);

	f->snaplen = 68; /* 14 bytes of the header */
	net_handshake(&n);
	net_data(&n, A, seg, len);
	net_close(&n);
}

static void make_v1_offload(struct file *f)
{
	struct net n = case_v4(f, 31011, 8080);

	n.fault = NET_FAULT_PARTIAL_CSUM;
	net_handshake(&n);
	net_data(&n, A, v1_line, strlen(v1_line));
	net_close(&n);
}

static void make_v1_bad_csum(struct file *f)
{
	struct net n = case_v4(f, 31012, 8080);
	size_t len = strlen(v1_line);

	net_handshake(&n);
	n.fault = NET_FAULT_BAD_CSUM;
	net_tcp(&n, A, TH_PUSH | TH_ACK, 0, v1_line, len);
	n.fault = 0;
	net_tcp(&n, A, TH_PUSH | TH_ACK, -(int32_t)len, v1_line, len);
	net_tcp(&n, B, TH_ACK, 0, NULL, 0);
	net_close(&n);
	n = case_v4(f, 31013, 8080);
	net_handshake(&n);
	n.fault = NET_FAULT_BAD_CSUM;
	net_tcp(&n, A, TH_PUSH | TH_ACK, 0, v1_line, len);
}

static void make_v2_local(struct file *f)
{
	struct net n = case_v4(f, 31014, 8080);
	uint8_t seg[CASE_MAX];
	size_t len = net_hex("0d0a0d0a000d0a515549540a 20 00 0000", seg,
			     sizeof(seg));

	net_handshake(&n);
	net_data(&n, A, seg, len);
	net_close(&n);
}

/* ALPN, AUTHORITY, UNIQUE_ID, SSL with VERSION and CN, AWS, NOOP, CRC32C */
static const char v2_tlvs[] =
	"0d0a0d0a000d0a515549540a 21 11 007c cb007107 c000020a 9c40 01bb"
	"01 0002 6832"
	"02 000b 6578616d706c652e636f6d"
	"05 0010 00112233445566778899aabbccddeeff"
	"20 0020 07 00000000 21 0007 544c5376312e33"
	"22 000e 636c69656e742e6578616d706c65"
	"ea 0017 01 767063652d3031323334353637383961626364656630"
	"04 0003 000000"
	"03 0004 47395b38";

static void make_v2_tlvs(struct file *f)
{
	struct net n = case_v4(f, 31015, 8443);
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, v2_tlvs, get);

	net_handshake(&n);
	net_data(&n, A, seg, len);
	net_close(&n);
}

static void make_v2_qinq(struct file *f)
{
	struct net n = case_v4(f, 31016, 8080);
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, v2_inet, get);

	n.link = NET_QINQ;
	net_handshake(&n);
	net_data(&n, A, seg, len);
	net_close(&n);
}

static void make_v2_sll2_v6(struct file *f)
{
	struct net n = case_v6(f, 31017, 8080);
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, v2_inet6, get);

	n.link = NET_SLL2;
	net_handshake(&n);
	net_data(&n, A, seg, len);
	net_close(&n);
}

static void make_v2_v6_ext(struct file *f)
{
	struct net n = case_v6(f, 31018, 8080);
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, v2_inet6, get);

	n.is_ext = true;
	net_handshake(&n);
	net_data(&n, A, seg, len);
	net_close(&n);
}

static void make_v2_udp_every(struct file *f)
{
	struct net n = case_v4(f, 31019, 53);
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, v2_udp, "question");
	int i;

	for (i = 0; i < 3; i++) {
		net_udp(&n, A, seg, len);
		net_udp(&n, B, "answer", 6);
	}
}

static void make_v2_udp_alone(struct file *f)
{
	struct net n = case_v4(f, 31020, 53);
	uint8_t seg[CASE_MAX];
	size_t len = net_hex(v2_udp, seg, sizeof(seg));

	net_udp(&n, A, seg, len);
	net_udp(&n, A, "question", 8);
	net_udp(&n, B, "answer", 6);
	net_udp(&n, A, "question", 8);
	net_udp(&n, B, "answer", 6);
}

static void make_spp(struct file *f)
{
	struct net n = case_v4(f, 31021, 53);
	uint8_t ask[CASE_MAX], reply[CASE_MAX];
	size_t ask_len = case_join(ask, spp, "question");
	size_t reply_len = case_join(reply, spp, "answer");
	int i;

	for (i = 0; i < 2; i++) {
		net_udp(&n, A, ask, ask_len);
		net_udp(&n, B, reply, reply_len);
	}
}

static void make_no_handshake(struct file *f)
{
	struct net n = case_v4(f, 31022, 8080);

	net_data(&n, A, v1_line, strlen(v1_line));
	n = case_v4(f, 31023, 8080);
	net_data(&n, A, get, strlen(get));
}

static void make_port_reuse(struct file *f)
{
	struct net n = case_v4(f, 31024, 8080);
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, v2_inet, get);

	net_handshake(&n);
	net_data(&n, A, v1_line, strlen(v1_line));
	net_close(&n);
	n.end[A].seq += 5000;
	n.end[B].seq += 5000;
	net_handshake(&n);
	net_data(&n, A, seg, len);
	net_close(&n);
}

static void make_connect_only(struct file *f)
{
	struct net n = case_v4(f, 31025, 8080);

	net_handshake(&n);
	net_data(&n, A, v1_line, strlen(v1_line));
	net_close(&n);
	n = case_v4(f, 31026, 8080);
	net_handshake(&n);
	net_close(&n);
}

const struct gen_case cases_own[] = {
	{ "010-ppv1-split", CASE_ETHERNET, make_v1_split },
	{ "011-ppv2-data-first", CASE_ETHERNET, make_v2_reordered },
	{ "012-ppv2-split-reordered", CASE_ETHERNET, make_v2_split_reordered },
	{ "013-ppv1-retransmitted", CASE_ETHERNET, make_v1_retransmitted },
	{ "014-ppv1-duplicate", CASE_ETHERNET, make_v1_duplicate },
	{ "015-ppv2-every-segment", CASE_ETHERNET, make_v2_repeated },
	{ "016-ppv1-late", CASE_ETHERNET, make_v1_late },
	{ "116-ppv1-behind-data", CASE_ETHERNET, make_v1_behind },
	{ "121-ppv1-inside", CASE_ETHERNET, make_v1_inside },
	{ "017-no-header", CASE_ETHERNET, make_none },
	{ "018-ppv1-bad-port", CASE_ETHERNET, make_v1_malformed },
	{ "019-ppv2-snaplen", CASE_ETHERNET, make_v2_snaplen },
	{ "020-ppv1-offload", CASE_ETHERNET, make_v1_offload },
	{ "021-ppv1-bad-csum", CASE_ETHERNET, make_v1_bad_csum },
	{ "022-ppv2-local", CASE_ETHERNET, make_v2_local },
	{ "023-ppv2-tlvs", CASE_ETHERNET, make_v2_tlvs },
	{ "024-ppv2-qinq", CASE_ETHERNET, make_v2_qinq },
	{ "025-ppv2-sll2-ipv6", CASE_SLL2, make_v2_sll2_v6 },
	{ "026-ppv2-ipv6-extensions", CASE_ETHERNET, make_v2_v6_ext },
	{ "027-ppv2-udp-every", CASE_ETHERNET, make_v2_udp_every },
	{ "028-ppv2-udp-alone", CASE_ETHERNET, make_v2_udp_alone },
	{ "029-spp-both-ways", CASE_ETHERNET, make_spp },
	{ "030-no-handshake", CASE_ETHERNET, make_no_handshake },
	{ "031-port-reused", CASE_ETHERNET, make_port_reuse },
	{ "032-connect-only", CASE_ETHERNET, make_connect_only },
	{ NULL, 0, NULL },
};
