/* SPDX-License-Identifier: BSD-2-Clause */
/* wheel.h - timers: intrusive nodes in a hashed wheel of one-millisecond ticks.
 *
 * Arming, moving and cancelling are O(1). A node whose time lies further ahead
 * than one turn (WHEEL_SLOTS ticks) is passed over once a turn. Owners with
 * many moving deadlines arm once and, when it fires, compare with the deadline
 * they keep and arm again: activity then costs the wheel nothing.
 */
#ifndef BASE_WHEEL_H
#define BASE_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHEEL_SLOTS 4096

/* Part of its owner; all-zero is "not armed". */
struct wheel_node {
	struct wheel_node *next;
	struct wheel_node **link; /* what points here; NULL: not armed */
	uint64_t due_ms;
};

/* wheel_owner() - the struct @type that holds *@node as its @member */
#define wheel_owner(node, type, member) \
	((type *)(void *)((char *)(node)-offsetof(type, member)))

struct wheel {
	uint64_t now_ms; /* every earlier tick has been run */
	struct wheel_node *slots[WHEEL_SLOTS];
	uint64_t used[WHEEL_SLOTS / 64]; /* slots that may hold a node */
	uint64_t used_words;		 /* words of used that are not 0 */
};

/* wheel_fn - @node has been taken off and may be armed again or freed */
typedef void wheel_fn(void *ctx, struct wheel_node *node);

void wheel_init(struct wheel *w, uint64_t now_ms);

/* wheel_arm() - fire at @due_ms (at the next tick if that has passed); an
 * armed node moves
 */
void wheel_arm(struct wheel *w, struct wheel_node *node, uint64_t due_ms);

/* wheel_cancel() - does nothing to a node that is not armed */
void wheel_cancel(struct wheel *w, struct wheel_node *node);

static inline bool wheel_is_armed(const struct wheel_node *node)
{
	return node->link;
}

/* wheel_run() - advance to @now_ms, firing what is due */
void wheel_run(struct wheel *w, uint64_t now_ms, wheel_fn *fn, void *ctx);

/* wheel_timeout_ms() - how long epoll may sleep: -1 if nothing is armed. May
 * be early by whole turns, never late.
 */
int wheel_timeout_ms(const struct wheel *w, uint64_t now_ms);

#endif
