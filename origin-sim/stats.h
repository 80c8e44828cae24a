/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.h - what tp-origin counts, and the summary line */
#ifndef ORIGIN_STATS_H
#define ORIGIN_STATS_H

#include <stdint.h>

#include "header.h"
#include "wire/anomaly.h"

/* @tcp_refused_limit: above --max-conns; @tcp_refused_fds: the descriptors ran
 *		      out first
 * @refused:	      by anomaly, both transports
 * @headers:	      taken, by enum header_kind; HEADER_NONE: served without
 * @ignored:	      TCP options that were passed over, by anomaly
 * @toa_packets:      captured; @toa_packets_cut: not whole; @toa_packets_lost:
 *		      the ring was full; @toa_evicted: connections forgotten
 */
struct origin_stats {
	uint64_t tcp_accepted;
	uint64_t tcp_open;
	uint64_t tcp_open_max;
	uint64_t tcp_refused_limit;
	uint64_t tcp_refused_fds;
	uint64_t tcp_resets;
	uint64_t tcp_idle;
	uint64_t tcp_bytes_in;
	uint64_t tcp_bytes_out;
	uint64_t udp_dgrams_in;
	uint64_t udp_dgrams_out;
	uint64_t udp_bytes_in;
	uint64_t udp_bytes_out;
	uint64_t udp_sessions;
	uint64_t udp_sessions_open;
	uint64_t udp_expired;
	uint64_t udp_replaced;
	uint64_t udp_refused_limit;
	uint64_t udp_replies_lost;
	uint64_t log_suppressed;
	uint64_t no_memory;
	uint64_t toa_packets;
	uint64_t toa_packets_cut;
	uint64_t toa_packets_lost;
	uint64_t toa_evicted;
	uint64_t headers[HEADER_KINDS];
	uint64_t refused[ANOMALY_COUNT];
	uint64_t ignored[ANOMALY_COUNT];
};

/* Bytes that hold any summary line. */
#define STATS_LINE_MAX 8192

/* stats_line() - one JSON object and a line feed; only anomalies that happened
 * are listed.
 * @buf: STATS_LINE_MAX bytes; a NUL is added
 */
void stats_line(const struct origin_stats *s, uint64_t log_lost,
		char buf[STATS_LINE_MAX]);

#endif
