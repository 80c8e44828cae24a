/* SPDX-License-Identifier: BSD-2-Clause */
/* source.c - see source.h */
#include "source.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "input.h"
#include "wire/link.h"
#include "wire/wire.h"

#define SOURCE_SMALL_FROM 8 /* so many files get smaller buffers */

/* A file, with the frame that it would give next.
 * @link: once it was read: of its first interface
 */
struct source_file {
	struct input *in;
	bool has_head;
	int link;
	struct frame head;
};

/* @taken:  the file whose head was given out, and is used up; or -1
 * @given:  frames that passed the filter
 * @failed: what a file could not be read for, kept until the others are
 */
struct source {
	struct source_spec spec;
	struct filter *filter;
	struct live *live;
	size_t file_count;
	struct source_file *files;
	int taken;
	uint64_t number;
	uint64_t given;
	bool is_size_unknown;
	struct source_stat stat;
	char failed[SOURCE_ERR_MAX];
};

/* source_damaged() - @file ends here; the others go on */
static void source_damaged(struct source *src, size_t file,
			   const char err[SOURCE_ERR_MAX])
{
	const struct capfile_err *e = input_damage(src->files[file].in);
	struct source_stat *st = &src->stat;

	if (st->is_damaged)
		return;
	st->is_damaged = true;
	st->damage = e->anomaly;
	st->damage_off = e->off;
	st->damage_frame = src->files[file].head.in_file;
	st->damage_file = src->spec.paths[file];
	memcpy(src->failed, err, SOURCE_ERR_MAX);
}

/* source_pull() - the head of @file, if it has none.
 * Return: 0; -EINTR: a signal came
 */
static int source_pull(struct source *src, size_t file)
{
	struct source_file *f = &src->files[file];
	char err[SOURCE_ERR_MAX];
	uint64_t done, size;
	int r;

	if (f->has_head || !f->in)
		return 0;
	r = input_next(f->in, err, &f->head);
	if (r == -EINTR)
		return r;
	if (r == 1) {
		f->has_head = true;
		f->head.file = (uint16_t)file;
		return 0;
	}
	if (r < 0)
		source_damaged(src, file, err);
	stream_progress(input_stream(f->in), &done, &size);
	src->stat.done += done;
	src->stat.size += size;
	if (!size)
		src->is_size_unknown = true;
	f->link = input_link(f->in);
	input_close(f->in);
	f->in = NULL;
	return 0;
}

/* source_pick() - the file whose head comes next, as mergecap(1) picks it.
 * Return: its index; -ENODATA if none has one; -EINTR
 */
static int source_pick(struct source *src)
{
	int64_t best_ns = INT64_MAX;
	int best = -ENODATA;
	size_t i;

	for (i = 0; i < src->file_count; i++) {
		const struct source_file *f = &src->files[i];
		int r = source_pull(src, i);

		if (r)
			return r;
		if (!f->has_head)
			continue;
		if (f->head.ts_ns == FRAME_NO_TIME)
			return (int)i;
		if (f->head.ts_ns <= best_ns) {
			best_ns = f->head.ts_ns;
			best = (int)i;
		}
	}
	return best;
}

/* source_compile() - a bad filter is told before anything is read, if the link
 * type can be known by then
 */
static int source_compile(struct source *src, char err[SOURCE_ERR_MAX])
{
	char why[FILTER_ERR_MAX];
	size_t i;
	int r;

	r = filter_new(src->spec.filter, &src->filter);
	if (r) {
		(void)snprintf(err, SOURCE_ERR_MAX, "out of memory");
		return -EIO;
	}
	for (i = 0; i < src->file_count && !r; i++) {
		const struct source_file *f = &src->files[i];
		int link;

		while (source_pull(src, i) == -EINTR)
			;
		link = f->has_head ? f->head.link : f->link;
		r = filter_compile(src->filter,
				   link >= 0 ? link : LINK_ETHERNET, why);
	}
	if (r)
		(void)snprintf(err, SOURCE_ERR_MAX, "%s", why);
	return r;
}

static int source_open_files(struct source *src, char err[SOURCE_ERR_MAX])
{
	const struct source_spec *spec = &src->spec;
	size_t i;

	static_assert(SOURCE_ERR_MAX >= INPUT_ERR_MAX, "errors are passed on");
	ASSERT(spec->path_count <= SOURCE_FILE_MAX);
	src->files = calloc(spec->path_count, sizeof(*src->files));
	if (!src->files) {
		(void)snprintf(err, SOURCE_ERR_MAX, "out of memory");
		return -EIO;
	}
	for (i = 0; i < spec->path_count; i++) {
		int r = input_open(spec->paths[i],
				   spec->path_count < SOURCE_SMALL_FROM
					   ? INPUT_BUF_LEN
					   : INPUT_BUF_SMALL,
				   err, &src->files[i].in);

		if (r)
			return r;
		src->files[i].link = -1;
		src->file_count++;
	}
	return spec->filter ? source_compile(src, err) : 0;
}

static int source_start(struct source *src, char err[SOURCE_ERR_MAX],
			struct source **ret_src)
{
	int r;

	static_assert(SOURCE_ERR_MAX >= LIVE_ERR_MAX, "errors are passed on");
	src->taken = -1;
	if (src->spec.path_count)
		r = source_open_files(src, err);
	else
		r = live_open(&src->spec.live, src->spec.filter, err,
			      &src->live);
	if (r)
		source_close(src);
	else
		*ret_src = src;
	return r;
}

static struct source *source_new(char err[SOURCE_ERR_MAX])
{
	struct source *src = calloc(1, sizeof(*src));

	if (!src)
		(void)snprintf(err, SOURCE_ERR_MAX, "out of memory");
	return src;
}

int source_open_spec(const struct source_spec *spec, char err[SOURCE_ERR_MAX],
		     struct source **ret_src)
{
	struct source *src = source_new(err);

	if (!src)
		return -EIO;
	src->spec = *spec;
	return source_start(src, err, ret_src);
}

int source_open(const char *path, const char *filter, char err[SOURCE_ERR_MAX],
		struct source **ret_src)
{
	struct source *src = source_new(err);

	if (!src)
		return -EIO;
	src->spec.paths[0] = path;
	src->spec.path_count = 1;
	src->spec.filter = filter;
	return source_start(src, err, ret_src);
}

/* source_take() - the next frame, before the filter. Return: as source_next()
 */
static int source_take(struct source *src, char err[SOURCE_ERR_MAX],
		       struct frame *ret)
{
	int r;

	if (src->live) {
		r = live_next(src->live, err, ret);
		if (r < 0) {
			src->stat.is_damaged = true;
			return r;
		}
		src->number += r == 1;
		return r == 1 ? SOURCE_FRAME : SOURCE_IDLE;
	}
	if (src->taken >= 0)
		src->files[src->taken].has_head = false;
	src->taken = -1;
	r = source_pick(src);
	if (r == -EINTR)
		return SOURCE_IDLE;
	if (r < 0 && src->stat.is_damaged) {
		memcpy(err, src->failed, SOURCE_ERR_MAX);
		return -EIO;
	}
	if (r < 0)
		return SOURCE_END;
	src->taken = r;
	*ret = src->files[r].head;
	ret->number = ++src->number;
	return SOURCE_FRAME;
}

int source_next(struct source *src, char err[SOURCE_ERR_MAX], struct frame *ret)
{
	char why[FILTER_ERR_MAX];
	int r;

	if (src->spec.frame_max && src->given >= src->spec.frame_max)
		return SOURCE_END;
	for (;;) {
		r = source_take(src, err, ret);
		if (r != SOURCE_FRAME)
			return r;
		if (src->filter) {
			r = filter_match(src->filter, ret, why);
			if (r < 0) {
				(void)snprintf(err, SOURCE_ERR_MAX, "%s", why);
				return r;
			}
			if (!r)
				continue;
		}
		src->given++;
		return SOURCE_FRAME;
	}
}

void source_close(struct source *src)
{
	size_t i;

	if (!src)
		return;
	for (i = 0; i < src->file_count; i++)
		input_close(src->files[i].in);
	free(src->files);
	live_close(src->live);
	filter_free(src->filter);
	free(src);
}

void source_stat(struct source *src, struct source_stat *ret)
{
	bool is_unknown = src->is_size_unknown;
	size_t i;

	*ret = src->stat;
	ret->frames = src->number;
	for (i = 0; i < src->file_count; i++) {
		uint64_t done, size;

		if (!src->files[i].in)
			continue;
		stream_progress(input_stream(src->files[i].in), &done, &size);
		ret->done += done;
		ret->size += size;
		is_unknown |= !size;
	}
	if (is_unknown)
		ret->size = 0;
	ret->is_live = src->live != NULL;
	if (src->live)
		live_stat(src->live, &ret->live);
}

bool source_plain(const struct source *src, int *ret_fd, uint64_t *ret_size)
{
	uint64_t done;
	int fd;

	if (src->file_count != 1 || src->filter || src->spec.frame_max ||
	    src->number || !src->files[0].in ||
	    input_is_foreign(src->files[0].in))
		return false;
	fd = stream_fd(input_stream(src->files[0].in));
	if (fd < 0)
		return false;
	*ret_fd = fd;
	stream_progress(input_stream(src->files[0].in), &done, ret_size);
	return true;
}

int source_resume(struct source *src, const struct capfile *cf)
{
	struct source_file *f = &src->files[0];
	int r = input_resume(f->in, cf);

	if (r)
		return r;
	f->has_head = false;
	f->head.in_file = cf->frames;
	src->number = src->given = cf->frames;
	return 0;
}

struct live *source_live(struct source *src)
{
	return src->live;
}
