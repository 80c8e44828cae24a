/* SPDX-License-Identifier: BSD-2-Clause */
/* wheel.c - see wheel.h */
#include "base/wheel.h"

#include <assert.h>
#include <string.h>

#define WHEEL_MASK  (WHEEL_SLOTS - 1)
#define WHEEL_WORDS (WHEEL_SLOTS / 64)

static_assert(WHEEL_WORDS == 64, "used_words has a bit for each word");

void wheel_init(struct wheel *w, uint64_t now_ms)
{
	memset(w, 0, sizeof(*w));
	w->now_ms = now_ms;
}

void wheel_cancel(struct wheel *w, struct wheel_node *node)
{
	(void)w;
	if (!node->link)
		return;
	*node->link = node->next;
	if (node->next)
		node->next->link = node->link;
	node->next = NULL;
	node->link = NULL;
}

void wheel_arm(struct wheel *w, struct wheel_node *node, uint64_t due_ms)
{
	struct wheel_node **slot;
	uint32_t i;

	wheel_cancel(w, node);
	if (due_ms <= w->now_ms)
		due_ms = w->now_ms + 1;
	node->due_ms = due_ms;
	i = due_ms & WHEEL_MASK;
	slot = &w->slots[i];
	node->next = *slot;
	node->link = slot;
	if (node->next)
		node->next->link = &node->next;
	*slot = node;
	w->used[i / 64] |= 1ULL << (i % 64);
	w->used_words |= 1ULL << (i / 64);
}

/* Run one slot: a detached list, so that what handlers arm is not met twice. */
static void wheel_run_slot(struct wheel *w, uint32_t i, wheel_fn *fn, void *ctx)
{
	struct wheel_node *list = w->slots[i];

	w->slots[i] = NULL;
	w->used[i / 64] &= ~(1ULL << (i % 64));
	if (w->used[i / 64] == 0)
		w->used_words &= ~(1ULL << (i / 64));
	if (list)
		list->link = &list;
	while (list) {
		struct wheel_node *node = list;

		wheel_cancel(w, node);
		if (node->due_ms <= w->now_ms)
			fn(ctx, node);
		else
			wheel_arm(w, node, node->due_ms);
	}
}

void wheel_run(struct wheel *w, uint64_t now_ms, wheel_fn *fn, void *ctx)
{
	uint64_t from = w->now_ms + 1, tick;

	if (now_ms <= w->now_ms)
		return;
	if (now_ms - w->now_ms >= WHEEL_SLOTS)
		from = now_ms - WHEEL_SLOTS + 1;
	w->now_ms = now_ms;
	for (tick = from; tick <= now_ms; tick++) {
		uint32_t i = tick & WHEEL_MASK;

		if (w->used[i / 64] & 1ULL << (i % 64))
			wheel_run_slot(w, i, fn, ctx);
	}
}

/* The first used slot from @start on, round the turn; WHEEL_SLOTS if none is */
static uint32_t wheel_first(const struct wheel *w, uint32_t start)
{
	uint32_t word = start / 64;
	uint64_t bits = w->used[word] & ~0ULL << (start % 64);
	uint64_t behind = ~(~0ULL << word), others;

	if (bits != 0)
		return word * 64 + (uint32_t)__builtin_ctzll(bits);
	others = w->used_words & ~behind & ~(1ULL << word);
	if (others == 0)
		others = w->used_words & behind;
	if (others != 0)
		word = (uint32_t)__builtin_ctzll(others);
	/* else what this word has before @start comes last, a turn later */
	bits = w->used[word];
	if (bits == 0)
		return WHEEL_SLOTS;
	return word * 64 + (uint32_t)__builtin_ctzll(bits);
}

int wheel_timeout_ms(const struct wheel *w, uint64_t now_ms)
{
	uint32_t start = (w->now_ms + 1) & WHEEL_MASK;
	uint32_t first = wheel_first(w, start);
	uint64_t due;

	if (first == WHEEL_SLOTS)
		return -1;
	due = w->now_ms + 1 + ((first - start) & WHEEL_MASK);
	return due > now_ms ? (int)(due - now_ms) : 0;
}
