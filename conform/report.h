/* SPDX-License-Identifier: BSD-2-Clause */
/* report.h - results on paper: lines for people, JUnit, TAP, JSON Lines, HTML
 */
#ifndef CONFORM_REPORT_H
#define CONFORM_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "case.h"

#define REPORT_FACTS_MAX    24
#define REPORT_FINDINGS_MAX 48
#define REPORT_TEXT_MAX	    400

/* One thing that is wrong. @cases: ids it was seen in, for people */
struct finding {
	enum case_grave grave;
	char text[REPORT_TEXT_MAX];
	char cases[REPORT_TEXT_MAX];
	char mend[REPORT_TEXT_MAX]; /* what to do, in a sentence, or empty */
};

struct fact {
	const char *name;
	char text[REPORT_TEXT_MAX];
};

/* A line of configuration that mends it, for one product */
struct advice {
	const char *product;
	const char *lines;
};

/* The page that a person can act on.
 * @headline: one sentence
 * @advice:   borrowed; ends with an entry without a product, or NULL
 */
struct verdict {
	char headline[REPORT_TEXT_MAX];
	size_t n_facts;
	struct fact facts[REPORT_FACTS_MAX];
	size_t n_findings;
	struct finding findings[REPORT_FINDINGS_MAX];
	const struct advice *advice;
};

/* The options that every subcommand shares.
 * @junit, @html: file names or NULL
 * @keep_pcap:    directory or NULL
 */
struct report_options {
	bool is_strict, is_json, is_tap, is_dryrun, is_quiet;
	bool has_colour;
	unsigned verbose;
	const char *junit, *html, *keep_pcap;
	const char *json_path;
};

/* @subject: what was tested, "origin 127.0.0.1:80, mode ppv2, probe http" */
struct report {
	const struct report_options *opt;
	char subject[REPORT_TEXT_MAX];
	const struct case_result *results;
	size_t n;
	const struct verdict *verdict; /* or NULL */
	uint64_t ms;
};

struct report_counts {
	uint32_t total, passed, failed, warned, told, skipped, inconclusive;
};

/* report_count() - @warned: SHOULD cases that failed without --strict */
struct report_counts report_count(const struct report *r);

/* report_exit() - the exit status that the results ask for: EXIT_FINDING,
 * EXIT_INCONCLUSIVE (nothing passed or failed), EXIT_SKIP or EXIT_OK
 */
int report_exit(const struct report *r);

/* verdict_fact(), verdict_find() - add; what is too much is dropped.
 * verdict_find() returns the text buffers to fill, or NULL.
 */
void verdict_fact(struct verdict *v, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
struct finding *verdict_find(struct verdict *v, enum case_grave grave);

/* report_case() - one case as it finishes: a line, a JSON line, a TAP line */
void report_case(const struct report_options *opt, const struct case_result *r,
		 size_t number, size_t total);

/* report_progress() - on stderr, if that is a terminal and nothing is quiet */
void report_progress(const struct report_options *opt, size_t done,
		     size_t total);

/* report_list() - --dryrun: each case, its level and clause; nothing is run */
void report_list(const struct report_options *opt,
		 const struct case_def *const *defs, size_t n);

/* report_end() - verdict, counts and files. Return: 0, or EXIT_IO if a file
 * could not be written (said on stderr)
 */
int report_end(const struct report *r);

/* The files; 0 or -errno */
int report_write_junit(const struct report *r, const char *path);
int report_write_html(const struct report *r, const char *path);

#endif
