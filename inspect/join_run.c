/* SPDX-License-Identifier: BSD-2-Clause */
/* join_run.c - the captures of --join, read one after the other */
#include <errno.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "inspect.h"
#include "join.h"
#include "join_report.h"

static int join_flow(void *ctx, const struct flow *fl, const struct check *c)
{
	return join_add(ctx, fl, c);
}

/* join_read() - the flows of capture @path to @l. Return: 0 or EXIT_IO or
 * EXIT_USAGE, logged
 */
static int join_read(const struct config *cfg, const char *path,
		     struct join_legs *l)
{
	static const struct sink_ops ops = { .flow = join_flow };
	struct config one = *cfg;
	struct sinks *sinks;
	int status;

	one.path = path;
	one.is_quiet = true;
	one.source.paths[0] = path;
	one.source.path_count = 1;
	l->max = cfg->max_flows;
	if (sinks_new(&sinks) != 0 || sinks_add(sinks, &ops, l) != 0) {
		log_error("out of memory");
		return EXIT_IO;
	}
	status = inspect_to(&one, sinks);
	sinks_free(sinks);
	return status == EXIT_IO || status == EXIT_USAGE ? status : 0;
}

/* join_exchanged() - verdicts would be nonsense */
static int join_exchanged(const struct join *j, const struct config *cfg)
{
	log_error("%u connections of %s name clients that are in %s: it is "
		  "the other way round, --join front=%s,back=%s",
		  j->exchanged, cfg->join.front, cfg->join.back, cfg->join.back,
		  cfg->join.front);
	return EXIT_USAGE;
}

int join_run(const struct config *cfg, FILE *out)
{
	struct join j = { 0 };
	bool is_one = strcmp(cfg->join.front, cfg->join.back) == 0;
	int status = join_read(cfg, cfg->join.front, &j.front);
	int judged = EXIT_IO;
	int err = 0;

	/* What was read before the damage is reported all the same. */
	j.back.max = cfg->max_flows;
	j.has_one_clock = is_one;
	if (is_one)
		err = join_split(&j);
	else if (status == 0 || j.front.count)
		status |= join_read(cfg, cfg->join.back, &j.back);
	if (!err)
		err = join_match(&j);
	if (err)
		log_error("out of memory");
	else if (j.exchanged)
		status = join_exchanged(&j, cfg);
	else if (!status || j.front.count || j.back.count)
		judged = join_report(&j, cfg, out);
	join_fini(&j);
	return status ? status : judged;
}
