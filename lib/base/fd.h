/* SPDX-License-Identifier: BSD-2-Clause */
/* fd.h - descriptors: closing, limits, counting */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stdint.h>

/* fd_close() - close and set to -1; -1 is a no-op */
void fd_close(int *fd);

/* fd_raise_limit() - lift the soft limit to the hard one.
 * Return: how many descriptors this process may hold
 */
uint32_t fd_raise_limit(void);

/* fd_count_open() - descriptors open now, or -errno */
int fd_count_open(void);

#endif
