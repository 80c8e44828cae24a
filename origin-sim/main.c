/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - tp-origin: an origin that says whom it believes to serve */
#include <stdio.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "config.h"
#include "server.h"

int main(int argc, char **argv)
{
	static struct origin_config cfg;
	static struct server server;
	char line[STATS_LINE_MAX];
	int status, err;

	log_init("tp-origin", LOG_LEVEL_INFO);
	status = config_parse(argc, argv, &cfg);
	if (status >= 0)
		return status;
	log_init("tp-origin", cfg.verbosity  ? LOG_LEVEL_DEBUG
			      : cfg.is_quiet ? LOG_LEVEL_WARN
					     : LOG_LEVEL_INFO);
	if (server_init(&server, &cfg))
		return EXIT_IO;
	err = server_run(&server);
	server_fini(&server);
	if (cfg.want_stats || cfg.verbosity) {
		stats_line(&server.stats, server.log_lost, line);
		(void)fputs(line, stderr);
	}
	if (server.log_lost)
		log_error("%llu log lines were lost: nobody read them, or "
			  "they could not be written",
			  (unsigned long long)server.log_lost);
	return err || server.log_lost ? EXIT_IO : EXIT_OK;
}
