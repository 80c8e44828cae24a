/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_toa.c - see proxy_toa.h
 *
 * The option: kind 200 or 254 (tests and older senders), length 8: port, IPv4
 * address; or kind 200, 201 or 254, length 20: port, IPv6 address.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/sock.h"
#include "proxy_toa.h"

#define OPT_END	 0
#define OPT_NOP	 1
#define TOA_LEN4 8
#define TOA_LEN6 20

int proxy_toa_listen(int listen_fd)
{
	return sock_set_int(listen_fd, IPPROTO_TCP, TCP_SAVE_SYN, 1);
}

static bool is_toa_kind(uint8_t kind)
{
	return kind == 200 || kind == 201 || kind == 254;
}

static bool toa_option(const uint8_t *p, struct endpoint *ret)
{
	if (!is_toa_kind(p[0]) || (p[1] != TOA_LEN4 && p[1] != TOA_LEN6))
		return false;
	ret->port = (uint16_t)(p[2] << 8 | p[3]);
	ret->addr = p[1] == TOA_LEN4 ? ip_addr_v4(p + 4) : ip_addr_v6(p + 4);
	return true;
}

bool proxy_toa_find(const uint8_t *ip, size_t len, struct endpoint *ret)
{
	size_t at, end;

	if (len < 20)
		return false;
	at = ip[0] >> 4 == 4 ? (size_t)(ip[0] & 15) * 4 : 40;
	if (len < at + 20)
		return false;
	end = at + (size_t)(ip[at + 12] >> 4) * 4;
	if (end > len)
		end = len;
	for (at += 20; at + 1 < end && ip[at] != OPT_END;) {
		if (ip[at] == OPT_NOP) {
			at++;
			continue;
		}
		if (ip[at + 1] < 2 || at + ip[at + 1] > end)
			return false;
		if (toa_option(ip + at, ret))
			return true;
		at += ip[at + 1];
	}
	return false;
}

bool proxy_toa_saved(int fd, struct endpoint *ret)
{
	uint8_t syn[500];
	socklen_t len = sizeof(syn);

	if (getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, syn, &len))
		return false;
	return proxy_toa_find(syn, len, ret);
}

int proxy_await_connected(int fd, uint64_t timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	if (poll(&p, 1, (int)timeout_ms) <= 0)
		return -ETIMEDOUT;
	return sock_error(fd);
}
