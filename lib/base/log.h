/* SPDX-License-Identifier: BSD-2-Clause */
/* log.h - messages for people, on stderr, one line each.
 *
 * What a terminal would obey, a line break among it, becomes \xHH: names of
 * files may be anything.
 *
 * Only the layer that decides what a failure means calls these; libraries
 * return errors. Thread-safe: a line is one write(2).
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* log_init() - @prog: borrowed, printed before each line */
void log_init(const char *prog, enum log_level level);
enum log_level log_level(void);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
