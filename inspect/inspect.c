/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect.c - see inspect.h */
#include "inspect.h"

#include <errno.h>
#include <stdlib.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "expect.h"
#include "feed.h"

/* of the expected clients that did not come */
#define INSPECT_UNSEEN_SHOWN 10

struct inspect {
	const struct config *cfg;
	struct engine *engine;
	struct source_stat source;
};

int inspect_new(const struct config *cfg, struct inspect **ret)
{
	struct inspect *in = calloc(1, sizeof(*in));

	if (!in)
		return -ENOMEM;
	in->cfg = cfg;
	if (engine_new(cfg, &in->engine) != 0) {
		free(in);
		return -ENOMEM;
	}
	*ret = in;
	return 0;
}

void inspect_free(struct inspect *in)
{
	if (!in)
		return;
	engine_free(in->engine);
	free(in);
}

void inspect_set_sinks(struct inspect *in, struct sinks *sinks, bool want_order)
{
	engine_set_sinks(in->engine, sinks, want_order);
}

int inspect_bulk(struct inspect *in, const struct bulk_spec *spec,
		 struct capfile *cf, struct bulk_stat *ret_stat)
{
	return bulk_run(spec, in->engine, cf, ret_stat);
}

int inspect_bad_link(const struct inspect *in)
{
	return engine_bad_link(in->engine);
}

void inspect_frame(struct inspect *in, const struct frame *f)
{
	struct frame one = *f;
	struct digest d;

	fast_decode(engine_fast(in->engine), &one, &d);
	engine_frames(in->engine, &one, &d, 1);
}

/* inspect_status() - OK means that every flow that carried a byte is OK;
 * connections without payload are left out, and tables that were too small
 * are not, nor is a kernel's buffer that was.
 */
static int inspect_status(const struct tally *t)
{
	uint64_t open = 0;

	if (check_has_finding(t->verdict, &open) || t->unseen)
		return EXIT_FINDING;
	if (!t->verdict[VERDICT_OK] || open > t->flows_empty ||
	    t->flows_refused || t->flows_evicted || t->source.live.dropped)
		return EXIT_INCONCLUSIVE;
	return EXIT_OK;
}

/* inspect_expected() - who of --expect-from did not come */
static void inspect_expected(const struct config *cfg, struct tally *t)
{
	struct endpoint who[INSPECT_UNSEEN_SHOWN];
	char text[ENDPOINT_TEXT_MAX];
	size_t i;

	if (!cfg->expect_from)
		return;
	t->expected = expect_count(cfg->expect_from);
	t->unseen = expect_missing(cfg->expect_from, who, ARRAY_SIZE(who));
	if (cfg->is_quiet)
		return;
	if (t->unseen && t->unseen == t->expected) {
		log_warn("no flow names any of the %llu clients expected: is "
			 "this the log of another run?",
			 (unsigned long long)t->expected);
		return;
	}
	for (i = 0; i < t->unseen && i < ARRAY_SIZE(who); i++) {
		(void)endpoint_format(&who[i], text);
		log_warn("no flow names %s, which is expected", text);
	}
}

void inspect_age(struct inspect *in, int64_t ns)
{
	engine_age(in->engine, ns);
}

void inspect_set_source(struct inspect *in, const struct source_stat *stat)
{
	in->source = *stat;
}

void inspect_visit(struct inspect *in, engine_visit_fn *fn, void *ctx)
{
	engine_visit(in->engine, fn, ctx);
}

static void inspect_count(void *ctx, const struct flow *fl,
			  const struct check *c)
{
	tally_flow(ctx, fl, c);
}

void inspect_peek(struct inspect *in, struct tally *ret)
{
	*ret = *engine_tally(in->engine);
	ret->source = in->source;
	engine_visit(in->engine, inspect_count, ret);
}

int inspect_report(struct inspect *in, struct sinks *out, int read,
		   struct tally *ret_tally)
{
	bool failed = engine_end(in->engine, out) != 0;
	struct tally t = *engine_tally(in->engine);
	int status;

	t.source = in->source;
	inspect_expected(in->cfg, &t);
	status = inspect_status(&t);
	if (read)
		status = read;
	if (sinks_end(out, &t, status) != 0)
		failed = true;
	*ret_tally = t;
	return failed && !read ? EXIT_IO : status;
}

static void inspect_say(const struct config *cfg, const struct tally *t)
{
	if (cfg->is_quiet)
		return;
	if (cfg->output.flow > t->flows)
		log_warn("there is no flow %u: -J and -T fields -e tp.flow "
			 "tell each flow's number",
			 cfg->output.flow);
	/* flows and verdicts stand in the summary already */
	if (cfg->output.want_summary && !cfg->want_json)
		tally_notes(stderr, t);
	else
		tally_text(stderr, t);
}

/* inspect_all() - from the first frame to the report. Return: exit status */
static int inspect_all(struct inspect *in, struct feed *feed,
		       struct sinks *sinks)
{
	struct source_stat stat;
	struct tally tally;
	int status, read, finished;

	if (feed_attach(feed, sinks) != 0) {
		log_error("out of memory");
		return EXIT_IO;
	}
	/* Live flows are told as they end: the end may be far. */
	inspect_set_sinks(in, sinks,
			  !source_live(feed_source(feed)) &&
				  sinks_want_order(sinks));
	read = feed_run(feed, in);
	finished = feed_finish(feed);
	source_stat(feed_source(feed), &stat);
	inspect_set_source(in, &stat);
	/* What was read before the damage is reported all the same. */
	status = inspect_report(in, sinks, read ? read : finished, &tally);
	inspect_say(in->cfg, &tally);
	return status;
}

/* inspect_do() - @sinks: opened for @out if it is NULL, else the caller's */
static int inspect_do(const struct config *cfg, FILE *out, struct sinks *sinks)
{
	struct feed *feed = NULL;
	struct inspect *in = NULL;
	struct sinks *own = NULL;
	int status = feed_open(cfg, &feed);

	if (status)
		return status;
	status = EXIT_IO;
	if (inspect_new(cfg, &in) != 0)
		log_error("out of memory");
	else if (sinks || sinks_open(cfg, out, &own) == 0)
		status = inspect_all(in, feed, sinks ? sinks : own);
	sinks_free(own);
	inspect_free(in);
	feed_close(feed);
	return status;
}

int inspect_run(const struct config *cfg, FILE *out)
{
	return inspect_do(cfg, out, NULL);
}

int inspect_to(const struct config *cfg, struct sinks *sinks)
{
	return inspect_do(cfg, NULL, sinks);
}
