/* SPDX-License-Identifier: BSD-2-Clause */
/* engine.c - see engine.h */
#include "engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/loop.h"
#include "trial.h"

#define WATCH_TYPE (TRIAL_TYPE + 1)

/* One case on its way; @next: of @values to be begun */
struct run {
	const struct case_def *def;
	struct case_result *result;
	uint32_t n_values;
	uint32_t next;
	uint32_t n_done;
	uint64_t begin_ms;
	uint32_t *values;
};

struct engine {
	const struct engine_config *cfg;
	struct loop loop;
	size_t n, n_done;
	struct run *runs;
	uint32_t n_trials;
	uint32_t n_slow; /* the slots from here on are of the slow lane */
	struct trial *trials;
};

/* ---- results ---- */

static void run_skip(struct engine *e, struct run *r, const char *why)
{
	r->result->status = STATUS_SKIP;
	(void)snprintf(r->result->got, sizeof(r->result->got), "%s", why);
	r->next = r->n_values = 0;
	e->n_done++;
	if (e->cfg->done)
		e->cfg->done(e->cfg->ctx, r->result, e->n_done, e->n);
}

static void run_note_port(struct case_result *res, uint16_t port)
{
	if (res->n_ports < CASE_PORTS_MAX && port)
		res->ports[res->n_ports++] = port;
}

/* a trial's words, "at 12: " before them if the case has many */
static void run_describe(const struct run *r, const struct trial *t)
{
	char at[32] = "", text[160];
	uint64_t ms = t->close_ms;

	if (r->n_values > 1)
		(void)snprintf(at, sizeof(at), "at %u: ", t->sweep);
	outcome_text(t->outcome, &t->identity, ms, text, sizeof(text));
	(void)snprintf(r->result->got, sizeof(r->result->got), "%s%s%s%.50s%s",
		       at, text, t->note[0] ? " (" : "", t->note,
		       t->note[0] ? ")" : "");
}

/* a case of many trials that is only told: how many went how */
static void run_summarise(struct run *r)
{
	struct case_result *res = r->result;
	char first[CASE_TEXT_MAX];

	if (r->n_values <= 1)
		return;
	if (!res->n_failed) {
		if (res->status == STATUS_PASS || res->status == STATUS_INFO)
			(void)snprintf(res->got, sizeof(res->got),
				       "all %u as expected", res->n_trials);
		return;
	}
	memcpy(first, res->got, sizeof(first));
	(void)snprintf(res->got, sizeof(res->got), "%u of %u otherwise, %.200s",
		       res->n_failed, res->n_trials, first);
}

static void run_finish(struct engine *e, struct run *r)
{
	struct case_result *res = r->result;

	res->ms = clock_ms() - r->begin_ms;
	if (res->n_failed)
		res->status = STATUS_FAIL;
	else if (res->n_inconclusive)
		res->status = STATUS_INCONCLUSIVE;
	else
		res->status = STATUS_PASS;
	if (r->def->level == LEVEL_INFO && res->status != STATUS_INCONCLUSIVE)
		res->status = STATUS_INFO;
	run_summarise(r);
	e->n_done++;
	if (e->cfg->done)
		e->cfg->done(e->cfg->ctx, res, e->n_done, e->n);
}

static void engine_take(struct engine *e, struct trial *t)
{
	struct run *r = &e->runs[t->run];
	struct case_result *res = r->result;
	bool is_first_bad = t->status == STATUS_FAIL &&
			    (!res->n_failed || t->sweep < res->first_bad);
	bool is_first_odd = t->status == STATUS_INCONCLUSIVE &&
			    !res->n_failed && !res->n_inconclusive;

	res->n_trials++;
	if (is_first_bad)
		res->first_bad = t->sweep;
	res->n_failed += t->status == STATUS_FAIL;
	res->n_inconclusive += t->status == STATUS_INCONCLUSIVE;
	res->outcome = t->outcome;
	res->identity = t->identity.kind;
	res->close_ms = t->close_ms;
	run_note_port(res, t->self.port);
	if (is_first_bad || is_first_odd ||
	    (!res->n_failed && !res->n_inconclusive))
		run_describe(r, t);
	if (is_first_bad || !res->expected[0])
		script_words(t->expected, res->expected, sizeof(res->expected));
	trial_free(t);
	if (++r->n_done == r->n_values)
		run_finish(e, r);
}

/* ---- scheduling ---- */

/* trials of the normal lane that are on their way */
static bool engine_is_busy(const struct engine *e)
{
	uint32_t i;

	for (i = 0; i < e->n_slow; i++)
		if (e->trials[i].state != TRIAL_FREE)
			return true;
	return false;
}

/* engine_next() - a run of that lane with a trial to begin, or NULL. A crowd
 * waits until the normal lane is empty, so that it disturbs nobody, and no
 * other crowd.
 */
static struct run *engine_next(struct engine *e, bool is_slow)
{
	struct run *crowd = NULL;
	size_t i;

	for (i = 0; i < e->n; i++) {
		struct run *r = &e->runs[i];

		if (r->next == r->n_values ||
		    !!(r->def->flags & CASE_F_SLOW) != is_slow)
			continue;
		if (!(r->def->flags & CASE_F_CROWD))
			return r;
		if (!crowd)
			crowd = r;
	}
	return crowd && !engine_is_busy(e) ? crowd : NULL;
}

static void engine_fill(struct engine *e)
{
	uint32_t i;

	for (i = 0; i < e->n_trials; i++) {
		struct trial *t = &e->trials[i];
		struct run *r;

		while (t->state == TRIAL_FREE &&
		       (r = engine_next(e, i >= e->n_slow))) {
			if (!r->next)
				r->begin_ms = clock_ms();
			t->run = (uint32_t)(r - e->runs);
			trial_begin(t, r->def, r->values[r->next++],
				    (*e->cfg->serial)++);
			if (t->state == TRIAL_DONE)
				engine_take(e, t);
		}
	}
}

/* engine_tick() - what time brings about; milliseconds to the next of it */
static int engine_tick(struct engine *e)
{
	uint64_t now = clock_ms(), next = now + 1000;
	uint32_t i;

	for (i = 0; i < e->n_trials; i++) {
		struct trial *t = &e->trials[i];

		if (t->state == TRIAL_FREE)
			continue;
		if (now >= t->due_ms || t->state == TRIAL_ORACLE)
			trial_event(t, 0);
		if (t->state == TRIAL_DONE) {
			engine_take(e, t);
			next = now;
		} else if (t->state == TRIAL_ORACLE && now + 20 < next) {
			next = now + 20;
		} else if (t->due_ms < next) {
			next = t->due_ms;
		}
	}
	now = clock_ms();
	return next > now ? (int)(next - now) : 0;
}

static void engine_watch(void *ctx, uint32_t slot, uint32_t gen,
			 uint32_t events)
{
	const struct engine *e = ctx;

	(void)slot;
	(void)gen;
	(void)events;
	e->cfg->watch(e->cfg->watch_ctx);
}

static void engine_event(void *ctx, uint32_t slot, uint32_t gen,
			 uint32_t events)
{
	struct engine *e = ctx;
	struct trial *t = &e->trials[slot];

	if (t->gen == gen)
		trial_event(t, events);
}

/* ---- setting up ---- */

static const char *run_lacks(const struct engine_config *cfg,
			     const struct case_def *d)
{
	if (d->flags & CASE_F_UNTRUSTED && cfg->untrusted.family == IP_NONE)
		return "no untrusted source address was given (--untrusted)";
	if (!!(d->flags & CASE_F_UDP) != cfg->probe->is_udp)
		return d->flags & CASE_F_UDP ? "is about UDP" : "is about TCP";
	if (d->flags & CASE_F_IDENTITY && cfg->oracle->type == ORACLE_BEHAVIOUR)
		return "the oracle cannot tell whom the origin believes";
	if (d->flags & CASE_F_CLIENT_FIRST && probe_is_server_first(cfg->probe))
		return "the origin speaks first, which hides it";
	return NULL;
}

/* run_values() - of the sweep. Return: 0 or -errno */
static int run_values(struct run *r)
{
	static uint32_t values[SWEEP_MAX];
	size_t len;
	int n = 1;

	values[0] = 0;
	if (r->def->sweep && !strcmp(r->def->sweep, "cut")) {
		len = trial_header_len(r->def);
		for (n = 0; n + 1 < (int)len && n < SWEEP_MAX; n++)
			values[n] = (uint32_t)n + 1;
	} else if (r->def->sweep) {
		n = script_sweep(r->def->sweep, values);
	}
	if (n <= 0)
		return -EINVAL;
	r->values = malloc((size_t)n * sizeof(*r->values));
	if (!r->values)
		return -ENOMEM;
	memcpy(r->values, values, (size_t)n * sizeof(*values));
	r->n_values = (uint32_t)n;
	return 0;
}

static int engine_init(struct engine *e, const struct case_def *const *defs,
		       struct case_result *results)
{
	uint32_t normal = oracle_is_late(e->cfg->oracle) ? 1 : e->cfg->parallel;
	uint32_t i;
	size_t k;
	int err = loop_init(&e->loop);

	if (err)
		return err;
	loop_on(&e->loop, TRIAL_TYPE, engine_event, e);
	loop_on(&e->loop, WATCH_TYPE, engine_watch, e);
	if (e->cfg->watch)
		(void)loop_add(&e->loop, e->cfg->watch_fd, EPOLLIN, WATCH_TYPE,
			       0, 0);
	e->n_slow = normal;
	e->n_trials = normal + ENGINE_SLOW_MAX;
	e->trials = calloc(e->n_trials, sizeof(*e->trials));
	e->runs = calloc(e->n ? e->n : 1, sizeof(*e->runs));
	if (!e->trials || !e->runs)
		return -ENOMEM;
	for (i = 0; i < e->n_trials; i++)
		e->trials[i].fd = -1;
	for (i = 0; i < e->n_trials && !err; i++)
		err = trial_init(&e->trials[i], e->cfg, &e->loop, i);
	for (k = 0; k < e->n && !err; k++) {
		results[k] = (struct case_result) { .def = defs[k] };
		e->runs[k] = (struct run) { .def = defs[k],
					    .result = &results[k],
					    .begin_ms = clock_ms() };
		err = run_values(&e->runs[k]);
	}
	return err;
}

static void engine_fini(struct engine *e)
{
	uint32_t i;
	size_t k;

	for (i = 0; e->trials && i < e->n_trials; i++)
		trial_fini(&e->trials[i]);
	for (k = 0; e->runs && k < e->n; k++)
		free(e->runs[k].values);
	free(e->trials);
	free(e->runs);
	loop_fini(&e->loop);
}

int engine_run(const struct engine_config *cfg,
	       const struct case_def *const *defs, size_t n,
	       struct case_result *results)
{
	struct engine e = { .cfg = cfg, .n = n };
	int err = engine_init(&e, defs, results);
	size_t k;

	for (k = 0; k < n && !err; k++) {
		const char *why = run_lacks(cfg, defs[k]);

		if (why)
			run_skip(&e, &e.runs[k], why);
	}
	while (!err && e.n_done < n && !(cfg->is_stopped && *cfg->is_stopped)) {
		int wait;

		engine_fill(&e);
		wait = engine_tick(&e);
		if (e.n_done < n)
			err = loop_wait(&e.loop, wait);
		err = err > 0 ? 0 : err;
		if (!err && cfg->end_ms && clock_ms() >= cfg->end_ms &&
		    e.n_done < n)
			err = -ETIMEDOUT;
	}
	engine_fini(&e);
	return err;
}
