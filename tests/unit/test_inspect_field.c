/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_field.c - fields by name, and what a wrong name may have meant
 */
#include <string.h>

#include <CUnit/CUnit.h>

#include "field.h"
#include "harness.h"

static void test_names_are_found_and_unique(void)
{
	const struct field *f;
	size_t i;

	for (i = 0; (f = field_at(i)); i++) {
		CU_ASSERT_PTR_EQUAL(field_find(f->name, strlen(f->name)), f);
		CU_ASSERT(strlen(f->name) < FIELD_NAME_MAX);
		/* the list fits a terminal */
		CU_ASSERT(strlen(f->help) > 2 && strlen(f->help) <= 50);
	}
	CU_ASSERT(i > 80 && i <= OUTPUT_FIELDS_MAX);
	CU_ASSERT_PTR_NULL(field_find("ip.sr", 5));
	CU_ASSERT_PTR_NULL(field_find("ip.srcx", 7));
	CU_ASSERT_PTR_NULL(field_find("", 0));
}

static void check_near(const char *name, const char *want)
{
	char near[FIELD_NEAR_MAX];

	(void)field_near(name, strlen(name), near);
	CU_ASSERT_EQUAL(strncmp(near, want, strlen(want)), 0);
	CU_ASSERT_EQUAL(*near == '\0', *want == '\0');
}

static void test_near_names(void)
{
	char name[4 * FIELD_NAME_MAX];

	check_near("proxy.src.ip4", "proxy.src.ipv4");
	check_near("Proxy.Src.IPv4", "proxy.src.ipv4");
	check_near("tcp.sport", "tcp.srcport");
	check_near("verdict", "tp.verdict");
	check_near("toa.knd", "toa.kind");
	check_near("zzzzzzzzzzzz", "");
	memset(name, 'p', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	check_near(name, "");
}

/* A flow of which nothing is known has nothing to tell but the plain things,
 * and no getter minds.
 */
static void test_an_empty_flow(void)
{
	static struct field_values values;
	static struct flow fl;
	struct check c = { .verdict = VERDICT_INCONCLUSIVE };
	const struct field *f;
	struct view v;
	size_t i;

	fl.first_frame = 7;
	view_init(&v, &fl, &c);
	for (i = 0; (f = field_at(i)); i++) {
		field_get(f, &v, &values);
		CU_ASSERT(!values.is_cut);
		CU_ASSERT(f->is_many || values.count <= 1);
		if (strncmp(f->name, "proxy.", 6) == 0 ||
		    strncmp(f->name, "toa.", 4) == 0 ||
		    strncmp(f->name, "spp.", 4) == 0) {
			CU_ASSERT_EQUAL(values.count, 0);
		}
	}
	field_get(field_find("tp.verdict", 10), &v, &values);
	CU_ASSERT_STRING_EQUAL(values.text, "INCONCLUSIVE");
	field_get(field_find("frame.number", 12), &v, &values);
	CU_ASSERT_STRING_EQUAL(values.text, "7");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "names are found and unique",
		  test_names_are_found_and_unique },
		{ "near names", test_near_names },
		{ "an empty flow", test_an_empty_flow },
	};

	return unit_main("inspect_field", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
