/* SPDX-License-Identifier: BSD-2-Clause */
/* outfile.h - a file that is written beside standard output.
 *
 * A plain file is written without a name (open(2), O_TMPFILE) and takes the one
 * that was asked for when it is whole: until then, and if it never is, what was
 * there before stays. On file systems that know no such files it is written
 * beside that as PATH.XXXXXX. What is no plain file (a pipe, a terminal,
 * /dev/stdout) or cannot be replaced as it is (links, owners, folders of
 * others) is written in place.
 */
#ifndef INSPECT_OUTFILE_H
#define INSPECT_OUTFILE_H

#include <stdio.h>

#include "config.h"

struct outfile;

/* outfile_open() - begin to write @path, borrowed, which must not be a capture
 * that is read.
 * Return: 0; -EINVAL, -EIO, -ENOMEM, logged
 */
int outfile_open(const struct config *cfg, const char *path,
		 struct outfile **ret);

/* outfile_stream() - to write to; errors show in outfile_done() */
FILE *outfile_stream(struct outfile *o);

/* outfile_is_stopped() - was the end asked for since outfile_begin()? Then what
 * is still missing of the file is not waited for.
 */
bool outfile_is_stopped(const struct outfile *o);

/* outfile_begin() - the writing proper begins. A request for the end that came
 * before it was for the reading, of which all is told that is known.
 */
void outfile_begin(struct outfile *o);

/* outfile_done() - the file is whole, and takes its name. @o is freed.
 * Return: 0; -EIO, logged: not all of it could be written, or
 * outfile_is_stopped()
 */
int outfile_done(struct outfile *o);

/* outfile_drop() - it is not to be had, which was logged: what was there before
 * stays. NULL is a no-op.
 */
void outfile_drop(struct outfile *o);

#endif
