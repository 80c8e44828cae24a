/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - tp-inspect */
#include <stdio.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "config.h"
#include "hex.h"
#include "inspect.h"
#include "join.h"

int main(int argc, char **argv)
{
	static char buf[1 << 16];
	struct config cfg;
	int status;

	log_init("tp-inspect", LOG_LEVEL_INFO);
	status = config_parse(argc, argv, &cfg);
	if (status >= 0)
		return status;
	(void)setvbuf(stdout, buf, _IOFBF, sizeof(buf));
	if (cfg.hex != CONFIG_HEX_NONE)
		status = hex_run(&cfg, stdin, stdout);
	else if (cfg.join.front)
		status = join_run(&cfg, stdout);
	else
		status = inspect_run(&cfg, stdout);
	config_fini(&cfg);
	if (fclose(stdout) != 0) {
		log_error("standard output: cannot write");
		return EXIT_IO;
	}
	return status;
}
