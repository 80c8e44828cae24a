/* SPDX-License-Identifier: BSD-2-Clause */
/* scan.h - where a few bytes stand among many */
#ifndef INSPECT_SCAN_H
#define INSPECT_SCAN_H

#include <stddef.h>
#include <stdint.h>

/* scan_find() - what memmem(3) finds, faster where it nearly always finds
 * nothing. @n: bytes of @what, at least 1
 * Return: the first place of @what in the @len bytes at @buf, or NULL
 */
const uint8_t *scan_find(const uint8_t *buf, size_t len, const void *what,
			 size_t n);

#endif
