/* SPDX-License-Identifier: BSD-2-Clause */
/* cuts.c - see cuts.h */
#include "cuts.h"

/* A piece is as long as can be: flows that go on from one into another cost
 * most of what several threads cost. Together those under way have so many
 * bytes.
 */
#define CUTS_PIECE_MIN (8ULL << 20)
#define CUTS_PIECE_SUM (192ULL << 20)
/* Of the parts of a piece the lead reads one fewer for each other thread, whose
 * pieces it merges meanwhile: so none waits for another.
 */
#define CUTS_PARTS 8U
/* A file of no more bytes, if its last piece can be joined, has one cut: behind
 * so many of CUTS_ONE_ALL parts. With what the other thread notes, and what the
 * lead takes over, both come to the end at the same time.
 */
#define CUTS_ONE_MAX (4ULL << 30)
#define CUTS_ONE     132U
#define CUTS_ONE_ALL 256U

uint64_t cuts_lo(const struct cuts *c, uint64_t piece)
{
	uint64_t threads = c->threads;
	uint64_t lead = (piece + threads - 1) / threads;

	if (!piece)
		return c->base;
	return c->base + c->first_bytes + (lead - 1) * c->lead_bytes +
	       (piece - lead) * c->piece_bytes;
}

uint64_t cuts_hi(const struct cuts *c, uint64_t piece)
{
	uint64_t hi = cuts_lo(c, piece + 1);

	return hi < c->size ? hi : c->size;
}

/* cuts_parts() - what the lead reads of CUTS_PARTS */
static uint64_t cuts_parts(unsigned threads)
{
	return threads < CUTS_PARTS ? CUTS_PARTS + 1 - threads : 1;
}

/* cuts_piece() - as many for each thread; before the first one of the lead
 * there is nothing to merge
 */
static uint64_t cuts_piece(uint64_t size, unsigned threads)
{
	uint64_t rounds = size / CUTS_PIECE_SUM + 1;
	uint64_t parts = rounds * (threads - 1) * CUTS_PARTS + CUTS_PARTS +
			 (rounds - 1) * cuts_parts(threads);
	uint64_t piece = size / parts * CUTS_PARTS + CUTS_PARTS;

	return piece < CUTS_PIECE_MIN ? CUTS_PIECE_MIN : piece;
}

void cuts_count(struct cuts *c)
{
	c->count = 0;
	while (cuts_lo(c, c->count) < c->size)
		c->count++;
}

void cuts_make(struct cuts *c, uint64_t base)
{
	c->base = base;
	c->piece_bytes = cuts_piece(c->size - base, c->threads);
	c->lead_bytes = c->piece_bytes / CUTS_PARTS * cuts_parts(c->threads);
	c->first_bytes = c->piece_bytes;
	cuts_count(c);
}

bool cuts_make_one(struct cuts *c)
{
	if (c->threads != 2 || c->size < 2 * CUTS_PIECE_MIN ||
	    c->size > CUTS_ONE_MAX)
		return false;
	c->base = 0;
	c->first_bytes = c->size / CUTS_ONE_ALL * CUTS_ONE;
	c->piece_bytes = c->lead_bytes = c->size;
	cuts_count(c);
	return true;
}
