/* SPDX-License-Identifier: BSD-2-Clause */
/* bulk.c - see bulk.h */
#include "bulk.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cuts.h"
#include "mapped.h"
#include "reader.h"
#include "trial.h"

/* flows of the trial behind a single cut; if it ends before so much of its
 * piece, the file is cut as where there are many
 */
#define BULK_CUT_FLOWS 32768U
#define BULK_CUT_SHORT 3U
/* so often the lead looks whether it is to wait any longer */
#define BULK_WAIT_NS 50000000ULL
/* pieces that may be taken ahead of the lead */
#define BULK_AHEAD 64U
/* plausible records that make the begin of a piece */
#define BULK_CHAIN 16U
/* in which they are looked for, behind a piece's end */
#define BULK_FIND_BYTES (4U << 20)
/* flows of all trials, and of one at least */
#define BULK_FLOWS     16384U
#define BULK_FLOWS_MIN 1024U
/* frames of a lane; of more threads than these the blocks and what is read of
 * them are so many times smaller
 */
#define BULK_FRAMES 2048U
#define BULK_MANY   4U
#define BULK_LESS   4U
/* blocks whose memory is given back together: it costs all threads a moment */
#define BULK_DROP 4U
/* so many given up, and none merged: it is not worth while */
#define BULK_HOPELESS 4U

/* memory that a thread is likely to allocate, and in what parts: below what the
 * allocator maps one by one
 */
#define BULK_HEAP      (4U << 20)
#define BULK_HEAP_PART (64U << 10)

enum bulk_state {
	BULK_FREE,
	BULK_BUSY,
	BULK_READY,
};

/* of a record that is read again, as far as most go, and at all */
#define BULK_AGAIN     2048U
#define BULK_AGAIN_MAX 65536U

/* A piece that is tried, or was.
 * @is_wanted: as it is: the lead waits for it
 * @cf:    the trial's parser, if @has_cf
 * @start: where it began, @end: where it ended; equal if it found no record
 * @read:  so far its records were read once more, in blocks
 */
struct bulk_trial {
	const struct bulk *bulk;
	enum bulk_state state;
	uint64_t piece;
	struct engine *engine;
	bool is_wanted;
	bool has_cf;
	struct capfile cf;
	uint64_t start;
	uint64_t end;
	uint64_t read;
	uint8_t again[BULK_AGAIN_MAX];
};

/* @cf:    of the lead, as are @engine, @reader and @stat
 * @lock:  of what follows
 * @can_join: the last piece may be joined
 * @is_one_cut: there is but one
 * @known: a copy of @cf as far as interfaces go, for trials; if @has_known
 * @done:  pieces before it are with the engine
 * @mine:  the piece that the lead wants to read itself when it has time
 * @taken: a bit for each of the BULK_AHEAD pieces from @done on
 * @is_stopped: nothing is to be tried any more
 * @is_short: what was tried behind the one cut is too little
 * @started: threads that have
 */
struct bulk {
	const struct bulk_spec *spec;
	struct engine *engine;
	const uint8_t *map;
	struct capfile *cf;
	struct reader reader;
	struct bulk_stat stat;
	struct cuts cuts;
	bool can_join;
	bool is_one_cut;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct capfile known;
	bool has_known;
	uint64_t done;
	uint64_t mine;
	uint64_t taken;
	bool is_stopped;
	bool is_short;
	unsigned started;
	unsigned slots;
	struct bulk_trial slot[BULK_THREADS_MAX];
};

struct bulk_thread {
	struct bulk *bulk;
	pthread_t id;
	struct reader reader;
};

static unsigned bulk_thread_count(const struct bulk_spec *spec)
{
	if (spec->threads > BULK_THREADS_MAX)
		return BULK_THREADS_MAX;
	return spec->threads ? spec->threads : 1;
}

static bool bulk_is_many(const struct bulk *b)
{
	return bulk_thread_count(b->spec) > BULK_MANY;
}

static uint32_t bulk_block(const struct bulk *b)
{
	return bulk_is_many(b) && b->spec->block_bytes > BULK_FRAMES
		       ? b->spec->block_bytes / BULK_LESS
		       : b->spec->block_bytes;
}

/* bulk_teach() - let trials know what the lead knows of interfaces */
static void bulk_teach(struct bulk *b)
{
	if (b->has_known && reader_knows(&b->known, b->cf))
		return;
	pthread_mutex_lock(&b->lock);
	if (b->has_known)
		capfile_fini(&b->known);
	b->has_known = capfile_copy(&b->known, b->cf) == 0;
	pthread_mutex_unlock(&b->lock);
}

/* bulk_free_slot() - with the lock. Return: NULL if all are in use */
static struct bulk_trial *bulk_free_slot(struct bulk *b)
{
	unsigned i;

	for (i = 0; i < b->slots; i++)
		if (b->slot[i].state == BULK_FREE)
			return &b->slot[i];
	return NULL;
}

/* bulk_ahead() - the first piece ahead of the lead that nobody has.
 * Return: @count if there is none
 */
static uint64_t bulk_ahead(const struct bulk *b, bool is_lead)
{
	uint64_t i;

	for (i = 1; i < BULK_AHEAD && b->done + i < b->cuts.count; i++)
		if (!(b->taken >> i & 1) && (is_lead || b->done + i != b->mine))
			return b->done + i;
	return b->cuts.count;
}

/* bulk_take() - with the lock: a piece to be tried, and a slot for it */
static struct bulk_trial *bulk_take(struct bulk *b, bool is_lead)
{
	uint64_t piece = bulk_ahead(b, is_lead);
	struct bulk_trial *t;

	if (b->is_stopped || piece == b->cuts.count || !b->has_known)
		return NULL;
	t = bulk_free_slot(b);
	if (!t || capfile_copy(&t->cf, &b->known) != 0)
		return NULL;
	t->has_cf = true;
	t->state = BULK_BUSY;
	t->is_wanted = false;
	t->piece = piece;
	b->taken |= 1ULL << (piece - b->done);
	return t;
}

/* bulk_start() - where records begin in the piece of @t. Return: is there any?
 */
static bool bulk_start(const struct bulk *b, struct bulk_trial *t)
{
	uint64_t lo = cuts_lo(&b->cuts, t->piece),
		 hi = cuts_hi(&b->cuts, t->piece);
	uint64_t len = hi - lo + BULK_FIND_BYTES;
	size_t off;

	if (len > b->spec->size - lo)
		len = b->spec->size - lo;
	t->start = t->end = t->cf.offset = lo;
	t->cf.frames = 0;
	t->cf.skip = t->cf.skip_total = 0;
	if (!capfile_find(&t->cf, b->map + lo, len, hi - lo, BULK_CHAIN, &off))
		return false;
	t->start = t->end = t->cf.offset = lo + off;
	return true;
}

/* bulk_blocks() - blocks up to @hi.
 * @goes_on: called after each; false ends it
 */
static void bulk_blocks(struct bulk *b, struct reader *r, uint64_t hi,
			bool (*goes_on)(struct bulk *b, struct reader *r,
					void *ctx),
			void *ctx)
{
	uint64_t drop = r->cf->offset;
	unsigned n = 0;

	while (!r->is_over && r->cf->offset < hi) {
		uint64_t to = r->cf->offset + bulk_block(b);

		reader_block(r, to < hi ? to : hi);
		if (++n % BULK_DROP == 0) {
			mapped_drop(b->map, drop, r->cf->offset);
			drop = r->cf->offset;
		}
		if (!goes_on(b, r, ctx))
			break;
	}
	mapped_drop(b->map, drop, r->cf->offset);
}

static bool bulk_trial_goes_on(struct bulk *b, struct reader *r, void *ctx)
{
	const struct bulk_trial *t = ctx;
	bool goes_on;

	(void)r;
	pthread_mutex_lock(&b->lock);
	goes_on = !b->is_stopped && !t->is_wanted;
	pthread_mutex_unlock(&b->lock);
	return goes_on;
}

/* bulk_try() - account a piece without what stands before it */
static void bulk_try(struct bulk *b, struct reader *r, struct bulk_trial *t)
{
	if (bulk_start(b, t)) {
		reader_turn(r, t->engine, &t->cf, true);
		bulk_blocks(b, r, cuts_hi(&b->cuts, t->piece),
			    bulk_trial_goes_on, t);
		t->end = t->cf.offset;
	}
	pthread_mutex_lock(&b->lock);
	t->state = BULK_READY;
	b->is_short = b->is_one_cut &&
		      t->end - t->start <
			      (b->spec->size - t->start) / BULK_CUT_SHORT;
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

/* bulk_make_room() - for what this thread will allocate. Else the allocator
 * would go for each page to the kernel, and wait there for the other threads,
 * which map the file.
 */
static void bulk_make_room(void)
{
	void *part[BULK_HEAP / BULK_HEAP_PART];
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(part); i++)
		part[i] = malloc(BULK_HEAP_PART);
	while (i)
		free(part[--i]);
}

static void *bulk_work(void *arg)
{
	struct bulk_thread *w = arg;
	struct bulk *b = w->bulk;

	bulk_make_room();
	pthread_mutex_lock(&b->lock);
	b->started++;
	pthread_cond_broadcast(&b->changed);
	while (!b->is_stopped) {
		struct bulk_trial *t = bulk_take(b, false);

		if (!t) {
			pthread_cond_wait(&b->changed, &b->lock);
			continue;
		}
		pthread_mutex_unlock(&b->lock);
		bulk_try(b, &w->reader, t);
		pthread_mutex_lock(&b->lock);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

static bool bulk_is_short(struct bulk *b)
{
	bool is_short;

	pthread_mutex_lock(&b->lock);
	is_short = b->is_short;
	pthread_mutex_unlock(&b->lock);
	return is_short;
}

/* bulk_tick() - Return: whether to go on */
static bool bulk_tick(struct bulk *b, struct reader *r, void *ctx)
{
	(void)ctx;
	bulk_teach(b);
	if (!r->is_over && b->spec->tick &&
	    b->spec->tick(b->spec->ctx, b->cf->offset, b->cf->frames))
		r->is_over = true;
	return !r->is_over && !bulk_is_short(b);
}

/* bulk_record() - see engine_part */
static const uint8_t *bulk_record(void *ctx, const uint8_t *rec,
				  struct frame *f)
{
	struct bulk_trial *t = ctx;
	const struct bulk *b = t->bulk;
	size_t used;

	t->cf.offset = (uint64_t)(rec - b->map);
	if (t->cf.offset >= t->read + BULK_DROP * (uint64_t)bulk_block(b)) {
		mapped_drop(b->map, t->read, t->cf.offset);
		t->read = t->cf.offset;
	}
	if (t->cf.offset >= t->end ||
	    capfile_next(&t->cf, rec, b->spec->size - t->cf.offset, &used, f) !=
		    CAPFILE_FRAME)
		return NULL;
	return rec + used;
}

/* bulk_again() - see engine_part. Not out of the map: its pages were given
 * back, and each would bring others with it.
 */
static bool bulk_again(void *ctx, const uint8_t *rec, struct frame *f)
{
	struct bulk_trial *t = ctx;
	const struct bulk *b = t->bulk;
	uint64_t at = (uint64_t)(rec - b->map);
	size_t want = BULK_AGAIN, used;

	for (;;) {
		enum capfile_status st;
		ssize_t n = pread(b->spec->fd, t->again, want, (off_t)at);

		t->cf.offset = at;
		st = capfile_next(&t->cf, t->again, n > 0 ? (size_t)n : 0,
				  &used, f);
		if (st == CAPFILE_FRAME)
			return true;
		if (st != CAPFILE_MORE || n < (ssize_t)want ||
		    t->cf.need <= want)
			return false;
		want = t->cf.need;
		if (want > sizeof(t->again))
			break;
	}
	t->cf.offset = at;
	return capfile_next(&t->cf, rec, b->spec->size - at, &used, f) ==
	       CAPFILE_FRAME;
}

static void bulk_release(struct bulk *b, struct bulk_trial *t)
{
	bool is_whole = t->engine && engine_reset_trial(t->engine) == 0;

	capfile_fini(&t->cf);
	t->has_cf = false;
	pthread_mutex_lock(&b->lock);
	t->state = is_whole ? BULK_FREE : BULK_BUSY;
	if (b->stat.given_up >= BULK_HOPELESS && !b->stat.merged)
		b->is_stopped = true;
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

static bool bulk_is_last(const struct bulk *b, uint64_t piece)
{
	return piece + 1 == b->cuts.count;
}

/* bulk_take_over() - Return: false if what was tried is of no use */
static bool bulk_take_over(struct bulk *b, struct bulk_trial *t,
			   const struct engine_part *part)
{
	if (t->start != b->cf->offset || t->end <= t->start ||
	    !reader_knows(&t->cf, b->cf))
		return false;
	if (b->can_join && bulk_is_last(b, t->piece) &&
	    t->end == b->spec->size &&
	    engine_join(b->engine, t->engine, part)) {
		t->engine = NULL;
		b->stat.joined++;
		return true;
	}
	return engine_merge(b->engine, t->engine, part);
}

static void bulk_give_up(struct bulk *b, struct bulk_trial *t)
{
	b->stat.tried++;
	b->stat.given_up++;
	bulk_release(b, t);
}

/* bulk_merge() - what was tried of the piece that the lead has come to */
static void bulk_merge(struct bulk *b, struct bulk_trial *t)
{
	struct engine_part part = {
		.base = b->cf->frames,
		.rec_len = b->cf->format == CAPFILE_PCAPNG ? CAPFILE_EPB_LEN
							   : CAPFILE_RECORD_LEN,
		.next = bulk_record,
		.again = bulk_again,
		.ctx = t,
	};
	uint64_t frames = engine_trial_frames(t->engine);

	t->read = t->start;
	if (bulk_take_over(b, t, &part)) {
		b->cf->offset = t->end;
		b->cf->frames += frames;
		b->stat.merged++;
		b->stat.frames += frames;
	} else {
		b->stat.given_up++;
	}
	b->stat.tried++;
	bulk_release(b, t);
	(void)bulk_tick(b, &b->reader, NULL);
}

/* bulk_of() - with the lock: the trial of a piece, NULL if there is none */
static struct bulk_trial *bulk_of(struct bulk *b, uint64_t piece)
{
	unsigned i;

	for (i = 0; i < b->slots; i++)
		if (b->slot[i].state != BULK_FREE && b->slot[i].piece == piece)
			return &b->slot[i];
	return NULL;
}

/* bulk_wait_last() - with the lock: for a while, until there is what is to be
 * joined
 */
static void bulk_wait_last(struct bulk *b)
{
	struct timespec until = clock_timespec(clock_ns() + BULK_WAIT_NS);

	if (pthread_cond_timedwait(&b->changed, &b->lock, &until) == 0)
		return;
	pthread_mutex_unlock(&b->lock);
	(void)bulk_tick(b, &b->reader, NULL);
	pthread_mutex_lock(&b->lock);
}

/* bulk_wait() - the trial of the piece that the lead has come to, as far as it
 * has come; all of it if it may be joined. Return: NULL if there is none
 */
static struct bulk_trial *bulk_wait(struct bulk *b)
{
	struct bulk_trial *t;

	pthread_mutex_lock(&b->lock);
	t = bulk_of(b, b->done);
	b->taken |= 1;
	/* Who has done with one takes the piece behind the lead's next one. */
	b->mine = b->done + (t ? 1 : bulk_thread_count(b->spec));
	while (t && t->state != BULK_READY) {
		if (b->can_join && bulk_is_last(b, b->done) &&
		    !b->reader.is_over) {
			bulk_wait_last(b);
			continue;
		}
		t->is_wanted = true;
		pthread_cond_wait(&b->changed, &b->lock);
	}
	pthread_mutex_unlock(&b->lock);
	return t;
}

/* bulk_try_all() - for tests: as many pieces as there are slots for */
static void bulk_try_all(struct bulk *b)
{
	struct bulk_trial *t;

	do {
		pthread_mutex_lock(&b->lock);
		t = bulk_take(b, true);
		pthread_mutex_unlock(&b->lock);
		if (t)
			bulk_try(b, &b->reader, t);
	} while (t);
	reader_turn(&b->reader, b->engine, b->cf, false);
}

/* bulk_cut() - into pieces; into one if none can be tried */
static void bulk_cut(struct bulk *b)
{
	const struct bulk_spec *spec = b->spec;
	struct cuts *c = &b->cuts;
	bool can_try;

	c->size = spec->size;
	c->threads = bulk_thread_count(spec);
	can_try = engine_can_try(b->engine) &&
		  (c->threads > 1 || spec->is_tried);
	cuts_make(c, 0);
	b->can_join = can_try && engine_can_join(b->engine, 1);
	b->is_one_cut = b->can_join && !spec->piece_bytes && cuts_make_one(c);
	if (spec->piece_bytes)
		c->first_bytes = c->piece_bytes = c->lead_bytes =
			spec->piece_bytes;
	if (spec->lead_bytes)
		c->lead_bytes = spec->lead_bytes;
	if (spec->first_bytes)
		c->first_bytes = spec->first_bytes;
	if (!can_try)
		c->first_bytes = spec->size;
	cuts_count(c);
}

/* bulk_slot_count() - one for each trial under way, and one that is merged; or
 * the one that is joined
 */
static unsigned bulk_slot_count(const struct bulk *b)
{
	unsigned threads = bulk_thread_count(b->spec);

	if (b->is_one_cut || b->cuts.count < 2)
		return b->cuts.count > 1;
	return threads > 1 ? threads : 2;
}

/* bulk_slots() - engines for trials, as many as there is memory for */
static void bulk_slots(struct bulk *b)
{
	unsigned n = bulk_slot_count(b);
	uint32_t flows = b->is_one_cut ? BULK_CUT_FLOWS : BULK_FLOWS;
	uint32_t whole = b->spec->whole_items ? b->spec->whole_items
					      : TRIAL_WHOLE;

	if (n)
		flows /= n;
	if (flows < BULK_FLOWS_MIN)
		flows = BULK_FLOWS_MIN;
	while (b->slots < n) {
		struct bulk_trial *t = &b->slot[b->slots];

		if (engine_new_trial(b->engine, flows, whole, &t->engine) != 0)
			break;
		t->bulk = b;
		b->slots++;
	}
	if (b->slots)
		engine_share(b->engine);
}

/* bulk_cut_rest() - the one piece behind the cut is not joined, or not all of
 * it: what is left is cut as where there are many
 */
static void bulk_cut_rest(struct bulk *b)
{
	pthread_mutex_lock(&b->lock);
	b->is_one_cut = b->is_short = false;
	b->done = b->taken = b->mine = 0;
	cuts_make(&b->cuts, b->cf->offset);
	bulk_slots(b);
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

/* bulk_lead() - all pieces to the engine */
static void bulk_lead(struct bulk *b)
{
	while (b->done < b->cuts.count && !b->reader.is_over) {
		struct bulk_trial *t;

		if (b->spec->is_tried)
			bulk_try_all(b);
		t = bulk_wait(b);
		if (t && !b->reader.is_over)
			bulk_merge(b, t);
		if (t && b->is_one_cut) {
			bulk_cut_rest(b);
			continue;
		}
		bulk_blocks(b, &b->reader, cuts_hi(&b->cuts, b->done),
			    bulk_tick, NULL);
		if (bulk_is_short(b) && !b->reader.is_over) {
			bulk_give_up(b, &b->slot[0]);
			bulk_cut_rest(b);
			continue;
		}
		pthread_mutex_lock(&b->lock);
		b->done++;
		b->taken >>= 1;
		pthread_cond_broadcast(&b->changed);
		pthread_mutex_unlock(&b->lock);
	}
	pthread_mutex_lock(&b->lock);
	b->is_stopped = true;
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

static uint32_t bulk_room(const struct bulk *b)
{
	return bulk_is_many(b) ? BULK_FRAMES / BULK_LESS : BULK_FRAMES;
}

/* bulk_start_threads() - Return: how many */
static unsigned bulk_start_threads(struct bulk *b, struct bulk_thread *w)
{
	unsigned n = b->slots ? bulk_thread_count(b->spec) - 1 : 0, i;

	for (i = 0; i < n; i++) {
		w[i].bulk = b;
		if (reader_init(&w[i].reader, b->map, b->spec->size,
				bulk_room(b)) != 0)
			break;
		if (pthread_create(&w[i].id, NULL, bulk_work, &w[i]) != 0) {
			reader_fini(&w[i].reader);
			break;
		}
	}
	/* They get what they need before this thread maps the file, too. */
	pthread_mutex_lock(&b->lock);
	while (b->started < i)
		pthread_cond_wait(&b->changed, &b->lock);
	pthread_mutex_unlock(&b->lock);
	return i;
}

static void bulk_threads(struct bulk *b)
{
	struct bulk_thread w[BULK_THREADS_MAX];
	unsigned n, i;

	bulk_cut(b);
	bulk_slots(b);
	n = bulk_start_threads(b, w);
	bulk_lead(b);
	for (i = 0; i < n; i++) {
		(void)pthread_join(w[i].id, NULL);
		reader_fini(&w[i].reader);
	}
	for (i = 0; i < b->slots; i++) {
		if (b->slot[i].has_cf)
			capfile_fini(&b->slot[i].cf);
		engine_free(b->slot[i].engine);
	}
}

static void bulk_init(struct bulk *b)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&b->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&b->changed, &attr);
	pthread_condattr_destroy(&attr);
	reader_turn(&b->reader, b->engine, b->cf, false);
}

static void bulk_fini(struct bulk *b)
{
	if (b->has_known)
		capfile_fini(&b->known);
	pthread_cond_destroy(&b->changed);
	pthread_mutex_destroy(&b->lock);
	reader_fini(&b->reader);
}

int bulk_run(const struct bulk_spec *spec, struct engine *en,
	     struct capfile *cf, struct bulk_stat *ret_stat)
{
	struct bulk *b = calloc(1, sizeof(*b));
	int r;

	if (!b)
		return -ENOMEM;
	b->spec = spec;
	b->engine = en;
	b->cf = cf;
	r = mapped_open(spec->fd, spec->size, &b->map);
	if (!r &&
	    reader_init(&b->reader, b->map, spec->size, bulk_room(b)) != 0) {
		mapped_close(b->map, spec->size);
		r = -ENOMEM;
	}
	if (r) {
		free(b);
		return r;
	}
	bulk_init(b);
	/* What the file says of itself stands at its begin. */
	reader_first(&b->reader,
		     spec->first_bytes ? spec->first_bytes : spec->block_bytes);
	bulk_teach(b);
	if (!b->reader.is_over && cf->offset < spec->size)
		bulk_threads(b);
	if (ret_stat)
		*ret_stat = b->stat;
	bulk_fini(b);
	mapped_close(b->map, spec->size);
	free(b);
	return 0;
}
