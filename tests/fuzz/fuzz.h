/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz.h - what the fuzz targets of this folder share */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "wire/wire.h"

/* Each target is this one function. Its properties are ASSERTs, so that they
 * hold in every build and libFuzzer sees a crash.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* fuzz_copy() - @data in a heap block of exactly @len bytes, so that a
 * sanitizer sees the first byte read past it. The caller frees.
 */
static inline uint8_t *fuzz_copy(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	ASSERT(copy);
	if (len > 0)
		memcpy(copy, data, len);
	return copy;
}

/* fuzz_shown() - may @text be given to a terminal, to a log and into JSON? */
static inline void fuzz_shown(const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = str_shown(p, len);
		ASSERT(n > 0);
	}
}

#endif
