/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect.h - a capture in, a report and an exit status out */
#ifndef INSPECT_INSPECT_H
#define INSPECT_INSPECT_H

#include <stdio.h>

#include "frame.h"
#include "sink.h"

struct inspect;

/* inspect_new() - @cfg: borrowed. Return: 0 or -ENOMEM */
int inspect_new(const struct config *cfg, struct inspect **ret);
void inspect_free(struct inspect *in);

/* inspect_frame() - account one frame */
void inspect_frame(struct inspect *in, const struct frame *f);

/* inspect_report() - judge each flow and hand it to @out. Once; no frame
 * after it.
 * Return: EXIT_OK, EXIT_FINDING or EXIT_INCONCLUSIVE; EXIT_IO if a sink failed
 */
int inspect_report(struct inspect *in, struct sinks *out,
		   struct tally *ret_tally);

/* inspect_run() - the whole of -r. Return: an exit status */
int inspect_run(const struct config *cfg, FILE *out);

#endif
