/* SPDX-License-Identifier: BSD-2-Clause */
/* test_linefile.c - whole lines, from several threads, across rotation */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/fd.h"
#include "base/linefile.h"
#include "harness.h"
#include "wire/wire.h"

static char dir[64], path[96], moved[96];
static struct linefile f;

static void begin(bool is_unbuffered)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/tp-linefile-XXXXXX");
	ASSERT(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/log", dir);
	(void)snprintf(moved, sizeof(moved), "%s/log.1", dir);
	memset(&f, 0xa5, sizeof(f)); /* it is opened, whatever it was */
	CU_ASSERT_EQUAL_FATAL(linefile_open(&f, path, is_unbuffered), 0);
}

static void end(void)
{
	(void)unlink(path);
	(void)unlink(moved);
	CU_ASSERT_EQUAL(rmdir(dir), 0);
}

static const char *content(const char *name)
{
	static char buf[1024];
	FILE *in = fopen(name, "r");
	size_t n = in ? fread(buf, 1, sizeof(buf) - 1, in) : 0;

	if (in)
		(void)fclose(in);
	buf[n] = '\0';
	return buf;
}

static void put(const char *line)
{
	linefile_put(&f, line, strlen(line));
}

static void test_lines_are_collected(void)
{
	begin(false);
	put("a");
	put("\n");
	CU_ASSERT_STRING_EQUAL(content(path), "");
	linefile_flush(&f);
	CU_ASSERT_STRING_EQUAL(content(path), "a\n");
	put("b\n");
	CU_ASSERT_EQUAL(linefile_close(&f), 0);
	CU_ASSERT_STRING_EQUAL(content(path), "a\nb\n");
	CU_ASSERT_EQUAL(linefile_open(&f, path, true), 0);
	put("c\n");
	CU_ASSERT_STRING_EQUAL(content(path), "a\nb\nc\n");
	CU_ASSERT_EQUAL(linefile_close(&f), 0);
	end();
}

static void test_rotation(void)
{
	begin(false);
	put("old\n");
	CU_ASSERT_EQUAL(rename(path, moved), 0);
	CU_ASSERT_EQUAL(linefile_reopen(&f), 0);
	put("new\n");
	CU_ASSERT_EQUAL(linefile_close(&f), 0);
	CU_ASSERT_STRING_EQUAL(content(moved), "old\n");
	CU_ASSERT_STRING_EQUAL(content(path), "new\n");
	end();
}

static void test_a_failed_rotation_keeps_the_file(void)
{
	begin(false);
	put("a\n");
	f.path = "/nonexistent/log";
	CU_ASSERT_EQUAL(linefile_reopen(&f), -ENOENT);
	put("b\n");
	CU_ASSERT_EQUAL(linefile_close(&f), 0);
	CU_ASSERT_STRING_EQUAL(content(path), "a\nb\n");
	end();
	CU_ASSERT_EQUAL(linefile_open(&f, "/nonexistent/log", false), -ENOENT);
}

static void test_lost_lines_are_counted(void)
{
	static char big[LINEFILE_BUF_BYTES + 1];

	CU_ASSERT_EQUAL_FATAL(linefile_open(&f, "/dev/full", false), 0);
	put("a\n");
	put("b\n");
	linefile_put(&f, big, sizeof(big)); /* flushes first, then too long */
	put("c\n");
	CU_ASSERT_EQUAL(linefile_close(&f), 4);
}

/* The longest line fits; one byte more is no line of this file. */
static void test_the_longest_line(void)
{
	static char big[LINEFILE_BUF_BYTES + 1];
	FILE *in;

	memset(big, 'x', sizeof(big));
	begin(false);
	put("a\n");
	linefile_put(&f, big, sizeof(big));
	linefile_put(&f, big, sizeof(big) - 1);
	put("b\n");
	CU_ASSERT_EQUAL(linefile_close(&f), 1);
	in = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(in);
	CU_ASSERT_EQUAL(fseek(in, 0, SEEK_END), 0);
	CU_ASSERT_EQUAL(ftell(in), 2 + LINEFILE_BUF_BYTES + 2);
	(void)fclose(in);
	end();
}

static void test_a_full_buffer_is_written(void)
{
	char line[1000];
	int i;
	FILE *in;
	long size;

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	begin(false);
	for (i = 0; i < 200; i++)
		linefile_put(&f, line, sizeof(line));
	CU_ASSERT_EQUAL(linefile_close(&f), 0);
	in = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(in);
	CU_ASSERT_EQUAL(fseek(in, 0, SEEK_END), 0);
	size = ftell(in);
	(void)fclose(in);
	CU_ASSERT_EQUAL(size, 200000);
	end();
}

#define WRITERS 4
#define LINES	5000

static void *writer(void *arg)
{
	char line[64];
	int i, n;

	for (i = 0; i < LINES; i++) {
		n = snprintf(line, sizeof(line), "%c%0*d\n", *(const char *)arg,
			     1 + i % 40, i);
		linefile_put(&f, line, (size_t)n);
		if (i % 1000 == 0)
			linefile_flush(&f);
	}
	return NULL;
}

static void test_lines_of_threads_stay_whole(void)
{
	static const char names[WRITERS + 1] = "abcd";
	char line[128], tag;
	pthread_t threads[WRITERS];
	int i, next[WRITERS] = { 0 }, bad = 0;
	FILE *in;

	begin(false);
	for (i = 0; i < WRITERS; i++)
		ASSERT(pthread_create(&threads[i], NULL, writer,
				      (void *)(uintptr_t)&names[i]) == 0);
	for (i = 0; i < WRITERS; i++)
		ASSERT(pthread_join(threads[i], NULL) == 0);
	CU_ASSERT_EQUAL(linefile_close(&f), 0);
	in = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(in);
	while (fgets(line, sizeof(line), in)) {
		char *tail;
		long n = strtol(line + 1, &tail, 10);

		tag = line[0];
		if (tag < 'a' || tag > 'd' || *tail != '\n' ||
		    n != next[tag - 'a']++)
			bad++;
	}
	(void)fclose(in);
	CU_ASSERT_EQUAL(bad, 0);
	for (i = 0; i < WRITERS; i++)
		CU_ASSERT_EQUAL(next[i], LINES);
	end();
}

static void test_no_descriptor_is_left(void)
{
	int before = fd_count_open();

	begin(false);
	CU_ASSERT_EQUAL(linefile_reopen(&f), 0);
	(void)linefile_close(&f);
	end();
	CU_ASSERT_EQUAL(fd_count_open(), before);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "collected", test_lines_are_collected },
		{ "rotation", test_rotation },
		{ "failed rotation", test_a_failed_rotation_keeps_the_file },
		{ "lost lines", test_lost_lines_are_counted },
		{ "the longest line", test_the_longest_line },
		{ "full buffer", test_a_full_buffer_is_written },
		{ "threads", test_lines_of_threads_stay_whole },
		{ "descriptors", test_no_descriptor_is_left },
	};

	return unit_main("linefile", tests, ARRAY_SIZE(tests));
}
