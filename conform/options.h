/* SPDX-License-Identifier: BSD-2-Clause */
/* options.h - the command line: one subcommand each, shared options alike */
#ifndef CONFORM_OPTIONS_H
#define CONFORM_OPTIONS_H

#include "base/opt.h"
#include "engine.h"
#include "report.h"

#define SPECS_MAX 64

/* Entries of a table for opt.h that every subcommand has. @ro: a struct
 * report_options
 */
#define OPTIONS_REPORT(ro)                                                \
	{ 'S',                                                            \
	  "strict",                                                       \
	  NULL,                                                           \
	  OPT_FLAG,                                                       \
	  &(ro).is_strict,                                                \
	  0,                                                              \
	  0,                                                              \
	  NULL,                                                           \
	  NULL,                                                           \
	  "a SHOULD that is not met is a failure too" },                  \
		{ 0,                                                      \
		  "dryrun",                                               \
		  NULL,                                                   \
		  OPT_FLAG,                                               \
		  &(ro).is_dryrun,                                        \
		  0,                                                      \
		  0,                                                      \
		  NULL,                                                   \
		  NULL,                                                   \
		  "list the cases that would run, and run none" },        \
		{ 'J',                                                    \
		  "json",                                                 \
		  NULL,                                                   \
		  OPT_FLAG,                                               \
		  &(ro).is_json,                                          \
		  0,                                                      \
		  0,                                                      \
		  NULL,                                                   \
		  NULL,                                                   \
		  "JSON Lines: one for each case, a summary last" },      \
		{ 0,                                                      \
		  "tap",                                                  \
		  NULL,                                                   \
		  OPT_FLAG,                                               \
		  &(ro).is_tap,                                           \
		  0,                                                      \
		  0,                                                      \
		  NULL,                                                   \
		  NULL,                                                   \
		  "Test Anything Protocol on standard output" },          \
		{ 'j', "junit", "FILE", OPT_STR, &(ro).junit,             \
		  0,   0,	NULL,	NULL,	 "write JUnit XML" },     \
		{ 0,	      "report",                                   \
		  "FILE",     OPT_STR,                                    \
		  &(ro).html, 0,                                          \
		  0,	      NULL,                                       \
		  NULL,	      "write one self-contained HTML page" },     \
		{ 'v',                                                    \
		  "verbose",                                              \
		  NULL,                                                   \
		  OPT_COUNT,                                              \
		  &(ro).verbose,                                          \
		  0,                                                      \
		  0,                                                      \
		  NULL,                                                   \
		  NULL,                                                   \
		  "say what was expected and seen in each case" },        \
	{                                                                 \
		'q', "quiet", NULL, OPT_FLAG, &(ro).is_quiet, 0, 0, NULL, \
			NULL, "name failed cases only"                    \
	}

enum origin_mode {
	ORIGIN_AUTO,
	ORIGIN_PPV1,
	ORIGIN_PPV2,
	ORIGIN_TOA,
	ORIGIN_SPP,
};

/* @specs: prefixes of case ids, or requirement ids
 * @iface: to capture on, for --keep-pcap
 */
struct origin_options {
	struct report_options report;
	int mode; /* enum origin_mode */
	bool is_udp;
	bool want_like; /* compare with known implementations */
	const char *target_text;
	struct endpoint target;
	struct ip_addr source, untrusted, raw_source;
	struct probe probe;
	struct oracle oracle;
	uint64_t timeout_ms, wait_ms, gap_ms, oracle_ms, deadline_ms;
	uint32_t parallel;
	uint32_t crowd_max;
	const char *iface;
	char *const *specs;
	size_t n_specs;
};

/* options_origin() - argv[0] is the subcommand.
 * Return: -1 to go on, else the exit status
 */
int options_origin(int argc, char **argv, struct origin_options *ret);

/* options_target() - "HOST:PORT", "[ADDR]:PORT"; names are resolved.
 * Return: 0, or EXIT_USAGE or EXIT_IO with a message on stderr
 */
int options_target(const char *text, struct endpoint *ret);

/* The subcommands. Return: the exit status */
int command_origin(int argc, char **argv);
int command_rules(int argc, char **argv);
int command_run(int argc, char **argv);
int command_proxy(int argc, char **argv);

#endif
