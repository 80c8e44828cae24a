/* SPDX-License-Identifier: BSD-2-Clause */
/* output.h - what is told, and in which form: the options of the output */
#ifndef INSPECT_OUTPUT_H
#define INSPECT_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#define OUTPUT_FIELDS_MAX 160

enum output_format {
	OUTPUT_TEXT,
	OUTPUT_FIELDS,
	OUTPUT_JSON,
	OUTPUT_CSV,
};

/* The same names in the same order for the command line; NULL-terminated. */
extern const char *const output_format_names[];

/* Which of several values of a field are told (-E occurrence). */
enum output_occurrence {
	OUTPUT_ALL,
	OUTPUT_FIRST,
	OUTPUT_LAST,
};

struct field;

/* @colour:	  enum paint_when
 * @want_tree:	  -V, @want_hex: -x
 * @want_summary: instead of flows
 * @flow:	  only the flow of this number; 0: all
 * @field:	  as given with -e, none twice
 * @quote: stands around each value, 0: only where CSV needs it
 * @want_header, @want_bom, @separator, @aggregator, @occurrence, @want_loose
 *		  (escape=n): -E
 * @report, @annotate, @write_bad: paths of files to write, or NULL
 */
struct output {
	enum output_format format;
	int colour;
	bool want_tree;
	bool want_hex;
	bool want_summary;
	bool want_header;
	bool want_bom;
	bool want_loose;
	char separator;
	char aggregator;
	char quote;
	enum output_occurrence occurrence;
	uint32_t flow;
	unsigned field_count;
	const struct field *field[OUTPUT_FIELDS_MAX];
	const char *report;
	const char *annotate;
	const char *write_bad;
};

#endif
