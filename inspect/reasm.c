/* SPDX-License-Identifier: BSD-2-Clause */
/* reasm.c - see reasm.h */
#include "reasm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REASM_CAP_MIN 256

void *budget_alloc(struct budget *b, size_t len)
{
	void *p = NULL;

	if (len <= b->max_bytes - b->used_bytes)
		p = malloc(len ? len : 1);
	if (!p) {
		b->refused++;
		return NULL;
	}
	b->used_bytes += len;
	return p;
}

void budget_free(struct budget *b, void *p, size_t len)
{
	if (!p)
		return;
	b->used_bytes -= len;
	free(p);
}

static int reasm_grow(struct reasm *r, struct budget *b, uint32_t need)
{
	uint32_t cap = r->cap ? r->cap : REASM_CAP_MIN;
	uint8_t *buf;

	if (need <= r->cap)
		return 0;
	while (cap < need)
		cap *= 2;
	buf = budget_alloc(b, cap);
	if (!buf)
		return -ENOMEM;
	if (r->cap)
		memcpy(buf, r->buf, r->cap);
	budget_free(b, r->buf, r->cap);
	r->buf = buf;
	r->cap = cap;
	return 0;
}

/* reasm_compare() - bytes [lo, hi), of which @src is the first, come again */
static void reasm_compare(struct reasm *r, uint32_t lo, uint32_t hi,
			  const uint8_t *src)
{
	uint32_t i;

	if (r->has_contrary && r->contrary_off < hi)
		hi = r->contrary_off;
	for (i = lo; i < hi; i++) {
		if (r->buf[i] == src[i - lo])
			continue;
		r->has_contrary = true;
		r->contrary_off = i;
		return;
	}
}

/* Copies what of [lo, hi) no run has yet; @src is the byte at @lo. */
static void reasm_copy(struct reasm *r, uint32_t lo, uint32_t hi,
		       const uint8_t *src)
{
	uint32_t pos = lo;
	uint32_t i;

	for (i = 0; i < r->run_count && pos < hi; i++) {
		const struct reasm_run *run = &r->run[i];

		if (run->hi <= pos)
			continue;
		if (run->lo > pos) {
			uint32_t end = run->lo < hi ? run->lo : hi;

			memcpy(r->buf + pos, src + (pos - lo), end - pos);
			pos = end;
		}
		if (pos < hi)
			reasm_compare(r, pos, run->hi < hi ? run->hi : hi,
				      src + (pos - lo));
		pos = run->hi;
	}
	if (pos < hi)
		memcpy(r->buf + pos, src + (pos - lo), hi - pos);
}

/* reasm_span() - the runs that [lo, hi) touches: [*ret_first, *ret_end) */
static void reasm_span(const struct reasm *r, uint32_t lo, uint32_t hi,
		       uint32_t *ret_first, uint32_t *ret_end)
{
	uint32_t i = 0;

	while (i < r->run_count && r->run[i].hi < lo)
		i++;
	*ret_first = i;
	while (i < r->run_count && r->run[i].lo <= hi)
		i++;
	*ret_end = i;
}

int reasm_put(struct reasm *r, struct budget *b, uint32_t limit, uint32_t off,
	      const uint8_t *data, uint32_t len)
{
	uint32_t lo = off;
	uint32_t hi, first, end;
	int err;

	if (off >= limit || !len)
		return 0;
	hi = len > limit - off ? limit : off + len;
	reasm_span(r, lo, hi, &first, &end);
	if (first == end && r->run_count == REASM_RUN_MAX)
		return -ENOBUFS;
	err = reasm_grow(r, b, hi);
	if (err)
		return err;
	reasm_copy(r, lo, hi, data);
	if (first < end) {
		if (r->run[first].lo < lo)
			lo = r->run[first].lo;
		if (r->run[end - 1].hi > hi)
			hi = r->run[end - 1].hi;
	}
	memmove(&r->run[first + 1], &r->run[end],
		(r->run_count - end) * sizeof(r->run[0]));
	r->run[first] = (struct reasm_run) { lo, hi };
	r->run_count = r->run_count - (end - first) + 1;
	return 0;
}

uint32_t reasm_ready(const struct reasm *r, uint32_t off)
{
	uint32_t i;

	for (i = 0; i < r->run_count; i++)
		if (r->run[i].lo <= off && off < r->run[i].hi)
			return r->run[i].hi - off;
	return 0;
}

void reasm_fini(struct reasm *r, struct budget *b)
{
	budget_free(b, r->buf, r->cap);
	*r = (struct reasm) { 0 };
}
