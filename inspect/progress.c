/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.c - see progress.h */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"

#define PROGRESS_FIRST_NS 1000000000ULL
#define PROGRESS_EACH_NS  200000000ULL
#define PROGRESS_COLUMNS  80
#define PROGRESS_BAR_MAX  30

void progress_init(struct progress *p, bool is_wanted)
{
	*p = (struct progress) {
		.is_on = is_wanted && isatty(STDERR_FILENO),
		.start_ns = clock_ns(),
	};
	p->next_ns = p->start_ns + PROGRESS_FIRST_NS;
}

char *progress_scaled(char out[16], double n, const char *unit)
{
	static const char *const prefixes[] = { "", "k", "M", "G", "T", "P" };
	unsigned i = 0;

	while (n >= 999.5 && i + 1 < sizeof(prefixes) / sizeof(prefixes[0])) {
		n /= 1000;
		i++;
	}
	(void)snprintf(out, 16, "%.*f%s%s%s", i && n < 9.95 ? 1 : 0, n,
		       i || *unit ? " " : "", prefixes[i], unit);
	return out;
}

char *progress_format(char out[PROGRESS_LINE_MAX], unsigned columns,
		      uint64_t elapsed_ns, uint64_t done, uint64_t size,
		      uint64_t frames)
{
	double s = (double)elapsed_ns / 1e9;
	char bytes[16], all[16], rate[16], count[16], text[128];
	char bar[PROGRESS_BAR_MAX + 1] = "";
	unsigned width, full;
	uint64_t left;
	int n;

	if (s <= 0)
		s = 1e-9;
	/* a file may grow while it is read */
	if (size && done > size)
		done = size;
	(void)progress_scaled(bytes, (double)done, "B");
	(void)progress_scaled(rate, (double)done / s, "B/s");
	(void)progress_scaled(count, (double)frames / s, "");
	if (!size) {
		(void)snprintf(out, PROGRESS_LINE_MAX,
			       "%s read, %s, %s packets/s", bytes, rate, count);
		if (columns < PROGRESS_LINE_MAX)
			out[columns] = '\0';
		return out;
	}
	left = done ? (uint64_t)((double)(size - done) * s / (double)done) : 0;
	n = snprintf(text, sizeof(text),
		     "%3u%%  %s of %s  %s  %s packets/s  %u:%02u left",
		     (unsigned)((double)done * 100 / (double)size), bytes,
		     progress_scaled(all, (double)size, "B"), rate, count,
		     (unsigned)(left / 60 % 100000), (unsigned)(left % 60));
	width = columns > (unsigned)n + 6 ? columns - (unsigned)n - 3 : 0;
	if (width > PROGRESS_BAR_MAX)
		width = PROGRESS_BAR_MAX;
	full = (unsigned)((double)done * width / (double)size);
	memset(bar, '-', width);
	memset(bar, '#', full);
	bar[width] = '\0';
	if (width)
		(void)snprintf(out, PROGRESS_LINE_MAX, "[%s] %s", bar, text);
	else
		(void)snprintf(out, PROGRESS_LINE_MAX, "%s", text);
	if (columns < PROGRESS_LINE_MAX)
		out[columns] = '\0';
	return out;
}

static void progress_write(const char *text)
{
	/* nowhere is left to report a failing stderr to */
	(void)!write(STDERR_FILENO, text, strlen(text));
}

void progress_update(struct progress *p, uint64_t done, uint64_t size,
		     uint64_t frames)
{
	char line[PROGRESS_LINE_MAX], text[PROGRESS_LINE_MAX + 8];
	struct winsize ws;
	unsigned columns = PROGRESS_COLUMNS;
	uint64_t now;

	if (!p->is_on)
		return;
	now = clock_ns();
	if (now < p->next_ns)
		return;
	p->next_ns = now + PROGRESS_EACH_NS;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 1)
		columns = ws.ws_col;
	/* the last column would make some terminals wrap */
	(void)progress_format(line, columns - 1, now - p->start_ns, done, size,
			      frames);
	(void)snprintf(text, sizeof(text), "\r%s\033[K", line);
	progress_write(text);
	p->is_drawn = true;
}

void progress_end(struct progress *p)
{
	if (p->is_drawn)
		progress_write("\r\033[K");
	p->is_drawn = false;
	p->is_on = false;
}
