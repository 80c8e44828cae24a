/* SPDX-License-Identifier: BSD-2-Clause */
/* icmp.c - see icmp.h */
#include "icmp.h"

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/sock.h"
#include "wire/bytes.h"
#include "wire/csum.h"

#define ICMP_HDR_LEN 8
#define IP4_HDR_LEN  20
#define IP6_HDR_LEN  40
#define UDP_HDR_LEN  8
#define ICMP_MSG_MAX (ICMP_HDR_LEN + IP6_HDR_LEN + UDP_HDR_LEN)
#define QUOTED_TTL   64

/* Raw sockets get a copy of every message: refuse them all. */
static int icmp_mute(int fd, bool is_v6)
{
	struct icmp_filter none4 = { .data = ~0U };
	struct icmp6_filter none6;
	int err;

	if (is_v6) {
		ICMP6_FILTER_SETBLOCKALL(&none6);
		err = setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &none6,
				 sizeof(none6));
	} else {
		err = setsockopt(fd, SOL_RAW, ICMP_FILTER, &none4,
				 sizeof(none4));
	}
	return err ? -errno : 0;
}

static int icmp_socket(int family, int proto, int *ret_fd)
{
	int fd = socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, proto);
	int err = fd < 0 ? -errno : icmp_mute(fd, family == AF_INET6);

	if (err)
		fd_close(&fd);
	*ret_fd = fd;
	return err;
}

int icmp_open(struct icmp_sender *s)
{
	int err = icmp_socket(AF_INET, IPPROTO_ICMP, &s->fd4);

	s->fd6 = -1;
	if (!err) {
		err = icmp_socket(AF_INET6, IPPROTO_ICMPV6, &s->fd6);
		if (err == -EAFNOSUPPORT)
			err = 0;
	}
	if (err)
		icmp_close(s);
	return err;
}

void icmp_close(struct icmp_sender *s)
{
	fd_close(&s->fd4);
	fd_close(&s->fd6);
}

/* The headers of the datagram that the message is about. */
static size_t icmp_quote(uint8_t *p, const struct endpoint *client,
			 const struct endpoint *vip)
{
	size_t ip_len;

	if (client->addr.family == IP_V4) {
		struct csum c = { 0 };

		ip_len = IP4_HDR_LEN;
		p[0] = 4 << 4 | IP4_HDR_LEN / 4;
		put_be16(p + 2, IP4_HDR_LEN + UDP_HDR_LEN);
		p[8] = QUOTED_TTL;
		p[9] = IPPROTO_UDP;
		memcpy(p + 12, client->addr.bytes, 4);
		memcpy(p + 16, vip->addr.bytes, 4);
		csum_update(&c, p, IP4_HDR_LEN);
		put_be16(p + 10, (uint16_t)~csum_fold(&c));
	} else {
		ip_len = IP6_HDR_LEN;
		p[0] = 6 << 4;
		put_be16(p + 4, UDP_HDR_LEN);
		p[6] = IPPROTO_UDP;
		p[7] = QUOTED_TTL;
		memcpy(p + 8, client->addr.bytes, 16);
		memcpy(p + 24, vip->addr.bytes, 16);
	}
	put_be16(p + ip_len, client->port);
	put_be16(p + ip_len + 2, vip->port);
	put_be16(p + ip_len + 4, UDP_HDR_LEN);
	return ip_len + UDP_HDR_LEN;
}

int icmp_unreachable(const struct icmp_sender *s, const struct endpoint *client,
		     const struct endpoint *vip, bool is_port)
{
	bool is_v6 = client->addr.family == IP_V6;
	_Alignas(struct cmsghdr) uint8_t control[SOCK_PKTINFO_SPACE];
	uint8_t msg[ICMP_MSG_MAX] = { 0 };
	struct endpoint to = { client->addr, 0 };
	struct sockaddr_storage ss;
	struct iovec iov = { msg, 0 };
	struct msghdr m = { .msg_name = &ss, .msg_iov = &iov, .msg_iovlen = 1 };
	int fd = is_v6 ? s->fd6 : s->fd4;

	if (fd < 0 || vip->addr.family != client->addr.family)
		return -EOPNOTSUPP;
	iov.iov_len =
		ICMP_HDR_LEN + icmp_quote(msg + ICMP_HDR_LEN, client, vip);
	if (is_v6) {
		/* the kernel fills in the checksum (RFC 3542 3.1) */
		msg[0] = ICMP6_DST_UNREACH;
		msg[1] = is_port ? ICMP6_DST_UNREACH_NOPORT
				 : ICMP6_DST_UNREACH_ADDR;
	} else {
		struct csum c = { 0 };

		msg[0] = ICMP_DEST_UNREACH;
		msg[1] = is_port ? ICMP_PORT_UNREACH : ICMP_HOST_UNREACH;
		csum_update(&c, msg, iov.iov_len);
		put_be16(msg + 2, (uint16_t)~csum_fold(&c));
	}
	m.msg_namelen = sockaddr_from_endpoint(&to, false, &ss);
	m.msg_control = control;
	m.msg_controllen = sock_pktinfo_put(control, &vip->addr, is_v6);
	return sendmsg(fd, &m, 0) < 0 ? -errno : 0;
}
