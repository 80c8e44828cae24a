/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_toa.c - clients named in TCP options. The bytes are written out from
 * what vendors document; 203.0.113.7:54321 and [2001:db8:c::7]:54321 are the
 * clients unless a case says otherwise.
 */
#include <netinet/tcp.h>
#include <string.h>

#include "cases.h"

#define CLIENT_V4 "d431 cb007107"
#define CLIENT_V6 "d431 20010db8000c00000000000000000007"
/* Two NOP and a timestamp, as Linux has them before all that eBPF adds. */
#define STAMP "0101 080a 00000001 00000000"
/* MSS, SACK permitted, timestamp, window scale: a Linux SYN */
#define SYN "0204 05b4 0402 080a 00000001 00000000 01 030307"

static const char get[] = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";

/* toa_talk() - a connection: @syn, @ack and @data are the client's options in
 * the SYN, the handshake's ACK, and the request; NULL: what Linux has there.
 */
static void toa_talk(struct net *n, const char *syn, const char *ack,
		     const char *data)
{
	net_set_opt(n, A, syn ? syn : SYN);
	net_set_opt(n, B, SYN);
	net_tcp(n, A, TH_SYN, 0, NULL, 0);
	net_tcp(n, B, TH_SYN | TH_ACK, 0, NULL, 0);
	net_set_opt(n, A, ack ? ack : STAMP);
	net_set_opt(n, B, STAMP);
	net_tcp(n, A, TH_ACK, 0, NULL, 0);
	net_set_opt(n, A, data ? data : STAMP);
	net_data(n, A, get, strlen(get));
	net_set_opt(n, A, STAMP);
	net_data(n, B, "HTTP/1.1 204 No Content\r\n\r\n", 27);
	net_close(n);
}

/* The rule of LVS: each segment until the server's first byte. */
static void make_ack_data(struct file *f)
{
	struct net n = case_v4(f, 32001, 8080);
	static const char toa[] = STAMP "c808" CLIENT_V4;

	net_set_opt(&n, A, SYN);
	net_set_opt(&n, B, SYN);
	net_tcp(&n, A, TH_SYN, 0, NULL, 0);
	net_tcp(&n, B, TH_SYN | TH_ACK, 0, NULL, 0);
	net_set_opt(&n, A, toa);
	net_set_opt(&n, B, STAMP);
	net_tcp(&n, A, TH_ACK, 0, NULL, 0);
	net_data(&n, A, get, 16);
	net_data(&n, A, get + 16, strlen(get) - 16);
	net_set_opt(&n, A, STAMP);
	net_data(&n, B, "HTTP/1.1 204 No Content\r\n\r\n", 27);
	net_close(&n);
}

static void make_v6(struct file *f)
{
	struct net n = case_v6(f, 32002, 8080);

	toa_talk(&n, NULL, STAMP "c814" CLIENT_V6, STAMP "c814" CLIENT_V6);
	/* families need not agree: a v6 client, a v4 leg, and the reverse */
	n = case_v4(f, 32003, 8080);
	toa_talk(&n, NULL, STAMP "c814" CLIENT_V6, STAMP "c814" CLIENT_V6);
	n = case_v6(f, 32004, 8080);
	toa_talk(&n, NULL, STAMP "c808" CLIENT_V4, STAMP "c808" CLIENT_V4);
}

static void make_syn_only(struct file *f)
{
	struct net n = case_v4(f, 32005, 8080);

	toa_talk(&n, SYN "c808" CLIENT_V4, NULL, NULL);
}

/* LVS and DPVS put it before all other options. */
static void make_kind_254(struct file *f)
{
	struct net n = case_v4(f, 32006, 8080);

	toa_talk(&n, NULL, "fe08" CLIENT_V4 STAMP, "fe08" CLIENT_V4 STAMP);
	n = case_v6(f, 32007, 8080);
	toa_talk(&n, NULL, "fe14" CLIENT_V6 STAMP, "fe14" CLIENT_V6 STAMP);
	n = case_v4(f, 32008, 8080);
	toa_talk(&n, NULL, "fe10" CLIENT_V4 "0000 01bb c6336401" STAMP,
		 "fe10" CLIENT_V4 "0000 01bb c6336401" STAMP);
}

static void make_kind_253(struct file *f)
{
	struct net n = case_v6(f, 32009, 8080);

	toa_talk(&n, NULL, "fd14" CLIENT_V6 STAMP, "fd14" CLIENT_V6 STAMP);
	n = case_v4(f, 32010, 8080);
	toa_talk(&n, NULL, "fd08" CLIENT_V4 STAMP, "fd08" CLIENT_V4 STAMP);
}

static void make_kind_28(struct file *f)
{
	struct net n = case_v4(f, 32011, 8080);

	toa_talk(&n, NULL, NULL, STAMP "1c07 01 cb007107");
	n = case_v6(f, 32012, 8080);
	toa_talk(&n, NULL, NULL,
		 STAMP "1c13 02 20010db8000c00000000000000000007");
}

static void make_vtoa(struct file *f)
{
	struct net n = case_v4(f, 32013, 8080);
	static const char v6[] = "f928" CLIENT_V6
				 "00002c00 20010db8000b00000000000000000001";

	toa_talk(&n, NULL, "fc14" CLIENT_V4 "4fa82c00 c6336401 01bb 0101",
		 NULL);
	/* fills the header: no room for a timestamp */
	n = case_v4(f, 32014, 8080);
	toa_talk(&n, NULL, v6, NULL);
	n = case_v4(f, 32015, 8080);
	toa_talk(&n, NULL,
		 "c808" CLIENT_V4 "0101 c906 00002c00 ca08 01bb c6336401",
		 NULL);
	n = case_v4(f, 32016, 8080);
	toa_talk(&n, NULL, "fe08" CLIENT_V4 "fa08 01bb c6336401" STAMP, NULL);
}

/* A forged option of the client, and the proxy's: in one segment, in two, of
 * two kinds; the last two flows say the same twice.
 */
static void make_contrary(struct file *f)
{
	struct net n = case_v4(f, 32017, 8080);

	toa_talk(&n, NULL, "c808" CLIENT_V4 "c808 0001 c6336442" STAMP, NULL);
	n = case_v4(f, 32018, 8080);
	toa_talk(&n, NULL, STAMP "c808" CLIENT_V4, STAMP "c808 0001 c6336442");
	n = case_v4(f, 32019, 8080);
	toa_talk(&n, NULL, "fe08 0001 c6336442 c808" CLIENT_V4 STAMP, NULL);
	n = case_v4(f, 32020, 8080);
	toa_talk(&n, NULL, "c808" CLIENT_V4 "c808" CLIENT_V4 STAMP, NULL);
	n = case_v4(f, 32021, 8080);
	toa_talk(&n, NULL, "c808" CLIENT_V4 "1c07 01 cb007107 00", NULL);
}

static void make_malformed(struct file *f)
{
	struct net n = case_v4(f, 32022, 8080);

	/* a length that nobody has */
	toa_talk(&n, NULL, STAMP "c807 d431 cb0071", NULL);
	/* past the header's end */
	n = case_v4(f, 32023, 8080);
	toa_talk(&n, NULL, STAMP "c814" CLIENT_V4, NULL);
	/* without a length */
	n = case_v4(f, 32024, 8080);
	toa_talk(&n, NULL, STAMP "c800" CLIENT_V4, NULL);
	/* nobody's port, nobody's address */
	n = case_v4(f, 32025, 8080);
	toa_talk(&n, NULL, STAMP "c808 0000 cb007107", NULL);
	n = case_v4(f, 32026, 8080);
	toa_talk(&n, NULL, STAMP "c808 d431 00000000", NULL);
}

/* Options that share a kind: TCP Fast Open's old number with a cookie, SMC,
 * HOST_ID, User Timeout, TCP-AO; the last a TOA whose port is F989 in hex.
 */
static void make_lookalike(struct file *f)
{
	static const char *const syn[] = {
		SYN "fe0c f989 0123456789abcdef",
		SYN "fe06 e2d4c3d9",
		SYN "fd08 0348 cb007107",
		SYN "1c04 8001",
		SYN "1d10 0101 00112233445566778899aabb",
		NULL,
	};
	size_t i;

	for (i = 0; i < sizeof(syn) / sizeof(*syn); i++) {
		struct net n = case_v4(f, (uint16_t)(32027 + i), 8080);

		toa_talk(&n, syn[i], NULL,
			 syn[i] ? NULL : STAMP "fe08 f989 cb007107");
	}
}

/* The header names 203.0.113.7:40000. */
static void make_ppv2(struct file *f)
{
	static const char v2[] = "0d0a0d0a000d0a515549540a 21 11 000c"
				 "cb007107 c6336401 9c40 01bb";
	static const char *const toa[] = { STAMP "c808 9c40 c6336442",
					   STAMP "c808 9c40 cb007107" };
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, v2, get);
	size_t i;

	for (i = 0; i < 2; i++) {
		struct net n = case_v4(f, (uint16_t)(32033 + i), 8080);

		net_handshake(&n);
		net_set_opt(&n, A, toa[i]);
		net_tcp(&n, A, TH_PUSH | TH_ACK, 0, seg, len);
		net_set_opt(&n, A, STAMP);
		net_tcp(&n, B, TH_ACK, 0, NULL, 0);
		net_close(&n);
	}
}

static void make_from_origin(struct file *f)
{
	struct net n = case_v4(f, 32035, 8080);

	net_handshake(&n);
	net_data(&n, A, get, strlen(get));
	net_set_opt(&n, B, STAMP "c808" CLIENT_V4);
	net_data(&n, B, "HTTP/1.1 204 No Content\r\n\r\n", 27);
	net_set_opt(&n, B, STAMP);
	net_close(&n);
}

/* The server has answered by the time the client is named. */
static void make_late(struct file *f)
{
	struct net n = case_v4(f, 32036, 25);

	net_handshake(&n);
	net_data(&n, B, "220 example.com\r\n", 17);
	net_set_opt(&n, A, STAMP "c808" CLIENT_V4);
	net_data(&n, A, "EHLO example.com\r\n", 18);
	net_close(&n);
}

const struct gen_case cases_toa[] = {
	{ "040-toa-ack-data", CASE_ETHERNET, make_ack_data },
	{ "041-toa-ipv6", CASE_ETHERNET, make_v6 },
	{ "042-toa-syn-only", CASE_ETHERNET, make_syn_only },
	{ "043-toa-kind-254", CASE_ETHERNET, make_kind_254 },
	{ "044-toa-kind-253", CASE_ETHERNET, make_kind_253 },
	{ "045-toa-kind-28", CASE_ETHERNET, make_kind_28 },
	{ "046-toa-vtoa", CASE_ETHERNET, make_vtoa },
	{ "047-toa-contrary", CASE_ETHERNET, make_contrary },
	{ "048-toa-malformed", CASE_ETHERNET, make_malformed },
	{ "049-toa-lookalike", CASE_ETHERNET, make_lookalike },
	{ "050-toa-and-ppv2", CASE_ETHERNET, make_ppv2 },
	{ "051-toa-from-origin", CASE_ETHERNET, make_from_origin },
	{ "052-toa-late", CASE_ETHERNET, make_late },
	{ NULL, 0, NULL },
};
