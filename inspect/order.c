/* SPDX-License-Identifier: BSD-2-Clause */
/* order.c - see order.h */
#include "order.h"

#include <errno.h>
#include <stdlib.h>

#define ORDER_ROOM_MIN 256U

int order_room(struct order *o)
{
	uint32_t room = o->room ? o->room * 2 : ORDER_ROOM_MIN;
	struct order_item *grown;

	if (o->count < o->room)
		return 0;
	grown = reallocarray(o->item, room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	o->item = grown;
	o->room = room;
	return 0;
}

void order_push(struct order *o, struct order_item item)
{
	uint32_t i = o->count++;

	while (i && o->item[(i - 1) / 2].first_frame > item.first_frame) {
		o->item[i] = o->item[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	o->item[i] = item;
}

bool order_pop(struct order *o, struct order_item *ret)
{
	struct order_item last;
	uint32_t i = 0;

	if (!o->count)
		return false;
	*ret = o->item[0];
	last = o->item[--o->count];
	for (;;) {
		uint32_t k = 2 * i + 1;

		if (k >= o->count)
			break;
		if (k + 1 < o->count &&
		    o->item[k + 1].first_frame < o->item[k].first_frame)
			k++;
		if (o->item[k].first_frame >= last.first_frame)
			break;
		o->item[i] = o->item[k];
		i = k;
	}
	if (o->count)
		o->item[i] = last;
	return true;
}

void order_fini(struct order *o)
{
	free(o->item);
	*o = (struct order) { 0 };
}
