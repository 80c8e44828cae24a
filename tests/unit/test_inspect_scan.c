/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_scan.c - the same place as memmem(3), wherever it stands */
#include <CUnit/CUnit.h>
#include <string.h>

#include "harness.h"
#include "scan.h"

#define HAY_MAX 160
#define SIG_LEN 12

static const uint8_t sig[SIG_LEN] = { '\r', '\n', '\r', '\n', 0,   '\r',
				      '\n', 'Q',  'U',	'I',  'T', '\n' };

static void check(const uint8_t *buf, size_t len, const void *what, size_t n)
{
	const void *want = memmem(buf, len, what, n);

	CU_ASSERT_PTR_EQUAL(scan_find(buf, len, what, n), want);
}

/* At each place of buffers of each length, cut at the buffer's end, too;
 * nothing behind the end may be read.
 */
static void test_each_place(void)
{
	static const uint8_t zeroes[HAY_MAX];
	size_t len, at, n;

	for (len = 1; len <= HAY_MAX; len++) {
		for (at = 0; at < len; at++) {
			struct guard g;

			n = len - at < SIG_LEN ? len - at : SIG_LEN;
			guard_init(&g, zeroes, len);
			memcpy(g.data + at, sig, n);
			check(g.data, len, sig, SIG_LEN);
			check(g.data, len, sig, n);
			check(g.data, len, sig, 1);
			guard_fini(&g);
		}
	}
}

/* What begins and ends like it is not it; of two the first counts. */
static void test_what_is_alike(void)
{
	uint8_t buf[HAY_MAX];
	size_t at, other;

	for (at = 0; at + SIG_LEN <= HAY_MAX; at++) {
		for (other = 0; other + SIG_LEN <= HAY_MAX; other += 7) {
			memset(buf, '\r', sizeof(buf));
			buf[other + SIG_LEN - 1] = '\n';
			memcpy(buf + at, sig, SIG_LEN);
			check(buf, sizeof(buf), sig, SIG_LEN);
			memcpy(buf + other, sig, SIG_LEN);
			check(buf, sizeof(buf), sig, SIG_LEN);
		}
	}
	memset(buf, 'P', sizeof(buf));
	check(buf, sizeof(buf), "PPPPPP", 6);
	check(buf, sizeof(buf), "PROXY ", 6);
	check(buf, sizeof(buf), buf, sizeof(buf));
	check(buf, 5, "PPPPPP", 6);
	check(buf, 0, "P", 1);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "each place", test_each_place },
		{ "what is alike", test_what_is_alike },
	};

	return unit_main("inspect_scan", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
