/* SPDX-License-Identifier: BSD-2-Clause */
/* steer.c - see steer.h */
#include "steer.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/sock.h"
#include "listen.h"
#include "tcx.h"

#include <steer.skel.h>

static_assert(RULE_TCP == STEER_TCP && RULE_UDP == STEER_UDP, "map keys");
static_assert(CONFIG_LISTEN_MAX <= STEER_ADDRS_MAX, "addresses");

struct steer {
	struct steer_bpf *bpf;
	struct bpf_link *link;
	uint32_t n_threads;
	const char *congestion; /* borrowed */
	int fds[STEER_SOCKETS][CONFIG_THREADS_MAX];
};

static uint32_t steer_key(enum rule_proto proto, bool is_v6)
{
	return 2 * (uint32_t)proto + is_v6;
}

/* Loopback, and a port that no rule may have: nothing but what is steered gets
 * to the sockets. The first is bound alone, so that no other process's can be
 * in its group.
 */
static int steer_bind_first(uint32_t n_threads, unsigned flags,
			    struct endpoint *at, int *ret_fd)
{
	uint32_t port;
	int err = -EADDRINUSE;

	for (port = UINT16_MAX; err == -EADDRINUSE && port > RULE_PORT_MAX;
	     port--) {
		at->port = (uint16_t)port;
		err = sock_listen(at, flags, LISTEN_BACKLOG, ret_fd);
	}
	if (!err && n_threads > 1)
		err = sock_set_int(*ret_fd, SOL_SOCKET, SO_REUSEPORT, 1);
	return err;
}

/* The kernel refuses to bring IPv4 to an IPv6 socket that is bound to an
 * address: one of each family.
 */
static int steer_bind(struct steer *s, enum rule_proto proto, bool is_v6)
{
	static const uint8_t loopback4[4] = { 127, 0, 0, 1 };
	static const uint8_t loopback6[16] = { [15] = 1 };
	unsigned flags = SOCK_F_FREEBIND | SOCK_F_V6ONLY |
			 (proto == RULE_UDP ? SOCK_F_UDP | SOCK_F_ORIGDST : 0);
	struct endpoint at = {
		.addr = is_v6 ? ip_addr_v6(loopback6) : ip_addr_v4(loopback4),
	};
	int *fds = s->fds[steer_key(proto, is_v6)];
	uint32_t th;
	int err = steer_bind_first(s->n_threads, flags, &at, &fds[0]);

	for (th = 1; !err && th < s->n_threads; th++)
		err = sock_listen(&at, flags | SOCK_F_REUSEPORT, LISTEN_BACKLOG,
				  &fds[th]);
	for (th = 0; !err && th < s->n_threads; th++)
		err = listen_tune(fds[th], proto, s->congestion);
	return err;
}

static int steer_bind_all(struct steer *s)
{
	int err = steer_bind(s, RULE_TCP, false);

	if (!err)
		err = steer_bind(s, RULE_UDP, false);
	if (err)
		return err;
	err = steer_bind(s, RULE_TCP, true);
	if (err == -EAFNOSUPPORT || err == -EADDRNOTAVAIL)
		return 0;
	return err ? err : steer_bind(s, RULE_UDP, true);
}

static void steer_fill(struct steer_bpf *bpf, const struct proxy_config *cfg)
{
	uint32_t i;

	bpf->rodata->n_addrs = cfg->n_listen;
	for (i = 0; i < cfg->n_listen; i++) {
		uint8_t mapped[16];

		ip_addr_map(&cfg->listen[i], mapped);
		/* read only for the program, not before it is loaded */
		memcpy((void *)(uintptr_t)&bpf->rodata->addrs[i], mapped,
		       sizeof(mapped));
	}
}

static int steer_attach(struct steer *s)
{
	uint32_t key;
	int err = 0, net;

	for (key = 0; !err && key < STEER_SOCKETS; key++) {
		uint64_t fd = (uint64_t)s->fds[key][0];

		if (s->fds[key][0] >= 0)
			err = bpf_map_update_elem(
				bpf_map__fd(s->bpf->maps.sockets), &key, &fd,
				BPF_ANY);
	}
	if (err)
		return err;
	net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (net < 0)
		return -errno;
	s->link = bpf_program__attach_netns(s->bpf->progs.steer_lookup, net);
	err = s->link ? 0 : -errno;
	fd_close(&net);
	return err;
}

int steer_open(const struct proxy_config *cfg, struct steer **ret)
{
	struct steer *s = calloc(1, sizeof(*s));
	int err = -ENOMEM;

	if (!s)
		return -ENOMEM;
	s->n_threads = cfg->n_threads;
	s->congestion = cfg->congestion;
	memset(s->fds, 0xff, sizeof(s->fds)); /* -1 */
	tcx_quiet();
	s->bpf = steer_bpf__open();
	if (s->bpf) {
		steer_fill(s->bpf, cfg);
		err = steer_bpf__load(s->bpf);
	}
	if (!err)
		err = steer_bind_all(s);
	if (!err)
		err = steer_attach(s);
	if (err) {
		steer_close(s);
		return err;
	}
	*ret = s;
	return 0;
}

static void steer_close_fds(struct steer *s, enum rule_proto proto)
{
	uint32_t i;

	for (i = 0; i < s->n_threads; i++) {
		fd_close(&s->fds[steer_key(proto, false)][i]);
		fd_close(&s->fds[steer_key(proto, true)][i]);
	}
}

void steer_close(struct steer *s)
{
	if (!s)
		return;
	if (s->link)
		(void)bpf_link__destroy(s->link);
	steer_bpf__destroy(s->bpf);
	steer_close_fds(s, RULE_TCP);
	steer_close_fds(s, RULE_UDP);
	free(s);
}

const int *steer_fds(const struct steer *s, enum rule_proto proto, bool is_v6)
{
	const int *fds = s->fds[steer_key(proto, is_v6)];

	return fds[0] >= 0 ? fds : NULL;
}

/* Words of the running program: each is written whole. */
static void steer_write(struct steer *s, const struct steer_ports *ports,
			bool may_add)
{
	uint32_t proto, i;

	for (proto = 0; proto < STEER_PROTOS; proto++)
		for (i = 0; i < STEER_WORDS; i++) {
			__u64 *word = &s->bpf->bss->ports[proto][i];
			uint64_t next = ports ? ports->bits[proto][i] : 0;

			if (!may_add)
				next &= *word;
			__atomic_store_n(word, next, __ATOMIC_RELAXED);
		}
}

void steer_keep(struct steer *s, const struct steer_ports *ports)
{
	steer_write(s, ports, false);
}

void steer_set(struct steer *s, const struct steer_ports *ports)
{
	steer_write(s, ports, true);
}

void steer_refuse(struct steer *s)
{
	steer_write(s, NULL, true);
	steer_close_fds(s, RULE_TCP);
}
