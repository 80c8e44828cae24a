/* SPDX-License-Identifier: BSD-2-Clause */
/* top.c - see top.h */
#include "top.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "progress.h"
#include "report.h"

#define TOP_EACH_NS 1000000000ULL
/* All open flows are judged for each drawing; that may take 1/20 of the time.
 */
#define TOP_REST     20
#define TOP_COLUMNS  80
#define TOP_ROWS     24
#define TOP_ROOM     65536
#define TOP_MODE_LEN 9

struct top_finding {
	uint64_t id;
	char text[TOP_LINE_MAX];
};

/* The newest findings of a set of flows: those with the greatest numbers. */
struct top_list {
	unsigned count;
	struct top_finding item[TOP_FINDING_MAX];
};

/* @ended:  flows that have ended; @open: those that had not when last drawn */
struct top {
	char title[TOP_COLUMNS];
	uint64_t start_ns;
	uint64_t drawn_ns;
	uint64_t next_ns;
	uint64_t frames;
	uint64_t ended[SUMMARY_MODE_MAX][VERDICTS];
	struct top_list ended_list;
	struct top_list open_list;
	struct top_view view;
	char room[TOP_ROOM];
};

int top_new(const char *title, struct top **ret)
{
	struct top *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	(void)str_escape(t->title, sizeof(t->title), title, strlen(title));
	t->start_ns = t->drawn_ns = clock_ns();
	*ret = t;
	return 0;
}

void top_free(struct top *t)
{
	free(t);
}

/* ---- collecting ---- */

/* top_keep() - a finding, if it is among the newest; the list is by @id */
static void top_keep(struct top_list *l, const struct view *v)
{
	struct paint paint = { 0 };
	struct top_finding f = { .id = v->flow->id };
	unsigned at = l->count;
	char *end;

	while (at && l->item[at - 1].id > f.id)
		at--;
	if (l->count == TOP_FINDING_MAX) {
		if (!at)
			return;
		at--;
		memmove(&l->item[0], &l->item[1], at * sizeof(f));
	} else {
		memmove(&l->item[at + 1], &l->item[at],
			(l->count - at) * sizeof(f));
		l->count++;
	}
	paint.out = fmemopen(f.text, sizeof(f.text), "w");
	if (paint.out) {
		report_line(&paint, v);
		(void)fclose(paint.out);
	}
	f.text[sizeof(f.text) - 1] = '\0';
	end = strchr(f.text, '\n');
	if (end)
		*end = '\0';
	l->item[at] = f;
}

static int top_flow(void *ctx, const struct flow *fl, const struct check *c)
{
	struct top *t = ctx;
	struct view v;

	view_init(&v, fl, c);
	t->ended[summary_mode(v.mode)][c->verdict]++;
	if (view_is_finding(&v))
		top_keep(&t->ended_list, &v);
	return 0;
}

int top_attach(struct top *t, struct sinks *s)
{
	static const struct sink_ops ops = { .flow = top_flow };

	return sinks_add(s, &ops, t);
}

static void top_open(void *ctx, const struct flow *fl, const struct check *c)
{
	struct top *t = ctx;
	struct view v;

	view_init(&v, fl, c);
	t->view.flows[summary_mode(v.mode)][c->verdict]++;
	t->view.open++;
	if (view_is_finding(&v))
		top_keep(&t->open_list, &v);
}

/* top_merge() - the newest of both lists, newest last */
static void top_merge(struct top *t)
{
	const struct top_list *a = &t->ended_list, *b = &t->open_list;
	unsigned i = a->count, k = b->count, n = 0, at;

	while (n < TOP_FINDING_MAX && (i || k)) {
		if (i && (!k || a->item[i - 1].id > b->item[k - 1].id))
			t->view.finding[n++] = a->item[--i].text;
		else
			t->view.finding[n++] = b->item[--k].text;
	}
	t->view.findings = n;
	for (at = 0; at < n / 2; at++) {
		const char *swap = t->view.finding[at];

		t->view.finding[at] = t->view.finding[n - 1 - at];
		t->view.finding[n - 1 - at] = swap;
	}
}

/* ---- drawing ---- */

/* @rows: that may still be written; the last has no line feed, so that nothing
 * scrolls
 */
struct top_page {
	FILE *out;
	unsigned columns;
	unsigned rows;
	bool has_line;
};

static void top_put(struct top_page *p, char line[TOP_LINE_MAX])
{
	if (!p->rows)
		return;
	p->rows--;
	if (p->columns < TOP_LINE_MAX)
		line[p->columns] = '\0';
	(void)fprintf(p->out, "%s%s\033[K", p->has_line ? "\r\n" : "", line);
	p->has_line = true;
}

__attribute__((format(printf, 2, 3))) static void top_line(struct top_page *p,
							   const char *fmt, ...)
{
	char line[TOP_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	top_put(p, line);
}

static void top_draw_head(struct top_page *p, const struct top_view *v)
{
	char rate[16];
	uint64_t s = v->elapsed_s;

	(void)progress_scaled(rate, v->frames_per_s, "");
	top_line(p, "tp-inspect  %s  %llu:%02u:%02u", v->title,
		 (unsigned long long)(s / 3600), (unsigned)(s / 60 % 60),
		 (unsigned)(s % 60));
	top_line(p,
		 "%llu packets  %s/s  %llu dropped by the kernel  %llu by the "
		 "interface",
		 (unsigned long long)v->frames, rate,
		 (unsigned long long)v->live.dropped,
		 (unsigned long long)v->live.if_dropped);
}

/* A row for each verdict that occurs, a column for each mode that does. */
static void top_draw_table(struct top_page *p, const struct top_view *v)
{
	bool has_mode[SUMMARY_MODE_MAX] = { false };
	char line[TOP_LINE_MAX];
	uint64_t all = 0;
	unsigned m, i;
	int n;

	for (m = 0; m < SUMMARY_MODE_MAX; m++)
		for (i = 0; i < VERDICTS; i++) {
			all += v->flows[m][i];
			has_mode[m] |= v->flows[m][i] != 0;
		}
	top_line(p, "%llu flows, %llu of them open", (unsigned long long)all,
		 (unsigned long long)v->open);
	top_line(p, "%s", "");
	n = snprintf(line, sizeof(line), "%-13s%*s", "", TOP_MODE_LEN, "all");
	for (m = 0; m < SUMMARY_MODE_MAX && summary_mode_name(m); m++)
		if (has_mode[m])
			n += snprintf(line + n, sizeof(line) - (size_t)n, "%*s",
				      TOP_MODE_LEN, summary_mode_name(m));
	top_line(p, "%s", line);
	for (i = 0; i < VERDICTS; i++) {
		uint64_t sum = 0;

		for (m = 0; m < SUMMARY_MODE_MAX; m++)
			sum += v->flows[m][i];
		if (!sum && i != VERDICT_OK)
			continue;
		n = snprintf(line, sizeof(line), "%-13s%*llu",
			     verdict_name((enum verdict)i), TOP_MODE_LEN,
			     (unsigned long long)sum);
		for (m = 0; m < SUMMARY_MODE_MAX; m++)
			if (has_mode[m])
				n += snprintf(
					line + n, sizeof(line) - (size_t)n,
					"%*llu", TOP_MODE_LEN,
					(unsigned long long)v->flows[m][i]);
		top_line(p, "%s", line);
	}
}

void top_draw(FILE *out, const struct top_view *v, unsigned columns,
	      unsigned rows)
{
	struct top_page p = { out, columns, rows, false };
	unsigned i = 0;

	(void)fputs("\033[H", out);
	top_draw_head(&p, v);
	top_draw_table(&p, v);
	top_line(&p, "%s", "");
	top_line(&p, "%s", v->findings ? "last findings:" : "no findings");
	if (v->findings > p.rows)
		i = v->findings - p.rows;
	for (; i < v->findings; i++)
		top_line(&p, "%s", v->finding[i]);
	(void)fputs("\033[J", out);
}

void top_tick(struct top *t, struct inspect *in, struct source *src)
{
	unsigned columns = TOP_COLUMNS, rows = TOP_ROWS;
	uint64_t now = clock_ns(), spent;
	struct source_stat stat;
	struct winsize ws;

	if (now < t->next_ns)
		return;
	source_stat(src, &stat);
	t->view.title = t->title;
	t->view.elapsed_s = (now - t->start_ns) / NS_PER_S;
	t->view.frames_per_s = (double)(stat.frames - t->frames) * 1e9 /
			       (double)(now - t->drawn_ns + 1);
	t->view.frames = t->frames = stat.frames;
	t->view.live = stat.live;
	t->drawn_ns = now;
	memcpy(t->view.flows, t->ended, sizeof(t->ended));
	t->view.open = 0;
	t->open_list.count = 0;
	inspect_visit(in, top_open, t);
	top_merge(t);
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col &&
	    ws.ws_row) {
		columns = ws.ws_col;
		rows = ws.ws_row;
	}
	top_draw(stdout, &t->view, columns, rows);
	(void)fflush(stdout);
	spent = clock_ns() - now;
	t->next_ns = now + (spent * TOP_REST > TOP_EACH_NS ? spent * TOP_REST
							   : TOP_EACH_NS);
}
