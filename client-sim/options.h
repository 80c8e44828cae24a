/* SPDX-License-Identifier: BSD-2-Clause */
/* options.h - the command line of tp-client */
#ifndef CLIENT_SIM_OPTIONS_H
#define CLIENT_SIM_OPTIONS_H

#include "plan.h"

/* Where results go besides the summary; NULL: not there. Borrowed from argv.
 * @hgrm:   percentiles of the requests' latency, as text
 * @save:   everything, for tp-client merge
 * @plot:   folder of pictures
 */
struct output_options {
	bool want_json;
	bool want_latency;
	const char *hgrm;
	const char *save;
	const char *plot;
};

/* @log_path: NULL: no log; borrowed from argv */
struct options {
	struct plan plan;
	struct output_options output;
	const char *log_path;
	bool want_progress;
	bool is_quiet;
	unsigned verbose;
};

struct opt;

/* options_output() - the entries for @o into @t. Return: how many */
size_t options_output(struct output_options *o, struct opt *t);

/* options_parse() - a plan that is resolved and checked.
 * Return: -1 to go on, else the exit status to leave main() with
 */
int options_parse(int argc, char **argv, struct options *ret);

#endif
