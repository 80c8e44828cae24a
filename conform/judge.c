/* SPDX-License-Identifier: BSD-2-Clause */
/* judge.c - from what happened to a verdict, see engine.h */
#include <stdio.h>

#include "engine.h"
#include "script.h"

/* served: it depends on whom the origin believed */
static enum case_status judge_served(unsigned words, enum identity_kind id,
				     bool needs_identity)
{
	if (words & (EXPECT_SERVED | EXPECT_EXACT))
		return STATUS_PASS;
	if (!(words & (EXPECT_CLIENT | EXPECT_REAL)))
		return STATUS_FAIL;
	switch (id) {
	case IDENTITY_UNKNOWN:
		return needs_identity ? STATUS_INCONCLUSIVE : STATUS_PASS;
	case IDENTITY_CLAIM:
		return words & EXPECT_CLIENT ? STATUS_PASS : STATUS_FAIL;
	case IDENTITY_REAL:
	case IDENTITY_UNSET:
		return words & EXPECT_REAL ? STATUS_PASS : STATUS_FAIL;
	case IDENTITY_OTHER:
		break;
	}
	return STATUS_FAIL;
}

enum case_status case_judge(unsigned words, enum outcome outcome,
			    enum identity_kind identity, bool needs_identity)
{
	const unsigned refused = EXPECT_REFUSED | EXPECT_CLOSED |
				 EXPECT_PATIENCE;

	if (outcome == OUTCOME_UNREACHABLE || outcome == OUTCOME_BROKEN ||
	    outcome == OUTCOME_NONE)
		return STATUS_INCONCLUSIVE;
	/* a word too early is what "hush" is about */
	if (words & EXPECT_ANY)
		return outcome == OUTCOME_GREETED ? STATUS_FAIL : STATUS_PASS;
	switch (outcome) {
	case OUTCOME_SERVED:
		return judge_served(words, identity, needs_identity);
	case OUTCOME_LEAK:
	case OUTCOME_GARBLED:
		return words & EXPECT_LEAK && identity != IDENTITY_OTHER
			       ? STATUS_PASS
			       : STATUS_FAIL;
	case OUTCOME_CLOSED:
	case OUTCOME_RESET:
		return words & refused ? STATUS_PASS : STATUS_FAIL;
	case OUTCOME_REFUSED:
	case OUTCOME_SILENT:
		return words & EXPECT_REFUSED ? STATUS_PASS : STATUS_FAIL;
	case OUTCOME_HEADER:
	case OUTCOME_GREETED:
	case OUTCOME_NONE:
	case OUTCOME_UNREACHABLE:
	case OUTCOME_BROKEN:
		break;
	}
	return STATUS_FAIL;
}

char *outcome_text(enum outcome o, const struct identity *id, uint64_t ms,
		   char *out, size_t cap)
{
	static const char *const texts[] = {
		[OUTCOME_NONE] = "not run",
		[OUTCOME_SERVED] = "served",
		[OUTCOME_LEAK] = "served, with the header in the payload",
		[OUTCOME_HEADER] = "served, but for the header before it",
		[OUTCOME_GARBLED] = "answered, as if the header were payload",
		[OUTCOME_REFUSED] = "refused in words",
		[OUTCOME_CLOSED] = "closed",
		[OUTCOME_RESET] = "reset",
		[OUTCOME_SILENT] = "silent",
		[OUTCOME_GREETED] = "spoke before the header",
		[OUTCOME_UNREACHABLE] = "no connection",
		[OUTCOME_BROKEN] = "the case could not be run",
	};
	unsigned long long n = ms;

	if (o == OUTCOME_SERVED && id->kind != IDENTITY_UNKNOWN)
		(void)snprintf(out, cap, "served as %s%s", id->text,
			       id->kind == IDENTITY_CLAIM ? ", the claimed "
							    "client"
			       : id->kind == IDENTITY_REAL
				       ? ", the connection's peer"
				       : "");
	else if (o == OUTCOME_CLOSED || o == OUTCOME_RESET ||
		 o == OUTCOME_SILENT)
		(void)snprintf(out, cap, "%s after %llu ms", texts[o], n);
	else
		(void)snprintf(out, cap, "%s", texts[o]);
	return out;
}
