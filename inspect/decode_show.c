/* SPDX-License-Identifier: BSD-2-Clause */
/* decode_show.c - see decode_show.h */
#include "decode_show.h"

#include "wire/wire.h"

struct decode_count {
	const char *name;
	const char *text; /* NULL: not for people */
	uint64_t n;
};

#define DECODE_COUNTS 7

static void decode_counts(const struct defrag_stats *f,
			  struct decode_count ret[DECODE_COUNTS])
{
	const struct decode_count counts[DECODE_COUNTS] = {
		{ "whole", "packets out of fragments", f->whole },
		{ "lost", "packets of which fragments are missing", f->lost },
		{ "broken", "packets whose fragments break the rules",
		  f->broken },
		{ "bad", NULL, f->bad },
		{ "duplicates", NULL, f->duplicates },
		{ "overlaps", "fragments that bring bytes again", f->overlaps },
		{ "refused", "fragments that there was no room for",
		  f->refused },
	};
	size_t i;

	for (i = 0; i < DECODE_COUNTS; i++)
		ret[i] = counts[i];
}

void decode_stats_json(struct json *j, const struct decode_stats *s)
{
	struct decode_count counts[DECODE_COUNTS];
	uint64_t any = 0;
	size_t i;

	decode_counts(&s->frag, counts);
	for (i = 0; i < DECODE_COUNTS; i++)
		any |= counts[i].n;
	if (any) {
		json_begin(j, "fragments", '{');
		for (i = 0; i < DECODE_COUNTS; i++)
			json_u64(j, counts[i].name, counts[i].n);
		json_end(j);
	}
	if (s->tunnels_refused)
		json_u64(j, "tunnels_refused", s->tunnels_refused);
	other_json(j, &s->other);
}

void decode_stats_text(FILE *out, const struct decode_stats *s, bool has_flows)
{
	struct decode_count counts[DECODE_COUNTS];
	size_t i;

	decode_counts(&s->frag, counts);
	for (i = 0; i < DECODE_COUNTS; i++)
		if (counts[i].n && counts[i].text)
			(void)fprintf(out, "%llu %s\n",
				      (unsigned long long)counts[i].n,
				      counts[i].text);
	if (s->tunnels_refused)
		(void)fprintf(out, "%llu packets in tunnels without a name\n",
			      (unsigned long long)s->tunnels_refused);
	other_text(out, &s->other, !has_flows);
}
