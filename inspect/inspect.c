/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect.c - see inspect.h */
#include "inspect.h"

#include <errno.h>
#include <stdlib.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "source.h"

struct inspect {
	const struct config *cfg;
	struct budget budget;
	struct tally tally;
	struct decoder *decoder;
	struct flow_table *flows;
};

int inspect_new(const struct config *cfg, struct inspect **ret)
{
	struct inspect *in = calloc(1, sizeof(*in));

	if (!in)
		return -ENOMEM;
	in->cfg = cfg;
	if (decoder_new(&cfg->decode, &in->decoder) != 0) {
		free(in);
		return -ENOMEM;
	}
	in->budget.max_bytes = cfg->max_memory_bytes;
	if (flow_table_new(cfg->max_flows, &in->flows) != 0) {
		decoder_free(in->decoder);
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
	flow_table_free(in->flows, &in->budget);
	decoder_free(in->decoder);
	free(in);
}

static void inspect_packet(struct inspect *in, const struct packet *pkt)
{
	enum flow_side side;
	struct flow *fl = flow_get(in->flows, pkt, pkt->frame, &side);

	if (fl)
		flow_add(fl, side, in->cfg, &in->budget, pkt, pkt->frame);
}

/* inspect_lost() - what is left of packets whose fragments did not all come */
static void inspect_lost(struct inspect *in, int64_t now_ns)
{
	struct packet pkt;

	while (decode_lost(in->decoder, now_ns, in->cfg->want_csum, &pkt))
		inspect_packet(in, &pkt);
}

void inspect_frame(struct inspect *in, const struct frame *f)
{
	struct tally *t = &in->tally;
	enum decode_result r;
	struct packet pkt;
	struct wire_err err;

	t->frames++;
	inspect_lost(in, f->ts_ns);
	r = decode_frame(in->decoder, f, in->cfg->want_csum, &pkt, &err);
	t->frame[r]++;
	if (r == DECODE_MALFORMED && t->anomaly == ANOMALY_NONE) {
		t->anomaly = err.anomaly;
		t->anomaly_frame = f->number;
	}
	if (r == DECODE_OK)
		inspect_packet(in, &pkt);
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
	if (!t->verdict[VERDICT_OK] || open > t->flows_empty ||
	    t->flows_refused)
		return EXIT_INCONCLUSIVE;
	return EXIT_OK;
}

int inspect_report(struct inspect *in, struct sinks *out,
		   struct tally *ret_tally)
{
	struct tally *t = &in->tally;
	bool failed = false;
	uint32_t i;
	int status;

	inspect_lost(in, INT64_MAX);
	decoder_stats(in->decoder, &t->decode);
	t->flows = flow_count(in->flows);
	t->flows_refused = flow_refused(in->flows);
	t->memory_refused = in->budget.refused;
	for (i = 0; i < t->flows; i++) {
		struct flow *fl = flow_at(in->flows, i);
		struct check c;

		flow_settle(fl);
		c = check_flow(in->cfg, fl);
		t->verdict[c.verdict]++;
		if (c.verdict == VERDICT_INCONCLUSIVE &&
		    !fl->dir[FLOW_CLIENT].find.payloads &&
		    !fl->dir[FLOW_CLIENT].options.is_starved)
			t->flows_empty++;
		if (sinks_flow(out, fl, &c) != 0)
			failed = true;
	}
	status = inspect_status(t);
	if (sinks_end(out, t, status) != 0)
		failed = true;
	*ret_tally = *t;
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
		if (in->tally.anomaly == ANOMALY_NET_LINK_TYPE) {
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
