/* SPDX-License-Identifier: BSD-2-Clause */
/* cuts.h - where a file is cut into pieces that several threads read (bulk.h).
 * The threads take turns; the first piece is the lead's.
 */
#ifndef INSPECT_CUTS_H
#define INSPECT_CUTS_H

#include <stdbool.h>
#include <stdint.h>

/* @base:  where the first piece begins
 * @piece_bytes: of a piece; the lead's, of which the first has @first_bytes,
 *	    have @lead_bytes
 */
struct cuts {
	uint64_t size;
	unsigned threads;
	uint64_t base;
	uint64_t first_bytes;
	uint64_t piece_bytes;
	uint64_t lead_bytes;
	uint64_t count;
};

/* cuts_lo(), cuts_hi() - where a piece begins and ends */
uint64_t cuts_lo(const struct cuts *c, uint64_t piece);
uint64_t cuts_hi(const struct cuts *c, uint64_t piece);

/* cuts_make() - as fits what stands from @base on. Of @c, @size and @threads
 * are set
 */
void cuts_make(struct cuts *c, uint64_t base);

/* cuts_make_one() - one, about in the middle. Return: false, and @c is as it
 * was, if the file is too small or too large for that, or @threads are not two
 */
bool cuts_make_one(struct cuts *c);

/* cuts_count() - count the pieces again: their sizes were changed */
void cuts_count(struct cuts *c);

#endif
