/* SPDX-License-Identifier: BSD-2-Clause */
/* sock.c - see sock.h */
#include "base/sock.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/fd.h"
#include "wire/bytes.h"
#include "wire/wire.h"

socklen_t sockaddr_from_endpoint(const struct endpoint *e, bool as_v6,
				 struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *s6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *s4 = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (e->addr.family == IP_V4 && !as_v6) {
		s4->sin_family = AF_INET;
		s4->sin_port = htons(e->port);
		memcpy(&s4->sin_addr, e->addr.bytes, 4);
		return sizeof(*s4);
	}
	s6->sin6_family = AF_INET6;
	s6->sin6_port = htons(e->port);
	if (e->addr.family != IP_NONE)
		ip_addr_map(&e->addr, s6->sin6_addr.s6_addr);
	return sizeof(*s6);
}

struct endpoint endpoint_from_sockaddr(const struct sockaddr_storage *ss)
{
	const struct sockaddr_in6 *s6 = (const struct sockaddr_in6 *)ss;
	const struct sockaddr_in *s4 = (const struct sockaddr_in *)ss;
	struct endpoint e = { 0 };

	if (ss->ss_family == AF_INET) {
		e.addr = ip_addr_v4((const uint8_t *)&s4->sin_addr);
		e.port = ntohs(s4->sin_port);
	} else if (ss->ss_family == AF_INET6) {
		struct ip_addr a = ip_addr_v6(s6->sin6_addr.s6_addr);

		e.addr = ip_addr_unmap(&a);
		e.port = ntohs(s6->sin6_port);
	}
	return e;
}

int sock_local(int fd, struct endpoint *ret)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len))
		return -errno;
	*ret = endpoint_from_sockaddr(&ss);
	return 0;
}

int sock_peer(int fd, struct endpoint *ret)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (getpeername(fd, (struct sockaddr *)&ss, &len))
		return -errno;
	*ret = endpoint_from_sockaddr(&ss);
	return 0;
}

int sock_set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) ? -errno : 0;
}

static int sock_open(bool is_v6, unsigned flags, int *ret_fd)
{
	int type = (flags & SOCK_F_UDP ? SOCK_DGRAM : SOCK_STREAM) |
		   SOCK_NONBLOCK | SOCK_CLOEXEC;
	int fd = socket(is_v6 ? AF_INET6 : AF_INET, type, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (flags & SOCK_F_FREEBIND)
		err = is_v6 ? sock_set_int(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1)
			    : sock_set_int(fd, IPPROTO_IP, IP_FREEBIND, 1);
	if (!err && flags & SOCK_F_REUSEPORT)
		err = sock_set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (!err && flags & SOCK_F_PKTINFO && is_v6)
		err = sock_set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	else if (!err && flags & SOCK_F_PKTINFO)
		err = sock_set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
	/* a dual-stack socket reports each family by its own option */
	if (!err && flags & SOCK_F_ORIGDST)
		err = sock_set_int(fd, IPPROTO_IP, IP_RECVORIGDSTADDR, 1);
	if (!err && flags & SOCK_F_ORIGDST && is_v6)
		err = sock_set_int(fd, IPPROTO_IPV6, IPV6_RECVORIGDSTADDR, 1);
	if (err)
		fd_close(&fd);
	*ret_fd = fd;
	return err;
}

int sock_bind(int fd, const struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_from_endpoint(at, false, &ss);

	return bind(fd, (struct sockaddr *)&ss, len) ? -errno : 0;
}

int sock_listen(const struct endpoint *at, unsigned flags, int backlog,
		int *ret_fd)
{
	int fd = -1;
	int err = sock_open(at->addr.family != IP_V4, flags, &fd);

	if (err)
		return err;
	if (at->addr.family != IP_V4)
		err = sock_set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY,
				   !!(flags & SOCK_F_V6ONLY));
	if (!err && !(flags & SOCK_F_UDP))
		err = sock_set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (!err)
		err = sock_bind(fd, at);
	if (!err && !(flags & SOCK_F_UDP) && listen(fd, backlog))
		err = -errno;
	if (err) {
		fd_close(&fd);
		return err;
	}
	*ret_fd = fd;
	return 0;
}

int sock_open_to(const struct endpoint *to, const struct endpoint *from,
		 unsigned flags, int *ret_fd)
{
	int fd = -1;
	int err = sock_open(to->addr.family == IP_V6, flags, &fd);

	if (err)
		return err;
	if (from && from->addr.family != IP_NONE) {
		/* a datagram socket has its port to itself anyway */
		if (!from->port && !(flags & SOCK_F_UDP))
			err = sock_set_int(fd, IPPROTO_IP,
					   IP_BIND_ADDRESS_NO_PORT, 1);
		if (!err)
			err = sock_bind(fd, from);
	}
	/* older kernels search as they do */
	if (!err && flags & SOCK_F_ALL_PORTS)
		(void)sock_set_int(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE,
				   (int)SOCK_PORTS_ALL);
	if (err) {
		fd_close(&fd);
		return err;
	}
	*ret_fd = fd;
	return 0;
}

int sock_start(int fd, const struct endpoint *to)
{
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_from_endpoint(to, false, &ss);

	if (connect(fd, (struct sockaddr *)&ss, len) && errno != EINPROGRESS)
		return -errno;
	return 0;
}

int sock_connect(const struct endpoint *to, const struct endpoint *from,
		 unsigned flags, int *ret_fd)
{
	int fd = -1;
	int err = sock_open_to(to, from, flags, &fd);

	if (!err)
		err = sock_start(fd, to);
	if (err) {
		fd_close(&fd);
		return err;
	}
	*ret_fd = fd;
	return 0;
}

int sock_error(int fd)
{
	int err = 0;
	socklen_t len = sizeof(err);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
		return -errno;
	return -err;
}

int sock_keep_alive(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 60 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 10 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 6 },
	};
	size_t i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(options) && !err; i++)
		err = sock_set_int(fd, options[i].level, options[i].name,
				   options[i].value);
	return err;
}

int sock_set_congestion(int fd, const char *name)
{
	if (!name)
		return 0;
	return setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name,
			  (socklen_t)strlen(name))
		       ? -errno
		       : 0;
}

void sock_reset(int *fd)
{
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };

	if (*fd >= 0)
		(void)setsockopt(*fd, SOL_SOCKET, SO_LINGER, &hard,
				 sizeof(hard));
	fd_close(fd);
}

int sock_unsent(int fd)
{
	int n = 0;

	return ioctl(fd, SIOCOUTQ, &n) ? -errno : n;
}

size_t sock_pktinfo_put(void *buf, const struct ip_addr *local, bool as_v6)
{
	struct cmsghdr *c = buf;

	if (local->family == IP_NONE)
		return 0;
	memset(buf, 0, SOCK_PKTINFO_SPACE);
	if (as_v6) {
		struct in6_pktinfo info = { 0 };

		ip_addr_map(local, info.ipi6_addr.s6_addr);
		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		return CMSG_SPACE(sizeof(info));
	}
	struct in_pktinfo info = { 0 };

	memcpy(&info.ipi_spec_dst, local->bytes, 4);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	return CMSG_SPACE(sizeof(info));
}

struct ip_addr sock_pktinfo_get(const struct msghdr *msg)
{
	struct msghdr *m = (struct msghdr *)(uintptr_t)msg;
	struct ip_addr none = { 0 };
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;
			struct ip_addr a;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			a = ip_addr_v6(info.ipi6_addr.s6_addr);
			return ip_addr_unmap(&a);
		}
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			return ip_addr_v4((const uint8_t *)&info.ipi_addr);
		}
	}
	return none;
}

struct endpoint sock_origdst_get(const struct msghdr *msg)
{
	struct msghdr *m = (struct msghdr *)(uintptr_t)msg;
	struct endpoint none = { 0 };
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct sockaddr_storage ss = { 0 };

		if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_ORIGDSTADDR)
			memcpy(&ss, CMSG_DATA(c), sizeof(struct sockaddr_in6));
		else if (c->cmsg_level == IPPROTO_IP &&
			 c->cmsg_type == IP_ORIGDSTADDR)
			memcpy(&ss, CMSG_DATA(c), sizeof(struct sockaddr_in));
		else
			continue;
		return endpoint_from_sockaddr(&ss);
	}
	return none;
}
