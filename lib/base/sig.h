/* SPDX-License-Identifier: BSD-2-Clause */
/* sig.h - signals as events. To be called before threads are started. */
#ifndef BASE_SIG_H
#define BASE_SIG_H

#include <stddef.h>

/* sig_open() - block @sigs in this and later threads and read them from a
 * descriptor; SIGPIPE is ignored on the way.
 * Return: 0 and *@ret_fd, or -errno
 */
int sig_open(const int *sigs, size_t n, int *ret_fd);

/* sig_next() - Return: a signal number, 0 if none is pending, or -errno */
int sig_next(int fd);

#endif
