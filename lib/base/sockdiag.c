/* SPDX-License-Identifier: BSD-2-Clause */
/* sockdiag.c - see sockdiag.h */
#include "base/sockdiag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"

static int dump_request(int fd, uint8_t family, uint8_t protocol,
			uint32_t states)
{
	struct {
		struct nlmsghdr h;
		struct inet_diag_req_v2 r;
	} q = {
		.h = { .nlmsg_len = sizeof(q),
		       .nlmsg_type = SOCK_DIAG_BY_FAMILY,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.r = { .sdiag_family = family,
		       .sdiag_protocol = protocol,
		       .idiag_states = states },
	};

	return send(fd, &q, sizeof(q), 0) < 0 ? -errno : 0;
}

static int dump_one(const uint8_t *body, size_t len, sockdiag_fn *fn, void *ctx)
{
	struct inet_diag_msg m;

	if (len < sizeof(m))
		return 0;
	memcpy(&m, body, sizeof(m));
	return fn(ctx, &m, body + sizeof(m), len - sizeof(m));
}

/* Return: 1 at the end of the dump, 0 to read on, or -errno */
static int dump_read(int fd, sockdiag_fn *fn, void *ctx)
{
	uint8_t buf[32768];
	const uint8_t *p = buf;
	struct nlmsghdr h;
	struct nlmsgerr e;
	ssize_t n = recv(fd, buf, sizeof(buf), 0);
	size_t left = n > 0 ? (size_t)n : 0;

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	while (left >= sizeof(h)) {
		int err;

		memcpy(&h, p, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > left)
			return -EBADMSG;
		if (h.nlmsg_type == NLMSG_DONE)
			return 1;
		if (h.nlmsg_type == NLMSG_ERROR) {
			if (h.nlmsg_len < sizeof(h) + sizeof(e))
				return -EBADMSG;
			memcpy(&e, p + sizeof(h), sizeof(e));
			return e.error ? e.error : -EIO;
		}
		err = dump_one(p + sizeof(h), h.nlmsg_len - sizeof(h), fn, ctx);
		if (err)
			return err;
		if (NLMSG_ALIGN(h.nlmsg_len) >= left)
			break;
		p += NLMSG_ALIGN(h.nlmsg_len);
		left -= NLMSG_ALIGN(h.nlmsg_len);
	}
	return 0;
}

int sockdiag_dump(uint8_t family, uint8_t protocol, uint32_t states,
		  sockdiag_fn *fn, void *ctx)
{
	/* blocking: the kernel answers at once */
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
			NETLINK_SOCK_DIAG);
	int err;

	if (fd < 0)
		return -errno;
	err = dump_request(fd, family, protocol, states);
	while (!err)
		err = dump_read(fd, fn, ctx);
	fd_close(&fd);
	return err > 0 ? 0 : err;
}

const uint8_t *sockdiag_attr(const uint8_t *attrs, size_t len, unsigned type,
			     size_t n)
{
	struct nlattr a;
	size_t step;

	while (len >= sizeof(a)) {
		memcpy(&a, attrs, sizeof(a));
		if (a.nla_len < sizeof(a) || a.nla_len > len)
			break;
		if (a.nla_type == type && a.nla_len >= sizeof(a) + n)
			return attrs + sizeof(a);
		step = (size_t)NLA_ALIGN(a.nla_len);
		if (step >= len)
			break;
		attrs += step;
		len -= step;
	}
	return NULL;
}
