/* SPDX-License-Identifier: BSD-2-Clause */
/* result.c - see result.h */
#include "result.h"

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

int result_exit(const struct plan *p, const struct result *r)
{
	if (r->wrong || r->missing || r->duplicates || r->ended[END_MISMATCH] ||
	    r->ended[END_EXTRA])
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
