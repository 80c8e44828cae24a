/* SPDX-License-Identifier: BSD-2-Clause */
/* feed.c - see feed.h */
#include "feed.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "base/clock.h"
#include "base/exitcode.h"
#include "base/log.h"
#include "base/priv.h"
#include "interrupt.h"
#include "progress.h"
#include "top.h"
#include "wire/link.h"

/* Between two looks at signals and the clock. */
#define FEED_FRAMES_FILE 1024
#define FEED_FRAMES_LIVE 64
/* Flows of a live capture are aged so often; when nothing comes, at a time that
 * frames the kernel still has were before.
 */
#define FEED_AGE_MS	 100
#define FEED_AGE_LATE_MS 1000
/* for a file, if nobody said how many and there are so many processors */
#define FEED_THREADS 2
/* After the end was asked for: so long at most, or until nothing comes. */
#define FEED_DRAIN_MS	500
#define FEED_DRAIN_IDLE 3

/* @bad_links: frames of types that are not decoded were seen
 * @link:      of the last frame, which was looked at
 * @aged_ms:   when flows were aged last
 */
struct feed {
	const struct config *cfg;
	struct source *src;
	struct ring *ring;
	struct top *top;
	struct progress progress;
	bool has_bad_links;
	int link;
	uint64_t frames;
	uint64_t aged_ms;
};

/* feed_drop() - the interface is open: nothing else needs privileges, but
 * files may be written to folders of others
 */
static int feed_drop(const struct config *cfg)
{
	bool has_files = cfg->ring.path || cfg->output.report;
	uint64_t keep = cfg->user || !has_files ? 0 : 1U << CAP_DAC_OVERRIDE;
	int r = priv_drop(cfg->user, keep);

	if (!r)
		return 0;
	if (cfg->user)
		log_error("cannot become the user %s: %s", cfg->user,
			  r == -ENOENT ? "there is none" : strerror(-r));
	else
		log_error("cannot drop privileges: %s", strerror(-r));
	return r == -ENOENT ? EXIT_USAGE : EXIT_IO;
}

static int feed_open_live(struct feed *f)
{
	const struct config *cfg = f->cfg;
	struct live *live = source_live(f->src);
	char err[RING_ERR_MAX];
	int status = feed_drop(cfg);

	if (status)
		return status;
	if (cfg->ring.path &&
	    ring_open(&cfg->ring, live_link(live), live_snaplen(live),
		      (int64_t)(clock_wall_ms() * NS_PER_MS), err,
		      &f->ring) != 0) {
		log_error("%s", err);
		return EXIT_IO;
	}
	if (cfg->want_top && top_new(cfg->source.live.iface, &f->top) != 0) {
		log_error("out of memory");
		return EXIT_IO;
	}
	if (!cfg->is_quiet && !cfg->want_top)
		log_info("capturing on %s; Ctrl-C ends it",
			 cfg->source.live.iface);
	return 0;
}

int feed_open(const struct config *cfg, struct feed **ret)
{
	char err[SOURCE_ERR_MAX];
	struct feed *f = calloc(1, sizeof(*f));
	int r, status = EXIT_IO;

	if (!f) {
		log_error("out of memory");
		return EXIT_IO;
	}
	f->cfg = cfg;
	f->link = -1;
	r = interrupt_init();
	if (r) {
		log_error("signals: %s", strerror(-r));
		goto out;
	}
	r = source_open_spec(&cfg->source, err, &f->src);
	if (r) {
		log_error("%s", err);
		status = r == -EINVAL ? EXIT_USAGE : EXIT_IO;
		goto out;
	}
	status = source_live(f->src) ? feed_open_live(f) : 0;
	progress_init(&f->progress, !cfg->is_quiet && !source_live(f->src));
out:
	if (status)
		feed_close(f);
	else
		*ret = f;
	return status;
}

void feed_close(struct feed *f)
{
	char err[RING_ERR_MAX];

	if (!f)
		return;
	progress_end(&f->progress);
	top_free(f->top);
	(void)ring_close(f->ring, err);
	source_close(f->src);
	free(f);
}

int feed_attach(struct feed *f, struct sinks *s)
{
	return f->top ? top_attach(f->top, s) : 0;
}

bool feed_link_ok(struct feed *f, int link, const char *where)
{
	struct wire_err err;
	struct link_hdr h;

	if (link == f->link)
		return !f->has_bad_links;
	f->link = link;
	if (link_decode(link, (const uint8_t *)"", 0, &h, &err) != WIRE_BAD ||
	    err.anomaly != ANOMALY_NET_LINK_TYPE)
		return true;
	if (!f->has_bad_links)
		log_error("%s: link type %d is not decoded; Ethernet, Linux "
			  "cooked, PPP, raw IP and BSD null are",
			  where, link);
	f->has_bad_links = true;
	return false;
}

static void feed_snapshot(struct feed *f, struct inspect *in)
{
	struct source_stat stat;
	struct tally t;

	progress_end(&f->progress);
	source_stat(f->src, &stat);
	inspect_set_source(in, &stat);
	inspect_peek(in, &t);
	log_info("after %llu frames:", (unsigned long long)t.frames);
	tally_text(stderr, &t);
	progress_init(&f->progress, !f->cfg->is_quiet && !source_live(f->src));
}

/* feed_look() - signals and the clock. Return: whether to go on */
static bool feed_look(struct feed *f, struct inspect *in)
{
	if (interrupt_take_snapshot())
		feed_snapshot(f, in);
	if (f->top)
		top_tick(f->top, in, f->src);
	return !interrupt_is_stop();
}

bool feed_tick(struct feed *f, struct inspect *in, uint64_t done,
	       uint64_t frames)
{
	struct source_stat stat;

	if (f->progress.is_on) {
		source_stat(f->src, &stat);
		progress_update(&f->progress, done ? done : stat.done,
				stat.size, frames);
	}
	return feed_look(f, in);
}

/* feed_frame() - Return: 0; an exit status; -ENODATA: nothing more is wanted */
static int feed_frame(struct feed *f, struct inspect *in,
		      const struct frame *frame)
{
	const struct config *cfg = f->cfg;
	char err[RING_ERR_MAX];
	int r = 0;

	f->frames++;
	if (frame->link != f->link)
		(void)feed_link_ok(f, frame->link,
				   cfg->source.path_count
					   ? cfg->source.paths[frame->file]
					   : cfg->source.live.iface);
	if (f->ring)
		r = ring_put(f->ring, frame, err);
	if (r == -ENODATA)
		return r;
	inspect_frame(in, frame);
	if (r) {
		log_error("%s", err);
		return EXIT_IO;
	}
	return 0;
}

/* What feed_block() has to know. */
struct feed_bulk {
	struct feed *feed;
	struct inspect *in;
	bool is_stopped;
};

static bool feed_block(void *ctx, uint64_t done, uint64_t frames)
{
	struct feed_bulk *b = ctx;

	b->feed->frames = frames;
	b->is_stopped = !feed_tick(b->feed, b->in, done, frames);
	return b->is_stopped;
}

/* feed_say_threads() - several were asked for: did it help? @stat: NULL if one
 * has to read it
 */
static void feed_say_threads(const struct feed *f, const struct bulk_stat *stat)
{
	unsigned threads = f->cfg->threads;

	if (f->cfg->is_quiet || threads < 2)
		return;
	if (!stat)
		log_info(
			"--threads %u: one thread reads it: only a single file "
			"is read by more, neither compressed nor filtered",
			threads);
	else if (!stat->tried)
		log_info("--threads %u: one thread has read the file: it is "
			 "small, or --idle is short",
			 threads);
	else if (stat->given_up)
		log_info(
			"--threads %u: %llu of %llu parts that were read ahead "
			"were of no use, and one thread has read them again",
			threads, (unsigned long long)stat->given_up,
			(unsigned long long)stat->tried);
}

/* feed_plain() - as much of a plain file as several threads can read.
 * Return: 1: it goes on at the source; 0: enough; -errno
 */
static int feed_plain(struct feed *f, struct inspect *in)
{
	struct feed_bulk ctx = { .feed = f, .in = in };
	struct bulk_spec spec = {
		.threads = f->cfg->threads    ? f->cfg->threads
			   : get_nprocs() > 1 ? FEED_THREADS
					      : 1,
		.block_bytes = BULK_BLOCK_BYTES,
		.tick = feed_block,
		.ctx = &ctx,
	};
	struct bulk_stat stat;
	struct capfile cf;
	int r = 0;

	if (!source_plain(f->src, &spec.fd, &spec.size)) {
		feed_say_threads(f, NULL);
		return 1;
	}
	capfile_init(&cf);
	if (inspect_bulk(in, &spec, &cf, &stat) == 0) {
		feed_say_threads(f, &stat);
		f->frames = cf.frames;
		r = source_resume(f->src, &cf);
		if (inspect_bad_link(in) >= 0)
			(void)feed_link_ok(f, inspect_bad_link(in),
					   f->cfg->source.paths[0]);
	}
	capfile_fini(&cf);
	return r ? r : !ctx.is_stopped;
}

/* feed_drain() - the end was asked for, but the kernel still has what came
 * before: it hands blocks over when they are full or LIVE_WAIT_MS old.
 */
static void feed_drain(struct feed *f, struct inspect *in)
{
	uint64_t end_ms = clock_ms() + FEED_DRAIN_MS;
	char err[SOURCE_ERR_MAX];
	unsigned idle = 0;
	int r = SOURCE_IDLE;

	while (idle < FEED_DRAIN_IDLE && r > 0 && clock_ms() < end_ms) {
		struct frame frame;

		r = source_next(f->src, err, &frame);
		if (r == SOURCE_FRAME && feed_frame(f, in, &frame) != 0)
			break;
		idle = r == SOURCE_IDLE ? idle + 1 : 0;
	}
}

/* feed_age() - time goes by on an interface, whether frames come or not */
static void feed_age(struct feed *f, struct inspect *in, bool is_idle)
{
	uint64_t now_ms = clock_ms();

	if (now_ms - f->aged_ms < FEED_AGE_MS)
		return;
	f->aged_ms = now_ms;
	inspect_age(in,
		    is_idle ? (int64_t)((clock_wall_ms() - FEED_AGE_LATE_MS) *
					NS_PER_MS)
			    : FRAME_NO_TIME);
}

int feed_run(struct feed *f, struct inspect *in)
{
	char err[SOURCE_ERR_MAX];
	struct live *live = source_live(f->src);
	uint64_t each = live ? FEED_FRAMES_LIVE : FEED_FRAMES_FILE;
	struct frame frame;
	bool is_due;
	int status = 0;
	int r = feed_plain(f, in);

	if (r == 0)
		return 0;
	if (r < 0) {
		log_error("%s: %s", f->cfg->source.paths[0], strerror(-r));
		return EXIT_IO;
	}
	do {
		r = source_next(f->src, err, &frame);
		if (r == SOURCE_FRAME)
			status = feed_frame(f, in, &frame);
		if (r == SOURCE_IDLE && f->ring &&
		    ring_flush(f->ring, err) != 0)
			r = -EIO;
		/* few frames, but too many for it ever to be idle */
		is_due = r == SOURCE_IDLE || f->frames % each == 0 ||
			 (live && live_waited(live));
		if (live && is_due)
			feed_age(f, in, r == SOURCE_IDLE);
		if (is_due && !feed_tick(f, in, 0, f->frames)) {
			if (live && r > 0 && !status)
				feed_drain(f, in);
			break;
		}
	} while ((r == SOURCE_FRAME && !status) || r == SOURCE_IDLE);
	if (status == -ENODATA)
		status = 0;
	if (r < 0) {
		progress_end(&f->progress);
		log_error("%s", err);
		status = r == -EINVAL ? EXIT_USAGE : EXIT_IO;
	}
	return status;
}

int feed_finish(struct feed *f)
{
	char err[RING_ERR_MAX];
	int r;

	progress_end(&f->progress);
	r = ring_close(f->ring, err);
	f->ring = NULL;
	if (r) {
		log_error("%s", err);
		return EXIT_IO;
	}
	return f->has_bad_links ? EXIT_IO : 0;
}

struct source *feed_source(struct feed *f)
{
	return f->src;
}
