/* SPDX-License-Identifier: BSD-2-Clause */
/* reader.h - records of a mapped file into an engine, by one thread.
 *
 * A record's place is told by the one before it, and it is seldom in the cache:
 * the walk would wait for memory at each. So a block is walked in several lanes
 * at once, one record each by turns, and what the next round needs is fetched
 * ahead; what a record says is decoded some rounds after it was found. Where
 * records begin in the middle of a block is a guess: what a lane has read
 * counts only if the lane before it ended there. If not, or where the file
 * describes interfaces, the records are read one by one.
 */
#ifndef INSPECT_READER_H
#define INSPECT_READER_H

#include "capfile.h"
#include "engine.h"
#include "pagein.h"

#define READER_LANES 8U

/* A part of a block: records that begin in [start, end).
 * @at: behind the last one read; @is_open: more may be read
 */
struct reader_lane {
	uint64_t start;
	uint64_t at;
	uint64_t end;
	uint32_t count;
	bool is_open;
	struct frame *frame;
	struct digest *digest;
};

/* @map, @size: the file
 * @engine: gets the frames
 * @cf:     where the next record is, and what the file said of itself
 * @is_trial: only frames are read, and it ends before what is none
 * @is_over: the rest is not for us
 * @lane_cf: a copy of @cf for the lanes, if @has_copy; what they have read is
 *	    nothing if @is_bad
 * @room:   frames of a lane
 * @frame, @digest: of those read one by one
 * @pagein: how blocks are brought in
 */
struct reader {
	const uint8_t *map;
	uint64_t size;
	struct engine *engine;
	struct capfile *cf;
	bool is_trial;
	bool is_over;
	bool has_copy;
	bool is_bad;
	struct capfile lane_cf;
	uint32_t room;
	struct frame *frame;
	struct digest *digest;
	struct reader_lane lane[READER_LANES];
	struct pagein pagein;
};

/* reader_init() - @room: frames of a lane, at least 1
 * Return: 0 or -ENOMEM
 */
int reader_init(struct reader *r, const uint8_t *map, uint64_t size,
		uint32_t room);
void reader_fini(struct reader *r);

/* reader_turn() - the same memory for this engine, from where @cf stands on */
void reader_turn(struct reader *r, struct engine *en, struct capfile *cf,
		 bool is_trial);

/* reader_first() - what the file says of itself stands at its begin: some
 * records up to @end, one by one
 */
void reader_first(struct reader *r, uint64_t end);

/* reader_block() - all records that begin before @hi */
void reader_block(struct reader *r, uint64_t hi);

/* reader_knows() - does @cf know the interfaces that @before knew, and no more?
 */
bool reader_knows(const struct capfile *cf, const struct capfile *before);

#endif
