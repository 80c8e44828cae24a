/* SPDX-License-Identifier: BSD-2-Clause */
/* config.c - see config.h */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/opt.h"
#include "base/str.h"
#include "fault.h"
#include "wire/pp2.h"

static const char *const config_families[] = { "4", "6", "dual", NULL };
static const char *const config_modes[] = { "auto", "ppv1", "ppv2", "spp",
					    "off",  "toa",  NULL };
static const char *const config_replies[] = { "echo",	 "whoami", "http",
					      "discard", "source", NULL };
static const char *const config_formats[] = { "json", "nginx", "python",
					      "c",    "java",  NULL };
static const char *const config_toa_froms[] = { "kernel", "saved-syn", "pcap",
						NULL };
static const char *const config_header_onlys[] = { "echo", "ignore", NULL };

/* What only shapes other options.
 * @toa_from: enum config_toa_from, or TOA_FROM_DEFAULT
 */
#define TOA_FROM_DEFAULT (-1)

struct config_flags {
	bool tcp_only;
	bool udp_only;
	int toa_from;
	bool has_kinds;
	struct toa_kinds kinds;
	const char *toa_iface;
};

static bool config_add_addr(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	struct origin_config *c = dst;
	struct ip_addr a;

	if (!ip_addr_parse(value, strlen(value), &a)) {
		str_copy(err, OPT_ERR_MAX, "is not an IP address");
		return false;
	}
	if (c->n_addrs == CONFIG_ADDRS_MAX) {
		(void)snprintf(err, OPT_ERR_MAX, "is one too many (%d)",
			       CONFIG_ADDRS_MAX);
		return false;
	}
	c->addrs[c->n_addrs++] = (struct endpoint) { .addr = a };
	return true;
}

static bool config_add_trust(void *dst, const char *value,
			     char err[OPT_ERR_MAX])
{
	struct origin_config *c = dst;
	char bad[64];

	if (!cidr_list_add(&c->trust, value, bad, sizeof(bad))) {
		(void)snprintf(err, OPT_ERR_MAX,
			       "'%s' is not an address or prefix, or the list "
			       "is longer than %d",
			       bad, CIDR_LIST_MAX);
		return false;
	}
	c->policy.trust = &c->trust;
	return true;
}

static bool config_add_kind(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	struct config_flags *f = dst;

	f->has_kinds = true;
	if (toa_kinds_add(&f->kinds, value))
		return true;
	str_copy(err, OPT_ERR_MAX, "is not a list of option kinds, 9 to 255");
	return false;
}

static bool config_add_faults(void *dst, const char *value,
			      char err[OPT_ERR_MAX])
{
	return fault_add(dst, fault_names, FAULT_COUNT, value, err,
			 OPT_ERR_MAX);
}

static int config_parse_options(int argc, char **argv, struct origin_config *c,
				struct config_flags *f, int *ret_operand);

/* Which transports the options leave, or an error. */
static const char *config_set_transports(struct origin_config *c,
					 const struct config_flags *f)
{
	bool is_toa = c->policy.mode == MODE_TOA;
	bool is_tcp_mode = is_toa || c->policy.mode == MODE_PPV1;
	bool is_udp_mode = c->policy.mode == MODE_SPP;

	if (f->tcp_only && f->udp_only)
		return "--tcp and --udp exclude each other; without either "
		       "both transports are served";
	if (is_tcp_mode && f->udp_only)
		return is_toa ? "--mode toa is for TCP, --udp leaves none"
			      : "--mode ppv1 is for TCP, --udp leaves none";
	if (is_udp_mode && f->tcp_only)
		return "--mode spp is for UDP, --tcp leaves none";
	if (c->reply == REPLY_HTTP && (f->udp_only || is_udp_mode))
		return "--reply http is for TCP";
	if (c->reply == REPLY_SOURCE && (f->udp_only || is_udp_mode))
		return "--reply source is for TCP";
	if (c->reply == REPLY_HTTP && c->want_identity)
		return "--identify means nothing with --reply http, which "
		       "answers with the identity";
	c->want_identity |= c->reply == REPLY_WHOAMI;
	c->want_tcp = !f->udp_only && !is_udp_mode;
	c->want_udp = !f->tcp_only && !is_tcp_mode && c->reply != REPLY_HTTP &&
		      c->reply != REPLY_SOURCE;
	return NULL;
}

static const char *config_set_addrs(struct origin_config *c)
{
	size_t i;

	if (!c->n_addrs) {
		c->n_addrs = 1;
		c->addrs[0].addr.family = c->family == FAMILY_4 ? IP_V4 : IP_V6;
	}
	for (i = 0; i < c->n_addrs; i++) {
		uint8_t family = c->addrs[i].addr.family;

		if (c->family == FAMILY_4 && family != IP_V4)
			return "--family 4 listens on IPv4 addresses only";
		if (c->family == FAMILY_6 && family != IP_V6)
			return "--family 6 listens on IPv6 addresses only";
	}
	return NULL;
}

/* What the options of mode toa say, all in @f so far. */
static const char *config_set_toa(struct origin_config *c,
				  const struct config_flags *f)
{
	int from = f->toa_from == TOA_FROM_DEFAULT ? TOA_FROM_KERNEL
						   : f->toa_from;

	if (c->policy.mode != MODE_TOA)
		return f->toa_from != TOA_FROM_DEFAULT || f->has_kinds ||
				       f->toa_iface
			       ? "--toa-from, --toa-kind and --toa-iface "
				 "need --mode toa"
			       : NULL;
	if (f->has_kinds && from == TOA_FROM_KERNEL)
		return "--toa-kind means nothing with --toa-from kernel: "
		       "what is loaded there decides";
	if (f->toa_iface && from != TOA_FROM_PCAP)
		return "--toa-iface needs --toa-from pcap";
	c->toa_from = from;
	c->toa_iface = f->toa_iface ? f->toa_iface : "any";
	c->toa_kinds = f->kinds;
	if (!f->has_kinds)
		c->toa_kinds.is_on[TOA_KIND_DEFAULT] = true;
	return NULL;
}

static const char *config_check(struct origin_config *c,
				const struct config_flags *f)
{
	const char *err = config_set_transports(c, f);

	if (!err)
		err = config_set_addrs(c);
	if (!err)
		err = config_set_toa(c, f);
	if (err)
		return err;
	if (c->policy.mode == MODE_OFF &&
	    (c->policy.want_header || c->policy.trust))
		return "--mode off looks for no header: --require and --trust "
		       "mean nothing with it";
	if (c->log_format == LOG_FORMAT_PYTHON && c->reply != REPLY_HTTP)
		return "--log-format python logs requests: it needs --reply "
		       "http";
	if (c->log_path == NULL && c->log_format != LOG_FORMAT_JSON)
		c->log_path = "-";
	return NULL;
}

static bool config_add_ports(struct origin_config *c, int n, char **args,
			     const char **ret_bad)
{
	int i;

	for (i = 0; i < n; i++) {
		uint64_t port;

		*ret_bad = args[i];
		if (!str_u64(args[i], strlen(args[i]), &port) ||
		    port > UINT16_MAX || c->n_ports == CONFIG_PORTS_MAX)
			return false;
		c->ports[c->n_ports++] = (uint16_t)port;
	}
	return true;
}

static const char config_tail[] =
	"examples:\n"
	"  tp-origin --mode ppv2 --reply whoami --log - 20000\n"
	"  tp-origin --mode toa --toa-from saved-syn --reply whoami 20000\n"
	"  tp-origin -l 127.0.0.1 --mode auto --trust 127.0.0.1 20000 20001\n"
	"\n"
	"exit status: 0 stopped by a signal, 2 usage, 3 cannot listen or log";

static const struct opt_spec config_spec = {
	.prog = "tp-origin",
	.usage = "[options] PORT...",
	.about = "Listen on TCP and UDP, strip the PROXY protocol or SPP "
		 "header or read the TCP option, and say whom the service "
		 "believes to serve. PORT 0 "
		 "is chosen by the kernel.",
	.tail = config_tail,
};

int config_parse(int argc, char **argv, struct origin_config *ret)
{
	struct config_flags flags = { .toa_from = TOA_FROM_DEFAULT };
	struct opt_spec spec = config_spec;
	const char *err;
	int first = 0, status;

	*ret = (struct origin_config) {
		.family = FAMILY_DUAL,
		.policy.hdr_max = 4096,
		.header_timeout_ms = 5000,
		.idle_timeout_ms = 300000,
		.udp_idle_ms = 60000,
		.udp_sessions_max = 16384,
	};
	status = config_parse_options(argc, argv, ret, &flags, &first);
	if (status >= 0)
		return status;
	err = config_check(ret, &flags);
	if (err)
		return opt_fail(&spec, "%s", err);
	if (first == argc)
		return opt_fail(&spec, "no PORT to listen on");
	if (!config_add_ports(ret, argc - first, argv + first, &err))
		return opt_fail(&spec,
				"'%s' is not a port 0..65535, or more than %d "
				"were given",
				err, CONFIG_PORTS_MAX);
	if (fault_is_on(&ret->faults, FAULT_HASTY))
		ret->header_timeout_ms = ret->faults.arg[FAULT_HASTY];
	if (ret->header_timeout_ms < CONFIG_HEADER_TIMEOUT_MS_MIN &&
	    !ret->is_quiet)
		log_warn("--header-timeout below 3s refuses senders that the "
			 "specification allows to be that slow");
	return -1;
}

static int config_parse_options(int argc, char **argv, struct origin_config *c,
				struct config_flags *f, int *ret_operand)
{
	const struct opt opts[] = {
		{ 'l', "listen", "ADDR", OPT_CALL, c, 0, 0, NULL,
		  config_add_addr,
		  "listen on ADDR (default: any address of --family); may be "
		  "repeated" },
		{ 't', "tcp", NULL, OPT_FLAG, &f->tcp_only, 0, 0, NULL, NULL,
		  "serve TCP only" },
		{ 'u', "udp", NULL, OPT_FLAG, &f->udp_only, 0, 0, NULL, NULL,
		  "serve UDP only" },
		{ 0, "family", "4|6|dual", OPT_CHOICE, &c->family, 0, 0,
		  config_families, NULL,
		  "AF_INET sockets, IPv6-only ones, or IPv6 ones that take "
		  "IPv4 too (default dual)" },
		{ 0, "mode", "MODE", OPT_CHOICE, &c->policy.mode, 0, 0,
		  config_modes, NULL,
		  "auto: take a header if one comes; ppv1 (TCP), ppv2, spp "
		  "(UDP): require one of that kind; toa: a TCP option, if any; "
		  "off: all is payload (default auto)" },
		{ 0, "toa-from", "kernel|saved-syn|pcap", OPT_CHOICE,
		  &f->toa_from, 0, 0, config_toa_froms, NULL,
		  "where TCP option addresses are read: accept() answers with "
		  "them; in the SYN; by libpcap (default kernel)" },
		{ 0, "toa-kind", "KIND,...", OPT_CALL, f, 0, 0, NULL,
		  config_add_kind,
		  "option kinds that are believed, for saved-syn and pcap "
		  "(default 200)" },
		{ 0, "toa-iface", "IFACE", OPT_STR, &f->toa_iface, 0, 0, NULL,
		  NULL, "the interface to capture on (default any)" },
		{ 0, "require", NULL, OPT_FLAG, &c->policy.want_header, 0, 0,
		  NULL, NULL,
		  "refuse whoever sends no header (mode toa: option), also in "
		  "mode auto and from outside --trust" },
		{ 0, "trust", "CIDR,...", OPT_CALL, c, 0, 0, NULL,
		  config_add_trust,
		  "take headers from these peers only; from others they are "
		  "refused, options passed over (default: everyone)" },
		{ 0, "reply", "REPLY", OPT_CHOICE, &c->reply, 0, 0,
		  config_replies, NULL,
		  "echo: the payload; whoami: a JSON line, then the payload; "
		  "http: that line as an HTTP answer; discard: nothing; "
		  "source (TCP): bytes, as fast as they are taken (default "
		  "echo)" },
		{ 0, "identify", NULL, OPT_FLAG, &c->want_identity, 0, 0, NULL,
		  NULL,
		  "send the JSON line of whoami first, whatever the reply" },
		{ 0, "banner", "TEXT", OPT_STR, &c->banner, 0, 0, NULL, NULL,
		  "TCP: speak first, as soon as the client is known" },
		{ 0, "header-timeout", "TIME", OPT_DURATION,
		  &c->header_timeout_ms, 1, 3600000, NULL, NULL,
		  "how long a TCP header may take (default 5s)" },
		{ 0, "header-max", "BYTES", OPT_SIZE, &c->policy.hdr_max,
		  PP2_FIXED_LEN, PP2_HDR_MAX, NULL, NULL,
		  "longest PROXY v2 header taken (default 4096)" },
		{ 0, "idle-timeout", "TIME", OPT_DURATION, &c->idle_timeout_ms,
		  0, 86400000, NULL, NULL,
		  "end silent TCP connections; 0: never (default 300s)" },
		{ 0, "max-conns", "N", OPT_U32, &c->max_conns, 1, 1000000, NULL,
		  NULL,
		  "TCP connections at a time (default: what the descriptor "
		  "limit allows)" },
		{ 0, "udp-idle", "TIME", OPT_DURATION, &c->udp_idle_ms, 1,
		  86400000, NULL, NULL,
		  "how long a UDP session remembers its client (default 60s)" },
		{ 0, "udp-sessions", "N", OPT_U32, &c->udp_sessions_max, 1,
		  1000000, NULL, NULL,
		  "UDP sessions at a time (default 16384)" },
		{ 0, "udp-header-only", "echo|ignore", OPT_CHOICE,
		  &c->header_only, 0, 0, config_header_onlys, NULL,
		  "a datagram of a header and nothing else: answer it as an "
		  "empty one, or not at all (default echo)" },
		{ 0, "log", "FILE", OPT_STR, &c->log_path, 0, 0, NULL, NULL,
		  "log to FILE, or to standard output if it is -; reopened on "
		  "SIGUSR1" },
		{ 0, "log-format", "FORMAT", OPT_CHOICE, &c->log_format, 0, 0,
		  config_formats, NULL,
		  "json, or the lines of the product's nginx, python, c or "
		  "java samples (default json; others imply --log -)" },
		{ 0, "stats", NULL, OPT_FLAG, &c->want_stats, 0, 0, NULL, NULL,
		  "print the counters as a JSON line on stderr at the end" },
#define FAULT(id, name, has_arg, arg) " " name
		{ 0, "fault", "LIST", OPT_CALL, &c->faults, 0, 0, NULL,
		  config_add_faults,
		  "be wrong on purpose, to test who must notice; a list, "
		  "separated by commas, of:"
#include "fault.def"
		},
#undef FAULT
		{ 'v', "verbose", NULL, OPT_COUNT, &c->verbosity, 0, 0, NULL,
		  NULL, "say what is refused and why; implies --stats" },
		{ 'q', "quiet", NULL, OPT_FLAG, &c->is_quiet, 0, 0, NULL, NULL,
		  "say nothing but warnings and errors" },
		{ 0 },
	};
	struct opt_spec spec = config_spec;

	spec.opts = opts;
	return opt_parse(&spec, argc, argv, ret_operand);
}
