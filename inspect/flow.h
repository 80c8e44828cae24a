/* SPDX-License-Identifier: BSD-2-Clause */
/* flow.h - one flow: what both of its sides sent, as far as it matters */
#ifndef INSPECT_FLOW_H
#define INSPECT_FLOW_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "beside.h"
#include "decode.h"
#include "facts.h"
#include "find.h"
#include "option.h"
#include "tap.h"

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
 * @first_frame, @last_frame: numbers of frames
 * @first_ns, @last_ns: their times, FRAME_NO_TIME if they have none
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
	struct tap *tap; /* NULL unless the configuration wants it */
	struct flow_dir dir[FLOW_SIDES];
};

static_assert(sizeof(struct flow) == 512, "eight cache lines");

/* flow_is_reused() - is @pkt, of @side, the SYN of a connection after this one?
 */
bool flow_is_reused(const struct flow *fl, enum flow_side side,
		    const struct packet *pkt);

/* flow_needs_csum() - may it matter to a flow whether the checksum of @pkt is
 * right?
 */
bool flow_needs_csum(const struct config *cfg, const struct packet *pkt);

/* flow_add() - account @pkt of @side, and look for headers in it. @fl has its
 * ends, first frame and time.
 */
void flow_add(struct flow *fl, enum flow_side side, const struct config *cfg,
	      struct budget *b, const struct packet *pkt, uint64_t frame);

/* flow_fini() - free what the flow holds */
void flow_fini(struct flow *fl, struct budget *b);

/* flow_shift() - its frames were counted from some place on, before which there
 * are @by more. No tap.
 */
void flow_shift(struct flow *fl, uint64_t by);

/* flow_settle() - at the capture's end: if its start was not seen and only the
 * side taken for the origin named a client, the sides are exchanged.
 */
void flow_settle(struct flow *fl);

/* Which packets of one side bring the flow nothing but their number and size,
 * as long as they have neither SYN, FIN nor RST, no option but those that most
 * segments have, and no payload that find_begins().
 * @ack:   those without payload
 * @data:  those with payload; of a stream, if @has_early, only from sequence
 *	   number @early on
 */
struct flow_quiet {
	bool ack;
	bool data;
	bool has_early;
	uint32_t early;
};

struct flow_quiet flow_quiet(const struct flow *fl, enum flow_side side);

/* flow_skip() - account packets that flow_quiet() allowed to be left out */
void flow_skip(struct flow *fl, enum flow_side side, uint64_t packets,
	       uint64_t bytes, uint32_t payloads);

#endif
