/* SPDX-License-Identifier: BSD-2-Clause */
/* sink.h - where judged flows go: each form of output is a sink.
 *
 * The engine calls sinks_flow() once for each flow, when it is settled and
 * judged, in an order that does not depend on the number of threads, and then
 * sinks_end() once. Nothing that a sink is given is valid after the call: what
 * it needs later it copies, in bounded memory.
 *
 * All calls come from one thread, but for those to another list that
 * sinks_split() has made.
 */
#ifndef INSPECT_SINK_H
#define INSPECT_SINK_H

#include <stdio.h>

#include "tally.h"

#define SINK_MAX 8

/* A part of the flows may be told by another thread, where their order does not
 * matter at all: to what @split returns, which is then given to @join and to
 * @free.
 *
 * @flow: NULL if it does not care for single flows
 * @end:  NULL if nothing comes at the end. @status is the exit status so far.
 * @any_order: flows may come in the order in which they end
 * @free: NULL if @ctx is nothing to be freed; called whether or not @end was
 * @can_split: is what the sink tells the same whatever the order of @flows
 *	   flows, if they are not more? NULL: no
 * @split: NULL if there is no memory
 * Return: 0 or -errno; what went wrong was logged
 */
struct sink_ops {
	int (*flow)(void *ctx, const struct flow *fl, const struct check *c);
	int (*end)(void *ctx, const struct tally *t, int status);
	void (*free)(void *ctx);
	bool (*can_split)(const void *ctx, uint64_t flows);
	void *(*split)(const void *ctx);
	void (*join)(void *ctx, const void *by);
	bool any_order;
};

struct sinks;

/* sinks_open() - the sinks that @cfg asks for; @cfg and @out are borrowed.
 * Return: 0; -errno, logged
 */
int sinks_open(const struct config *cfg, FILE *out, struct sinks **ret);

/* sinks_new() - an empty list, for sinks_add(). Return: 0 or -ENOMEM */
int sinks_new(struct sinks **ret);

/* sinks_add() - one more; @ctx becomes the list's, and is freed on failure.
 * Return: 0; -ENOBUFS if there are SINK_MAX
 */
int sinks_add(struct sinks *s, const struct sink_ops *ops, void *ctx);

/* sinks_flow(), sinks_end() - Return: 0, or the first error of a sink; the
 * others were called all the same
 */
int sinks_flow(struct sinks *s, const struct flow *fl, const struct check *c);
int sinks_end(struct sinks *s, const struct tally *t, int status);

/* sinks_want_order() - by first frame: does one of them need it? */
bool sinks_want_order(const struct sinks *s);

/* sinks_can_split() - may @flows flows be told in any order, and in part to
 * another list?
 */
bool sinks_can_split(const struct sinks *s, uint64_t flows);

/* sinks_split() - another list, for flows alone. Return: NULL if there is no
 * memory
 */
struct sinks *sinks_split(const struct sinks *s);

/* sinks_join() - as if @s had been told what @by, split of it, was told */
void sinks_join(struct sinks *s, const struct sinks *by);

void sinks_free(struct sinks *s);

#endif
