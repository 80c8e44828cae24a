/* SPDX-License-Identifier: BSD-2-Clause */
/* udp.c - see udp.h
 *
 * Theory of operation
 *
 * A session stands for a pair of endpoints, the peer's and ours. A PROXY v2
 * header makes one (alone in its datagram or before payload) and bare datagrams
 * of that pair belong to its client until nothing came for the idle time; a
 * header that names another client ends it and begins the next. With SPP every
 * datagram has its header, and every answer gets it back in front.
 *
 * Datagrams are answered one by one, never merged or split. What the socket
 * does not take is lost and counted, as anywhere in UDP.
 */
#include "udp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sock.h"
#include "fault.h"
#include "wire/spp.h"

#define UDP_BATCH     64
#define UDP_DGRAM_MAX 65536

/* A datagram and where it came from. */
struct udp_dgram {
	struct sockaddr_storage from;
	socklen_t from_len;
	struct endpoint peer;
	struct endpoint local;
	const uint8_t *data;
	size_t len;
};

static void udp_session_end(struct udp *u, struct udp_session *s,
			    enum record_reason reason)
{
	struct record_end end = {
		.reason = reason,
		.start_wall_ms = s->start_wall_ms,
		.duration_ms = clock_ms() - s->start_ms,
		.in = s->bytes_in,
		.out = s->bytes_out,
		.dgrams_in = s->dgrams_in,
		.dgrams_out = s->dgrams_out,
	};

	record_end(u->log, &s->id, &end);
	u->stats->udp_sessions_open--;
	wheel_cancel(&u->wheel, &s->timer);
	udp_table_remove(&u->table, s);
}

static void udp_timer(void *ctx, struct wheel_node *node)
{
	struct udp *u = ctx;
	/* the node is the first member */
	struct udp_session *s = (struct udp_session *)node;
	uint64_t due = s->last_ms + u->cfg->udp_idle_ms;

	if (due > u->wheel.now_ms) {
		wheel_arm(&u->wheel, node, due);
		return;
	}
	u->stats->udp_expired++;
	udp_session_end(u, s, REASON_IDLE);
}

static void udp_refuse(struct udp *u, const struct udp_dgram *d,
		       const struct wire_err *err)
{
	struct record_end end = {
		.reason = REASON_REFUSED,
		.start_wall_ms = clock_wall_ms(),
		.in = d->len,
		.dgrams_in = 1,
	};
	char peer[ENDPOINT_TEXT_MAX];
	struct ident id;

	u->stats->refused[err->anomaly]++;
	log_debug("dropped a datagram of %s: %s at byte %u: %s",
		  endpoint_format(&d->peer, peer), anomaly_slug(err->anomaly),
		  err->off, anomaly_info(err->anomaly)->text);
	ident_init(&id, true, &d->peer, &d->local);
	id.err = *err;
	record_end(u->log, &id, &end);
}

/* Does @h say nothing that is not known of @s? */
static bool udp_is_repeat(const struct udp_session *s,
			  const struct header_result *h)
{
	return ident_says_same(&s->id, h) && !s->id.tlv_len &&
	       !h->hdr.tlv_len && s->id.hdr_len == h->hdr.hdr_len;
}

/* The session that @d belongs to from now on; NULL if there is none for it. */
static struct udp_session *udp_session_for(struct udp *u,
					   const struct udp_dgram *d,
					   struct udp_session *s,
					   const struct header_result *h)
{
	bool is_new;

	if (s && h && !ident_says_same(&s->id, h)) {
		u->stats->udp_replaced++;
		udp_session_end(u, s, REASON_REPLACED);
		s = NULL;
	}
	is_new = !s;
	if (is_new)
		s = udp_table_add(&u->table, &d->peer, &d->local);
	if (!s) {
		u->stats->udp_refused_limit++;
		return NULL;
	}
	if (!is_new && h && udp_is_repeat(s, h))
		return s;
	/* a repeated header may carry other TLVs */
	udp_session_forget(s);
	if (h && ident_learn(&s->id, h)) {
		u->stats->no_memory++;
		if (is_new)
			udp_table_remove(&u->table, s);
		return NULL;
	}
	if (!is_new)
		return s;
	u->stats->udp_sessions++;
	u->stats->udp_sessions_open++;
	s->start_ms = clock_ms();
	s->start_wall_ms = clock_wall_ms();
	u->stats->headers[s->id.kind]++;
	wheel_arm(&u->wheel, &s->timer, s->start_ms + u->cfg->udp_idle_ms);
	return s;
}

static void udp_send(struct udp *u, const struct udp_socket *sock,
		     struct udp_dgram *d, struct iovec *iov, size_t n_iov,
		     struct udp_session *s)
{
	_Alignas(struct cmsghdr) uint8_t control[SOCK_PKTINFO_SPACE];
	struct msghdr m = {
		.msg_name = &d->from,
		.msg_namelen = d->from_len,
		.msg_iov = iov,
		.msg_iovlen = n_iov,
		.msg_control = control,
	};
	size_t payload = iov[n_iov - 1].iov_len;

	m.msg_controllen =
		sock_pktinfo_put(control, &d->local.addr, !sock->is_v4);
	if (sendmsg(sock->fd, &m, MSG_NOSIGNAL) < 0) {
		u->stats->udp_replies_lost++;
		return;
	}
	u->stats->udp_dgrams_out++;
	u->stats->udp_bytes_out += payload;
	s->dgrams_out++;
	s->bytes_out += payload;
}

/* SPP: the answer gets the header that came, as it came. */
static void udp_spp_header(const struct udp *u, const uint8_t *data,
			   uint8_t out[SPP_HDR_LEN])
{
	size_t magic = sizeof(uint16_t), addr = 16;

	memcpy(out, data, SPP_HDR_LEN);
	if (fault_is_on(&u->cfg->faults, FAULT_SPP_ECHO_PORT))
		out[SPP_HDR_LEN - 1] ^= 1;
	if (!fault_is_on(&u->cfg->faults, FAULT_SPP_ECHO_SWAPPED))
		return;
	memcpy(out + magic, data + magic + addr, addr);
	memcpy(out + magic + addr, data + magic, addr);
}

/* What is said of @s: kept, as it is the same for many datagrams.
 * @buf: IDENT_LINE_MAX bytes, used if it cannot be kept
 */
static struct iovec udp_line(const struct udp *u, struct udp_session *s,
			     char *buf)
{
	size_t len;

	if (s->line)
		return (struct iovec) { s->line, s->line_len };
	len = ident_line(&s->id, buf, IDENT_LINE_MAX);
	/* whoever is wrong on purpose changes its mind unseen */
	if (!fault_any(&u->cfg->faults))
		s->line = malloc(len);
	if (!s->line)
		return (struct iovec) { buf, len };
	memcpy(s->line, buf, len);
	s->line_len = (uint32_t)len;
	return (struct iovec) { s->line, len };
}

/* Answer the payload from @off on; the bytes before it are a header, if any. */
static void udp_answer(struct udp *u, const struct udp_socket *sock,
		       struct udp_dgram *d, struct udp_session *s, size_t off)
{
	char line[IDENT_LINE_MAX];
	uint8_t spp[SPP_HDR_LEN];
	struct iovec iov[3];
	size_t n = 0;

	if (u->cfg->reply == REPLY_DISCARD)
		return;
	if (off && off == d->len && u->cfg->header_only == HEADER_ONLY_IGNORE)
		return;
	if (off && s->id.kind == HEADER_SPP) {
		udp_spp_header(u, d->data, spp);
		iov[n++] = (struct iovec) { spp, SPP_HDR_LEN };
	}
	if (n && fault_is_on(&u->cfg->faults, FAULT_SPP_NO_ECHO))
		n = 0;
	if (off && !n && fault_is_on(&u->cfg->faults, FAULT_REPLY_HEADER))
		iov[n++] =
			(struct iovec) { (uint8_t *)(uintptr_t)d->data, off };
	if (u->cfg->want_identity)
		iov[n++] = udp_line(u, s, line);
	iov[n++] = (struct iovec) { (uint8_t *)(uintptr_t)d->data + off,
				    d->len - off };
	udp_send(u, sock, d, iov, n, s);
}

static enum header_action udp_judge(struct udp *u, struct udp_session *s,
				    const struct udp_dgram *d,
				    struct header_result *ret)
{
	const struct header_policy *policy = &u->cfg->policy;
	const enum header_kind *session = s ? &s->id.kind : NULL;
	bool is_trusted = header_is_trusted(policy, &d->peer.addr);
	enum header_action act;

	if (!fault_any(&u->cfg->faults))
		return header_judge_dgram(policy, is_trusted, session, d->data,
					  d->len, ret);
	act = fault_judge_dgram(&u->cfg->faults, policy, is_trusted, session,
				d->data, d->len, ret);
	if (act == HEADER_DIRECT && s &&
	    fault_is_on(&u->cfg->faults, FAULT_UDP_FORGETS)) {
		ident_fini(&s->id);
		ident_init(&s->id, true, &d->peer, &d->local);
	}
	return act;
}

static void udp_dgram(struct udp *u, const struct udp_socket *sock,
		      struct udp_dgram *d)
{
	struct udp_session *s = udp_table_find(&u->table, &d->peer, &d->local);
	struct header_result h;
	enum header_action act;
	size_t off;

	u->stats->udp_dgrams_in++;
	act = udp_judge(u, s, d, &h);
	if (act == HEADER_REFUSE) {
		udp_refuse(u, d, &h.err);
		return;
	}
	off = act == HEADER_TAKE ? h.hdr.hdr_len : 0;
	if (s && fault_is_on(&u->cfg->faults, FAULT_UDP_STICKY))
		act = HEADER_DIRECT;
	if (act == HEADER_TAKE || !s) {
		bool is_new = !s || !ident_says_same(&s->id, &h);

		s = udp_session_for(u, d, s, act == HEADER_TAKE ? &h : NULL);
		if (!s)
			return;
		if (act == HEADER_TAKE)
			u->last_client = s->id.client;
		else if (fault_is_on(&u->cfg->faults, FAULT_UDP_MIXES))
			s->id.client = u->last_client;
		if (is_new)
			record_identified(u->log, &s->id, sock->is_v4);
	}
	s->last_ms = clock_ms();
	s->dgrams_in++;
	s->bytes_in += d->len - off;
	u->stats->udp_bytes_in += d->len - off;
	udp_answer(u, sock, d, s, off);
}

void udp_receive(struct udp *u, const struct udp_socket *sock)
{
	int i;

	for (i = 0; i < UDP_BATCH; i++) {
		_Alignas(struct cmsghdr) uint8_t control[SOCK_PKTINFO_SPACE];
		struct iovec iov = { u->scratch, UDP_DGRAM_MAX };
		struct udp_dgram d = { .from_len = sizeof(d.from) };
		struct msghdr m = {
			.msg_name = &d.from,
			.msg_namelen = sizeof(d.from),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		ssize_t n = recvmsg(sock->fd, &m, 0);

		if (n < 0)
			return;
		d.from_len = m.msg_namelen;
		d.peer = endpoint_from_sockaddr(&d.from);
		d.local.addr = sock_pktinfo_get(&m);
		d.local.port = sock->port;
		d.data = u->scratch;
		d.len = (size_t)n;
		udp_dgram(u, sock, &d);
	}
}

int udp_init(struct udp *u, uint32_t sessions_max)
{
	uint64_t seed = clock_ns();
	int err;

	/* best effort: without entropy the clock has to do */
	(void)!getrandom(&seed, sizeof(seed), GRND_NONBLOCK);
	wheel_init(&u->wheel, clock_ms());
	err = udp_table_init(&u->table, sessions_max, seed);
	if (err)
		return err;
	u->scratch = malloc(UDP_DGRAM_MAX);
	if (!u->scratch) {
		udp_table_fini(&u->table);
		return -ENOMEM;
	}
	return 0;
}

void udp_fini(struct udp *u)
{
	uint32_t i;

	for (i = 0; u->table.sessions && i < u->table.max; i++)
		if (u->table.sessions[i].is_used)
			udp_session_end(u, &u->table.sessions[i],
					REASON_SHUTDOWN);
	udp_table_fini(&u->table);
	free(u->scratch);
	u->scratch = NULL;
}

int udp_tick(struct udp *u, uint64_t now_ms)
{
	wheel_run(&u->wheel, now_ms, udp_timer, u);
	return wheel_timeout_ms(&u->wheel, now_ms);
}
