/* SPDX-License-Identifier: BSD-2-Clause */
/* config_input.c - what is read, and how much of it is kept */

#include "base/clock.h"
#include "config_opts.h"
#include "wire/wire.h"

#define CONFIG_MAX_FLOWS   1000000
#define CONFIG_THREADS_TOP 16
#define CONFIG_FLOWS_TOP   16000000
#define CONFIG_MEMORY	   (256ULL << 20)
#define CONFIG_IDLE_MS	   3600000

static const char *const config_hex_names[] = { "tcp", "udp", NULL };

void config_opts_input(struct config_draft *d)
{
	struct config *cfg = &d->cfg;
	const struct opt list[] = {
		{ 0, "hex", "tcp|udp", OPT_CHOICE, &d->hex, 0, 0,
		  config_hex_names, NULL,
		  "read payloads as hex, one a line, from standard input; a "
		  "line is the beginning of a stream or a whole datagram" },
		{ 0, "tunnel-port", "KIND=PORT[,KIND=PORT]...", OPT_CALL,
		  &cfg->decode, 0, 0, NULL, config_set_tunnel_ports,
		  "more UDP ports that carry vxlan or geneve (besides 4789, "
		  "4790 and 6081)" },
		{ 0, "no-tunnels", NULL, OPT_FLAG, &cfg->decode.is_shallow, 0,
		  0, NULL, NULL,
		  "judge what carries tunnels, not what is in them" },
		{ 0, "max-flows", "N", OPT_U32, &cfg->max_flows, 1,
		  CONFIG_FLOWS_TOP, NULL, NULL,
		  "flows at the same time; one more ends another one early "
		  "(default 1000000)" },
		{ 0, "idle", "TIME", OPT_DURATION, &cfg->idle_ms, MS_PER_S, 0,
		  NULL, NULL,
		  "a flow ends when no packet came for so long, in the "
		  "capture's time (default 1h)" },
		{ 0, "threads", "N", OPT_U32, &cfg->threads, 1,
		  CONFIG_THREADS_TOP, NULL, NULL,
		  "threads that read a file, if it is neither compressed nor "
		  "filtered (default: as many as processors, at most 2)" },
		{ 0, "max-memory", "BYTES", OPT_SIZE, &cfg->max_memory_bytes, 0,
		  0, NULL, NULL,
		  "for headers and incomplete streams (default 256M)" },
	};

	cfg->hex = CONFIG_HEX_NONE;
	cfg->decode = DECODE_OPTS_DEFAULT;
	cfg->max_flows = CONFIG_MAX_FLOWS;
	cfg->idle_ms = CONFIG_IDLE_MS;
	cfg->max_memory_bytes = CONFIG_MEMORY;
	d->hex = CONFIG_HEX_NONE;
	config_opts_append(d, list, ARRAY_SIZE(list));
}

int config_done_input(struct config_draft *d, const struct opt_spec *spec)
{
	struct config *cfg = &d->cfg;

	cfg->hex = (enum config_hex)d->hex;
	if (cfg->path && cfg->hex != CONFIG_HEX_NONE)
		return opt_fail(spec, "--read and --hex exclude each other");
	return -1;
}
