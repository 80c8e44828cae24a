/* SPDX-License-Identifier: BSD-2-Clause */
/* trial.h - one connection that follows a script; private to the engine.
 *
 * Theory of operation
 *	CONNECT	waits for the connection; then the steps run one by one
 *	STEP	the next step may begin at once
 *	WRITE	bytes wait for room in the socket
 *	PAUSE	a gap, a hush, or the time between two pieces of a step
 *	EXPECT	the probe judges what came, until the timeout
 *	ORACLE	the connection is over, the late oracle is asked again and again
 *	DONE	the verdict stands; the engine takes it and frees the slot
 * Each state has a due time. What arrives is read in every state, so that an
 * early word of the peer, or its end, is not missed.
 */
#ifndef CONFORM_TRIAL_H
#define CONFORM_TRIAL_H

#include "base/loop.h"
#include "engine.h"
#include "script.h"

#define TRIAL_RX_MAX	65536
#define TRIAL_TYPE	1 /* of the loop */
#define TRIAL_CROWD_MAX 4096

enum trial_state {
	TRIAL_FREE,
	TRIAL_CONNECT,
	TRIAL_STEP,
	TRIAL_WRITE,
	TRIAL_PAUSE,
	TRIAL_EXPECT,
	TRIAL_ORACLE,
	TRIAL_DONE,
};

/* @run:      index of its case
 * @piece:    bytes of a piece: of the first (split), of each (drip), or 0
 * @status, @expected, @outcome, @identity: valid in TRIAL_DONE
 */
struct trial {
	const struct engine_config *cfg;
	struct loop *loop;
	enum trial_state state;
	uint32_t slot, gen;
	uint32_t run;
	uint32_t sweep;
	bool is_slow, is_udp, is_untrusted;
	uint8_t tries;
	uint64_t due_ms, begin_ms, open_ms, close_ms, settle_ms;

	const struct case_def *def;
	struct script script;
	size_t step;
	struct claim claim;
	struct probe_run probe;
	struct endpoint self;
	int fd;

	struct build *out;
	size_t out_at, out_stop;
	bool is_hushed, is_eof, is_reset;

	size_t rx_len;
	uint8_t *rx;
	size_t n_crowd;
	int *crowd;

	enum case_status status;
	unsigned expected;
	enum outcome outcome;
	struct identity identity;
	char note[128];
};

/* trial_init() - memory of a slot. Return: 0 or -errno */
int trial_init(struct trial *t, const struct engine_config *cfg,
	       struct loop *loop, uint32_t slot);
void trial_fini(struct trial *t);

/* trial_begin() - from a free slot; may be DONE at once.
 * @serial: makes its claim and its token unlike any other's
 */
void trial_begin(struct trial *t, const struct case_def *def, uint32_t sweep,
		 uint32_t serial);

/* trial_event(), trial_tick() - go on; @events as from the loop, 0 for time */
void trial_event(struct trial *t, uint32_t events);

/* trial_free() - close what is open */
void trial_free(struct trial *t);

/* trial_header_len() - bytes of the first header of a script, for "cut" */
size_t trial_header_len(const struct case_def *def);

#endif
