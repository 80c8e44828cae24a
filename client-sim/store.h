/* SPDX-License-Identifier: BSD-2-Clause */
/* store.h - a result with its histograms as one line of JSON: to keep, and to
 * merge with others
 */
#ifndef CLIENT_SIM_STORE_H
#define CLIENT_SIM_STORE_H

#include <stdio.h>

#include "plan.h"
#include "result.h"
#include "series.h"

#define STORE_ERR_MAX 256

/* store_write() - into @out, which the caller checks. Return: 0 or -ENOMEM */
int store_write(const struct plan *p, const struct result *r,
		const struct series *s, FILE *out);

/* store_read() - what store_write() wrote. Hostile input. The few bad cases are
 * not kept.
 * @ret_plan: what the summary says of it: transport, target, load, rate
 * Return: false with a message in @err; then all three are to be thrown away
 */
bool store_read(FILE *in, struct plan *ret_plan, struct result *ret_result,
		struct series *ret_series, char err[STORE_ERR_MAX]);

#endif
