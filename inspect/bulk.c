/* SPDX-License-Identifier: BSD-2-Clause */
/* bulk.c - see bulk.h */
#include "bulk.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

#include "mapped.h"

#define BULK_LANES	 8U
#define BULK_LANE_FRAMES 2048U
#define BULK_SERIAL	 256U
/* plausible records that make a guess; a wrong one costs time, not truth */
#define BULK_CHAIN 3U
/* of a record: what the walk and fast_decode() read */
#define BULK_FETCH 128U
#define BULK_LINE  64U
/* blocks whose memory is given back together: it costs all threads a moment */
#define BULK_DROP 4U

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

/* A block that is being read, or was. @epoch: of the parser that read it;
 * UINT_MAX if it came upon what is not a frame. @frame is behind @digest.
 */
struct bulk_slot {
	uint64_t block;
	bool is_ready;
	unsigned epoch;
	struct digest *digest;
	struct frame *frame;
	struct bulk_lane lane[BULK_LANES];
};

/* @cf:    has seen all blocks that were handed to the engine; it belongs to the
 *	   calling thread, with @engine and all down to the lock
 * @epoch: counts what it learned of interfaces
 * @is_over: the rest of the file is not for us
 * @lock:  of what follows
 * @known: a copy of @cf as of @known_epoch, for the others; UINT_MAX: there was
 *	   no memory for it
 * @next:  block to be read next; @done: blocks before it are with the engine
 * @is_stopped: no block is to be read any more
 */
struct bulk {
	const struct bulk_spec *spec;
	struct engine *engine;
	const uint8_t *map;
	struct capfile *cf;
	unsigned epoch;
	bool is_over;
	struct frame frame[BULK_SERIAL];
	struct digest digest[BULK_SERIAL];
	pthread_mutex_t lock;
	pthread_cond_t has_room;
	pthread_cond_t has_block;
	struct capfile known;
	unsigned known_epoch;
	uint64_t next;
	uint64_t done;
	uint64_t count;
	bool is_stopped;
	unsigned slot_count;
	struct bulk_slot slot[BULK_SLOTS(BULK_THREADS_MAX)];
};

/* @cf: a copy of the one that has seen all before, as of @epoch */
struct bulk_thread {
	struct bulk *bulk;
	pthread_t id;
	struct capfile cf;
	unsigned epoch;
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

	/* What is not a frame may change the parser: in the file's order. */
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
static void bulk_begin(struct bulk_thread *t, struct bulk_slot *s, uint64_t lo,
		       uint64_t hi)
{
	const struct bulk *b = t->bulk;
	uint64_t part = (hi - lo) / BULK_LANES;
	unsigned i;

	for (i = 0; i < BULK_LANES; i++) {
		struct bulk_lane *l = &s->lane[i];
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

static uint64_t bulk_lo(const struct bulk *b, uint64_t block)
{
	return block * b->spec->block_bytes;
}

static uint64_t bulk_hi(const struct bulk *b, uint64_t block)
{
	uint64_t hi = bulk_lo(b, block + 1);

	return hi < b->spec->size ? hi : b->spec->size;
}

static void bulk_read(struct bulk_thread *t, struct bulk_slot *s)
{
	const struct bulk *b = t->bulk;
	uint64_t lo = bulk_lo(b, s->block), hi = bulk_hi(b, s->block);
	unsigned open;

	mapped_want(b->map, lo, hi);
	bulk_begin(t, s, lo, hi);
	do {
		unsigned i;

		open = 0;
		for (i = 0; i < BULK_LANES; i++) {
			struct bulk_lane *l = &s->lane[i];

			if (!l->is_open)
				continue;
			bulk_step(t, l);
			open++;
		}
	} while (open);
	s->epoch = t->epoch;
}

/* bulk_learn() - know what the calling thread knows of interfaces */
static void bulk_learn(struct bulk_thread *t)
{
	const struct bulk *b = t->bulk;

	if (t->epoch == b->known_epoch)
		return;
	capfile_fini(&t->cf);
	t->epoch = b->known_epoch;
	if (t->epoch != UINT_MAX && capfile_copy(&t->cf, &b->known) != 0)
		t->epoch = UINT_MAX;
}

/* bulk_teach() - let others know it */
static void bulk_teach(struct bulk *b)
{
	if (b->known_epoch == b->epoch)
		return;
	pthread_mutex_lock(&b->lock);
	capfile_fini(&b->known);
	b->known_epoch = capfile_copy(&b->known, b->cf) == 0 ? b->epoch
							     : UINT_MAX;
	pthread_mutex_unlock(&b->lock);
}

/* bulk_take() - the next block to be read, if there is one and a slot for it.
 * @may_wait: for the slot
 */
static struct bulk_slot *bulk_take(struct bulk_thread *t, bool may_wait)
{
	struct bulk *b = t->bulk;
	struct bulk_slot *s = NULL;

	pthread_mutex_lock(&b->lock);
	while (may_wait && !b->is_stopped && b->next < b->count &&
	       b->next >= b->done + b->slot_count)
		pthread_cond_wait(&b->has_room, &b->lock);
	if (!b->is_stopped && b->next < b->count &&
	    b->next < b->done + b->slot_count) {
		s = &b->slot[b->next % b->slot_count];
		s->block = b->next++;
		bulk_learn(t);
	}
	pthread_mutex_unlock(&b->lock);
	return s;
}

static void bulk_give(struct bulk *b, struct bulk_slot *s)
{
	pthread_mutex_lock(&b->lock);
	s->is_ready = true;
	pthread_cond_signal(&b->has_block);
	pthread_mutex_unlock(&b->lock);
}

static bool bulk_is_ready(struct bulk *b, const struct bulk_slot *s,
			  bool may_wait)
{
	bool is_ready;

	pthread_mutex_lock(&b->lock);
	while (!s->is_ready && may_wait)
		pthread_cond_wait(&b->has_block, &b->lock);
	is_ready = s->is_ready;
	pthread_mutex_unlock(&b->lock);
	return is_ready;
}

/* bulk_use() - a lane whose guess was right, to the engine */
static void bulk_use(struct bulk *b, const struct bulk_lane *l)
{
	l->frame->number = l->frame->in_file = b->cf->frames + 1;
	b->cf->frames += l->count;
	b->cf->offset = l->at;
	engine_frames(b->engine, l->frame, l->digest, l->count);
}

/* bulk_apply() - a block, all before it having been there */
static void bulk_apply(struct bulk *b, const struct bulk_slot *s)
{
	unsigned i;

	for (i = 0; i < BULK_LANES && !b->is_over; i++) {
		const struct bulk_lane *l = &s->lane[i];

		if (l->count && l->start == b->cf->offset &&
		    s->epoch == b->epoch)
			bulk_use(b, l);
		bulk_serial(b, l->end);
	}
	bulk_teach(b);
	if (!b->is_over && b->spec->tick &&
	    b->spec->tick(b->spec->ctx, b->cf->offset, b->cf->frames))
		b->is_over = true;
}

/* bulk_done() - the slot is free, and with the last block of some the memory */
static void bulk_done(struct bulk *b, struct bulk_slot *s)
{
	uint64_t next = s->block + 1;

	if (next % BULK_DROP == 0)
		mapped_drop(b->map, bulk_lo(b, next - BULK_DROP),
			    bulk_hi(b, s->block));
	pthread_mutex_lock(&b->lock);
	s->is_ready = false;
	b->done = next;
	b->is_stopped = b->is_over;
	pthread_cond_broadcast(&b->has_room);
	pthread_mutex_unlock(&b->lock);
}

static void *bulk_work(void *arg)
{
	struct bulk_thread *t = arg;
	struct bulk_slot *s;

	while ((s = bulk_take(t, true))) {
		bulk_read(t, s);
		bulk_give(t->bulk, s);
	}
	return NULL;
}

/* bulk_lead() - the calling thread: all blocks to the engine */
static void bulk_lead(struct bulk_thread *t)
{
	struct bulk *b = t->bulk;

	while (b->done < b->count && !b->is_over) {
		struct bulk_slot *s = &b->slot[b->done % b->slot_count];
		struct bulk_slot *mine = NULL;

		if (!bulk_is_ready(b, s, false))
			mine = bulk_take(t, false);
		if (mine) {
			bulk_read(t, mine);
			bulk_give(b, mine);
		} else if (bulk_is_ready(b, s, true)) {
			bulk_apply(b, s);
			bulk_done(b, s);
		}
	}
}

/* bulk_slot_init() - one piece of memory for all lanes. Return: 0 or -ENOMEM */
static int bulk_slot_init(struct bulk_slot *s)
{
	size_t n = (size_t)BULK_LANES * BULK_LANE_FRAMES;
	unsigned i;

	/* Most lanes fill a small part: no large pages. */
	s->digest = aligned_alloc(sizeof(*s->digest),
				  n * (sizeof(*s->digest) + sizeof(*s->frame)));
	if (!s->digest)
		return -ENOMEM;
	s->frame = (struct frame *)(s->digest + n);
	for (i = 0; i < BULK_LANES; i++) {
		s->lane[i].frame = s->frame + (size_t)i * BULK_LANE_FRAMES;
		s->lane[i].digest = s->digest + (size_t)i * BULK_LANE_FRAMES;
	}
	return 0;
}

/* bulk_threads() - the blocks from the first one that is not read on */
static void bulk_threads(struct bulk *b)
{
	struct bulk_thread t[BULK_THREADS_MAX];
	unsigned n = b->spec->threads, i;

	if (!n)
		n = 1;
	if (n > BULK_THREADS_MAX)
		n = BULK_THREADS_MAX;
	while (b->slot_count < BULK_SLOTS(n) &&
	       bulk_slot_init(&b->slot[b->slot_count]) == 0)
		b->slot_count++;
	for (i = 0; i < n; i++)
		t[i] = (struct bulk_thread) { .bulk = b, .epoch = UINT_MAX };
	for (i = 1; i < n && i < b->slot_count; i++) {
		if (pthread_create(&t[i].id, NULL, bulk_work, &t[i]) != 0)
			break;
	}
	if (b->slot_count)
		bulk_lead(&t[0]);
	n = i;
	for (i = 1; i < n; i++)
		(void)pthread_join(t[i].id, NULL);
	for (i = 0; i < n; i++)
		capfile_fini(&t[i].cf);
	for (i = 0; i < b->slot_count; i++)
		free(b->slot[i].digest);
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
	/* What the file says of itself stands at its begin. */
	bulk_batch(b, bulk_hi(b, 0));
	b->next = b->done = cf->offset / spec->block_bytes;
	b->count = (spec->size + spec->block_bytes - 1) / spec->block_bytes;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->has_room, NULL);
	pthread_cond_init(&b->has_block, NULL);
	b->known_epoch = UINT_MAX;
	bulk_teach(b);
	if (!b->is_over && cf->offset < spec->size)
		bulk_threads(b);
	capfile_fini(&b->known);
	pthread_cond_destroy(&b->has_block);
	pthread_cond_destroy(&b->has_room);
	pthread_mutex_destroy(&b->lock);
	mapped_close(b->map, spec->size);
	free(b);
	return 0;
}
