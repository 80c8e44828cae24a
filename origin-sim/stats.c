/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.c - see stats.h */
#include "stats.h"

#include <stddef.h>
#include <string.h>

#include "base/json.h"
#include "wire/wire.h"

/* Name and place of each plain counter. */
static const struct {
	const char *name;
	size_t off;
} stats_fields[] = {
#define STATS_FIELD(name)                                  \
	{                                                  \
#name, offsetof(struct origin_stats, name) \
	}
	STATS_FIELD(tcp_accepted),	STATS_FIELD(tcp_open),
	STATS_FIELD(tcp_open_max),	STATS_FIELD(tcp_refused_limit),
	STATS_FIELD(tcp_refused_fds),	STATS_FIELD(tcp_resets),
	STATS_FIELD(tcp_idle),		STATS_FIELD(tcp_bytes_in),
	STATS_FIELD(tcp_bytes_out),	STATS_FIELD(udp_dgrams_in),
	STATS_FIELD(udp_dgrams_out),	STATS_FIELD(udp_bytes_in),
	STATS_FIELD(udp_bytes_out),	STATS_FIELD(udp_sessions),
	STATS_FIELD(udp_sessions_open), STATS_FIELD(udp_expired),
	STATS_FIELD(udp_replaced),	STATS_FIELD(udp_refused_limit),
	STATS_FIELD(udp_replies_lost),	STATS_FIELD(log_suppressed),
	STATS_FIELD(no_memory),		STATS_FIELD(toa_packets),
	STATS_FIELD(toa_packets_cut),	STATS_FIELD(toa_packets_lost),
	STATS_FIELD(toa_evicted),
#undef STATS_FIELD
};

static void stats_anomalies(struct json *j, const char *key,
			    const uint64_t counts[ANOMALY_COUNT])
{
	size_t i;

	json_begin(j, key, '{');
	for (i = 0; i < ANOMALY_COUNT; i++)
		if (counts[i])
			json_u64(j, anomaly_slug((enum anomaly)i), counts[i]);
	json_end(j);
}

void stats_line(const struct origin_stats *s, uint64_t log_lost,
		char buf[STATS_LINE_MAX])
{
	const char *line;
	struct json j;
	size_t i;

	json_open(&j, buf, STATS_LINE_MAX, "summary");
	for (i = 0; i < ARRAY_SIZE(stats_fields); i++) {
		uint64_t v;

		memcpy(&v, (const char *)s + stats_fields[i].off, sizeof(v));
		json_u64(&j, stats_fields[i].name, v);
	}
	json_u64(&j, "log_lost", log_lost);
	json_begin(&j, "headers", '{');
	for (i = 0; i < ARRAY_SIZE(s->headers); i++)
		json_u64(&j, header_kind_name((enum header_kind)i),
			 s->headers[i]);
	json_end(&j);
	stats_anomalies(&j, "refused", s->refused);
	stats_anomalies(&j, "ignored", s->ignored);
	json_end(&j);
	line = json_line(&j, NULL);
	ASSERT(line);
}
