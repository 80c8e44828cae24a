/* SPDX-License-Identifier: BSD-2-Clause */
/* str.h - strict text to numbers: whole string, no sign, no blanks */
#ifndef BASE_STR_H
#define BASE_STR_H

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

#endif
