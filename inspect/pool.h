/* SPDX-License-Identifier: BSD-2-Clause */
/* pool.h - the flows that are whole: a bounded number. When one more is wanted,
 * one that was not looked at for long is packed (pack.h) and stays so until it
 * is needed.
 */
#ifndef INSPECT_POOL_H
#define INSPECT_POOL_H

#include "flow.h"
#include "table.h"

struct pool;

/* pool_new() - @max flows, at least 1. Return: 0 or -ENOMEM */
int pool_new(uint32_t max, struct pool **ret);

/* pool_limit() - to @max, 1 or more, or as many as it has had at once */
void pool_limit(struct pool *p, uint32_t max);

/* pool_free() - the flows are the caller's to end before */
void pool_free(struct pool *p);

/* pool_reset() - no flow is whole any more; what they held is the caller's */
void pool_reset(struct pool *p);

/* pool_add() - a zeroed flow for @e, which has none.
 * Return: NULL if there is no memory
 */
struct flow *pool_add(struct pool *p, struct entry *e);

/* pool_wake() - the flow of @e, whole.
 * Return: NULL if there is no memory; @e is as it was
 */
struct flow *pool_wake(struct pool *p, struct entry *e);

/* pool_drop() - @e has no flow from now on; what the flow held is the caller's
 */
void pool_drop(struct pool *p, struct entry *e);

/* pool_pack() - @fl in few bytes, to be given to free(): headers and options
 * are moved into them, all else that the flow holds stays held by them.
 * @e: its entry, if that lives as long: what stands there is left out; or NULL
 * Return: NULL if there is no memory; @fl is as it was
 */
uint8_t *pool_pack(struct flow *fl, const struct entry *e);

/* pool_unpack() - the inverse; @packed is freed. If there is no memory for its
 * headers or options, @ret has none, and says so (@is_starved).
 */
void pool_unpack(uint8_t *packed, const struct entry *e, struct flow *ret);

/* What a copy borrows. */
struct pool_loan {
	struct option option[FLOW_SIDES][OPTION_MAX];
};

/* pool_peek() - a copy to look at; headers are borrowed from @packed, options
 * from @loan
 */
void pool_peek(uint8_t *packed, const struct entry *e, struct pool_loan *loan,
	       struct flow *ret);

/* pool_first_frame() - of the flow of @e, which has one */
uint64_t pool_first_frame(const struct entry *e);

#endif
