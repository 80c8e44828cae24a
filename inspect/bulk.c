/* SPDX-License-Identifier: BSD-2-Clause */
/* bulk.c - see bulk.h */
#include "bulk.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "mapped.h"

#define BULK_LANES	 8U
#define BULK_LANE_FRAMES 4096U
#define BULK_SERIAL	 256U
/* plausible records that make a guess; a wrong one costs time, not truth */
#define BULK_CHAIN 3U
/* of a record: what the walk and fast_decode() read */
#define BULK_FETCH 128U
#define BULK_LINE  64U
#define BULK_SPINS 4096U

/* A part of a block: records that begin in [begin, end).
 * @start: where the first one was guessed to be; @at: behind the last one read
 * @is_open: more may be read
 */
struct bulk_lane {
	uint64_t start;
	uint64_t at;
	uint64_t end;
	uint32_t count;
	bool is_open;
	struct frame *frame;
	struct digest *digest;
};

/* What the threads share. All but @next and @turn belongs to whose turn it is.
 * @cf:    has seen all blocks before @turn
 * @epoch: counts what it learned of interfaces
 * @is_over: the rest of the file is not for us
 */
struct bulk {
	const struct bulk_spec *spec;
	struct engine *engine;
	const uint8_t *map;
	struct capfile *cf;
	unsigned epoch;
	bool is_over;
	atomic_ullong next;
	atomic_ullong turn;
	pthread_mutex_t lock;
	pthread_cond_t turned;
	struct frame frame[BULK_SERIAL];
	struct digest digest[BULK_SERIAL];
};

/* @cf: a copy of the shared one, as of @epoch */
struct bulk_thread {
	struct bulk *bulk;
	pthread_t id;
	struct capfile cf;
	unsigned epoch;
	struct bulk_lane lane[BULK_LANES];
};

/* Does the parser know other interfaces now? */
static bool bulk_has_learned(const struct capfile *cf,
			     const struct capfile *before)
{
	return cf->iface_count != before->iface_count ||
	       cf->iface_base != before->iface_base ||
	       cf->is_swapped != before->is_swapped;
}

/* bulk_batch() - some frames by the shared parser, up to @end, to the engine */
static void bulk_batch(struct bulk *b, uint64_t end)
{
	struct capfile *cf = b->cf;
	size_t n = 0;

	while (n < BULK_SERIAL && cf->offset < end && !b->is_over) {
		struct capfile before = *cf;
		size_t used;
		enum capfile_status st = capfile_next(
			cf, b->map + cf->offset, b->spec->size - cf->offset,
			&used, &b->frame[n]);

		if (bulk_has_learned(cf, &before))
			b->epoch++;
		if (st != CAPFILE_FRAME) {
			b->is_over = true;
			break;
		}
		fast_decode(engine_fast(b->engine), &b->frame[n],
			    &b->digest[n]);
		n++;
	}
	engine_frames(b->engine, b->frame, b->digest, n);
}

static void bulk_serial(struct bulk *b, uint64_t end)
{
	while (b->cf->offset < end && !b->is_over)
		bulk_batch(b, end);
}

static inline void bulk_fetch(const uint8_t *p)
{
	unsigned i;

	for (i = 0; i <= BULK_FETCH; i += BULK_LINE)
		__builtin_prefetch(p + i);
}

/* bulk_step() - one record of a lane */
static inline void bulk_step(struct bulk_thread *t, struct bulk_lane *l)
{
	const struct bulk *b = t->bulk;
	const uint8_t *p = b->map + l->at;
	struct frame *f = &l->frame[l->count];
	size_t used;

	/* What is not a frame may change the parser: in its turn. */
	if (t->cf.format == CAPFILE_PCAPNG && b->spec->size - l->at >= 4 &&
	    capfile_u32(&t->cf, p) != CAPFILE_EPB) {
		l->is_open = false;
		return;
	}
	if (capfile_next(&t->cf, p, b->spec->size - l->at, &used, f) !=
	    CAPFILE_FRAME) {
		l->is_open = false;
		t->epoch = UINT_MAX; /* it may have learned of the damage */
		return;
	}
	l->at += used;
	bulk_fetch(b->map + l->at);
	fast_decode(engine_fast(b->engine), f, &l->digest[l->count]);
	l->is_open = ++l->count < BULK_LANE_FRAMES && l->at < l->end;
}

/* bulk_begin() - cut a block in lanes, and guess where each begins */
static void bulk_begin(struct bulk_thread *t, uint64_t lo, uint64_t hi)
{
	const struct bulk *b = t->bulk;
	uint64_t part = (hi - lo) / BULK_LANES;
	unsigned i;

	for (i = 0; i < BULK_LANES; i++) {
		struct bulk_lane *l = &t->lane[i];
		uint64_t from = lo + i * part;
		size_t off;

		l->end = i + 1 < BULK_LANES ? from + part : hi;
		l->count = 0;
		t->cf.offset = from;
		l->is_open = t->epoch != UINT_MAX &&
			     capfile_find(&t->cf, b->map + from,
					  b->spec->size - from, BULK_CHAIN,
					  &off) &&
			     off < l->end - from;
		if (!l->is_open)
			continue;
		l->start = l->at = from + off;
		bulk_fetch(b->map + l->at);
	}
}

static void bulk_read(struct bulk_thread *t, uint64_t lo, uint64_t hi)
{
	unsigned open;

	madvise((void *)((uintptr_t)(t->bulk->map + lo) & ~4095UL), hi - lo,
		22);
	bulk_begin(t, lo, hi);
	do {
		unsigned i;

		open = 0;
		for (i = 0; i < BULK_LANES; i++) {
			struct bulk_lane *l = &t->lane[i];

			if (!l->is_open)
				continue;
			bulk_step(t, l);
			open++;
		}
	} while (open);
}

/* bulk_use() - a lane whose guess was right, to the engine */
static void bulk_use(struct bulk *b, const struct bulk_lane *l)
{
	uint32_t i;

	for (i = 0; i < l->count; i++)
		l->frame[i].number = l->frame[i].in_file = ++b->cf->frames;
	b->cf->offset = l->at;
	engine_frames(b->engine, l->frame, l->digest, l->count);
}

/* bulk_apply() - a block in its turn */
static void bulk_apply(struct bulk_thread *t)
{
	struct bulk *b = t->bulk;
	unsigned i;

	for (i = 0; i < BULK_LANES && !b->is_over; i++) {
		const struct bulk_lane *l = &t->lane[i];

		if (l->count && l->start == b->cf->offset &&
		    t->epoch == b->epoch)
			bulk_use(b, l);
		bulk_serial(b, l->end);
	}
	if (t->epoch == b->epoch || b->is_over)
		return;
	capfile_fini(&t->cf);
	t->epoch = capfile_copy(&t->cf, b->cf) == 0 ? b->epoch : UINT_MAX;
}

/* bulk_wait() - until it is the turn of block @k */
static void bulk_wait(struct bulk *b, uint64_t k)
{
	unsigned spins;

	for (spins = 0; spins < BULK_SPINS; spins++) {
		if (atomic_load_explicit(&b->turn, memory_order_acquire) == k)
			return;
		__builtin_ia32_pause();
	}
	pthread_mutex_lock(&b->lock);
	while (atomic_load_explicit(&b->turn, memory_order_acquire) != k)
		pthread_cond_wait(&b->turned, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

static void bulk_pass(struct bulk *b, uint64_t k)
{
	pthread_mutex_lock(&b->lock);
	atomic_store_explicit(&b->turn, k + 1, memory_order_release);
	pthread_cond_broadcast(&b->turned);
	pthread_mutex_unlock(&b->lock);
}

static void *bulk_work(void *arg)
{
	struct bulk_thread *t = arg;
	struct bulk *b = t->bulk;
	const struct bulk_spec *s = b->spec;

	for (;;) {
		uint64_t k = atomic_fetch_add(&b->next, 1);
		uint64_t lo = k * s->block_bytes;
		uint64_t hi = lo + s->block_bytes;
		bool is_over;

		if (lo >= s->size)
			return NULL;
		if (hi > s->size)
			hi = s->size;
		bulk_read(t, lo, hi);
		bulk_wait(b, k);
		if (!b->is_over)
			bulk_apply(t);
		if (!b->is_over && s->tick &&
		    s->tick(s->ctx, b->cf->offset, b->cf->frames))
			b->is_over = true;
		is_over = b->is_over;
		bulk_pass(b, k);
		if (is_over)
			return NULL;
		mapped_drop(b->map, lo, hi);
	}
}

static void bulk_thread_fini(struct bulk_thread *t)
{
	capfile_fini(&t->cf);
	free(t->lane[0].frame);
	free(t->lane[0].digest);
}

static int bulk_thread_init(struct bulk_thread *t, struct bulk *b)
{
	size_t n = (size_t)BULK_LANES * BULK_LANE_FRAMES;
	unsigned i;

	*t = (struct bulk_thread) { .bulk = b, .epoch = b->epoch };
	t->lane[0].frame = calloc(n, sizeof(struct frame));
	t->lane[0].digest = calloc(n, sizeof(struct digest));
	if (!t->lane[0].frame || !t->lane[0].digest ||
	    capfile_copy(&t->cf, b->cf) != 0) {
		bulk_thread_fini(t);
		return -ENOMEM;
	}
	for (i = 1; i < BULK_LANES; i++) {
		t->lane[i].frame =
			t->lane[0].frame + (size_t)i * BULK_LANE_FRAMES;
		t->lane[i].digest =
			t->lane[0].digest + (size_t)i * BULK_LANE_FRAMES;
	}
	return 0;
}

/* bulk_threads() - the blocks from the first one that is not read on */
static void bulk_threads(struct bulk *b)
{
	struct bulk_thread t[BULK_THREADS_MAX];
	unsigned n, i, made = 0;
	uint64_t first = b->cf->offset / b->spec->block_bytes;

	atomic_store(&b->next, first);
	atomic_store(&b->turn, first);
	n = b->spec->threads;
	if (n > BULK_THREADS_MAX)
		n = BULK_THREADS_MAX;
	while (made < n && bulk_thread_init(&t[made], b) == 0)
		made++;
	/* This thread is the first of them, so one is enough. */
	for (i = 1; i < made; i++) {
		if (pthread_create(&t[i].id, NULL, bulk_work, &t[i]) != 0)
			break;
	}
	n = i;
	if (made)
		(void)bulk_work(&t[0]);
	for (i = 1; i < n && made; i++)
		(void)pthread_join(t[i].id, NULL);
	for (i = 0; i < made; i++)
		bulk_thread_fini(&t[i]);
}

int bulk_run(const struct bulk_spec *spec, struct engine *en,
	     struct capfile *cf)
{
	struct bulk *b = calloc(1, sizeof(*b));
	int r;

	if (!b)
		return -ENOMEM;
	b->spec = spec;
	b->engine = en;
	b->cf = cf;
	r = mapped_open(spec->fd, spec->size, &b->map);
	if (r) {
		free(b);
		return r;
	}
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->turned, NULL);
	/* What the file says of itself stands at its begin. */
	bulk_serial(b, spec->block_bytes < spec->size ? spec->block_bytes
						      : spec->size);
	if (!b->is_over && cf->offset < spec->size)
		bulk_threads(b);
	pthread_cond_destroy(&b->turned);
	pthread_mutex_destroy(&b->lock);
	mapped_close(b->map, spec->size);
	free(b);
	return 0;
}
