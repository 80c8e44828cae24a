/* SPDX-License-Identifier: BSD-2-Clause */
/* facts.h - what a flow's packets tell besides headers: who spoke first, when,
 * and how it ended.
 *
 * Small, for each live flow has one. Times are microseconds since the flow's
 * first packet (UDP silence: milliseconds), plus one, so that 0 is "never";
 * frames are counted from the flow's first, plus one.
 */
#ifndef INSPECT_FACTS_H
#define INSPECT_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "decode.h"

struct flow;

/* PP 2: a receiver waits at least three seconds for a header. Who closes an
 * idle connection later than that has waited.
 */
#define FACTS_PATIENCE_US 3000000
/* An origin that closes within this time of a header closes because of it. */
#define FACTS_REFUSED_US 1000000

/* @shake_us:   the client's first ACK after the SYN-ACK
 * @client_us:  its first payload
 * @hdr_us:     its header was complete
 * @origin_us:  the other side's first payload, in @origin_frame
 * @origin_ack: how much of the client's stream it acknowledged, if @has_ack
 * @origin_app: enum app of it
 * @close_us:   the first FIN or RST, in @close_frame; from the origin's side if
 *		@is_closed_by_origin, an RST if @is_reset
 * @is_timeless: packets have no times: the order of these is right, and no more
 * @last_ms:    UDP: the newest datagram
 * @hdr_count:  UDP: datagrams with a header, so far
 * @expired_count: UDP: datagrams without a header, behind one with, after a
 *		silence of --udp-idle, the first in @expired_frame
 * @session_count: UDP: datagrams with a header after such a silence
 * @mtu_frame:  UDP: a datagram with a header and more than 1500 bytes of IP
 */
struct facts {
	uint32_t hdr_us;
	uint32_t client_us;
	uint32_t origin_us;
	uint32_t origin_frame;
	uint8_t origin_app;
	bool has_ack;
	bool is_closed_by_origin;
	bool is_reset;
	bool is_timeless;
	union {
		struct {
			uint32_t shake_us;
			uint32_t origin_ack;
			uint32_t close_us;
			uint32_t close_frame;
		};
		struct {
			uint32_t last_ms;
			uint32_t hdr_count;
			uint32_t expired_count;
			uint32_t expired_frame;
			uint32_t session_count;
			uint32_t mtu_frame;
		};
	};
};

/* Durations in microseconds, -1 where the capture does not tell.
 * @handshake_us: SYN to the client's ACK
 * @header_us:    end of the handshake, else the first packet, to the header
 * @reply_us:     header to the other side's first byte
 * @close_us:     header to the first FIN or RST
 */
struct facts_timing {
	int64_t handshake_us;
	int64_t header_us;
	int64_t reply_us;
	int64_t close_us;
};

/* facts_packet() - @pkt of @side, after the flow's headers were looked for in
 * it
 */
void facts_packet(struct facts *f, const struct flow *fl, unsigned side,
		  const struct config *cfg, const struct packet *pkt);

/* facts_skip() - @fl's newest packet (@fl->last_ns) came, and others before it,
 * without facts_packet()
 */
void facts_skip(struct facts *f, const struct flow *fl);

/* facts_is_settled() - of a TCP flow: nothing more to come but its end */
bool facts_is_settled(const struct facts *f, const struct flow *fl);

struct facts_timing facts_timing(const struct facts *f, uint8_t proto);

/* facts_frame() - a frame counted from the flow's first, as the capture counts;
 * 0 for none
 */
uint64_t facts_frame(const struct flow *fl, uint32_t rel);

/* facts_spoke_first() - did the origin send payload before it had all of the
 * @hdr_len bytes of the header? By its own acknowledgement, so that it is true
 * of the origin wherever the capture was made.
 */
bool facts_spoke_first(const struct facts *f, uint32_t hdr_len);

/* facts_is_refused() - did the origin end it right after the header, without a
 * byte?
 */
bool facts_is_refused(const struct facts *f);

/* facts_is_deadlock() - neither side spoke until one gave up */
bool facts_is_deadlock(const struct facts *f);

#endif
