/* SPDX-License-Identifier: BSD-2-Clause */
/* sock.h - sockets, always CLOEXEC and non-blocking, and their addresses */
#ifndef BASE_SOCK_H
#define BASE_SOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "wire/addr.h"

enum sock_flags {
	SOCK_F_UDP = 1U << 0,	    /* else TCP */
	SOCK_F_V6ONLY = 1U << 1,    /* an IPv6 socket refuses IPv4 */
	SOCK_F_REUSEPORT = 1U << 2, /* several sockets share the port */
	SOCK_F_FREEBIND = 1U << 3,  /* the address need not be configured */
	SOCK_F_PKTINFO = 1U << 4, /* UDP: report the local address, sock_recv */
	SOCK_F_ORIGDST = 1U << 5, /* UDP: report where it was sent to */
	SOCK_F_ALL_PORTS = 1U << 6, /* TCP: sock_open_to() */
};

/* Linux 6.3 and later; older headers do not have it. */
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif
/* As it takes that: no bound of the socket's own, the upper one
 * named.
 */
#define SOCK_PORTS_ALL (65535U << 16)

/* sockaddr_from_endpoint() - fill @ss.
 * @as_v6: write an IPv4 address as ::ffff:a.b.c.d, for a dual-stack socket
 * Return: its length
 */
socklen_t sockaddr_from_endpoint(const struct endpoint *e, bool as_v6,
				 struct sockaddr_storage *ss);

/* endpoint_from_sockaddr() - v4-mapped addresses come out as IPv4; families
 * other than IP as IP_NONE
 */
struct endpoint endpoint_from_sockaddr(const struct sockaddr_storage *ss);

/* sock_local(), sock_peer() - getsockname(2), getpeername(2).
 * Return: 0 or -errno
 */
int sock_local(int fd, struct endpoint *ret);
int sock_peer(int fd, struct endpoint *ret);

/* sock_listen() - bind @at (and listen, for TCP with @backlog).
 * IP_NONE is ::. An IPv6 socket is dual-stack unless SOCK_F_V6ONLY.
 * Return: 0 and *@ret_fd, or -errno
 */
int sock_listen(const struct endpoint *at, unsigned flags, int backlog,
		int *ret_fd);

/* sock_bind() - bind(2). Return: 0 or -errno */
int sock_bind(int fd, const struct endpoint *at);

/* sock_open_to() - a socket fit for connecting to @to, bound to @from.
 * @from: source address; NULL or IP_NONE: the kernel chooses (UDP: see
 *	  egress.h). Port 0 is chosen by the kernel, for TCP at connect time
 *	  (IP_BIND_ADDRESS_NO_PORT).
 * @flags: with SOCK_F_ALL_PORTS connect(2) looks for a port among all of the
 *	   system's range (IP_LOCAL_PORT_RANGE); without it the kernel takes
 *	   the odd or the even ones first, the others once none of these is free
 * Return: 0 and *@ret_fd, or -errno
 */
int sock_open_to(const struct endpoint *to, const struct endpoint *from,
		 unsigned flags, int *ret_fd);

/* sock_start() - connect @fd to @to.
 * Return: 0: connected or under way (TCP: EPOLLOUT tells, then sock_error());
 *	   or -errno
 */
int sock_start(int fd, const struct endpoint *to);

/* sock_connect() - sock_open_to() and sock_start() in one */
int sock_connect(const struct endpoint *to, const struct endpoint *from,
		 unsigned flags, int *ret_fd);

/* sock_error() - SO_ERROR: 0, or the pending error as -errno */
int sock_error(int fd);

/* sock_set_int() - setsockopt(2) of an int. Return: 0 or -errno */
int sock_set_int(int fd, int level, int name, int value);

/* sock_keep_alive() - probe the peer after a minute of silence, also of that
 * which was before the call, give up after another. Return: 0 or -errno
 */
int sock_keep_alive(int fd);

/* sock_set_congestion() - TCP congestion control by name, NULL: as it is. A
 * listener passes it on to what it accepts.
 * Return: 0 or -errno (ENOENT: not known, EPERM: not allowed)
 */
int sock_set_congestion(int fd, const char *name);

/* sock_reset() - close with RST instead of FIN; *@fd becomes -1 */
void sock_reset(int *fd);

/* sock_unsent() - bytes of @fd that the peer has not acknowledged, or -errno */
int sock_unsent(int fd);

/* A control message that carries one local address, for sendmsg(2) on a
 * SOCK_F_PKTINFO socket: answers leave from the address that was asked.
 */
#define SOCK_PKTINFO_SPACE 64

/* sock_pktinfo_put() - @buf: SOCK_PKTINFO_SPACE bytes, cmsghdr-aligned.
 * @as_v6: the socket is AF_INET6
 * Return: msg_controllen, 0 for IP_NONE
 */
size_t sock_pktinfo_put(void *buf, const struct ip_addr *local, bool as_v6);

/* sock_pktinfo_get() - the local address of a received message, unmapped;
 * IP_NONE if the message carries none
 */
struct ip_addr sock_pktinfo_get(const struct msghdr *msg);

/* sock_origdst_get() - the address, unmapped, and the port that a message
 * received on a SOCK_F_ORIGDST socket was sent to; IP_NONE if it does not say
 */
struct endpoint sock_origdst_get(const struct msghdr *msg);

#endif
