/* SPDX-License-Identifier: BSD-2-Clause */
/* reply.c - see reply.h */
#include "reply.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

void reply_reset(struct reply *r)
{
	*r = (struct reply) { .state = REPLY_STATE_STATUS };
}

/* "HTTP/1.x NNN" */
static bool reply_status_line(struct reply *r)
{
	uint64_t code;

	if (r->line_len < 12 || memcmp(r->line, "HTTP/1.", 7) != 0 ||
	    r->line[8] != ' ' || !str_u64(r->line + 9, 3, &code) || code < 100)
		return false;
	r->status = (uint16_t)code;
	r->is_last = r->line[7] == '0';
	r->state = REPLY_STATE_HEADER;
	return true;
}

/* The value of the header @name in the line, blanks around it cut off; NULL if
 * the line is another header.
 */
static const char *reply_value(const struct reply *r, const char *name,
			       size_t *ret_len)
{
	size_t n = strlen(name), end = r->line_len;

	if (r->line_len <= n || r->line[n] != ':' ||
	    strncasecmp(r->line, name, n) != 0)
		return NULL;
	for (n++; n < end && (r->line[n] == ' ' || r->line[n] == '\t'); n++)
		;
	while (end > n && (r->line[end - 1] == ' ' || r->line[end - 1] == '\t'))
		end--;
	*ret_len = end - n;
	return r->line + n;
}

static bool reply_is(const char *v, size_t len, const char *want)
{
	return len == strlen(want) && strncasecmp(v, want, len) == 0;
}

static bool reply_header_line(struct reply *r)
{
	size_t len = 0;
	const char *v = reply_value(r, "content-length", &len);

	if (v) {
		/* RFC 9112 6.3: two lengths are an attack or an error */
		if (r->has_length || !str_u64(v, len, &r->left))
			return false;
		r->has_length = true;
		return true;
	}
	v = reply_value(r, "transfer-encoding", &len);
	if (v) {
		r->is_chunked = reply_is(v, len, "chunked");
		return r->is_chunked;
	}
	v = reply_value(r, "connection", &len);
	if (v)
		r->is_last = reply_is(v, len, "close") ||
			     (r->is_last && !reply_is(v, len, "keep-alive"));
	return true;
}

/* The empty line. Return: is the response whole? */
static bool reply_end_head(struct reply *r)
{
	if (r->status < 200) {
		reply_reset(r); /* an interim response: the real one follows */
		return false;
	}
	if (r->status == 204 || r->status == 304)
		return true;
	if (r->is_chunked) {
		r->state = REPLY_STATE_CHUNK_SIZE;
		return false;
	}
	if (!r->has_length) {
		r->state = REPLY_STATE_BODY_TO_END;
		r->is_last = true;
		return false;
	}
	r->state = REPLY_STATE_BODY;
	return !r->left;
}

/* Hex digits, and an extension that is passed over. */
static bool reply_chunk_line(struct reply *r)
{
	uint64_t size = 0;
	uint8_t i;

	for (i = 0; i < r->line_len && r->line[i] != ';' && r->line[i] != ' ';
	     i++) {
		char c = (char)(r->line[i] | 0x20);
		uint8_t digit = c >= '0' && c <= '9'   ? (uint8_t)(c - '0')
				: c >= 'a' && c <= 'f' ? (uint8_t)(c - 'a' + 10)
						       : 16;

		if (digit > 15 || size >> 56)
			return false;
		size = size << 4 | digit;
	}
	if (!i)
		return false;
	r->left = size;
	r->state = size ? REPLY_STATE_CHUNK : REPLY_STATE_TRAILER;
	return true;
}

/* One line, its end cut off. */
static enum reply_event reply_line(struct reply *r)
{
	enum reply_state st = (enum reply_state)r->state;
	bool is_empty = !r->line_len, ok = true;

	if (st == REPLY_STATE_STATUS)
		ok = reply_status_line(r);
	else if (st == REPLY_STATE_CHUNK_SIZE)
		ok = reply_chunk_line(r);
	else if (st == REPLY_STATE_CHUNK_END) {
		ok = is_empty;
		r->state = REPLY_STATE_CHUNK_SIZE;
	} else if (st == REPLY_STATE_HEADER && !is_empty)
		ok = reply_header_line(r);
	else if (is_empty && (st == REPLY_STATE_TRAILER || reply_end_head(r)))
		return REPLY_DONE;
	r->line_len = 0;
	return ok ? REPLY_MORE : REPLY_BAD;
}

/* Take a line, or a part of one. */
static enum reply_event reply_take_line(struct reply *r, const uint8_t **at,
					size_t *len)
{
	const uint8_t *lf = memchr(*at, '\n', *len);
	size_t n = lf ? (size_t)(lf - *at) : *len;
	size_t room = sizeof(r->line) - r->line_len;
	size_t kept = n < room ? n : room;

	memcpy(r->line + r->line_len, *at, kept);
	r->line_len = (uint8_t)(r->line_len + kept);
	*at += lf ? n + 1 : n;
	*len -= lf ? n + 1 : n;
	if (n > REPLY_HEAD_MAX - r->head_len)
		return REPLY_BAD;
	r->head_len += (uint32_t)n;
	if (!lf)
		return REPLY_MORE;
	if (r->line_len && kept == n && r->line[r->line_len - 1] == '\r')
		r->line_len--;
	return reply_line(r);
}

static bool reply_is_in_body(const struct reply *r)
{
	return r->state == REPLY_STATE_BODY || r->state == REPLY_STATE_CHUNK ||
	       r->state == REPLY_STATE_BODY_TO_END;
}

enum reply_event reply_next(struct reply *r, const uint8_t **at, size_t *len,
			    const uint8_t **ret_body, size_t *ret_len)
{
	while (*len && !reply_is_in_body(r)) {
		enum reply_event e = reply_take_line(r, at, len);

		if (e != REPLY_MORE)
			return e;
	}
	if (r->state == REPLY_STATE_BODY && !r->left)
		return REPLY_DONE;
	if (!*len)
		return REPLY_MORE;
	*ret_body = *at;
	*ret_len = *len;
	if (r->state != REPLY_STATE_BODY_TO_END) {
		if (*ret_len > r->left)
			*ret_len = (size_t)r->left;
		r->left -= *ret_len;
		r->head_len = 0; /* what chunks need is bounded each */
		if (!r->left && r->state == REPLY_STATE_CHUNK)
			r->state = REPLY_STATE_CHUNK_END;
	}
	*at += *ret_len;
	*len -= *ret_len;
	return REPLY_BODY;
}

bool reply_at_end(const struct reply *r)
{
	return r->state == REPLY_STATE_BODY_TO_END;
}
