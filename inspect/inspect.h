/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect.h - a capture in, a report and an exit status out */
#ifndef INSPECT_INSPECT_H
#define INSPECT_INSPECT_H

#include <stdio.h>

#include "bulk.h"
#include "engine.h"
#include "frame.h"
#include "sink.h"

struct inspect;

/* inspect_new() - @cfg: borrowed. Return: 0 or -ENOMEM */
int inspect_new(const struct config *cfg, struct inspect **ret);
void inspect_free(struct inspect *in);

/* inspect_set_sinks() - see engine_set_sinks() */
void inspect_set_sinks(struct inspect *in, struct sinks *sinks,
		       bool want_order);

/* inspect_bulk() - the frames of a file, see bulk_run() */
int inspect_bulk(struct inspect *in, const struct bulk_spec *spec,
		 struct capfile *cf, struct bulk_stat *ret_stat);

/* inspect_bad_link() - see engine_bad_link() */
int inspect_bad_link(const struct inspect *in);

/* inspect_frame() - account one frame */
void inspect_frame(struct inspect *in, const struct frame *f);

/* inspect_age() - see engine_age() */
void inspect_age(struct inspect *in, int64_t ns);

/* inspect_set_source() - what the tally says of where the frames come from */
void inspect_set_source(struct inspect *in, const struct source_stat *stat);

/* inspect_visit() - see engine_visit() */
void inspect_visit(struct inspect *in, engine_visit_fn *fn, void *ctx);

/* inspect_peek() - the tally as if the capture ended now */
void inspect_peek(struct inspect *in, struct tally *ret);

/* inspect_report() - judge each flow and hand it to @out. Once; no frame
 * after it.
 * @read: exit status of reading, 0 if all was read; sinks are told it, too
 * Return: @read if it is not 0, else EXIT_OK, EXIT_FINDING or
 * EXIT_INCONCLUSIVE; EXIT_IO if a sink failed
 */
int inspect_report(struct inspect *in, struct sinks *out, int read,
		   struct tally *ret_tally);

/* inspect_run() - the whole of -r, or of -i. Return: an exit status */
int inspect_run(const struct config *cfg, FILE *out);

/* inspect_to() - the same with sinks of the caller's own, which stay its own */
int inspect_to(const struct config *cfg, struct sinks *sinks);

#endif
