/* SPDX-License-Identifier: BSD-2-Clause */
/* record.h - the log: NDJSON, or the lines of the product document's samples.
 *
 *   json    a line when a connection or session ends, or is refused
 *   nginx   likewise: $proxy_protocol_addr - $remote_addr [$time_local]
 *	     $protocol $bytes_sent $bytes_received $session_time
 *   python  a line a request of --reply http
 *   c, java a line (c: two for a v4-mapped client) as soon as it is known
 */
#ifndef ORIGIN_RECORD_H
#define ORIGIN_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/linefile.h"
#include "ident.h"

/* Refusals cost an attacker nothing; they may not fill the disk. */
#define RECORD_REFUSED_PER_S 1000

enum record_reason {
	REASON_CLOSED,	 /* both sides ended it in order */
	REASON_RESET,	 /* the peer aborted it */
	REASON_REFUSED,	 /* its header, see the anomaly */
	REASON_IDLE,	 /* nothing for the idle time; a session's end */
	REASON_REPLACED, /* UDP: a header named another client */
	REASON_SHUTDOWN, /* we stop */
	REASON_ERROR,	 /* ours: no memory, a failing socket */
};

/* @in, @out: payload bytes
 * @dgrams_in, @dgrams_out: UDP only
 */
struct record_end {
	enum record_reason reason;
	uint64_t start_wall_ms;
	uint64_t duration_ms;
	uint64_t in;
	uint64_t out;
	uint64_t dgrams_in;
	uint64_t dgrams_out;
};

/* @is_open: without --log nothing is written */
struct record {
	struct linefile file;
	bool is_open;
	int format; /* enum config_log_format */
	uint64_t refused_s;
	uint32_t refused_n;
	uint64_t *suppressed;
};

/* record_open() - @path NULL: no log. @suppressed: counter of refusals that
 * went unlogged; borrowed.
 * Return: 0 or -errno
 */
int record_open(struct record *r, const char *path, int format,
		uint64_t *suppressed);

/* record_close() - Return: lines lost */
uint64_t record_close(struct record *r);

/* record_flush(), record_reopen() - see linefile.h */
bool record_flush(struct record *r);
int record_reopen(struct record *r);

/* record_listening() - java: says that it listens */
void record_listening(struct record *r, uint16_t port);

/* record_identified() - @id is decided.
 * @is_v4_socket: accepted by an AF_INET socket
 */
void record_identified(struct record *r, const struct ident *id,
		       bool is_v4_socket);

/* record_request() - python: an HTTP request line, without CR LF */
void record_request(struct record *r, const struct ident *id,
		    const char *request, size_t len);

/* record_end() - a connection or session is over */
void record_end(struct record *r, const struct ident *id,
		const struct record_end *end);

/* The formats, for tests. Each returns the bytes written to @buf, which the
 * line feed ends, or 0 if it would not fit.
 */
size_t record_format_json(const struct ident *id, const struct record_end *end,
			  char *buf, size_t cap);
size_t record_format_nginx(const struct ident *id, const struct record_end *end,
			   uint64_t now_wall_ms, char *buf, size_t cap);
size_t record_format_python(const struct ident *id, uint64_t now_wall_ms,
			    const char *request, size_t len, char *buf,
			    size_t cap);
size_t record_format_c(const struct ident *id, bool is_v4_socket, char *buf,
		       size_t cap);
size_t record_format_java(const struct ident *id, char *buf, size_t cap);

#endif
