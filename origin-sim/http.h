/* SPDX-License-Identifier: BSD-2-Clause */
/* http.h - as much of HTTP/1.1 as a whoami needs: the end of a request's head,
 * and one answer. Every request is answered alike, and the connection ends.
 */
#ifndef ORIGIN_HTTP_H
#define ORIGIN_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_MAX 16384
#define HTTP_LINE_MAX 256

enum http_state {
	HTTP_MORE, /* the head goes on */
	HTTP_DONE,
	HTTP_TOO_LONG, /* more than HTTP_HEAD_MAX bytes of head */
};

/* One request in the making; all-zero to begin.
 * @line: the request line, cut to HTTP_LINE_MAX
 */
struct http_req {
	uint32_t seen;
	uint16_t line_len;
	bool has_line;
	bool is_line_empty; /* of the current line, no byte but CR came */
	char line[HTTP_LINE_MAX];
};

struct http_req *http_req_new(void);

/* http_req_feed() - the next bytes of the stream. What follows the head (a
 * body) is not looked at.
 */
enum http_state http_req_feed(struct http_req *r, const uint8_t *buf,
			      size_t len);

/* http_answer() - head and, unless the request was HEAD, @body.
 * @status: 200 or 431
 * Return: bytes written to @buf, 0 if it does not fit
 */
size_t http_answer(const struct http_req *r, int status, const char *body,
		   size_t body_len, char *buf, size_t cap);

#endif
