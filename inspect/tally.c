/* SPDX-License-Identifier: BSD-2-Clause */
/* tally.c - see tally.h */
#include "tally.h"

#include <ctype.h>

#include "decode_show.h"
#include "flow.h"
#include "wire/ip.h"

void tally_flow(struct tally *t, const struct flow *fl, const struct check *c)
{
	enum app app = (enum app)fl->dir[FLOW_CLIENT].find.app;

	t->flows++;
	t->verdict[c->verdict]++;
	if (fl->proto == IP_PROTO_UDP && app_is_tunnel(app))
		t->unfollowed[app - APP_GTP_U]++;
}

void tally_add_flows(struct tally *t, const struct tally *by)
{
	unsigned i;

	t->flows += by->flows;
	t->flows_empty += by->flows_empty;
	for (i = 0; i < VERDICTS; i++)
		t->verdict[i] += by->verdict[i];
	for (i = 0; i < APP_TUNNELS; i++)
		t->unfollowed[i] += by->unfollowed[i];
}

static uint64_t tally_unfollowed(const struct tally *t)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < APP_TUNNELS; i++)
		sum += t->unfollowed[i];
	return sum;
}

static void tally_unfollowed_text(FILE *out, const struct tally *t)
{
	uint64_t sum = tally_unfollowed(t);
	const char *sep = ": ";
	unsigned i;

	if (!sum)
		return;
	(void)fprintf(out, "%llu flow%s of UDP %s not followed",
		      (unsigned long long)sum, sum == 1 ? "" : "s",
		      sum == 1 ? "is a tunnel that is"
			       : "are tunnels that are");
	for (i = 0; i < APP_TUNNELS; i++) {
		if (!t->unfollowed[i])
			continue;
		(void)fprintf(out, "%s%llu %s", sep,
			      (unsigned long long)t->unfollowed[i],
			      app_name((enum app)(APP_GTP_U + i)));
		sep = ", ";
	}
	(void)fputs("; what is inside is not judged\n", out);
}

void tally_json(struct json *j, const struct tally *t)
{
	unsigned i;

	json_u64(j, "frames", t->frames);
	json_begin(j, "skipped", '{');
	for (i = DECODE_OK + 1; i < DECODE_RESULTS; i++)
		json_u64(j, decode_result_name((enum decode_result)i),
			 t->frame[i]);
	json_end(j);
	if (t->anomaly != ANOMALY_NONE) {
		json_str(j, "anomaly", anomaly_slug(t->anomaly));
		json_u64(j, "anomaly_frame", t->anomaly_frame);
	}
	source_json(j, &t->source);
	decode_stats_json(j, &t->decode);
	json_u64(j, "flows", t->flows);
	json_u64(j, "flows_refused", t->flows_refused);
	if (t->flows_evicted)
		json_u64(j, "flows_evicted", t->flows_evicted);
	if (t->attempts_evicted)
		json_u64(j, "attempts_evicted", t->attempts_evicted);
	json_u64(j, "memory_refused", t->memory_refused);
	if (t->expected) {
		json_u64(j, "expected", t->expected);
		json_u64(j, "expected_unseen", t->unseen);
	}
	if (tally_unfollowed(t)) {
		json_begin(j, "unfollowed", '{');
		for (i = 0; i < APP_TUNNELS; i++)
			if (t->unfollowed[i])
				json_u64(j, app_name((enum app)(APP_GTP_U + i)),
					 t->unfollowed[i]);
		json_end(j);
	}
	json_begin(j, "verdicts", '{');
	for (i = 0; i < VERDICTS; i++)
		if (t->verdict[i])
			json_u64(j, verdict_name((enum verdict)i),
				 t->verdict[i]);
	json_end(j);
}

static void tally_verdicts(FILE *out, const struct tally *t)
{
	unsigned i;

	(void)fprintf(out, "%llu flow%s", (unsigned long long)t->flows,
		      t->flows == 1 ? "" : "s");
	for (i = 0; i < VERDICTS; i++) {
		const char *p = verdict_name((enum verdict)i);

		if (!t->verdict[i] && i != VERDICT_OK)
			continue;
		(void)fprintf(out, ", %llu ",
			      (unsigned long long)t->verdict[i]);
		for (; *p; p++)
			(void)fputc(tolower((unsigned char)*p), out);
	}
	(void)fputc('\n', out);
}

void tally_text(FILE *out, const struct tally *t)
{
	tally_verdicts(out, t);
	tally_notes(out, t);
}

void tally_notes(FILE *out, const struct tally *t)
{
	unsigned i;

	if (t->expected)
		(void)fprintf(out, "%llu clients expected, %llu did not come\n",
			      (unsigned long long)t->expected,
			      (unsigned long long)t->unseen);
	for (i = DECODE_OK + 1; i < DECODE_RESULTS; i++)
		if (t->frame[i] && i != DECODE_OTHER && i != DECODE_FRAGMENT)
			(void)fprintf(
				out, "%llu frames %s\n",
				(unsigned long long)t->frame[i],
				decode_result_name((enum decode_result)i));
	if (t->anomaly != ANOMALY_NONE)
		(void)fprintf(out, "frame %llu: %s: %s\n",
			      (unsigned long long)t->anomaly_frame,
			      anomaly_slug(t->anomaly),
			      anomaly_info(t->anomaly)->text);
	if (t->flows_refused)
		(void)fprintf(out, "%llu packets without memory for a flow\n",
			      (unsigned long long)t->flows_refused);
	if (t->flows_evicted)
		(void)fprintf(out, "%llu flows ended early by --max-flows\n",
			      (unsigned long long)t->flows_evicted);
	if (t->memory_refused)
		(void)fprintf(out, "%llu times --max-memory was reached\n",
			      (unsigned long long)t->memory_refused);
	tally_unfollowed_text(out, t);
	decode_stats_text(out, &t->decode, t->flows != 0);
	source_text(out, &t->source);
}
