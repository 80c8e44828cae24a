/* SPDX-License-Identifier: BSD-2-Clause */
/* udp.c - UDP sessions.
 *
 * Theory of operation
 *
 * A session is one client endpoint on one listening socket and one dialled
 * address. It has a connected socket of its own towards one origin, whose
 * local port tells its replies from those of other sessions; egress.h tells why
 * it is bound first. Replies leave from the listening socket, from the address
 * the client dialled (IP_PKTINFO); those of a steered port, which shares its
 * listening socket with others, from a socket that is bound to it and only
 * writes (udp_port.c).
 *
 * Datagrams are read in batches. Those of one session in a batch are written
 * together; replies of all sessions wait until the batch is full or every event
 * has been seen, and leave together. Each stays one datagram, those of a
 * session stay in order. One that the kernel does not take is dropped and
 * counted, as a router would.
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
#include "udp_hand.h"

#define UDP_ROUNDS 8
/* as many as the kernel's own default (icmp_msgs_per_sec), in each worker */
#define UDP_ICMP_PER_S 1000

/* Pass an ICMP error on to the client, within the limit. */
static void udp_tell_client(struct worker *w, const struct udp_session *s,
			    int err)
{
	struct udp_table *t = w->udp;
	uint64_t second = worker_now_ms(w) / MS_PER_S;

	if (t->icmp_second != second) {
		t->icmp_second = second;
		t->icmp_count = 0;
	}
	if (t->icmp_count++ >= UDP_ICMP_PER_S)
		stat_add(&w->stats, STAT_UDP_ICMP_LIMITED, 1);
	else if (!icmp_unreachable(w->icmp, &s->key.client, &s->key.vip,
				   err == ECONNREFUSED))
		stat_add(&w->stats, STAT_UDP_ICMP_SENT, 1);
}

/* The origin's host answered with ICMP. Return: false if the session ended */
static bool udp_icmp(struct worker *w, struct udp_session *s, int err)
{
	stat_add(&w->stats, STAT_UDP_ICMP, 1);
	udp_hand_icmp(w, s);
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

/* Write @n prepared datagrams as they are. A pending ICMP error is reported by
 * the first write and goes away with that: the datagram is written again, once.
 * Return: datagrams written; *@ret_icmp: an ICMP error, else left alone
 */
static uint32_t udp_write_each(struct worker *w, int fd, struct mmsghdr *msgs,
			       uint32_t n, int *ret_icmp)
{
	uint32_t done = 0, written = 0;
	bool has_retried = false;

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

/* Write @n prepared datagrams, runs of them as one message if that is wanted.
 * What the kernel does not take whole it is given one by one.
 * Return: datagrams written; *@ret_icmp: an ICMP error, or 0
 */
static uint32_t udp_write(struct worker *w, int fd, struct mmsghdr *msgs,
			  uint32_t n, int *ret_icmp)
{
	struct udp_gso *g = w->udp->gso;
	uint32_t n_msgs, i = 0, written = 0;

	*ret_icmp = 0;
	if (!g || n == 1)
		return udp_write_each(w, fd, msgs, n, ret_icmp);
	n_msgs = udp_gso_merge(g, msgs, n);
	while (i < n_msgs) {
		int m = sendmmsg(fd, g->msgs + i, n_msgs - i, 0);

		for (; m > 0; m--, i++) {
			written += g->n_of[i];
			msgs += g->n_of[i];
		}
		if (m == 0 || errno == EINTR)
			continue;
		if (udp_is_icmp(errno))
			*ret_icmp = errno;
		else if (g->n_of[i] > 1)
			udp_gso_refused(g, i, errno);
		written += udp_write_each(w, fd, msgs, g->n_of[i], ret_icmp);
		msgs += g->n_of[i++];
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
	struct iovec iov = { hdr, 0 };
	struct mmsghdr msg = { .msg_hdr = { .msg_iov = &iov,
					    .msg_iovlen = 1 } };
	int icmp;

	iov.iov_len = meta_header(s->fwd->rule->mode, RULE_UDP, &s->key.client,
				  &s->key.vip, hdr);
	udp_told(w, s);
	udp_write(w, s->fd, &msg, 1, &icmp);
	if (icmp)
		stat_add(&w->stats, STAT_UDP_ICMP, 1);
}

/* Prepare datagram @i of the batch as the @n-th one to write. */
static void udp_prepare_up(struct worker *w, struct udp_session *s, uint32_t i,
			   uint32_t n)
{
	struct udp_up *b = w->udp->up;
	size_t hdr_len = 0;

	if (udp_wants_header(w, s)) {
		hdr_len = meta_header(s->fwd->rule->mode, RULE_UDP,
				      &s->key.client, &s->key.vip,
				      b->headers[n]);
		udp_told(w, s);
	}
	b->out_iov[n][0] = (struct iovec) { b->headers[n], hdr_len };
	b->out_iov[n][1] =
		(struct iovec) { b->in.data[i], b->in.msgs[i].msg_len };
	b->out[n] = (struct mmsghdr) { .msg_hdr = { .msg_iov = b->out_iov[n],
						    .msg_iovlen = 2 } };
	s->up_bytes += b->in.msgs[i].msg_len;
	fwd_add(s->fwd, w->id, LIVE_BYTES_UP, b->in.msgs[i].msg_len);
}

static void udp_key_of(const struct listener *l, const struct worker *w,
		       const struct mmsghdr *m, struct udp_key *ret)
{
	const struct sockaddr_storage *ss = m->msg_hdr.msg_name;

	memset(ret, 0, sizeof(*ret));
	ret->client = endpoint_from_sockaddr(ss);
	if (l->is_steered)
		ret->vip = sock_origdst_get(&m->msg_hdr);
	else
		ret->vip = (struct endpoint) { sock_pktinfo_get(&m->msg_hdr),
					       l->port };
	if (ret->vip.addr.family == IP_NONE)
		ret->vip.addr = l->addr;
	ret->listen_fd = l->fds[w->id];
	if (ss->ss_family == AF_INET6)
		ret->scope = ((const struct sockaddr_in6 *)ss)->sin6_scope_id;
}

/* The session of datagram @i, begun if need be; NULL, and counted, if there
 * cannot be one.
 */
static struct udp_session *udp_session_of(struct worker *w,
					  const struct listener *l, uint32_t i)
{
	struct udp_session *s;
	struct udp_key key;

	udp_key_of(l, w, &w->udp->up->in.msgs[i], &key);
	s = udp_find(w->udp, &key);
	return s ? s : udp_begin(w, l, &key);
}

/* Has the origin yet to be told who the client is, once? */
static bool udp_is_unknown(const struct udp_session *s)
{
	return s->fwd->rule->mode == MODE_PPV2 && !s->has_header;
}

/* Write the @n datagrams of @which to the origin of @s.
 * Return: datagrams written; *@ret_icmp: an ICMP error, or left alone
 */
static uint32_t udp_write_up(struct worker *w, struct udp_session *s,
			     const uint8_t *which, uint32_t n, int *ret_icmp)
{
	struct udp_up *b = w->udp->up;
	uint32_t i, written;
	int icmp;

	for (i = 0; i < n; i++)
		udp_prepare_up(w, s, which[i], i);
	written = udp_write(w, s->fd, b->out, n, &icmp);
	stat_add(&w->stats, STAT_UDP_UP, written);
	if (icmp)
		*ret_icmp = icmp;
	return written;
}

/* Relay the @n datagrams of @which, all of session @s. */
static void udp_relay(struct worker *w, struct udp_session *s,
		      const uint8_t *which, uint32_t n)
{
	struct udp_up *b = w->udp->up;
	const uint8_t *all = which;
	uint32_t i, n_all = n;
	int icmp = 0;

	s->active_ms = worker_now_ms(w);
	if (fault_any(&w->cfg->faults)) {
		for (i = 0; i < n; i++)
			udp_fault_up(w, s, b->in.data[which[i]],
				     b->in.msgs[which[i]].msg_len);
		return;
	}
	if (udp_is_unknown(s) && w->cfg->udp_header == UDP_HEADER_ALONE)
		udp_send_alone(w, s);
	/* if the kernel refuses it, the next one introduces the client */
	for (; n && udp_is_unknown(s); n--, which++) {
		if (!udp_write_up(w, s, which, 1, &icmp))
			s->has_header = false;
	}
	if (n)
		(void)udp_write_up(w, s, which, n, &icmp);
	udp_hand_up(w, s, all, n_all);
	if (icmp)
		udp_icmp(w, s, icmp);
}

/* Relay the @n datagrams of the batch, those of a session together. Only what
 * is written for a session can end it, so that the others stay valid.
 */
static void udp_relay_batch(struct worker *w, const struct listener *l,
			    uint32_t n)
{
	struct udp_session *of[UDP_BATCH];
	uint8_t which[UDP_BATCH];
	uint32_t i, k, run;

	for (i = 0; i < n; i++)
		of[i] = udp_session_of(w, l, i);
	for (i = 0; i < n; i++) {
		struct udp_session *s = of[i];

		if (!s)
			continue;
		for (run = 0, k = i; k < n; k++) {
			if (of[k] != s)
				continue;
			which[run++] = (uint8_t)k;
			of[k] = NULL;
		}
		udp_relay(w, s, which, run);
	}
}

static void udp_in_init(struct udp_in *in)
{
	uint32_t i;

	for (i = 0; i < UDP_BATCH; i++) {
		in->iov[i] = (struct iovec) { in->data[i], UDP_DATAGRAM_MAX };
		in->msgs[i].msg_hdr.msg_iov = &in->iov[i];
		in->msgs[i].msg_hdr.msg_iovlen = 1;
	}
}

void udp_batches_init(struct udp_table *t)
{
	struct udp_down *down = t->down;
	struct udp_up *up = t->up;
	uint32_t i;

	udp_in_init(&up->in);
	udp_in_init(&down->in);
	for (i = 0; i < UDP_BATCH; i++) {
		up->in.msgs[i].msg_hdr.msg_name = &up->names[i];
		up->in.msgs[i].msg_hdr.msg_control = up->control[i];
		down->out[i].msg_hdr.msg_iov = &down->out_iov[i];
		down->out[i].msg_hdr.msg_iovlen = 1;
		down->out[i].msg_hdr.msg_name = &down->names[i];
	}
}

/* Read up to @n datagrams. Return: how many, or -errno */
static int udp_read(int fd, struct mmsghdr *msgs, uint32_t n)
{
	int got;

	do
		got = recvmmsg(fd, msgs, n, MSG_DONTWAIT, NULL);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

void udp_receive(struct worker *w, const struct listener *l)
{
	struct udp_in *in = &w->udp->up->in;
	int i, round, n = UDP_BATCH;

	for (round = 0; round < UDP_ROUNDS && n == UDP_BATCH; round++) {
		for (i = 0; i < n; i++) {
			struct msghdr *m = &in->msgs[i].msg_hdr;

			m->msg_namelen = sizeof(struct sockaddr_storage);
			m->msg_controllen = UDP_UP_CONTROL;
		}
		n = udp_read(l->fds[w->id], in->msgs, UDP_BATCH);
		if (n > 0)
			udp_relay_batch(w, l, (uint32_t)n);
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

void udp_flush(struct worker *w)
{
	struct udp_down *d = w->udp->down;
	uint32_t i = 0;
	int icmp;

	while (i < d->n_out) {
		uint32_t n = 1;

		while (i + n < d->n_out && d->fds[i + n] == d->fds[i])
			n++;
		stat_add(&w->stats, STAT_UDP_DOWN,
			 udp_write(w, d->fds[i], d->out + i, n, &icmp));
		i += n;
	}
	d->n_in = 0;
	d->n_out = 0;
	udp_hand_flushed(w);
}

/* Queue @len bytes at @data for the client of @s. */
static void udp_queue(struct udp_down *d, const struct udp_session *s,
		      uint8_t *data, size_t len)
{
	struct msghdr *m = &d->out[d->n_out].msg_hdr;
	struct sockaddr_storage *to = &d->names[d->n_out];
	uint8_t *control = d->control[d->n_out];

	m->msg_namelen =
		sockaddr_from_endpoint(&s->key.client, s->is_listen_v6, to);
	if (to->ss_family == AF_INET6)
		((struct sockaddr_in6 *)to)->sin6_scope_id = s->key.scope;
	m->msg_controllen =
		sock_pktinfo_put(control, &s->key.vip.addr, s->is_listen_v6);
	m->msg_control = m->msg_controllen ? control : NULL;
	d->out_iov[d->n_out] = (struct iovec) { data, len };
	d->fds[d->n_out++] = s->reply_fd;
}

/* Take the @n replies of @s that were just read into the batch. */
static void udp_reply(struct worker *w, struct udp_session *s, uint32_t n)
{
	struct udp_down *d = w->udp->down;
	uint32_t i;

	for (i = d->n_in; i < d->n_in + n; i++) {
		size_t len = d->in.msgs[i].msg_len;
		uint8_t *data = d->in.data[i];
		int strip = udp_strip(s, data, len);

		if (fault_any(&w->cfg->faults))
			strip = udp_fault_strip(w, data, len, strip);
		if (strip < 0) {
			stat_add(&w->stats, STAT_SPP_REPLY_BAD, 1);
			fwd_add(s->fwd, w->id, LIVE_REFUSED_SPP, 1);
			continue;
		}
		udp_queue(d, s, data + strip, len - (size_t)strip);
		s->down_bytes += len - (size_t)strip;
		fwd_add(s->fwd, w->id, LIVE_BYTES_DOWN, len - (size_t)strip);
	}
	udp_hand_down(w, s, d->n_in, n);
	d->n_in += n;
}

/* What is read now tells numbers. */
static void udp_want_numbers(struct udp_down *d)
{
	uint32_t i;

	for (i = d->n_in; i < UDP_BATCH; i++) {
		struct msghdr *m = &d->in.msgs[i].msg_hdr;

		m->msg_control = d->in_control[i];
		m->msg_controllen = UDP_FAST_CONTROL;
	}
}

void udp_on_origin(void *ctx, uint32_t slot, uint32_t gen, uint32_t events)
{
	struct worker *w = ctx;
	struct udp_session *s = &w->udp->slots[slot];
	struct udp_down *d = w->udp->down;
	int round;

	(void)events; /* an error shows up when reading */
	if (s->gen != gen || s->fd < 0)
		return;
	for (round = 0; round < UDP_ROUNDS; round++) {
		uint32_t room = UDP_BATCH - d->n_in;
		int n;

		if (s->slot != UDP_FAST_NONE)
			udp_want_numbers(d);
		n = udp_read(s->fd, d->in.msgs + d->n_in, room);

		if (n == -EAGAIN)
			return;
		if (n < 0) {
			if (!udp_icmp(w, s, -n))
				return;
			continue;
		}
		s->active_ms = worker_now_ms(w);
		udp_reply(w, s, (uint32_t)n);
		if (d->n_in == UDP_BATCH)
			udp_flush(w);
		if ((uint32_t)n < room)
			return;
	}
}
