/* SPDX-License-Identifier: BSD-2-Clause */
/* test_conform_case.c - scripts, sweeps, and from an outcome to a verdict */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "conform/engine.h"
#include "conform/script.h"
#include "conform/trial.h"
#include "harness.h"
#include "wire/wire.h"

static const struct case_table *const tables[] = {
	&cases_ppv1,
	&cases_ppv2,
	&cases_common,
	&cases_udp,
};

static void test_script(void)
{
	struct script s;
	char err[SCRIPT_ERR_MAX];

	CU_ASSERT(script_parse("split $ v1 \"a;b\"; gap 20;half ; expect "
			       "client|refused",
			       7, &s, err));
	CU_ASSERT_EQUAL(s.n, 4);
	CU_ASSERT_EQUAL(s.steps[0].verb, STEP_SPLIT);
	CU_ASSERT_EQUAL(s.steps[0].n, 7);
	CU_ASSERT_EQUAL(s.steps[0].items_len, 8);
	CU_ASSERT(!memcmp(s.steps[0].items, "v1 \"a;b\"", 8));
	CU_ASSERT_EQUAL(s.steps[1].n, 20);
	CU_ASSERT_EQUAL(s.steps[2].verb, STEP_HALF);
	CU_ASSERT_EQUAL(s.steps[3].words, EXPECT_CLIENT | EXPECT_REFUSED);
}

#define FOUR_STEPS	"gap 1;gap 1;gap 1;gap 1;"
#define SEVENTEEN_STEPS FOUR_STEPS FOUR_STEPS FOUR_STEPS FOUR_STEPS "gap 1"

static void test_script_errors(void)
{
	static const char *const list[] = {
		"",	     "jump 1",	      "send",	 "expect",
		"expect me", "gap",	      "gap v1",	 "half 1",
		"split v1",  "expect real|",  "crowd 5", "send v1;;send v1",
		"hush 5 v1", SEVENTEEN_STEPS,
	};
	struct script s;
	char err[SCRIPT_ERR_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		err[0] = '\0';
		CU_ASSERT(!script_parse(list[i], 0, &s, err));
		CU_ASSERT(err[0] != '\0');
	}
}

static void test_sweep(void)
{
	uint32_t v[SWEEP_MAX];

	CU_ASSERT_EQUAL(script_sweep("3", v), 1);
	CU_ASSERT_EQUAL(script_sweep("0,1,3-15", v), 15);
	CU_ASSERT_EQUAL(v[2], 3);
	CU_ASSERT_EQUAL(v[14], 15);
	CU_ASSERT_EQUAL(script_sweep("0x41,0xff", v), 2);
	CU_ASSERT_EQUAL(v[1], 255);
	CU_ASSERT_EQUAL(script_sweep("0-100000", v), SWEEP_MAX);
	CU_ASSERT_EQUAL(script_sweep("5-1", v), -1);
	CU_ASSERT_EQUAL(script_sweep("x", v), -1);
	CU_ASSERT_EQUAL(script_sweep("1;2", v), -1);
}

/* each step of each trial of each case can be built */
static void check_script(const struct case_def *d, uint32_t sweep)
{
	static struct build b;
	static const uint8_t probe[] = "probe";
	const struct claim c = claim_nth(1);
	const struct build_env env = { &c, probe, 5, sweep };
	char err[BUILD_ERR_MAX] = "";
	struct script s;
	size_t i;
	bool is_ok = script_parse(d->script, sweep, &s, err);

	for (i = 0; is_ok && i < s.n; i++) {
		b.len = b.hdr_len = 0;
		if (s.steps[i].items_len)
			is_ok = build_items(&b, s.steps[i].items,
					    s.steps[i].items_len, &env, err);
	}
	if (!is_ok)
		(void)fprintf(stderr, "%s: %s\n", d->id, err);
	CU_ASSERT(is_ok);
	CU_ASSERT_EQUAL(s.steps[s.n - 1].verb, STEP_EXPECT);
}

static void check_case(const struct case_def *d)
{
	uint32_t v[SWEEP_MAX] = { 0 };
	int n = 1, i;

	if (d->sweep && strcmp(d->sweep, "cut") != 0)
		n = script_sweep(d->sweep, v);
	CU_ASSERT(n > 0);
	for (i = 0; i < n; i++)
		check_script(d, v[i]);
	CU_ASSERT(strchr(d->id, '/') != NULL);
	CU_ASSERT(*d->title && *d->clause && *d->req);
	CU_ASSERT(d->modes != 0);
	CU_ASSERT((d->level == LEVEL_INFO) == (d->grave == GRAVE_NONE));
	CU_ASSERT(!d->trait || strchr(d->trait, '|'));
	CU_ASSERT(!(d->flags & CASE_F_UNTRUSTED) ||
		  !strncmp(d->script, "untrusted;", 10));
}

static void test_every_case(void)
{
	size_t n = 0, i, k;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		for (k = 0; k < tables[i]->n; k++, n++)
			check_case(&tables[i]->cases[k]);
	CU_ASSERT(n >= 150);
}

static void test_header_length(void)
{
	struct case_def d = { .id = "a/b", .script = "split $ v2:6 probe" };

	CU_ASSERT_EQUAL(trial_header_len(&d), 52);
	d.script = "gap 5; send v1; expect any";
	/* PROXY TCP4 198.18.100.100 203.0.113.101 20000 10443 CR LF */
	CU_ASSERT_EQUAL(trial_header_len(&d), 53);
	d.script = "half; expect any";
	CU_ASSERT_EQUAL(trial_header_len(&d), 0);
}

#define J(words, outcome, id, needs) \
	case_judge(words, OUTCOME_##outcome, IDENTITY_##id, needs)

static void test_judge(void)
{
	const unsigned client = EXPECT_CLIENT, real = EXPECT_REAL,
		       refused = EXPECT_REFUSED, leak = EXPECT_LEAK,
		       exact = EXPECT_EXACT;

	CU_ASSERT_EQUAL(J(client, SERVED, CLAIM, true), STATUS_PASS);
	CU_ASSERT_EQUAL(J(client, SERVED, UNKNOWN, false), STATUS_PASS);
	CU_ASSERT_EQUAL(J(client, SERVED, UNKNOWN, true), STATUS_INCONCLUSIVE);
	CU_ASSERT_EQUAL(J(client, SERVED, REAL, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(client, SERVED, UNSET, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(client, SERVED, OTHER, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(client, SILENT, UNKNOWN, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(client, LEAK, UNKNOWN, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(real, SERVED, REAL, true), STATUS_PASS);
	CU_ASSERT_EQUAL(J(real, SERVED, UNSET, true), STATUS_PASS);
	CU_ASSERT_EQUAL(J(real, SERVED, CLAIM, true), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(real, RESET, UNKNOWN, true), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(real | refused, RESET, UNKNOWN, true), STATUS_PASS);
	CU_ASSERT_EQUAL(J(refused, SERVED, CLAIM, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(refused, SERVED, UNKNOWN, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(refused, SERVED, UNKNOWN, true), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(EXPECT_ANY, SERVED, OTHER, true), STATUS_PASS);
	CU_ASSERT_EQUAL(J(EXPECT_ANY, LEAK, OTHER, false), STATUS_PASS);
	CU_ASSERT_EQUAL(J(EXPECT_ANY, SILENT, UNKNOWN, false), STATUS_PASS);
	CU_ASSERT_EQUAL(J(EXPECT_ANY, GREETED, UNKNOWN, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(EXPECT_ANY, BROKEN, UNKNOWN, false),
			STATUS_INCONCLUSIVE);
	CU_ASSERT_EQUAL(J(refused, CLOSED, UNKNOWN, false), STATUS_PASS);
	CU_ASSERT_EQUAL(J(refused, REFUSED, UNKNOWN, false), STATUS_PASS);
	CU_ASSERT_EQUAL(J(refused, SILENT, UNKNOWN, false), STATUS_PASS);
	CU_ASSERT_EQUAL(J(refused, GARBLED, UNKNOWN, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(refused, LEAK, UNKNOWN, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(EXPECT_CLOSED, SILENT, UNKNOWN, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(leak | refused, LEAK, CLAIM, false), STATUS_PASS);
	CU_ASSERT_EQUAL(J(leak | refused, LEAK, OTHER, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(leak | refused, SERVED, OTHER, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(exact, SERVED, CLAIM, false), STATUS_PASS);
	CU_ASSERT_EQUAL(J(exact | refused, HEADER, UNKNOWN, false),
			STATUS_FAIL);
	CU_ASSERT_EQUAL(J(exact, LEAK, CLAIM, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(exact | refused, SILENT, UNKNOWN, false),
			STATUS_PASS);
	CU_ASSERT_EQUAL(J(EXPECT_ANY, GREETED, UNKNOWN, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(refused, GREETED, UNKNOWN, false), STATUS_FAIL);
	CU_ASSERT_EQUAL(J(refused, UNREACHABLE, UNKNOWN, false),
			STATUS_INCONCLUSIVE);
	CU_ASSERT_EQUAL(J(EXPECT_ANY, BROKEN, UNKNOWN, false),
			STATUS_INCONCLUSIVE);
}

static void test_failure(void)
{
	struct case_def d = { .level = LEVEL_SHOULD, .grave = GRAVE_LOW };
	struct case_result r = { .def = &d, .status = STATUS_FAIL };

	CU_ASSERT(!case_is_failure(&r, false));
	CU_ASSERT(case_is_failure(&r, true));
	d.grave = GRAVE_CRITICAL;
	CU_ASSERT(case_is_failure(&r, false));
	d = (struct case_def) { .level = LEVEL_MUST, .grave = GRAVE_LOW };
	CU_ASSERT(case_is_failure(&r, false));
	r.status = STATUS_INCONCLUSIVE;
	CU_ASSERT(!case_is_failure(&r, true));
}

static void test_selection(void)
{
	const struct case_def d = { .id = "ppv1/addr4/hex",
				    .req = "V1.4 V1.11" };
	char by_id[] = "ppv1/addr4", by_req[] = "V1.11", no[] = "V1.1",
	     other[] = "ppv2";
	char *list[2] = { by_id, NULL };

	CU_ASSERT(case_selected(&d, list, 0));
	CU_ASSERT(case_selected(&d, list, 1));
	list[0] = by_req;
	CU_ASSERT(case_selected(&d, list, 1));
	list[0] = no;
	CU_ASSERT(!case_selected(&d, list, 1));
	list[0] = other;
	list[1] = by_id;
	CU_ASSERT(!case_selected(&d, list, 1));
	CU_ASSERT(case_selected(&d, list, 2));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "scripts", test_script },
		{ "what is no script is refused", test_script_errors },
		{ "sweeps", test_sweep },
		{ "each case can be read and built", test_every_case },
		{ "the header that a cut goes through", test_header_length },
		{ "outcomes become verdicts", test_judge },
		{ "what fails a run", test_failure },
		{ "cases by id and requirement", test_selection },
	};

	return unit_main("conform_case", tests, ARRAY_SIZE(tests));
}
