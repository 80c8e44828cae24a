/* SPDX-License-Identifier: BSD-2-Clause */
/* result.c - see result.h */
#include "result.h"

#include "base/clock.h"

/* A run this little behind is one of a busy machine. */
#define RESULT_SLACK_MS 20

const char *end_name(enum conn_end e)
{
	static const char *const names[END_COUNT] = {
		[END_OK] = "ok",
		[END_REFUSED] = "refused",
		[END_UNREACHABLE] = "unreachable",
		[END_CONNECT_TIMEOUT] = "connect-timeout",
		[END_TIMEOUT] = "timeout",
		[END_RESET] = "reset",
		[END_CLOSED] = "closed",
		[END_MISMATCH] = "mismatch",
		[END_EXTRA] = "extra",
		[END_LOCAL] = "local",
		[END_IO] = "io",
		[END_STOPPED] = "stopped",
	};

	return names[e];
}

void result_add_identity(struct result *r, const struct result_identity *c)
{
	if (r->n_identities < RESULT_CASES)
		r->identities[r->n_identities++] = *c;
}

void result_add_mismatch(struct result *r, const struct result_mismatch *c)
{
	if (r->n_mismatches < RESULT_CASES)
		r->mismatches[r->n_mismatches++] = *c;
}

void result_merge(struct result *into, const struct result *from)
{
	unsigned i;

	into->started += from->started;
	for (i = 0; i < END_COUNT; i++)
		into->ended[i] += from->ended[i];
	into->requests += from->requests;
	into->sent += from->sent;
	into->received += from->received;
	into->checked += from->checked;
	into->wrong += from->wrong;
	into->missing += from->missing;
	into->lost += from->lost;
	into->duplicates += from->duplicates;
	into->reordered += from->reordered;
	into->cut += from->cut;
	into->merged += from->merged;
	into->http_errors += from->http_errors;
	into->paced += from->paced;
	if (from->paced_ns > into->paced_ns)
		into->paced_ns = from->paced_ns;
	if (from->behind_ns > into->behind_ns)
		into->behind_ns = from->behind_ns;
	if (!into->errno_first)
		into->errno_first = from->errno_first;
	hist_merge(&into->latency_ns, &from->latency_ns);
	hist_merge(&into->connect_ns, &from->connect_ns);
	for (i = 0; i < from->n_identities; i++)
		result_add_identity(into, &from->identities[i]);
	for (i = 0; i < from->n_mismatches; i++)
		result_add_mismatch(into, &from->mismatches[i]);
}

uint64_t result_failed(const struct result *r)
{
	uint64_t n = 0;
	int i;

	for (i = 0; i < END_COUNT; i++)
		if (i != END_OK)
			n += r->ended[i];
	return n;
}

bool result_held_rate(const struct plan *p, const struct result *r)
{
	uint64_t slack_ns = r->paced_ns / 100;

	if (!p->is_paced && !p->conn_rate)
		return true;
	if (slack_ns < RESULT_SLACK_MS * NS_PER_MS)
		slack_ns = RESULT_SLACK_MS * NS_PER_MS;
	return r->behind_ns <= slack_ns;
}

double result_paced_rate(const struct plan *p, const struct result *r)
{
	double want = p->is_paced ? p->rate : p->conn_rate;
	double ramp_s = (double)p->ramp_ms / MS_PER_S;
	double s = (double)r->paced_ns / (double)(NS_PER_MS * MS_PER_S);

	if (!r->paced || want <= 0)
		return 0;
	/* in a ramp half as many begin; n operations have n - 1 gaps */
	s = s > ramp_s ? s - ramp_s / 2 : s / 2;
	if (!p->duration_ms)
		s += 1 / want;
	return s > 0 ? (double)r->paced / s : 0;
}

int result_exit(const struct plan *p, const struct result *r)
{
	if (r->wrong || r->missing || r->duplicates || r->http_errors ||
	    r->ended[END_MISMATCH] || r->ended[END_EXTRA])
		return EXIT_FINDING;
	if (r->ended[END_REFUSED] || r->ended[END_UNREACHABLE] ||
	    r->ended[END_RESET] || r->ended[END_CLOSED] ||
	    r->ended[END_LOCAL] || r->ended[END_IO])
		return EXIT_IO;
	if (r->ended[END_CONNECT_TIMEOUT] || r->ended[END_TIMEOUT] || r->lost)
		return EXIT_TIMEOUT;
	if (!r->ended[END_OK] || (p->want_whoami && !r->checked))
		return EXIT_INCONCLUSIVE;
	return EXIT_OK;
}
