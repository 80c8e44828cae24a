/* SPDX-License-Identifier: BSD-2-Clause */
/* config.c - see config.h */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/opt.h"
#include "wire/pp1.h"
#include "wire/pp2.h"
#include "wire/tcp.h"

#define CONFIG_HDR_MAX	 4096
#define CONFIG_MAX_FLOWS 1000000
#define CONFIG_FLOWS_TOP 16000000
#define CONFIG_MEMORY	 (256ULL << 20)

static const char *const config_hex_names[] = { "tcp", "udp", NULL };

static const char config_tail[] =
	"Exit status: 0 every flow with payload is OK; 1 a finding; 2 usage;\n"
	"3 the capture cannot be read; 5 it does not tell.\n";

static bool config_set_expect(void *dst, const char *value,
			      char err[OPT_ERR_MAX])
{
	struct config *cfg = dst;
	size_t len = strlen(value);
	struct endpoint e = { 0 };

	cfg->has_expect_port = endpoint_parse(value, len, &e);
	if (!cfg->has_expect_port && !ip_addr_parse(value, len, &e.addr)) {
		(void)snprintf(err, OPT_ERR_MAX,
			       "'%s' is not ADDR, ADDR:PORT or [ADDR]:PORT",
			       value);
		return false;
	}
	cfg->expect = e;
	return true;
}

/* config_set_kinds() - "200,254" */
static bool config_set_kinds(void *dst, const char *value,
			     char err[OPT_ERR_MAX])
{
	struct config *cfg = dst;
	bool kinds[UINT8_MAX + 1] = { false };
	const char *p = value;

	do {
		char *end;
		unsigned long kind = strtoul(p, &end, 10);

		if (!isdigit((unsigned char)*p) || (*end && *end != ',') ||
		    kind <= TCP_OPT_TIMESTAMP || kind > UINT8_MAX) {
			(void)snprintf(err, OPT_ERR_MAX,
				       "'%s' is not a list of kinds from 9 to "
				       "255, as 200,254",
				       value);
			return false;
		}
		kinds[kind] = true;
		p = *end ? end + 1 : NULL;
	} while (p);
	memcpy(cfg->toa_kind, kinds, sizeof(kinds));
	cfg->has_toa_kind = true;
	return true;
}

/* config_join() - the operands as one expression, as tcpdump(8) takes it */
static char *config_join(int n, char **words)
{
	size_t len = 1, at = 0;
	char *text;
	int i;

	for (i = 0; i < n; i++)
		len += strlen(words[i]) + 1;
	text = calloc(1, len);
	if (!text)
		return NULL;
	for (i = 0; i < n; i++) {
		size_t word = strlen(words[i]);

		if (i)
			text[at++] = ' ';
		memcpy(text + at, words[i], word);
		at += word;
	}
	return text;
}

int config_parse(int argc, char **argv, struct config *ret)
{
	struct config cfg = {
		.hex = CONFIG_HEX_NONE,
		.max_flows = CONFIG_MAX_FLOWS,
		.max_memory_bytes = CONFIG_MEMORY,
	};
	int hex = CONFIG_HEX_NONE;
	int mode = HDR_MODE_AUTO;
	bool no_csum = false, no_names = false;
	const struct opt opts[] = {
		{ 'r', "read", "FILE", OPT_STR, &cfg.path, 0, 0, NULL, NULL,
		  "read this pcap or pcapng file; - is standard input" },
		{ 0, "hex", "tcp|udp", OPT_CHOICE, &hex, 0, 0, config_hex_names,
		  NULL,
		  "read payloads as hex, one a line, from standard input; a "
		  "line is the beginning of a stream or a whole datagram" },
		{ 'J', "json", NULL, OPT_FLAG, &cfg.want_json, 0, 0, NULL, NULL,
		  "print JSON Lines instead of text" },
		{ 0, "mode", "auto|toa|ppv1|ppv2|spp|off", OPT_CHOICE, &mode, 0,
		  0, hdr_mode_names, NULL,
		  "the header, or option, that each flow has to carry (auto: "
		  "any)" },
		{ 0, "toa-kind", "N[,N]...", OPT_CALL, &cfg, 0, 0, NULL,
		  config_set_kinds,
		  "the kinds of TCP option that name clients (default: 200, "
		  "and known ones that nothing else looks like)" },
		{ 0, "expect", "IP[:PORT]", OPT_CALL, &cfg, 0, 0, NULL,
		  config_set_expect,
		  "the client that each header, or option, has to name" },
		{ 'K', "no-checksum", NULL, OPT_FLAG, &no_csum, 0, 0, NULL,
		  NULL, "take packets with a bad checksum like others" },
		{ 'n', "numeric", NULL, OPT_FLAG, &no_names, 0, 0, NULL, NULL,
		  "print numbers for addresses and ports (always done)" },
		{ 'q', "quiet", NULL, OPT_FLAG, &cfg.is_quiet, 0, 0, NULL, NULL,
		  "no summary on standard error" },
		{ 0, "hdr-max", "BYTES", OPT_U32, &cfg.hdr_max, PP1_HDR_MAX,
		  PP2_HDR_MAX, NULL, NULL,
		  "longest v2 header taken (default 4096; with --hex the "
		  "format's "
		  "own 65551)" },
		{ 0, "max-flows", "N", OPT_U32, &cfg.max_flows, 1,
		  CONFIG_FLOWS_TOP, NULL, NULL,
		  "flows kept; more are counted and not judged (default "
		  "1000000)" },
		{ 0, "max-memory", "BYTES", OPT_SIZE, &cfg.max_memory_bytes, 0,
		  0, NULL, NULL,
		  "for headers and incomplete streams (default 256M)" },
		{ 0 },
	};
	const struct opt_spec spec = {
		.prog = "tp-inspect",
		.usage = "-r FILE [OPTION]... [BPF EXPRESSION]\n"
			 "--hex tcp|udp [OPTION]...",
		.about = "Shows which client address each flow of a capture "
			 "carries, and whether it carries it as it should.",
		.tail = config_tail,
		.opts = opts,
	};
	int operand = 0;
	int status = opt_parse(&spec, argc, argv, &operand);

	if (status >= 0)
		return status;
	cfg.hex = (enum config_hex)hex;
	cfg.mode = (enum hdr_mode)mode;
	cfg.want_csum = !no_csum;
	if (cfg.path && cfg.hex != CONFIG_HEX_NONE)
		return opt_fail(&spec, "--read and --hex exclude each other");
	if (!cfg.path && cfg.hex == CONFIG_HEX_NONE)
		return opt_fail(&spec, "give a capture (-r FILE) or --hex");
	if (cfg.hex != CONFIG_HEX_NONE && operand < argc)
		return opt_fail(&spec, "unexpected '%s'", argv[operand]);
	/* A payload given by hand is whole; a stream has a window. */
	if (!cfg.hdr_max)
		cfg.hdr_max = cfg.hex == CONFIG_HEX_NONE ? CONFIG_HDR_MAX
							 : PP2_HDR_MAX;
	if (operand < argc) {
		cfg.filter = config_join(argc - operand, argv + operand);
		if (!cfg.filter)
			return opt_fail(&spec, "out of memory");
	}
	*ret = cfg;
	return -1;
}

void config_fini(struct config *cfg)
{
	free(cfg->filter);
	cfg->filter = NULL;
}
