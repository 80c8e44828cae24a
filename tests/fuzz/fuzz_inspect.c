/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_inspect.c - a sequence of frames through the whole inspector.
 *
 * Byte 0 picks the mode and options, byte 1 the link type and the form of the
 * output; then records of two
 * bytes of length (of which the top bit says that the capture cut the frame,
 * and the next two how much time passed) and data.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/exitcode.h"
#include "field.h"
#include "fuzz.h"
#include "inspect.h"
#include "paint.h"
#include "wire/bytes.h"
#include "wire/link.h"

static const int links[] = { LINK_RAW,	LINK_ETHERNET, LINK_SLL,
			     LINK_SLL2, LINK_NULL,     LINK_PPP };
static const int64_t gaps_ns[] = { 0, 1000000, 20000000000, 200000000000 };

static FILE *null;

/* What comes out has no say in what is found, and takes whatever is. */
static void pick_form(struct config *cfg, unsigned form)
{
	struct output *o = &cfg->output;
	const struct field *f;

	switch (form % 6) {
	case 1:
		o->want_tree = true;
		break;
	case 2:
		o->want_hex = o->want_tree = true;
		o->colour = PAINT_ALWAYS;
		break;
	case 3:
	case 4:
		o->format = form % 6 == 3 ? OUTPUT_CSV : OUTPUT_JSON;
		o->separator = o->aggregator = ',';
		while ((f = field_at(o->field_count)) &&
		       o->field_count < OUTPUT_FIELDS_MAX)
			o->field[o->field_count++] = f;
		break;
	case 5:
		o->want_summary = true;
		o->report = "/dev/null";
		break;
	default:
		break;
	}
}

/* The verdict's sums hold whatever came in. */
static void check_tally(const struct tally *t, int status, uint64_t frames)
{
	uint64_t sum = 0, ok = t->verdict[VERDICT_OK];
	unsigned i;

	ASSERT(t->frames == frames);
	for (i = 0; i < DECODE_RESULTS; i++)
		sum += t->frame[i];
	ASSERT(sum == frames);
	sum = 0;
	for (i = 0; i < VERDICTS; i++)
		sum += t->verdict[i];
	/* A first fragment is a packet, even if the rest does not come. */
	ASSERT(sum == t->flows &&
	       sum <= t->frame[DECODE_OK] + t->frame[DECODE_FRAGMENT]);
	ASSERT(status == EXIT_OK || status == EXIT_FINDING ||
	       status == EXIT_INCONCLUSIVE);
	ASSERT(status != EXIT_OK || (ok && ok + t->flows_empty == t->flows));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct config cfg = {
		.hdr_max = 512,
		.max_flows = 8,
		.max_memory_bytes = 8192,
		.decode = DECODE_OPTS_DEFAULT,
	};
	struct inspect *in = NULL;
	struct sinks *sinks = NULL;
	struct tally tally;
	uint64_t frames = 0;
	int64_t now_ns = 0;
	int link, status;

	if (len < 2)
		return 0;
	if (!null) {
		null = fopen("/dev/null", "w");
		ASSERT(setenv("PATH", "", 1) == 0); /* no gnuplot */
	}
	cfg.mode = (enum hdr_mode)(data[0] % (HDR_MODE_OFF + 1));
	cfg.want_json = data[0] & 0x80;
	cfg.want_csum = data[0] & 0x40;
	cfg.has_toa_kind = data[0] & 0x20;
	cfg.toa_kind[254] = cfg.toa_kind[28] = true;
	link = links[data[1] % ARRAY_SIZE(links)];
	pick_form(&cfg, data[1] / ARRAY_SIZE(links));
	data += 2;
	len -= 2;
	ASSERT(null && inspect_new(&cfg, &in) == 0);
	ASSERT(sinks_open(&cfg, null, &sinks) == 0);
	while (len >= 2) {
		size_t want = get_be16(data) & 0x7ff;
		size_t wire = want + (data[0] & 0x80 ? 100 : 0);
		struct frame f = { .link = link };
		uint8_t *frame;

		now_ns += gaps_ns[data[0] >> 5 & 3];
		f.ts_ns = now_ns;
		data += 2;
		len -= 2;
		if (want > len)
			want = wire = len;
		frame = fuzz_copy(data, want);
		f.number = ++frames;
		f.data = frame;
		f.cap_len = (uint32_t)want;
		f.wire_len = (uint32_t)wire;
		inspect_frame(in, &f);
		free(frame);
		data += want;
		len -= want;
	}
	status = inspect_report(in, sinks, 0, &tally);
	check_tally(&tally, status, frames);
	sinks_free(sinks);
	inspect_free(in);
	return 0;
}
