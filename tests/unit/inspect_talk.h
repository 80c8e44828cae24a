/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect_talk.h - a flow made by hand, packet by packet, and its verdict */
#ifndef TESTS_UNIT_INSPECT_TALK_H
#define TESTS_UNIT_INSPECT_TALK_H

#include "check.h"
#include "reasm.h"

#define TALK_MS 1000000LL /* nanoseconds */

/* 203.0.113.7:40000 by way of 198.51.100.1:443 */
#define TALK_V1 "PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n"
#define TALK_V2_UDP                    \
	"0d0a0d0a000d0a515549540a2112" \
	"000ccb007107c63364019c400035"
#define TALK_SPP                               \
	"56ec00000000000000000000ffffcb007107" \
	"00000000000000000000ffffc63364019c400035"

/* @frame:  number of the last packet
 * @now_ns: its time; move it on between packets
 * @seq:    of each side's next byte; its first is 0
 * @ack:    in each packet of either side, until changed
 * @opt, @opt_len, @csum: of each packet until changed
 */
struct talk {
	struct config cfg;
	struct budget budget;
	struct flow flow;
	uint64_t frame;
	int64_t now_ns;
	uint32_t seq[FLOW_SIDES];
	uint32_t ack;
	uint8_t opt[40];
	uint8_t opt_len;
	enum csum_state csum;
};

void talk_init(struct talk *t, uint8_t proto);

void talk_say(struct talk *t, enum flow_side side, uint16_t flags,
	      const void *data, size_t len);

/* talk_text() - a segment, or a datagram, with @text */
void talk_text(struct talk *t, enum flow_side side, const char *text);

/* talk_hex() - the same in hex digits */
void talk_hex(struct talk *t, enum flow_side side, const char *hex);

/* talk_handshake() - SYN, SYN-ACK, ACK, a millisecond apart */
void talk_handshake(struct talk *t);

/* talk_judge() - the verdict; the flow is gone after it */
struct check talk_judge(struct talk *t);

#endif
