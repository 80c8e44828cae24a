/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_source.c - files as streams, merged, filtered, damaged */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "capfile_make.h"
#include "harness.h"
#include "source.h"
#include "stream.h"

#define MAGIC_US  0xa1b2c3d4U
#define FILES_MAX 8

/* Files of a test, taken away at its end. */
static char paths[FILES_MAX][32];
static size_t path_count;

static const char *put(const void *p, size_t len)
{
	char *path = paths[path_count++];
	FILE *f;
	int fd;

	(void)snprintf(path, sizeof(paths[0]), "/tmp/tp-unit-XXXXXX");
	fd = mkstemp(path);
	CU_ASSERT_FATAL(fd >= 0);
	f = fdopen(fd, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_EQUAL(fwrite(p, 1, len, f), len);
	CU_ASSERT_EQUAL(fclose(f), 0);
	return path;
}

static void clean(void)
{
	while (path_count)
		(void)unlink(paths[--path_count]);
}

static struct make *pcap(uint32_t link)
{
	static struct make m;

	m.is_be = false;
	m.len = 0;
	make_pcap(&m, MAGIC_US, link);
	return &m;
}

/* A file of frames at the seconds that @times names, each with @name and its
 * number as text.
 */
static const char *file(const char *name, const char *times)
{
	struct make *m = pcap(1);
	char text[16];
	unsigned n = 0;

	for (; *times; times++) {
		(void)snprintf(text, sizeof(text), "%s%u", name, ++n);
		make_record(m, (uint32_t)(*times - '0'), 0, text, 60);
	}
	return put(m->buf, m->len);
}

/* What a source gives, joined by blanks; "!" where it fails. */
static const char *all(const struct source_spec *spec)
{
	static char out[4096];
	char err[SOURCE_ERR_MAX];
	struct source *src = NULL;
	struct frame f;
	uint64_t number = 0;
	int r = source_open_spec(spec, err, &src);

	out[0] = '\0';
	if (r) {
		(void)snprintf(out, sizeof(out), "%s",
			       r == -EINVAL ? "filter" : "open");
		return out;
	}
	while ((r = source_next(src, err, &f)) > 0) {
		size_t len = strlen(out);

		if (r == SOURCE_IDLE)
			continue;
		CU_ASSERT(f.number > number);
		number = f.number;
		(void)snprintf(out + len, sizeof(out) - len, "%s%.*s",
			       len ? " " : "", (int)f.cap_len,
			       (const char *)f.data);
	}
	if (r < 0)
		(void)snprintf(out + strlen(out), 3, " !");
	source_close(src);
	return out;
}

static const char *all_of(const char *a, const char *b, const char *c)
{
	struct source_spec spec = { .paths = { a, b, c } };

	spec.path_count = b ? c ? 3 : 2 : 1;
	return all(&spec);
}

static void test_files_are_merged_by_time(void)
{
	CU_ASSERT_STRING_EQUAL(all_of(file("a", "149"), file("b", "2356"),
				      NULL),
			       "a1 b1 b2 a2 b3 b4 a3");
	clean();
	/* of equally early ones that of the last file, as mergecap has it */
	CU_ASSERT_STRING_EQUAL(all_of(file("a", "11"), file("b", "11"),
				      file("c", "1")),
			       "c1 b1 b2 a1 a2");
	clean();
	/* the order within a file stays, even if its times go back */
	CU_ASSERT_STRING_EQUAL(all_of(file("a", "51"), file("b", "26"), NULL),
			       "b1 a1 a2 b2");
	clean();
	CU_ASSERT_STRING_EQUAL(all_of(file("a", ""), file("b", "1"), NULL),
			       "b1");
	clean();
}

static void test_frames_know_their_file(void)
{
	const struct source_spec spec = {
		.paths = { file("a", "1"), file("b", "02") },
		.path_count = 2,
	};
	char err[SOURCE_ERR_MAX];
	struct source *src;
	struct frame f;

	CU_ASSERT_EQUAL_FATAL(source_open_spec(&spec, err, &src), 0);
	CU_ASSERT_EQUAL(source_next(src, err, &f), SOURCE_FRAME);
	CU_ASSERT_EQUAL(f.file, 1);
	CU_ASSERT_EQUAL(source_next(src, err, &f), SOURCE_FRAME);
	CU_ASSERT_EQUAL(f.file, 0);
	CU_ASSERT_EQUAL(f.number, 2);
	CU_ASSERT_EQUAL(f.in_file, 1);
	CU_ASSERT_EQUAL(source_next(src, err, &f), SOURCE_FRAME);
	CU_ASSERT_EQUAL(f.number, 3);
	CU_ASSERT_EQUAL(f.in_file, 2);
	CU_ASSERT_EQUAL(source_next(src, err, &f), SOURCE_END);
	CU_ASSERT_EQUAL(source_next(src, err, &f), SOURCE_END);
	source_close(src);
	clean();
}

static void test_count_and_filter(void)
{
	struct source_spec spec = { .path_count = 1 };

	spec.paths[0] = file("a", "1234");
	spec.frame_max = 2;
	CU_ASSERT_STRING_EQUAL(all(&spec), "a1 a2");
	/* byte 1 of the frame is the digit */
	spec.filter = "ether[1] > 50";
	CU_ASSERT_STRING_EQUAL(all(&spec), "a3 a4");
	spec.frame_max = 1;
	CU_ASSERT_STRING_EQUAL(all(&spec), "a3");
	spec.filter = "port what";
	CU_ASSERT_STRING_EQUAL(all(&spec), "filter");
	clean();
}

static void test_a_filter_is_compiled_for_each_link_type(void)
{
	struct source_spec spec = { .path_count = 2, .filter = "ip" };
	static uint8_t frame[] = "............\x08\x00\x45...";
	struct make *m = pcap(101);

	make_record(m, 1, 0, "\x45 raw", 5);
	make_record(m, 1, 0, "\x65 raw", 5);
	spec.paths[0] = put(m->buf, m->len);
	m = pcap(1);
	make_num(m, 2, 8);
	make_num(m, 14, 4);
	make_num(m, 14, 4);
	make_bytes(m, frame, 14);
	spec.paths[1] = put(m->buf, m->len);
	CU_ASSERT_STRING_EQUAL(all(&spec), "\x45 raw ............\x08");
	/* a filter for a link type that only one of them has */
	spec.filter = "ether host 00:00:5e:00:53:01";
	CU_ASSERT_STRING_EQUAL(all(&spec), "filter");
	clean();
}

/* One damaged file does not take the others with it. */
static void test_damage_is_told_at_the_end(void)
{
	struct source_spec spec = { .path_count = 2 };
	char err[SOURCE_ERR_MAX];
	struct source_stat st;
	struct source *src;
	struct frame f;
	struct make *m;

	spec.paths[1] = file("b", "29");
	m = pcap(1);
	make_record(m, 1, 0, "a1", 2);
	make_record(m, 3, 0, "a2", 2);
	spec.paths[0] = put(m->buf, m->len - 1);
	CU_ASSERT_STRING_EQUAL(all(&spec), "a1 b1 b2 !");

	CU_ASSERT_EQUAL_FATAL(source_open_spec(&spec, err, &src), 0);
	while (source_next(src, err, &f) > 0)
		;
	CU_ASSERT_PTR_NOT_NULL(strstr(err, spec.paths[0]));
	CU_ASSERT_PTR_NOT_NULL(strstr(err, "cap.cut"));
	source_stat(src, &st);
	CU_ASSERT(st.is_damaged);
	CU_ASSERT_EQUAL(st.damage, ANOMALY_CAP_CUT);
	CU_ASSERT_EQUAL(st.damage_frame, 1);
	CU_ASSERT_EQUAL(st.damage_off, 24 + 18);
	CU_ASSERT_PTR_EQUAL(st.damage_file, spec.paths[0]);
	CU_ASSERT_EQUAL(st.frames, 3);
	CU_ASSERT(st.done && st.done == st.size);
	source_close(src);
	clean();
}

static void test_what_cannot_be_opened(void)
{
	const char *good = file("a", "1");

	CU_ASSERT_STRING_EQUAL(all_of("/nonexistent", NULL, NULL), "open");
	CU_ASSERT_STRING_EQUAL(all_of("/tmp", NULL, NULL), "open");
	CU_ASSERT_STRING_EQUAL(all_of(good, put("", 0), NULL), "open");
	CU_ASSERT_STRING_EQUAL(all_of(put("\xd4\xc3", 2), NULL, NULL), "open");
	CU_ASSERT_STRING_EQUAL(all_of(put("hello, world", 12), NULL, NULL),
			       "open");
	clean();
}

static void test_only_plain_files_are_plain(void)
{
	struct source_spec spec = { .path_count = 1 };
	char err[SOURCE_ERR_MAX];
	struct source *src;
	uint64_t size = 0;
	int fd = -1;

	spec.paths[0] = file("a", "1");
	CU_ASSERT_EQUAL_FATAL(source_open_spec(&spec, err, &src), 0);
	CU_ASSERT(source_plain(src, &fd, &size));
	CU_ASSERT(fd >= 0);
	CU_ASSERT_EQUAL(size, 24 + 18);
	source_close(src);
	spec.filter = "ip";
	CU_ASSERT_EQUAL_FATAL(source_open_spec(&spec, err, &src), 0);
	CU_ASSERT_FALSE(source_plain(src, &fd, &size));
	source_close(src);
	clean();
}

/* ---- compressed ---- */

static size_t pack_gzip(const void *p, size_t n, uint8_t *out, size_t cap)
{
	z_stream z = { 0 };
	size_t len;

	CU_ASSERT_EQUAL(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8,
				     Z_DEFAULT_STRATEGY),
			Z_OK);
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)cap;
	CU_ASSERT_EQUAL(deflate(&z, Z_FINISH), Z_STREAM_END);
	len = cap - z.avail_out;
	(void)deflateEnd(&z);
	return len;
}

static size_t pack_zstd(const void *p, size_t n, uint8_t *out, size_t cap)
{
	return ZSTD_compress(out, cap, p, n, 3);
}

/* stream_all() - all of @path in pieces of @step.
 * Return: its length; -errno
 */
static ssize_t stream_all(const char *path, size_t step, uint8_t *out)
{
	struct stream *s = NULL;
	ssize_t n = stream_open(path, &s), sum = 0;

	while (n >= 0 && (n = stream_read(s, out + sum, step)) > 0)
		sum += n;
	stream_close(s);
	return n < 0 ? n : sum;
}

#define BODY_LEN 300000

static uint8_t body[BODY_LEN], packed[2 * BODY_LEN], out[2 * BODY_LEN + 4096];

static void check_compressed(size_t (*pack)(const void *, size_t, uint8_t *,
					    size_t))
{
	static const size_t steps[] = { 1, 977, 4096, 300001 };
	size_t len, two, i;

	len = pack(body, BODY_LEN, packed, sizeof(packed));
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		const char *path = put(packed, len);

		CU_ASSERT_EQUAL(stream_all(path, steps[i], out), BODY_LEN);
		CU_ASSERT_EQUAL(memcmp(out, body, BODY_LEN), 0);
		clean();
	}
	/* two behind each other */
	two = len + pack(body, 10, packed + len, sizeof(packed) - len);
	CU_ASSERT_EQUAL(stream_all(put(packed, two), 4096, out), BODY_LEN + 10);
	clean();
	/* cut anywhere; damaged in the middle */
	for (i = 1; i < len; i += i < 40 || i > len - 40 ? 1 : len / 7) {
		ssize_t n = stream_all(put(packed, len - i), 4096, out);

		CU_ASSERT(n == -EBADMSG || len - i < 4);
		clean();
	}
	packed[len / 2] ^= 0xff;
	packed[len / 2 + 1] ^= 0xff;
	(void)stream_all(put(packed, len), 4096, out);
	clean();
}

static void test_compressed_files(void)
{
	uint32_t x = 1;
	size_t i;

	for (i = 0; i < BODY_LEN; i++) {
		x = x * 1103515245 + 12345;
		body[i] = (uint8_t)(x >> 16 & (i % 3 ? 0x0f : 0xff));
	}
	check_compressed(pack_gzip);
	check_compressed(pack_zstd);
}

static void test_padding_after_gzip(void)
{
	size_t len = pack_gzip(body, 100, packed, sizeof(packed));

	memset(packed + len, 0, 512);
	CU_ASSERT_EQUAL(stream_all(put(packed, len + 512), 64, out), 100);
	clean();
}

static void test_compressed_captures(void)
{
	struct make *m = pcap(1);
	size_t len;

	make_record(m, 1, 0, "one", 3);
	make_record(m, 2, 0, "two", 3);
	len = pack_gzip(m->buf, m->len, packed, sizeof(packed));
	CU_ASSERT_STRING_EQUAL(all_of(put(packed, len), NULL, NULL), "one two");
	len = pack_zstd(m->buf, m->len - 2, packed, sizeof(packed));
	CU_ASSERT_STRING_EQUAL(all_of(put(packed, len), NULL, NULL), "one !");
	clean();
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "files are merged by time", test_files_are_merged_by_time },
		{ "frames know their file", test_frames_know_their_file },
		{ "count and filter", test_count_and_filter },
		{ "a filter for each link type",
		  test_a_filter_is_compiled_for_each_link_type },
		{ "damage is told at the end", test_damage_is_told_at_the_end },
		{ "what cannot be opened", test_what_cannot_be_opened },
		{ "only plain files are plain",
		  test_only_plain_files_are_plain },
		{ "compressed files", test_compressed_files },
		{ "padding after gzip", test_padding_after_gzip },
		{ "compressed captures", test_compressed_captures },
	};

	return unit_main("inspect_source", tests, ARRAY_SIZE(tests));
}
