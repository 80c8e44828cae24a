/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_reasm.c - the window against a model that remembers each byte */
#include <errno.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "reasm.h"
#include "wire/wire.h"

#define WINDOW 64

static struct budget roomy(void)
{
	return (struct budget) { .max_bytes = 1 << 20 };
}

static void test_in_order(void)
{
	struct budget b = roomy();
	struct reasm r = { 0 };

	CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, 0, (const uint8_t *)"abc", 3),
			0);
	CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, 3, (const uint8_t *)"de", 2),
			0);
	CU_ASSERT_EQUAL(reasm_ready(&r, 0), 5);
	CU_ASSERT_EQUAL(reasm_ready(&r, 4), 1);
	CU_ASSERT_EQUAL(reasm_ready(&r, 5), 0);
	CU_ASSERT_EQUAL(memcmp(r.buf, "abcde", 5), 0);
	CU_ASSERT_EQUAL(r.run_count, 1);
	reasm_fini(&r, &b);
	CU_ASSERT_EQUAL(b.used_bytes, 0);
}

static void test_first_copy_stays(void)
{
	struct budget b = roomy();
	struct reasm r = { 0 };

	CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, 2, (const uint8_t *)"CD", 2),
			0);
	CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, 6, (const uint8_t *)"GH", 2),
			0);
	CU_ASSERT_EQUAL(reasm_ready(&r, 0), 0);
	CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, 0,
				  (const uint8_t *)"abcdefghij", 10),
			0);
	CU_ASSERT_EQUAL(reasm_ready(&r, 0), 10);
	CU_ASSERT_EQUAL(memcmp(r.buf, "abCDefGHij", 10), 0);
	reasm_fini(&r, &b);
}

static void test_the_window_ends(void)
{
	struct budget b = roomy();
	struct reasm r = { 0 };
	uint8_t x[WINDOW + 8] = { 0 };

	CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, WINDOW, x, 1), 0);
	CU_ASSERT_EQUAL(r.run_count, 0);
	CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, 0, x, sizeof(x)), 0);
	CU_ASSERT_EQUAL(reasm_ready(&r, 0), WINDOW);
	CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, WINDOW, x, 1), 0);
	CU_ASSERT_EQUAL(r.run_count, 1);
	CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, UINT32_MAX, x, 8), 0);
	CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, WINDOW - 1, x, UINT32_MAX),
			0);
	CU_ASSERT_EQUAL(reasm_ready(&r, 0), WINDOW);
	reasm_fini(&r, &b);
}

static void test_holes_are_bounded(void)
{
	struct budget b = roomy();
	struct reasm r = { 0 };
	uint32_t i;

	for (i = 0; i < REASM_RUN_MAX; i++)
		CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, 2 * i + 1,
					  (const uint8_t *)"x", 1),
				0);
	CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, 2 * i + 1,
				  (const uint8_t *)"x", 1),
			-ENOBUFS);
	/* what closes a hole is still taken */
	CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, 2, (const uint8_t *)"y", 1),
			0);
	CU_ASSERT_EQUAL(r.run_count, REASM_RUN_MAX - 1);
	reasm_fini(&r, &b);
	CU_ASSERT_EQUAL(r.run_count, 0);
	/* and what lengthens the last of as many runs as there can be */
	for (i = 0; i < REASM_RUN_MAX; i++)
		CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, 2 * i + 1,
					  (const uint8_t *)"x", 1),
				0);
	CU_ASSERT_EQUAL(reasm_put(&r, &b, WINDOW, 2 * i - 1,
				  (const uint8_t *)"xyz", 3),
			0);
	CU_ASSERT_EQUAL(r.run_count, REASM_RUN_MAX);
	CU_ASSERT_EQUAL(reasm_ready(&r, 2 * i - 1), 3);
	CU_ASSERT_EQUAL(memcmp(&r.buf[2 * i - 1], "xyz", 3), 0);
	reasm_fini(&r, &b);
}

static void test_memory_is_bounded(void)
{
	struct budget b = { .max_bytes = 300 };
	struct reasm r = { 0 };
	uint8_t x[300] = { 0 };

	CU_ASSERT_EQUAL(reasm_put(&r, &b, 1024, 0, x, 200), 0);
	CU_ASSERT_EQUAL(reasm_put(&r, &b, 1024, 200, x, 300), -ENOMEM);
	CU_ASSERT_EQUAL(b.refused, 1);
	CU_ASSERT_EQUAL(reasm_ready(&r, 0), 200);
	reasm_fini(&r, &b);
	CU_ASSERT_EQUAL(b.used_bytes, 0);
}

static void test_growing_keeps_what_was_there(void)
{
	struct budget b = roomy();
	struct reasm r = { 0 };

	CU_ASSERT_EQUAL(reasm_put(&r, &b, 4096, 0, (const uint8_t *)"abc", 3),
			0);
	CU_ASSERT_EQUAL(reasm_put(&r, &b, 4096, 3000, (const uint8_t *)"x", 1),
			0);
	CU_ASSERT_EQUAL(reasm_ready(&r, 0), 3);
	CU_ASSERT_EQUAL(memcmp(r.buf, "abc", 3), 0);
	CU_ASSERT_EQUAL(r.buf[3000], 'x');
	CU_ASSERT_EQUAL(b.used_bytes, r.cap);
	reasm_fini(&r, &b);
}

static unsigned next_random(unsigned *state, unsigned below)
{
	*state = *state * 1103515245U + 12345U;
	return (*state >> 16) % below;
}

/* Segments at random; each byte's value tells which segment brought it. */
static void test_like_the_model(void)
{
	unsigned state = 1;
	int round, k;

	for (round = 0; round < 2000; round++) {
		struct budget b = roomy();
		struct reasm r = { 0 };
		uint8_t model[WINDOW] = { 0 };
		uint32_t i, ready = 0, contrary = WINDOW;

		for (k = 1; k < 20; k++) {
			uint32_t off = next_random(&state, WINDOW + 8);
			uint32_t len = next_random(&state, 12);
			uint8_t seg[12];
			int err;

			memset(seg, k, sizeof(seg));
			err = reasm_put(&r, &b, WINDOW, off, seg, len);
			for (i = off; !err && i < off + len && i < WINDOW;
			     i++) {
				if (!model[i])
					model[i] = (uint8_t)k;
				else if (i < contrary)
					contrary = i;
			}
		}
		while (ready < WINDOW && model[ready])
			ready++;
		CU_ASSERT_EQUAL_FATAL(reasm_ready(&r, 0), ready);
		CU_ASSERT_EQUAL_FATAL(r.has_contrary, contrary < WINDOW);
		CU_ASSERT_FATAL(!r.has_contrary || r.contrary_off == contrary);
		CU_ASSERT_FATAL(!ready || !memcmp(r.buf, model, ready));
		for (i = 0; i < r.run_count; i++)
			for (ready = r.run[i].lo; ready < r.run[i].hi; ready++)
				CU_ASSERT_EQUAL_FATAL(r.buf[ready],
						      model[ready]);
		reasm_fini(&r, &b);
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "in order", test_in_order },
		{ "the first copy stays", test_first_copy_stays },
		{ "the window ends", test_the_window_ends },
		{ "holes are bounded", test_holes_are_bounded },
		{ "memory is bounded", test_memory_is_bounded },
		{ "growing", test_growing_keeps_what_was_there },
		{ "like the model", test_like_the_model },
	};

	return unit_main("inspect_reasm", tests, ARRAY_SIZE(tests));
}
