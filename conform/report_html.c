/* SPDX-License-Identifier: BSD-2-Clause */
/* report_html.c - one page that needs nothing else: no script, no font, no
 * address outside; light or dark as the reader's system is
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/markup.h"
#include "report.h"

#define DECODED_MAX 16384
#define MARGIN	    6 /* of advice.c */

static const char style[] =
	":root{color-scheme:light dark;--bg:#fbfaf7;--fg:#1d1f21;--dim:#62676d;"
	"--line:#dcd9d1;--card:#fff;--ok:#1a7f4b;--bad:#b3261e;--warn:#9a6700;"
	"--info:#2b5fa8}"
	"@media(prefers-color-scheme:dark){:root{--bg:#16181b;--fg:#e6e4df;"
	"--dim:#9aa0a6;--line:#33373c;--card:#1e2125;--ok:#5cc48d;--bad:#"
	"f2867d;"
	"--warn:#e0b04c;--info:#8ab4f0}}"
	"*{box-sizing:border-box}"
	"body{margin:0 auto;max-width:64rem;padding:2rem 1.25rem 4rem;"
	"background:var(--bg);color:var(--fg);"
	"font:16px/1.5 system-ui,sans-serif}"
	"h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0 1rem}"
	"h2{font-size:1.1rem;margin:2.4rem 0 .6rem}"
	".subject,.dim{color:var(--dim)}"
	".counts{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;padding:0;"
	"margin:1rem 0;list-style:none}"
	".counts b{font-size:1.3rem;font-variant-numeric:tabular-nums}"
	"dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;"
	"gap:.35rem 1.25rem;margin:0}dt{color:var(--dim)}dd{margin:0;"
	"overflow-wrap:anywhere}"
	".finding{background:var(--card);border:1px solid var(--line);"
	"border-left-width:5px;border-radius:6px;padding:.7rem 1rem;"
	"margin:.6rem 0}"
	".finding p{margin:.2rem "
	"0}.CRITICAL,.HIGH{border-left-color:var(--bad)}"
	".MEDIUM{border-left-color:var(--warn)}.LOW{border-left-color:var(--"
	"info)}"
	".sev{font-weight:700;font-size:.8rem;letter-spacing:.04em}"
	"pre,code{font:13px/1.45 ui-monospace,monospace}"
	"pre{background:var(--card);border:1px solid var(--line);"
	"border-radius:6px;padding:.6rem .8rem;margin:.3rem 0;"
	"white-space:pre-wrap;overflow-wrap:anywhere}"
	"summary{cursor:pointer}"
	"table{border-collapse:collapse;width:100%;"
	"font-size:.9rem}th,td{text-align:left;padding:.35rem .6rem;"
	"border-bottom:1px solid var(--line);vertical-align:top}"
	"td code{overflow-wrap:anywhere}"
	".pass{color:var(--ok)}.fail{color:var(--bad);font-weight:600}"
	".info{color:var(--info)}.skip{color:var(--dim)}"
	".inconclusive,.warn{color:var(--warn)}"
	/* a telephone: each case below its name, not beside it */
	"@media(max-width:45rem){thead{display:none}"
	"table,tbody,tr,td{display:block}"
	"tr{padding:.6rem 0;border-bottom:1px solid var(--line)}"
	"td{padding:.1rem 0;border:0}"
	"td:nth-child(2),td:nth-child(3){display:inline-block;"
	"margin-right:.8rem}}"
	"@media(min-width:45rem){td:first-child{white-space:nowrap}}";

static void put_char(FILE *f, char c)
{
	const char *entity = markup_entity(c);

	if (entity)
		(void)fputs(entity, f);
	else
		(void)fputc(c, f);
}

static void put(FILE *f, const char *s)
{
	for (; *s; s++)
		put_char(f, *s);
}

static void put_in(FILE *f, const char *open, const char *text,
		   const char *close)
{
	(void)fputs(open, f);
	put(f, text);
	(void)fputs(close, f);
}

static void put_head(FILE *f, const struct report *r)
{
	const char *title = r->verdict ? r->verdict->headline : r->subject;

	(void)fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n"
		    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
		    "content=\"width=device-width,initial-scale=1\">\n",
		    f);
	put_in(f, "<title>", r->subject, "</title>\n<style>");
	(void)fputs(style, f);
	(void)fputs("</style>\n</head>\n<body>\n", f);
	put_in(f, "<p class=\"subject\">", r->subject, "</p>\n");
	put_in(f, "<h1>", title, "</h1>\n");
}

static void put_counts(FILE *f, const struct report *r)
{
	struct report_counts c = report_count(r);
	const struct {
		const char *class, *name;
		uint32_t n;
	} list[] = {
		{ "dim", "cases", c.total },
		{ "pass", "passed", c.passed },
		{ "fail", "failed", c.failed },
		{ "warn", "SHOULD not met", c.warned },
		{ "info", "told", c.told },
		{ "skip", "skipped", c.skipped },
		{ "inconclusive", "inconclusive", c.inconclusive },
	};
	size_t i;

	(void)fputs("<ul class=\"counts\">\n", f);
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (list[i].n || i < 3)
			(void)fprintf(f,
				      "<li><b class=\"%s\">%u</b> "
				      "<span class=\"dim\">%s</span></li>\n",
				      list[i].class, list[i].n, list[i].name);
	(void)fprintf(f,
		      "<li><b class=\"dim\">%.1f</b> "
		      "<span class=\"dim\">seconds</span></li>\n</ul>\n",
		      (double)r->ms / 1000);
}

static void put_findings(FILE *f, const struct verdict *v)
{
	size_t i;

	(void)fputs("<h2>What is wrong</h2>\n", f);
	if (!v->n_findings)
		(void)fputs("<p class=\"pass\">Nothing was found.</p>\n", f);
	for (i = 0; i < v->n_findings; i++) {
		const struct finding *d = &v->findings[i];
		const char *grave = case_grave_name(d->grave);

		(void)fprintf(f,
			      "<div class=\"finding %s\"><p class=\"sev\">"
			      "%s</p>\n",
			      grave, grave);
		put_in(f, "<p>", d->text, "</p>\n");
		if (d->mend[0])
			put_in(f, "<p><b>Mend:</b> ", d->mend, "</p>\n");
		if (d->cases[0])
			put_in(f, "<p class=\"dim\"><code>", d->cases,
			       "</code></p>\n");
		(void)fputs("</div>\n", f);
	}
}

/* without the margin that the lines have on a terminal */
static void put_lines(FILE *f, const char *lines)
{
	while (*lines) {
		size_t n = strcspn(lines, "\n");
		size_t margin = strspn(lines, " ");

		for (margin = margin < MARGIN ? margin : MARGIN; margin < n;
		     margin++)
			put_char(f, lines[margin]);
		lines += n;
		if (*lines)
			(void)fputc(*lines++, f);
	}
}

static void put_verdict(FILE *f, const struct verdict *v)
{
	const struct advice *a;
	size_t i;

	(void)fputs("<h2>What it is</h2>\n<dl>\n", f);
	for (i = 0; i < v->n_facts; i++) {
		put_in(f, "<dt>", v->facts[i].name, "</dt>");
		put_in(f, "<dd>", v->facts[i].text, "</dd>\n");
	}
	(void)fputs("</dl>\n", f);
	put_findings(f, v);
	if (!v->advice)
		return;
	(void)fputs("<h2>Configuration that mends it</h2>\n<p class=\"dim\">"
		    "192.0.2.0/24 stands for the proxy's addresses.</p>\n",
		    f);
	for (a = v->advice; a->product; a++) {
		put_in(f, "<details open><summary>", a->product,
		       "</summary>\n");
		(void)fputs("<pre>", f);
		put_lines(f, a->lines);
		(void)fputs("</pre></details>\n", f);
	}
}

/* what tp-inspect wrote beside the capture */
static void put_decoded(FILE *f, const char *capture)
{
	char path[CASE_TEXT_MAX + 8], *text = malloc(DECODED_MAX);
	size_t n = 0;
	FILE *in;

	(void)snprintf(path, sizeof(path), "%s.txt", capture);
	in = fopen(path, "re");
	if (in && text)
		n = fread(text, 1, DECODED_MAX - 1, in);
	if (in)
		(void)fclose(in);
	if (n) {
		text[n] = '\0';
		put_in(f, "<details><summary>capture</summary><pre>", text,
		       "</pre></details>");
	}
	free(text);
}

static void put_case(FILE *f, const struct case_result *res)
{
	const char *status = case_status_name(res->status);

	put_in(f, "<tr><td><code>", res->def->id, "</code></td>");
	(void)fprintf(f, "<td class=\"%s\">%s</td><td>%s</td><td>", status,
		      status, case_level_name(res->def->level));
	put(f, res->def->title);
	if (res->status != STATUS_PASS && res->got[0]) {
		put_in(f, "<br><span class=\"dim\">expected: ", res->expected,
		       "<br>");
		put_in(f, "got: ", res->got, "</span>");
	}
	if (res->status == STATUS_FAIL && res->def->script)
		put_in(f, "<br><code>", res->def->script, "</code>");
	if (res->capture[0])
		put_decoded(f, res->capture);
	put_in(f, "</td><td class=\"dim\">", res->def->clause, "</td></tr>\n");
}

static void put_cases(FILE *f, const struct report *r)
{
	static const enum case_status order[] = {
		STATUS_FAIL, STATUS_INCONCLUSIVE, STATUS_INFO,
		STATUS_PASS, STATUS_SKIP,	  STATUS_PENDING,
	};
	size_t i, k;

	if (!r->n)
		return;
	(void)fputs("<h2>Cases</h2>\n<table>\n<thead>"
		    "<tr><th>case</th><th>result</th><th>level</th>"
		    "<th>what</th><th>clause</th></tr></thead>\n<tbody>\n",
		    f);
	for (k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (i = 0; i < r->n; i++)
			if (r->results[i].status == order[k])
				put_case(f, &r->results[i]);
	(void)fputs("</tbody></table>\n", f);
}

int report_write_html(const struct report *r, const char *path)
{
	FILE *f = fopen(path, "we");
	int bad;

	if (!f)
		return -errno;
	put_head(f, r);
	put_counts(f, r);
	if (r->verdict)
		put_verdict(f, r->verdict);
	put_cases(f, r);
	(void)fputs("</body>\n</html>\n", f);
	bad = ferror(f);
	return fclose(f) || bad ? -EIO : 0;
}
