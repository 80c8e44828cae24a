/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_below.c - labels, mirrored traffic, and what is not looked into. The
 * client is 203.0.113.7:40000.
 */
#include <string.h>

#include "cases.h"
#include "wrap.h"

#define PROTO_ICMP    1
#define PROTO_IGMP    2
#define PROTO_UDP     17
#define PROTO_GRE     47
#define PROTO_ESP     50
#define PROTO_AH      51
#define PROTO_ETHERIP 97
#define PROTO_L2TP    115
#define PROTO_SCTP    132
#define PROTO_MANET   138

#define V2_TCP "0d0a0d0a000d0a515549540a 21 11 000c cb007107 c6336401 9c40 01bb"

static const char get[] = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
static const char *const outer[2] = { "192.0.2.101", "192.0.2.102" };

/* What stands before the inner packet.
 * @type:   EtherType of the outermost header
 * @proto:  of an IPv4 header in that; 0: there is none
 * @port:   of UDP in that; 0: there is none
 * @hex:    a header in that
 * @is_eth: the inner packet begins with an Ethernet header
 */
struct below {
	uint16_t type;
	uint8_t proto;
	uint16_t port;
	const char *hex;
	bool is_eth;
};

/* below_wrap() - @n->wrap_arg is a struct below */
static void below_wrap(struct net *n, enum net_side side, const uint8_t *packet,
		       size_t len)
{
	const struct below *b = n->wrap_arg;
	static struct wrap w;

	wrap_begin(&w, packet, len);
	if (b->is_eth)
		wrap_push_eth(&w, side, packet[0] >> 4 == 4 ? 0x0800 : 0x86dd);
	wrap_push_hex(&w, b->hex);
	if (b->port)
		wrap_push_udp(&w, 49152, b->port);
	if (b->proto)
		wrap_push_ip4(&w, outer[side], outer[!side], b->proto, 1,
			      0x4000, NULL);
	wrap_push_eth(&w, side, b->type);
	wrap_put(&w, n->file);
}

static void below_talk(struct file *f, uint16_t sport, const struct below *b)
{
	struct net n = case_v4(f, sport, 8080);
	uint8_t seg[CASE_MAX];

	n.wrap = below_wrap;
	n.wrap_arg = b;
	net_handshake(&n);
	net_data(&n, A, seg, case_join(seg, V2_TCP, get));
	net_close(&n);
}

static void below_talk_all(struct file *f, uint16_t sport,
			   const struct below *b)
{
	for (; b->hex; b++)
		below_talk(f, sport++, b);
}

/* One label and three; Ethernet behind them without and with a control word; a
 * label in GRE.
 */
static void make_mpls(struct file *f)
{
	static const struct below all[] = {
		{ 0x8847, 0, 0, "00010140", false },
		{ 0x8847, 0, 0, "00010040 00011040 00012140", false },
		{ 0x8847, 0, 0, "00010140", true },
		{ 0x8847, 0, 0, "00010140 00000000", true },
		{ 0x0800, PROTO_GRE, 0, "0000 8847 00010140", false },
		{ 0 },
	};

	below_talk_all(f, 34101, all);
}

/* Types I, II and III, and III with its optional part. */
static void make_erspan(struct file *f)
{
	static const struct below all[] = {
		{ 0x0800, PROTO_GRE, 0, "0000 88be", true },
		{ 0x0800, PROTO_GRE, 0, "1000 88be 00000001 1064 0005 00000007",
		  true },
		{ 0x0800, PROTO_GRE, 0,
		  "1000 22eb 00000001 2064 0006 12345678 0000 0000", true },
		{ 0x0800, PROTO_GRE, 0,
		  "1000 22eb 00000001 2064 0007 12345678 0000 0001"
		  "0000000000000000",
		  true },
		{ 0 },
	};

	below_talk_all(f, 34111, all);
}

/* IPv4, Ethernet and a label behind it, on the port that "args" names. */
static void make_vxlan_gpe(struct file *f)
{
	static const struct below all[] = {
		{ 0x0800, PROTO_UDP, 4790, "0c000001 00002a 00", false },
		{ 0x0800, PROTO_UDP, 4790, "0c000003 00002a 00", true },
		{ 0x0800, PROTO_UDP, 4790, "0c000005 00002a 00 00010140",
		  false },
		{ 0 },
	};

	below_talk_all(f, 34121, all);
}

/* MACsec, a backbone's header, PPTP, ESP, a channel beside a pseudowire, a type
 * for experiments, service chaining, AH, L2TP, Ethernet in IP, a protocol that
 * is nothing to us: whatever is inside, nobody has looked.
 */
static void make_unknown(struct file *f)
{
	static const struct below all[] = {
		{ 0x88e5, 0, 0, "0c00 00000001", false },
		{ 0x88e7, 0, 0, "00000001", true },
		{ 0x0800, PROTO_GRE, 0,
		  "3001 880b 0000 0007 00000001 ff03 0021", false },
		{ 0x0800, PROTO_ESP, 0, "00000001 00000001", false },
		{ 0x8847, 0, 0, "00010140 10000007", false },
		{ 0x88b5, 0, 0, "0000", false },
		{ 0x894f, 0, 0,
		  "0fc60101 00000100 000000000000000000000000 00000000",
		  false },
		{ 0x0800, PROTO_AH, 0,
		  "04040000 00000001 00000001 000000000000000000000000",
		  false },
		{ 0x0800, PROTO_L2TP, 0, "00000001", true },
		{ 0x0800, PROTO_ETHERIP, 0, "3000", true },
		{ 0x0800, PROTO_MANET, 0, "00000000", false },
		{ 0 },
	};

	/* and what rightly has none, a packet each */
	static const struct below none[] = {
		{ 0x0806, 0, 0, "0001 0800 0604 0001", false },
		{ 0x0040, 0, 0, "424203", false },
		{ 0x0800, PROTO_ICMP, 0, "0800 f7ff 0000 0000", false },
		{ 0x0800, PROTO_IGMP, 0, "1600 e9ff 0000 0000", false },
		{ 0x0800, PROTO_SCTP, 0, "1f90 1f90 00000000 00000000", false },
	};
	size_t i;

	below_talk_all(f, 34131, all);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct net n = case_v4(f, 34150, 8080);

		n.wrap = below_wrap;
		n.wrap_arg = &none[i];
		net_udp(&n, A, "question", 8);
	}
}

/* GTP-U, Teredo, GUE, L2TP, each told by its port and its first bytes; then a
 * datagram to the port of GTP-U that is none.
 */
static void make_udp_tunnels(struct file *f)
{
	static const struct {
		uint16_t port;
		const char *hex;
	} all[] = {
		{ 2152, "30ff0008 00000001" },
		{ 3544, "60000000 00083b40 20010000c6336405 0000000000000001"
			"20010db8000c0000 0000000000000007" },
		{ 6080, "00040000 4500001c" },
		{ 1701, "0002 0001 0001" },
		{ 2152, "" },
	};
	uint8_t seg[CASE_MAX];
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct net n = case_v4(f, (uint16_t)(34160 + i), all[i].port);

		net_udp(&n, A, seg, case_join(seg, all[i].hex, "question"));
	}
}

const struct gen_case cases_below[] = {
	{ "117-mpls", CASE_ETHERNET, make_mpls },
	{ "118-erspan", CASE_ETHERNET, make_erspan },
	{ "119-vxlan-gpe", CASE_ETHERNET, make_vxlan_gpe },
	{ "120-not-looked-into", CASE_ETHERNET, make_unknown },
	{ "122-udp-tunnels", CASE_ETHERNET, make_udp_tunnels },
	{ NULL, 0, NULL },
};
