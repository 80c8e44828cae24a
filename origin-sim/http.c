/* SPDX-License-Identifier: BSD-2-Clause */
/* http.c - see http.h (RFC 9112) */
#include "http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct http_req *http_req_new(void)
{
	return calloc(1, sizeof(struct http_req));
}

static void http_req_byte(struct http_req *r, uint8_t c)
{
	if (r->has_line)
		return;
	if (c == '\n') {
		/* RFC 9112 2.2: empty lines before a request are skipped */
		r->has_line = r->line_len > 0;
		return;
	}
	if (c != '\r' && r->line_len < HTTP_LINE_MAX)
		r->line[r->line_len++] = (char)c;
}

enum http_state http_req_feed(struct http_req *r, const uint8_t *buf,
			      size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		bool had_line = r->has_line;

		if (++r->seen > HTTP_HEAD_MAX)
			return HTTP_TOO_LONG;
		http_req_byte(r, buf[i]);
		if (buf[i] == '\n') {
			if (had_line && r->is_line_empty)
				return HTTP_DONE;
			r->is_line_empty = true;
		} else if (buf[i] != '\r') {
			r->is_line_empty = false;
		}
	}
	return HTTP_MORE;
}

size_t http_answer(const struct http_req *r, int status, const char *body,
		   size_t body_len, char *buf, size_t cap)
{
	bool is_head = r->line_len >= 5 && !memcmp(r->line, "HEAD ", 5);
	int n = snprintf(buf, cap,
			 "HTTP/1.1 %s\r\n"
			 "Content-Type: application/json\r\n"
			 "Content-Length: %zu\r\n"
			 "Connection: close\r\n"
			 "\r\n",
			 status == 200 ? "200 OK"
				       : "431 Request Header Fields Too Large",
			 body_len);

	if (n < 0 || (size_t)n >= cap)
		return 0;
	if (is_head)
		return (size_t)n;
	if (cap - (size_t)n < body_len)
		return 0;
	memcpy(buf + n, body, body_len);
	return (size_t)n + body_len;
}
