/* SPDX-License-Identifier: BSD-2-Clause */
/* outfile.h - a file that is written beside standard output */
#ifndef INSPECT_OUTFILE_H
#define INSPECT_OUTFILE_H

#include <stdio.h>

#include "config.h"

/* outfile_open() - create or empty @path, which must not be a capture that is
 * read. Return: 0; -EINVAL, -EIO, logged
 */
int outfile_open(const struct config *cfg, const char *path, FILE **ret);

/* outfile_close() - Return: 0; -EIO, logged: not all of it could be written */
int outfile_close(FILE *f, const char *path);

#endif
