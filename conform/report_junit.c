/* SPDX-License-Identifier: BSD-2-Clause */
/* report_junit.c - JUnit XML, as CI servers read it */
#include <errno.h>

#include "base/markup.h"
#include "report.h"

/* escaped; bytes that XML cannot hold become '?' */
static void put_xml(FILE *f, const char *s)
{
	for (; *s; s++) {
		const char *entity = markup_entity(*s);

		if (entity)
			(void)fputs(entity, f);
		else
			(void)fputc((unsigned char)*s < 32 ? '?' : *s, f);
	}
}

static void put_attribute(FILE *f, const char *name, const char *value)
{
	(void)fprintf(f, " %s=\"", name);
	put_xml(f, value);
	(void)fputc('"', f);
}

static void put_case(FILE *f, const struct report *r,
		     const struct case_result *res)
{
	(void)fputs("  <testcase", f);
	put_attribute(f, "classname", "tp-conform");
	put_attribute(f, "name", res->def->id);
	(void)fprintf(f, " time=\"%.3f\">\n", (double)res->ms / 1000);
	if (case_is_failure(res, r->opt->is_strict)) {
		(void)fputs("    <failure", f);
		put_attribute(f, "type", case_level_name(res->def->level));
		put_attribute(f, "message", res->got);
		(void)fputs(">", f);
		put_xml(f, res->def->title);
		(void)fputs("\nexpected: ", f);
		put_xml(f, res->expected);
		(void)fputs("\n", f);
		put_xml(f, res->def->clause);
		(void)fputs("</failure>\n", f);
	} else if (res->status == STATUS_SKIP ||
		   res->status == STATUS_INCONCLUSIVE) {
		(void)fputs("    <skipped", f);
		put_attribute(f, "message", res->got);
		(void)fputs("/>\n", f);
	} else if (res->status != STATUS_PASS) {
		(void)fputs("    <system-out>", f);
		put_xml(f, res->got);
		(void)fputs("</system-out>\n", f);
	}
	(void)fputs("  </testcase>\n", f);
}

int report_write_junit(const struct report *r, const char *path)
{
	struct report_counts c = report_count(r);
	FILE *f = fopen(path, "we");
	size_t i;
	int bad;

	if (!f)
		return -errno;
	(void)fprintf(f,
		      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<testsuite name=\"tp-conform\" tests=\"%u\" "
		      "failures=\"%u\" errors=\"0\" skipped=\"%u\" "
		      "time=\"%.3f\"",
		      c.total, c.failed, c.skipped + c.inconclusive,
		      (double)r->ms / 1000);
	put_attribute(f, "hostname", r->subject);
	(void)fputs(">\n", f);
	for (i = 0; i < r->n; i++)
		put_case(f, r, &r->results[i]);
	(void)fputs("</testsuite>\n", f);
	bad = ferror(f);
	return fclose(f) || bad ? -EIO : 0;
}
