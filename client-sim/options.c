/* SPDX-License-Identifier: BSD-2-Clause */
/* options.c - see options.h */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/opt.h"
#include "base/str.h"
#include "resolve.h"
#include "wire/wire.h"

#define OPTIONS_MAX	   60
#define OPTIONS_TIMEOUT_MS 10000
#define OPTIONS_UDP_SIZE   1400
#define OPTIONS_WINDOW	   8
#define OPTIONS_DAY_MS	   86400000ULL

/* What the table writes to before it becomes a plan. */
struct options_raw {
	struct options *out;
	uint32_t conns;
	uint32_t messages;
	int send;
	int arrival;
	int bulk;
	const char *path;
	bool want_v4;
	bool want_v6;
};

static bool options_set(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	(void)value;
	(void)err;
	*(bool *)dst = true;
	return true;
}

static bool options_clear(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	(void)value;
	(void)err;
	*(bool *)dst = false;
	return true;
}

static bool options_src(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	char bad[64] = "";

	if (cidr_list_add(dst, value, bad, sizeof(bad)))
		return true;
	(void)snprintf(err, OPT_ERR_MAX,
		       "'%s' is not an address or a prefix without host bits, "
		       "such as 127.1.0.0/16 or fd00::/112",
		       bad);
	return false;
}

/* "SRC" or "SRC-DST", each IP:PORT or [IPv6]:PORT. */
static bool options_claim(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	struct plan *p = dst;
	const char *dash = strchr(value, '-');
	size_t len = dash ? (size_t)(dash - value) : strlen(value);

	if (endpoint_parse(value, len, &p->claim_src) &&
	    (!dash ||
	     endpoint_parse(dash + 1, strlen(dash + 1), &p->claim_dst)))
		return true;
	str_copy(err, OPT_ERR_MAX,
		 "is not IP:PORT or IP:PORT-IP:PORT, such as "
		 "192.0.2.1:5555-198.51.100.9:443; IPv6 stands in brackets");
	return false;
}

static bool options_expect(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	struct endpoint *e = dst;
	struct ip_addr a;

	if (ip_addr_parse(value, strlen(value), &a)) {
		*e = (struct endpoint) { .addr = a };
		return true;
	}
	if (endpoint_parse(value, strlen(value), e))
		return true;
	str_copy(err, OPT_ERR_MAX, "is not IP, IP:PORT or [IPv6]:PORT");
	return false;
}

static bool options_split(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	uint64_t n;

	if (strcmp(value, "each") == 0) {
		*(uint32_t *)dst = SPLIT_EACH;
		return true;
	}
	if (str_u64(value, strlen(value), &n) && n >= 1 && n <= UINT16_MAX) {
		*(uint32_t *)dst = (uint32_t)n;
		return true;
	}
	str_copy(err, OPT_ERR_MAX,
		 "is neither 'each' nor a number of bytes, 1 "
		 "or more");
	return false;
}

/* What is sent, how often, from where. Returns the entries written. */
static size_t options_table_load(struct options_raw *raw, struct opt *t)
{
	static const char *const arrivals[] = { "constant", "poisson", NULL };
	static const char *const bulks[] = { "no", "up", "down", NULL };
	struct plan *p = &raw->out->plan;
	const struct opt opts[] = {
		{ 'u', "udp", NULL, OPT_FLAG, &p->is_udp,
		  .help = "UDP instead of TCP" },
		{ 'c', "conns", "N", OPT_U32, &raw->conns, 1, 0,
		  .help = "connections (UDP: sockets) in total; default 1, "
			  "with --duration no limit" },
		{ 'C', "concurrency", "N", OPT_U32, &p->concurrency, 1,
		  PLAN_CONCURRENCY_MAX,
		  .help = "connections at a time; default: --conns, at most "
			  "64" },
		{ 'n', "messages", "M", OPT_U32, &raw->messages, 1, 0,
		  .help = "messages per connection, each sent when the echo "
			  "of the last is whole; default 1, with --duration "
			  "no limit" },
		{ 'm', "size", "SIZE", OPT_SIZE, &p->size, 0, 1ULL << 40,
		  .help = "bytes per message, 0 allowed; default 64" },
		{ 'd', "duration", "DUR", OPT_DURATION, &p->duration_ms, 1,
		  OPTIONS_DAY_MS,
		  .help = "run that long instead of to a count" },
		{ 't', "threads", "N", OPT_U32, &p->threads, 1,
		  PLAN_THREADS_MAX,
		  .help = "threads, one event loop each; default 1" },
		{ 'R', "rate", "N", OPT_U32, &p->rate, 1, 10000000,
		  .help = "open loop: N messages per second over all "
			  "connections, or, with one message each, N "
			  "connections; latency counts from when each was "
			  "due" },
		{ 0, "arrival", "HOW", OPT_CHOICE, &raw->arrival,
		  .choices = arrivals,
		  .help = "of --rate and --conn-rate: constant (the default) "
			  "or poisson" },
		{ 0, "conn-rate", "N", OPT_U32, &p->conn_rate, 1, 10000000,
		  .help = "open N connections per second" },
		{ 0, "ramp", "DUR", OPT_DURATION, &p->ramp_ms, 1,
		  OPTIONS_DAY_MS,
		  .help = "rates rise for that long; without a rate the "
			  "connections are opened one by one over it" },
		{ 0, "think", "DUR", OPT_DURATION, &p->think_ms, 1,
		  OPTIONS_DAY_MS,
		  .help = "wait that long before each message but the first" },
		{ 0, "bulk", "WAY", OPT_CHOICE, &raw->bulk, .choices = bulks,
		  .help = "TCP: bytes as fast as they go, up (to an origin "
			  "that discards) or down (from one that sends), for "
			  "--duration, or --size times --messages of them" },
		{ 0, "http", "PATH", OPT_STR, &raw->path,
		  .help = "TCP: a message is a GET of PATH, and its reply a "
			  "response" },
		{ 0, "src", "LIST", OPT_CALL, &p->src, .call = options_src,
		  .help = "source addresses, used in turn: addresses and "
			  "prefixes, separated by commas; those of the "
			  "target's family are taken" },
		{ 0, "hold", "DUR", OPT_DURATION, &p->hold_ms, 1,
		  OPTIONS_DAY_MS,
		  .help = "keep each connection open that long after its last "
			  "message" },
		{ 0, "half-close", NULL, OPT_CALL, &p->want_half_close,
		  .call = options_set,
		  .help = "TCP: send FIN after the last message and await the "
			  "peer's (the default)" },
		{ 0, "no-half-close", NULL, OPT_CALL, &p->want_half_close,
		  .call = options_clear,
		  .help = "TCP: close after the last echoed byte" },
		{ 0, "rst", NULL, OPT_FLAG, &p->want_rst,
		  .help = "TCP: close with RST after the last echoed byte, "
			  "which leaves no TIME_WAIT" },
		{ 0, "udp-size", "SIZE", OPT_U32, &p->udp_size, 1,
		  PLAN_DATAGRAM_MAX,
		  .help = "UDP: payload of the datagrams that a message too "
			  "large for one is cut into; default 1400" },
		{ 0, "window", "N", OPT_U32, &p->window, 1, PLAN_WINDOW_MAX,
		  .help = "UDP: datagrams under way per socket; default 8" },
	};

	memcpy(t, opts, sizeof(opts));
	return ARRAY_SIZE(opts);
}

/* What is checked, which header is played, how it is told. */
static size_t options_table_check(struct options_raw *raw, struct opt *t)
{
	static const char *const sends[] = { "none", "v1", "v2", "spp", NULL };
	struct options *o = raw->out;
	struct plan *p = &o->plan;
	const struct opt opts[] = {
		{ 0, "verify", NULL, OPT_CALL, &p->want_verify,
		  .call = options_set,
		  .help = "compare each echoed byte (the default)" },
		{ 0, "no-verify", NULL, OPT_CALL, &p->want_verify,
		  .call = options_clear, .help = "count echoed bytes only" },
		{ 0, "whoami", NULL, OPT_FLAG, &p->want_whoami,
		  .help = "the origin replies with --reply whoami: check that "
			  "the client it names is the socket's own address and "
			  "port, or what --claim claims" },
		{ 0, "expect-client", "ADDR", OPT_CALL, &p->expect,
		  .call = options_expect,
		  .help = "as --whoami, but expect IP[:PORT]" },
		{ 0, "send", "WHAT", OPT_CHOICE, &raw->send, .choices = sends,
		  .help = "play the proxy: send a header, none, v1, v2 or "
			  "spp" },
		{ 0, "claim", "ADDRS", OPT_CALL, p, .call = options_claim,
		  .help = "what the header says, IP:PORT[-IP:PORT]; default: "
			  "the connection's own address, and the target" },
		{ 0, "split", "N", OPT_CALL, &p->split_at,
		  .call = options_split,
		  .help = "TCP: send the first N bytes of the header, or "
			  "'each' byte of it, apart" },
		{ '4', "ipv4", NULL, OPT_FLAG, &raw->want_v4,
		  .help = "the target is IPv4" },
		{ '6', "ipv6", NULL, OPT_FLAG, &raw->want_v6,
		  .help = "the target is IPv6" },
		{ 'W', "timeout", "DUR", OPT_DURATION, &p->timeout_ms, 1,
		  OPTIONS_DAY_MS,
		  .help = "give up a connection on which nothing happens that "
			  "long, and a datagram not answered; default 10s" },
		{ 0, "log", "FILE", OPT_STR, &o->log_path,
		  .help = "append one line of JSON per connection; - is "
			  "standard output" },
		{ 0, "progress", NULL, OPT_FLAG, &o->want_progress,
		  .help = "show progress although standard error is no "
			  "terminal" },
		{ 'v', "verbose", NULL, OPT_COUNT, &o->verbose,
		  .help = "tell each failure" },
		{ 'q', "quiet", NULL, OPT_FLAG, &o->is_quiet,
		  .help = "tell errors only" },
	};

	memcpy(t, opts, sizeof(opts));
	return ARRAY_SIZE(opts);
}

size_t options_output(struct output_options *o, struct opt *t)
{
	const struct opt opts[] = {
		{ 'J', "json", NULL, OPT_FLAG, &o->want_json,
		  .help = "print the summary as one line of JSON" },
		{ 0, "latency", NULL, OPT_FLAG, &o->want_latency,
		  .help = "print the latency's percentiles up to 99.999" },
		{ 0, "hgrm", "FILE", OPT_STR, &o->hgrm,
		  .help = "write the latency's percentiles as HdrHistogram "
			  "text, in milliseconds" },
		{ 0, "save", "FILE", OPT_STR, &o->save,
		  .help = "write the result with its histograms as JSON, for "
			  "tp-client merge" },
		{ 0, "plot", "DIR", OPT_STR, &o->plot,
		  .help = "draw latency and throughput with gnuplot: scripts "
			  "with their data, and SVG" },
	};

	memcpy(t, opts, sizeof(opts));
	return ARRAY_SIZE(opts);
}

/* What the words of the command line make the plan do. */
static bool options_load(struct options_raw *raw, const char *host,
			 char err[PLAN_ERR_MAX])
{
	static const enum load_kind bulks[] = { LOAD_ECHO, LOAD_UP, LOAD_DOWN };
	struct plan *p = &raw->out->plan;

	p->load = bulks[raw->bulk];
	p->arrival = (enum arrival)raw->arrival;
	if (!raw->path)
		return true;
	if (raw->bulk) {
		str_copy(err, PLAN_ERR_MAX,
			 "--bulk and --http exclude each other");
		return false;
	}
	if (plan_set_request(p, raw->path, host))
		return true;
	str_copy(err, PLAN_ERR_MAX,
		 "--http: the path begins with / and has no blanks; 900 bytes "
		 "are the limit");
	return false;
}

static int options_finish(const struct opt_spec *spec, struct options_raw *raw,
			  char **operands, int n)
{
	struct plan *p = &raw->out->plan;
	enum ip_family family = raw->want_v4   ? IP_V4
				: raw->want_v6 ? IP_V6
					       : IP_NONE;
	char err[PLAN_ERR_MAX] = "";

	if (n != 2)
		return opt_fail(spec, "%s",
				n < 2 ? "HOST and PORT are needed"
				      : "too many operands");
	if (raw->want_v4 && raw->want_v6)
		return opt_fail(spec, "-4 and -6 exclude each other");
	p->conns = raw->conns;
	p->messages = raw->messages;
	p->send = (enum send_mode)raw->send;
	if (!resolve_target(operands[0], operands[1], family, &p->target,
			    err) ||
	    !options_load(raw, operands[0], err) || !plan_check(p, err))
		return opt_fail(spec, "%s", err);
	return -1;
}

int options_parse(int argc, char **argv, struct options *ret)
{
	static const char tail[] =
		"exit status: 0 all well, 1 an identity or a byte was wrong or "
		"missing,\n2 usage, 3 a connection failed, 4 a timeout";
	struct options_raw raw = { .out = ret };
	struct opt table[OPTIONS_MAX] = { { 0 } };
	const struct opt_spec spec = {
		.prog = "tp-client",
		.usage = "[options] HOST PORT\nraw [options] --src IP[:PORT] "
			 "HOST PORT\nmerge [options] FILE...",
		.about = "Sends messages to an echoing origin, directly or "
			 "through a proxy, compares each byte that comes back, "
			 "and checks whom the origin takes the client for.",
		.tail = tail,
		.opts = table,
	};
	int first = 0, status;
	size_t n;

	*ret = (struct options) { .plan = {
					  .size = 64,
					  .threads = 1,
					  .timeout_ms = OPTIONS_TIMEOUT_MS,
					  .want_verify = true,
					  .want_half_close = true,
					  .udp_size = OPTIONS_UDP_SIZE,
					  .window = OPTIONS_WINDOW,
				  } };
	n = options_table_load(&raw, table);
	n += options_table_check(&raw, table + n);
	n += options_output(&ret->output, table + n);
	ASSERT(n < OPTIONS_MAX);
	status = opt_parse(&spec, argc, argv, &first);
	if (status != -1)
		return status;
	return options_finish(&spec, &raw, argv + first, argc - first);
}
