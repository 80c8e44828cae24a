/* SPDX-License-Identifier: BSD-2-Clause */
/* report_html.c - one page that needs nothing else */
#include <errno.h>

#include "report.h"

int report_write_html(const struct report *r, const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return -errno;
	(void)fprintf(f, "<!doctype html><title>%s</title>\n", r->subject);
	return fclose(f) ? -EIO : 0;
}
