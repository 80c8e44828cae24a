/* SPDX-License-Identifier: BSD-2-Clause */
/* probe.h - a first exchange in the origin's own protocol, to see that it
 * serves
 */
#ifndef CONFORM_PROBE_H
#define CONFORM_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROBE_REQUEST_MAX 1024
#define PROBE_ANSWER_MAX  64
#define PROBE_ERR_MAX	  128
#define PROBE_SPP_BYTES	  38

enum probe_type {
	PROBE_ECHO,  /* a token that comes back, a whoami line before it */
	PROBE_HTTP,  /* GET */
	PROBE_TLS,   /* a handshake; certificates are not checked */
	PROBE_SMTP,  /* the origin greets first; NOOP then */
	PROBE_SSH,   /* the same; the key exchange begins then */
	PROBE_DNS,   /* a query for the root's name servers */
	PROBE_REDIS, /* PING */
	PROBE_RAW,   /* any answer will do, or one that is told */
};

/* @path:     PROBE_HTTP
 * @is_spp:   answers begin with the 38 bytes of SPP that were sent
 * @is_whole: wait for the whole answer: an oracle will read it
 * @raw:      PROBE_RAW; @answer: what its answer begins with, or nothing
 */
struct probe {
	enum probe_type type;
	bool is_udp;
	bool is_spp;
	bool is_whole;
	char path[256];
	char host[64];
	size_t raw_len;
	uint8_t raw[PROBE_REQUEST_MAX];
	size_t answer_len;
	uint8_t answer[PROBE_ANSWER_MAX];
};

enum probe_verdict {
	PROBE_MORE,    /* not enough yet */
	PROBE_SERVED,  /* as the protocol wants it */
	PROBE_LEAK,    /* served, and header bytes were in the payload */
	PROBE_GARBLED, /* an answer of another kind: it read what it should not
			* have, or is no such origin */
	PROBE_REFUSED, /* an answer that says no in the protocol's words */
};

/* The header before an answer over UDP, of which the verdict says nothing. */
enum probe_reply {
	PROBE_REPLY_RIGHT,
	PROBE_REPLY_BARE,   /* SPP: it is missing */
	PROBE_REPLY_OTHER,  /* SPP: it is not the one that was sent */
	PROBE_REPLY_HEADER, /* there is one, and none belongs there */
};

/* One exchange.
 * @tls:      opaque, PROBE_TLS
 * @spp:      the header that was sent last, if @has_spp
 * @reply:    valid with PROBE_SERVED
 * @bad_at:   PROBE_REPLY_OTHER: the first byte that differs, from 0
 */
struct probe_run {
	const struct probe *probe;
	uint32_t token;
	size_t request_len;
	uint8_t request[PROBE_REQUEST_MAX];
	size_t fed;
	struct probe_tls *tls;
	bool has_asked;
	bool has_spp;
	uint8_t spp[PROBE_SPP_BYTES];
	enum probe_reply reply;
	size_t bad_at;
};

/* probe_parse() - "echo", "http", "http:/path", "dns", "raw:HEX", ... */
bool probe_parse(const char *text, struct probe *ret, char err[PROBE_ERR_MAX]);
const char *probe_name(enum probe_type t);

/* probe_has_header() - is a header of any kind in what the origin gave back? */
bool probe_has_header(const uint8_t *rx, size_t len);

/* probe_is_server_first() - must the origin speak before the client? */
bool probe_is_server_first(const struct probe *p);

/* probe_begin() - fill @r->request, empty if the origin speaks first.
 * @token: different for each exchange
 * Return: 0 or -errno
 */
int probe_begin(struct probe_run *r, const struct probe *p, uint32_t token);
void probe_end(struct probe_run *r);

/* probe_sent() - remember the SPP header of a datagram that goes out, if it
 * has one: the answer has to begin with it, byte for byte
 */
void probe_sent(struct probe_run *r, const uint8_t *dgram, size_t len);

/* probe_judge() - @rx: all that came so far. @is_end: nothing will follow.
 * What is to be sent next is put into @r->request, with its length, else 0.
 * An answer that is right but for the header before it is PROBE_SERVED, and
 * @r->reply tells.
 */
enum probe_verdict probe_judge(struct probe_run *r, const uint8_t *rx,
			       size_t len, bool is_end);

/* probe_reply_text() - what is wrong with @r->reply, for people. Returns @out,
 * empty for PROBE_REPLY_RIGHT.
 */
char *probe_reply_text(const struct probe_run *r, char *out, size_t cap);

/* TLS, in probe_tls.c: a client handshake in memory */
int probe_tls_begin(struct probe_run *r);
void probe_tls_end(struct probe_run *r);
enum probe_verdict probe_tls_judge(struct probe_run *r, const uint8_t *rx,
				   size_t len);

/* SMTP and SSH, in probe_greet.c */
enum probe_verdict probe_greet_judge(struct probe_run *r, const uint8_t *rx,
				     size_t len);

#endif
