/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_bulk.c - blocks, lanes and threads change nothing of the answer:
 * every capture of pcaps/, cut at every record
 */
#include <CUnit/CUnit.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bulk_text.h"
#include "harness.h"
#include "mapped.h"
#include "wire/wire.h"

#define TEXT_MAX (1U << 20)

/* as JSON lines, and as a summary, which asks for no order */
#define CHECK_FORMS 2

static struct config cfg = {
	.hdr_max = 4096,
	.want_csum = true,
	.want_json = true,
	.max_flows = 1000,
	.max_memory_bytes = 1 << 20,
	.idle_ms = 3600000,
	.udp_idle_ms = 60000,
	.threads = 1,
	.output = { .format = OUTPUT_JSON },
	.decode = { .port_count = 2,
		    .port = { { VXLAN_PORT, TUNNEL_VXLAN },
			      { GENEVE_PORT, TUNNEL_GENEVE } } },
};

/* of all runs */
static struct bulk_stat stat_sum;

static bool check_spec(const char *path, const char *want,
		       const struct bulk_spec *spec)
{
	char *got = bulk_text(&cfg, path, spec, &stat_sum);
	bool is_same = strcmp(got, want) == 0;

	CU_ASSERT(is_same);
	if (!is_same)
		(void)fprintf(stderr, "%s: blocks %u, pieces %llu + %llu\n%s%s",
			      path, spec->block_bytes,
			      (unsigned long long)spec->first_bytes,
			      (unsigned long long)spec->piece_bytes, want, got);
	free(got);
	return is_same;
}

/* check_cuts() - what stands behind each record was accounted by an engine that
 * did not know what stands before
 */
static void check_cuts(const char *path, const char *want)
{
	static uint8_t buf[1 << 20];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct capfile cf;
	struct frame f;
	size_t used, at = 0;
	ssize_t n = read(fd, buf, sizeof(buf));

	CU_ASSERT_FATAL(fd >= 0 && n > 0);
	capfile_init(&cf);
	while (capfile_next(&cf, buf + at, (size_t)n - at, &used, &f) ==
	       CAPFILE_FRAME) {
		struct bulk_spec spec = { .threads = 1,
					  .block_bytes = 1 << 20,
					  .is_tried = true };

		at += used;
		spec.first_bytes = at;
		spec.piece_bytes = sizeof(buf);
		if (!check_spec(path, want, &spec))
			break;
	}
	capfile_fini(&cf);
	(void)close(fd);
}

static void check_form(const char *path)
{
	static const struct bulk_spec specs[] = {
		{ .threads = 2, .block_bytes = BULK_BLOCK_MIN },
		{ .threads = 3, .block_bytes = 97 },
		{ .threads = 2, .block_bytes = 1000 },
		{ .threads = 1, .block_bytes = 333 },
		{ .threads = 1, .block_bytes = 1U << 20 },
		{ .threads = 2, .block_bytes = 100, .piece_bytes = 500 },
		{ .threads = 3, .block_bytes = 1000, .piece_bytes = 1300 },
		{ .threads = 2,
		  .block_bytes = 100,
		  .piece_bytes = 500,
		  .lead_bytes = 90 },
		{ .threads = 3,
		  .block_bytes = 100,
		  .piece_bytes = 250,
		  .lead_bytes = 700 },
		{ .threads = 1,
		  .block_bytes = 300,
		  .piece_bytes = 150,
		  .is_tried = true },
	};
	char *want = bulk_text(&cfg, path, NULL, &stat_sum);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(specs); i++)
		(void)check_spec(path, want, &specs[i]);
	if (strstr(path, "input"))
		check_cuts(path, want);
	free(want);
}

static void check_file(const char *path)
{
	unsigned i;

	for (i = 0; i < CHECK_FORMS; i++) {
		cfg.output.want_summary = i;
		check_form(path);
	}
	cfg.output.want_summary = false;
}

static void test_every_cut_of_every_capture(void)
{
	glob_t g;
	size_t i;

	CU_ASSERT_EQUAL_FATAL(glob("../../pcaps/*/input.pcap*", 0, NULL, &g),
			      0);
	CU_ASSERT(g.gl_pathc > 40);
	for (i = 0; i < g.gl_pathc; i++)
		check_file(g.gl_pathv[i]);
	globfree(&g);
	(void)fprintf(stderr, "%llu pieces tried, %llu merged, %llu joined\n",
		      (unsigned long long)stat_sum.tried,
		      (unsigned long long)stat_sum.merged,
		      (unsigned long long)stat_sum.joined);
	CU_ASSERT(stat_sum.merged > stat_sum.tried / 2);
	CU_ASSERT(stat_sum.joined > stat_sum.tried / 8);
}

static const char cut_name[] = "test_inspect_bulk.tmp.pcap";

/* The first @len bytes of @path, and @tail behind them. */
static void make_file(const char *path, size_t len, const char *tail)
{
	static char buf[1 << 16];
	int in = open(path, O_RDONLY | O_CLOEXEC);
	int out =
		open(cut_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t n = read(in, buf, sizeof(buf));

	CU_ASSERT_FATAL(in >= 0 && out >= 0 && n > 0);
	if (len > (size_t)n)
		len = (size_t)n;
	CU_ASSERT_EQUAL(write(out, buf, len), (ssize_t)len);
	CU_ASSERT_EQUAL(write(out, tail, strlen(tail)), (ssize_t)strlen(tail));
	(void)close(in);
	(void)close(out);
}

/* What stands before the damage is the same; behind it there is nothing. */
static void test_damaged_files(void)
{
	static const char path[] = "../../pcaps/001-document-ppv1-tcp/"
				   "input.pcap";
	size_t len;

	for (len = 24; len < 2600; len += 37) {
		make_file(path, len, "");
		check_file(cut_name);
		make_file(path, len,
			  "\xff\xff\xff\xff\xff\xff\xff\xff\xff"
			  "\xff\xff\xff\xff\xff\xff\xff\xff\xff");
		check_file(cut_name);
	}
	(void)unlink(cut_name);
}

/* A file that becomes shorter while it is mapped does not end the process. */
static void test_a_mapped_file_shrinks(void)
{
	const uint8_t *map = NULL;
	uint8_t byte;
	int fd = open(cut_name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CU_ASSERT_FATAL(fd >= 0 && ftruncate(fd, 1 << 20) == 0);
	CU_ASSERT_EQUAL(pwrite(fd, "x", 1, (1 << 20) - 1), 1);
	CU_ASSERT_EQUAL_FATAL(mapped_open(fd, 1 << 20, &map), 0);
	CU_ASSERT_EQUAL(map[(1 << 20) - 1], 'x');
	CU_ASSERT_EQUAL(ftruncate(fd, 4096), 0);
	byte = ((const volatile uint8_t *)map)[(1 << 20) - 1];
	CU_ASSERT_EQUAL(byte, 0);
	mapped_drop(map, 0, 1 << 20);
	byte = ((const volatile uint8_t *)map)[0];
	CU_ASSERT_EQUAL(byte, 0);
	mapped_close(map, 1 << 20);
	(void)close(fd);
	(void)unlink(cut_name);
}

static bool stop_at_once(void *ctx, uint64_t done, uint64_t frames)
{
	unsigned *calls = ctx;

	CU_ASSERT(done && frames);
	return ++*calls == 3;
}

static void test_a_tick_ends_it(void)
{
	unsigned calls = 0;
	struct bulk_spec spec = { .threads = 2,
				  .block_bytes = 200,
				  .piece_bytes = 300,
				  .tick = stop_at_once,
				  .ctx = &calls };
	struct capfile cf;
	struct tally tally;
	struct inspect *in = NULL;
	int fd = open("../../pcaps/001-document-ppv1-tcp/input.pcap",
		      O_RDONLY | O_CLOEXEC);
	struct stat st = { 0 };

	CU_ASSERT_FATAL(fd >= 0 && fstat(fd, &st) == 0);
	CU_ASSERT_FATAL(inspect_new(&cfg, &in) == 0);
	capfile_init(&cf);
	spec.fd = fd;
	spec.size = (uint64_t)st.st_size;
	CU_ASSERT_EQUAL(inspect_bulk(in, &spec, &cf, NULL), 0);
	CU_ASSERT_EQUAL(calls, 3);
	CU_ASSERT(cf.offset < spec.size);
	inspect_peek(in, &tally);
	CU_ASSERT_EQUAL(tally.frames, cf.frames);
	capfile_fini(&cf);
	inspect_free(in);
	(void)close(fd);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "every cut", test_every_cut_of_every_capture },
		{ "damaged files", test_damaged_files },
		{ "a file that shrinks", test_a_mapped_file_shrinks },
		{ "a tick ends it", test_a_tick_ends_it },
	};

	return unit_main("inspect_bulk", tests, ARRAY_SIZE(tests));
}
