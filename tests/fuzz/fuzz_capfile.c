/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_capfile.c - a capture file, whole and in pieces: both give the same
 * frames and the same error, and frames lie inside what was given.
 */
#include "capfile.h"
#include "fuzz.h"

/* What a run gave: a sum over the frames, and how it ended. */
struct run {
	uint64_t frames;
	uint64_t sum;
	enum capfile_status last;
	bool has_end;
	struct capfile_err err;
};

static void run_frame(struct run *r, const struct frame *f, const uint8_t *p,
		      size_t used)
{
	uint64_t h = r->sum;
	uint32_t i;

	ASSERT(f->data >= p && f->data + f->cap_len <= p + used);
	ASSERT(f->cap_len <= CAPFILE_FRAME_MAX && f->wire_len >= f->cap_len);
	ASSERT(f->number == ++r->frames);
	for (i = 0; i < f->cap_len; i++)
		h = h * 31 + f->data[i];
	r->sum = h * 31 + (uint64_t)f->ts_ns + f->iface + (uint64_t)f->link +
		 f->wire_len;
}

static struct run run_file(const uint8_t *data, size_t len, size_t step,
			   bool want_blocks)
{
	struct run r = { 0 };
	struct capfile cf;
	size_t at = 0, end = 0, used;

	capfile_init(&cf);
	cf.want_blocks = want_blocks;
	for (;;) {
		uint8_t *piece = fuzz_copy(data + at, end - at);
		struct frame f = { 0 };

		r.last = capfile_next(&cf, piece, end - at, &used, &f);
		ASSERT(used <= end - at);
		if (r.last == CAPFILE_FRAME)
			run_frame(&r, &f, piece, used);
		if (want_blocks &&
		    (r.last == CAPFILE_FRAME || r.last == CAPFILE_OTHER)) {
			struct capfile_opt o;
			const uint8_t *p, *stop;

			capfile_opts(&cf, piece, used, &p, &stop);
			while (capfile_opt_next(&cf, &p, stop, &o))
				ASSERT(o.value + o.len <= piece + used);
		}
		free(piece);
		at += used;
		ASSERT(cf.offset == at);
		if (r.last == CAPFILE_BAD)
			break;
		if (r.last != CAPFILE_MORE) {
			ASSERT(used);
			continue;
		}
		ASSERT(cf.need > end - at && cf.need <= CAPFILE_BLOCK_MAX);
		if (end == len)
			break;
		end = len - end < step ? len : end + step;
	}
	if (r.last == CAPFILE_MORE)
		r.has_end = capfile_has_end(&cf, end - at);
	r.err = cf.err;
	capfile_fini(&cf);
	return r;
}

static void run_check(const struct run *a, const struct run *b)
{
	ASSERT(a->frames == b->frames && a->sum == b->sum);
	ASSERT(a->last == b->last && a->has_end == b->has_end);
	ASSERT(a->err.anomaly == b->err.anomaly && a->err.off == b->err.off);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct run whole, pieces, blocks;
	struct capfile cf;
	struct frame f;
	size_t used, off;

	if (!len)
		return 0;
	whole = run_file(data, len, len, false);
	pieces = run_file(data, len, data[len - 1] % 61 + 1, false);
	blocks = run_file(data, len, len, true);
	run_check(&whole, &pieces);
	/* blocks that nobody asks for may be longer */
	if (whole.err.anomaly != ANOMALY_CAP_CUT ||
	    blocks.err.anomaly != ANOMALY_CAP_BLOCK_LEN)
		run_check(&whole, &blocks);

	capfile_init(&cf);
	(void)capfile_next(&cf, data, len, &used, &f);
	if (cf.format != CAPFILE_NONE &&
	    capfile_find(&cf, data + used, len - used, len - used, 16, &off))
		ASSERT(off < len - used);
	capfile_fini(&cf);
	return 0;
}
