/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy.h - the running proxy: start, reload, stop */
#ifndef PROXY_PROXY_H
#define PROXY_PROXY_H

#include "config.h"

/* proxy_check() - load and check the rules; problems are printed to stderr.
 * Return: an exit status: 0, EXIT_USAGE or EXIT_IO
 */
int proxy_check(const struct proxy_config *cfg);

/* proxy_run() - serve until SIGTERM or SIGINT.
 * SIGHUP loads the rules anew, SIGUSR1 reopens the access log, SIGUSR2 prints
 * the counters to stderr.
 * Return: an exit status
 */
int proxy_run(const struct proxy_config *cfg);

#endif
