/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_play.c - the plays over TCP: both ends of a proxy, see proxy.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/sock.h"
#include "proxy.h"
#include "proxy_tap.h"
#include "proxy_toa.h"
#include "wire/wire.h"

#define PLAY_BACKLOG 512
#define PLAY_PARTS   20
/* what may still come after what was waited for: a tenth of that, within */
#define PLAY_GRACE_MIN_MS 60
#define PLAY_GRACE_MAX_MS 250

/* @client, @origin: the two ends of the connection that plays */
struct play {
	const struct proxy_options *o;
	struct proxy_seen *s;
	int listen_fd;
	struct end client, origin;
	struct tap tap;
	uint64_t said_ms;
	char token[PROXY_TOKEN_MAX];
	size_t token_len;
};

size_t proxy_token(const char *what, char out[PROXY_TOKEN_MAX])
{
	static unsigned serial;

	return (size_t)snprintf(out, PROXY_TOKEN_MAX,
				"tp-conform-%s-%06u-%08llx.\n", what, ++serial,
				(unsigned long long)clock_ns() & 0xffffffffU);
}

struct ip_addr proxy_source(const struct proxy_options *o, uint32_t n,
			    const struct endpoint *to)
{
	size_t i;

	for (i = 0; i < o->n_sources; i++) {
		const struct ip_addr *a = &o->sources[(n + i) % o->n_sources];

		if (a->family == to->addr.family)
			return *a;
	}
	return (struct ip_addr) { 0 };
}

static uint64_t play_grace_ms(const struct play *p)
{
	uint64_t ms = p->o->timeout_ms / 10;

	return ms < PLAY_GRACE_MIN_MS	? PLAY_GRACE_MIN_MS
	       : ms > PLAY_GRACE_MAX_MS ? PLAY_GRACE_MAX_MS
					: ms;
}

static const uint8_t *find(const uint8_t *p, size_t len, const void *what,
			   size_t n)
{
	return n <= len ? memmem(p, len, what, n) : NULL;
}

void proxy_opening(struct opening *op, const uint8_t *rx, size_t len,
		   const void *token, size_t token_len, bool is_udp)
{
	const uint8_t *at = find(rx, len, token, token_len);
	struct hdr more;
	size_t off;

	op->has_come = true;
	op->has_token = at != NULL;
	if (at) {
		op->lead = (size_t)(at - rx);
		op->trail = len - op->lead - token_len;
	}
	op->hdr = hdr_read(rx, at ? op->lead : len, is_udp);
	if (!at)
		op->lead = op->hdr.len && op->hdr.len <= len ? op->hdr.len : 0;
	/* v2 in front of a token that is in it only because of its length */
	if (at && op->hdr.kind == HDR_V2 && op->hdr.flaw == HDR_FLAW_NONE &&
	    op->hdr.len > op->lead)
		op->hdr.flaw = HDR_FLAW_SHORT;
	if (at && !op->lead && op->trail) {
		more = hdr_read(at + token_len, op->trail, is_udp);
		op->is_late = more.kind == HDR_V1 || more.kind == HDR_V2;
	}
	for (off = op->hdr.len; off && off < op->lead; off += more.len) {
		more = hdr_read(rx + off, op->lead - off, is_udp);
		if (more.kind != HDR_V1 && more.kind != HDR_V2 &&
		    more.kind != HDR_SPP)
			break;
		op->n_more++;
		if (!more.len)
			break;
	}
}

/* ---- one connection ---- */

static int play_connect(struct play *p, const struct endpoint *to, uint32_t n,
			struct opening *op, struct end *client)
{
	struct endpoint from = { proxy_source(p->o, n, to), 0 };
	int fd = -1, err = sock_connect(to, &from, 0, &fd);

	op->has_run = true;
	op->dialled = *to;
	if (!err)
		err = end_init(client, fd);
	if (err)
		return err;
	err = proxy_await_connected(fd, p->o->timeout_ms);
	if (!err)
		err = sock_local(fd, &op->self);
	return err;
}

static int play_accept(struct play *p, struct opening *op, struct end *origin)
{
	int fd = end_accept(p->listen_fd, p->o->timeout_ms, &op->peer);

	if (fd < 0)
		return -ETIMEDOUT;
	op->has_option = proxy_toa_saved(fd, &op->option);
	return end_init(origin, fd);
}

static void play_close(struct play *p)
{
	end_fini(&p->client);
	end_fini(&p->origin);
	p->client.fd = -1;
	p->origin.fd = -1;
}

static void play_reset(struct play *p)
{
	p->client = (struct end) { .fd = -1 };
	p->origin = (struct end) { .fd = -1 };
}

static void play_say(struct play *p, const char *what)
{
	p->token_len = proxy_token(what, p->token);
	p->said_ms = clock_ms();
	(void)end_send(&p->client, p->token, p->token_len);
}

/* What is waited for: the token, and what came after it, if anything. */
static bool play_has_token(void *ctx)
{
	struct play *p = ctx;

	return p->origin.is_eof || p->origin.is_reset ||
	       find(p->origin.rx, p->origin.rx_len, p->token, p->token_len);
}

static void play_listen(struct play *p, struct opening *op)
{
	struct end *ends[] = { &p->origin };
	const struct tap_flow *flow;

	(void)end_run(ends, 1, p->o->timeout_ms, play_has_token, p);
	/* a header that is late, or one more */
	(void)end_run(ends, 1, play_grace_ms(p), NULL, NULL);
	proxy_opening(op, p->origin.rx, p->origin.rx_len, p->token,
		      p->token_len, false);
	op->first_read = p->origin.first;
	op->delay_ms = p->origin.first_ms > p->said_ms
			       ? p->origin.first_ms - p->said_ms
			       : 0;
	flow = tap_find(&p->tap, &op->peer);
	if (!flow)
		return;
	op->first_segment = flow->first;
	if (flow->has_option) {
		op->has_option = true;
		op->option = flow->option;
	}
}

/* Connect, say a token, see what the origin gets. Return: 0 or -errno */
static int play_open(struct play *p, const struct endpoint *to,
		     const char *what, struct opening *op)
{
	int err;

	play_reset(p);
	err = play_connect(p, to, 0, op, &p->client);
	if (err)
		return err;
	play_say(p, what);
	err = play_accept(p, op, &p->origin);
	if (err)
		return err;
	play_listen(p, op);
	return 0;
}

static enum proxy_end_seen end_seen(const struct end *e)
{
	return e->is_reset ? END_RST : e->is_eof ? END_FIN : END_NOT_SEEN;
}

/* Does @to get exactly what @from says now? */
static bool play_word(struct play *p, struct end *from, struct end *to,
		      const char *what)
{
	char word[PROXY_TOKEN_MAX];
	size_t n = proxy_token(what, word), at = to->rx_len;

	if (!end_send(from, word, n) ||
	    !end_run_rx(to, at + n, p->o->timeout_ms))
		return false;
	return to->rx_len == at + n && !memcmp(to->rx + at, word, n);
}

/* ---- the plays ---- */

/* A client that speaks, is answered, ends; then the origin ends. */
static void play_hello_rest(struct play *p)
{
	struct tcp_seen *t = &p->s->tcp;
	char word[PROXY_TOKEN_MAX];
	size_t n = proxy_token("reply", word);
	enum hdr_kind k;

	(void)end_send(&p->origin, word, n);
	t->reply_came = end_run_rx(&p->client, n, p->o->timeout_ms);
	t->reply_ok = t->reply_came && p->client.rx_len == n &&
		      !memcmp(p->client.rx, word, n);
	k = hdr_kind_of(p->client.rx, p->client.rx_len);
	t->reply_has_header = k == HDR_V1 || k == HDR_V2;
	end_half(&p->client);
	(void)end_run_over(&p->origin, p->o->timeout_ms);
	t->client_fin = end_seen(&p->origin);
	if (t->client_fin != END_FIN)
		return;
	t->after_ok = play_word(p, &p->origin, &p->client, "after");
	end_half(&p->origin);
	(void)end_run_over(&p->client, p->o->timeout_ms);
	t->origin_fin = end_seen(&p->client);
}

/* The origin ends first. */
static void play_origin_first(struct play *p)
{
	struct tcp_seen *t = &p->s->tcp;
	struct opening op = { 0 };

	if (!play_open(p, &p->o->target, "origin-ends", &op)) {
		end_half(&p->origin);
		(void)end_run_over(&p->client, p->o->timeout_ms);
		t->first_origin_fin = end_seen(&p->client);
		if (t->first_origin_fin == END_FIN)
			t->first_after_ok =
				play_word(p, &p->client, &p->origin, "after");
	}
	play_close(p);
}

/* Many small writes: the header stays the first and only one. */
static void play_parts(struct play *p)
{
	struct tcp_seen *t = &p->s->tcp;
	struct end *ends[] = { &p->client, &p->origin };
	struct opening op = { 0 };
	size_t sent, at, n = 0;
	char word[PROXY_TOKEN_MAX], all[PLAY_PARTS * PROXY_TOKEN_MAX];
	int i;

	t->has_parts = !play_open(p, &p->o->target, "part", &op);
	at = p->origin.rx_len;
	for (i = 0; t->has_parts && i < PLAY_PARTS; i++) {
		sent = proxy_token("part", word);
		memcpy(all + n, word, sent);
		n += sent;
		(void)end_send(&p->client, word, sent);
		(void)end_run(ends, 2, 3, NULL, NULL);
	}
	if (t->has_parts) {
		(void)end_run_rx(&p->origin, at + n, p->o->timeout_ms);
		t->parts_ok = p->origin.rx_len == at + n &&
			      !memcmp(p->origin.rx + at, all, n);
		for (; at < p->origin.rx_len; at++) {
			enum hdr_kind k = hdr_kind_of(p->origin.rx + at,
						      p->origin.rx_len - at);

			t->parts_headers += k == HDR_V1 || k == HDR_V2;
		}
	}
	play_close(p);
}

/* A client that sends a header of its own. */
static void play_forged(struct play *p, int i)
{
	static const uint8_t v2[] = {
		0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49,
		0x54, 0x0a, 0x21, 0x11, 0x00, 0x0c, 192,  0,	2,    77,
		192,  0,    2,	  78,	0x10, 0x01, 0x10, 0x02
	};
	static const char v1[] =
		"PROXY TCP4 192.0.2.77 192.0.2.78 4097 4098\r\n";
	struct opening *op = &p->s->tcp.forged[i];
	size_t n = i ? sizeof(v2) : sizeof(v1) - 1;
	int err;

	play_reset(p);
	err = play_connect(p, &p->o->target, 0, op, &p->client);
	if (!err) {
		char tail[PROXY_TOKEN_MAX];
		size_t tail_len = proxy_token("forged", tail);

		memcpy(p->token, i ? (const void *)v2 : v1, n);
		if (tail_len > sizeof(p->token) - n)
			tail_len = sizeof(p->token) - n;
		memcpy(p->token + n, tail, tail_len);
		p->token_len = n + tail_len;
		p->said_ms = clock_ms();
		(void)end_send(&p->client, p->token, p->token_len);
		err = play_accept(p, op, &p->origin);
	}
	if (!err)
		play_listen(p, op);
	if (err || !p->origin.rx_len) {
		(void)end_run_over(&p->client, p->o->timeout_ms);
		p->s->tcp.forged_refused[i] =
			op->has_run && end_seen(&p->client) != END_NOT_SEEN;
	}
	play_close(p);
}

static bool bulk_is_over(void *ctx)
{
	const struct play *p = ctx;
	uint64_t n = p->o->bulk_bytes;

	return (p->client.bulk_rx >= n && p->origin.bulk_rx >= n) ||
	       p->client.is_reset || p->origin.is_reset || p->client.is_eof ||
	       p->origin.is_eof;
}

/* A lot, both ways at once, and not one byte more. */
static void play_bulk(struct play *p)
{
	struct tcp_seen *t = &p->s->tcp;
	struct end *ends[] = { &p->client, &p->origin };
	struct opening op = { 0 };

	if (!play_open(p, &p->o->target, "bulk", &op) && op.has_come) {
		t->has_bulk = true;
		end_bulk(&p->client, p->o->bulk_bytes);
		end_bulk(&p->origin, p->o->bulk_bytes);
		(void)end_run(ends, 2, 10 * p->o->timeout_ms, bulk_is_over, p);
		(void)end_run(ends, 2, play_grace_ms(p), NULL, NULL);
		t->up_bytes = p->origin.bulk_rx;
		t->up_bad = p->origin.bulk_bad;
		t->down_bytes = p->client.bulk_rx;
		t->down_bad = p->client.bulk_bad;
	}
	play_close(p);
}

/* A client that waits for the origin's greeting. */
static void play_silent(struct play *p)
{
	struct tcp_seen *t = &p->s->tcp;
	struct end *ends[] = { &p->origin };
	struct opening *op = &t->silent;

	play_reset(p);
	if (!play_connect(p, &p->o->target, 0, op, &p->client) &&
	    !play_accept(p, op, &p->origin)) {
		t->has_silent = true;
		(void)end_run_rx(&p->origin, 1, p->o->timeout_ms);
		(void)end_run(ends, 1, play_grace_ms(p), NULL, NULL);
		t->silent_came = p->origin.rx_len > 0;
		t->silent_reply =
			play_word(p, &p->origin, &p->client, "greeting");
		play_say(p, "silent");
		play_listen(p, op);
	}
	play_close(p);
}

/* A client that ends at once. */
static void play_empty(struct play *p)
{
	struct tcp_seen *t = &p->s->tcp;
	struct opening *op = &t->empty;

	play_reset(p);
	if (!play_connect(p, &p->o->target, 0, op, &p->client)) {
		end_half(&p->client);
		t->has_empty = true;
		if (!play_accept(p, op, &p->origin)) {
			(void)end_run_over(&p->origin, p->o->timeout_ms);
			t->empty_fin = end_seen(&p->origin);
			op->has_come = true;
			op->hdr =
				hdr_read(p->origin.rx, p->origin.rx_len, false);
			op->lead = p->origin.rx_len;
		}
	}
	play_close(p);
}

static void play_resets(struct play *p)
{
	struct tcp_seen *t = &p->s->tcp;
	struct opening op = { 0 };

	if (!play_open(p, &p->o->target, "client-resets", &op)) {
		t->has_resets = true;
		end_reset(&p->client);
		(void)end_run_over(&p->origin, p->o->timeout_ms);
		t->client_rst = end_seen(&p->origin);
	}
	play_close(p);
	if (t->has_resets &&
	    !play_open(p, &p->o->target, "origin-resets", &op)) {
		end_reset(&p->origin);
		(void)end_run_over(&p->client, p->o->timeout_ms);
		t->origin_rst = end_seen(&p->client);
	}
	play_close(p);
}

/* Nobody listens: does the client get to know? */
static void play_refused(struct play *p)
{
	struct tcp_seen *t = &p->s->tcp;
	struct opening op = { 0 };

	fd_close(&p->listen_fd);
	play_reset(p);
	t->has_refused = true;
	if (play_connect(p, &p->o->target, 0, &op, &p->client)) {
		t->refused_told = true;
	} else {
		play_say(p, "refused");
		(void)end_run_over(&p->client, 3 * p->o->timeout_ms);
		t->refused_told = end_seen(&p->client) != END_NOT_SEEN;
	}
	play_close(p);
}

/* ---- many at once ---- */

struct crowd {
	struct play *p;
	struct end clients[PROXY_CROWD_MAX], origins[PROXY_CROWD_MAX];
	char tokens[PROXY_CROWD_MAX][PROXY_TOKEN_MAX];
	size_t lens[PROXY_CROWD_MAX];
	uint32_t n, n_origins;
};

/* Has each origin end read some client's token? */
static bool crowd_is_served(void *ctx)
{
	const struct crowd *c = ctx;
	uint32_t i;

	for (i = 0; i < c->n_origins; i++)
		if (c->origins[i].rx_len == 0 ||
		    c->origins[i].rx[c->origins[i].rx_len - 1] != '\n')
			return false;
	return true;
}

/* Which origin end got token @i? It may not be two. */
static const struct end *crowd_find(const struct crowd *c, uint32_t i)
{
	uint32_t k;

	for (k = 0; k < c->n_origins; k++)
		if (find(c->origins[k].rx, c->origins[k].rx_len, c->tokens[i],
			 c->lens[i]))
			return &c->origins[k];
	return NULL;
}

static void crowd_judge(struct crowd *c)
{
	struct tcp_seen *t = &c->p->s->tcp;
	uint32_t i;

	for (i = 0; i < c->n; i++) {
		const struct end *e = crowd_find(c, i);

		if (e)
			proxy_opening(&t->crowd[i], e->rx, e->rx_len,
				      c->tokens[i], c->lens[i], false);
	}
	t->n_crowd = c->n;
}

static void play_crowd(struct play *p)
{
	static struct crowd c;
	struct opening waste;
	struct end *ends[PROXY_CROWD_MAX];
	uint32_t i;

	c = (struct crowd) { .p = p };
	/* all connect before one speaks */
	for (i = 0; i < p->o->crowd; i++) {
		struct opening *op = &p->s->tcp.crowd[c.n];

		if (play_connect(p, &p->o->target, i, op, &c.clients[c.n])) {
			end_fini(&c.clients[c.n]);
			break;
		}
		c.n++;
	}
	for (i = 0; i < c.n; i++) {
		c.lens[i] = proxy_token("crowd", c.tokens[i]);
		(void)end_send(&c.clients[i], c.tokens[i], c.lens[i]);
	}
	for (i = 0; i < c.n && !play_accept(p, &waste, &c.origins[i]); i++)
		ends[c.n_origins++] = &c.origins[i];
	(void)end_run(ends, c.n_origins, p->o->timeout_ms, crowd_is_served, &c);
	crowd_judge(&c);
	for (i = 0; i < c.n; i++)
		end_fini(&c.clients[i]);
	for (i = 0; i < c.n_origins; i++)
		end_fini(&c.origins[i]);
}

/* ---- all of it ---- */

static int play_why(struct proxy_seen *s, int status, const char *what, int err)
{
	(void)snprintf(s->why, sizeof(s->why), "%s: %s", what, strerror(-err));
	return status;
}

static int play_first(struct play *p)
{
	struct opening *op = &p->s->tcp.hello;
	int err = play_open(p, &p->o->target, "hello", op);

	if (err && !op->self.port)
		return play_why(p->s, EXIT_IO, "no connection to the proxy",
				err);
	if (err)
		return play_why(p->s, EXIT_INCONCLUSIVE,
				"the proxy does not connect to our listening "
				"port",
				err);
	p->s->kind = op->hdr.kind;
	play_hello_rest(p);
	play_close(p);
	return 0;
}

int proxy_play_tcp(const struct proxy_options *o, struct proxy_seen *s)
{
	struct play p = { .o = o, .s = s, .listen_fd = -1 };
	int status,
		err = sock_listen(&o->listen, 0, PLAY_BACKLOG, &p.listen_fd);

	play_reset(&p);
	if (!err)
		err = proxy_toa_listen(p.listen_fd);
	if (err) {
		fd_close(&p.listen_fd);
		return play_why(s, EXIT_IO, "cannot listen for the proxy", err);
	}
	tap_open(&p.tap, o->listen.port);
	status = play_first(&p);
	if (!status) {
		if (o->also.port) {
			(void)play_open(&p, &o->also, "also", &s->tcp.also);
			play_close(&p);
		}
		play_origin_first(&p);
		play_parts(&p);
		play_silent(&p);
		play_empty(&p);
		play_forged(&p, 0);
		play_forged(&p, 1);
		play_crowd(&p);
		play_bulk(&p);
		play_resets(&p);
		play_refused(&p);
	}
	play_close(&p);
	tap_close(&p.tap);
	fd_close(&p.listen_fd);
	return status;
}
