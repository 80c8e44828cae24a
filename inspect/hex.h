/* SPDX-License-Identifier: BSD-2-Clause */
/* hex.h - tp-inspect --hex: judge payloads that come as hex, one a line */
#ifndef INSPECT_HEX_H
#define INSPECT_HEX_H

#include <stdio.h>

#include "config.h"

/* Longest payload of a line: the longest header and as much again. */
#define HEX_PAYLOAD_MAX 131072

/* hex_run() - one JSON line on @out for each line of @in. With CONFIG_HEX_TCP
 * a line is what a stream gave so far, with CONFIG_HEX_UDP a whole datagram.
 * Return: an exit status; EXIT_USAGE for a line that is not hex
 */
int hex_run(const struct config *cfg, FILE *in, FILE *out);

#endif
