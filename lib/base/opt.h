/* SPDX-License-Identifier: BSD-2-Clause */
/* opt.h - command lines from one table: parsing, defaults' text, --help.
 *
 * -h/--help and --version come by themselves. docs/man is checked against the
 * tables by tests/lint.
 */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPT_ERR_MAX 256

enum opt_type {
	OPT_FLAG,     /* bool *: set true */
	OPT_COUNT,    /* unsigned *: incremented each time */
	OPT_U32,      /* uint32_t *, within min..max */
	OPT_DURATION, /* uint64_t *, milliseconds, within min..max */
	OPT_SIZE,     /* uint64_t *, bytes, within min..max */
	OPT_STR,      /* const char **, borrowed from argv */
	OPT_CHOICE,   /* int *: index into choices */
	OPT_CALL,     /* call(dst, value, err): may be repeated */
};

/* @letter:  short form, or 0
 * @name:    long form, or NULL
 * @arg:     name of the value in --help; NULL for OPT_FLAG and OPT_COUNT
 * @dst:     see the types
 * @max:     0: no bound
 * @choices: NULL-terminated; OPT_CHOICE
 * @call:    OPT_CALL; @value is borrowed from argv; returns false with a
 *	     message in @err. @value is NULL if @arg is NULL.
 * @help:    one sentence; long ones are wrapped
 */
struct opt {
	char letter;
	const char *name;
	const char *arg;
	enum opt_type type;
	void *dst;
	uint64_t min, max;
	const char *const *choices;
	bool (*call)(void *dst, const char *value, char err[OPT_ERR_MAX]);
	const char *help;
};

/* @usage: after the program's name; several forms are separated by '\n'
 * @about: one or two sentences under the usage
 * @tail:  printed after the options (examples, exit status), or NULL
 * @opts:  ends with an entry that has neither letter nor name
 */
struct opt_spec {
	const char *prog;
	const char *usage;
	const char *about;
	const char *tail;
	const struct opt *opts;
};

/* opt_parse() - options may stand before and after operands; "--" ends them.
 * argv is permuted so that operands are argv[*ret_operand .. argc-1].
 * Return: -1 to go on, else the exit status to leave main() with; help and
 * version were printed to stdout (0), errors to stderr (EXIT_USAGE).
 */
int opt_parse(const struct opt_spec *spec, int argc, char **argv,
	      int *ret_operand);

/* opt_fail() - "PROG: error: ...", and the way to --help, on stderr.
 * Return: EXIT_USAGE
 */
int opt_fail(const struct opt_spec *spec, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
