/* SPDX-License-Identifier: BSD-2-Clause */
/* jsonin.h - strict reading of one JSON object that a peer sent (RFC 8259).
 *
 * No allocation, no recursion beyond JSONIN_DEPTH_MAX. Values are spans of the
 * input; strings are handed out as written, escapes included, without quotes.
 */
#ifndef CLIENT_SIM_JSONIN_H
#define CLIENT_SIM_JSONIN_H

#include <stdbool.h>
#include <stddef.h>

#define JSONIN_DEPTH_MAX 8

enum jsonin_type {
	JSONIN_STRING,
	JSONIN_NUMBER,
	JSONIN_WORD, /* true, false, null */
	JSONIN_NESTED,
};

/* @text, @len: borrowed, points into the input */
struct jsonin_value {
	enum jsonin_type type;
	const char *text;
	size_t len;
};

/* jsonin_fn - one member of the object; @key is as written.
 * Return: false to refuse the input
 */
typedef bool jsonin_fn(void *ctx, const char *key, size_t key_len,
		       const struct jsonin_value *value);

/* jsonin_object() - @text must be one object and nothing else but blanks.
 * Return: false if it is not, or @fn refused; @fn may have been called before
 */
bool jsonin_object(const char *text, size_t len, jsonin_fn *fn, void *ctx);

#endif
