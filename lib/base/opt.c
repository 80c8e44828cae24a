/* SPDX-License-Identifier: BSD-2-Clause */
/* opt.c - see opt.h; the scanning is getopt_long(3)'s */
#include "base/opt.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/str.h"
#include "wire/wire.h"

#define OPT_MAX		 64
#define OPT_TEXT_MAX	 1024 /* of a message */
#define OPT_HELP_COLUMN	 28
#define OPT_LINE_COLUMNS 79
/* getopt values of options without a letter: above every char */
#define OPT_LONG_BASE 256
#define OPT_VERSION   (OPT_LONG_BASE + OPT_MAX)

static size_t opt_count(const struct opt *opts)
{
	size_t n = 0;

	while (opts[n].letter || opts[n].name)
		n++;
	return n;
}

int opt_fail(const struct opt_spec *spec, const char *fmt, ...)
{
	char text[OPT_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	/* arguments may be names of files that others made */
	(void)str_vmessage(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s: error: %s\nTry '%s --help'.\n", spec->prog, text,
		spec->prog);
	return EXIT_USAGE;
}

/* Print @text from column @col on, wrapped at blanks. */
static void opt_wrap(const char *text, int col)
{
	int at = col;

	while (*text) {
		size_t word = strcspn(text, " ");

		if (at > col && at + 1 + (int)word > OPT_LINE_COLUMNS) {
			printf("\n%*s", col, "");
			at = col;
		} else if (at > col) {
			putchar(' ');
			at++;
		}
		printf("%.*s", (int)word, text);
		at += (int)word;
		text += word;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void opt_print_one(char letter, const char *name, const char *arg,
			  const char *help)
{
	int n = 0;

	n += letter ? printf("  -%c", letter) : printf("    ");
	if (name)
		n += printf("%s--%s", letter ? ", " : "  ", name);
	if (arg)
		n += printf(" %s", arg);
	if (n > OPT_HELP_COLUMN - 2)
		printf("\n%*s", OPT_HELP_COLUMN, "");
	else
		printf("%*s", OPT_HELP_COLUMN - n, "");
	opt_wrap(help, OPT_HELP_COLUMN);
}

static void opt_help(const struct opt_spec *spec)
{
	const char *form = spec->usage;
	const struct opt *o;

	while (*form) {
		size_t n = strcspn(form, "\n");

		printf("%s %s %.*s\n",
		       form == spec->usage ? "usage:" : "      ", spec->prog,
		       (int)n, form);
		form += n + (form[n] == '\n');
	}
	putchar('\n');
	opt_wrap(spec->about, 0);
	printf("\noptions:\n");
	for (o = spec->opts; o->letter || o->name; o++)
		opt_print_one(o->letter, o->name, o->arg, o->help);
	opt_print_one('h', "help", NULL, "print this and exit");
	opt_print_one(0, "version", NULL, "print the version and exit");
	if (spec->tail)
		printf("\n%s\n", spec->tail);
}

static bool opt_in_range(const struct opt *o, uint64_t v)
{
	return v >= o->min && (!o->max || v <= o->max);
}

static bool opt_range_error(const struct opt *o, char err[OPT_ERR_MAX])
{
	if (o->max)
		(void)snprintf(err, OPT_ERR_MAX, "must be within %llu..%llu",
			       (unsigned long long)o->min,
			       (unsigned long long)o->max);
	else
		(void)snprintf(err, OPT_ERR_MAX, "must be at least %llu",
			       (unsigned long long)o->min);
	return false;
}

static bool opt_choose(const struct opt *o, const char *value,
		       char err[OPT_ERR_MAX])
{
	size_t n = 0;
	int i;

	for (i = 0; o->choices[i]; i++) {
		if (!strcmp(o->choices[i], value)) {
			*(int *)o->dst = i;
			return true;
		}
	}
	n += (size_t)snprintf(err, OPT_ERR_MAX, "is not one of");
	for (i = 0; o->choices[i] && n < OPT_ERR_MAX; i++)
		n += (size_t)snprintf(err + n, OPT_ERR_MAX - n, "%s %s",
				      i ? "," : "", o->choices[i]);
	return false;
}

static bool opt_number(const struct opt *o, const char *value,
		       char err[OPT_ERR_MAX])
{
	uint64_t v = 0;
	bool ok;

	if (o->type == OPT_DURATION)
		ok = str_duration_ms(value, &v);
	else if (o->type == OPT_SIZE)
		ok = str_size(value, &v);
	else
		ok = str_u64(value, strlen(value), &v) && v <= UINT32_MAX;
	if (!ok) {
		str_copy(err, OPT_ERR_MAX,
			 o->type == OPT_DURATION
				 ? "is not a duration such as 500ms, 3s or 2m"
			 : o->type == OPT_SIZE
				 ? "is not a size such as 4096, 64k or 10M"
				 : "is not a number");
		return false;
	}
	if (!opt_in_range(o, v))
		return opt_range_error(o, err);
	if (o->type == OPT_U32)
		*(uint32_t *)o->dst = (uint32_t)v;
	else
		*(uint64_t *)o->dst = v;
	return true;
}

static bool opt_store(const struct opt *o, const char *value,
		      char err[OPT_ERR_MAX])
{
	switch (o->type) {
	case OPT_FLAG:
		*(bool *)o->dst = true;
		return true;
	case OPT_COUNT:
		++*(unsigned *)o->dst;
		return true;
	case OPT_STR:
		*(const char **)o->dst = value;
		return true;
	case OPT_CHOICE:
		return opt_choose(o, value, err);
	case OPT_CALL:
		return o->call(o->dst, value, err);
	case OPT_U32:
	case OPT_DURATION:
	case OPT_SIZE:
		return opt_number(o, value, err);
	}
	return false;
}

/* Fill getopt_long's two tables. @ret_short holds 3 * OPT_MAX bytes. */
static void opt_tables(const struct opt *opts, size_t n, char *ret_short,
		       struct option *ret_long)
{
	size_t i, s = 0, l = 0;

	ret_short[s++] = ':'; /* tell a missing value from an unknown option */
	ret_short[s++] = 'h';
	for (i = 0; i < n; i++) {
		int val = opts[i].letter ? (unsigned char)opts[i].letter
					 : (int)(OPT_LONG_BASE + i);

		if (opts[i].letter) {
			ret_short[s++] = opts[i].letter;
			if (opts[i].arg)
				ret_short[s++] = ':';
		}
		if (opts[i].name)
			ret_long[l++] = (struct option) {
				opts[i].name,
				opts[i].arg ? required_argument : no_argument,
				NULL, val
			};
	}
	ret_short[s] = '\0';
	ret_long[l++] = (struct option) { "help", no_argument, NULL, 'h' };
	ret_long[l++] =
		(struct option) { "version", no_argument, NULL, OPT_VERSION };
	ret_long[l] = (struct option) { 0 };
}

static const struct opt *opt_find(const struct opt *opts, size_t n, int val)
{
	size_t i;

	if (val >= OPT_LONG_BASE)
		return &opts[val - OPT_LONG_BASE];
	for (i = 0; i < n; i++)
		if (opts[i].letter == (char)val)
			return &opts[i];
	return NULL;
}

/* After a complaint of getopt_long(3). An unknown letter may stand inside a
 * group, at which optind does not point: optopt has it. It is 0 for an unknown
 * long option.
 */
static int opt_fail_scan(const struct opt_spec *spec, size_t n, int val,
			 char **argv)
{
	const char letter[] = { '-', (char)optopt, '\0' };
	const char *word = argv[optind - 1];

	if (val == ':')
		return opt_fail(spec, "option '%s' needs a value",
				strncmp(word, "--", 2) == 0 ? word : letter);
	if (optopt && optopt < OPT_LONG_BASE && optopt != 'h' &&
	    !opt_find(spec->opts, n, optopt))
		word = letter;
	return opt_fail(spec, "unknown option '%s'", word);
}

int opt_parse(const struct opt_spec *spec, int argc, char **argv,
	      int *ret_operand)
{
	struct option longs[OPT_MAX + 3];
	char shorts[3 * OPT_MAX];
	char err[OPT_ERR_MAX] = "";
	size_t n = opt_count(spec->opts);
	int val;

	ASSERT(n <= OPT_MAX);
	opt_tables(spec->opts, n, shorts, longs);
	optind = 0; /* glibc: start afresh, also when called again */
	opterr = 0;
	while ((val = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct opt *o;

		if (val == 'h') {
			opt_help(spec);
			return EXIT_OK;
		}
		if (val == OPT_VERSION) {
			printf("%s (truepeer) %s\n", spec->prog, TP_VERSION);
			return EXIT_OK;
		}
		if (val == '?' || val == ':')
			return opt_fail_scan(spec, n, val, argv);
		o = opt_find(spec->opts, n, val);
		ASSERT(o);
		if (!opt_store(o, optarg, err))
			return opt_fail(spec, "%s%s '%s': %s",
					o->name ? "--" : "-",
					o->name ? o->name
						: (char[]) { o->letter, '\0' },
					optarg ? optarg : "", err);
	}
	*ret_operand = optind;
	return -1;
}
