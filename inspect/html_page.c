/* SPDX-License-Identifier: BSD-2-Clause */
/* html_page.c - see html.h: the page, top to bottom */
#include <stdlib.h>
#include <string.h>

#include <html_assets.h>

#include "base/exitcode.h"
#include "html.h"
#include "html_plot.h"
#include "tree.h"

/* Files named in the title; more are counted. */
#define HTML_NAMES_MAX 3

static void html_names(FILE *out, const struct config *cfg)
{
	size_t n = cfg->source.path_count, i;

	if (!n)
		(void)fputs("a live capture", out);
	for (i = 0; i < n && i < HTML_NAMES_MAX; i++) {
		(void)fputs(i ? ", " : "", out);
		html_put(out, cfg->source.paths[i]);
	}
	if (n > HTML_NAMES_MAX)
		(void)fprintf(out, " and %zu more", n - HTML_NAMES_MAX);
}

static void html_head(FILE *out, const struct html_page *page)
{
	(void)fprintf(out,
		      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		      "<meta charset=\"utf-8\">\n"
		      "<meta http-equiv=\"Content-Security-Policy\" "
		      "content=\"default-src 'none'; style-src 'sha256-%s'; "
		      "script-src 'sha256-%s'; base-uri 'none'; "
		      "form-action 'none'\">\n"
		      "<meta name=\"viewport\" "
		      "content=\"width=device-width, initial-scale=1\">\n"
		      "<meta name=\"referrer\" content=\"no-referrer\">\n"
		      "<title>",
		      asset_report_css_sha256, asset_report_js_sha256);
	html_names(out, page->cfg);
	(void)fprintf(out,
		      " - tp-inspect</title>\n<style>%s</style>\n</head>\n"
		      "<body>\n",
		      asset_report_css);
}

static const char *html_class(enum verdict v)
{
	if (v == VERDICT_OK)
		return "good";
	return check_is_open(v) ? "open" : "bad";
}

/* Does the client's address arrive? @bad: flows with findings */
static const char *html_answer_text(const struct html_page *page, uint64_t bad)
{
	bool has_ok = page->summary->verdict[VERDICT_OK] != 0;
	bool is_off = page->cfg->mode == HDR_MODE_OFF;

	if (bad && is_off)
		return "Some flows name a client, and none should.";
	if (bad && has_ok)
		return "Not everywhere: some flows do not name their client as "
		       "they should.";
	if (bad)
		return "No: no flow names its client as it should.";
	if (page->tally->unseen)
		return "Not all: clients that are expected did not come.";
	if (page->status == EXIT_OK && is_off)
		return "As it should be: no flow names a client.";
	if (page->status == EXIT_OK)
		return "Yes: every flow with payload names its client as it "
		       "should.";
	if (page->tally->source.is_damaged && has_ok)
		return "As far as the capture could be read, nothing is wrong.";
	return "The capture does not tell.";
}

static void html_answer(FILE *out, const struct html_page *page, uint64_t bad)
{
	const struct source_stat *st = &page->tally->source;

	(void)fprintf(out, "<p><b class=\"%s\">%s</b></p>\n",
		      bad || page->tally->unseen ? "bad"
		      : page->status == EXIT_OK	 ? "good"
						 : "open",
		      html_answer_text(page, bad));
	if (!st->is_damaged)
		return;
	(void)fputs("<p class=\"bad\">The capture could not be read to its "
		    "end",
		    out);
	if (st->damage_file && page->cfg->source.path_count > 1) {
		(void)fputs(" (", out);
		html_put(out, st->damage_file);
		(void)fputs(")", out);
	}
	if (st->damage != ANOMALY_NONE)
		(void)fprintf(out, ": %s", anomaly_info(st->damage)->text);
	(void)fprintf(out, "; this is of %llu frames before that.</p>\n",
		      (unsigned long long)page->tally->frames);
}

/* By which of the headers and options flows that are OK name it. */
static void html_means(FILE *out, const struct summary *s)
{
	uint64_t named = s->verdict[VERDICT_OK] - s->mode[0][VERDICT_OK];
	const char *sep = ": ";
	unsigned i;

	if (!named)
		return;
	(void)fprintf(out, "<p>The address arrives in %llu of %llu flow%s",
		      (unsigned long long)named, (unsigned long long)s->flows,
		      s->flows == 1 ? "" : "s");
	for (i = 1; i < SUMMARY_MODE_MAX && summary_mode_name(i); i++) {
		if (!s->mode[i][VERDICT_OK])
			continue;
		(void)fprintf(out, "%s%llu by %s", sep,
			      (unsigned long long)s->mode[i][VERDICT_OK],
			      summary_mode_name(i));
		sep = ", ";
	}
	(void)fputs(".</p>\n", out);
}

static void html_card(FILE *out, uint64_t n, const char *class,
		      const char *what)
{
	(void)fprintf(out, "<div><b class=\"%s\">%llu</b>%s</div>\n",
		      n ? class : "faint", (unsigned long long)n, what);
}

static void html_title(FILE *out, const struct html_page *page)
{
	const struct summary *s = page->summary;
	uint64_t open = 0, bad;
	char text[VIEW_TIME_MAX];
	unsigned v;

	for (v = 0; v < VERDICTS; v++)
		if (check_is_open((enum verdict)v))
			open += s->verdict[v];
	bad = s->flows - s->verdict[VERDICT_OK] - open;
	(void)fputs("<header>\n<h1>Client addresses in ", out);
	html_names(out, page->cfg);
	(void)fputs("</h1>\n", out);
	html_answer(out, page, bad);
	html_means(out, s);
	if (s->first_ns != FRAME_NO_TIME) {
		(void)fprintf(out, "<p class=\"faint\">%s",
			      view_time(s->first_ns, " ", " UTC", text));
		(void)fprintf(out, ", for %s; %llu frames</p>\n",
			      tree_span((s->last_ns - s->first_ns) / 1000,
					text),
			      (unsigned long long)page->tally->frames);
	}
	if (page->cfg->filter) {
		(void)fputs("<p class=\"faint\">Filter: <code>", out);
		html_put(out, page->cfg->filter);
		(void)fputs("</code></p>\n", out);
	}
	(void)fputs("<div class=\"cards\">\n", out);
	html_card(out, s->flows, "", "flows");
	html_card(out, s->verdict[VERDICT_OK], "good", "OK");
	html_card(out, bad, "bad", "with findings");
	html_card(out, open, "open", "open");
	(void)fputs("</div>\n</header>\n<main>\n", out);
}

static void html_plot(FILE *out, char *svg, const char *what)
{
	if (!svg)
		return;
	(void)fprintf(out,
		      "<figure role=\"img\" aria-label=\"%s\">"
		      "<figcaption>%s</figcaption>\n%s\n</figure>\n",
		      what, what, svg);
	free(svg);
}

/* What the plot shows, for who cannot see it: without the bins in which no
 * flow began.
 */
static void html_times(FILE *out, const struct timeline *t)
{
	char text[VIEW_TIME_MAX];
	unsigned i, v;

	if (!t->used)
		return;
	(void)fputs("<details class=\"more\"><summary>Flows over time as a "
		    "table</summary>\n<div class=\"scroll\" "
		    "tabindex=\"0\"><table>\n<tr>"
		    "<th scope=\"col\">from<th scope=\"col\" class=\"n\">OK"
		    "<th scope=\"col\" class=\"n\">with findings"
		    "<th scope=\"col\" class=\"n\">open</tr>\n",
		    out);
	for (i = 0; i < t->used; i++) {
		int64_t from_ns = t->start_ns + t->width_ns * (int64_t)i;
		unsigned long long ok = t->bin[i][VERDICT_OK];
		unsigned long long open = 0, bad = 0;

		for (v = 0; v < VERDICTS; v++) {
			if (check_is_open((enum verdict)v))
				open += t->bin[i][v];
			else if (v != VERDICT_OK)
				bad += t->bin[i][v];
		}
		if (ok + open + bad)
			(void)fprintf(out,
				      "<tr><td>%s<td class=\"n\">%llu"
				      "<td class=\"n\">%llu"
				      "<td class=\"n\">%llu</tr>\n",
				      view_time(from_ns, " ", " UTC", text), ok,
				      bad, open);
	}
	(void)fputs("</table></div></details>\n", out);
}

static const char *html_no_plots(const struct summary *s)
{
	if (!s->timeline.used)
		return "There is nothing to plot: no flow has a time.";
	if (html_plot_has())
		return "There are no plots: gnuplot is there and did not draw "
		       "them. The tables have the same numbers.";
	return "There are no plots: gnuplot, which draws them, is not "
	       "installed (package gnuplot-nox). The tables have the same "
	       "numbers.";
}

static void html_plots(FILE *out, const struct summary *s)
{
	char *flows = html_plot_flows(s);
	/* one that hangs is not waited for twice */
	char *delays = flows ? html_plot_delays(s) : NULL;

	(void)fputs("<h2>Over time</h2>\n", out);
	if (!flows)
		(void)fprintf(out, "<p class=\"faint\">%s</p>\n",
			      html_no_plots(s));
	(void)fputs("<div class=\"plots\">\n", out);
	html_plot(out, flows, "Flows by the time they began, and by verdict");
	html_plot(out, delays, "How long headers and replies took");
	(void)fputs("</div>\n", out);
	html_times(out, &s->timeline);
}

static void html_verdicts(FILE *out, const struct summary *s)
{
	bool has[SUMMARY_MODE_MAX] = { false };
	unsigned i, v, modes = 0;

	if (!s->flows)
		return;
	(void)fputs("<h2>Verdicts</h2>\n<div class=\"scroll\" "
		    "tabindex=\"0\"><table>\n"
		    "<tr><th scope=\"col\">verdict",
		    out);
	for (; modes < SUMMARY_MODE_MAX && summary_mode_name(modes); modes++) {
		for (v = 0; v < VERDICTS; v++)
			has[modes] |= s->mode[modes][v] != 0;
		if (has[modes])
			(void)fprintf(out, "<th scope=\"col\" class=\"n\">%s",
				      summary_mode_name(modes));
	}
	(void)fputs("<th scope=\"col\" class=\"n\">all</tr>\n", out);
	for (v = 0; v < VERDICTS; v++) {
		if (!s->verdict[v])
			continue;
		(void)fprintf(out, "<tr><th scope=\"row\" class=\"%s\">%s",
			      html_class((enum verdict)v),
			      verdict_name((enum verdict)v));
		for (i = 0; i < modes; i++)
			if (has[i])
				(void)fprintf(
					out, "<td class=\"n\">%llu",
					(unsigned long long)s->mode[i][v]);
		(void)fprintf(out, "<td class=\"n\">%llu</tr>\n",
			      (unsigned long long)s->verdict[v]);
	}
	(void)fputs("</table></div>\n", out);
}

/* Is flow @id among the findings below? Those of a file stand in order. */
static bool html_has(const struct html_page *page, uint64_t id)
{
	uint32_t lo = 0, hi = page->count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (page->finding[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < page->count && page->finding[lo].id == id;
}

static void html_first(FILE *out, const struct html_page *page, uint64_t id)
{
	unsigned long long n = id;

	if (html_has(page, id))
		(void)fprintf(out,
			      "<td class=\"whole\"><a href=\"#flow-%llu\">flow "
			      "%llu</a>",
			      n, n);
	else
		(void)fprintf(out, "<td class=\"whole\">flow %llu", n);
}

static void html_reasons(FILE *out, const struct html_page *page)
{
	const struct summary *s = page->summary;
	unsigned i;

	if (!s->reasons)
		return;
	(void)fputs("<h2>Why, and what to do</h2>\n"
		    "<table class=\"stack\">\n<tr>"
		    "<th scope=\"col\" class=\"n\">flows"
		    "<th scope=\"col\">verdict<th scope=\"col\">reason"
		    "<th scope=\"col\">advice"
		    "<th scope=\"col\">first</tr>\n",
		    out);
	for (i = 0; i < s->reasons; i++) {
		const struct summary_reason *r = &s->reason[i];
		bool has = r->anomaly != ANOMALY_NONE;

		(void)fprintf(out,
			      "<tr><td class=\"n\">%llu<td class=\"%s\">%s<td>",
			      (unsigned long long)r->flows,
			      html_class(r->verdict), verdict_name(r->verdict));
		if (has) {
			html_put(out, anomaly_info(r->anomaly)->text);
			(void)fprintf(out, " <span class=\"faint\">(%s)</span>",
				      anomaly_slug(r->anomaly));
		}
		(void)fputs("<td>", out);
		if (r->advice)
			html_put(out, r->advice);
		html_first(out, page, r->first);
		(void)fputs("</tr>\n", out);
	}
	(void)fputs("</table>\n", out);
}

static void html_top(FILE *out, const char *title, const char *what,
		     const struct topk *t)
{
	const struct topk_slot *best[SUMMARY_TOP];
	unsigned n = topk_best(t, best, SUMMARY_TOP), i;
	char text[IP_ADDR_TEXT_MAX];

	if (!n)
		return;
	(void)fprintf(out,
		      "<section><h2>%s</h2>\n<div class=\"scroll\" "
		      "tabindex=\"0\"><table>\n"
		      "<tr><th scope=\"col\">%s"
		      "<th scope=\"col\" class=\"n\">flows"
		      "<th scope=\"col\" class=\"n\">findings</tr>\n",
		      title, what);
	for (i = 0; i < n; i++)
		(void)fprintf(out,
			      "<tr><td>%s<td class=\"n\">%llu%s"
			      "<td class=\"n\">%llu</tr>\n",
			      ip_addr_format(&best[i]->key, text),
			      (unsigned long long)best[i]->count,
			      best[i]->error ? " or less" : "",
			      (unsigned long long)best[i]->value);
	(void)fputs("</table></div></section>\n", out);
}

static void html_delay(FILE *out, const char *what, const struct hist *h)
{
	static const double pct[] = { 0, 50, 90, 99, 100 };
	char text[VIEW_TIME_MAX];
	unsigned i;

	if (!h->count)
		return;
	(void)fprintf(out, "<tr><th scope=\"row\">%s<td class=\"n\">%llu", what,
		      (unsigned long long)h->count);
	for (i = 0; i < ARRAY_SIZE(pct); i++)
		(void)fprintf(out, "<td class=\"n\">%s",
			      tree_span((int64_t)hist_percentile(h, pct[i]),
					text));
	(void)fputs("</tr>\n", out);
}

static void html_delays(FILE *out, const struct summary *s)
{
	if (!s->header_us.count && !s->reply_us.count)
		return;
	(void)fputs("<h2>Delays</h2>\n<div class=\"scroll\" "
		    "tabindex=\"0\"><table>\n"
		    "<tr><th scope=\"col\">from and to"
		    "<th scope=\"col\" class=\"n\">flows"
		    "<th scope=\"col\" class=\"n\">least"
		    "<th scope=\"col\" class=\"n\">median"
		    "<th scope=\"col\" class=\"n\">90 %"
		    "<th scope=\"col\" class=\"n\">99 %"
		    "<th scope=\"col\" class=\"n\">most</tr>\n",
		    out);
	html_delay(out, "handshake to header", &s->header_us);
	html_delay(out, "header to first reply", &s->reply_us);
	(void)fputs("</table></div>\n", out);
}

/* What else has to be known of the capture: a line each. */
static void html_notes(FILE *out, const struct tally *t)
{
	char *text = NULL, *line, *rest;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return;
	tally_notes(f, t);
	if (fclose(f) == 0 && len) {
		(void)fputs("<h2>Of the capture</h2>\n<ul>\n", out);
		for (line = text; (line = strtok_r(line, "\n", &rest));
		     line = NULL) {
			(void)fputs("<li>", out);
			html_put(out, line);
			(void)fputs("</li>\n", out);
		}
		(void)fputs("</ul>\n", out);
	}
	free(text);
}

void html_write(FILE *out, const struct html_page *page)
{
	const struct summary *s = page->summary;

	html_head(out, page);
	html_title(out, page);
	html_reasons(out, page);
	html_notes(out, page->tally);
	html_verdicts(out, s);
	html_plots(out, s);
	html_delays(out, s);
	(void)fputs("<div class=\"plots\">\n", out);
	html_top(out, "Top clients, as named", "client", &s->clients);
	html_top(out, "Top senders", "sender", &s->peers);
	(void)fputs("</div>\n", out);
	html_findings(out, page);
	(void)fprintf(out, "</main>\n<script>%s</script>\n</body>\n</html>\n",
		      asset_report_js);
}
