/* SPDX-License-Identifier: BSD-2-Clause */
/* reasm.h - the first bytes of a stream out of segments in any order.
 *
 * A window over stream offsets 0..@limit. Segments are copied to their place;
 * of bytes that come twice the first copy stays, as most receivers have it.
 * Memory is taken only when a segment is put, and counted in a budget that all
 * streams share.
 */
#ifndef INSPECT_REASM_H
#define INSPECT_REASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* holes a window may have at once */
#define REASM_RUN_MAX 8

/* @refused: times that a stream did not get memory */
struct budget {
	uint64_t used_bytes;
	uint64_t max_bytes;
	uint64_t refused;
};

/* budget_alloc() - NULL, counted, if the budget or the heap is exhausted */
void *budget_alloc(struct budget *b, size_t len);
void budget_free(struct budget *b, void *p, size_t len);

/* @run: received bytes [lo, hi), ascending, never touching each other
 * @has_contrary: a byte came again with another value, the first at
 *	 @contrary_off
 */
struct reasm {
	uint8_t *buf;
	uint32_t cap;
	uint32_t run_count;
	bool has_contrary;
	uint32_t contrary_off;
	struct reasm_run {
		uint32_t lo;
		uint32_t hi;
	} run[REASM_RUN_MAX];
};

/* reasm_put() - a segment at stream offset @off. What lies past @limit is
 * dropped silently.
 * Return: 0; -ENOBUFS if it would make a hole too many; -ENOMEM
 */
int reasm_put(struct reasm *r, struct budget *b, uint32_t limit, uint32_t off,
	      const uint8_t *data, uint32_t len);

/* reasm_ready() - bytes at @r->buf + @off without a hole */
uint32_t reasm_ready(const struct reasm *r, uint32_t off);

void reasm_fini(struct reasm *r, struct budget *b);

#endif
