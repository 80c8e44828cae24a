/* SPDX-License-Identifier: BSD-2-Clause */
/* paint.h - text for people: words on lines that fit, colour where it helps */
#ifndef INSPECT_PAINT_H
#define INSPECT_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "check.h"

enum paint_when {
	PAINT_AUTO, /* on a terminal, unless NO_COLOR is set */
	PAINT_ALWAYS,
	PAINT_NEVER,
};

/* The same names in the same order for the command line; NULL-terminated. */
extern const char *const paint_when_names[];

enum paint_style {
	PAINT_PLAIN,
	PAINT_STRONG,
	PAINT_FAINT,
	PAINT_GOOD,
	PAINT_OPEN,
	PAINT_BAD,
	PAINT_MARK,
	PAINT_STYLES,
};

/* @width: columns that lines are broken to; 0: never
 * @column: where the next word begins
 */
struct paint {
	FILE *out;
	bool has_colour;
	unsigned width;
	unsigned column;
};

/* paint_init() - look at @out and the environment */
void paint_init(struct paint *p, FILE *out, enum paint_when when);

/* paint_verdict() - good, open or bad */
enum paint_style paint_verdict(enum verdict v);

/* paint_word() - two blanks and the word; the first of a line stands at its
 * begin. What does not fit goes to the next line, indented.
 */
void paint_word(struct paint *p, enum paint_style s, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* paint_end() - the line's end */
void paint_end(struct paint *p);

/* paint_item() - "LABEL: text" on a line of its own, @depth steps in; long text
 * goes on below its begin
 */
void paint_item(struct paint *p, unsigned depth, const char *label,
		enum paint_style s, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* paint_put() - @text as it is, coloured */
void paint_put(struct paint *p, enum paint_style s, const char *text);

/* paint_escape() - @len bytes as printable ASCII: others, quotes and
 * backslashes as \xHH. Cut to what @cap holds. Return: @out
 */
char *paint_escape(char *out, size_t cap, const uint8_t *p, size_t len);

#endif
