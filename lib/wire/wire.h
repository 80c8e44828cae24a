/* SPDX-License-Identifier: BSD-2-Clause */
/* wire.h - what every codec of this library has in common.
 *
 * A decoder is a pure function over a buffer. It reads no byte at or past
 * @len, keeps no state, and writes its result only on WIRE_OK. Called again
 * with more bytes of the same input it gives the same answer or moves on from
 * WIRE_SHORT; a WIRE_BAD prefix stays WIRE_BAD whatever follows.
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "wire/anomaly.h"

/* WIRE_SHORT: every byte so far is legal, more are needed. What that means is
 * the caller's: a stream reads on, a capture with caplen < len says
 * "truncated", a whole datagram or a stream at its end says "malformed".
 */
enum wire_status {
	WIRE_OK,
	WIRE_SHORT,
	WIRE_BAD,
};

/* @anomaly: why; ANOMALY_NONE unless the status is WIRE_BAD (or WIRE_OK with
 *	     a remark that does not invalidate the input).
 * @off:     offset in the input of the byte that decided.
 */
struct wire_err {
	enum anomaly anomaly;
	uint32_t off;
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Always compiled in, unlike assert(3): the tests rely on it in Release too. */
#define ASSERT(expr)                              \
	do {                                      \
		if (__builtin_expect(!(expr), 0)) \
			__builtin_trap();         \
	} while (0)

#endif
