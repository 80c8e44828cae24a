/* SPDX-License-Identifier: BSD-2-Clause */
/* probe.c - see probe.h */
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "wire/wire.h"

#define TOKEN_BYTES (sizeof("tp-conform-00000000\n") - 1)

static const char *const names[] = { "echo", "http", "tls",   "smtp",
				     "ssh",  "dns",  "redis", "raw" };

const char *probe_name(enum probe_type t)
{
	return names[t];
}

/* what to send, and what the answer begins with */
static bool probe_parse_raw(const char *text, struct probe *ret,
			    char err[PROBE_ERR_MAX])
{
	size_t n = strcspn(text, ":");
	const char *answer = text[n] ? text + n + 1 : NULL;
	int len = build_unhex(text, n, ret->raw, sizeof(ret->raw));
	int answer_len = answer ? build_unhex(answer, strlen(answer),
					      ret->answer, sizeof(ret->answer))
				: 0;

	if (len <= 0 || (answer && answer_len <= 0)) {
		(void)snprintf(err, PROBE_ERR_MAX, "raw: wants bytes in hex");
		return false;
	}
	ret->raw_len = (size_t)len;
	ret->answer_len = (size_t)answer_len;
	return true;
}

bool probe_parse(const char *text, struct probe *ret, char err[PROBE_ERR_MAX])
{
	size_t n = strcspn(text, ":"), i;
	const char *arg = text[n] ? text + n + 1 : NULL;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == n && !memcmp(names[i], text, n))
			break;
	if (i == ARRAY_SIZE(names)) {
		(void)snprintf(err, PROBE_ERR_MAX,
			       "must be echo, http[:PATH], tls, smtp, ssh, "
			       "dns, redis or raw:HEX[:HEX]");
		return false;
	}
	ret->type = (enum probe_type)i;
	(void)snprintf(ret->path, sizeof(ret->path), "%s",
		       ret->type == PROBE_HTTP && arg ? arg : "/");
	if (ret->type != PROBE_RAW)
		return true;
	return probe_parse_raw(arg ? arg : "", ret, err);
}

bool probe_is_server_first(const struct probe *p)
{
	return p->type == PROBE_SMTP || p->type == PROBE_SSH;
}

/* a query for ". NS", the length before it over TCP */
static void probe_begin_dns(struct probe_run *r)
{
	const uint8_t query[] = { (uint8_t)(r->token >> 8),
				  (uint8_t)r->token,
				  0x01,
				  0x00,
				  0,
				  1,
				  0,
				  0,
				  0,
				  0,
				  0,
				  0,
				  0,
				  0,
				  2,
				  0,
				  1 };
	size_t at = 0;

	if (!r->probe->is_udp) {
		r->request[0] = 0;
		r->request[1] = sizeof(query);
		at = 2;
	}
	memcpy(r->request + at, query, sizeof(query));
	r->request_len = at + sizeof(query);
}

static void probe_begin_text(struct probe_run *r)
{
	char *out = (char *)r->request;
	int n = 0;

	if (r->probe->type == PROBE_ECHO)
		n = snprintf(out, sizeof(r->request), "tp-conform-%08x\n",
			     r->token);
	else if (r->probe->type == PROBE_HTTP)
		n = snprintf(out, sizeof(r->request),
			     "GET %s HTTP/1.1\r\nHost: %s\r\n"
			     "User-Agent: tp-conform-%08x\r\n"
			     "Connection: close\r\n\r\n",
			     r->probe->path, r->probe->host, r->token);
	else if (r->probe->type == PROBE_REDIS)
		n = snprintf(out, sizeof(r->request), "PING\r\n");
	r->request_len = (size_t)n;
}

int probe_begin(struct probe_run *r, const struct probe *p, uint32_t token)
{
	*r = (struct probe_run) { .probe = p, .token = token };
	switch (p->type) {
	case PROBE_DNS:
		probe_begin_dns(r);
		return 0;
	case PROBE_RAW:
		memcpy(r->request, p->raw, p->raw_len);
		r->request_len = p->raw_len;
		return 0;
	case PROBE_TLS:
		return probe_tls_begin(r);
	case PROBE_ECHO:
	case PROBE_HTTP:
	case PROBE_REDIS:
	case PROBE_SMTP:
	case PROBE_SSH:
		break;
	}
	probe_begin_text(r);
	return 0;
}

void probe_end(struct probe_run *r)
{
	if (r->tls)
		probe_tls_end(r);
}

static const uint8_t v2_sig[12] = { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
				    0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a };

bool probe_has_header(const uint8_t *rx, size_t len)
{
	return memmem(rx, len, v2_sig, sizeof(v2_sig)) ||
	       memmem(rx, len, "PROXY ", 6);
}

static enum probe_verdict judge_echo(const struct probe_run *r,
				     const uint8_t *rx, size_t len)
{
	char token[TOKEN_BYTES + 1];
	const uint8_t *at;

	(void)snprintf(token, sizeof(token), "tp-conform-%08x\n", r->token);
	at = memmem(rx, len, token, TOKEN_BYTES);
	if (!at)
		return PROBE_MORE;
	if (probe_has_header(rx, (size_t)(at - rx)))
		return PROBE_LEAK;
	/* before the token: nothing, or the line that names the client */
	if (at != rx && (rx[0] != '{' || at[-1] != '\n'))
		return PROBE_LEAK;
	return PROBE_SERVED;
}

/* bytes of the body that the head promises, or -1 */
static long http_length(const char *head)
{
	const char *at = strcasestr(head, "\r\ncontent-length:");

	return at ? strtol(at + 17, NULL, 10) : -1;
}

static enum probe_verdict judge_http(const struct probe_run *r,
				     const uint8_t *rx, size_t len, bool is_end)
{
	char head[4096];
	const char *end;
	size_t n = len < sizeof(head) - 1 ? len : sizeof(head) - 1;
	long body;

	memcpy(head, rx, n);
	head[n] = '\0';
	if (n < 12)
		return is_end && n ? PROBE_GARBLED : PROBE_MORE;
	if (strncmp(head, "HTTP/1.", 7) != 0)
		return PROBE_GARBLED;
	if (!strncmp(head + 9, "400", 3))
		return PROBE_GARBLED;
	if (!r->probe->is_whole || is_end)
		return PROBE_SERVED;
	end = strstr(head, "\r\n\r\n");
	if (!end)
		return PROBE_MORE;
	body = http_length(head);
	if (body >= 0 && len >= (size_t)(end + 4 - head) + (size_t)body)
		return PROBE_SERVED;
	return PROBE_MORE;
}

static enum probe_verdict judge_dns(const struct probe_run *r,
				    const uint8_t *rx, size_t len)
{
	size_t at = r->probe->is_udp ? 0 : 2;

	if (len < at + 12)
		return PROBE_MORE;
	if (rx[at] != (uint8_t)(r->token >> 8) ||
	    rx[at + 1] != (uint8_t)r->token || !(rx[at + 2] & 0x80))
		return PROBE_GARBLED;
	return (rx[at + 3] & 0x0f) == 1 ? PROBE_GARBLED : PROBE_SERVED;
}

static enum probe_verdict judge_redis(const uint8_t *rx, size_t len)
{
	if (rx[0] == '+')
		return PROBE_SERVED;
	if (len < 7 && rx[0] == '-')
		return PROBE_MORE;
	return !memcmp(rx, "-NOAUTH", 7) || !memcmp(rx, "-DENIED", 7)
		       ? PROBE_SERVED
		       : PROBE_GARBLED;
}

static enum probe_verdict judge_raw(const struct probe_run *r,
				    const uint8_t *rx, size_t len)
{
	size_t n = r->probe->answer_len;

	if (memcmp(rx, r->probe->answer, len < n ? len : n) != 0)
		return PROBE_GARBLED;
	return len < n ? PROBE_MORE : PROBE_SERVED;
}

/* the answer itself, whatever stood before it */
static enum probe_verdict judge_answer(struct probe_run *r, const uint8_t *rx,
				       size_t len, bool is_end)
{
	if (!len)
		return PROBE_MORE;
	switch (r->probe->type) {
	case PROBE_ECHO:
		return judge_echo(r, rx, len);
	case PROBE_HTTP:
		return judge_http(r, rx, len, is_end);
	case PROBE_TLS:
		return probe_tls_judge(r, rx, len);
	case PROBE_SMTP:
	case PROBE_SSH:
		return probe_greet_judge(r, rx, len);
	case PROBE_DNS:
		return judge_dns(r, rx, len);
	case PROBE_REDIS:
		return judge_redis(rx, len);
	case PROBE_RAW:
		break;
	}
	return judge_raw(r, rx, len);
}

static bool is_spp(const uint8_t *p, size_t len)
{
	return len >= PROBE_SPP_BYTES && p[0] == 0x56 && p[1] == 0xec;
}

void probe_sent(struct probe_run *r, const uint8_t *dgram, size_t len)
{
	r->has_spp = r->probe->is_spp && is_spp(dgram, len);
	if (r->has_spp)
		memcpy(r->spp, dgram, PROBE_SPP_BYTES);
}

/* SPP: 38 bytes, then the answer; or, wrongly, the answer alone */
static enum probe_verdict judge_spp(struct probe_run *r, const uint8_t *rx,
				    size_t len, bool is_end)
{
	enum probe_verdict v;

	/* the answer to a header alone, from an origin that echoes */
	while (len >= PROBE_SPP_BYTES + PROBE_SPP_BYTES && is_spp(rx, len) &&
	       !memcmp(rx, rx + PROBE_SPP_BYTES, PROBE_SPP_BYTES)) {
		rx += PROBE_SPP_BYTES;
		len -= PROBE_SPP_BYTES;
	}
	if (len >= PROBE_SPP_BYTES) {
		v = judge_answer(r, rx + PROBE_SPP_BYTES, len - PROBE_SPP_BYTES,
				 is_end);
		while (r->has_spp && r->bad_at < PROBE_SPP_BYTES &&
		       rx[r->bad_at] == r->spp[r->bad_at])
			r->bad_at++;
		if (r->has_spp && r->bad_at < PROBE_SPP_BYTES)
			r->reply = PROBE_REPLY_OTHER;
		if (v == PROBE_SERVED || is_spp(rx, len))
			return v;
	}
	r->reply = r->has_spp ? PROBE_REPLY_BARE : PROBE_REPLY_RIGHT;
	return judge_answer(r, rx, len, is_end);
}

/* bytes of the header of any kind that @rx begins with, or 0 */
static size_t header_len(const uint8_t *rx, size_t len)
{
	const uint8_t *end;

	if (is_spp(rx, len))
		return PROBE_SPP_BYTES;
	if (len < 16)
		return 0;
	if (!memcmp(rx, "PROXY ", 6)) {
		end = memmem(rx, len, "\r\n", 2);
		return end ? (size_t)(end + 2 - rx) : 0;
	}
	if (!memcmp(rx, v2_sig, sizeof(v2_sig)))
		return 16U + (size_t)(rx[14] << 8 | rx[15]);
	return 0;
}

/* PPv2 over UDP: no header belongs before the answer. An echo that gives back
 * header and payload took the one for the other, unless its line that names
 * the client stands between them.
 */
static enum probe_verdict judge_dgram(struct probe_run *r, const uint8_t *rx,
				      size_t len, bool is_end)
{
	enum probe_verdict v = judge_answer(r, rx, len, is_end);
	size_t n = header_len(rx, len);

	if (!n || n >= len ||
	    (v == PROBE_SERVED && r->probe->type != PROBE_RAW))
		return v;
	if (r->probe->type == PROBE_ECHO && rx[n] != '{')
		return v;
	if (judge_answer(r, rx + n, len - n, is_end) != PROBE_SERVED)
		return v;
	r->reply = PROBE_REPLY_HEADER;
	return PROBE_SERVED;
}

enum probe_verdict probe_judge(struct probe_run *r, const uint8_t *rx,
			       size_t len, bool is_end)
{
	r->request_len = 0;
	r->reply = PROBE_REPLY_RIGHT;
	r->bad_at = 0;
	if (r->probe->is_spp)
		return judge_spp(r, rx, len, is_end);
	if (r->probe->is_udp)
		return judge_dgram(r, rx, len, is_end);
	return judge_answer(r, rx, len, is_end);
}

/* the field of an SPP header that byte @at is in */
static const char *spp_field(size_t at)
{
	return at < 2	 ? "magic"
	       : at < 18 ? "client's address"
	       : at < 34 ? "destination's address"
	       : at < 36 ? "client's port"
			 : "destination's port";
}

char *probe_reply_text(const struct probe_run *r, char *out, size_t cap)
{
	switch (r->reply) {
	case PROBE_REPLY_RIGHT:
		out[0] = '\0';
		break;
	case PROBE_REPLY_BARE:
		(void)snprintf(out, cap, "the answer has none");
		break;
	case PROBE_REPLY_OTHER:
		(void)snprintf(out, cap, "differs at byte %zu, %s", r->bad_at,
			       spp_field(r->bad_at));
		break;
	case PROBE_REPLY_HEADER:
		(void)snprintf(out, cap, "the answer has one");
		break;
	}
	return out;
}
