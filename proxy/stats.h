/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.h - counters: one writer each, read by any thread */
#ifndef PROXY_STATS_H
#define PROXY_STATS_H

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

#include "base/json.h"

enum stat_id {
#define STAT(id, name, help) STAT_##id,
#include "stats.def"
#undef STAT
	STAT_COUNT,
};

struct stats {
	_Atomic uint64_t c[STAT_COUNT];
};

/* stat_add() - by the owning thread only: a plain load and store */
static inline void stat_add(struct stats *s, enum stat_id id, uint64_t n)
{
	uint64_t v = atomic_load_explicit(&s->c[id], memory_order_relaxed);

	atomic_store_explicit(&s->c[id], v + n, memory_order_relaxed);
}

/* stats_sum() - add @from to @ret_sum[STAT_COUNT] */
void stats_sum(const struct stats *from, uint64_t ret_sum[STAT_COUNT]);

/* stats_prometheus() - each counter as tp_proxy_NAME_total */
void stats_prometheus(FILE *out, const uint64_t sum[STAT_COUNT]);

/* stats_json() - members of the open object of @j */
void stats_json(struct json *j, const uint64_t sum[STAT_COUNT]);

#endif
