/* SPDX-License-Identifier: BSD-2-Clause */
/* toa.c - see toa.h */
#include "toa.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/exitcode.h"
#include "script.h"
#include "tool.h"

#define ARGS_MAX      40
#define ARGS_TEXT_MAX 1024
#define OUTPUT_MAX    65536
#define PORT_FIRST    33000
#define POLL_MS	      20
#define QUIET_MS      100 /* what was counted late is there by then */
#define SETTLE_MS     200 /* who was not named so long will not be */
#define TOOL_EXTRA_MS 3000

/* One connection. @identity: whom the oracle named */
struct toa_trial {
	const struct toa_config *cfg;
	struct claim claim;
	struct probe_run probe;
	struct endpoint self;
	enum outcome outcome;
	struct identity identity;
	char *output;
};

/* the arguments of the case, with the claim's fields filled in */
static bool toa_args(const struct toa_trial *t, const char *script,
		     const char *end, char *out, size_t cap)
{
	static struct build b;
	const struct build_env env = { .claim = &t->claim };
	char quoted[ARGS_TEXT_MAX], err[BUILD_ERR_MAX];
	int n = snprintf(quoted, sizeof(quoted), "\"%.*s\"",
			 (int)(end - script), script);

	b.len = b.hdr_len = 0;
	if (n < 0 || (size_t)n >= sizeof(quoted) ||
	    !build_items(&b, quoted, (size_t)n, &env, err) || b.len >= cap)
		return false;
	memcpy(out, b.bytes, b.len);
	out[b.len] = '\0';
	return true;
}

static size_t toa_split(char *text, char **argv, size_t n)
{
	char *save = NULL, *word;

	for (word = strtok_r(text, " ", &save); word && n + 12 < ARGS_MAX;
	     word = strtok_r(NULL, " ", &save))
		argv[n++] = word;
	return n;
}

static void toa_hex(const uint8_t *p, size_t len, char *out)
{
	size_t i;

	for (i = 0; i < len; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", p[i]);
}

/* what an answer to the probe holds */
static const char *toa_token(enum probe_type type)
{
	if (type == PROBE_HTTP)
		return "HTTP/1.";
	if (type == PROBE_SSH)
		return "SSH-";
	return type == PROBE_SMTP ? "220 " : "tp-conform";
}

/* toa_connect() - run tp-client raw. Return: its status, or -errno */
static int toa_connect(struct toa_trial *t, char *args)
{
	const struct engine_config *e = t->cfg->engine;
	char raw[] = "raw", quiet[] = "-q", w[] = "-W", src[] = "--src";
	char payload[] = "--payload-hex", expect[] = "--expect";
	char dev[] = "-i", tool[TOOL_PATH_MAX], wait[32], iface[64];
	char source[ENDPOINT_TEXT_MAX], host[IP_ADDR_TEXT_MAX], port[8];
	char hex[2 * PROBE_REQUEST_MAX + 1], token[32];
	char *argv[ARGS_MAX] = { tool, raw, quiet, w, wait, src, source };
	size_t n = 7;

	(void)snprintf(tool, sizeof(tool), "%s", t->cfg->client);
	(void)snprintf(wait, sizeof(wait), "%llums",
		       (unsigned long long)e->timeout_ms);
	(void)endpoint_format(&t->self, source);
	(void)ip_addr_format(&e->target.addr, host);
	(void)snprintf(port, sizeof(port), "%u", e->target.port);
	toa_hex(t->probe.request, t->probe.request_len, hex);
	/* a server that speaks first: tp-client wants something to send */
	if (!t->probe.request_len)
		(void)snprintf(hex, sizeof(hex), "0d0a");
	(void)snprintf(token, sizeof(token), "%s", toa_token(e->probe->type));
	if (t->cfg->iface) {
		(void)snprintf(iface, sizeof(iface), "%s", t->cfg->iface);
		argv[n++] = dev;
		argv[n++] = iface;
	}
	n = toa_split(args, argv, n);
	argv[n++] = payload;
	argv[n++] = hex;
	argv[n++] = expect;
	argv[n++] = token;
	argv[n++] = host;
	argv[n++] = port;
	argv[n] = NULL;
	return tool_run(argv, 4 * e->timeout_ms + TOOL_EXTRA_MS, t->output,
			OUTPUT_MAX);
}

static enum outcome toa_outcome(int status)
{
	switch (status) {
	case EXIT_OK:
		return OUTCOME_SERVED;
	case EXIT_FINDING:
		return OUTCOME_GARBLED;
	case EXIT_IO:
		return OUTCOME_RESET;
	case EXIT_TIMEOUT:
		return OUTCOME_SILENT;
	default:
		return OUTCOME_BROKEN;
	}
}

/* toa_mark() - before a trial. Counters name nobody, so that what the last
 * connection added late would count for this one: wait until they stand.
 */
static int toa_mark(const struct toa_trial *t)
{
	const struct engine_config *e = t->cfg->engine;
	const struct oracle_question q = {
		.claim = &t->claim,
		.self = &t->self,
	};
	struct oracle *o = e->oracle;
	int err = oracle_mark(o);
	uint64_t now = clock_ms(), end = now + e->oracle_ms;
	uint64_t quiet = now + QUIET_MS;
	struct identity id;

	if (o->type != ORACLE_TOA_STATS)
		return err;
	while (!err && now < quiet && now < end) {
		(void)poll(NULL, 0, POLL_MS);
		now = clock_ms();
		(void)oracle_ask(o, &q, &id);
		if (id.kind == IDENTITY_UNKNOWN)
			continue;
		err = oracle_mark(o);
		quiet = now + QUIET_MS;
	}
	return err;
}

static void toa_ask(struct toa_trial *t)
{
	const struct engine_config *e = t->cfg->engine;
	const struct oracle_question q = {
		.claim = &t->claim,
		.self = &t->self,
		.reply = (const uint8_t *)t->output,
		.reply_len = strlen(t->output),
	};
	uint64_t end = clock_ms() + e->oracle_ms, settle = 0;

	while (oracle_ask(e->oracle, &q, &t->identity) && clock_ms() < end) {
		/* somebody, who may be of an earlier trial: a little longer */
		if (t->identity.kind != IDENTITY_UNKNOWN && !settle)
			settle = clock_ms() + SETTLE_MS;
		if (settle && clock_ms() >= settle)
			break;
		(void)poll(NULL, 0, POLL_MS);
	}
}

static void toa_case(struct toa_trial *t, const struct case_def *def,
		     struct case_result *r)
{
	char args[ARGS_TEXT_MAX], text[CASE_TEXT_MAX];
	const char *end = strstr(def->script, "; expect ");
	bool needs = (def->flags & CASE_F_IDENTITY) != 0;
	struct script s = { 0 };
	char err[SCRIPT_ERR_MAX];
	uint64_t begin = clock_ms();
	int status = -EINVAL;

	if (end && script_parse(end + 2, 0, &s, err) &&
	    toa_args(t, def->script + 4, end, args, sizeof(args)) &&
	    !toa_mark(t))
		status = toa_connect(t, args);
	t->outcome = toa_outcome(status);
	if (t->outcome == OUTCOME_SERVED)
		toa_ask(t);
	r->ms = clock_ms() - begin;
	r->n_trials = 1;
	r->outcome = t->outcome;
	r->identity = t->identity.kind;
	r->status = case_judge(s.steps[0].words, t->outcome, t->identity.kind,
			       needs);
	r->n_failed = r->status == STATUS_FAIL;
	r->n_inconclusive = r->status == STATUS_INCONCLUSIVE;
	if (def->level == LEVEL_INFO && !r->n_inconclusive)
		r->status = STATUS_INFO;
	(void)script_words(s.steps[0].words, r->expected, sizeof(r->expected));
	outcome_text(t->outcome, &t->identity, r->ms, text, sizeof(text));
	(void)snprintf(r->got, sizeof(r->got), "%.120s%s%.100s", text,
		       status ? ": " : "", status ? t->output : "");
	r->ports[r->n_ports++] = t->self.port;
}

int toa_run(const struct toa_config *cfg, const struct case_def *const *defs,
	    size_t n, struct case_result *results)
{
	static char output[OUTPUT_MAX];
	const struct engine_config *e = cfg->engine;
	size_t i;
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		uint32_t serial = (*e->serial)++;
		struct toa_trial t = {
			.cfg = cfg,
			.claim = claim_nth(serial),
			.self = { cfg->source,
				  (uint16_t)(PORT_FIRST + serial) },
			.output = output,
		};

		results[i] = (struct case_result) { .def = defs[i] };
		output[0] = '\0';
		err = probe_begin(&t.probe, e->probe, serial);
		if (!err)
			toa_case(&t, defs[i], &results[i]);
		probe_end(&t.probe);
		if (e->is_stopped && *e->is_stopped)
			break;
	}
	return err;
}

bool toa_is_read(struct case_result *results, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (results[i].identity == IDENTITY_CLAIM)
			return true;
	for (i = 0; i < n; i++)
		if (results[i].status == STATUS_FAIL ||
		    results[i].status == STATUS_PASS)
			results[i].status = STATUS_INCONCLUSIVE;
	return false;
}
