/* SPDX-License-Identifier: BSD-2-Clause */
/* origin.c - `tp-conform origin` */
#include "origin.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/log.h"
#include "capture.h"
#include "like.h"
#include "toa.h"
#include "tool.h"
#include "wire/wire.h"

static volatile bool is_stopped;

static const struct case_table *const tables[] = {
	&cases_ppv1, &cases_ppv2, &cases_common, &cases_udp, &cases_toa,
};

static void stop_now(int sig)
{
	(void)sig;
	is_stopped = true;
}

/* origin_modes() - what the cases have to suit */
static unsigned origin_modes(const struct origin_options *o,
			     const struct recon *rc)
{
	switch ((enum origin_mode)o->mode) {
	case ORIGIN_PPV1:
		return CASE_PPV1;
	case ORIGIN_PPV2:
		return CASE_PPV2;
	case ORIGIN_SPP:
		return CASE_SPP;
	case ORIGIN_TOA:
		return CASE_TOA;
	case ORIGIN_AUTO:
		break;
	}
	if (!rc)
		return CASE_PP;
	return (rc->takes_v1 ? CASE_PPV1 : 0U) |
	       (rc->takes_v2 ? CASE_PPV2 : 0U);
}

/* origin_select() - the cases to run. Return: how many, or -ENOMEM as 0 */
static size_t origin_select(const struct origin_options *o, unsigned modes,
			    const struct case_def ***ret)
{
	size_t n = 0, max = 0, i, k;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		max += tables[i]->n;
	*ret = calloc(max, sizeof(struct case_def *));
	for (i = 0; *ret && i < ARRAY_SIZE(tables); i++)
		for (k = 0; k < tables[i]->n; k++) {
			const struct case_def *d = &tables[i]->cases[k];

			if (d->modes & modes &&
			    !!(d->flags & CASE_F_UDP) == o->is_udp &&
			    case_selected(d, o->specs, o->n_specs))
				(*ret)[n++] = d;
		}
	return n;
}

static void origin_done(void *ctx, const struct case_result *r, size_t n_done,
			size_t n)
{
	const struct origin_options *o = ctx;

	report_case(&o->report, r, n_done, n);
	report_progress(&o->report, n_done, n);
}

static void origin_subject(const struct origin_options *o, struct report *r)
{
	static const char *const modes[] = { "auto", "ppv1", "ppv2", "toa",
					     "spp" };

	(void)snprintf(r->subject, sizeof(r->subject),
		       "origin %s (%s), mode %s, probe %s", o->target_text,
		       o->is_udp ? "UDP" : "TCP", modes[o->mode],
		       probe_name(o->probe.type));
}

/* origin_has_cases() - is there any case of that name? */
static bool origin_has_cases(const struct origin_options *o)
{
	const struct case_def **defs;
	size_t n = origin_select(o, origin_modes(o, NULL), &defs);

	free(defs);
	return n != 0;
}

static int origin_list(const struct origin_options *o)
{
	const struct case_def **defs;
	size_t n = origin_select(o, origin_modes(o, NULL), &defs);

	report_list(&o->report, defs, n);
	free(defs);
	return n ? EXIT_OK : EXIT_USAGE;
}

/* origin_keep() - a capture of each case that failed */
static void origin_keep(const struct engine_config *cfg,
			const struct origin_options *o,
			struct case_result *results, size_t n)
{
	size_t i;
	int err;

	capture_read(cfg->watch_ctx);
	for (i = 0; i < n; i++) {
		if (results[i].status != STATUS_FAIL)
			continue;
		err = capture_keep(cfg->watch_ctx, &results[i],
				   o->oracle.inspect);
		if (err)
			log_error("capture of %s: %s", results[i].def->id,
				  strerror(-err));
	}
}

/* origin_capture() - Return: 0 or EXIT_IO */
static int origin_capture(const struct origin_options *o,
			  struct engine_config *cfg, struct capture **ret)
{
	char err[CAPTURE_ERR_MAX] = "", filter[128], addr[IP_ADDR_TEXT_MAX];

	if (!o->report.keep_pcap)
		return 0;
	(void)snprintf(filter, sizeof(filter), "host %s and port %u",
		       ip_addr_format(&o->target.addr, addr), o->target.port);
	if (capture_open(o->iface, filter, o->report.keep_pcap, ret, err)) {
		log_error("cannot capture: %s", err);
		return EXIT_IO;
	}
	cfg->watch = capture_read;
	cfg->watch_ctx = *ret;
	cfg->watch_fd = capture_fd(*ret);
	return 0;
}

/* origin_oracle() - a capture as the oracle that is no file is an interface */
static int origin_oracle(struct origin_options *o)
{
	char err[CAPTURE_ERR_MAX] = "", filter[64];

	if (o->oracle.type != ORACLE_PCAP || !access(o->oracle.arg, R_OK))
		return 0;
	(void)snprintf(filter, sizeof(filter), "(tcp or udp) and not port %u",
		       o->target.port);
	(void)snprintf(o->oracle.path, sizeof(o->oracle.path),
		       "/tmp/tp-conform-XXXXXX");
	if (!mkdtemp(o->oracle.path) ||
	    capture_open(o->oracle.arg, filter, o->oracle.path, &o->oracle.live,
			 err)) {
		log_error("oracle: cannot capture: %s", err);
		return EXIT_IO;
	}
	return 0;
}

static int origin_toa(const struct engine_config *cfg,
		      const struct origin_options *o,
		      const struct case_def *const *defs, size_t n,
		      struct case_result *results)
{
	char client[TOOL_PATH_MAX];
	const struct toa_config c = { .engine = cfg,
				      .source = o->raw_source,
				      .iface = o->iface,
				      .client = client };

	size_t i;
	int err;

	if (tool_find("tp-client", "client-sim", client)) {
		log_error("mode toa needs tp-client");
		return -ENOENT;
	}
	err = toa_run(&c, defs, n, results);
	if (!err && !toa_is_read(results, n))
		log_error("nothing shows that the origin reads TOA at all: "
			  "inconclusive");
	for (i = 0; !err && i < n; i++)
		cfg->done(cfg->ctx, &results[i], i + 1, n);
	return err;
}

static int origin_cases(const struct origin_options *o,
			const struct engine_config *cfg, const struct recon *rc,
			struct report *r)
{
	static struct verdict verdict;
	struct like like = { 0 };
	const struct case_def **defs;
	size_t n = origin_select(o, origin_modes(o, rc), &defs);
	struct case_result *results = calloc(n ? n : 1, sizeof(*results));
	int err, status;

	if (!defs || !results) {
		free(defs);
		free(results);
		return EXIT_IO;
	}
	err = o->mode == ORIGIN_TOA ? origin_toa(cfg, o, defs, n, results)
				    : engine_run(cfg, defs, n, results);
	r->results = results;
	r->n = n;
	if (!err && o->want_like && !o->n_specs && !o->is_udp &&
	    o->mode != ORIGIN_TOA)
		err = like_run(cfg, origin_modes(o, rc), &like);
	if (cfg->watch)
		origin_keep(cfg, o, results, n);
	verdict_build(o, rc, &like, r, &verdict);
	r->verdict = &verdict;
	r->ms = clock_ms() - r->ms;
	status = report_end(r);
	if (err)
		log_error("%s", strerror(-err));
	if (err && !status)
		status = err == -ETIMEDOUT ? EXIT_TIMEOUT : EXIT_IO;
	if (!status)
		status = report_exit(r);
	free(results);
	free(defs);
	return status;
}

/* origin_wrong() - a page without cases */
static void origin_wrong(const struct recon *rc, const char *why,
			 struct report *r)
{
	static struct verdict verdict;

	verdict_wrong(rc, why, &verdict);
	r->verdict = &verdict;
	r->ms = clock_ms() - r->ms;
	(void)report_end(r);
	log_error("inconclusive: %s", why);
}

int command_origin(int argc, char **argv)
{
	static struct origin_options o;
	static char inspect[TOOL_PATH_MAX];
	static struct recon rc;
	struct capture *capture = NULL;
	uint32_t serial = 0;
	struct report r = { .opt = &o.report };
	char why[REPORT_TEXT_MAX];
	struct engine_config cfg;
	int status = options_origin(argc, argv, &o);

	if (status >= 0)
		return status;
	if (o.report.is_dryrun)
		return origin_list(&o);
	if (!origin_has_cases(&o)) {
		log_error("no case matches");
		return EXIT_USAGE;
	}
	(void)fd_raise_limit();
	(void)signal(SIGINT, stop_now);
	(void)signal(SIGTERM, stop_now);
	if (!tool_find("tp-inspect", "inspect", inspect))
		o.oracle.inspect = inspect;
	cfg = (struct engine_config) {
		.target = o.target,
		.source = o.source,
		.untrusted = o.untrusted,
		.probe = &o.probe,
		.oracle = &o.oracle,
		.timeout_ms = o.timeout_ms,
		.wait_ms = o.wait_ms,
		.gap_ms = o.gap_ms,
		.drip_ms = 2,
		.oracle_ms = o.oracle_ms,
		.parallel = o.parallel,
		.crowd_max = o.crowd_max,
		.done = origin_done,
		.ctx = &o,
		.end_ms = o.deadline_ms ? clock_ms() + o.deadline_ms : 0,
		.serial = &serial,
		.is_stopped = &is_stopped,
	};
	origin_subject(&o, &r);
	status = origin_oracle(&o);
	if (!status)
		status = origin_capture(&o, &cfg, &capture);
	if (status)
		return status;
	status = recon_run(&cfg, &o, &rc, why, sizeof(why));
	r.ms = clock_ms();
	if (status == EXIT_INCONCLUSIVE)
		origin_wrong(&rc, why, &r);
	else if (status)
		log_error("%s: %s", r.subject, why);
	else
		status = origin_cases(&o, &cfg, &rc, &r);
	capture_close(capture);
	oracle_fini(&o.oracle);
	return status;
}
