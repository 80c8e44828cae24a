/* SPDX-License-Identifier: BSD-2-Clause */
/* cli.c - see cli.h */
#include "cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/opt.h"
#include "fault.h"
#include "rules/rule.h"
#include "wire/toa_shim.h"
#include "wire/wire.h"

static const char *const header_timings[] = { "first-data", "connect", NULL };
static const char *const udp_headers[] = { "first", "every", "alone", NULL };

static const char *const splices[] = { "auto", "off", "always", NULL };
static const char *const fast_paths[] = { "auto", "off", "always", NULL };
static const char *const fast_spins[] = { "auto", "off", NULL };
static const char *const steer_modes[] = { "auto", "off", "always", NULL };

static bool opt_add_rule(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	struct proxy_config *c = dst;

	if (c->n_rules == CONFIG_RULES_MAX) {
		(void)snprintf(err, OPT_ERR_MAX,
			       "more than %d: put them into a file (-f)",
			       CONFIG_RULES_MAX);
		return false;
	}
	c->rules[c->n_rules++] = value;
	return true;
}

static bool opt_add_listen(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	struct proxy_config *c = dst;

	if (c->n_listen == CONFIG_LISTEN_MAX ||
	    !ip_addr_parse(value, strlen(value), &c->listen[c->n_listen])) {
		(void)snprintf(err, OPT_ERR_MAX,
			       "must be an IPv4 or IPv6 address, at most %d",
			       CONFIG_LISTEN_MAX);
		return false;
	}
	c->n_listen++;
	return true;
}

static bool opt_set_addr(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	if (ip_addr_parse(value, strlen(value), dst))
		return true;
	(void)snprintf(err, OPT_ERR_MAX, "is not an IPv4 or IPv6 address");
	return false;
}

/* a list of the names of enum toa_place */
static bool opt_set_places(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	static const struct {
		const char *name;
		uint32_t place;
	} places[] = {
		{ "syn", TOA_PLACE_SYN },
		{ "ack", TOA_PLACE_ACK },
		{ "data", TOA_PLACE_DATA },
	};
	uint32_t set = 0;
	size_t i, n;

	do {
		n = strcspn(value, ",");
		for (i = 0; i < ARRAY_SIZE(places); i++)
			if (strlen(places[i].name) == n &&
			    !memcmp(places[i].name, value, n))
				break;
		if (i == ARRAY_SIZE(places)) {
			(void)snprintf(err, OPT_ERR_MAX,
				       "must list syn, ack, data");
			return false;
		}
		set |= places[i].place;
		value += n;
	} while (*value++ == ',');
	*(uint32_t *)dst = set;
	return true;
}

static bool opt_add_faults(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	return fault_add(dst, fault_names, FAULT_COUNT, value, err,
			 OPT_ERR_MAX);
}

static bool opt_set_endpoint(void *dst, const char *value,
			     char err[OPT_ERR_MAX])
{
	if (endpoint_parse(value, strlen(value), dst))
		return true;
	(void)snprintf(err, OPT_ERR_MAX,
		       "is not ADDR:PORT or [ADDR]:PORT, as 127.0.0.1:8080");
	return false;
}

static bool opt_set_flag(struct proxy_config *c, unsigned flag)
{
	c->rule_flags |= flag;
	return true;
}

static bool opt_ext(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	(void)value;
	(void)err;
	return opt_set_flag(dst, RULE_F_EXT);
}

static bool opt_strict(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	(void)value;
	(void)err;
	return opt_set_flag(dst, RULE_F_STRICT);
}

static bool opt_expanded(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	(void)value;
	(void)err;
	return opt_set_flag(dst, RULE_F_COUNT_EXPANDED);
}

static struct proxy_config config = {
	.header_wait_ms = 5,
	.udp_idle_ms = 30000,
	.toa_kind = TOA_KIND_DEFAULT,
	.toa_places = TOA_PLACE_ACK | TOA_PLACE_DATA,
	.connect_timeout_ms = 5000,
	.idle_timeout_ms = 600000,
	.retry_ms = 10000,
	.drain_ms = 30000,
	.buffer_bytes_max = 256 << 20,
	.service_id = "sid-local",
	.dns_ttl_max_ms = 300000,
	.serve = { .quota = 1, .domain = "proxy.local" },
};

#define DAY_MS 86400000

#define O(letter, name, arg, type, dst, min, max, choices, call, help)      \
	{                                                                   \
		letter, name, arg, type, dst, min, max, choices, call, help \
	}
static const struct opt serve_options[] = {
	O(0, "state", "DIR", OPT_STR, &config.serve.state, 0, 0, NULL, NULL,
	  "where instances, rules and groups are kept; made if it is not "
	  "there"),
	O(0, "api", "ADDR:PORT", OPT_CALL, &config.serve.listen, 0, 0, NULL,
	  opt_set_endpoint,
	  "serve the API and the console page here too (default: the "
	  "local socket only)"),
	O(0, "api-socket", "PATH", OPT_STR, &config.serve.socket, 0, 0, NULL,
	  NULL, "local socket of the API (default: api.sock in DIR)"),
	O(0, "api-cert", "FILE", OPT_STR, &config.serve.cert, 0, 0, NULL, NULL,
	  "with --api: TLS with this certificate (PEM)"),
	O(0, "api-key", "FILE", OPT_STR, &config.serve.key, 0, 0, NULL, NULL,
	  "its private key (PEM)"),
	O(0, "domain", "NAME", OPT_STR, &config.serve.domain, 0, 0, NULL, NULL,
	  "what access names (Cname) end with (default proxy.local)"),
	O(0, "quota", "N", OPT_U32, &config.serve.quota, 1, 1000, NULL, NULL,
	  "instances there may be (default 1, as the product)"),
	O(0, "settle", "TIME", OPT_DURATION, &config.serve.settle_ms, 0, DAY_MS,
	  NULL, NULL,
	  "keep changes in progress this long, as the product does (default "
	  "0)"),
	{ 0 },
};

static const struct opt file_options[] = {
	O('f', "file", "FILE", OPT_STR, &config.file, 0, 0, NULL, NULL,
	  "rules, one a line, as in the product's batch import; - is stdin"),
	O('r', "rule", "LINE", OPT_CALL, &config, 0, 0, NULL, opt_add_rule,
	  "one such line; may be repeated"),
	O('c', "check", NULL, OPT_FLAG, &config.is_check, 0, 0, NULL, NULL,
	  "check the rules and exit"),
	{ 0 },
};

static const struct opt common_options[] = {
	O('L', "listen", "ADDR", OPT_CALL, &config, 0, 0, NULL, opt_add_listen,
	  "listen on this address only; may be repeated (default: all, IPv4 "
	  "and IPv6)"),
	O(0, "steer", "WHEN", OPT_CHOICE, &config.steer, 0, 0, steer_modes,
	  NULL,
	  "many ports on few sockets, by eBPF (sk_lookup): auto, where there "
	  "are many and it can be (default), off, or always"),
	O('t', "threads", "N", OPT_U32, &config.n_threads, 1,
	  CONFIG_THREADS_MAX, NULL, NULL,
	  "event loops (default: one for each CPU)"),
	O(0, "origin-from", "ADDR", OPT_CALL, &config.origin_from, 0, 0, NULL,
	  opt_set_addr, "source address towards origins of its family"),
	O(0, "ext", NULL, OPT_CALL, &config, 0, 0, NULL, opt_ext,
	  "take mode spp in rules, which the product's format does not have"),
	O(0, "strict", NULL, OPT_CALL, &config, 0, 0, NULL, opt_strict,
	  "take the product's format to the letter: no comments, no blank "
	  "lines, no private or loopback origins"),
	O(0, "count-expanded", NULL, OPT_CALL, &config, 0, 0, NULL,
	  opt_expanded, "count a range as its ports, not as one of 20 entries"),
	O(0, "header-timing", "WHEN", OPT_CHOICE, &config.header_timing, 0, 0,
	  header_timings, NULL,
	  "TCP header: first-data, with the client's first bytes or after the "
	  "wait (default), or connect, at once"),
	O(0, "header-wait", "TIME", OPT_DURATION, &config.header_wait_ms, 0,
	  60000, NULL, NULL,
	  "how long first-data waits for the client (default 5ms)"),
	O(0, "udp-header", "WHICH", OPT_CHOICE, &config.udp_header, 0, 0,
	  udp_headers, NULL,
	  "UDP PPv2 header: on the first datagram of a session (default), on "
	  "every one, or alone before the first"),
	O(0, "udp-idle", "TIME", OPT_DURATION, &config.udp_idle_ms, 1, DAY_MS,
	  NULL, NULL, "a UDP session ends after this silence (default 30s)"),
	O(0, "udp-gso", NULL, OPT_FLAG, &config.udp_gso, 0, 0, NULL, NULL,
	  "write runs of datagrams of a session as one message that the kernel "
	  "cuts (UDP_SEGMENT), and forward no session past the sockets: for "
	  "hosts where none may be; captures on this host show runs uncut"),
	O(0, "toa-kind", "N", OPT_U32, &config.toa_kind, 9, 254, NULL, NULL,
	  "TCP option kind of mode toa (default 200)"),
	O(0, "toa-on", "LIST", OPT_CALL, &config.toa_places, 0, 0, NULL,
	  opt_set_places,
	  "segments that carry it: syn, ack, data, until the origin's first "
	  "byte (default ack,data)"),
	O(0, "connect-timeout", "TIME", OPT_DURATION,
	  &config.connect_timeout_ms, 1, DAY_MS, NULL, NULL,
	  "for each address of an origin (default 5s)"),
	O(0, "idle-timeout", "TIME", OPT_DURATION, &config.idle_timeout_ms, 1,
	  30ULL * DAY_MS, NULL, NULL,
	  "a TCP connection is reset after this silence (default 10m)"),
	O(0, "retry", "TIME", OPT_DURATION, &config.retry_ms, 1, DAY_MS, NULL,
	  NULL,
	  "a failed origin address is passed over this long (default "
	  "10s)"),
	O(0, "drain", "TIME", OPT_DURATION, &config.drain_ms, 0, DAY_MS, NULL,
	  NULL, "on SIGTERM, wait this long for connections (default 30s)"),
	O(0, "max-conns", "N", OPT_U32, &config.conns_max, 1, 0, NULL, NULL,
	  "connections and sessions at a time (default: what the limit of "
	  "descriptors allows)"),
	O(0, "buffers", "SIZE", OPT_SIZE, &config.buffer_bytes_max, 0, 0, NULL,
	  NULL, "bytes held for receivers that do not keep up (default 256M)"),
	O(0, "splice", "WHEN", OPT_CHOICE, &config.splice, 0, 0, splices, NULL,
	  "move TCP payload inside the kernel: auto, while a connection is "
	  "busy with bulk (default), off, or always"),
	O(0, "fast-path", "WHEN", OPT_CHOICE, &config.fast_path, 0, 0,
	  fast_paths, NULL,
	  "let segments of a TCP connection pass this process's sockets by, "
	  "rewritten by eBPF: auto, once it is worth it (default), off, or "
	  "always; forward UDP sessions there: auto, if it may, off, or "
	  "always; auto does neither where it would pass a packet filter by"),
	O(0, "fast-spin", "WHEN", OPT_CHOICE, &config.fast_spin, 0, 0,
	  fast_spins, NULL,
	  "keep a CPU awake for such connections: auto, while messages come "
	  "fast "
	  "and are faster by it (default), or off"),
	O(0, "busy-poll", "USEC", OPT_U32, &config.busy_poll_us, 0, 10000, NULL,
	  NULL,
	  "look for events this many microseconds before a thread sleeps, for "
	  "shorter round trips at the price of idle CPU (default 0)"),
	O(0, "congestion", "NAME", OPT_STR, &config.congestion, 0, 0, NULL,
	  NULL, "TCP congestion control of both sides (default: the system's)"),
	O(0, "resolver", "LIST", OPT_STR, &config.resolver, 0, 0, NULL, NULL,
	  "name servers ADDR[:PORT],... instead of the system's"),
	O(0, "dns-ttl-max", "TIME", OPT_DURATION, &config.dns_ttl_max_ms, 1000,
	  DAY_MS, NULL, NULL,
	  "resolve a domain again at least this often (default 5m)"),
	O(0, "log", "FILE", OPT_STR, &config.log_path, 0, 0, NULL, NULL,
	  "access log, JSON Lines with the product's field names; - is stdout"),
	O(0, "log-interval", "TIME", OPT_DURATION, &config.log_interval_ms, 0,
	  DAY_MS, NULL, NULL,
	  "also a line this often while a connection lasts (default 0: off)"),
	O(0, "service-id", "ID", OPT_STR, &config.service_id, 0, 0, NULL, NULL,
	  "ServiceID in the access log (default sid-local)"),
	O(0, "user", "NAME", OPT_STR, &config.user, 0, 0, NULL, NULL,
	  "become this user once the ports are bound"),
#define FAULT(id, name, has_arg, arg) " " name
	{ 0, "fault", "LIST", OPT_CALL, &config.faults, 0, 0, NULL,
	  opt_add_faults,
	  "be wrong on purpose, to test who must notice; a list, separated by "
	  "commas, of:"
#include "fault.def"
	},
#undef FAULT
	O('v', "verbose", NULL, OPT_COUNT, &config.verbose, 0, 0, NULL, NULL,
	  "say more; print the counters at the end"),
	O('q', "quiet", NULL, OPT_COUNT, &config.quiet, 0, 0, NULL, NULL,
	  "say only what goes wrong"),
#undef O
	{ 0 },
};

#define TAIL                                                               \
	"signals: TERM drains and stops, HUP loads the rules again, USR1 " \
	"reopens the\n  access log, USR2 prints counters.\n"               \
	"exit status: 0 stopped, 2 bad option or rule, 3 cannot bind or "  \
	"open.\n"

static const struct opt_spec file_spec = {
	.prog = "tp-proxy",
	.usage = "[options] -f FILE\n[options] --rule LINE...\n-c -f FILE\n"
		 "serve --state DIR [options]",
	.about = "Forwards TCP and UDP by the rules of an edge L4 proxy and "
		 "tells origins the clients' addresses: TOA, PROXY protocol "
		 "v1 and v2, SPP.",
	.tail = TAIL "example: tp-proxy --rule 'tcp:10000 127.0.0.1 20000 off "
		     "ppv2'",
};

static const struct opt_spec serve_spec = {
	.prog = "tp-proxy serve",
	.usage = "--state DIR [options]",
	.about = "Forwards by rules that come through the product's API, and "
		 "keeps them in DIR, with the API's credentials in "
		 "DIR/credentials.",
	.tail = TAIL "example: tp-proxy serve --state /var/lib/tp-proxy --api "
		     "127.0.0.1:8080",
};

/* opt_join() - @a and @b, each ended by an empty entry, in one table */
static void opt_join(struct opt *to, const struct opt *a, const struct opt *b)
{
	while (a->letter || a->name)
		*to++ = *a++;
	while (b->letter || b->name)
		*to++ = *b++;
	*to = (struct opt) { 0 };
}

static int cli_check_serve(const struct opt_spec *spec)
{
	const struct serve_config *s = &config.serve;

	if (!s->state)
		return opt_fail(spec, "--state DIR is missing");
	if (!s->cert != !s->key)
		return opt_fail(spec, "--api-cert and --api-key go together");
	if (s->cert && s->listen.addr.family == IP_NONE)
		return opt_fail(spec, "--api-cert needs --api ADDR:PORT");
	return -1;
}

int cli_parse(int argc, char **argv, const struct proxy_config **ret)
{
	static struct opt table[ARRAY_SIZE(common_options) +
				ARRAY_SIZE(serve_options) +
				ARRAY_SIZE(file_options)];
	bool is_serve = argc > 1 && strcmp(argv[1], "serve") == 0;
	struct opt_spec spec = is_serve ? serve_spec : file_spec;
	int operand, status;

	if (is_serve) {
		argv++;
		argc--;
	}
	opt_join(table, is_serve ? serve_options : file_options,
		 common_options);
	spec.opts = table;
	status = opt_parse(&spec, argc, argv, &operand);
	if (status >= 0)
		return status;
	if (operand < argc)
		return opt_fail(&spec, "unexpected '%s'", argv[operand]);
	if (is_serve)
		status = cli_check_serve(&spec);
	if (status >= 0)
		return status;
	if (!config.n_threads) {
		long n = sysconf(_SC_NPROCESSORS_ONLN);

		config.n_threads = n < 1		    ? 1
				   : n > CONFIG_THREADS_MAX ? CONFIG_THREADS_MAX
							    : (uint32_t)n;
	}
	*ret = &config;
	return -1;
}
