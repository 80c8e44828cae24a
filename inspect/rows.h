/* SPDX-License-Identifier: BSD-2-Clause */
/* rows.h - one row a flow with the fields that were asked for: as text between
 * separators, as CSV (RFC 4180) or as JSON Lines
 */
#ifndef INSPECT_ROWS_H
#define INSPECT_ROWS_H

#include <stdio.h>

#include "sink.h"

/* rows_open() - add the sink. Return: 0 or -errno, logged */
int rows_open(const struct config *cfg, FILE *out, struct sinks *s);

/* rows_list() - all fields with a line of help each, for -e ? */
void rows_list(FILE *out);

#endif
