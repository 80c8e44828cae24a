/* SPDX-License-Identifier: BSD-2-Clause */
/* cli.h - the command line of tp-toa */
#ifndef TOA_CLI_H
#define TOA_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cidr.h"
#include "toa_shared.h"

enum toa_command {
	TOA_LOAD,
	TOA_UNLOAD,
	TOA_STATUS,
	TOA_STATS,
	TOA_LIST,
	TOA_CHECK,
};

/* @is_writer: the proxy's side; else the origin's
 * @cgroup:    folder, or NULL: the root of cgroup v2
 * @pin_dir:   below a bpffs
 * @instance:  told apart by this name, or NULL
 * @places:    enum toa_place, or-ed: where the reader looks
 * @is_trust_any, @trust: whom the reader believes, besides loopback
 * @uid:       whom the writer serves, or -1
 */
struct toa_config {
	enum toa_command command;
	bool is_writer;
	bool is_json;
	bool want_watch;
	bool want_diagnose;
	unsigned verbosity;
	const char *file; /* of --diagnose */
	const char *cgroup;
	const char *pin_dir;
	const char *instance;
	uint32_t places;
	size_t n_kinds;
	uint8_t kinds[TOA_KINDS_MAX];
	bool is_trust_any;
	struct cidr_list trust;
	int uid;
};

/* cli_parse() - fill @c. Return: -1 to go on, else the exit status */
int cli_parse(int argc, char **argv, struct toa_config *c);

#endif
