/* SPDX-License-Identifier: BSD-2-Clause */
/* html.h - a page that needs nothing else: numbers, plots, and each finding
 * with its bytes (--report)
 */
#ifndef INSPECT_HTML_H
#define INSPECT_HTML_H

#include "mark.h"
#include "peek.h"
#include "sink.h"
#include "summary.h"

/* Findings in the page; more are counted. */
#define HTML_FINDINGS_MAX 5000

/* What is kept of a flow. Strings of @check are static. */
struct html_finding {
	uint64_t id;
	uint64_t first_frame;
	uint64_t last_frame;
	int64_t first_ns;
	const char *transport;
	const char *mode;
	struct endpoint src;
	struct endpoint dst;
	char named[ENDPOINT_TEXT_MAX];
	char verdict[128];
	struct check check;
	struct mark mark;
};

/* @status: the exit status; @tally of the whole capture */
struct html_page {
	const struct config *cfg;
	const struct tally *tally;
	int status;
	struct summary *summary;
	struct peek *peek;
	uint64_t refused;
	uint32_t count;
	struct html_finding *finding;
};

/* html_open() - add the sink. Return: 0 or -errno, logged */
int html_open(const struct config *cfg, struct sinks *s);

/* html_write() - the page on @out */
void html_write(FILE *out, const struct html_page *page);

/* html_findings() - the list of them */
void html_findings(FILE *out, const struct html_page *page);

/* html_put() - @text as it can stand in a page; others than printable ASCII as
 * \xHH
 */
void html_put(FILE *out, const char *text);

/* html_hex() - a frame, the bytes of @mark marked */
void html_hex(FILE *out, const uint8_t *data, size_t len,
	      const struct hexdump_range *mark);

#endif
