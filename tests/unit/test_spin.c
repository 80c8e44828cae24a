/* SPDX-License-Identifier: BSD-2-Clause */
/* test_spin.c - when a CPU is kept awake: a pure rule, fed with counts */
#include <CUnit/CUnit.h>
#include <stdatomic.h>

#include "harness.h"
#include "spin.h"
#include "wire/wire.h"

/* messages in one trial's time at @rate a second */
static uint64_t in_trial(uint64_t rate)
{
	return rate * SPIN_TRIAL_NS / 1000000000ULL;
}

static void look(struct spin_rule *r, uint64_t rate)
{
	CU_ASSERT_EQUAL(r->phase, SPIN_LOOK);
	CU_ASSERT_EQUAL(r->len_ns, SPIN_LOOK_NS);
	CU_ASSERT_FALSE(spin_rule_is_awake(r));
	spin_rule_next(r, rate * SPIN_LOOK_NS / 1000000000ULL, SPIN_LOOK_NS,
		       false);
}

static void test_worth(void)
{
	struct spin_rule r;

	spin_rule_init(&r);
	look(&r, 40000);
	CU_ASSERT_EQUAL(r.phase, SPIN_TRIAL);
	CU_ASSERT_TRUE(spin_rule_is_awake(&r));
	spin_rule_next(&r, in_trial(50000), SPIN_TRIAL_NS, false);
	CU_ASSERT_EQUAL(r.phase, SPIN_KEEP);
	CU_ASSERT_EQUAL(r.len_ns, SPIN_KEEP_NS);
	CU_ASSERT_TRUE(spin_rule_is_awake(&r));
	/* and is compared again */
	spin_rule_next(&r, 1000000, SPIN_KEEP_NS, false);
	look(&r, 40000);
	CU_ASSERT_EQUAL(r.phase, SPIN_TRIAL);
}

static void test_not_worth(void)
{
	uint64_t rest_ns = SPIN_REST_NS_MIN;
	struct spin_rule r;
	int i;

	spin_rule_init(&r);
	for (i = 0; i < 10; i++) {
		look(&r, 40000);
		spin_rule_next(&r, in_trial(49900), SPIN_TRIAL_NS, false);
		CU_ASSERT_EQUAL(r.phase, SPIN_REST);
		CU_ASSERT_EQUAL(r.len_ns, rest_ns);
		CU_ASSERT_FALSE(spin_rule_is_awake(&r));
		spin_rule_next(&r, 1000000, r.len_ns, false);
		rest_ns *= 2;
		if (rest_ns > SPIN_REST_NS_MAX)
			rest_ns = SPIN_REST_NS_MAX;
	}
	CU_ASSERT_EQUAL(rest_ns, SPIN_REST_NS_MAX);
	/* what is worth it later begins with short rests again */
	look(&r, 40000);
	spin_rule_next(&r, in_trial(80000), SPIN_TRIAL_NS, false);
	spin_rule_next(&r, 0, SPIN_KEEP_NS, false);
	look(&r, 40000);
	spin_rule_next(&r, in_trial(40000), SPIN_TRIAL_NS, false);
	CU_ASSERT_EQUAL(r.phase, SPIN_REST);
	CU_ASSERT_EQUAL(r.len_ns, SPIN_REST_NS_MIN);
}

static void test_rare(void)
{
	uint64_t len_ns = SPIN_LOOK_NS;
	struct spin_rule r;
	int i;

	spin_rule_init(&r);
	for (i = 0; i < 12; i++) {
		CU_ASSERT_EQUAL(r.phase, SPIN_LOOK);
		CU_ASSERT_EQUAL(r.len_ns, len_ns);
		spin_rule_next(&r, (SPIN_RATE_MIN - 1000) * len_ns / 1000000000,
			       len_ns, false);
		len_ns *= 2;
		if (len_ns > SPIN_NAP_NS_MAX)
			len_ns = SPIN_NAP_NS_MAX;
	}
	CU_ASSERT_EQUAL(len_ns, SPIN_NAP_NS_MAX);
	/* a long look is no measure of what a trial compares with */
	spin_rule_next(&r, SPIN_RATE_MIN * 10, len_ns, false);
	look(&r, 2 * SPIN_RATE_MIN);
	CU_ASSERT_EQUAL(r.phase, SPIN_TRIAL);
}

static void test_silence(void)
{
	struct spin_rule r;

	spin_rule_init(&r);
	look(&r, 40000);
	/* a trial that was cut may have silenced it: however fast it was */
	spin_rule_next(&r, in_trial(80000), SPIN_TRIAL_NS, true);
	CU_ASSERT_EQUAL(r.phase, SPIN_REST);
	spin_rule_next(&r, 0, r.len_ns, false);
	look(&r, 40000);
	spin_rule_next(&r, in_trial(80000), SPIN_TRIAL_NS, false);
	CU_ASSERT_EQUAL(r.phase, SPIN_KEEP);
	spin_rule_next(&r, 3, SPIN_SILENCE_NS, true);
	CU_ASSERT_EQUAL(r.phase, SPIN_LOOK);
	spin_rule_next(&r, 0, 0, false);
	CU_ASSERT_EQUAL(r.phase, SPIN_LOOK);
}

static uint64_t count_asked(void *arg)
{
	_Atomic uint64_t *n = arg;

	return atomic_fetch_add(n, 1) * 1000;
}

static bool wait_more(_Atomic uint64_t *n, uint64_t than)
{
	uint64_t until_ms = clock_ms() + 20000;

	while (atomic_load(n) <= than)
		if (clock_ms() > until_ms)
			return false;
	return true;
}

/* It asks while something is redirected, and ends at any time. */
static void test_thread(void)
{
	_Atomic uint64_t n = 0;
	struct spin *s = NULL;

	spin_add(NULL, 1);
	spin_stop(NULL);
	CU_ASSERT_EQUAL_FATAL(spin_start(count_asked, &n, &s), 0);
	spin_stop(s);
	CU_ASSERT_EQUAL_FATAL(spin_start(count_asked, &n, &s), 0);
	spin_add(s, 1);
	spin_add(s, 1);
	CU_ASSERT_TRUE(wait_more(&n, 0));
	spin_add(s, -1);
	spin_add(s, -1);
	spin_add(s, 1);
	CU_ASSERT_TRUE(wait_more(&n, atomic_load(&n) + 2));
	spin_stop(s);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "what is faster by a quarter goes on", test_worth },
		{ "what is not rests, longer each time", test_not_worth },
		{ "rare messages are looked at rarely", test_rare },
		{ "silence ends it", test_silence },
		{ "the thread asks while it is wanted, and ends", test_thread },
	};

	return unit_main("spin", tests, ARRAY_SIZE(tests));
}
