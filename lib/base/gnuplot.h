/* SPDX-License-Identifier: BSD-2-Clause */
/* gnuplot.h - run gnuplot on a script of ours */
#ifndef BASE_GNUPLOT_H
#define BASE_GNUPLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* gnuplot_has() - is it on the path? */
bool gnuplot_has(void);

/* gnuplot_draw() - what gnuplot prints for a script, an SVG for instance.
 * @script: of open_memstream() into *@text; both are closed and freed
 * @limit_ms, @limit_bytes: it is killed when it takes longer or prints more
 * Return: NUL-terminated, to be freed; NULL if anything failed
 */
char *gnuplot_draw(FILE *script, char **text, size_t *len, uint64_t limit_ms,
		   size_t limit_bytes);

#endif
