/* SPDX-License-Identifier: BSD-2-Clause */
/* run.c - `tp-conform run`: every requirement that software can show, on the
 * project's own programs. Requirements without a case are listed with the
 * reason, and never count as shown.
 */
#include "run.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exitcode.h"
#include "base/json.h"
#include "base/log.h"
#include "options.h"
#include "proxy.h"
#include "requirement.h"
#include "run_job.h"
#include "wire/wire.h"

#define CASES_MAX 600
#define JOBS_MAX  16

static const struct case_table *const origin_tables[] = {
	&cases_ppv1,
	&cases_ppv2,
	&cases_common,
	&cases_udp,
};

static struct report_options ro;

static const struct opt table[] = {
	OPTIONS_REPORT(ro),
	{ 0 },
};

static const struct opt_spec spec = {
	.prog = "tp-conform run",
	.usage = "[options] [SPEC...]",
	.about = "Tests this project's own proxy, origin and client: each "
		 "requirement that software can show, by id.",
	.tail = "SPEC is the begin of a case's id (rule/ports) or a "
		"requirement (seed/31).\n"
		"exit status: 0 passed, 1 a failure, 2 usage, 3 I/O, 5 "
		"inconclusive, 77 a program is missing.\n"
		"example: tp-conform run seed/31 rule/ V2.9",
	.opts = table,
};

/* All cases, each once; @results beside it. */
struct run_all {
	size_t n;
	const struct case_def *defs[CASES_MAX];
	struct case_result results[CASES_MAX];
	bool is_own[CASES_MAX];
	bool is_proxy[CASES_MAX];
};

static void all_add(struct run_all *a, const struct case_table *t, bool is_own,
		    bool is_proxy, char *const *specs, size_t n_specs)
{
	size_t i;

	for (i = 0; i < t->n && a->n < CASES_MAX; i++) {
		if (!case_selected(&t->cases[i], specs, n_specs))
			continue;
		a->defs[a->n] = &t->cases[i];
		a->results[a->n] = (struct case_result) {
			.def = &t->cases[i],
			.status = STATUS_PENDING,
		};
		a->is_own[a->n] = is_own;
		a->is_proxy[a->n] = is_proxy;
		a->n++;
	}
}

/* ---- jobs ---- */

/* the ids of the cases that job @d runs */
static size_t job_ids(const struct run_all *a, const struct job_def *d,
		      char **ids)
{
	size_t n = 0, i;

	for (i = 0; i < a->n; i++) {
		const struct case_def *c = a->defs[i];

		if (a->is_own[i] || a->is_proxy[i] != d->is_proxy ||
		    !(c->modes & d->modes) ||
		    !!(c->flags & CASE_F_UDP) != d->is_udp)
			continue;
		ids[n++] = (char *)(uintptr_t)c->id;
	}
	return n;
}

/* Of several runs of a case the worst counts; a skip least of all. */
static int rank(enum case_status s)
{
	static const int ranks[] = {
		[STATUS_PENDING] = 0,	   [STATUS_SKIP] = 1,
		[STATUS_INFO] = 2,	   [STATUS_PASS] = 3,
		[STATUS_INCONCLUSIVE] = 4, [STATUS_FAIL] = 5,
	};

	return ranks[s];
}

static void all_merge(struct run_all *a, bool is_proxy, const char *id,
		      const struct case_result *got)
{
	size_t i;

	for (i = 0; i < a->n; i++) {
		struct case_result *r = &a->results[i];
		const struct case_def *def = r->def;
		uint32_t trials = r->n_trials;

		if (a->is_own[i] || a->is_proxy[i] != is_proxy ||
		    strcmp(def->id, id) != 0)
			continue;
		if (rank(got->status) > rank(r->status))
			*r = *got;
		r->def = def;
		r->n_trials = trials + got->n_trials;
		return;
	}
}

static void job_take(struct run_all *a, struct job *j)
{
	const char *at = j->output;
	struct case_result got = { 0 };
	char id[96];
	size_t n = 0;

	while (job_result(&at, id, sizeof(id), &got)) {
		all_merge(a, j->def->is_proxy, id, &got);
		got = (struct case_result) { 0 };
		n++;
	}
	if (!n)
		log_error("%s: %.200s", j->def->name, j->output);
}

static void job_loop(struct run_all *a, struct job *jobs, size_t n)
{
	struct pollfd fds[JOBS_MAX];
	size_t left = n, i;

	for (i = 0; i < n; i++)
		fds[i] = (struct pollfd) { .fd = jobs[i].fd, .events = POLLIN };
	while (left) {
		if (poll(fds, n, -1) < 0 && errno != EINTR)
			return;
		for (i = 0; i < n; i++) {
			if (fds[i].fd < 0 || !fds[i].revents ||
			    job_read(&jobs[i]))
				continue;
			job_take(a, &jobs[i]);
			fds[i].fd = -1;
			left--;
		}
		report_progress(&ro, n - left, n);
	}
}

static void run_jobs(struct run_all *a, const struct world *w)
{
	static struct job jobs[JOBS_MAX];
	char *ids[CASES_MAX];
	size_t n = 0, i, n_ids;

	for (i = 0; i < n_job_defs && n < JOBS_MAX; i++) {
		n_ids = job_ids(a, &job_defs[i], ids);
		if (!n_ids)
			continue;
		if (job_start(&jobs[n], &job_defs[i], w, ids, n_ids)) {
			log_error("%s: %s", job_defs[i].name, jobs[n].why);
			job_stop(&jobs[n]);
			continue;
		}
		n++;
	}
	job_loop(a, jobs, n);
	for (i = 0; i < n; i++)
		job_stop(&jobs[i]);
}

/* ---- requirements ---- */

static bool req_is_of(const char *id, const struct case_def *d)
{
	char *const list[] = { (char *)(uintptr_t)id };
	/* the id of no case begins so, only requirements do */
	return case_selected(d, list, 1);
}

/* What the cases of a requirement say together. */
static enum case_status req_state(const struct run_all *a,
				  const struct requirement *q, char *ids,
				  size_t cap, uint32_t *ret_n)
{
	enum case_status worst = STATUS_PENDING;
	size_t i, len = 0;

	ids[0] = '\0';
	*ret_n = 0;
	for (i = 0; i < a->n; i++) {
		if (!req_is_of(q->id, a->defs[i]))
			continue;
		(*ret_n)++;
		if (rank(a->results[i].status) > rank(worst))
			worst = a->results[i].status;
		if (len + strlen(a->defs[i]->id) + 2 < cap)
			len += (size_t)snprintf(ids + len, cap - len, "%s%s",
						len ? " " : "", a->defs[i]->id);
	}
	return worst;
}

static const char *req_word(const struct requirement *q, enum case_status s,
			    uint32_t n)
{
	if (!n)
		return q->why_not ? "not run" : "no case";
	switch (s) {
	case STATUS_PASS:
		return "held";
	case STATUS_INFO:
		return "told";
	case STATUS_FAIL:
		return "broken";
	case STATUS_PENDING:
	case STATUS_SKIP:
	case STATUS_INCONCLUSIVE:
		break;
	}
	return "not run";
}

/* what ran needs no excuse */
static const char *req_why(const struct requirement *q, const char *word)
{
	return q->why_not && !strcmp(word, "not run") ? q->why_not : "";
}

static void req_json(const struct requirement *q, const char *word,
		     const char *ids)
{
	static char buf[32768];
	struct json j;

	json_open(&j, buf, sizeof(buf), "requirement");
	json_str(&j, "id", q->id);
	json_str(&j, "level", case_level_name(q->level));
	json_str(&j, "clause", q->clause);
	json_str(&j, "state", word);
	json_str(&j, "why", req_why(q, word));
	json_str(&j, "cases", ids);
	(void)json_write(&j, stdout);
}

static void run_requirements(const struct run_all *a, bool is_all)
{
	static char ids[16384];
	uint32_t held = 0, other = 0, n;
	size_t i;

	for (i = 0; i < n_requirements; i++) {
		const struct requirement *q = &requirements[i];
		enum case_status s = req_state(a, q, ids, sizeof(ids), &n);
		const char *word = req_word(q, s, n);
		const char *why = req_why(q, word);

		if (!n && !is_all)
			continue;
		held += !strcmp(word, "held");
		other += strcmp(word, "held") != 0;
		if (ro.is_json)
			req_json(q, word, ids);
		else if (!ro.is_tap && strcmp(word, "held") != 0)
			printf("  %-8s %-8s %s%s%s\n", q->id, word, q->clause,
			       *why ? ": " : "", why);
	}
	if (!ro.is_json && !ro.is_tap)
		printf("%u requirements held, %u not shown\n\n", held, other);
}

/* ---- all together ---- */

static int run_list(const struct run_all *a)
{
	report_list(&ro, a->defs, a->n);
	return a->n ? EXIT_OK : EXIT_USAGE;
}

/* no set-up of run_job.c shows it */
static void all_not_run(struct case_result *r)
{
	r->status = STATUS_SKIP;
	(void)snprintf(r->got, sizeof(r->got), "not run: %s",
		       r->def->modes & CASE_TOA
			       ? "needs TOA in a cgroup, see t-toa.sh"
			       : "its set-up could not be started");
}

static int run_everything(struct run_all *a, struct world *w, bool is_all)
{
	struct report r = { .opt = &ro, .results = a->results, .n = a->n };
	uint64_t begin = clock_ms();
	size_t i;
	int status;

	run_jobs(a, w);
	for (i = 0; i < a->n; i++) {
		if (a->is_own[i])
			run_own(w, &a->results[i]);
		else if (a->results[i].status == STATUS_PENDING)
			all_not_run(&a->results[i]);
		report_case(&ro, &a->results[i], i + 1, a->n);
	}
	run_requirements(a, is_all);
	(void)snprintf(r.subject, sizeof(r.subject),
		       "tp-proxy, tp-origin and tp-client " TP_VERSION);
	r.ms = clock_ms() - begin;
	status = report_end(&r);
	return status ? status : report_exit(&r);
}

int command_run(int argc, char **argv)
{
	static struct run_all all;
	static struct world world;
	int at, status = opt_parse(&spec, argc, argv, &at);
	char *const *specs = argv + at;
	size_t n = (size_t)(argc - at), i;

	if (status >= 0)
		return status;
	ro.has_colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	for (i = 0; i < ARRAY_SIZE(origin_tables); i++)
		all_add(&all, origin_tables[i], false, false, specs, n);
	all_add(&all, &cases_proxy, false, true, specs, n);
	all_add(&all, &cases_rule, true, false, specs, n);
	all_add(&all, &cases_life, true, false, specs, n);
	if (ro.is_dryrun || !all.n) {
		status = run_list(&all);
		if (!all.n)
			log_error("no case matches");
		return status;
	}
	status = world_init(&world);
	if (!status)
		status = run_everything(&all, &world, n == 0);
	world_fini(&world);
	return status;
}
