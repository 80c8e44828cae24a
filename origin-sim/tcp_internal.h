/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp_internal.h - a connection of tp-origin, and what its three files share:
 * tcp.c (the table, events, timers), tcp_header.c (state HEADER), tcp_serve.c
 * (SERVE and LINGER). The theory stands in tcp.c.
 */
#ifndef ORIGIN_TCP_INTERNAL_H
#define ORIGIN_TCP_INTERNAL_H

#include "fault.h"
#include "http.h"
#include "tcp.h"

#define TCP_READ_BATCH 4
#define TCP_IO_BYTES   16384
/* Written at once by --reply source. */
#define TCP_SOURCE_BYTES 262144

enum conn_state {
	CONN_FREE,
	CONN_HEADER,
	CONN_SERVE,
	CONN_LINGER,
};

/* @next_free:	CONN_FREE only
 * @events:	what epoll watches for
 * @buf:	HEADER: bytes so far; SERVE: bytes to be sent from @buf_off on;
 *		owned, NULL if empty
 * @query:	HEADER in mode toa
 * @since_ms:	of the state's deadline: accept(), the last byte, our FIN
 */
struct conn {
	struct wheel_node timer;
	int fd;
	uint32_t gen;
	uint32_t next_free;
	uint32_t events;
	enum conn_state state;
	bool is_v4_socket;
	bool got_fin;
	bool is_answered;
	struct ident id;
	struct toa_query query;
	uint8_t *buf;
	uint32_t buf_len;
	uint32_t buf_off;
	struct http_req *http;
	uint64_t start_ms;
	uint64_t start_wall_ms;
	uint64_t since_ms;
	uint64_t in;
	uint64_t out;
};

static inline bool conn_is_toa(const struct tcp *t)
{
	return t->cfg->policy.mode == MODE_TOA;
}

static inline bool conn_is_source(const struct tcp *t, const struct conn *c)
{
	return t->source && c->state == CONN_SERVE;
}

/* Functions that may end the connection say so; @c is nobody's then. */

/* conn_close() - end it. @is_abort: with RST instead of FIN */
void conn_close(struct tcp *t, struct conn *c, enum record_reason reason,
		bool is_abort);

/* conn_watch() - watch for what the connection can do next.
 * Return: false if it was closed
 */
bool conn_watch(struct tcp *t, struct conn *c);

/* conn_set_timer() - as the state's deadline wants it */
void conn_set_timer(struct tcp *t, struct conn *c);

/* conn_keep() - @len bytes after those that wait already.
 * Return: false: no memory, nothing was kept
 */
bool conn_keep(struct conn *c, const uint8_t *data, size_t len);

/* conn_drop_buf() - what waits, or was collected */
void conn_drop_buf(struct conn *c);

/* conn_decide() - HEADER: decide about the first @len bytes of @buf, which may
 * be the connection's own. May close it
 */
void conn_decide(struct tcp *t, struct conn *c, const uint8_t *buf, size_t len,
		 enum header_end end);

/* conn_read_header() - HEADER: read once, and decide. May close it */
void conn_read_header(struct tcp *t, struct conn *c);

/* conn_greet() - the client is known: SERVE begins, and we speak, if it is us
 * to speak first. What was collected is dropped.
 * Return: false if it was closed
 */
bool conn_greet(struct tcp *t, struct conn *c);

/* conn_serve() - @len bytes of payload. Return: false if it was closed */
bool conn_serve(struct tcp *t, struct conn *c, const uint8_t *buf, size_t len);

/* conn_settle() - everything was said and taken: what the state ends with.
 * May close it
 */
void conn_settle(struct tcp *t, struct conn *c);

/* conn_read(), conn_write(), conn_pour() - SERVE: read payload; send what
 * waits; send more of what --reply source has to say. May close it
 */
void conn_read(struct tcp *t, struct conn *c);
void conn_write(struct tcp *t, struct conn *c);
void conn_pour(struct tcp *t, struct conn *c);

#endif
