/* SPDX-License-Identifier: BSD-2-Clause */
/* conn.c - slots, timers and the end of a connection; see conn.h */
#include "conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/log.h"
#include "base/sock.h"
#include "pattern.h"

#define CONN_LOG_MAX 1024
#define CONN_EVENTS  (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)

int conn_table_init(struct worker *w, uint32_t n)
{
	uint32_t i, window = w->plan->is_udp ? w->plan->window : 0;

	w->conns = calloc(n, sizeof(*w->conns));
	w->flights = calloc((size_t)n * window + 1, sizeof(*w->flights));
	if (!w->conns || !w->flights)
		return -ENOMEM;
	if (plan_is_bulk(w->plan)) {
		w->bulk = malloc(CONN_BULK_BYTES);
		if (!w->bulk)
			return -ENOMEM;
		pattern_fill(0, 0, w->bulk, CONN_BULK_BYTES);
	}
	if (w->plan->is_udp) {
		w->udp_in = udp_in_new(w->plan);
		if (!w->udp_in)
			return -ENOMEM;
	}
	w->n_conns = n;
	w->list_head = w->list_tail = CONN_NO_SLOT;
	for (i = 0; i < n; i++) {
		w->conns[i].fd = -1;
		w->conns[i].next_free = i + 1 < n ? i + 1 : CONN_NO_SLOT;
		w->conns[i].flights = w->flights + (size_t)i * window;
	}
	w->free_head = 0;
	return 0;
}

void conn_table_fini(struct worker *w)
{
	free(w->conns);
	free(w->flights);
	free(w->bulk);
	free(w->udp_in);
	w->conns = NULL;
	w->flights = NULL;
	w->bulk = NULL;
	w->udp_in = NULL;
}

static uint32_t conn_slot(const struct worker *w, const struct conn *c)
{
	return (uint32_t)(c - w->conns);
}

bool conn_has_stop(const struct worker *w)
{
	return atomic_load_explicit(&w->shared->stop, memory_order_relaxed) !=
	       STOP_NONE;
}

bool conn_is_over(const struct worker *w)
{
	return w->now_ns >= w->shared->end_ns || conn_has_stop(w);
}

void conn_learn_local(struct conn *c)
{
	if (c->has_local || c->fd < 0)
		return;
	c->has_local = sock_local(c->fd, &c->local) == 0;
}

void conn_count_sent(struct worker *w, struct conn *c, uint64_t n)
{
	c->sent += n;
	w->result.sent += n;
}

void conn_count_received(struct worker *w, struct conn *c, uint64_t n)
{
	c->echoed += n;
	w->result.received += n;
}

void conn_list(struct worker *w, struct conn *c)
{
	uint32_t slot = conn_slot(w, c);

	if (c->is_listed)
		return;
	c->is_listed = true;
	c->list_next = CONN_NO_SLOT;
	c->list_prev = w->list_tail;
	if (w->list_tail == CONN_NO_SLOT)
		w->list_head = slot;
	else
		w->conns[w->list_tail].list_next = slot;
	w->list_tail = slot;
}

void conn_unlist(struct worker *w, struct conn *c)
{
	if (!c->is_listed)
		return;
	c->is_listed = false;
	if (c->list_prev == CONN_NO_SLOT)
		w->list_head = c->list_next;
	else
		w->conns[c->list_prev].list_next = c->list_next;
	if (c->list_next == CONN_NO_SLOT)
		w->list_tail = c->list_prev;
	else
		w->conns[c->list_next].list_prev = c->list_prev;
}

static enum conn_end conn_end_of(const struct conn *c, int err)
{
	switch (err) {
	case ECONNREFUSED:
		return END_REFUSED;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
		return END_UNREACHABLE;
	case ETIMEDOUT:
		return c->is_stood ? END_TIMEOUT : END_CONNECT_TIMEOUT;
	case ECONNRESET:
	case EPIPE:
	case ECONNABORTED:
		return END_RESET;
	case EADDRNOTAVAIL:
	case EADDRINUSE:
	case EAFNOSUPPORT:
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case ENOSPC:
	case EACCES:
	case EPERM:
	case EMSGSIZE:
		return END_LOCAL;
	default:
		return END_IO;
	}
}

bool conn_fail(struct worker *w, struct conn *c, int err)
{
	conn_end(w, c, conn_end_of(c, err), err);
	return false;
}

bool conn_mismatch(struct worker *w, struct conn *c, enum conn_end why,
		   uint64_t off, const char *what)
{
	struct result_mismatch m = { .id = c->id, .off = off, .what = what };

	conn_learn_local(c);
	m.local = c->local;
	result_add_mismatch(&w->result, &m);
	conn_end(w, c, why, 0);
	return false;
}

/* What is known of the client's identity at the end. */
static void conn_count_identity(struct worker *w, struct conn *c,
				enum conn_end why)
{
	const struct result_identity r = {
		.id = c->id,
		.identity = IDENTITY_MISSING,
		.local = c->local,
		.expect = header_client(w->plan, &c->local),
	};

	if (c->identity == IDENTITY_PENDING && c->is_stood &&
	    why != END_STOPPED)
		c->identity = IDENTITY_MISSING;
	if (c->identity == IDENTITY_OK) {
		w->result.checked++;
	} else if (c->identity == IDENTITY_WRONG) {
		struct result_identity wrong = r;

		wrong.identity = IDENTITY_WRONG;
		wrong.got = c->seen;
		w->result.checked++;
		w->result.wrong++;
		result_add_identity(&w->result, &wrong);
	} else if (c->identity == IDENTITY_MISSING) {
		w->result.missing++;
		result_add_identity(&w->result, &r);
	}
}

static void conn_log_identity(struct json *j, const struct worker *w,
			      const struct conn *c)
{
	struct endpoint expect = header_client(w->plan, &c->local);
	char text[IP_ADDR_TEXT_MAX];

	json_str(j, "identity", identity_name(c->identity));
	if (c->identity == IDENTITY_OFF)
		return;
	json_str(j, "expect", ip_addr_format(&expect.addr, text));
	json_u64(j, "eport", expect.port);
	if (c->identity != IDENTITY_OK && c->identity != IDENTITY_WRONG)
		return;
	json_str(j, "client", ip_addr_format(&c->seen.client.addr, text));
	json_u64(j, "cport", c->seen.client.port);
	json_str(j, "mode", c->seen.mode);
	json_str(j, "verdict", c->seen.verdict);
}

static double conn_us(uint64_t ns)
{
	return (double)ns / 1000.0;
}

static void conn_log(struct worker *w, const struct conn *c, enum conn_end why)
{
	const struct plan *p = w->plan;
	char buf[CONN_LOG_MAX], ts[CLOCK_TEXT_MAX], text[IP_ADDR_TEXT_MAX];
	const char *line;
	struct json j;
	size_t len;

	json_open(&j, buf, sizeof(buf), "conn");
	json_str(&j, "ts", clock_format_utc(clock_wall_ms(), ts));
	json_u64(&j, "id", c->id);
	json_str(&j, "transport", p->is_udp ? "udp" : "tcp");
	json_str(&j, "src", ip_addr_format(&c->local.addr, text));
	json_u64(&j, "sport", c->local.port);
	json_str(&j, "dst", ip_addr_format(&p->target.addr, text));
	json_u64(&j, "dport", p->target.port);
	json_str(&j, "result", end_name(why));
	json_u64(&j, "sent", c->sent);
	json_u64(&j, "received", c->echoed);
	json_u64(&j, "requests", c->messages);
	if (p->is_udp)
		json_u64(&j, "lost", c->lost);
	json_u64(&j, "header_bytes", c->hdr_sent);
	conn_log_identity(&j, w, c);
	if (!p->is_udp && c->is_stood)
		json_f64(&j, "connect_us", conn_us(c->connect_ns), 1);
	json_f64(&j, "latency_max_us", conn_us(c->latency_max_ns), 1);
	json_f64(&j, "duration_us", conn_us(w->now_ns - c->start_ns), 1);
	json_end(&j);
	line = json_line(&j, &len);
	if (line)
		linefile_put(w->shared->log, line, len);
}

void conn_end(struct worker *w, struct conn *c, enum conn_end why, int err)
{
	char from[ENDPOINT_TEXT_MAX];

	w->result.ended[why]++;
	if ((why == END_LOCAL || why == END_IO) && !w->result.errno_first)
		w->result.errno_first = err;
	conn_count_identity(w, c, why);
	if (w->shared->log)
		conn_log(w, c, why);
	if (why != END_OK && log_level() >= LOG_LEVEL_DEBUG) {
		conn_learn_local(c);
		log_debug("connection %llu from %s: %s",
			  (unsigned long long)c->id,
			  endpoint_format(&c->local, from), end_name(why));
	}
	w->result.lost += c->lost;
	wheel_cancel(&w->wheel, &c->timer);
	conn_unlist(w, c);
	if ((why == END_OK && !w->plan->want_rst) || w->plan->is_udp)
		fd_close(&c->fd);
	else
		sock_reset(&c->fd);
	free(c->line);
	c->line = NULL;
	c->state = CONN_FREE;
	c->gen++;
	c->next_free = w->free_head;
	w->free_head = conn_slot(w, c);
	w->live--;
	atomic_fetch_add_explicit(&w->shared->ended, 1, memory_order_relaxed);
}

/* Take a slot; everything in it but what outlives a connection is zeroed. */
static struct conn *conn_take_slot(struct worker *w)
{
	struct conn *c;

	ASSERT(w->free_head != CONN_NO_SLOT);
	c = &w->conns[w->free_head];
	w->free_head = c->next_free;
	w->live++;
	*c = (struct conn) { .fd = -1, .gen = c->gen, .flights = c->flights };
	if (w->plan->is_udp)
		memset(c->flights, 0, w->plan->window * sizeof(*c->flights));
	return c;
}

static int conn_socket(struct worker *w, struct conn *c)
{
	const struct plan *p = w->plan;
	struct endpoint from = plan_source(p, c->id);
	unsigned flags = p->is_udp ? SOCK_F_UDP : 0;
	int err;

	if (from.addr.family != IP_NONE)
		flags |= SOCK_F_FREEBIND;
	c->local = from;
	if (p->is_udp && from.addr.family == IP_NONE)
		err = egress_connect(&w->egress, &p->target,
				     w->now_ns / NS_PER_MS, &c->fd);
	else
		err = sock_connect(&p->target, &from, flags, &c->fd);
	if (!err && w->wants_local)
		conn_learn_local(c);
	if (!err && !p->is_udp)
		err = sock_set_int(c->fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (!err)
		err = loop_add(&w->loop, c->fd, CONN_EVENTS, CONN_LOOP_TYPE,
			       conn_slot(w, c), c->gen);
	return err;
}

void conn_open(struct worker *w, uint64_t id, uint64_t due_ns)
{
	struct conn *c = conn_take_slot(w);
	int err;

	c->id = id;
	c->due_ns = due_ns;
	c->start_ns = w->now_ns;
	c->identity = w->plan->want_whoami ? IDENTITY_PENDING : IDENTITY_OFF;
	w->result.started++;
	err = conn_socket(w, c);
	if (err) {
		(void)conn_fail(w, c, -err);
		return;
	}
	c->hdr_len = (uint8_t)header_build(w->plan, &c->local, c->hdr);
	conn_wake_in(w, c, w->plan->timeout_ms);
	w->ops->start(w, c);
}

void conn_wake_at(struct worker *w, struct conn *c, uint64_t at_ms)
{
	c->wake_ms = at_ms;
	if (!wheel_is_armed(&c->timer) || at_ms < c->timer.due_ms)
		wheel_arm(&w->wheel, &c->timer, at_ms);
}

void conn_wake_in(struct worker *w, struct conn *c, uint64_t ms)
{
	conn_wake_at(w, c, w->now_ns / NS_PER_MS + ms);
}

void conn_count_latency(struct worker *w, struct conn *c, uint64_t from_ns)
{
	/* an arrival that was due between two looks at the clock */
	uint64_t ns = w->now_ns > from_ns ? w->now_ns - from_ns : 0;

	if (ns > c->latency_max_ns)
		c->latency_max_ns = ns;
	hist_add(&w->result.latency_ns, ns);
	w->result.requests++;
	c->messages++;
}

void conn_take_identity(struct worker *w, struct conn *c, const char *line,
			size_t len)
{
	struct endpoint expect = header_client(w->plan, &c->local);
	enum identity verdict = IDENTITY_MISSING;
	struct whoami seen = { 0 };

	if (whoami_parse(line, len, &seen))
		verdict = whoami_judge(&seen, &expect);
	/* one bad line of a connection is not made good by the next */
	if (verdict < c->identity)
		return;
	if (verdict == IDENTITY_OK || verdict == IDENTITY_WRONG)
		c->seen = seen;
	c->identity = verdict;
}

bool conn_retry(struct worker *w, struct conn *c)
{
	int err = loop_mod(&w->loop, c->fd, CONN_EVENTS, CONN_LOOP_TYPE,
			   conn_slot(w, c), c->gen);

	return err ? conn_fail(w, c, -err) : true;
}

void conn_on_event(void *ctx, uint32_t slot, uint32_t gen, uint32_t events)
{
	struct worker *w = ctx;
	struct conn *c = &w->conns[slot];

	if (c->state == CONN_FREE || c->gen != gen)
		return;
	w->now_ns = clock_ns();
	if (events & EPOLLERR) {
		int err = sock_error(c->fd);

		if (err) {
			(void)conn_fail(w, c, -err);
			return;
		}
	}
	c->can_read |= !!(events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP));
	c->can_write |= !!(events & EPOLLOUT);
	c->is_peer_done |= !!(events & (EPOLLRDHUP | EPOLLHUP));
	w->ops->run(w, c);
}

void conn_on_timer(void *ctx, struct wheel_node *node)
{
	struct worker *w = ctx;
	struct conn *c = (void *)((char *)node - offsetof(struct conn, timer));

	if (c->wake_ms > w->wheel.now_ms)
		wheel_arm(&w->wheel, node, c->wake_ms);
	else
		w->ops->wake(w, c);
}

void conn_stop_all(struct worker *w, enum stop_kind kind)
{
	uint32_t i;

	for (i = 0; i < w->n_conns; i++) {
		struct conn *c = &w->conns[i];

		if (c->state == CONN_FREE)
			continue;
		if (kind == STOP_ABORT)
			conn_end(w, c, END_STOPPED, 0);
		else if (c->state == CONN_HOLD)
			w->ops->release(w, c);
	}
}

void conn_over_all(struct worker *w)
{
	uint32_t i;

	w->is_over = true;
	for (i = 0; i < w->n_conns; i++)
		if (w->conns[i].state != CONN_FREE)
			w->ops->over(w, &w->conns[i]);
}
