/* SPDX-License-Identifier: BSD-2-Clause */
/* like.c - see like.h */
#include "like.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case_macros.h"
#include "like_table.h"
#include "wire/wire.h"

#define COMPARED_MIN 12
#define SCRIPT_MAX   1024

size_t like_vector_count(void)
{
	return ARRAY_SIZE(like_vectors);
}

static char like_verdict(enum outcome o)
{
	switch (o) {
	case OUTCOME_SERVED:
		return '1';
	case OUTCOME_REFUSED:
	case OUTCOME_CLOSED:
	case OUTCOME_RESET:
	case OUTCOME_SILENT:
		return '0';
	case OUTCOME_NONE:
	case OUTCOME_LEAK:
	case OUTCOME_HEADER:
	case OUTCOME_GARBLED:
	case OUTCOME_GREETED:
	case OUTCOME_UNREACHABLE:
	case OUTCOME_BROKEN:
		break;
	}
	return '?';
}

void like_score(const char *seen, struct like *ret)
{
	size_t i, k;

	*ret = (struct like) { 0 };
	for (k = 0; k < LIKE_NAMES; k++) {
		uint32_t agreed = 0, compared = 0;

		for (i = 0; i < ARRAY_SIZE(like_vectors); i++) {
			char was = like_vectors[i].seen[k];

			if (was == '?' || seen[i] == '?')
				continue;
			compared++;
			agreed += was == seen[i];
		}
		/* a/b > c/d, without fractions */
		if (!ret->name || (uint64_t)agreed * ret->compared >
					  (uint64_t)ret->agreed * compared) {
			ret->next = ret->name;
			ret->next_agreed = ret->agreed;
			ret->next_compared = ret->compared;
			ret->name = like_names[k];
			ret->agreed = agreed;
			ret->compared = compared;
		} else if (!ret->next ||
			   (uint64_t)agreed * ret->next_compared >
				   (uint64_t)ret->next_agreed * compared) {
			ret->next = like_names[k];
			ret->next_agreed = agreed;
			ret->next_compared = compared;
		}
	}
}

bool like_is_sure(const struct like *l)
{
	/* percent; the runner-up has to stay behind, unless all agrees */
	uint32_t own = l->compared ? l->agreed * 100 / l->compared : 0;
	uint32_t next =
		l->next_compared ? l->next_agreed * 100 / l->next_compared : 0;

	return l->compared >= COMPARED_MIN &&
	       (own >= 95 || (own >= 75 && own >= next + 8));
}

/* the vectors as cases; scripts are in one block of SCRIPT_MAX each */
static size_t like_cases(unsigned modes, struct case_def *defs, char *scripts,
			 size_t *ret_index)
{
	size_t n = 0, i;

	for (i = 0; i < ARRAY_SIZE(like_vectors); i++) {
		const struct like_vector *v = &like_vectors[i];
		char *script = scripts + n * SCRIPT_MAX;

		if (!(modes & (v->version == 2 ? CASE_PPV2 : CASE_PPV1)))
			continue;
		(void)snprintf(script, SCRIPT_MAX, "send x%s probe; expect any",
			       v->hex);
		defs[n] = (struct case_def) { .id = v->id,
					      .title = "",
					      .level = LEVEL_INFO,
					      .grave = GRAVE_NONE,
					      .req = "",
					      .clause = "",
					      .script = script };
		ret_index[n++] = i;
	}
	return n;
}

int like_run(const struct engine_config *cfg, unsigned modes, struct like *ret)
{
	struct case_def *defs = calloc(LIKE_VECTORS_MAX, sizeof(*defs));
	struct case_result *results =
		calloc(LIKE_VECTORS_MAX, sizeof(*results));
	const struct case_def *list[LIKE_VECTORS_MAX];
	char *scripts = malloc((size_t)LIKE_VECTORS_MAX * SCRIPT_MAX);
	char seen[LIKE_VECTORS_MAX + 1] = { 0 };
	size_t index[LIKE_VECTORS_MAX], n, i;
	struct oracle blind = { .type = ORACLE_BEHAVIOUR };
	struct engine_config c = *cfg;
	int err = -1;

	static_assert(ARRAY_SIZE(like_vectors) <= LIKE_VECTORS_MAX,
		      "too many vectors");
	c.done = NULL;
	c.oracle = &blind;
	if (defs && results && scripts) {
		n = like_cases(modes, defs, scripts, index);
		for (i = 0; i < n; i++)
			list[i] = &defs[i];
		memset(seen, '?', ARRAY_SIZE(like_vectors));
		err = engine_run(&c, list, n, results);
		for (i = 0; i < n; i++)
			seen[index[i]] = like_verdict(results[i].outcome);
		like_score(seen, ret);
	}
	free(scripts);
	free(results);
	free(defs);
	return err;
}
