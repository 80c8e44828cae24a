/* SPDX-License-Identifier: BSD-2-Clause */
/* bulk.h - a plain capture file into the engine, by several threads.
 *
 * Theory of operation
 *
 * The file is mapped and cut into pieces. The calling thread, which leads, has
 * the engine and goes through the pieces in their order. The other threads take
 * pieces that lie ahead, find where records begin in them (capfile_find()), and
 * account each in an engine of its own, which does not know what stands before
 * it: a trial (trial.h). When the lead comes to a piece that was tried, it lets
 * its engine take over what the trial found (engine_merge()); a piece that
 * nobody has taken it reads itself. If the piece is being tried just then, the
 * trial ends where it is, and the lead reads the rest.
 *
 * The engine then stands where it would stand if it had accounted all frames in
 * the order of the file, so that what is told does not depend on the number of
 * threads. A trial that began at another record than where the lead arrives, or
 * whose frames cannot be accounted without those before them, is given up, and
 * the lead reads its piece; so it does with the rest of one that stopped early.
 *
 * If nobody cares for the order of flows (engine_can_join()), what begins in
 * the last piece need not be taken over: its engine keeps those flows, and only
 * what goes on from before is the lead's. Then there is but one cut, if the
 * file is not too long, and nothing is read behind it.
 *
 * A file that becomes shorter while it is mapped reads as zeroes from there on,
 * which is where it is damaged then.
 */
#ifndef INSPECT_BULK_H
#define INSPECT_BULK_H

#include "capfile.h"
#include "engine.h"

#define BULK_BLOCK_BYTES (1U << 20)
#define BULK_THREADS_MAX 16U
#define BULK_BLOCK_MIN	 64U

/* @tried:  pieces, by threads that did not know what stands before
 * @merged: of those, @given_up: the others; the rest was not needed
 * @joined: of those merged, the last one, as it is (engine_join())
 * @frames: that were in trials which were merged
 */
struct bulk_stat {
	uint64_t tried;
	uint64_t merged;
	uint64_t given_up;
	uint64_t joined;
	uint64_t frames;
};

/* @fd:     a regular file of @size bytes
 * @block_bytes: read at once, at least BULK_BLOCK_MIN
 * @piece_bytes: of a piece; 0: as fits the file and @threads
 * @first_bytes: of the first piece; 0: as the others
 * @lead_bytes: of the others that the calling thread is to read, with
 *	    @piece_bytes; 0: as the others
 * @whole_items: for tests: see trial_new(); 0: as always
 * @is_tried: for tests: every piece but the first is tried, by one thread too
 * @tick:   called after each block, by the calling thread, with what was read
 *	    so far; true ends it. May be NULL
 */
struct bulk_spec {
	int fd;
	uint64_t size;
	unsigned threads;
	uint32_t block_bytes;
	uint64_t piece_bytes;
	uint64_t first_bytes;
	uint64_t lead_bytes;
	uint32_t whole_items;
	bool is_tried;
	bool (*tick)(void *ctx, uint64_t done, uint64_t frames);
	void *ctx;
};

/* bulk_run() - @cf: fresh. On return it stands where one has to go on: at the
 * end, where @tick ended it, or before what is damaged or out of the ordinary.
 * @ret_stat: may be NULL
 * Return: 0; -errno if the file cannot be read so, and nothing was
 */
int bulk_run(const struct bulk_spec *spec, struct engine *en,
	     struct capfile *cf, struct bulk_stat *ret_stat);

#endif
