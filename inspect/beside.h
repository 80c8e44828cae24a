/* SPDX-License-Identifier: BSD-2-Clause */
/* beside.h - client addresses that stand beside UDP datagrams (UOA), in one
 * direction of a flow
 */
#ifndef INSPECT_BESIDE_H
#define INSPECT_BESIDE_H

#include <stdint.h>

#include "decode.h"
#include "reasm.h"

/* @client, @carrier: what the first packet said, in @frame
 * @packets: that name @client
 * @others:  that name another, the first in @other_frame, which said @other
 * @malformed: that carry a broken one, the first (@err) in @err_frame
 */
struct beside {
	enum uoa_carrier carrier;
	struct endpoint client;
	struct endpoint other;
	struct wire_err err;
	uint32_t packets;
	uint32_t others;
	uint32_t malformed;
	uint64_t frame;
	uint64_t other_frame;
	uint64_t err_frame;
};

/* beside_add() - @pkt has a UOA. *@b is allocated when it is NULL. */
void beside_add(struct beside **b, struct budget *budget,
		const struct packet *pkt, uint64_t frame);

/* beside_names() - does it name a client? @b may be NULL. */
static inline bool beside_names(const struct beside *b)
{
	return b && b->packets;
}

void beside_fini(struct beside **b, struct budget *budget);

/* beside_shift() - the frames' numbers are @by greater; @b may be NULL */
void beside_shift(struct beside *b, uint64_t by);

#endif
