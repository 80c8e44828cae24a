/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_options.h - the command line of tp-client raw */
#ifndef CLIENT_SIM_RAW_OPTIONS_H
#define CLIENT_SIM_RAW_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "raw_opts.h"
#include "wire/addr.h"

#define RAW_PAYLOAD_MAX 65536

/* @src:     its port is never 0
 * @ifname:  NULL: as the routing table says; borrowed, as is @expect
 * @client:  whom the origin must name; IP_NONE: not asked for
 */
struct raw_options {
	struct endpoint src;
	struct endpoint dst;
	const char *ifname;
	struct raw_opts opts;
	size_t payload_len;
	uint32_t messages;
	const char *expect;
	struct endpoint client;
	bool want_rst;
	bool drop_ack;
	bool is_quiet;
	unsigned verbose;
	uint64_t timeout_ms;
	uint8_t payload[RAW_PAYLOAD_MAX];
};

/* raw_options_parse() - @argv[0] is the word "raw".
 * Return: -1 to go on, else the exit status to leave main() with
 */
int raw_options_parse(int argc, char **argv, struct raw_options *ret);

#endif
