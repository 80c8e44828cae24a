/* SPDX-License-Identifier: BSD-2-Clause */
/* html_finding.c - see html.h: each finding, folded */
#include "html.h"
#include "tree.h"

static void html_pair(FILE *out, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	(void)fprintf(out, "<dt>%s<dd>", key);
	html_put(out, value);
}

static void html_summary(FILE *out, const struct html_finding *f)
{
	char a[ENDPOINT_TEXT_MAX], b[ENDPOINT_TEXT_MAX];
	const struct check *c = &f->check;
	const char *verdict = verdict_name(c->verdict);
	const char *reason = check_reason(c->verdict, c->anomaly);
	const char *blank = reason ? " " : "";

	(void)fprintf(out,
		      "<details class=\"finding\" id=\"flow-%llu\" "
		      "data-flow=\"%llu\" data-reason=\"%s%s%s\">\n<summary>"
		      "<span class=\"faint\">flow %llu</span>"
		      "<span class=\"bad\">%s%s<span class=\"faint\">%s</span>"
		      "</span><span class=\"where\">%s %s &gt; %s, %s",
		      (unsigned long long)f->id, (unsigned long long)f->id,
		      verdict, blank, reason ? reason : "",
		      (unsigned long long)f->id, verdict, blank,
		      reason ? reason : "", f->transport, view_end(&f->src, a),
		      view_end(&f->dst, b), f->mode);
	if (*f->named)
		(void)fprintf(out, ", client %s", f->named);
	(void)fputs("</span></summary>\n", out);
}

static void html_facts(FILE *out, const struct html_finding *f)
{
	const struct check *c = &f->check;
	char text[VIEW_TIME_MAX];
	uint32_t i;

	(void)fputs("<dl>", out);
	html_pair(out, "verdict", f->verdict);
	if (c->anomaly != ANOMALY_NONE)
		html_pair(out, "reason", anomaly_info(c->anomaly)->text);
	html_pair(out, "advice", c->advice);
	html_pair(out, "clause", c->clause);
	html_pair(out, "client", f->named);
	html_pair(out, "began", view_time(f->first_ns, " ", " UTC", text));
	(void)snprintf(text, sizeof(text), "%llu to %llu",
		       (unsigned long long)f->first_frame,
		       (unsigned long long)f->last_frame);
	html_pair(out, "frames", text);
	for (i = 0; i < c->remark_count; i++)
		html_pair(out, "remark", anomaly_info(c->remark[i])->text);
	(void)fputs("</dl>\n", out);
}

static void html_frames(FILE *out, const struct html_page *page,
			const struct mark *m)
{
	static const char *const what[] = {
		[MARK_NOTHING] = "",
		[MARK_HEADER] = ": the header is marked",
		[MARK_REST] = ": the header's end is marked",
		[MARK_OPTION] = ": the option is marked",
		[MARK_MALFORMED] = ": the byte that is wrong is marked",
	};
	bool has_any = false;
	unsigned i;

	for (i = 0; i < m->count; i++) {
		const struct frame *f =
			peek_get(page->peek, m->frame[i].number);
		struct hexdump_range mark;

		if (!f)
			continue;
		has_any = true;
		mark = mark_find(m, i, f);
		(void)fprintf(out, "<p class=\"faint\">Frame %llu%s</p>\n",
			      (unsigned long long)f->number,
			      mark.hi > mark.lo ? what[m->frame[i].what] : "");
		html_hex(out, f->data, f->cap_len, &mark);
	}
	if (!has_any && m->len) {
		(void)fputs("<p class=\"faint\">Header or option</p>\n", out);
		html_hex(out, m->bytes, m->len,
			 &(struct hexdump_range) { 0, m->len });
	}
}

void html_findings(FILE *out, const struct html_page *page)
{
	uint32_t i;

	(void)fprintf(out, "<h2 id=\"findings\">Findings</h2>\n");
	if (!page->count) {
		(void)fputs("<p>None.</p>\n", out);
		return;
	}
	if (page->refused)
		(void)fprintf(out,
			      "<p class=\"faint\">The first %u; %llu more are "
			      "counted above and not listed.</p>\n",
			      page->count, (unsigned long long)page->refused);
	(void)fputs("<div class=\"tools\" hidden>\n"
		    "<label>Find <input type=\"search\" size=\"28\" "
		    "placeholder=\"address, flow, verdict\"></label>\n"
		    "<label>Reason <select class=\"by-reason\">"
		    "<option value=\"\">all</option></select></label>\n"
		    "<label>Order <select class=\"by-order\">"
		    "<option value=\"flow\">by flow</option>"
		    "<option value=\"reason\">by reason</option></select>"
		    "</label>\n<button type=\"button\">Unfold those</button>\n"
		    "<output aria-live=\"polite\"></output>\n"
		    "</div>\n<div class=\"findings\">\n",
		    out);
	for (i = 0; i < page->count; i++) {
		html_summary(out, &page->finding[i]);
		(void)fputs("<div class=\"inside\">\n", out);
		html_facts(out, &page->finding[i]);
		html_frames(out, page, &page->finding[i].mark);
		(void)fputs("</div>\n</details>\n", out);
	}
	(void)fputs("</div>\n", out);
}
