/* SPDX-License-Identifier: BSD-2-Clause */
/* source.h - frames out of capture files, merged by time, or from an interface;
 * filtered and numbered
 */
#ifndef INSPECT_SOURCE_H
#define INSPECT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/json.h"
#include "capfile.h"
#include "frame.h"
#include "live.h"
#include "wire/anomaly.h"

#define SOURCE_ERR_MAX	512
#define SOURCE_FILE_MAX 256

struct source;

/* @paths:	"-" is standard input; NULL for a live capture
 * @live:	see there; ignored if there are @paths
 * @filter:	pcap-filter(7) expression, or NULL
 * @frame_max:	end after so many frames that passed the filter; 0: no limit
 */
struct source_spec {
	const char *paths[SOURCE_FILE_MAX];
	size_t path_count;
	struct live_config live;
	const char *filter;
	uint64_t frame_max;
};

/* @done, @size:  bytes of the files; @size is 0 where that is not known
 * @frames:	  read, before the filter
 * @is_live:	  @live is what the kernel says
 * @damage:	  the first file that could not be read to its end, if
 *		  @is_damaged: @file, at byte @damage_off, after frame
 *		  @damage_frame of it; the anomaly is NONE for errors of
 *		  reading
 */
struct source_stat {
	uint64_t done;
	uint64_t size;
	uint64_t frames;
	bool is_live;
	struct live_stat live;
	bool is_damaged;
	enum anomaly damage;
	uint64_t damage_off;
	uint64_t damage_frame;
	const char *damage_file;
};

enum source_result {
	SOURCE_END,
	SOURCE_FRAME,
	SOURCE_IDLE, /* nothing for a while, or a signal came: ask again */
};

/* source_open_spec() - @spec: what it points to is borrowed
 * @err: set on failure: one sentence
 * Return: 0; -EINVAL for a bad filter; -EIO otherwise
 */
int source_open_spec(const struct source_spec *spec, char err[SOURCE_ERR_MAX],
		     struct source **ret_src);

/* source_open() - the same for one file */
int source_open(const char *path, const char *filter, char err[SOURCE_ERR_MAX],
		struct source **ret_src);

/* source_next() - the next frame that passes the filter.
 *
 * Files are merged like mergecap(1) does it: the earliest frame comes first, of
 * equally early ones that of the last file; the order within a file stays, and
 * a frame without a time does not wait.
 * Return: SOURCE_FRAME and *@ret, whose data is borrowed until the next call;
 * SOURCE_END; SOURCE_IDLE; -EIO: a file was damaged or the interface failed.
 * That comes when all other files have been read. -EINVAL: the filter does not
 * suit a frame's link type.
 */
int source_next(struct source *src, char err[SOURCE_ERR_MAX],
		struct frame *ret);

/* source_json() - as members: "cut" for a damaged file, "live" for an interface
 */
void source_json(struct json *j, const struct source_stat *st);

/* source_text() - the same for people; only of interfaces, since damage was
 * told when it was found
 */
void source_text(FILE *out, const struct source_stat *st);

/* source_close() - NULL is a no-op */
void source_close(struct source *src);

void source_stat(struct source *src, struct source_stat *ret);

/* source_plain() - whether this is one plain file, unfiltered, of which nothing
 * has been read: a reader of its own may pread(2) @ret_fd from 0 to @ret_size.
 * Valid until source_close().
 */
bool source_plain(const struct source *src, int *ret_fd, uint64_t *ret_size);

/* source_resume() - that reader has come to where @cf stands: source_next()
 * goes on there. Return: 0 or -errno
 */
int source_resume(struct source *src, const struct capfile *cf);

/* source_live() - what is captured from; NULL for files */
struct live *source_live(struct source *src);

#endif
