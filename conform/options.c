/* SPDX-License-Identifier: BSD-2-Clause */
/* options.c - see options.h */
#include "options.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "base/sock.h"

static const char *const modes[] = {
	"auto", "ppv1", "ppv2", "toa", "spp", NULL
};

static bool opt_addr(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	if (ip_addr_parse(value, strlen(value), dst))
		return true;
	(void)snprintf(err, OPT_ERR_MAX, "is not an IPv4 or IPv6 address");
	return false;
}

static bool opt_probe(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	return probe_parse(value, dst, err);
}

static bool opt_oracle(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	return oracle_parse(value, dst, err);
}

static struct origin_options origin = {
	.timeout_ms = 2000,
	.wait_ms = 65000,
	.gap_ms = 30,
	.oracle_ms = 1500,
	.parallel = 16,
	.crowd_max = 1000,
};

static bool no_like;

#define HOUR_MS 3600000

static const struct opt origin_table[] = {
	{ 'm', "mode", "MODE", OPT_CHOICE, &origin.mode, 0, 0, modes, NULL,
	  "what the origin is set to take: auto (ppv1, ppv2 or both), ppv1, "
	  "ppv2, toa, spp (default auto)" },
	{ 'u', "udp", NULL, OPT_FLAG, &origin.is_udp, 0, 0, NULL, NULL,
	  "datagrams: ppv2, or spp" },
	{ 0, "oracle", "WHAT", OPT_CALL, &origin.oracle, 0, 0, NULL, opt_oracle,
	  "how to read whom the origin believed: echo, http:PATH:REGEX, "
	  "log:FILE:REGEX, cmd:COMMAND, pcap:FILE|IFACE, toa-stats:FILE, "
	  "behaviour "
	  "(default behaviour)" },
	{ 0, "probe", "WHAT", OPT_CALL, &origin.probe, 0, 0, NULL, opt_probe,
	  "the protocol behind the header: echo, http[:PATH], tls, smtp, ssh, "
	  "dns, redis, raw:HEX[:HEX] (default echo, or http with its oracle)" },
	{ 0, "source", "ADDR", OPT_CALL, &origin.source, 0, 0, NULL, opt_addr,
	  "connect from this address, which the origin trusts" },
	{ 0, "untrusted", "ADDR", OPT_CALL, &origin.untrusted, 0, 0, NULL,
	  opt_addr, "an address of ours that the origin must not trust" },
	{ 0, "raw-source", "ADDR", OPT_CALL, &origin.raw_source, 0, 0, NULL,
	  opt_addr,
	  "mode toa: an address of no kernel, on the origin's network" },
	{ 'W', "timeout", "TIME", OPT_DURATION, &origin.timeout_ms, 50, HOUR_MS,
	  NULL, NULL, "how long an answer may take (default 2s)" },
	{ 0, "patience", "TIME", OPT_DURATION, &origin.wait_ms, 100, HOUR_MS,
	  NULL, NULL,
	  "how long to see whether the origin ends a silent connection "
	  "(default 65s)" },
	{ 0, "gap", "TIME", OPT_DURATION, &origin.gap_ms, 1, 60000, NULL, NULL,
	  "between the two segments of a split header (default 30ms)" },
	{ 0, "oracle-wait", "TIME", OPT_DURATION, &origin.oracle_ms, 1, HOUR_MS,
	  NULL, NULL,
	  "how long a log or a capture may lag behind (default 1500ms)" },
	{ 0, "deadline", "TIME", OPT_DURATION, &origin.deadline_ms, 1, 0, NULL,
	  NULL, "give up after this time in all (default: none)" },
	{ 'P', "parallel", "N", OPT_U32, &origin.parallel, 1,
	  ENGINE_PARALLEL_MAX, NULL, NULL,
	  "connections at a time (default 16; 1 with a log, command or "
	  "capture as the oracle)" },
	{ 0, "crowd", "N", OPT_U32, &origin.crowd_max, 1, 4096, NULL, NULL,
	  "half-open headers at most (default 1000)" },
	{ 0, "no-like", NULL, OPT_FLAG, &no_like, 0, 0, NULL, NULL,
	  "do not compare with known implementations" },
	{ 0, "keep-pcap", "DIR", OPT_STR, &origin.report.keep_pcap, 0, 0, NULL,
	  NULL, "keep a capture of each failed case, decoded by tp-inspect" },
	{ 'i', "iface", "IFACE", OPT_STR, &origin.iface, 0, 0, NULL, NULL,
	  "the interface to capture on (default any)" },
	OPTIONS_REPORT(origin.report),
	{ 0 },
};

static const struct opt_spec origin_spec = {
	.prog = "tp-conform origin",
	.usage = "[options] HOST:PORT [SPEC...]",
	.about = "Plays the proxy in front of an origin, sends headers right "
		 "and wrong, and says what the origin understands, whom it "
		 "trusts, what is wrong and how to mend it.",
	.tail = "SPEC is the begin of a case's id (ppv1/addr4) or a "
		"requirement (V1.4).\n"
		"exit status: 0 passed, 1 a failure, 2 usage, 3 unreachable, "
		"4 deadline,\n5 inconclusive, 77 skipped.\n"
		"example: tp-conform origin 192.0.2.1:80 "
		"--oracle log:/var/log/nginx/access.log:nginx --probe http",
	.opts = origin_table,
};

int options_target(const char *text, struct endpoint *ret)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	const char *colon = strrchr(text, ':');
	char host[256];
	size_t n = colon ? (size_t)(colon - text) : 0;
	struct sockaddr_storage ss = { 0 };
	int err;

	if (!n || !colon[1] || n >= sizeof(host)) {
		log_error("'%s' is not HOST:PORT", text);
		return EXIT_USAGE;
	}
	if (text[0] == '[' && text[n - 1] == ']')
		(void)snprintf(host, sizeof(host), "%.*s", (int)n - 2,
			       text + 1);
	else
		(void)snprintf(host, sizeof(host), "%.*s", (int)n, text);
	err = getaddrinfo(host, colon + 1, &hints, &list);
	if (err) {
		log_error("%s: %s", text, gai_strerror(err));
		return err == EAI_SERVICE ? EXIT_USAGE : EXIT_IO;
	}
	memcpy(&ss, list->ai_addr, list->ai_addrlen);
	freeaddrinfo(list);
	*ret = endpoint_from_sockaddr(&ss);
	return 0;
}

static int origin_finish(void)
{
	char err[PROBE_ERR_MAX];
	struct probe *p = &origin.probe;

	if (origin.oracle.type == ORACLE_HTTP) {
		p->type = PROBE_HTTP;
		(void)snprintf(p->path, sizeof(p->path), "%s",
			       origin.oracle.path);
		p->is_whole = true;
	} else if (p->type == PROBE_HTTP) {
		p->is_whole = origin.oracle.type == ORACLE_ECHO;
	}
	if (!p->path[0])
		(void)probe_parse("echo", p, err);
	(void)snprintf(p->host, sizeof(p->host), "%.60s", origin.target_text);
	p->is_udp = origin.is_udp;
	if (origin.is_udp && p->type != PROBE_ECHO && p->type != PROBE_DNS &&
	    p->type != PROBE_RAW)
		return opt_fail(&origin_spec,
				"over UDP the probe is echo, dns or raw:HEX");
	if (origin.is_udp && origin.mode == ORIGIN_AUTO)
		origin.mode = ORIGIN_PPV2;
	if (origin.is_udp &&
	    (origin.mode == ORIGIN_PPV1 || origin.mode == ORIGIN_TOA))
		return opt_fail(&origin_spec, "mode %s is for TCP",
				modes[origin.mode]);
	if (!origin.is_udp && origin.mode == ORIGIN_SPP)
		return opt_fail(&origin_spec, "mode spp is for UDP (-u)");
	if (origin.mode == ORIGIN_TOA &&
	    origin.raw_source.family != origin.target.addr.family &&
	    !origin.report.is_dryrun)
		return opt_fail(&origin_spec,
				"mode toa needs --raw-source, an address of "
				"the origin's family that no kernel owns");
	p->is_spp = origin.mode == ORIGIN_SPP;
	origin.oracle.target_port = origin.target.port;
	return -1;
}

int options_origin(int argc, char **argv, struct origin_options *ret)
{
	int operand, status = opt_parse(&origin_spec, argc, argv, &operand);

	if (status >= 0)
		return status;
	if (operand == argc)
		return opt_fail(&origin_spec, "HOST:PORT is missing");
	origin.target_text = argv[operand];
	status = options_target(argv[operand], &origin.target);
	if (status)
		return status;
	origin.specs = argv + operand + 1;
	origin.n_specs = (size_t)(argc - operand - 1);
	origin.want_like = !no_like;
	origin.report.has_colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	status = origin_finish();
	if (status < 0)
		*ret = origin;
	return status;
}
