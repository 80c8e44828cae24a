/* SPDX-License-Identifier: BSD-2-Clause */
/* test_conform_like.c - naming an implementation by what it does; the table is
 * that of the vectors
 */
#include <CUnit/CUnit.h>
#include <string.h>

#include "conform/like.h"
#include "conform/like_table.h"
#include "harness.h"
#include "tests/vectors/proxy_protocol.h"
#include "wire/wire.h"

#define N ARRAY_SIZE(like_vectors)

/* what implementation @k was seen to do, with @lies of it turned round */
static void behave(size_t k, size_t lies, char seen[LIKE_VECTORS_MAX])
{
	size_t i;

	memset(seen, 0, LIKE_VECTORS_MAX);
	for (i = 0; i < N; i++) {
		seen[i] = like_vectors[i].seen[k];
		if (seen[i] != '?' && lies) {
			seen[i] = seen[i] == '1' ? '0' : '1';
			lies--;
		}
	}
}

/* verdicts of implementation @k that are those of @seen, of how many */
static void agreement(size_t k, const char *seen, uint32_t *ret_agreed,
		      uint32_t *ret_compared)
{
	size_t i;

	*ret_agreed = *ret_compared = 0;
	for (i = 0; i < N; i++) {
		char was = like_vectors[i].seen[k];

		*ret_compared += was != '?' && seen[i] != '?';
		*ret_agreed += was != '?' && was == seen[i];
	}
}

/* nobody else comes nearer than the one that is said to be next */
static void check_next(const struct like *l, const char *seen)
{
	uint32_t agreed, compared;
	size_t k;

	for (k = 0; k < LIKE_NAMES; k++) {
		agreement(k, seen, &agreed, &compared);
		if (!strcmp(like_names[k], l->next)) {
			CU_ASSERT_EQUAL(l->next_agreed, agreed);
			CU_ASSERT_EQUAL(l->next_compared, compared);
		} else if (strcmp(like_names[k], l->name) != 0) {
			CU_ASSERT(agreed * l->next_compared <=
				  l->next_agreed * compared);
		}
	}
}

static void test_each_is_found(void)
{
	char seen[LIKE_VECTORS_MAX];
	struct like l;
	size_t k;

	for (k = 0; k < LIKE_NAMES; k++) {
		behave(k, 0, seen);
		like_score(seen, &l);
		CU_ASSERT_STRING_EQUAL(l.name, like_names[k]);
		CU_ASSERT_EQUAL(l.agreed, l.compared);
		CU_ASSERT(like_is_sure(&l));
		CU_ASSERT(l.next && l.next_agreed < l.next_compared);
		check_next(&l, seen);
		behave(k, 1, seen);
		like_score(seen, &l);
		CU_ASSERT_STRING_EQUAL(l.name, like_names[k]);
	}
}

static void test_nobody_is_named_lightly(void)
{
	char seen[LIKE_VECTORS_MAX] = { 0 };
	struct like l;
	size_t i;

	/* no implementation is that arbitrary */
	for (i = 0; i < N; i++)
		seen[i] = i % 2 ? '1' : '0';
	like_score(seen, &l);
	CU_ASSERT(!like_is_sure(&l));
	/* agrees, but on too little */
	memset(seen, '?', N);
	for (i = 0; i < 5; i++)
		seen[i] = like_vectors[i].seen[0];
	like_score(seen, &l);
	CU_ASSERT(!like_is_sure(&l));
	memset(seen, '?', N);
	like_score(seen, &l);
	CU_ASSERT_EQUAL(l.compared, 0);
	CU_ASSERT(!like_is_sure(&l));
	/* of equals the first */
	CU_ASSERT_STRING_EQUAL(l.name, like_names[0]);
	CU_ASSERT_STRING_EQUAL(l.next, like_names[1]);
}

static void test_who_is_sure(void)
{
	static const struct {
		struct like l;
		bool is_sure;
	} rows[] = {
		{ { "a", "b", 12, 12, 12, 12 }, true },
		{ { "a", "b", 11, 11, 0, 11 }, false },
		/* nearly all, whoever comes near */
		{ { "a", "b", 95, 100, 95, 100 }, true },
		{ { "a", "b", 94, 100, 94, 100 }, false },
		{ { "a", "b", 94, 99, 94, 99 }, false },
		/* most, and the next is eight behind */
		{ { "a", "b", 94, 100, 86, 100 }, true },
		{ { "a", "b", 94, 100, 86, 99 }, true },
		{ { "a", "b", 94, 100, 87, 100 }, false },
		{ { "a", "b", 75, 100, 67, 100 }, true },
		{ { "a", "b", 74, 100, 0, 100 }, false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		CU_ASSERT_EQUAL(like_is_sure(&rows[i].l), rows[i].is_sure);
}

static void test_table_is_of_the_vectors(void)
{
	size_t i, k;

	CU_ASSERT_EQUAL(like_vector_count(), N);
	for (i = 0; i < N; i++) {
		const struct like_vector *v = &like_vectors[i];
		bool has = false;

		CU_ASSERT_EQUAL(strlen(v->seen), LIKE_NAMES);
		CU_ASSERT(v->version == 1 || v->version == 2);
		for (k = 0; k < ARRAY_SIZE(pp_vectors); k++)
			has |= !strcmp(pp_vectors[k].id, v->id) &&
			       (strchr(pp_vectors[k].hex, '*') ||
				!strncmp(pp_vectors[k].hex, v->hex,
					 strlen(v->hex)));
		CU_ASSERT(has);
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "each implementation is found by what it does",
		  test_each_is_found },
		{ "nobody is named lightly", test_nobody_is_named_lightly },
		{ "who is sure", test_who_is_sure },
		{ "the table is that of the vectors",
		  test_table_is_of_the_vectors },
	};

	return unit_main("conform_like", tests, ARRAY_SIZE(tests));
}
