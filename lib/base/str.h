/* SPDX-License-Identifier: BSD-2-Clause */
/* str.h - strict text to numbers: whole string, no sign, no blanks; and
 * text of others, made fit to be shown
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* str_u64() - decimal digits only; @len bytes, no NUL needed.
 * Return: false, and *@ret untouched, for anything else or on overflow
 */
bool str_u64(const char *s, size_t len, uint64_t *ret);

/* str_duration_ms() - "500ms", "3s", "2m", "1h"; a bare number is seconds */
bool str_duration_ms(const char *s, uint64_t *ret_ms);

/* str_size() - bytes: "4096", "64k", "10M", "1G" (powers of 1024) */
bool str_size(const char *s, uint64_t *ret_bytes);

/* str_copy() - bounded copy, NUL-terminated unless @cap is 0.
 * Return: false if @src was cut
 */
bool str_copy(char *dst, size_t cap, const char *src);

/* str_utf8() - bytes of the character at @s (RFC 3629), of @len that are there;
 * 0: it is none
 */
size_t str_utf8(const uint8_t *s, size_t len);

/* str_shown() - the same of a character that a terminal may be given as it is;
 * 0 also for control characters, and for those that break lines, turn the
 * direction of text, or are not seen
 */
size_t str_shown(const uint8_t *s, size_t len);

/* str_escape() - @len bytes of which each that is not to be shown is \xHH; cut
 * to what @cap holds, which is not 0, and terminated. Return: its length
 */
size_t str_escape(char *out, size_t cap, const char *s, size_t len);

/* str_vmessage() - vsnprintf() of at most STR_MESSAGE_MAX bytes, then
 * str_escape(): what a message quotes may be anything, and may be cut within a
 * character. Return: its length
 */
#define STR_MESSAGE_MAX 1024
size_t str_vmessage(char *out, size_t cap, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

#endif
