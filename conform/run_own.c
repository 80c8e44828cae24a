/* SPDX-License-Identifier: BSD-2-Clause */
/* run_own.c - the cases of cases_rule.c, each a process or three;
 * those of cases_life.c are played by run_life.c
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/exitcode.h"
#include "build.h"
#include "run.h"
#include "script.h"

#define TOOL_MS	    20000
#define RULES_MAX   24
#define RELAY_PARTS 4
#define RELAY_MAX   1024

void own_verdict(struct own *o, bool is_good, const char *expected,
		 const char *got)
{
	struct case_result *res = o->res;

	res->n_trials++;
	if (!is_good && !res->n_failed) {
		res->first_bad = o->w->sweep;
		(void)snprintf(res->expected, sizeof(res->expected), "%s",
			       expected);
		(void)snprintf(res->got, sizeof(res->got), "%.200s", got);
	}
	res->n_failed += !is_good;
}

void own_broken(struct own *o, const char *why)
{
	o->res->n_trials++;
	o->res->n_inconclusive++;
	(void)snprintf(o->res->got, sizeof(o->res->got), "%.200s", why);
}

/* own_check() - run tp-proxy -c, whose word is compared with what follows the
 * arrow of @script
 */
static void own_check(struct own *o, char *const argv[], const char *script)
{
	static char text[WORLD_TEXT_MAX];
	const char *want = strstr(script, "=> ");
	int status = tool_run(argv, TOOL_MS, text, sizeof(text));
	bool is_good;

	if (!want || (status != EXIT_OK && status != EXIT_USAGE)) {
		own_broken(o, want ? text : "the case has no arrow");
		return;
	}
	want += 3;
	is_good = !strcmp(want, "ok")
			  ? status == EXIT_OK
			  : status == EXIT_USAGE && strstr(text, want);
	own_verdict(o, is_good, want, status ? text : "ok");
}

/* "--ext " before the rest: into @argv, and off the text */
static const char *own_flags(const char *s, char *flag, size_t cap)
{
	size_t n = strcspn(s, " ");

	flag[0] = '\0';
	if (strncmp(s, "--", 2) != 0)
		return s;
	(void)snprintf(flag, cap, "%.*s", (int)n, s);
	return s + n + 1;
}

static void own_rule(struct own *o, const char *script)
{
	static char lines[RULES_MAX][512];
	char check[] = "-c", rule[] = "--rule", flag[32];
	char *argv[2 * RULES_MAX + 8] = { o->w->proxy, check };
	const char *s = own_flags(script + 5, flag, sizeof(flag));
	size_t n = 2, k = 0;

	if (flag[0])
		argv[n++] = flag;
	while (k < RULES_MAX) {
		size_t len = 0;
		bool is_last;

		while (s[len] && strncmp(s + len, " | ", 3) != 0 &&
		       strncmp(s + len, " =>", 3) != 0)
			len++;
		world_expand(o->w, s, len, lines[k], sizeof(lines[k]));
		argv[n++] = rule;
		argv[n++] = lines[k++];
		is_last = s[len] != ' ' || s[len + 1] != '|';
		if (is_last)
			break;
		s += len + 3;
	}
	own_check(o, argv, script);
}

/* the quoted text of @s as the file @name */
static bool own_file(struct own *o, const char *s, const char *name,
		     char path[TOOL_PATH_MAX])
{
	static struct build b;
	const struct claim claim = claim_nth(0);
	const struct build_env env = { .claim = &claim };
	const char *end = strrchr(s, '"');
	char err[BUILD_ERR_MAX];

	b.len = b.hdr_len = 0;
	if (*s != '"' || !end || end == s ||
	    !build_items(&b, s, (size_t)(end - s) + 1, &env, err)) {
		own_broken(o, "the case has no text");
		return false;
	}
	if (world_write(o->w, name, b.bytes, b.len, path)) {
		own_broken(o, "cannot write a file");
		return false;
	}
	return true;
}

static void own_text(struct own *o, const char *script)
{
	char check[] = "-c", file[] = "-f", flag[32], path[TOOL_PATH_MAX];
	char *argv[] = { o->w->proxy, check, file, path, NULL, NULL };
	const char *s = own_flags(script + 5, flag, sizeof(flag));

	if (flag[0])
		argv[4] = flag;
	if (own_file(o, s, "a", path))
		own_check(o, argv, script);
}

int own_write_lines(const struct world *w, unsigned long n)
{
	char *text = malloc(n * 48 + 1), path[TOOL_PATH_MAX];
	size_t len = 0;
	unsigned long i;
	int err;

	if (!text)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, 48,
					"tcp:%lu 192.0.2.1 80 off ppv2\n",
					10000 + i);
	err = world_write(w, "a", text, len, path);
	free(text);
	return err;
}

static void own_lines(struct own *o, const char *script)
{
	char check[] = "-c", file[] = "-f", path[TOOL_PATH_MAX];
	char *argv[] = { o->w->proxy, check, file, path, NULL };

	(void)snprintf(path, sizeof(path), "%s/a", o->w->dir);
	if (own_write_lines(o->w, strtoul(script + 6, NULL, 10)))
		own_broken(o, "cannot write a file");
	else
		own_check(o, argv, script);
}

static void own_fixpoint(struct own *o, const char *script)
{
	static char once[WORLD_TEXT_MAX], twice[WORLD_TEXT_MAX];
	char rules[] = "rules", format[] = "format", path[TOOL_PATH_MAX];
	char *argv[] = { o->w->self, rules, format, path, NULL };

	if (!own_file(o, strchr(script, '"'), "a", path))
		return;
	if (tool_run(argv, TOOL_MS, once, sizeof(once))) {
		own_verdict(o, false, "ok", once);
		return;
	}
	if (world_write(o->w, "b", once, strlen(once), path)) {
		own_broken(o, "cannot write a file");
		return;
	}
	(void)tool_run(argv, TOOL_MS, twice, sizeof(twice));
	own_verdict(o, !strcmp(once, twice), once, twice);
}

/* do all lines of @text that have the JSON member @key agree in it? */
static bool own_agree(const char *text, const char *key)
{
	char member[64], first[64] = "", value[64];
	const char *at = text;
	size_t n = (size_t)snprintf(member, sizeof(member), "\"%s\":", key);
	bool has = false;

	while ((at = strstr(at, member))) {
		at += n;
		(void)snprintf(value, sizeof(value), "%.*s",
			       (int)strcspn(at, ",}"), at);
		if (has && strcmp(first, value) != 0)
			return false;
		memcpy(first, value, sizeof(first));
		has = true;
	}
	return has;
}

/* are all words of @words in the proxy's access log? */
static bool own_log(const struct own *o, char *words, char *text, size_t cap)
{
	char path[TOOL_PATH_MAX], *save = NULL, *word;
	size_t n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/log", o->w->dir);
	f = fopen(path, "re");
	if (f) {
		n = fread(text, 1, cap - 1, f);
		(void)fclose(f);
	}
	text[n] = '\0';
	for (word = strtok_r(words, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		if (!strstr(text, word))
			return false;
	return n != 0;
}

/* own_split() - the parts of @script, divided by semicolons, expanded */
static void own_split(const struct own *o, const char *script,
		      char parts[RELAY_PARTS][RELAY_MAX])
{
	size_t i;

	for (i = 0; i < RELAY_PARTS && *script; i++) {
		size_t n = strcspn(script, ";");

		world_expand(o->w, script, n, parts[i], RELAY_MAX);
		script += n + (script[n] == ';');
		script += *script == ' ';
	}
}

/* what the last part of a relay asks for, when its client is content */
static void own_relay_more(struct own *o, const struct toa_counts *before,
			   char *want, char *said)
{
	if (!strncmp(want, "one ", 4))
		own_verdict(o, own_agree(said, want + 4), "all lines agree",
			    said);
	else if (!strncmp(want, "log ", 4))
		own_verdict(o, own_log(o, want + 4, said, WORLD_TEXT_MAX),
			    "a line of the access log that says so", said);
	else if (!strcmp(want, "rows"))
		own_verdict(o, toa_rows(o->w, said, WORLD_TEXT_MAX),
			    "the product's rows, in its order", said);
	else if (!strcmp(want, "sums"))
		own_verdict(o, toa_sums(o->w, said, WORLD_TEXT_MAX),
			    "free is alloc, and not more than came", said);
	else if (!strncmp(want, "count ", 6))
		own_verdict(o,
			    toa_grew(o->w, before, want + 6, said,
				     WORLD_TEXT_MAX),
			    want + 6, said);
	else
		own_verdict(o, !*want, "a case that is understood", want);
}

static void own_relay(struct own *o, const char *script)
{
	static char said[WORLD_TEXT_MAX], text[WORLD_TEXT_MAX];
	char parts[RELAY_PARTS][RELAY_MAX] = { "" }, origin[RELAY_MAX + 16];
	char *argv[WORLD_ARGS_MAX];
	struct toa_counts before = { 0 };
	int status;

	if (world_ports(o->w)) {
		own_broken(o, "no free ports");
		return;
	}
	own_split(o, script, parts);
	/* with a sweep, the port that it leads to */
	(void)snprintf(origin, sizeof(origin), "%s %u", parts[1],
		       o->w->origin_port + o->w->sweep);
	if (!strncmp(parts[3], "count ", 6))
		toa_count(o->w, &before);
	if (world_origin(o->w, origin, said, sizeof(said)) ||
	    world_proxy(o->w, parts[0], said, sizeof(said))) {
		world_stop(o->w, NULL, 0);
		own_broken(o, said);
		return;
	}
	(void)world_argv(o->w->client, parts[2], argv);
	status = tool_run(argv, TOOL_MS, text, sizeof(text));
	world_stop(o->w, said, sizeof(said));
	if (status != EXIT_OK)
		own_verdict(o, false, "tp-client is content", text);
	else
		own_relay_more(o, &before, parts[3], said);
}

/* a relay with TOA, where that can be had */
static void own_toa(struct own *o, const char *script)
{
	char places[32] = "";
	size_t n = 0;

	if (!world_toa(o->w)) {
		memcpy(o->res->got, o->w->toa_why, sizeof(o->res->got));
		return;
	}
	if (!strncmp(script, "on ", 3)) {
		script += 3;
		n = strcspn(script, " ");
		(void)snprintf(places, sizeof(places), "%.*s", (int)n, script);
		script += n + 1;
		o->w->toa_on = places;
	}
	o->w->is_in_cgroup = true;
	own_relay(o, script);
	o->w->is_in_cgroup = false;
	o->w->toa_on = NULL;
}

static void own_trial(struct own *o)
{
	const char *script = o->res->def->script;

	if (!strncmp(script, "rule ", 5))
		own_rule(o, script);
	else if (!strncmp(script, "text ", 5))
		own_text(o, script);
	else if (!strncmp(script, "lines ", 6))
		own_lines(o, script);
	else if (!strncmp(script, "fixpoint ", 9))
		own_fixpoint(o, script);
	else if (!strncmp(script, "relay ", 6))
		own_relay(o, script + 6);
	else if (!strncmp(script, "toa ", 4))
		own_toa(o, script + 4);
	else if (!strncmp(script, "life ", 5))
		own_life(o, script);
	else
		own_broken(o, "unknown verb");
}

void run_own(struct world *w, struct case_result *res)
{
	static uint32_t values[SWEEP_MAX];
	struct own o = { w, res };
	uint64_t begin = clock_ms();
	int n = 1, i;

	values[0] = 0;
	if (res->def->sweep)
		n = script_sweep(res->def->sweep, values);
	for (i = 0; i < n; i++) {
		w->sweep = values[i];
		own_trial(&o);
	}
	w->sweep = 0;
	res->ms = clock_ms() - begin;
	res->status = res->n_failed	    ? STATUS_FAIL
		      : res->n_inconclusive ? STATUS_INCONCLUSIVE
		      : res->n_trials	    ? STATUS_PASS
					    : STATUS_SKIP;
}
