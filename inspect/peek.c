/* SPDX-License-Identifier: BSD-2-Clause */
/* peek.c - see peek.h */
#include "peek.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "again.h"
#include "base/log.h"

/* @data: what @frame's points to; NULL until it was got */
struct peek_frame {
	struct frame frame;
	uint8_t *data;
};

/* @frame: ascending once they were fetched */
struct peek {
	uint32_t count;
	uint32_t max;
	uint32_t room;
	struct peek_frame *frame;
};

int peek_new(uint32_t max, struct peek **ret)
{
	struct peek *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->max = max;
	*ret = p;
	return 0;
}

void peek_free(struct peek *p)
{
	uint32_t i;

	if (!p)
		return;
	for (i = 0; i < p->count; i++)
		free(p->frame[i].data);
	free(p->frame);
	free(p);
}

void peek_want(struct peek *p, uint64_t number)
{
	if (!number || p->count == p->max)
		return;
	if (p->count == p->room) {
		uint32_t room = p->room ? p->room * 2 : 64;
		struct peek_frame *more =
			realloc(p->frame, (size_t)room * sizeof(*more));

		if (!more)
			return;
		p->frame = more;
		p->room = room;
	}
	p->frame[p->count++] =
		(struct peek_frame) { .frame = { .number = number } };
}

static int peek_compare(const void *a, const void *b)
{
	const struct peek_frame *x = a, *y = b;

	if (x->frame.number == y->frame.number)
		return 0;
	return x->frame.number < y->frame.number ? -1 : 1;
}

static void peek_sort(struct peek *p)
{
	uint32_t i, n = 0;

	if (!p->count)
		return;
	qsort(p->frame, p->count, sizeof(*p->frame), peek_compare);
	for (i = 0; i < p->count; i++)
		if (!n ||
		    p->frame[n - 1].frame.number != p->frame[i].frame.number)
			p->frame[n++] = p->frame[i];
	p->count = n;
}

static int peek_keep(struct peek_frame *to, const struct frame *f)
{
	uint32_t len = f->cap_len < PEEK_FRAME_MAX ? f->cap_len
						   : PEEK_FRAME_MAX;
	uint8_t *data = malloc(len ? len : 1);

	if (!data)
		return -ENOMEM;
	memcpy(data, f->data, len);
	to->data = data;
	to->frame = *f;
	to->frame.data = data;
	to->frame.cap_len = len;
	return 0;
}

int peek_fetch(struct peek *p, const struct config *cfg)
{
	struct again *again = NULL;
	struct frame f;
	uint32_t i = 0;
	int r;

	peek_sort(p);
	if (!p->count || !peek_can(cfg))
		return 0;
	r = again_open(cfg, &again);
	while (r == 0 && i < p->count) {
		r = again_next(again, &f);
		if (r <= 0)
			break;
		r = 0;
		if (f.number == p->frame[i].frame.number)
			r = peek_keep(&p->frame[i++], &f);
		if (r)
			log_error("out of memory");
	}
	again_close(again);
	return r;
}

const struct frame *peek_get(const struct peek *p, uint64_t number)
{
	struct peek_frame key = { .frame = { .number = number } };
	const struct peek_frame *f;

	if (!p->count)
		return NULL;
	f = bsearch(&key, p->frame, p->count, sizeof(key), peek_compare);
	return f && f->data ? &f->frame : NULL;
}

bool peek_can(const struct config *cfg)
{
	return again_can(cfg);
}
