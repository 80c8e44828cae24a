/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_end.c - see proxy_end.h */
#include "proxy_end.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/sock.h"
#include "wire/wire.h"

#define END_CHUNK 65536
#define ENDS_MAX  512

/* The byte of the pattern at @at: no short period, no run of equal ones. */
static uint8_t bulk_byte(uint64_t at)
{
	return (uint8_t)(at * 131 + (at >> 8) * 29 + (at >> 16) * 7);
}

int end_init(struct end *e, int fd)
{
	*e = (struct end) { .fd = fd, .bulk_bad = UINT64_MAX };
	e->rx = malloc(END_RX_MAX);
	if (!e->rx) {
		fd_close(&e->fd);
		return -ENOMEM;
	}
	(void)sock_set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	return 0;
}

void end_fini(struct end *e)
{
	fd_close(&e->fd);
	free(e->rx);
	e->rx = NULL;
}

bool end_send(struct end *e, const void *data, size_t len)
{
	return e->fd >= 0 &&
	       send(e->fd, data, len, MSG_NOSIGNAL) == (ssize_t)len;
}

void end_half(struct end *e)
{
	if (e->fd >= 0)
		(void)shutdown(e->fd, SHUT_WR);
}

void end_reset(struct end *e)
{
	sock_reset(&e->fd);
}

void end_bulk(struct end *e, uint64_t bytes)
{
	e->is_bulk = true;
	e->bulk_tx_end = bytes;
}

static void end_compare(struct end *e, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] != bulk_byte(e->bulk_rx + i) &&
		    e->bulk_bad == UINT64_MAX)
			e->bulk_bad = e->bulk_rx + i;
	e->bulk_rx += n;
}

static void end_read(struct end *e)
{
	uint8_t waste[END_CHUNK];
	bool is_kept = !e->is_bulk && e->rx_len < END_RX_MAX;
	uint8_t *to = is_kept ? e->rx + e->rx_len : waste;
	size_t room = is_kept ? END_RX_MAX - e->rx_len : sizeof(waste);
	ssize_t n = recv(e->fd, to, room, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		e->is_reset = true;
		return;
	}
	if (!n) {
		e->is_eof = true;
		return;
	}
	if (!e->n_reads++) {
		e->first = (size_t)n;
		e->first_ms = clock_ms();
	}
	if (is_kept)
		e->rx_len += (size_t)n;
	else if (e->is_bulk)
		end_compare(e, waste, (size_t)n);
}

static void end_write(struct end *e)
{
	uint8_t data[END_CHUNK];
	uint64_t left = e->bulk_tx_end - e->bulk_tx;
	size_t len = left < sizeof(data) ? (size_t)left : sizeof(data), i;
	ssize_t n;

	for (i = 0; i < len; i++)
		data[i] = bulk_byte(e->bulk_tx + i);
	n = send(e->fd, data, len, MSG_NOSIGNAL);
	if (n > 0)
		e->bulk_tx += (uint64_t)n;
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		e->is_reset = true;
}

static short end_events(const struct end *e)
{
	short events = 0;

	if (e->fd < 0 || e->is_reset)
		return 0;
	if (!e->is_eof)
		events |= POLLIN;
	if (e->bulk_tx < e->bulk_tx_end)
		events |= POLLOUT;
	return events;
}

/* Wait once, at most @wait_ms, and move what can move. */
static void end_poll(struct end *const *ends, size_t n, int wait_ms)
{
	struct pollfd pfd[ENDS_MAX];
	size_t i;

	for (i = 0; i < n; i++)
		pfd[i] = (struct pollfd) {
			.fd = end_events(ends[i]) ? ends[i]->fd : -1,
			.events = end_events(ends[i]),
		};
	if (poll(pfd, n, wait_ms) <= 0)
		return;
	for (i = 0; i < n; i++) {
		if (pfd[i].revents & (POLLIN | POLLERR | POLLHUP))
			end_read(ends[i]);
		if (pfd[i].revents & POLLOUT && !ends[i]->is_reset)
			end_write(ends[i]);
	}
}

bool end_run(struct end *const *ends, size_t n, uint64_t timeout_ms,
	     end_cond *cond, void *ctx)
{
	uint64_t end_ms = clock_ms() + timeout_ms, now;

	ASSERT(n <= ENDS_MAX);
	for (;;) {
		if (cond && cond(ctx))
			return true;
		now = clock_ms();
		if (now >= end_ms)
			return false;
		end_poll(ends, n, (int)(end_ms - now));
	}
}

struct rx_wait {
	const struct end *end;
	size_t len;
};

static bool has_rx(void *ctx)
{
	const struct rx_wait *w = ctx;

	return w->end->rx_len >= w->len || w->end->is_eof || w->end->is_reset;
}

bool end_run_rx(struct end *e, size_t len, uint64_t timeout_ms)
{
	struct rx_wait w = { e, len };

	(void)end_run(&e, 1, timeout_ms, has_rx, &w);
	return e->rx_len >= len;
}

static bool is_over(void *ctx)
{
	const struct end *e = ctx;

	return e->is_eof || e->is_reset;
}

bool end_run_over(struct end *e, uint64_t timeout_ms)
{
	return end_run(&e, 1, timeout_ms, is_over, e);
}

int end_accept(int listen_fd, uint64_t timeout_ms, struct endpoint *ret_peer)
{
	struct pollfd p = { .fd = listen_fd, .events = POLLIN };
	uint64_t end_ms = clock_ms() + timeout_ms, now;

	while ((now = clock_ms()) < end_ms) {
		struct sockaddr_storage ss = { 0 };
		socklen_t len = sizeof(ss);
		int fd;

		if (poll(&p, 1, (int)(end_ms - now)) <= 0)
			continue;
		fd = accept4(listen_fd, (struct sockaddr *)&ss, &len,
			     SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			continue;
		*ret_peer = endpoint_from_sockaddr(&ss);
		return fd;
	}
	return -1;
}
