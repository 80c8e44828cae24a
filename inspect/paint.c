/* SPDX-License-Identifier: BSD-2-Clause */
/* paint.c - see paint.h */
#include "paint.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PAINT_TEXT_MAX	2048
#define PAINT_INDENT	4
#define PAINT_WIDTH_MIN 40

const char *const paint_when_names[] = { "auto", "always", "never", NULL };

static const char *const paint_code[PAINT_STYLES] = {
	[PAINT_PLAIN] = "",	   [PAINT_STRONG] = "\033[1m",
	[PAINT_FAINT] = "\033[2m", [PAINT_GOOD] = "\033[32m",
	[PAINT_OPEN] = "\033[33m", [PAINT_BAD] = "\033[1;31m",
	[PAINT_MARK] = "\033[7m",
};

static bool paint_wants_colour(FILE *out, enum paint_when when)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (when != PAINT_AUTO)
		return when == PAINT_ALWAYS;
	if (no && *no)
		return false;
	return isatty(fileno(out)) && term && strcmp(term, "dumb") != 0;
}

void paint_init(struct paint *p, FILE *out, enum paint_when when)
{
	struct winsize size;

	*p = (struct paint) {
		.out = out,
		.has_colour = paint_wants_colour(out, when),
	};
	if (fileno(out) >= 0 && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 &&
	    size.ws_col)
		p->width = size.ws_col > PAINT_WIDTH_MIN ? size.ws_col
							 : PAINT_WIDTH_MIN;
}

enum paint_style paint_verdict(enum verdict v)
{
	if (v == VERDICT_OK)
		return PAINT_GOOD;
	return check_is_open(v) ? PAINT_OPEN : PAINT_BAD;
}

void paint_put(struct paint *p, enum paint_style s, const char *text)
{
	bool is_on = p->has_colour && s != PAINT_PLAIN;

	(void)fprintf(p->out, "%s%s%s", is_on ? paint_code[s] : "", text,
		      is_on ? "\033[0m" : "");
}

void paint_word(struct paint *p, enum paint_style s, const char *fmt, ...)
{
	char text[PAINT_TEXT_MAX];
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	len = strlen(text);
	if (p->column && p->width && p->column + 2 + len > p->width) {
		(void)fprintf(p->out, "\n%*s", PAINT_INDENT, "");
		p->column = PAINT_INDENT;
	} else if (p->column) {
		(void)fputs("  ", p->out);
		p->column += 2;
	}
	paint_put(p, s, text);
	p->column += (unsigned)len;
}

void paint_end(struct paint *p)
{
	(void)fputc('\n', p->out);
	p->column = 0;
}

/* The part of @text, at most @room bytes, that ends before a blank. */
static size_t paint_fit(const char *text, size_t room)
{
	size_t len = strlen(text);
	size_t cut;

	if (len <= room)
		return len;
	for (cut = room; cut > 0; cut--)
		if (text[cut] == ' ')
			return cut;
	return room;
}

void paint_item(struct paint *p, unsigned depth, const char *label,
		enum paint_style s, const char *fmt, ...)
{
	char text[PAINT_TEXT_MAX];
	char part[PAINT_TEXT_MAX];
	const char *at = text;
	size_t room = sizeof(part) - 1;
	unsigned indent = depth * PAINT_INDENT;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)fprintf(p->out, "%*s%s%s", (int)indent, "", label,
		      *label && *text ? ": " : "");
	indent += *label ? (unsigned)strlen(label) + 2 : 0;
	if (p->width >= indent + PAINT_WIDTH_MIN / 2)
		room = p->width - indent;
	do {
		size_t len = paint_fit(at, room);

		memcpy(part, at, len);
		part[len] = '\0';
		if (at != text)
			(void)fprintf(p->out, "%*s", (int)indent, "");
		paint_put(p, s, part);
		(void)fputc('\n', p->out);
		at += len;
		at += strspn(at, " ");
	} while (*at);
}

char *paint_escape(char *out, size_t cap, const uint8_t *p, size_t len)
{
	size_t at = 0, i;

	for (i = 0; i < len && at + sizeof("\\xHH") <= cap; i++) {
		if (p[i] >= ' ' && p[i] <= '~' && p[i] != '\\' && p[i] != '"')
			out[at++] = (char)p[i];
		else
			at += (size_t)snprintf(out + at, cap - at, "\\x%02x",
					       p[i]);
	}
	out[at] = '\0';
	return out;
}
