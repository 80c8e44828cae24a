/* SPDX-License-Identifier: BSD-2-Clause */
/* filter.h - pcap-filter(7) on frames of any link type */
#ifndef INSPECT_FILTER_H
#define INSPECT_FILTER_H

#include "frame.h"

#define FILTER_ERR_MAX 384

struct filter;

/* filter_new() - @text: borrowed. It is compiled when a link type comes, since
 * not every expression suits every one.
 * Return: 0 or -ENOMEM
 */
int filter_new(const char *text, struct filter **ret);
void filter_free(struct filter *f);

/* filter_compile() - for @link, if that has not been done.
 * Return: 0; -EINVAL and what is wrong in @err
 */
int filter_compile(struct filter *f, int link, char err[FILTER_ERR_MAX]);

/* filter_match() - Return: 1: it passes, 0, or -EINVAL as above */
int filter_match(struct filter *f, const struct frame *frame,
		 char err[FILTER_ERR_MAX]);

#endif
