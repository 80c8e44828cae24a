/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_hand.c - see udp_hand.h */
#include "udp_hand.h"

#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "udp_fast.h"

/* datagrams from the client; a slot takes some five system calls */
#define HAND_AFTER    8
#define HAND_COUNT_MS 1000
/* without a datagram forwarded; then the slot is given back */
#define HAND_QUIET_MS 5000
#define HAND_RETRY_MS 10000
#define MTU_ANY	      UINT32_MAX

static bool hand_is_loopback(const struct ip_addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return a->family == IP_V4 ? a->bytes[0] == 127
				  : !memcmp(a->bytes, one, sizeof(one));
}

static bool hand_is_link_local(const struct ip_addr *a)
{
	return a->family == IP_V6 && a->bytes[0] == 0xfe &&
	       (a->bytes[1] & 0xc0) == 0x80;
}

/* Bytes of a packet on the way of a connected socket. */
static uint32_t hand_mtu_of(int fd, const struct ip_addr *to)
{
	bool is_v6 = to->family == IP_V6;
	int mtu = 0;
	socklen_t len = sizeof(mtu);

	if (getsockopt(fd, is_v6 ? IPPROTO_IPV6 : IPPROTO_IP,
		       is_v6 ? IPV6_MTU : IP_MTU, &mtu, &len) ||
	    mtu < 0)
		return 0;
	return (uint32_t)mtu;
}

/* Bound before it is connected, see egress.h. */
static uint32_t hand_mtu_down(const struct udp_session *s)
{
	const struct endpoint *to = &s->key.client;
	const struct endpoint from = { s->key.vip.addr, 0 };
	uint32_t mtu = 0;
	int fd;

	if (hand_is_loopback(&to->addr))
		return MTU_ANY;
	if (sock_connect(to, &from, SOCK_F_UDP, &fd))
		return 0;
	mtu = hand_mtu_of(fd, &to->addr);
	fd_close(&fd);
	return mtu;
}

static uint32_t hand_mtu_up(const struct udp_session *s)
{
	return hand_is_loopback(&s->origin) ? MTU_ANY
					    : hand_mtu_of(s->fd, &s->origin);
}

/* The header of each datagram. Return: false if that differs */
static bool hand_header(const struct worker *w, const struct udp_session *s,
			uint8_t put[META_MAX], struct udp_fast_session *ret)
{
	enum rule_mode mode = s->fwd->rule->mode;

	ret->put = put;
	ret->put_bytes = 0;
	ret->is_cut = mode == MODE_SPP;
	if (mode == MODE_OFF)
		return true;
	if (mode == MODE_PPV2 && w->cfg->udp_header != UDP_HEADER_EVERY)
		return s->has_header;
	if (mode != MODE_SPP && mode != MODE_PPV2)
		return false;
	ret->put_bytes =
		meta_header(mode, RULE_UDP, &s->key.client, &s->key.vip, put);
	return ret->put_bytes % 2 == 0 && ret->put_bytes <= UDP_FAST_HEADER_MAX;
}

static bool hand_describe(const struct worker *w, const struct udp_session *s,
			  uint8_t put[META_MAX], struct udp_fast_session *ret)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (s->key.client.addr.family != s->origin.family ||
	    s->key.vip.addr.family != s->origin.family || s->key.scope ||
	    hand_is_link_local(&s->origin) || !hand_header(w, s, put, ret) ||
	    getsockname(s->fd, (struct sockaddr *)&ss, &len))
		return false;
	ret->client = s->key.client;
	ret->vip = s->key.vip;
	ret->from = endpoint_from_sockaddr(&ss);
	ret->origin = (struct endpoint) {
		s->origin, rule_origin_port(s->fwd->rule, s->key.vip.port)
	};
	ret->mtu[UDP_FAST_UP] = hand_mtu_up(s);
	ret->mtu[UDP_FAST_DOWN] = hand_mtu_down(s);
	return true;
}

static bool hand_is_filtered(const struct worker *w,
			     const struct udp_session *s)
{
	return filter_has(w->filter, (enum ip_family)s->origin.family,
			  worker_now_ms(w));
}

static void hand_over(struct worker *w, struct udp_session *s)
{
	uint64_t now = worker_now_ms(w);
	struct udp_fast_session f;
	uint8_t put[META_MAX];

	if (now < s->hand_retry_ms)
		return;
	s->n_hand = 0;
	s->hand_retry_ms = now + HAND_RETRY_MS;
	if (hand_is_filtered(w, s)) {
		stat_add(&w->stats, STAT_UDP_FAST_FILTERED, 1);
		return;
	}
	if (hand_describe(w, s, put, &f) && !udp_fast_listen(s->fd))
		s->slot = udp_fast_begin(w->udp_fast, w->id, now, &f);
	if (s->slot == UDP_FAST_NONE) {
		stat_add(&w->stats, STAT_UDP_FAST_NONE, 1);
		return;
	}
	stat_add(&w->stats, STAT_UDP_FAST, 1);
	s->handed_ms = now;
	s->routes = udp_fast_routes(w->udp_fast);
	s->is_put = f.put_bytes != 0;
	memset(s->taken, 0, sizeof(s->taken));
	if (s->timer.due_ms > now + HAND_COUNT_MS)
		wheel_arm(&w->udp->wheel, &s->timer, now + HAND_COUNT_MS);
}

/* The later of @number and what @m has, if it has one */
static uint64_t hand_later(uint64_t number, const struct mmsghdr *m)
{
	uint64_t its = udp_fast_number(&m->msg_hdr);

	return its > number ? its : number;
}

void udp_hand_up(struct worker *w, struct udp_session *s, const uint8_t *which,
		 uint32_t n)
{
	const struct udp_in *in = &w->udp->up->in;
	uint64_t number = 0;
	uint32_t i;

	if (!w->udp_fast)
		return;
	if (s->slot == UDP_FAST_NONE) {
		s->n_hand += n;
		if (s->n_hand >= HAND_AFTER)
			hand_over(w, s);
		return;
	}
	for (i = 0; i < n; i++)
		number = hand_later(number, &in->msgs[which[i]]);
	udp_fast_done(w->udp_fast, s->slot, UDP_FAST_UP, number);
}

void udp_hand_down(struct worker *w, const struct udp_session *s,
		   uint32_t first, uint32_t n)
{
	struct udp_down *d = w->udp->down;
	uint64_t number = 0;
	uint32_t i;

	if (s->slot == UDP_FAST_NONE)
		return;
	for (i = first; i < first + n; i++)
		number = hand_later(number, &d->in.msgs[i]);
	if (number)
		d->hands[d->n_hands++] =
			(struct udp_handed) { s->slot, number };
}

void udp_hand_flushed(struct worker *w)
{
	struct udp_down *d = w->udp->down;
	uint32_t i;

	for (i = 0; i < d->n_hands; i++)
		udp_fast_done(w->udp_fast, d->hands[i].slot, UDP_FAST_DOWN,
			      d->hands[i].number);
	d->n_hands = 0;
}

void udp_hand_icmp(struct worker *w, const struct udp_session *s)
{
	if (s->slot != UDP_FAST_NONE)
		udp_fast_set_mtu(w->udp_fast, s->slot, UDP_FAST_UP,
				 hand_mtu_up(s));
}

/* Return: datagrams that are new */
static uint64_t hand_take(struct worker *w, struct udp_session *s, unsigned way,
			  uint64_t *ret_bytes)
{
	struct udp_fast_count c, *old = &s->taken[way];
	uint64_t n;

	udp_fast_counted(w->udp_fast, s->slot, way, &c);
	n = c.datagrams - old->datagrams;
	*ret_bytes = c.bytes - old->bytes;
	if (c.last_ms > s->active_ms)
		s->active_ms = c.last_ms;
	*old = c;
	stat_add(&w->stats, STAT_UDP_FAST_DATAGRAMS, n);
	return n;
}

void udp_hand_count(struct worker *w, struct udp_session *s)
{
	uint64_t bytes, n;

	if (s->slot == UDP_FAST_NONE)
		return;
	n = hand_take(w, s, UDP_FAST_UP, &bytes);
	stat_add(&w->stats, STAT_UDP_UP, n);
	s->up_bytes += bytes;
	fwd_add(s->fwd, w->id, LIVE_BYTES_UP, bytes);
	if (s->is_put && n) {
		stat_add(&w->stats, STAT_UDP_HEADERS, n);
		fwd_add(s->fwd, w->id, tally_header_id(s->fwd->rule->mode), n);
	}
	stat_add(&w->stats, STAT_UDP_DOWN,
		 hand_take(w, s, UDP_FAST_DOWN, &bytes));
	s->down_bytes += bytes;
	fwd_add(s->fwd, w->id, LIVE_BYTES_DOWN, bytes);
}

void udp_hand_back(struct worker *w, struct udp_session *s)
{
	if (s->slot == UDP_FAST_NONE)
		return;
	udp_fast_end(w->udp_fast, w->id, worker_now_ms(w), s->slot);
	udp_hand_count(w, s);
	s->slot = UDP_FAST_NONE;
}

static uint64_t hand_last_ms(const struct udp_session *s)
{
	uint64_t up = s->taken[UDP_FAST_UP].last_ms;
	uint64_t down = s->taken[UDP_FAST_DOWN].last_ms;

	return up > down ? up : down;
}

uint64_t udp_hand_run(struct worker *w, struct udp_session *s, uint64_t due_ms)
{
	uint64_t now = worker_now_ms(w), last;
	uint32_t routes;

	if (s->slot == UDP_FAST_NONE)
		return due_ms;
	routes = udp_fast_routes(w->udp_fast);
	if (routes != s->routes) {
		s->routes = routes;
		udp_fast_relearn(w->udp_fast, s->slot);
	}
	last = hand_last_ms(s);
	if (hand_is_filtered(w, s)) {
		udp_hand_back(w, s);
		return due_ms;
	}
	if (now < (last ? last : s->handed_ms) + HAND_QUIET_MS) {
		udp_fast_set_mtu(w->udp_fast, s->slot, UDP_FAST_UP,
				 hand_mtu_up(s));
		udp_fast_set_mtu(w->udp_fast, s->slot, UDP_FAST_DOWN,
				 hand_mtu_down(s));
		now += HAND_COUNT_MS;
		return now < due_ms ? now : due_ms;
	}
	/* one of which something was forwarded may ask again at once */
	if (last)
		s->hand_retry_ms = 0;
	udp_hand_back(w, s);
	return due_ms;
}
