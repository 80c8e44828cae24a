/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c - lines for people and for programs, see report.h */
#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/log.h"
#include "wire/wire.h"

#define LINE_BYTES   4096
#define TEXT_COLUMNS 80

struct report_counts report_count(const struct report *r)
{
	struct report_counts c = { 0 };
	size_t i;

	for (i = 0; i < r->n; i++) {
		const struct case_result *res = &r->results[i];

		c.total++;
		switch (res->status) {
		case STATUS_PASS:
			c.passed++;
			break;
		case STATUS_FAIL:
			if (case_is_failure(res, r->opt->is_strict))
				c.failed++;
			else
				c.warned++;
			break;
		case STATUS_INFO:
			c.told++;
			break;
		case STATUS_SKIP:
			c.skipped++;
			break;
		case STATUS_INCONCLUSIVE:
		case STATUS_PENDING:
			c.inconclusive++;
			break;
		}
	}
	return c;
}

int report_exit(const struct report *r)
{
	struct report_counts c = report_count(r);

	if (c.failed)
		return EXIT_FINDING;
	if (c.passed + c.warned || (c.told && !c.inconclusive))
		return EXIT_OK;
	return c.inconclusive || !c.skipped ? EXIT_INCONCLUSIVE : EXIT_SKIP;
}

void verdict_fact(struct verdict *v, const char *name, const char *fmt, ...)
{
	struct fact *f = &v->facts[v->n_facts];
	va_list ap;

	if (v->n_facts == REPORT_FACTS_MAX)
		return;
	v->n_facts++;
	f->name = name;
	va_start(ap, fmt);
	(void)vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

struct finding *verdict_find(struct verdict *v, enum case_grave grave)
{
	struct finding *f = &v->findings[v->n_findings];

	if (v->n_findings == REPORT_FINDINGS_MAX)
		return NULL;
	v->n_findings++;
	*f = (struct finding) { .grave = grave };
	return f;
}

/* ---- one case ---- */

static void case_json(const struct case_result *r)
{
	char buf[LINE_BYTES];
	struct json j;

	json_open(&j, buf, sizeof(buf), "case");
	json_str(&j, "id", r->def->id);
	json_str(&j, "title", r->def->title);
	json_str(&j, "level", case_level_name(r->def->level));
	json_str(&j, "severity", case_grave_name(r->def->grave));
	json_str(&j, "req", r->def->req);
	json_str(&j, "clause", r->def->clause);
	json_str(&j, "status", case_status_name(r->status));
	json_u64(&j, "trials", r->n_trials);
	json_u64(&j, "failed", r->n_failed);
	json_u64(&j, "ms", r->ms);
	json_str(&j, "expected", r->expected);
	json_str(&j, "got", r->got);
	if (r->capture[0])
		json_str(&j, "capture", r->capture);
	(void)json_write(&j, stdout);
}

static void case_tap(const struct case_result *r, size_t number)
{
	bool is_ok = r->status != STATUS_FAIL;

	printf("%sok %zu - %s %s", is_ok ? "" : "not ", number, r->def->id,
	       r->def->title);
	if (r->status == STATUS_SKIP || r->status == STATUS_INCONCLUSIVE)
		printf(" # SKIP %s", r->got);
	else if (r->status == STATUS_FAIL && r->def->level == LEVEL_SHOULD)
		printf(" # TODO SHOULD");
	putchar('\n');
	if (!is_ok)
		printf("# expected: %s\n# got: %s\n", r->expected, r->got);
}

static const char *colour(const struct report_options *opt, const char *code)
{
	return opt->has_colour ? code : "";
}

/* @at: the cursor's column; further lines begin at column @indent.
 * Return: the column behind the text
 */
static size_t text_flow(size_t at, size_t indent, const char *text)
{
	bool is_first = true;
	size_t n;

	for (; *text; text += n + strspn(text + n, " ")) {
		n = strcspn(text, " ");
		if (!is_first && at + 1 + n > TEXT_COLUMNS) {
			printf("\n%*s", (int)indent, "");
			at = indent;
		} else if (!is_first) {
			putchar(' ');
			at++;
		}
		printf("%.*s", (int)n, text);
		at += n;
		is_first = false;
	}
	return at;
}

static void text_wrap(size_t indent, const char *text)
{
	(void)text_flow(indent, indent, text);
	putchar('\n');
}

static void case_text(const struct report_options *opt,
		      const struct case_result *r)
{
	static const struct {
		const char *mark, *code;
	} marks[] = {
		[STATUS_PENDING] = { "?", "" },
		[STATUS_PASS] = { "\xe2\x9c\x94", "\x1b[32m" },
		[STATUS_FAIL] = { "\xc3\x97", "\x1b[31m" },
		[STATUS_INFO] = { "i", "\x1b[36m" },
		[STATUS_SKIP] = { "-", "\x1b[2m" },
		[STATUS_INCONCLUSIVE] = { "?", "\x1b[33m" },
	};
	bool is_loud = r->status == STATUS_FAIL || opt->verbose;
	size_t at;

	if (opt->is_quiet && r->status != STATUS_FAIL)
		return;
	printf("  %s%s%s %s  ", colour(opt, marks[r->status].code),
	       marks[r->status].mark, colour(opt, "\x1b[0m"), r->def->id);
	at = text_flow(6 + strlen(r->def->id), 6, r->def->title);
	if (r->status == STATUS_FAIL)
		printf("%s%s", at > TEXT_COLUMNS - 8 ? "\n      " : "  ",
		       case_level_name(r->def->level));
	putchar('\n');
	if (is_loud && r->expected[0]) {
		printf("      expected: ");
		text_wrap(16, r->expected);
	}
	if (is_loud || r->status == STATUS_INFO ||
	    r->status == STATUS_INCONCLUSIVE) {
		printf("      got: ");
		text_wrap(11, r->got);
	}
	if (r->status == STATUS_FAIL) {
		printf("%6s", "");
		text_wrap(6, r->def->clause);
		if (r->capture[0])
			printf("      capture: %s\n", r->capture);
	}
}

void report_case(const struct report_options *opt, const struct case_result *r,
		 size_t number, size_t total)
{
	/* the progress line, if there is one */
	if (!opt->is_quiet && isatty(STDERR_FILENO))
		(void)fputs("\r\x1b[K", stderr);
	if (opt->is_json) {
		case_json(r);
	} else if (opt->is_tap) {
		if (number == 1)
			printf("TAP version 13\n1..%zu\n", total);
		case_tap(r, number);
	} else {
		case_text(opt, r);
	}
	(void)fflush(stdout);
}

void report_progress(const struct report_options *opt, size_t done,
		     size_t total)
{
	if (opt->is_quiet || !isatty(STDERR_FILENO))
		return;
	if (done < total)
		(void)fprintf(stderr, "%zu of %zu cases", done, total);
	(void)fflush(stderr);
}

void report_list(const struct report_options *opt,
		 const struct case_def *const *defs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct case_result r = { .def = defs[i] };

		if (opt->is_json) {
			case_json(&r);
			continue;
		}
		printf("%-40s %-6s %s\n", defs[i]->id,
		       case_level_name(defs[i]->level), defs[i]->title);
		if (opt->verbose)
			printf("    %s: %s\n    %s\n", defs[i]->req,
			       defs[i]->clause,
			       defs[i]->script ? defs[i]->script : "");
	}
	if (!opt->is_json)
		printf("%zu cases, not run\n", n);
}

/* ---- the verdict ---- */

static void verdict_json(const struct report *r)
{
	const struct verdict *v = r->verdict;
	struct report_counts c = report_count(r);
	static char buf[65536];
	struct json j;
	size_t i;

	json_open(&j, buf, sizeof(buf), "summary");
	json_str(&j, "subject", r->subject);
	json_u64(&j, "tests", c.total);
	json_u64(&j, "passed", c.passed);
	json_u64(&j, "failed", c.failed);
	json_u64(&j, "warned", c.warned);
	json_u64(&j, "info", c.told);
	json_u64(&j, "skipped", c.skipped);
	json_u64(&j, "inconclusive", c.inconclusive);
	json_u64(&j, "ms", r->ms);
	json_u64(&j, "exit", (uint64_t)report_exit(r));
	if (v) {
		json_str(&j, "verdict", v->headline);
		json_begin(&j, "facts", '{');
		for (i = 0; i < v->n_facts; i++)
			json_str(&j, v->facts[i].name, v->facts[i].text);
		json_end(&j);
		json_begin(&j, "findings", '[');
		for (i = 0; i < v->n_findings; i++) {
			const struct finding *f = &v->findings[i];

			json_begin(&j, NULL, '{');
			json_str(&j, "severity", case_grave_name(f->grave));
			json_str(&j, "text", f->text);
			json_str(&j, "cases", f->cases);
			json_str(&j, "mend", f->mend);
			json_end(&j);
		}
		json_end(&j);
	}
	(void)json_write(&j, stdout);
}

static void verdict_text(const struct report *r)
{
	const struct verdict *v = r->verdict;
	const struct advice *a;
	size_t i;

	printf("\n%s\n%s\n", r->subject, v->headline);
	for (i = 0; i < v->n_facts; i++) {
		printf("  %-22s ", v->facts[i].name);
		text_wrap(25, v->facts[i].text);
	}
	if (v->n_findings)
		printf("\n  severity  finding\n");
	for (i = 0; i < v->n_findings; i++) {
		const struct finding *f = &v->findings[i];

		printf("  %-9s ", case_grave_name(f->grave));
		text_wrap(12, f->text);
		if (f->cases[0]) {
			printf("            seen in: ");
			text_wrap(21, f->cases);
		}
		if (f->mend[0]) {
			printf("%12s", "");
			text_wrap(12, f->mend);
		}
	}
	if (v->advice)
		printf("\n  configuration that mends it\n");
	for (a = v->advice; a && a->product; a++)
		printf("  %s\n%s\n", a->product, a->lines);
	putchar('\n');
}

static void report_last_line(const struct report *r)
{
	struct report_counts c = report_count(r);

	printf("%u tests, %u passed, %u failed, %u skipped", c.total, c.passed,
	       c.failed, c.skipped);
	if (c.warned)
		printf(", %u SHOULD not met", c.warned);
	if (c.told)
		printf(", %u told", c.told);
	if (c.inconclusive)
		printf(", %u inconclusive", c.inconclusive);
	putchar('\n');
}

int report_end(const struct report *r)
{
	int status = 0, err;

	if (r->opt->is_json) {
		verdict_json(r);
	} else if (!r->opt->is_tap) {
		if (r->verdict)
			verdict_text(r);
		report_last_line(r);
	}
	if (r->opt->junit) {
		err = report_write_junit(r, r->opt->junit);
		if (err) {
			log_error("%s: %s", r->opt->junit, strerror(-err));
			status = EXIT_IO;
		}
	}
	if (r->opt->html) {
		err = report_write_html(r, r->opt->html);
		if (err) {
			log_error("%s: %s", r->opt->html, strerror(-err));
			status = EXIT_IO;
		}
	}
	if (fflush(stdout))
		status = EXIT_IO;
	return status;
}
