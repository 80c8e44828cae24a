/* SPDX-License-Identifier: BSD-2-Clause */
/* report_hex.h - flows as text with the bytes that decided (-x): told at the
 * end, when the capture is read once more for them
 */
#ifndef INSPECT_REPORT_HEX_H
#define INSPECT_REPORT_HEX_H

#include <stdio.h>

#include "sink.h"

/* Flows with their bytes; more are counted and not shown. */
#define REPORT_HEX_MAX 10000

/* report_hex_open() - add the sink. Return: 0 or -errno, logged */
int report_hex_open(const struct config *cfg, FILE *out, struct sinks *s);

#endif
