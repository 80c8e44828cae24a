/* SPDX-License-Identifier: BSD-2-Clause */
/* net.c - see net.h */
#include "net.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <libnet.h>

#define NET_LINK_MAX 32
#define NET_V6_LEN   40
#define NET_EXT_LEN  16

static const uint8_t net_mac[2][6] = {
	{ 0x02, 0, 0, 0, 0, 0x0a },
	{ 0x02, 0, 0, 0, 0, 0x0b },
};

static bool net_is_v6(const struct net *n)
{
	return strchr(n->end[A].ip, ':') != NULL;
}

static size_t net_put(uint8_t *out, size_t at, const void *p, size_t len)
{
	memcpy(out + at, p, len);
	return at + len;
}

/* Hop-by-hop with a PadN of four, destination options with another. */
static const uint8_t net_ext[NET_EXT_LEN] = {
	60, 0, 1, 4, 0, 0, 0, 0, 0xff, 0, 1, 4, 0, 0, 0, 0,
};

static size_t net_put_link(const struct net *n, enum net_side side,
			   uint8_t *out)
{
	static const uint8_t qinq[] = { 0x88, 0xa8, 0, 100, 0x81, 0, 0, 200 };
	uint8_t type[2] = { 0x08, 0x00 };
	uint8_t cooked[8] = { 0, 0, 0, 1, 0, 6 };
	uint8_t cooked2[12] = { 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6 };
	static const uint8_t zero[8] = { 0 };
	bool is_out = side == B;
	size_t at = 0;

	if (net_is_v6(n))
		memcpy(type, (uint8_t[]) { 0x86, 0xdd }, 2);
	switch (n->link) {
	case NET_ETHERNET:
	case NET_QINQ:
		at = net_put(out, at, net_mac[!side], 6);
		at = net_put(out, at, net_mac[side], 6);
		if (n->link == NET_QINQ)
			at = net_put(out, at, qinq, sizeof(qinq));
		return net_put(out, at, type, 2);
	case NET_SLL:
		cooked[1] = is_out ? 4 : 0; /* sent by us, or to us */
		at = net_put(out, at, cooked, 6);
		at = net_put(out, at, net_mac[side], 6);
		at = net_put(out, at, zero, 2);
		return net_put(out, at, type, 2);
	case NET_SLL_LOOPBACK:
		cooked[2] = 0x03; /* ARPHRD_LOOPBACK */
		cooked[3] = 0x04;
		at = net_put(out, at, cooked, 6);
		at = net_put(out, at, zero, 8);
		return net_put(out, at, type, 2);
	case NET_SLL2:
		memcpy(cooked2, type, 2);
		cooked2[10] = is_out ? 4 : 0;
		at = net_put(out, at, cooked2, sizeof(cooked2));
		at = net_put(out, at, net_mac[side], 6);
		return net_put(out, at, zero, 2);
	}
	abort();
}

static libnet_t *net_begin(void)
{
	char reason[LIBNET_ERRBUF_SIZE];
	libnet_t *l = libnet_init(LIBNET_NONE, NULL, reason);

	if (!l)
		errx(1, "libnet: %s", reason);
	return l;
}

static void net_check(libnet_t *l, libnet_ptag_t tag)
{
	if (tag == -1)
		errx(1, "libnet: %s", libnet_geterror(l));
}

/* net_ip() - the IP header before what @l holds, @len bytes of @proto */
static void net_ip(libnet_t *l, struct net *n, enum net_side side,
		   uint8_t proto, uint16_t len)
{
	struct net_end *from = &n->end[side];
	const struct net_end *to = &n->end[!side];
	struct libnet_in6_addr src6, dst6;
	uint32_t src, dst;

	if (net_is_v6(n)) {
		src6 = libnet_name2addr6(l, from->ip, LIBNET_DONT_RESOLVE);
		dst6 = libnet_name2addr6(l, to->ip, LIBNET_DONT_RESOLVE);
		net_check(l,
			  libnet_build_ipv6(from->tos, 0, len, proto, from->ttl,
					    src6, dst6, NULL, 0, l, 0));
		return;
	}
	src = libnet_name2addr4(l, (char *)(uintptr_t)from->ip,
				LIBNET_DONT_RESOLVE);
	dst = libnet_name2addr4(l, (char *)(uintptr_t)to->ip,
				LIBNET_DONT_RESOLVE);
	net_check(l, libnet_build_ipv4((uint16_t)(LIBNET_IPV4_H + len),
				       from->tos, from->id++, IP_DF, from->ttl,
				       proto, 0, src, dst, NULL, 0, l, 0));
}

static uint16_t net_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void net_put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* net_pseudo() - what a kernel writes when a network card is to finish the
 * checksum: the sum over the pseudo header alone
 */
static uint16_t net_pseudo(const uint8_t *ip, size_t addr_at, size_t addr_len,
			   uint8_t proto, size_t len)
{
	uint32_t sum = proto + (uint32_t)len;
	size_t i;

	for (i = 0; i < addr_len; i += 2)
		sum += net_get16(ip + addr_at + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void net_spoil(const struct net *n, uint8_t *ip, uint8_t proto,
		      size_t len)
{
	bool is_v6 = net_is_v6(n);
	uint8_t *field = ip + (is_v6 ? NET_V6_LEN : LIBNET_IPV4_H) +
			 (proto == IPPROTO_TCP ? 16 : 6);
	uint8_t *addr;

	if (n->fault & NET_FAULT_BAD_CSUM)
		field[1] ^= 1;
	if (n->fault & NET_FAULT_PARTIAL_CSUM)
		net_put16(
			field,
			net_pseudo(ip, is_v6 ? 8 : 12, is_v6 ? 32 : 8, proto,
				   len - (is_v6 ? NET_V6_LEN : LIBNET_IPV4_H)));
	if (n->fault & NET_FAULT_OCR_ADDR)
		for (addr = ip + 12; addr <= ip + 16; addr += 4)
			if (memcmp(addr, "\x0a\x04\x00\x0e", 4) == 0)
				addr[3] = 0x0a;
}

/* net_finish() - libnet's packet behind a link header, into the file */
static void net_finish(libnet_t *l, struct net *n, enum net_side side,
		       uint8_t proto)
{
	uint8_t frame[FILE_FRAME_MAX];
	uint8_t *packet = NULL;
	uint32_t len = 0;
	size_t at;

	/* Opened with LIBNET_NONE, so there is no device and no root; only a
	 * context in link mode gives a finished packet away.
	 */
	l->injection_type = LIBNET_LINK_ADV;
	if (libnet_adv_cull_packet(l, &packet, &len) == -1)
		errx(1, "libnet: %s", libnet_geterror(l));
	if (len + NET_LINK_MAX + NET_EXT_LEN > sizeof(frame))
		errx(1, "a packet of %u bytes is too long", len);
	net_spoil(n, packet, proto, len);
	if (n->wrap) {
		n->wrap(n, side, packet, len);
		goto out;
	}
	at = net_put_link(n, side, frame);
	if (n->is_ext) {
		net_put16(packet + 4,
			  (uint16_t)(net_get16(packet + 4) + NET_EXT_LEN));
		packet[6] = IPPROTO_HOPOPTS;
		at = net_put(frame, at, packet, NET_V6_LEN);
		at = net_put(frame, at, net_ext, NET_EXT_LEN);
		frame[at - 8] = proto;
		at = net_put(frame, at, packet + NET_V6_LEN, len - NET_V6_LEN);
	} else {
		at = net_put(frame, at, packet, len);
	}
	file_put(n->file, frame, at);
out:
	libnet_adv_free_packet(l, packet);
	libnet_destroy(l);
}

void net_tcp(struct net *n, enum net_side side, uint8_t flags, int32_t at,
	     const void *data, size_t len)
{
	libnet_t *l = net_begin();
	struct net_end *from = &n->end[side];
	const struct net_end *to = &n->end[!side];
	const struct net_opt *opt = &n->opt[side];
	uint16_t opt_len = (uint16_t)((opt->len + 3) / 4 * 4);
	uint16_t tcp_len = (uint16_t)(LIBNET_TCP_H + opt_len + len);

	if (opt->len)
		net_check(l,
			  libnet_build_tcp_options(opt->bytes, opt->len, l, 0));
	net_check(l, libnet_build_tcp(
			     from->port, to->port, from->seq + (uint32_t)at,
			     flags & TH_ACK ? to->seq : 0, flags, 64240, 0, 0,
			     tcp_len, data, (uint32_t)len, l, 0));
	net_ip(l, n, side, IPPROTO_TCP, tcp_len);
	net_finish(l, n, side, IPPROTO_TCP);
	if (at == 0)
		from->seq +=
			(uint32_t)len + (flags & (TH_SYN | TH_FIN) ? 1 : 0);
}

void net_set_opt(struct net *n, enum net_side side, const char *hex)
{
	struct net_opt *o = &n->opt[side];

	o->len = (uint8_t)net_hex(hex, o->bytes, sizeof(o->bytes));
}

void net_udp(struct net *n, enum net_side side, const void *data, size_t len)
{
	libnet_t *l = net_begin();
	uint16_t udp_len = (uint16_t)(LIBNET_UDP_H + len);

	net_check(l, libnet_build_udp(n->end[side].port, n->end[!side].port,
				      udp_len, 0, data, (uint32_t)len, l, 0));
	net_ip(l, n, side, IPPROTO_UDP, udp_len);
	net_finish(l, n, side, IPPROTO_UDP);
}

void net_handshake(struct net *n)
{
	net_tcp(n, A, TH_SYN, 0, NULL, 0);
	net_tcp(n, B, TH_SYN | TH_ACK, 0, NULL, 0);
	net_tcp(n, A, TH_ACK, 0, NULL, 0);
}

void net_data(struct net *n, enum net_side side, const void *data, size_t len)
{
	net_tcp(n, side, TH_PUSH | TH_ACK, 0, data, len);
	net_tcp(n, !side, TH_ACK, 0, NULL, 0);
}

void net_close(struct net *n)
{
	net_tcp(n, A, TH_FIN | TH_ACK, 0, NULL, 0);
	net_tcp(n, B, TH_FIN | TH_ACK, 0, NULL, 0);
	net_tcp(n, A, TH_ACK, 0, NULL, 0);
}

static uint8_t net_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *p = c ? strchr(digits, c) : NULL;

	if (!p)
		errx(1, "'%c' is not a hex digit", c);
	return (uint8_t)(p - digits);
}

size_t net_hex(const char *hex, uint8_t *out, size_t cap)
{
	size_t n = 0;

	while (*hex) {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		if (n == cap)
			errx(1, "more than %zu bytes of hex", cap);
		out[n++] =
			(uint8_t)(net_digit(hex[0]) << 4 | net_digit(hex[1]));
		hex += 2;
	}
	return n;
}
