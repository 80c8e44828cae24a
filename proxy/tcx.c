/* SPDX-License-Identifier: BSD-2-Clause */
/* tcx.c - see tcx.h */
#include "tcx.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/fd.h"

/* enum bpf_attach_type, of which older headers do not know the end */
#define TCX_AT_INGRESS 46
#define TCX_AT_EGRESS  47

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

/* Do its packets begin with an Ethernet header? */
static bool tcx_is_ethernet(int sock_fd, const char *name)
{
	struct ifreq req = { 0 };

	(void)strncpy(req.ifr_name, name, sizeof(req.ifr_name) - 1);
	if (ioctl(sock_fd, SIOCGIFHWADDR, &req))
		return false;
	return req.ifr_hwaddr.sa_family == ARPHRD_ETHER ||
	       req.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK;
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

static int tcx_attach_all(struct tcx *t, const struct if_nameindex *names,
			  int ingress_fd, int egress_fd)
{
	int sock_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int i, err = 0;

	if (sock_fd < 0)
		return -errno;
	for (i = 0; !err && names[i].if_index && t->n < 2 * TCX_LINKS_MAX;
	     i++) {
		if (!tcx_is_ethernet(sock_fd, names[i].if_name))
			continue;
		err = tcx_link(t, ingress_fd, names[i].if_index,
			       TCX_AT_INGRESS);
		if (!err)
			err = tcx_link(t, egress_fd, names[i].if_index,
				       TCX_AT_EGRESS);
	}
	fd_close(&sock_fd);
	return !err && !t->n ? -ENODEV : err;
}

int tcx_attach(int ingress_fd, int egress_fd, struct tcx **ret)
{
	struct if_nameindex *names = if_nameindex();
	struct tcx *t;
	int err;

	if (!names)
		return -errno;
	t = calloc(1, sizeof(*t));
	err = t ? tcx_attach_all(t, names, ingress_fd, egress_fd) : -ENOMEM;
	if_freenameindex(names);
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
