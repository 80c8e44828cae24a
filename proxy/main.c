/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - tp-proxy, an L4 proxy that passes its clients' addresses on */
#include <string.h>

#include "base/log.h"
#include "cli.h"
#include "ctl/ctl.h"
#include "proxy.h"

int main(int argc, char **argv)
{
	const struct proxy_config *cfg;
	int status;

	if (argc > 1 && strcmp(argv[1], "ctl") == 0)
		return ctl_main(argc - 1, argv + 1);
	status = cli_parse(argc, argv, &cfg);
	if (status >= 0)
		return status;
	log_init("tp-proxy", cfg->quiet	    ? LOG_LEVEL_WARN
			     : cfg->verbose ? LOG_LEVEL_DEBUG
					    : LOG_LEVEL_INFO);
	return cfg->is_check ? proxy_check(cfg) : proxy_run(cfg);
}
