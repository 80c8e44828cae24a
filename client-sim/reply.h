/* SPDX-License-Identifier: BSD-2-Clause */
/* reply.h - where an HTTP/1.1 response ends, and what its body is (RFC 9112).
 *
 * Hostile input: bytes come in any pieces, nothing is allocated, and of a line
 * only the first bytes are kept. Answers to GET only.
 */
#ifndef CLIENT_SIM_REPLY_H
#define CLIENT_SIM_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The headers that matter are shorter. */
#define REPLY_LINE_MAX 48
/* A longer head is refused. */
#define REPLY_HEAD_MAX 65536

enum reply_state {
	REPLY_STATE_STATUS, /* the all-zero value: before a response */
	REPLY_STATE_HEADER,
	REPLY_STATE_BODY,
	REPLY_STATE_BODY_TO_END, /* until the connection ends */
	REPLY_STATE_CHUNK_SIZE,
	REPLY_STATE_CHUNK,
	REPLY_STATE_CHUNK_END,
	REPLY_STATE_TRAILER,
};

/* @left:     of the body or the chunk
 * @is_last:  the server closes after this response
 * @head_len: bytes of the head so far
 */
struct reply {
	uint64_t left;
	uint32_t head_len;
	uint16_t status;
	uint8_t state;
	uint8_t line_len;
	bool has_length;
	bool is_chunked;
	bool is_last;
	char line[REPLY_LINE_MAX];
};

enum reply_event {
	REPLY_MORE, /* the input is used up */
	REPLY_BODY, /* some of the body */
	REPLY_DONE, /* the response is whole; @status and @is_last are valid */
	REPLY_BAD,  /* this is not HTTP/1.x */
};

/* reply_next() - read on.
 * @at, @len: the input; advanced over what was used
 * @ret_body, @ret_len: of REPLY_BODY; borrowed from the input
 */
enum reply_event reply_next(struct reply *r, const uint8_t **at, size_t *len,
			    const uint8_t **ret_body, size_t *ret_len);

/* reply_reset() - expect the next response */
void reply_reset(struct reply *r);

/* reply_at_end() - the connection ended. Return: does that end the response? */
bool reply_at_end(const struct reply *r);

#endif
