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
 * It is counted, and marks the origin as failed if that cannot be reached. If
 * there is another origin the session ends and the next datagram begins a new
 * one there. Otherwise the session stays and the client is told by ICMP too, so
 * that it sees what it would see without a proxy (icmp.h).
 *
 * Limits: slots are fixed at start, the budget bounds sessions and descriptors
 * over all workers; a datagram that finds none is dropped and counted.
 */
#include "udp_internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "udp_fault.h"

#define UDP_ROUNDS 8
/* as many as the kernel's own default (icmp_msgs_per_sec), in each worker */
#define UDP_ICMP_PER_S 1000

/* Pass an ICMP error on to the client, within the limit. */
static void udp_tell_client(struct worker *w, const struct udp_session *s,
			    int err)
{
	struct udp_table *t = w->udp;
	struct endpoint vip = { s->key.vip, s->port };
	uint64_t second = worker_now_ms(w) / MS_PER_S;

	if (t->icmp_second != second) {
		t->icmp_second = second;
		t->icmp_count = 0;
	}
	if (t->icmp_count++ >= UDP_ICMP_PER_S)
		stat_add(&w->stats, STAT_UDP_ICMP_LIMITED, 1);
	else if (!icmp_unreachable(w->icmp, &s->key.client, &vip,
				   err == ECONNREFUSED))
		stat_add(&w->stats, STAT_UDP_ICMP_SENT, 1);
}

/* The origin's host answered with ICMP. Return: false if the session ended */
static bool udp_icmp(struct worker *w, struct udp_session *s, int err)
{
	stat_add(&w->stats, STAT_UDP_ICMP, 1);
	if (err != ECONNREFUSED && err != EHOSTUNREACH && err != ENETUNREACH)
		return true;
	origin_failed(s->fwd->origin, &s->origin, worker_now_ms(w),
		      w->cfg->retry_ms);
	if (origin_count(s->fwd->origin) < 2) {
		udp_tell_client(w, s, err);
		return true;
	}
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
	udp_told(w, s);
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
		udp_told(w, s);
	}
	b->out_iov[n][0] = (struct iovec) { b->headers[n], hdr_len };
	b->out_iov[n][1] = (struct iovec) { b->data[i], b->in[i].msg_len };
	b->out[n] = (struct mmsghdr) { .msg_hdr = { .msg_iov = b->out_iov[n],
						    .msg_iovlen = 2 } };
	s->up_bytes += b->in[i].msg_len;
	fwd_add(s->fwd, w->id, LIVE_BYTES_UP, b->in[i].msg_len);
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
	if (fault_any(&w->cfg->faults)) {
		s->active_ms = worker_now_ms(w);
		for (n = 0; n < run; n++)
			udp_fault_up(w, s, b->data[i + n],
				     b->in[i + n].msg_len);
		return run;
	}
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

		if (fault_any(&w->cfg->faults))
			strip = udp_fault_strip(w, b->data[i], len, strip);
		if (strip < 0) {
			stat_add(&w->stats, STAT_SPP_REPLY_BAD, 1);
			fwd_add(s->fwd, w->id, LIVE_REFUSED_SPP, 1);
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
		fwd_add(s->fwd, w->id, LIVE_BYTES_DOWN, len - (size_t)strip);
	}
	stat_add(&w->stats, STAT_UDP_DOWN,
		 udp_write(w, s->key.listen_fd, b->out, out, &icmp));
}

void udp_on_origin(void *ctx, uint32_t slot, uint32_t gen, uint32_t events)
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
