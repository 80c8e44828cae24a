/* SPDX-License-Identifier: BSD-2-Clause */
/* harness.h - what every CUnit program of this folder shares */
#ifndef TESTS_UNIT_HARNESS_H
#define TESTS_UNIT_HARNESS_H

#include <stddef.h>
#include <stdint.h>

struct unit_test {
	const char *name; /* what it promises */
	void (*fn)(void);
};

/* unit_main() - run @tests as one suite.
 * Return: the exit status of main(): 0, or 1 if a test failed or none ran
 */
int unit_main(const char *suite, const struct unit_test *tests, size_t n);

/* A copy of an input that ends at a page that cannot be read, so that any
 * over-read is a fault in every build.
 */
struct guard {
	uint8_t *map;
	size_t map_len;
	uint8_t *data; /* @len bytes; data[len] faults */
	size_t len;
};

void guard_init(struct guard *g, const uint8_t *src, size_t len);
/* guard_hex() - the first @cut bytes, or all, of what unhex() makes of @hex:
 * GUARD_HEX_MAX at most
 */
#define GUARD_HEX_MAX 512
void guard_hex(struct guard *g, const char *hex, size_t cut);
void guard_fini(struct guard *g);

/* unhex() - hex digits (blanks skipped) to at most @cap bytes. Traps on a bad
 * digit: test data is part of the program.
 * Return: bytes written
 */
size_t unhex(const char *hex, uint8_t *out, size_t cap);

/* The first and the last character of each length, as UTF-8 has them without
 * control characters and surrogates (RFC 3629 3)
 */
#define UTF8_ENDS 10
extern const char *const utf8_ends[UTF8_ENDS];

#endif
