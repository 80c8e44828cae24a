/* SPDX-License-Identifier: BSD-2-Clause */
/* flow.h - the flows of a capture: a bounded table that keeps each until the
 * end, in the order in which they began.
 */
#ifndef INSPECT_FLOW_H
#define INSPECT_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "beside.h"
#include "decode.h"
#include "facts.h"
#include "find.h"
#include "option.h"

enum flow_side {
	FLOW_CLIENT, /* sent the SYN, or was seen first */
	FLOW_ORIGIN,
	FLOW_SIDES,
};

/* What one side sent. @bytes: payload on the wire, with retransmissions.
 * @echo_count: payloads that contain the other side's header, of the first few
 * @seq0: sequence number of stream offset 0, if @has_seq0
 */
struct flow_dir {
	struct endpoint end;
	bool has_seq0;
	bool has_syn;
	bool has_fin;
	uint32_t seq0;
	uint32_t echo_count;
	uint64_t packets;
	uint64_t bytes;
	struct find find;
	struct option_set options;
	struct beside *beside; /* NULL if there is none */
};

/* @proto: IP_PROTO_TCP or IP_PROTO_UDP
 * @is_reset: an RST came
 * @is_over: another connection between the same ends has begun
 * @tunnel:  that its first packet came through, NULL if none; other flows
 *	     between the same ends are in other tunnels, or in none
 * @id:	     counts from 1 in the order in which flows began
 * @first_frame, @last_frame: numbers of frames, @first_ns, @last_ns: their
 *times, FRAME_NO_TIME if they have none
 */
struct flow {
	uint8_t proto;
	bool is_reset;
	bool is_over;
	const struct tunnel *tunnel;
	uint64_t id;
	uint64_t first_frame;
	uint64_t last_frame;
	int64_t first_ns;
	int64_t last_ns;
	struct facts facts;
	struct flow_dir dir[FLOW_SIDES];
};

struct flow_table;

/* flow_table_new() - @max_flows: at least 1. Memory comes as flows come.
 * Return: 0 or -ENOMEM
 */
int flow_table_new(uint32_t max_flows, struct flow_table **ret);
void flow_table_free(struct flow_table *t, struct budget *b);

/* flow_get() - the flow of @pkt, a new one if there is none, and the side that
 * sent it. A SYN of another connection between the same ends begins a new flow.
 * Return: NULL, counted, if the table is full or memory is out
 */
struct flow *flow_get(struct flow_table *t, const struct packet *pkt,
		      uint64_t frame, enum flow_side *ret_side);

/* flow_add() - account @pkt, which flow_get() assigned, and look for headers */
void flow_add(struct flow *fl, enum flow_side side, const struct config *cfg,
	      struct budget *b, const struct packet *pkt, uint64_t frame);

/* flow_fini() - free what the flow holds; flow_table_free() does it for its own
 */
void flow_fini(struct flow *fl, struct budget *b);

/* flow_settle() - at the capture's end: if its start was not seen and only the
 * side taken for the origin named a client, the sides are exchanged.
 */
void flow_settle(struct flow *fl);

uint32_t flow_count(const struct flow_table *t);
struct flow *flow_at(struct flow_table *t, uint32_t index);
uint64_t flow_refused(const struct flow_table *t);

#endif
