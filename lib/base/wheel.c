/* SPDX-License-Identifier: BSD-2-Clause */
/* wheel.c - see wheel.h */
#include "base/wheel.h"

#include <string.h>

#define WHEEL_MASK  (WHEEL_SLOTS - 1)
#define WHEEL_WORDS (WHEEL_SLOTS / 64)

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
}

/* Run one slot: a detached list, so that what handlers arm is not met twice. */
static void wheel_run_slot(struct wheel *w, uint32_t i, wheel_fn *fn, void *ctx)
{
	struct wheel_node *list = w->slots[i];

	w->slots[i] = NULL;
	w->used[i / 64] &= ~(1ULL << (i % 64));
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

int wheel_timeout_ms(const struct wheel *w, uint64_t now_ms)
{
	uint32_t start = (w->now_ms + 1) & WHEEL_MASK;
	uint32_t n;

	for (n = 0; n <= WHEEL_WORDS; n++) {
		uint32_t word = (start / 64 + n) % WHEEL_WORDS;
		uint64_t bits = w->used[word];
		uint32_t ahead;
		uint64_t due;

		if (n == 0)
			bits &= ~0ULL << (start % 64);
		else if (n == WHEEL_WORDS)
			bits &= ~(~0ULL << (start % 64));
		if (!bits)
			continue;
		ahead = (word * 64 + (uint32_t)__builtin_ctzll(bits) - start) &
			WHEEL_MASK;
		due = w->now_ms + 1 + ahead;
		return due > now_ms ? (int)(due - now_ms) : 0;
	}
	return -1;
}
