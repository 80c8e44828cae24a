/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_cli.c - `tp-conform proxy`: its options, its run, its page */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/str.h"
#include "proxy.h"
#include "wire/wire.h"

static const char *const modes[] = { "auto", "ppv1", "ppv2", "toa",
				     "spp",  "off",  NULL };

static const char *const payloads[] = { "raw", "dns", NULL };

static const unsigned mode_cases[] = {
	0, CASE_PPV1, CASE_PPV2, CASE_TOA, CASE_SPP, CASE_OFF,
};

static struct proxy_options options = {
	.timeout_ms = 2000,
	.bulk_bytes = 8 << 20,
	.crowd = 50,
};

static bool opt_source(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	struct proxy_options *o = dst;

	if (o->n_sources < PROXY_SOURCES_MAX &&
	    ip_addr_parse(value, strlen(value), &o->sources[o->n_sources])) {
		o->n_sources++;
		return true;
	}
	(void)snprintf(err, OPT_ERR_MAX,
		       "is not an IPv4 or IPv6 address, or one too many");
	return false;
}

/* "PORT", "ADDR:PORT", "[ADDR]:PORT" */
static bool opt_listen(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	struct endpoint *e = dst;
	uint64_t port;

	if (endpoint_parse(value, strlen(value), e) && e->port)
		return true;
	if (str_u64(value, strlen(value), &port) && port &&
	    port <= UINT16_MAX) {
		*e = (struct endpoint) { .port = (uint16_t)port };
		return true;
	}
	(void)snprintf(err, OPT_ERR_MAX, "is not [ADDR:]PORT");
	return false;
}

static bool opt_also(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	if (endpoint_parse(value, strlen(value), dst))
		return true;
	(void)snprintf(err, OPT_ERR_MAX, "is not ADDR:PORT");
	return false;
}

#define HOUR_MS 3600000

static const struct opt table[] = {
	{ 'l', "origin-listen", "[ADDR:]PORT", OPT_CALL, &options.listen, 0, 0,
	  NULL, opt_listen, "where the proxy's origin is: we listen there" },
	{ 'm', "mode", "MODE", OPT_CHOICE, &options.mode, 0, 0, modes, NULL,
	  "what the proxy is set to send: auto (find out), ppv1, ppv2, toa, "
	  "spp, off (default auto)" },
	{ 'u', "udp", NULL, OPT_FLAG, &options.is_udp, 0, 0, NULL, NULL,
	  "datagrams: ppv2, spp, off" },
	{ 0, "payload", "raw|dns", OPT_CHOICE, &options.payload, 0, 0, payloads,
	  NULL,
	  "what the datagrams are: raw, any bytes; dns, queries and responses, "
	  "for proxies that forward nothing else (default raw)" },
	{ 0, "also", "ADDR:PORT", OPT_CALL, &options.also, 0, 0, NULL, opt_also,
	  "the same proxy at an address of the other family (TCP)" },
	{ 0, "source", "ADDR", OPT_CALL, &options, 0, 0, NULL, opt_source,
	  "an address of our clients; may be repeated, they take turns" },
	{ 'W', "timeout", "TIME", OPT_DURATION, &options.timeout_ms, 50,
	  HOUR_MS, NULL, NULL, "how long bytes may be under way (default 2s)" },
	{ 0, "udp-idle", "TIME", OPT_DURATION, &options.idle_ms, 10, HOUR_MS,
	  NULL, NULL,
	  "the idle time of the proxy's UDP sessions: wait for it, and see "
	  "whether a client is introduced again" },
	{ 0, "bulk", "SIZE", OPT_SIZE, &options.bulk_bytes, 1, 1ULL << 40, NULL,
	  NULL, "bytes of the big transfer, each way (default 8M)" },
	{ 0, "crowd", "N", OPT_U32, &options.crowd, 2, PROXY_CROWD_MAX, NULL,
	  NULL, "clients at the same time (default 50)" },
	OPTIONS_REPORT(options.report),
	{ 0 },
};

static const struct opt_spec spec = {
	.prog = "tp-conform proxy",
	.usage = "[options] --origin-listen [ADDR:]PORT HOST:PORT [SPEC...]",
	.about =
		"Plays the clients and the origin of somebody else's proxy, "
		"finds out how it passes its clients' addresses on, and says "
		"whether it does so rightly. While it runs, the proxy's origin "
		"must be this program.",
	.tail = "SPEC is the begin of a case's id (ppv2/sent) or a "
		"requirement (G2).\n"
		"exit status: 0 passed, 1 a failure, 2 usage, 3 unreachable, "
		"5 inconclusive.\n"
		"example: tp-conform proxy --origin-listen 20000 192.0.2.1:443",
	.opts = table,
};

int options_proxy(int argc, char **argv, struct proxy_options *ret)
{
	int operand, status = opt_parse(&spec, argc, argv, &operand);

	if (status >= 0)
		return status;
	if (operand == argc)
		return opt_fail(&spec, "HOST:PORT is missing");
	if (!options.listen.port && !options.report.is_dryrun)
		return opt_fail(&spec, "--origin-listen is missing");
	options.target_text = argv[operand];
	status = options_target(argv[operand], &options.target);
	if (status)
		return status;
	if (options.is_udp &&
	    (options.mode == PROXY_PPV1 || options.mode == PROXY_TOA))
		return opt_fail(&spec, "mode %s is for TCP",
				modes[options.mode]);
	if (!options.is_udp && options.mode == PROXY_SPP)
		return opt_fail(&spec, "mode spp is for UDP (-u)");
	if (!options.is_udp && options.payload != PROXY_PAYLOAD_RAW)
		return opt_fail(&spec, "--payload dns is for UDP (-u)");
	options.specs = argv + operand + 1;
	options.n_specs = (size_t)(argc - operand - 1);
	options.report.has_colour = isatty(STDOUT_FILENO) &&
				    !getenv("NO_COLOR");
	*ret = options;
	return -1;
}

/* The mode that the first play showed. A header beside the option that was
 * asked for is no other mode, but a fault.
 */
static enum proxy_mode mode_seen(const struct proxy_seen *s, int wanted)
{
	const struct opening *op = &s->tcp.hello;
	bool has_option = op->has_option ||
			  (op->has_come && endpoint_eq(&op->peer, &op->self));

	if (has_option && wanted == PROXY_TOA)
		return PROXY_TOA;
	switch (s->kind) {
	case HDR_V1:
		return PROXY_PPV1;
	case HDR_V2:
		return PROXY_PPV2;
	case HDR_SPP:
		return PROXY_SPP;
	case HDR_NONE:
	case HDR_ALIEN:
		break;
	}
	return has_option ? PROXY_TOA : PROXY_OFF;
}

/* Settle the mode. Return: 0, or EXIT_INCONCLUSIVE with s->why */
static int mode_settle(struct proxy_options *o, struct proxy_seen *s)
{
	enum proxy_mode seen = mode_seen(s, o->mode);

	if (o->mode == PROXY_AUTO && seen == PROXY_OFF) {
		(void)snprintf(s->why, sizeof(s->why),
			       "the proxy passes no address on: neither a "
			       "header nor an option came (--mode says what "
			       "should)");
		return EXIT_INCONCLUSIVE;
	}
	if (o->mode != PROXY_AUTO && seen != PROXY_OFF &&
	    seen != (enum proxy_mode)o->mode) {
		(void)snprintf(s->why, sizeof(s->why),
			       "the proxy sends %s, not %s: wrong mode",
			       modes[seen], modes[o->mode]);
		return EXIT_INCONCLUSIVE;
	}
	if (o->mode == PROXY_AUTO)
		o->mode = (int)seen;
	s->mode = (enum proxy_mode)o->mode;
	return 0;
}

static size_t proxy_select(const struct proxy_options *o,
			   const struct case_def *out[])
{
	unsigned wanted = o->mode == PROXY_AUTO ? ~0U : mode_cases[o->mode];
	size_t i, n = 0;

	for (i = 0; i < cases_proxy.n; i++) {
		const struct case_def *d = &cases_proxy.cases[i];

		if (d->modes & wanted &&
		    !!(d->flags & CASE_F_UDP) == o->is_udp &&
		    case_selected(d, o->specs, o->n_specs))
			out[n++] = d;
	}
	return n;
}

static const struct case_result *result_of(const struct report *r,
					   const char *tail)
{
	size_t i, len = strlen(tail);

	for (i = 0; i < r->n; i++) {
		const char *id = r->results[i].def->id;
		size_t n = strlen(id);

		if (n > len && !strcmp(id + n - len, tail))
			return &r->results[i];
	}
	return NULL;
}

static void proxy_fact(struct verdict *v, const struct report *r,
		       const char *name, const char *tail)
{
	const struct case_result *c = result_of(r, tail);

	if (c && c->got[0])
		verdict_fact(v, name, "%s", c->got);
}

static void proxy_verdict(const struct proxy_options *o,
			  const struct proxy_seen *s, const struct report *r,
			  struct verdict *v)
{
	struct report_counts n = report_count(r);
	size_t i;

	(void)snprintf(v->headline, sizeof(v->headline),
		       s->mode == PROXY_OFF ? "This proxy passes no address on."
		       : n.failed ? "This proxy sends %s, and not as it must."
				  : "This proxy sends %s as it must.",
		       modes[s->mode]);
	verdict_fact(v, "mode", "%s over %s", modes[s->mode],
		     o->is_udp ? "UDP" : "TCP");
	proxy_fact(v, r, "header", "/header");
	proxy_fact(v, r, "timing", "/sent/with-data");
	proxy_fact(v, r, "silent clients", "/sent/alone");
	proxy_fact(v, r, "datagrams", "/sent/every");
	proxy_fact(v, r, "one segment", "/sent/one-segment");
	proxy_fact(v, r, "many clients", "/sent/concurrent");
	for (i = 0; i < r->n; i++) {
		const struct case_result *c = &r->results[i];
		struct finding *f;

		if (c->status != STATUS_FAIL)
			continue;
		f = verdict_find(v, c->def->grave);
		if (!f)
			break;
		(void)snprintf(f->text, sizeof(f->text), "not so: %s: %s",
			       c->def->title, c->got);
		(void)snprintf(f->cases, sizeof(f->cases), "%s", c->def->id);
	}
}

static int proxy_report(const struct proxy_options *o,
			const struct proxy_seen *s, uint64_t begin_ms)
{
	const struct case_def **defs = calloc(cases_proxy.n, sizeof(void *));
	struct case_result *results = calloc(cases_proxy.n, sizeof(*results));
	static struct verdict v;
	struct report r = { .opt = &o->report, .results = results };
	int status = EXIT_IO;
	size_t i;

	if (!defs || !results)
		goto out;
	r.n = proxy_select(o, defs);
	for (i = 0; i < r.n; i++) {
		proxy_check(defs[i], o, s, &results[i]);
		report_case(&o->report, &results[i], i + 1, r.n);
	}
	(void)snprintf(r.subject, sizeof(r.subject), "proxy %s (%s), mode %s",
		       o->target_text, o->is_udp ? "UDP" : "TCP",
		       modes[s->mode]);
	r.ms = clock_ms() - begin_ms;
	if (!r.n) {
		log_error("no case matches");
		status = EXIT_USAGE;
		goto out;
	}
	proxy_verdict(o, s, &r, &v);
	r.verdict = &v;
	status = report_end(&r);
	if (!status)
		status = report_exit(&r);
out:
	free(defs);
	free(results);
	return status;
}

static int proxy_list(const struct proxy_options *o)
{
	const struct case_def **defs = calloc(cases_proxy.n, sizeof(void *));
	size_t n = defs ? proxy_select(o, defs) : 0;

	if (n)
		report_list(&o->report, defs, n);
	free(defs);
	return n ? EXIT_OK : EXIT_USAGE;
}

int command_proxy(int argc, char **argv)
{
	static struct proxy_options o;
	static struct proxy_seen seen;
	uint64_t begin_ms = clock_ms();
	int status = options_proxy(argc, argv, &o);

	if (status >= 0)
		return status;
	if (o.report.is_dryrun)
		return proxy_list(&o);
	(void)fd_raise_limit();
	status = o.is_udp ? proxy_play_udp(&o, &seen)
			  : proxy_play_tcp(&o, &seen);
	if (!status)
		status = mode_settle(&o, &seen);
	if (status) {
		log_error("proxy %s: %s", o.target_text, seen.why);
		return status;
	}
	return proxy_report(&o, &seen, begin_ms);
}
