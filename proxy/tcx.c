/* SPDX-License-Identifier: BSD-2-Clause */
/* tcx.c - see tcx.h */
#include "tcx.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/fd.h"

/* enum bpf_attach_type, of which older headers do not know the end */
#define TCX_AT_INGRESS 46
#define TCX_AT_EGRESS  47

/* more than the kernel puts into one message of a dump */
#define TCX_NETLINK_BYTES 32768

struct tcx {
	int n;
	int fds[2 * TCX_LINKS_MAX];
};

static int tcx_say_nothing(enum libbpf_print_level level, const char *format,
			   va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

void tcx_quiet(void)
{
	(void)libbpf_set_print(tcx_say_nothing);
}

static int tcx_link(struct tcx *t, int prog_fd, unsigned ifindex, int at)
{
	int fd = bpf_link_create(prog_fd, (int)ifindex,
				 (enum bpf_attach_type)at, NULL);

	if (fd < 0)
		return fd;
	t->fds[t->n++] = fd;
	return 0;
}

/* Does it belong to another interface (a bridge, a bond)? */
static bool tcx_has_master(const struct ifinfomsg *info, size_t len)
{
	const struct rtattr *a = IFLA_RTA(info);
	size_t left = len - NLMSG_ALIGN(sizeof(*info));

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFLA_MASTER)
			return true;
	return false;
}

/* @info: with its attributes @len bytes. Return: 0 or -errno */
static int tcx_consider(struct tcx *t, const struct ifinfomsg *info, size_t len,
			const int prog_fds[2])
{
	unsigned i = (unsigned)info->ifi_index;
	int err;

	if (len < NLMSG_ALIGN(sizeof(*info)) ||
	    (info->ifi_type != ARPHRD_ETHER &&
	     info->ifi_type != ARPHRD_LOOPBACK) ||
	    tcx_has_master(info, len) || t->n >= 2 * TCX_LINKS_MAX)
		return 0;
	err = tcx_link(t, prog_fds[0], i, TCX_AT_INGRESS);
	return err ? err : tcx_link(t, prog_fds[1], i, TCX_AT_EGRESS);
}

/* Return: 0 there is more, 1 that was all, or -errno */
static int tcx_take(struct tcx *t, int nl_fd, const int prog_fds[2])
{
	union {
		struct nlmsghdr h;
		char bytes[TCX_NETLINK_BYTES];
	} buf;
	ssize_t n = recv(nl_fd, &buf, sizeof(buf), 0);
	const struct nlmsghdr *m = &buf.h;
	size_t left = n < 0 ? 0 : (size_t)n;
	int err;

	if (n < 0)
		return -errno;
	for (; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
		if (m->nlmsg_type == NLMSG_DONE)
			return 1;
		if (m->nlmsg_type == NLMSG_ERROR)
			return -EIO;
		if (m->nlmsg_type != RTM_NEWLINK)
			continue;
		err = tcx_consider(t, NLMSG_DATA(m), NLMSG_PAYLOAD(m, 0),
				   prog_fds);
		if (err)
			return err;
	}
	return 0;
}

static int tcx_attach_all(struct tcx *t, const int prog_fds[2])
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg info;
	} ask = { { sizeof(ask), RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1,
		    0 },
		  { .ifi_family = AF_UNSPEC } };
	int nl_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int err = 0;

	if (nl_fd < 0 || send(nl_fd, &ask, sizeof(ask), 0) < 0)
		err = -errno;
	while (!err)
		err = tcx_take(t, nl_fd, prog_fds);
	fd_close(&nl_fd);
	if (err < 0)
		return err;
	return t->n ? 0 : -ENODEV;
}

int tcx_attach(int ingress_fd, int egress_fd, struct tcx **ret)
{
	struct tcx *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	err = tcx_attach_all(t, (const int[2]) { ingress_fd, egress_fd });
	if (err) {
		tcx_detach(t);
		return err;
	}
	*ret = t;
	return 0;
}

void tcx_detach(struct tcx *t)
{
	int i;

	if (!t)
		return;
	for (i = 0; i < t->n; i++)
		fd_close(&t->fds[i]);
	free(t);
}

int tcx_count(const struct tcx *t)
{
	return t ? t->n : 0;
}
