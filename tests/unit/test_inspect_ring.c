/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_ring.c - files written on the way, progress, and the table */
#include <CUnit/CUnit.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "harness.h"
#include "input.h"
#include "progress.h"
#include "ring.h"
#include "top.h"

static char dir[] = "/tmp/tp-unit-XXXXXX";
static char path[64];

static void begin(const char *name)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/tp-unit-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
}

/* The files of the folder with the frames in each, sorted; taken away. */
static const char *end(void)
{
	static char text[1024];
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort), i;

	text[0] = '\0';
	for (i = 0; i < n; i++) {
		char full[512], err[INPUT_ERR_MAX];
		struct input *in;
		struct frame f;
		unsigned frames = 0;
		size_t len = strlen(text);

		if (names[i]->d_name[0] != '.') {
			(void)snprintf(full, sizeof(full), "%s/%s", dir,
				       names[i]->d_name);
			CU_ASSERT_EQUAL_FATAL(
				input_open(full, INPUT_BUF_LEN, err, &in), 0);
			while (input_next(in, err, &f) == 1) {
				frames++;
				CU_ASSERT_EQUAL(f.link, 276);
				CU_ASSERT_EQUAL(f.ts_ns % NS_PER_S, 123456789);
			}
			input_close(in);
			(void)unlink(full);
			(void)snprintf(text + len, sizeof(text) - len,
				       "%s%s:%u", len ? " " : "",
				       names[i]->d_name, frames);
		}
		free(names[i]);
	}
	free(names);
	(void)rmdir(dir);
	return text;
}

static struct frame at(int64_t seconds)
{
	static const uint8_t data[1000];

	return (struct frame) {
		.ts_ns = seconds * NS_PER_S + 123456789,
		.data = data,
		.cap_len = sizeof(data),
		.wire_len = 1500,
	};
}

/* put_all() - @n frames of 1000 bytes, one each @step seconds from 0 on.
 * Return: what the last ring_put() did
 */
static int put_all(const struct ring_config *cfg, unsigned n, unsigned step)
{
	char err[RING_ERR_MAX];
	struct ring *r = NULL;
	unsigned i;
	int status = 0;

	CU_ASSERT_EQUAL_FATAL(ring_open(cfg, 276, 262144, 0, err, &r), 0);
	for (i = 0; i < n && !status; i++) {
		struct frame f = at((int64_t)i * step);

		status = ring_put(r, &f, err);
	}
	CU_ASSERT_EQUAL(ring_flush(r, err), 0);
	CU_ASSERT_EQUAL(ring_close(r, err), 0);
	return status;
}

static void test_one_file(void)
{
	const struct ring_config cfg = { .path = path };

	begin("out");
	CU_ASSERT_EQUAL(put_all(&cfg, 3, 1), 0);
	CU_ASSERT_STRING_EQUAL(end(), "out:3");
}

/* A file is left when it has more than a million bytes: 985 frames. */
static void test_size(void)
{
	struct ring_config cfg = { .path = path, .mbytes = 1 };

	begin("out");
	CU_ASSERT_EQUAL(put_all(&cfg, 985, 0), 0);
	CU_ASSERT_STRING_EQUAL(end(), "out:985");
	begin("out");
	CU_ASSERT_EQUAL(put_all(&cfg, 986, 0), 0);
	CU_ASSERT_STRING_EQUAL(end(), "out:985 out1:1");
	/* a ring: the first was written again */
	cfg.files = 3;
	begin("out");
	CU_ASSERT_EQUAL(put_all(&cfg, 3 * 985 + 5, 0), 0);
	CU_ASSERT_STRING_EQUAL(end(), "out0:5 out1:985 out2:985");
	/* names that sort */
	cfg.files = 11;
	begin("out");
	CU_ASSERT_EQUAL(put_all(&cfg, 986, 0), 0);
	CU_ASSERT_STRING_EQUAL(end(), "out00:985 out01:1");
}

static void test_time(void)
{
	struct ring_config cfg = { .path = path, .seconds = 10 };

	(void)setenv("TZ", "UTC", 1);
	begin("%H%M%S");
	CU_ASSERT_EQUAL(put_all(&cfg, 8, 3), 0);
	CU_ASSERT_STRING_EQUAL(end(), "000000:4 000012:3 000021:1");
	/* after a pause the clock's ticks stay where they were */
	begin("%H%M%S");
	CU_ASSERT_EQUAL(put_all(&cfg, 3, 25), 0);
	CU_ASSERT_STRING_EQUAL(end(), "000000:1 000025:1 000050:1");
	/* so many, and no more */
	cfg.files = 2;
	begin("%H%M%S");
	CU_ASSERT_EQUAL(put_all(&cfg, 8, 3), -ENODATA);
	CU_ASSERT_STRING_EQUAL(end(), "000000:4 000012:3");
	/* with sizes the number counts within each time */
	cfg.mbytes = 1;
	begin("%S.");
	CU_ASSERT_EQUAL(put_all(&cfg, 986, 0), 0);
	CU_ASSERT_STRING_EQUAL(end(), "00.0:985 00.1:1");
}

static void test_what_cannot_be_written(void)
{
	struct ring_config cfg = { .path = "/nonexistent/out" };
	char err[RING_ERR_MAX];
	struct ring *r = NULL;

	CU_ASSERT_EQUAL(ring_open(&cfg, 1, 100, 0, err, &r), -EIO);
	CU_ASSERT_PTR_NOT_NULL(strstr(err, "/nonexistent/out: "));
	cfg.path = "/dev/full";
	CU_ASSERT_EQUAL(ring_open(&cfg, 1, 100, 0, err, &r), -EIO);
	CU_ASSERT_PTR_NULL(r);
}

static void check_bar(const char *want, unsigned columns, uint64_t s,
		      uint64_t done, uint64_t size, uint64_t frames)
{
	char line[PROGRESS_LINE_MAX];

	(void)progress_format(line, columns, s * NS_PER_S, done, size, frames);
	CU_ASSERT_STRING_EQUAL(line, want);
	CU_ASSERT(strlen(line) <= columns);
}

static void test_progress(void)
{
	check_bar("[########--------]  50%  750 MB of 1.5 GB  250 MB/"
		  "s  1.0 M packets/s  0:03 left",
		  79, 3, 750000000, 1500000000, 3000000);
	check_bar(" 50%  750 MB of 1.5 GB  250 MB/s  1.0 M ", 40, 3, 750000000,
		  1500000000, 3000000);
	check_bar("750 MB read, 250 MB/s, 1.0 M packets/s", 79, 3, 750000000, 0,
		  3000000);
	/* a file that grows */
	check_bar("[##############################] 100%  9 B of 9 B  9 B/s  "
		  "1 packets/s  0:00 left",
		  120, 1, 10, 9, 1);
	check_bar("[-----------------------------]   0%  0 B of 9 B  "
		  "0 B/s  0 packets/s  0:00 left",
		  79, 0, 0, 9, 0);
}

static void test_scales(void)
{
	char out[16];

	CU_ASSERT_STRING_EQUAL(progress_scaled(out, 0, "B"), "0 B");
	CU_ASSERT_STRING_EQUAL(progress_scaled(out, 999, "B"), "999 B");
	CU_ASSERT_STRING_EQUAL(progress_scaled(out, 999.6, "B"), "1.0 kB");
	CU_ASSERT_STRING_EQUAL(progress_scaled(out, 9949, "B"), "9.9 kB");
	CU_ASSERT_STRING_EQUAL(progress_scaled(out, 9960, "B"), "10 kB");
	CU_ASSERT_STRING_EQUAL(progress_scaled(out, 12345, ""), "12 k");
	CU_ASSERT_STRING_EQUAL(progress_scaled(out, 1e18, "B"), "1000 PB");
}

/* draw() - the screen without its escapes, lines that are ended by '\n' */
static const char *draw(const struct top_view *v, unsigned columns,
			unsigned rows)
{
	static char text[8192];
	static char raw[8192];
	FILE *f = fmemopen(raw, sizeof(raw), "w");
	size_t n = 0;
	char *p;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	top_draw(f, v, columns, rows);
	(void)fclose(f);
	for (p = raw; *p; p++) {
		if (*p == '\033')
			p += 2;
		else if (*p != '\r')
			text[n++] = *p;
	}
	text[n] = '\0';
	return text;
}

static void test_top(void)
{
	struct top_view v = {
		.title = "eth0",
		.elapsed_s = 3725,
		.frames = 1234567,
		.frames_per_s = 12345,
		.live = { .dropped = 7 },
		.open = 3,
		.findings = 2,
		.finding = { "TCP older", "TCP newer" },
	};

	v.flows[0][VERDICT_MISSING] = 4;
	v.flows[summary_mode("ppv2")][VERDICT_OK] = 10;
	CU_ASSERT_STRING_EQUAL(draw(&v, 80, 24),
			       "tp-inspect  eth0  1:02:05\n"
			       "1234567 packets  12 k/s  7 dropped by the "
			       "kernel  0 by the interface\n"
			       "14 flows, 3 of them open\n"
			       "\n"
			       "                   all     none     ppv2\n"
			       "OK                  10        0       10\n"
			       "MISSING              4        4        0\n"
			       "\n"
			       "last findings:\n"
			       "TCP older\n"
			       "TCP newer");
	/* the newest of them stay on a small screen, and nothing is wider */
	CU_ASSERT_STRING_EQUAL(draw(&v, 13, 10), "tp-inspect  e\n"
						 "1234567 packe\n"
						 "14 flows, 3 o\n"
						 "\n"
						 "             \n"
						 "OK           \n"
						 "MISSING      \n"
						 "\n"
						 "last findings\n"
						 "TCP newer");
	CU_ASSERT_STRING_EQUAL(draw(&v, 80, 1), "tp-inspect  eth0  1:02:05");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "one file", test_one_file },
		{ "files of a size", test_size },
		{ "files of a time", test_time },
		{ "what cannot be written", test_what_cannot_be_written },
		{ "progress", test_progress },
		{ "scales", test_scales },
		{ "top", test_top },
	};

	return unit_main("inspect_ring", tests, ARRAY_SIZE(tests));
}
