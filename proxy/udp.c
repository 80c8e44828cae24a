/* SPDX-License-Identifier: BSD-2-Clause */
/* udp.c - UDP sessions.
 *
 * Theory of operation
 *
 * A session is one client endpoint on one listening socket and one dialled
 * address. It has a connected socket of its own towards one origin, whose
 * local port tells its replies from those of other sessions. Replies leave
 * from the listening socket, from the address the client dialled (IP_PKTINFO).
 *
 * Datagrams are read in batches and written in batches of consecutive ones of
 * the same session: each stays one datagram, in order. One that the kernel does
 * not take is dropped and counted, as a router would.
 *
 * Which datagrams carry a header: SPP all of them, both ways (stripped from
 * replies); PPV2 as --udp-header says, by default the first of a session, so
 * that a client which comes back after the idle limit is introduced anew.
 *
 * An ICMP error shows up as an error of the session's socket on its next use.
 * It is counted; a refused port also marks the origin as failed. The session
 * stays, unless there is another origin to go to: then it ends and the next
 * datagram begins a new one there.
 *
 * Limits: slots are fixed at start, the budget bounds sessions and descriptors
 * over all workers; a datagram that finds none is dropped and counted.
 */
#include "udp.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/sock.h"
#include "meta.h"
#include "wire/bytes.h"

#define UDP_BATCH	  32
#define UDP_ROUNDS	  8
#define UDP_DATAGRAM_MAX  65535
#define UDP_DRAIN_IDLE_MS 200
#define SLOT_NONE	  UINT32_MAX

/* @scope: interface of a link-local client, 0 otherwise */
struct udp_key {
	struct endpoint client;
	struct ip_addr vip;
	uint32_t scope;
	int listen_fd;
};

struct udp_session {
	struct udp_key key;
	const struct fwd *fwd;
	struct wheel_node timer;
	uint64_t id;
	uint64_t begin_wall_ms;
	uint64_t active_ms;
	uint64_t log_ms;
	uint64_t up_bytes, up_logged;
	uint64_t down_bytes, down_logged;
	uint32_t gen;
	uint32_t next; /* in the bucket, or in the free list */
	uint16_t port; /* forwarding port */
	struct ip_addr origin;
	int fd; /* -1: the slot is free */
	bool is_listen_v6;
	bool has_header; /* was sent */
};

/* One batch: buffers for reading and, beside them, the vectors for writing. */
struct udp_batch {
	struct mmsghdr in[UDP_BATCH];
	struct iovec in_iov[UDP_BATCH];
	struct sockaddr_storage names[UDP_BATCH];
	struct mmsghdr out[UDP_BATCH];
	struct iovec out_iov[UDP_BATCH][2];
	uint8_t headers[UDP_BATCH][META_MAX];
	_Alignas(struct cmsghdr) uint8_t control[UDP_BATCH][SOCK_PKTINFO_SPACE];
	uint8_t data[UDP_BATCH][UDP_DATAGRAM_MAX];
};

struct udp_table {
	struct wheel wheel;
	struct udp_session *slots;
	uint32_t cap;
	uint32_t high;
	uint32_t n_used;
	uint32_t free_head;
	uint32_t *buckets;
	uint32_t bucket_mask;
	uint64_t secret[2];
	uint64_t ids;
	uint64_t idle_ms;
	struct udp_batch *batch;
};

static void udp_on_origin(void *ctx, uint32_t slot, uint32_t gen,
			  uint32_t events);

struct udp_table *udp_table_new(struct worker *w, uint32_t cap)
{
	struct udp_table *t = calloc(1, sizeof(*t));
	uint32_t n = 1;

	if (!t)
		return NULL;
	if (cap > LOOP_SLOT_MAX)
		cap = LOOP_SLOT_MAX;
	while (n < cap)
		n *= 2;
	t->cap = cap;
	t->free_head = SLOT_NONE;
	t->idle_ms = w->cfg->udp_idle_ms;
	t->bucket_mask = n - 1;
	t->slots = calloc(cap, sizeof(*t->slots));
	t->buckets = calloc(n, sizeof(*t->buckets));
	t->batch = calloc(1, sizeof(*t->batch));
	if (!t->slots || !t->buckets || !t->batch ||
	    getrandom(t->secret, sizeof(t->secret), 0) !=
		    (ssize_t)sizeof(t->secret)) {
		udp_table_free(t);
		return NULL;
	}
	wheel_init(&t->wheel, clock_ms());
	loop_on(&w->loop, EV_UDP_ORIGIN, udp_on_origin, w);
	return t;
}

void udp_table_free(struct udp_table *t)
{
	if (!t)
		return;
	free(t->batch);
	free(t->buckets);
	free(t->slots);
	free(t);
}

uint32_t udp_count(const struct udp_table *t)
{
	return t->n_used;
}

static uint32_t udp_slot(const struct udp_table *t, const struct udp_session *s)
{
	return (uint32_t)(s - t->slots);
}

static bool udp_key_eq(const struct udp_key *a, const struct udp_key *b)
{
	return a->listen_fd == b->listen_fd && a->scope == b->scope &&
	       endpoint_eq(&a->client, &b->client) &&
	       ip_addr_eq(&a->vip, &b->vip);
}

/* Clients choose their addresses: the secret keeps them from choosing buckets.
 */
static uint64_t udp_mix(uint64_t h, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i += 8) {
		uint64_t v = 0;

		memcpy(&v, p + i, len - i < 8 ? len - i : 8);
		h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 32;
	}
	return h;
}

static uint32_t *udp_bucket(struct udp_table *t, const struct udp_key *k)
{
	uint64_t h = t->secret[0] ^ k->client.port ^
		     (uint64_t)(uint32_t)k->listen_fd << 16;

	h = udp_mix(h, k->client.addr.bytes, sizeof(k->client.addr.bytes));
	h = udp_mix(h ^ t->secret[1], k->vip.bytes, sizeof(k->vip.bytes));
	return &t->buckets[h & t->bucket_mask];
}

/* Buckets and chains hold slot + 1, so that zero is the end. */
static struct udp_session *udp_find(struct udp_table *t,
				    const struct udp_key *k)
{
	uint32_t i = *udp_bucket(t, k);

	while (i) {
		struct udp_session *s = &t->slots[i - 1];

		if (udp_key_eq(&s->key, k))
			return s;
		i = s->next;
	}
	return NULL;
}

static struct udp_session *udp_alloc(struct udp_table *t)
{
	struct udp_session *s;

	if (t->free_head != SLOT_NONE) {
		s = &t->slots[t->free_head];
		t->free_head = s->next;
	} else if (t->high < t->cap) {
		s = &t->slots[t->high++];
	} else {
		return NULL;
	}
	t->n_used++;
	*s = (struct udp_session) { .gen = s->gen, .fd = -1 };
	return s;
}

static void udp_free(struct udp_table *t, struct udp_session *s)
{
	s->gen++;
	s->next = t->free_head;
	t->free_head = udp_slot(t, s);
	t->n_used--;
}

static void udp_log(struct worker *w, struct udp_session *s,
		    enum close_reason reason)
{
	struct access_entry e = {
		.fwd = s->fwd,
		.client = s->key.client,
		.vip = { s->key.vip, s->port },
		.origin = s->origin,
		.session = s->id,
		.begin_wall_ms = s->begin_wall_ms,
		.from_client_bytes = s->up_bytes - s->up_logged,
		.to_client_bytes = s->down_bytes - s->down_logged,
		.reason = reason,
	};

	access_write(w->access, &e);
	s->up_logged = s->up_bytes;
	s->down_logged = s->down_bytes;
}

static void udp_end(struct worker *w, struct udp_session *s,
		    enum close_reason reason)
{
	struct udp_table *t = w->udp;
	uint32_t *link = udp_bucket(t, &s->key);

	udp_log(w, s, reason);
	while (*link != udp_slot(t, s) + 1)
		link = &t->slots[*link - 1].next;
	*link = s->next;
	wheel_cancel(&t->wheel, &s->timer);
	fd_close(&s->fd);
	fwd_drop(s->fwd, w->id);
	budget_give(w->budget, 1);
	udp_free(t, s);
}

static void udp_arm(struct worker *w, struct udp_session *s)
{
	uint64_t due = s->active_ms + w->udp->idle_ms;

	if (s->log_ms && s->log_ms < due)
		due = s->log_ms;
	wheel_arm(&w->udp->wheel, &s->timer, due);
}

static int udp_dial(struct worker *w, struct udp_session *s)
{
	struct endpoint to = { s->origin,
			       rule_origin_port(s->fwd->rule, s->port) };
	struct endpoint from = { w->cfg->origin_from, 0 };
	int err;

	if (from.addr.family != to.addr.family)
		from.addr.family = IP_NONE;
	err = sock_connect(&to, &from, SOCK_F_UDP, &s->fd);
	if (!err)
		err = loop_add(&w->loop, s->fd, EPOLLIN, EV_UDP_ORIGIN,
			       udp_slot(w->udp, s), s->gen);
	if (err)
		fd_close(&s->fd);
	return err;
}

/* A session for @key; NULL, and counted, if there cannot be one. */
static struct udp_session *udp_begin(struct worker *w, const struct listener *l,
				     const struct udp_key *key)
{
	struct udp_table *t = w->udp;
	struct udp_session *s;
	uint32_t *bucket;

	if (!budget_take(w->budget, 1)) {
		stat_add(&w->stats, STAT_UDP_REFUSED_LIMIT, 1);
		return NULL;
	}
	s = udp_alloc(t);
	if (!s) {
		stat_add(&w->stats, STAT_UDP_REFUSED_LIMIT, 1);
		budget_give(w->budget, 1);
		return NULL;
	}
	s->key = *key;
	s->fwd = l->fwd;
	s->port = l->port;
	s->is_listen_v6 = l->is_v6;
	if (!origin_pick(l->fwd->origin, &key->client.addr,
			 l->fwd->rule->is_persistent, 0, worker_now_ms(w),
			 &s->origin) ||
	    udp_dial(w, s)) {
		stat_add(&w->stats, STAT_UDP_NO_ORIGIN, 1);
		udp_free(t, s);
		budget_give(w->budget, 1);
		return NULL;
	}
	fwd_hold(s->fwd, w->id);
	stat_add(&w->stats, STAT_UDP_SESSIONS, 1);
	s->id = (uint64_t)(w->id | 0x8000) << 48 | ++t->ids;
	s->begin_wall_ms = clock_wall_ms();
	s->active_ms = worker_now_ms(w);
	if (w->cfg->log_interval_ms)
		s->log_ms = s->active_ms + w->cfg->log_interval_ms;
	bucket = udp_bucket(t, key);
	s->next = *bucket;
	*bucket = udp_slot(t, s) + 1;
	udp_arm(w, s);
	return s;
}

/* The origin's host answered with ICMP. Return: false if the session ended */
static bool udp_icmp(struct worker *w, struct udp_session *s, int err)
{
	stat_add(&w->stats, STAT_UDP_ICMP, 1);
	if (err != ECONNREFUSED && err != EHOSTUNREACH && err != ENETUNREACH)
		return true;
	origin_failed(s->fwd->origin, &s->origin, worker_now_ms(w),
		      w->cfg->retry_ms);
	if (origin_count(s->fwd->origin) < 2)
		return true;
	udp_end(w, s, CLOSE_ORIGIN_RESET);
	return false;
}

static bool udp_is_icmp(int err)
{
	return err == ECONNREFUSED || err == EHOSTUNREACH ||
	       err == ENETUNREACH || err == EPROTO || err == ENOPROTOOPT ||
	       err == EACCES;
}

/* Write @n prepared datagrams. A pending ICMP error is reported by the first
 * write and goes away with that: the datagram is written again, once.
 * Return: datagrams written; *@ret_icmp: an ICMP error, or 0
 */
static uint32_t udp_write(struct worker *w, int fd, struct mmsghdr *msgs,
			  uint32_t n, int *ret_icmp)
{
	uint32_t done = 0, written = 0;
	bool has_retried = false;

	*ret_icmp = 0;
	while (done < n) {
		int m = sendmmsg(fd, msgs + done, n - done, 0);

		if (m > 0) {
			done += (uint32_t)m;
			written += (uint32_t)m;
			has_retried = false;
			continue;
		}
		if (m < 0 && errno == EINTR)
			continue;
		if (m < 0 && udp_is_icmp(errno)) {
			*ret_icmp = errno;
			if (!has_retried) {
				has_retried = true;
				continue;
			}
		}
		stat_add(&w->stats,
			 errno == EMSGSIZE ? STAT_UDP_TOO_BIG
					   : STAT_UDP_DROPPED,
			 1);
		has_retried = false;
		done++;
	}
	return written;
}

static bool udp_wants_header(const struct worker *w,
			     const struct udp_session *s)
{
	switch (s->fwd->rule->mode) {
	case MODE_SPP:
		return true;
	case MODE_PPV2:
		return !s->has_header || w->cfg->udp_header == UDP_HEADER_EVERY;
	case MODE_OFF:
	case MODE_PPV1:
	case MODE_TOA:
		break;
	}
	return false;
}

/* --udp-header alone: the header in a datagram of its own. */
static void udp_send_alone(struct worker *w, struct udp_session *s)
{
	uint8_t hdr[META_MAX];
	struct endpoint vip = { s->key.vip, s->port };
	struct iovec iov = { hdr, 0 };
	struct mmsghdr msg = { .msg_hdr = { .msg_iov = &iov,
					    .msg_iovlen = 1 } };
	int icmp;

	iov.iov_len = meta_header(s->fwd->rule->mode, RULE_UDP, &s->key.client,
				  &vip, hdr);
	s->has_header = true;
	stat_add(&w->stats, STAT_UDP_HEADERS, 1);
	udp_write(w, s->fd, &msg, 1, &icmp);
	if (icmp)
		stat_add(&w->stats, STAT_UDP_ICMP, 1);
}

/* Prepare datagram @i of the batch as the @n-th one to write. */
static void udp_prepare_up(struct worker *w, struct udp_session *s, uint32_t i,
			   uint32_t n)
{
	struct udp_batch *b = w->udp->batch;
	struct endpoint vip = { s->key.vip, s->port };
	size_t hdr_len = 0;

	if (udp_wants_header(w, s)) {
		hdr_len = meta_header(s->fwd->rule->mode, RULE_UDP,
				      &s->key.client, &vip, b->headers[n]);
		s->has_header = true;
		stat_add(&w->stats, STAT_UDP_HEADERS, 1);
	}
	b->out_iov[n][0] = (struct iovec) { b->headers[n], hdr_len };
	b->out_iov[n][1] = (struct iovec) { b->data[i], b->in[i].msg_len };
	b->out[n] = (struct mmsghdr) { .msg_hdr = { .msg_iov = b->out_iov[n],
						    .msg_iovlen = 2 } };
	s->up_bytes += b->in[i].msg_len;
}

static void udp_key_of(const struct listener *l, const struct worker *w,
		       const struct mmsghdr *m, struct udp_key *ret)
{
	const struct sockaddr_storage *ss = m->msg_hdr.msg_name;

	memset(ret, 0, sizeof(*ret));
	ret->client = endpoint_from_sockaddr(ss);
	ret->vip = sock_pktinfo_get(&m->msg_hdr);
	if (ret->vip.family == IP_NONE)
		ret->vip = l->addr;
	ret->listen_fd = l->fds[w->id];
	if (ss->ss_family == AF_INET6)
		ret->scope = ((const struct sockaddr_in6 *)ss)->sin6_scope_id;
}

/* Relay datagrams @i.. that have the same sender, at most up to @n.
 * Return: how many were handled
 */
static uint32_t udp_relay_run(struct worker *w, const struct listener *l,
			      uint32_t i, uint32_t n)
{
	struct udp_batch *b = w->udp->batch;
	struct udp_session *s;
	struct udp_key key;
	uint32_t run = 1;
	int icmp;

	udp_key_of(l, w, &b->in[i], &key);
	s = udp_find(w->udp, &key);
	if (!s)
		s = udp_begin(w, l, &key);
	while (i + run < n) {
		struct udp_key next;

		udp_key_of(l, w, &b->in[i + run], &next);
		if (!udp_key_eq(&next, &key))
			break;
		run++;
	}
	if (!s)
		return run;
	if (s->fwd->rule->mode == MODE_PPV2 && !s->has_header &&
	    w->cfg->udp_header == UDP_HEADER_ALONE)
		udp_send_alone(w, s);
	for (n = 0; n < run; n++)
		udp_prepare_up(w, s, i + n, n);
	s->active_ms = worker_now_ms(w);
	stat_add(&w->stats, STAT_UDP_UP,
		 udp_write(w, s->fd, b->out, run, &icmp));
	if (icmp)
		udp_icmp(w, s, icmp);
	return run;
}

/* Read a batch from @fd. @want_names: with sender and local address.
 * Return: datagrams, or -errno
 */
static int udp_read(struct udp_batch *b, int fd, bool want_names)
{
	int i, n;

	for (i = 0; i < UDP_BATCH; i++) {
		b->in_iov[i] = (struct iovec) { b->data[i], UDP_DATAGRAM_MAX };
		b->in[i] = (struct mmsghdr) {
			.msg_hdr = { .msg_iov = &b->in_iov[i], .msg_iovlen = 1 }
		};
		if (!want_names)
			continue;
		b->in[i].msg_hdr.msg_name = &b->names[i];
		b->in[i].msg_hdr.msg_namelen = sizeof(b->names[i]);
		b->in[i].msg_hdr.msg_control = b->control[i];
		b->in[i].msg_hdr.msg_controllen = SOCK_PKTINFO_SPACE;
	}
	do
		n = recvmmsg(fd, b->in, UDP_BATCH, MSG_DONTWAIT, NULL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

void udp_receive(struct worker *w, const struct listener *l)
{
	int round, n = UDP_BATCH;

	for (round = 0; round < UDP_ROUNDS && n == UDP_BATCH; round++) {
		uint32_t i = 0;

		n = udp_read(w->udp->batch, l->fds[w->id], true);
		while (n > 0 && i < (uint32_t)n)
			i += udp_relay_run(w, l, i, (uint32_t)n);
	}
}

/* SPP: the reply begins with a header, which the client must not see.
 * Return: its length, or -1 if it is not there
 */
static int udp_strip(const struct udp_session *s, const uint8_t *data,
		     size_t len)
{
	struct pp_hdr hdr;
	struct wire_err err;

	if (s->fwd->rule->mode != MODE_SPP)
		return 0;
	return spp_decode(data, len, &hdr, &err) == WIRE_OK ? (int)hdr.hdr_len
							    : -1;
}

/* Write the @n datagrams of the batch to the session's client. */
static void udp_reply(struct worker *w, struct udp_session *s, uint32_t n)
{
	struct udp_batch *b = w->udp->batch;
	struct sockaddr_storage ss;
	socklen_t ss_len =
		sockaddr_from_endpoint(&s->key.client, s->is_listen_v6, &ss);
	_Alignas(struct cmsghdr) uint8_t control[SOCK_PKTINFO_SPACE];
	size_t control_len =
		sock_pktinfo_put(control, &s->key.vip, s->is_listen_v6);
	uint32_t i, out = 0;
	int icmp;

	if (ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&ss)->sin6_scope_id = s->key.scope;
	for (i = 0; i < n; i++) {
		size_t len = b->in[i].msg_len;
		int strip = udp_strip(s, b->data[i], len);

		if (strip < 0) {
			stat_add(&w->stats, STAT_SPP_REPLY_BAD, 1);
			continue;
		}
		b->out_iov[out][0] = (struct iovec) { b->data[i] + strip,
						      len - (size_t)strip };
		b->out[out] = (struct mmsghdr) {
			.msg_hdr = { .msg_name = &ss,
				     .msg_namelen = ss_len,
				     .msg_iov = b->out_iov[out],
				     .msg_iovlen = 1,
				     .msg_control = control_len ? control
								: NULL,
				     .msg_controllen = control_len }
		};
		out++;
		s->down_bytes += len - (size_t)strip;
	}
	stat_add(&w->stats, STAT_UDP_DOWN,
		 udp_write(w, s->key.listen_fd, b->out, out, &icmp));
}

static void udp_on_origin(void *ctx, uint32_t slot, uint32_t gen,
			  uint32_t events)
{
	struct worker *w = ctx;
	struct udp_session *s = &w->udp->slots[slot];
	int round;

	(void)events; /* an error shows up when reading */
	if (s->gen != gen || s->fd < 0)
		return;
	for (round = 0; round < UDP_ROUNDS; round++) {
		int n = udp_read(w->udp->batch, s->fd, false);

		if (n == -EAGAIN)
			return;
		if (n < 0) {
			if (!udp_icmp(w, s, -n))
				return;
			continue;
		}
		s->active_ms = worker_now_ms(w);
		udp_reply(w, s, (uint32_t)n);
		if (n < UDP_BATCH)
			return;
	}
}

static void udp_timer(void *ctx, struct wheel_node *node)
{
	struct worker *w = ctx;
	struct udp_session *s = wheel_owner(node, struct udp_session, timer);
	uint64_t now = worker_now_ms(w);

	if (now >= s->active_ms + w->udp->idle_ms) {
		stat_add(&w->stats, STAT_UDP_EXPIRED, 1);
		udp_end(w, s, CLOSE_CLIENT_TIMEOUT);
		return;
	}
	if (s->log_ms && now >= s->log_ms) {
		udp_log(w, s, CLOSE_NONE);
		s->log_ms = now + w->cfg->log_interval_ms;
	}
	udp_arm(w, s);
}

void udp_run(struct worker *w)
{
	wheel_run(&w->udp->wheel, worker_now_ms(w), udp_timer, w);
}

int udp_timeout_ms(const struct worker *w)
{
	return wheel_timeout_ms(&w->udp->wheel, clock_ms());
}

void udp_end_gone(struct worker *w, const struct listen_set *set)
{
	struct udp_table *t = w->udp;
	uint32_t i, k;

	for (k = 0; k < set->n; k++) {
		const struct listener *l = set->items[k];

		if (l->proto != RULE_UDP || !l->is_gone)
			continue;
		for (i = 0; i < t->high; i++)
			if (t->slots[i].fd >= 0 &&
			    t->slots[i].key.listen_fd == l->fds[w->id])
				udp_end(w, &t->slots[i], CLOSE_SHUTDOWN);
	}
}

void udp_drain(struct worker *w)
{
	struct udp_table *t = w->udp;
	uint32_t i;

	if (t->idle_ms > UDP_DRAIN_IDLE_MS)
		t->idle_ms = UDP_DRAIN_IDLE_MS;
	for (i = 0; i < t->high; i++)
		if (t->slots[i].fd >= 0)
			udp_arm(w, &t->slots[i]);
}

void udp_end_all(struct worker *w)
{
	struct udp_table *t = w->udp;
	uint32_t i;

	for (i = 0; i < t->high; i++)
		if (t->slots[i].fd >= 0)
			udp_end(w, &t->slots[i], CLOSE_SHUTDOWN);
}
