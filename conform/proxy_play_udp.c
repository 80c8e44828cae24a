/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_play_udp.c - the plays over UDP, see proxy.h */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/sock.h"
#include "proxy.h"
#include "proxy_dns.h"
#include "wire/wire.h"

#define DGRAM_MAX  2048
#define DGRAMS_MAX 32
/* a copy, or a piece, may still come */
#define GRACE_MS 40
/* what fits an Ethernet frame with any header before it */
#define BIG_BYTES  1300
#define V2_SIG_LEN 12

/* A datagram that the origin got. */
struct dgram {
	size_t len;
	uint64_t at_ms;
	struct sockaddr_storage from;
	socklen_t from_len;
	uint8_t data[DGRAM_MAX];
};

/* @got: what came since the play began */
struct play {
	const struct proxy_options *o;
	struct proxy_seen *s;
	int fd; /* the origin */
	size_t n_got;
	struct dgram got[DGRAMS_MAX];
};

/* What a client sent.
 * @is_dns: a query, after @lead bytes
 */
struct token {
	uint8_t text[BIG_BYTES];
	size_t len, lead;
	bool is_dns;
	uint64_t said_ms;
};

/* What the origin got of @t in @d. Return: where, or NULL; @ret_len bytes */
static const uint8_t *find(const struct dgram *d, const struct token *t,
			   size_t *ret_len)
{
	if (t->is_dns)
		return proxy_dns_find(d->data, d->len, t->text, t->len, t->lead,
				      ret_len);
	*ret_len = t->len;
	return t->len <= d->len ? memmem(d->data, d->len, t->text, t->len)
				: NULL;
}

static bool holds(const struct dgram *d, const struct token *t)
{
	size_t len;

	return find(d, t, &len) != NULL;
}

/* Read what is there. Return: false for nothing */
static bool play_take(struct play *p, uint64_t timeout_ms)
{
	struct pollfd pfd = { .fd = p->fd, .events = POLLIN };
	struct dgram *d = &p->got[p->n_got];
	ssize_t n;

	if (p->n_got == DGRAMS_MAX || poll(&pfd, 1, (int)timeout_ms) <= 0)
		return false;
	d->from_len = sizeof(d->from);
	n = recvfrom(p->fd, d->data, sizeof(d->data), 0,
		     (struct sockaddr *)&d->from, &d->from_len);
	if (n < 0)
		return false;
	d->len = (size_t)n;
	d->at_ms = clock_ms();
	p->n_got++;
	return true;
}

/* Until a datagram holds @t, and for a moment more. Return: it, or NULL */
static const struct dgram *play_wait(struct play *p, const struct token *t)
{
	uint64_t end_ms = clock_ms() + p->o->timeout_ms, now;
	const struct dgram *found = NULL;

	while (!found && (now = clock_ms()) < end_ms)
		if (play_take(p, end_ms - now) &&
		    holds(&p->got[p->n_got - 1], t))
			found = &p->got[p->n_got - 1];
	while (play_take(p, GRACE_MS))
		;
	return found;
}

static int play_socket(struct play *p, uint32_t n, struct endpoint *ret_self)
{
	struct endpoint from = { proxy_source(p->o, n, &p->o->target), 0 };
	int fd = -1;

	if (sock_connect(&p->o->target, &from, SOCK_F_UDP, &fd))
		return -1;
	if (sock_local(fd, ret_self))
		fd_close(&fd);
	return fd;
}

/* Bytes that no other datagram has, after @lead bytes of @t that are there. */
static void token_make(const struct play *p, const char *what, size_t lead,
		       bool is_longest, struct token *t)
{
	static uint16_t id;
	char word[PROXY_TOKEN_MAX];
	size_t n = proxy_token(what, word);

	t->lead = lead;
	t->is_dns = p->o->payload == PROXY_PAYLOAD_DNS;
	if (t->is_dns) {
		/* a name has no ".\n" at its end */
		n = proxy_dns_query(word, n - 2, ++id, is_longest,
				    t->text + lead);
	} else {
		memcpy(t->text + lead, word, n);
	}
	t->len = lead + n;
}

static bool token_send(int fd, struct token *t)
{
	t->said_ms = clock_ms();
	return send(fd, t->text, t->len, MSG_NOSIGNAL) == (ssize_t)t->len;
}

static void play_say(struct play *p, int fd, const char *what, struct token *t)
{
	token_make(p, what, 0, false, t);
	(void)token_send(fd, t);
}

static void opening_fill(struct opening *op, const struct play *p,
			 const struct endpoint *self, const struct dgram *d,
			 const struct token *t)
{
	const uint8_t *at;
	size_t len;

	op->has_run = true;
	op->self = *self;
	op->dialled = p->o->target;
	if (!d)
		return;
	at = find(d, t, &len);
	if (at)
		proxy_opening(op, d->data, d->len, at, len, true);
	else
		proxy_opening(op, d->data, d->len, t->text, t->len, true);
	op->first_read = d->len;
	op->peer = endpoint_from_sockaddr(&d->from);
	op->delay_ms = d->at_ms > t->said_ms ? d->at_ms - t->said_ms : 0;
}

/* ---- a session ---- */

/* The words of an answer to @t, as the origin and the client are to see them.
 * Return: their length, 0 if there is nothing to answer
 */
static size_t reply_make(const struct dgram *d, const struct token *t,
			 uint8_t out[DGRAM_MAX], uint8_t want[DGRAM_MAX])
{
	char word[PROXY_TOKEN_MAX];
	size_t n = proxy_token("reply", word), len;
	const uint8_t *at = find(d, t, &len);

	if (!t->is_dns)
		memcpy(out, word, n);
	else
		n = at ? proxy_dns_answer(at, t->len, word, n, out) : 0;
	memcpy(want, out, n);
	/* the client's own id again */
	if (n && t->is_dns)
		memcpy(want, t->text, 2);
	return n;
}

/* Answer @d; what SPP puts before a datagram is put before its answer. */
static void play_reply(struct play *p, int fd, const struct dgram *d,
		       const struct token *t, struct dgram_seen *seen)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint8_t out[2 * DGRAM_MAX], want[DGRAM_MAX], in[DGRAM_MAX];
	struct hdr h = hdr_read(d->data, d->len, true);
	size_t len, lead = h.kind == HDR_SPP && !h.flaw ? h.len : 0;
	ssize_t n;

	memcpy(out, d->data, lead);
	len = reply_make(d, t, out + lead, want);
	if (!len)
		return;
	(void)!sendto(p->fd, out, lead + len, MSG_NOSIGNAL,
		      (const struct sockaddr *)&d->from, d->from_len);
	if (poll(&pfd, 1, (int)p->o->timeout_ms) <= 0)
		return;
	n = recv(fd, in, sizeof(in), 0);
	if (n < 0)
		return;
	seen->reply_came = true;
	seen->reply_ok = (size_t)n >= len &&
			 !memcmp(in + (size_t)n - len, want, len);
	seen->reply_has_header = seen->reply_ok && (size_t)n > len;
}

/* Datagram @d of a session whose tokens are @t: which is it, and what of? */
static void judge_dgram(struct udp_seen *u, const struct dgram *d,
			const struct token t[PROXY_DGRAMS])
{
	static const uint8_t sig[V2_SIG_LEN] = "\r\n\r\n\0\r\nQUIT\n";
	struct hdr h = hdr_read(d->data, d->len, true);
	size_t lead = h.flaw ? 0 : h.len, rest, i, n = 0;

	for (i = 0; i < PROXY_DGRAMS; i++)
		n += t[i].len && holds(d, &t[i]);
	for (i = 0; i < PROXY_DGRAMS; i++) {
		if (!t[i].len || !holds(d, &t[i]))
			continue;
		u->d[i].copies++;
		u->d[i].is_merged |= n > 1;
	}
	if (n)
		return;
	rest = d->len > lead ? d->len - lead : 0;
	if (lead && !rest) {
		u->n_alone++;
		u->alone = h;
	} else if ((d->len < V2_SIG_LEN && !memcmp(d->data, sig, d->len)) ||
		   (h.kind == HDR_SPP && h.flaw == HDR_FLAW_SHORT)) {
		u->is_hdr_cut = true;
	} else if (rest == t[0].len || rest == t[PROXY_DGRAMS - 1].len) {
		u->d[0].is_altered = true;
	} else {
		/* the last is the longest */
		u->d[0].is_cut |= rest < t[PROXY_DGRAMS - 1].len;
		u->n_strange++;
	}
}

static void play_session(struct play *p, int fd, const struct endpoint *self)
{
	struct udp_seen *u = &p->s->udp;
	struct token t[PROXY_DGRAMS] = { 0 };
	size_t i, n = p->n_got;

	for (i = 0; i < PROXY_DGRAMS; i++) {
		const struct dgram *d;
		size_t before = p->n_got;

		token_make(p, "dgram", 0, i == PROXY_DGRAMS - 1, &t[i]);
		(void)token_send(fd, &t[i]);
		d = play_wait(p, &t[i]);
		/* changed on its way: still the one to look at */
		if (!d && p->n_got > before)
			d = &p->got[before];
		opening_fill(&u->d[i].opening, p, self, d, &t[i]);
		if (d)
			play_reply(p, fd, d, &t[i], &u->d[i]);
	}
	for (; n < p->n_got; n++)
		judge_dgram(u, &p->got[n], t);
}

static void play_odd_sizes(struct play *p, int fd)
{
	struct udp_seen *u = &p->s->udp;
	struct token t;

	/* they are no queries */
	if (p->o->payload == PROXY_PAYLOAD_DNS)
		return;
	p->n_got = 0;
	token_make(p, "big", 0, false, &t);
	memset(t.text + t.len, 'x', sizeof(t.text) - t.len);
	t.len = sizeof(t.text);
	u->has_big = token_send(fd, &t);
	u->big_ok = play_wait(p, &t) != NULL;
	p->n_got = 0;
	u->has_empty = send(fd, "", 0, MSG_NOSIGNAL) == 0;
	u->empty_came = play_take(p, p->o->timeout_ms);
}

/* Silence until the session is over, then once more. */
static void play_idle(struct play *p, int fd, const struct endpoint *self)
{
	struct udp_seen *u = &p->s->udp;
	struct token t;

	if (!p->o->idle_ms)
		return;
	(void)poll(NULL, 0, (int)(p->o->idle_ms + p->o->idle_ms / 4));
	p->n_got = 0;
	play_say(p, fd, "idle", &t);
	opening_fill(&u->idle, p, self, play_wait(p, &t), &t);
	u->has_idle = true;
}

/* A client whose first datagram begins with a header. */
static void play_forged(struct play *p)
{
	static const uint8_t v2[] = {
		0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49,
		0x54, 0x0a, 0x21, 0x12, 0x00, 0x0c, 192,  0,	2,    77,
		192,  0,    2,	  78,	0x10, 0x01, 0x10, 0x02
	};
	struct udp_seen *u = &p->s->udp;
	struct endpoint self;
	struct token t;
	int fd = play_socket(p, 0, &self);

	if (fd < 0)
		return;
	p->n_got = 0;
	memcpy(t.text, v2, sizeof(v2));
	token_make(p, "forged", sizeof(v2), false, &t);
	u->has_forged = token_send(fd, &t);
	opening_fill(&u->forged, p, &self, play_wait(p, &t), &t);
	u->forged_refused = !p->n_got;
	fd_close(&fd);
}

static void play_crowd(struct play *p)
{
	static struct token t[PROXY_CROWD_MAX];
	struct udp_seen *u = &p->s->udp;
	struct endpoint self[PROXY_CROWD_MAX];
	int fds[PROXY_CROWD_MAX];
	uint32_t i, n;

	for (n = 0; n < p->o->crowd; n++) {
		fds[n] = play_socket(p, n, &self[n]);
		if (fds[n] < 0)
			break;
	}
	for (i = 0; i < n; i++)
		play_say(p, fds[i], "crowd", &t[i]);
	p->n_got = 0;
	/* one by one: they may come in any order */
	while (play_take(p, p->o->timeout_ms)) {
		for (i = 0; i < n && !holds(&p->got[0], &t[i]); i++)
			;
		if (i < n && !u->crowd[i].has_come)
			opening_fill(&u->crowd[i], p, &self[i], &p->got[0],
				     &t[i]);
		p->n_got = 0;
		for (i = 0; i < n && u->crowd[i].has_come; i++)
			;
		if (i == n)
			break;
	}
	for (i = 0; i < n; i++)
		fd_close(&fds[i]);
	u->n_crowd = n;
}

int proxy_play_udp(const struct proxy_options *o, struct proxy_seen *s)
{
	static struct play p;
	struct endpoint self;
	int client, err;

	p = (struct play) { .o = o, .s = s, .fd = -1 };
	err = sock_listen(&o->listen, SOCK_F_UDP, 0, &p.fd);
	if (err) {
		(void)snprintf(s->why, sizeof(s->why),
			       "cannot listen for the proxy: %s",
			       strerror(-err));
		return EXIT_IO;
	}
	client = play_socket(&p, 0, &self);
	if (client < 0) {
		(void)snprintf(s->why, sizeof(s->why),
			       "no socket to the proxy: %s", strerror(errno));
		fd_close(&p.fd);
		return EXIT_IO;
	}
	play_session(&p, client, &self);
	if (!p.n_got) {
		(void)snprintf(s->why, sizeof(s->why),
			       "no datagram reaches our listening port");
	} else {
		s->kind = s->udp.n_alone ? s->udp.alone.kind
					 : s->udp.d[0].opening.hdr.kind;
		play_odd_sizes(&p, client);
		play_forged(&p);
		play_crowd(&p);
		play_idle(&p, client, &self);
	}
	fd_close(&client);
	fd_close(&p.fd);
	return s->why[0] ? EXIT_INCONCLUSIVE : 0;
}
