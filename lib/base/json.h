/* SPDX-License-Identifier: BSD-2-Clause */
/* json.h - write one JSON value into a buffer: no allocation, bounded.
 *
 *	json_open(&j, buf, sizeof(buf), "flow");	{"v":1,"type":"flow"
 *	json_str(&j, "mode", "ppv2");
 *	json_write(&j, stdout);				,"mode":"ppv2"} and '\n'
 *
 * @key is NULL inside arrays and at the top. Keys are written as they are.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_DEPTH_MAX 8

struct json {
	char *buf;
	size_t cap;
	size_t len;
	bool overflow;
	uint8_t depth;
	bool has_member[JSON_DEPTH_MAX];
	char closer[JSON_DEPTH_MAX];
};

void json_init(struct json *j, char *buf, size_t cap);

/* json_begin() - @bracket: '{' or '[' */
void json_begin(struct json *j, const char *key, char bracket);
void json_end(struct json *j);

void json_u64(struct json *j, const char *key, uint64_t v);
void json_i64(struct json *j, const char *key, int64_t v);
void json_bool(struct json *j, const char *key, bool v);
void json_nil(struct json *j, const char *key);
/* json_f64() - @decimals digits after the point; NaN and Inf become null */
void json_f64(struct json *j, const char *key, double v, int decimals);

/* json_str(), json_strn() - text; bytes that are not UTF-8, and controls, are
 * written as \u00XX, so that hostile input cannot break the line
 */
void json_str(struct json *j, const char *key, const char *s);
void json_strn(struct json *j, const char *key, const char *s, size_t len);

/* json_hex() - bytes as lower-case hex digits */
void json_hex(struct json *j, const char *key, const uint8_t *p, size_t len);

/* json_open() - json_init(), and begin the object of a line: its version and
 * @type
 */
void json_open(struct json *j, char *buf, size_t cap, const char *type);

/* json_write() - end that object and write it to @out as one line.
 * Return: false if the buffer was too small; nothing is written then
 */
bool json_write(struct json *j, FILE *out);

/* json_line() - the finished text with a line feed after it, NUL-terminated.
 * Return: @j's buffer, or NULL if it was too small
 */
const char *json_line(struct json *j, size_t *ret_len);

#endif
