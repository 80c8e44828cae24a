/* SPDX-License-Identifier: BSD-2-Clause */
/* feed.h - everything around the reading of frames: the sources, privileges
 * that are no longer needed, files written on the way, signals, progress, and
 * the table of --top
 */
#ifndef INSPECT_FEED_H
#define INSPECT_FEED_H

#include "inspect.h"
#include "source.h"

struct feed;

/* feed_open() - @cfg: borrowed. Return: 0; an exit status, logged */
int feed_open(const struct config *cfg, struct feed **ret);

/* feed_close() - NULL is a no-op */
void feed_close(struct feed *f);

/* feed_attach() - what wants to see flows joins @s. Return: 0 or -errno */
int feed_attach(struct feed *f, struct sinks *s);

/* feed_run() - every frame to @in, until the end, or until a signal wants it.
 * Return: 0; an exit status, logged: the frames so far were accounted
 */
int feed_run(struct feed *f, struct inspect *in);

/* feed_tick() - for readers of their own (source_plain()), once for each block:
 * progress, snapshots. @done bytes and @frames frames so far.
 * Return: whether to go on
 */
bool feed_tick(struct feed *f, struct inspect *in, uint64_t done,
	       uint64_t frames);

/* feed_link_ok() - whether frames of type @link can be decoded; tells the user
 * once if not, and feed_status() then is EXIT_IO
 */
bool feed_link_ok(struct feed *f, int link, const char *where);

/* feed_finish() - after the last frame: no more progress, all is written.
 * Return: 0; an exit status, logged
 */
int feed_finish(struct feed *f);

struct source *feed_source(struct feed *f);

#endif
