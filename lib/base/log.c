/* SPDX-License-Identifier: BSD-2-Clause */
/* log.c - see log.h */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"

#define LOG_LINE_MAX 1024

static const char *log_prog = "truepeer";
static enum log_level log_max = LOG_LEVEL_INFO;

void log_init(const char *prog, enum log_level level)
{
	log_prog = prog;
	log_max = level;
}

enum log_level log_level(void)
{
	return log_max;
}

__attribute__((format(printf, 2, 0))) static void
log_line(enum log_level level, const char *fmt, va_list ap)
{
	static const char *const names[] = { "error: ", "warning: ", "",
					     "debug: " };
	char line[LOG_LINE_MAX];
	size_t n;

	if (level > log_max)
		return;
	n = (size_t)snprintf(line, sizeof(line) - 1, "%s: %s", log_prog,
			     names[level]);
	/* names of files and interfaces may be anything */
	n += str_vmessage(line + n, sizeof(line) - n, fmt, ap);
	line[n] = '\n';
	/* nowhere is left to report a failing stderr to */
	(void)!write(STDERR_FILENO, line, n + 1);
}

#define LOG_FUNCTION(name, level)         \
	void name(const char *fmt, ...)   \
	{                                 \
		va_list ap;               \
                                          \
		va_start(ap, fmt);        \
		log_line(level, fmt, ap); \
		va_end(ap);               \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
