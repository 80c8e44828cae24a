/* SPDX-License-Identifier: BSD-2-Clause */
/* test_linefile.c - whole lines, from several threads, across rotation */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/fd.h"
#include "base/linefile.h"
#include "harness.h"
#include "wire/wire.h"

static char dir[64], path[96], moved[96];
static struct linefile f;

static void begin(unsigned flags)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/tp-linefile-XXXXXX");
	ASSERT(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/log", dir);
	(void)snprintf(moved, sizeof(moved), "%s/log.1", dir);
	memset(&f, 0xa5, sizeof(f)); /* it is opened, whatever it was */
	CU_ASSERT_EQUAL_FATAL(linefile_open(&f, path, flags), 0);
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
	begin(0);
	put("a");
	put("\n");
	CU_ASSERT_STRING_EQUAL(content(path), "");
	linefile_flush(&f);
	CU_ASSERT_STRING_EQUAL(content(path), "a\n");
	put("b\n");
	CU_ASSERT_EQUAL(linefile_close(&f), 0);
	CU_ASSERT_STRING_EQUAL(content(path), "a\nb\n");
	CU_ASSERT_EQUAL(linefile_open(&f, path, LINEFILE_NOW), 0);
	put("c\n");
	CU_ASSERT_STRING_EQUAL(content(path), "a\nb\nc\n");
	CU_ASSERT_EQUAL(linefile_close(&f), 0);
	end();
}

static void test_rotation(void)
{
	begin(0);
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
	begin(0);
	put("a\n");
	f.path = "/nonexistent/log";
	CU_ASSERT_EQUAL(linefile_reopen(&f), -ENOENT);
	put("b\n");
	CU_ASSERT_EQUAL(linefile_close(&f), 0);
	CU_ASSERT_STRING_EQUAL(content(path), "a\nb\n");
	end();
	CU_ASSERT_EQUAL(linefile_open(&f, "/nonexistent/log", 0), -ENOENT);
}

static void test_lost_lines_are_counted(void)
{
	static char big[LINEFILE_LINE_MAX + 1];

	CU_ASSERT_EQUAL_FATAL(linefile_open(&f, "/dev/full", 0), 0);
	put("a\n");
	put("b\n");
	linefile_put(&f, big, sizeof(big)); /* flushes first, then too long */
	put("c\n");
	CU_ASSERT_EQUAL(linefile_close(&f), 4);
}

/* The longest line fits; one byte more is no line of this file. */
static void test_the_longest_line(void)
{
	static char big[LINEFILE_LINE_MAX + 1];
	FILE *in;

	memset(big, 'x', sizeof(big));
	begin(0);
	put("a\n");
	linefile_put(&f, big, sizeof(big));
	linefile_put(&f, big, sizeof(big) - 1);
	put("b\n");
	CU_ASSERT_EQUAL(linefile_close(&f), 1);
	in = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(in);
	CU_ASSERT_EQUAL(fseek(in, 0, SEEK_END), 0);
	CU_ASSERT_EQUAL(ftell(in), 2 + (long)strlen("1 lines lost\n") +
					   LINEFILE_LINE_MAX + 2);
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
	begin(0);
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

/* Reading end of a named pipe that is the log; nothing of it is read yet. */
static int begin_pipe(unsigned flags)
{
	int fd;

	(void)snprintf(dir, sizeof(dir), "/tmp/tp-linefile-XXXXXX");
	ASSERT(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/log", dir);
	ASSERT(!mkfifo(path, 0600));
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT(fd >= 0);
	CU_ASSERT_EQUAL_FATAL(linefile_open(&f, path, flags), 0);
	return fd;
}

#define NUMBERED_BYTES 1000

static void put_numbered(unsigned from, unsigned to)
{
	char line[NUMBERED_BYTES + 1];

	for (; from < to; from++) {
		(void)snprintf(line, sizeof(line), "%-*u\n", NUMBERED_BYTES - 1,
			       from);
		linefile_put(&f, line, NUMBERED_BYTES);
	}
}

/* What is there to be read. Return: lines; *@lost is what they tell of, and
 * the numbers of the others go up by one but for that.
 */
static unsigned read_numbered(int fd, unsigned *next, unsigned *lost)
{
	static const char told[] = "{\"v\":1,\"type\":\"lost\",\"lines\":";
	static char buf[NUMBERED_BYTES];
	static size_t len;
	unsigned n = 0;
	ssize_t got;

	while ((got = read(fd, buf + len, sizeof(buf) - len)) > 0) {
		char *end;

		len += (size_t)got;
		while ((end = memchr(buf, '\n', len))) {
			unsigned at = (unsigned)strtoul(buf, NULL, 10);

			n++;
			if (strncmp(buf, told, strlen(told)) == 0) {
				*end = '\0';
				at = (unsigned)strtoul(strrchr(buf, ':') + 1,
						       NULL, 10);
				*lost += at;
				*next += at;
			} else if (at == *next) {
				++*next;
			} else {
				CU_FAIL("another line than the next one");
			}
			len -= (size_t)(end + 1 - buf);
			memmove(buf, end + 1, len);
		}
	}
	return n;
}

/* Nobody reads: no call blocks, the queue is bounded, and the place of what is
 * missing says how much it is.
 */
static void test_a_slow_reader_blocks_nobody(void)
{
	const unsigned all = 3 * LINEFILE_QUEUE_BYTES / NUMBERED_BYTES;
	int fd = begin_pipe(LINEFILE_JSON);
	unsigned next = 0, lost = 0, n = 0, tries = 0;

	put_numbered(0, all);
	CU_ASSERT_FALSE(linefile_flush(&f));
	CU_ASSERT(f.lost > all / 2);
	CU_ASSERT(f.lost < all);
	n = read_numbered(fd, &next, &lost);
	CU_ASSERT(n > 0);
	CU_ASSERT_EQUAL(lost, 0);
	while (!linefile_flush(&f) && ++tries < 1000)
		(void)read_numbered(fd, &next, &lost);
	(void)read_numbered(fd, &next, &lost);
	CU_ASSERT_EQUAL(next, all);
	CU_ASSERT_EQUAL(lost, f.lost);
	put_numbered(all, all + 10);
	CU_ASSERT_TRUE(linefile_flush(&f));
	CU_ASSERT_EQUAL(read_numbered(fd, &next, &lost), 10);
	CU_ASSERT_EQUAL(next, all + 10);
	CU_ASSERT_EQUAL(linefile_close(&f), lost);
	(void)close(fd);
	end();
}

/* At the end a second, not for ever; what then waits is lost. */
static void test_closing_does_not_wait_for_ever(void)
{
	int fd = begin_pipe(0);

	put_numbered(0, 1000);
	CU_ASSERT_FALSE(linefile_flush(&f));
	CU_ASSERT(linefile_close(&f) > 900);
	(void)close(fd);
	end();
}

static void *reader(void *arg)
{
	int fd = *(const int *)arg;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	static unsigned next, lost;

	next = 0;
	lost = 0;
	do
		(void)read_numbered(fd, &next, &lost);
	while (poll(&p, 1, -1) > 0 && !(p.revents & POLLHUP));
	(void)read_numbered(fd, &next, &lost);
	return lost ? NULL : &next;
}

static void test_waiting_loses_nothing(void)
{
	const unsigned all = 2 * LINEFILE_QUEUE_BYTES / NUMBERED_BYTES;
	int fd = begin_pipe(LINEFILE_JSON | LINEFILE_WAIT);
	pthread_t thread;
	void *next;

	/* as much as the queue takes, and the pipe */
	put_numbered(0, LINEFILE_QUEUE_BYTES / NUMBERED_BYTES);
	CU_ASSERT_EQUAL(f.waits, 0);
	ASSERT(!pthread_create(&thread, NULL, reader, &fd));
	put_numbered(LINEFILE_QUEUE_BYTES / NUMBERED_BYTES, all);
	CU_ASSERT_EQUAL(linefile_close(&f), 0);
	ASSERT(!pthread_join(thread, &next));
	CU_ASSERT_EQUAL(next ? *(unsigned *)next : 0, all);
	(void)close(fd);
	end();
}

/* A full disk: half a line ends where it is, and is told of as lost. */
static void test_a_torn_line_is_ended(void)
{
	struct rlimit was, limit = { 10, RLIM_INFINITY };

	begin(LINEFILE_NOW);
	ASSERT(!getrlimit(RLIMIT_FSIZE, &was));
	limit.rlim_max = was.rlim_max;
	(void)signal(SIGXFSZ, SIG_IGN);
	ASSERT(!setrlimit(RLIMIT_FSIZE, &limit));
	put("12345678\nabcdefgh\n");
	put("lost, too\n");
	ASSERT(!setrlimit(RLIMIT_FSIZE, &was));
	put("again\n");
	CU_ASSERT_EQUAL(linefile_close(&f), 2);
	CU_ASSERT_STRING_EQUAL(content(path),
			       "12345678\na\n2 lines lost\nagain\n");
	end();
}

/* Nobody reads the named pipe any more: rotation says so, it does not wait. */
static void test_rotation_of_a_pipe_does_not_wait(void)
{
	int fd = begin_pipe(LINEFILE_NOW);
	unsigned next = 0, lost = 0;

	CU_ASSERT_EQUAL(linefile_reopen(&f), 0);
	put_numbered(0, 1);
	CU_ASSERT_EQUAL(read_numbered(fd, &next, &lost), 1);
	(void)close(fd);
	CU_ASSERT_EQUAL(linefile_reopen(&f), -ENXIO);
	(void)signal(SIGPIPE, SIG_IGN);
	put_numbered(1, 2);
	CU_ASSERT_EQUAL(linefile_close(&f), 1);
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

	begin(0);
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

	begin(0);
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
		{ "slow reader", test_a_slow_reader_blocks_nobody },
		{ "the end", test_closing_does_not_wait_for_ever },
		{ "waiting", test_waiting_loses_nothing },
		{ "a torn line", test_a_torn_line_is_ended },
		{ "rotated pipe", test_rotation_of_a_pipe_does_not_wait },
		{ "threads", test_lines_of_threads_stay_whole },
		{ "descriptors", test_no_descriptor_is_left },
	};

	return unit_main("linefile", tests, ARRAY_SIZE(tests));
}
