/* SPDX-License-Identifier: BSD-2-Clause */
/* engine.h - from frames to judged flows.
 *
 * Theory of operation
 *
 * A frame is first read by fast_decode(), which depends on nothing but the
 * frame, so that several threads may do it at once (bulk.h). What follows is
 * done in the order of the capture: the flow's entry (table.h) is looked up,
 * and if the flow allows it (flow_quiet()) the packet is only counted. Most
 * packets of a capture end here. All others are decoded in full and
 * flow_add()ed.
 *
 * A flow ends when it is closed (FIN from both, or RST) and silent for
 * ENGINE_LINGER_NS, when it is silent for --idle, when a SYN begins another
 * connection between the same ends, when the table is full, or with the
 * capture. All times are the capture's. A flow that has waited too long is
 * noticed by the packet that comes too late; besides, each new flow makes the
 * engine look at a few entries, so that the dead never outnumber the living by
 * much. Of a live capture engine_age() does the same as time goes by.
 *
 * A flow that has ended is judged and handed to the sinks. If they want order,
 * ENGINE_ORDER_MAX ended flows are kept back and sorted by their first frame.
 */
#ifndef INSPECT_ENGINE_H
#define INSPECT_ENGINE_H

#include "fast.h"
#include "sink.h"

#define ENGINE_LINGER_NS 5000000000LL
/* A connection attempt that nothing came of. */
#define ENGINE_ATTEMPT_NS 120000000000LL
#define ENGINE_ORDER_MAX  65536U
/* flows that are whole at the same time */
#define ENGINE_POOL_MAX 24576U
/* the same where trials need memory besides */
#define ENGINE_POOL_SHARED 8192U

struct engine;

/* engine_new() - @cfg is borrowed. Return: 0 or -ENOMEM */
int engine_new(const struct config *cfg, struct engine **ret);
void engine_free(struct engine *en);

/* engine_set_sinks() - where flows go that end before engine_end(). Without it
 * they are kept for engine_end(), or only counted if they are too many.
 */
void engine_set_sinks(struct engine *en, struct sinks *sinks, bool want_order);

/* engine_share() - with trials: ENGINE_POOL_SHARED from now on */
void engine_share(struct engine *en);

/* engine_fast() - for fast_decode(); never changes */
const struct fast_opts *engine_fast(const struct engine *en);

/* engine_frames() - account @n frames that follow each other in the capture.
 * @f: numbered by the caller is the first one; others are where that matters
 * @d: what fast_decode() said of each
 */
void engine_frames(struct engine *en, struct frame *f, const struct digest *d,
		   size_t n);

/* engine_age() - end flows that are gone at @ns, or with FRAME_NO_TIME at the
 * time of the newest frame: for captures that may bring no frame for long. Not
 * all of them, if there are many.
 */
void engine_age(struct engine *en, int64_t ns);

/* engine_end() - end all flows. @sinks: see engine_set_sinks(). No frame after
 * it.
 * Return: 0, or the first error of a sink
 */
int engine_end(struct engine *en, struct sinks *sinks);

/* engine_tally() - of what was accounted, and judged, so far */
const struct tally *engine_tally(struct engine *en);

/* engine_visit() - judge each flow that was not handed to sinks yet as if it
 * ended now, and call @fn with it; the flows go on as they were
 */
typedef void engine_visit_fn(void *ctx, const struct flow *fl,
			     const struct check *c);
void engine_visit(struct engine *en, engine_visit_fn *fn, void *ctx);

/* engine_bad_link() - the link type, which nobody decodes, of the last frame
 * that had such a one; -1: none
 */
int engine_bad_link(const struct engine *en);

/* A part of the file that was accounted by an engine_new_trial().
 * @base:   frames before it
 * @rec_len: bytes of a record before its frame
 * @next:   the record at @rec as a frame. Return: where the next one begins;
 *	    NULL: the part ends at @rec
 * @again:  the record at @rec alone, once more; the frame is borrowed until the
 *	    next call. Return: false if it cannot be had
 */
struct engine_part {
	uint64_t base;
	size_t rec_len;
	const uint8_t *(*next)(void *ctx, const uint8_t *rec, struct frame *f);
	bool (*again)(void *ctx, const uint8_t *rec, struct frame *f);
	void *ctx;
};

/* engine_can_try() - can parts of a file be accounted by engines that do not
 * know what stands before? Not by every configuration.
 */
bool engine_can_try(const struct engine *en);

/* engine_new_trial() - for the frames of a part of the file that @of is going
 * to account, at most @flows flows; see trial.h. To be given to
 * engine_frames(), whose frames count from 1, and to engine_free().
 * @whole: see trial_new()
 * Return: 0 or -ENOMEM
 */
int engine_new_trial(const struct engine *of, uint32_t flows, uint32_t whole,
		     struct engine **ret);

/* engine_trial_end() - did the trial stop? Then *@ret_data is the frame before
 * which it did
 */
bool engine_trial_end(const struct engine *trial, const uint8_t **ret_data);

/* engine_trial_frames() - that were accounted */
uint64_t engine_trial_frames(const struct engine *trial);

/* engine_merge() - as if @en had accounted the frames of @trial, which follow
 * those of @en. @trial is as new afterwards.
 * Return: false if that cannot be, and nothing was done
 */
bool engine_merge(struct engine *en, struct engine *trial,
		  const struct engine_part *part);

/* engine_can_join() - does whoever is told the flows not care for their order
 * at all, if there are @flows more?
 */
bool engine_can_join(const struct engine *en, uint64_t flows);

/* engine_join() - engine_merge() of the last part, but for the flows that begin
 * in it: they stay in @trial, which becomes @en's, and engine_end() ends them
 * by a thread of their own. Nothing but engine_tally(), engine_end() and
 * engine_free() may follow.
 * Return: false if that cannot be, and nothing was done
 */
bool engine_join(struct engine *en, struct engine *trial,
		 const struct engine_part *part);

/* engine_reset_trial() - as new. Return: 0; -ENOMEM: of no use any more */
int engine_reset_trial(struct engine *trial);

/* engine_live() - flows that have not ended */
uint32_t engine_live(const struct engine *en);

#endif
