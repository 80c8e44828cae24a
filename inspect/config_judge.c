/* SPDX-License-Identifier: BSD-2-Clause */
/* config_judge.c - what each flow has to carry */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_opts.h"
#include "expect.h"
#include "wire/pp1.h"
#include "wire/pp2.h"
#include "wire/tcp.h"

#define CONFIG_HDR_MAX	  4096
#define CONFIG_UDP_IDLE_S 30

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

static bool config_set_trust(void *dst, const char *value,
			     char err[OPT_ERR_MAX])
{
	struct config *cfg = dst;
	char bad[64];

	if (cidr_list_add(&cfg->trust, value, bad, sizeof(bad)))
		return true;
	(void)snprintf(err, OPT_ERR_MAX, "'%s' is not a prefix, as 10.0.0.0/8",
		       bad);
	return false;
}

/* config_join_file() - the value of @key in a list of KEY=FILE, allocated; NULL
 * if it is not there
 */
static char *config_join_file(const char *list, const char *key)
{
	size_t len = strlen(key);

	for (; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL)
		if (strncmp(list, key, len) == 0 && list[len] == '=' &&
		    list[len + 1] && list[len + 1] != ',')
			return strndup(list + len + 1,
				       strcspn(list + len + 1, ","));
	return NULL;
}

static bool config_set_join(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	struct config *cfg = dst;

	free(cfg->join.front);
	free(cfg->join.back);
	cfg->join.front = config_join_file(value, "both");
	cfg->join.back = config_join_file(value, "both");
	if (!cfg->join.front) {
		cfg->join.front = config_join_file(value, "front");
		cfg->join.back = config_join_file(value, "back");
	}
	if (cfg->join.front && cfg->join.back)
		return true;
	(void)snprintf(err, OPT_ERR_MAX,
		       "'%s' is not front=FILE,back=FILE or both=FILE", value);
	return false;
}

void config_opts_judge(struct config_draft *d)
{
	struct config *cfg = &d->cfg;
	const struct opt list[] = {
		{ 0, "mode", "auto|toa|ppv1|ppv2|spp|uoa|off", OPT_CHOICE,
		  &d->mode, 0, 0, hdr_mode_names, NULL,
		  "the header, or option, that each flow has to carry (auto: "
		  "any)" },
		{ 0, "toa-kind", "N[,N]...", OPT_CALL, cfg, 0, 0, NULL,
		  config_set_kinds,
		  "the kinds of TCP option that name clients (default: 200, "
		  "and known ones that nothing else looks like)" },
		{ 0, "expect", "IP[:PORT]", OPT_CALL, cfg, 0, 0, NULL,
		  config_set_expect,
		  "the client that each header, or option, has to name" },
		{ 0, "expect-from", "FILE", OPT_STR, &d->expect_from, 0, 0,
		  NULL, NULL,
		  "the clients that have to be named, all of them: a log of "
		  "tp-client" },
		{ 0, "join", "front=FILE,back=FILE|both=FILE", OPT_CALL, cfg, 0,
		  0, NULL, config_set_join,
		  "pair the clients' connections with those to the origin, in "
		  "captures of both sides of a proxy, and compare the client "
		  "that is named with the real one" },
		{ 0, "trust", "CIDR[,CIDR]...", OPT_CALL, cfg, 0, 0, NULL,
		  config_set_trust,
		  "the peers that may name a client (default: all)" },
		{ 0, "strict", NULL, OPT_FLAG, &cfg->is_strict, 0, 0, NULL,
		  NULL, "remarks are findings too" },
		{ 0, "udp-idle", "SECONDS", OPT_U32, &d->udp_idle_s, 1, 86400,
		  NULL, NULL,
		  "silence after which receivers forget whose UDP flow it is "
		  "(default 30)" },
		{ 'K', "no-checksum", NULL, OPT_FLAG, &d->no_csum, 0, 0, NULL,
		  NULL, "take packets with a bad checksum like others" },
		{ 0, "hdr-max", "BYTES", OPT_U32, &cfg->hdr_max, PP1_HDR_MAX,
		  PP2_HDR_MAX, NULL, NULL,
		  "longest v2 header taken (default 4096; with --hex the "
		  "format's own 65551)" },
	};

	d->mode = HDR_MODE_AUTO;
	d->udp_idle_s = CONFIG_UDP_IDLE_S;
	config_opts_append(d, list, ARRAY_SIZE(list));
}

static bool config_reads_stdin(const struct config *cfg)
{
	bool is_read = cfg->hex != CONFIG_HEX_NONE;
	size_t i;

	for (i = 0; i < cfg->source.path_count; i++)
		is_read |= strcmp(cfg->source.paths[i], "-") == 0;
	return is_read;
}

int config_done_judge(struct config_draft *d, const struct opt_spec *spec)
{
	struct config *cfg = &d->cfg;
	char err[EXPECT_ERR_MAX];

	cfg->mode = (enum hdr_mode)d->mode;
	cfg->want_csum = !d->no_csum;
	cfg->udp_idle_ms = d->udp_idle_s * 1000;
	/* A payload given by hand is whole; a stream has a window. */
	if (!cfg->hdr_max)
		cfg->hdr_max = cfg->hex == CONFIG_HEX_NONE ? CONFIG_HDR_MAX
							   : PP2_HDR_MAX;
	if (d->expect_from && cfg->expect.addr.family)
		return opt_fail(spec, "--expect excludes --expect-from");
	if (d->expect_from && cfg->join.front)
		return opt_fail(spec, "--join finds the clients in its "
				      "captures; --expect-from is for one");
	if (d->expect_from && strcmp(d->expect_from, "-") == 0 &&
	    config_reads_stdin(cfg))
		return opt_fail(spec, "standard input can be read once");
	if (d->expect_from &&
	    expect_open(d->expect_from, err, &cfg->expect_from) != 0)
		return opt_fail(spec, "%s", err);
	return -1;
}
