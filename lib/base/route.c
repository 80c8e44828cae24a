/* SPDX-License-Identifier: BSD-2-Clause */
/* route.c - see route.h */
#include "base/route.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/fd.h"
#include "wire/wire.h"

#define ROUTE_REPLY_MAX 8192

struct route_request {
	struct nlmsghdr head;
	struct rtmsg msg;
	uint8_t attrs[64];
};

static void route_attr(struct route_request *q, uint16_t type, const void *data,
		       size_t len)
{
	size_t off = NLMSG_ALIGN(q->head.nlmsg_len);
	struct rtattr a = { .rta_type = type,
			    .rta_len = (uint16_t)RTA_LENGTH(len) };

	ASSERT(off + RTA_SPACE(len) <= sizeof(*q));
	memcpy((uint8_t *)q + off, &a, sizeof(a));
	memcpy((uint8_t *)q + off + RTA_LENGTH(0), data, len);
	q->head.nlmsg_len = (uint32_t)(off + RTA_LENGTH(len));
}

static void route_addr_read(const uint8_t *data, size_t len, uint8_t family,
			    struct ip_addr *ret)
{
	if (family == AF_INET && len == 4)
		*ret = ip_addr_v4(data);
	else if (family == AF_INET6 && len == 16)
		*ret = ip_addr_v6(data);
}

static void route_attr_read(const struct rtattr *a, const uint8_t *data,
			    uint8_t family, struct route *r)
{
	size_t len = RTA_PAYLOAD(a);

	switch (a->rta_type) {
	case RTA_OIF:
		if (len >= sizeof(r->ifindex))
			memcpy(&r->ifindex, data, sizeof(r->ifindex));
		break;
	case RTA_GATEWAY:
		route_addr_read(data, len, family, &r->hop);
		break;
	case RTA_PREFSRC:
		route_addr_read(data, len, family, &r->src);
		break;
	default:
		break;
	}
}

static int route_read(const uint8_t *buf, size_t len, struct route *r)
{
	struct nlmsghdr head;
	struct rtmsg msg;
	size_t off;

	if (len < NLMSG_LENGTH(sizeof(msg)))
		return -EPROTO;
	memcpy(&head, buf, sizeof(head));
	if (head.nlmsg_len < NLMSG_LENGTH(sizeof(msg)) || head.nlmsg_len > len)
		return -EPROTO;
	if (head.nlmsg_type == NLMSG_ERROR) {
		struct nlmsgerr err;

		if (head.nlmsg_len < NLMSG_LENGTH(sizeof(err)))
			return -EPROTO;
		memcpy(&err, buf + NLMSG_HDRLEN, sizeof(err));
		return err.error < 0 ? err.error : -EPROTO;
	}
	if (head.nlmsg_type != RTM_NEWROUTE)
		return -EPROTO;
	memcpy(&msg, buf + NLMSG_HDRLEN, sizeof(msg));
	r->is_local = msg.rtm_type == RTN_LOCAL;
	for (off = NLMSG_LENGTH(sizeof(msg));
	     off + sizeof(struct rtattr) <= head.nlmsg_len;) {
		struct rtattr a;

		memcpy(&a, buf + off, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > head.nlmsg_len - off)
			break;
		route_attr_read(&a, buf + off + RTA_LENGTH(0), msg.rtm_family,
				r);
		off += RTA_ALIGN(a.rta_len);
	}
	return 0;
}

int route_get(const struct ip_addr *dst, unsigned ifindex, struct route *ret)
{
	struct route_request q = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
			  .nlmsg_type = RTM_GETROUTE,
			  .nlmsg_flags = NLM_F_REQUEST },
		.msg = { .rtm_family = dst->family == IP_V6 ? AF_INET6
							    : AF_INET,
			 .rtm_dst_len = (uint8_t)(8 * ip_addr_bytes(dst)) },
	};
	struct route r = { .hop = *dst };
	uint8_t buf[ROUTE_REPLY_MAX];
	ssize_t n = -1;
	int err,
		fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	route_attr(&q, RTA_DST, dst->bytes, ip_addr_bytes(dst));
	if (ifindex)
		route_attr(&q, RTA_OIF, &ifindex, sizeof(ifindex));
	/* The kernel answers within send(2): there is nothing to wait for. */
	if (send(fd, &q, q.head.nlmsg_len, 0) >= 0)
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	err = n < 0 ? -errno : route_read(buf, (size_t)n, &r);
	fd_close(&fd);
	if (!err)
		*ret = r;
	return err;
}
