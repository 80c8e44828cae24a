/* SPDX-License-Identifier: BSD-2-Clause */
/* mapped.h - a file as memory. Where it has become shorter since it was mapped,
 * it reads as zeroes. One at a time in a process.
 */
#ifndef INSPECT_MAPPED_H
#define INSPECT_MAPPED_H

#include <stdint.h>

#include "pagein.h"

/* mapped_open() - @size bytes of @fd. Return: 0 or -errno */
int mapped_open(int fd, uint64_t size, const uint8_t **ret);
void mapped_close(const uint8_t *map, uint64_t size);

/* mapped_want() - [@lo, @hi) is going to be read at once. @p: the thread's */
void mapped_want(const uint8_t *map, uint64_t lo, uint64_t hi,
		 struct pagein *p);

/* mapped_drop() - [@lo, @hi) was read, and is not needed soon */
void mapped_drop(const uint8_t *map, uint64_t lo, uint64_t hi);

#endif
