/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_verdict.c - who spoke when, with whose header, and how it ended. The
 * clients are 203.0.113.7:40000 and, where there is a second one,
 * 198.51.100.66:6666.
 */
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#define SIG	  "0d0a0d0a000d0a515549540a"
#define ENDS	  "cb007107 c6336401 9c40 01bb"
#define ENDS_UDP  "cb007107 c6336401 9c40 0035"
#define ENDS_2	  "c6336442 c6336401 1a0a 01bb"
#define ENDS_2UDP "c6336442 c6336401 1a0a 0035"
#define V2_TCP	  SIG "21 11 000c" ENDS
#define V2_TCP_2  SIG "21 11 000c" ENDS_2
#define V2_UDP	  SIG "21 12 000c" ENDS_UDP
#define V2_UDP_2  SIG "21 12 000c" ENDS_2UDP
#define V1	  "PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n"
#define V1_2	  "PROXY TCP4 198.51.100.66 198.51.100.1 6666 443\r\n"
#define MAPPED	  "00000000000000000000ffff"
#define SPP	  "56ec" MAPPED "cb007107" MAPPED "c6336401 9c40 0035"
#define SPP_2	  "56ec" MAPPED "c6336442" MAPPED "c6336401 1a0a 0035"
/* the beginning of a ClientHello */
#define TLS_HELLO "16 0301 0200 01 0001fc 0303"

static const char get[] = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
static const char greeting[] = "220 mail.example.com ESMTP\r\n";

/* verdict_data() - @hex, then @text, in one segment */
static void verdict_data(struct net *n, enum net_side side, const char *hex,
			 const char *text)
{
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, hex, text);

	net_data(n, side, seg, len);
}

static void verdict_udp(struct net *n, enum net_side side, const char *hex,
			const char *text)
{
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, hex, text);

	net_udp(n, side, seg, len);
}

static void make_origin_first(struct file *f)
{
	struct net n = case_v4(f, 33001, 25);

	net_handshake(&n);
	net_data(&n, B, greeting, strlen(greeting));
	verdict_data(&n, A, V2_TCP, "EHLO example.com\r\n");
	net_close(&n);
	/* the greeting passes the header on the wire: the same to the origin */
	n = case_v4(f, 33002, 25);
	net_handshake(&n);
	net_tcp(&n, B, TH_PUSH | TH_ACK, 0, greeting, strlen(greeting));
	verdict_data(&n, A, "", V1);
	net_close(&n);
	/* as it should be */
	n = case_v4(f, 33003, 25);
	net_handshake(&n);
	verdict_data(&n, A, "", V1);
	net_data(&n, B, greeting, strlen(greeting));
	net_close(&n);
}

static void make_deadlock(struct file *f)
{
	struct net n = case_v4(f, 33004, 25);

	net_handshake(&n);
	f->now_ms += 5000;
	net_close(&n);
}

static void make_reset(struct file *f)
{
	struct net n = case_v4(f, 33005, 8080);

	net_handshake(&n);
	verdict_data(&n, A, V2_TCP, get);
	net_tcp(&n, B, TH_RST | TH_ACK, 0, NULL, 0);
	n = case_v4(f, 33006, 8080);
	net_handshake(&n);
	verdict_data(&n, A, V2_TCP, get);
	net_tcp(&n, B, TH_FIN | TH_ACK, 0, NULL, 0);
	net_tcp(&n, A, TH_FIN | TH_ACK, 0, NULL, 0);
	net_tcp(&n, B, TH_ACK, 0, NULL, 0);
	/* much later, so not because of the header */
	n = case_v4(f, 33007, 8080);
	net_handshake(&n);
	verdict_data(&n, A, V2_TCP, get);
	f->now_ms += 60000;
	net_tcp(&n, B, TH_RST | TH_ACK, 0, NULL, 0);
}

static void make_error_reply(struct file *f)
{
	static const char *const replies[] = {
		"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
		"Invalid SSH identification string.\r\n",
		"500 5.5.1 Invalid command\r\n",
	};
	struct net n;
	size_t i;

	for (i = 0; i < sizeof(replies) / sizeof(*replies); i++) {
		n = case_v4(f, (uint16_t)(33008 + i), 8080);
		net_handshake(&n);
		verdict_data(&n, A, "", V1 "GET / HTTP/1.1\r\n\r\n");
		net_data(&n, B, replies[i], strlen(replies[i]));
		net_close(&n);
	}
	n = case_v4(f, 33011, 8443);
	net_handshake(&n);
	verdict_data(&n, A, V2_TCP TLS_HELLO, "");
	verdict_data(&n, B, "15 0303 0002 0232", "");
	net_close(&n);
}

static void make_tls(struct file *f)
{
	struct net n = case_v4(f, 33012, 8443);

	net_handshake(&n);
	verdict_data(&n, A, TLS_HELLO, "");
	net_close(&n);
	n = case_v4(f, 33013, 8443);
	net_handshake(&n);
	verdict_data(&n, A, V2_TCP TLS_HELLO, "");
	net_close(&n);
	n = case_v4(f, 33014, 8443);
	net_handshake(&n);
	verdict_data(&n, A, TLS_HELLO, "");
	verdict_data(&n, A, V2_TCP, "");
	net_close(&n);
}

static void make_wrong_side(struct file *f)
{
	struct net n = case_v4(f, 33015, 8080);

	net_handshake(&n);
	net_data(&n, A, get, strlen(get));
	verdict_data(&n, B, "", V1 "HTTP/1.1 204 No Content\r\n\r\n");
	net_close(&n);
	n = case_v4(f, 33016, 8080);
	net_handshake(&n);
	verdict_data(&n, B, V2_TCP, "");
	net_close(&n);
}

/* A client forges a header, and the proxy puts its own before it; two proxies
 * in a row; the second in a segment of its own.
 */
static void make_second(struct file *f)
{
	struct net n = case_v4(f, 33017, 8080);

	net_handshake(&n);
	verdict_data(&n, A, V2_TCP, V1_2);
	net_data(&n, A, get, strlen(get));
	net_close(&n);
	n = case_v4(f, 33018, 8080);
	net_handshake(&n);
	verdict_data(&n, A, V2_TCP V2_TCP, get);
	net_close(&n);
	n = case_v4(f, 33019, 8080);
	net_handshake(&n);
	verdict_data(&n, A, V2_TCP, "");
	verdict_data(&n, A, V2_TCP_2, get);
	net_close(&n);
	/* over UDP, where each datagram has two */
	n = case_v4(f, 33020, 53);
	verdict_udp(&n, A, V2_UDP V2_UDP_2, "question");
	verdict_udp(&n, B, "", "answer");
}

static void make_pooled(struct file *f)
{
	struct net n = case_v4(f, 33021, 8080);

	net_handshake(&n);
	verdict_data(&n, A, V2_TCP, get);
	net_data(&n, B, "HTTP/1.1 204 No Content\r\n\r\n", 27);
	verdict_data(&n, A, V2_TCP_2, get);
	net_data(&n, B, "HTTP/1.1 204 No Content\r\n\r\n", 27);
	net_close(&n);
}

/* The header comes again with another address: after the whole, and before it
 * is whole.
 */
static void make_overlap(struct file *f)
{
	struct net n = case_v4(f, 33022, 8080);
	uint8_t one[CASE_MAX], two[CASE_MAX];
	size_t len = case_join(one, V2_TCP, get);

	(void)case_join(two, V2_TCP_2, get);
	net_handshake(&n);
	net_data(&n, A, one, len);
	net_tcp(&n, A, TH_PUSH | TH_ACK, -(int32_t)len, two, len);
	net_close(&n);
	n = case_v4(f, 33023, 8080);
	net_handshake(&n);
	net_tcp(&n, A, TH_PUSH | TH_ACK, 14, one + 14, 10);
	net_tcp(&n, A, TH_PUSH | TH_ACK, 14, two + 14, 10);
	net_tcp(&n, A, TH_PUSH | TH_ACK, 24, one + 24, len - 24);
	net_tcp(&n, A, TH_PUSH | TH_ACK, 0, one, 14);
	n.end[A].seq += (uint32_t)len - 14;
	net_tcp(&n, B, TH_ACK, 0, NULL, 0);
	net_close(&n);
}

/* The sequence number wraps inside the header, in one segment and in two. */
static void make_wrap(struct file *f)
{
	struct net n = case_v4(f, 33024, 8080);
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, V2_TCP, get);

	n.end[A].seq = UINT32_MAX - 10;
	n.end[B].seq = UINT32_MAX;
	net_handshake(&n);
	net_data(&n, A, seg, len);
	net_data(&n, B, "HTTP/1.1 204 No Content\r\n\r\n", 27);
	net_close(&n);
	n = case_v4(f, 33025, 8080);
	n.end[A].seq = UINT32_MAX - 10;
	net_handshake(&n);
	net_data(&n, A, seg, 9);
	net_data(&n, A, seg + 9, len - 9);
	net_close(&n);
}

static void make_one_way(struct file *f)
{
	struct net n = case_v4(f, 33026, 8080);

	/* only what the origin sends */
	f->is_blind = true;
	net_tcp(&n, A, TH_SYN, 0, NULL, 0);
	f->is_blind = false;
	net_tcp(&n, B, TH_SYN | TH_ACK, 0, NULL, 0);
	f->is_blind = true;
	net_tcp(&n, A, TH_ACK, 0, NULL, 0);
	net_tcp(&n, A, TH_PUSH | TH_ACK, 0, get, strlen(get));
	f->is_blind = false;
	net_tcp(&n, B, TH_PUSH | TH_ACK, 0, "HTTP/1.1 204 No Content\r\n\r\n",
		27);
	/* only what the client's side sends */
	n = case_v4(f, 33027, 8080);
	net_tcp(&n, A, TH_SYN, 0, NULL, 0);
	f->is_blind = true;
	net_tcp(&n, B, TH_SYN | TH_ACK, 0, NULL, 0);
	f->is_blind = false;
	net_tcp(&n, A, TH_ACK, 0, NULL, 0);
	net_tcp(&n, A, TH_PUSH | TH_ACK, 0, V1, strlen(V1));
	net_tcp(&n, A, TH_PUSH | TH_ACK, 0, get, strlen(get));
	net_tcp(&n, A, TH_FIN | TH_ACK, 0, NULL, 0);
}

/* The capture begins inside a connection, with either side. */
static void make_mid_flow(struct file *f)
{
	struct net n = case_v4(f, 33028, 8080);

	net_data(&n, B, "HTTP/1.1 204 No Content\r\n\r\n", 27);
	net_data(&n, A, get, strlen(get));
	net_close(&n);
	n = case_v4(f, 33029, 8080);
	net_tcp(&n, B, TH_ACK, 0, NULL, 0);
	verdict_data(&n, A, V2_TCP, get);
	net_close(&n);
}

static void make_untrusted(struct file *f)
{
	struct net n = case_v4(f, 33030, 8080);

	net_handshake(&n);
	verdict_data(&n, A, V2_TCP, get);
	net_close(&n);
	n = case_v4(f, 33031, 8080);
	n.end[A].ip = "203.0.113.99";
	net_handshake(&n);
	verdict_data(&n, A, V2_TCP, get);
	net_close(&n);
	n = case_v4(f, 33032, 8080);
	n.end[A].ip = "203.0.113.99";
	net_handshake(&n);
	net_data(&n, A, get, strlen(get));
	net_close(&n);
	n = case_v4(f, 33033, 8080);
	n.end[A].ip = "203.0.113.99";
	net_set_opt(&n, A, "c808 9c40 cb007107");
	net_handshake(&n);
	net_data(&n, A, get, strlen(get));
	net_close(&n);
}

/* A minute of silence, then a bare datagram; then one with a header again. */
static void make_udp_expiry(struct file *f)
{
	struct net n = case_v4(f, 33034, 53);

	verdict_udp(&n, A, V2_UDP, "question");
	verdict_udp(&n, B, "", "answer");
	verdict_udp(&n, A, "", "question");
	f->now_ms += 60000;
	verdict_udp(&n, A, "", "question");
	n = case_v4(f, 33035, 53);
	verdict_udp(&n, A, V2_UDP, "question");
	verdict_udp(&n, A, "", "question");
	f->now_ms += 60000;
	verdict_udp(&n, A, V2_UDP, "question");
	verdict_udp(&n, A, "", "question");
}

static void make_udp_v1(struct file *f)
{
	struct net n = case_v4(f, 33036, 53);

	verdict_udp(&n, A, "", V1 "question");
	verdict_udp(&n, A, "", "question");
}

/* Stream families over UDP, a datagram family over TCP. */
static void make_protocol(struct file *f)
{
	struct net n = case_v4(f, 33037, 53);

	verdict_udp(&n, A, SIG "21 11 000c" ENDS_UDP, "question");
	n = case_v6(f, 33038, 53);
	verdict_udp(&n, A,
		    SIG "21 21 0024 20010db8000c00000000000000000007"
			"20010db8000b00000000000000000001 9c40 0035",
		    "question");
	n = case_v4(f, 33039, 8080);
	net_handshake(&n);
	verdict_data(&n, A, SIG "21 12 000c" ENDS, get);
	net_close(&n);
}

static void make_udp_mixed(struct file *f)
{
	struct net n = case_v4(f, 33040, 53);

	verdict_udp(&n, A, V2_UDP, "question");
	verdict_udp(&n, A, "", "question");
	verdict_udp(&n, A, V2_UDP, "question");
	verdict_udp(&n, A, "", "question");
	/* the first was lost, or its state came late */
	n = case_v4(f, 33041, 53);
	verdict_udp(&n, A, "", "question");
	verdict_udp(&n, A, V2_UDP, "question");
}

static void make_udp_clients(struct file *f)
{
	struct net n = case_v4(f, 33042, 53);

	verdict_udp(&n, A, V2_UDP, "question");
	verdict_udp(&n, A, V2_UDP_2, "question");
	verdict_udp(&n, B, "", "answer");
}

static void make_spp_faults(struct file *f)
{
	struct net n = case_v4(f, 33043, 53);

	/* replies without it */
	verdict_udp(&n, A, SPP, "question");
	verdict_udp(&n, B, "", "answer");
	/* replies with another's */
	n = case_v4(f, 33044, 53);
	verdict_udp(&n, A, SPP, "question");
	verdict_udp(&n, B, SPP_2, "answer");
	/* a bare datagram among the others */
	n = case_v4(f, 33045, 53);
	verdict_udp(&n, A, SPP, "question");
	verdict_udp(&n, A, "", "question");
	/* the client changes in the middle */
	n = case_v4(f, 33046, 53);
	verdict_udp(&n, A, SPP, "question");
	verdict_udp(&n, B, SPP, "answer");
	verdict_udp(&n, A, SPP_2, "question");
	verdict_udp(&n, B, SPP_2, "answer");
	/* PROXY protocol inside SPP */
	n = case_v4(f, 33047, 53);
	verdict_udp(&n, A, SPP V2_UDP_2, "question");
}

/* 1472 bytes of payload fit an Ethernet, with the header they do not. */
static void make_udp_mtu(struct file *f)
{
	struct net n = case_v4(f, 33048, 53);
	uint8_t dgram[1500] = { 0 };
	size_t len = net_hex(V2_UDP, dgram, sizeof(dgram));

	net_udp(&n, A, dgram, len + 1472);
	net_udp(&n, A, dgram, len + 1000);
}

/* AWS endpoint, Azure link 1234 (little-endian), GCP connection, Alibaba VPC,
 * endpoint and service; NETNS, an experimental type, UNIQUE_ID.
 */
static void make_vendor_tlvs(struct file *f)
{
	static const char tlvs[] = SIG
		"21 11 008a" ENDS
		"ea 0017 01 767063652d3031323334353637383961626364656630"
		"ee 0005 01 d2040000"
		"e0 0008 1122334455667788"
		"e1 000e 01 7670632d616263646566303132"
		"e1 0010 02 65702d616263646566303132333435"
		"e1 0011 03 6570737276302d616263646566303132"
		"30 0004 626c7565"
		"f0 0003 010203"
		"05 0004 01020304"
		"ea 0002 02 78";
	struct net n = case_v4(f, 33049, 8443);

	net_handshake(&n);
	verdict_data(&n, A, tlvs, get);
	net_close(&n);
}

/* Names nobody; longer than the smallest segment; nobody where one is meant. */
static void make_remarks(struct file *f)
{
	struct net n = case_v4(f, 33050, 8080);
	uint8_t seg[1024] = { 0 };
	size_t len;

	net_handshake(&n);
	verdict_data(&n, A, "", "PROXY UNKNOWN\r\nGET / HTTP/1.1\r\n\r\n");
	net_close(&n);
	n = case_v4(f, 33051, 8080);
	net_handshake(&n);
	len = net_hex(SIG "21 11 0258" ENDS "04 0249", seg, sizeof(seg));
	net_data(&n, A, seg, len + 0x249);
	net_close(&n);
	n = case_v4(f, 33052, 8080);
	net_handshake(&n);
	verdict_data(&n, A, SIG "21 00 0000", get);
	net_close(&n);
}

const struct gen_case cases_verdict[] = {
	{ "080-origin-first", CASE_ETHERNET, make_origin_first },
	{ "081-both-wait", CASE_ETHERNET, make_deadlock },
	{ "082-reset-after-header", CASE_ETHERNET, make_reset },
	{ "083-error-reply", CASE_ETHERNET, make_error_reply },
	{ "084-tls-and-header", CASE_ETHERNET, make_tls },
	{ "085-header-from-origin", CASE_ETHERNET, make_wrong_side },
	{ "086-second-client", CASE_ETHERNET, make_second },
	{ "087-pooled", CASE_ETHERNET, make_pooled },
	{ "088-overlap", CASE_ETHERNET, make_overlap },
	{ "089-sequence-wrap", CASE_ETHERNET, make_wrap },
	{ "090-one-direction", CASE_ETHERNET, make_one_way },
	{ "091-mid-flow", CASE_ETHERNET, make_mid_flow },
	{ "092-untrusted", CASE_ETHERNET, make_untrusted },
	{ "093-udp-expiry", CASE_ETHERNET, make_udp_expiry },
	{ "094-udp-ppv1", CASE_ETHERNET, make_udp_v1 },
	{ "095-other-transport", CASE_ETHERNET, make_protocol },
	{ "096-udp-mixed", CASE_ETHERNET, make_udp_mixed },
	{ "097-udp-clients", CASE_ETHERNET, make_udp_clients },
	{ "098-spp-faults", CASE_ETHERNET, make_spp_faults },
	{ "099-udp-mtu", CASE_ETHERNET, make_udp_mtu },
	{ "100-vendor-tlvs", CASE_ETHERNET, make_vendor_tlvs },
	{ "101-remarks", CASE_ETHERNET, make_remarks },
	{ "102-strict", CASE_ETHERNET, make_remarks },
	{ NULL, 0, NULL },
};
