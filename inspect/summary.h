/* SPDX-License-Identifier: BSD-2-Clause */
/* summary.h - what all flows together say, in memory that does not grow */
#ifndef INSPECT_SUMMARY_H
#define INSPECT_SUMMARY_H

#include <stdio.h>

#include "base/hist.h"
#include "base/json.h"
#include "paint.h"
#include "sink.h"
#include "timeline.h"
#include "topk.h"
#include "view.h"

/* hdr_mode_names[] and "none" */
#define SUMMARY_MODE_MAX 12
#define SUMMARY_TOP	 10
/* Pairs of a verdict and its reason that are counted apart. */
#define SUMMARY_REASON_MAX 256

/* @flows: of that verdict and anomaly; @first: number of the one that began
 * first, and its @frame; @advice: static
 */
struct summary_reason {
	enum verdict verdict;
	enum anomaly anomaly;
	uint64_t flows;
	uint64_t first;
	uint64_t frame;
	const char *advice;
};

/* @mode: flows by mode (summary_mode_name()) and verdict
 * @clients: named by headers and options; their @value counts findings
 * @peers:  the addresses that connections came from
 * @reason: of findings and what is open, @reasons of them
 * @header_us, @reply_us: struct facts_timing of all flows that have them
 */
struct summary {
	uint64_t flows;
	uint64_t tcp;
	uint64_t mode[SUMMARY_MODE_MAX][VERDICTS];
	uint64_t verdict[VERDICTS];
	int64_t first_ns;
	int64_t last_ns;
	unsigned reasons;
	uint64_t reasons_refused;
	struct summary_reason reason[SUMMARY_REASON_MAX];
	struct topk clients;
	struct topk peers;
	struct hist header_us;
	struct hist reply_us;
	struct timeline timeline;
};

/* summary_new() - NULL if memory is out */
struct summary *summary_new(void);

void summary_add(struct summary *s, const struct view *v);

/* summary_can_add() - is the result of @flows more the same in any order? */
bool summary_can_add(const struct summary *s, uint64_t flows);

/* summary_merge() - as if the flows of @by had been added to @s, in an order
 * that does not matter; without the timeline
 */
void summary_merge(struct summary *s, const struct summary *by);

/* summary_sort() - the reasons, the most frequent first */
void summary_sort(struct summary *s);

/* summary_json() - members */
void summary_json(struct json *j, const struct summary *s);
void summary_text(struct paint *p, const struct summary *s);

/* summary_mode_name() - of row @i of @mode; NULL behind the last */
const char *summary_mode_name(unsigned i);

/* summary_mode() - the row of a view's mode */
unsigned summary_mode(const char *name);

/* summary_open() - add the sink that tells it on @out, as text or JSON.
 * Return: 0 or -errno, logged
 */
int summary_open(const struct config *cfg, FILE *out, struct sinks *s);

#endif
