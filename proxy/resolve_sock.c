/* SPDX-License-Identifier: BSD-2-Clause */
/* resolve_sock.c - the sockets of DNS queries: as c-ares makes them, but those
 * of UDP are bound before they are connected (egress.h tells why).
 */
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/route.h"
#include "base/sock.h"
#include "resolve_internal.h"

static ares_socket_t query_socket(int family, int type, int proto, void *ctx)
{
	(void)ctx;
	return socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, proto);
}

static int query_close(ares_socket_t fd, void *ctx)
{
	(void)ctx;
	return close(fd);
}

/* To the address that the kernel would send from; it is only connected if that
 * is not known.
 */
static void query_bind(int fd, const struct sockaddr_storage *to)
{
	struct endpoint e = endpoint_from_sockaddr(to);
	struct route r = { 0 };

	if (!route_get(&e.addr, 0, &r) && r.src.family != IP_NONE)
		(void)sock_bind(fd, &(struct endpoint) { r.src, 0 });
}

static int query_connect(ares_socket_t fd, const struct sockaddr *to,
			 ares_socklen_t len, void *ctx)
{
	struct sockaddr_storage ss = { 0 };
	int type = 0;
	socklen_t type_len = sizeof(type);

	(void)ctx;
	if (len <= sizeof(ss) &&
	    !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) &&
	    type == SOCK_DGRAM) {
		memcpy(&ss, to, len);
		query_bind(fd, &ss);
	}
	return connect(fd, to, len);
}

static ares_ssize_t query_receive(ares_socket_t fd, void *buf, size_t len,
				  int flags, struct sockaddr *from,
				  ares_socklen_t *from_len, void *ctx)
{
	(void)ctx;
	return recvfrom(fd, buf, len, flags, from, from_len);
}

static ares_ssize_t query_send(ares_socket_t fd, const struct iovec *iov, int n,
			       void *ctx)
{
	(void)ctx;
	return writev(fd, iov, n);
}

const struct ares_socket_functions resolve_socks = {
	.asocket = query_socket,
	.aclose = query_close,
	.aconnect = query_connect,
	.arecvfrom = query_receive,
	.asendv = query_send,
};
