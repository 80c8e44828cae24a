/* SPDX-License-Identifier: BSD-2-Clause */
/* annotate.h - the capture with the diagnosis as packet comments (--annotate).
 *
 * Flows leave short notes behind, bound to frames. At the end the capture is
 * read again and written with them; a packet that carries a client's address
 * gets a comment of its own.
 */
#ifndef INSPECT_ANNOTATE_H
#define INSPECT_ANNOTATE_H

#include "sink.h"

/* Notes that are kept; more are counted. */
#define ANNOTATE_NOTES_MAX 500000

/* annotate_open() - add the sink. Return: 0 or -errno, logged */
int annotate_open(const struct config *cfg, struct sinks *s);

#endif
