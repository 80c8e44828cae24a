/* SPDX-License-Identifier: BSD-2-Clause */
/* pack.h - structs without their zero bytes, for flows that wait */
#ifndef INSPECT_PACK_H
#define INSPECT_PACK_H

#include <stddef.h>
#include <stdint.h>

/* The most that @size bytes take, which has to be a multiple of eight. */
#define PACK_MAX(size) ((size) / 8 * 9 + (size) / 64 + 1)

/* pack() - a bit for each word of eight bytes that is not zero, then of each of
 * these its bytes that are not zero, behind a mask that tells which.
 * Return: bytes written to @out, at most PACK_MAX(@size)
 */
size_t pack(const void *obj, size_t size, uint8_t *out);

/* unpack() - the inverse, of pack()'s own output. Return: bytes of @in used */
size_t unpack(const uint8_t *in, void *obj, size_t size);

#endif
