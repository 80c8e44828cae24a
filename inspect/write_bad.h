/* SPDX-License-Identifier: BSD-2-Clause */
/* write_bad.h - the packets of flows with findings (--write-bad): a second
 * reading of the capture, of which each record is copied as it stands
 */
#ifndef INSPECT_WRITE_BAD_H
#define INSPECT_WRITE_BAD_H

#include "sink.h"

/* Flows that are remembered; more are counted. */
#define WRITE_BAD_MAX 1000000

/* write_bad_open() - add the sink. Return: 0 or -errno, logged */
int write_bad_open(const struct config *cfg, struct sinks *s);

#endif
