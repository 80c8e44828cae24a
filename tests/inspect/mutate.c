/* SPDX-License-Identifier: BSD-2-Clause */
/* mutate.c - captures with random bits flipped never crash the inspector, make
 * it hang or make it grow
 *
 * usage: mutate DIR COUNT [FIRST]
 *
 * Takes the captures DIR/NAME/input.* in turn. What becomes of number N depends
 * on N alone, so that a failure is seen again with `mutate DIR 1 N`.
 */
#include <err.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "capfile.h"
#include "inspect.h"

#define FILES_MAX     512
#define FILE_LEN_MAX  (1U << 20)
#define FLIPS_MAX     64
#define HANG_S	      20
#define GROWTH_KIB    49152
#define WARM_UP_PCT   20
#define MUTATE_FLOWS  256
#define MUTATE_MEMORY (1U << 20)

const char *__asan_default_options(void);

/* The sanitizer keeps freed memory for a while; it is not ours that grows. */
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=4";
}

struct capture {
	char *path;
	uint8_t *data;
	size_t len;
};

static struct capture captures[FILES_MAX];

/* splitmix64: the state is a counter, so any number's sequence can be had */
static uint64_t mutate_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static void mutate_load(struct capture *c, const char *path)
{
	static uint8_t buf[FILE_LEN_MAX];
	FILE *f = fopen(path, "rb");

	if (!f)
		err(3, "%s", path);
	c->len = fread(buf, 1, sizeof(buf), f);
	if (ferror(f) || fclose(f) != 0)
		err(3, "%s", path);
	c->path = strdup(path);
	c->data = malloc(c->len + 1);
	if (!c->path || !c->data)
		errx(3, "out of memory");
	memcpy(c->data, buf, c->len);
}

static size_t mutate_load_all(const char *dir)
{
	char pattern[4096];
	glob_t g;
	size_t i, n;

	if (snprintf(pattern, sizeof(pattern), "%s/*/input.*", dir) >=
	    (int)sizeof(pattern))
		errx(2, "%s: too long", dir);
	if (glob(pattern, 0, NULL, &g) != 0)
		errx(3, "no captures in %s", dir);
	n = g.gl_pathc < FILES_MAX ? g.gl_pathc : FILES_MAX;
	for (i = 0; i < n; i++)
		mutate_load(&captures[i], g.gl_pathv[i]);
	globfree(&g);
	return n;
}

/* mutate_flip() - up to @max bits of @data */
static void mutate_flip(uint8_t *data, size_t len, uint64_t max,
			uint64_t *state)
{
	uint64_t n = mutate_random(state) % max + 1;

	for (; n && len; n--) {
		uint64_t r = mutate_random(state);

		data[(r >> 3) % len] ^= (uint8_t)(1U << (r & 7));
	}
}

/* mutate_frames() - only inside of frames, so that the file can be read */
static void mutate_frames(uint8_t *data, size_t len, uint64_t *state)
{
	struct capfile cf;
	struct frame f = { 0 };
	size_t used, at = 0;

	capfile_init(&cf);
	while (capfile_next(&cf, data + at, len - at, &used, &f) ==
	       CAPFILE_FRAME) {
		uint8_t *frame = data + (f.data - data);

		at += used;
		/* most often among the headers */
		if (mutate_random(state) % 4 != 0)
			mutate_flip(frame, f.cap_len < 96 ? f.cap_len : 96, 3,
				    state);
	}
	capfile_fini(&cf);
}

/* mutate_any() - bits anywhere; of every eighth the end is cut too.
 * Return: the new length
 */
static size_t mutate_any(uint8_t *data, size_t len, uint64_t *state)
{
	mutate_flip(data, len, FLIPS_MAX, state);
	if (mutate_random(state) % 8 == 0)
		len = mutate_random(state) % (len + 1);
	return len;
}

/* mutate_feed() - Return: frames that were read */
static uint64_t mutate_feed(struct inspect *in, const uint8_t *data, size_t len)
{
	struct capfile cf;
	struct frame f = { 0 };
	size_t used;
	uint64_t frames = 0;

	capfile_init(&cf);
	while (capfile_next(&cf, data, len, &used, &f) == CAPFILE_FRAME) {
		inspect_frame(in, &f);
		frames++;
		data += used;
		len -= used;
	}
	capfile_fini(&cf);
	return frames;
}

static void mutate_check(const struct tally *t, uint64_t frames, uint64_t n)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < DECODE_RESULTS; i++)
		sum += t->frame[i];
	if (t->frames != frames || sum != frames)
		errx(1, "number %llu: frames do not add up",
		     (unsigned long long)n);
	for (sum = 0, i = 0; i < VERDICTS; i++)
		sum += t->verdict[i];
	if (sum != t->flows)
		errx(1, "number %llu: flows do not add up",
		     (unsigned long long)n);
}

static uint64_t mutate_one(const struct capture *c, uint64_t n, FILE *out)
{
	struct config cfg = {
		.mode = (enum hdr_mode)(n % (HDR_MODE_OFF + 1)),
		.want_json = n / 7 % 2,
		.want_csum = n / 3 % 4,
		.hdr_max = 4096,
		.max_flows = MUTATE_FLOWS,
		.max_memory_bytes = MUTATE_MEMORY,
		.decode = DECODE_OPTS_DEFAULT,
	};
	uint8_t *data = malloc(c->len + 1);
	struct inspect *in = NULL;
	struct sinks *sinks = NULL;
	struct tally tally;
	uint64_t frames, state = n;
	size_t len = c->len;

	if (!data || inspect_new(&cfg, &in) != 0 ||
	    sinks_open(&cfg, out, &sinks) != 0)
		errx(3, "out of memory");
	memcpy(data, c->data, c->len);
	if (mutate_random(&state) % 3)
		mutate_frames(data, len, &state);
	else
		len = mutate_any(data, len, &state);
	frames = mutate_feed(in, data, len);
	(void)inspect_report(in, sinks, 0, &tally);
	mutate_check(&tally, frames, n);
	sinks_free(sinks);
	inspect_free(in);
	free(data);
	return frames;
}

static long mutate_rss_kib(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

int main(int argc, char **argv)
{
	uint64_t count, first, i, frames = 0;
	FILE *out = fopen("/dev/null", "w");
	long warm_kib = 0, end_kib;
	size_t files, k;

	if (argc < 3 || argc > 4)
		errx(2, "usage: mutate DIR COUNT [FIRST]");
	files = mutate_load_all(argv[1]);
	count = strtoull(argv[2], NULL, 10);
	first = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
	if (!out || !count || !files)
		errx(2, "nothing to do");
	for (i = first; i < first + count; i++) {
		(void)alarm(HANG_S);
		frames += mutate_one(&captures[i % files], i, out);
		if (i - first == count * WARM_UP_PCT / 100)
			warm_kib = mutate_rss_kib();
	}
	end_kib = mutate_rss_kib();
	for (k = 0; k < files; k++) {
		free(captures[k].path);
		free(captures[k].data);
	}
	(void)fclose(out);
	(void)printf("%llu captures out of %zu, %llu frames, %ld KiB\n",
		     (unsigned long long)count, files,
		     (unsigned long long)frames, end_kib);
	if (end_kib - warm_kib > GROWTH_KIB)
		errx(1, "memory grew from %ld to %ld KiB", warm_kib, end_kib);
	return 0;
}
