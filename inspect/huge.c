/* SPDX-License-Identifier: BSD-2-Clause */
/* huge.c - see huge.h */
#include "huge.h"

#include <stdlib.h>
#include <sys/mman.h>

#define HUGE_LINE 64 /* bytes, of the cache */

void *huge_alloc(size_t size)
{
	size_t align = size >= HUGE_BYTES ? HUGE_BYTES : HUGE_LINE;
	void *p = aligned_alloc(align, (size + align - 1) / align * align);

	if (p && align == HUGE_BYTES)
		(void)madvise(p, size, MADV_HUGEPAGE);
	return p;
}
