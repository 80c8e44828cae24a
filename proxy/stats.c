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

static const struct stat_info {
	const char *name;
	const char *help;
} infos[STAT_COUNT] = {
#define STAT(id, name, help) [STAT_##id] = { (name), (help) },
#include "stats.def"
#undef STAT
};

void stats_json(struct json *j, const uint64_t sum[STAT_COUNT])
{
	int i;

	for (i = 0; i < STAT_COUNT; i++)
		json_u64(j, infos[i].name, sum[i]);
}

void stats_prometheus(FILE *out, const uint64_t sum[STAT_COUNT])
{
	int i;

	for (i = 0; i < STAT_COUNT; i++)
		fprintf(out,
			"# HELP tp_proxy_%s_total %s\n"
			"# TYPE tp_proxy_%s_total counter\n"
			"tp_proxy_%s_total %llu\n",
			infos[i].name, infos[i].help, infos[i].name,
			infos[i].name, (unsigned long long)sum[i]);
}
