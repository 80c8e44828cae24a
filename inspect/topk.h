/* SPDX-License-Identifier: BSD-2-Clause */
/* topk.h - the most frequent of any number of addresses in fixed memory.
 *
 * Up to TOPK_EXACT addresses are counted one by one, and it does not matter in
 * which order they come. If there are more, the TOPK_SLOTS most frequent stay,
 * and the space-saving algorithm goes on (Metwally, Agrawal, El Abbadi 2005):
 * when there is no slot for a new address it takes over that of the rarest, and
 * inherits its count as its possible error. Every one that makes up more than
 * 1/TOPK_SLOTS of all is there at the end.
 */
#ifndef INSPECT_TOPK_H
#define INSPECT_TOPK_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

#define TOPK_EXACT 65535
#define TOPK_SLOTS 1024
/* hash buckets */
#define TOPK_BUCKETS 65536

/* @count: at most @error too many
 * @value: added up by the caller, since the slot was taken
 * @next:  in the bucket, plus one
 */
struct topk_slot {
	uint64_t count;
	uint64_t error;
	uint64_t value;
	struct ip_addr key;
	uint16_t next;
};

/* Zeroed, it is empty.
 * @is_full: there were more than TOPK_EXACT
 * @bucket: its first slot, plus one
 * @heap:  the rarest first, if @is_full
 * @place: where slots stand in it; one that counts more moves others
 */
struct topk {
	uint16_t used;
	bool is_full;
	uint16_t bucket[TOPK_BUCKETS];
	struct topk_node {
		uint64_t count; /* that of @slot */
		uint16_t slot;
	} heap[TOPK_SLOTS];
	uint16_t place[TOPK_SLOTS];
	struct topk_slot slot[TOPK_EXACT];
};

/* topk_add() - count @key.
 * Return: its slot, valid until the next call
 */
struct topk_slot *topk_add(struct topk *t, const struct ip_addr *key);

/* topk_can_add() - are @n more addresses counted one by one? */
bool topk_can_add(const struct topk *t, uint64_t n);

/* topk_merge() - as if what @by was given had been given to @t; neither
 * @is_full, nor will @t be
 */
void topk_merge(struct topk *t, const struct topk *by);

/* topk_best() - up to @max slots, the most frequent first, equal ones by key.
 * Return: how many
 */
unsigned topk_best(const struct topk *t, const struct topk_slot **ret,
		   unsigned max);

#endif
