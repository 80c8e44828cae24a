/* SPDX-License-Identifier: BSD-2-Clause */
/* hexdump.h - bytes as people read them, some of them marked */
#ifndef INSPECT_HEXDUMP_H
#define INSPECT_HEXDUMP_H

#include "paint.h"

/* Bytes from @lo to before @hi are marked. */
struct hexdump_range {
	size_t lo;
	size_t hi;
};

/* hexdump_put() - sixteen bytes a line: offset, digits, ASCII between bars.
 * Marked bytes are painted; without colour they stand between brackets. Fits 80
 * columns.
 */
void hexdump_put(struct paint *p, const uint8_t *data, size_t len,
		 const struct hexdump_range *mark);

#endif
