/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_document.c - the two captures that the product's document shows
 * (seed/73, seed/74). What each byte rests on stands in the README.md beside
 * the capture.
 */
#include <netinet/tcp.h>

#include "cases.h"

/* PROXY TCP4 119.29.135.205 43.159.115.63 53859 10000 CR LF, then "abc" */
static const char ppv1_first[] =
	"50524f5859205443503420 3131392e32392e3133352e323035 20"
	"34332e3135392e3131352e3633 20 3533383539 20 3130303030 0d0a"
	"616263";

static void make_ppv1_tcp(struct file *f)
{
	struct net front = {
		.file = f,
		.link = NET_SLL,
		.end = { { "43.132.85.50", 7502, 48, 0, 0x1000, 0x6a0f3b20 },
			 { "10.4.0.14", 10000, 64, 0, 0x2000, 0x91c25d08 } },
	};
	struct net back = {
		.file = f,
		.link = NET_SLL_LOOPBACK,
		.end = { { "127.0.0.1", 40110, 64, 0, 0x3000, 0x0b5e77a1 },
			 { "127.0.0.1", 8888, 64, 0, 0x4000, 0x5d2290c4 } },
	};
	uint8_t first[64];
	size_t len = net_hex(ppv1_first, first, sizeof(first));

	net_handshake(&front);				    /* 1..3 */
	net_tcp(&front, A, TH_ACK, -1, NULL, 0);	    /* 4: keep-alive */
	net_tcp(&front, B, TH_ACK, 0, NULL, 0);		    /* 5 */
	net_tcp(&front, A, TH_ACK, 0, NULL, 0);		    /* 6 */
	net_data(&front, A, first, len);		    /* 7, 8 */
	net_handshake(&back);				    /* 9..11 */
	net_data(&back, A, "abc", 3);			    /* 12, 13 */
	net_data(&back, B, "abc", 3);			    /* 14, 15 */
	net_data(&front, B, "abc", 3);			    /* 16, 17 */
	net_tcp(&front, A, TH_PUSH | TH_ACK, 0, "1243", 4); /* 18 */
}

/* 119.29.135.205:48748 > 43.159.115.63:38888, then "0" */
static const char ppv2_first[] = "0d0a0d0a000d0a515549540a 21 12 000c"
				 "771d87cd 2b9f733f be6c 97e8 30";

/* The origin of the document prepends eight bytes; which, it does not show. */
#define REPLY	  "receive:"
#define REPLY_LEN 8

static void make_ppv2_udp_as(struct file *f, unsigned fault)
{
	struct net front = {
		.file = f,
		.link = NET_SLL,
		.fault = fault,
		.end = { { "43.175.17.39", 11834, 48, 0xb8, 0xd779, 0 },
			 { "10.4.0.14", 38888, 64, 0, 0x2000, 0 } },
	};
	struct net back = {
		.file = f,
		.link = NET_SLL_LOOPBACK,
		.end = { { "127.0.0.1", 40110, 64, 0, 0x3000, 0 },
			 { "127.0.0.1", 8888, 64, 0, 0x4000, 0 } },
	};
	uint8_t ask[64];
	uint8_t reply[64] = REPLY;
	size_t len = net_hex(ppv2_first, ask, sizeof(ask));
	size_t i, k;

	for (i = 0; i < 5; i++) {
		for (k = 0; k < len; k++)
			reply[REPLY_LEN + k] = ask[k];
		net_udp(&front, A, ask, len);		    /* 1, 5, .. 17 */
		net_udp(&back, A, ask, len);		    /* 2 */
		net_udp(&back, B, reply, REPLY_LEN + len);  /* 3 */
		net_udp(&front, B, reply, REPLY_LEN + len); /* 4, 8, .. 20 */
		ask[0] = (uint8_t)('1' + i);
		len = 1;
	}
}

static void make_ppv2_udp(struct file *f)
{
	make_ppv2_udp_as(f, 0);
}

static void make_ppv2_udp_bad(struct file *f)
{
	make_ppv2_udp_as(f, NET_FAULT_OCR_ADDR);
}

const struct gen_case cases_document[] = {
	{ "001-document-ppv1-tcp", CASE_SLL, make_ppv1_tcp },
	{ "002-document-ppv2-udp", CASE_SLL, make_ppv2_udp },
	{ "003-document-ppv2-udp-bad-csum", CASE_SLL, make_ppv2_udp_bad },
	{ NULL, 0, NULL },
};
