/* SPDX-License-Identifier: BSD-2-Clause */
/* decode_show.h - what became of fragments and tunnels, for people and programs
 */
#ifndef INSPECT_DECODE_SHOW_H
#define INSPECT_DECODE_SHOW_H

#include <stdio.h>

#include "base/json.h"
#include "decode.h"

/* decode_stats_json() - member "fragments" if there were any, "tunnels_refused"
 * if it is not 0, and "other" (other.h)
 */
void decode_stats_json(struct json *j, const struct decode_stats *s);

/* decode_stats_text() - a line each, if there is something to say. Without
 * flows all frames that gave none are named.
 */
void decode_stats_text(FILE *out, const struct decode_stats *s, bool has_flows);

#endif
