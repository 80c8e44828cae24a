/* SPDX-License-Identifier: BSD-2-Clause */
/* bulk.h - a plain capture file into the engine, by several threads.
 *
 * Theory of operation
 *
 * The file is mapped and cut into blocks. A thread takes the next block, finds
 * where records begin in it (capfile_find()), and reads frames and digests
 * (fast.h) out of it; only that is done by several threads at once. What they
 * have read the calling thread hands to the engine, block by block. So the
 * engine sees the frames of the file in their order, whatever the number of
 * threads, it needs no lock, and the flows stay in the cache of one processor.
 * While the next block is not ready the calling thread reads one, too. At most
 * BULK_SLOTS blocks are under way: the others wait until it has caught up.
 *
 * Where records begin in the middle of a file is a guess. The calling thread
 * knows where the block before ended, and what was read counts only if it began
 * there; if not, or where the file describes interfaces, the block is read
 * again, by the one parser that has seen all before it.
 *
 * A record's place is told by the one before it, and it is seldom in the cache:
 * the walk would wait for memory at each. So a block is walked in several lanes
 * at once, one record each by turns, and what the next round needs is fetched
 * ahead.
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
/* blocks under way, if there are threads for them */
#define BULK_SLOTS(threads) ((threads) > 1 ? (threads) + 2 : 1)
#define BULK_BLOCK_MIN	    64U

/* @fd:     a regular file of @size bytes
 * @block_bytes: at least BULK_BLOCK_MIN
 * @tick:   called after each block, by the calling thread, with what was read
 *	    so far; true ends it. May be NULL
 */
struct bulk_spec {
	int fd;
	uint64_t size;
	unsigned threads;
	uint32_t block_bytes;
	bool (*tick)(void *ctx, uint64_t done, uint64_t frames);
	void *ctx;
};

/* bulk_run() - @cf: fresh. On return it stands where one has to go on: at the
 * end, where @tick ended it, or before what is damaged or out of the ordinary.
 * Return: 0; -errno if the file cannot be read so, and nothing was
 */
int bulk_run(const struct bulk_spec *spec, struct engine *en,
	     struct capfile *cf);

#endif
