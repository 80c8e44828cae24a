/* SPDX-License-Identifier: BSD-2-Clause */
/* options.h - the command line of tp-client */
#ifndef CLIENT_SIM_OPTIONS_H
#define CLIENT_SIM_OPTIONS_H

#include "plan.h"

/* @log_path: NULL: no log; borrowed from argv */
struct options {
	struct plan plan;
	const char *log_path;
	bool want_json;
	bool want_progress;
	bool is_quiet;
	unsigned verbose;
};

/* options_parse() - a plan that is resolved and checked.
 * Return: -1 to go on, else the exit status to leave main() with
 */
int options_parse(int argc, char **argv, struct options *ret);

#endif
