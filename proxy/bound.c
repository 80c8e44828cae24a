/* SPDX-License-Identifier: BSD-2-Clause */
/* bound.c - see bound.h */
#include "bound.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/sockdiag.h"
#include "wire/bytes.h"

#define BOUND_MAX 262144
/* TCP_BOUND_INACTIVE of Linux 6.8; before, such sockets are not told of */
#define STATE_BOUND 13

/* @is_any: at every address; of both families if @is_dual */
struct bound_sock {
	uint8_t proto;
	bool is_any, is_dual;
	uint16_t port;
	uid_t uid;
	struct ip_addr addr;
};

struct bound {
	size_t n;
	size_t cap;
	struct bound_sock *socks; /* sorted by protocol and port */
};

static int bound_add(struct bound *b, const struct bound_sock *s)
{
	if (b->n == b->cap) {
		size_t cap = b->cap ? b->cap * 2 : 64;
		struct bound_sock *grown;

		if (b->n == BOUND_MAX)
			return -E2BIG;
		grown = reallocarray(b->socks, cap, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		b->socks = grown;
		b->cap = cap;
	}
	b->socks[b->n++] = *s;
	return 0;
}

struct bound_dump {
	struct bound *into;
	enum rule_proto proto;
};

static int bound_take(void *ctx, const struct inet_diag_msg *m,
		      const uint8_t *attrs, size_t len)
{
	static const uint8_t zero[16];
	const struct bound_dump *d = ctx;
	struct bound_sock s = { .proto = (uint8_t)d->proto };
	const uint8_t *is_v6only;
	uint8_t src[16];

	memcpy(src, m->id.idiag_src, sizeof(src));
	s.port = be16_get((be16) { m->id.idiag_sport });
	s.uid = m->idiag_uid;
	if (m->idiag_family == AF_INET) {
		s.is_any = memcmp(src, zero, 4) == 0;
		s.addr = ip_addr_v4(src);
	} else {
		struct ip_addr a = ip_addr_v6(src);

		is_v6only = sockdiag_attr(attrs, len, INET_DIAG_SKV6ONLY, 1);
		s.is_any = memcmp(src, zero, 16) == 0;
		s.is_dual = s.is_any && !(is_v6only && *is_v6only);
		s.addr = ip_addr_unmap(&a);
	}
	return s.port ? bound_add(d->into, &s) : 0;
}

static int bound_cmp(const void *a, const void *b)
{
	const struct bound_sock *x = a, *y = b;

	return ((int)x->proto << 16 | x->port) -
	       ((int)y->proto << 16 | y->port);
}

int bound_read(struct bound **ret)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	static const struct {
		enum rule_proto proto;
		uint8_t protocol;
		uint32_t states;
	} kinds[] = {
		{ RULE_TCP, IPPROTO_TCP, 1U << TCP_LISTEN | 1U << STATE_BOUND },
		{ RULE_UDP, IPPROTO_UDP, 1U << TCP_CLOSE },
	};
	struct bound *b = calloc(1, sizeof(*b));
	int err = b ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; !err && i < 4; i++) {
		struct bound_dump d = { b, kinds[i % 2].proto };

		err = sockdiag_dump(families[i / 2], kinds[i % 2].protocol,
				    kinds[i % 2].states, bound_take, &d);
		/* a kernel without IPv6 has none of its sockets */
		if (err == -ENOENT && families[i / 2] == AF_INET6)
			err = 0;
	}
	if (err) {
		bound_free(b);
		return err;
	}
	if (b->n)
		qsort(b->socks, b->n, sizeof(*b->socks), bound_cmp);
	*ret = b;
	return 0;
}

void bound_free(struct bound *b)
{
	if (!b)
		return;
	free(b->socks);
	free(b);
}

/* Would a socket at @addr and @s be in each other's way? */
static bool bound_overlaps(const struct bound_sock *s,
			   const struct ip_addr *addr)
{
	if (addr->family == IP_NONE)
		return true;
	if (s->is_any)
		return s->is_dual || s->addr.family == addr->family;
	return ip_addr_eq(&s->addr, addr);
}

bool bound_find(const struct bound *b, enum rule_proto proto,
		const struct ip_addr *addr, uint16_t port, uid_t *ret_uid)
{
	struct bound_sock key = { .proto = (uint8_t)proto, .port = port };
	size_t low = 0, high = b->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (bound_cmp(&b->socks[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < b->n && bound_cmp(&b->socks[low], &key) == 0; low++) {
		if (!bound_overlaps(&b->socks[low], addr))
			continue;
		*ret_uid = b->socks[low].uid;
		return true;
	}
	return false;
}
