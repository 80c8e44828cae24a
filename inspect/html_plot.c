/* SPDX-License-Identifier: BSD-2-Clause */
/* html_plot.c - see html_plot.h */
#include "html_plot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/gnuplot.h"

/* Bars of the delays: so many a factor of ten. */
#define PLOT_PER_DECADE 5U
#define PLOT_DECADES	8U /* 1 us to 100 s */
#define PLOT_TICS	6

/* At least 3:1 on the light page and on the dark one. */
static const char *const plot_colour[VERDICTS] = {
	[VERDICT_OK] = "#2e9e5b",	    [VERDICT_MISSING] = "#d1495b",
	[VERDICT_MISMATCH] = "#c24aa8",	    [VERDICT_MALFORMED] = "#e36414",
	[VERDICT_SPLIT] = "#3d7ea6",	    [VERDICT_DUPLICATE] = "#8f6ed5",
	[VERDICT_LATE] = "#a8871a",	    [VERDICT_REPEATED] = "#b06a3b",
	[VERDICT_UNTRUSTED] = "#e0529c",    [VERDICT_BAD_CSUM] = "#7d8590",
	[VERDICT_TRUNCATED] = "#7f8a62",    [VERDICT_NO_HANDSHAKE] = "#538f8f",
	[VERDICT_INCONCLUSIVE] = "#85858f",
};

static const char plot_head[] =
	"set terminal svg size 600,320 dynamic font 'sans-serif,14'\n"
	"set style fill solid 1.0 noborder\n"
	"set border 3\n"
	"set tics nomirror\n"
	"set key outside top center horizontal\n"
	"set ylabel 'flows'\n"
	"set yrange [0:5<*]\n"; /* no parts of a flow */

bool html_plot_has(void)
{
	return gnuplot_has();
}

/* The script's picture, fit for a page; NULL if anything failed. */
static char *plot_draw(FILE *script, char **text, size_t *len)
{
	char *svg =
		gnuplot_draw(script, text, len, HTML_PLOT_MS, HTML_PLOT_BYTES);

	if (svg && !html_plot_clean(svg)) {
		free(svg);
		svg = NULL;
	}
	return svg;
}

/* A unit in which @ns is a number that people read. */
static const char *plot_unit(int64_t ns, double *ret_div)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {
		{ "hours", 3600e9 },
		{ "minutes", 60e9 },
		{ "seconds", 1e9 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		*ret_div = units[i].ns;
		if ((double)ns >= 3 * units[i].ns)
			return units[i].name;
	}
	*ret_div = 1e6;
	return "milliseconds";
}

/* 1, 2 or 5 times a power of ten, so that @span has at most PLOT_TICS of it */
static double plot_step(double span)
{
	static const double nice[] = { 1, 2, 5, 10 };
	double ten = 1e-6;
	size_t i = 0;

	while (span / (10 * ten) > PLOT_TICS)
		ten *= 10;
	while (span / (nice[i] * ten) > PLOT_TICS)
		i++;
	return nice[i] * ten;
}

static void plot_time_tics(FILE *f, const struct timeline *t)
{
	double div, span, step, at;
	const char *unit = plot_unit(t->width_ns * (int64_t)t->used, &div);
	unsigned i;

	span = (double)t->width_ns * t->used / div;
	step = plot_step(span);
	(void)fprintf(f, "set xlabel 'time since the first flow, %s'\n", unit);
	(void)fputs("set xtics (", f);
	for (i = 0; i <= PLOT_TICS; i++) {
		at = step * i;
		if (at <= span)
			(void)fprintf(f, "%s'%.4g' %.3f", i ? ", " : "", at,
				      at * div / (double)t->width_ns - 0.5);
	}
	(void)fputs(")\n", f);
}

static void plot_time_data(FILE *f, const struct timeline *t,
			   const bool has[VERDICTS])
{
	unsigned i, v;

	(void)fputs("$flows << END\n", f);
	for (i = 0; i < t->used; i++) {
		for (v = 0; v < VERDICTS; v++)
			if (has[v])
				(void)fprintf(f, "%" PRIu64 " ", t->bin[i][v]);
		(void)fputc('\n', f);
	}
	(void)fputs("END\n", f);
}

char *html_plot_flows(const struct summary *s)
{
	const struct timeline *t = &s->timeline;
	bool has[VERDICTS];
	const char *sep = "plot ";
	unsigned v, column = 0;
	char *script = NULL;
	size_t len;
	FILE *f;

	if (!t->used)
		return NULL;
	f = open_memstream(&script, &len);
	if (!f)
		return NULL;
	for (v = 0; v < VERDICTS; v++)
		has[v] = s->verdict[v] != 0;
	(void)fputs(plot_head, f);
	(void)fputs("set style data histograms\n"
		    "set style histogram rowstacked\n"
		    "set boxwidth 0.9 relative\n",
		    f);
	(void)fprintf(f, "set xrange [-0.6:%u.6]\n", t->used - 1);
	plot_time_tics(f, t);
	plot_time_data(f, t, has);
	for (v = 0; v < VERDICTS; v++) {
		if (!has[v])
			continue;
		(void)fprintf(f, "%s$flows using %u title '%s' lc rgb '%s'",
			      sep, ++column, verdict_name((enum verdict)v),
			      plot_colour[v]);
		sep = ", ";
	}
	(void)fputc('\n', f);
	return plot_draw(f, &script, &len);
}

/* Which bar @us belongs to. */
static unsigned plot_bar(uint64_t us)
{
	static const double step[PLOT_PER_DECADE - 1] = { 1.584893, 2.511886,
							  3.981072, 6.309573 };
	double rest = (double)us;
	unsigned bar = 0, k;

	while (rest >= 10 && bar < (PLOT_DECADES - 1) * PLOT_PER_DECADE) {
		rest /= 10;
		bar += PLOT_PER_DECADE;
	}
	for (k = 0; k < PLOT_PER_DECADE - 1 && rest >= step[k]; k++)
		bar++;
	return bar;
}

static void plot_delay_data(FILE *f, const char *name, const struct hist *h)
{
	uint64_t bar[PLOT_DECADES * PLOT_PER_DECADE] = { 0 };
	size_t i;

	for (i = 0; i < HIST_BUCKETS; i++)
		bar[plot_bar(hist_bucket_value(i))] += h->buckets[i];
	(void)fprintf(f, "$%s << END\n", name);
	for (i = 0; i < ARRAY_SIZE(bar); i++)
		(void)fprintf(f, "%zu.5 %" PRIu64 "\n", i, bar[i]);
	(void)fputs("END\n", f);
}

char *html_plot_delays(const struct summary *s)
{
	char *script = NULL;
	size_t len;
	FILE *f;

	if (!s->header_us.count && !s->reply_us.count)
		return NULL;
	f = open_memstream(&script, &len);
	if (!f)
		return NULL;
	(void)fputs(plot_head, f);
	plot_delay_data(f, "header", &s->header_us);
	plot_delay_data(f, "reply", &s->reply_us);
	(void)fprintf(f,
		      "set xlabel 'delay, five bars a factor of ten'\n"
		      "set xrange [0:%u]\n"
		      "set xtics ('1 us' 0, '10 us' 5, '100 us' 10, '1 ms' 15, "
		      "'10 ms' 20, '100 ms' 25, '1 s' 30, '10 s' 35)\n"
		      "set boxwidth 0.42\n"
		      "plot $header using ($1-0.21):2 with boxes title "
		      "'handshake to header' lc rgb '#3d7ea6', "
		      "$reply using ($1+0.21):2 with boxes title "
		      "'header to first reply' lc rgb '#e36414'\n",
		      PLOT_DECADES * PLOT_PER_DECADE);
	return plot_draw(f, &script, &len);
}

/* Take @open .. @close out of @text, if both are there. */
static void plot_drop(char *text, const char *open, const char *close)
{
	char *from = strstr(text, open);
	char *to = from ? strstr(from, close) : NULL;

	if (to)
		memmove(from, to + strlen(close),
			strlen(to + strlen(close)) + 1);
}

char *html_plot_clean(char *svg)
{
	char *begin = strstr(svg, "<svg");
	char *end = begin ? strstr(begin, "</svg>") : NULL;

	if (!end)
		return NULL;
	end[strlen("</svg>")] = '\0';
	memmove(svg, begin, strlen(begin) + 1);
	plot_drop(svg, "<title>", "</title>");
	plot_drop(svg, "<desc>", "</desc>");
	/* marks of points, which bars do not have */
	plot_drop(svg, "<defs>", "</defs>");
	plot_drop(svg, " id=\"gnuplot_canvas\"", "");
	return svg;
}
