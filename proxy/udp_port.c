/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_port.c - what the answers of steered UDP ports leave from.
 *
 * A socket's port is the source port of what it sends, and no control message
 * can name another. So a steered port gets a socket of its own while it has
 * sessions. Nothing is ever received there: what is sent to the port is
 * steered before the kernel looks for a bound socket.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/fd.h"
#include "udp_internal.h"

#define PORTS 65536

/* @fd: open while @users is not 0 */
struct udp_port {
	int fd;
	uint32_t users;
};

/* With --listen a port is bound at each address by itself. */
static size_t udp_port_place(const struct worker *w, const struct endpoint *vip)
{
	size_t is_v6 = vip->addr.family == IP_V6;
	uint32_t i;

	for (i = 0; i < w->cfg->n_listen; i++)
		if (ip_addr_eq(&w->cfg->listen[i], &vip->addr))
			return i * PORTS + vip->port;
	return is_v6 * PORTS + vip->port;
}

static int udp_port_bind(const struct worker *w, const struct endpoint *vip,
			 int *ret_fd)
{
	struct endpoint at = { { .family = vip->addr.family }, vip->port };

	if (w->cfg->n_listen)
		at.addr = vip->addr;
	return sock_listen(&at, SOCK_F_UDP | SOCK_F_REUSEPORT | SOCK_F_V6ONLY,
			   0, ret_fd);
}

int udp_port_hold(struct worker *w, const struct endpoint *vip, int *ret_fd)
{
	struct udp_table *t = w->udp;
	size_t n = (size_t)PORTS * (w->cfg->n_listen ? w->cfg->n_listen : 2);
	struct udp_port *p;
	int err = 0;

	/* untouched pages cost nothing */
	if (!t->ports)
		t->ports = calloc(n, sizeof(*t->ports));
	if (!t->ports)
		return -ENOMEM;
	p = &t->ports[udp_port_place(w, vip)];
	if (!p->users) {
		if (!budget_take_fds(w->budget, 1))
			return -EMFILE;
		err = udp_port_bind(w, vip, &p->fd);
		if (err)
			budget_give_fds(w->budget, 1);
	}
	if (!err) {
		p->users++;
		*ret_fd = p->fd;
	}
	return err;
}

void udp_port_drop(struct worker *w, const struct endpoint *vip)
{
	struct udp_port *p = &w->udp->ports[udp_port_place(w, vip)];

	if (--p->users)
		return;
	/* replies that wait would find it closed */
	udp_flush(w);
	fd_close(&p->fd);
	budget_give_fds(w->budget, 1);
}

void udp_port_free(struct udp_table *t)
{
	free(t->ports);
}
