/* SPDX-License-Identifier: BSD-2-Clause */
/* engine_state.h - what the parts of the engine know: engine.c accounts frames,
 * engine_end.c ends flows. For nobody else.
 */
#ifndef INSPECT_ENGINE_STATE_H
#define INSPECT_ENGINE_STATE_H

#include "engine.h"
#include "order.h"
#include "pool.h"
#include "trial.h"

/* flows that are whole in a trial, and of its flows' memory the part of all */
#define ENGINE_TRIAL_POOL  8192U
#define ENGINE_TRIAL_SHARE 4
/* half of all sequence numbers */
#define ENGINE_EARLY_SPAN 0x80000000U
/* that is fetched ahead at once */
#define ENGINE_LINE 64U

/* @hand:   entry that is looked at next for whether its flow has ended
 * @gap_ns: a silence that a flow's judge has to know of
 * @early_span: sequence numbers up to so far behind a place follow it
 * @error:  the first of a sink
 * @trial:  NULL unless the engine does not know what stands before its frames
 * @merged: what the decoders of trials counted
 * @joined: a trial, the flows of which are its own (engine_join()); or NULL.
 *	    Before its frames there are @base
 */
struct engine {
	const struct config *cfg;
	struct fast_opts fast;
	struct decoder *decoder;
	struct table table;
	struct pool *pool;
	struct order order;
	struct budget budget;
	struct tally tally;
	struct sinks *sinks;
	bool want_order;
	int bad_link;
	int error;
	uint32_t hand;
	int64_t now_ns;
	int64_t idle_ns;
	int64_t gap_ns;
	uint32_t early_span;
	uint64_t flow_count;
	struct trial *trial;
	struct decode_stats merged;
	struct engine *joined;
	uint64_t base;
	struct flow scratch;
};

/* engine_fetch_flow() - fetch ahead the flow of @e, or what it is packed to, if
 * it has one: what a trial found without a beginning has none
 */
static inline void engine_fetch_flow(const struct entry *e)
{
	size_t i;

	for (i = 0; i < sizeof(struct flow) && e->hold; i += ENGINE_LINE)
		__builtin_prefetch((const char *)e->hold + i, 1);
}

/* engine_skipped() - put what was only counted into the flow of @e */
void engine_skipped(struct entry *e, struct flow *fl);

/* engine_wake() - the flow of @e as if every packet had been looked at; NULL if
 * there is no memory
 */
struct flow *engine_wake(struct engine *en, struct entry *e);

/* engine_again() - account a packet of a trial, the frame of which is counted
 * already. @f: its frame, or NULL if the packet is not to be looked at
 * Return: false if it has to be, and nothing was done
 */
bool engine_again(struct engine *en, const struct digest *d, uint64_t number,
		  const struct frame *f);

/* engine_lost() - packets whose other fragments have not come until @ns */
void engine_lost(struct engine *en, int64_t ns);

/* engine_judge() - @fl is over: judge it, tell the sinks, free what it holds */
void engine_judge(struct engine *en, struct flow *fl);

/* engine_finish() - the flow of @e is over; @e has none then */
void engine_finish(struct engine *en, struct entry *e);

/* engine_is_gone() - was the flow of @e silent for so long that at @ns it is
 * another one?
 */
bool engine_is_gone(const struct engine *en, const struct entry *e, int64_t ns);

/* engine_sweep() - end a few flows that are gone */
void engine_sweep(struct engine *en);

/* engine_evict() - the table is full: end one flow */
void engine_evict(struct engine *en);

/* engine_drop() - free what is left of flows that nobody wants judged */
void engine_drop(struct engine *en);

#endif
