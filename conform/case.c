/* SPDX-License-Identifier: BSD-2-Clause */
/* case.c - see case.h */
#include "case.h"

#include <string.h>

#include "wire/wire.h"

const char *case_level_name(enum case_level l)
{
	static const char *const names[] = { "MUST", "SHOULD", "INFO" };

	return names[l];
}

const char *case_grave_name(enum case_grave g)
{
	static const char *const names[] = { "CRITICAL", "HIGH", "MEDIUM",
					     "LOW", "NONE" };

	return names[g];
}

const char *case_status_name(enum case_status s)
{
	static const char *const names[] = {
		"pending", "pass", "fail", "info", "skip", "inconclusive"
	};

	return names[s];
}

/* one whole word of a list separated by blanks */
static bool case_has_req(const char *list, const char *word)
{
	size_t n = strlen(word);

	while (*list) {
		size_t len = strcspn(list, " ");

		if (len == n && !memcmp(list, word, n))
			return true;
		list += len;
		list += strspn(list, " ");
	}
	return false;
}

bool case_selected(const struct case_def *d, char *const *prefixes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strncmp(d->id, prefixes[i], strlen(prefixes[i])) ||
		    case_has_req(d->req, prefixes[i]))
			return true;
	return n == 0;
}

bool case_is_failure(const struct case_result *r, bool is_strict)
{
	if (r->status != STATUS_FAIL)
		return false;
	return r->def->level == LEVEL_MUST || r->def->grave == GRAVE_CRITICAL ||
	       (is_strict && r->def->level == LEVEL_SHOULD);
}
