/* SPDX-License-Identifier: BSD-2-Clause */
/* hexdump.c - see hexdump.h */
#include "hexdump.h"

#define HEXDUMP_LINE 16

static bool hexdump_is_marked(const struct hexdump_range *m, size_t i)
{
	return i >= m->lo && i < m->hi;
}

/* What stands before byte @i of a line of @n: "[" where marked bytes begin,
 * "]" where they end; @i may be @n.
 */
static char hexdump_edge(const struct hexdump_range *m, size_t at, size_t i,
			 size_t n)
{
	bool before = i > 0 && hexdump_is_marked(m, at + i - 1);
	bool here = i < n && hexdump_is_marked(m, at + i);

	if (before == here)
		return ' ';
	return here ? '[' : ']';
}

static void hexdump_digits(struct paint *p, const uint8_t *data, size_t at,
			   size_t n, const struct hexdump_range *m)
{
	char text[sizeof("00")];
	size_t i;

	for (i = 0; i < HEXDUMP_LINE; i++) {
		char edge = hexdump_edge(m, at, i, n);
		bool is_marked = i < n && hexdump_is_marked(m, at + i);

		(void)fputc(p->has_colour || i > n ? ' ' : edge, p->out);
		if (i < n)
			(void)snprintf(text, sizeof(text), "%02x",
				       data[at + i]);
		paint_put(p, is_marked ? PAINT_MARK : PAINT_PLAIN,
			  i < n ? text : "  ");
	}
	(void)fputc(p->has_colour ? ' '
		    : hexdump_edge(m, at, n, n) == ']' && n == HEXDUMP_LINE
			    ? ']'
			    : ' ',
		    p->out);
}

static void hexdump_ascii(struct paint *p, const uint8_t *data, size_t at,
			  size_t n, const struct hexdump_range *m)
{
	size_t i;

	for (i = 0; i < n; i++) {
		uint8_t b = data[at + i];
		char text[2] = { b >= ' ' && b <= '~' ? (char)b : '.', '\0' };
		bool is_marked = hexdump_is_marked(m, at + i);

		paint_put(p, is_marked ? PAINT_MARK : PAINT_PLAIN, text);
	}
}

void hexdump_put(struct paint *p, const uint8_t *data, size_t len,
		 const struct hexdump_range *mark)
{
	size_t at;

	for (at = 0; at < len; at += HEXDUMP_LINE) {
		size_t n = len - at < HEXDUMP_LINE ? len - at : HEXDUMP_LINE;

		(void)fprintf(p->out, "    %04zx ", at);
		hexdump_digits(p, data, at, n, mark);
		(void)fputs(" |", p->out);
		hexdump_ascii(p, data, at, n, mark);
		(void)fputs("|\n", p->out);
	}
}
