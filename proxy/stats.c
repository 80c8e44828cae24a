/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.c - see stats.h */
#include "stats.h"

void stats_sum(const struct stats *from, uint64_t ret_sum[STAT_COUNT])
{
	int i;

	for (i = 0; i < STAT_COUNT; i++)
		ret_sum[i] +=
			atomic_load_explicit(&from->c[i], memory_order_relaxed);
}

void stats_json(struct json *j, const uint64_t sum[STAT_COUNT])
{
	static const char *const names[STAT_COUNT] = {
#define STAT(id, name, help) [STAT_##id] = (name),
#include "stats.def"
#undef STAT
	};
	int i;

	for (i = 0; i < STAT_COUNT; i++)
		json_u64(j, names[i], sum[i]);
}
