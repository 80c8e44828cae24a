/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.h - the two clocks, and wall time as text */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_MS 1000000ULL
#define MS_PER_S  1000U
/* signed, as the times of captures are */
#define NS_PER_S 1000000000LL

/* CLOCK_MONOTONIC */
uint64_t clock_ns(void);
uint64_t clock_ms(void);

/* clock_timespec() - @ns, a time or a duration, as system calls take it */
struct timespec clock_timespec(uint64_t ns);

/* CLOCK_REALTIME, milliseconds since 1970 */
uint64_t clock_wall_ms(void);

/* "2026-11-22T19:20:06.123Z" and the NUL */
#define CLOCK_TEXT_MAX 32

/* clock_format_utc() - RFC 3339 with milliseconds. Returns @out. */
char *clock_format_utc(uint64_t wall_ms, char out[CLOCK_TEXT_MAX]);

#endif
