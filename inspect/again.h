/* SPDX-License-Identifier: BSD-2-Clause */
/* again.h - the capture's frames a second time, numbered as before */
#ifndef INSPECT_AGAIN_H
#define INSPECT_AGAIN_H

#include <stdbool.h>

#include "config.h"
#include "frame.h"

struct again;

/* again_can() - is what @cfg names a file, and not a stream that has gone? */
bool again_can(const struct config *cfg);

/* again_open() - Return: 0; -EIO or -ENOMEM, logged */
int again_open(const struct config *cfg, struct again **ret);

/* again_next() - the next frame that passes the filter; where the file is
 * damaged it ends. Return: 1 and *@ret; 0 at the end
 */
int again_next(struct again *a, struct frame *ret);

void again_close(struct again *a);

#endif
