/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_fast.c - see udp_fast.h */
#include "udp_fast.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/net_tstamp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/sock.h"
#include "fast.h"
#include "tcx.h"
#include "wire/bytes.h"

#include <udp_fast.skel.h>

/* maps, programs and types, and one that hears of routes */
#define UDP_FAST_FDS 11
/* an interface that is none, of slots that rest or were never used */
#define UDP_FAST_NOWHERE UINT32_MAX
/* longer than a program runs */
#define UDP_FAST_REST_MS 1000

/* Slots that were given back, in that order. */
struct udp_fast_rest {
	uint32_t slot;
	uint64_t until_ms;
};

/* The slots of a thread: @n from @first on, those from @high on never used.
 * @turns: sessions so far
 */
struct udp_fast_range {
	uint32_t first;
	uint32_t n;
	uint32_t high;
	uint32_t rest_head;
	uint32_t n_rest;
	uint64_t turns;
	struct udp_fast_rest *rest; /* @n of them */
};

struct udp_fast {
	struct udp_fast_bpf *bpf;
	struct tcx *tcx;
	int route_fd;
	_Atomic uint32_t routes;
	uint32_t n_ranges;
	struct udp_fast_range ranges[CONFIG_THREADS_MAX];
};

static int udp_fast_split(struct udp_fast *f, uint32_t n_threads)
{
	uint32_t i;

	f->n_ranges = n_threads;
	for (i = 0; i < n_threads; i++) {
		struct udp_fast_range *r = &f->ranges[i];

		r->n = UDP_FAST_SLOTS / n_threads;
		r->first = i * r->n;
		r->rest = calloc(r->n, sizeof(*r->rest));
		if (!r->rest)
			return -ENOMEM;
	}
	return 0;
}

#define GROUP(name) (1U << (RTNLGRP_##name - 1))

static int udp_fast_watch_routes(struct udp_fast *f)
{
	struct sockaddr_nl at = { .nl_family = AF_NETLINK,
				  .nl_groups = GROUP(LINK) | GROUP(IPV4_ROUTE) |
					       GROUP(IPV6_ROUTE) |
					       GROUP(IPV4_RULE) |
					       GROUP(IPV6_RULE) };

	f->route_fd = socket(AF_NETLINK,
			     SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
			     NETLINK_ROUTE);
	if (f->route_fd < 0 ||
	    bind(f->route_fd, (const struct sockaddr *)&at, sizeof(at)))
		return -errno;
	return 0;
}

static int udp_fast_load(struct udp_fast *f)
{
	int err;

	tcx_quiet();
	f->bpf = udp_fast_bpf__open();
	if (!f->bpf)
		return -errno;
	err = udp_fast_bpf__load(f->bpf);
	if (err)
		return err;
	return tcx_attach(bpf_program__fd(f->bpf->progs.udp_fast_in),
			  bpf_program__fd(f->bpf->progs.udp_fast_out), &f->tcx);
}

int udp_fast_open(const struct proxy_config *cfg, struct udp_fast **ret)
{
	struct udp_fast *f;
	int err;

	if (cfg->fast_path == FAST_AUTO && !fast_is_tried())
		return -ENOSYS;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->route_fd = -1;
	err = udp_fast_split(f, cfg->n_threads);
	if (!err)
		err = udp_fast_watch_routes(f);
	if (!err)
		err = udp_fast_load(f);
	if (err) {
		udp_fast_close(f);
		return err;
	}
	*ret = f;
	return 0;
}

void udp_fast_on_demand(struct udp_fast *f)
{
	tcx_on_demand(f->tcx);
}

void udp_fast_close(struct udp_fast *f)
{
	uint32_t i;

	if (!f)
		return;
	tcx_detach(f->tcx);
	fd_close(&f->route_fd);
	udp_fast_bpf__destroy(f->bpf);
	for (i = 0; i < f->n_ranges; i++)
		free(f->ranges[i].rest);
	free(f);
}

uint32_t udp_fast_fds(const struct udp_fast *f)
{
	return f ? UDP_FAST_FDS + (uint32_t)tcx_count(f->tcx) : 0;
}

/* What is reported but not made: the only stamp is the program's. */
int udp_fast_listen(int fd)
{
	return sock_set_int(fd, SOL_SOCKET, SO_TIMESTAMPING,
			    SOF_TIMESTAMPING_SOFTWARE);
}

uint64_t udp_fast_number(const struct msghdr *msg)
{
	struct msghdr *m = (struct msghdr *)(uintptr_t)msg;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct timespec ts;
		uint64_t ns;

		if (c->cmsg_level != SOL_SOCKET ||
		    c->cmsg_type != SO_TIMESTAMPING)
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		ns = (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
		return ns & UDP_FAST_NUMBER ? ns & ~UDP_FAST_NUMBER : 0;
	}
	return 0;
}

static void udp_fast_key_of(const struct endpoint *src,
			    const struct endpoint *dst,
			    struct udp_fast_key *ret)
{
	uint8_t mapped[16];

	memset(ret, 0, sizeof(*ret));
	ip_addr_map(&src->addr, mapped);
	memcpy(ret->src, mapped, sizeof(mapped));
	ip_addr_map(&dst->addr, mapped);
	memcpy(ret->dst, mapped, sizeof(mapped));
	put_be16((uint8_t *)&ret->sport, src->port);
	put_be16((uint8_t *)&ret->dport, dst->port);
}

static struct udp_fast_slot *udp_fast_slot(const struct udp_fast *f,
					   uint32_t slot)
{
	return &f->bpf->bss->slots[slot];
}

/* Where it leaves is @ifindex from now on; 0: that is to be learned. The
 * program counts the ones that it has learned down by itself.
 */
static void udp_fast_leaves(struct udp_fast *f, struct udp_fast_way *way,
			    uint32_t ifindex)
{
	uint32_t *n = &f->bpf->bss->n_unlearned;
	uint32_t old = __atomic_exchange_n(&way->out_ifindex, ifindex,
					   __ATOMIC_ACQ_REL);

	if (old && !ifindex)
		(void)__atomic_fetch_add(n, 1, __ATOMIC_RELEASE);
	else if (!old && ifindex)
		(void)__atomic_fetch_sub(n, 1, __ATOMIC_RELEASE);
}

static uint32_t udp_fast_take(struct udp_fast *f, unsigned thread,
			      uint64_t now_ms)
{
	struct udp_fast_range *r = &f->ranges[thread];
	struct udp_fast_rest *oldest = &r->rest[r->rest_head];
	int i;

	if (r->n_rest && oldest->until_ms <= now_ms) {
		r->rest_head = (r->rest_head + 1) % r->n;
		r->n_rest--;
		return oldest->slot;
	}
	if (r->high == r->n)
		return UDP_FAST_NONE;
	for (i = 0; i < 2; i++)
		udp_fast_slot(f, r->first + r->high)->ways[i].out_ifindex =
			UDP_FAST_NOWHERE;
	return r->first + r->high++;
}

/* What is left of its last session is of no use. */
static void udp_fast_give(struct udp_fast *f, unsigned thread, uint64_t now_ms,
			  uint32_t slot)
{
	struct udp_fast_range *r = &f->ranges[thread];
	struct udp_fast_slot *sl = udp_fast_slot(f, slot);

	__atomic_store_n(&sl->is_on, 0, __ATOMIC_RELEASE);
	udp_fast_leaves(f, &sl->ways[UDP_FAST_UP], UDP_FAST_NOWHERE);
	udp_fast_leaves(f, &sl->ways[UDP_FAST_DOWN], UDP_FAST_NOWHERE);
	(void)__atomic_fetch_sub(&f->bpf->bss->n_on, 1, __ATOMIC_RELEASE);
	tcx_drop(f->tcx);
	r->rest[(r->rest_head + r->n_rest++) % r->n] =
		(struct udp_fast_rest) { slot, now_ms + UDP_FAST_REST_MS };
}

static void udp_fast_lay(struct udp_fast_way *way, uint64_t turn, uint32_t mtu)
{
	way->done = 0;
	way->in_ifindex = 0;
	way->datagrams = 0;
	way->bytes = 0;
	way->last_ns = 0;
	way->mtu = mtu;
	way->seen = turn << UDP_FAST_COUNT_BITS;
}

static int udp_fast_name(struct udp_fast *f, uint32_t slot, unsigned way)
{
	uint32_t ref = 2 * slot + way;

	return bpf_map_update_elem(bpf_map__fd(f->bpf->maps.refs),
				   &udp_fast_slot(f, slot)->ways[way].from,
				   &ref, BPF_NOEXIST);
}

static void udp_fast_forget(struct udp_fast *f, uint32_t slot, unsigned way)
{
	(void)bpf_map_delete_elem(bpf_map__fd(f->bpf->maps.refs),
				  &udp_fast_slot(f, slot)->ways[way].from);
}

uint32_t udp_fast_begin(struct udp_fast *f, unsigned thread, uint64_t now_ms,
			const struct udp_fast_session *s)
{
	struct udp_fast_range *r = &f->ranges[thread];
	uint32_t slot = udp_fast_take(f, thread, now_ms);
	struct udp_fast_way *up, *down;
	struct udp_fast_slot *sl;
	uint64_t turn;

	if (slot == UDP_FAST_NONE)
		return slot;
	sl = udp_fast_slot(f, slot);
	up = &sl->ways[UDP_FAST_UP];
	down = &sl->ways[UDP_FAST_DOWN];
	udp_fast_leaves(f, up, 0);
	udp_fast_leaves(f, down, 0);
	turn = ++r->turns & UDP_FAST_TURN_MASK;
	udp_fast_lay(up, turn, s->mtu[UDP_FAST_UP]);
	udp_fast_lay(down, turn, s->mtu[UDP_FAST_DOWN]);
	udp_fast_key_of(&s->client, &s->vip, &up->from);
	udp_fast_key_of(&s->from, &s->origin, &up->to);
	udp_fast_key_of(&s->origin, &s->from, &down->from);
	udp_fast_key_of(&s->vip, &s->client, &down->to);
	memset(sl->header, 0, sizeof(sl->header));
	memcpy(sl->header, s->put, s->put_bytes);
	sl->put_bytes = (uint32_t)s->put_bytes;
	sl->is_cut = s->is_cut;
	__atomic_store_n(&sl->is_on, 1, __ATOMIC_RELEASE);
	(void)__atomic_fetch_add(&f->bpf->bss->n_on, 1, __ATOMIC_RELEASE);
	/* until then there are no numbers, and nothing is forwarded */
	tcx_hold_soon(f->tcx);
	if (!udp_fast_name(f, slot, UDP_FAST_UP)) {
		if (!udp_fast_name(f, slot, UDP_FAST_DOWN))
			return slot;
		udp_fast_forget(f, slot, UDP_FAST_UP);
	}
	udp_fast_give(f, thread, now_ms, slot);
	return UDP_FAST_NONE;
}

void udp_fast_end(struct udp_fast *f, unsigned thread, uint64_t now_ms,
		  uint32_t slot)
{
	udp_fast_forget(f, slot, UDP_FAST_UP);
	udp_fast_forget(f, slot, UDP_FAST_DOWN);
	udp_fast_give(f, thread, now_ms, slot);
}

void udp_fast_done(struct udp_fast *f, uint32_t slot, unsigned way,
		   uint64_t number)
{
	struct udp_fast_way *y = &udp_fast_slot(f, slot)->ways[way];
	uint64_t seen = __atomic_load_n(&y->seen, __ATOMIC_RELAXED);

	if (number >> UDP_FAST_COUNT_BITS == seen >> UDP_FAST_COUNT_BITS &&
	    number > y->done)
		__atomic_store_n(&y->done, number, __ATOMIC_RELEASE);
}

void udp_fast_set_mtu(struct udp_fast *f, uint32_t slot, unsigned way,
		      uint32_t bytes)
{
	udp_fast_slot(f, slot)->ways[way].mtu = bytes;
}

uint32_t udp_fast_routes(struct udp_fast *f)
{
	char one[16];

	/* what it was does not matter; ENOBUFS: some were not kept */
	while (recv(f->route_fd, one, sizeof(one), 0) >= 0 || errno == ENOBUFS)
		atomic_fetch_add_explicit(&f->routes, 1, memory_order_relaxed);
	return atomic_load_explicit(&f->routes, memory_order_relaxed);
}

void udp_fast_relearn(struct udp_fast *f, uint32_t slot)
{
	struct udp_fast_slot *sl = udp_fast_slot(f, slot);

	udp_fast_leaves(f, &sl->ways[UDP_FAST_UP], 0);
	udp_fast_leaves(f, &sl->ways[UDP_FAST_DOWN], 0);
}

void udp_fast_counted(const struct udp_fast *f, uint32_t slot, unsigned way,
		      struct udp_fast_count *ret)
{
	const struct udp_fast_way *y = &udp_fast_slot(f, slot)->ways[way];

	ret->datagrams = __atomic_load_n(&y->datagrams, __ATOMIC_RELAXED);
	ret->bytes = __atomic_load_n(&y->bytes, __ATOMIC_RELAXED);
	ret->last_ms =
		__atomic_load_n(&y->last_ns, __ATOMIC_RELAXED) / NS_PER_MS;
}
