/* SPDX-License-Identifier: BSD-2-Clause */
/* engine.h - runs cases against one origin, many at a time.
 *
 * One event loop. A case becomes one trial, or one for each value of its
 * sweep; a trial is one connection (or UDP socket) that follows the script
 * (trial.h). At most `parallel` trials run at a time, one if the oracle is a
 * late one; trials that wait for the origin's patience have a lane of their
 * own beside them. Every trial claims another client, so that what an oracle
 * reads cannot be another's.
 */
#ifndef CONFORM_ENGINE_H
#define CONFORM_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "case.h"
#include "oracle.h"
#include "probe.h"
#include "wire/addr.h"

#define ENGINE_PARALLEL_MAX 256
#define ENGINE_SLOW_MAX	    8

/* engine_done_fn - a case is finished. @n_done counts it. */
typedef void engine_done_fn(void *ctx, const struct case_result *r,
			    size_t n_done, size_t n);

/* @source, @untrusted: IP_NONE: the kernel's choice; none
 * @timeout_ms: how long an answer may take
 * @wait_ms:    how long a silent client is waited for ("patience")
 * @gap_ms:     between the two segments of "split"
 * @drip_ms:    between two bytes of "drip"
 * @oracle_ms:  how long a late oracle may take
 * @crowd_max:  connections of "crowd" at most
 * @end_ms:     clock_ms() at which all is given up; 0: never
 * @watch_fd:   read by @watch when it has something: a capture; or -1
 * @serial:     of the next trial, kept from run to run
 * @is_stopped: set by a signal: what runs is given up; or NULL
 */
struct engine_config {
	struct endpoint target;
	struct ip_addr source, untrusted;
	const struct probe *probe;
	struct oracle *oracle;
	uint64_t timeout_ms, wait_ms, gap_ms, drip_ms, oracle_ms;
	uint32_t parallel;
	uint32_t crowd_max;
	engine_done_fn *done;
	void *ctx;
	uint64_t end_ms;
	int watch_fd;
	void (*watch)(void *ctx);
	void *watch_ctx;
	uint32_t *serial;
	const volatile bool *is_stopped;
};

/* engine_run() - all of @defs. @results: @n of them, filled in that order.
 * Cases that need what the configuration lacks are skipped with a reason.
 * Return: 0; -ETIMEDOUT at the deadline, what was not finished is PENDING;
 * or -errno if nothing could be run at all
 */
int engine_run(const struct engine_config *cfg,
	       const struct case_def *const *defs, size_t n,
	       struct case_result *results);

/* case_judge() - outcome and identity against the words of script.h.
 * @needs_identity: CASE_F_IDENTITY
 */
enum case_status case_judge(unsigned words, enum outcome outcome,
			    enum identity_kind identity, bool needs_identity);

/* outcome_text() - for people: "served as 192.0.2.1 port 5". Returns @out. */
char *outcome_text(enum outcome o, const struct identity *id, uint64_t ms,
		   char *out, size_t cap);

#endif
