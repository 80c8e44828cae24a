/* SPDX-License-Identifier: BSD-2-Clause */
/* html_plot.h - plots as SVG, drawn by gnuplot if there is one */
#ifndef INSPECT_HTML_PLOT_H
#define INSPECT_HTML_PLOT_H

#include <stddef.h>

#include "summary.h"

/* What gnuplot may take to draw one. */
#define HTML_PLOT_MS	5000
#define HTML_PLOT_BYTES (4U << 20)

/* html_plot_flows(), html_plot_delays() - an svg element to stand in a page.
 * Return: it, to be freed; NULL if there is no gnuplot, or it failed, or there
 * is nothing to draw
 */
char *html_plot_flows(const struct summary *s);
char *html_plot_delays(const struct summary *s);

/* html_plot_has() - is there a gnuplot? */
bool html_plot_has(void);

/* html_plot_clean() - leave of gnuplot's output the svg element, without what a
 * page has no use for. Return: in @svg; NULL if it is none
 */
char *html_plot_clean(char *svg);

#endif
