/* SPDX-License-Identifier: BSD-2-Clause */
/* tree.h - all that is known of one flow, a line each (-V) */
#ifndef INSPECT_TREE_H
#define INSPECT_TREE_H

#include "paint.h"
#include "view.h"

void tree_put(struct paint *p, const struct view *v);

/* tree_span() - "12.3 ms", "-" for a negative one. Return: @out */
char *tree_span(int64_t us, char out[VIEW_TIME_MAX]);

#endif
