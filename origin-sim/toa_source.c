/* SPDX-License-Identifier: BSD-2-Clause */
/* toa_source.c - see toa_source.h */
#include "toa_source.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/log.h"
#include "base/sock.h"
#include "fault.h"

/* IPv6 with extension headers, TCP with options */
#define TOA_SYN_BYTES_MAX 512

static_assert(CONFIG_PORTS_MAX <= TOA_CAPTURE_PORTS_MAX, "one filter");

/* Read the ring; a capture that broke is said and given up. */
static void toa_drain(struct toa_source *s)
{
	if (s->is_capture_broken)
		return;
	if (toa_capture_drain(&s->capture)) {
		s->is_capture_broken = true;
		log_error("the capture ended: from here on it is not known "
			  "whether connections carry an address");
		toa_capture_close(&s->capture);
	}
	s->stats->toa_packets = s->capture.seen;
	s->stats->toa_packets_cut = s->capture.cut;
	s->stats->toa_packets_lost = s->capture.lost;
	s->stats->toa_evicted = s->capture.table.evicted;
}

static void toa_on_capture(void *ctx, uint32_t slot, uint32_t gen,
			   uint32_t events)
{
	struct toa_source *s = ctx;

	(void)slot;
	(void)gen;
	(void)events;
	toa_drain(s);
}

int toa_source_open(struct toa_source *s, uint8_t type, const uint16_t *ports,
		    size_t n_ports)
{
	const char *iface = s->cfg->toa_iface;
	char why[TOA_CAPTURE_ERR_MAX] = "";
	int fd = -1, err;

	if (s->cfg->toa_from != TOA_FROM_PCAP)
		return 0;
	s->capture.kinds = &s->cfg->toa_kinds;
	s->capture.faults = &s->cfg->faults;
	err = toa_capture_open(&s->capture, iface, ports, n_ports, why, &fd);
	if (err) {
		log_error("cannot capture on %s: %s", iface,
			  why[0] ? why : strerror(-err));
		return err;
	}
	loop_on(s->loop, type, toa_on_capture, s);
	err = loop_add(s->loop, fd, EPOLLIN, type, 0, 0);
	if (err)
		log_error("cannot watch the capture: %s", strerror(-err));
	return err;
}

void toa_source_close(struct toa_source *s)
{
	toa_capture_close(&s->capture);
}

int toa_source_listen(int fd)
{
	return sock_set_int(fd, IPPROTO_TCP, TCP_SAVE_SYN, 1);
}

/* The SYN that the kernel kept; it gives it away once. */
static void toa_take_syn(struct toa_source *s, int fd, struct toa_query *q)
{
	uint8_t buf[TOA_SYN_BYTES_MAX];
	socklen_t len = sizeof(buf);
	struct toa_segment seg;

	if (getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, buf, &len) || !len)
		return;
	if (toa_segment_decode(buf, len, &seg) != WIRE_OK ||
	    seg.place != TOA_PLACE_SYN)
		return;
	q->has_syn = true;
	q->isn = seg.seq;
	q->peer = seg.src;
	if (s->cfg->toa_from == TOA_FROM_SYN)
		fault_judge_toa(&s->cfg->faults, &s->cfg->toa_kinds, &seg,
				&q->finding);
}

static void toa_name_client(struct toa_query *q, const struct endpoint *client)
{
	q->finding.is_found = true;
	q->finding.has_port = true;
	q->finding.client = *client;
}

/* The kernel's readers answer this where accept() has no room for the client.
 */
static bool toa_lookup(int fd, struct endpoint *ret)
{
	struct toa_lookup out = { 0 };
	socklen_t len = sizeof(out);

	if (getsockopt(fd, TOA_SHIM_LEVEL, TOA_LOOKUP_OPT, &out, &len) ||
	    len != sizeof(out))
		return false;
	ret->addr = ip_addr_v6(out.addr);
	ret->port = (uint16_t)(out.port[0] << 8 | out.port[1]);
	return true;
}

static void toa_ask_kernel(int fd, const struct endpoint *accepted,
			   bool is_v4_socket, struct toa_query *q)
{
	struct endpoint client;

	if (q->has_syn && !endpoint_eq(accepted, &q->peer)) {
		toa_name_client(q, accepted);
		return;
	}
	/* accept() could not say it, so it said the peer */
	if (is_v4_socket && toa_lookup(fd, &client))
		toa_name_client(q, &client);
}

void toa_source_begin(struct toa_source *s, int fd, const struct endpoint *peer,
		      const struct endpoint *local, bool is_v4_socket,
		      struct toa_query *ret)
{
	*ret = (struct toa_query) { .peer = *peer, .local = *local };
	toa_take_syn(s, fd, ret);
	if (s->cfg->toa_from == TOA_FROM_KERNEL)
		toa_ask_kernel(fd, peer, is_v4_socket, ret);
}

/* Return: what was captured of the connection, or NULL */
static struct toa_entry *toa_entry_of(const struct toa_source *s,
				      const struct toa_query *q)
{
	if (s->is_capture_broken || !s->capture.pcap)
		return NULL;
	return toa_table_find(&s->capture.table, &q->peer, &q->local,
			      q->has_syn ? &q->isn : NULL);
}

static enum toa_state toa_ask_capture(struct toa_source *s,
				      const struct toa_query *q, bool is_last,
				      struct toa_finding *ret)
{
	const struct toa_entry *e;

	toa_drain(s);
	e = toa_entry_of(s, q);
	if (e)
		*ret = e->finding;
	if (ret->is_found &&
	    (is_last || !fault_is_on(&s->cfg->faults, FAULT_TOA_REFUSE_AGAIN)))
		return TOA_FOUND;
	if (!is_last)
		return TOA_WAIT;
	return e && e->lost == s->capture.lost ? TOA_NONE : TOA_UNKNOWN;
}

static bool toa_is_trusted(const struct toa_source *s,
			   const struct toa_query *q)
{
	return header_is_trusted(&s->cfg->policy, &q->peer.addr);
}

/* A reader that does not clear what it kept of the connection before */
static enum toa_state toa_be_stale(struct toa_source *s, enum toa_state st,
				   struct toa_finding *f)
{
	if (!fault_is_on(&s->cfg->faults, FAULT_TOA_STALE))
		return st;
	if (st == TOA_FOUND)
		s->last = *f;
	if (st != TOA_NONE || f->err.anomaly != ANOMALY_NONE ||
	    !s->last.is_found)
		return st;
	*f = s->last;
	return TOA_FOUND;
}

enum toa_state toa_source_ask(struct toa_source *s, const struct toa_query *q,
			      bool is_last, struct toa_finding *ret)
{
	enum toa_state st;

	*ret = q->finding;
	if (s->cfg->toa_from == TOA_FROM_PCAP)
		st = toa_ask_capture(s, q, is_last, ret);
	else if (ret->is_found)
		st = TOA_FOUND;
	else
		st = q->has_syn ? TOA_NONE : TOA_UNKNOWN;
	if (st == TOA_FOUND && !toa_is_trusted(s, q)) {
		*ret = (struct toa_finding) {
			.err = { ANOMALY_PP_UNTRUSTED, 0 },
		};
		st = TOA_NONE;
	}
	return toa_be_stale(s, st, ret);
}

void toa_source_end(struct toa_source *s, const struct toa_query *q)
{
	struct toa_entry *e = toa_entry_of(s, q);

	if (e)
		toa_table_drop(&s->capture.table, e);
}
