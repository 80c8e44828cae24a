/* SPDX-License-Identifier: BSD-2-Clause */
/* test_opt.c - command lines against one table */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/opt.h"
#include "base/str.h"
#include "harness.h"
#include "wire/wire.h"

#define WORDS_MAX 32
#define TEXT_MAX  8192

static struct {
	bool flag;
	unsigned count;
	uint32_t u32;
	uint64_t ms;
	uint64_t bytes;
	const char *str;
	int choice;
	unsigned calls;
	bool bare;
} got;

static char out[TEXT_MAX]; /* what the last parse() printed, both streams */
static char text[512];
static char *words[WORDS_MAX];
static int operand;

static bool on_call(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	if (strcmp(value, "bad") == 0) {
		str_copy(err, OPT_ERR_MAX, "is bad");
		return false;
	}
	++*(unsigned *)dst;
	return true;
}

static bool on_bare(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	(void)err;
	*(bool *)dst = !value;
	return true;
}

static const char *const choices[] = { "red", "green", NULL };

static const struct opt opts[] = {
	{ 'f', "flag", NULL, OPT_FLAG, &got.flag, .help = "a flag" },
	{ 'v', "verbose", NULL, OPT_COUNT, &got.count, .help = "more" },
	{ 'n', "number", "N", OPT_U32, &got.u32, 1, 100, .help = "a number" },
	{ 0, "least", "N", OPT_U32, &got.u32, 5, 0, .help = "at least 5" },
	{ 'd', NULL, "DUR", OPT_DURATION, &got.ms, 0, 0, .help = "a time" },
	{ 0, "size", "SIZE", OPT_SIZE, &got.bytes, 0, 4096, .help = "bytes" },
	{ 's', "string", "TEXT", OPT_STR, &got.str, .help = "a text" },
	{ 0, "colour", "C", OPT_CHOICE, &got.choice, .choices = choices,
	  .help = "one of a few, with a help text that is long enough to be "
		  "wrapped to the next line at least once" },
	{ 'c', "call", "X", OPT_CALL, &got.calls, .call = on_call,
	  .help = "called" },
	{ 0, "bare", NULL, OPT_CALL, &got.bare, .call = on_bare,
	  .help = "called without a value" },
	{ 0 },
};

static const struct opt_spec spec = {
	.prog = "prog",
	.usage = "[options] FILE\n-f",
	.about = "Does nothing.",
	.tail = "That is all.",
	.opts = opts,
};

/* As many options as a table may have; the first has no letter. */
#define MANY 64

static uint32_t many_got[MANY];
static char many_names[MANY][8];
static struct opt many[MANY + 1];

static const struct opt_spec many_spec = {
	.prog = "prog",
	.usage = "[options]",
	.about = "Does nothing.",
	.opts = many,
};

static const struct opt_spec *with = &spec;

static void read_back(FILE *f)
{
	size_t n;

	rewind(f);
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	(void)fclose(f);
}

/* Parse @line, words separated by blanks. */
static int parse(const char *line)
{
	char *save = NULL, *word;
	static char prog[] = "prog";
	FILE *f = tmpfile();
	int keep1 = dup(STDOUT_FILENO), keep2 = dup(STDERR_FILENO);
	int argc = 0, status;

	ASSERT(f && keep1 >= 0 && keep2 >= 0);
	memset(&got, 0, sizeof(got));
	str_copy(text, sizeof(text), line);
	words[argc++] = prog;
	for (word = strtok_r(text, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		ASSERT(argc < WORDS_MAX - 1);
		words[argc++] = word;
	}
	words[argc] = NULL;
	(void)fflush(stdout);
	ASSERT(dup2(fileno(f), STDOUT_FILENO) >= 0);
	ASSERT(dup2(fileno(f), STDERR_FILENO) >= 0);
	status = opt_parse(with, argc, words, &operand);
	(void)fflush(stdout);
	ASSERT(dup2(keep1, STDOUT_FILENO) >= 0);
	ASSERT(dup2(keep2, STDERR_FILENO) >= 0);
	close(keep1);
	close(keep2);
	read_back(f);
	return status;
}

static void test_every_type(void)
{
	CU_ASSERT_EQUAL(parse("-f -vv -v -n 7 -d 2m --size 4k -s x --colour "
			      "green -c a -c b --bare file"),
			-1);
	CU_ASSERT_TRUE(got.flag);
	CU_ASSERT_EQUAL(got.count, 3);
	CU_ASSERT_EQUAL(got.u32, 7);
	CU_ASSERT_EQUAL(got.ms, 120000);
	CU_ASSERT_EQUAL(got.bytes, 4096);
	CU_ASSERT_STRING_EQUAL(got.str, "x");
	CU_ASSERT_EQUAL(got.choice, 1);
	CU_ASSERT_EQUAL(got.calls, 2);
	CU_ASSERT_TRUE(got.bare);
	CU_ASSERT_STRING_EQUAL(words[operand], "file");
	CU_ASSERT_STRING_EQUAL(out, "");
}

static void test_spellings(void)
{
	CU_ASSERT_EQUAL(parse("--number=9 -sx -fn5"), -1);
	CU_ASSERT_EQUAL(got.u32, 5);
	CU_ASSERT_TRUE(got.flag);
	CU_ASSERT_STRING_EQUAL(got.str, "x");
	CU_ASSERT_EQUAL(parse("a -f b"), -1);
	CU_ASSERT_TRUE(got.flag);
	CU_ASSERT_STRING_EQUAL(words[operand], "a");
	CU_ASSERT_STRING_EQUAL(words[operand + 1], "b");
	CU_ASSERT_EQUAL(parse("-- -f"), -1);
	CU_ASSERT_FALSE(got.flag);
	CU_ASSERT_STRING_EQUAL(words[operand], "-f");
	CU_ASSERT_EQUAL(parse("--colour green --colour red"), -1);
	CU_ASSERT_EQUAL(got.choice, 0);
	CU_ASSERT_EQUAL(parse("-s -f"), -1);
	CU_ASSERT_STRING_EQUAL(got.str, "-f");
}

static void test_ranges(void)
{
	CU_ASSERT_EQUAL(parse("-n 0"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "--number '0': must be within "
					   "1..100"));
	CU_ASSERT_EQUAL(parse("-n 101"), 2);
	CU_ASSERT_EQUAL(parse("-n 1"), -1);
	CU_ASSERT_EQUAL(parse("-n 100"), -1);
	CU_ASSERT_EQUAL(parse("--least 4"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "must be at least 5"));
	CU_ASSERT_EQUAL(parse("--least 4294967295"), -1);
	CU_ASSERT_EQUAL(parse("--least 4294967296"), 2);
	CU_ASSERT_EQUAL(parse("--size 4097"), 2);
	CU_ASSERT_EQUAL(parse("--size 5k"), 2);
}

static void test_bad_values(void)
{
	CU_ASSERT_EQUAL(parse("-n x"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "--number 'x': is not a number"));
	CU_ASSERT_EQUAL(parse("-d 5x"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "-d '5x': is not a duration"));
	CU_ASSERT_EQUAL(parse("--size k"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "is not a size"));
	CU_ASSERT_EQUAL(parse("--colour blue"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "is not one of red, green"));
	CU_ASSERT_EQUAL(parse("-c bad"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "--call 'bad': is bad"));
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "prog --help"));
}

static void test_unknown_and_incomplete(void)
{
	CU_ASSERT_EQUAL(parse("--bogus file"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "unknown option '--bogus'"));
	CU_ASSERT_EQUAL(parse("-z file"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "unknown option '-z'"));
	CU_ASSERT_EQUAL(parse("file -fzv"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "unknown option '-z'"));
	CU_ASSERT_EQUAL(parse("-zv"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "unknown option '-z'"));
	CU_ASSERT_EQUAL(parse("--flag -zv"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "unknown option '-z'"));
	CU_ASSERT_EQUAL(parse("-fn"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "option '-n' needs a value"));
	CU_ASSERT_EQUAL(parse("-n"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "option '-n' needs a value"));
	CU_ASSERT_EQUAL(parse("--number"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "option '--number' needs a value"));
	CU_ASSERT_EQUAL(parse("--colour"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "option '--colour' needs a value"));
	CU_ASSERT_EQUAL(parse("--help=1"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "--help=1"));
	CU_ASSERT_EQUAL(parse("--version=1"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "--version=1"));
	CU_ASSERT_EQUAL(parse("--flag=1"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "--flag=1"));
}

static void test_help_and_version(void)
{
	const char *line;

	CU_ASSERT_EQUAL(parse("-n 7 --help --bogus"), 0);
	CU_ASSERT_EQUAL(strncmp(out,
				"usage: prog [options] FILE\n"
				"       prog -f\n\nDoes nothing.\n",
				47),
			0);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "\n  -n, --number N "));
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "\n      --size SIZE "));
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "\n  -d DUR "));
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "\n  -h, --help "));
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "That is all.\n"));
	for (line = out; *line; line += strcspn(line, "\n") + 1)
		CU_ASSERT(strcspn(line, "\n") < 80);
	CU_ASSERT_EQUAL(parse("-h"), 0);
	CU_ASSERT_EQUAL(parse("--version"), 0);
	CU_ASSERT_EQUAL(strncmp(out, "prog (truepeer) ", 16), 0);
}

static void test_a_full_table(void)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVXYZ"
				      "abcdefgijklmnopqrstuvwxyz0123456789";
	size_t i;

	for (i = 0; i < MANY; i++) {
		snprintf(many_names[i], sizeof(many_names[i]), "o%zu", i);
		many[i] = (struct opt) {
			.letter = i && i < sizeof(letters) ? letters[i - 1] : 0,
			.name = many_names[i],
			.arg = "N",
			.type = OPT_U32,
			.dst = &many_got[i],
			.help = "a number",
		};
	}
	with = &many_spec;
	CU_ASSERT_EQUAL(parse("--o0 7 -A 8 -9 9 --o63 10 --o1 11"), -1);
	CU_ASSERT_EQUAL(many_got[0], 7);
	CU_ASSERT_EQUAL(many_got[1], 11);
	CU_ASSERT_EQUAL(many_got[60], 9);
	CU_ASSERT_EQUAL(many_got[63], 10);
	CU_ASSERT_EQUAL(parse("--help"), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "\n  -9, --o60 N "));
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "\n      --o63 N "));
	CU_ASSERT_PTR_NULL(strstr(out, "null"));
	with = &spec;
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "every type", test_every_type },
		{ "spellings", test_spellings },
		{ "ranges", test_ranges },
		{ "bad values", test_bad_values },
		{ "unknown and incomplete", test_unknown_and_incomplete },
		{ "help and version", test_help_and_version },
		{ "a full table", test_a_full_table },
	};

	return unit_main("opt", tests, ARRAY_SIZE(tests));
}
