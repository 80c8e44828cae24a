/* SPDX-License-Identifier: BSD-2-Clause */
/* cli.h - tp-proxy's command line */
#ifndef PROXY_CLI_H
#define PROXY_CLI_H

#include "config.h"

/* cli_parse() - options to a configuration, which lives as long as the process.
 * Return: -1 to go on, else the exit status to leave main() with
 */
int cli_parse(int argc, char **argv, const struct proxy_config **ret);

#endif
