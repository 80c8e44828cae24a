/* SPDX-License-Identifier: BSD-2-Clause */
/* order.h - flows that have ended, sorted by their first frame as far as a
 * bounded number of them can be kept back.
 */
#ifndef INSPECT_ORDER_H
#define INSPECT_ORDER_H

#include <stdbool.h>
#include <stdint.h>

struct order_item {
	uint64_t first_frame;
	uint8_t *packed;
};

/* A heap: item[0] has the smallest first_frame. */
struct order {
	uint32_t count;
	uint32_t room;
	struct order_item *item;
};

/* order_room() - make room for one more. Return: 0 or -ENOMEM */
int order_room(struct order *o);

/* order_push() - after order_room() */
void order_push(struct order *o, struct order_item item);

/* order_pop() - the item with the smallest first_frame; false if empty */
bool order_pop(struct order *o, struct order_item *ret);

/* order_fini() - free the heap; the items are the caller's to pop before */
void order_fini(struct order *o);

#endif
