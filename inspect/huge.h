/* SPDX-License-Identifier: BSD-2-Clause */
/* huge.h - memory for tables that are read here and there: in large pages,
 * where the kernel has them, so that their addresses need few translations
 */
#ifndef INSPECT_HUGE_H
#define INSPECT_HUGE_H

#include <stddef.h>

#define HUGE_BYTES (2U << 20)

/* huge_alloc() - not zeroed, to be given to free(). Return: NULL if there is no
 * memory
 */
void *huge_alloc(size_t size);

#endif
