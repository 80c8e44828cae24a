/* SPDX-License-Identifier: BSD-2-Clause */
/* toa_table.h - what was captured of connections that are being made.
 *
 * A fixed number of entries, used in turns: a newer one takes the place of the
 * oldest. A SYN makes an entry; what comes later of the same connection is
 * added to it as long as its sequence number says that it is the first after
 * the SYN, so that nobody who cannot see the connection can add to it.
 */
#ifndef ORIGIN_TOA_TABLE_H
#define ORIGIN_TOA_TABLE_H

#include "toa_judge.h"

/* @isn:  of the peer's SYN
 * @lost: the capture's losses when the SYN was seen
 * @next: of the hash chain
 */
struct toa_entry {
	struct endpoint peer;
	struct endpoint local;
	uint32_t isn;
	uint32_t next;
	bool is_used;
	uint64_t lost;
	struct toa_finding finding;
};

/* @evicted: entries that a newer one replaced before they were asked for */
struct toa_table {
	struct toa_entry *entries;
	uint32_t *buckets;
	uint32_t max;
	uint32_t mask;
	uint32_t turn;
	uint64_t seed;
	uint64_t evicted;
};

/* toa_table_init() - @max: 1 .. 2^24. @seed: see pair.h. Return: 0, -ENOMEM */
int toa_table_init(struct toa_table *t, uint32_t max, uint64_t seed);
void toa_table_fini(struct toa_table *t);

/* toa_table_find() - @isn: NULL: unknown, the newest connection counts */
struct toa_entry *toa_table_find(const struct toa_table *t,
				 const struct endpoint *peer,
				 const struct endpoint *local,
				 const uint32_t *isn);

/* toa_table_put() - a segment towards us and what its options say.
 * @lost: the capture's losses so far
 */
void toa_table_put(struct toa_table *t, const struct toa_segment *seg,
		   const struct toa_finding *f, uint64_t lost);

/* toa_table_drop() - the connection needs it no longer */
void toa_table_drop(struct toa_table *t, struct toa_entry *e);

#endif
