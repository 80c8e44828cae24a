/* SPDX-License-Identifier: BSD-2-Clause */
/* tree.h - all that is known of one flow, a line each (-V) */
#ifndef INSPECT_TREE_H
#define INSPECT_TREE_H

#include "paint.h"
#include "view.h"

/* "2026-11-22 22:31:14.123456 UTC" */
#define TREE_TIME_MAX 48

void tree_put(struct paint *p, const struct view *v);

/* tree_time() - since 1970; "-" for FRAME_NO_TIME. Return: @out */
char *tree_time(int64_t ts_ns, char out[TREE_TIME_MAX]);

/* tree_span() - "12.3 ms", "-" for a negative one. Return: @out */
char *tree_span(int64_t us, char out[TREE_TIME_MAX]);

#endif
