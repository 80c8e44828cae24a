/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_pagein.c - how pages are brought in, by what blocks took */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "mapped.h"
#include "wire/wire.h"

#define BLOCK (1ULL << 20)

/* Blocks until it is settled; @ask_ns, @touch_ns: what each takes, but for one
 * of the faster way that something disturbed. Return: how many
 */
static unsigned settle(struct pagein *p, uint64_t ask_ns, uint64_t touch_ns)
{
	unsigned n[PAGEIN_WAYS] = { 0, 0 }, all = 0;

	while (!pagein_is_settled(p) && all < 100) {
		enum pagein_way way = pagein_way(p);
		uint64_t ns = way == PAGEIN_TOUCH ? touch_ns : ask_ns;

		if (n[way]++ == 1 && ns <= ask_ns && ns <= touch_ns)
			ns *= 50;
		pagein_took(p, BLOCK, ns);
		all++;
	}
	CU_ASSERT_EQUAL(n[PAGEIN_TOUCH], PAGEIN_TRIALS);
	return all;
}

static void test_the_faster_way_is_kept(void)
{
	struct pagein touch = { .n = 0 }, ask = { .n = 0 }, same = { .n = 0 };

	CU_ASSERT_EQUAL(settle(&touch, 100000, 75000), 2 * PAGEIN_TRIALS + 1);
	CU_ASSERT_EQUAL(pagein_way(&touch), PAGEIN_TOUCH);
	CU_ASSERT_EQUAL(settle(&ask, 75000, 100000), 2 * PAGEIN_TRIALS + 1);
	CU_ASSERT_EQUAL(pagein_way(&ask), PAGEIN_ASK);
	settle(&same, 1000, 1000);
	CU_ASSERT_EQUAL(pagein_way(&same), PAGEIN_ASK);
	/* what comes later changes nothing */
	pagein_took(&touch, BLOCK, 9000000);
	pagein_took(&touch, BLOCK, 1);
	CU_ASSERT_EQUAL(pagein_way(&touch), PAGEIN_TOUCH);
}

static void test_blocks_that_tell_nothing(void)
{
	struct pagein p = { .n = 0 };
	unsigned i;

	/* the first one is there already, and small ones are not compared */
	pagein_took(&p, BLOCK, 1);
	for (i = 0; i < 100; i++)
		pagein_took(&p, PAGEIN_BYTES_MIN - 1, 1);
	CU_ASSERT_FALSE(pagein_is_settled(&p));
	settle(&p, 100000, 75000);
	CU_ASSERT_EQUAL(pagein_way(&p), PAGEIN_TOUCH);
}

static void test_sizes_are_made_alike(void)
{
	struct pagein p = { .n = 0 };

	while (!pagein_is_settled(&p))
		if (pagein_way(&p) == PAGEIN_TOUCH)
			pagein_took(&p, 4 * BLOCK, 300000);
		else
			pagein_took(&p, BLOCK, 100000);
	CU_ASSERT_EQUAL(pagein_way(&p), PAGEIN_TOUCH);
}

static void test_refused_is_for_good(void)
{
	struct pagein p = { .n = 0 };

	settle(&p, 100000, 75000);
	pagein_refuse(&p);
	CU_ASSERT_TRUE(pagein_is_settled(&p));
	CU_ASSERT_EQUAL(pagein_way(&p), PAGEIN_ASK);
}

/* Of a real file, either way: every byte is there, up to the last one. */
static void test_a_file_is_brought_in(void)
{
	char name[] = "/tmp/tp-pagein.XXXXXX";
	uint64_t size = 12ULL * BLOCK + 4097, at;
	struct pagein p = { .n = 0 };
	const uint8_t *map = NULL;
	int fd = mkstemp(name);

	CU_ASSERT_FATAL(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	CU_ASSERT_EQUAL(pwrite(fd, "x", 1, (off_t)size - 1), 1);
	CU_ASSERT_EQUAL_FATAL(mapped_open(fd, size, &map), 0);
	for (at = 0; at < size; at += BLOCK)
		mapped_want(map, at, at + BLOCK < size ? at + BLOCK : size, &p);
	CU_ASSERT_TRUE(pagein_is_settled(&p));
	CU_ASSERT_EQUAL(map[size - 1], 'x');
	CU_ASSERT_TRUE(p.is_refused ||
		       (p.best_ns[PAGEIN_ASK] && p.best_ns[PAGEIN_TOUCH]));
	mapped_close(map, size);
	(void)close(fd);
	(void)unlink(name);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "the faster way is kept", test_the_faster_way_is_kept },
		{ "blocks that tell nothing", test_blocks_that_tell_nothing },
		{ "sizes are made alike", test_sizes_are_made_alike },
		{ "refused is for good", test_refused_is_for_good },
		{ "a file is brought in", test_a_file_is_brought_in },
	};

	return unit_main("inspect_pagein", tests, ARRAY_SIZE(tests));
}
