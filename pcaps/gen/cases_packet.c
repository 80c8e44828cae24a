/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_packet.c - link layers, tunnels, fragments and what network cards make
 * of packets. The client is 203.0.113.7:40000, or [2001:db8:c::7]:40000.
 */
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "wrap.h"

#define PROTO_IPIP 4
#define PROTO_UDP  17
#define PROTO_IPV6 41
#define PROTO_GRE  47
#define PROTO_OPP  248

#define SIG    "0d0a0d0a000d0a515549540a"
#define V2_TCP SIG "21 11 000c cb007107 c6336401 9c40 01bb"
#define V2_UDP SIG "21 12 000c cb007107 c6336401 9c40 0035"
#define MAPPED "00000000000000000000ffff"
#define SPP    "56ec" MAPPED "cb007107" MAPPED "c6336401 9c40 0035"
#define UOA    "1f08 9c40 cb007107"
#define UOA_6  "1f14 9c40 20010db8000c00000000000000000007"

static const char v1_line[] =
	"PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n";
static const char get[] = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";

/* The ends of tunnels. */
static const char *const vtep[2] = { "192.0.2.101", "192.0.2.102" };
static const char *const vtep6[2] = { "2001:db8:1::1", "2001:db8:1::2" };

static void packet_talk(struct net *n, const char *hex)
{
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, hex, get);

	net_handshake(n);
	net_data(n, A, seg, len);
	net_close(n);
}

/* packet_ask() - SPP's header has to be in replies too */
static void packet_ask(struct net *n, const char *hex)
{
	bool is_both_ways = strncmp(hex, "56ec", 4) == 0;
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, hex, "question");

	net_udp(n, A, seg, len);
	len = case_join(seg, is_both_ways ? hex : "", "response");
	net_udp(n, B, seg, len);
}

/* packet_link() - @n->wrap_arg is the link header in hex */
static void packet_link(struct net *n, enum net_side side,
			const uint8_t *packet, size_t len)
{
	static struct wrap w;

	(void)side;
	wrap_begin(&w, packet, len);
	wrap_push_hex(&w, n->wrap_arg);
	wrap_put(&w, n->file);
}

static void make_ppp(struct file *f)
{
	struct net n = case_v4(f, 34001, 8080);

	n.wrap = packet_link;
	n.wrap_arg = "ff03 0021";
	packet_talk(&n, V2_TCP);
	n = case_v6(f, 34002, 8080);
	n.wrap = packet_link;
	n.wrap_arg = "0057"; /* address and control left out */
	packet_talk(&n, V2_TCP);
}

static void make_hdlc(struct file *f)
{
	struct net n = case_v4(f, 34003, 8080);

	n.wrap = packet_link;
	n.wrap_arg = "0f00 0800";
	packet_talk(&n, V2_TCP);
	n = case_v4(f, 34004, 8080);
	n.wrap = packet_link;
	n.wrap_arg = "ff03 21"; /* a protocol in one byte */
	packet_talk(&n, V2_TCP);
}

static void make_null(struct file *f)
{
	struct net n = case_v4(f, 34005, 8080);

	n.wrap = packet_link;
	n.wrap_arg = "02000000";
	packet_talk(&n, V2_TCP);
	n = case_v6(f, 34006, 8080);
	n.wrap = packet_link;
	n.wrap_arg = "1e000000"; /* as Darwin numbers it */
	packet_talk(&n, V2_TCP);
}

static void make_raw(struct file *f)
{
	struct net n = case_v4(f, 34007, 8080);

	n.wrap = packet_link;
	n.wrap_arg = "";
	packet_talk(&n, V2_TCP);
	n = case_v6(f, 34008, 8080);
	n.wrap = packet_link;
	n.wrap_arg = "";
	packet_talk(&n, V2_TCP);
}

/* packet_pppoe() - session 0x0021 */
static void packet_pppoe(struct net *n, enum net_side side,
			 const uint8_t *packet, size_t len)
{
	uint8_t hdr[8] = { 0x11, 0, 0, 0x21, 0, 0, 0, 0x21 };
	static struct wrap w;

	hdr[4] = (uint8_t)((len + 2) >> 8);
	hdr[5] = (uint8_t)(len + 2);
	wrap_begin(&w, packet, len);
	wrap_push(&w, hdr, sizeof(hdr));
	wrap_push_eth(&w, side, 0x8864);
	wrap_put(&w, n->file);
}

/* packet_snap() - an 802.3 length, LLC and SNAP */
static void packet_snap(struct net *n, enum net_side side,
			const uint8_t *packet, size_t len)
{
	static struct wrap w;

	wrap_begin(&w, packet, len);
	wrap_push_hex(&w, "aaaa03 000000 0800");
	wrap_push_eth(&w, side, (uint16_t)(len + 8));
	wrap_put(&w, n->file);
}

static void make_pppoe_snap(struct file *f)
{
	struct net n = case_v4(f, 34009, 8080);

	n.wrap = packet_pppoe;
	packet_talk(&n, V2_TCP);
	n = case_v4(f, 34010, 8080);
	n.wrap = packet_snap;
	packet_talk(&n, V2_TCP);
}

/* packet_vxlan() - @n->wrap_arg is the header in hex */
static void packet_vxlan(struct net *n, enum net_side side,
			 const uint8_t *packet, size_t len)
{
	static struct wrap w;

	wrap_begin(&w, packet, len);
	wrap_push_eth(&w, side, 0x0800);
	wrap_push_hex(&w, n->wrap_arg);
	wrap_push_udp(&w, 49152, 4789);
	wrap_push_ip4(&w, vtep[side], vtep[!side], PROTO_UDP, 1, 0x4000, NULL);
	wrap_put_ip(&w, side, n->file);
}

static void make_vxlan(struct file *f)
{
	struct net n = case_v4(f, 34011, 8080);

	n.wrap = packet_vxlan;
	n.wrap_arg = "08000000 00002a 00";
	packet_talk(&n, V2_TCP);
	/* the same ends in another network: another flow, without a header */
	n = case_v4(f, 34011, 8080);
	n.wrap = packet_vxlan;
	n.wrap_arg = "08000000 00002b 00";
	packet_talk(&n, "");
}

/* packet_geneve() - IPv4 right inside, an option of two words; over IPv6 */
static void packet_geneve(struct net *n, enum net_side side,
			  const uint8_t *packet, size_t len)
{
	static struct wrap w;

	wrap_begin(&w, packet, len);
	wrap_push_hex(&w, "0200 0800 00002a 00 0102 80 01 00000005");
	wrap_push_udp(&w, 49152, 6081);
	wrap_push_ip6(&w, vtep6[side], vtep6[!side], PROTO_UDP);
	wrap_put_ip(&w, side, n->file);
}

static void make_geneve(struct file *f)
{
	struct net n = case_v4(f, 34012, 53);

	n.wrap = packet_geneve;
	packet_ask(&n, V2_UDP);
	packet_ask(&n, V2_UDP);
}

/* packet_gre() - @n->wrap_arg is the header in hex */
static void packet_gre(struct net *n, enum net_side side, const uint8_t *packet,
		       size_t len)
{
	const char *hdr = n->wrap_arg;
	static struct wrap w;

	wrap_begin(&w, packet, len);
	if (strstr(hdr, "6558"))
		wrap_push_eth(&w, side, packet[0] >> 4 == 4 ? 0x0800 : 0x86dd);
	wrap_push_hex(&w, hdr);
	wrap_push_ip4(&w, vtep[side], vtep[!side], PROTO_GRE, 1, 0, NULL);
	wrap_put_ip(&w, side, n->file);
}

static void make_gre(struct file *f)
{
	struct net n = case_v4(f, 34013, 8080);

	n.wrap = packet_gre;
	n.wrap_arg = "0000 0800";
	packet_talk(&n, V2_TCP);
	n = case_v4(f, 34014, 8080);
	n.wrap = packet_gre;
	n.wrap_arg = "3000 0800 00000007 00000001"; /* key, sequence */
	packet_talk(&n, V2_TCP);
	n = case_v6(f, 34015, 8080);
	n.wrap = packet_gre;
	n.wrap_arg = "2000 6558 00000009"; /* Ethernet inside */
	packet_talk(&n, V2_TCP);
}

/* packet_ipip() - in IPv4 if @n->wrap_arg, else in IPv6 */
static void packet_ipip(struct net *n, enum net_side side,
			const uint8_t *packet, size_t len)
{
	uint8_t proto = packet[0] >> 4 == 4 ? PROTO_IPIP : PROTO_IPV6;
	static struct wrap w;

	wrap_begin(&w, packet, len);
	if (n->wrap_arg)
		wrap_push_ip4(&w, vtep[side], vtep[!side], proto, 1, 0x4000,
			      NULL);
	else
		wrap_push_ip6(&w, vtep6[side], vtep6[!side], proto);
	wrap_put_ip(&w, side, n->file);
}

static void make_ipip(struct file *f)
{
	uint16_t i;

	for (i = 0; i < 4; i++) {
		struct net n = i & 1 ? case_v6(f, (uint16_t)(34016 + i), 8080)
				     : case_v4(f, (uint16_t)(34016 + i), 8080);

		n.wrap = packet_ipip;
		n.wrap_arg = i & 2 ? "v4" : NULL;
		packet_talk(&n, V2_TCP);
	}
}

/* packet_nested() - *@n->wrap_arg times IPv4 in IPv4, around VXLAN */
static void packet_nested(struct net *n, enum net_side side,
			  const uint8_t *packet, size_t len)
{
	int depth = *(const int *)n->wrap_arg;
	static struct wrap w;

	wrap_begin(&w, packet, len);
	wrap_push_eth(&w, side, 0x0800);
	wrap_push_hex(&w, "08000000 00002a 00");
	wrap_push_udp(&w, 49152, 4789);
	wrap_push_ip4(&w, vtep[side], vtep[!side], PROTO_UDP, 1, 0x4000, NULL);
	while (depth--)
		wrap_push_ip4(&w, side == A ? "192.0.2.201" : "192.0.2.202",
			      side == A ? "192.0.2.202" : "192.0.2.201",
			      PROTO_IPIP, 1, 0x4000, NULL);
	wrap_put_ip(&w, side, n->file);
}

static void make_nested(struct file *f)
{
	static const int deep = 3, deeper = 4;
	struct net n = case_v4(f, 34020, 8080);

	n.wrap = packet_nested;
	n.wrap_arg = &deep;
	packet_talk(&n, V2_TCP);
	n = case_v4(f, 34021, 8080);
	n.wrap = packet_nested;
	n.wrap_arg = &deeper;
	packet_talk(&n, V2_TCP);
}

/* What is on a tunnel's port, but is no tunnel. */
static void make_tunnel_port(struct file *f)
{
	struct net n = case_v4(f, 34022, 4789);

	packet_ask(&n, SPP);
	n = case_v4(f, 34023, 6081);
	packet_ask(&n, V2_UDP);
}

/* The pieces of a packet in the order in which they are sent. */
struct packet_pieces {
	int count;
	struct wrap_piece piece[6];
};

/* packet_fragment() - packets with data, in the pieces of @n->wrap_arg */
static void packet_fragment(struct net *n, enum net_side side,
			    const uint8_t *packet, size_t len)
{
	const struct packet_pieces *p = n->wrap_arg;
	static struct wrap w;
	static uint32_t id;
	int i;

	if (len <= 60) { /* headers alone, or a short reply */
		wrap_begin(&w, packet, len);
		wrap_put_ip(&w, side, n->file);
		return;
	}
	id++;
	for (i = 0; i < p->count; i++)
		wrap_put_piece(n->file, side, packet, len, id, &p->piece[i]);
}

/* 8 of UDP, 38 of SPP and 8 of data */
static void make_v4_fragments(struct file *f)
{
	static const struct packet_pieces forward = {
		3, { { 0, 16, false }, { 16, 24, false }, { 40, 14, true } }
	};
	static const struct packet_pieces backward = { 4,
						       { { 48, 6, true },
							 { 24, 24, false },
							 { 24, 24, false },
							 { 0, 24, false } } };
	struct net n = case_v4(f, 34024, 53);

	n.wrap = packet_fragment;
	n.wrap_arg = &forward;
	packet_ask(&n, SPP);
	n = case_v4(f, 34025, 53);
	n.wrap = packet_fragment;
	n.wrap_arg = &backward;
	packet_ask(&n, SPP);
}

/* 20 of TCP, 28 of the header, and the request; eight bytes a piece at first,
 * so that even the TCP header is split
 */
static void make_v6_fragments(struct file *f)
{
	static const struct packet_pieces tiny = { 5,
						   { { 0, 8, false },
						     { 8, 8, false },
						     { 16, 8, false },
						     { 32, 53, true },
						     { 24, 8, false } } };
	struct net n = case_v6(f, 34026, 8080);

	n.wrap = packet_fragment;
	n.wrap_arg = &tiny;
	packet_talk(&n, V2_TCP);
}

static void make_lost_fragments(struct file *f)
{
	static const struct packet_pieces begin = { 1, { { 0, 48, false } } };
	static const struct packet_pieces shorter = { 1, { { 0, 24, false } } };
	static const struct packet_pieces end = { 1, { { 40, 14, true } } };
	struct net n = case_v4(f, 34027, 53);

	n.wrap = packet_fragment;
	n.wrap_arg = &begin; /* with the whole header */
	packet_ask(&n, SPP);
	n = case_v4(f, 34028, 53);
	n.wrap = packet_fragment;
	n.wrap_arg = &shorter; /* with a part of it */
	packet_ask(&n, SPP);
	n = case_v4(f, 34029, 53);
	n.wrap = packet_fragment;
	n.wrap_arg = &end; /* with nothing of it */
	packet_ask(&n, SPP);
}

static void make_overlaps(struct file *f)
{
	/* the second piece brings the first one's end again, and some more */
	static const struct packet_pieces over = {
		3, { { 0, 32, false }, { 16, 32, false }, { 48, 6, true } }
	};
	struct net n = case_v4(f, 34030, 53);

	n.wrap = packet_fragment;
	n.wrap_arg = &over;
	packet_ask(&n, SPP);
	n = case_v6(f, 34031, 53); /* RFC 5722: all of it is dropped */
	n.wrap = packet_fragment;
	n.wrap_arg = &over;
	packet_ask(&n, SPP);
}

/* packet_hostile() - teardrop, ping of death, an empty piece, two ends, before
 * a packet that is well
 */
static void make_hostile_fragments(struct file *f)
{
	static const char *const hdr[] = {
		"0001 2000", "0001 0001", /* teardrop */
		"0002 2000", "0002 1fff", /* death */
		"0003 2003", "0003 2000", "0004 0002", "0004 0004"
	};
	static const size_t len[] = { 36, 4, 24, 24, 0, 24, 8, 8 };
	static const uint8_t data[64] = { 0x30, 0x39, 0, 53, 0, 44 };
	struct net n = case_v4(f, 34032, 53);
	static struct wrap w;
	size_t i;

	for (i = 0; i < sizeof(len) / sizeof(len[0]); i++) {
		uint8_t word[4];

		(void)net_hex(hdr[i], word, sizeof(word));
		wrap_begin(&w, data, len[i]);
		wrap_push_ip4(&w, "198.51.100.66", "192.0.2.10", PROTO_UDP,
			      (uint16_t)(word[0] << 8 | word[1]),
			      (uint16_t)(word[2] << 8 | word[3]), NULL);
		wrap_put_ip(&w, A, f);
	}
	packet_ask(&n, SPP);
}

/* packet_uoa() - options from @n->wrap_arg in requests */
static void packet_uoa(struct net *n, enum net_side side, const uint8_t *packet,
		       size_t len)
{
	static struct wrap w;

	wrap_begin(&w, packet + 20, len - 20);
	wrap_push_ip4(&w, n->end[side].ip, n->end[!side].ip, PROTO_UDP, 1,
		      0x4000, side == A ? n->wrap_arg : NULL);
	wrap_put_ip(&w, side, n->file);
}

static void make_uoa_option(struct file *f)
{
	struct net n = case_v4(f, 34033, 53);
	int i;

	n.wrap = packet_uoa;
	n.wrap_arg = UOA;
	for (i = 0; i < 3; i++) { /* as many as DPVS sends without an answer */
		packet_ask(&n, "");
	}
	n.wrap_arg = NULL;
	packet_ask(&n, "");
	n = case_v4(f, 34034, 53);
	n.wrap = packet_uoa;
	n.wrap_arg = "94040000" UOA_6; /* behind a router alert; from NAT64 */
	packet_ask(&n, "");
	n = case_v4(f, 34035, 53);
	n.wrap = packet_uoa;
	n.wrap_arg = "1f07 9c40 cb0071 00"; /* a length that it cannot have */
	packet_ask(&n, "");
}

/* packet_opp() - the header in hex from @n->wrap_arg before UDP in requests */
static void packet_opp(struct net *n, enum net_side side, const uint8_t *packet,
		       size_t len)
{
	bool is_6 = packet[0] >> 4 == 6;
	size_t hdr_len = is_6 ? 40 : 20;
	uint8_t proto = side == A ? PROTO_OPP : PROTO_UDP;
	static struct wrap w;

	wrap_begin(&w, packet + hdr_len, len - hdr_len);
	if (side == A)
		wrap_push_hex(&w, n->wrap_arg);
	if (is_6)
		wrap_push_ip6(&w, n->end[side].ip, n->end[!side].ip, proto);
	else
		wrap_push_ip4(&w, n->end[side].ip, n->end[!side].ip, proto, 1,
			      0x4000, NULL);
	wrap_put_ip(&w, side, n->file);
}

static void make_uoa_opp(struct file *f)
{
	struct net n = case_v4(f, 34036, 53);

	n.wrap = packet_opp;
	n.wrap_arg = "1011 000c" UOA;
	packet_ask(&n, "");
	packet_ask(&n, "");
	n = case_v6(f, 34037, 53);
	n.wrap = packet_opp;
	n.wrap_arg = "2011 0018" UOA_6;
	packet_ask(&n, "");
}

/* packet_giant() - the total length is 0, and the header's checksum too, for
 * the card to fill in
 */
static void packet_giant(struct net *n, enum net_side side,
			 const uint8_t *packet, size_t len)
{
	static struct wrap w;

	wrap_begin(&w, packet, len);
	if (len > 1500) {
		memset(w.bytes + w.at + 2, 0, 2);
		memset(w.bytes + w.at + 10, 0, 2);
	}
	wrap_put_ip(&w, side, n->file);
}

static void make_giants(struct file *f)
{
	static uint8_t body[20000];
	struct net n = case_v4(f, 34038, 8080);
	size_t len = case_join(body, V2_TCP, get);

	memset(body + len, 'x', sizeof(body) - len);
	f->snaplen = 256;
	/* not cut yet by the sender's card: the pseudo header's sum */
	n.fault = NET_FAULT_PARTIAL_CSUM;
	net_handshake(&n);
	net_data(&n, A, body, sizeof(body));
	net_close(&n);
	f->snaplen = 65535;
	/* put together by the receiver's: the sum is that of one segment */
	n = case_v4(f, 34039, 8080);
	net_handshake(&n);
	n.fault = NET_FAULT_BAD_CSUM;
	net_data(&n, A, body, sizeof(body));
	n.fault = 0;
	net_close(&n);
	n = case_v4(f, 34040, 8080);
	n.wrap = packet_giant;
	n.fault = NET_FAULT_PARTIAL_CSUM;
	packet_talk(&n, V2_TCP);
	net_data(&n, A, body + 2000, 4000);
}

/* A jumbogram (RFC 2675) of 70000 bytes, of which the capture has 200. */
static void make_jumbogram(struct file *f)
{
	static uint8_t body[70000];
	struct net n = case_v6(f, 34041, 8080);
	uint8_t hbh[8] = { 6, 0, 0xc2, 4 };
	uint8_t tcp[20] = { 0x84, 0xf9, 0x1f, 0x90 };
	uint32_t jumbo = sizeof(body) + sizeof(tcp) + sizeof(hbh);
	uint32_t seq;
	static struct wrap w;
	int i;

	(void)case_join(body, V2_TCP, get);
	f->snaplen = 200;
	net_handshake(&n);
	seq = n.end[A].seq;
	for (i = 0; i < 4; i++) {
		tcp[4 + i] = (uint8_t)(seq >> (24 - 8 * i));
		tcp[8 + i] = (uint8_t)(n.end[B].seq >> (24 - 8 * i));
		hbh[4 + i] = (uint8_t)(jumbo >> (24 - 8 * i));
	}
	tcp[12] = 0x50;
	tcp[13] = TH_PUSH | TH_ACK;
	wrap_begin(&w, body, sizeof(body));
	wrap_push(&w, tcp, sizeof(tcp));
	wrap_push(&w, hbh, sizeof(hbh));
	wrap_push_ip6(&w, n.end[A].ip, n.end[B].ip, 0);
	memset(w.bytes + w.at + 4, 0, 2); /* the length is in the option */
	wrap_put_ip(&w, A, f);
	n.end[A].seq += (uint32_t)sizeof(body);
	net_close(&n);
}

/* packet_gre_fragment() - the outer packet is too long and comes in two */
static void packet_gre_fragment(struct net *n, enum net_side side,
				const uint8_t *packet, size_t len)
{
	static struct wrap w;
	static uint32_t id;

	wrap_begin(&w, packet, len);
	wrap_push_hex(&w, "2000 0800 00000007");
	wrap_push_ip4(&w, vtep[side], vtep[!side], PROTO_GRE, 1, 0, NULL);
	if (len < 80) {
		wrap_put_ip(&w, side, n->file);
	} else {
		struct wrap_piece first = { 0, 56, false };
		struct wrap_piece rest = { 56, (uint16_t)(8 + len - 56), true };
		static uint8_t whole[2048];
		size_t all = wrap_len(&w);

		memcpy(whole, w.bytes + w.at, all);
		id++;
		wrap_put_piece(n->file, side, whole, all, id, &first);
		wrap_put_piece(n->file, side, whole, all, id, &rest);
	}
}

static void make_gre_fragments(struct file *f)
{
	struct net n = case_v4(f, 34042, 8080);

	n.wrap = packet_gre_fragment;
	packet_talk(&n, V2_TCP);
}

static void make_truncated(struct file *f)
{
	struct net n = case_v4(f, 34043, 8080);

	f->snaplen = 14 + 20 + 12; /* inside the TCP header */
	net_handshake(&n);
	f->snaplen = 14 + 20 + 20 + 20; /* inside the line */
	net_data(&n, A, v1_line, strlen(v1_line));
	net_close(&n);
	f->snaplen = 14 + 20 + 20; /* no payload at all */
	n = case_v4(f, 34044, 8080);
	packet_talk(&n, V2_TCP);
	f->snaplen = 14 + 20 + 20 + 28; /* exactly the header */
	n = case_v4(f, 34045, 8080);
	packet_talk(&n, V2_TCP);
}

const struct gen_case cases_packet[] = {
	{ "058-gre-fragments", CASE_ETHERNET, make_gre_fragments },
	{ "059-snaplen", CASE_ETHERNET, make_truncated },
	{ "060-ppp", CASE_PPP, make_ppp },
	{ "061-ppp-hdlc", CASE_PPP_HDLC, make_hdlc },
	{ "062-bsd-null", CASE_NULL, make_null },
	{ "063-raw-ip", CASE_RAW, make_raw },
	{ "064-pppoe-and-snap", CASE_ETHERNET, make_pppoe_snap },
	{ "065-vxlan", CASE_ETHERNET, make_vxlan },
	{ "066-geneve", CASE_ETHERNET, make_geneve },
	{ "067-gre", CASE_ETHERNET, make_gre },
	{ "068-ip-in-ip", CASE_ETHERNET, make_ipip },
	{ "069-tunnels-nested", CASE_ETHERNET, make_nested },
	{ "070-tunnel-port", CASE_ETHERNET, make_tunnel_port },
	{ "071-ipv4-fragments", CASE_ETHERNET, make_v4_fragments },
	{ "072-ipv6-fragments", CASE_ETHERNET, make_v6_fragments },
	{ "073-fragments-lost", CASE_ETHERNET, make_lost_fragments },
	{ "074-fragments-overlap", CASE_ETHERNET, make_overlaps },
	{ "075-fragments-hostile", CASE_ETHERNET, make_hostile_fragments },
	{ "076-uoa", CASE_ETHERNET, make_uoa_option },
	{ "077-uoa-opp", CASE_ETHERNET, make_uoa_opp },
	{ "078-giants", CASE_ETHERNET, make_giants },
	{ "079-jumbogram", CASE_ETHERNET, make_jumbogram },
	{ NULL, 0, NULL },
};
