/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c - the summary of a run, as text and as JSON; see result.h */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "result.h"
#include "wire/wire.h"

#define REPORT_JSON_MAX 16384
#define NS_PER_US	1000.0

struct report_percentile {
	double pct;
	const char *name;
};

/* Those of the summary for people come first. */
static const struct report_percentile report_percentiles[] = {
	{ 50, "p50" },	     { 90, "p90" },	    { 99, "p99" },
	{ 99.9, "p99.9" },   { 75, "p75" },	    { 95, "p95" },
	{ 99.99, "p99.99" }, { 99.999, "p99.999" },
};

#define REPORT_SHORT 4U

static double report_seconds(const struct result *r)
{
	return (double)r->elapsed_ns / (double)(NS_PER_MS * MS_PER_S);
}

static double report_rate(uint64_t n, const struct result *r)
{
	return r->elapsed_ns ? (double)n / report_seconds(r) : 0.0;
}

/* "83 us", "1.20 ms", "2.00 s" */
static void report_time(FILE *out, const char *name, uint64_t ns)
{
	double us = (double)ns / NS_PER_US;

	if (us < 1000.0)
		fprintf(out, "%s %.0f us", name, us);
	else if (us < 1e6)
		fprintf(out, "%s %.2f ms", name, us / 1e3);
	else
		fprintf(out, "%s %.2f s", name, us / 1e6);
}

static void report_latency(FILE *out, const char *title, const struct hist *h)
{
	size_t i;

	if (!h->count)
		return;
	fprintf(out, "  %-8s", title);
	for (i = 0; i < REPORT_SHORT; i++) {
		report_time(out, report_percentiles[i].name,
			    hist_percentile(h, report_percentiles[i].pct));
		fputs(", ", out);
	}
	report_time(out, "max", h->max);
	fputc('\n', out);
}

static void report_failures(const struct result *r, FILE *out)
{
	const char *comma = " (";
	int i;

	fprintf(out, "%" PRIu64 " failed", result_failed(r));
	for (i = END_OK + 1; i < END_COUNT; i++) {
		if (!r->ended[i])
			continue;
		fprintf(out, "%s%" PRIu64 " %s", comma, r->ended[i],
			end_name((enum conn_end)i));
		comma = ", ";
	}
	if (result_failed(r))
		fputc(')', out);
	if (r->errno_first)
		fprintf(out, ", first error: %s", strerror(r->errno_first));
}

static void report_identity(const struct result_identity *c, FILE *out)
{
	char a[ENDPOINT_TEXT_MAX], b[ENDPOINT_TEXT_MAX];

	if (c->identity == IDENTITY_MISSING) {
		fprintf(out,
			"missing: connection %" PRIu64 " from %s: expected "
			"%s, got no identity\n",
			c->id, endpoint_format(&c->local, a),
			endpoint_format(&c->expect, b));
		return;
	}
	fprintf(out, "wrong: connection %" PRIu64 ": expected %s, got %s",
		c->id, endpoint_format(&c->expect, a),
		endpoint_format(&c->got.client, b));
	fprintf(out, " (from %s, mode %s, verdict %s)\n",
		endpoint_format(&c->local, a),
		c->got.mode[0] ? c->got.mode : "-",
		c->got.verdict[0] ? c->got.verdict : "-");
}

static void report_cases(const struct result *r, FILE *out)
{
	char a[ENDPOINT_TEXT_MAX];
	unsigned i;

	for (i = 0; i < r->n_mismatches; i++)
		fprintf(out,
			"mismatch: connection %" PRIu64 " from %s: %s at "
			"offset %" PRIu64 "\n",
			r->mismatches[i].id,
			endpoint_format(&r->mismatches[i].local, a),
			r->mismatches[i].what, r->mismatches[i].off);
	for (i = 0; i < r->n_identities; i++)
		report_identity(&r->identities[i], out);
}

void result_print_latency(const struct result *r, FILE *out)
{
	static const double pct[] = { 50,   75,	   90,	   95, 99,
				      99.9, 99.99, 99.999, 100 };
	const struct hist *h = &r->latency_ns;
	size_t i;

	fprintf(out, "  latency, from when each was due (%" PRIu64 ")\n",
		h->count);
	for (i = 0; h->count && i < ARRAY_SIZE(pct); i++)
		fprintf(out, "  %9.3f%% %14.3f us\n", pct[i],
			(double)hist_percentile(h, pct[i]) / NS_PER_US);
}

/* The first line of a run that fell behind. */
static void report_behind(const struct plan *p, const struct result *r,
			  FILE *out)
{
	if (result_held_rate(p, r))
		return;
	fprintf(out,
		"RATE NOT HELD: %.1f of %u %s/s, %.3f s behind at the end\n",
		result_paced_rate(p, r), p->is_paced ? p->rate : p->conn_rate,
		p->is_paced ? "requests" : "connections",
		(double)r->behind_ns / (double)(NS_PER_MS * MS_PER_S));
}

static void report_cpu(const struct plan *p, const struct result *r, FILE *out)
{
	double cpu_us = (double)r->cpu_ns / NS_PER_US;
	double gb = (double)(r->sent + r->received) / 1e9;

	fprintf(out, "  cpu      %.2f s", cpu_us / 1e6);
	if (r->requests)
		fprintf(out, ", %.2f us per request",
			cpu_us / (double)r->requests);
	else if (plan_is_bulk(p) && gb > 0)
		fprintf(out, ", %.3f s per GB", cpu_us / 1e6 / gb);
	fputc('\n', out);
}

static void report_datagrams(const struct result *r, FILE *out)
{
	fprintf(out,
		"  datagrams: %" PRIu64 " lost, %" PRIu64
		" duplicated, %" PRIu64 " reordered",
		r->lost, r->duplicates, r->reordered);
	if (r->merged || r->cut)
		fprintf(out, ", %" PRIu64 " merged, %" PRIu64 " cut", r->merged,
			r->cut);
	fputc('\n', out);
}

void result_print(const struct plan *p, const struct result *r, FILE *out)
{
	char to[ENDPOINT_TEXT_MAX];

	report_behind(p, r, out);
	fprintf(out, "%s %s: %" PRIu64 " connections, ",
		p->is_udp ? "udp" : "tcp", endpoint_format(&p->target, to),
		r->started);
	report_failures(r, out);
	fprintf(out, "; %.2f s\n", report_seconds(r));
	fprintf(out,
		"  %" PRIu64 " requests, %" PRIu64 " bytes sent, %" PRIu64
		" received%s\n",
		r->requests, r->sent, r->received,
		p->want_verify ? " and compared" : "");
	fprintf(out, "  %.1f conn/s, %.1f req/s, %.2f MB/s%s\n",
		report_rate(r->started, r), report_rate(r->requests, r),
		report_rate(plan_is_bulk(p) ? r->sent + r->received
					    : r->received,
			    r) /
			1e6,
		plan_is_bulk(p) ? "" : " each way");
	report_latency(out, "latency", &r->latency_ns);
	report_latency(out, "connect", &r->connect_ns);
	report_cpu(p, r, out);
	if (r->http_errors)
		fprintf(out, "  %" PRIu64 " HTTP responses of 400 and above\n",
			r->http_errors);
	if (p->is_udp)
		report_datagrams(r, out);
	report_cases(r, out);
	if (p->want_whoami)
		fprintf(out,
			"client-ip: %" PRIu64 " checked, %" PRIu64
			" wrong, %" PRIu64 " missing\n",
			r->checked, r->wrong, r->missing);
}

static void report_json_hist(struct json *j, const char *key,
			     const struct hist *h)
{
	size_t i;

	json_begin(j, key, '{');
	json_u64(j, "count", h->count);
	for (i = 0; h->count && i < ARRAY_SIZE(report_percentiles); i++)
		json_f64(j, report_percentiles[i].name,
			 (double)hist_percentile(h, report_percentiles[i].pct) /
				 NS_PER_US,
			 1);
	if (h->count) {
		json_f64(j, "mean",
			 (double)h->sum / (double)h->count / NS_PER_US, 1);
		json_f64(j, "max", (double)h->max / NS_PER_US, 1);
	}
	json_end(j);
}

static void report_json_endpoint(struct json *j, const char *key,
				 const struct endpoint *e)
{
	char text[ENDPOINT_TEXT_MAX];

	json_str(j, key, endpoint_format(e, text));
}

static void report_json_cases(struct json *j, const struct result *r)
{
	unsigned i;

	json_begin(j, "cases", '[');
	for (i = 0; i < r->n_mismatches; i++) {
		const struct result_mismatch *c = &r->mismatches[i];

		json_begin(j, NULL, '{');
		json_str(j, "what", c->what);
		json_u64(j, "id", c->id);
		report_json_endpoint(j, "from", &c->local);
		json_u64(j, "offset", c->off);
		json_end(j);
	}
	for (i = 0; i < r->n_identities; i++) {
		const struct result_identity *c = &r->identities[i];

		json_begin(j, NULL, '{');
		json_str(j, "what", identity_name(c->identity));
		json_u64(j, "id", c->id);
		report_json_endpoint(j, "from", &c->local);
		report_json_endpoint(j, "expected", &c->expect);
		if (c->identity == IDENTITY_WRONG) {
			report_json_endpoint(j, "got", &c->got.client);
			json_str(j, "mode", c->got.mode);
			json_str(j, "verdict", c->got.verdict);
		}
		json_end(j);
	}
	json_end(j);
}

static void report_json_counts(struct json *j, const struct result *r)
{
	int i;

	json_u64(j, "conns", r->started);
	json_u64(j, "failed", result_failed(r));
	json_begin(j, "failures", '{');
	for (i = END_OK + 1; i < END_COUNT; i++)
		if (r->ended[i])
			json_u64(j, end_name((enum conn_end)i), r->ended[i]);
	json_end(j);
	if (r->errno_first)
		json_str(j, "first_error", strerror(r->errno_first));
	json_u64(j, "requests", r->requests);
	json_u64(j, "sent", r->sent);
	json_u64(j, "received", r->received);
	json_f64(j, "duration_s", report_seconds(r), 6);
	json_f64(j, "conn_per_s", report_rate(r->started, r), 1);
	json_f64(j, "req_per_s", report_rate(r->requests, r), 1);
	json_f64(j, "mb_per_s", report_rate(r->sent + r->received, r) / 1e6, 3);
	json_f64(j, "cpu_s", (double)r->cpu_ns / 1e9, 6);
	if (r->requests)
		json_f64(j, "cpu_us_per_req",
			 (double)r->cpu_ns / NS_PER_US / (double)r->requests,
			 3);
	report_json_hist(j, "latency_us", &r->latency_ns);
	report_json_hist(j, "connect_us", &r->connect_ns);
}

/* The rate that was asked for, and what came of it. */
static void report_json_pace(struct json *j, const struct plan *p,
			     const struct result *r)
{
	if (!p->is_paced && !p->conn_rate)
		return;
	json_begin(j, "rate", '{');
	json_bool(j, "held", result_held_rate(p, r));
	json_str(j, "of", p->is_paced ? "requests" : "connections");
	json_u64(j, "wanted", p->is_paced ? p->rate : p->conn_rate);
	json_f64(j, "reached", result_paced_rate(p, r), 1);
	json_f64(j, "behind_ms", (double)r->behind_ns / (double)NS_PER_MS, 3);
	json_str(j, "arrival",
		 p->arrival == ARRIVAL_POISSON ? "poisson" : "constant");
	json_end(j);
}

static const char *report_load(const struct plan *p)
{
	static const char *const names[] = {
		[LOAD_ECHO] = "echo",
		[LOAD_HTTP] = "http",
		[LOAD_UP] = "up",
		[LOAD_DOWN] = "down",
	};

	return names[p->load];
}

void result_print_json(const struct plan *p, const struct result *r, FILE *out)
{
	char buf[REPORT_JSON_MAX];
	const char *line;
	struct json j;

	json_open(&j, buf, sizeof(buf), "summary");
	json_str(&j, "transport", p->is_udp ? "udp" : "tcp");
	report_json_endpoint(&j, "target", &p->target);
	json_str(&j, "load", report_load(p));
	report_json_pace(&j, p, r);
	report_json_counts(&j, r);
	if (p->is_udp) {
		json_u64(&j, "lost", r->lost);
		json_u64(&j, "duplicates", r->duplicates);
		json_u64(&j, "reordered", r->reordered);
		json_u64(&j, "merged", r->merged);
		json_u64(&j, "cut", r->cut);
	}
	if (p->load == LOAD_HTTP)
		json_u64(&j, "http_errors", r->http_errors);
	if (p->want_whoami) {
		json_begin(&j, "client_ip", '{');
		json_u64(&j, "checked", r->checked);
		json_u64(&j, "wrong", r->wrong);
		json_u64(&j, "missing", r->missing);
		json_end(&j);
	}
	report_json_cases(&j, r);
	json_i64(&j, "exit", result_exit(p, r));
	json_end(&j);
	line = json_line(&j, NULL);
	if (line)
		fputs(line, out);
}
