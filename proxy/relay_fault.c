/* SPDX-License-Identifier: BSD-2-Clause */
/* relay_fault.c - see relay_fault.h
 *
 * The opening of a connection, its header and the client's first bytes, is
 * made as a whole and then sent in pieces, each at its time: the relay stays
 * in state HEADER until the last piece has left.
 */
#include "relay_fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

#define FAULT_HANG_MS 60000
/* a chunk, and a header before it, fit the scratch */
#define FAULT_CHUNK_BYTES 16384

/* @buf:     the opening, NULL before it is complete and after it was sent
 * @hdr_len: its header
 * @next_ms: when the next piece is due
 * @seen:    payload moved from each side, header excluded
 */
struct relay_fault {
	uint8_t *buf;
	uint32_t len, off, hdr_len;
	uint64_t next_ms;
	uint64_t seen[2];
};

struct relay_fault *relay_fault_new(uint32_t cap)
{
	return calloc(cap, sizeof(struct relay_fault));
}

void relay_fault_end(struct relay_table *t, const struct relay *r)
{
	struct relay_fault *f = &t->faults[relay_slot(t, r)];

	free(f->buf);
	*f = (struct relay_fault) { 0 };
}

static struct relay_fault *fault_of(struct worker *w, const struct relay *r)
{
	return &w->relays->faults[relay_slot(w->relays, r)];
}

static struct fault_flow fault_flow_of(struct worker *w, const struct relay *r)
{
	const struct relay_table *t = w->relays;
	struct fault_flow f = {
		.mode = r->fwd->rule->mode,
		.proto = RULE_TCP,
		.client = r->client,
		.vip = r->vip,
		.origin = { r->origin,
			    rule_origin_port(r->fwd->rule, r->vip.port) },
	};
	uint32_t i;

	for (i = 0; i < t->high; i++)
		if (t->slots[i].state != RELAY_FREE && &t->slots[i] != r)
			f.other = t->slots[i].client;
	return f;
}

struct endpoint relay_fault_told(struct worker *w, const struct relay *r)
{
	struct fault_flow f = fault_flow_of(w, r);

	fault_told(&w->cfg->faults, &f);
	return f.client;
}

/* The byte at payload offset @at, if the @n bytes after @seen have it. */
static uint8_t *fault_byte(uint8_t *data, size_t n, uint64_t seen, uint64_t at)
{
	return at >= seen && at - seen < n ? data + (at - seen) : NULL;
}

/* Change @n bytes of payload. Return: how many are left */
static size_t fault_spoil(const struct fault_set *s, enum side from,
			  uint64_t seen, uint8_t *data, size_t n)
{
	enum fault flip = from == CLIENT ? FAULT_CORRUPT : FAULT_CORRUPT_DOWN;
	uint8_t *p;

	if (fault_is_on(s, flip)) {
		p = fault_byte(data, n, seen, s->arg[flip]);
		if (p)
			*p ^= 0x01;
	}
	if (fault_is_on(s, FAULT_LOSE) && from == CLIENT) {
		p = fault_byte(data, n, seen, s->arg[FAULT_LOSE]);
		if (p) {
			memmove(p, p + 1, (size_t)(data + n - p) - 1);
			n--;
		}
	}
	return n;
}

/* Header and first bytes, in the order in which they are to leave. */
static int fault_compose(struct worker *w, struct relay *r, uint8_t *data,
			 size_t len)
{
	const struct fault_set *s = &w->cfg->faults;
	struct relay_fault *f = fault_of(w, r);
	struct fault_flow flow = fault_flow_of(w, r);
	bool is_late = fault_is_on(s, FAULT_LATE) && len;
	uint8_t hdr[FAULT_HEADER_MAX];
	size_t n = fault_header(s, &flow, hdr);

	f->seen[CLIENT] = len;
	len = fault_spoil(s, CLIENT, 0, data, len);
	if (fault_is_on(s, FAULT_BELIEVE_CLIENT) && fault_is_forged(data, len))
		n = 0;
	f->buf = malloc(n + len + 1);
	if (!f->buf)
		return -ENOMEM;
	memcpy(f->buf + (is_late ? len : 0), hdr, n);
	if (len)
		memcpy(f->buf + (is_late ? 0 : n), data, len);
	f->len = (uint32_t)(n + len);
	f->hdr_len = (uint32_t)n;
	f->off = 0;
	f->next_ms = worker_now_ms(w);
	if (fault_is_on(s, FAULT_DELAY))
		f->next_ms += s->arg[FAULT_DELAY];
	return 0;
}

/* Where the piece ends that begins at f->off. */
static uint32_t fault_cut(const struct fault_set *s,
			  const struct relay_fault *f)
{
	uint32_t at = f->len;

	if (fault_is_on(s, FAULT_LATE))
		at = f->len - f->hdr_len;
	else if (fault_is_on(s, FAULT_APART))
		at = f->hdr_len;
	else if (fault_is_on(s, FAULT_SPLIT) && !s->arg[FAULT_SPLIT])
		at = f->off < f->hdr_len ? f->off + 1 : f->len;
	else if (fault_is_on(s, FAULT_SPLIT) &&
		 s->arg[FAULT_SPLIT] < f->hdr_len)
		at = s->arg[FAULT_SPLIT];
	return at > f->off ? at : f->len;
}

/* Read the client's first bytes and make the opening of them.
 * Return: false if it has to wait or the relay is gone
 */
static bool fault_gather(struct worker *w, struct relay *r, bool is_due)
{
	struct relay_table *t = w->relays;
	struct leg *c = &r->leg[CLIENT];
	ssize_t n = recv(c->fd, t->env.scratch, FAULT_CHUNK_BYTES, 0);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		relay_end(w, r, CLOSE_CLIENT_RESET, false);
		return false;
	}
	if (!n)
		c->flags |= LEG_EOF;
	else if (n < 0 && errno == EAGAIN)
		c->flags &= ~LEG_RD;
	if (n < 0 && !is_due && w->cfg->header_timing == HEADER_FIRST_DATA)
		return false;
	if (n > 0) {
		c->in_bytes += (uint64_t)n;
		fwd_add(r->fwd, w->id, LIVE_BYTES_UP, (uint64_t)n);
	}
	if (fault_compose(w, r, t->env.scratch, n > 0 ? (size_t)n : 0)) {
		relay_end(w, r, CLOSE_SHUTDOWN, false);
		return false;
	}
	return true;
}

/* The origin takes nothing now: wait until it does, as long as an idle
 * connection may.
 */
static void fault_wait(struct worker *w, struct relay *r)
{
	uint64_t due = r->active_ms + w->cfg->idle_timeout_ms;

	if (worker_now_ms(w) < due) {
		wheel_arm(&w->relays->wheel, &r->timer, due);
		return;
	}
	stat_add(&w->stats, STAT_TCP_TIMEOUT_IDLE, 1);
	relay_end(w, r, CLOSE_CLIENT_TIMEOUT, false);
}

/* Send the opening up to @to; what the socket does not take stays in f->buf.
 * Return: false if it has to wait or the relay is gone
 */
static bool fault_send(struct worker *w, struct relay *r, uint32_t to)
{
	struct relay_fault *f = fault_of(w, r);
	struct leg *o = &r->leg[ORIGIN];

	while (f->off < to && o->flags & LEG_WR) {
		ssize_t n =
			send(o->fd, f->buf + f->off, to - f->off, MSG_NOSIGNAL);

		if (n >= 0) {
			f->off += (uint32_t)n;
		} else if (errno == EAGAIN) {
			relay_blocked(w, r, ORIGIN);
		} else if (errno != EINTR) {
			relay_end(w, r, CLOSE_ORIGIN_RESET, false);
			return false;
		}
	}
	if (f->off == to)
		return true;
	fault_wait(w, r);
	return false;
}

bool relay_fault_header(struct worker *w, struct relay *r, bool is_due)
{
	const struct fault_set *s = &w->cfg->faults;
	struct relay_table *t = w->relays;
	struct relay_fault *f = fault_of(w, r);

	if (!f->buf && !fault_gather(w, r, is_due))
		return false;
	while (f->off < f->len) {
		uint32_t to = fault_cut(s, f);

		if (worker_now_ms(w) < f->next_ms) {
			wheel_arm(&t->wheel, &r->timer, f->next_ms);
			return false;
		}
		if (!fault_send(w, r, to))
			return false;
		f->next_ms = worker_now_ms(w) + s->arg[FAULT_GAP];
		if (!fault_is_on(s, FAULT_GAP))
			f->next_ms += fault_names[FAULT_GAP].arg;
	}
	if (f->hdr_len)
		relay_told(w, r);
	free(f->buf);
	f->buf = NULL;
	return true;
}

/* Does a header stand before the chunk that comes now? */
static bool fault_wants_header(const struct fault_set *s, const struct relay *r,
			       enum side from, uint64_t seen)
{
	if (!meta_is_payload(r->fwd->rule->mode))
		return fault_is_on(s, FAULT_UNASKED) && from == CLIENT && !seen;
	if (from == CLIENT)
		return fault_is_on(s, FAULT_EVERY_SEGMENT);
	return fault_is_on(s, FAULT_HEADER_TO_CLIENT) && !seen;
}

enum move_status relay_fault_move(struct worker *w, struct relay *r,
				  enum side from, struct move *m)
{
	const struct fault_set *s = &w->cfg->faults;
	struct relay_table *t = w->relays;
	struct relay_fault *f = fault_of(w, r);
	struct fault_flow flow = fault_flow_of(w, r);
	uint8_t *data = t->env.scratch + FAULT_HEADER_MAX;
	size_t hdr_len = 0, len;
	ssize_t n;

	/* what is owed goes the usual way */
	if (owed_any(m->owed) || !m->may_read) {
		m->may_read = false;
		return t->mover->move(&t->env, m);
	}
	n = recv(m->from, data, FAULT_CHUNK_BYTES, 0);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? MOVE_DRAINED
							 : MOVE_READ_ERROR;
	if (!n)
		return MOVE_EOF;
	m->moved = (uint64_t)n;
	len = fault_spoil(s, from, f->seen[from], data, (size_t)n);
	if (fault_wants_header(s, r, from, f->seen[from])) {
		hdr_len = fault_header(s, &flow, t->env.scratch);
		memmove(data - hdr_len, t->env.scratch, hdr_len);
	}
	f->seen[from] += (uint64_t)n;
	if (mover_send(&t->env, m->to, data - hdr_len, hdr_len + len,
		       &m->owed->stash))
		return MOVE_WRITE_ERROR;
	return m->owed->stash ? MOVE_BLOCKED : MOVE_MORE;
}

bool relay_fault_eof(struct worker *w, struct relay *r, enum side from)
{
	const struct fault_set *s = &w->cfg->faults;
	enum close_reason reason = from == CLIENT ? CLOSE_CLIENT_EOF
						  : CLOSE_ORIGIN_EOF;
	bool is_rst = fault_is_on(s, FAULT_FIN_AS_RST);

	if (owed_any(&r->leg[!from].owed))
		return true;
	if (is_rst || fault_is_on(s, FAULT_NO_HALF_CLOSE)) {
		relay_end(w, r, reason, !is_rst);
		return false;
	}
	if (!fault_is_on(s, FAULT_EAT_FIN))
		return true;
	if (r->leg[!from].flags & LEG_EOF)
		relay_end(w, r, reason, true);
	return false;
}

bool relay_fault_refused(struct worker *w, struct relay *r)
{
	if (!fault_is_on(&w->cfg->faults, FAULT_HANG_REFUSED) ||
	    r->leg[CLIENT].flags & LEG_ERR)
		return false;
	wheel_arm(&w->relays->wheel, &r->timer,
		  worker_now_ms(w) + FAULT_HANG_MS);
	return true;
}
