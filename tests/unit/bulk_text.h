/* SPDX-License-Identifier: BSD-2-Clause */
/* bulk_text.h - what tp-inspect says of a file, read in this way or that */
#ifndef TESTS_UNIT_BULK_TEXT_H
#define TESTS_UNIT_BULK_TEXT_H

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

#include "inspect.h"
#include "source.h"

/* bulk_text() - @spec: how, NULL for the ordinary reader; @sum: grows by what
 * was tried. Return: to be freed
 */
static inline char *bulk_text(const struct config *cfg, const char *path,
			      const struct bulk_spec *spec,
			      struct bulk_stat *sum)
{
	char err[SOURCE_ERR_MAX];
	struct inspect *in = NULL;
	struct sinks *sinks = NULL;
	struct source *src = NULL;
	struct tally tally;
	struct frame f;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	CU_ASSERT_FATAL(out && sinks_open(cfg, out, &sinks) == 0);
	CU_ASSERT_FATAL(inspect_new(cfg, &in) == 0);
	CU_ASSERT_FATAL(source_open(path, NULL, err, &src) == 0);
	inspect_set_sinks(in, sinks, sinks_want_order(sinks));
	if (spec) {
		struct bulk_spec s = *spec;
		struct bulk_stat stat = { 0 };
		struct capfile cf;

		capfile_init(&cf);
		CU_ASSERT_FATAL(source_plain(src, &s.fd, &s.size));
		CU_ASSERT_EQUAL_FATAL(inspect_bulk(in, &s, &cf, &stat), 0);
		sum->tried += stat.tried;
		sum->merged += stat.merged;
		sum->joined += stat.joined;
		CU_ASSERT_EQUAL_FATAL(source_resume(src, &cf), 0);
		capfile_fini(&cf);
	}
	while (source_next(src, err, &f) == SOURCE_FRAME)
		inspect_frame(in, &f);
	(void)inspect_report(in, sinks, 0, &tally);
	(void)fprintf(out, "%llu frames\n", (unsigned long long)tally.frames);
	sinks_free(sinks);
	inspect_free(in);
	source_close(src);
	(void)fclose(out);
	return text;
}

#endif
