/* SPDX-License-Identifier: BSD-2-Clause */
/* reader.c - see reader.h */
#include "reader.h"

#include <errno.h>
#include <stdlib.h>

#include "mapped.h"

#define READER_SERIAL 256U
/* plausible records that make a guess; a wrong one costs time, not truth */
#define READER_CHAIN 2U
/* in which a lane's first record begins, mostly */
#define READER_LOOK 1024U
/* of a record: what the walk and fast_decode() read */
#define READER_FETCH 128U
#define READER_LINE  64U
/* rounds between them, so that it is there */
#define READER_BEHIND 2U

bool reader_knows(const struct capfile *cf, const struct capfile *before)
{
	return cf->format == before->format &&
	       cf->iface_count == before->iface_count &&
	       cf->iface_base == before->iface_base &&
	       cf->is_swapped == before->is_swapped;
}

int reader_init(struct reader *r, const uint8_t *map, uint64_t size,
		uint32_t room)
{
	size_t n = READER_SERIAL + (size_t)READER_LANES * room;
	unsigned i;

	*r = (struct reader) { .map = map, .size = size, .room = room };
	/* Most lanes fill a small part: no large pages. */
	r->digest = calloc(n, sizeof(*r->digest) + sizeof(*r->frame));
	if (!r->digest)
		return -ENOMEM;
	r->frame = (struct frame *)(r->digest + n);
	for (i = 0; i < READER_LANES; i++) {
		size_t at = READER_SERIAL + (size_t)i * room;

		r->lane[i].frame = r->frame + at;
		r->lane[i].digest = r->digest + at;
	}
	return 0;
}

void reader_fini(struct reader *r)
{
	if (r->has_copy)
		capfile_fini(&r->lane_cf);
	free(r->digest);
}

void reader_turn(struct reader *r, struct engine *en, struct capfile *cf,
		 bool is_trial)
{
	r->engine = en;
	r->cf = cf;
	r->is_trial = is_trial;
	r->is_over = false;
}

/* reader_is_frame() - does the parser learn nothing from the record at @p? */
static inline bool reader_is_frame(const struct capfile *cf, const uint8_t *p,
				   uint64_t len)
{
	return cf->format != CAPFILE_PCAPNG ||
	       (len >= 4 && capfile_u32(cf, p) == CAPFILE_EPB);
}

/* reader_ended() - the engine stopped before a frame that was read */
static void reader_ended(struct reader *r)
{
	const uint8_t *data;

	if (!r->is_trial || !engine_trial_end(r->engine, &data))
		return;
	r->cf->offset = (uint64_t)(data - r->map) -
			(r->cf->format == CAPFILE_PCAPNG ? CAPFILE_EPB_LEN
							 : CAPFILE_RECORD_LEN);
	r->cf->frames = engine_trial_frames(r->engine);
	r->is_over = true;
}

/* reader_batch() - some frames by the one parser, up to @end */
static void reader_batch(struct reader *r, uint64_t end)
{
	struct capfile *cf = r->cf;
	struct frame *frame = r->frame;
	uint32_t n = 0;

	while (n < READER_SERIAL && cf->offset < end && !r->is_over) {
		const uint8_t *p = r->map + cf->offset;
		uint64_t at = cf->offset;
		size_t used;

		if (r->is_trial && !reader_is_frame(cf, p, r->size - at)) {
			r->is_over = true;
			break;
		}
		if (capfile_next(cf, p, r->size - at, &used, &frame[n]) !=
		    CAPFILE_FRAME) {
			if (r->is_trial)
				cf->offset = at;
			r->is_over = true;
			break;
		}
		fast_decode(engine_fast(r->engine), &frame[n], &r->digest[n]);
		n++;
	}
	engine_frames(r->engine, frame, r->digest, n);
	reader_ended(r);
}

void reader_first(struct reader *r, uint64_t end)
{
	reader_batch(r, end);
}

static void reader_serial(struct reader *r, uint64_t end)
{
	while (r->cf->offset < end && !r->is_over)
		reader_batch(r, end);
}

static inline void reader_fetch(const uint8_t *p)
{
	unsigned i;

	for (i = 0; i <= READER_FETCH; i += READER_LINE)
		__builtin_prefetch(p + i);
}

/* reader_odd() - reader_step() of all but records of a pcap file.
 * Return: bytes; 0: the lane ends here
 */
static size_t reader_odd(struct reader *r, const uint8_t *p, size_t len,
			 struct frame *f)
{
	size_t used;

	if (!reader_is_frame(&r->lane_cf, p, len))
		return 0;
	if (capfile_next(&r->lane_cf, p, len, &used, f) == CAPFILE_FRAME)
		return used;
	r->is_bad = true; /* it may have learned of the damage */
	return 0;
}

/* reader_step() - one record of a lane, and what one before it says */
static inline void reader_step(struct reader *r, struct reader_lane *l,
			       const struct fast_opts *opts)
{
	const uint8_t *p = r->map + l->at;
	struct frame *f = &l->frame[l->count];
	size_t used = 0;

	l->is_open = false;
	if (r->lane_cf.format == CAPFILE_PCAP)
		used = capfile_record(&r->lane_cf, p, r->size - l->at, f);
	if (!used)
		used = reader_odd(r, p, r->size - l->at, f);
	if (!used)
		return;
	l->at += used;
	reader_fetch(p + used);
	if (l->count >= READER_BEHIND)
		fast_decode(opts, f - READER_BEHIND,
			    &l->digest[l->count - READER_BEHIND]);
	l->is_open = ++l->count < r->room && l->at < l->end;
}

/* reader_last() - decode what reader_step() has left */
static void reader_last(struct reader_lane *l, const struct fast_opts *opts)
{
	uint32_t i = l->count > READER_BEHIND ? l->count - READER_BEHIND : 0;

	for (; i < l->count; i++)
		fast_decode(opts, &l->frame[i], &l->digest[i]);
}

/* reader_look_ahead() - fetch where lanes will look for their first records */
static void reader_look_ahead(const struct reader *r, uint64_t lo,
			      uint64_t part)
{
	unsigned i, at;

	for (i = 1; i < READER_LANES; i++)
		for (at = 0; at < READER_LOOK; at += READER_LINE)
			__builtin_prefetch(r->map + lo + i * part + at);
}

/* reader_begin() - cut a block in lanes, and guess where each begins; the first
 * one is known
 */
static void reader_begin(struct reader *r, uint64_t hi)
{
	uint64_t lo = r->cf->offset;
	uint64_t part = (hi - lo) / READER_LANES;
	unsigned i;

	reader_look_ahead(r, lo, part);
	for (i = 0; i < READER_LANES; i++) {
		struct reader_lane *l = &r->lane[i];
		uint64_t from = lo + i * part;
		size_t off = 0;

		l->end = i + 1 < READER_LANES ? from + part : hi;
		l->count = 0;
		r->lane_cf.offset = from;
		l->is_open =
			!r->is_bad && l->end > from &&
			(i == 0 || capfile_find(&r->lane_cf, r->map + from,
						r->size - from, l->end - from,
						READER_CHAIN, &off));
		if (!l->is_open)
			continue;
		l->start = l->at = from + off;
		reader_fetch(r->map + l->at);
	}
}

/* reader_learn() - the lanes' parser knows what the one parser knows */
static void reader_learn(struct reader *r)
{
	if (r->has_copy && !r->is_bad && reader_knows(&r->lane_cf, r->cf))
		return;
	if (r->has_copy)
		capfile_fini(&r->lane_cf);
	r->has_copy = capfile_copy(&r->lane_cf, r->cf) == 0;
	r->is_bad = !r->has_copy || r->cf->skip_total;
}

/* reader_use() - a lane whose guess was right, to the engine */
static void reader_use(struct reader *r, const struct reader_lane *l)
{
	l->frame->number = l->frame->in_file = r->cf->frames + 1;
	r->cf->frames += l->count;
	r->cf->offset = l->at;
	engine_frames(r->engine, l->frame, l->digest, l->count);
	reader_ended(r);
}

void reader_block(struct reader *r, uint64_t hi)
{
	const struct fast_opts *opts = engine_fast(r->engine);
	unsigned open, i;

	if (r->is_over || r->cf->offset >= hi)
		return;
	mapped_want(r->map, r->cf->offset, hi, &r->pagein);
	reader_learn(r);
	reader_begin(r, hi);
	do {
		open = 0;
		for (i = 0; i < READER_LANES; i++) {
			if (!r->lane[i].is_open)
				continue;
			reader_step(r, &r->lane[i], opts);
			open++;
		}
	} while (open);
	for (i = 0; i < READER_LANES; i++)
		reader_last(&r->lane[i], opts);
	for (i = 0; i < READER_LANES && !r->is_over; i++) {
		const struct reader_lane *l = &r->lane[i];

		if (l->count && l->start == r->cf->offset && !r->is_bad &&
		    reader_knows(&r->lane_cf, r->cf))
			reader_use(r, l);
		reader_serial(r, l->end);
	}
}
