/* SPDX-License-Identifier: BSD-2-Clause */
/* pagein.h - how the pages of a mapped file are brought in.
 *
 * The kernel can be asked for all of a block (MADV_POPULATE_READ), which costs
 * a look at each page; or a byte is touched here and there, around which the
 * kernel maps what it has (fault-around), and each touch costs a fault. Which
 * takes less differs between processors: a reader tries both on its first
 * blocks, and goes on with the one whose best block was faster.
 */
#ifndef INSPECT_PAGEIN_H
#define INSPECT_PAGEIN_H

#include <stdbool.h>
#include <stdint.h>

#define PAGEIN_TRIALS	 4U	      /* blocks each way */
#define PAGEIN_BYTES_MIN (256U << 10) /* a block that tells anything */

enum pagein_way {
	PAGEIN_ASK,
	PAGEIN_TOUCH,
	PAGEIN_WAYS,
};

/* All zero before the first block.
 * @best_ns: of a MiB; 0: not tried
 * @n:	     blocks that were timed; the first one is not counted for either, as
 *	     the file's begin is there already
 * @is_refused: see pagein_refuse()
 */
struct pagein {
	uint64_t best_ns[PAGEIN_WAYS];
	uint32_t n;
	bool is_refused;
};

/* pagein_way() - for the next block */
enum pagein_way pagein_way(const struct pagein *p);

/* pagein_is_settled() - it stays with that way: no more times are wanted */
bool pagein_is_settled(const struct pagein *p);

/* pagein_took() - @bytes, brought in as pagein_way() said, took @ns */
void pagein_took(struct pagein *p, uint64_t bytes, uint64_t ns);

/* pagein_refuse() - touching brought in no more than what was touched */
void pagein_refuse(struct pagein *p);

#endif
