/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.c - see clock.h */
#include "base/clock.h"

#include <stdio.h>

static uint64_t clock_read_ns(clockid_t id)
{
	struct timespec ts;

	(void)clock_gettime(id, &ts); /* cannot fail with these ids */
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t clock_ns(void)
{
	return clock_read_ns(CLOCK_MONOTONIC);
}

uint64_t clock_ms(void)
{
	return clock_ns() / NS_PER_MS;
}

struct timespec clock_timespec(uint64_t ns)
{
	return (struct timespec) {
		.tv_sec = (time_t)(ns / NS_PER_S),
		.tv_nsec = (long)(ns % NS_PER_S),
	};
}

uint64_t clock_wall_ms(void)
{
	return clock_read_ns(CLOCK_REALTIME) / NS_PER_MS;
}

char *clock_format_utc(uint64_t wall_ms, char out[CLOCK_TEXT_MAX])
{
	time_t s = (time_t)(wall_ms / MS_PER_S);
	struct tm tm;
	size_t n;

	if (!gmtime_r(&s, &tm)) {
		out[0] = '\0';
		return out;
	}
	n = strftime(out, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(out + n, CLOCK_TEXT_MAX - n, ".%03uZ",
		       (unsigned)(wall_ms % MS_PER_S));
	return out;
}
