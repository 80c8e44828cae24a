/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_tap.c - see proxy_tap.h */
#include "proxy_tap.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/sock.h"
#include "proxy_toa.h"

/* headers only, but for the length, which recv() tells in full */
#define TAP_BYTES  256
#define TAP_BUFFER (8 << 20)
#define IP6_BYTES  40
#define TCP_SYN	   0x02

void tap_open(struct tap *t, uint16_t port)
{
	*t = (struct tap) { .port = port };
	t->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       htons(ETH_P_ALL));
	if (t->fd >= 0)
		(void)sock_set_int(t->fd, SOL_SOCKET, SO_RCVBUF, TAP_BUFFER);
}

void tap_close(struct tap *t)
{
	fd_close(&t->fd);
}

static unsigned two(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static struct tap_flow *flow_of(struct tap *t, const struct endpoint *from,
				bool is_new)
{
	uint32_t i, n = t->n < TAP_FLOWS_MAX ? t->n : TAP_FLOWS_MAX;
	struct tap_flow *f;

	/* the newest first: ports come again */
	for (i = 1; i <= n; i++) {
		f = &t->flows[(t->n - i) % TAP_FLOWS_MAX];
		if (endpoint_eq(&f->from, from))
			return f;
	}
	if (!is_new)
		return NULL;
	f = &t->flows[t->n++ % TAP_FLOWS_MAX];
	*f = (struct tap_flow) { .from = *from };
	return f;
}

void tap_packet(struct tap *t, const uint8_t *ip, size_t len)
{
	bool is_v4 = len >= 20 && ip[0] >> 4 == 4;
	struct endpoint from;
	size_t at, total, data, data_len;
	struct tap_flow *f;

	if (is_v4) {
		at = (size_t)(ip[0] & 15) * 4;
		total = two(ip + 2);
		from.addr = ip_addr_v4(ip + 12);
	} else if (len >= IP6_BYTES && ip[0] >> 4 == 6) {
		at = IP6_BYTES;
		total = IP6_BYTES + two(ip + 4);
		from.addr = ip_addr_v6(ip + 8);
	} else {
		return;
	}
	if (ip[is_v4 ? 9 : 6] != IPPROTO_TCP || len < at + 20 ||
	    two(ip + at + 2) != t->port)
		return;
	from.port = (uint16_t)two(ip + at);
	data = at + (size_t)(ip[at + 12] >> 4) * 4;
	data_len = total > data ? total - data : 0;
	f = flow_of(t, &from, true);
	if (ip[at + 13] & TCP_SYN)
		*f = (struct tap_flow) { .from = from };
	if (!f->has_option)
		f->has_option = proxy_toa_find(ip, len, &f->option);
	if (!f->first)
		f->first = data_len;
}

const struct tap_flow *tap_find(struct tap *t, const struct endpoint *peer)
{
	uint8_t packet[TAP_BYTES];
	ssize_t n;

	if (t->fd < 0)
		return NULL;
	while ((n = recv(t->fd, packet, sizeof(packet), 0)) > 0)
		tap_packet(t, packet, (size_t)n);
	return flow_of(t, peer, false);
}
