/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - tp-client: parse, run, tell */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/sig.h"
#include "merge.h"
#include "options.h"
#include "output.h"
#include "preflight.h"
#include "raw.h"
#include "run.h"
#include "wire/wire.h"

/* Is there enough of everything for the plan? */
static bool main_check_host(const struct plan *p)
{
	char text[PREFLIGHT_TEXT_MAX];
	struct host host;
	enum preflight verdict;

	preflight_look(&host);
	verdict = preflight_judge(p, &host, text);
	if (verdict == PREFLIGHT_STOP)
		log_error("%s", text);
	else if (verdict == PREFLIGHT_WARN)
		log_warn("%s", text);
	return verdict != PREFLIGHT_STOP;
}

static int main_run(const struct options *o, struct linefile *log)
{
	static const int sigs[] = { SIGINT, SIGTERM };
	static struct result result; /* large, as is series */
	static struct series series;
	struct run_options opts = {
		.log = log,
		.sig_fd = -1,
		.want_progress = !o->is_quiet &&
				 (o->want_progress || isatty(STDERR_FILENO)),
		.series = &series,
	};
	int status, err;

	err = sig_open(sigs, ARRAY_SIZE(sigs), &opts.sig_fd);
	if (!err)
		err = run_plan(&o->plan, &opts, &result);
	fd_close(&opts.sig_fd);
	if (err) {
		log_error("cannot run: %s", strerror(-err));
		return EXIT_IO;
	}
	if (log)
		linefile_flush(log);
	status = output_write(&o->output, &o->plan, &result, &series);
	if (status != EXIT_OK)
		return status;
	return result_exit(&o->plan, &result);
}

int main(int argc, char **argv)
{
	static struct linefile file;
	static struct options o;
	struct linefile *log = NULL;
	uint64_t lost = 0;
	int status;

	if (argc > 1 && strcmp(argv[1], "raw") == 0)
		return raw_main(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "merge") == 0)
		return merge_main(argc - 1, argv + 1);
	status = options_parse(argc, argv, &o);
	if (status != -1)
		return status;
	log_init("tp-client", o.is_quiet  ? LOG_LEVEL_ERROR
			      : o.verbose ? LOG_LEVEL_DEBUG
					  : LOG_LEVEL_INFO);
	if (!main_check_host(&o.plan))
		return EXIT_USAGE;
	if (o.log_path) {
		int err = linefile_open(&file, o.log_path,
					LINEFILE_JSON | LINEFILE_WAIT);

		if (err) {
			log_error("cannot open '%s': %s", o.log_path,
				  strerror(-err));
			return EXIT_IO;
		}
		log = &file;
	}
	status = main_run(&o, log);
	if (log)
		lost = linefile_close(log);
	if (log && log->waits)
		log_warn("the log's reader is slow: connections had to wait "
			 "for it %llu times, which is in their latency",
			 (unsigned long long)log->waits);
	if (lost) {
		log_error("%llu lines of the log are lost",
			  (unsigned long long)lost);
		return status == EXIT_OK ? EXIT_IO : status;
	}
	return status;
}
