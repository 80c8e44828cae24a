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

/* pool_new() - @max flows, at least 1; @t is borrowed. Return: 0 or -ENOMEM */
int pool_new(const struct table *t, uint32_t max, struct pool **ret);

/* pool_free() - the flows are the caller's to end before */
void pool_free(struct pool *p);

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

/* pool_pack() - @fl packed, in memory of its own to be given to free().
 * What the flow holds stays held by what is packed.
 */
uint8_t *pool_pack(struct pool *p, const struct flow *fl);

/* pool_unpack() - the inverse; @packed is freed */
void pool_unpack(uint8_t *packed, struct flow *ret);

#endif
