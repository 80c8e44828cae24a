/* SPDX-License-Identifier: BSD-2-Clause */
/* config.h - the command line of tp-inspect */
#ifndef INSPECT_CONFIG_H
#define INSPECT_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cidr.h"
#include "decode.h"
#include "hdr.h"
#include "output.h"
#include "ring.h"
#include "source.h"

/* The kind that counts without being listed, even if it were less sure. */
#define CONFIG_TOA_KIND 200

struct expect;

enum config_hex {
	CONFIG_HEX_TCP,
	CONFIG_HEX_UDP,
	CONFIG_HEX_NONE,
};

/* @path:      capture file, "-" is standard input; NULL with @hex and for a
 *	       live capture
 * @filter:    BPF expression, NULL for none; freed by config_fini()
 * @hex:       judge payloads on standard input instead of a capture
 * @toa_kind:  kinds that count as client addresses, if @has_toa_kind
 * @expect:    the client that each header must name; IP_NONE for any,
 *	       @has_expect_port tells whether the port counts
 * @expect_from: the clients of a log, NULL for any; freed by config_fini()
 * @join:      captures of --join, NULL without; equal if one has both legs
 * @is_strict: what is only remarkable is a finding too
 * @udp_idle_ms: silence after which a receiver has forgotten the client of a
 *	       UDP flow
 * @trust:     peers that may name a client; empty: all
 * @decode:    which tunnels are followed
 * @hdr_max:   longest v2 header taken, in bytes
 * @max_flows: live at the same time
 * @threads:   that read a file; 0: as many as fit the machine
 * @idle_ms:   a flow ends after such a silence, in the capture's time
 * @want_json: @output.format is JSON
 * @source:    the files, of which @path is the first, or the interface; its
 *	       filter is @filter
 * @ring:      what -w and its kin say, if it has a path
 * @user:      to become after opening the interface, or NULL
 * @want_top:  a table instead of lines, until the end
 */
struct config {
	const char *path;
	char *filter;
	enum config_hex hex;
	enum hdr_mode mode;
	struct endpoint expect;
	bool has_expect_port;
	struct expect *expect_from;
	struct {
		char *front;
		char *back;
	} join;
	bool has_toa_kind;
	bool toa_kind[UINT8_MAX + 1];
	bool want_json;
	bool want_csum;
	bool is_quiet;
	bool is_strict;
	uint32_t udp_idle_ms;
	struct cidr_list trust;
	struct decode_opts decode;
	uint32_t hdr_max;
	uint32_t max_flows;
	uint32_t threads;
	uint64_t idle_ms;
	uint64_t max_memory_bytes;
	struct output output;
	struct source_spec source;
	struct ring_config ring;
	const char *user;
	bool want_top;
};

/* config_parse() - Return: -1 to go on with *@ret, else an exit status */
int config_parse(int argc, char **argv, struct config *ret);
void config_fini(struct config *cfg);

#endif
