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
 * much.
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
#define ENGINE_POOL_MAX 40960U

struct engine;

/* engine_new() - @cfg is borrowed. Return: 0 or -ENOMEM */
int engine_new(const struct config *cfg, struct engine **ret);
void engine_free(struct engine *en);

/* engine_set_sinks() - where flows go that end before engine_end(). Without it
 * they are kept for engine_end(), or only counted if they are too many.
 */
void engine_set_sinks(struct engine *en, struct sinks *sinks, bool want_order);

/* engine_fast() - for fast_decode(); never changes */
const struct fast_opts *engine_fast(const struct engine *en);

/* engine_frames() - account @n frames that follow each other in the capture.
 * @f: numbered by the caller is the first one; others are where that matters
 * @d: what fast_decode() said of each
 */
void engine_frames(struct engine *en, struct frame *f, const struct digest *d,
		   size_t n);

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

/* engine_live() - flows that have not ended */
uint32_t engine_live(const struct engine *en);

#endif
