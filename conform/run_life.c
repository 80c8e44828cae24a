/* SPDX-License-Identifier: BSD-2-Clause */
/* run_life.c - cases of the control plane: `tp-proxy ctl` against a
 * `tp-proxy serve` of its own, see cases_life.c for their language
 */
#include <ctype.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/exitcode.h"
#include "run.h"
#include "wire/wire.h"

#define STEP_MAX    1024
#define STEP_MS	    20000
#define SOON_MS	    10000
#define SOON_GAP_MS 20
#define IDS_MAX	    8
#define ID_MAX	    32

/* What one script has seen so far.
 * @said: by the last program, runs of blanks as one
 * @kept: an export, to be compared
 */
struct life {
	struct own *own;
	char options[STEP_MAX];
	char ids[IDS_MAX][ID_MAX];
	size_t n_ids;
	int status;
	char said[WORLD_TEXT_MAX];
	char kept[WORLD_TEXT_MAX];
};

/* ---- text ---- */

/* the next part of *@at, up to @divider, into @out; false: there is none */
static bool life_part(const char **at, const char *divider, char *out,
		      size_t cap)
{
	const char *end;

	if (!*at)
		return false;
	end = strstr(*at, divider);
	(void)snprintf(out, cap, "%.*s",
		       (int)(end ? (size_t)(end - *at) : strlen(*at)), *at);
	*at = end ? end + strlen(divider) : NULL;
	return true;
}

/* {A} and {B} are files, {R1}.. and {G1}.. the ids of the last list; the rest
 * as in world_expand()
 */
static void life_expand(const struct life *l, const char *text, char *out,
			size_t cap)
{
	const struct world *w = l->own->w;
	char half[2 * STEP_MAX];
	size_t n = 0;

	while (*text && n + TOOL_PATH_MAX < sizeof(half)) {
		bool is_id = !strncmp(text, "{R", 2) || !strncmp(text, "{G", 2);
		size_t k = is_id ? (size_t)(text[2] - '1') : 0;

		if (!strncmp(text, "{A}", 3) || !strncmp(text, "{B}", 3)) {
			n += (size_t)snprintf(half + n, sizeof(half) - n,
					      "%s/%c", w->dir,
					      text[1] == 'A' ? 'a' : 'b');
			text += 3;
		} else if (is_id && k < l->n_ids) {
			n += (size_t)snprintf(half + n, sizeof(half) - n, "%s",
					      l->ids[k]);
			text += 4;
		} else {
			half[n++] = *text++;
		}
	}
	world_expand(w, half, n, out, cap);
}

/* words of @text, which is changed; '...' is one, blanks and all */
static void life_words(char *text, char *argv[WORLD_ARGS_MAX], size_t n)
{
	while (n + 1 < WORLD_ARGS_MAX) {
		const char *stop = " ";

		text += strspn(text, " ");
		if (!*text)
			break;
		if (*text == '\'') {
			text++;
			stop = "'";
		}
		argv[n++] = text;
		text += strcspn(text, stop);
		if (*text)
			*text++ = '\0';
	}
	argv[n] = NULL;
}

static void life_squeeze(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (*text != ' ' || text[1] != ' ')
			*to++ = *text;
	*to = '\0';
}

/* the ids that @l->said names, each once; @head: how they begin */
static void life_take_ids(struct life *l, const char *head)
{
	const char *at = l->said;

	l->n_ids = 0;
	while (l->n_ids < IDS_MAX && (at = strstr(at, head))) {
		char id[ID_MAX];
		size_t n = strlen(head), i;

		while (isalnum((unsigned char)at[n]))
			n++;
		(void)snprintf(id, sizeof(id), "%.*s", (int)n, at);
		at += n;
		for (i = 0; i < l->n_ids && strcmp(l->ids[i], id) != 0; i++)
			;
		if (i == l->n_ids)
			memcpy(l->ids[l->n_ids++], id, sizeof(id));
	}
}

/* ---- what is expected ---- */

/* each part of @wanted, divided by " & ", in what was said? */
static bool life_has(const struct life *l, const char *wanted)
{
	char part[STEP_MAX];

	if (l->status != EXIT_OK)
		return false;
	while (life_part(&wanted, " & ", part, sizeof(part)))
		if (!strstr(l->said, part))
			return false;
	return true;
}

static bool life_is(const struct life *l, const char *want)
{
	if (!strcmp(want, "ok") || !strcmp(want, "keep"))
		return l->status == EXIT_OK;
	if (!strcmp(want, "fails"))
		return l->status == EXIT_FINDING || l->status == EXIT_IO ||
		       l->status == EXIT_TIMEOUT;
	if (!strcmp(want, "same"))
		return l->status == EXIT_OK && !strcmp(l->said, l->kept);
	if (!strncmp(want, "has ", 4) || !strncmp(want, "soon ", 5))
		return life_has(l, strchr(want, ' ') + 1);
	if (!strncmp(want, "lacks ", 6))
		return l->status == EXIT_OK && !strstr(l->said, want + 6);
	return l->status == EXIT_USAGE && strstr(l->said, want);
}

/* ---- steps ---- */

static void life_play_once(struct life *l, const char *step)
{
	struct world *w = l->own->w;
	char text[2 * STEP_MAX], state[TOOL_PATH_MAX];
	char ctl[] = "ctl", option[] = "--state";
	char *argv[WORLD_ARGS_MAX] = { w->proxy, ctl, option, state };
	size_t n = 4;

	(void)snprintf(state, sizeof(state), "%s/state", w->dir);
	(void)snprintf(text, sizeof(text), "%s", step);
	if (!strncmp(step, "client ", 7)) {
		argv[0] = w->client;
		n = 1;
	}
	life_words(text + (n == 1 ? 7 : 0), argv, n);
	l->status = tool_run(argv, STEP_MS, l->said, sizeof(l->said));
	life_squeeze(l->said);
}

/* a program that is compared with what follows the arrow */
static bool life_play(struct life *l, const char *step, const char *want)
{
	bool is_soon = !strncmp(want, "soon ", 5);
	uint64_t end = clock_ms() + (is_soon ? SOON_MS : 0);
	bool is_good;
	char got[2 * CASE_TEXT_MAX];

	for (;;) {
		life_play_once(l, step);
		is_good = life_is(l, want);
		if (is_good || clock_ms() >= end)
			break;
		(void)poll(NULL, 0, SOON_GAP_MS);
	}
	(void)snprintf(got, sizeof(got), "%.80s: status %d: %.*s", step,
		       l->status, CASE_TEXT_MAX, l->said);
	own_verdict(l->own, is_good, want, got);
	if (!strncmp(step, "rule list", 9))
		life_take_ids(l, "rule-");
	else if (!strncmp(step, "group list", 10))
		life_take_ids(l, "og-");
	if (is_good && !strcmp(want, "keep")) {
		char path[TOOL_PATH_MAX];

		memcpy(l->kept, l->said, sizeof(l->kept));
		return !world_write(l->own->w, "b", l->said, strlen(l->said),
				    path);
	}
	return is_good;
}

/* "\n" of @text are ends of lines */
static bool life_file(struct life *l, const char *text)
{
	char out[STEP_MAX], path[TOOL_PATH_MAX];
	size_t n = 0;

	for (; *text && n + 1 < sizeof(out); text++)
		if (text[0] == '\\' && text[1] == 'n') {
			out[n++] = '\n';
			text++;
		} else {
			out[n++] = *text;
		}
	return !world_write(l->own->w, "a", out, n, path);
}

/* what is none of the commands: set-up. Return: false if it went wrong */
static bool life_set_up(struct life *l, const char *step)
{
	struct world *w = l->own->w;

	if (!strncmp(step, "file ", 5))
		return life_file(l, step + 5);
	if (!strncmp(step, "lines ", 6))
		return !own_write_lines(w, strtoul(step + 6, NULL, 10));
	if (!strncmp(step, "origin ", 7))
		return !world_origin(w, step + 7, l->said, sizeof(l->said));
	if (!strncmp(step, "serve", 5))
		(void)snprintf(l->options, sizeof(l->options), "%s", step + 5);
	else if (!strcmp(step, "kill"))
		(void)kill(w->proxy_pid, SIGKILL);
	else
		return false;
	world_stop_proxy(w);
	return !world_serve(w, l->options, l->said, sizeof(l->said));
}

static bool life_step(struct life *l, const char *text)
{
	char step[STEP_MAX];
	char *arrow;

	life_expand(l, text, step, sizeof(step));
	arrow = strstr(step, " => ");
	if (arrow) {
		*arrow = '\0';
		return life_play(l, step, arrow + 4);
	}
	if (life_set_up(l, step))
		return true;
	own_broken(l->own, step);
	return false;
}

void own_life(struct own *o, const char *script)
{
	static struct life l;
	char text[STEP_MAX];
	const char *at = script;

	l = (struct life) { .own = o };
	if (world_ports(o->w)) {
		own_broken(o, "no free ports");
		return;
	}
	(void)life_part(&at, " | ", text, sizeof(text));
	world_expand(o->w, text + 5, strlen(text + 5), l.options,
		     sizeof(l.options));
	if (world_serve(o->w, l.options, l.said, sizeof(l.said)))
		own_broken(o, l.said);
	else
		while (life_part(&at, " | ", text, sizeof(text)) &&
		       life_step(&l, text))
			;
	world_stop(o->w, NULL, 0);
	world_forget(o->w);
}
