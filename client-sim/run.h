/* SPDX-License-Identifier: BSD-2-Clause */
/* run.h - carry out a plan with its threads */
#ifndef CLIENT_SIM_RUN_H
#define CLIENT_SIM_RUN_H

#include "base/linefile.h"
#include "plan.h"
#include "result.h"
#include "series.h"

/* @log:    one line per connection goes there; NULL: none
 * @sig_fd: from sig_open(): the first signal ends the run early, the second
 *	    ends the connections; -1: none
 * @want_progress: keep a line of counts on stderr
 * @series: filled in; NULL: not wanted
 */
struct run_options {
	struct linefile *log;
	int sig_fd;
	bool want_progress;
	struct series *series;
};

/* run_plan() - Return: 0 and *@ret_result, or -errno if it could not start */
int run_plan(const struct plan *p, const struct run_options *opts,
	     struct result *ret_result);

#endif
