/* SPDX-License-Identifier: BSD-2-Clause */
/* trial.c - see trial.h */
#include "trial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/sock.h"

#define ORACLE_SETTLE_MS 100
#define TRIES_MAX	 3 /* of a datagram that may have been lost */

int trial_init(struct trial *t, const struct engine_config *cfg,
	       struct loop *loop, uint32_t slot)
{
	*t = (struct trial) {
		.cfg = cfg, .loop = loop, .slot = slot, .fd = -1
	};
	t->out = malloc(sizeof(*t->out));
	t->rx = malloc(TRIAL_RX_MAX);
	return t->out && t->rx ? 0 : -ENOMEM;
}

void trial_fini(struct trial *t)
{
	trial_free(t);
	free(t->out);
	free(t->rx);
}

static void trial_close(struct trial *t)
{
	if (t->fd >= 0)
		fd_close(&t->fd);
}

void trial_free(struct trial *t)
{
	size_t i;

	trial_close(t);
	for (i = 0; i < t->n_crowd; i++)
		fd_close(&t->crowd[i]);
	free(t->crowd);
	t->crowd = NULL;
	t->n_crowd = 0;
	probe_end(&t->probe);
	t->probe = (struct probe_run) { 0 };
	t->gen++;
	t->state = TRIAL_FREE;
}

static void trial_wait(struct trial *t, enum trial_state state, uint64_t ms)
{
	t->state = state;
	t->due_ms = clock_ms() + ms;
}

static void trial_done(struct trial *t, enum outcome o)
{
	bool needs = (t->def->flags & CASE_F_IDENTITY) != 0;

	t->outcome = o;
	t->status = case_judge(t->expected, o, t->identity.kind, needs);
	t->state = TRIAL_DONE;
}

static void trial_broken(struct trial *t, const char *why)
{
	(void)snprintf(t->note, sizeof(t->note), "%s", why);
	trial_done(t, OUTCOME_BROKEN);
}

/* ---- connecting ---- */

static void trial_connect(struct trial *t, uint16_t port)
{
	struct endpoint from = { 0 };
	int err;

	from.addr = t->is_untrusted ? t->cfg->untrusted : t->cfg->source;
	from.port = port;
	if (port && from.addr.family == IP_NONE)
		from.addr = t->self.addr;
	err = sock_open_to(&t->cfg->target, &from, t->is_udp ? SOCK_F_UDP : 0,
			   &t->fd);
	if (!err)
		err = sock_start(t->fd, &t->cfg->target);
	if (!err && !t->is_udp)
		(void)sock_set_int(t->fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (!err)
		err = loop_add(t->loop, t->fd, EPOLLIN | EPOLLOUT | EPOLLET,
			       TRIAL_TYPE, t->slot, t->gen);
	if (err) {
		(void)snprintf(t->note, sizeof(t->note), "%s", strerror(-err));
		trial_done(t, OUTCOME_UNREACHABLE);
		return;
	}
	t->rx_len = 0;
	t->is_eof = t->is_reset = false;
	trial_wait(t, TRIAL_CONNECT, t->cfg->timeout_ms);
}

static void trial_connected(struct trial *t)
{
	int err = sock_error(t->fd);

	if (err) {
		(void)snprintf(t->note, sizeof(t->note), "%s", strerror(-err));
		trial_done(t, OUTCOME_UNREACHABLE);
		return;
	}
	(void)sock_local(t->fd, &t->self);
	t->open_ms = clock_ms();
	t->state = TRIAL_STEP;
}

/* ---- bytes ---- */

static void trial_read(struct trial *t)
{
	while (t->fd >= 0 && !t->is_eof && !t->is_reset) {
		uint8_t waste[4096];
		bool is_full = t->rx_len == TRIAL_RX_MAX;
		ssize_t n = recv(
			t->fd, is_full ? waste : t->rx + t->rx_len,
			is_full ? sizeof(waste) : TRIAL_RX_MAX - t->rx_len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n > 0) {
			t->rx_len += is_full ? 0 : (size_t)n;
			continue;
		}
		if (n == 0 && t->is_udp)
			continue;
		t->is_eof = n == 0;
		t->is_reset = n < 0;
		t->close_ms = clock_ms() - t->open_ms;
	}
}

/* trial_write() - the piece up to @out_stop, then pause or go on */
static void trial_write(struct trial *t)
{
	while (t->out_at < t->out_stop) {
		ssize_t n = send(t->fd, t->out->bytes + t->out_at,
				 t->out_stop - t->out_at, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			if (t->state != TRIAL_WRITE)
				trial_wait(t, TRIAL_WRITE, t->cfg->timeout_ms);
			return;
		}
		if (n < 0) {
			/* the peer is gone: the expectation will tell */
			trial_read(t);
			if (!t->is_eof && !t->is_reset) {
				t->is_reset = true;
				t->close_ms = clock_ms() - t->open_ms;
			}
			t->out_at = t->out_stop = t->out->len;
			break;
		}
		t->out_at += (size_t)n;
	}
	if (t->out_at == t->out->len) {
		t->state = TRIAL_STEP;
		return;
	}
	if (t->script.steps[t->step - 1].verb == STEP_DRIP) {
		t->out_stop = t->out_at + 1;
		trial_wait(t, TRIAL_PAUSE, t->cfg->drip_ms);
	} else {
		t->out_stop = t->out->len;
		trial_wait(t, TRIAL_PAUSE, t->cfg->gap_ms);
	}
}

static bool trial_build(struct trial *t, const struct step *st)
{
	struct build_env env = { .claim = &t->claim, .sweep = t->sweep };
	char err[BUILD_ERR_MAX];

	if (!t->probe.probe) {
		t->tries++;
		if (probe_begin(&t->probe, t->cfg->probe,
				((uint32_t)t->claim.sport << 16) + t->gen * 16 +
					t->tries)) {
			trial_broken(t, "no memory for the probe");
			return false;
		}
	}
	env.probe = t->probe.request;
	env.probe_len = t->probe.request_len;
	t->out->len = t->out->hdr_len = 0;
	if (build_items(t->out, st->items, st->items_len, &env, err)) {
		probe_sent(&t->probe, t->out->bytes, t->out->len);
		return true;
	}
	trial_broken(t, err);
	return false;
}

static void trial_send(struct trial *t, const struct step *st)
{
	if (!trial_build(t, st))
		return;
	t->out_at = 0;
	t->out_stop = t->out->len;
	if (st->verb == STEP_DRIP)
		t->out_stop = 1;
	else if (st->verb == STEP_SPLIT && st->n < t->out->len)
		t->out_stop = st->n;
	if (t->is_udp && !t->out->len) {
		(void)send(t->fd, "", 0, MSG_NOSIGNAL);
		return;
	}
	trial_write(t);
}

/* ---- the crowd ---- */

/* Connections that say something and then nothing. They are not waited for:
 * a blocking step would hold the loop, so each is connected, and says its
 * bytes as soon as the kernel has it.
 */
static void trial_crowd(struct trial *t, const struct step *st)
{
	struct endpoint from = { .addr = t->cfg->source };
	size_t want = st->n < t->cfg->crowd_max ? st->n : t->cfg->crowd_max;

	if (!trial_build(t, st))
		return;
	t->crowd = calloc(want ? want : 1, sizeof(*t->crowd));
	if (!t->crowd) {
		trial_broken(t, "no memory for the crowd");
		return;
	}
	while (t->n_crowd < want) {
		int fd = -1;

		if (sock_open_to(&t->cfg->target, &from, 0, &fd))
			break;
		/* the bytes go with the third segment of the handshake, or
		 * right after it
		 */
		(void)sock_start(fd, &t->cfg->target);
		t->crowd[t->n_crowd++] = fd;
	}
	(void)snprintf(t->note, sizeof(t->note), "%zu half-open connections",
		       t->n_crowd);
	trial_wait(t, TRIAL_PAUSE, t->cfg->gap_ms * 3);
}

/* after the pause that lets them connect */
static void trial_crowd_speak(struct trial *t)
{
	size_t i;

	for (i = 0; i < t->n_crowd; i++)
		(void)send(t->crowd[i], t->out->bytes, t->out->len,
			   MSG_NOSIGNAL);
}

/* ---- steps ---- */

static void trial_fresh(struct trial *t)
{
	uint16_t port = t->self.port;

	trial_close(t);
	t->gen++;
	trial_connect(t, t->is_udp ? port : 0);
}

static void trial_untrusted(struct trial *t)
{
	trial_close(t);
	t->gen++;
	t->is_untrusted = true;
	if (!t->step)
		t->step++;
	trial_connect(t, 0);
}

static void trial_expect(struct trial *t, const struct step *st)
{
	t->expected = st->words;
	trial_wait(t, TRIAL_EXPECT,
		   st->words & EXPECT_PATIENCE ? t->cfg->wait_ms
					       : t->cfg->timeout_ms);
}

/* trial_step() - begin the next step, which may be over at once */
static void trial_step(struct trial *t)
{
	const struct step *st;

	if (t->step == t->script.n) {
		trial_done(t, t->outcome);
		return;
	}
	st = &t->script.steps[t->step++];
	switch (st->verb) {
	case STEP_SEND:
	case STEP_SPLIT:
	case STEP_DRIP:
		trial_send(t, st);
		break;
	case STEP_GAP:
		trial_wait(t, TRIAL_PAUSE, st->n);
		break;
	case STEP_HUSH:
		t->is_hushed = true;
		trial_wait(t, TRIAL_PAUSE, st->n);
		break;
	case STEP_HALF:
		(void)shutdown(t->fd, SHUT_WR);
		break;
	case STEP_RESET:
		sock_reset(&t->fd);
		t->outcome = OUTCOME_NONE;
		break;
	case STEP_CROWD:
		trial_crowd(t, st);
		break;
	case STEP_FRESH:
		trial_fresh(t);
		break;
	case STEP_UNTRUSTED:
		trial_untrusted(t);
		break;
	case STEP_EXPECT:
		trial_expect(t, st);
		break;
	}
}

/* ---- expectations ---- */

static void trial_ask(struct trial *t, bool *ret_may_come)
{
	const struct oracle_question q = { .claim = &t->claim,
					   .self = &t->self,
					   .reply = t->rx,
					   .reply_len = t->rx_len };

	*ret_may_come = oracle_ask(t->cfg->oracle, &q, &t->identity);
}

/* trial_settled() - the exchange ended with @o: whom did the origin believe? */
static void trial_settled(struct trial *t, enum outcome o)
{
	bool is_last = t->step == t->script.n;
	bool may_come = false;

	t->outcome = o;
	t->identity = (struct identity) { 0 };
	if (o == OUTCOME_SERVED || o == OUTCOME_LEAK) {
		if (!oracle_is_late(t->cfg->oracle)) {
			trial_ask(t, &may_come);
		} else if (is_last &&
			   t->expected &
				   (EXPECT_CLIENT | EXPECT_REAL | EXPECT_ANY)) {
			trial_close(t);
			trial_wait(t, TRIAL_ORACLE, t->cfg->oracle_ms);
			return;
		}
	}
	trial_done(t, o);
	if (t->status != STATUS_PASS || is_last)
		return;
	/* the next expectation is about the next answer */
	probe_end(&t->probe);
	t->probe = (struct probe_run) { 0 };
	t->rx_len = 0;
	t->state = TRIAL_STEP;
}

/* A datagram may be lost: the whole script once more, as somebody else. */
static bool trial_again(struct trial *t)
{
	const unsigned served = EXPECT_CLIENT | EXPECT_REAL | EXPECT_SERVED |
				EXPECT_EXACT;

	if (!t->is_udp || t->tries >= TRIES_MAX || !(t->expected & served) ||
	    t->expected & (EXPECT_REFUSED | EXPECT_ANY))
		return false;
	trial_close(t);
	t->gen++;
	t->step = 0;
	probe_end(&t->probe);
	t->probe = (struct probe_run) { 0 };
	t->claim.sport = (uint16_t)(t->claim.sport + 1);
	trial_connect(t, 0);
	return true;
}

static void trial_more(struct trial *t)
{
	if (!t->probe.request_len || t->fd < 0)
		return;
	/* a few hundred bytes of a handshake: the socket has room for them */
	(void)send(t->fd, t->probe.request, t->probe.request_len, MSG_NOSIGNAL);
	t->probe.request_len = 0;
}

/* trial_header() - served: is the header of the answer part of the case? */
static enum outcome trial_header(struct trial *t)
{
	if (!(t->expected & EXPECT_EXACT) ||
	    t->probe.reply == PROBE_REPLY_RIGHT)
		return OUTCOME_SERVED;
	(void)probe_reply_text(&t->probe, t->note, sizeof(t->note));
	return OUTCOME_HEADER;
}

static void trial_look(struct trial *t, bool is_due)
{
	static const enum outcome outcomes[] = {
		[PROBE_MORE] = OUTCOME_NONE,
		[PROBE_SERVED] = OUTCOME_SERVED,
		[PROBE_LEAK] = OUTCOME_LEAK,
		[PROBE_GARBLED] = OUTCOME_GARBLED,
		[PROBE_REFUSED] = OUTCOME_REFUSED,
	};
	bool is_end = t->is_eof || t->is_reset;
	enum probe_verdict v;

	if (!t->probe.probe &&
	    probe_begin(&t->probe, t->cfg->probe, t->claim.sport)) {
		trial_broken(t, "no memory for the probe");
		return;
	}
	v = probe_judge(&t->probe, t->rx, t->rx_len, is_end || is_due);
	trial_more(t);
	if (v == PROBE_SERVED)
		trial_settled(t, trial_header(t));
	else if (v != PROBE_MORE)
		trial_settled(t, outcomes[v]);
	else if (is_end && t->rx_len)
		trial_settled(t, OUTCOME_GARBLED);
	else if (is_end)
		trial_settled(t, t->is_eof ? OUTCOME_CLOSED : OUTCOME_RESET);
	else if (is_due && !trial_again(t)) {
		t->close_ms = clock_ms() - t->open_ms;
		trial_settled(t, t->rx_len ? OUTCOME_GARBLED : OUTCOME_SILENT);
	}
}

/* ---- events ---- */

static void trial_pause_over(struct trial *t)
{
	const struct step *st = &t->script.steps[t->step - 1];

	t->is_hushed = false;
	if (st->verb == STEP_CROWD)
		trial_crowd_speak(t);
	if (st->verb == STEP_SPLIT || st->verb == STEP_DRIP)
		trial_write(t);
	else
		t->state = TRIAL_STEP;
}

static void trial_oracle(struct trial *t, bool is_due)
{
	bool may_come;

	trial_ask(t, &may_come);
	/* Who was named may be an earlier trial's: a little longer; a stranger
	 * is, more often than not: all the time there is.
	 */
	if (may_come && t->identity.kind != IDENTITY_UNKNOWN &&
	    t->identity.kind != IDENTITY_OTHER && !t->settle_ms)
		t->settle_ms = clock_ms() + ORACLE_SETTLE_MS;
	if (t->settle_ms && clock_ms() >= t->settle_ms)
		is_due = true;
	if (!may_come || is_due)
		trial_done(t, t->outcome);
}

/* a word where there had to be none: a greeting, or "421 go away", which is
 * what a refusal looks like in that protocol
 */
static enum outcome trial_word(const struct trial *t)
{
	bool is_no = t->rx[0] == '4' || t->rx[0] == '5';

	return t->cfg->probe->type == PROBE_SMTP && is_no ? OUTCOME_REFUSED
							  : OUTCOME_GREETED;
}

static void trial_go(struct trial *t, uint32_t events, bool is_due)
{
	switch (t->state) {
	case TRIAL_CONNECT:
		if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP) || t->is_udp)
			trial_connected(t);
		else if (is_due)
			trial_done(t, OUTCOME_UNREACHABLE);
		break;
	case TRIAL_WRITE:
		if (events & EPOLLOUT || t->is_eof || t->is_reset)
			trial_write(t);
		else if (is_due)
			trial_broken(t, "the origin reads nothing");
		break;
	case TRIAL_PAUSE:
		if (t->is_hushed && t->rx_len)
			trial_done(t, trial_word(t));
		else if (is_due)
			trial_pause_over(t);
		break;
	case TRIAL_EXPECT:
		trial_look(t, is_due);
		break;
	case TRIAL_ORACLE:
		trial_oracle(t, is_due);
		break;
	case TRIAL_FREE:
	case TRIAL_STEP:
	case TRIAL_DONE:
		break;
	}
}

void trial_event(struct trial *t, uint32_t events)
{
	enum trial_state before;

	if (t->state == TRIAL_FREE || t->state == TRIAL_DONE)
		return;
	if (t->state != TRIAL_CONNECT)
		trial_read(t);
	trial_go(t, events, clock_ms() >= t->due_ms);
	/* what a step leaves undone is told by an event or by time */
	do {
		before = t->state;
		if (t->state == TRIAL_STEP)
			trial_step(t);
		if (t->state == TRIAL_EXPECT && before == TRIAL_STEP)
			trial_look(t, false);
	} while (t->state == TRIAL_STEP);
}

void trial_begin(struct trial *t, const struct case_def *def, uint32_t sweep,
		 uint32_t serial)
{
	char err[SCRIPT_ERR_MAX];

	t->def = def;
	t->sweep = sweep;
	t->claim = claim_nth(serial);
	t->is_slow = (def->flags & CASE_F_SLOW) != 0;
	t->is_udp = (def->flags & CASE_F_UDP) != 0;
	t->is_untrusted = false;
	t->tries = 0;
	t->step = 0;
	t->expected = EXPECT_ANY;
	t->outcome = OUTCOME_NONE;
	t->identity = (struct identity) { 0 };
	t->note[0] = '\0';
	t->close_ms = 0;
	t->settle_ms = 0;
	t->is_hushed = false;
	t->begin_ms = t->open_ms = clock_ms();
	if (!script_parse(def->script, sweep, &t->script, err))
		trial_broken(t, err);
	else if (oracle_mark(t->cfg->oracle))
		trial_broken(t, "the oracle cannot be read");
	else if (t->script.steps[0].verb == STEP_UNTRUSTED)
		trial_untrusted(t);
	else
		trial_connect(t, 0);
}

size_t trial_header_len(const struct case_def *def)
{
	struct build *b = calloc(1, sizeof(*b));
	const struct claim claim = claim_nth(0);
	const struct build_env env = { .claim = &claim, .probe_len = 0 };
	struct script s;
	char err[BUILD_ERR_MAX];
	size_t len = 0, i;

	if (b && script_parse(def->script, 0, &s, err)) {
		for (i = 0; i < s.n && !b->hdr_len; i++)
			if (s.steps[i].items_len)
				(void)build_items(b, s.steps[i].items,
						  s.steps[i].items_len, &env,
						  err);
		len = b->hdr_len;
	}
	free(b);
	return len;
}
