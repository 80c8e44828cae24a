/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect.c - see inspect.h */
#include "inspect.h"

#include <errno.h>
#include <stdlib.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "engine.h"
#include "expect.h"
#include "source.h"

/* of the expected clients that did not come */
#define INSPECT_UNSEEN_SHOWN 10

struct inspect {
	const struct config *cfg;
	struct engine *engine;
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

void inspect_frame(struct inspect *in, const struct frame *f)
{
	struct digest d;

	fast_decode(engine_fast(in->engine), f, &d);
	engine_frames(in->engine, f, &d, 1);
}

/* inspect_status() - OK means that every flow that carried a byte is OK;
 * connections without payload are left out, and tables that were too small
 * are not.
 */
static int inspect_status(const struct tally *t)
{
	uint64_t open = 0;
	unsigned i;

	for (i = 0; i < VERDICTS; i++) {
		if (check_is_open((enum verdict)i))
			open += t->verdict[i];
		else if (t->verdict[i] && i != VERDICT_OK)
			return EXIT_FINDING;
	}
	if (t->unseen)
		return EXIT_FINDING;
	if (!t->verdict[VERDICT_OK] || open > t->flows_empty ||
	    t->flows_refused || t->flows_evicted)
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
	for (i = 0; i < t->unseen && i < ARRAY_SIZE(who); i++) {
		(void)endpoint_format(&who[i], text);
		log_warn("no flow names %s, which is expected", text);
	}
}

int inspect_report(struct inspect *in, struct sinks *out,
		   struct tally *ret_tally)
{
	bool failed = engine_end(in->engine, out) != 0;
	struct tally t = *engine_tally(in->engine);
	int status;

	inspect_expected(in->cfg, &t);
	status = inspect_status(&t);
	if (sinks_end(out, &t, status) != 0)
		failed = true;
	*ret_tally = t;
	return failed ? EXIT_IO : status;
}

/* inspect_read() - feed the whole of @src. Return: 0, or an exit status */
static int inspect_read(struct inspect *in, struct source *src)
{
	char err[SOURCE_ERR_MAX];
	struct frame f;
	int r;

	while ((r = source_next(src, err, &f)) > 0) {
		inspect_frame(in, &f);
		if (engine_tally(in->engine)->anomaly ==
		    ANOMALY_NET_LINK_TYPE) {
			log_error("%s: link type %d is not decoded; Ethernet, "
				  "Linux cooked, raw IP and BSD null are",
				  in->cfg->path, f.link);
			return EXIT_IO;
		}
	}
	if (r < 0) {
		log_error("%s", err);
		return EXIT_IO;
	}
	return 0;
}

int inspect_run(const struct config *cfg, FILE *out)
{
	char err[SOURCE_ERR_MAX];
	struct source *src = NULL;
	struct inspect *in = NULL;
	struct sinks *sinks = NULL;
	struct tally tally;
	int status, judged;

	status = source_open(cfg->path, cfg->filter, err, &src);
	if (status) {
		log_error("%s", err);
		return status == -EINVAL ? EXIT_USAGE : EXIT_IO;
	}
	if (inspect_new(cfg, &in) != 0) {
		log_error("out of memory");
		status = EXIT_IO;
		goto out;
	}
	if (sinks_open(cfg, out, &sinks) != 0) {
		status = EXIT_IO;
		goto out;
	}
	status = inspect_read(in, src);
	/* What was read before the damage is reported all the same. */
	judged = inspect_report(in, sinks, &tally);
	if (!cfg->is_quiet)
		tally_text(stderr, &tally);
	if (!status)
		status = judged;
out:
	sinks_free(sinks);
	inspect_free(in);
	source_close(src);
	return status;
}
