/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp_header.c - who the client is: the state HEADER (tcp.c) */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "tcp_internal.h"

static void conn_refuse(struct tcp *t, struct conn *c,
			const struct wire_err *err)
{
	char peer[ENDPOINT_TEXT_MAX];

	c->id.err = *err;
	t->stats->refused[err->anomaly]++;
	log_debug("refused %s: %s at byte %u: %s",
		  endpoint_format(&c->id.peer, peer),
		  anomaly_slug(err->anomaly), err->off,
		  anomaly_info(err->anomaly)->text);
	conn_close(t, c, REASON_REFUSED, true);
}

/* Whom a TCP option named. @is_last: payload is there or none will come */
static enum header_action conn_judge_toa(struct tcp *t, struct conn *c,
					 bool is_last,
					 struct header_result *ret)
{
	struct toa_finding f;
	enum toa_state st = toa_source_ask(&t->toa, &c->query, is_last, &f);

	if (st == TOA_WAIT)
		return HEADER_WAIT;
	toa_source_end(&t->toa, &c->query);
	if (st == TOA_FOUND)
		ident_learn_toa(&c->id, &f);
	else if (st == TOA_UNKNOWN)
		c->id.kind = HEADER_UNKNOWN;
	else if (t->cfg->policy.want_header) {
		ret->err = f.err;
		if (f.err.anomaly == ANOMALY_NONE)
			ret->err.anomaly = ANOMALY_PP_MISSING;
		return HEADER_REFUSE;
	} else {
		c->id.err = f.err;
	}
	if (f.err.anomaly != ANOMALY_NONE) {
		t->stats->ignored[f.err.anomaly]++;
		log_debug("passed over: %s", anomaly_slug(f.err.anomaly));
	}
	if (fault_is_on(&t->cfg->faults, FAULT_IGNORES_HEADER))
		c->id.client = c->id.peer;
	if (fault_is_on(&t->cfg->faults, FAULT_WRONG_PORT))
		c->id.client.port ^= 1;
	return HEADER_DIRECT;
}

static enum header_action conn_judge(struct tcp *t, struct conn *c,
				     const uint8_t *buf, size_t len,
				     enum header_end end,
				     struct header_result *ret)
{
	const struct header_policy *policy = &t->cfg->policy;
	bool is_trusted = header_is_trusted(policy, &c->id.peer.addr);

	if (conn_is_toa(t))
		return conn_judge_toa(t, c, len || end != HEADER_END_OPEN, ret);
	if (fault_any(&t->cfg->faults))
		return fault_judge_stream(&t->cfg->faults, policy, is_trusted,
					  buf, len, end, ret);
	return header_judge_stream(policy, is_trusted, buf, len, end, ret);
}

void conn_decide(struct tcp *t, struct conn *c, const uint8_t *buf, size_t len,
		 enum header_end end)
{
	struct header_result h = { 0 };
	size_t payload = 0;

	switch (conn_judge(t, c, buf, len, end, &h)) {
	case HEADER_WAIT:
		if (len > c->buf_len &&
		    !conn_keep(c, buf + c->buf_len, len - c->buf_len)) {
			t->stats->no_memory++;
			conn_close(t, c, REASON_ERROR, true);
		}
		return;
	case HEADER_REFUSE:
		conn_refuse(t, c, &h.err);
		return;
	case HEADER_TAKE:
		if (ident_learn(&c->id, &h)) {
			t->stats->no_memory++;
			conn_close(t, c, REASON_ERROR, true);
			return;
		}
		payload = h.hdr.hdr_len;
		break;
	case HEADER_DIRECT:
		break;
	}
	c->got_fin = end == HEADER_END_EOF;
	if (buf == c->buf) {
		/* conn_greet() drops what @buf points to */
		if (len)
			memcpy(t->scratch, buf, len);
		buf = t->scratch;
	}
	if (conn_greet(t, c) && conn_serve(t, c, buf + payload, len - payload))
		conn_settle(t, c);
}

void conn_read_header(struct tcp *t, struct conn *c)
{
	uint8_t *buf = t->scratch;
	size_t len = c->buf_len;
	ssize_t n;

	if (len)
		memcpy(buf, c->buf, len);
	n = recv(c->fd, buf + len, TCP_IO_BYTES, 0);
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			conn_close(t, c, REASON_RESET, true);
		return;
	}
	if (n > 0) {
		c->id.hdr_reads++;
		conn_decide(t, c, buf, len + (size_t)n, HEADER_END_OPEN);
	} else {
		conn_decide(t, c, buf, len, HEADER_END_EOF);
	}
}
