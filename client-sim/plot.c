/* SPDX-License-Identifier: BSD-2-Clause */
/* plot.c - see plot.h */
#include "plot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/gnuplot.h"
#include "base/log.h"
#include "hgrm.h"

#define PLOT_PATH_MAX  4096
#define PLOT_LIMIT_MS  20000U
#define PLOT_SVG_BYTES 4194304U

static const char plot_head[] =
	"set terminal svg size 760,420 dynamic font 'sans-serif,14'\n"
	"set border 3\n"
	"set tics nomirror\n"
	"set grid ytics lc rgb '#d0d0d0'\n"
	"set key outside top center horizontal\n";

/* Write @text as DIR/NAME. Return: 0 or -errno */
static int plot_save(const char *dir, const char *name, const char *text)
{
	char path[PLOT_PATH_MAX];
	FILE *f;
	int n = snprintf(path, sizeof(path), "%s/%s", dir, name), err = 0;

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	f = fopen(path, "we");
	if (!f)
		err = -errno;
	else if (fputs(text, f) < 0 || fclose(f) != 0)
		err = -EIO;
	if (err)
		log_error("cannot write '%s': %s", path, strerror(-err));
	return err;
}

/* Draw @script (closed and freed) as DIR/NAME.gp and .svg. */
static int plot_draw(const char *dir, const char *name, FILE *script,
		     char **text, size_t *len)
{
	char file[64];
	char *svg;
	int err;

	if (fflush(script) != 0) {
		(void)fclose(script);
		free(*text);
		return -ENOMEM;
	}
	(void)snprintf(file, sizeof(file), "%s.gp", name);
	err = plot_save(dir, file, *text);
	svg = gnuplot_draw(script, text, len, PLOT_LIMIT_MS, PLOT_SVG_BYTES);
	(void)snprintf(file, sizeof(file), "%s.svg", name);
	if (!err)
		err = svg ? plot_save(dir, file, svg) : -ENOENT;
	free(svg);
	return err;
}

static void plot_level(void *ctx, double pct, uint64_t value_ns, uint64_t total)
{
	(void)total;
	/* 100 % has no place on a scale of nines */
	if (pct < 100)
		(void)fprintf(ctx, "%.9g %.6g\n", 100 / (100 - pct),
			      (double)value_ns / (double)NS_PER_MS);
}

static int plot_latency(const char *dir, const struct result *r)
{
	char *text = NULL;
	size_t len;
	FILE *f;

	if (!r->latency_ns.count)
		return 0;
	f = open_memstream(&text, &len);
	if (!f)
		return -ENOMEM;
	(void)fputs(plot_head, f);
	(void)fputs("set logscale xy\n"
		    "set xlabel 'percentile'\n"
		    "set ylabel 'latency, ms'\n"
		    "set xtics ('0%%' 1, '50%%' 2, '90%%' 10, '99%%' 100, "
		    "'99.9%%' 1e3, '99.99%%' 1e4, '99.999%%' 1e5, "
		    "'99.9999%%' 1e6, '99.99999%%' 1e7)\n"
		    "set key off\n"
		    "$latency << END\n",
		    f);
	hgrm_levels(&r->latency_ns, plot_level, f);
	(void)fputs("END\n"
		    "plot [1:*] $latency using 1:2 with lines lw 2 "
		    "lc rgb '#3d7ea6'\n",
		    f);
	return plot_draw(dir, "latency", f, &text, &len);
}

/* What each step did, per second: requests, bytes sent, bytes received. */
static void plot_rates(const struct series *s, FILE *f)
{
	struct sample last = { 0 };
	uint32_t i;

	(void)fputs("$rates << END\n", f);
	for (i = 0; i < s->n; i++) {
		const struct sample *a = &s->at[i];
		double sec = (double)(a->ms - last.ms) / MS_PER_S;

		if (sec <= 0)
			continue;
		(void)fprintf(f, "%.3f %.1f %.6f %.6f %" PRIu64 "\n",
			      (double)a->ms / MS_PER_S,
			      (double)(a->requests - last.requests) / sec,
			      (double)(a->sent - last.sent) / sec / 1e6,
			      (double)(a->received - last.received) / sec / 1e6,
			      a->open);
		last = *a;
	}
	(void)fputs("END\n", f);
}

static int plot_throughput(const char *dir, const struct plan *p,
			   const struct series *s)
{
	char *text = NULL;
	size_t len;
	FILE *f;

	if (s->n < 2)
		return 0;
	f = open_memstream(&text, &len);
	if (!f)
		return -ENOMEM;
	(void)fputs(plot_head, f);
	plot_rates(s, f);
	(void)fputs("set xlabel 'time, s'\nset yrange [0:*]\n", f);
	if (plan_is_bulk(p))
		(void)fprintf(f,
			      "set ylabel 'MB/s'\n"
			      "set key off\n"
			      "plot $rates using 1:%d with lines lw 2 "
			      "lc rgb '#2e9e5b'\n",
			      p->load == LOAD_UP ? 3 : 4);
	else
		(void)fputs("set ylabel 'requests/s'\n"
			    "set y2label 'open connections'\n"
			    "set y2range [0:*]\n"
			    "set y2tics\n"
			    "set border 11\n"
			    "plot $rates using 1:2 with lines lw 2 "
			    "lc rgb '#2e9e5b' title 'requests/s', "
			    "$rates using 1:5 axes x1y2 with lines "
			    "lc rgb '#c9a227' title 'open connections'\n",
			    f);
	return plot_draw(dir, "throughput", f, &text, &len);
}

int plot_write(const char *dir, const struct plan *p, const struct result *r,
	       const struct series *s)
{
	int err, more;

	if (mkdir(dir, 0777) && errno != EEXIST) {
		err = -errno;
		log_error("cannot make '%s': %s", dir, strerror(-err));
		return err;
	}
	err = plot_latency(dir, r);
	more = plot_throughput(dir, p, s);
	err = err ? err : more;
	if (err == -ENOENT)
		log_warn("gnuplot (package gnuplot-nox) is not there, or did "
			 "not draw; the scripts are in '%s'",
			 dir);
	return err;
}
