/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_join.c - both sides of a proxy in one capture: clients reach it at
 * 198.51.100.1:443 (UDP: 53), and it reaches the origin, 192.0.2.10, from
 * 198.51.100.5.
 */
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "cases.h"

#define SIG "0d0a0d0a000d0a515549540a"
/* 203.0.113.7 and 203.0.113.8, port 40000, over TCP and UDP */
#define V2_7	 SIG "21 11 000c cb007107 c6336401 9c40 01bb"
#define V2_8	 SIG "21 11 000c cb007108 c6336401 9c40 01bb"
#define V2_UDP_7 SIG "21 12 000c cb007107 c6336401 9c40 0035"

/* One connection through the proxy: its two legs. */
struct pair {
	struct net front;
	struct net back;
};

static struct net join_front(struct file *f, const char *client, uint16_t sport,
			     uint16_t dport)
{
	struct net n = case_v4(f, sport, dport);

	n.end[A].ip = client;
	n.end[B].ip = "198.51.100.1";
	return n;
}

/* join_open() - the client connects, and the proxy in turn */
static struct pair join_open(struct file *f, const char *client,
			     uint16_t back_sport)
{
	struct pair p = { join_front(f, client, 40000, 443),
			  case_v4(f, back_sport, 8080) };

	net_handshake(&p.front);
	net_handshake(&p.back);
	return p;
}

/* join_talk() - the request of @path through both legs, behind @hex in the
 * second, and an answer back
 */
static void join_talk(struct pair *p, const char *hex, const char *path)
{
	char request[128], answer[128];
	uint8_t seg[CASE_MAX];
	size_t len;

	(void)snprintf(request, sizeof(request),
		       "GET /%s HTTP/1.1\r\nHost: example.com\r\n\r\n", path);
	(void)snprintf(answer, sizeof(answer),
		       "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
		       strlen(path), path);
	net_data(&p->front, A, request, strlen(request));
	len = case_join(seg, hex, request);
	net_data(&p->back, A, seg, len);
	net_data(&p->back, B, answer, strlen(answer));
	net_data(&p->front, B, answer, strlen(answer));
	net_close(&p->back);
	net_close(&p->front);
}

/* Two clients; the third connection is the first client's again, from the same
 * port.
 */
static void make_claims(struct file *f)
{
	struct pair p = join_open(f, "203.0.113.7", 34001);

	join_talk(&p, V2_7, "one");
	p = join_open(f, "203.0.113.8", 34002);
	join_talk(&p, V2_8, "two");
	f->now_ms += 10000;
	p = join_open(f, "203.0.113.7", 34003);
	join_talk(&p, V2_7, "three");
}

/* The proxy names the other client: once that one is connected too, and once
 * nobody of that name is.
 */
static void make_wrong_client(struct file *f)
{
	struct pair p = join_open(f, "203.0.113.7", 34004);

	join_talk(&p, V2_8, "wrong");
	f->now_ms += 10000;
	p = join_open(f, "203.0.113.9", 34005);
	join_talk(&p, V2_7, "wrong-again");
}

/* No header: known by payload, and where the proxy ends TLS, by timing. The
 * first connection shows where the origin is.
 */
static void make_unnamed(struct file *f)
{
	struct pair p = join_open(f, "203.0.113.7", 34006);
	uint8_t hello[CASE_MAX];
	size_t len = case_join(hello, "16 0301 0200 01 0001fc 0303", "");

	join_talk(&p, V2_7, "named");
	f->now_ms += 10000;
	p = join_open(f, "203.0.113.8", 34007);
	join_talk(&p, "", "bare");
	f->now_ms += 10000;
	p = join_open(f, "203.0.113.9", 34008);
	net_data(&p.front, A, hello, len);
	net_data(&p.back, A, "GET / HTTP/1.1\r\n\r\n", 18);
	net_data(&p.back, B, "HTTP/1.1 204 No Content\r\n\r\n", 27);
	net_close(&p.back);
	net_close(&p.front);
}

/* A client that the proxy keeps to itself, and one that was not captured. */
static void make_open_legs(struct file *f)
{
	struct net n = join_front(f, "203.0.113.9", 40000, 443);
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, V2_8, "GET /b HTTP/1.1\r\n\r\n");
	struct pair p = join_open(f, "203.0.113.7", 34009);

	join_talk(&p, V2_7, "paired");
	f->now_ms += 10000;
	net_handshake(&n);
	net_data(&n, A, "GET /a HTTP/1.1\r\n\r\n", 19);
	net_close(&n);
	f->now_ms += 10000;
	n = case_v4(f, 34010, 8080);
	net_handshake(&n);
	net_data(&n, A, seg, len);
	net_close(&n);
}

static void make_udp(struct file *f)
{
	struct net front = join_front(f, "203.0.113.7", 40000, 53);
	struct net back = case_v4(f, 34011, 53);
	static const char ask[] = "a question of more than thirty-two bytes";
	uint8_t seg[CASE_MAX];
	size_t len = case_join(seg, V2_UDP_7, ask);
	int i;

	for (i = 0; i < 2; i++) {
		net_udp(&front, A, ask, strlen(ask));
		if (i == 0)
			net_udp(&back, A, seg, len);
		else
			net_udp(&back, A, ask, strlen(ask));
		net_udp(&back, B, "answer", 6);
		net_udp(&front, B, "answer", 6);
	}
}

const struct gen_case cases_join[] = {
	{ "105-join-claims", CASE_ETHERNET, make_claims },
	{ "106-join-wrong-client", CASE_ETHERNET, make_wrong_client },
	{ "107-join-unnamed", CASE_ETHERNET, make_unnamed },
	{ "108-join-open", CASE_ETHERNET, make_open_legs },
	{ "109-join-udp", CASE_ETHERNET, make_udp },
	{ NULL, 0, NULL },
};
