/* SPDX-License-Identifier: BSD-2-Clause */
/* source_stat.c - what a source says of itself at the end (source.h) */
#include "source.h"

void source_json(struct json *j, const struct source_stat *st)
{
	if (st->is_live) {
		json_begin(j, "live", '{');
		json_u64(j, "received", st->live.received);
		json_u64(j, "dropped", st->live.dropped);
		json_u64(j, "if_dropped", st->live.if_dropped);
		if (st->live.copies)
			json_u64(j, "copies", st->live.copies);
		json_end(j);
	}
	if (!st->is_damaged)
		return;
	json_begin(j, "cut", '{');
	if (st->damage_file)
		json_str(j, "file", st->damage_file);
	if (st->damage != ANOMALY_NONE) {
		json_str(j, "anomaly", anomaly_slug(st->damage));
		json_u64(j, "offset", st->damage_off);
	}
	json_u64(j, "frame", st->damage_frame);
	json_end(j);
}

void source_text(FILE *out, const struct source_stat *st)
{
	if (!st->is_live)
		return;
	(void)fprintf(out,
		      "%llu packets received, %llu dropped by the kernel%s, "
		      "%llu by the interface\n",
		      (unsigned long long)st->live.received,
		      (unsigned long long)st->live.dropped,
		      st->live.dropped ? " (-B makes its buffer larger)" : "",
		      (unsigned long long)st->live.if_dropped);
	if (st->live.copies)
		(void)fprintf(out,
			      "%llu packet%s of one that another "
			      "interface brought, and count as often: capture "
			      "on one interface, or filter with 'inbound' or "
			      "'ifindex N'\n",
			      (unsigned long long)st->live.copies,
			      st->live.copies == 1 ? " is a copy"
						   : "s are copies");
}
