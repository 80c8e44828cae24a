/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_input.c - the same connection in forms that a capture file may have.
 * Addresses are those set aside for documentation (RFC 5737).
 */
#include <string.h>

#include "cases.h"

static const char v1_line[] =
	"PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n";
static const char v2_inet[] = "0d0a0d0a000d0a515549540a 21 11 000c"
			      "cb007107 c6336401 9c40 01bb";
static const char get[] = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
static const char reply[] = "HTTP/1.1 204 No Content\r\n\r\n";

static void make_request(struct net *n)
{
	net_data(n, A, get, strlen(get));
	net_data(n, B, reply, strlen(reply));
	net_close(n);
}

static void make_v1(struct file *f, uint16_t sport)
{
	struct net n = case_v4(f, sport, 8080);

	net_handshake(&n);
	net_data(&n, A, v1_line, strlen(v1_line));
	make_request(&n);
}

static void make_big_endian(struct file *f)
{
	file_begin(f, FILE_PCAP_BE_NS, CASE_ETHERNET);
	make_v1(f, 33001);
}

/* The handshake before, the header after; the second one has another byte
 * order, and another interface in front.
 */
static void make_sections(struct file *f)
{
	struct net n = case_v4(f, 33002, 8080);
	uint8_t hdr[CASE_MAX];

	file_begin(f, FILE_PCAPNG, 0);
	file_iface(f, CASE_ETHERNET, "eth0", 6, 0);
	net_handshake(&n);
	file_begin(f, FILE_PCAPNG_BE, 0);
	file_iface(f, CASE_PPP, "ppp0", 6, 0);
	file_iface(f, CASE_ETHERNET, "eth0", 9, 0);
	net_data(&n, A, hdr, case_join(hdr, v2_inet, ""));
	make_request(&n);
}

/* Two connections, each on an interface of its own: link type, resolution of
 * times, and where they count from
 */
static void make_interfaces(struct file *f)
{
	struct net n = case_v4(f, 33003, 8080), m = n;

	m.link = NET_SLL;
	m.end[A].port = 33004;
	file_begin(f, FILE_PCAPNG, 0);
	file_iface(f, CASE_ETHERNET, "eth0", 9, 0);
	file_iface(f, CASE_SLL, "any", 3, 3600);
	file_use(f, 0, FILE_BLOCK_ENHANCED, NULL);
	net_handshake(&n);
	file_use(f, 1, FILE_BLOCK_ENHANCED, NULL);
	net_handshake(&m);
	file_use(f, 0, FILE_BLOCK_ENHANCED, NULL);
	net_data(&n, A, v1_line, strlen(v1_line));
	file_use(f, 1, FILE_BLOCK_ENHANCED, NULL);
	net_data(&m, A, v1_line, strlen(v1_line));
	make_request(&m);
	file_use(f, 0, FILE_BLOCK_ENHANCED, NULL);
	make_request(&n);
}

static void make_simple(struct file *f)
{
	file_begin(f, FILE_PCAPNG, 0);
	file_iface(f, CASE_ETHERNET, "eth0", 6, 0);
	file_use(f, 0, FILE_BLOCK_SIMPLE, NULL);
	make_v1(f, 33005);
}

static void make_obsolete(struct file *f)
{
	file_begin(f, FILE_PCAPNG_BE, 0);
	file_iface(f, CASE_ETHERNET, "eth0", 6, 0);
	file_use(f, 0, FILE_BLOCK_OBSOLETE, NULL);
	make_v1(f, 33006);
}

static void make_comments(struct file *f)
{
	file_begin(f, FILE_PCAPNG, 0);
	file_unknown(f);
	file_iface(f, CASE_ETHERNET, "eth0", 6, 0);
	file_unknown(f);
	file_use(f, 0, FILE_BLOCK_ENHANCED, "PROXY TCP4 is only a comment");
	make_v1(f, 33007);
	file_unknown(f);
}

const struct gen_case cases_input[] = {
	{ "110-pcap-big-endian", CASE_ETHERNET, make_big_endian },
	{ "111-pcapng-sections", CASE_ETHERNET, make_sections },
	{ "112-pcapng-interfaces", CASE_ETHERNET, make_interfaces },
	{ "113-pcapng-simple", CASE_ETHERNET, make_simple },
	{ "114-pcapng-obsolete", CASE_ETHERNET, make_obsolete },
	{ "115-pcapng-comments", CASE_ETHERNET, make_comments },
	{ 0 },
};
